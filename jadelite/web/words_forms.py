"""The glossary of forms: reason tags, the usual guideline, and what holds below any guideline."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

TAGS: dict[str, LazyString] = {
    "vandalism": _("Vandalism"),
    "nonsense": _("Nonsense or a test"),
    "attack": _("Attack on a person or group"),
    "promotion": _("Advertising"),
    "unsourced": _("No source"),
    "wrong-fact": _("A wrong fact"),
    "copied": _("Copied text"),
    "removal": _("Removes good content"),
    "broken-markup": _("Breaks the layout"),
    "improvement": _("An improvement"),
}

# What every reviewer is told below any guideline, also one of the campaign's own.
GUIDELINE_NOTICES: tuple[LazyString, ...] = (
    _(
        "You see what an edit changed and answer the questions about it. You judge blind: what the"
        " model and the others said is shown only when your answer is saved."
    ),
    _("Judge the edit, not the person. Who made it is folded away; opening it is recorded."),
    _(
        "About three edits in a hundred come again later, without a sign. This shows how steady"
        " answers are. Nobody is rated by it."
    ),
    _(
        "Judgments are stored and published under a pseudonym. They stay when you leave; your name"
        " is not stored with them."
    ),
)
# The usual guideline: items of a list, and a paragraph after it.
_OF_FACETS: dict[str, tuple[LazyString, ...]] = {
    "editquality": (
        _("Damaging: the edit makes the page worse, whether that was meant or not."),
        _(
            "Good faith: the person probably wanted to help, even if it went wrong. A damaging edit"
            " can be made in good faith."
        ),
    ),
    "contentquality": (
        _("Content quality: how good the page is after the edit, whoever made it better or worse."),
    ),
}
_ITEMS = (
    _(
        "Not sure: the edit can’t be judged from what you see, or it could be both. This is an"
        " answer about the edit, and it counts."
    ),
    _(
        "Skip: it is about you. You don’t read the language, don’t know the subject, were involved,"
        " or don’t want to see this. The edit then goes to somebody else."
    ),
)
_AFTER = _(
    "You can change your mind after the reveal. Your first answer stays; the new one is added."
)
# What a text of a campaign is for, by the first part of its key.
TEXT_PARTS: dict[str, LazyString] = {
    "name": _("Name of the campaign"),
    "guideline": _("Guideline"),
    "question": _("Question"),
    "short": _("Short name of a question"),
    "help": _("Explanation of a question"),
    "label": _("Answer"),
    "hint": _("Meaning of an answer"),
    "tag": _("Reason"),
}


def default_guideline(facet: str) -> str:
    """The usual guideline for a facet as plain text, without the notices, in the language set."""
    items = "\n".join(f"- {text}" for text in (*_OF_FACETS.get(facet, ()), *_ITEMS))
    return f"{items}\n\n{_AFTER}"


def part_name(key: str) -> str:
    """What a text of a campaign is for; the key itself where no campaign has such a text."""
    return str(TEXT_PARTS.get(key.partition(".")[0], key))
