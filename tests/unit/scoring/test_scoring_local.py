"""Local models: training, storing, loading and scoring; and the model and scores that we ship."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from jadelite.audit.models import list_cards, score_edits, train_model
from jadelite.config import data_folder
from jadelite.domain.edits import Edit
from jadelite.domain.errors import Conflict, Invalid, NotFound
from jadelite.domain.scores import ScoreFailure, check_probabilities
from jadelite.scoring.cards import Card, find_card, read_cards, write_card
from jadelite.scoring.features import FEATURES, MEANINGS, Change, extract
from jadelite.scoring.local import Trained, load, save, train
from jadelite.scoring.training_data import Source, TrainingRow, read_training_rows

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "jadelite" / "audit" / "sample"
REAL_FILE = ROOT.parent / "shared" / "data" / "enwiki-edits-with-text" / "edits.csv.gz"
CODES = ("ar", "ca", "fa", "fi", "en")
SCORED_AT = datetime(2026, 10, 21, 6, tzinfo=UTC)
SOURCE = Source(
    description="made up", licence="none", languages=("und",), limits=("Toy.",), sha256="0" * 64
)


def synthetic_rows(n_rows: int = 120) -> list[TrainingRow]:
    """Shouting without an account is damaging, more often than not; every tenth has no text."""
    chance = random.Random(5)
    rows = []
    for rev_id in range(1, n_rows + 1):
        is_damaging = rev_id % 4 == 0
        shouts = chance.random() < (0.8 if is_damaging else 0.1)
        change = Change(
            added="HAAAA!!! " * chance.randint(1, 4) if shouts else f"The year {rev_id} was calm.",
            removed="",
            comment="" if shouts else "a new year",
            editor_kind="unregistered" if shouts else chance.choice(["registered", "bot"]),
        )
        rows.append(
            TrainingRow(
                rev_id=rev_id, change=None if rev_id % 10 == 1 else change, is_damaging=is_damaging
            )
        )
    return rows


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(synthetic_rows(), seed=1)


def saved(trained: Trained, models: Path, version: str = "1.0.0") -> Card:
    return save(
        trained,
        models / "toy" / version,
        name="toy",
        version=version,
        trained_on=date(2026, 11, 22),
        source=SOURCE,
    )


def an_edit(rev_id: int = 1, text_after: str | None = "HAAAA!!! HAAAA!!!", **wanted: Any) -> Edit:
    return Edit(
        wiki="testwiki",
        rev_id=rev_id,
        parent_rev_id=None,
        page_title=None,
        namespace=None,
        timestamp=None,
        comment=None,
        editor_kind=wanted.get("editor_kind", "unregistered"),
        text_before=None,
        text_after=text_after,
    )


def sample_edits(code: str) -> list[Edit]:
    text = (SAMPLE / f"sample-{code}.edits.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.strip().split("\n")]
    return [Edit(**{**line, "timestamp": None}) for line in lines]


def sample_scores(code: str) -> list[dict[str, Any]]:
    text = (SAMPLE / f"sample-{code}.scores.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.strip().split("\n")]


def held_back(rows: Sequence[TrainingRow], trained: Trained) -> tuple[list[bool], list[float]]:
    """Labels and probabilities of the held-back rows, drawn anew."""
    used = [row for row in rows if row.change is not None]
    labels = [row.is_damaging for row in used]
    _, kept = train_test_split(used, test_size=0.3, stratify=labels, random_state=trained.seed)
    features = [extract(row.change) for row in kept]
    probabilities = trained.pipeline.predict_proba(features)[:, 1]
    return [row.is_damaging for row in kept], [float(value) for value in probabilities]


def test_training_counts_every_row(trained: Trained) -> None:
    assert (trained.n_rows, trained.n_damaging, trained.n_left_out) == (120, 30, 12)
    assert trained.n_trained + trained.fitness.n == 108


def test_fitness_equals_that_of_scikit_learn_on_the_same_rows(trained: Trained) -> None:
    labels, probabilities = held_back(synthetic_rows(), trained)
    fitness = trained.fitness

    assert (fitness.n, fitness.n_positive) == (len(labels), sum(labels))
    assert fitness.roc_auc.value == pytest.approx(roc_auc_score(labels, probabilities))
    assert fitness.brier.value == pytest.approx(brier_score_loss(labels, probabilities))
    for rates in fitness.at:
        flagged = [value >= rates.threshold for value in probabilities]
        hits = sum(label and flag for label, flag in zip(labels, flagged, strict=True))
        assert rates.recall.value == pytest.approx(hits / sum(labels))
        assert rates.precision.value == pytest.approx(hits / sum(flagged))
        assert rates.recall.method == "wilson"


def test_what_can_be_learned_is_learned(trained: Trained, tmp_path: Path) -> None:
    model = load(saved(trained, tmp_path))

    loud, calm = model.score([an_edit(), an_edit(2, "It was calm.", editor_kind="registered")])

    assert loud.prediction == "true"
    assert calm.prediction == "false"


def test_the_same_rows_and_seed_give_the_same_bytes(trained: Trained, tmp_path: Path) -> None:
    first = saved(trained, tmp_path / "a")
    second = saved(train(synthetic_rows(), seed=1), tmp_path / "b")

    assert first == second
    assert (first.folder / first.artefact).read_bytes() == (
        second.folder / second.artefact
    ).read_bytes()


def test_another_seed_holds_back_other_rows(trained: Trained) -> None:
    assert train(synthetic_rows(), seed=2).fitness != trained.fitness


def test_too_few_rows_of_a_class_are_refused() -> None:
    with pytest.raises(Invalid, match="9 damaging and 23 other rows with text"):
        train(synthetic_rows(36), seed=1)


def test_the_card_tells_all_features_and_where_the_rows_came_from(
    trained: Trained, tmp_path: Path
) -> None:
    card = saved(trained, tmp_path)

    assert {feature.name: feature.meaning for feature in card.features} == dict(MEANINGS)
    assert card.training_data.source == "made up"
    assert card.limits[0] == "Toy."
    assert read_cards(tmp_path) == [card]


def test_a_version_is_never_written_over(trained: Trained, tmp_path: Path) -> None:
    saved(trained, tmp_path)

    with pytest.raises(Conflict, match=r"toy@1\.0\.0 exists already"):
        saved(trained, tmp_path)


def test_scores_add_up_and_come_in_order(trained: Trained, tmp_path: Path) -> None:
    edits = [an_edit(rev_id, f"text {rev_id}!") for rev_id in (3, 1, 2)]

    scores = load(saved(trained, tmp_path)).score(edits, scored_at=SCORED_AT)

    assert [score.rev_id for score in scores] == [3, 1, 2]
    for score in scores:
        assert sum(score.probabilities.values()) == pytest.approx(1, abs=1e-15)
        assert check_probabilities(score.probabilities, score.prediction) is None
        assert (score.model, score.model_version) == ("toy", "1.0.0")
        assert score.scored_at == SCORED_AT


def test_no_edits_have_no_scores(trained: Trained, tmp_path: Path) -> None:
    assert load(saved(trained, tmp_path)).score([]) == []


def test_an_edit_without_text_can_not_be_scored(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="edit 1 of testwiki has no text after"):
        load(saved(trained, tmp_path)).score([an_edit(text_after=None)])


def test_a_changed_artefact_is_not_loaded(trained: Trained, tmp_path: Path) -> None:
    card = saved(trained, tmp_path)
    path = card.folder / card.artefact
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(Invalid, match="expected " + card.artefact_sha256):
        load(card)


def with_artefact(card: Card, content: object) -> Card:
    data = skops.io.dumps(content)
    (card.folder / card.artefact).write_bytes(data)
    return replace(card, artefact_sha256=hashlib.sha256(data).hexdigest())


def test_an_artefact_with_types_of_its_own_is_not_loaded(trained: Trained, tmp_path: Path) -> None:
    card = with_artefact(saved(trained, tmp_path), Path("anything"))

    with pytest.raises(Invalid, match="holds types that are not trusted"):
        load(card)


def test_an_artefact_with_other_features_is_not_loaded(trained: Trained, tmp_path: Path) -> None:
    other = LogisticRegression().fit([[0.0], [1.0]], [0, 1])

    with pytest.raises(Invalid, match="trained on other features"):
        load(with_artefact(saved(trained, tmp_path), other))


def test_a_card_with_features_in_another_order_is_not_loaded(
    trained: Trained, tmp_path: Path
) -> None:
    card = saved(trained, tmp_path)

    with pytest.raises(Invalid, match="trained on other features"):
        load(replace(card, features=card.features[::-1]))


def test_use_cases_find_the_model_by_name_and_version(trained: Trained, tmp_path: Path) -> None:
    card = saved(trained, tmp_path)

    assert list_cards(tmp_path) == [card]
    edit = replace(an_edit(), text_before="It was quiet.")
    (score,) = score_edits(tmp_path, "toy", "1.0.0", [edit])
    assert [replace(score, source="import")] == load(card).score([edit])
    with pytest.raises(NotFound, match=r"there is no model toy@2\.0\.0"):
        score_edits(tmp_path, "toy", "2.0.0", [an_edit()])


def test_a_bad_name_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"model name is '\.\./x'"):
        train_model(
            tmp_path / "none.csv",
            tmp_path,
            name="../x",
            version="1.0.0",
            seed=1,
            trained_on=date(2026, 11, 22),
        )


def test_the_shipped_model_is_as_its_card_says() -> None:
    card = find_card(data_folder("models"), "local-damaging", "1.0.0")
    model = load(card)

    assert tuple(feature.name for feature in card.features) == FEATURES
    assert [feature.weight for feature in card.features] == list(
        model.pipeline["regression"].coef_[0]
    )


@pytest.mark.parametrize("code", CODES)
def test_the_shipped_scores_of_the_sample_are_those_of_the_shipped_model(code: str) -> None:
    edits, shipped = sample_edits(code), sample_scores(code)

    scores = score_edits(data_folder("models"), "local-damaging", "1.0.0", edits)

    assert len(shipped) == len(scores)
    for line, score in zip(shipped, scores, strict=True):
        assert (line["wiki"], line["rev_id"]) == (score.wiki, score.rev_id)
        assert (line["model"], line["model_version"]) == (score.model, score.model_version)
        assert ("failure" in line) == isinstance(score, ScoreFailure)
        if isinstance(score, ScoreFailure):
            assert line["failure"] == {"reason": score.reason, "detail": score.detail}
            continue
        assert line["probabilities"] == pytest.approx(dict(score.probabilities), abs=1e-9)
        assert line["prediction"] == score.prediction
        assert line["scored_at"] == "2026-10-21T06:00:00Z"


@pytest.mark.parametrize("code", CODES)
def test_only_the_new_page_of_a_sample_wiki_has_no_score(code: str) -> None:
    new_pages = [edit.rev_id for edit in sample_edits(code) if not edit.text_before]
    failed = {line["rev_id"]: line["failure"] for line in sample_scores(code) if "failure" in line}

    assert len(new_pages) == 1
    assert {rev_id: failure["reason"] for rev_id, failure in failed.items()} == {
        new_pages[0]: "not-scorable"
    }


@pytest.mark.skipif(
    not REAL_FILE.exists(), reason="the training file is not kept in the repository"
)
def test_training_on_the_real_file_gives_the_shipped_card(tmp_path: Path) -> None:
    shipped = find_card(data_folder("models"), "local-damaging", "1.0.0")

    card = train_model(
        REAL_FILE,
        tmp_path,
        name=shipped.name,
        version=shipped.version,
        seed=shipped.seed,
        trained_on=shipped.trained_on,
    )

    assert card.training_data == shipped.training_data
    assert (card.method, card.limits) == (shipped.method, shipped.limits)
    for name in ("roc_auc", "roc_auc_without_bots", "brier"):
        ours, theirs = getattr(card.fitness, name), getattr(shipped.fitness, name)
        assert (ours.value, ours.low, ours.high) == pytest.approx(
            (theirs.value, theirs.low, theirs.high), abs=1e-6
        )
    assert card.fitness.at == shipped.fitness.at
    weights = [feature.weight for feature in card.features]
    assert weights == pytest.approx([feature.weight for feature in shipped.features], abs=1e-6)


@pytest.mark.skipif(
    not REAL_FILE.exists(), reason="the training file is not kept in the repository"
)
def test_the_real_file_is_read_whole() -> None:
    rows = read_training_rows(REAL_FILE)

    assert len(rows) == 560
    assert sum(row.is_damaging for row in rows) == 50
    assert sum(row.change is None for row in rows) == 33


def test_a_card_of_a_loaded_model_can_be_written_again(trained: Trained, tmp_path: Path) -> None:
    card = saved(trained, tmp_path)
    before = (card.folder / "card.json").read_bytes()

    write_card(find_card(tmp_path, "toy", "1.0.0"))

    assert (card.folder / "card.json").read_bytes() == before
