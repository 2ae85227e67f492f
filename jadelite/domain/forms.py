"""Form files: questions of a community's own, as Wiki Labels' YAML forms write them.

A form becomes a facet and its texts by language. Widgets that choose one (buttons, radios, a
drop-down, a checkbox) and several (SemanticsSelector, CheckboxMultiselectWidget) become questions;
the one free text of a form is the judgment's note.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from jadelite.domain.facets import FACETS, NO, YES, Facet, Question, QuestionKind
from jadelite.domain.plain_yaml import Item, read, wrong
from jadelite.domain.texts import MAX_TEXT, NOTE

TITLE = "title"
MAX_QUESTIONS, MAX_LABELS = 20, 40
DEFAULT_LANGUAGE = "en"

_REFERENCE = re.compile(r"<{1,2}([\w.-]+)>{1,2}")
_FORM_NAME = re.compile(r"[a-z][a-z0-9_-]{1,59}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}")
_TRANSLATORS_NOTES = "qqq"  # documentation of the messages, in no language

_ONE = {"ButtonSelectWidget", "RadioSelectWidget", "DropdownInputWidget", "DropdownWidget"}
_SEVERAL = {"CheckboxMultiselectWidget", "CheckboxMultiselectInputWidget"}
_CHECKBOX, _SEMANTICS = "CheckboxInputWidget", "SemanticsSelector"
_TEXT = {"TextInputWidget", "MultilineTextInputWidget"}
# How things look there; here the pages decide.
_LOOKS = {"class", "align", "classes", "icon", "iconTitle", "flags", "multiline", "placeholder",
          "emptyMessage", "rows", "autosize", "maxLength", "horizontal"}  # fmt: skip
_FIELD = {"label", "help", "fieldWidget", "required"} | _LOOKS
_WIDGET = {"name", "items", "options", "required", "label"} | _LOOKS
_OPTION = {"data", "label", "indicatorTitle", "title", "value", "description"} | _LOOKS


@dataclass(frozen=True)
class Form:
    """A form: its facet, and its texts by (key, language): question, help, label, hint, title."""

    facet: Facet
    texts: Mapping[tuple[str, str], str]


@dataclass
class _Reading:
    """A form while it is read: questions so far, and what each text key refers to."""

    questions: list[Question] = field(default_factory=list)
    texts: dict[str, Item] = field(default_factory=dict)
    has_note: bool = False

    def say(self, key: str, item: Item | None) -> None:
        """Remember what a key says, where the form says something."""
        if item is not None and _text(item, key).strip():
            self.texts[key] = item


def parse(text: str) -> Form:
    """The form of a file. Raises Invalid with a sentence that names line and field."""
    top = _mapping(read(text), "the form", {"name", "title", "fields", "i18n", "language"})
    name = _needed(top, "name", 1)
    facet_name = _text(name, "name")
    if not _FORM_NAME.fullmatch(facet_name) or facet_name in FACETS:
        raise wrong(
            name.line,
            f"the form is named {facet_name!r}, expected 2 to 60 small letters, digits, - and _,"
            f" and none of {', '.join(FACETS)}",
        )
    reading = _Reading()
    reading.say(TITLE, top.get("title"))
    fields = _needed(top, "fields", 1)
    for item in _items(fields, "fields"):
        _read_field(item, reading)
    if not any(question.is_required for question in reading.questions):
        raise wrong(fields.line, "no question must be answered, expected at least one")
    if len(reading.questions) > MAX_QUESTIONS:
        n = len(reading.questions)
        raise wrong(fields.line, f"there are {n} questions, expected at most {MAX_QUESTIONS}")
    language = _language(top["language"]) if "language" in top else DEFAULT_LANGUAGE
    return Form(
        facet=Facet(facet_name, tuple(reading.questions)),
        texts=_translate(reading.texts, _messages(top.get("i18n")), language),
    )


def write(form: Form) -> str:
    """The form as a file that `parse` reads back: its texts as messages, by language."""
    keys = {key for key, _ in form.texts}
    document: dict[str, object] = {"name": form.facet.name}
    document |= _references(keys, {"title": TITLE})
    fields = [_written(question, keys) for question in form.facet.questions]
    if f"question.{NOTE}" in keys:
        asks = _references(keys, {"label": f"question.{NOTE}", "help": f"help.{NOTE}"})
        widget = {"name": NOTE, "class": "TextInputWidget"}
        fields.append({"class": "FieldLayout", **asks, "fieldWidget": widget})
    document["fields"] = fields
    messages: dict[str, dict[str, str]] = {}
    for (key, language), words in sorted(form.texts.items()):
        messages.setdefault(language, {})[key] = words
    document["i18n"] = messages
    written: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
    return written


def _read_field(item: Item, reading: _Reading) -> None:
    kind = _class_of(item)
    if kind == "FieldsetLayout":
        group = _mapping(item, "the fieldset", {"label", "items"} | _LOOKS)
        for child in _items(_needed(group, "items", item.line), "items"):
            _read_field(child, reading)
        return
    if kind == _SEMANTICS:
        entries = _mapping(item, kind, {"name", "meaningsLabel", "meanings", "required"} | _LOOKS)
        _add_choice(item, entries, "meanings", entries.get("meaningsLabel"), reading)
        return
    if kind != "FieldLayout":
        raise wrong(item.line, f"a field has the class {kind!r}, expected FieldLayout")
    entries = _mapping(item, "the field", _FIELD)
    widget = _needed(entries, "fieldWidget", item.line)
    kind = _class_of(widget)
    parts = _mapping(widget, kind, _WIDGET)
    asks = entries.get("label") or parts.get("label")
    required = {key: entries[key] for key in ("required",) if key in entries}
    if kind in _TEXT:
        _add_note(widget, {**required, **parts}, asks, entries.get("help"), reading)
        return
    if kind == _CHECKBOX:
        name = _question_name(parts, widget, reading)
        is_required = _truth({**required, **parts}.get("required"), "required", default=True)
        reading.questions.append(Question(name, (YES, NO), positive=YES, is_required=is_required))
        reading.say(f"question.{name}", asks)
    elif kind in _ONE | _SEVERAL:
        options = "items" if "items" in parts else "options"
        name = _add_choice(widget, {**required, **parts}, options, asks, reading)
    else:
        known = ", ".join(sorted(_ONE | _SEVERAL | _TEXT | {_CHECKBOX}))
        raise wrong(widget.line, f"the widget {kind!r} is not known, expected one of {known}")
    reading.say(f"help.{name}", entries.get("help"))


def _add_choice(
    item: Item,
    entries: Mapping[str, Item],
    options: str,
    asks: Item | None,
    reading: _Reading,
) -> str:
    name = _question_name(entries, item, reading)
    labels: list[str] = []
    is_required = _truth(entries.get("required"), "required", default=True)
    for option in _items(_needed(entries, options, item.line), options):
        parts = _mapping(option, f"an option of {name}", _OPTION)
        words = parts.get("label")
        if words is not None and not _text(words, "label").strip():
            is_required = False  # an empty entry of a drop-down: nothing needs to be chosen
            continue
        value = parts.get("data") or parts.get("value")
        if value is None:
            raise wrong(option.line, f"an option of {name} has no value, expected `data`")
        label = _label(value, name)
        if label in labels:
            raise wrong(
                value.line,
                f"{name} has the value {label!r} twice; each answer needs a value of its own",
            )
        labels.append(label)
        reading.say(f"label.{name}.{label}", words)
        hint = parts.get("indicatorTitle") or parts.get("title") or parts.get("description")
        reading.say(f"hint.{name}.{label}", hint)
    if not 2 <= len(labels) <= MAX_LABELS:
        raise wrong(item.line, f"{name} has {len(labels)} answers, expected 2 to {MAX_LABELS}")
    kind: QuestionKind = "several" if _class_of(item) in _SEVERAL | {_SEMANTICS} else "one"
    positive = YES if YES in labels else labels[0]
    reading.questions.append(Question(name, tuple(labels), positive, kind, is_required))
    reading.say(f"question.{name}", asks)
    return name


def _add_note(
    item: Item,
    entries: Mapping[str, Item],
    asks: Item | None,
    tells: Item | None,
    reading: _Reading,
) -> None:
    if reading.has_note:
        raise wrong(item.line, "there is a second free text, expected one: a judgment has one note")
    if _truth(entries.get("required"), "required", default=False):
        raise wrong(item.line, "the free text is required, but a note is always left to reviewers")
    reading.has_note = True
    reading.say(f"question.{NOTE}", asks)
    reading.say(f"help.{NOTE}", tells)


def _translate(
    keys: Mapping[str, Item], messages: Mapping[str, Mapping[str, Item]], language: str
) -> dict[tuple[str, str], str]:
    """What each key says in each language; plain texts are in the form's own language."""
    texts: dict[tuple[str, str], str] = {}
    for key, item in keys.items():
        said = _text(item, key).strip()
        reference = _REFERENCE.fullmatch(said)
        if reference is None:
            texts[key, language] = _short(item, key, said)
            continue
        found = {code: known[reference[1]] for code, known in messages.items()
                 if reference[1] in known}  # fmt: skip
        if not found:
            raise wrong(item.line, f"{key} refers to {said}, which i18n has in no language")
        for code, message in found.items():
            texts[key, code] = _short(message, key, _text(message, key).strip())
    return {where: words for where, words in texts.items() if words}


def _messages(item: Item | None) -> dict[str, dict[str, Item]]:
    if item is None:
        return {}
    found: dict[str, dict[str, Item]] = {}
    for name, group in _entries(item, "i18n"):
        if name == _TRANSLATORS_NOTES:
            continue
        code = _language(Item(name, group.line))
        if code in found:
            raise wrong(group.line, f"the language {code} stands in i18n twice")
        found[code] = dict(_entries(group, f"i18n of {code}"))
    return found


def _language(item: Item) -> str:
    code = _text(item, "language").replace("_", "-").lower()
    if not _LANGUAGE.fullmatch(code):
        raise wrong(item.line, f"the language is {code!r}, expected a code such as fi or pt-br")
    return code


def _question_name(entries: Mapping[str, Item], item: Item, reading: _Reading) -> str:
    found = _needed(entries, "name", item.line)
    name = _text(found, "name")
    if not _NAME.fullmatch(name) or name == NOTE:
        raise wrong(
            found.line,
            f"a field is named {name!r}, expected a letter, then letters, digits, - and _, at most"
            f" 40, and not {NOTE!r}",
        )
    if any(question.name == name for question in reading.questions):
        raise wrong(found.line, f"there are two fields named {name!r}; each needs its own name")
    return name


def _label(item: Item, name: str) -> str:
    """The label an option stores; plain true and false are yes and no."""
    label = _text(item, "data")
    if item.is_bool:
        label = YES if label.lower() in ("true", "yes", "on") else NO
    if not _LABEL.fullmatch(label):
        raise wrong(
            item.line,
            f"{name} has the value {label!r}, expected letters, digits, - and _, at most 40",
        )
    return label


def _class_of(item: Item) -> str:
    entries = dict(_entries(item, "a field"))
    return _text(_needed(entries, "class", item.line), "class")


def _mapping(item: Item, what: str, known: set[str]) -> dict[str, Item]:
    entries = dict(_entries(item, what))
    for key, value in entries.items():
        if key in ("default", "selected", "value") and key not in known:
            raise wrong(
                value.line,
                f"{what} has an answer chosen beforehand ({key}); that is not taken, because it"
                " would be counted where nobody answered",
            )
        if key not in known:
            expected = ", ".join(sorted(known - _LOOKS))
            raise wrong(value.line, f"{what} has {key!r}, expected only {expected}")
    return entries


def _entries(item: Item, what: str) -> Iterator[tuple[str, Item]]:
    if not isinstance(item.value, dict):
        raise wrong(item.line, f"{what} is no mapping, expected lines such as `name: value`")
    yield from item.value.items()


def _items(item: Item, what: str) -> tuple[Item, ...]:
    if not isinstance(item.value, tuple):
        raise wrong(item.line, f"{what} is no list, expected lines that begin with `-`")
    return item.value


def _needed(entries: Mapping[str, Item], key: str, line: int) -> Item:
    found = entries.get(key)
    if found is None or found.is_null:
        raise wrong(found.line if found else line, f"{key} is missing")
    return found


def _text(item: Item, what: str) -> str:
    if not isinstance(item.value, str):
        raise wrong(item.line, f"{what} is no text")
    return "" if item.is_null else item.value


def _short(item: Item, key: str, words: str) -> str:
    if len(words) > MAX_TEXT:
        raise wrong(item.line, f"{key} has {len(words)} characters, expected at most {MAX_TEXT}")
    if "\0" in words:
        raise wrong(item.line, f"{key} holds the character NUL, which can't be stored")
    return words


def _truth(item: Item | None, what: str, *, default: bool) -> bool:
    if item is None:
        return default
    if not item.is_bool:
        raise wrong(item.line, f"{what} is {_text(item, what)!r}, expected true or false")
    return _text(item, what).lower() in ("true", "yes", "on")


def _written(question: Question, keys: set[str]) -> dict[str, object]:
    name = question.name
    items = [
        {
            "data": label,
            **_references(
                keys,
                {"label": f"label.{name}.{label}", "indicatorTitle": f"hint.{name}.{label}"},
            ),
        }
        for label in question.labels
    ]
    widget = "RadioSelectWidget" if question.kind == "one" else "CheckboxMultiselectWidget"
    return {
        "class": "FieldLayout",
        **_references(keys, {"label": f"question.{name}", "help": f"help.{name}"}),
        "required": question.is_required,
        "fieldWidget": {"name": name, "class": widget, "items": items},
    }


def _references(keys: set[str], parts: Mapping[str, str]) -> dict[str, object]:
    """References to the messages of those parts that have one."""
    return {part: f"<{key}>" for part, key in parts.items() if key in keys}
