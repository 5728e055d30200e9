"""Whole measure tables of fixed runs, as they were when last looked at.

A change of a formula, an event or the runner's motion shows here. When it is meant, look at what changed and write the
tables anew:

    python -m tests.gait.test_golden
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gaitcheck.gait.result import GaitResult
from tests.gait.runs import jittered, measured, track_of

FOLDER = Path(__file__).parent / "golden"
#: Differences of platforms in the last digits, in the measure's own unit.
TOLERANCE = 1e-3
COLUMNS = ("id", "side", "unit", "status", "n_steps", "mean", "sd", "uncertainty", "from_standing")

RUNS = {
    "rear": {"motion": {"knee_valgus_deg": {"left": 9, "right": 1}, "lateral_lean_deg": 4}, "seed": 11},
    "right": {"motion": {"forward_lean_deg": 14, "overstride_m": 0.04}, "seed": 12},
    "front": {"motion": {"standing_s": 2.5, "start_up_s": 1.2, "cadence_spm": 178}, "duration_s": 11, "seed": 13},
}


def table(view: str) -> list[dict[str, str]]:
    gait: GaitResult = measured(jittered(track_of(view, **RUNS[view]), 1.5, seed=1))
    return [
        {
            column: f"{value:.6f}" if isinstance(value, float) else "" if value is None else str(value)
            for column, value in ((name, getattr(m, name)) for name in COLUMNS)
        }
        for m in gait.measures
    ]


@pytest.mark.parametrize("view", RUNS)
def test_table(view: str) -> None:
    with (FOLDER / f"{view}.csv").open(newline="", encoding="utf-8") as file:
        golden = list(csv.DictReader(file))
    now = table(view)
    assert [(row["id"], row["side"]) for row in now] == [(row["id"], row["side"]) for row in golden]
    for row, old in zip(now, golden, strict=True):
        for column in ("unit", "status", "n_steps"):
            assert row[column] == old[column], (row["id"], row["side"], column)
        for column in ("mean", "sd", "uncertainty", "from_standing"):
            assert (row[column] == "") == (old[column] == ""), (row["id"], row["side"], column)
            if row[column]:
                assert float(row[column]) == pytest.approx(float(old[column]), abs=TOLERANCE), (row["id"], column)


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for view in RUNS:
        with (FOLDER / f"{view}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            rows.writeheader()
            rows.writerows(table(view))


if __name__ == "__main__":
    write()
