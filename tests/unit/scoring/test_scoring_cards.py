"""Model cards: the round trip, the digest of the artefact, what is refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jadelite.domain.errors import Invalid, NotFound
from jadelite.domain.figures import Figure
from jadelite.scoring.cards import (
    Card,
    Feature,
    Fitness,
    ThresholdFitness,
    TrainingData,
    check_model_name,
    find_card,
    read_artefact,
    read_cards,
    write_card,
)

A_SHARE = Figure(value=0.5, low=0.25, high=0.75, n=12, method="wilson")
NOTHING = Figure(value=None, low=None, high=None, n=0, method="wilson", reason="no-flagged-cases")
ARTEFACT = b"coefficients"


def a_card(models: Path, name: str = "quiet", version: str = "1.0.0") -> Card:
    folder = models / name / version
    folder.mkdir(parents=True)
    (folder / "model.skops").write_bytes(ARTEFACT)
    rates = ThresholdFitness(
        threshold=0.5, precision=NOTHING, recall=A_SHARE, false_positive_rate=A_SHARE
    )
    card = Card(
        name=name,
        version=version,
        question="damaging",
        positive_label="true",
        kind="local",
        languages=("en",),
        description="d",
        intended_use="i",
        not_intended_use="n",
        training_data=TrainingData(
            source="s",
            licence="l",
            sha256="0" * 64,
            n_rows=30,
            n_damaging=12,
            n_left_out=1,
            n_trained=20,
        ),
        method="m",
        features=(Feature(name="f", meaning="What it means — in short.", weight=0.125),),
        trained_on=date(2026, 11, 22),
        seed=1,
        libraries={"skops": "0.16.0"},
        fitness=Fitness(
            n=12,
            n_positive=6,
            roc_auc=A_SHARE,
            roc_auc_without_bots=A_SHARE,
            brier=A_SHARE,
            at=(rates,),
        ),
        limits=("It is small.",),
        artefact="model.skops",
        artefact_sha256=hashlib.sha256(ARTEFACT).hexdigest(),
        folder=folder,
    )
    write_card(card)
    return card


def test_a_card_written_is_read_back_equal(tmp_path: Path) -> None:
    card = a_card(tmp_path)

    found = find_card(tmp_path, "quiet", "1.0.0")

    assert found == card
    assert found.folder == card.folder
    assert found.model_version.name == "quiet@1.0.0"


def test_the_folder_is_no_part_of_the_file(tmp_path: Path) -> None:
    card = a_card(tmp_path)

    assert str(tmp_path) not in (card.folder / "card.json").read_text(encoding="utf-8")


def test_cards_come_by_name_and_version(tmp_path: Path) -> None:
    for name, version in [("b", "1.0.0"), ("a", "1.10.0"), ("a", "1.9.0")]:
        a_card(tmp_path, name, version)

    assert [card.model_version.name for card in read_cards(tmp_path)] == [
        "a@1.9.0",
        "a@1.10.0",
        "b@1.0.0",
    ]


def test_no_folder_holds_no_cards(tmp_path: Path) -> None:
    assert read_cards(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("name", "version"),
    [("quiet", "1.0.1"), ("loud", "1.0.0"), ("../models/quiet", "1.0.0"), ("quiet", "..")],
)
def test_another_name_or_version_is_not_found(tmp_path: Path, name: str, version: str) -> None:
    a_card(tmp_path)

    with pytest.raises(NotFound, match="there is no model"):
        find_card(tmp_path, name, version)


def test_an_artefact_as_the_card_says_is_read(tmp_path: Path) -> None:
    assert read_artefact(a_card(tmp_path)) == ARTEFACT


def test_a_changed_artefact_is_refused_with_both_digests(tmp_path: Path) -> None:
    card = a_card(tmp_path)
    (card.folder / card.artefact).write_bytes(b"other")

    with pytest.raises(Invalid) as caught:
        read_artefact(card)

    assert caught.value.code == "changed-artefact"
    assert hashlib.sha256(b"other").hexdigest() in caught.value.detail
    assert card.artefact_sha256 in caught.value.detail


def test_a_missing_artefact_is_not_found(tmp_path: Path) -> None:
    card = a_card(tmp_path)
    (card.folder / card.artefact).unlink()

    with pytest.raises(NotFound, match=r"model\.skops of quiet@1\.0\.0 is missing"):
        read_artefact(card)


def _without(key: str) -> Callable[[dict[str, Any]], Any]:
    return lambda data: data.pop(key)


def _with(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda data: data.update(values)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_without("fitness"), "fitness"),
        (_without("limits"), "limits"),
        (_with(surplus=1), "surplus"),
        (_with(schema="other/1"), "schema is 'other/1'"),
        (_with(kind="remote"), "kind is 'remote'"),
        (_with(version="1.0"), "version is '1.0'"),
        (_with(artefact="../model.skops"), "artefact is '../model.skops'"),
        (_with(trained_on="yesterday"), "yesterday"),
        (_with(features=[{"name": "f"}]), "meaning"),
        (_with(name="loud"), "describes loud@1.0.0"),
    ],
)
def test_a_spoilt_card_is_refused_and_named(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], Any], expected: str
) -> None:
    path = a_card(tmp_path).folder / "card.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    spoil(data)
    path.write_text(json.dumps(data), encoding="utf-8")

    with pytest.raises(Invalid) as caught:
        read_cards(tmp_path)

    assert caught.value.code == "bad-card"
    assert "quiet/1.0.0/card.json" in caught.value.detail
    assert expected in caught.value.detail


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_a_file_that_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    (a_card(tmp_path).folder / "card.json").write_text(text, encoding="utf-8")

    with pytest.raises(Invalid, match="can't be read as a model card"):
        read_cards(tmp_path)


def test_a_number_that_json_does_not_know_is_not_written(tmp_path: Path) -> None:
    card = a_card(tmp_path)
    spoilt = replace(card, features=(Feature(name="f", meaning="m", weight=float("nan")),))

    with pytest.raises(ValueError, match="JSON"):
        write_card(spoilt)


@pytest.mark.parametrize("name", ["", "Quiet", "a/b", "..", "a b", "-a", "a--b"])
def test_a_name_that_is_no_folder_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="model name is"):
        check_model_name(name, "1.0.0")


@pytest.mark.parametrize("version", ["", "1", "1.0", "1.0.0-a", "../1.0.0", "1.0.0\n"])
def test_a_version_that_is_not_three_numbers_is_refused(version: str) -> None:
    with pytest.raises(Invalid, match="model version is"):
        check_model_name("quiet", version)
