"""Whole lines of import files: what decodes, and that nothing a line holds breaks a parser."""

import json

import pytest
from factories import edit_line, judgment_line, score_line
from hypothesis import given, settings
from hypothesis import strategies as st

from jadelite.domain import records
from jadelite.domain.errors import Invalid
from jadelite.domain.records import (
    EDIT_KEYS,
    JUDGMENT_KEYS,
    SCORE_KEYS,
    decode_line,
    parse_edit,
    parse_judgment,
    parse_score,
)

few = settings(max_examples=25, deadline=None, database=None)

PARSERS = {
    "edit": (parse_edit, edit_line, EDIT_KEYS),
    "score": (parse_score, score_line, SCORE_KEYS),
    "judgment": (parse_judgment, judgment_line, JUDGMENT_KEYS),
}


def line_refused(line):
    with pytest.raises(Invalid) as caught:
        decode_line(line)
    (wrong,) = caught.value.fields
    assert (caught.value.code, wrong.field) == ("invalid-line", "line")
    assert caught.value.detail == wrong.detail
    return wrong.code, wrong.detail


@pytest.mark.parametrize(
    ("line", "kind"),
    [("[]", "list"), ("[{}]", "list"), ("3", "int"), ('"a"', "str"), ("null", "NoneType")],
)
def test_a_line_that_holds_no_object_is_refused_with_what_it_holds(line, kind):
    assert line_refused(line) == (
        "not-json",
        f"the line holds a {kind}, expected a JSON object",
    )


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{", b"{]", b"{'a': 1}", b"{} {}", b'{"a": 01}', b"\xff\xfe\xfa", b'{"a": "\xff"}',
        b'{"a": "\0"}', b'{"a": "\n"}', b'{"a": undefined}', b"\x00", b'{"a": 1,}', "{\ud800}",
    ],
)  # fmt: skip
def test_a_line_that_is_not_json_is_refused(line):
    code, detail = line_refused(line)

    assert code == "not-json"
    assert detail.startswith("not a JSON object: ")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(constant):
    assert line_refused(f'{{"a": [{constant}]}}') == (
        "not-json",
        f"not a JSON object: {constant} is not a number in JSON",
    )


@pytest.mark.parametrize("line", ['{"a": 1, "b": 2, "a": 1}', '{"x": {"a": 1, "a": 2}}'])
def test_a_key_that_stands_twice_is_refused_at_any_depth(line):
    assert line_refused(line) == (
        "not-json",
        "not a JSON object: the key 'a' stands twice",
    )


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused_and_breaks_nothing(opening):
    assert line_refused(opening * 100_000)[0] == "not-json"


def test_a_number_of_thousands_of_digits_is_refused():
    assert line_refused('{"rev_id": ' + "1" * 5000 + "}")[0] == "not-json"


def test_a_line_over_the_limit_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(records, "MAX_LINE_LENGTH", 20)

    assert decode_line(b'{"a": "%s"}' % (b"x" * 11)) == {"a": "x" * 11}
    assert line_refused(b"[" * 21) == (
        "too-long",
        "the line has more than 20 bytes, expected fewer",
    )


def test_two_whole_texts_fit_into_a_line():
    assert records.MAX_LINE_LENGTH >= 2 * 2_000_000 * 4


def test_a_byte_order_mark_and_a_line_end_do_no_harm():
    assert decode_line(b'\xef\xbb\xbf{"a": "\xd8\xb3"}\r\n') == {"a": "س"}


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**66), 2**66)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["yes", "no", "bot", "person", "2026-10-03T12:00:00Z", "true"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["true", "false"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


def is_in_words(wrong):
    """Whether a field error says what would be right."""
    return "expected" in wrong.detail or wrong.code == "bad-character"


@pytest.mark.parametrize("kind", PARSERS)
def test_whatever_a_line_holds_it_is_taken_or_refused_in_words(kind):
    parser, line, keys = PARSERS[kind]

    @few
    @given(
        st.dictionaries(st.sampled_from(keys) | st.text(max_size=5), values, max_size=4),
        st.sets(st.sampled_from(keys), max_size=2),
    )
    def check(changes, dropped):
        data = {key: value for key, value in line().items() if key not in dropped}
        fields = None
        try:
            parser({**data, **changes})
        except Invalid as error:
            fields = error.fields
        assert fields is None or (fields and all(is_in_words(wrong) for wrong in fields))

    check()


@few
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_whatever_bytes_a_line_has_it_is_an_object_or_refused(line):
    try:
        found = decode_line(line)
    except Invalid:
        return
    assert isinstance(found, dict)


@few
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_an_object_of_strict_json_comes_out_as_it_went_in(data):
    try:
        line = json.dumps(data, allow_nan=False)
    except ValueError:
        return
    assert decode_line(line.encode()) == data
