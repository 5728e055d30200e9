"""One table over all recordings of a batch, and the list of failures."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gaitcheck.batch.inputs import ANALYSIS_FILE
from gaitcheck.batch.ledger import Entry

SUMMARY_CSV = "summary.csv"
SUMMARY_PARQUET = "summary.parquet"
WIDE_CSV = "summary_wide.csv"
FAILURES_CSV = "failures.csv"

COLUMNS = (
    "recording",
    "file",
    "recording_status",
    "measure",
    "side",
    "unit",
    "mean",
    "sd",
    "n_steps",
    "uncertainty",
    "status",
    "reason",
    "view",
)
_FLOATS = frozenset({"mean", "sd", "uncertainty"})

Row = dict[str, Any]


def write_tables(out_dir: Path, entries: Mapping[str, Entry]) -> None:
    """Write summary.csv, summary.parquet, summary_wide.csv and failures.csv for all entries, each in one move."""
    rows = [row for name in sorted(entries) for row in _rows_of(out_dir, name, entries[name])]
    failed = [
        {"recording": name, "file": entry.file, "sentence": entry.sentence}
        for name, entry in sorted(entries.items())
        if entry.status == "failed"
    ]
    _write_csv(out_dir / SUMMARY_CSV, COLUMNS, rows)
    _write_parquet(out_dir / SUMMARY_PARQUET, rows)
    wide_columns, wide_rows = _wide(rows)
    _write_csv(out_dir / WIDE_CSV, wide_columns, wide_rows)
    _write_csv(out_dir / FAILURES_CSV, ("recording", "file", "sentence"), failed)


def _rows_of(out_dir: Path, name: str, entry: Entry) -> list[Row]:
    head: Row = dict.fromkeys(COLUMNS) | {"recording": name, "file": entry.file, "recording_status": entry.status}
    if entry.status == "failed":
        return [head | {"reason": entry.sentence}]
    return [head | row for row in read_measures(out_dir / name) or ()]


def read_measures(folder: Path) -> list[Row] | None:
    """Measures of an analysis folder as rows of the table; None when there is no readable analysis in it."""
    try:
        document = json.loads((folder / ANALYSIS_FILE).read_text(encoding="utf-8"))
        return [
            {"measure": measure["id"]} | {column: measure[column] for column in COLUMNS[4:]}
            for measure in document["measures"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _wide(rows: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """One row for each recording; a column for each measure and side, and one for its uncertainty."""
    columns = ["recording", "file", "recording_status"]
    wide: dict[str, Row] = {}
    for row in rows:
        recording = wide.setdefault(row["recording"], {column: row[column] for column in columns[:3]})
        if row["measure"] is None:
            continue
        column = "_".join(filter(None, (row["measure"], row["side"])))
        for title, value in ((column, row["mean"]), (f"{column}_uncertainty", row["uncertainty"])):
            if title not in columns:
                columns.append(title)
            recording[title] = value
    return columns, list(wide.values())


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    temporary.replace(path)


def _write_parquet(path: Path, rows: Sequence[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def kind(column: str) -> pa.DataType:
        if column in _FLOATS:
            return pa.float64()
        return pa.int64() if column == "n_steps" else pa.string()

    schema = pa.schema([(column, kind(column)) for column in COLUMNS])
    temporary = path.with_name(f".{path.name}.part")
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), temporary)
    temporary.replace(path)
