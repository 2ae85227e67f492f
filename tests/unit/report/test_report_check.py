"""A report is computed anew from its files; whatever was changed in between is named."""

import gzip
import json
import random
import shutil
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from data_folder import write_data_files
from snapshots import DAY, More, Row, make, model, stratum

from jadelite.domain.errors import Invalid
from jadelite.report.build import build_all
from jadelite.report.check import check, sentences
from jadelite.report.files import facts_document, tables
from jadelite.report.notebook import notebook
from jadelite.report.snapshot import Repeats

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
# Whoever has jadelite and numpy has all that the notebook needs.
WITHOUT = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in "sqlalchemy flask pydantic pyarrow requests click".split():
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refused())
"""


def drawn_snapshot():
    """A stratified draw of two versions, with everything that makes counting hard."""
    chance = random.Random(5)
    rows = []
    for n in range(120):
        part = n % 3
        score = (part + chance.random()) / 3
        votes = "".join(
            "?" if chance.random() < 0.05 else "yn"[chance.random() > score] for _ in range(3)
        )
        reviewers = tuple(chance.sample(range(12), 3))
        rows.append(
            Row(
                votes,
                (score, min(1.0, score * 1.1)),
                part,
                day=DAY + n % 21,
                reviewers=reviewers,
                was_reverted=int(score > 0.6),
                editor=chance.choice(["newcomer", "registered", "temporary"]),
            )
        )
    who = rows[0].reviewers[0], rows[1].reviewers[0], rows[2].reviewers[0]
    return make(
        rows,
        models=[model(levels=(("likely", 0.8),)), model(version="2", is_audited=False)],
        strata=[
            stratum(5000, 50, low=0.0, high=1 / 3),
            stratum(900, 50, low=1 / 3, high=2 / 3),
            stratum(300, 50, low=2 / 3, high=1.0),
        ],
        k=3,
        repeats=[Repeats("damaging", 12, 11)],
        more=[
            More(0, who[0], (None,), action="withdraw"),
            More(0, who[0], ("no",)),
            More(1, who[1], ("yes",), score_seen="yes", revision=2),
            More(2, who[2], (None,), action="withdraw", score_seen="yes"),
            More(2, who[2], ("no",)),
            More(3, 40, ("yes",), peers_seen="unknown"),
            More(4, 41, ("yes",), kind="bot"),
        ],
    )


def imported_snapshot():
    """Votes of nobody knows whom, seen nobody knows what."""
    rows = [Row("yn"[n % 3 > 0], n / 60) for n in range(60)]
    more = {"exposure": "unknown", "is_nameless": True, "origin": "import"}
    return make(rows, models=[model()], kind="import", k=1, **more)


SNAPSHOTS = {
    "drawn": drawn_snapshot,
    "imported": imported_snapshot,
    "empty": lambda: make([]),
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """A folder for each snapshot with the files of its report."""
    return {
        name: write_report(snapshot(), tmp_path_factory.mktemp(name))
        for name, snapshot in SNAPSHOTS.items()
    }


@pytest.fixture
def frozen(originals, tmp_path):
    """Gives a copy of such a folder, to be changed."""
    return lambda name: shutil.copytree(originals[name], tmp_path / name)


def write_report(snapshot, folder):
    built = build_all(snapshot, computed_at=NOW, code_version="1.2", seed=7)
    write_data_files(tables(snapshot), facts_document(snapshot), folder, is_packed=True)
    report = built.report.to_json()
    lists = [asdict(one) for one in built.lists]
    for name, document in [
        ("report.json", report),
        ("lists.json", lists),
        ("statistics.json", built.statistics),
        ("report.ipynb", notebook(report)),
    ]:
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def changed(path, *steps, to):
    """Change what the steps lead to in a JSON file."""
    document = json.loads(path.read_text(encoding="utf-8"))
    place = document
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to(place[steps[-1]]) if callable(to) else to
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_report_as_it_was_frozen_holds(frozen, name):
    found = check(frozen(name))

    assert (found.differences, found.n_left_out) == ([], 0)
    assert found.n_numbers > 10


PLANTED = [
    (
        "report.json",
        ("questions", 0, "models", 0, "rates", "precision", "value"),
        lambda value: value + 1e-6,
        "questions[damaging].models[risk@1].rates.precision.value is",
    ),
    (
        "report.json",
        ("questions", 0, "agreement", "alpha_crossed", "high"),
        None,
        "questions[damaging].agreement.alpha_crossed.high is null, computed",
    ),
    ("report.json", ("n_judgments_used",), 359.5, "n_judgments_used is 359.5, computed"),
    ("report.json", ("trust", "light"), "grand", 'trust.light is "grand", computed'),
    ("report.json", ("trust", "doubts"), "none", 'trust.doubts is "none", computed'),
    ("report.json", ("sample", "is_census"), 0, "sample.is_census is 0, computed false"),
    (
        "report.json",
        ("questions", 0, "models", 1, "trend"),
        lambda weeks: weeks[:-1],
        "questions[damaging].models[risk@2].trend has 2 items, computed 3",
    ),
    (
        "report.json",
        ("questions", 0, "models", 0, "lists", 1, "first", 0, "gap"),
        0.5,
        "questions[damaging].models[risk@1].lists[people-split].first[",
    ),
    (
        "statistics.json",
        ("risk@1", "roc_auc", "labels", "true"),
        0.99,
        "statistics.json.risk@1.roc_auc.labels.true is 0.99, computed",
    ),
]


def test_planted_figures_are_named_and_no_others(frozen):
    folder = frozen("drawn")
    for name, steps, to, _ in PLANTED:
        changed(folder / name, *steps, to=to)

    found = check(folder)

    for _, _, _, said in PLANTED:
        assert [difference for difference in found.differences if difference.startswith(said)]
    assert len(found.differences) == len(PLANTED)
    assert f"{found.n_numbers} numbers compared, 9 differ" in list(sentences(found))


def test_a_judgment_changed_in_the_data_shows(frozen):
    folder = frozen("drawn")
    changed(folder / "facts.json", "facts", "models", 0, "threshold", to=0.7)

    places = [difference.split(" is ")[0] for difference in check(folder).differences]

    assert "snapshot" in places
    assert "questions[damaging].models[risk@1].threshold" in places


SPLIT = ("questions", 0, "models", 0, "lists", 1, "first")


def listed_edits(folder):
    """All lists of edits in report.json, by where they stand."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    for place, question in enumerate(report["questions"]):
        at = ("questions", place)
        for number, found in enumerate(question["models"]):
            for row, one in enumerate(found["lists"]):
                yield (*at, "models", number, "lists", row, "first"), one["first"]
        for number, found in enumerate(question["comparisons"]):
            yield (*at, "comparisons", number, "flips"), found["flips"]


def without(folder, rev_id):
    """Take an edit out of all lists of report.json, as where its wiki hid it."""
    for steps, edits in list(listed_edits(folder)):
        left = [edit for edit in edits if edit["rev_id"] != rev_id]
        changed(folder / "report.json", *steps, to=left)


def first_split(folder):
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report["questions"][0]["models"][0]["lists"][1]["first"]


def test_edits_that_are_not_named_any_more_are_no_difference(frozen):
    folder = frozen("drawn")
    without(folder, first_split(folder)[0]["rev_id"])
    changed(folder / "report.json", "n_unnamed", to=1)
    changed(folder / "report.json", *SPLIT, 0, "page_title", to="A page")

    found = check(folder)

    assert (found.differences, found.n_left_out) == ([], 1)
    assert "1 listed edits are not named any more" in list(sentences(found))


def test_an_edit_that_only_one_list_lacks_is_a_difference(frozen):
    folder = frozen("drawn")
    rev_id = first_split(folder)[0]["rev_id"]
    for steps, edits in listed_edits(folder):
        if steps != SPLIT and edits:  # it stands in another list
            changed(folder / "report.json", *steps, to=[*edits, first_split(folder)[0]])
            break
    changed(folder / "report.json", *SPLIT, to=lambda first: first[1:])
    changed(folder / "report.json", "n_unnamed", to=1)

    assert [d for d in check(folder).differences if d.endswith(f"does not list edit {rev_id}")]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (lambda first: [], "does not list edit"),
        (lambda first: first[::-1], "is in another order"),
        (lambda first: [{**first[0], "n_yes": 90}, *first], "n_yes is 90, computed"),
        (lambda first: [*first, first[0]], "once more"),
        (lambda first: [7, None, *first], "computed without it"),
    ],
    ids=["emptied", "reversed", "copy-before", "copy-after", "no-edits"],
)
@pytest.mark.parametrize("name", ["report.json", "lists.json"])
def test_a_list_that_was_changed_is_named(frozen, name, to, said):
    folder = frozen("drawn")
    steps = SPLIT if name == "report.json" else split_list(folder)
    changed(folder / name, *steps, to=to)

    assert [difference for difference in check(folder).differences if said in difference]


def test_no_list_of_lists_json_may_be_short_whatever_the_report_says(frozen):
    folder = frozen("drawn")
    changed(folder / "report.json", "n_unnamed", to=1000)
    changed(folder / "lists.json", *split_list(folder), to=[])

    assert [d for d in check(folder).differences if "does not list edit" in d]


def split_list(folder):
    """Where lists.json has the edits on which people are split."""
    for place, group in enumerate(json.loads((folder / "lists.json").read_text(encoding="utf-8"))):
        for row, found in enumerate(group["lists"]):
            if len(found["edits"]) > 2:
                return (place, "lists", row, "edits")
    raise ValueError("lists.json has no such list")


def test_an_edit_that_was_smuggled_in_is_named(frozen):
    folder = frozen("drawn")
    changed(folder / "report.json", *SPLIT, to=lambda first: [{**first[0], "rev_id": 7}, *first])

    assert [d for d in check(folder).differences if "lists edit 7" in d]


@pytest.mark.parametrize(
    ("steps", "to", "message"),
    [
        (("schema",), "other/1", "has schema other/1"),
        (("computed_at",), "yesterday", "does not say how it was made"),
        (("n_unnamed",), None, "does not say how it was made"),
        (("seed",), -7, "has seed -7, expected 0 or more"),
    ],
)
def test_what_is_no_report_is_refused(frozen, steps, to, message):
    folder = frozen("empty")
    changed(folder / "report.json", *steps, to=to)

    with pytest.raises(Invalid, match=message):
        check(folder)


def run_notebook(folder):
    cells = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join([WITHOUT, *(cell["source"] for cell in cells if cell["cell_type"] == "code")])
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_notebook_runs_with_numpy_alone_and_finds_the_same(frozen, name):
    found = run_notebook(frozen(name))

    assert found.returncode == 0, found.stderr
    assert "numbers compared, 0 differ" in found.stdout
    if name == "drawn":
        assert "risk@1 precision" in found.stdout
        assert "risk@1 recall" in found.stdout


def test_a_folder_whose_tables_a_browser_unpacked_is_as_good(frozen):
    folder = frozen("imported")
    for packed in list(folder.glob("*.csv.gz")):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()

    found = run_notebook(folder)

    assert found.returncode == 0, found.stderr
    assert check(folder).differences == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("models", 0, "rates", "recall", "value"), "recall of risk@1 differs"),
        (("agreement", "krippendorff_alpha", "value"), "alpha of damaging differs"),
        (("models", 0, "slices", 0, "precision", "low"), "slices"),
    ],
)
def test_the_notebook_fails_and_names_a_planted_figure(frozen, steps, said):
    folder = frozen("drawn")
    changed(folder / "report.json", "questions", 0, *steps, to=lambda value: (value or 0.3) + 0.01)

    found = run_notebook(folder)

    assert found.returncode == 1
    assert said in found.stderr


def test_the_command_says_what_differs(frozen):
    folder = frozen("imported")
    command = [sys.executable, "-m", "jadelite.report.check", str(folder)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    changed(folder / "report.json", "k", to=9)

    bad = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "k is 9, computed 1" in bad.stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("report.json", "{}", "report.json has schema None"),
        ("report.json", "[", "report.json is not JSON"),
        ("facts.json", "{}", "facts.json has schema None"),
    ],
)
def test_the_command_says_in_a_sentence_what_it_can_not_read(frozen, name, text, said):
    folder = frozen("empty")
    (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "jadelite.report.check", str(folder)]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (2, "", 1)
    assert said in found.stderr
