"""Events read one by one into what is to be stored; what is for nobody here is counted."""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from jadelite.db.stream import StreamBatch
from jadelite.domain.edits import Wiki
from jadelite.domain.events import (
    BadEvent,
    EditFacts,
    Event,
    PageGone,
    VisibilityChange,
    decode,
    event_time,
    inner,
    moment,
    short,
)
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring import events as scoring
from jadelite.scoring.events import Outcome, Scored, StreamModels
from jadelite.wiki import events as facts
from jadelite.wiki import sites

MAX_AHEAD = timedelta(days=1)  # clocks differ, but not by more
log = logging.getLogger(__name__)


@dataclass
class FollowSummary:
    """What a follower did so far. Events that store nothing are counted by reason.

    `n_scores` and `n_failures` as they came: those that came twice too; `n_stored` scores were new,
    `n_known` were there or came twice. `skipped` are events that
    are in order but not for here; `bad` are such as can't be right. `lag_seconds` between the last
    event and its storing; None before the first. `n_connects`, `status` and `trouble` are of the
    connection: how often it was made, how it is, its last trouble in one sentence; `stopped` says
    why it ended where it never came about. After `n_gaps` of them the server did
    not know where to go on, so that events are likely missing.
    """

    n_events: int = 0
    n_scores: int = 0
    n_stored: int = 0
    n_known: int = 0
    n_failures: int = 0
    n_hidden: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    lag_seconds: float | None = None
    position: str | None = None
    n_connects: int = 0
    n_gaps: int = 0
    status: str | None = None
    trouble: str | None = None
    stopped: str | None = None

    @property
    def n_bad(self) -> int:
        """How many events could not be right."""
        return self.bad.total()


class Taken:
    """What a batch of events says, collected in the order they came."""

    def __init__(
        self,
        wikis: Mapping[str, Wiki],
        models: StreamModels,
        summary: FollowSummary,
        now: datetime,
    ) -> None:
        self.summary = summary
        self.now = now
        self._wikis = wikis
        self._known_models = models
        self._facts: list[EditFacts] = []
        self._scores: list[Score] = []
        self._failures: list[ScoreFailure] = []
        self._visibility: list[VisibilityChange] = []
        self._gone: list[PageGone] = []

    def as_batch(self) -> StreamBatch:
        """All of it, ready to be stored."""
        return StreamBatch(
            wikis=self._wikis,
            models=self._known_models.by_name,
            facts=self._facts,
            scores=self._scores,
            failures=self._failures,
            visibility=self._visibility,
            gone=self._gone,
        )

    def read(self, data: str) -> None:
        """Take in what one event says; count it where that is nothing."""
        try:
            event = decode(data)
            meta = inner(event, "meta")
            if meta.get("domain") == "canary":
                self.summary.skipped["canary"] += 1
                return
            read = _reader_of(event.get("$schema"))
            if read is None:
                self.summary.skipped["unknown-schema"] += 1
                return
            name = _wiki_of(event)
            if name not in self._wikis:
                self.summary.skipped["other-wiki"] += 1
                return
            _check_home(name, meta.get("domain"))
            written = event_time(event)
            happened = moment(meta, "dt") or written
            is_to_come = max(happened, written) - self.now > MAX_AHEAD
            # What may be a wiki's wish to hide is heard even so: too much hidden harms nobody.
            if not is_to_come or _only_hides(read, event):
                read(self, event, name, data)
            if is_to_come:
                raise BadEvent("bad-time", f"the event is of {happened}, which is to come")
            self.summary.lag_seconds = (self.now - happened).total_seconds()
        except BadEvent as bad:
            self.summary.bad[bad.reason] += 1
            log.debug("an event was left out: %s", bad.detail)

    def _add(self, told: EditFacts, outcomes: Iterable[Outcome]) -> None:
        self._facts.append(told)
        for outcome in outcomes:
            if isinstance(outcome, Score):
                self._scores.append(outcome)
                self.summary.n_scores += 1
            else:
                self._failures.append(outcome)
                self.summary.n_failures += 1

    def _hide(self, change: VisibilityChange | None) -> None:
        if change is not None:
            # A time to come would silence the wiki until then.
            self._visibility.append(change._replace(at=min(change.at, self.now)))
            self.summary.n_hidden += change.hidden.is_any

    def revision_score(self, event: Event, wiki: str, data: str) -> None:
        """A revision-score event."""
        told = facts.facts_of_revision(event, wiki, is_parent_told=False)
        about = Scored(wiki, told.rev_id, event_time(event), _digest(data))
        self._add(told, scoring.scores_of_revision(event, about, self._known_models))

    def prediction(self, event: Event, wiki: str, data: str) -> None:
        """A prediction_classification_change event."""
        self._hide(facts.visibility_of_page(event, wiki, is_of_change=False))
        told = facts.facts_of_page(event, wiki)
        about = Scored(wiki, told.rev_id, event_time(event), _digest(data))
        self._add(told, [scoring.score_of_page(event, about, self._known_models)])

    def revision_create(self, event: Event, wiki: str, data: str) -> None:
        """A revision-create event (page-create has the same schema): an edit to score."""
        self._add(facts.facts_of_revision(event, wiki, is_parent_told=True), ())

    def page_change(self, event: Event, wiki: str, data: str) -> None:
        """A page_change event: an edit to score, something hidden, or a page deleted."""
        if event.get("page_change_kind") == "delete":
            self.page_delete(event, wiki, data)
            return
        self._hide(facts.visibility_of_page(event, wiki, is_of_change=True))
        if event.get("page_change_kind") in facts.EDIT_KINDS:
            self._add(facts.facts_of_page(event, wiki), ())

    def visibility_change(self, event: Event, wiki: str, data: str) -> None:
        """A revision-visibility-change event."""
        self._hide(facts.visibility_of_revision(event, wiki))

    def page_delete(self, event: Event, wiki: str, data: str) -> None:
        """A page-delete event."""
        gone, change = facts.deletion(event, wiki)
        self._gone.append(gone._replace(at=min(gone.at, self.now)))
        self._hide(change)


Read = Callable[[Taken, Event, str, str], None]
_SCHEMA = re.compile(r"/(mediawiki/[a-z_/-]+)/([0-9]+)\.[0-9]+\.[0-9]+")
# By name and major version: within one, fields are only added.
_READERS: Mapping[tuple[str, str], Read] = {
    ("mediawiki/revision/score", "2"): Taken.revision_score,
    ("mediawiki/revision/score", "3"): Taken.revision_score,
    ("mediawiki/page/prediction_classification_change", "1"): Taken.prediction,
    ("mediawiki/revision/create", "1"): Taken.revision_create,
    ("mediawiki/revision/create", "2"): Taken.revision_create,
    ("mediawiki/page/change", "1"): Taken.page_change,
    ("mediawiki/revision/visibility-change", "1"): Taken.visibility_change,
    ("mediawiki/page/delete", "1"): Taken.page_delete,
}
_HIDING: frozenset[Read] = frozenset({Taken.visibility_change, Taken.page_delete})


def _only_hides(read: Read, event: Event) -> bool:
    is_edit = event.get("page_change_kind") in facts.EDIT_KINDS
    return read in _HIDING or (read is Taken.page_change and not is_edit)


def _wiki_of(event: Event) -> str:
    """The wiki an event is of. Raises BadEvent where it names none, or two."""
    name = event.get("database", event.get("wiki_id"))
    if not isinstance(name, str):
        raise BadEvent("bad-wiki", f"the wiki is {short(name)}, expected a database name")
    if event.get("wiki_id") not in (None, name):
        other = short(event["wiki_id"])
        raise BadEvent("bad-wiki", f"the wiki is {short(name)} and {other}, expected one of them")
    return name


def _check_home(name: str, domain: object) -> None:
    """Raise BadEvent for the domain of another wiki of the site table."""
    at_home = _names_by_host().get(domain.lower(), name) if isinstance(domain, str) else name
    if at_home != name:
        raise BadEvent("bad-wiki", f"the wiki is {short(name)}, but {short(domain)} is {at_home}")


@cache
def _names_by_host() -> Mapping[str, str]:
    return {site.host: site.dbname for site in sites.all_sites()}


def _reader_of(schema: object) -> Read | None:
    """What reads events of a schema; None for one not known here. Raises BadEvent."""
    found = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if found is not None:
        return _READERS.get((found[1], found[2]))
    if isinstance(schema, str) and schema.startswith("/"):
        return None
    raise BadEvent("bad-schema", f"$schema is {short(schema)}, expected one such as /mediawiki/...")


def _digest(data: str) -> str:
    return hashlib.sha256(data.encode()).hexdigest()
