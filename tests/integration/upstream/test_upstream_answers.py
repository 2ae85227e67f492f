"""JSON is read strictly, and a failure can be shown to anybody."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jadelite.upstream.answers import Answer, Failed, looks_like_json, strict_json


@pytest.mark.parametrize(
    "text",
    [
        b'{"p": NaN}',
        b'{"p": Infinity}',
        b'{"p": -Infinity}',
        b'{"p": 1e999}',
        b'{"p": -1e999}',
        b'{"a": 1, "a": 2}',
        b'[{"deep": {"a": 1, "a": 1}}]',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"a": "\\ud800"}',
        b'{"a\\udfff": 1}',
        b'{"a": "\\u0000"}',
        b"<!DOCTYPE html>",
        b'{"half": ',
        b"",
        b"   ",
        b"{} {}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_sound_json_is_a_bad_answer(text):
    with pytest.raises(Failed) as caught:
        strict_json(text)

    assert caught.value.reason == "bad-answer"
    assert caught.value.detail.isprintable()
    assert len(caught.value.detail) <= 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"p": 0.0}', {"p": 0.0}),
        (b"[1, 1.0, 1e3, null, true]", [1, 1.0, 1000.0, None, True]),
        ('{"a": "\\ud83d\\ude00 \\\\u0000 \\\\ud800"}', {"a": "\U0001f600 \\u0000 \\ud800"}),
        ('{"فا": "متن"}'.encode(), {"فا": "متن"}),
    ],
)
def test_sound_json_is_read_as_it_is(text, value):
    assert strict_json(text) == value


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_no_text_whatever_raises_anything_but_a_bad_answer(text):
    reason = "bad-answer"
    try:
        strict_json(text)
    except Failed as failure:
        reason = failure.reason
    assert reason == "bad-answer"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_taken_is_what_python_reads_too(value):
    text = json.dumps(value)
    try:
        found = strict_json(text)
    except Failed:
        return
    assert found == json.loads(text)
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()


def test_an_answer_has_the_digest_of_its_body():
    answer = Answer(200, b"{}", {}, datetime(2026, 11, 22, tzinfo=UTC))

    assert answer.digest == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert answer.json() == {}


@pytest.mark.parametrize(
    ("body", "is_json"),
    [(b' {"a": 1}\n', True), (b"[]", True), (b"<html>", False), (b"", False), (b'{"a"', False)],
)
def test_a_look_at_both_ends_tells_a_page_from_json(body, is_json):
    assert looks_like_json(body) is is_json


def test_a_failure_is_one_printable_line_without_passwords():
    failure = Failed("transient", "at https://me:hunter2@host/x\nthen\x1b[31m‮ red " + "x" * 9000)

    assert failure.detail.startswith("at https://***@host/x then [31m red xxx")
    assert failure.detail.isprintable()
    assert len(failure.detail) == 500
    assert str(failure) == failure.detail
    assert failure.retry_after_seconds is None
