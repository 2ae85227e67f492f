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
_NOT_FROZEN = ("page_title", "n_masked")  # added when a report is shown


@dataclass(frozen=True)
class Checked:
    """How many numbers were compared, and where they differ, a sentence for each place.

    `n_left_out` listed edits are not in the files given, because their wiki hid them or they are
    judged anew; nothing else may be missing.
    """

    n_numbers: int
    n_left_out: int
    differences: list[str]


@dataclass
class _Comparison:
    n_numbers: int = 0
    n_left_out: int = 0
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
        self, path: str, given: Sequence[Mapping[str, Any]], computed: Sequence[Mapping[str, Any]]
    ) -> None:
        """Edits that may not be named any more are left out of a report that is shown."""
        here = {item.get("rev_id"): item for item in given}
        for item in computed:
            rev_id = item["rev_id"]
            if rev_id in here:
                self.compare(f"{path}[{rev_id}]", here.pop(rev_id), item)
            else:
                self.n_left_out += 1
        self.differences += [f"{path} lists edit {rev_id}, computed without it" for rev_id in here]

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
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(BAD_FILE, f"report.json does not say how it was made: {error}") from error
    built = build_all(
        read_snapshot(folder), computed_at=computed_at, code_version=code_version, seed=seed
    )
    comparison = _Comparison()
    comparison.compare("", report, _plain(built.report.to_json()))
    for name, computed in (
        ("lists.json", [asdict(one) for one in built.lists]),
        ("statistics.json", built.statistics),
    ):
        if (folder / name).is_file():
            comparison.compare(name, read_json(folder, name), _plain(computed))
    return Checked(comparison.n_numbers, comparison.n_left_out, comparison.differences)


def sentences(found: Checked) -> Iterator[str]:
    """What a check found, line by line."""
    yield f"{found.n_numbers} numbers compared, {len(found.differences)} differ"
    if found.n_left_out:
        yield f"{found.n_left_out} listed edits are not named any more"
    yield from found.differences


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


if __name__ == "__main__":
    result = check(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    sys.stdout.write("\n".join(sentences(result)) + "\n")
    sys.exit(1 if result.differences else 0)
