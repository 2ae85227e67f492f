"""A campaign: a drawn set of edits that reviewers judge; its tasks, streams and rules."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

CampaignKind = Literal["audit", "sample", "import"]
CampaignState = Literal["draft", "open", "closed", "archived"]
Stream = Literal["probability", "help", "reported", "contested", "link30", "practice", "import"]

# The order in which "start" serves the streams; the others are entered through doors of their own.
SERVED_STREAMS: tuple[Stream, ...] = ("probability", "import", "contested", "reported", "help")
# Campaigns of these kinds are evidence, never published as a wiki's audit, and so need no approval.
EVIDENCE_KINDS: tuple[CampaignKind, ...] = ("sample", "import")
APPROVED_STATES = ("approved", "pilot", "quality-control")
# What feeds headline figures: chosen by a known chance, or imported and marked as such.
HEADLINE_STREAMS: tuple[Stream, ...] = ("probability", "link30", "import")
SITTING_LENGTHS: tuple[int | None, ...] = (10, 30, None)  # None: open end
MAX_DONE = 1000  # progress is counted no further


@dataclass(frozen=True)
class Campaign:
    """A set of edits of one wiki and how many reviewers each edit goes to (`k`).

    `guideline_version` of its texts in force, None where it has none of its own; `daily_cap` of one
    reviewer in 24 hours, None: as in the settings; up to `max_extra` further reviewers where people
    split; `n_planned` edits to draw, None: all.
    """

    campaign_id: int
    slug: str
    wiki: str
    kind: CampaignKind
    state: CampaignState
    facet: str
    k: int
    guideline_version: int | None = None
    daily_cap: int | None = None
    max_extra: int = 0
    n_planned: int | None = None
    closes_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether judgments are taken, until its end comes."""
        return self.state == "open"

    def is_open_at(self, now: datetime) -> bool:
        """Whether judgments are taken at that moment: it is open, and its end has not come."""
        return self.is_open and (self.closes_at is None or now < self.closes_at)

    @property
    def has_ended(self) -> bool:
        """Whether nobody judges it any more; a draft is still to be judged."""
        return self.state in ("closed", "archived")

    @property
    def is_evidence(self) -> bool:
        """Whether its figures must never be read as a wiki's audit."""
        return self.kind in EVIDENCE_KINDS


@dataclass(frozen=True)
class CampaignProgress:
    """Counts of a campaign: tasks, those with all their judgments, and people's judgments."""

    campaign: Campaign
    n_edits: int
    n_complete: int
    n_judgments: int


@dataclass(frozen=True)
class Task:
    """One edit of a campaign, with how it came to be chosen.

    `inclusion_probability` in (0, 1], None where the draw is unknown (imports).
    """

    task_id: int
    campaign_id: int
    edit_id: int
    stream: Stream
    inclusion_probability: float | None
    n_judgments: int
    n_wanted: int = 0
    repeat_no: int = 0


@dataclass(frozen=True)
class Sitting:
    """A reviewer's running round of edits in a campaign; `length` None: open end.

    `reveals`: each (after each edit) or end (after the last). `stream` None: in their usual order.
    """

    sitting_id: int
    campaign_id: int
    reviewer_id: int
    stream: Stream | None
    length: int | None
    reveals: Literal["each", "end"]
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class RunningSitting:
    """A sitting with its campaign and how many edits were judged in it, counted to MAX_DONE."""

    sitting: Sitting
    campaign: Campaign
    n_done: int

    @property
    def n_left(self) -> int | None:
        """How many edits are still to come, never below 0; None: open end."""
        if self.sitting.length is None:
            return None
        return max(0, self.sitting.length - self.n_done)

    @property
    def is_full(self) -> bool:
        """Whether all its edits were judged."""
        return self.n_left == 0


@dataclass(frozen=True)
class Lease:
    """A reviewer's hold on a task until `expires_at` (UTC).

    `ended_at`: when it was judged or passed by; `shown_at`: when the edit was on the screen first,
    `revealed_at`: when score and others' answers were given, each None: not yet; `context_opened`:
    names of what was unfolded.
    """

    lease_id: int
    task_id: int
    reviewer_id: int
    leased_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    shown_at: datetime | None = None
    revealed_at: datetime | None = None
    context_opened: tuple[str, ...] = ()
