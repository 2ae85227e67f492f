"""From a drawn sample to the whole frame: what the report says of the wiki, not of the sample.

Weights are N_h / m_h: the frame's edits of a stratum for each of its judged ones, which divides the
chance of being drawn by the response rate there. Where two streams were drawn from the frame (the
sample and the 30-edit link), each speaks with its share of the judged edits. Numbers are made in
`metrics.weighted`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from jadelite.db.designs import StoredStratum
from jadelite.db.judgments import CountedAnswer
from jadelite.db.reports import ReportInputs, ScoredModel
from jadelite.domain.campaigns import Campaign
from jadelite.domain.facets import UNSURE, YES
from jadelite.domain.reports import Figure, PopulationFigures, PopulationSample, StratumResponse
from jadelite.metrics import weighted
from jadelite.metrics.result import Estimate
from jadelite.metrics.weighted import StratumCells


def sample_of(inputs: ReportInputs, used: Iterable[CountedAnswer]) -> PopulationSample | None:
    """What the judged edits speak for; None where it is unknown how they were chosen."""
    if not inputs.draws:
        return None
    judged = {answer.task_id for answer in used} & inputs.strata_of_tasks.keys()
    n_by_stratum = Counter(inputs.strata_of_tasks[task] for task in judged)
    responses = [
        StratumResponse(
            stream=draw.stream,
            label=stratum.label,
            low=stratum.low,
            high=stratum.high,
            editor_group=stratum.editor_group,
            n_edits=stratum.n_edits,
            n_drawn=stratum.n_drawn,
            n_judged=n_by_stratum[stratum.stratum_id],
        )
        for draw in inputs.draws
        for stratum in draw.strata
    ]
    # Further draws of a stream add to its frame (evidence that came in parts); other streams were
    # drawn from the same frame.
    first = [draw for draw in inputs.draws if draw.stream == inputs.draws[0].stream]
    counted = dict.fromkeys(judged, (0.0, 1.0))
    return PopulationSample(
        n_edits=sum(draw.n_edits for draw in first),
        n_unscored=sum(draw.n_unscored for draw in first),
        n_drawn=sum(response.n_drawn for response in responses),
        n_judged=len(judged),
        n_effective=weighted.effective_number(_cells(inputs, counted, None, {})),
        is_census=all(draw.allocation == "census" for draw in first),
        strata=tuple(responses),
    )


def enough(answers: Iterable[CountedAnswer], min_votes: int) -> list[CountedAnswer]:
    """The answers on tasks that at least `min_votes` people judged.

    One person's word on an edit is no decision elsewhere in the report, so it is none here: until
    a second person answers, the edit counts as not answered.
    """
    kept = list(answers)
    voters: dict[int, set[int]] = {}
    for answer in kept:
        voters.setdefault(answer.task_id, set()).add(answer.judgment_id)
    return [answer for answer in kept if len(voters[answer.task_id]) >= min_votes]


def figures_of(
    campaign: Campaign,
    sample: PopulationSample | None,
    inputs: ReportInputs,
    scored: ScoredModel,
    answers: Sequence[CountedAnswer],
) -> PopulationFigures | None:
    """A model against people in the whole frame, from the blind answers to its question.

    None where it is unknown how the edits were chosen, and for evidence that is all of its frame:
    its plain figures say it already.
    """
    if sample is None or (sample.is_census and campaign.is_evidence):
        return None
    edit_of = {answer.task_id: answer.edit_id for answer in answers}
    votes = {
        task: vote
        for task, vote in _votes(answers).items()
        if task in inputs.strata_of_tasks and edit_of[task] in scored.probabilities
    }
    flagged = {task: scored.probabilities[edit_of[task]] >= scored.threshold for task in votes}
    cells = _cells(inputs, votes, scored, flagged)
    shares = [yes / n for yes, n in votes.values()]
    return PopulationFigures(
        n_judged=len(votes),
        sample_share=sum(shares) / len(shares) if shares else None,
        precision=_figure(weighted.precision(cells)),
        recall=_figure(weighted.recall(cells)),
        prevalence=_figure(weighted.prevalence(cells)),
        n_hidden=weighted.hidden_misses(cells),
    )


def _votes(answers: Iterable[CountedAnswer]) -> dict[int, tuple[float, float]]:
    """Votes for yes, "not sure" being half of one, and votes, by task."""
    found: dict[int, tuple[float, float]] = {}
    for answer in answers:
        yes, n = found.get(answer.task_id, (0.0, 0.0))
        found[answer.task_id] = (yes + {YES: 1.0, UNSURE: 0.5}.get(answer.value, 0.0), n + 1)
    return found


def _cells(
    inputs: ReportInputs,
    votes: Mapping[int, tuple[float, float]],
    scored: ScoredModel | None,
    flagged: Mapping[int, bool],
) -> list[StratumCells]:
    """The judged tasks by stratum, in the order in which strata were drawn."""
    sums: dict[int, list[float]] = {}
    for task, (yes, n) in votes.items():
        cells = sums.setdefault(inputs.strata_of_tasks[task], [0.0, 0.0, 0.0, 0.0])
        offset = 1 if flagged.get(task, False) else 0  # tn, fp, fn, tp
        cells[offset] += 1 - yes / n
        cells[2 + offset] += yes / n
    streams = list(dict.fromkeys(draw.stream for draw in inputs.draws))
    judged = Counter(
        draw.stream
        for draw in inputs.draws
        for stratum in draw.strata
        for _ in range(round(sum(sums.get(stratum.stratum_id, ()))))
    )
    found = []
    for draw in inputs.draws:
        is_own = scored is not None and draw.model == scored.model.name
        for stratum in draw.strata:
            tn, fp, fn, tp = sums.get(stratum.stratum_id, (0.0, 0.0, 0.0, 0.0))
            found.append(
                StratumCells(
                    n_edits=stratum.n_edits,
                    tn=tn,
                    fp=fp,
                    fn=fn,
                    tp=tp,
                    is_flagged=_side(stratum, scored) if is_own else None,
                    share=judged[draw.stream] / max(1, judged.total()),
                    draw=streams.index(draw.stream),
                )
            )
    return found


def _side(stratum: StoredStratum, scored: ScoredModel | None) -> bool | None:
    """Whether the model flags all of a stratum or nothing of it; None where it is cut through."""
    if scored is None or stratum.low is None or stratum.high is None:
        return None
    if stratum.low >= scored.threshold:
        return True
    return False if stratum.high <= scored.threshold else None


def _figure(estimate: Estimate) -> Figure:
    return Figure(**asdict(estimate))
