"""Preferences: what can be kept, and that everything wrong is named at once."""

import pytest

from jadelite.domain.errors import Invalid
from jadelite.domain.people import DEFAULT_KEYS, Preferences, check_preferences


def with_keys(**keys: str) -> Preferences:
    return Preferences(keys={**DEFAULT_KEYS, **keys})


def wrong_fields(wanted: Preferences) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check_preferences(wanted)
    return [(error.field, error.code) for error in caught.value.fields]


def test_the_usual_preferences_can_be_kept() -> None:
    check_preferences(Preferences())


def test_a_job_may_have_another_letter_or_no_key_at_all() -> None:
    check_preferences(with_keys(skip="X", note="", help=""))


def test_a_key_given_twice_is_wrong_in_both_places() -> None:
    assert wrong_fields(with_keys(skip="U")) == [("skip", "key-taken"), ("undo", "key-taken")]


@pytest.mark.parametrize("key", ["s", "1", "F5", "ß", " ", "AA", "\n"])
def test_a_key_is_a_capital_letter_enter_or_the_question_mark(key: str) -> None:
    assert wrong_fields(with_keys(skip=key)) == [("skip", "bad-key")]


@pytest.mark.parametrize("cap", [0, -1, 1001])
def test_a_daily_cap_has_bounds(cap: int) -> None:
    assert wrong_fields(Preferences(daily_cap=cap)) == [("daily-cap", "bad-daily-cap")]


def test_everything_wrong_is_named_at_once() -> None:
    wanted = Preferences(reveals="never", diff="three", daily_cap=0)  # type: ignore[arg-type]
    assert [field for field, _ in wrong_fields(wanted)] == ["reveals", "diff", "daily-cap"]
