"""Student's t without scipy: the quantile that analytic intervals of few units need.

Intervals themselves are made elsewhere; the normal quantile stands in `intervals`.
"""

import math

from jadelite.metrics.intervals import normal_quantile

# Beyond this many degrees of freedom the expansion is right to ten digits and costs nothing.
_MANY = 200
_STEPS = 60
_ROUNDING = 1e-15


def student_quantile(confidence: float, n_freedom: int) -> float:
    """The t of a two-sided interval with `n_freedom` degrees of freedom, 1 or more.

    Abramowitz and Stegun, "Handbook of mathematical functions" (1964), 26.7.3 to 26.7.5: the
    finite series, turned round by Newton's steps, and for many degrees of freedom the expansion
    about the normal quantile. ValueError if confidence lies outside 0 to 1 or n_freedom below 1.

    >>> [round(student_quantile(0.95, n), 3) for n in (1, 2, 11, 120)]
    [12.706, 4.303, 2.201, 1.98]
    """
    z = normal_quantile(confidence)
    if n_freedom < 1:
        raise ValueError(f"{n_freedom} degrees of freedom, expected 1 or more")
    if n_freedom > _MANY:
        return _expanded(z, n_freedom)
    # Concave and rising in the angle, so that Newton's steps come up from the left and never pass.
    scale = math.exp(math.lgamma((n_freedom + 1) / 2) - math.lgamma(n_freedom / 2))
    angle = math.atan(z / math.sqrt(n_freedom))
    for _ in range(_STEPS):
        missing = confidence - _central(angle, n_freedom)
        if missing <= _ROUNDING:
            break
        slope = 2 / math.sqrt(math.pi) * scale * math.cos(angle) ** (n_freedom - 1)
        angle += missing / slope
    return math.sqrt(n_freedom) * math.tan(angle)


def _expanded(z: float, n: int) -> float:
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / n + second / n**2 + third / n**3 + fourth / n**4


def _central(angle: float, n: int) -> float:
    """Probability between -t and t for t = sqrt(n) tan(angle)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = n % 2 == 1
    if n == 1:
        return 2 * angle / math.pi
    term = cosine if is_odd else 1.0
    total = term
    for step in range(3 if is_odd else 2, n - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    return 2 / math.pi * (angle + sine * total) if is_odd else sine * total
