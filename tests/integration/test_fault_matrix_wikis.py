"""Every fault a wiki can have, at each request of a use case that asks it, on both databases.

Whatever a wiki does: no score of wrong texts, no wrong diff, nothing taken for hidden or missing,
and a list of changes that can't be had is no empty list.
"""

import json
from dataclasses import replace
from pathlib import Path

import factories
import fakes
import pytest
from fake_wiki import FakeWiki
from faults import CASES, Case, FakeTime, FaultServer
from sqlalchemy import text

from jadelite.audit import fetching, preparing, watching
from jadelite.audit.fetching import Wanted
from jadelite.audit.outside import OpenModel, Outside
from jadelite.db import campaigns, edits, wikis
from jadelite.domain.diffs import Diff
from jadelite.domain.edits import Edit
from jadelite.domain.errors import Unavailable
from jadelite.domain.scores import LASTING_REASONS, Score
from jadelite.wiki import sites
from jadelite.wiki.diffs import local_diff

WIKI = "fawiki"
# These change answers with probabilities, versions or scores in them; a wiki's have none.
NOT_OF_WIKIS = {"version-missing", "score-error-in-200"}
HARMLESS = {
    case.name
    for case in CASES
    if not case.is_fault or case.name in NOT_OF_WIKIS or case.name.startswith("probability")
}
FAULTS = [case for case in CASES if case.name not in HARMLESS]
QUICK = [case for case in FAULTS if not case.is_slow]
# At later requests every kind of fault once: how it came about is the same as at the first.
KINDS = [
    case
    for case in QUICK
    if case.name
    in {
        "refused", "status-503", "429-seconds", "maxlag-in-200", "error-in-200", "error-400",
        "malformed", "html-200", "truncated", "wrong-schema", "wrong-schema-list",
        "wrong-schema-null", "rev-id-mismatch", "duplicate-keys", "empty",
    }
]  # fmt: skip


class NewcomersWiki(FakeWiki):
    """A wiki whose editors are all new, which the local model looks at.

    With `is_mixed_up` it compares the revisions of another page than it was asked for; if it is
    `is_lying` too, it says that these are those asked for.
    """

    is_mixed_up = is_lying = False

    def answer(self, request):
        if self.is_mixed_up and request.query["action"] == "compare":
            asked = int(request.query["fromrev"])
            found = self._compare(1007 if asked != 1007 else 2007, None)
            if self.is_lying:
                found["compare"].update(torevid=asked, fromrevid=self.revs[asked].parent)
            return found
        found = super().answer(request)
        for user in found.get("query", {}).get("users", []):
            user["editcount"] = 3
        return found


class Bench:
    """A wiki with pages of two edits each, a server of it, and use cases that ask it."""

    def __init__(self, services, folder: Path) -> None:
        self.services = services
        self.database = services.database
        self.wiki = NewcomersWiki()
        self.server = FaultServer(good=self.wiki.answer, path="/w/api.php")
        self._folder = folder
        self._n_runs = 0
        self._n_pages = 0
        self._model: OpenModel | None = None

    def new_edit(self) -> int:
        """The second edit of a page that nobody asked about."""
        self._n_pages += 1
        first, page = 1000 * self._n_pages, f"Page {self._n_pages}"
        words = " ".join(f"word{number}" for number in range(self._n_pages % 7 + 3))
        self.wiki.save(first, f"{words}\nthe second line", page=page, comment="made")
        self.wiki.save(first + 7, f"{words} and a LOT more!!!\nthe second line", page=page)
        return first + 7

    def outside(self, case: Case) -> Outside:
        """The world outside, asked with short patience where the server is slow."""
        self._n_runs += 1
        quick = {"read_timeout": 0.1, "total_timeout": 0.2} if case.is_slow else {}
        site = replace(_shipped_site(self.services), api_url=self.server.url)
        return fakes.outside_at(
            self.services.settings,
            self._folder / f"run-{self._n_runs}",
            time=FakeTime(self.services.clock()),
            wikis={WIKI: site},
            **quick,
        )

    def play(self, n_good: int, case: Case) -> None:
        """So many right answers, then one fault of the kind, then right answers again."""
        good = ["good"] * n_good
        # A server that can't be reached sees no requests to count: it stays so.
        is_gone = case.name in ("refused", "dns")
        self.server.play(*good, case, *([] if is_gone else ["good"]))

    def fetch(self, case: Case, wanted: Wanted, model: str = "local-damaging"):
        """Scores of the local model, of texts from the wiki."""
        outside = self.outside(case)
        if self._model is None:
            self._model = outside.model(model, WIKI)
        outside.model = lambda name, wiki: self._model  # loaded once for all runs
        try:
            return fetching.fetch_scores(
                self.database,
                outside,
                WIKI,
                model,
                wanted,
                clock=self.services.clock,
                progress=lambda summary: None,
            )
        finally:
            outside.close()

    def right_score(self, rev_id: int) -> tuple:
        """Prediction and probabilities of the local model for the edit as it really was."""
        rev = self.wiki.revs[rev_id]
        edit = Edit(
            WIKI, rev_id, rev.parent, rev.page, 0, None, rev.comment, "newcomer",
            self.wiki.revs[rev.parent].text, rev.text,
        )  # fmt: skip
        (score,) = self._model.source.score(_shipped_site(self.services), [edit])
        assert isinstance(score, Score)
        return score.prediction, packed(dict(score.probabilities))

    def rows(self, query: str, **values: object) -> list[tuple]:
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(text(query), values)]


def packed(probabilities: object) -> str:
    """Probabilities in one form, whichever database they come from."""
    table = json.loads(probabilities) if isinstance(probabilities, str) else probabilities
    return json.dumps(table, sort_keys=True)


def _shipped_site(services):
    return Outside(services.settings, clock=services.clock).site(WIKI)


@pytest.fixture
def bench(services, tmp_path):
    found = Bench(services, tmp_path)
    with found.server:
        yield found


def wrong_about_score(bench: Bench, case: Case, place: int) -> list[str]:
    """What is wrong after fetching a score while the wiki fails at one request."""
    rev_id = bench.new_edit()
    bench.play(place, case)
    bench.fetch(case, Wanted(rev_ids=[rev_id]))
    scores = [
        (row[0], packed(row[1]))
        for row in bench.rows(
            "SELECT s.prediction, s.probabilities FROM score s JOIN edit e"
            " ON e.edit_id = s.edit_id WHERE e.rev_id = :rev_id",
            rev_id=rev_id,
        )
    ]
    reasons = bench.rows(
        "SELECT f.reason, f.detail FROM score_failure f JOIN edit e ON e.edit_id = f.edit_id"
        " WHERE e.rev_id = :rev_id",
        rev_id=rev_id,
    )
    where = f"{case.name} at request {place}"
    if len(scores) + len(reasons) != 1:
        return [f"{where}: {len(scores)} scores and the reasons {reasons}"]
    if scores and scores != [bench.right_score(rev_id)]:
        return [f"{where}: a wrong score {scores}, expected {bench.right_score(rev_id)}"]
    if reasons and (case.name in HARMLESS or reasons[0][0] in LASTING_REASONS):
        return [f"{where}: {reasons}"]
    # A wiki that says it is behind is asked again at once, here without its taking any time; and
    # an answer about users names no revision that could be another.
    if scores and case.name not in HARMLESS | {"maxlag-in-200", "rev-id-mismatch"}:
        return [f"{where}: a score in spite of the fault"]
    return []


@pytest.mark.long_on_postgresql
def test_no_fault_of_a_wiki_gives_the_local_model_wrong_texts(bench) -> None:
    n_requests = count_requests(bench)
    problems = []
    for case in CASES:
        problems += wrong_about_score(bench, case, 0)
    for case in KINDS:
        for place in range(1, n_requests):
            problems += wrong_about_score(bench, case, place)
    assert problems == []


def count_requests(bench: Bench) -> int:
    """How many requests it takes to score one edit by its texts."""
    good = next(case for case in CASES if case.name == "good")
    assert wrong_about_score(bench, good, 0) == []
    assert bench.rows("SELECT count(*) FROM score") == [(1,)]
    n_requests = len(bench.server.requests)
    assert 3 <= n_requests <= 6
    return n_requests


def test_a_list_of_changes_that_cannot_be_had_is_no_empty_list(bench) -> None:
    rev_ids = sorted([bench.new_edit(), bench.new_edit()])
    problems = []
    for case in CASES:
        bench.play(0, case)
        try:
            summary = bench.fetch(case, Wanted(recent=3, is_dry_run=True))
        except Unavailable as error:
            if case.name in HARMLESS:
                problems.append(f"{case.name}: {error.detail}")
            continue
        if case.name not in HARMLESS | {"maxlag-in-200", "rev-id-mismatch"}:
            problems.append(f"{case.name}: {summary.n_edits} changes in spite of the fault")
    assert problems == []
    assert bench.rows("SELECT rev_id FROM edit") == []
    bench.fetch(CASES[-1], Wanted(recent=3))
    assert set(rev_ids) <= {row[0] for row in bench.rows("SELECT rev_id FROM edit")}


def know(bench: Bench, rev_id: int, slug: str) -> None:
    """An edit known by its number only, and a campaign that asks about it."""
    now = bench.services.clock()
    with bench.database.transaction() as session:
        wiki_id = wikis.ensure(session, sites.describe(WIKI))
        edit_id = edits.ensure_bare(session, wiki_id, [rev_id], now)[rev_id]
        campaign_id = campaigns.create(
            session, slug=slug, wiki_id=wiki_id, kind="sample", state="open", k=2,
            facet="editquality", now=now,
        )  # fmt: skip
        campaigns.add_census(session, campaign_id, [edit_id], stream="probability", seed=1, now=now)


def stored(bench: Bench, rev_id: int) -> edits.StoredEdit:
    with bench.database.reading() as session:
        found = edits.find(session, WIKI, rev_id)
    assert found is not None
    return found


def hidden_edits(bench: Bench) -> list[tuple]:
    """Edits of which anything is taken for hidden."""
    return bench.rows(
        "SELECT rev_id FROM edit WHERE is_text_hidden OR is_editor_hidden OR is_comment_hidden"
    )


def texts_of(diff: Diff) -> tuple[list[str], list[str]]:
    """The lines that differ on either side."""
    before = ["".join(part.text for part in row.before) for row in diff.rows if row.before]
    after = ["".join(part.text for part in row.after) for row in diff.rows if row.after]
    return [line for line in before if line not in after], [
        line for line in after if line not in before
    ]


def wrong_about_edit(bench: Bench, rev_id: int, where: str) -> list[str]:
    """What is stored of an edit that its wiki never said."""
    rev, found = bench.wiki.revs[rev_id], stored(bench, rev_id)
    problems = []
    if hidden_edits(bench):
        problems.append(f"{where}: taken for hidden")
    if found.edit.page_title not in (None, rev.page) or found.edit.comment not in (
        None,
        rev.comment,
    ):
        problems.append(f"{where}: wrong facts {found.edit}")
    if found.diff is not None:
        right = local_diff(bench.wiki.revs[rev.parent].text, rev.text)
        whole = Diff(right.rows, right.n_added, right.n_removed)
        said = texts_of(found.diff)
        by_wiki = ([bench.wiki.revs[rev.parent].text], [rev.text])
        if said not in (texts_of(whole), by_wiki):
            problems.append(f"{where}: a wrong diff {said}")
    reason = bench.rows("SELECT no_diff_reason FROM edit WHERE rev_id = :r", r=rev_id)[0][0]
    if reason not in (None, "transient") or (reason and found.diff is not None):
        problems.append(f"{where}: no diff because {reason}")
    return problems


@pytest.mark.long_on_postgresql
def test_no_fault_of_a_wiki_gives_reviewers_a_wrong_diff_or_hides_an_edit(bench) -> None:
    problems = []
    plans = [(case, 0) for case in CASES] + [(case, n) for case in KINDS for n in range(1, 6)]
    for number, (case, place) in enumerate(plans):
        rev_id = bench.new_edit()
        know(bench, rev_id, f"pilot-{number}")
        bench.play(place, case)
        outside = bench.outside(case)
        summary = preparing.prepare(
            bench.database, outside, f"pilot-{number}", clock=bench.services.clock
        )
        outside.close()
        where = f"{case.name} at request {place}"
        problems += wrong_about_edit(bench, rev_id, where)
        has_diff = stored(bench, rev_id).diff is not None
        if summary.n_edits != 1 or has_diff == bool(summary.n_unanswered):
            problems.append(f"{where}: {summary}")
    assert problems == []


@pytest.mark.parametrize("is_lying", [False, True])
def test_the_diff_of_another_edit_is_not_taken(bench, is_lying) -> None:
    """With a negative control: that of a wiki that lies is taken, and seen to be wrong."""
    other, rev_id = bench.new_edit(), bench.new_edit()
    bench.wiki.is_mixed_up, bench.wiki.is_lying = True, is_lying
    know(bench, rev_id, "mixed-up")
    outside = bench.outside(CASES[-1])
    preparing.prepare(bench.database, outside, "mixed-up", clock=bench.services.clock)
    outside.close()
    assert stored(bench, rev_id).diff is not None
    problems = wrong_about_edit(bench, rev_id, f"the diff of {other}")
    assert [problem.split(":")[1][:13] for problem in problems] == [" a wrong diff"] * is_lying


def test_what_a_wiki_cannot_be_asked_is_not_taken_for_hidden(bench, clock) -> None:
    rev_ids = [bench.new_edit() for _ in range(3)]
    rows = [factories.edit_line(rev_id, wiki=WIKI) for rev_id in rev_ids]
    factories.import_rows(bench.database, "edits", rows, clock())
    clock.move(hours=1)
    due = bench.rows("SELECT edit_id, checked_at FROM content_watch ORDER BY edit_id")
    assert len(due) == 3
    problems = []
    for case in FAULTS:
        bench.server.play(case)  # at every request, also where it is asked again
        outside = bench.outside(case)
        summary = watching.watch(bench.database, outside, clock=clock)
        outside.close()
        hidden = hidden_edits(bench)
        still = bench.rows("SELECT edit_id, checked_at FROM content_watch ORDER BY edit_id")
        if hidden or still != due or len(summary.failures) != 1 or summary.n_asked:
            problems.append(f"{case.name}: hidden {hidden}, still due {still == due}, {summary}")
    assert problems == []
    bench.server.play("good")
    summary = watching.watch(bench.database, bench.outside(CASES[-1]), clock=clock)
    assert (summary.n_asked, summary.n_hidden, summary.failures) == (3, 0, ())
