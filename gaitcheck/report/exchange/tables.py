"""Measures and steps of analyses as plain tables, wide (a column for each measure) and long (a row for each value)."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from gaitcheck.analyze import Analysis
from gaitcheck.gait.result import Measure
from gaitcheck.report.tables import step_rows
from gaitcheck.report.words import unit_slug

TableFormat = Literal["csv", "parquet"]
Row = Mapping[str, object]

_STEP_KEYS = ("analysis", "video", "file", "view", "step", "side")


def write_tables(analyses: Mapping[str, Analysis], folder: Path, form: TableFormat) -> list[Path]:
    """Write measures_long, measures_wide, steps_long and steps_wide.

    Parameters
    ----------
    analyses : by the name that stands in the column `analysis`.
    folder : must exist.
    form : "csv" (UTF-8, comma, point; an empty cell where there is no value) or "parquet" (null there).
    """
    tables = {
        "measures_long": measures_long(analyses),
        "measures_wide": measures_wide(analyses),
        "steps_long": steps_long(analyses),
        "steps_wide": steps_wide(analyses),
    }
    return [_write(rows, folder / f"{name}.{form}", form) for name, rows in tables.items()]


def measures_long(analyses: Mapping[str, Analysis]) -> list[Row]:
    """A row for each measure and side: value, spread, steps, uncertainty (half the 95 % interval), status, reason."""
    return [
        {
            "analysis": name,
            "measure": m.id,
            "side": m.side,
            "view": m.view,
            "unit": m.unit,
            "mean": _number(m.mean),
            "sd": _number(m.sd),
            "n_steps": m.n_steps,
            "uncertainty": _number(m.uncertainty),
            "from_standing": _number(m.from_standing),
            "status": m.status,
            "reason": m.reason,
        }
        for name, analysis in analyses.items()
        for m in analysis.measures
    ]


def measures_wide(analyses: Mapping[str, Analysis]) -> list[Row]:
    """A row for each analysis; columns `<measure>_<side>_<unit>`, and the same with `_uncertainty` and `_status`."""
    rows: list[Row] = []
    for name, analysis in analyses.items():
        row: dict[str, object] = {
            "analysis": name,
            "files": "; ".join(video.facts.file_name for video in analysis.videos),
            "speed_kmh": analysis.settings.speed_kmh,
        }
        for m in analysis.measures:
            column = _column(m)
            row[f"{column}_{unit_slug(m.unit)}"] = _number(m.mean)
            row[f"{column}_uncertainty"] = _number(m.uncertainty)
            row[f"{column}_status"] = m.status
        rows.append(row)
    return rows


def steps_wide(analyses: Mapping[str, Analysis]) -> list[Row]:
    """A row for each step, as in steps.csv."""
    return [
        {"analysis": name, **{column: None if value == "" else value for column, value in row.items()}}
        for name, analysis in analyses.items()
        for row in step_rows(analysis)
    ]


def steps_long(analyses: Mapping[str, Analysis]) -> list[Row]:
    """A row for each value of each step: events and durations in seconds, measures in the unit of their name."""
    return list(_melted(steps_wide(analyses)))


def _melted(rows: Sequence[Row]) -> Iterator[Row]:
    for row in rows:
        keys = {key: row[key] for key in _STEP_KEYS}
        for name, value in row.items():
            if name not in _STEP_KEYS and value is not None:
                yield {**keys, "quantity": name, "value": value}


def _column(measure: Measure) -> str:
    return measure.id if measure.side is None else f"{measure.id}_{measure.side}"


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _write(rows: Sequence[Row], path: Path, form: TableFormat) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if form == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in columns}), path, compression="zstd")
    return path
