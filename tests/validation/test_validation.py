"""The measuring instrument itself: its matrix, its comparison with the truth, its figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import GaitResult
from gaitcheck.settings import Settings
from gaitcheck.synthetic.truth import Truth, pose_track, true_of
from gaitcheck.validation.compare import Labels, MeasureRow, event_rows, measure_rows
from gaitcheck.validation.matrix import Case, cases, quick_cases
from gaitcheck.validation.page import page_text
from gaitcheck.validation.run import Outcome
from gaitcheck.validation.summary import summarise_events, summarise_measures

LABELS = Labels("a", "reporting", "rear", "man", "fitted", "usual")


def row(
    true: float, measured: float | None, side: str = "left", case: str = "a", half: str = "reporting"
) -> MeasureRow:
    return MeasureRow(
        case=case,
        half=half,
        view="rear",
        body="man",
        clothes="fitted",
        condition="usual",
        measure="knee_valgus",
        side=side,  # type: ignore[arg-type]
        unit="deg",
        true=true,
        measured=measured,
        uncertainty=None if measured is None else 2.0,
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
    for view in ("rear", "front", "left", "right"):
        assert {case.half for case in every if case.view == view} == {"tuning", "reporting"}
        assert len({case.clothes for case in every if case.view == view}) == 4
    assert {case.condition for case in every} >= {"usual", "roll", "oblique", "30_fps", "120_fps", "noise"}

    def half(case: Case) -> str:
        return case.half

    assert [half(case) for case in every] == [half(case) for case in cases()]
    assert {case.view for case in quick_cases()} == {"rear", "front", "left", "right"}


def test_exact_landmarks_give_almost_no_error(rear: tuple[Truth, GaitResult]) -> None:
    truth, gait = rear
    rows = {(r.measure, r.side): r for r in measure_rows(LABELS, gait.measures, truth)}
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
    assert (reporting.given, reporting.withheld) == (5, 1)
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
    assert "| Knee valgus, deg | rear | reporting |" in page
    assert "Pelvic drop" not in page
