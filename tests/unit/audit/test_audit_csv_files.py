"""Anybody's CSV files, by both readers: what they read, and the sentence for what they can't."""

import gzip

import pytest

from jadelite.audit import csv_files, data_files
from jadelite.audit.csv_files import MAX, read_columns
from jadelite.audit.data_files import Wanted
from jadelite.domain.errors import Invalid

LABELS = Wanted(texts=("unit", "label"), may_be_empty=("label",))
SCORES = Wanted(
    texts=("label",), numbers={"p": (0.0, 1.0), "w": (0.0, MAX)}, may_be_empty=("p", "label")
)


@pytest.fixture(params=["with pyarrow", "without pyarrow"])
def reader(request, monkeypatch):
    if request.param == "without pyarrow":
        monkeypatch.setattr(data_files, "pyarrow", None)
    return request.param


@pytest.fixture
def file(tmp_path):
    def write(text, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return write


def texts(path, wanted=LABELS):
    found = read_columns(path, wanted)
    return [
        tuple(found.texts[name].names[found.texts[name].codes[row]] for name in wanted.texts)
        for row in range(len(found.texts[wanted.texts[0]].codes))
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("unit,label\na,x\nb,y\n", [("a", "x"), ("b", "y")]),
        ("label,more,unit\nx,1,a\ny,2,b", [("a", "x"), ("b", "y")]),
        ("unit,label\r\na,x\r\n\r\nb,y\r\n", [("a", "x"), ("b", "y")]),
        ("\ufeffunit,label\na,x\n", [("a", "x")]),
        ('"unit","label"\n"a, ""1""","x\ny"\n', [('a, "1"', "x\ny")]),
        ('unit,label\na,\n,\nb,y\nc,""\n', [("b", "y")]),
        ("unit,label\nä, NA\nویکی,null\n", [("ä", " NA"), ("ویکی", "null")]),
        ("unit,label\n", []),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_both_readers_read_the_same(reader, file, text, rows, is_packed):
    path = file(
        gzip.compress(text.encode()) if is_packed else text, "t.csv.gz" if is_packed else "t.csv"
    )

    assert texts(path) == rows


def test_a_packed_file_is_known_by_what_it_holds(reader, file):
    assert texts(file(gzip.compress(b"unit,label\na,x\n", mtime=0), "no-ending")) == [("a", "x")]


def test_numbers_are_read_and_empty_rows_counted(reader, file):
    path = file("p,label,w\n0.25,x,2\n,x,3\n1e-3,,4\n1,y,0\n")

    found = read_columns(path, SCORES)

    assert list(found.numbers["p"]) == [0.25, 1.0]
    assert list(found.numbers["w"]) == [2.0, 0.0]
    assert (found.n_rows, found.n_empty) == (4, 2)


def test_what_is_wrong_with_a_row_that_is_left_out_does_not_matter(reader, file):
    path = file("p,label,w\n7,,1\nhigh,,\n0.5,x,1\n")

    assert list(read_columns(path, SCORES).numbers["p"]) == [0.5]


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("", LABELS, "is empty, expected a line with the names"),
        ("unit,lable\na,x\n", LABELS, "no column 'label'; its columns: 'unit', 'lable'"),
        ("unit,label,unit\na,x,b\n", LABELS, "more than one column 'unit'"),
        ("unit,label\na,x\nb\n", LABELS, "line 3 has 1 cells, expected 2"),
        ("unit,label\na,x,y\n", LABELS, "line 2 has 3 cells, expected 2"),
        ("unit,label\na,x\n\n,y\n", LABELS, "line 4 has nothing in column 'unit'"),
        (b"unit,label\na,x\nb,\xff\n", LABELS, "is not UTF-8 text"),
        (b"\xff\xfeu\x00n\x00", LABELS, "is UTF-16 text"),
        ("p,label,w\n0.5,x,1\nhigh,x,1\n", SCORES, "line 3: column 'p' has 'high', expected a"),
        ("p,label,w\n-1,x,1\n", SCORES, "column 'p' has '-1', expected a number from 0 to 1"),
        ("p,label,w\n1.5,x,1\n", SCORES, "line 2: column 'p' has '1.5'"),
        ("p,label,w\nnan,x,1\n", SCORES, "column 'p' has 'nan'"),
        ("p,label,w\n0_1,x,1\n", SCORES, "column 'p' has '0_1'"),
        ("p,label,w\n0.5,x,-1\n", SCORES, "column 'w' has '-1', expected a number from 0 up"),
        ("p,label,w\n0.5,x,inf\n", SCORES, "column 'w' has 'inf'"),
        ("p,label,w\n0.5,x,\n", SCORES, "line 2 has nothing in column 'w'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(reader, file, text, wanted, said):
    with pytest.raises(Invalid) as caught:
        read_columns(file(text), wanted)

    assert said in caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_text_in_utf_16_is_named(reader, file, encoding):
    path = file("\ufeffunit,label\na,x\n".encode(encoding))

    with pytest.raises(Invalid, match="is UTF-16 text, expected UTF-8"):
        read_columns(path, LABELS)


def test_what_is_no_text_from_the_first_byte_has_no_line_0(reader, file):
    with pytest.raises(Invalid, match="is not UTF-8 text from its beginning"):
        read_columns(file(b"\xfcnit,label\na,x\n"), LABELS)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('unit,label\na,x\nb,"y\nc,x\n', 3),
        ('unit,label\na,x\nb,y\nc,"', 4),
        ('"unit,label\na,x\n', 1),
        ('unit,label,note\na,x,"one\ntwo"\nb,y,"oh\nc,x,n\n', 4),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_quote_that_is_never_closed_is_named_by_its_line(reader, file, text, line, is_packed):
    path = file(gzip.compress(text.encode()) if is_packed else text)

    with pytest.raises(Invalid, match=f"^line {line} has a quote that is never closed$"):
        read_columns(path, LABELS)


def test_a_quote_inside_a_cell_is_a_quote(reader, file):
    assert texts(file('unit,label\n5" wide,x\n')) == [('5" wide', "x")]


@pytest.mark.parametrize(
    "data", [b"unit,label\n", gzip.compress(b"unit,label\na,x\n", mtime=0)[:-9]]
)
def test_what_is_no_whole_gzip_file_is_said(reader, file, data):
    with pytest.raises(Invalid, match="gzip"):
        read_columns(file(data, "table.csv.gz"), LABELS)


def test_a_cell_too_long_to_be_one_is_named_by_its_line(file, monkeypatch):
    monkeypatch.setattr(data_files, "pyarrow", None)
    path = file('unit,label\na,x\nb,"' + "y" * 200_000)

    with pytest.raises(Invalid, match="line 3 is not CSV: field larger"):
        read_columns(path, LABELS)


def test_a_long_cell_is_quoted_in_short(file):
    with pytest.raises(Invalid) as caught:
        read_columns(file("p,label,w\n" + "9" * 500 + "x,x,1\n"), SCORES)

    assert len(caught.value.detail) < 200


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        csv_files.read_columns(str(tmp_path / "none.csv"), LABELS)
