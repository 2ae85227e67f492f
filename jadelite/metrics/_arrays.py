"""Checks that turn what callers pass into plain numpy arrays, or say in one sentence what is wrong.

Nothing here changes its input. What the numbers mean is left to the other files of the room.
"""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def as_binary(values: npt.ArrayLike, name: str) -> BoolArray:
    """Booleans from False, True, 0 and 1, one dimension."""
    array = _numeric(values, name)
    _refuse(array, (array != 0) & (array != 1), name, "0 or 1")
    return array.astype(np.bool_)


def as_shares(values: npt.ArrayLike, name: str) -> FloatArray:
    """Floats from 0 to 1, one dimension; probabilities and soft labels."""
    array = _numeric(values, name).astype(np.float64)
    _refuse(array, ~((array >= 0) & (array <= 1)), name, "numbers from 0 to 1")
    return array


def as_weights(values: npt.ArrayLike, name: str) -> FloatArray:
    """Finite floats that are 0 or more, one dimension."""
    array = _numeric(values, name).astype(np.float64)
    _refuse(array, ~(np.isfinite(array) & (array >= 0)), name, "finite numbers from 0 up")
    return array


def as_counts(values: npt.ArrayLike, name: str, *, ndim: int = 1) -> IntArray:
    """Whole numbers that are 0 or more."""
    array = _numeric(values, name, ndim=ndim)
    if array.dtype.kind not in "biu" and array.size:
        raise ValueError(f"{name} has type {array.dtype}, expected whole numbers")
    counts = array.astype(np.int64, copy=False)
    _refuse(counts, counts < 0, name, "whole numbers from 0 up")
    return counts


def as_codes(values: npt.ArrayLike, name: str, *, n_codes: int) -> IntArray:
    """Whole numbers from 0 to n_codes - 1, one dimension."""
    array = as_counts(values, name)
    _refuse(array, array >= n_codes, name, f"codes below {n_codes}")
    return array


def check_same_length(**arrays: npt.NDArray[np.generic]) -> None:
    """Raise if the named arrays differ in length."""
    if len({array.shape[0] for array in arrays.values()}) > 1:
        lengths = ", ".join(f"{name} {array.shape[0]}" for name, array in arrays.items())
        raise ValueError(f"lengths differ ({lengths}), expected the same length")


def dot(one: FloatArray, two: FloatArray | BoolArray) -> float:
    """Sum of the products of two columns, shape (N,) each.

    Not by `@`, which hands long columns to threads of BLAS: last digits then hang on how many cores
    there are, and threads that wait take the cores from other work.
    """
    return float((one * two).sum())


def effective_size(weights: FloatArray) -> float:
    """Kish's effective number of cases, (sum w)^2 / sum w^2; 0 without positive weights."""
    largest = weights.max(initial=0.0)
    if largest == 0:
        return 0.0
    scaled = weights / largest  # keeps the squares of tiny weights from vanishing
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def whole(size: float) -> int:
    """An effective number rounded down, forgiving the last digits of floating point."""
    return int(size + 1e-9)


def _numeric(values: npt.ArrayLike, name: str, *, ndim: int = 1) -> npt.NDArray[np.generic]:
    array = np.asarray(values)
    if array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}, expected {ndim} dimension(s)")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} has type {array.dtype}, expected numbers")
    return array


def _refuse(array: npt.NDArray[np.generic], bad: BoolArray, name: str, expected: str) -> None:
    if bad.any():
        raise ValueError(f"{name} holds {array[bad][0]}, expected {expected}")
