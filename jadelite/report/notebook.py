"""The notebook that comes with a report: headline figures by hand, then all its files checked.

Its cells stand here as text and run beside the data files, with numpy and jadelite alone.
"""

from collections.abc import Mapping
from typing import Any

_TITLE = """\
# {campaign}: the report computed anew

Report of {wiki}, snapshot `{snapshot}`, made by jadelite {code_version} with seed {seed}.
Run this notebook in the folder that holds the files of the report (`report.json`, `facts.json`,
`edits.csv.gz`, `judgments.csv.gz`, packed or not), such as the unpacked `report.zip`. It needs
`pip install jadelite numpy` and nothing else."""

_READ = """\
import csv, gzip, json
from pathlib import Path
import numpy as np

HERE = Path(".")

def read(name):
    path = HERE / f"{name}.csv"  # some browsers unpack what they save
    opened = open(path, encoding="utf-8", newline="") if path.exists() else gzip.open(
        HERE / f"{name}.csv.gz", "rt", encoding="utf-8", newline="")
    with opened as lines:
        return list(csv.DictReader(lines))

edits, judgments = read("edits"), read("judgments")
facts = json.loads((HERE / "facts.json").read_text(encoding="utf-8"))["facts"]
report = json.loads((HERE / "report.json").read_text(encoding="utf-8"))
f"{len(edits)} edits, {len(judgments)} judgments\""""

_COUNT_TEXT = """\
## Which judgments count
Each reviewer's first judgment of an edit, if it was given without sight of the score or of others'
answers, by a person, and not taken back. In an import, nobody may know what had been seen."""

_COUNT = """\
may_be_unknown = facts["kind"] == "import"
first, knowing, nameless = {}, set(), []
for row in judgments:
    who = (row["rev_id"], row["stream"], row["reviewer"])
    seen = "yes" in (row["score_seen"], row["peers_seen"])
    unclear = not seen and "unknown" in (row["score_seen"], row["peers_seen"])
    is_blind = not seen and (not unclear or (may_be_unknown and row["origin"] == "import"))
    if row["reviewer"] == "":
        if row["action"] == "judge" and row["reviewer_kind"] != "bot" and is_blind:
            nameless.append(row)
        continue
    if row["action"] == "withdraw":
        first.pop(who, None)
    elif who not in knowing:
        first.setdefault(who, (row, is_blind))
    if seen:
        knowing.add(who)
counted = nameless + [
    row for row, is_blind in first.values() if is_blind and row["reviewer_kind"] != "bot"]
print(len(counted), "count; the report says", report["n_judgments_used"])
if len(counted) != report["n_judgments_used"]:
    raise ValueError("other judgments count than the report says")"""

_ALPHA_TEXT = """\
## People against people: Krippendorff's alpha
From the votes on each edit: 1 less observed over expected disagreement."""

_ALPHA = """\
LABELS = ["yes", "no", "unsure"]

def votes_by(question, key):
    counts = {}
    for row in counted:
        answer = row.get("answer:" + question, "")
        if answer in LABELS:
            counts.setdefault(key(row), np.zeros(3))[LABELS.index(answer)] += 1
    return counts

for question in report["questions"]:
    votes = votes_by(question["question"], lambda row: row["rev_id"])
    table = np.array([v for v in votes.values() if v.sum() > 1]).reshape(-1, 3)
    size, totals = table.sum(axis=1), table.sum(axis=0)
    figure = question["agreement"]["krippendorff_alpha"]
    expected = totals.sum() ** 2 - (totals**2).sum()
    if expected == 0:
        print(question["question"], "no alpha:", figure["reason"])
        continue
    observed = ((size**2 - (table**2).sum(axis=1)) / (size - 1)).sum()
    alpha = 1 - (totals.sum() - 1) * observed / expected
    print(question["question"], "alpha", alpha, "report", figure["value"])
    if abs(alpha - figure["value"]) > 1e-9:
        raise ValueError(f"alpha of {question['question']} differs")"""

_RATES_TEXT = """\
## A model against people, for the whole wiki
A judged edit of a part of the draw stands for N / m edits of it (N edits in the frame, m judged).
Precision is a ratio of two sums that both vary with the sample; Beale's correction takes out what
that bends it by."""

_RATES = """\
def ratio(above, below, part, sizes):
    judged = np.bincount(part, minlength=len(sizes))
    each = sizes / judged
    top = (each * np.bincount(part, above, len(sizes))).sum()
    bottom = (each * np.bincount(part, below, len(sizes))).sum()
    if bottom == 0:
        return None
    value = top / bottom
    if is_drawn and top:
        own = sizes**2 * (1 - judged / sizes) / np.maximum(judged - 1, 1) / judged
        centred = below - (np.bincount(part, below, len(sizes)) / judged)[part]
        shared = (own * np.bincount(part, above * centred, len(sizes))).sum() / (top * bottom)
        alone = (own * np.bincount(part, below * centred, len(sizes))).sum() / bottom**2
        value *= (1 + shared) / (1 + alone)
    return min(1.0, value)

is_drawn = bool(facts["strata"]) and not facts["is_evidence"]
model = next((m for q in report["questions"] for m in q["models"] if m["is_audited"]), None)
if model is not None:
    name = f"{model['model']}@{model['version']}"
    question = next(q["question"] for q in report["questions"] if model in q["models"])
    votes = votes_by(question, lambda row: (row["rev_id"], row["stream"]))
    cases = [
        (float(row["score:" + name]), votes[row["rev_id"], row["stream"]], row["stratum"])
        for row in edits
        if row["score:" + name] and (row["rev_id"], row["stream"]) in votes
        and votes[row["rev_id"], row["stream"]].sum() >= report["min_votes"]
        and (row["stratum"] or not is_drawn)]
    flagged = np.array([score >= model["threshold"] for score, _, _ in cases], dtype=float)
    yes = np.array([(v[0] + v[2] / 2) / v.sum() for _, v, _ in cases])
    part = np.array([int(s) if is_drawn else 0 for _, _, s in cases], dtype=int)
    sizes = np.array([s["n_edits"] for s in facts["strata"]] if is_drawn else [len(cases)], float)
    # Parts without a judged edit, and draws made twice from one frame, are for jadelite itself.
    is_plain = len(set(part.tolist())) == len(sizes) and (
        len({s["stream"] for s in facts["strata"]}) < 2 or not is_drawn)
    if is_plain and len(cases):
        for figure, found in [
            ("precision", ratio(flagged * yes, flagged, part, sizes)),
            ("recall", ratio(flagged * yes, yes, part, sizes)),
            ("prevalence", ratio(yes, np.ones(len(yes)), part, sizes)),
        ]:
            told = model["rates"][figure]["value"]
            print(name, figure, found, "report", told)
            if (found is None) != (told is None) or (
                    found is not None and abs(found - told) > 1e-9):
                raise ValueError(f"{figure} of {name} differs")"""

_CHECK_TEXT = """\
## report.json, lists.json and statistics.json
jadelite builds them again from the data files and compares each number, interval and list with what
stands there; lists.json and statistics.json where they lie in this folder too. The other files are
not looked at."""

_CHECK = """\
from jadelite.report.check import check

found = check(HERE)
print(found.n_numbers, "numbers compared,", len(found.differences), "differ")
if found.differences:
    raise ValueError("\\n".join(found.differences))"""


def notebook(report: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook of a report (as `Report.to_json` gives it): nbformat 4, plain data."""
    title = _TITLE.format(
        **{name: report[name] for name in ("campaign", "wiki", "snapshot", "code_version", "seed")}
    )
    cells = [
        _text(title),
        _code(_READ),
        _text(_COUNT_TEXT),
        _code(_COUNT),
        _text(_ALPHA_TEXT),
        _code(_ALPHA),
        _text(_RATES_TEXT),
        _code(_RATES),
        _text(_CHECK_TEXT),
        _code(_CHECK),
    ]
    return {
        "cells": [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
