"""Why a model said nothing, why there is no diff, and what else models say: as readers see it."""

from datetime import UTC, datetime

import factories
import pytest

from jadelite.audit import evidence
from jadelite.db import edits, facts, failures, scores, wikis
from jadelite.db.contents import NewContent
from jadelite.db.failures import NewFailure
from jadelite.domain.diffs import Diff, DiffRow, Segment
from jadelite.domain.edits import Revert
from jadelite.domain.scores import FAILURE_REASONS
from jadelite.web.locale import LANGUAGES
from jadelite.wiki import sites

DETAIL = "canary: the service's own words"
SENTENCES = {
    "missing": "the edit or its text was not found",
    "deleted": "the wiki hid or deleted the text, so the model can’t read it",
    "not-scorable": "it can’t judge this kind of edit (for example a new page)",
    "unsupported-language": "the model isn’t made for this wiki or its language",
    "rate-limited": "the service asked us to wait",
    "transient": "the service did not answer",
    "client-bug": "we asked wrongly; the operators can see this",
    "bad-answer": "the service’s answer made no sense and was not stored",
}


def failure_line(reason="not-scorable", *, detail=DETAIL, **changes):
    line = factories.score_line(failure={"reason": reason, "detail": detail}, **changes)
    del line["probabilities"], line["prediction"]
    return line


def value_line(**changes):
    line = factories.score_line(**{"value": 0.4375, "model": "reference-need", **changes})
    del line["probabilities"], line["prediction"]
    return line


def make_edit(services, *lines, is_open=False):
    """An edit in a campaign, with these lines of scores; the address of its page."""
    now = services.clock()
    factories.make_campaign(services.database, now, n_edits=1, k=2, probability=None)
    summary = factories.import_rows(services.database, "scores", lines, now)
    assert summary.n_bad == 0, summary.bad
    if not is_open:
        factories.set_state(services.database, "a-campaign", "closed", now=now)
    return f"/edits/{factories.WIKI}/1001"


@pytest.mark.parametrize("reason", FAILURE_REASONS)
def test_every_reason_has_its_sentence_with_the_model_and_the_services_words(
    reader, services, reason
) -> None:
    reader.get(make_edit(services, failure_line(reason)))
    assert SENTENCES[reason] in reader.words
    assert '<bdi dir="ltr">damaging</bdi>' in reader.text
    assert '<bdi lang="en" dir="ltr">canary: the service&#39;s own words</bdi>' in reader.text
    assert "No model has scored this edit." not in reader.words
    assert "will be asked again" not in reader.words  # nobody asks for what a file said


def test_only_a_service_that_will_be_asked_again_is_said_to_be(reader, services) -> None:
    address = make_edit(services, failure_line("not-scorable"))
    with services.database.transaction() as session:
        edit = edits.find(session, factories.WIKI, 1001)
        for name, reason in (("damaging", "transient"), ("a-model", "client-bug")):
            model = scores.ensure_model(
                session, name, question="damaging", positive_label="true", is_value=False
            )
            new = NewFailure(
                edit.edit_id, model, None, "liftwing", reason, "timed out", services.clock()
            )
            failures.put(session, [new])
    reader.get(address)
    assert reader.words.count("It will be asked again.") == 1
    assert "did not answer. It will be asked again." in reader.words


def test_without_anything_from_any_model_the_page_says_so(reader, services) -> None:
    assert "No model has scored this edit." in reader.get(make_edit(services)).words


def test_a_score_a_value_and_a_failure_stand_beside_each_other(reader, services) -> None:
    lines = [
        factories.score_line(probability=0.9),
        value_line(),
        failure_line(model="goodfaith"),
        factories.score_line(
            model=f"{factories.WIKI}-draftquality", probabilities={"OK": 0.5, "spam": 0.5},
            prediction="OK",
        ),
    ]  # fmt: skip
    reader.get(make_edit(services, *lines))
    assert "probability 90.0%" in reader.words
    assert "Missing references: value 0.438" in reader.words
    assert "Draft quality: OK" in reader.words
    assert "goodfaith could not score this edit" in reader.words
    assert "۰٫۴۳۸" in reader.get(f"/edits/{factories.WIKI}/1001?uselang=fa").words


def test_a_question_without_words_shows_its_code(reader, services) -> None:
    address = make_edit(services)
    with services.database.transaction() as session:
        edit = edits.find(session, factories.WIKI, 1001)
        version = scores.ModelVersion("a-model", "1", "sparkle", "")
        new = scores.NewScore(
            edit_id=edit.edit_id,
            model_version_id=scores.ensure_version(session, version, services.clock()),
            prediction="",
            probability=None,
            probabilities={"a": 0.1, "b": 0.2},
            source="liftwing",
            answer_digest="0" * 64,
            scored_at=None,
        )
        scores.add(session, [new], import_batch_id=None, now=services.clock())
    assert "sparkle: none of its labels" in reader.get(address).words


def test_what_a_service_wrote_is_escaped(reader, services) -> None:
    evil = "<script>alert(1)</script><img src=x>"
    reader.get(make_edit(services, failure_line(detail=evil, model="<u>-damaging")))
    assert "<script>alert" not in reader.text
    assert "<img" not in reader.text
    assert "<u>" not in reader.text


def test_failures_are_masked_as_scores_are(reader, services) -> None:
    reader.get(make_edit(services, failure_line(), value_line(), is_open=True))
    assert "shown once people have judged this edit" in reader.words
    assert "canary" not in reader.text
    assert "damaging</bdi>" not in reader.text
    assert "0.438" not in reader.text


def test_before_judging_no_failure_and_no_value_is_shown_and_afterwards_it_is(
    reader, services
) -> None:
    make_edit(services, failure_line(), value_line(), is_open=True)
    reader.get("/").post("/campaigns/a-campaign/start")
    for told in ("canary", "could not score", "0.438", "reference-need", "No model has scored"):
        assert told not in reader.text
    reader.judge()
    assert "damaging could not score this edit" in reader.words
    assert "canary" in reader.text
    assert "value 0.438" in reader.words


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_every_reason_is_told_in_every_language(reader, services, code) -> None:
    lines = [
        failure_line(reason, model=f"m{number}-damaging")
        for number, reason in enumerate(FAILURE_REASONS)
    ]
    reader.get(f"{make_edit(services, *lines)}?uselang={code}")
    assert reader.page.status_code == 200
    for number in range(len(FAILURE_REASONS)):
        assert f'<bdi dir="ltr">m{number}-damaging</bdi>' in reader.text


def no_diff(services, wiki, reason, rev_id=7):
    """An edit whose change can't be shown, for a reason; its address."""
    line = factories.edit_line(rev_id, wiki=wiki, text_before=None, text_after=None)
    factories.import_rows(services.database, "edits", [line], services.clock())
    if reason is not None:
        with services.database.transaction() as session:
            facts.set_no_diff(session, edits.find(session, wiki, rev_id).edit_id, reason)
    return f"/edits/{wiki}/{rev_id}"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (None, "The text of this edit isn’t stored here, so the change can’t be shown."),
        ("hidden", "The wiki hid the text of this edit"),
        ("missing", "The wiki doesn’t show this edit any more"),
        ("too-large", "This change is too large to be shown here."),
        ("not-text", "This kind of page can’t be compared as text"),
        ("transient", "The wiki didn’t answer"),
    ],
)
def test_a_change_that_can_not_be_shown_says_why_and_where_it_is(
    reader, services, reason, told
) -> None:
    reader.get(no_diff(services, "fawiki", reason))
    assert told in reader.words
    address = "https://fa.wikipedia.org/w/index.php?diff=7"
    assert f'<a href="{address}" target="_blank" rel="noopener noreferrer">' in reader.text


@pytest.mark.parametrize("wiki", ["sample-fa", "nowhere", "fawikis"])
def test_no_link_leads_to_a_wiki_that_is_not_in_the_table(reader, services, wiki) -> None:
    reader.get(no_diff(services, wiki, "too-large"))
    assert reader.page.status_code == 200
    assert "index.php" not in reader.text


def test_a_reviewer_without_a_diff_is_told_why_too(reader, services) -> None:
    no_diff(services, "fawiki", "too-large")
    evidence.create_from_imports(
        services.database,
        "textless",
        "fawiki",
        k=1,
        with_text_only=False,
        is_dry_run=False,
        now=services.clock(),
    )
    reader.get("/").post("/campaigns/textless/start")
    assert "This change is too large to be shown here." in reader.words
    assert "https://fa.wikipedia.org/w/index.php?diff=7" in reader.text


def test_a_moved_paragraph_is_told_in_words_and_by_a_sign(reader, services) -> None:
    address = no_diff(services, "fawiki", None)
    moved = Diff(
        rows=(
            DiffRow("moved-from", before=(Segment("a paragraph "), Segment("old", is_marked=True))),
            DiffRow("gap", n_lines=0),
            DiffRow("moved-to", after=(Segment("a paragraph "), Segment("new", is_marked=True))),
        ),
        n_added=3,
        n_removed=3,
    )
    with services.database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe("fawiki"))
        edit_id = edits.ids_by_rev(session, wiki_id, [7])[7]
        new = NewContent(edit_id=edit_id, diff=moved, diff_origin="wiki")
        assert facts.add_diff(session, new, services.clock())
    reader.get(address)
    assert "⇅ Moved from here a paragraph old" in reader.words
    assert "⇅ Moved to here a paragraph new" in reader.words
    assert "Unchanged lines left out" in reader.words
    assert "<del>old</del>" in reader.text
    assert "<ins>new</ins>" in reader.text


def test_what_the_wiki_did_with_it_later_is_told_after_judging_and_not_before(
    reader, services
) -> None:
    factories.make_campaign(services.database, services.clock(), n_edits=1, k=1)
    with services.database.transaction() as session:
        found = edits.of_wiki(session, factories.WIKI)[0]
        undone = Revert(factories.WIKI, 1001, 7, datetime(2026, 10, 5, 9, tzinfo=UTC), "tag")
        facts.store_revert(session, found, undone, services.clock())
    reader.get("/").post("/campaigns/a-campaign/start")
    assert "undone" not in reader.words
    reader.judge()
    assert "Later on, this edit was undone on the wiki (" in reader.words
