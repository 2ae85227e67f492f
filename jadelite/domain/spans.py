"""Spans of time in words, as people type them."""

from datetime import timedelta

_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))


def span_words(span: timedelta) -> str:
    """The span in its largest whole unit: "7d", "36h", "90s"; parts of a second are left out."""
    seconds = int(span.total_seconds())
    unit, size = next(
        ((unit, size) for unit, size in _UNITS if seconds and seconds % size == 0), ("s", 1)
    )
    return f"{seconds // size}{unit}"
