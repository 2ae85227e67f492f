"""What a report says of the whole frame, on both databases."""

import pytest
from factories import MODEL, import_rows, judgment_line, plan_campaign, store_edits
from reader import Reader
from sqlalchemy import select

from jadelite.audit import campaigns, drawing, reporting, reports
from jadelite.db.session import Database
from jadelite.db.tables import EditRow, ScoreRow, StratumRow, TaskRow
from jadelite.domain.people import OPERATOR
from jadelite.domain.reports import Report
from jadelite.web.app import create_app

SLUG = "drawn"
SEED = 8642097531


def is_bad(rev_id: int, probability: float) -> bool:
    """Nearly what the model says, and some that it does not see."""
    return (probability >= 0.5 and rev_id % 5 != 0) or rev_id % 23 == 0


def tasks_of(database: Database, stream: str = "probability") -> list:
    with database.reading() as session:
        return session.execute(
            select(
                EditRow.rev_id,
                ScoreRow.probability,
                StratumRow.n_edits,
                StratumRow.n_drawn,
                StratumRow.stratum_id,
            )
            .join(TaskRow, TaskRow.edit_id == EditRow.edit_id)
            .join(ScoreRow, ScoreRow.edit_id == EditRow.edit_id)
            .join(StratumRow, StratumRow.stratum_id == TaskRow.stratum_id)
            .where(TaskRow.stream == stream)
            .order_by(EditRow.rev_id)
        ).all()


def judge(database: Database, now, tasks, *, n: int = 3) -> None:
    """Blind judgments of all these edits by n people, who agree."""
    lines = [
        judgment_line(
            task.rev_id,
            campaign=SLUG,
            reviewer=f"r{who}",
            answers={
                "damaging": "yes" if is_bad(task.rev_id, task.probability) else "no",
                "goodfaith": "yes",
            },
        )
        for task in tasks
        for who in range(n)
    ]
    summary = import_rows(database, "judgments", lines, now)
    assert summary.n_bad == 0, summary.bad


def report_on(database: Database, now) -> Report:
    reporting.compute(database, SLUG, now=now)
    found = reports.report_page(database, SLUG).report
    assert found is not None
    return found


@pytest.fixture
def drawn(database, now) -> Database:
    """A sample of 150 from 600, drawn and open."""
    store_edits(database, now, 600)
    plan_campaign(database, now, n=150)
    drawing.draw(database, SLUG, seed=SEED, now=now)
    campaigns.open_(database, OPERATOR, SLUG, now=now)
    return database


def test_figures_are_weighted_sums_over_the_stored_rows(drawn, now) -> None:
    tasks = tasks_of(drawn)
    judge(drawn, now, tasks)

    report = report_on(drawn, now)

    model = report.questions[0].models[0]
    assert f"{model.model}@{model.version}" == MODEL
    weight = {task.rev_id: task.n_edits / task.n_drawn for task in tasks}
    bad = {task.rev_id for task in tasks if is_bad(task.rev_id, task.probability)}
    flagged = {task.rev_id for task in tasks if task.probability >= 0.5}
    all_of, bad_of, flagged_of, both = (
        sum(weight[rev_id] for rev_id in kept)
        for kept in (set(weight), bad, flagged, bad & flagged)
    )
    told = model.rates
    assert all_of == pytest.approx(600)
    assert told.prevalence.value == pytest.approx(bad_of / 600)
    assert told.precision.value == pytest.approx(both / flagged_of)
    assert told.recall.value == pytest.approx(both / bad_of, abs=0.02)  # Beale's correction apart
    assert model.sample_prevalence.value == pytest.approx(len(bad) / 150)
    assert told.precision.low < told.precision.value < told.precision.high
    sample = report.sample
    assert (sample.n_edits, sample.n_drawn, sample.n_judged, sample.is_census) == (
        600,
        150,
        150,
        False,
    )
    assert 0 < sample.n_effective < 150


def test_edits_nobody_judged_are_made_up_for_in_their_stratum(drawn, now) -> None:
    tasks = tasks_of(drawn)
    judged = tasks[::2]
    judge(drawn, now, judged)

    report = report_on(drawn, now)

    n_judged: dict[int, int] = {}
    for task in judged:
        n_judged[task.stratum_id] = n_judged.get(task.stratum_id, 0) + 1
    bad = sum(
        task.n_edits / n_judged[task.stratum_id]
        for task in judged
        if is_bad(task.rev_id, task.probability)
    )
    assert report.sample.n_judged == len(judged)
    frozen = reporting.compute(drawn, SLUG, now=now)  # pages keep it back while it is open
    assert sorted(part.n_judged for part in frozen.sample.strata) == sorted(n_judged.values())
    assert report.questions[0].models[0].rates.prevalence.value == pytest.approx(bad / 600)


def test_before_anybody_judged_there_is_a_reason_and_no_figure(drawn, now) -> None:
    report = report_on(drawn, now)
    told = report.questions[0].models[0]
    assert (told.rates.n_cases, told.sample_prevalence.value, told.rates.recall.value) == (
        0,
        None,
        None,
    )
    assert told.rates.recall.reason
    assert report.sample.n_effective == 0


def test_evidence_that_is_all_of_its_frame_shows_that_n_is_all(database, now) -> None:
    store_edits(database, now, 40)
    plan_campaign(database, now, n=None)
    drawing.draw(database, SLUG, now=now)
    campaigns.open_(database, OPERATOR, SLUG, now=now)
    judge(database, now, tasks_of(database))
    report = report_on(database, now)
    assert (report.sample.n_edits, report.sample.n_drawn, report.sample.is_census) == (40, 40, True)
    told = report.questions[0].models[0]
    assert told.rates.prevalence.value == told.sample_prevalence.value


def test_an_import_speaks_for_nothing_but_itself(database, now) -> None:
    store_edits(database, now, 3)
    import_rows(database, "judgments", [judgment_line(rev_id) for rev_id in (1, 2, 3)], now)
    report = reporting.compute(database, "an-import", now=now)
    assert report.sample is None


def test_the_page_says_it_for_the_wiki_and_beside_the_sample(drawn, now, services) -> None:
    judge(drawn, now, tasks_of(drawn))
    model = report_on(drawn, now).questions[0].models[0]
    reader = Reader(create_app(services))
    words = reader.get(f"/reports/{SLUG}?uselang=en").words
    for figure in (model.sample_prevalence, model.rates.prevalence, model.rates.recall):
        assert f"{100 * figure.value:.1f}%" in words
    assert "150 of 600" in words


def test_the_seed_is_told_when_nobody_judges_any_more(drawn, now, services) -> None:
    """Seed and revision tell which edits a thin draw leaves out: the others must score high."""
    reader = Reader(create_app(services))
    assert str(SEED) not in reader.get(f"/campaigns/{SLUG}?uselang=en").text
    campaigns.close(drawn, OPERATOR, SLUG, now=now)
    assert str(SEED) in reader.get(f"/campaigns/{SLUG}?uselang=en").text
