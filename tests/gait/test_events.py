"""Contacts against a force plate, and against the exact contacts of the synthetic runner."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from gaitcheck.angles import bend, swing_from_vertical
from gaitcheck.gait.clean import clean
from gaitcheck.gait.events import (
    CENTRE_LATER_S,
    FORCE_SPAN,
    body_height,
    contact_by_body,
    find_stances,
    step_period,
)
from gaitcheck.gait.result import SIDES, GaitResult, Side
from gaitcheck.track import Landmark, PoseTrack
from gaitcheck.validation.marker_runs import MarkerRun
from tests.gait.runs import VIEWS, changed, jittered, measured, of, run_of, spec_of, track_of, without
from tests.support.mocap import MOCAP, load_run, stickers_seen, virtual_camera

needs_mocap = pytest.mark.skipif(not MOCAP.is_dir(), reason="the marker run is not on this machine")


#: The same runner at 2.5 and 3.5 m/s.
RUNS = ("RBDS001runT25", "RBDS001runT35")


@cache
def marker_run(name: str = RUNS[0]) -> MarkerRun:
    if name == "RBDS001runT35":
        pytest.importorskip("ezc3d", reason="the reader of C3D files is not installed")
    return load_run(name)


@cache
def seen(view: str, fps: float, noise_px: float, name: str = RUNS[0]) -> tuple[PoseTrack, GaitResult]:
    track = virtual_camera(marker_run(name), view, fps, noise_px=noise_px, seed=1)
    return track, measured(track, view=view)


@needs_mocap
@pytest.mark.parametrize("noise_px", [0, 3])
@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", RUNS)
def test_contacts_against_the_force_plate(name: str, view: str, fps: int, noise_px: float) -> None:
    run = marker_run(name)
    _, gait = seen(view, fps, noise_px, name)
    contact, off = [], []
    for step in gait.steps:
        true = np.argmin(np.abs(run.initial_contact_s[step.side] + 0.12 - step.midstance_s))
        contact.append(step.initial_contact_s - run.initial_contact_s[step.side][true])
        assert step.toe_off_s is not None
        off.append(step.toe_off_s - run.toe_off_s[step.side][true])
    for error_s in (np.abs(contact), np.abs(off)):
        assert np.median(error_s) <= 0.010
        assert np.percentile(error_s, 95) <= 0.030
    inside = [
        begin
        for side in SIDES
        for begin, end in zip(run.initial_contact_s[side], run.toe_off_s[side], strict=True)
        if begin > 0.5 and end < 19.5
    ]
    missed = [begin for begin in inside if min(abs(begin - s.initial_contact_s) for s in gait.steps) > 0.05]
    assert missed == []
    assert gait.quality.steps_dropped <= 1  # at an end of the track a stance may be seen by half
    for side in SIDES:
        true_ms = 1000 * np.mean(run.toe_off_s[side] - run.initial_contact_s[side])
        bound_ms = 15 if fps < 60 and view not in ("left", "right") else 12  # a frame lasts 33 ms there
        assert of(gait, "contact_time", side).mean == pytest.approx(true_ms, abs=bound_ms)


@needs_mocap
@pytest.mark.parametrize("view", VIEWS)
def test_cadence_of_the_marker_run(view: str) -> None:
    run = marker_run()
    contacts = np.sort(np.concatenate([run.initial_contact_s[side] for side in SIDES]))
    contacts = contacts[contacts < 20]
    true = 60 * (len(contacts) - 1) / (contacts[-1] - contacts[0])
    for fps in (30, 60):
        _, gait = seen(view, fps, 3)
        assert of(gait, "cadence").mean == pytest.approx(true, abs=0.5)


@needs_mocap
@pytest.mark.parametrize("view", ["rear", "front"])
def test_frontal_angles_of_the_marker_run(view: str) -> None:
    """The analyser's values from jittered points against the same formulas on the points as they are."""
    plain, _ = seen(view, 60, 0)
    _, gait = seen(view, 60, 3)
    for side in SIDES:
        outward = (1.0 if side == "right" else -1.0) * (1.0 if view == "rear" else -1.0)
        hip, knee, ankle = (
            plain.point(Landmark(left + (side == "right")))
            for left in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)
        )
        moments = [step.midstance_s for step in gait.steps if step.side == side]
        for name, line in (
            ("femoral_adduction", swing_from_vertical(hip, knee, -outward)),
            ("knee_valgus", bend(hip, knee, ankle, -outward)),
        ):
            true = np.interp(moments, plain.time_s, line).mean()
            assert of(gait, name, side).mean == pytest.approx(true, abs=0.6)


def true_at_lowest(run: MarkerRun, side: Side, view: str) -> tuple[float, float]:
    """Mean pelvic drop and hip adduction (degrees) of a leg's stances where the pelvis is lowest, from the markers."""
    other = SIDES[1 - SIDES.index(side)]
    bone = "psis" if view == "rear" else "asis"
    drops, adductions = [], []
    for begin, end in zip(run.initial_contact_s[side], run.toe_off_s[side], strict=True):
        rows = np.flatnonzero((run.time_s >= begin) & (run.time_s <= end) & (run.time_s < 20))
        if not rows.size:
            continue
        own, far = (run.points[f"{one}_{bone}"][rows] for one in (side, other))
        at = int(np.argmin((own + far)[:, 1]))
        line = own[at] - far[at]  # from the swing to the stance side, which is the higher one in a drop
        drop = np.degrees(np.arctan2(line[1], abs(line[2])))
        thigh = run.points[f"{side}_knee"][rows[at]] - run.points[f"{side}_hip"][rows[at]]
        inward = -np.sign(line[2]) * thigh[2]
        drops.append(drop)
        adductions.append(drop + np.degrees(np.arctan2(inward, -thigh[1])))
    return float(np.mean(drops)), float(np.mean(adductions))


@needs_mocap
@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.parametrize("view", ["rear", "front"])
def test_pelvic_drop_and_hip_adduction_against_the_markers(view: str, fps: int) -> None:
    """The line between the bony points, seen by the camera, against the same points in space: 1 degree on average."""
    errors: dict[str, list[float]] = {"contralateral_pelvic_drop": [], "hip_adduction": []}
    for name in RUNS:
        run = marker_run(name)
        track = virtual_camera(run, view, fps, noise_px=2, seed=2)
        gait = measured(track, view=view, roll_deg=0, pelvis=stickers_seen(run, view, fps, noise_px=1, seed=3))
        for side in SIDES:
            for measure, true in zip(errors, true_at_lowest(run, side, view), strict=True):
                found = of(gait, measure, side)
                assert found.mean is not None, found.reason
                assert found.uncertainty is not None
                assert abs(found.mean - true) < found.uncertainty
                errors[measure].append(found.mean - true)
    for measure, values in errors.items():
        assert np.mean(np.abs(values)) <= 1.0, measure


LEVELS = [
    {},
    {"cadence_spm": 155, "speed_m_s": 2.4},
    {"cadence_spm": 190, "speed_m_s": 3.6, "stance_share": 0.32},
    {"step_time_asymmetry": 0.06},
]


@pytest.mark.parametrize(("level", "noise_px"), [*((level, 0) for level in range(len(LEVELS))), (0, 3)])
@pytest.mark.parametrize("view", VIEWS)
def test_contacts_of_the_synthetic_runner(view: str, level: int, noise_px: float) -> None:
    track, truth = run_of(spec_of(view, seed=level + 1, motion=LEVELS[level]))
    gait = measured(jittered(track, noise_px))
    matched = [
        (step, true)
        for step in gait.steps
        for true in truth.steps
        if true.side == step.side and abs(true.midstance_s - step.midstance_s) < 0.15
    ]
    assert len(matched) >= len(truth.steps) - 2
    contact = np.array([step.initial_contact_s - true.initial_contact_s for step, true in matched])
    off = np.array([(step.toe_off_s or np.nan) - true.toe_off_s for step, true in matched])
    middle = np.array([step.midstance_s - true.midstance_s for step, true in matched])
    assert np.median(np.abs(contact)) <= 0.013
    assert np.nanmedian(np.abs(off)) <= 0.010
    assert np.median(np.abs(middle)) <= 0.010
    assert np.std(contact) <= 0.012
    assert gait.quality.steps_dropped == 0


@pytest.mark.parametrize("fps", [24, 30, 50, 60, 240])
def test_the_frame_rate_hardly_moves_contacts(fps: int) -> None:
    for view in ("rear", "right"):
        coarse, fine = (measured(track_of(view, fps=rate, duration_s=6)) for rate in (fps, 120))
        assert len(coarse.steps) == pytest.approx(len(fine.steps), abs=2)
        for step in coarse.steps[1:-1]:
            near = min(fine.steps, key=lambda other: abs(other.midstance_s - step.midstance_s))
            assert near.side == step.side
            assert step.initial_contact_s == pytest.approx(near.initial_contact_s, abs=max(0.015, 0.5 / fps))


@pytest.mark.parametrize("duty", [0.5, 0.6, 0.7, 0.8, 0.9])
@pytest.mark.parametrize("late_s", [0.0, 0.02])
def test_a_half_sine_force_is_found_again(duty: float, late_s: float) -> None:
    """The body carried by a half-sine force and falling freely between, integrated to a thousandth of a step."""
    period, metres = 0.36, 7.0
    time = np.linspace(-period / 2, period / 2, 1001)[:-1]
    since = (time - late_s + period / 2) % period - period / 2
    force = np.where(np.abs(since) < duty * period / 2, np.cos(np.pi * since / (duty * period)), 0.0)
    acceleration = metres * (force / force.mean() - 1)
    speed = np.cumsum(acceleration) * period / 1000
    found = contact_by_body(CubicSpline(time, speed), period)
    assert found is not None
    contact, off = found
    assert off - contact == pytest.approx(duty * period / FORCE_SPAN, abs=0.001)
    assert (contact + off) / 2 == pytest.approx(late_s + CENTRE_LATER_S, abs=0.001)


def test_no_contact_is_made_up_from_a_body_that_no_leg_carries_so() -> None:
    time = np.linspace(-0.2, 0.2, 401)
    twice_a_step = np.sin(2 * np.pi * time / 0.4) + 2 * np.sin(4 * np.pi * time / 0.4)
    assert contact_by_body(CubicSpline(time, twice_a_step), 0.4) is None


@pytest.mark.parametrize("cadence", [140, 170, 200])
def test_step_period(cadence: float) -> None:
    cleaned = clean(track_of("rear", motion={"cadence_spm": cadence}))
    assert cleaned is not None
    assert step_period(body_height(cleaned), cleaned.rate_hz) == pytest.approx(60 / cadence, rel=0.01)


@pytest.mark.parametrize("hz", [0.5, 2.0, 2.8, 4.0])
def test_step_period_of_a_sine_with_a_gap(hz: float) -> None:
    time = np.arange(0, 20, 1 / 60)
    height = 0.04 * np.sin(2 * np.pi * hz * time)
    height[300:360] = np.nan
    assert step_period(height, 60.0) == pytest.approx(1 / hz, rel=0.01)


def test_nothing_repeats_in_noise_or_rest() -> None:
    rng = np.random.default_rng(0)
    assert step_period(rng.normal(0, 0.05, 1200), 60.0) is None
    assert step_period(np.zeros(1200), 60.0) is None
    sway = 0.002 * np.sin(2 * np.pi * 0.4 * np.arange(1200) / 60)  # standing
    assert step_period(sway, 60.0) is None
    assert step_period(np.full(1200, np.nan), 60.0) is None


def test_one_missed_stance_leaves_the_legs_in_order() -> None:
    """A runner lost for a step and a half: the legs go on as they were, whatever the count."""
    track, truth = run_of(spec_of("rear", seed=4))
    gait = measured(without(track, np.arange(200, 232)))
    for step in gait.steps:
        true = min(truth.steps, key=lambda other: abs(other.midstance_s - step.midstance_s))
        assert true.side == step.side


def test_legs_are_told_apart_where_feet_are_read_badly() -> None:
    """Single midstances at which the wrong foot looks lower do not break the alternation."""
    track, truth = run_of(spec_of("rear", seed=4))
    xy = track.xy_px.copy()
    feet = np.array([[27, 28], [29, 30], [31, 32]])
    for true in truth.steps[4::6]:
        frames = np.flatnonzero(np.abs(track.time_s - true.midstance_s) < 0.06)
        xy[np.ix_(frames, feet.ravel())] = xy[np.ix_(frames, feet[:, ::-1].ravel())]
    cleaned = clean(changed(track, xy_px=xy))
    assert cleaned is not None
    stances, _ = find_stances(cleaned, "rear", None)
    for stance in stances:
        true = min(truth.steps, key=lambda other: abs(other.midstance_s - stance.midstance_s))
        assert true.side == stance.side
