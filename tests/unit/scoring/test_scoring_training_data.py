"""Reading training rows: who is which kind of editor, and what is wrong with a bad file."""

import csv
import gzip
from pathlib import Path

import pytest

from jadelite.domain.errors import Invalid, NotFound
from jadelite.scoring.features import Change
from jadelite.scoring.training_data import COLUMNS, read_training_rows, source_of

EDITED = "1288755855"


def a_record(**wanted: str) -> dict[str, str]:
    usual = {
        "EditID": "1",
        "comment": "typo",
        "user_edit_count": "500",
        "user_reg_time": "1200000000",
        "current_timestamp": EDITED,
        "added_lines": "new",
        "deleted_lines": "old",
        "isvandalism": "False",
    }
    return {**usual, **wanted}


def a_file(folder: Path, *records: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(records)
    return path


def test_a_row_holds_the_change_and_the_verdict(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, a_record(added_lines="same\nnew", deleted_lines="same\nold", isvandalism="True")
    )

    (row,) = read_training_rows(path)

    assert row.rev_id == 1
    assert row.is_damaging is True
    assert row.change == Change(
        added="new", removed="old", comment="typo", editor_kind="registered"
    )


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"user_reg_time": "20101103034415"}, "unregistered"),
        ({"user_reg_time": EDITED}, "unregistered"),
        ({"user_reg_time": "20101103034415", "user_edit_count": "951"}, "unregistered"),
        ({"user_edit_count": "9"}, "newcomer"),
        ({"user_edit_count": "10"}, "registered"),
        ({"user_reg_time": str(int(EDITED) - 4 * 86_400 + 1)}, "newcomer"),
        ({"user_reg_time": str(int(EDITED) - 4 * 86_400)}, "registered"),
        ({"user_edit_count": "900000"}, "bot"),
        ({"comment": "robot Adding: [[fi:Kuu]]"}, "bot"),
        ({"comment": "reverted a robot"}, "registered"),
    ],
)
def test_the_kind_of_editor_is_worked_out(
    tmp_path: Path, wanted: dict[str, str], kind: str
) -> None:
    (row,) = read_training_rows(a_file(tmp_path, a_record(**wanted)))

    assert row.change is not None
    assert row.change.editor_kind == kind


def test_a_text_that_could_not_be_downloaded_is_no_text(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_record(added_lines="BAD REQUEST", deleted_lines="BAD REQUEST"))

    assert [row.change for row in read_training_rows(path)] == [None]


def test_a_gzipped_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_record(), a_record(EditID="2"))
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert read_training_rows(packed) == read_training_rows(path)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("EditID", "x", "'x', expected a whole number"),
        ("EditID", "٣", "'٣', expected a whole number"),
        ("isvandalism", "true", "'true', expected True or False"),
        ("user_edit_count", "", "'', expected a whole number"),
        ("current_timestamp", "20101399000000", "expected unix seconds or a MediaWiki timestamp"),
        ("user_reg_time", "9" * 30, "expected unix seconds or a MediaWiki timestamp"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    good = a_record(added_lines="two\nlines")  # the bad record begins on line 4
    path = a_file(tmp_path, good, a_record(**{"EditID": "2", column: value}))

    with pytest.raises(Invalid) as caught:
        read_training_rows(path)

    assert caught.value.code == "bad-training-file"
    assert f"line 4, column {column}: " in caught.value.detail
    assert expected in caught.value.detail
    assert caught.value.fields[0].field == column


def test_a_revision_may_stand_in_the_file_once_only(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="line 3, column EditID: 1 stands in the file twice"):
        read_training_rows(a_file(tmp_path, a_record(), a_record()))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_record(), columns=COLUMNS[:-1])

    with pytest.raises(Invalid, match="line 1, column isvandalism: the column is missing"):
        read_training_rows(path)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (b"1,typo\r\n", "line 2, column user_edit_count: the line ends before this column"),
        (b"1,a,5,5,5,n,o,False,more\r\n", "line 2: the line has more cells than the header"),
        (b'1,"open\r\n', "line 2: not readable as CSV"),
        (b"1,\xff\r\n", "line 2: not UTF-8"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, tail: bytes, expected: str) -> None:
    path = a_file(tmp_path)
    path.write_bytes(path.read_bytes() + tail)

    with pytest.raises(Invalid, match=expected):
        read_training_rows(path)


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"EditID,comment\n" * 50)[:-12])

    with pytest.raises(Invalid, match="not readable as gzip"):
        read_training_rows(path)


def test_an_empty_file_has_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")

    with pytest.raises(Invalid, match="line 1, column EditID: the column is missing"):
        read_training_rows(path)


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no training file none\.csv"):
        read_training_rows(tmp_path / "none.csv")


def test_a_file_of_unknown_origin_says_so(tmp_path: Path) -> None:
    source = source_of(a_file(tmp_path, a_record()))

    assert source.description == "rows.csv; origin not recorded"
    assert source.languages == ("und",)
    assert len(source.sha256) == 64
