"""Edits that people see differently, after the blind votes: both sides' notes in equal space.

That people stay apart is a result. What decides is `domain/consensus.py`; models' scores have no
part in it and are given for showing after the people.
"""

from dataclasses import dataclass

from jadelite.audit.reviewing import find_campaign
from jadelite.db import edits, facets, scores, votes
from jadelite.db.edits import StoredEdit
from jadelite.db.scores import StoredScore
from jadelite.db.session import Database, Session
from jadelite.db.votes import Said
from jadelite.domain.campaigns import Campaign
from jadelite.domain.consensus import Votes, split_question
from jadelite.domain.facets import NO, UNSURE, YES, Question
from jadelite.domain.people import Actor

PAGE_SIZE = 10


@dataclass(frozen=True)
class Side:
    """Those who say `answer` by now, and their notes, oldest first; never who they are."""

    answer: str
    n: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SplitEdit:
    """An edit on which people stay apart.

    `votes` are the blind ones; `sides` is what they say by now: yes, no, not sure, always in this
    order. `n_changed` changed their answer since. `own_task_id`: the asker judged it there; None:
    did not.
    """

    edit: StoredEdit
    votes: Votes
    sides: tuple[Side, Side, Side]
    n_changed: int
    own_task_id: int | None
    scores: tuple[StoredScore, ...]


@dataclass(frozen=True)
class SplitPage:
    """Edits of a campaign on which people stay apart, the newest first.

    `question` None: the campaign asks nothing that can be answered by yes or no. `next_before`
    leads to older ones; None: there are none.
    """

    campaign: Campaign
    question: Question | None
    edits: tuple[SplitEdit, ...]
    next_before: int | None


def split_page(
    database: Database, actor: Actor, slug: str, *, before: int | None = None
) -> SplitPage:
    """A page of edits that people see differently. Raises NotFound for an unknown campaign."""
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        question = split_question(facets.load(session, campaign.facet))
        if question is None:
            return SplitPage(campaign, None, (), None)
        found = votes.split_edits(
            session, campaign.campaign_id, question.name, before=before, limit=PAGE_SIZE + 1
        )
        shown = found[:PAGE_SIZE]
        said: dict[int, list[Said]] = {}
        for item in votes.said_now(
            session, campaign.campaign_id, [edit_id for edit_id, _ in shown], question.name
        ):
            said.setdefault(item.edit_id, []).append(item)
        pages = tuple(
            page
            for edit_id, given in shown
            if (page := _split(session, actor, edit_id, given, said.get(edit_id, []))) is not None
        )
        is_more = len(found) > PAGE_SIZE
        return SplitPage(campaign, question, pages, shown[-1][0] if is_more else None)


def _split(
    session: Session, actor: Actor, edit_id: int, given: Votes, said: list[Said]
) -> SplitEdit | None:
    edit = edits.load(session, edit_id)
    if edit is None:
        return None
    own = [
        item.task_id
        for item in said
        if item.reviewer_id is not None and item.reviewer_id == actor.reviewer_id
    ]
    return SplitEdit(
        edit=edit,
        votes=given,
        sides=(_side(YES, said), _side(NO, said), _side(UNSURE, said)),
        n_changed=sum(item.is_changed for item in said),
        own_task_id=own[0] if own else None,
        scores=tuple(scores.of_edit(session, edit_id)),
    )


def _side(answer: str, said: list[Said]) -> Side:
    on_it = [item for item in said if item.answer == answer]
    return Side(answer, len(on_it), tuple(item.note for item in on_it if item.note))
