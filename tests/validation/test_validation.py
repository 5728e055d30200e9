"""The measuring instrument itself: its matrix, its comparison with the truth, its figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import GaitResult
from gaitcheck.settings import Settings
from gaitcheck.synthetic.truth import Truth, pose_track, true_of
from gaitcheck.validation.compare import Labels, MeasureRow, event_rows, measure_rows
from gaitcheck.validation.footage import footage_section
from gaitcheck.validation.matrix import cases, quick_cases
from gaitcheck.validation.page import Section, merged, page_text, read_csv, write_csv
from gaitcheck.validation.run import Outcome
from gaitcheck.validation.summary import summarise_events, summarise_measures, withheld_rightly

LABELS = Labels("a", "reporting", "rear", "man", "fitted", "usual")


def row(
    true: float,
    measured: float | None,
    side: str = "left",
    case: str = "a",
    half: str = "reporting",
    would_be: float | None = None,
    condition: str = "usual",
) -> MeasureRow:
    return MeasureRow(
        case=case,
        half=half,
        view="rear",
        body="man",
        clothes="fitted",
        condition=condition,
        fps=60.0,
        evidence=None,
        measure="knee_valgus",
        side=side,  # type: ignore[arg-type]
        unit="deg",
        true=true,
        measured=measured,
        uncertainty=None if measured is None else 2.0,
        own_part=None if measured is None else 0.5,
        would_be=would_be,
        status="not_measurable" if measured is None else "measured",
        n_steps=10,
    )


@pytest.fixture(scope="module")
def rear() -> tuple[Truth, GaitResult]:
    case = next(case for case in cases() if case.view == "rear")
    gait = measure_gait(pose_track(case.spec), Settings(), seconds_per_video_second=1.0)
    return true_of(case.spec), gait


def test_the_matrix_is_large_and_its_halves_are_fixed() -> None:
    every = cases()
    assert len(every) >= 60
    assert len({case.name for case in every}) == len(every)
    usual = [case for case in every if case.condition == "usual"]
    for view in ("rear", "front", "left", "right"):
        assert {case.half for case in every if case.view == view} == {"tuning", "reporting"}
        assert {case.clothes for case in usual if case.view == view} == {"fitted", "tank_tights", "loose", "one_colour"}
        assert {case.body for case in usual if case.view == view} == {"man", "woman", "stout", "slight"}
    assert {case.condition for case in every} >= {
        *("usual", "stickers", "standing_first", "roll", "high_camera", "oblique", "far", "noise"),
        *("30_fps", "120_fps", "240_fps", "variable_rate", "hand_rails", "bystander", "waistband_askew"),
    }
    stickers = [case.half for case in every if case.condition == "stickers"]
    assert min(stickers.count("tuning"), stickers.count("reporting")) >= 4
    assert {case.half for case in every if case.condition == "standing_first"} == {"tuning", "reporting"}
    # the rule itself: nobody chooses
    assert next(case.half for case in every if case.name == "usual_rear_man_fitted_0") == "tuning"
    assert next(case.half for case in every if case.name == "usual_rear_man_loose_2") == "reporting"
    quick = quick_cases()
    assert len(quick) == 10
    assert {case.view for case in quick} == {"rear", "front", "left", "right"}


def test_in_side_views_knee_foot_and_reach_say_nothing_of_the_lean() -> None:
    """The pose model's error changes with the lean: were the knee's bend tied to it, that would look like a slope."""
    runs = [case for case in cases() if case.condition == "usual" and case.view in ("left", "right")]
    motions = [case.spec.motion for case in runs]
    commands = np.array(
        [
            (
                motion.forward_lean_deg,
                motion.knee_flexion_ic_deg.left,
                motion.foot_inclination_ic_deg.left,
                motion.overstride_m.left,
            )
            for motion in motions
        ]
    )
    assert all(len(set(column)) == 3 for column in commands.T)
    together = np.corrcoef(commands.T) - np.eye(4)
    assert np.abs(together).max() < 0.1
    # nor does the build, the outfit or the pace tell the knee's bend: shares of its variance
    knee = commands[:, 1]
    for kinds in ([c.body for c in runs], [c.clothes for c in runs], [c.spec.motion.cadence_spm for c in runs]):
        means = np.array([knee[np.array(kinds) == kind].mean() for kind in kinds])
        assert means.var() / knee.var() < 0.05


def test_the_telling_runs_come_first_and_halves_are_mixed() -> None:
    every = cases()
    assert [case.tier for case in every] == sorted(case.tier for case in every)
    first = [case.half for case in every[:20]]
    assert min(first.count("tuning"), first.count("reporting")) >= 5


@pytest.mark.slow
def test_steps_and_patterns_of_the_runs_are_as_wanted() -> None:
    """Ten steps of each leg, and a truth that lies clearly beyond (or within) the usual range."""
    for case in cases():
        truth = true_of(case.spec)
        if case.spec.clip.capture_fps <= 60:
            assert min(sum(step.side == side for step in truth.steps) for side in ("left", "right")) >= 10, case.name
        true = {(m.id, m.side): m.mean for m in truth.measures}
        if case.pattern == "right_drop":
            assert true["contralateral_pelvic_drop", "right"] > 11
            assert true["contralateral_pelvic_drop", "left"] < 8
        elif case.pattern == "left_valgus":
            assert true["knee_valgus", "left"] > 15.5
            assert true["knee_valgus", "right"] < 8
        elif case.pattern == "upright":
            assert true["forward_trunk_lean", None] < 0
        elif case.pattern == "marked_lean":
            assert true["forward_trunk_lean", None] > 16
        elif case.pattern == "healthy" and case.view in ("rear", "front"):
            for side in ("left", "right"):
                assert true["contralateral_pelvic_drop", side] < 8  # type: ignore[index]
                assert abs(true["knee_valgus", side]) < 8  # type: ignore[index]
                assert true["lateral_trunk_lean", side] < 5  # type: ignore[index]
        elif case.pattern == "healthy":
            assert 4 < true["forward_trunk_lean", None] < 10


def test_exact_landmarks_give_almost_no_error(rear: tuple[Truth, GaitResult]) -> None:
    truth, gait = rear
    rows = {(r.measure, r.side): r for r in measure_rows(LABELS, gait.measures, truth, gait)}
    for name in ("knee_valgus", "femoral_adduction", "lateral_trunk_lean"):
        assert abs(rows[name, "left"].error or 99) < 0.5
    assert rows["contralateral_pelvic_drop", "left"].measured is None
    assert rows["contralateral_pelvic_drop", "left"].error is None
    events = event_rows(LABELS, gait, truth)
    assert len([e for e in events if e.event == "initial_contact" and e.true_s is not None]) == len(truth.steps)
    assert all(abs(e.error_s or 0.0) < 0.05 for e in events)


def test_missed_and_false_steps_are_counted(rear: tuple[Truth, GaitResult]) -> None:
    truth, gait = rear
    middle = len(gait.steps) // 2
    without = replace(gait, steps=gait.steps[:middle] + gait.steps[middle + 1 :])
    extra = replace(gait.steps[middle], midstance_s=gait.steps[middle].midstance_s + 0.01)
    for changed, missed, false in ((without, 1, 0), (replace(gait, steps=(*gait.steps, extra)), 0, 1)):
        summary = summarise_events(event_rows(LABELS, changed, truth), lambda e: e.view)
        contact = next(s for s in summary if s.event == "initial_contact")
        assert (contact.missed, contact.false) == (missed, false)


def test_figures_of_known_errors() -> None:
    rows = [row(t, 0.5 * t + 1.0, case=str(t)) for t in (0.0, 2.0, 4.0, 6.0)]
    rows += [row(5.0, None, case="x"), row(3.0, 3.0, "right", case="2.0")]
    rows += [row(1.0, 9.0, half="tuning")]
    reporting = next(s for s in summarise_measures(rows, lambda r: r.view) if s.half == "reporting")
    errors = [1.0, 0.0, -1.0, -2.0, 0.0]
    assert (reporting.given, reporting.withheld, reporting.rightly) == (5, 1, 1)
    assert reporting.bias == pytest.approx(sum(errors) / 5)
    assert reporting.mean_absolute_error == pytest.approx(4 / 5)
    assert reporting.slope == pytest.approx(0.5)
    assert reporting.coverage == 1.0  # an error as large as the uncertainty still counts as held
    assert reporting.difference_error == pytest.approx(0.0)
    assert reporting.limits is not None
    assert reporting.limits[0] < reporting.bias < reporting.limits[1]


def test_the_page_tells_halves_and_leaves_withheld_measures_out(rear: tuple[Truth, GaitResult]) -> None:
    truth, gait = rear
    page = page_text(Outcome(measure_rows(LABELS, gait.measures, truth), event_rows(LABELS, gait, truth)))
    assert "Runs: 1, of which 0 are the tuning half and 1 the reporting half." in page
    assert "| Sideways trunk lean, deg | rear | reporting | 2 | 0 | 0 |" in page
    assert "| Pelvic drop, deg | rear | reporting | 0 | 0 | 2 (2) |" in page


def test_parts_of_the_page_stay_until_they_are_made_anew() -> None:
    former = page_text(Outcome(), [Section("mocap", "## Real motion\n\nold"), Section("realism", "## Real?\n\nold")])
    kept = merged([Section("realism", "## Real?\n\nnew")], former)
    assert [(one.name, one.text) for one in kept] == [
        ("mocap", "## Real motion\n\nold"),
        ("realism", "## Real?\n\nnew"),
    ]
    page = page_text(Outcome(), kept)
    assert page.count("## Real?") == 1
    assert "## Real motion\n\nold" in page


def test_the_page_holds_what_real_clips_show() -> None:
    plain, page = (page_text(Outcome(), sections) for sections in ((), (footage_section(),)))
    heading = "## Real footage, looked at by eye"
    assert heading in page
    assert "](#real-footage-looked-at-by-eye)" in page.split("## Bars")[0]
    assert "The trainer's right knee" in page.split(heading)[1]
    assert "real-footage" not in plain
    assert not [line for line in page.splitlines() if line.startswith("# ") and line != "# Validation"]


def test_values_kept_back_are_judged() -> None:
    known = accuracy_of("knee_valgus", "rear").uncertainty
    good, bad = row(3.0, None, would_be=3.0 + 0.9 * known), row(3.0, None, would_be=3.0 - 1.1 * known)
    assert not withheld_rightly(good)
    assert withheld_rightly(bad)
    assert withheld_rightly(row(3.0, None))  # there was nothing to print


def test_the_table_of_rows_is_read_back_as_it_was(tmp_path: Path) -> None:
    rows = [
        row(5.0, 6.25),
        replace(row(-1.0, 2.0, side="right"), status="borderline", reason="Few steps, so.", doubt="video"),
        replace(row(5.0, None, would_be=9.5), side=None, evidence="stickers"),
    ]
    write_csv(rows, tmp_path / "rows.csv")
    assert read_csv(tmp_path / "rows.csv") == rows
    (tmp_path / "rows.csv").write_text("case,half\na,tuning\n", encoding="utf-8")
    with pytest.raises(UnusableInputError, match="make it again"):
        read_csv(tmp_path / "rows.csv")
