from dataclasses import replace

import numpy as np
import pytest

from gaitcheck.gait.curves import gait_curves
from gaitcheck.gait.result import GaitResult, Measure, Quality, Side, Step
from gaitcheck.track import PoseTrack

STRIDE_S = 0.72
STRIDES = 6


def measure(measure_id: str, side: Side | None, *, mean: float | None = 1.0, unit: str = "deg") -> Measure:
    status = "measured" if mean is not None else "not_measurable"
    return Measure(measure_id, side, unit, mean, None, STRIDES, 1.0, status, None, "rear")


def gait(**changes: object) -> GaitResult:
    """Six strides of each leg at 100 frames a second; stride k's knee line is 10 sin(2 pi phase) + k."""
    time_s = np.arange(0, (STRIDES + 1) * STRIDE_S, 0.01)
    n = len(time_s)
    starts = {"left": 0.0, "right": STRIDE_S / 2}
    series, steps = {}, []
    for side, start in starts.items():
        phase = (time_s - start) / STRIDE_S
        series["knee_valgus", side] = 10 * np.sin(2 * np.pi * phase)
        for k in range(STRIDES):
            contact = start + k * STRIDE_S
            steps.append(Step(side, contact, contact + 0.1, contact + 0.25, contact + 0.36, contact + STRIDE_S))
        steps.append(Step(side, start + STRIDES * STRIDE_S, start + STRIDES * STRIDE_S + 0.1, None, None, None))
    series["knee_valgus_peak", "left"] = series["knee_valgus", "left"].copy()
    series["forward_trunk_lean", None] = np.full(n, 7.0)
    result = GaitResult(
        track=PoseTrack(time_s, np.ones((n, 33, 2)), np.ones((n, 33)), np.ones((n, 33, 3)), (100, 100)),
        view="rear", view_source="found", direction=None, time_is_real=True, baseline=None,
        steps=tuple(sorted(steps, key=lambda s: s.initial_contact_s)),
        quality=Quality(n, n, 0, 0, len(steps), 0, ()),
        series=series, step_values={},
        measures=(
            measure("knee_valgus", "left"), measure("knee_valgus", "right"), measure("knee_valgus_peak", "left"),
            measure("forward_trunk_lean", None), measure("duty_factor", "left", mean=34.0, unit="%"),
            measure("duty_factor", "right", mean=36.0, unit="%"),
        ),
    )  # fmt: skip
    return replace(result, **changes)  # type: ignore[arg-type]


def test_a_curve_is_the_cycle_from_the_legs_own_contact() -> None:
    left, right, lean = gait_curves(gait())
    for curve in (left, right):
        np.testing.assert_allclose(curve.mean, 10 * np.sin(2 * np.pi * curve.percent / 100), atol=0.05)
        np.testing.assert_allclose(curve.sd, 0, atol=0.05)
    assert [(c.measure_id, c.side, c.strides) for c in (left, right, lean)] == [
        ("knee_valgus", "left", 6),
        ("knee_valgus", "right", 6),
        ("forward_trunk_lean", None, 12),
    ]
    assert (left.percent[0], left.percent[25], left.percent[-1]) == (0, 25, 100)


def test_spread_is_that_of_the_strides() -> None:
    base = gait()
    number = np.floor(base.track.time_s / STRIDE_S + 1e-9)
    lifted = {**base.series, ("knee_valgus", "left"): base.series["knee_valgus", "left"] + number}
    left = next(c for c in gait_curves(replace(base, series=lifted)) if c.side == "left")
    # The strides lie 0, 1, ... 5 higher: their standard deviation in the middle of the cycle is that of 0..5.
    assert left.sd[50] == pytest.approx(np.std(np.arange(6), ddof=1), abs=0.02)
    assert left.mean[25] == pytest.approx(10 + 2.5, abs=0.05)


def test_strides_of_different_length_are_laid_over_each_other() -> None:
    steps = [Step("left", t, t + 0.1, None, None, t + d) for t, d in ((0.0, 0.6), (0.6, 0.8), (1.4, 1.0))]
    time_s = np.arange(0, 2.41, 0.01)
    line = np.concatenate([np.arange(n) / n for n in (60, 80, 100)] + [[0.0]])
    base = gait()
    track = PoseTrack(time_s, np.ones((241, 33, 2)), np.ones((241, 33)), np.ones((241, 33, 3)), (100, 100))
    (curve,) = gait_curves(replace(base, track=track, steps=tuple(steps), series={("knee_valgus", "left"): line}))
    np.testing.assert_allclose(curve.mean[:99], curve.percent[:99] / 100, atol=0.02)
    assert curve.strides == 3


def test_the_share_of_contact_is_the_duty_factor_and_is_not_given_where_that_is_withheld() -> None:
    assert [c.contact_percent for c in gait_curves(gait())] == [34.0, 36.0, 35.0]
    withheld = tuple(replace(m, mean=None) if m.id == "duty_factor" else m for m in gait().measures)
    assert [c.contact_percent for c in gait_curves(gait(measures=withheld))] == [None, None, None]


def test_withheld_measures_and_too_few_strides_give_no_curve() -> None:
    base = gait()
    withheld = tuple(replace(m, mean=None) if m.id == "knee_valgus" and m.side == "right" else m for m in base.measures)
    assert [(c.measure_id, c.side) for c in gait_curves(replace(base, measures=withheld))] == [
        ("knee_valgus", "left"),
        ("forward_trunk_lean", None),
    ]
    three_left_two_right = base.steps[:5]
    assert [c.side for c in gait_curves(replace(base, steps=three_left_two_right))] == ["left", None]


def test_the_angle_of_a_withheld_measure_is_still_drawn_for_another_that_is_read_from_it() -> None:
    base = gait()
    withheld = tuple(replace(m, mean=None) if m.id == "knee_valgus" else m for m in base.measures)
    assert gait_curves(replace(base, measures=withheld))[0].measure_id == "knee_valgus_peak"


def test_a_stride_with_a_gap_is_left_out() -> None:
    base = gait()
    line = base.series["knee_valgus", "left"].copy()
    line[(base.track.time_s > 1.0) & (base.track.time_s < 1.1)] = np.nan
    curves = gait_curves(replace(base, series={**base.series, ("knee_valgus", "left"): line}))
    assert next(c for c in curves if c.side == "left" and c.measure_id == "knee_valgus").strides == 5
