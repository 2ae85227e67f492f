"""Columns of anybody's CSV file, plain or gzip, and what is wrong with it in one sentence.

With pyarrow where it is installed; what pyarrow refuses is read again line by line, so that the
sentence can name the line.
"""

import csv
import gzip
import io
import sys
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from jadelite.audit import data_files
from jadelite.audit.data_files import Columns, Texts, Wanted
from jadelite.domain.errors import Invalid

MAX = sys.float_info.max
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SHOWN = 60  # characters of a cell that a sentence quotes
_BLOCK = 1 << 20  # bytes read at once
_OPEN_QUOTE = "unexpected end of data"  # in the words of Python's own reader


def read_columns(path: str, wanted: Wanted) -> Columns:
    """The wanted columns of a comma-separated file in UTF-8 with a header line.

    Invalid, naming the line or column, if a column is missing or there twice, a line has more or
    fewer cells than the header, a quote is never closed, a cell is empty where it must not be, or
    is no number within its limits; if the file is empty, no text, or no whole gzip file. OSError if
    it can't be opened.
    """
    with open(path, "rb") as stream:
        begins = stream.read(2)
    is_gzip = begins == _GZIP
    if begins in _UTF16:
        raise Invalid("bad-csv", f"{path} is UTF-16 text, expected UTF-8")
    if path.endswith(".gz") and not is_gzip:
        raise Invalid("bad-gzip", f"{path} is not a gzip file, although its name ends in .gz")
    with _rows(path, is_gzip=is_gzip) as rows:
        _, header = next(rows, (0, []))
        places = _places(path, header, wanted)
        # pyarrow would read what follows an open quote as text, to the end of the file.
        found = None
        if not _may_have_open_quote(path, is_gzip=is_gzip):
            found = data_files.csv_columns(path, wanted, is_gzip=is_gzip)
        if found is None:
            found = _read(rows, wanted, places, n_cells=len(header))
        return found


@contextmanager
def _opened(path: str, *, is_gzip: bool) -> Iterator[gzip.GzipFile | io.BufferedReader]:
    with (
        open(path, "rb") as stream,
        gzip.GzipFile(fileobj=stream) if is_gzip else nullcontext(stream) as opened,
    ):
        yield opened


@contextmanager
def _rows(path: str, *, is_gzip: bool) -> Iterator[Iterator[tuple[int, list[str]]]]:
    with (
        _opened(path, is_gzip=is_gzip) as opened,
        io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as lines,
    ):
        yield _numbered(path, lines)


def _may_have_open_quote(path: str, *, is_gzip: bool) -> bool:
    """Whether quotes are odd in number, as they are where the last one is never closed."""
    n_quotes = 0
    with _opened(path, is_gzip=is_gzip) as opened, _told(path):
        while block := opened.read(_BLOCK):
            n_quotes += block.count(b'"')
    return n_quotes % 2 == 1


def _numbered(path: str, lines: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank lines, with the number of the line they end on."""
    reader = csv.reader(lines, strict=True)
    began_on = 1
    with _told(path):
        try:
            for row in reader:
                began_on = reader.line_num + 1
                if row:
                    yield reader.line_num, row
        except UnicodeDecodeError as error:
            n = reader.line_num
            at = f"after line {n}" if n else "from its beginning"
            raise Invalid("bad-csv", f"{path} is not UTF-8 text {at}, expected UTF-8") from error
        except csv.Error as error:
            if str(error) == _OPEN_QUOTE:
                detail = f"line {began_on} has a quote that is never closed"
                raise Invalid("bad-csv", detail) from error
            raise Invalid("bad-csv", f"line {reader.line_num} is not CSV: {error}") from error


@contextmanager
def _told(path: str) -> Iterator[None]:
    """What is wrong with a gzip file as one sentence."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Invalid("bad-gzip", f"{path} is not a whole gzip file: {error}") from error


def _places(path: str, header: list[str], wanted: Wanted) -> dict[str, int]:
    if not header:
        raise Invalid("bad-csv", f"{path} is empty, expected a line with the names of its columns")
    for name in wanted.names:
        if header.count(name) != 1:
            listed = ", ".join(_shown(column) for column in header)
            many = "no column" if name not in header else "more than one column"
            raise Invalid("no-column", f"{path} has {many} {_shown(name)}; its columns: {listed}")
    return {name: header.index(name) for name in wanted.names}


def _read(
    rows: Iterator[tuple[int, list[str]]], wanted: Wanted, places: dict[str, int], *, n_cells: int
) -> Columns:
    codes = {name: array("q") for name in wanted.texts}
    names: dict[str, dict[str, int]] = {name: {} for name in wanted.texts}
    numbers = {name: array("d") for name in wanted.numbers}
    n_rows = n_empty = 0
    for line, row in rows:
        if len(row) != n_cells:
            raise Invalid("bad-csv", f"line {line} has {len(row)} cells, expected {n_cells}")
        n_rows += 1
        cells = {name: row[place] for name, place in places.items()}
        if not all(cells[name] for name in wanted.may_be_empty):
            n_empty += 1
            continue
        for name, cell in cells.items():
            if not cell:
                raise Invalid("bad-csv", f"line {line} has nothing in column {_shown(name)}")
            if name in numbers:
                numbers[name].append(_number(cell, name, line, wanted.numbers[name]))
            else:
                codes[name].append(names[name].setdefault(cell, len(names[name])))
    return Columns(
        texts={name: Texts(codes[name], list(names[name])) for name in wanted.texts},
        numbers=dict(numbers),
        n_rows=n_rows,
        n_empty=n_empty,
    )


def _number(cell: str, name: str, line: int, limits: tuple[float, float]) -> float:
    low, high = limits
    try:
        number = None if "_" in cell else float(cell)
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        expected = f"from {low:g} up" if high == MAX else f"from {low:g} to {high:g}"
        what = f"column {_shown(name)} has {_shown(cell)}, expected a number {expected}"
        raise Invalid("bad-csv", f"line {line}: {what}")
    return number


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
