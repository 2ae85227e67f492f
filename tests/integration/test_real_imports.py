"""Real edits, scores and human labels go in by the shipped converter, and give published figures.

The data lie beside the repository (fixture `shared`); scikit-learn is the oracle of every figure.
"""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score
from sqlalchemy import select

from jadelite.audit import intake, labels, reporting
from jadelite.audit.lines import Options, Summary
from jadelite.db import contents
from jadelite.db.tables import Base, ContentKeyRow, EditDiffRow, EditRow, EditTextRow, WikiRow

CONVERTER = Path(__file__).parents[2] / "benchmarks" / "convert.py"
PILOT = "multilingual-edits-pilot"
WIKILABELS = "enwiki-wikilabels-ores"
CAMPAIGN = "enwiki-wikilabels-2015"
NOTE = "the scores are in-sample: these models were trained on these labels"
IMPORTS = {
    "edits": intake.import_edits,
    "scores": intake.import_scores,
    "judgments": labels.import_judgments,
}


@pytest.fixture(scope="module")
def converted(shared, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    command = [sys.executable, CONVERTER, shared, folder]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def source(shared) -> list[dict[str, str]]:
    """The published labels and scores, read without the converter."""
    path = shared / WIKILABELS / "labels_scores.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def import_file(database, path: Path, now, note: str | None = None) -> Summary:
    use_case = IMPORTS[path.name.split(".")[-2]]
    with path.open("rb") as lines:
        return use_case(database, lines, Options(note=note), now=now, progress=lambda summary: None)


def import_wikilabels(database, folder: Path, now) -> None:
    import_file(database, folder / f"{WIKILABELS}.scores.jsonl", now, NOTE)
    import_file(database, folder / f"{WIKILABELS}.judgments.jsonl", now)


def table_contents(database) -> dict[str, tuple[int, str]]:
    """Number of rows and digest of every table."""
    found = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(select(table).order_by(*table.primary_key.columns)).all()
            found[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_of_133_real_edits_70_can_be_shown_and_63_have_no_text(database, converted, now) -> None:
    summary = import_file(database, converted / f"{PILOT}.edits.jsonl", now)
    assert (summary.n_stored, summary.n_bad) == (133, 0)
    with database.reading() as session:
        query = (
            select(WikiRow.dbname, EditTextRow.edit_id, EditDiffRow, ContentKeyRow.key)
            .select_from(EditRow)
            .join(WikiRow, WikiRow.wiki_id == EditRow.wiki_id)
            .outerjoin(EditTextRow, EditTextRow.edit_id == EditRow.edit_id)
            .outerjoin(EditDiffRow, EditDiffRow.edit_id == EditRow.edit_id)
            .outerjoin(
                ContentKeyRow,
                (ContentKeyRow.edit_id == EditRow.edit_id) & (ContentKeyRow.part == "text"),
            )
        )
        rows = [
            (wiki, text, row and contents.open_diff(key, row.edit_id, row.sealed))
            for wiki, text, row, key in session.execute(query)
        ]
    assert Counter(wiki for wiki, _, _ in rows) == {
        "arwiki": 11,
        "cawiki": 10,
        "enwiki": 77,
        "fawiki": 21,
        "fiwiki": 14,
    }
    assert Counter((text is None, diff is None) for _, text, diff in rows) == {
        (False, False): 70,
        (True, True): 63,
    }
    assert all(diff.rows for _, _, diff in rows if diff is not None)


def test_the_converter_keeps_facts_aligns_changed_fragments_and_invents_nothing(
    shared, converted
) -> None:
    with gzip.open(shared / PILOT / "edits.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = {row["revision_id"]: row for row in map(json.loads, stream)}
    for edit in lines_of(converted / f"{PILOT}.edits.jsonl"):
        row = rows[edit["rev_id"]]
        assert edit["page_title"] == row["page_title"].replace("_", " ")
        assert edit["comment"] == row["event_comment"]
        assert edit["timestamp"] == row["event_timestamp"].replace(" ", "T")[:19] + "Z"
        assert (edit["editor_kind"] == "unregistered") == row["is_anonymous"]
        assert edit["namespace"] is None
        if edit["text_after"] is None:
            assert edit["text_before"] is None
            assert row["mlm_p_max"] is None  # the authors' model found no text either
            continue
        before, after = edit["text_before"].split("\n"), edit["text_after"].split("\n")
        n_changed = len(row["texts_change"])
        for (old, new), was, is_now in zip(row["texts_change"], before, after, strict=False):
            assert (old.split(), new.split()) == (was.split(), is_now.split())
        removed = [text for text in row["texts_removed"] if text.strip()]
        inserted = [text for text in row["texts_insert"] if text.strip()]
        assert len([line for line in before if line]) == n_changed + len(removed)
        assert len([line for line in after if line]) == n_changed + len(inserted)


def test_the_pilots_scores_are_those_of_the_source(shared, converted) -> None:
    with gzip.open(shared / PILOT / "edits.jsonl.gz", "rt", encoding="utf-8") as stream:
        given = {row["revision_id"]: row["mlm_p_max"] for row in map(json.loads, stream)}
    scores = lines_of(converted / f"{PILOT}.scores.jsonl")
    assert {line["rev_id"]: line["probabilities"]["true"] for line in scores} == {
        rev_id: value for rev_id, value in given.items() if value is not None
    }
    assert len(scores) == 70


def test_importing_all_real_files_twice_changes_nothing(database, converted, now) -> None:
    paths = sorted(converted.glob("*.edits.jsonl")) + sorted(converted.glob("*.[sj]*.jsonl"))
    assert len(paths) == 4
    for path in paths:
        summary = import_file(database, path, now, NOTE)
        assert (summary.n_stored, summary.n_bad) == (summary.n_lines, 0), path.name
    before = table_contents(database)
    for path in paths:
        summary = import_file(database, path, now + timedelta(days=1), "another note")
        assert summary.n_known == summary.n_lines == len(lines_of(path)), path.name
        assert (summary.n_stored, summary.n_completed, summary.n_bad) == (0, 0, 0), path.name
    assert table_contents(database) == before
    assert before["judgment"][0] == 2384
    assert before["score"][0] == 70 + 2 * 2384


def test_the_report_of_real_labels_equals_scikit_learn(
    sqlite_database, converted, source, now
) -> None:
    import_wikilabels(sqlite_database, converted, now)
    report = reporting.compute(sqlite_database, CAMPAIGN, now=now)
    assert report.notes == (NOTE,)
    assert (report.n_edits, report.n_judgments, report.n_judgments_used) == (2384, 2384, 2384)
    assert report.n_reviewers.value is None
    published = {"damaging": (0.9939, 0.0275), "goodfaith": (0.9980, 0.0149)}
    cells = {"damaging": (2213, 71, 4, 96), "goodfaith": (73, 1, 28, 2282)}
    for question in report.questions:
        name = question.question
        y_true = [row[name] == "True" for row in source]
        y_prob = [float(row[f"ores_{name}_prob"]) for row in source]
        (model,) = question.models
        table = model.in_sample.cells
        found = (table.tn, table.fp, table.fn, table.tp)
        assert model.threshold == 0.5
        assert found == cells[name]
        assert found == tuple(confusion_matrix(y_true, [p >= 0.5 for p in y_prob]).ravel())
        assert model.roc_auc.value == pytest.approx(roc_auc_score(y_true, y_prob), rel=0, abs=1e-9)
        assert model.calibration.brier.value == pytest.approx(
            brier_score_loss(y_true, y_prob), rel=0, abs=1e-9
        )
        assert (
            round(model.roc_auc.value, 4),
            round(model.calibration.brier.value, 4),
        ) == published[name]
    assert [question.question for question in report.questions] == ["damaging", "goodfaith"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_both_databases_freeze_the_same_report_of_real_labels(
    sqlite_database, database, converted, now
) -> None:
    reports = []
    for place, moment in ((sqlite_database, now), (database, now + timedelta(hours=1))):
        import_wikilabels(place, converted, moment)
        reports.append(reporting.compute(place, CAMPAIGN, now=moment).to_json())
    assert reports[0].pop("computed_at") != reports[1].pop("computed_at")
    assert reports[0] == reports[1]
