"""Files of columns through pyarrow, the only place that knows it.

Whoever can do without pyarrow, only slower, is told so by None.
"""

import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jadelite.report.files import Column

try:
    import pyarrow
    from pyarrow import compute, csv, parquet
except ModuleNotFoundError:
    pyarrow = None  # the extra `data` is not installed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns of a file to read, and as what.

    `numbers` has the lowest and the highest number that may stand in each column. A row with an
    empty cell in one of the `may_be_empty` is left out; elsewhere an empty cell is an error.
    """

    texts: tuple[str, ...] = ()
    numbers: dict[str, tuple[float, float]] = field(default_factory=dict)
    may_be_empty: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.texts, *self.numbers)


@dataclass(frozen=True, slots=True)
class Texts:
    """A column of texts: each cell's place in `names`, which has them as they first appear."""

    codes: Sequence[int]
    names: list[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows that are used, by column; `n_rows` stood in the file, `n_empty` were left out."""

    texts: dict[str, Texts]
    numbers: dict[str, Sequence[float]]
    n_rows: int
    n_empty: int


def csv_columns(path: str, wanted: Wanted, *, is_gzip: bool) -> Columns | None:
    """Columns of a CSV file with a header.

    None where pyarrow is not installed or does not like the file: a slower reader then says which
    line is wrong.
    """
    if pyarrow is None:
        return None
    types = dict.fromkeys(wanted.texts, pyarrow.string())
    types |= dict.fromkeys(wanted.numbers, pyarrow.float64())
    options = csv.ConvertOptions(
        column_types=types,
        include_columns=list(types),
        strings_can_be_null=True,
        null_values=[""],
    )
    try:
        with pyarrow.input_stream(path, compression="gzip" if is_gzip else None) as stream:
            table = csv.read_csv(
                stream,
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=options,
            )
    except (pyarrow.ArrowException, OSError):
        return None
    n_rows = table.num_rows
    for name in wanted.may_be_empty:
        if table.column(name).null_count:
            table = table.filter(compute.is_valid(table.column(name)))
    if any(column.null_count for column in table.columns):
        return None
    if not all(_is_within(table.column(name), ends) for name, ends in wanted.numbers.items()):
        return None
    return Columns(
        texts={name: _coded(table.column(name)) for name in wanted.texts},
        numbers={name: _bare(table.column(name).combine_chunks(), "d") for name in wanted.numbers},
        n_rows=n_rows,
        n_empty=n_rows - table.num_rows,
    )


def table_of(columns: Mapping[str, Column]) -> Any:
    """The columns of a data file as a table of pyarrow. Any: it has no types."""
    return pyarrow.table({name: _array(column) for name, column in columns.items()})


def csv_bytes(table: Any) -> bytes:
    """A table as packed CSV with a header; empty cells for what is unknown, numbers in full.

    The same table gives the same bytes. Packed fast, not small: rows are many and alike.
    """
    plain = pyarrow.table(
        {
            name: column.cast(pyarrow.string()) if _is_coded(column) else column
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )
    out = io.BytesIO()
    csv.write_csv(plain, out, csv.WriteOptions(quoting_style="needed"))
    return gzip.compress(out.getvalue(), compresslevel=1, mtime=0)


def parquet_bytes(table: Any) -> bytes:
    """A table as Parquet. The same table and version of pyarrow give the same bytes."""
    out = io.BytesIO()
    parquet.write_table(table, out, compression="zstd")
    return out.getvalue()


def _array(column: Column) -> Any:
    mask = None if column.is_known is None else ~column.is_known
    if column.words is None:
        return pyarrow.array(column.values, mask=mask)
    codes = pyarrow.array(column.values.astype("int32"), mask=mask)
    words = pyarrow.array(column.words, type=pyarrow.string())
    return pyarrow.DictionaryArray.from_arrays(codes, words)


def _is_coded(column: Any) -> bool:
    return bool(pyarrow.types.is_dictionary(column.type))


def _coded(column: Any) -> Texts:
    found = column.dictionary_encode().combine_chunks()
    return Texts(_bare(found.indices, "i"), found.dictionary.to_pylist())


def _bare(values: Any, kind: str) -> Sequence[Any]:
    """The numbers of an array without nulls, uncopied.

    pyarrow's own `to_numpy` would import pandas where that is installed, which takes longer than
    reading a million rows.
    """
    buffer = values.buffers()[1]
    if buffer is None:
        return ()
    whole: Any = memoryview(buffer)
    bare: Sequence[Any] = whole.cast(kind)[values.offset : values.offset + len(values)]
    return bare


def _is_within(column: Any, ends: tuple[float, float]) -> bool:
    if compute.any(compute.is_nan(column)).as_py():
        return False
    found = compute.min_max(column).as_py()
    return found["min"] is None or (ends[0] <= found["min"] and found["max"] <= ends[1])
