"""The one value that every figure of this room comes out as: number, interval, n and method.

What cannot be computed has no number but a reason. Words for the codes are left to the pages.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, or the reason why there is none.

    Attributes
    ----------
    value : float or None
        The figure; None exactly when `reason` is set. Never NaN.
    low, high : float or None
        Ends of the interval, low < high. Both None where no interval is defined for the value.
    n : int
        Cases the value rests on: for each figure its own denominator, with weights Kish's
        effective number rounded down.
    method : str
        Stable code of how the interval was made, such as "wilson", "item-bootstrap", "delong";
        "point" when there is a value and no interval.
    se : float or None
        Standard error by a formula, where the figure has one; None otherwise.
    reason : str or None
        Stable code of why there is no value, such as "empty", "no-pairs", "constant",
        "one-class-only".

    Raises
    ------
    ValueError
        If the parts contradict each other.

    Examples
    --------
    >>> Estimate(value=0.5, low=0.25, high=0.75, n=12, method="wilson", reason=None).value
    0.5
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None
    se: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) != (self.reason is not None):
            raise ValueError(
                f"value {self.value} with reason {self.reason!r}, expected exactly one of them"
            )
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"value is {self.value}, expected a finite number or a reason")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"interval from {self.low} to {self.high}, expected both ends or none")
        if self.low is None or self.high is None:
            return
        if self.value is None:
            raise ValueError(
                f"interval from {self.low} to {self.high} without a value, expected none"
            )
        if not self.low < self.high:
            raise ValueError(f"interval from {self.low} to {self.high}, expected low below high")


def estimated(
    value: float,
    interval: tuple[float, float] | None,
    *,
    n: int,
    method: str,
    se: float | None = None,
) -> Estimate:
    """The value with its interval; without one (None) the method becomes "point"."""
    if interval is None:
        return Estimate(value=value, low=None, high=None, n=n, method="point", reason=None, se=se)
    low, high = interval
    return Estimate(value=value, low=low, high=high, n=n, method=method, reason=None, se=se)


def refused(reason: str, *, method: str, n: int = 0) -> Estimate:
    """No value, and the stable code that says why."""
    return Estimate(value=None, low=None, high=None, n=n, method=method, reason=reason)
