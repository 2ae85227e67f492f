"""Columns put in order and their codes looked up, for whoever reads the rows of a snapshot.

Columns are arrays of the standard library, as a snapshot holds them.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]
Column: TypeAlias = "array[Any]"  # whole numbers or floats, by its type code


def sorted_places(*keys: Column) -> Places:
    """Places of the rows in the order of their keys, the first key first; ties as they stand."""
    return np.lexsort(tuple(np.asarray(key) for key in reversed(keys)))


def where(values: Column, kept: Sequence[int], places: Places, *, is_in: bool) -> Places:
    """Those of the places whose value is one of `kept`, or those whose value is none of them."""
    found = np.isin(np.asarray(values)[places], np.asarray(kept, dtype=np.int64))
    return places[found if is_in else ~found]


def taken(values: Column, places: Places) -> Column:
    """The values at those places, in their order."""
    return _plain(np.asarray(values)[places], values.typecode)


def distinct(values: Column) -> list[int]:
    """The different values, in the order in which they first appear."""
    found, first = np.unique(np.asarray(values), return_index=True)
    ordered: list[int] = found[np.argsort(first)].tolist()
    return ordered


def looked_up(
    values: Column, codes: Mapping[int, int], typecode: str, *, other: int | None = None
) -> Column:
    """The code of each value; `other` for values without one.

    Raises KeyError where there is no `other` for such a value.
    """
    held = np.asarray(values)
    if not held.size:
        return array(typecode)
    keys = np.array(sorted(codes), dtype=np.int64)
    table = np.array([codes[key] for key in keys.tolist()], dtype=np.int64)
    places = np.searchsorted(keys, held)
    is_known = places < keys.size
    is_known[is_known] = keys[places[is_known]] == held[is_known]
    if is_known.all():
        return _plain(table[places], typecode)
    if other is None:
        raise KeyError(int(held[~is_known][0]))
    found = np.full(held.size, other, dtype=np.int64)
    found[is_known] = table[places[is_known]]
    return _plain(found, typecode)


def replaced(values: Column, missing: int, by: float, typecode: str) -> Column:
    """The values as that type, `by` where they are `missing`."""
    held = np.asarray(values)
    is_missing = held == missing
    found = held.astype(np.dtype(typecode))
    found[is_missing] = by
    return _plain(found, typecode)


def at_least(values: Column, low: float) -> Column:
    """The values, none below `low`; NaN stays."""
    return _plain(np.maximum(np.asarray(values), low), values.typecode)


def _plain(values: npt.NDArray[np.generic], typecode: str) -> Column:
    found = array(typecode)
    found.frombytes(values.astype(np.dtype(typecode), copy=False).tobytes())
    return found
