"""From an estimate of `metrics` to a figure that a report holds."""

from jadelite.domain.figures import Figure
from jadelite.metrics.result import Estimate


def figure(estimate: Estimate) -> Figure:
    """The same number, interval, n, method, reason and standard error."""
    return Figure(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        method=estimate.method,
        reason=estimate.reason,
        se=estimate.se,
    )


def no_figure(reason: str, *, method: str = "point", n: int = 0) -> Figure:
    """No value, and the stable code that says why."""
    return Figure(value=None, low=None, high=None, n=n, method=method, reason=reason)


def without_interval(found: Figure, *, method: str) -> Figure:
    """The value alone, made in a way of which no honest interval is known."""
    return Figure(found.value, None, None, found.n, method, found.reason)


def scaled(found: Figure, times: float) -> Figure:
    """The figure in other units: value, interval and standard error `times` as large, 0 or more."""
    parts = (found.value, found.low, found.high, found.se)
    value, low, high, se = (None if part is None else part * times for part in parts)
    return Figure(value, low, high, found.n, found.method, found.reason, se)
