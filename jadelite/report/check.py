"""A frozen report computed anew from its data files, and every number of it compared.

`python -m jadelite.report.check FOLDER` does it for the files of a report in a folder; the notebook
that comes with a report does the same. numpy is all that it needs.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jadelite.domain.errors import Invalid
from jadelite.domain.reports import REPORT_SCHEMA
from jadelite.report.build import build_all
from jadelite.report.reading import BAD_FILE, read_document, read_json, read_snapshot

TOLERANCE = 1e-9  # relative: processors add up in different orders
_NOT_FROZEN = ("page_title", "n_masked", "n_unnamed")  # added when a report is shown
_Key = tuple[object, int]


@dataclass(frozen=True)
class Checked:
    """How many numbers were compared, and where they differ, a sentence for each place.

    `n_left_out` listed edits, each counted once, are in no list of report.json, because their wiki
    hid them or they are judged again; it says itself how many, and nothing else may be missing.
    """

    n_numbers: int
    n_left_out: int
    differences: list[str]


@dataclass
class _Comparison:
    n_numbers: int = 0
    named: set[object] = field(default_factory=set)
    unnamed: dict[object, list[str]] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def compare(self, path: str, given: object, computed: object) -> None:
        """Note where a given value and all inside it differ from the computed ones."""
        if isinstance(computed, Mapping) and isinstance(given, Mapping):
            self._objects(path, given, computed)
        elif isinstance(computed, Sequence) and not isinstance(computed, str):
            self._lists(path, given, computed)
        else:
            self.n_numbers += _is_number(computed) or _is_number(given)
            if not _same(given, computed):
                self._differs(path, given, computed)

    def _objects(self, path: str, given: Mapping[str, Any], computed: Mapping[str, Any]) -> None:
        for name in sorted(given.keys() | computed.keys()):
            place = f"{path}.{name}" if path else name
            if name in _NOT_FROZEN:
                continue
            if name not in given or name not in computed:
                where = "in the files" if name not in given else "in what was computed"
                self.differences.append(f"{place} is not {where}")
            else:
                self.compare(place, given[name], computed[name])

    def _lists(self, path: str, given: object, computed: Sequence[Any]) -> None:
        if not isinstance(given, Sequence) or isinstance(given, str):
            self._differs(path, given, computed)
            return
        if any("rev_id" in item for item in [*given, *computed] if isinstance(item, Mapping)):
            self._listed_edits(path, given, computed)
            return
        if len(given) != len(computed):
            self.differences.append(f"{path} has {len(given)} items, computed {len(computed)}")
        for place, (one, two) in enumerate(zip(given, computed, strict=False)):
            self.compare(f"{path}[{_name(two, place)}]", one, two)

    def _listed_edits(
        self, path: str, given: Sequence[object], computed: Sequence[Mapping[str, Any]]
    ) -> None:
        """The same edits in the same order; those that are missing are kept in mind."""
        expected, here = _keyed(computed), _keyed(given)
        for key, item in here.items():
            if key in expected:
                self.compare(f"{path}[{key[0]}]", item, expected[key])
            else:
                again = "once more" if key[1] else "computed without it"
                self.differences.append(f"{path} lists edit {_short(key[0])}, {again}")
        if [key for key in here if key in expected] != [key for key in expected if key in here]:
            self.differences.append(f"{path} is in another order")
        self.named.update(rev_id for rev_id, _ in here)
        for rev_id, _ in expected.keys() - here.keys():
            self.unnamed.setdefault(rev_id, []).append(path)

    def left_out(self, n_allowed: int) -> int:
        """How many edits are in no list at all; others that a list lacks are differences.

        So are all of them where they are more than the report says.
        """
        gone = self.unnamed.keys() - self.named
        n_left_out = len(gone) if len(gone) <= n_allowed else 0
        for rev_id, paths in sorted(self.unnamed.items(), key=str):
            if not (n_left_out and rev_id in gone):
                self.differences += [f"{path} does not list edit {rev_id}" for path in paths]
        return n_left_out

    def _differs(self, path: str, given: object, computed: object) -> None:
        self.differences.append(f"{path} is {_short(given)}, computed {_short(computed)}")


def check(folder: Path) -> Checked:
    """Compare every number of report.json, and of lists.json and statistics.json where they are
    there, with the same computed anew from facts.json, edits.csv and judgments.csv.

    A change of the data shows as another `snapshot`. Raises Invalid where a file is missing or
    can't be read.
    """
    report = read_document(folder, "report.json", REPORT_SCHEMA)
    try:
        computed_at = datetime.fromisoformat(report["computed_at"])
        code_version, seed = str(report["code_version"]), int(report["seed"])
        n_unnamed = int(report.get("n_unnamed", 0))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Invalid(BAD_FILE, f"report.json does not say how it was made: {error}") from error
    if seed < 0:
        raise Invalid(BAD_FILE, f"report.json has seed {seed}, expected 0 or more")
    built = build_all(
        read_snapshot(folder), computed_at=computed_at, code_version=code_version, seed=seed
    )
    shown, frozen = _Comparison(), _Comparison()
    shown.compare("", report, _plain(built.report.to_json()))
    for name, computed in (
        ("lists.json", [asdict(one) for one in built.lists]),
        ("statistics.json", built.statistics),
    ):
        if (folder / name).is_file():
            frozen.compare(name, read_json(folder, name), _plain(computed))
    n_left_out = shown.left_out(n_unnamed)
    frozen.left_out(0)
    return Checked(
        shown.n_numbers + frozen.n_numbers, n_left_out, shown.differences + frozen.differences
    )


def sentences(found: Checked) -> Iterator[str]:
    """What a check found, line by line."""
    yield f"{found.n_numbers} numbers compared, {len(found.differences)} differ"
    if found.n_left_out:
        yield f"{found.n_left_out} listed edits are not named any more"
    yield from found.differences


def _keyed(items: Sequence[object]) -> dict[_Key, object]:
    """Items by the edit they name and how often it stood before, in their order."""
    found: dict[_Key, object] = {}
    n_before: dict[object, int] = {}
    for item in items:
        rev_id = item.get("rev_id") if isinstance(item, Mapping) else None
        if not isinstance(rev_id, int):
            rev_id = None
        nth = n_before.get(rev_id, 0)
        n_before[rev_id] = nth + 1
        found[rev_id, nth] = item
    return found


def _plain(value: object) -> Any:
    """As it comes back from a JSON file."""
    return json.loads(json.dumps(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(given: object, computed: object) -> bool:
    if isinstance(given, int | float) and isinstance(computed, int | float):
        if isinstance(given, bool) or isinstance(computed, bool):
            return given is computed
        return math.isclose(given, computed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(given) is type(computed) and given == computed


def _name(item: object, place: int) -> str:
    """What an item of a list is called: its question, its model, its name, else its place."""
    if isinstance(item, Mapping):
        if "model" in item and "version" in item:
            return f"{item['model']}@{item['version']}"
        for key in ("question", "name", "target", "threshold", "starts_on"):
            if isinstance(item.get(key), str | float):
                return str(item[key])
    return str(place)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def main(folder: Path) -> int:
    """Check a folder and say what was found: 0 if it holds, 1 if not, 2 if it can't be read."""
    try:
        result = check(folder)
    except Invalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join(sentences(result)) + "\n")
    return 1 if result.differences else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
