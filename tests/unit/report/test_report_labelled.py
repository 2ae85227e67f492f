"""Questions with other labels than yes and no."""

import pytest
from snapshots import More, Row, make

from jadelite.domain.facets import QUALITY, Question
from jadelite.report.counting import count
from jadelite.report.labelled import label_reports
from jadelite.report.snapshot import Snapshot


def of(question, answers, values=None):
    """The report on a question with these (edit, reviewer, answer)."""
    n_edits = 1 + max((edit for edit, _, _ in answers), default=0)
    more = [More(edit, reviewer, (answer,)) for edit, reviewer, answer in answers]
    snapshot = make([Row()] * n_edits, questions=[question], more=more)
    if values is not None:
        snapshot = Snapshot(snapshot.facts, snapshot.edits, snapshot.judgments, (values,))
    [report] = label_reports(snapshot, count(snapshot.judgments, may_be_unknown=False), seed=1)
    return report


def test_near_labels_of_a_scale_agree_more_than_far_ones():
    near = of(QUALITY, [(0, 0, "1"), (0, 1, "2"), (1, 0, "5"), (1, 1, "6")])
    far = of(QUALITY, [(0, 0, "1"), (0, 1, "5"), (1, 0, "2"), (1, 1, "6")])

    assert near.is_ordinal
    assert near.percent_agreement.value == far.percent_agreement.value == 0.0
    assert near.krippendorff_alpha.value > far.krippendorff_alpha.value


def test_not_sure_is_counted_but_not_compared():
    report = of(QUALITY, [(0, 0, "3"), (0, 1, "unsure"), (1, 0, "4"), (1, 1, "4")])

    assert {one.label: one.n for one in report.counts}["unsure"] == 1
    assert (report.n_answers, report.n_edits) == (4, 2)
    assert (report.percent_agreement.value, report.percent_agreement.n) == (1.0, 1)


def test_answers_of_several_labels_agree_if_they_hold_the_same():
    question = Question("kind", ("a", "b", "c"), "a", "several")
    # Stored as codes of whole answers: "a", "a|b" and "c".
    given = [(0, 0, "a"), (0, 1, "b"), (1, 0, "b"), (1, 1, "b"), (2, 0, "c"), (2, 1, "c")]

    report = of(question, given, values=("a", "a|b", "c"))

    assert [(one.label, one.n) for one in report.counts] == [("a", 4), ("b", 3), ("c", 2)]
    assert not report.is_ordinal
    assert report.percent_agreement.value == pytest.approx(2 / 3)


def test_questions_of_yes_and_no_are_left_to_the_other_reports():
    snapshot = make([Row("yy")])

    found = label_reports(snapshot, count(snapshot.judgments, may_be_unknown=False), seed=1)

    assert found == ()


def test_nobody_answering_gives_reasons():
    report = of(QUALITY, [])

    assert (report.n_answers, report.n_edits) == (0, 0)
    assert report.krippendorff_alpha.reason == "no-pairs"
