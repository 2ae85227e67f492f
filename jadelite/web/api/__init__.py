"""The JSON API, version 1: reading campaigns and reports. Documented at /openapi.json."""
