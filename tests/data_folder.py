"""The data files of a snapshot in a folder, written without pyarrow."""

import csv
import gzip
import io
import json


def write_data_files(snapshot_tables, facts, folder, *, is_packed=False):
    """facts.json and both tables in a folder, as CSV or CSV.gz."""
    (folder / "facts.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    for name, columns in snapshot_tables.items():
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        writer.writerow(columns)
        writer.writerows(zip(*(_cells(column) for column in columns.values()), strict=True))
        content = lines.getvalue().encode()
        if is_packed:
            (folder / f"{name}.csv.gz").write_bytes(gzip.compress(content))
        else:
            (folder / f"{name}.csv").write_bytes(content)


def _cells(column):
    values = column.values.tolist()
    is_known = [True] * len(values) if column.is_known is None else column.is_known.tolist()
    if column.words is not None:
        return [column.words[v] if known else "" for v, known in zip(values, is_known, strict=True)]
    return [repr(v) if known else "" for v, known in zip(values, is_known, strict=True)]
