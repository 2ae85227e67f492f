"""A local model as a source: what it scores, and what it says of what it can't."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from scoring_fakes import MODELS, site

from jadelite.domain.edits import Edit
from jadelite.domain.errors import Invalid
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring.cards import find_card
from jadelite.scoring.local import load
from jadelite.scoring.local_source import LocalSource, open_local_source, score_or_say_why
from jadelite.scoring.source import ScoreSource

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHANGED = Edit("enwiki", 2, 1, "P", 0, NOW, "typo", "registered", "one\ntwo", "one\ntwo more")


@pytest.fixture(scope="module")
def source() -> LocalSource:
    card = find_card(MODELS, "local-damaging", "1.0.0")
    return open_local_source(card, clock=lambda: NOW)


def test_a_changed_page_is_scored_as_the_model_scores_it(source: LocalSource) -> None:
    any_source: ScoreSource = source
    (score,) = any_source.score(site("enwiki"), [CHANGED])
    assert isinstance(score, Score)
    (plain,) = load(source.model.card).score([CHANGED], scored_at=NOW)
    assert score == replace(plain, source="local")
    assert score.model == any_source.model_name(site("enwiki")) == "local-damaging"
    assert any_source.needs_texts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"parent_rev_id": 0, "text_before": None}, "not-scorable"),
        ({"parent_rev_id": 0, "text_before": ""}, "not-scorable"),
        ({"parent_rev_id": None, "text_before": None}, "not-scorable"),
        ({"text_after": None}, "missing"),
        ({"parent_rev_id": None, "text_before": None, "text_after": None}, "missing"),
        ({"text_before": None}, "missing"),
    ],
)
def test_what_has_not_two_versions_is_a_failure_with_its_reason(
    source: LocalSource, change: dict[str, object], reason: str
) -> None:
    odd = replace(CHANGED, rev_id=3, **change)  # type: ignore[arg-type]
    first, failure, last = source.score(site("enwiki"), [CHANGED, odd, CHANGED])
    assert first == last
    assert isinstance(failure, ScoreFailure)
    assert (failure.rev_id, failure.reason, failure.source) == (3, reason, "local")
    assert failure.model_version == "1.0.0"
    assert failure.failed_at == NOW
    if reason == "not-scorable":
        assert failure.detail == (
            "the model compares two versions of a page; a new page has only one"
        )


def test_a_page_that_was_blank_before_is_compared(source: LocalSource) -> None:
    (score,) = source.score(site("enwiki"), [replace(CHANGED, text_before="")])
    assert isinstance(score, Score)


def test_edits_of_another_wiki_are_the_callers_mistake(source: LocalSource) -> None:
    with pytest.raises(Invalid, match="expected one of dewiki"):
        source.score(site("dewiki"), [CHANGED])


def test_no_edits_give_no_scores(source: LocalSource) -> None:
    assert score_or_say_why(source.model, []) == []
    assert source.score(site("enwiki"), []) == []


def test_the_card_says_that_new_pages_are_not_scored(source: LocalSource) -> None:
    assert any("creation of a page" in limit for limit in source.model.card.limits)
