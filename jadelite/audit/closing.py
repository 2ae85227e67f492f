"""Trip 2, last part: what a reviewer's sitting came to, for their own eyes. Nobody is ranked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jadelite.audit import access, report_json
from jadelite.audit.reviewing import find_campaign, newest_by_reviewer
from jadelite.db import (
    assigning,
    campaigns,
    edits,
    facets,
    judgments,
    reports,
    scores,
    sittings,
    tasks,
)
from jadelite.db.session import Database, Session
from jadelite.domain.campaigns import (
    HEADLINE_STREAMS,
    SERVED_STREAMS,
    Campaign,
    Sitting,
    Stream,
    Task,
)
from jadelite.domain.facets import NO, UNSURE, YES, Question
from jadelite.domain.figures import Figure
from jadelite.domain.judgments import Judgment
from jadelite.domain.people import Actor

N_CONTESTED = 3
MAX_COMPARED = 500  # of a very long sitting the newest are compared

Pair = tuple[int, int]


@dataclass(frozen=True)
class ContestedEdit:
    """An edit of the sitting that people see differently; `votes` by label, the reviewer's too."""

    task_id: int
    wiki: str
    rev_id: int
    page_title: str | None
    votes: Mapping[str, int]


@dataclass(frozen=True)
class ModelPrecision:
    """A model's precision in the campaign's newest report."""

    model: str
    version: str
    precision: Figure


@dataclass(frozen=True)
class SittingResult:
    """What a reviewer did in the newest sitting in a campaign, on its first question, in counts.

    Each pair is (same, comparable): "not sure" on either side is not comparable, and neither are
    others who are split. Until `is_revealed` only `n_judged` and `n_left` say something.
    `consistency` counts edits that came a second time, over the whole campaign. `n_complete` edits
    of `n_edits` have all their judgments, `n_complete_before` without this sitting's. `n_left` is
    what could still be given, counted to 101. `sitting` None: there was none.
    """

    campaign: Campaign
    sitting: Sitting | None
    question: str
    n_judged: int
    n_left: int
    is_revealed: bool = False
    with_model: Pair = (0, 0)
    with_others: Pair = (0, 0)
    contested: tuple[ContestedEdit, ...] = ()
    consistency: Pair = (0, 0)
    n_edits: int = 0
    n_complete: int = 0
    n_complete_before: int = 0
    precisions: tuple[ModelPrecision, ...] = ()


@dataclass(frozen=True)
class _Judged:
    """One edit of the sitting: the reviewer's blind answer, and what the others say now."""

    task: Task
    answer: str
    others: tuple[str, ...]


def sitting_result(database: Database, actor: Actor, slug: str, *, now: datetime) -> SittingResult:
    """The result of the reviewer's newest sitting in a campaign, running or ended.

    The number of queries does not grow with what was judged. Raises NotFound without a campaign.
    """
    reviewer_id = access.require_reviewer(actor)
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        question = facets.load(session, campaign.facet).questions[0]
        sitting = sittings.newest(session, campaign.campaign_id, reviewer_id)
        n_judged = sittings.n_done(session, sitting) if sitting else 0
        n_left = assigning.n_left(
            session, campaign.campaign_id, reviewer_id, _streams(sitting), now
        )
        is_kept_back = sitting is not None and sitting.reveals == "end" and not sitting.ended_at
        if sitting is None or is_kept_back:
            return SittingResult(campaign, sitting, question.name, n_judged, n_left)
        judged = _judged(session, sitting, question)
        progress = campaigns.progress(session, 1, slug)[0]
        return SittingResult(
            campaign=campaign,
            sitting=sitting,
            question=question.name,
            n_judged=n_judged,
            n_left=n_left,
            is_revealed=True,
            with_model=_with_model(session, judged, question),
            with_others=_with_others(judged),
            contested=_contested(session, campaign, judged),
            consistency=sittings.self_consistency(
                session, campaign.campaign_id, reviewer_id, question.name
            ),
            n_edits=progress.n_edits,
            n_complete=progress.n_complete,
            n_complete_before=progress.n_complete - _n_completed(judged),
            precisions=_precisions(session, campaign, question),
        )


def _streams(sitting: Sitting | None) -> tuple[Stream, ...]:
    return SERVED_STREAMS if sitting is None or sitting.stream is None else (sitting.stream,)


def _judged(session: Session, sitting: Sitting, question: Question) -> list[_Judged]:
    """The edits of a sitting, newest first; no silent repeats, nothing that a wiki hid since."""
    task_ids = sittings.done(session, sitting, MAX_COMPARED)
    of = tasks.get_many(session, task_ids)
    said: dict[int, list[Judgment]] = {}
    for judgment in judgments.of_tasks(session, task_ids):
        said.setdefault(judgment.task_id, []).append(judgment)
    found = []
    for task_id in task_ids:
        if task_id not in of or of[task_id].repeat_no > 0:
            continue
        own: list[Judgment] = []
        for judgment in said[task_id]:
            if judgment.reviewer_id == sitting.reviewer_id:
                own = [] if judgment.action == "withdraw" else [*own, judgment]
        others = newest_by_reviewer(
            judgment for judgment in said[task_id] if judgment.reviewer_id != sitting.reviewer_id
        )
        labels = tuple(other.answers.get(question.name, UNSURE) for other in others)
        answer = own[0].answers.get(question.name, UNSURE) if own else UNSURE
        found.append(_Judged(of[task_id], answer, labels))
    return found


def _with_model(session: Session, judged: Sequence[_Judged], question: Question) -> Pair:
    if not question.is_yes_or_no:
        return 0, 0
    of = scores.of_edits(session, [item.task.edit_id for item in judged])
    same = n = 0
    for item in judged:
        if item.answer not in (YES, NO):
            continue
        for score in of.get(item.task.edit_id, ()):
            if score.model.question == question.name:
                n += 1
                same += item.answer == (YES if score.probability >= score.threshold else NO)
    return same, n


def _with_others(judged: Sequence[_Judged]) -> Pair:
    same = n = 0
    for item in judged:
        votes = Counter(label for label in item.others if label != UNSURE).most_common(2)
        is_split = len(votes) == 2 and votes[0][1] == votes[1][1]
        if votes and not is_split and item.answer != UNSURE:
            n += 1
            same += item.answer == votes[0][0]
    return same, n


def _contested(
    session: Session, campaign: Campaign, judged: Sequence[_Judged]
) -> tuple[ContestedEdit, ...]:
    """At most three edits on which no answer has most of the votes by far, the closest first."""
    votes = {item.task.task_id: Counter([item.answer, *item.others]) for item in judged}
    split = []
    for item in judged:
        decided = [n for label, n in votes[item.task.task_id].items() if label != UNSURE]
        if len(decided) > 1:
            split.append((max(decided) / sum(decided), -sum(decided), item.task))
    split.sort(key=lambda row: row[:2])
    found = []
    for _, _, task in split[:N_CONTESTED]:
        edit = edits.load(session, task.edit_id)
        if edit is not None:
            found.append(
                ContestedEdit(
                    task_id=task.task_id,
                    wiki=campaign.wiki,
                    rev_id=edit.edit.rev_id,
                    page_title=edit.edit.page_title,
                    votes=dict(votes[task.task_id]),
                )
            )
    return tuple(found)


def _n_completed(judged: Sequence[_Judged]) -> int:
    """How many edits would lack a judgment without this sitting's."""
    return sum(
        item.task.stream in HEADLINE_STREAMS and item.task.n_judgments == item.task.n_wanted
        for item in judged
    )


def _precisions(
    session: Session, campaign: Campaign, question: Question
) -> tuple[ModelPrecision, ...]:
    frozen = reports.newest(session, campaign.campaign_id)
    report = report_json.read(frozen[0]) if frozen else None
    return tuple(
        ModelPrecision(model.model, model.version, model.rates.precision)
        for part in (report.questions if report else ())
        if part.question == question.name
        for model in part.models
    )
