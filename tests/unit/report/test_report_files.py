"""Data files give the very same snapshot back, or say what is wrong with them."""

import json
import math
import random
from dataclasses import replace

import pytest
from data_folder import write_data_files
from snapshots import More, Row, make, model, stratum

from jadelite.audit import data_files
from jadelite.domain.errors import Invalid
from jadelite.domain.facets import Question
from jadelite.report.files import facts_document, tables
from jadelite.report.reading import read_snapshot
from jadelite.report.snapshot import EDITORS, UNKNOWN, GuardrailFacts, Repeats


def written(snapshot, folder, **how):
    write_data_files(tables(snapshot), facts_document(snapshot), folder, **how)
    return folder


def digest(snapshot):
    return snapshot.digest(code_version="1", seed=2)


def full_snapshot():
    """Everything that a snapshot can hold, and everything that can be missing."""
    kinds = Question("kind", ("a", "b", "c"), "a", "several", is_required=False)
    rows = [
        Row("yyn", (0.1, 0.1 + 0.2), 0, pi=1 / 3, editor="temporary", is_mobile=1),
        Row("-?y", (None, 1e-7), 1, pi=1.0, namespace=None, size_change=math.nan, day=UNKNOWN),
        Row("n", (0.999, None), UNKNOWN, stream="link30", is_mobile=UNKNOWN, rev_id=1000),
        Row("", (0.5, 0.5), 1, namespace=-2, editor="unknown", was_reverted=1, hour=UNKNOWN),
    ]
    snapshot = make(
        rows,
        models=[
            model(levels=(("likely", 0.8),), frame_counts=(1,) * 1000),
            model(version="2", is_audited=False),
        ],
        strata=[stratum(10, 2, low=0.0, high=0.2), stratum(7, 2, low=0.2, high=1.0)],
        questions=["damaging", kinds],
        guardrails=[GuardrailFacts(None, "damaging", "recall", "at-least", 0.5, "x", "2026-01-01")],
        repeats=[Repeats("damaging", 3, 2)],
        more=[
            More(0, 0, ("no", "b"), score_seen="yes", peers_seen="unknown", revision=2),
            More(0, 1, (None, None), action="withdraw", kind="bot"),
        ],
    )
    # An answer of several labels, with a comma and quotes in a value.
    values = (snapshot.answer_values[0], ("a", 'b,"|c', "c"))
    return replace(snapshot, answer_values=values)


@pytest.mark.parametrize("is_packed", [False, True])
def test_every_kind_of_value_comes_back_the_same(tmp_path, is_packed):
    snapshot = full_snapshot()

    found = read_snapshot(written(snapshot, tmp_path, is_packed=is_packed))

    assert digest(found) == digest(snapshot)
    assert found.facts == snapshot.facts


@pytest.mark.parametrize("seed", range(5))
def test_any_snapshot_comes_back_the_same(tmp_path, seed):
    chance = random.Random(seed)
    rows = [
        Row(
            "".join(chance.choice("yn?-") for _ in range(chance.randrange(6))),
            chance.choice([None, chance.random(), chance.random() ** 30]),
            chance.choice([0, 1, UNKNOWN]),
            pi=chance.choice([math.nan, chance.random()]),
            namespace=chance.choice([None, 0, 118]),
            editor=chance.choice(EDITORS),
            size_change=chance.choice([math.nan, -0.0, float(chance.randrange(-9999, 9999))]),
            stream=chance.choice(["probability", "link30", "import"]),
        )
        for _ in range(chance.randrange(40))
    ]
    snapshot = make(rows, models=[model()], strata=[stratum(50, 20), stratum(60, 20)])

    assert digest(read_snapshot(written(snapshot, tmp_path))) == digest(snapshot)


def test_what_a_frozen_report_holds_comes_back_the_same(tmp_path):
    snapshot = full_snapshot()
    for name, columns in tables(snapshot).items():
        content = data_files.csv_bytes(data_files.table_of(columns))
        (tmp_path / f"{name}.csv.gz").write_bytes(content)
    (tmp_path / "facts.json").write_text(json.dumps(facts_document(snapshot)), encoding="utf-8")

    assert digest(read_snapshot(tmp_path)) == digest(snapshot)


def test_files_longer_than_a_block_come_back_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("jadelite.report.reading.N_ROWS_IN_A_BLOCK", 2)
    snapshot = make([Row("yn", 0.5)] * 5, models=[model()])

    assert digest(read_snapshot(written(snapshot, tmp_path))) == digest(snapshot)


def test_a_report_without_any_judgment_comes_back(tmp_path):
    snapshot = make([])

    assert digest(read_snapshot(written(snapshot, tmp_path))) == digest(snapshot)


def test_cells_are_words_that_a_person_can_read(tmp_path):
    written(full_snapshot(), tmp_path)

    judgment = (tmp_path / "judgments.csv").read_text(encoding="utf-8").splitlines()[-2]

    assert (
        judgment
        == '1000,probability,r0,person,2,judge,yes,unknown,web,en,1,2026-11-04,20.0,no,"b,""|c"'
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("edits.csv", "temporary", "wizard", 'editor_kind holds "wizard"'),
        ("edits.csv", "0.999", "0.9x9", "score:risk@1 holds no such number"),
        ("edits.csv", "editor_kind", "editor", "edits has no column editor_kind"),
        ("edits.csv", "2026-10-05", "2026-15-05", "edited_on holds no date"),
        ("judgments.csv", "\n1001,", "\n1009,", "edit 1009 is not among the edits"),
        ("judgments.csv", ",r1,", ",rx,", "reviewer is not as r0"),
        ("judgments.csv", ",web,", ",web,,", "row 1 has 16 cells, expected 15"),
        ("facts.json", "jadelite.facts/1", "jadelite.facts/9", "has schema jadelite.facts/9"),
        ("facts.json", '"strata"', '"layers"', "not as it was written"),
        ("facts.json", "{", "[", "is not JSON"),
    ],
)
def test_what_no_report_wrote_is_named(tmp_path, name, old, new, message):
    path = written(full_snapshot(), tmp_path) / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(Invalid) as caught:
        read_snapshot(tmp_path)

    assert message in caught.value.detail


@pytest.mark.parametrize("name", ["facts.json", "edits.csv", "judgments.csv"])
def test_a_missing_file_is_named(tmp_path, name):
    (written(full_snapshot(), tmp_path) / name).unlink()

    with pytest.raises(Invalid, match=name):
        read_snapshot(tmp_path)


def test_a_list_in_place_of_facts_is_refused(tmp_path):
    (tmp_path / "facts.json").write_text(json.dumps([]), encoding="utf-8")

    with pytest.raises(Invalid, match="has schema None"):
        read_snapshot(tmp_path)
