"""Reports made by hand, with every part filled, for what reads reports: pages, API, files."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, Literal

from jadelite.db import campaigns, reports
from jadelite.db.session import Database
from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import (
    LIST_NAMES,
    Calibration,
    Ceiling,
    Cells,
    ContestedList,
    Drift,
    GuardrailCheck,
    Knot,
    Level,
    ListedEdit,
    ModelReport,
    Rates,
    Recommendation,
    ReliabilityBin,
    ScoreBin,
    Slice,
    TargetLine,
    ThresholdLine,
    TreatmentLine,
    TrendMark,
    TrendPoint,
    VersionComparison,
    Workload,
)
from jadelite.domain.reports import (
    Agreement,
    LanguageCount,
    Missing,
    PopulationSample,
    QuestionReport,
    Report,
    StratumResponse,
    Trust,
    VotePattern,
)

SNAPSHOT = "5ca1ab1e" * 8


def fig(
    value: float, half: float = 0.03, n: int = 612, method: str = "stratified-wilson"
) -> Figure:
    """A figure with an interval of value ± half."""
    return Figure(value, value - half, value + half, n, method)


def none(reason: str = "empty", n: int = 0) -> Figure:
    """A figure that can't be computed."""
    return Figure(None, None, None, n, "none", reason)


def count(value: float) -> Figure:
    """A count without an interval."""
    return Figure(value, None, None, 40_000, "count")


def rates(**changes: Any) -> Rates:
    """The model at its threshold."""
    made = Rates(
        n_cases=612,
        cells=Cells(tn=37_000.0, fp=74.0, fn=880.0, tp=1166.0),
        precision=fig(0.94, 0.025, 301),
        recall=fig(0.57, 0.06, 140),
        specificity=fig(0.998, 0.001, 472),
        false_positive_rate=fig(0.002, 0.001, 472),
        f1=fig(0.71, 0.05),
        accuracy=fig(0.976, 0.006),
        match_rate=fig(0.031, 0.002),
        prevalence=fig(0.052, 0.008),
    )
    return replace(made, **changes)


def listed(number: int = 1, **changes: Any) -> ListedEdit:
    """A listed edit."""
    made = ListedEdit(
        wiki="sample-fa",
        rev_id=1000 + number,
        probability=0.97,
        n_yes=0,
        n_no=4,
        n_unsure=1,
        why="false-alarm",
        gap=0.87,
        namespace=0,
        editor_kind="newcomer",
    )
    return replace(made, **changes)


def line(threshold: float, levels: tuple[str, ...] = ()) -> ThresholdLine:
    """What a threshold would do; precision rises with it, recall falls."""
    n = max(3, int(600 * (1 - threshold)))
    return ThresholdLine(
        threshold=threshold,
        levels=levels,
        n_cases_above=n,
        flagged=count(round(40_000 * (1 - threshold) ** 2)),
        wrong=fig(400 * (1 - threshold) ** 2, 40 * (1 - threshold) ** 2),
        precision=fig(0.1 + 0.85 * threshold, 0.02 + 0.03 * threshold, n),
        recall=fig(0.98 - 0.6 * threshold**2, 0.05, 140),
        false_positive_rate=fig(0.3 * (1 - threshold) ** 2 + 0.004, 0.003, 472),
        f1=fig(0.6, 0.05),
        match_rate=fig(0.4 * (1 - threshold) ** 2 + 0.002, 0.001),
        newcomer_ratio=fig(1.8, 0.6, 190, "log-ratio"),
    )


def calibration() -> Calibration:
    """Overconfident."""
    bins = tuple(
        ReliabilityBin(
            i / 10, (i + 1) / 10, i / 10 + 0.05, fig(0.03 + 0.08 * i, 0.03, 61, "wilson")
        )
        for i in range(10)
    )
    return Calibration(
        brier=fig(0.043, 0.006),
        reliability=fig(0.008, 0.003),
        resolution=fig(0.014, 0.004),
        uncertainty=fig(0.049, 0.005),
        log_loss=fig(0.17, 0.02),
        ece=fig(0.061, 0.01),
        ece_debiased=fig(0.052, 0.012),
        in_the_large=fig(-0.021, 0.008),
        slope=fig(0.82, 0.1),
        intercept=fig(-0.4, 0.2),
        bins=bins,
        knots=tuple(Knot(i / 5, 0.02 + 0.15 * i) for i in range(6)),
    )


def part(dimension: str, value: str, fpr: float, *, is_reference: bool = False) -> Slice:
    """The model on a part of the edits."""
    return Slice(
        dimension=dimension,
        value=value,
        is_reference=is_reference,
        n_cases=120,
        prevalence=fig(0.08, 0.03, 120),
        precision=fig(0.9, 0.05, 80),
        recall=fig(0.6, 0.1, 45),
        false_positive_rate=fig(fpr, fpr / 2, 100),
        false_positive_ratio=none("reference") if is_reference else fig(fpr / 0.002, 0.9, 100),
        false_positive_gap=none("reference") if is_reference else fig(fpr - 0.002, 0.002, 100),
        residual=fig(-0.02, 0.03, 120),
        p_adjusted=None if is_reference else 0.003,
    )


def model(**changes: Any) -> ModelReport:
    """A model version against people, everything filled."""
    made = ModelReport(
        model="sample-fa-damaging",
        version="7",
        positive_label="yes",
        is_audited=True,
        threshold=0.85,
        threshold_origin="wiki",
        levels=(Level("likely", 0.6), Level("very-likely", 0.85)),
        n_scored=612,
        n_unscored=4,
        n_effective=301.4,
        alarms=(),
        rates=rates(),
        workload=Workload(28.0, count(1240), fig(74, 25, 301), fig(880, 160, 140), 310.0),
        sample_prevalence=fig(0.31, 0.04),
        in_sample=rates(
            cells=Cells(400.0, 12.0, 60.0, 140.0), precision=fig(0.921, 0.04, 152, "wilson")
        ),
        targets=tuple(
            TargetLine(
                name, 612, fig(0.05, 0.01), fig(p, 0.03, 301), fig(r, 0.06), fig(0.002, 0.001)
            )
            for name, p, r in (
                ("votes", 0.94, 0.57),
                ("majority", 0.95, 0.58),
                ("adjusted", 0.95, 0.6),
            )
        ),
        treatments=tuple(
            TreatmentLine(name, 612, fig(0.05, 0.01), fig(0.94), fig(0.57, 0.06), fig(0.002, 0.001))
            for name in ("half", "excluded", "no", "yes")
        ),
        thresholds=tuple(
            line(t / 100, ("very-likely",) if t == 85 else ("likely",) if t == 60 else ())
            for t in (1, 2, 5, *range(10, 96, 5), 97, 98, 99)
        ),
        recommendations=(
            Recommendation(0.5, 0.2, 0.512, 410, None, None, None),
            Recommendation(0.75, 0.6, 0.762, 240, None, None, None),
            Recommendation(0.9, 0.85, 0.911, 152, None, None, None),
            Recommendation(0.95, None, None, 18, "too-few", 180, 0.97),
            Recommendation(0.99, None, None, 152, "value-below", None, None),
        ),
        roc_auc=fig(0.94, 0.02),
        average_precision=fig(0.71, 0.06),
        calibration=calibration(),
        histogram=tuple(ScoreBin(i / 10, (i + 1) / 10, 5 * i, 100 - 10 * i, 3) for i in range(10)),
        slices=(
            part("editor", "registered", 0.002, is_reference=True),
            part("editor", "newcomer", 0.009),
            part("editor", "temporary", 0.012),
            part("namespace", "0", 0.003, is_reference=True),
            part("namespace", "1", 0.001),
        ),
        ceiling=Ceiling(
            580, fig(0.9, 0.02, 580), fig(0.93, 0.015, 580), fig(-0.03, 0.02), fig(0.4, 0.2, 12)
        ),
        trend=tuple(
            TrendPoint(
                f"2026-10-{day:02d}",
                150,
                fig(0.92 + 0.01 * i, 0.06, 75),
                fig(0.55, 0.12, 40),
                fig(0.002, 0.0015, 110),
                fig(0.03, 0.004),
                fig(0.11, 0.02),
            )
            for i, day in enumerate((5, 12, 19, 26))
        ),
        drift=Drift(fig(0.08, 0.02), fig(0.03, 0.01), fig(0.96, 0.02), fig(0.93, 0.04)),
        guardrails=(
            GuardrailCheck("precision", "at-least", 0.9, "Warn the team.", "2026-10-01", "kept"),
            GuardrailCheck("recall", "at-least", 0.7, "Retrain.", "2026-10-01", "crossed"),
        ),
        lists=tuple(
            ContestedList(
                name,
                12 if name == "model-sure" else 0,
                tuple(listed(i) for i in range(3)) if name == "model-sure" else (),
            )
            for name in LIST_NAMES
        ),
    )
    return replace(made, **changes)


def mark(on: str, kind: Literal["guideline", "version"], name: str) -> TrendMark:
    """A day on which something changed."""
    return TrendMark(on, kind, name)


def useless_model() -> ModelReport:
    """It finds 1 of 339 damaging edits, and its accuracy reads 0.979."""
    found = Figure(1 / 339, 0.0005, 0.0166, 339, "wilson")
    return model(
        model="arwiki-damaging",
        alarms=("finds-almost-nothing",),
        rates=rates(
            n_cases=16_000,
            recall=found,
            accuracy=fig(0.979, 0.002, 16_000, "wilson"),
            precision=Figure(1.0, 0.2065, 1.0, 1, "wilson"),
            cells=Cells(15_661.0, 0.0, 338.0, 1.0),
        ),
        in_sample=rates(cells=Cells(15_661.0, 0.0, 338.0, 1.0), recall=found),
    )


def agreement() -> Agreement:
    """Good, but not perfect."""
    return Agreement(
        percent_agreement=fig(0.91, 0.02, 580, "items"),
        positive_agreement=fig(0.74, 0.05, 580, "items"),
        negative_agreement=fig(0.95, 0.01, 580, "items"),
        krippendorff_alpha=fig(0.44, 0.12, 580, "items"),
        alpha_crossed=fig(0.44, 0.15, 580, "items"),
        gwet_ac1=fig(0.92, 0.02, 580, "items"),
        fleiss_kappa=fig(0.43, 0.12, 580, "items"),
        conger_kappa=none("reviewers-unknown"),
        self_consistency=fig(0.96, 0.03, 25, "wilson"),
    )


def question(name: str = "damaging", *models: ModelReport) -> QuestionReport:
    """A question with its models."""
    return QuestionReport(
        question=name,
        n_yes=420,
        n_no=1380,
        n_unsure=36,
        n_decided=598,
        patterns=tuple(
            VotePattern(yes, no, unsure, n)
            for yes, no, unsure, n in (
                (0, 3, 0, 410),
                (3, 0, 0, 120),
                (1, 2, 0, 44),
                (2, 1, 0, 24),
                (1, 1, 1, 14),
            )
        ),
        prevalence=fig(0.052, 0.008),
        agreement=agreement(),
        models=models,
        comparisons=(
            VersionComparison(
                "sample-fa-damaging@7",
                "sample-fa-damaging@8",
                0.85,
                0.8,
                600,
                31,
                fig(0.01, 0.02),
                fig(0.08, 0.04),
                fig(0.001, 0.002),
                fig(-0.003, 0.002),
                None,
                2400,
                (listed(5, why="versions-disagree", other=0.4),),
            ),
        ),
    )


def trust(**changes: Any) -> Trust:
    """To be read with care."""
    made = Trust(
        light="careful",
        doubts=("low-response",),
        blind_share=fig(0.99, 0.005, 1836, "wilson"),
        response_rate=fig(0.874, 0.025, 700, "wilson"),
        unsure_share=fig(0.02, 0.006, 1836, "wilson"),
        votes_per_edit=Figure(3.0, None, None, 612, "median"),
        top_reviewer_share=fig(0.11, 0.01, 1836, "wilson"),
        without_one=Figure(0.012, None, None, 48, "jackknife"),
        reviewer_hours=Figure(21.5, None, None, 1836, "sum"),
        languages=(LanguageCount("fa", 1700), LanguageCount("en", 100), LanguageCount(None, 36)),
        n_alike=1,
        oldest_on="2026-10-02",
        newest_on="2026-11-20",
        missing=(Missing("damaging", "conger_kappa", "reviewers-unknown"),),
    )
    return replace(made, **changes)


def sample() -> PopulationSample:
    """A sample cut by score."""
    return PopulationSample(
        n_edits=40_000,
        n_unscored=210,
        n_drawn=700,
        n_judged=612,
        n_effective=301.4,
        is_census=False,
        strata=tuple(
            StratumResponse("probability", f"{low}", low, low + 0.25, None, 10_000, 175, 153)
            for low in (0.0, 0.25, 0.5, 0.75)
        ),
    )


def report(*questions: QuestionReport, **changes: Any) -> Report:
    """A report of a drawn campaign."""
    made = Report(
        campaign="a-campaign",
        wiki="sample-fa",
        kind="audit",
        k=3,
        min_votes=2,
        computed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        code_version="1.0",
        seed=7,
        snapshot=SNAPSHOT,
        window_from="2026-10-01",
        window_to="2026-10-28",
        days=28.0,
        n_edits=700,
        n_edits_judged=612,
        n_judgments=1836,
        n_judgments_used=1800,
        n_judgments_waiting=20,
        n_exposed=10,
        n_exposure_unknown=0,
        n_unknown_left_out=0,
        n_withdrawn=2,
        n_bot_judgments=4,
        n_reviewers=Figure(48, None, None, 48, "count"),
        guideline_versions=(1, 2),
        notes=(),
        sample=sample(),
        trust=trust(),
        questions=questions
        or (
            question("damaging", model()),
            question("goodfaith", model(model="sample-fa-goodfaith")),
        ),
        labelled=(),
    )
    return replace(made, **changes)


def lists_file(*edits: ListedEdit, name: str = "model-sure") -> bytes:
    """The file of full lists: of the first model of question damaging."""
    found = {"name": name, "n": len(edits), "against": None, "edits": [asdict(e) for e in edits]}
    held = {"question": "damaging", "model": "sample-fa-damaging@7", "lists": [found]}
    return json.dumps([held]).encode()


def store(
    database: Database, report: Report, files: Mapping[str, bytes] | None = None, slug: str = ""
) -> None:
    """Freeze a report of a stored campaign as it is, with these files."""
    with database.transaction() as session:
        campaign = campaigns.by_slug(session, slug or report.campaign)
        assert campaign is not None
        reports.freeze(
            session,
            campaign.campaign_id,
            report.to_json(),
            files or {},
            computed_at=report.computed_at,
        )
