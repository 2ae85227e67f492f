"""From rows to the cells that weighted figures are made of: streams together, other models."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jadelite.audit import population
from jadelite.db.designs import StoredDesign, StoredStratum
from jadelite.db.judgments import CountedAnswer
from jadelite.db.reports import ReportInputs, ScoredModel
from jadelite.domain.campaigns import Campaign
from jadelite.domain.facets import EDITQUALITY
from jadelite.domain.scores import ModelVersion

NOW = datetime(2026, 11, 22, tzinfo=UTC)
MODEL = ModelVersion("damaging", "1", "damaging", "true")
CAMPAIGN = Campaign(1, "a-campaign", "fiwiki", "audit", "open", "editquality", 1)


def stratum(stratum_id: int, low: float, high: float, n_edits: int, n_drawn: int) -> StoredStratum:
    return StoredStratum(stratum_id, f"s{stratum_id}", low, high, None, low, n_edits, n_drawn)


def design(stream, *strata: StoredStratum, allocation: str = "half-neyman") -> StoredDesign:
    n_edits = sum(one.n_edits for one in strata)
    return StoredDesign(stream, allocation, MODEL.name, 7, n_edits, 0, None, None, NOW, strata)


# 100 edits below the cut and 20 above; 10 and 4 of them drawn, and 2 and 2 for the link.
SAMPLE = design("probability", stratum(1, 0.0, 0.5, 100, 10), stratum(2, 0.5, 1.0, 20, 4))
LINK = design("link30", stratum(3, 0.0, 0.5, 100, 2), stratum(4, 0.5, 1.0, 20, 2))
STRATA = {**dict.fromkeys(range(10), 1), **dict.fromkeys(range(10, 14), 2)} | {
    14: 3,
    15: 3,
    16: 4,
    17: 4,
}
PROBABILITIES = {100 + task: 0.9 if STRATA[task] in (2, 4) else 0.1 for task in STRATA}


def answer(task: int, value: str, who: int = 1) -> CountedAnswer:
    return CountedAnswer(
        judgment_id=1000 * who + task,
        task_id=task,
        edit_id=100 + task,
        reviewer_id=who,
        reviewer_kind="person",
        revision=1,
        action="judge",
        score_seen="no",
        peers_seen="no",
        question="damaging",
        value=value,
        origin="web",
    )


def inputs(*draws: StoredDesign) -> ReportInputs:
    ours = {one.stratum_id for draw in draws for one in draw.strata}
    return ReportInputs(
        n_edits=18,
        answers=[],
        models=[],
        pages={},
        masked=set(),
        notes=(),
        facet=EDITQUALITY,
        draws=draws,
        strata_of_tasks={task: place for task, place in STRATA.items() if place in ours},
    )


def scored(threshold: float = 0.5, model: ModelVersion = MODEL, **changes) -> ScoredModel:
    return ScoredModel(model, threshold, "wiki", {**PROBABILITIES, **changes})


def figures(given: ReportInputs, answers, model: ScoredModel | None = None, campaign=CAMPAIGN):
    sample = population.sample_of(given, answers)
    return population.figures_of(campaign, sample, given, model or scored(), answers)


def test_one_stream_is_weighted_by_its_strata() -> None:
    answers = [answer(task, "yes" if task in (0, 10, 11, 12) else "no") for task in range(14)]
    told = figures(inputs(SAMPLE), answers)
    assert told.prevalence.value == pytest.approx((100 / 10 + 20 * 3 / 4) / 120)
    assert told.precision.value == pytest.approx(3 / 4)
    assert told.sample_share == pytest.approx(4 / 14)
    assert told.n_judged == 14


def test_two_streams_enter_by_their_shares_of_the_judged_edits() -> None:
    answers = [answer(task, "yes" if task in (0, 10, 11, 12) else "no") for task in range(14)]
    answers += [answer(task, "yes" if task in (15, 16) else "no") for task in range(14, 18)]
    alone = (100 / 10 + 20 * 3 / 4) / 120
    link = (100 / 2 + 20 / 2) / 120
    told = figures(inputs(SAMPLE, LINK), answers)
    assert told.prevalence.value == pytest.approx(14 / 18 * alone + 4 / 18 * link)
    sample = population.sample_of(inputs(SAMPLE, LINK), answers)
    assert (sample.n_edits, sample.n_drawn, sample.n_judged) == (120, 18, 18)


def test_a_stream_nobody_answered_changes_nothing() -> None:
    answers = [answer(task, "yes" if task in (0, 10) else "no") for task in range(14)]
    assert figures(inputs(SAMPLE, LINK), answers) == figures(inputs(SAMPLE), answers)


def test_not_sure_is_half_a_yes_and_votes_are_shared() -> None:
    answers = [answer(task, "no") for task in range(13)] + [
        answer(13, "yes", 1),
        answer(13, "unsure", 2),
    ]
    told = figures(inputs(SAMPLE), answers)
    assert told.precision.value == pytest.approx(0.75 / 4)


def test_edits_without_a_score_of_the_model_count_as_unanswered() -> None:
    answers = [answer(task, "yes" if task in (0, 10, 11) else "no") for task in range(14)]
    model = scored()
    del model.probabilities[100 + 13]
    told = figures(inputs(SAMPLE), answers, model)
    assert told.n_judged == 13
    assert told.precision.value == pytest.approx(2 / 3)


def test_another_model_is_measured_by_its_own_flags() -> None:
    other = replace(scored(), model=ModelVersion("other", "1", "damaging", "true"))
    for task in (0, 1):
        other.probabilities[100 + task] = 0.99
    answers = [answer(task, "yes" if task in (0, 10, 11, 12, 13) else "no") for task in range(14)]
    told = figures(inputs(SAMPLE), answers, other)
    # Flagged: two of ten below the cut, and all above; Beale's correction moves it a little.
    assert told.precision.value == pytest.approx((100 / 10 + 20) / (200 / 10 + 20), abs=0.03)


def test_a_threshold_within_a_stratum_flags_a_part_of_it() -> None:
    model = scored(threshold=0.7)
    model.probabilities[100 + 13] = 0.6
    answers = [answer(task, "yes" if task in (10, 11, 12) else "no") for task in range(14)]
    assert figures(inputs(SAMPLE), answers, model).precision.value == pytest.approx(1.0)


def test_parts_of_one_census_add_up_to_its_frame() -> None:
    parts = [
        design("probability", stratum(1, 0.0, 1.0, 10, 10), allocation="census"),
        design("probability", stratum(2, 0.0, 1.0, 4, 4), allocation="census"),
    ]
    answers = [answer(task, "no") for task in range(14)]
    sample = population.sample_of(inputs(*parts), answers)
    assert (sample.n_edits, sample.n_drawn, sample.is_census) == (14, 14, True)
    evidence = replace(CAMPAIGN, kind="sample")
    assert figures(inputs(*parts), answers, campaign=evidence) is None
    assert figures(inputs(*parts), answers).prevalence.method == "census"


def test_without_a_known_draw_nothing_is_said() -> None:
    assert population.sample_of(inputs(), [answer(0, "yes")]) is None
