"""Sealing: what was sealed opens again with its key, for its edit and part, and not otherwise."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from jadelite.db.sealing import KEY_BYTES, new_key, seal, unseal

KEY = bytes(range(KEY_BYTES))


@given(st.text())
def test_what_was_sealed_opens_again(text: str) -> None:
    assert unseal(KEY, "text", 7, seal(KEY, "text", 7, text)) == text


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 alone", "ویکی‌پدیا", "x" * 2_000_000])
def test_odd_texts_open_again(text: str) -> None:
    assert unseal(KEY, "note", 1, seal(KEY, "note", 1, text)) == text


def test_keys_are_long_and_never_the_same() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {32}


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert len({seal(KEY, "text", 1, "the same") for _ in range(100)}) == 100


def test_nothing_of_the_text_shows_in_the_seal() -> None:
    canary = "canary-5d1f0c"
    assert canary.encode() not in seal(KEY, "text", 1, canary)


@pytest.mark.parametrize(
    ("key", "part", "edit_id"),
    [(bytes(KEY_BYTES), "text", 1), (KEY, "comment", 1), (KEY, "text", 2)],
    ids=["another key", "another part", "another edit"],
)
def test_what_was_exchanged_does_not_open(key: bytes, part, edit_id: int) -> None:
    with pytest.raises(InvalidTag):
        unseal(key, part, edit_id, seal(KEY, "text", 1, "a text"))


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_what_was_changed_does_not_open(place: int) -> None:
    sealed = bytearray(seal(KEY, "text", 1, "a text"))
    sealed[place] ^= 1
    with pytest.raises(InvalidTag):
        unseal(KEY, "text", 1, bytes(sealed))


def test_a_database_may_give_memory_views() -> None:
    sealed = seal(KEY, "editor", 3, "a name")
    assert unseal(memoryview(KEY), "editor", 3, memoryview(sealed)) == "a name"  # type: ignore[arg-type]
