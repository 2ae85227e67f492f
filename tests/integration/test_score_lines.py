"""Scores that are one value, and edits without a score, from files, on both databases."""

import factories
import pytest
from factories import import_rows, score_line

from jadelite.db import edits, failures, scores, wikis
from jadelite.domain.scores import ModelVersion
from jadelite.wiki import sites

NEW_PAGE = {"reason": "not-scorable", "detail": "a new page has no version before"}


def failure_line(rev_id=1001, failure=None, **changes):
    """A line that says why there is no score."""
    line = score_line(rev_id, failure=failure or NEW_PAGE, **changes)
    del line["probabilities"], line["prediction"]
    return line


def value_line(rev_id=1001, value=0.25, **changes):
    """A line of a model that gives one value."""
    line = score_line(rev_id, value=value, **{"model": "reference-need", **changes})
    del line["probabilities"], line["prediction"]
    return line


def of_edit(database, rev_id=1001):
    """Scores, other outputs and failures of an edit."""
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, rev_id)
        assert found is not None
        return (
            scores.of_edit(session, found.edit_id),
            scores.other_outputs(session, found.edit_id),
            failures.of_edit(session, found.edit_id),
        )


def test_a_failure_is_stored_with_reason_words_and_time(database, now) -> None:
    summary = import_rows(database, "scores", [failure_line()], now)

    assert (summary.n_stored, summary.n_bad) == (1, 0)
    said, other, (failure,) = of_edit(database)
    assert (said, other) == ([], [])
    assert (failure.model, failure.version, failure.question) == ("damaging", "1.0.0", "damaging")
    assert (failure.reason, failure.source) == ("not-scorable", "import")
    assert failure.detail == "a new page has no version before"
    assert failure.failed_at.isoformat() == "2026-10-02T08:00:00+00:00"


def test_a_failure_without_version_and_time_failed_now(database, now) -> None:
    import_rows(database, "scores", [failure_line(model_version=None, scored_at=None)], now)

    (failure,) = of_edit(database)[2]
    assert (failure.version, failure.failed_at) == (None, now)


def test_the_same_failure_again_is_known_within_a_file_and_after_it(database, now) -> None:
    first = import_rows(database, "scores", [failure_line(), failure_line()], now)
    again = import_rows(database, "scores", [failure_line()], now)

    assert (first.n_stored, first.n_known) == (1, 1)
    assert (again.n_stored, again.n_known) == (0, 1)


def test_the_later_failure_stays_whichever_comes_first(database, now) -> None:
    early = failure_line(scored_at="2026-10-01T00:00:00Z")
    late = failure_line(
        failure={"reason": "deleted", "detail": "TextDeleted"}, scored_at="2026-10-05T00:00:00Z"
    )
    import_rows(database, "scores", [late], now)
    summary = import_rows(database, "scores", [early], now)

    assert (summary.n_stored, summary.n_known) == (0, 1)
    assert [item.reason for item in of_edit(database)[2]] == ["deleted"]


@pytest.mark.parametrize("is_failure_first", [True, False])
def test_a_score_makes_a_failure_of_the_same_model_moot(database, now, is_failure_first) -> None:
    lines = [failure_line(), score_line()]
    for line in lines if is_failure_first else reversed(lines):
        assert import_rows(database, "scores", [line], now).n_bad == 0

    said, _, failed = of_edit(database)
    assert [score.probability for score in said] == [0.25]
    assert failed == []


def test_a_failure_of_one_edit_leaves_the_scores_of_others(database, now) -> None:
    lines = [failure_line(1001), score_line(1002), failure_line(1003, model="a-model")]
    summary = import_rows(database, "scores", lines, now)

    assert (summary.n_stored, summary.n_bad) == (2, 1)
    assert (summary.bad[0].number, summary.bad[0].field) == (3, "model")
    assert "--question" in summary.bad[0].reason
    assert len(of_edit(database, 1002)[0]) == 1


def test_an_edit_known_only_by_a_failure_is_added(database, now) -> None:
    import_rows(database, "scores", [failure_line(77)], now)
    with database.reading() as session:
        found = edits.find(session, factories.WIKI, 77)
    assert found is not None
    assert found.diff is None


def test_a_value_is_kept_apart_from_probabilities(database, now) -> None:
    first = import_rows(database, "scores", [value_line()], now)
    again = import_rows(database, "scores", [value_line()], now)
    other = import_rows(database, "scores", [value_line(value=0.5)], now)

    assert (first.n_stored, again.n_known, other.n_bad) == (1, 1, 1)
    assert other.bad[0].field == "value"
    said, (output,), _ = of_edit(database)
    assert said == []
    assert output.model == ModelVersion("reference-need", "1.0.0", "reference-need", "")
    assert (output.value, output.prediction) == (0.25, None)


def test_the_card_of_a_model_tells_what_its_name_does_not(database, now) -> None:
    line = score_line(
        1001, model=f"{factories.WIKI}-draftquality", prediction="OK",
        probabilities={"OK": 0.5, "spam": 0.5},
    )  # fmt: skip
    assert import_rows(database, "scores", [line], now).n_bad == 0

    said, (output,), _ = of_edit(database)
    assert said == []
    assert (output.model.question, output.prediction) == ("draft-quality", "OK")


def test_a_model_without_a_yes_must_say_which_label_it_chose(database, now) -> None:
    line = score_line(1001, probabilities={"OK": 0.5, "spam": 0.5}, prediction=None)
    line["model"] = f"{factories.WIKI}-draftquality"
    summary = import_rows(database, "scores", [line], now)
    assert summary.bad[0].field == "prediction"
    assert "expected the label chosen" in summary.bad[0].reason


def test_a_value_of_an_unknown_model_needs_its_question(database, now) -> None:
    line = value_line(model="a-model")
    refused = import_rows(database, "scores", [line], now)
    taken = import_rows(database, "scores", [line], now, question="damaging")

    assert "say so with --question" in refused.bad[0].reason
    assert taken.n_stored == 1


def test_a_model_of_single_values_does_not_say_yes(database, now) -> None:
    import_rows(database, "scores", [value_line()], now)
    summary = import_rows(database, "scores", [score_line(1002, model="reference-need")], now)

    assert summary.bad[0].field == "probabilities"
    assert "never says yes" in summary.bad[0].reason


def test_a_score_that_came_from_elsewhere_and_comes_again_by_file_is_known(database, now) -> None:
    """The answer's digest differs; what it says does not."""
    import_rows(database, "scores", [score_line(1)], now)
    with database.transaction() as session:
        found = edits.find(session, factories.WIKI, 1)
        versions = scores.versions_of(session, [found.edit_id])
        wiki_id = wikis.ensure(session, sites.describe(factories.WIKI))
        edit_id = edits.ensure_bare(session, wiki_id, [2], now)[2]
        scores.add(
            session,
            [
                scores.NewScore(
                    edit_id=edit_id,
                    model_version_id=versions[0][0],
                    prediction="false",
                    probability=0.25,
                    probabilities={"true": 0.25, "false": 0.75},
                    source="liftwing",
                    answer_digest="0" * 64,
                    scored_at=now,
                )
            ],
            import_batch_id=None,
            now=now,
        )
    assert import_rows(database, "scores", [score_line(2)], now).n_known == 1
