"""Where people split further people are asked, and the log says by which rule and which votes.

Called in the transaction that saved an edit's last judgment. The rule is that of
`domain/consensus.py`; no model's score has a part in it.
"""

from datetime import datetime

from jadelite.db import events, extras, facets, votes
from jadelite.db.session import Session
from jadelite.domain.campaigns import HEADLINE_STREAMS, Campaign, Task
from jadelite.domain.consensus import is_split, split_question

RULE = "share of the larger side below two thirds"


def on_complete(session: Session, campaign: Campaign, task: Task, now: datetime) -> bool:
    """Ask up to `max_extra` further people about an edit whose k people split; whether it did.

    The further judgments stand in a stream of their own: headline figures rest on the first k.
    """
    question = split_question(facets.load(session, campaign.facet))
    is_drawn = task.stream in HEADLINE_STREAMS and task.repeat_no == 0
    if not campaign.max_extra or question is None or not is_drawn:
        return False
    found = votes.of_edit(session, campaign.campaign_id, task.edit_id, question.name)
    if not is_split(found):
        return False
    added = extras.add(
        session,
        campaign.campaign_id,
        [task.edit_id],
        stream="contested",
        n_wanted=campaign.max_extra,
        first_place=extras.count(session, campaign.campaign_id, "contested"),
        now=now,
    )
    for task_id in added.values():
        events.append(
            session,
            "task.extended",
            subject=f"task:{task_id}",
            now=now,
            campaign_id=campaign.campaign_id,
            details={
                "of_task": task.task_id,
                "rule": RULE,
                "question": question.name,
                "votes": [found.n_yes, found.n_no, found.n_unsure],
                "n_extra": campaign.max_extra,
            },
        )
    return bool(added)
