"""What sources that ask a service have in common: who is asked at all, in which portions, again."""

from collections.abc import Callable, Mapping, Sequence

from jadelite.domain.edits import Edit, Site
from jadelite.domain.errors import Invalid
from jadelite.domain.scores import ScoreFailure
from jadelite.scoring.answers import OK, Asked, Outcome, read_batch_refusal, read_refusal
from jadelite.scoring.reasons import Refusal, reason_of, refusal_in
from jadelite.scoring.service_cards import ServiceCard
from jadelite.upstream.answers import Answer, Failed

Ask = Callable[[Sequence[int]], Mapping[int, Outcome]]


def score_in_portions(
    card: ServiceCard, site: Site, edits: Sequence[Edit], *, ask: Ask
) -> list[Outcome]:
    """One outcome for each edit in order; `ask` gets at most `batch_size` different revisions.

    Where the card does not cover the wiki, nobody is asked: some services score edits of wikis
    that they do not know, and do not say so. Raises Invalid (code "other-wiki") if an edit is of
    another wiki.
    """
    check_wiki(site, edits)
    rev_ids = list(dict.fromkeys(edit.rev_id for edit in edits))
    if not card.covers(site):
        outcomes: dict[int, Outcome] = {each: uncovered(card, site, each) for each in rev_ids}
    else:
        outcomes = {}
        for start in range(0, len(rev_ids), card.batch_size):
            outcomes.update(ask(rev_ids[start : start + card.batch_size]))
    return [outcomes[edit.rev_id] for edit in edits]


def check_wiki(site: Site, edits: Sequence[Edit]) -> None:
    """Raise Invalid (code "other-wiki") unless all edits are of this wiki."""
    for edit in edits:
        if edit.wiki != site.dbname:
            raise Invalid(
                "other-wiki",
                f"edit {edit.rev_id} is of {edit.wiki}, expected one of {site.dbname}",
                wiki=edit.wiki,
                rev_id=edit.rev_id,
            )


def uncovered(card: ServiceCard, site: Site, rev_id: int) -> ScoreFailure:
    """The failure of an edit of a wiki that the model is not for."""
    detail = f"{card.name} does not serve {site.dbname}; its card names the wikis that it serves"
    return Asked(card, site, rev_id).failed("unsupported-language", detail)


def refusal_of(answer: Answer) -> Refusal | None:
    """What a service says in place of scores; None where the status is 200."""
    if answer.status == OK:
        return None
    try:
        document = answer.json()
    except Failed:
        document = None  # a page of a proxy: the status has to do
    return refusal_in(document) or Refusal("", "")


def fail_all(asked: Sequence[Asked], failed: Failed) -> dict[int, Outcome]:
    """The same failure for every revision of a request that got no usable answer."""
    return {each.rev_id: each.failed(failed.reason, failed.detail) for each in asked}


def settle_refused(
    status: int, refusal: Refusal, asked: Sequence[Asked], *, ask_again: Ask
) -> dict[int, Outcome]:
    """The outcomes of a request that was refused as a whole.

    Revisions that the refusal names have failed; where it names some, or does not say which one
    spoils the request, the others are asked for again, one at a time. `ask_again` gets one.
    """
    if len(asked) == 1:
        return {asked[0].rev_id: read_refusal(status, refusal, asked[0])}
    outcomes: dict[int, Outcome] = dict(read_batch_refusal(status, refusal, asked))
    rest = [each for each in asked if each.rev_id not in outcomes]
    is_about_one = status in (400, 422) and reason_of(status, refusal) != "unsupported-language"
    if not outcomes and not is_about_one:
        return {each.rev_id: read_refusal(status, refusal, each) for each in asked}
    stop: ScoreFailure | None = None
    for each in rest:
        if stop is not None:
            outcomes[each.rev_id] = each.failed(stop.reason, stop.detail)
            continue
        outcomes.update(ask_again([each.rev_id]))
        latest = outcomes[each.rev_id]
        if isinstance(latest, ScoreFailure) and latest.reason == "rate-limited":
            stop = latest  # asking on is what it asks not to do
    return outcomes
