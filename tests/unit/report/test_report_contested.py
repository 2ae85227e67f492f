"""The five lists, each from rows worked by hand."""

from dataclasses import replace

import pytest
from snapshots import More, Row, make, model

from jadelite.report.ballots import ballots_of
from jadelite.report.cases import cases_of
from jadelite.report.contested import counterpart, lists_of
from jadelite.report.counting import count


def lists(rows, *, models=None, k=3, min_votes=2, question="damaging", place=0, **how):
    snapshot = make(rows, models=models or [model()], k=k, questions=[question], **how)
    counted = count(snapshot.judgments, may_be_unknown=False)
    ballots = ballots_of(snapshot, counted, question)
    by_place = {
        p: cases_of(snapshot, ballots, p, min_votes=min_votes)
        for p in range(len(snapshot.facts.models))
    }
    cases = by_place[place]
    found = lists_of(snapshot, cases, ballots, k=k, other=counterpart(cases, by_place))
    return {one.name: one for one in found}


def listed(full):
    """(edit counted from 0, why) in the list's order."""
    return [(edit.rev_id - 1000, edit.why) for edit in full.edits]


def test_a_model_that_is_sure_against_firm_people_is_listed():
    rows = [
        Row("nnn", 0.85),  # sure, but beside the next one less far off
        Row("nnn", 0.95),
        Row("nnnnn", 0.82),  # five votes put the interval's end nearer to no
        Row("yyy", 0.05),
        Row("yyn", 0.01),  # not firm
        Row("nn", 0.99),  # two votes of three
        Row("nnn", 0.79),  # not sure
        Row("yyy", 0.9),  # right
    ]

    found = lists(rows, models=[model(levels=(("likely", 0.97),))])["model-sure"]

    assert listed(found) == [
        (1, "false-alarm"),
        (3, "missed"),
        (2, "false-alarm"),
        (0, "false-alarm"),
    ]
    assert found.n == 4
    # Wilson's interval of 0 of 3 ends at 0.5615.
    assert found.edits[0].gap == pytest.approx(0.95 - 0.5615, abs=1e-4)


def test_one_stray_vote_does_not_top_the_list():
    rows = [Row("n", 1.0), Row("nnnn", 0.9)]

    assert listed(lists(rows, k=1, min_votes=1)["model-sure"]) == [
        (1, "false-alarm"),
        (0, "false-alarm"),
    ]


def test_beyond_its_strictest_cut_a_model_is_sure():
    strict = [model(threshold=0.1, levels=(("likely", 0.6),))]
    rows = [Row("nnn", 0.6), Row("nnn", 0.59)]

    assert listed(lists(rows, models=strict)["model-sure"]) == [(0, "false-alarm")]


def test_a_cut_that_nobody_set_makes_no_model_sure():
    rows = [Row("nnn", 0.55), Row("nnn", 0.7), Row("nnn", 0.8)]
    unset = replace(model(), threshold_origin="default")
    likely = replace(unset, levels=(("likely", 0.7),))

    assert listed(lists(rows, models=[unset])["model-sure"]) == [(2, "false-alarm")]
    assert listed(lists(rows, models=[likely])["model-sure"]) == [
        (2, "false-alarm"),
        (1, "false-alarm"),
    ]


def test_two_of_two_are_firm_where_two_are_asked():
    rows = [Row("nn", 0.95), Row("n?", 0.95)]

    assert listed(lists(rows, k=2)["model-sure"]) == [(0, "false-alarm")]


def test_people_who_split_are_listed_by_how_evenly():
    rows = [
        Row("yyn", 0.5),
        Row("yynn", 0.5),
        Row("y?n", 0.5),
        Row("yyyyn", 0.5),  # firm
        Row("yn", 0.5),  # too few
        Row("yy?", 0.5),  # nobody says no
    ]

    found = lists(rows)["people-split"]

    assert listed(found) == [(1, "even"), (2, "even"), (0, "split")]
    assert found.edits[2].gap == pytest.approx(0.9183, abs=1e-4)


def test_versions_on_two_sides_of_their_own_thresholds_are_listed():
    models = [model(), model(version="2", threshold=0.3)]
    rows = [
        Row("yy", (0.4, 0.35)),  # flagged by the second only
        Row("nn", (0.9, 0.1)),
        Row("nn", (0.6, 0.4)),  # flagged by both
        Row("yy", (0.9, None)),
    ]

    found = lists(rows, models=models, place=1)["versions"]

    assert listed(found) == [(1, "versions-disagree"), (0, "versions-disagree")]
    assert (found.edits[0].probability, found.edits[0].other) == (0.1, 0.9)
    assert (found.against, found.short().against) == ("risk@1", "risk@1")


def test_without_another_version_there_is_nothing_to_compare():
    found = lists([Row("yy", 0.9)])["versions"]

    assert (found.n, found.edits, found.against) == (0, (), None)


@pytest.mark.parametrize(
    ("names", "place", "against"),
    [
        (["a@1", "a@2", "a@3"], 2, "a@2"),
        (["a@1", "a@2", "a@3"], 0, "a@2"),
        (["a@1", "b@1", "a@2"], 2, "a@1"),
        (["b@1", "a@1", "c@1"], 1, "b@1"),
        (["a@1"], 0, None),
    ],
)
def test_a_version_is_laid_beside_the_one_before_it(names, place, against):
    models = [model(*name.split("@")) for name in names]
    snapshot = make([Row("yy", [0.5] * len(names))], models=models)
    ballots = ballots_of(snapshot, count(snapshot.judgments, may_be_unknown=False), "damaging")
    by_place = {p: cases_of(snapshot, ballots, p, min_votes=2) for p in range(len(names))}

    found = counterpart(by_place[place], by_place)

    assert (found.model.name if found else None) == against


def test_changed_minds_that_change_the_decision_are_listed():
    def changed(edit, reviewer, answer, revision=2):
        return More(edit, reviewer, (answer,), score_seen="yes", revision=revision)

    rows = [Row("yyn", 0.5), Row("yyn", 0.5), Row("nnn", 0.5), Row("yn", 0.5), Row("yyn", 0.5)]
    more = [
        changed(0, 0, "no"),  # 2:1 becomes 1:2
        changed(1, 0, "no"),
        changed(1, 0, "yes", 3),  # and back
        changed(2, 0, "yes"),  # 1:2 decides the same
        changed(3, 0, "no"),  # half and half becomes no
        changed(4, 7, "no"),  # somebody who did not judge it blind
    ]

    found = lists(rows, more=more)["flips"]

    assert listed(found) == [(3, "changed-minds"), (0, "changed-minds")]
    assert (found.edits[1].n_yes, found.edits[1].n_no) == (2, 1)
    assert found.edits[1].gap == pytest.approx(1 / 3)


def test_nameless_people_change_no_minds():
    rows = [Row("yyn", 0.5), Row("nn", 0.5)]

    assert lists(rows, is_nameless=True)["flips"].edits == ()


def test_what_the_wiki_undid_against_people_is_listed():
    rows = [
        Row("nnn", 0.5, was_reverted=1),
        Row("yyn", 0.5, was_reverted=1, was_restored=1),
        Row("yyy", 0.5, was_reverted=1),
        Row("nny", 0.5, was_reverted=1),
        Row("nnn", 0.5),
    ]

    found = lists(rows)["overturned"]

    assert listed(found) == [(0, "reverted-but-fine"), (3, "reverted-but-fine"), (1, "restored")]
    assert lists(rows, question="goodfaith")["overturned"].edits == ()


def test_an_edit_of_two_streams_is_listed_once():
    rows = [Row("nnn", 0.9, rev_id=1), Row("nnnn", 0.9, rev_id=1, stream="link30")]

    found = lists(rows)["model-sure"]

    assert (found.n, len(found.edits)) == (1, 1)


def test_a_list_is_cut_but_counts_all(monkeypatch):
    monkeypatch.setattr("jadelite.report.contested.MAX_LISTED", 12)

    found = lists([Row("nnn", 0.9)] * 20)["model-sure"]

    assert (found.n, len(found.edits), len(found.short().first)) == (20, 12, 10)
    assert [edit.rev_id for edit in found.edits] == list(range(1000, 1012))


def test_what_is_not_known_of_an_edit_is_none():
    [edit] = lists([Row("nnn", 0.9, namespace=None, editor="unknown")])["model-sure"].edits

    assert (edit.namespace, edit.editor_kind, edit.page_title) == (None, "unknown", None)


def test_nothing_judged_gives_five_empty_lists():
    found = lists([Row("", 0.9)])

    assert list(found) == ["model-sure", "people-split", "versions", "flips", "overturned"]
    assert {one.n for one in found.values()} == {0}
