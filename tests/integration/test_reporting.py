"""Trip 4 on both databases: what counts, what is refused, what stays frozen."""

import factories
import pytest
from factories import import_rows, judgment_line, score_line
from reviewers import change, start, take, undo, withdraw
from reviewers import judge as give
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score

from jadelite.audit import demo, reporting, reports
from jadelite.db.session import Database
from jadelite.domain.errors import NotFound

SLUG = "an-import"


def judge(database: Database, now, rows: list[tuple], **common) -> None:
    """Import judgments from (revision, reviewer, damaging) rows."""
    lines = [
        judgment_line(rev, reviewer=who, answers={"damaging": label, "goodfaith": "yes"}, **common)
        for rev, who, label in rows
    ]
    summary = import_rows(database, "judgments", lines, now)
    assert summary.n_bad == 0, summary.bad


def question(database: Database, now, name: str = "damaging"):
    report = reporting.compute(database, SLUG, now=now)
    return next(item for item in report.questions if item.question == name)


def surely_wrong(report):
    """The list of edits on which the first model is sure and people firmly say the opposite."""
    return next(
        found for found in report.questions[0].models[0].lists if found.name == "model-sure"
    )


def test_figures_equal_scikit_learn(database, now) -> None:
    labels = [1, 1, 1, 0, 0, 0, 0, 1, 0, 1]
    probabilities = [0.9, 0.4, 0.7, 0.2, 0.6, 0.1, 0.3, 0.8, 0.3, 0.3]
    judge(
        database,
        now,
        [(rev, f"r{rev}", "yes" if y else "no") for rev, y in enumerate(labels, start=1)],
    )
    import_rows(
        database, "scores", [score_line(r, p) for r, p in enumerate(probabilities, start=1)], now
    )
    model = question(database, now).models[0]
    cells = model.rates.cells
    expected = confusion_matrix(labels, [p >= 0.5 for p in probabilities]).ravel().tolist()
    assert [cells.tn, cells.fp, cells.fn, cells.tp] == expected
    assert model.roc_auc.value == pytest.approx(roc_auc_score(labels, probabilities), abs=1e-12)
    assert model.calibration.brier.value == pytest.approx(
        brier_score_loss(labels, probabilities), abs=1e-12
    )


def close(database: Database, now) -> None:
    factories.set_state(database, SLUG, "closed", now=now)


def test_only_blind_first_judgments_count(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, k=9, slug=SLUG)
    judge(database, now, [(1001, "a", "no"), (1001, "b", "no")])
    judge(database, now, [(1001, "a", "yes")], score_seen="yes", judged_at="2026-10-05T00:00:00Z")
    judge(database, now, [(1001, "c", "yes")], peers_seen="yes")
    judge(database, now, [(1001, "d", "yes")], score_seen="unknown")
    close(database, now)
    report = reporting.compute(database, SLUG, now=now)
    votes = report.questions[0]
    assert (votes.n_yes, votes.n_no) == (0, 2)
    assert (report.n_judgments, report.n_judgments_used, report.n_exposed) == (5, 2, 2)


def test_who_had_seen_the_score_is_not_blind_later(database, now) -> None:
    judge(database, now, [(1, "a", "yes")], score_seen="yes", judged_at="2026-10-01T00:00:00Z")
    judge(database, now, [(1, "a", "no")], judged_at="2026-10-02T00:00:00Z")
    report = reporting.compute(database, SLUG, now=now)
    assert (report.questions[0].n_yes, report.questions[0].n_no) == (0, 0)


def test_figures_leave_out_edits_that_are_still_judged(database, now) -> None:
    """Else one could take two reports apart and read votes and scores of an open edit."""
    factories.make_campaign(database, now, n_edits=2, k=2, slug=SLUG)
    before = reporting.compute(database, SLUG, now=now)
    judge(database, now, [(1001, "a", "yes")])
    during = reporting.compute(database, SLUG, now=now)
    assert during.questions == before.questions
    assert (during.n_judgments_waiting, during.n_judgments_used) == (1, 0)
    judge(database, now, [(1001, "b", "yes")])
    after = reporting.compute(database, SLUG, now=now)
    assert (after.n_judgments_waiting, after.n_judgments_used) == (0, 2)


def test_figures_leave_out_edits_that_another_campaign_asks_about(database, now) -> None:
    judge(database, now, [(1001, who, "no") for who in "ab"])
    before = reporting.compute(database, SLUG, now=now)
    assert before.n_judgments_used == 2
    factories.make_campaign(database, now, n_edits=1, slug="later")
    report = reporting.compute(database, SLUG, now=now)
    assert (report.n_judgments_used, report.n_judgments_waiting) == (0, 2)
    assert report.questions[0].n_no == 0
    assert report.snapshot != before.snapshot


def test_a_frozen_report_stops_naming_an_edit_that_is_judged_anew(database, now) -> None:
    judge(database, now, [(1001, who, "no") for who in "abc"])
    import_rows(database, "scores", [score_line(1001, 0.97)], now)
    reporting.compute(database, SLUG, now=now)
    listed = surely_wrong(reports.report_page(database, SLUG).report)
    assert [(edit.rev_id, edit.page_title) for edit in listed.first] == [(1001, None)]
    factories.make_campaign(database, now, n_edits=1, slug="later", probability=None)
    listed = surely_wrong(reports.report_page(database, SLUG).report)
    assert (listed.first, listed.n_masked) == ((), 1)


def test_an_import_with_several_votes_needs_two_to_decide(database, now) -> None:
    judge(database, now, [(1, "a", "yes"), (1, "b", "yes"), (2, "a", "no")])
    report = reporting.compute(database, SLUG, now=now)
    assert (report.k, report.min_votes, report.questions[0].n_decided) == (2, 2, 1)


def test_imports_of_unknown_exposure_count_and_are_counted(database, now) -> None:
    judge(database, now, [(1, "a", "yes")], score_seen="unknown")
    report = reporting.compute(database, SLUG, now=now)
    assert (report.n_judgments_used, report.n_exposure_unknown) == (1, 1)


def test_unknown_exposure_that_is_left_out_is_counted(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, k=2, slug=SLUG)
    judge(database, now, [(1001, "a", "yes")], score_seen="unknown")
    judge(database, now, [(1001, "b", "yes")], score_seen="unknown", peers_seen="yes")
    judge(database, now, [(1001, who, "yes") for who in "cd"])
    close(database, now)
    report = reporting.compute(database, SLUG, now=now)
    assert (report.n_exposure_unknown, report.n_unknown_left_out) == (1, 1)
    assert (report.n_judgments, report.n_judgments_used, report.n_exposed) == (4, 2, 1)


def test_what_is_taken_back_after_its_reveal_is_counted(database, clock) -> None:
    factories.make_campaign(database, clock(), n_edits=4, k=2)
    actor, late = (factories.make_reviewer(database, clock()) for _ in range(2))
    start(database, actor, clock, reveals="each")
    done = []
    for _ in range(3):
        done += take(database, actor, clock)
        give(database, actor, done[-1], clock)
    change(database, actor, done[0], clock, {"damaging": "no", "goodfaith": "yes"})
    for task_id in done[:2]:
        withdraw(database, actor, task_id, clock)
    start(database, late, clock, reveals="end")
    (undone,) = take(database, late, clock)
    give(database, late, undone, clock)
    undo(database, late, clock)
    report = reporting.compute(database, "a-campaign", now=clock())
    assert report.n_withdrawn == 2


def test_bots_stand_apart(database, now) -> None:
    judge(database, now, [(1, "a", "no")])
    judge(database, now, [(1, "bot", "yes")], kind="bot")
    report = reporting.compute(database, SLUG, now=now)
    assert (report.n_bot_judgments, report.n_judgments, report.n_reviewers.value) == (1, 1, 1.0)
    assert report.questions[0].n_yes == 0


def test_unknown_reviewers_give_a_reason_and_no_number(database, now) -> None:
    judge(database, now, [(1, None, "no"), (2, None, "yes")])
    figure = reporting.compute(database, SLUG, now=now).n_reviewers
    assert (figure.value, figure.reason) == (None, "reviewers-unknown")


def test_a_tie_and_a_single_vote_stay_undecided(database, now) -> None:
    factories.make_campaign(database, now, n_edits=3, k=2, slug=SLUG)
    rows = [(1001, "a", "yes"), (1001, "b", "no"), (1002, "a", "yes")]
    judge(database, now, [*rows, (1003, "a", "no"), (1003, "b", "no")])
    close(database, now)
    assert question(database, now).n_decided == 1


def test_not_sure_counts_as_half_and_three_other_ways(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, k=3, slug=SLUG, probability=0.9)
    judge(database, now, [(1001, "a", "yes"), (1001, "b", "unsure"), (1001, "c", "unsure")])
    model = question(database, now).models[0]
    assert model.rates.cells.tp == pytest.approx(2 / 3)
    by_name = {line.treatment: line for line in model.treatments}
    found = {name: line.precision.value for name, line in by_name.items()}
    third = pytest.approx(1 / 3)
    assert found == {"half": pytest.approx(2 / 3), "excluded": None, "no": third, "yes": 1.0}


def test_what_can_not_be_computed_gives_a_reason(database, now) -> None:
    factories.make_campaign(database, now, n_edits=1, k=2, slug=SLUG, probability=0.1)
    judge(database, now, [(1001, "a", "no")])
    close(database, now)
    found = question(database, now)
    model = found.models[0]
    for figure in (
        found.agreement.percent_agreement,
        found.agreement.krippendorff_alpha,
        model.rates.precision,
        model.rates.recall,
        model.roc_auc,
        model.calibration.brier,
    ):
        assert figure.value is None
        assert figure.low is None
        assert figure.reason


def test_the_model_was_sure_and_people_firmly_say_the_opposite(database, now) -> None:
    factories.make_campaign(database, now, n_edits=2, k=3, slug=SLUG, probability=0.05)
    people = [(1001, who, "yes") for who in "abc"] + [(1002, who, "no") for who in "abc"]
    judge(database, now, people)
    listed = surely_wrong(reporting.compute(database, SLUG, now=now)).first
    assert [(edit.rev_id, edit.n_yes, edit.probability) for edit in listed] == [(1001, 3, 0.05)]


def test_model_versions_are_never_mixed(database, now) -> None:
    judge(database, now, [(1, "a", "yes")])
    import_rows(
        database, "scores", [score_line(1, 0.9), score_line(1, 0.1, model_version="2")], now
    )
    models = question(database, now).models
    assert [(m.version, m.rates.cells.tp, m.rates.cells.fn) for m in models] == [
        ("1.0.0", 1, 0),
        ("2", 0, 1),
    ]


def test_a_frozen_report_stays_when_judgments_come(database, now) -> None:
    judge(database, now, [(1, "a", "yes")])
    first = reporting.compute(database, SLUG, now=now)
    judge(database, now, [(2, "a", "yes")])
    page = reports.report_page(database, SLUG)
    assert page.report == first
    assert page.progress.n_judgments == 2


def test_the_same_inputs_give_the_same_report(database, now) -> None:
    judge(database, now, [(rev, who, "yes") for rev in (1, 2, 3) for who in "ab"])
    assert reporting.compute(database, SLUG, now=now) == reporting.compute(database, SLUG, now=now)


def test_both_databases_give_the_same_report(sqlite_database, postgres_database, now) -> None:
    found = []
    try:
        for database in (sqlite_database, postgres_database):
            demo.load(database, now=now, say=lambda text: None)
            found.append(reports.report_page(database, "sample-fa").report)
    finally:
        factories.empty(postgres_database)
    assert found[0] == found[1]


def test_an_unknown_campaign_is_not_found(database, now) -> None:
    with pytest.raises(NotFound, match="no campaign 'nope'"):
        reporting.compute(database, "nope", now=now)


def test_an_empty_campaign_has_a_report_of_reasons(database, now) -> None:
    factories.make_campaign(database, now, n_edits=2, slug=SLUG)
    report = reporting.compute(database, SLUG, now=now)
    assert (report.n_edits, report.n_edits_judged, report.is_small) == (2, 0, True)
    assert all(q.agreement.percent_agreement.reason for q in report.questions)


def test_loading_the_sample_twice_keeps_its_edits_scores_and_judgments(database, now) -> None:
    demo.load(database, now=now, say=lambda text: None)
    before = [item.n_judgments for item in reports.list_campaigns(database)]
    demo.load(database, now=now, say=lambda text: None)
    assert [item.n_judgments for item in reports.list_campaigns(database)] == before
    assert before == [82] * 5
    assert demo.is_loaded(database)


def test_the_sample_has_something_to_say(database, now) -> None:
    demo.load(database, now=now, say=lambda text: None)
    for item in reports.list_campaigns(database):
        page = reports.report_page(database, item.campaign.slug)
        assert page.report is not None
        damaging = page.report.questions[0]
        assert damaging.n_decided >= 11
        assert damaging.agreement.krippendorff_alpha.value is not None
        assert damaging.agreement.krippendorff_alpha.value < 1
        assert surely_wrong(page.report).first
        assert damaging.models[0].n_scored >= 11
        assert (item.n_edits, item.n_complete) == (30, 14)
