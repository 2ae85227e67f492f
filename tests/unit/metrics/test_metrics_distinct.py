"""Different codes are those that sorting finds, with a table of all codes and without one."""

import numpy as np
import pytest

from jadelite.metrics import _distinct
from jadelite.metrics._distinct import distinct, stable_order


@pytest.mark.parametrize("largest_table", [1, 1 << 22])
@pytest.mark.parametrize(("n", "n_codes"), [(0, 5), (1, 1), (40, 3), (500, 90), (500, 4000)])
def test_the_same_as_by_sorting(monkeypatch, n, n_codes, largest_table):
    monkeypatch.setattr(_distinct, "MAX_TABLE", largest_table)
    codes = np.random.default_rng(n).integers(0, n_codes, n)

    found = distinct(codes, n_codes=n_codes)

    known, first, of, n_each = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    assert codes[found.first].tolist() == known.tolist()
    assert found.first.tolist() == first.tolist()
    assert found.of.tolist() == of.tolist()
    assert found.multiplicity.tolist() == n_each.tolist()


@pytest.mark.parametrize("largest_key", [0, 1 << 62])
@pytest.mark.parametrize(("n", "n_codes"), [(0, 5), (1, 1), (500, 7), (500, 10_000)])
def test_equal_codes_stay_in_their_order(monkeypatch, n, n_codes, largest_key):
    monkeypatch.setattr(_distinct, "_MAX_KEY", largest_key)
    codes = np.random.default_rng(n).integers(0, n_codes, n)

    assert stable_order(codes).tolist() == np.argsort(codes, kind="stable").tolist()
