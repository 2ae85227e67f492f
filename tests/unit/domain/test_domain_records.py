"""Fields of import files: what is taken, and which sentence each wrong value gets."""

import json
from datetime import UTC, datetime

import pytest
from factories import edit_line, judgment_line, score_line

from jadelite.domain.errors import Invalid
from jadelite.domain.names import is_slug
from jadelite.domain.records import (
    EDIT_KEYS,
    JUDGMENT_KEYS,
    SCORE_KEYS,
    decode_line,
    parse_edit,
    parse_judgment,
    parse_score,
)

PARSERS = {
    "edit": (parse_edit, edit_line, EDIT_KEYS),
    "score": (parse_score, score_line, SCORE_KEYS),
    "judgment": (parse_judgment, judgment_line, JUDGMENT_KEYS),
}
MAX_ID = 9223372036854775807
WHOLES = [
    ("edit", "rev_id", 1),
    ("score", "rev_id", 1),
    ("judgment", "rev_id", 1),
    ("edit", "parent_rev_id", 0),
    ("edit", "namespace", -2),
]
NAMES = [
    ("edit", "wiki"),
    ("score", "wiki"),
    ("judgment", "wiki"),
    ("edit", "page_title"),
    ("score", "model"),
    ("score", "model_version"),
    ("score", "prediction"),
    ("judgment", "campaign"),
    ("judgment", "reviewer"),
]
TEXTS = [
    ("edit", "comment", 4000),
    ("edit", "text_before", 2_000_000),
    ("edit", "text_after", 2_000_000),
    ("judgment", "note", 4000),
]
TIMES = [("edit", "timestamp"), ("score", "scored_at"), ("judgment", "judged_at")]
CHOICES = [
    ("edit", "editor_kind", "temporary, unregistered, newcomer, registered, bot, unknown"),
    ("judgment", "kind", "person, bot"),
    ("judgment", "score_seen", "no, yes, unknown"),
    ("judgment", "peers_seen", "no, yes, unknown"),
]
REQUIRED = {
    "edit": ["wiki", "rev_id"],
    "score": ["wiki", "rev_id", "model", "model_version", "probabilities"],  # or another form
    "judgment": ["wiki", "rev_id", "campaign", "kind", "answers", "score_seen", "peers_seen"],
}


def parse(line_kind, /, **changes):
    parser, line, _ = PARSERS[line_kind]
    return parser({**line(), **changes})


def refused(line_kind, /, **changes):
    """What is said of the one wrong field, as (field, code, detail)."""
    with pytest.raises(Invalid) as caught:
        parse(line_kind, **changes)
    assert caught.value.code == "invalid-line"
    assert len(caught.value.fields) == 1, caught.value.fields
    wrong = caught.value.fields[0]
    assert caught.value.detail == wrong.detail
    return wrong.field, wrong.code, wrong.detail


def shown(value):
    return json.dumps(value, ensure_ascii=False)[:60]


def bad_value(field, value, expected):
    return field, "bad-value", f"{field} is {shown(value)}, expected {expected}"


def test_a_whole_edit_line_is_read_field_by_field():
    edit = parse("edit")

    assert (edit.wiki, edit.rev_id, edit.parent_rev_id) == ("sample-fa", 1001, 1000)
    assert (edit.page_title, edit.namespace, edit.comment) == ("Page 1001", 0, "a summary")
    assert edit.timestamp == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert edit.editor_kind == "registered"
    assert edit.text_before == "one line\nanother line"
    assert edit.text_after == "one line\nanother longer line"


def test_a_whole_score_line_is_read_field_by_field():
    score = parse("score")

    assert (score.wiki, score.rev_id) == ("sample-fa", 1001)
    assert (score.model, score.model_version) == ("damaging", "1.0.0")
    assert score.probabilities == {"true": 0.25, "false": 0.75}
    assert score.prediction == "false"
    assert score.scored_at == datetime(2026, 10, 2, 8, tzinfo=UTC)


def test_a_whole_judgment_line_is_read_field_by_field():
    judgment = parse("judgment", note="seen twice", score_seen="yes", peers_seen="unknown")

    assert (judgment.wiki, judgment.rev_id) == ("sample-fa", 1001)
    assert (judgment.campaign, judgment.reviewer) == ("an-import", "somebody")
    assert judgment.is_bot is False
    assert judgment.answers == {"damaging": "no", "goodfaith": "yes"}
    assert judgment.note == "seen twice"
    assert judgment.judged_at == datetime(2026, 10, 3, 8, tzinfo=UTC)
    assert (judgment.score_seen, judgment.peers_seen) == ("yes", "unknown")


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("as_null", [True, False])
def test_everything_that_is_not_required_may_be_null_or_absent(kind, as_null):
    parser, line, keys = PARSERS[kind]
    optional = [key for key in keys if key not in REQUIRED[kind]]
    data = {key: value for key, value in line().items() if key not in optional}
    value = parser({**data, **dict.fromkeys(optional)} if as_null else data)

    for key in optional:
        expected = "unknown" if key == "editor_kind" else None
        assert getattr(value, key, None) == expected, key


@pytest.mark.parametrize("kind", PARSERS)
def test_an_empty_object_names_every_required_field_in_order(kind):
    parser, _, _ = PARSERS[kind]
    with pytest.raises(Invalid) as caught:
        parser({})

    fields = caught.value.fields
    assert [wrong.field for wrong in fields] == REQUIRED[kind]
    assert {wrong.code for wrong in fields} == {"missing"}
    for wrong in fields:
        assert wrong.detail.startswith(f"{wrong.field} is missing, expected ")
    assert caught.value.detail == "; ".join(wrong.detail for wrong in fields)


@pytest.mark.parametrize("kind", PARSERS)
def test_a_required_field_that_is_null_is_refused_as_null(kind):
    for field in REQUIRED[kind]:
        found, code, detail = refused(kind, **{field: None})

        assert (found, code) == (field, "bad-value")
        assert detail.startswith(f"{field} is null, expected ")


@pytest.mark.parametrize("kind", PARSERS)
def test_an_unknown_key_is_refused_and_the_known_ones_are_listed(kind):
    keys = ", ".join(PARSERS[kind][2])
    for key in ["Wiki", "revid", "", "wiki ", "\ud800"]:
        detail = f"unknown key {key!r}, expected {keys}"
        assert refused(kind, **{key: 1}) == (key, "unknown-key", detail)


def test_all_wrong_fields_of_a_line_are_told_at_once():
    with pytest.raises(Invalid) as caught:
        parse("edit", wiki="", rev_id=0, editor_kind="admin", colour="red")

    assert {(wrong.field, wrong.code) for wrong in caught.value.fields} == {
        ("wiki", "empty"),
        ("rev_id", "bad-value"),
        ("editor_kind", "bad-value"),
        ("colour", "unknown-key"),
    }


@pytest.mark.parametrize(("kind", "field", "low"), WHOLES)
def test_what_is_not_a_whole_number_in_range_is_refused_with_its_value(kind, field, low):
    expected = f"a whole number from {low} to {MAX_ID}"
    wrong = [3.5, "3", "", True, False, [], {}, [1], MAX_ID + 1, 1e300, 10**400, low - 1, low - 1.0]
    for value in [*wrong, float("inf"), float("-inf"), float("nan")]:
        assert refused(kind, **{field: value}) == bad_value(field, value, expected)


@pytest.mark.parametrize(("kind", "field", "low"), WHOLES)
def test_whole_numbers_may_be_written_as_floats_and_come_out_as_int(kind, field, low):
    for value in [low, float(low), 3.0, 1e15, MAX_ID]:
        found = getattr(parse(kind, **{field: value}), field)

        assert found == value
        assert type(found) is int


@pytest.mark.parametrize(("kind", "field"), NAMES)
def test_a_name_that_is_not_text_is_refused_with_its_value(kind, field):
    for value in [5, 0.5, [], ["a"], {}]:
        assert refused(kind, **{field: value}) == bad_value(field, value, "text")


@pytest.mark.parametrize(("kind", "field"), [pair for pair in NAMES if pair[1] != "prediction"])
def test_a_boolean_is_not_a_name(kind, field):
    assert refused(kind, **{field: True}) == bad_value(field, True, "text")


@pytest.mark.parametrize(("kind", "field"), NAMES)
def test_a_name_of_nothing_or_spaces_is_refused(kind, field):
    for value in ["", " ", "\t\n", "\u2003"]:
        detail = f"{field} is empty, expected a name"
        assert refused(kind, **{field: value}) == (field, "empty", detail)


@pytest.mark.parametrize(("kind", "field"), NAMES)
def test_a_name_of_more_than_255_characters_is_refused(kind, field):
    detail = f"{field} has 256 characters, expected at most 255"
    assert refused(kind, **{field: "é" * 256}) == (field, "too-long", detail)


@pytest.mark.parametrize(
    ("kind", "field"), [pair for pair in NAMES if pair[1] not in ("prediction", "campaign", "wiki")]
)
def test_a_name_of_255_characters_is_taken(kind, field):
    assert getattr(parse(kind, **{field: "é" * 255}), field) == "é" * 255


@pytest.mark.parametrize(
    "name", ["FaWiki", "../..", "a/b", "é", "1wiki", "fa wiki", "a" * 65, "<b>"]
)
def test_a_wiki_has_the_name_of_a_database(name):
    field, code, detail = refused("edit", wiki=name)
    assert (field, code) == ("wiki", "bad-value")
    assert detail.endswith("expected a database name such as fawiki")


@pytest.mark.parametrize("name", ["fawiki", "be_x_oldwiki", "sample-fa", "zh_min_nanwiki", "a"])
def test_names_of_databases_are_taken(name):
    assert parse("edit", wiki=name).wiki == name


@pytest.mark.parametrize(("kind", "field"), [*NAMES, *((kind, field) for kind, field, _ in TEXTS)])
def test_nul_and_half_surrogate_pairs_are_refused_everywhere(kind, field):
    detail = f"{field} holds a character that can't be stored (NUL or half a surrogate pair)"
    for value in ["a\0b", "\ud800", "a\udfffb", "\ude00\ud83d"]:
        assert refused(kind, **{field: value}) == (field, "bad-character", detail)


@pytest.mark.parametrize(("kind", "field", "limit"), TEXTS)
def test_a_text_over_its_limit_is_refused_with_its_length(kind, field, limit):
    detail = f"{field} has {limit + 1} characters, expected at most {limit}"
    assert refused(kind, **{field: "x" * (limit + 1)}) == (field, "too-long", detail)


@pytest.mark.parametrize(("kind", "field", "limit"), TEXTS[:3])
def test_a_text_at_its_limit_is_taken(kind, field, limit):
    assert getattr(parse(kind, **{field: "x" * limit}), field) == "x" * limit


@pytest.mark.parametrize(("kind", "field", "limit"), TEXTS)
def test_a_text_that_is_not_text_is_refused(kind, field, limit):
    for value in [5, True, ["a"], {"a": "b"}]:
        assert refused(kind, **{field: value}) == bad_value(field, value, "text")


@pytest.mark.parametrize("text", ["", "\r\n\t", "می‌خواهم", "👩‍💻", "e\u0301", "\u202e"])
def test_texts_come_out_character_by_character(text):
    edit = parse("edit", comment=text, text_before=text, text_after=text)

    assert (edit.comment, edit.text_before, edit.text_after) == (text, text, text)


def test_a_note_over_what_a_form_takes_is_refused_with_its_length():
    assert parse("judgment", note="x" * 500).note == "x" * 500
    detail = "note has 501 characters, expected at most 500"
    assert refused("judgment", note="x" * 501) == ("note", "note-too-long", detail)


@pytest.mark.parametrize("slug", ["ab", "2026", "a-1", "a" * 60, "fawiki-2026-10"])
def test_small_letters_digits_and_hyphens_name_a_campaign(slug):
    assert is_slug(slug)
    assert parse("judgment", campaign=slug).campaign == slug


@pytest.mark.parametrize(
    "slug", ["a", "a" * 61, "A1", "a b", "a_b", "a/b", "--", "é1", "²2", "a.", "..", "a\n", "٣٤"]
)
def test_anything_else_does_not_name_a_campaign(slug):
    assert not is_slug(slug)
    expected = "2 to 60 small letters, digits and hyphens"
    assert refused("judgment", campaign=slug) == bad_value("campaign", slug, expected)


@pytest.mark.parametrize(("kind", "field"), TIMES)
def test_what_is_not_a_time_with_its_zone_is_refused(kind, field):
    wrong = [
        "yesterday", "", "2026-10-03", "2026-10-03T12:00:00", "2026-13-03T12:00:00Z",
        "2026-02-30T12:00:00Z", "2026-10-03T25:00:00Z", "1790000000", 1790000000, 1.5, True,
        [], {}, ["2026-10-03T12:00:00Z"], "\ud800",
    ]  # fmt: skip
    for value in wrong:
        expected = 'a time with its zone such as "2026-10-03T12:00:00Z"'
        assert refused(kind, **{field: value}) == bad_value(field, value, expected)


@pytest.mark.parametrize(("kind", "field"), TIMES)
def test_a_time_outside_the_years_of_wikis_is_refused(kind, field):
    wrong = [
        "1999-12-31T23:59:59Z", "2000-12-31T23:59:59Z", "2001-01-01T00:30:00+01:00",
        "2100-01-01T00:00:00Z", "2099-12-31T23:30:00-01:00", "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
    ]  # fmt: skip
    for value in wrong:
        expected = "a time between 2001 and 2099"
        assert refused(kind, **{field: value}) == bad_value(field, value, expected)


@pytest.mark.parametrize(("kind", "field"), TIMES)
def test_times_come_out_in_utc(kind, field):
    right = {
        "2026-10-03T12:00:00Z": datetime(2026, 10, 3, 12, tzinfo=UTC),
        "2026-10-03T12:00:00+03:30": datetime(2026, 10, 3, 8, 30, tzinfo=UTC),
        "2001-01-01T00:00:00Z": datetime(2001, 1, 1, tzinfo=UTC),
        "2099-12-31T23:59:59.5+00:00": datetime(2099, 12, 31, 23, 59, 59, 500_000, UTC),
    }
    for text, moment in right.items():
        found = getattr(parse(kind, **{field: text}), field)

        assert found == moment
        assert found.tzinfo is UTC


@pytest.mark.parametrize(("kind", "field", "among"), CHOICES)
def test_a_choice_that_is_not_offered_is_refused_and_the_offered_ones_are_listed(
    kind, field, among
):
    for value in ["admin", "", "NO", " no", 5, True, [], ["no"], {}, {"no": 1}]:
        assert refused(kind, **{field: value}) == bad_value(field, value, f"one of {among}")


@pytest.mark.parametrize(("kind", "field", "among"), CHOICES)
def test_every_offered_choice_is_taken(kind, field, among):
    for value in among.split(", "):
        found = parse(kind, **{field: value})
        if field == "kind":
            assert found.is_bot == (value == "bot")
        else:
            assert getattr(found, field) == value


@pytest.mark.parametrize("value", [[0.1, 0.9], "0.5", 0.5, True, 1, []])
def test_probabilities_that_are_no_object_are_refused(value):
    expected = 'an object such as {"true": 0.1, "false": 0.9}'
    assert refused("score", probabilities=value) == bad_value("probabilities", value, expected)


@pytest.mark.parametrize(
    "number", [True, False, "0.5", None, [0.5], {}, float("nan"), float("inf"), float("-inf")]
)
def test_a_probability_that_is_no_number_is_refused(number):
    value = {"true": number, "false": 0.5}

    expected = "numbers from 0 to 1"
    assert refused("score", probabilities=value) == bad_value("probabilities", value, expected)


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({}, "probabilities has 0 labels, expected at least two"),
        ({"true": 1.0}, "probabilities has 1 labels, expected at least two"),
        ({"true": -0.1, "false": 1.1}, "probability of 'true' is -0.1, expected 0 to 1"),
        ({"true": 0.6, "false": 0.6}, "probabilities sum to 1.2, expected 1"),
        ({"true": 0, "false": 0}, "probabilities sum to 0, expected 1"),
    ],
)
def test_probabilities_that_are_no_distribution_are_refused(value, detail):
    found = refused("score", probabilities=value, prediction=None)

    assert found == ("probabilities", "bad-probabilities", detail)


def test_a_prediction_without_a_probability_of_its_own_is_refused():
    detail = "prediction is 'perhaps', expected one of false, true"
    assert refused("score", prediction="perhaps") == ("prediction", "unknown-label", detail)


def test_a_prediction_is_not_measured_by_wrong_probabilities():
    assert refused("score", probabilities=[0.1, 0.9], prediction="perhaps")[0] == "probabilities"


@pytest.mark.parametrize(("value", "label"), [(True, "true"), (False, "false"), ("true", "true")])
def test_a_prediction_may_be_written_as_a_boolean(value, label):
    assert parse("score", prediction=value).prediction == label


def test_whole_numbers_are_probabilities_too():
    found = parse("score", probabilities={"true": 1, "false": 0}).probabilities

    assert found == {"true": 1.0, "false": 0.0}
    assert {type(value) for value in found.values()} == {float}


def test_a_probability_too_big_for_a_float_is_refused():
    line = json.dumps(score_line(probabilities={"true": 10**400, "false": 0}))

    with pytest.raises(Invalid):
        parse_score(decode_line(line))


@pytest.mark.parametrize("label", ["\ud800", "a\0b", "x" * 256, "", " "])
def test_a_label_that_cannot_be_stored_is_refused(label):
    with pytest.raises(Invalid):
        parse("score", probabilities={"true": 0.5, label: 0.5}, prediction=None)


@pytest.mark.parametrize(
    "value", [["yes"], "yes", True, 1, {"damaging": True}, {"damaging": None}, {"damaging": 1}]
)
def test_answers_that_are_no_object_of_texts_are_refused(value):
    expected = 'an object such as {"damaging": "yes"}'
    assert refused("judgment", answers=value) == bad_value("answers", value, expected)


@pytest.mark.parametrize(
    ("answers", "field", "code", "detail"),
    [
        ({}, "answers", "unanswered", "answers is empty, expected at least one answer"),
        (
            {"damaging": "perhaps"}, "damaging", "unknown-label",
            "damaging is 'perhaps', expected one of yes, no, unsure",
        ),
        (
            {"damaging": "\ud800"}, "damaging", "unknown-label",
            "damaging is '\\ud800', expected one of yes, no, unsure",
        ),
        (
            {"damaging": "no", "colour": "yes"}, "colour", "unknown-question",
            "answers has 'colour', expected only damaging, goodfaith",
        ),
    ],
)  # fmt: skip
def test_answers_that_were_not_asked_or_not_offered_are_refused(answers, field, code, detail):
    assert refused("judgment", answers=answers) == (field, code, detail)


@pytest.mark.parametrize("answers", [{"damaging": "unsure"}, {"goodfaith": "no"}])
def test_an_import_may_answer_one_question_only(answers):
    assert parse("judgment", answers=answers).answers == answers


def test_an_empty_answer_is_refused():
    with pytest.raises(Invalid):
        parse("judgment", answers={"damaging": ""})


def test_a_bot_needs_a_name_and_a_person_does_not():
    assert parse("judgment", reviewer=None).reviewer is None
    assert parse("judgment", kind="bot", reviewer="a-bot").is_bot
    detail = "reviewer is missing, expected the name of the bot"
    assert refused("judgment", kind="bot", reviewer=None) == ("reviewer", "missing", detail)
