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
    "quality": _("How good is the page after this edit?"),
}
QUESTION_HELP: dict[str, LazyString] = {
    "damaging": _("Does it make the page worse, whether that was meant or not?"),
    "goodfaith": _("Did the person probably want to help, even if it went wrong?"),
    "quality": _("Judge the content of the page, from 1 (very poor) to 6 (excellent)."),
}
# Translators: short name of the question "Is this edit damaging?", for tables and headings.
DAMAGING_SHORT = _("Damaging")
# Translators: short name of the question "Was it made in good faith?", for tables and headings.
GOODFAITH_SHORT = _("Good faith")
# Translators: short name of the question "How good is the page after this edit?".
QUALITY_SHORT = _("Content quality")
QUESTIONS_SHORT = {
    "damaging": DAMAGING_SHORT,
    "goodfaith": GOODFAITH_SHORT,
    "quality": QUALITY_SHORT,
}
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
    # Translators: answers on how good a page is.
    "1": _("1 – very poor"),
    "2": _("2 – poor"),
    "3": _("3 – fair"),
    "4": _("4 – good"),
    "5": _("5 – very good"),
    "6": _("6 – excellent"),
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

# What a key does on the review page.
KEY_JOBS: dict[str, LazyString] = {
    "save": _("save, and go on after the reveal"),
    "skip": _("skip this edit"),
    "note": _("write a note"),
    "undo": _("undo: back to the last edit you judged"),
    "editor": _("show editor and time"),
    "help": _("show the keys"),
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
    "coordinator": _("Judges too, makes and leads campaigns, and asks for new reports."),
    "model-team": _("Reads reports and asks for new ones; does not judge its own model."),
    "operator": _("Keeps the site running: sees which services answer and why scores are missing."),
}

# What somebody reports about a model's score.
REPORT_KINDS: dict[str, LazyString] = {
    "false-positive": _("The model calls this edit damaging, and it is fine."),
    "missed-damage": _("The model calls this edit fine, and it is damaging."),
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
    "all-complete": _(
        "Every edit here has its judgments and can be read by anybody, so more of them could not"
        " be blind. Make a new campaign instead."
    ),
    "already-drawn": _(
        "This was drawn before. A second draw would change the chance with which each edit was"
        " chosen; make a new campaign instead."
    ),
    "bad-action": _("This can’t be done here."),
    "campaign-archived": _("This campaign is archived: it can only be read."),
    "empty-frame": _(
        "No edit that fits has a score of this model. Edits that fit, but have no score: %(n)s."
    ),
    "invalid-campaign": _("Some of this can’t be right yet. Nothing was changed."),
    "never-opened": _("A draft can’t be closed; archive it instead."),
    "no-model-version": _("This model version is not known here."),
    "no-wiki": _("No edits of this wiki are stored here."),
    "not-drawable": _("The edits are drawn before a campaign opens; this one can’t be drawn now."),
    "nothing-drawn": _("Draw the edits first: there is nothing to judge yet."),
    "past-end": _("The end of this campaign has passed. Choose a later end first."),
    "still-open": _("Close the campaign first."),
    "strata-not-shown": _(
        "While these edits are judged, this file would give scores away."
        " It can be had once the campaign has ended."
    ),
    "all-drawn": _("Every edit that scores so high is in the sample already."),
    "not-drawn-by-score": _(
        "The edits of this campaign were not drawn by score, so no more can be asked for."
    ),
    "not-open-for-more": _("More edits can be asked for only while the campaign is open."),
    "invalid-label-use": _("Some of this can’t be right yet. Nothing was stored."),
    "already-judged": _("You judged this edit before; change your answer below instead."),
    "bad-form": _("The form file has a mistake in line %(line)s: %(what)s"),
    "bad-context": _("Only the editor, the combined change and the whole page can be opened here."),
    "bad-edit-address": _(
        "This is not the address of a change, nor the number of one beside a wiki’s name."
    ),
    "bad-length": _("Choose how many edits you want to judge: 10, 30, or no fixed number."),
    "bad-language": _("This language isn’t offered here."),
    "bad-report-kind": _("Please say what is wrong with the score."),
    "bad-role": _("This role can’t be chosen here."),
    "bad-preferences": _("This can’t be kept yet."),
    "bad-texts": _("Some of these texts can’t be stored yet."),
    "bad-skip-reason": _("Choose one of the reasons for skipping."),
    "bad-cursor": _("This address leads to no part of the list."),
    "bad-filter": _("The list can’t be narrowed like this."),
    "bad-more": _("Ask for 1 to %(n)s more edits."),
    "bad-threshold": _("A threshold is a number from 0 to 1."),
    "bad-label": _("Models have no such label here."),
    "bad-model-info": _("This asks for nothing that is known of a model."),
    "bad-revids": _("Revisions are whole numbers."),
    "no-scorers": _("No edit of this wiki has a score."),
    "no-statistics": _("No report compares this model with people on this wiki yet."),
    "no-such-models": _("This wiki has no scores of such a model."),
    "not-made-anew": _("Scores are stored here and can’t be made anew."),
    "too-many-revisions": _("At most %(n)s revisions can be asked for at once."),
    "being-judged-again": _(
        "Some of these edits are being judged again. This file can be had once that is done."
    ),
    "campaign-closed": _("This campaign takes no judgments now."),
    "clash": _("Somebody did the same in the same moment. Please try again."),
    "daily-cap": _(
        "Your limit for 24 hours is reached: %(n)s. Thank you! Please rest and come back later."
    ),
    "database-unavailable": _("The database does not answer now. Please try again in a moment."),
    "form-taken": _(
        "A form named %(name)s exists already and asks other questions. Give yours a new name."
    ),
    "invalid-judgment": _("Your judgment is not complete yet."),
    "no-campaign": _("There is no such campaign."),
    "no-consent": _("To take part, please agree first; or try without an account."),
    "no-demo": _("This works in demonstrations only."),
    "no-edit": _("This edit is not known here."),
    "no-judgment": _("You have not judged this edit yet."),
    "no-link30": _("No open campaign of this wiki has a set of thirty edits now."),
    "no-file": _("This report has no such file."),
    "no-list": _("There is no such list."),
    "no-method": _("There is no such figure."),
    "no-open-campaign": _(
        "No campaign of this wiki takes judgments now, so nobody could look at it. Nothing was"
        " stored."
    ),
    "no-part": _("The change has no such part."),
    "no-report": _("No report has been computed yet."),
    "no-version": _("There is no such version of these texts."),
    "no-run": _("This edit stands alone: no other edit by the same editor lies beside it."),
    "no-task": _("This edit is not waiting for you, or it was given to somebody else."),
    "no-texts": _("The whole text of this page isn’t kept here."),
    "not-approved": _("The community of this wiki has not agreed to this audit."),
    "not-revealed": _("This answer can still be undone; what the others said comes later."),
    "nothing-to-undo": _("There is nothing to undo in this sitting."),
    "sign-in-first": _("Sign in first."),
    "task-complete": _(
        "Your time on this edit ran out and others took it over, so your answer was not needed."
        " Thank you!"
    ),
    "texts-changed": _(
        "Somebody changed some of these texts in the meantime. Yours are still here: look at both,"
        " and save again to keep yours."
    ),
    "unknown-language": _("Texts can’t be written in this language."),
    "too-many-reports": _("%(n)s reports in 24 hours are enough for now. Thank you!"),
    "wrong-role": _("Your role does not allow this."),
}

_FIELDS: dict[str, LazyString] = {
    "bad-day": _("Write a day as year-month-day, such as 2026-11-30."),
    "bad-extra": _("Choose a whole number from 0 to 5."),
    "bad-k": _("Choose a whole number from 1 to 50."),
    "bad-language-tag": _("Choose one of the languages."),
    "bad-namespaces": _("Write numbers with commas between them, such as 0, 4."),
    "bad-sample-size": _("Choose a whole number from 2 to 20,000."),
    "bad-slug": _("Use 2 to 60 small letters from a to z, digits and hyphens."),
    "bad-window": _("The last day must not come before the first one."),
    "bad-use-kind": _("Please choose what it was."),
    "bad-use-model": _("Write the model’s name and version with @ between them."),
    "bad-use-text": _("Please say in a sentence what was done; 2,000 characters at most."),
    "bad-use-url": _("This is not the address of a web page."),
    "end-in-past": _("The end must lie in the future."),
    "end-not-later": _("Choose a day later than the present end."),
    "k-not-larger": _("Choose as many reviewers as now, or more, up to 50."),
    "no-model-chosen": _("Choose a model."),
    "no-such-wiki": _("No edits of this wiki are stored here."),
    "nothing-to-change": _("Choose what is to change."),
    "scored-nothing": _("Choose a model that has scored edits of this wiki."),
    "slug-taken": _("There is a campaign of this name already."),
    "unknown-facet": _("Choose one of these sets of questions."),
    "bad-choice": _("Please choose one of these."),
    "bad-daily-cap": _("Please give a whole number from 1 to 1000, or nothing."),
    "bad-key": _("This key can’t be used."),
    "key-taken": _("This key is given twice; each key can do one thing only."),
    "guideline-too-long": _("This is too long; 20,000 characters at most."),
    "not-one-line": _("A name must be on one line."),
    "text-too-long": _("This is too long; 500 characters at most."),
    "too-many-labels": _("Please choose fewer answers."),
    "unknown-text": _("This campaign has no such text."),
    "unanswered": _("Please choose an answer."),
    "unknown-label": _("Please choose one of the answers."),
    "unknown-question": _("This question is not asked here."),
    "unknown-tag": _("Please choose from the reasons that are offered."),
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
