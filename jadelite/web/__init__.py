"""The only room that knows Flask and Babel: pages, API, languages.

A view reads the request, calls one use case, answers. Start at `app.create_app`.
"""
