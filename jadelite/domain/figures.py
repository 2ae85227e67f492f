"""A number that can say how it was made: value, interval, n, method, or the reason for none."""

from dataclasses import dataclass

SMALL_N = 30  # below this a figure is marked small and no verdict is given


@dataclass(frozen=True)
class Figure:
    """A number that can say how it was made.

    `value` is None exactly when `reason` says why it can't be computed; `low` and `high` bound the
    95 % interval and are None where the method gives none. `n` counts what it rests on, with
    weights Kish's effective number rounded down; `se` is the standard error where a formula gives
    one.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None = None
    se: float | None = None

    @property
    def is_small(self) -> bool:
        """Whether too little stands behind it for any verdict."""
        return self.n < SMALL_N
