"""Form files: what Wiki Labels' forms ask is understood, and mistakes are named by their line."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain.errors import Invalid
from jadelite.domain.facets import Question
from jadelite.domain.forms import parse, write
from jadelite.domain.judgments import check_answers
from jadelite.domain.plain_yaml import MAX_BYTES

TWO = """
name: damaging_and_goodfaith
title: "<form-title>"

fields:
  - class: "FieldLayout"
    label: "<damaging-label>"
    help: "<damaging-help>"
    align: right
    classes: ['inline-field']
    fieldWidget:
      name: "damaging"
      class: "ButtonSelectWidget"
      items:
        - class: "ButtonOptionWidget"
          data: true
          label: "<yes>"
          indicatorTitle: "<damaging-yes-tooltip>"
          flags: [ "destructive" ]
        - class: "ButtonOptionWidget"
          data: false
          label: "<no>"
          flags: [ "constructive" ]
i18n:
  en:
    form-title: Edit quality
    damaging-label: "Damaging?"
    damaging-help: "Did this edit do harm?"
    damaging-yes-tooltip: "It should be fixed or reverted."
    yes: "Yes"
    no: "No"
  fa:
    damaging-label: "خرابکاری؟"
    yes: "بله"
    no: "نه"
  no:
    damaging-label: "Skadelig?"
  qqq:
    yes: "A button"
"""

MANY = """
name: kinds
language: fi
fields:
  - class: SemanticsSelector
    name: intentions
    meaningsLabel: Mitä muokkauksella haluttiin?
    emptyMessage: Valitse jokin.
    meanings:
      - {label: Oikoluku, value: copyediting, description: Kieliasu}
      - {label: Selvennys, value: clarification}
      - {label: Yksinkertaistus, value: simplification}
      - {label: Tarkentaminen, value: disambiguation}
      - {label: Lähteet, value: verifiability}
  - class: FieldsetLayout
    label: Tiedot
    items:
      - class: FieldLayout
        label: Lisätty
        fieldWidget: {name: information-added, class: CheckboxInputWidget}
  - class: FieldLayout
    label: Miksi?
    fieldWidget:
      name: reason
      class: DropdownInputWidget
      options:
        - {data: none-empty, label: ""}
        - {data: "1", label: Yksi}
        - {data: 2, label: Kaksi}
  - class: FieldLayout
    label: Muuta
    fieldWidget: {name: notes, class: TextInputWidget, multiline: true, required: false}
"""


def one(**changes: str) -> str:
    """A form with one question, parts of it replaced."""
    parts = {
        "name": "name: short",
        "data": "a",
        "more": "",
        "widget": "RadioSelectWidget",
        **changes,
    }
    return f"""{parts["name"]}
fields:
  - class: FieldLayout
    label: Which?
    fieldWidget:
      name: which
      class: {parts["widget"]}
      items:
        - {{data: {parts["data"]}, label: A}}
        - {{data: b, label: B}}
{parts["more"]}
"""


def test_a_form_of_wiki_labels_becomes_questions_and_texts():
    form = parse(TWO)

    assert form.facet.name == "damaging_and_goodfaith"
    assert form.facet.questions == (Question("damaging", ("yes", "no"), "yes"),)
    assert form.texts["title", "en"] == "Edit quality"
    assert form.texts["question.damaging", "fa"] == "خرابکاری؟"
    assert form.texts["help.damaging", "en"] == "Did this edit do harm?"
    assert form.texts["label.damaging.no", "fa"] == "نه"
    assert form.texts["hint.damaging.yes", "en"] == "It should be fixed or reverted."


def test_norwegian_is_a_language_and_not_a_truth_value():
    assert parse(TWO).texts["question.damaging", "no"] == "Skadelig?"


def test_notes_for_translators_are_no_language():
    assert {language for _, language in parse(TWO).texts} == {"en", "fa", "no"}


def test_several_answers_a_checkbox_a_drop_down_and_a_note_are_understood():
    form = parse(MANY)
    several, box, drop = form.facet.questions

    assert (several.kind, several.is_required) == ("several", True)
    assert several.labels[:2] == ("copyediting", "clarification")
    assert box == Question("information-added", ("yes", "no"), "yes")
    assert drop == Question("reason", ("1", "2"), "1", is_required=False)
    assert drop.is_scale
    assert form.texts["question.note", "fi"] == "Muuta"
    assert form.texts["hint.intentions.copyediting", "fi"] == "Kieliasu"
    assert {language for _, language in form.texts} == {"fi"}


def test_an_answer_of_several_labels_always_fits_its_column():
    several = parse(MANY).facet.questions[0]
    longest = sorted(several.labels, key=len)[-several.n_most :]

    assert several.n_most == 4
    assert len(several.join(longest)) <= 60


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ("copyediting|verifiability", []),
        ("copyediting", []),
        ("", ["unanswered"]),
        ("verifiability|copyediting", ["unknown-label"]),
        ("copyediting|copyediting", ["unknown-label"]),
        ("copyediting|other", ["unknown-label"]),
        ("|", ["unknown-label"]),
        (
            "copyediting|clarification|simplification|disambiguation|verifiability",
            ["too-many-labels"],
        ),
    ],
)
def test_an_answer_of_several_labels_is_checked(answer, codes):
    facet = parse(MANY).facet
    answers = {"intentions": answer, "information-added": "no"}

    assert [wrong.code for wrong in check_answers(answers, facet)] == codes


def test_labels_are_joined_in_the_order_they_are_offered():
    several = parse(MANY).facet.questions[0]

    assert several.join(["verifiability", "", "copyediting", "x"]) == "copyediting|verifiability|x"
    assert several.chosen("copyediting|verifiability") == ("copyediting", "verifiability")
    assert several.chosen(None) == several.chosen("") == ()


def test_json_is_a_form_too():
    document = {
        "name": "from-json",
        "fields": [
            {
                "class": "FieldLayout",
                "label": "<which>",
                "fieldWidget": {
                    "name": "which",
                    "class": "ButtonSelectWidget",
                    "items": [{"data": True, "label": "<y>"}, {"data": False, "label": "<n>"}],
                },
            }
        ],
        "i18n": {"pt-BR": {"which": "Qual?", "y": "Sim", "n": "Não"}},
    }

    form = parse(json.dumps(document, ensure_ascii=False))

    assert form.facet.questions[0].is_yes_or_no
    assert form.texts["label.which.no", "pt-br"] == "Não"


@pytest.mark.parametrize("text", [TWO, MANY, one()])
def test_a_written_form_reads_back_as_the_same(text):
    form = parse(text)

    assert parse(write(form)) == form


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: the file is empty"),
        ("name: [", "is no YAML"),
        ("just a text", "line 1: the form is no mapping"),
        ("fields: []", "line 1: name is missing"),
        (one(name="name: Bad Name"), "line 1: the form is named 'Bad Name', expected"),
        (one(name="name: editquality"), "and none of editquality, contentquality"),
        (one(name="name: short\nnmae: x"), "line 2: the form has 'nmae', expected only"),
        (one(name="name: x1\nname: x2"), "line 2: the key 'name' stands here twice"),
        (one(data="b"), "line 10: which has the value 'b' twice"),
        (one(data='"a|c"'), "line 9: which has the value 'a|c', expected letters"),
        (one(data="x" * 41), "expected letters, digits, - and _, at most 40"),
        (one(widget="SliderWidget"), "line 6: the widget 'SliderWidget' is not known"),
        (one(more="      value: a"), "line 11: RadioSelectWidget has an answer chosen beforehand"),
        (one(more="      selectd: a"), "line 11: RadioSelectWidget has 'selectd', expected only"),
        (one(more="      required: maybe"), "line 11: required is 'maybe', expected true or false"),
        (one(more="      required: false"), "line 3: no question must be answered"),
        (
            one(more="i18n:\n  en:\n    x: y\n  EN:\n    x: y"),
            "the language en stands in i18n twice",
        ),
        (
            one(more="i18n:\n  english words: {}"),
            "the language is 'english words', expected a code",
        ),
        (one(more="language: 7"), "the language is '7', expected a code such as fi"),
        (one().replace("Which?", "<which>"), "question.which refers to <which>, which i18n has in"),
        (one().replace("Which?", "W" * 501), "question.which has 501 characters, expected at most"),
        (one().replace("Which?", "!!python/object:os.system x"), "line 4: the tag tag:yaml.org"),
        (one().replace("name: which", "name: note"), "line 6: a field is named 'note'"),
        (one().replace("name: which", "names: which"), "has 'names', expected only"),
        (one().replace("fields:", "fields: &f").replace("Which?", "*f"), "line 4: aliases"),
        ("name: a\n---\nname: b", "there is a second document"),
        ("[" * 50_000, "nested deeper than 12 levels"),
        ("x" * (MAX_BYTES + 1), f"the file has {MAX_BYTES + 1} bytes, expected at most"),
        ("name: \x07", "holds a character that YAML does not allow"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_with_its_line(text, sentence):
    with pytest.raises(Invalid) as told:
        parse(text)

    assert told.value.code == "bad-form"
    assert sentence in told.value.detail
    assert told.value.detail == f"line {told.value.values['line']}: {told.value.values['what']}"


def test_a_second_free_text_is_refused_and_so_is_a_required_one():
    note = "\n  - class: FieldLayout\n    fieldWidget: {class: TextInputWidget, name: more}"
    with pytest.raises(Invalid, match="a second free text"):
        parse(MANY.rstrip() + note)
    with pytest.raises(Invalid, match="the free text is required"):
        parse(MANY.replace("required: false", "required: true"))


def test_lines_that_unfold_to_gigabytes_are_refused_at_once():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    with pytest.raises(Invalid, match="aliases"):
        parse(bomb)


@given(st.text(max_size=300) | st.text(alphabet="-:[]{}&*!<>'\"\n name fields|", max_size=300))
@settings(max_examples=300, deadline=None, database=None)
def test_whatever_is_sent_is_a_form_or_a_sentence(text):
    with suppress(Invalid):
        assert parse(text).facet.questions
