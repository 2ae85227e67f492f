"""The glossary: names of the domain, and what went wrong, as words in the page's language.

Names below are stable codes; this is the only place where they become words.
"""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from jadelite.domain.errors import DomainError, FieldError
from jadelite.web.locale import number

QUESTIONS: dict[str, LazyString] = {
    "damaging": _("Is this edit damaging?"),
    "goodfaith": _("Was it made in good faith?"),
}
QUESTION_HELP: dict[str, LazyString] = {
    "damaging": _("Does it make the page worse, whether that was meant or not?"),
    "goodfaith": _("Did the person probably want to help, even if it went wrong?"),
}
# Translators: short name of the question "Is this edit damaging?", for tables and headings.
DAMAGING_SHORT = _("Damaging")
# Translators: short name of the question "Was it made in good faith?", for tables and headings.
GOODFAITH_SHORT = _("Good faith")
QUESTIONS_SHORT = {"damaging": DAMAGING_SHORT, "goodfaith": GOODFAITH_SHORT}
# What else models tell of an edit; people are not asked about these.
OTHER_OUTPUTS: dict[str, LazyString] = {
    "article-quality": _("Article quality"),
    "draft-quality": _("Draft quality"),
    "topic": _("Topic"),
    "item-quality": _("Item quality"),
    "reference-need": _("Missing references"),
    "reference-risk": _("Unreliable references"),
}

LABELS: dict[str, LazyString] = {
    # Translators: an answer to a question, on a button.
    "yes": _("Yes"),
    # Translators: an answer to a question, on a button.
    "no": _("No"),
    # Translators: an answer to a question, on a button: the reviewer can't tell.
    "unsure": _("Not sure"),
}

EDITOR_KINDS: dict[str, LazyString] = {
    "temporary": _("temporary account"),
    "unregistered": _("editor without account"),
    "newcomer": _("newcomer"),
    "registered": _("registered editor"),
    "bot": _("bot"),
    "unknown": _("editor unknown"),
}

SKIP_REASONS: dict[str, LazyString] = {
    "language": _("I don't read this language well enough"),
    "subject": _("I don't know the subject"),
    "own-edit": _("It is my own edit, or I was involved"),
    "upsetting": _("It is upsetting"),
    "too-long": _("It is too long"),
    "other": _("Another reason"),
}

ROLES: dict[str, LazyString] = {
    "reviewer": _("reviewer"),
    "coordinator": _("coordinator"),
    "model-team": _("model team"),
    "oversighter": _("oversighter"),
    "operator": _("operator"),
}
ROLE_HELP: dict[str, LazyString] = {
    "reviewer": _("Judges edits and sees afterwards what the model and the others said."),
    "coordinator": _("Judges too, and asks for new reports."),
    "model-team": _("Reads reports and asks for new ones; does not judge its own model."),
    "operator": _("Keeps the site running: sees which services answer and why scores are missing."),
}

TREATMENTS: dict[str, LazyString] = {
    "half": _("“not sure” counts as half a yes"),
    "excluded": _("“not sure” left out"),
    "no": _("“not sure” counts as no"),
    "yes": _("“not sure” counts as yes"),
}

FIGURES: dict[str, LazyString] = {
    "precision": _("Precision"),
    "recall": _("Recall"),
    "false_positive_rate": _("False-positive rate"),
    "roc_auc": _("ROC AUC"),
    "brier": _("Brier score"),
    "percent_agreement": _("Raw agreement"),
    "krippendorff_alpha": _("Krippendorff’s alpha"),
}
FIGURE_HELP: dict[str, LazyString] = {
    "precision": _("Of the edits the model says yes to, the share that people say yes to as well."),
    "recall": _(
        "Of the edits that people say yes to, the share that the model says yes to as well."
    ),
    "false_positive_rate": _(
        "Of the edits that people say no to, the share that the model says yes to."
    ),
    "roc_auc": _(
        "How often a random edit that people say yes to gets a higher score than one they say"
        " no to. 1 is perfect, 0.5 is chance."
    ),
    "brier": _(
        "Mean squared distance between the model’s probability and what people decided."
        " 0 is perfect, 1 is worst."
    ),
    "percent_agreement": _("How often two people who judged the same edit gave the same answer."),
    "krippendorff_alpha": _("Agreement beyond chance. 1 is perfect, 0 is what chance would give."),
}

METHODS: dict[str, LazyString] = {
    "wilson": _("Wilson interval, 95 %"),
    "wilson-kish": _("Wilson interval on the effective number, 95 %"),
    "item-bootstrap": _("Bootstrap over edits, 95 %"),
    "delong": _("DeLong interval, 95 %"),
    "delong-clipped": _("DeLong interval, 95 %, ended where the scale ends"),
    "point": _("No interval can be given"),
    "count": _("A count"),
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
}

# Why a model gave no score of an edit; %(model)s is its name.
NO_SCORE: dict[str, LazyString] = {
    "missing": _("%(model)s could not score this edit: the edit or its text was not found."),
    "deleted": _(
        "%(model)s could not score this edit: the wiki hid or deleted the text, so the model can’t"
        " read it."
    ),
    "not-scorable": _(
        "%(model)s could not score this edit: it can’t judge this kind of edit (for example a new"
        " page)."
    ),
    "unsupported-language": _(
        "%(model)s could not score this edit: the model isn’t made for this wiki or its language."
    ),
    "rate-limited": _("%(model)s has not scored this edit: the service asked us to wait."),
    "transient": _("%(model)s has not scored this edit: the service did not answer."),
    "client-bug": _(
        "%(model)s has not scored this edit: we asked wrongly; the operators can see this."
    ),
    "bad-answer": _(
        "%(model)s has not scored this edit: the service’s answer made no sense and was not stored."
    ),
}
# The same for a table with a heading.
NO_SCORE_SHORT: dict[str, LazyString] = {
    "missing": _("edit not found"),
    "deleted": _("text hidden or deleted"),
    "not-scorable": _("kind of edit the model can’t judge"),
    "unsupported-language": _("wiki or language the model isn’t made for"),
    "rate-limited": _("asked to wait"),
    "transient": _("no answer"),
    "client-bug": _("asked wrongly"),
    "bad-answer": _("answer made no sense"),
}

# Why there is no diff; None: it was never asked for.
NO_DIFF: dict[str | None, LazyString] = {
    None: _("The text of this edit isn’t stored here, so the change can’t be shown."),
    "hidden": _("The wiki hid the text of this edit, so the change can’t be shown."),
    "missing": _("The wiki doesn’t show this edit any more, so the change can’t be shown."),
    "too-large": _("This change is too large to be shown here."),
    "not-text": _(
        "This kind of page can’t be compared as text, so the change can’t be shown here."
    ),
    "transient": _("The wiki didn’t answer, so the change can’t be shown now."),
}

# How a service outside is: what the circuit that guards it does.
SERVICE_STATES: dict[str, LazyString] = {
    "closed": _("is asked as usual"),
    "open": _("is left alone after too many failures"),
    "half-open": _("is tried with one call"),
}
SERVICE_SIGNS = {"closed": "✓", "open": "✕", "half-open": "…"}
WORK_STATES: dict[str, LazyString] = {
    "waiting": _("waits"),
    "running": _("runs"),
    "failed": _("has failed"),
}
WORK_SIGNS = {"waiting": "…", "running": "▸", "failed": "✕"}

_ERRORS: dict[str, LazyString] = {
    "already-judged": _("You judged this edit before; change your answer below instead."),
    "bad-language": _("This language isn’t offered here."),
    "bad-role": _("This role can’t be chosen here."),
    "bad-skip-reason": _("Choose one of the reasons for skipping."),
    "campaign-closed": _("This campaign takes no judgments now."),
    "clash": _("Somebody did the same in the same moment. Please try again."),
    "daily-cap": _(
        "Your limit for 24 hours is reached: %(n)s. Thank you! Please rest and come back later."
    ),
    "database-unavailable": _("The database does not answer now. Please try again in a moment."),
    "invalid-judgment": _("Your judgment is not complete yet."),
    "no-campaign": _("There is no such campaign."),
    "no-demo": _("This works in demonstrations only."),
    "no-edit": _("This edit is not known here."),
    "no-judgment": _("You have not judged this edit yet."),
    "no-report": _("No report has been computed yet."),
    "no-task": _("This edit is not waiting for you, or it was given to somebody else."),
    "not-approved": _("The community of this wiki has not agreed to this audit."),
    "sign-in-first": _("Sign in first."),
    "task-complete": _(
        "Your time on this edit ran out and others took it over, so your answer was not needed."
        " Thank you!"
    ),
    "wrong-role": _("Your role does not allow this."),
}

_FIELDS: dict[str, LazyString] = {
    "unanswered": _("Please choose an answer."),
    "unknown-label": _("Please choose one of the answers."),
    "unknown-question": _("This question is not asked here."),
    "bad-character": _("This holds a character that can’t be stored."),
    "note-too-long": _("The note is too long; 500 characters at most."),
}


def question_short(name: str) -> str:
    """The short name of what a model tells of an edit; its code where it has no words."""
    words = QUESTIONS_SHORT.get(name) or OTHER_OUTPUTS.get(name)
    return name if words is None else str(words)


def no_score_sentence(reason: str, model: str) -> Markup:
    """Why a model gave no score of an edit, in the page's language."""
    name = Markup('<bdi dir="ltr">{}</bdi>').format(model)
    return Markup(escape(str(NO_SCORE[reason]))) % {"model": name}  # noqa: S704  # escaped


def error_sentence(error: DomainError) -> str:
    """What went wrong, in the page's language."""
    words = _ERRORS.get(error.code)
    if words is None:
        return str(gettext("Something is not right with this request."))
    values = {
        name: number(value) if isinstance(value, int) else value
        for name, value in error.values.items()
    }
    return str(words) % values if values else str(words)


def field_sentence(error: FieldError) -> str:
    """What is wrong with one field, in the page's language."""
    words = _FIELDS.get(error.code)
    return str(words) if words is not None else error_sentence_unknown()


def error_sentence_unknown() -> str:
    """For what has no words of its own."""
    return str(gettext("This value can’t be used."))


def known_codes() -> tuple[frozenset[str], frozenset[str]]:
    """Error codes and field codes that have words; a test compares them with the domain's."""
    return frozenset(_ERRORS), frozenset(_FIELDS)
