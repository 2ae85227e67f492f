"""The glossary of reports: doubts, lists, parts of the edits, bounds, files.

Names are stable codes of `domain.reports`; this is where they become words.
"""

from flask_babel import lazy_gettext as _
from flask_babel import pgettext
from flask_babel.speaklater import LazyString

from jadelite.domain.model_reports import TrendMark
from jadelite.web import words, words_edits, words_figures
from jadelite.web.locale import number

# What a threshold is looked at for, beside its number of judged edits.
THRESHOLD_COLUMNS = (
    "flagged", "wrong", "precision", "recall", "false_positive_rate", "newcomer_ratio",
)  # fmt: skip
TREATMENTS: dict[str, LazyString] = {
    "half": _("“not sure” counts as half a yes"),
    "excluded": _("“not sure” left out"),
    "no": _("“not sure” counts as no"),
    "yes": _("“not sure” counts as yes"),
}
TARGETS: dict[str, LazyString] = {
    "votes": _("shares of the votes"),
    "majority": _("majority of the votes"),
    "adjusted": _("freed of reviewers’ errors"),
}
TARGET_HELP: dict[str, LazyString] = {
    "votes": _("An edit with two yes of three counts as two thirds of a yes."),
    "majority": _("Only decided edits; each is a yes or a no."),
    "adjusted": _(
        "How often each reviewer errs is estimated from the votes alone (Dawid and Skene), with a"
        " share of yes of its own in each bin of the score. It assumes that reviewers err"
        " independently, and as often in each bin. No interval is given: none would tell how well"
        " these errors are known."
    ),
}

LIGHTS: dict[str, LazyString] = {
    "good": _("It can be trusted."),
    "careful": _("Read it with care."),
    "poor": _("Don’t rest a decision on it."),
}
LIGHT_SIGNS = {"good": "✓", "careful": "!", "poor": "✕"}
DOUBTS: dict[str, LazyString] = {
    "few-judgments": _("There are few judgments."),
    "not-blind": _("Many judgments were not given blind."),
    "exposure-unknown": _("It isn’t known what the reviewers had seen when they judged."),
    "low-response": _("Many of these edits have not been judged."),
    "one-reviewer": _("One reviewer gave a large part of the judgments."),
    "much-unsure": _("People were often not sure."),
    "small-sample": _("The judged edits tell no more than a small sample would."),
    "not-a-sample": _("These edits are no random sample of the wiki: they don’t speak for it."),
    "votes-alike": _("Some reviewers voted alike on everything."),
}
LISTS: dict[str, LazyString] = {
    "model-sure": _("The model was sure, people firmly say the opposite"),
    "people-split": _("People are split"),
    "versions": _("Two versions disagree"),
    "flips": _("People changed their minds"),
    "overturned": _("The wiki did the opposite"),
}
LIST_HELP: dict[str, LazyString] = {
    "model-sure": _(
        "Edits on which the model is far from what people firmly say. Those come first where even a"
        " careful reading of the votes is far from the score, so that a single stray vote puts"
        " nothing on top."
    ),
    "people-split": _(
        "Edits with three votes or more, the most evenly split first. Who is in the minority is not"
        " wrong by that."
    ),
    "versions": _("Edits that one version flags at its threshold and the other doesn’t."),
    "flips": _("Edits whose majority turned after people had seen the score and the others."),
    "overturned": _(
        "Edits undone on the wiki though people find them fine, or brought back later."
    ),
}
WHY: dict[str, LazyString] = {
    "false-alarm": _("false alarm"),
    "missed": _("missed"),
    "split": _("split"),
    "even": _("evenly split"),
    "versions-disagree": _("versions disagree"),
    "changed-minds": _("minds changed"),
    "reverted-but-fine": _("undone, though fine"),
    "restored": _("undone, then brought back"),
}
# Cuts that have words; others have the names that were given to them.
LEVELS: dict[str, LazyString] = {"default": _("the wiki’s threshold")}
DIMENSIONS: dict[str, LazyString] = {
    "editor": _("Kind of editor"),
    "namespace": _("Kind of page"),
    "size": _("Size of the change"),
    "device": _("Device"),
    "hour": _("Time of day (UTC)"),
}
PARTS: dict[str, dict[str, LazyString]] = {
    "size": {
        "removes-much": _("removes more than 500 bytes"),
        "removes": _("removes up to 500 bytes"),
        "adds": _("adds up to 500 bytes"),
        "adds-much": _("adds more than 500 bytes"),
    },
    "device": {"mobile": _("mobile"), "desktop": _("not mobile")},
}
# What has an explanation of its own on the page of methods, beside the figures.
SECTIONS: dict[str, LazyString] = {
    "population": _("For the wiki"),
    "sampling": _("The draw"),
    "promise": _("Which threshold keeps a promise?"),
    "versions": _("Versions on the same labels"),
    "adjusted": _("If votes are read in another way"),
    "trend": _("Over time"),
    "slices": _("Parts of the edits"),
}
SIDES: dict[str, LazyString] = {"at-least": _("at least"), "at-most": _("at most")}
BOUND_STATES: dict[str, LazyString] = {
    "kept": _("kept"),
    "crossed": _("crossed"),
    "unclear": _("unclear: the interval holds the bound"),
    "unknown": _("not known"),
}
BOUND_SIGNS = {"kept": "✓", "crossed": "✕", "unclear": "?", "unknown": "–"}
USES: dict[str, LazyString] = {
    "training": _("Given out to train a model"),
    "threshold": _("A threshold was changed"),
    "finding": _("Something was found out"),
    "answer": _("The model team answered"),
    "other": _("Something else"),
}
FILES: dict[str, LazyString] = {
    "report.html": _("this report in a file that stands alone"),
    "report.json": _("every figure, for programs"),
    "report.ipynb": _("a notebook that computes the figures and lists anew"),
    "edits.csv.gz": _("one row for each edit, with how it was drawn"),
    "judgments.csv.gz": _("one row for each judgment"),
    "edits.parquet": _("the edits, as Parquet"),
    "judgments.parquet": _("the judgments, as Parquet"),
    "facts.json": _("the draw, the models, the questions"),
    "lists.json": _("the edits to look at, all of them"),
    "statistics.json": _("figures at every threshold"),
    "strata.csv": _("the parts of the draw"),
    "thresholds.csv": _("what each threshold would do"),
    "slices.csv": _("the model on the parts of the edits"),
    "contested.csv": _("the first edits to look at"),
}
NO_PROMISE: dict[str, LazyString] = {
    "too-few": _("too few judgments to promise it"),
    "value-below": words_figures.REASONS["value-below"],
}


MARKS: dict[str, LazyString] = {
    "guideline": _("judged by version %(name)s of the guideline from here on"),
    "version": _("scored by version %(name)s of the model from here on"),
}


def mark_sentence(mark: TrendMark) -> str:
    """What changed on a day of a trend."""
    return str(MARKS[mark.kind]) % {"name": mark.name}


def part_name(dimension: str, value: str) -> str:
    """What a part of the edits is called, in the page's language; its code without words."""
    if dimension == "editor" and value in words.EDITOR_KINDS:
        return str(words.EDITOR_KINDS[value])
    if dimension == "namespace" and value.lstrip("-").isdecimal():
        return words_edits.namespace_name(int(value))
    if dimension == "hour" and "-" in value:
        low, high = value.split("-")
        if low.isdecimal() and high.isdecimal():
            ends = {"low": number(int(low)), "high": number(int(high))}
            return str(pgettext("hours of the day", "%(low)s to %(high)s", **ends))
    known = PARTS.get(dimension, {}).get(value)
    return value if known is None else str(known)
