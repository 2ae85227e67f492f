"""The glossary of making and leading campaigns: states, streams, sets of questions, estimates."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

STATES: dict[str, LazyString] = {
    "draft": _("Draft"),
    "open": _("Open"),
    "closed": _("Closed"),
    "archived": _("Archived"),
}
STATE_HELP: dict[str, LazyString] = {
    "draft": _("Nobody can judge here yet."),
    "open": _("Judgments are taken."),
    "closed": _("No judgments are taken; scores and judgments can be read by anybody."),
    "archived": _("It can only be read."),
}

# What is drawn for a campaign, by stream.
SAMPLES: dict[str, LazyString] = {
    "probability": _("The sample"),
    "link30": _("The 30 edits of the link"),
    "practice": _("Edits to try with, outside all figures"),
}

FACETS: dict[str, LazyString] = {
    "editquality": _("Is the edit damaging, and was it made in good faith?"),
    "contentquality": _("How good is the content after the edit, from 1 to 6?"),
}

# Kinds of editors as samples are split by them.
EDITOR_GROUPS: dict[str, LazyString] = {
    "unregistered": _("editors without account"),
    "newcomer": _("newcomers"),
    "registered": _("registered editors"),
    "bot": _("bots"),
    "unknown": _("unknown editors"),
    "other": _("all other editors"),
}

ESTIMATES: dict[str, LazyString] = {
    "precision": _("Precision"),
    "recall": _("Recall"),
    "prevalence": _("Share of all edits"),
}
ASSUMPTIONS: dict[str, LazyString] = {
    "scores-are-right": _(
        "This assumes that the model’s scores are right: that of edits with a score of 0.3, three"
        " in ten are damaging. If they are not, the intervals may come out wider."
    ),
}
SECONDS_ORIGINS: dict[str, LazyString] = {
    "measured": _("That is the median on this wiki so far."),
    "assumed": _("That is a guess: too few judgments on this wiki were timed."),
}
