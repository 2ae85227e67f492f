"""Turns real data sets into the line formats of `jadelite edits|scores|judgments import`.

    python benchmarks/convert.py FOLDER OUTPUT [name ...]

FOLDER holds one folder for each data set (its SOURCE.md tells where it comes from); OUTPUT gets
`NAME.edits.jsonl`, `NAME.scores.jsonl`, `NAME.judgments.jsonl`, whichever a data set can fill.
What a source does not say stays null here; nothing is guessed. No data are kept in this repository.
"""

import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Line = dict[str, Any]
Files = dict[str, list[Line]]

PILOT = "multilingual-edits-pilot"
# The source gives one number, the largest of three probabilities of "will be reverted". It is read
# as an answer to *damaging*, as revert-risk models are. The source names no version of the model:
# 2022 is the year of the edits and of the model that answered.
PILOT_MODEL, PILOT_VERSION = "mlm-text.damaging", "2022"

WIKILABELS = "enwiki-wikilabels-ores"
WIKILABELS_CAMPAIGN = "enwiki-wikilabels-2015"
# The source says "the published ORES models", and neither which of their versions nor when.
WIKILABELS_VERSION = "unknown"


def pilot(folder: Path) -> Files:
    """Edits of 46 Wikipedias with the sentences they changed, and a weak model's scores."""
    with gzip.open(folder / "edits.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    scored = [row for row in rows if row["mlm_p_max"] is not None and 0 <= row["mlm_p_max"] <= 1]
    return {
        "edits": [_pilot_edit(row) for row in rows],
        "scores": [_pilot_score(row) for row in scored],
    }


def wikilabels(folder: Path) -> Files:
    """One human label per edit (damaging, good faith) and what two ORES models said of the same.

    The models were trained on these labels, so the campaign came before the models: nobody in it
    had seen a score. It asked one person per edit, so nobody had seen another's answer either. Who
    judged, and when, is not in the source.
    """
    with gzip.open(folder / "labels_scores.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {
        "scores": [
            _score(
                "enwiki",
                int(row["rev_id"]),
                (question, WIKILABELS_VERSION),
                float(row[f"ores_{question}_prob"]),
                prediction=row[f"ores_{question}_prediction"].lower(),
            )
            for row in rows
            for question in ("damaging", "goodfaith")
        ],
        "judgments": [_wikilabels_judgment(row) for row in rows],
    }


CONVERTERS: dict[str, Callable[[Path], Files]] = {PILOT: pilot, WIKILABELS: wikilabels}


def convert(folder: Path, output: Path, names: Iterable[str]) -> Iterator[tuple[Path, int]]:
    """Write the files of the named data sets; each file as it is written, and its lines."""
    output.mkdir(parents=True, exist_ok=True)
    for name in names:
        for kind, lines in CONVERTERS[name](folder / name).items():
            path = output / f"{name}.{kind}.jsonl"
            with path.open("w", encoding="utf-8") as out:
                out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            yield path, len(lines)


def main(arguments: list[str]) -> int:
    """Convert as the command line says; the exit code."""
    unknown = [name for name in arguments[2:] if name not in CONVERTERS]
    if len(arguments) < 2 or unknown:
        for name in unknown:
            print(f"unknown data set {name!r}, expected {', '.join(CONVERTERS)}", file=sys.stderr)
        print("usage: convert.py FOLDER OUTPUT [name ...]", file=sys.stderr)
        return 2
    names = arguments[2:] or list(CONVERTERS)
    try:
        for path, n_lines in convert(Path(arguments[0]), Path(arguments[1]), names):
            print(f"{path}: {n_lines} lines")
    except OSError as error:
        print(f"can't use {error.filename}: {error.strerror}", file=sys.stderr)
        return 74
    return 0


def _pilot_edit(row: Line) -> Line:
    before, after = _texts(row)
    timestamp = datetime.fromisoformat(row["event_timestamp"]).replace(tzinfo=UTC)
    return {
        "wiki": row["wiki_db"],
        "rev_id": row["revision_id"],
        "parent_rev_id": row["revision_parent_id"],
        "page_title": row["page_title"].replace("_", " "),
        "namespace": None,
        "timestamp": timestamp.isoformat().replace("+00:00", "Z"),
        "comment": row["event_comment"],
        # Temporary accounts came later. Whoever had an account may have been new, or a bot: the
        # source does not say.
        "editor_kind": "unregistered" if row["is_anonymous"] else "registered",
        "text_before": before,
        "text_after": after,
    }


def _texts(row: Line) -> tuple[str | None, str | None]:
    """The fragments as two texts, one fragment a line, changed ones side by side; or no texts."""
    changed = [(_one_line(old), _one_line(new)) for old, new in row["texts_change"]]
    removed = [_one_line(text) for text in row["texts_removed"]]
    inserted = [_one_line(text) for text in row["texts_insert"]]
    before = [old for old, _ in changed] + [text for text in removed if text]
    after = [new for _, new in changed] + [text for text in inserted if text]
    if not any(before) and not any(after):
        return None, None
    return "\n".join(before), "\n".join(after)


def _one_line(fragment: str) -> str:
    return " ".join(line.strip() for line in fragment.splitlines() if line.strip())


def _pilot_score(row: Line) -> Line:
    model = (PILOT_MODEL, PILOT_VERSION)
    return _score(row["wiki_db"], row["revision_id"], model, row["mlm_p_max"], prediction=None)


def _score(
    wiki: str, rev_id: int, model: tuple[str, str], probability: float, *, prediction: str | None
) -> Line:
    return {
        "wiki": wiki,
        "rev_id": rev_id,
        "model": model[0],
        "model_version": model[1],
        "probabilities": {"true": probability, "false": 1 - probability},
        "prediction": prediction,
        "scored_at": None,
    }


def _wikilabels_judgment(row: dict[str, str]) -> Line:
    answers = {
        question: "yes" if row[question] == "True" else "no"
        for question in ("damaging", "goodfaith")
    }
    return {
        "wiki": "enwiki",
        "rev_id": int(row["rev_id"]),
        "campaign": WIKILABELS_CAMPAIGN,
        "reviewer": None,
        "kind": "person",
        "answers": answers,
        "judged_at": None,
        # See `wikilabels`: the campaign came before the models, with one person per edit.
        "score_seen": "no",
        "peers_seen": "no",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
