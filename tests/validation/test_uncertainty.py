"""The uncertainties made from the tuning half, and the data file the program reads."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.errors import MissingComponentError
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import Accuracy, accuracies, accuracy_of, floors, view_group
from gaitcheck.validation.compare import MeasureRow
from gaitcheck.validation.uncertainty import FEWEST_RUNS, accuracy_rows, fitted, half_width, table_text, write_table


def rows(errors: np.ndarray, own_part: float = 0.0, half: str = "tuning") -> list[MeasureRow]:
    return [
        MeasureRow(
            case=f"run {n}",
            half=half,
            view="rear",
            body="man",
            clothes="fitted",
            condition="usual",
            fps=60.0,
            evidence=None,
            measure="knee_valgus",
            side="left",
            unit="deg",
            true=5.0,
            measured=5.0 + float(error),
            uncertainty=3.0,
            own_part=own_part,
            would_be=None,
            status="measured",
            n_steps=10,
        )
        for n, error in enumerate(errors)
    ]


def test_every_measure_has_a_row_and_a_floor_in_each_of_its_views() -> None:
    for definition in REGISTRY.values():
        for view in definition.views:
            known = accuracy_of(definition.id, view)
            assert known.uncertainty > 0
            assert (known.source == "rendered runs") == (known.runs >= FEWEST_RUNS)
            assert (definition.id, view_group(view), None) in floors()
    assert {key[0] for key in accuracies()} == set(REGISTRY)


@pytest.mark.parametrize(("bias", "sd"), [(0.0, 1.0), (2.0, 1.0), (-3.0, 0.5)])
def test_the_interval_holds_the_truth_in_95_of_100_new_runs(bias: float, sd: float) -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(400):
        known = fitted(rows(rng.normal(bias, sd, 12)), 0.01)
        assert known is not None
        held.append(abs(rng.normal(bias, sd)) <= known.uncertainty)
    assert 0.92 <= np.mean(held) <= 0.985


def test_what_a_run_knows_of_itself_is_not_counted_twice() -> None:
    errors = np.random.default_rng(2).normal(0, 2.0, 200)
    alone, beside = fitted(rows(errors), 0.01), fitted(rows(errors, own_part=3.0), 0.01)
    assert alone is not None
    assert beside is not None
    assert np.hypot(beside.uncertainty, 3.0) == pytest.approx(alone.uncertainty, rel=0.06)
    assert alone.bias == pytest.approx(errors.mean(), abs=0.01)


def test_few_runs_leave_the_floor_and_the_reporting_half_is_not_looked_at() -> None:
    errors = np.array([0.1, -0.1, 0.2, -0.2])
    floor = floors()["knee_valgus", "rear", None]
    other = rows(np.full(20, 9.0), half="reporting")
    for given in (rows(errors), other, []):
        table = {row.key: row.accuracy for row in accuracy_rows(given)}
        assert table["knee_valgus", "rear", None] == floor
    table = {row.key: row.accuracy for row in accuracy_rows([*rows(np.tile(errors, 5)), *other])}
    assert table["knee_valgus", "rear", None].runs == 20
    assert table["knee_valgus", "rear", None].uncertainty < 0.7


def test_evidence_of_the_pelvis_line_has_rows_of_its_own() -> None:
    errors = np.random.default_rng(3).normal(0, 0.3, 8)
    sure = [replace(row, measure="contralateral_pelvic_drop", evidence="stickers") for row in rows(errors)]
    unsure = [
        replace(row, measure="contralateral_pelvic_drop", evidence="garment", case=row.case + "b")
        for row in rows(5 * errors)
    ]
    table = {row.key: row.accuracy for row in accuracy_rows([*sure, *unsure])}
    stickers, garment = (table["contralateral_pelvic_drop", "rear", which] for which in ("stickers", "garment"))
    assert garment.uncertainty == pytest.approx(5 * stickers.uncertainty, rel=0.1)
    # what a third kind of evidence can do is not known from these
    assert table["contralateral_pelvic_drop", "rear", None] == floors()["contralateral_pelvic_drop", "rear", None]


def test_values_the_video_makes_doubtful_do_not_widen_the_others() -> None:
    errors = np.random.default_rng(5).normal(0, 1.0, 30)
    sure = rows(errors)
    few = [replace(row, status="borderline", doubt="video", case=row.case + "v") for row in rows(9 + errors[:2])]
    many = [replace(row, status="borderline", doubt="video", case=row.case + "v") for row in rows(9 + errors)]
    known = [replace(row, status="borderline", doubt="known") for row in sure]
    key, floor = ("knee_valgus", "rear", None), floors()["knee_valgus", "rear", None].uncertainty

    def found(*given: MeasureRow) -> Accuracy:
        return {row.key: row.accuracy for row in accuracy_rows(given)}[key]

    alone = found(*sure)
    assert alone.in_doubt == floor  # nothing is known of such values
    assert found(*known) == alone  # a doubt that all of them share is in their own uncertainty
    beside = found(*sure, *many)
    assert (beside.uncertainty, beside.runs) == (alone.uncertainty, 30)
    assert 9 < beside.in_doubt < 13
    assert found(*sure, *few).uncertainty == alone.uncertainty
    assert found(*sure, *few).in_doubt == floor
    assert found(*few).source == "literature floor"
    assert (beside.of(None), beside.of("known"), beside.of("video")) == (
        beside.uncertainty, beside.uncertainty, beside.in_doubt,
    )  # fmt: skip


def test_half_width_of_a_normal_distribution() -> None:
    assert half_width(0.0, 1.0) == pytest.approx(1.96, abs=0.001)
    assert half_width(5.0, 1.0) == pytest.approx(6.645, abs=0.001)


def test_the_data_file_is_what_was_found(tmp_path: Path) -> None:
    table = accuracy_rows(rows(np.random.default_rng(4).normal(0, 1, 9)))
    path = write_table(table, tmp_path / "accuracy.toml")
    read = tomllib.loads(path.read_text(encoding="utf-8"))["accuracy"]
    assert len(read) == len(table)
    own = next(row for row in read if row["measure"] == "knee_valgus" and row["view"] == "rear")
    assert own["runs"] == 9
    assert own["source"] == "rendered runs"
    assert [line for line in table_text(table).splitlines() if "do not edit" in line]
    with pytest.raises(MissingComponentError, match="cannot be written"):
        write_table(table, tmp_path / "nowhere" / "accuracy.toml")
