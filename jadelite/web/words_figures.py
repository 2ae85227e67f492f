"""The glossary of figures: their names, what they say, how each was made, why one can't be.

Names are stable codes of `domain.reports` and `metrics`. How a figure is written (KINDS) stands
beside its name, for `web.figures`.
"""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

FIGURES: dict[str, LazyString] = {
    "precision": _("Precision"),
    "recall": _("Recall"),
    "false_positive_rate": _("False-positive rate"),
    "specificity": _("Specificity"),
    "f1": _("F1"),
    "accuracy": _("Accuracy"),
    "match_rate": _("Share flagged"),
    "prevalence": _("Share of yes"),
    "sample_prevalence": _("Share of yes in the sample"),
    "flagged": _("Flagged"),
    "wrong": _("Wrongly flagged"),
    "missed": _("Missed"),
    "newcomer_ratio": _("Newcomers’ false positives, as a ratio"),
    "roc_auc": _("ROC AUC"),
    "average_precision": _("Average precision"),
    "brier": _("Brier score"),
    "reliability": _("Brier score: miscalibration"),
    "resolution": _("Brier score: resolution"),
    "uncertainty": _("Brier score: uncertainty"),
    "log_loss": _("Log loss"),
    "ece": _("Calibration error"),
    "ece_debiased": _("Calibration error, debiased"),
    "in_the_large": _("Calibration in the large"),
    "slope": _("Calibration slope"),
    "intercept": _("Calibration intercept"),
    "observed": _("People say yes"),
    "residual": _("People less model"),
    "false_positive_ratio": _("False positives, as a ratio"),
    "false_positive_gap": _("False positives, difference"),
    "model_human": _("The model agrees with a reviewer"),
    "human_human": _("Two reviewers agree"),
    "difference": _("Model less people"),
    "reviewers_matched": _("Reviewers the model could stand in for"),
    "mean_probability": _("Mean probability"),
    "js_distance": _("Change of the scores (Jensen-Shannon)"),
    "wasserstein": _("Change of the scores (Wasserstein)"),
    "expected_precision": _("Precision that the scores promise"),
    "percent_agreement": _("Raw agreement"),
    "positive_agreement": _("Agreement on yes"),
    "negative_agreement": _("Agreement on no"),
    "krippendorff_alpha": _("Krippendorff’s alpha"),
    "alpha_crossed": _("Krippendorff’s alpha, reviewers drawn too"),
    "gwet_ac1": _("Gwet’s AC1"),
    "fleiss_kappa": _("Fleiss’ kappa"),
    "conger_kappa": _("Conger’s kappa"),
    "self_consistency": _("Same answer when asked again"),
    "n_reviewers": _("Reviewers"),
    "blind_share": _("Judged blind"),
    "response_rate": _("Share of the edits judged"),
    "unsure_share": _("Answers “not sure”"),
    "votes_per_edit": _("Votes for an edit"),
    "top_reviewer_share": _("Share of the busiest reviewer"),
    "without_one": _("Largest change without one reviewer"),
    "reviewer_hours": _("Hours of reviewers"),
}
FIGURE_HELP: dict[str, LazyString] = {
    "precision": _("Of the edits the model says yes to, the share that people say yes to as well."),
    "recall": _(
        "Of the edits that people say yes to, the share that the model says yes to as well."
    ),
    "false_positive_rate": _(
        "Of the edits that people say no to, the share that the model says yes to."
    ),
    "specificity": _("Of the edits that people say no to, the share that the model says no to."),
    "f1": _("One number for precision and recall: their harmonic mean. 1 is perfect."),
    "accuracy": _(
        "The share of edits on which model and people agree. Where yes is rare, a model that never"
        " says yes has a high accuracy; so never read it alone."
    ),
    "match_rate": _("The share of all edits that the model says yes to."),
    "prevalence": _("Of all edits that could be drawn, the share that people say yes to."),
    "sample_prevalence": _(
        "The plain share of yes among the judged edits. It says nothing of the wiki where some"
        " edits were drawn more often than others."
    ),
    "flagged": _("How many edits the model says yes to. Counted where all scores are known."),
    "wrong": _("How many edits the model says yes to and people say no to."),
    "missed": _("How many edits the model says no to and people say yes to."),
    "newcomer_ratio": _(
        "The false-positive rate of newcomers’ edits, divided by that of established editors’."
        " At 1 both are treated alike."
    ),
    "roc_auc": _(
        "How often a random edit that people say yes to gets a higher score than one they say"
        " no to. 1 is perfect, 0.5 is chance."
    ),
    "average_precision": _(
        "The precision over all thresholds, weighted by the recall each one adds. 1 is perfect; a"
        " model that knows nothing gets the share of yes."
    ),
    "brier": _(
        "Mean squared distance between the model’s probability and what people decided."
        " 0 is perfect, 1 is worst."
    ),
    "reliability": _("The part of the Brier score that comes from wrong probabilities. 0 is best."),
    "resolution": _(
        "How far the model tells edits apart; it lowers the Brier score. More is better."
    ),
    "uncertainty": _(
        "The Brier score of somebody who gives every edit the share of yes as its probability."
    ),
    "log_loss": _(
        "The mean surprise at people’s answers, given the model’s probability. 0 is perfect."
    ),
    "ece": _(
        "The mean distance between the model’s probability and the share of yes, over ten bins."
        " With few edits it comes out too large."
    ),
    "ece_debiased": _("The calibration error without the part that chance adds."),
    "in_the_large": _(
        "The share of yes less the mean probability. Below 0 the model says too much."
    ),
    "slope": _(
        "1 where probabilities are spread as they should be; below 1 they are too extreme, above 1"
        " too timid."
    ),
    "intercept": _("0 where probabilities are neither too high nor too low, at the given slope."),
    "observed": _("The share of yes among edits with such a probability."),
    "residual": _(
        "The mean of what people say less what the model says. Where its interval leaves out 0,"
        " the model is biased on this part."
    ),
    "false_positive_ratio": _(
        "The false-positive rate of this part, divided by that of the reference."
    ),
    "false_positive_gap": _("The false-positive rate of this part less that of the reference."),
    "model_human": _("How often the model and a random reviewer of an edit say the same."),
    "human_human": _("How often two random reviewers of an edit say the same: the ceiling."),
    "difference": _("How much less, or more, the model agrees with a reviewer than reviewers do."),
    "reviewers_matched": _(
        "The share of reviewers with whom the model agrees at least as well as the others do."
    ),
    "mean_probability": _("The mean of the model’s probabilities."),
    "js_distance": _(
        "How different the scores of the later half are from those of the earlier half. 0 is alike,"
        " 1 has nothing in common."
    ),
    "wasserstein": _("How far scores moved on average from the earlier to the later half."),
    "expected_precision": _(
        "The precision of the later half if its calibrated scores are right. A gap to what people"
        " say is the signal."
    ),
    "percent_agreement": _("How often two people who judged the same edit gave the same answer."),
    "positive_agreement": _("If one of two people says yes, how often the other does too."),
    "negative_agreement": _("If one of two people says no, how often the other does too."),
    "krippendorff_alpha": _("Agreement beyond chance. 1 is perfect, 0 is what chance would give."),
    "alpha_crossed": _(
        "The same alpha; its interval also asks what other reviewers would have said."
    ),
    "gwet_ac1": _(
        "Agreement beyond chance, where chance is counted so that rare answers don’t lower it."
    ),
    "fleiss_kappa": _("Agreement beyond chance, as if reviewers were interchangeable."),
    "conger_kappa": _("Agreement beyond chance, each reviewer with habits of their own."),
    "self_consistency": _("How often a reviewer who got an edit twice gave the same answer."),
    "n_reviewers": _("People who judged blind."),
    "blind_share": _("The share of people’s judgments given without knowing the score or others’."),
    "response_rate": _("Of the edits that people were to judge, the share that has been judged."),
    "unsure_share": _("The share of answers that are “not sure”."),
    "votes_per_edit": _("The median number of blind votes for a judged edit."),
    "top_reviewer_share": _("The share of judgments that the busiest reviewer gave."),
    "without_one": _(
        "By how much the precision changes if one reviewer is left out; the largest such change."
    ),
    "reviewer_hours": _("The time from showing an edit to its answer, summed up."),
}
# How a figure is written: a share as a percentage, points as a difference of shares, a ratio with
# its sign, an amount of things, hours, or else a plain number.
KINDS: dict[str, str] = {
    **dict.fromkeys(
        ("roc_auc", "average_precision", "f1", "brier", "reliability", "resolution", "uncertainty",
         "log_loss", "ece", "ece_debiased", "slope", "intercept", "js_distance", "wasserstein",
         "krippendorff_alpha", "alpha_crossed", "gwet_ac1", "fleiss_kappa", "conger_kappa"),
        "number",
    ),
    **dict.fromkeys(
        ("in_the_large", "residual", "false_positive_gap", "difference", "without_one"), "points"
    ),
    **dict.fromkeys(("newcomer_ratio", "false_positive_ratio"), "ratio"),
    **dict.fromkeys(("flagged", "wrong", "missed", "n_reviewers", "votes_per_edit"), "amount"),
    "reviewer_hours": "hours",
}  # fmt: skip
METHODS: dict[str, LazyString] = {
    "wilson": _("Wilson interval, 95 %"),
    "wilson-kish": _("Wilson interval on the effective number, 95 %"),
    "wilson-linearised": _("Linearised, Wilson interval, 95 %"),
    "wilson-mover": _("Wilson intervals of the two rates joined (MOVER), 95 %"),
    "item-bootstrap": _("Bootstrap over edits, 95 %"),
    "crossed-bootstrap": _("Bootstrap over edits and reviewers, 95 %"),
    "analytic": _("Standard error by formula, 95 %"),
    "stratified-bootstrap": _("Bootstrap within the parts of the draw, 95 %"),
    "delong": _("DeLong interval, 95 %"),
    "delong-clipped": _("DeLong interval, 95 %, ended where the scale ends"),
    "stratified-wilson": _("Weighted by the draw, Wilson interval on the effective number, 95 %"),
    "hajek": _("Weighted by the draw (Hájek)"),
    "horvitz-thompson": _("Weighted by the draw (Horvitz and Thompson)"),
    "linearised": _("Linearised, normal interval, 95 %"),
    "linearised-fisher": _("Linearised, interval on Fisher’s scale, 95 %"),
    "mover": _("Intervals of both rates joined (MOVER), 95 %"),
    "mover-log": _("Intervals of both rates joined on a log scale (MOVER), 95 %"),
    "shifted-bootstrap": _("Bootstrap over edits, freed of bias, 95 %"),
    "shifted-bootstrap-clipped": _(
        "Bootstrap over edits, freed of bias, 95 %, ended where the scale ends"
    ),
    "sandwich": _("Weighted by the draw, robust standard errors, 95 %"),
    "anytime-valid": _("Holds for all weeks together, 95 %"),
    "poisson-binomial": _("What follows from the scores alone, 95 %"),
    "reviewers-normal": _("Mean over reviewers, normal interval, 95 %"),
    "dawid-skene": _("Freed of reviewers’ errors (Dawid and Skene)"),
    "jackknife": _("One reviewer left out at a time"),
    "median": _("A median"),
    "sum": _("A sum"),
    "census": _("Every edit was judged, so nothing is left to chance"),
    "point": _("No interval can be given"),
    "count": _("A count"),
}
# The same methods where nothing was drawn, so that all edits weigh the same.
UNWEIGHTED: dict[str, LazyString] = {
    "stratified-wilson": METHODS["wilson-kish"],
    "sandwich": _("Robust standard errors, 95 %"),
}

REASONS: dict[str, LazyString] = {
    "empty": _("no edit has been decided yet"),
    "no-pairs": _("no edit was judged by two people"),
    "constant": _("everybody always gave the same answer, so chance can’t be told from agreement"),
    "one-class-only": _("all decided edits are of one kind"),
    "no-flagged-cases": _("the model flagged none of the decided edits"),
    "no-positive-cases": _("people said yes to none of the decided edits"),
    "no-negative-cases": _("people said no to none of the decided edits"),
    "reviewers-unknown": _("the import does not say who judged"),
    "zero-rate": _("one of the two rates is zero"),
    "no-reference": _("there is no reference to compare with"),
    "reference": _("this is the reference"),
    "small-cell": _("fewer than five judged edits"),
    "too-few": _("too few judged edits"),
    "too-few-raters": _("too few reviewers with enough votes"),
    "separated": _("one threshold parts yes and no without a mistake, so the slope is infinite"),
    "no-repeats": _("no reviewer was given an edit twice"),
    "one-reviewer": _("there is only one reviewer"),
    "no-model": _("there is no model to measure"),
    "time-unknown": _("the times aren’t known"),
    "editors-unknown": _("it isn’t known who made the edits"),
    "exposure-unknown": _("it isn’t known what the reviewers had seen"),
    "value-below": _("the model does not reach it where its scores are highest"),
}

# What `metrics.coverage` measured that is no figure of a report: the figure's name in a pattern.
COVERED: dict[str, LazyString] = {
    " of votes": _("%(figure)s, by shares of the votes"),
    " change": _("%(figure)s, difference of two versions"),
    " of a group": _("%(figure)s, on one part of the edits"),
}
_SAME_AS = {
    "false_positive_rate gap of groups": "false_positive_gap",
    "false_positive_rate ratio of groups": "false_positive_ratio",
    "model_human less human_human": "difference",
}


def covered_name(name: str) -> str:
    """What is called `name` in `metrics.coverage`, in the page's language; else its code."""
    name = _SAME_AS.get(name, name)
    for ending, pattern in COVERED.items():
        figure = name.removesuffix(ending)
        if figure != name and figure in FIGURES:
            return str(pattern) % {"figure": FIGURES[figure]}
    return str(FIGURES.get(name, name))
