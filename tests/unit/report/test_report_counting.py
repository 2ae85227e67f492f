"""Which judgments count."""

from array import array

import numpy as np
import pytest

from jadelite.report.counting import count, n_distinct
from jadelite.report.snapshot import (
    ACTIONS,
    EXPOSURES,
    JUDGMENT_CODES,
    ORIGINS,
    REVIEWER_KINDS,
    JudgmentColumns,
)


def given(*rows: tuple[str, str]) -> JudgmentColumns:
    """What one person did on one edit by and by: (action, what they had seen)."""
    columns = {name: array(code, [0] * len(rows)) for name, code in JUDGMENT_CODES.items()}
    columns["reviewer_kind"] = array("b", [REVIEWER_KINDS.index("person")] * len(rows))
    columns["origin"] = array("b", [ORIGINS.index("web")] * len(rows))
    columns["action"] = array("b", [ACTIONS.index(action) for action, _ in rows])
    for name in ("score_seen", "peers_seen"):
        columns[name] = array("b", [EXPOSURES.index(seen) for _, seen in rows])
    return JudgmentColumns(**columns, answers=())


@pytest.mark.parametrize(("seen", "n"), [("yes", 0), ("no", 1), ("unknown", 1)])
def test_a_judgment_given_after_the_reveal_is_no_blind_one_taken_back(seen: str, n: int) -> None:
    found = count(given(("judge", seen), ("withdraw", "yes")), may_be_unknown=False)
    assert (found.n_withdrawn, found.used.sum()) == (n, 0)


def test_what_was_undone_before_the_reveal_is_given_anew() -> None:
    rows = given(("judge", "no"), ("withdraw", "no"), ("judge", "no"), ("judge", "yes"))
    found = count(rows, may_be_unknown=False)
    assert found.used.tolist() == [False, False, True, False]
    assert (found.n_withdrawn, found.n_exposed) == (0, 1)


@pytest.mark.parametrize(("values", "n"), [([], 0), ([4], 1), ([3, 1, 3, 2, 1], 3)])
def test_different_values_are_counted(values, n):
    assert n_distinct(np.array(values, dtype=np.int64)) == n
