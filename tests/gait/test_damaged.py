"""Damaged tracks: each measure stays within its own uncertainty or is not trusted; nothing ever breaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gaitcheck.gait.result import SIDES, GaitResult
from gaitcheck.gait.view import near_side
from gaitcheck.track import Landmark, PoseTrack
from tests.gait.runs import (
    LEFT_FOOT,
    LEFT_KNEE,
    LEGS,
    VIEWS,
    assert_whole,
    changed,
    exchanged,
    jittered,
    measured,
    run_of,
    spec_of,
    track_of,
    truth_of,
    without,
)

Damage = Callable[[PoseTrack], PoseTrack]
FPS, SECONDS = 60, 10
#: Read at contact, whose moment has its own tests.
BY_CONTACT = {
    "tibia_inclination_ic",
    "overstride",
    "knee_flexion_ic",
    "foot_inclination_ic",
    "contact_time",
    "duty_factor",
    "hip_extension_peak",
    "step_time_symmetry",
}


def gaps(track: PoseTrack) -> PoseTrack:
    """Short and long gaps, a quarter of all frames."""
    missing = np.zeros(len(track), dtype=bool)
    for start, length in ((40, 3), (90, 5), (150, 30), (260, 4), (330, 20), (430, 60), (520, 2)):
        missing[start : start + length] = True
    return without(track, missing)


def swaps(track: PoseTrack) -> PoseTrack:
    frames = np.concatenate([np.arange(start, start + 1 + start % 6) for start in range(15, len(track) - 15, 41)])
    return exchanged(track, frames, LEFT_KNEE + LEFT_FOOT)


def spikes(track: PoseTrack) -> PoseTrack:
    """A joint leaps a third of a leg, in 4 % of all frames."""
    rng = np.random.default_rng(2)
    xy = track.xy_px.copy()
    frames = np.flatnonzero(rng.uniform(size=len(track)) < 0.04)
    xy[frames, rng.integers(11, 33, len(frames))] += rng.choice([-1, 1], (len(frames), 2)) * 150
    return changed(track, xy_px=xy)


def dropped(track: PoseTrack) -> PoseTrack:
    """The file lacks every tenth frame."""
    return changed(track, keep=np.flatnonzero(np.arange(len(track)) % 10 != 4))


def one_leg_lost(track: PoseTrack) -> PoseTrack:
    """The model guesses the left leg, and says so."""
    rng = np.random.default_rng(4)
    left = list(LEGS[::2])
    xy, visibility = track.xy_px.copy(), track.visibility.copy()
    xy[:, left[1:]] += rng.normal(0, 60, (len(track), len(left) - 1, 2))
    visibility[:, left] = 0.0
    return changed(track, xy_px=xy, visibility=visibility)


def varying(view: str) -> PoseTrack:
    return track_of(view, fps=FPS, duration_s=SECONDS, seed=6, clip={"variable_rate": 0.35})


DAMAGES: dict[str, Damage] = {
    "jitter_2px": lambda t: jittered(t, 2, seed=1),
    "jitter_4px": lambda t: jittered(t, 4, seed=2),
    "jitter_6px": lambda t: jittered(t, 6, seed=3),
    "gaps": gaps,
    "swaps": swaps,
    "spikes": spikes,
    "dropped": dropped,
    "one_leg_lost": one_leg_lost,
    "begins_late": lambda t: changed(t, keep=slice(47, None)),
    "ends_early": lambda t: changed(t, keep=slice(0, -53)),
    "everything": lambda t: jittered(swaps(spikes(gaps(t))), 3, seed=5),
}


def sound(gait: GaitResult, true: dict) -> None:
    """Each value without a doubt attached lies within its own uncertainty of the truth."""
    assert_whole(gait)
    for m in gait.measures:
        if m.status == "measured" and m.id not in BY_CONTACT:
            assert m.mean == pytest.approx(true[m.id, m.side], abs=m.uncertainty), (m.id, m.side)
        elif m.status == "measured" and m.id == "hip_extension_peak":
            assert m.mean == pytest.approx(true[m.id, m.side], abs=m.uncertainty + 1.5), (m.id, m.side)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_within_its_own_uncertainty_or_doubted(view: str, damage: str) -> None:
    track, truth = run_of(spec_of(view, fps=FPS, duration_s=SECONDS, seed=6))
    gait = measured(DAMAGES[damage](track))
    assert gait.view == view
    sound(gait, truth_of(truth))
    given = [m for m in gait.measures if m.status != "not_measurable"]
    if damage == "one_leg_lost":
        hidden_side = "left"
        for m in gait.measures:
            if m.side == hidden_side:
                assert m.status == "not_measurable" or m.id in ("lateral_trunk_lean", "crossover"), m.id
    else:
        assert len(given) >= (6 if damage in ("jitter_6px", "gaps", "everything") else 10)


@pytest.mark.parametrize("view", VIEWS)
def test_varying_frame_rate(view: str) -> None:
    truth = run_of(spec_of(view, fps=FPS, duration_s=SECONDS, seed=6))[1]
    sound(measured(varying(view)), truth_of(truth))


@pytest.mark.parametrize("view", VIEWS)
def test_damage_hardly_moves_the_values(view: str) -> None:
    """Gaps, exchanges, spikes and dropped frames are mended, not averaged in."""
    track = track_of(view, fps=FPS, duration_s=SECONDS, seed=6)
    plain = {(m.id, m.side): m for m in measured(track).measures}
    for name in ("gaps", "swaps", "spikes", "dropped"):
        for m in measured(DAMAGES[name](track)).measures:
            before = plain[m.id, m.side]
            if name != "gaps":  # which cost steps
                assert m.status == before.status, (name, m.id, m.side, m.reason)
            if m.status == "measured":
                assert m.mean == pytest.approx(before.mean, abs=(1.0 if name == "gaps" else 0.5) * m.uncertainty), (
                    name,
                    m.id,
                    m.side,
                )


def test_the_other_leg_is_still_measured_when_one_is_lost() -> None:
    gait = measured(one_leg_lost(track_of("right", fps=FPS, duration_s=SECONDS, seed=6)))
    near = [m for m in gait.measures if m.side == near_side("right") and m.status != "not_measurable"]
    assert {"knee_flexion_peak_stance", "heel_recovery"} <= {m.id for m in near}


@pytest.mark.parametrize("n", [*range(31), 60, 61, 75, 90])
def test_tiny_tracks(n: int) -> None:
    assert_whole(measured(changed(track_of("right", seed=2), keep=slice(0, n))))


@pytest.mark.parametrize("value", [np.nan, 0.0, 1.0, -5e5])
def test_constant_tracks(value: float) -> None:
    track = track_of("rear", seed=2)
    gait = measured(changed(track, xy_px=np.full_like(track.xy_px, value)))
    assert_whole(gait)
    assert all(m.status == "not_measurable" for m in gait.measures)


def test_one_pose_for_the_whole_clip() -> None:
    track = track_of("rear", seed=2)
    gait = measured(changed(track, xy_px=np.repeat(track.xy_px[30:31], len(track), axis=0)))
    assert_whole(gait)
    assert all(m.status == "not_measurable" for m in gait.measures)


def test_points_thrown_about() -> None:
    track = track_of("rear", seed=2)
    xy = np.random.default_rng(0).uniform(0, 1000, track.xy_px.shape)
    gait = measured(changed(track, xy_px=xy))
    assert_whole(gait)
    assert all(m.status == "not_measurable" for m in gait.measures)


quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(data=st.data())
def test_nothing_breaks(data: st.DataObject) -> None:
    view = data.draw(st.sampled_from(VIEWS))
    full = track_of(view, fps=30, duration_s=5, seed=8)
    begin = data.draw(st.integers(0, 60))
    end = data.draw(st.integers(begin, len(full)))
    track = changed(full, keep=slice(begin, end))
    n = len(track)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    missing = rng.uniform(size=n) < data.draw(st.sampled_from([0.0, 0.05, 0.5, 0.95]))
    track = without(track, missing)
    xy = track.xy_px.copy()
    wild = rng.uniform(size=xy.shape[:2]) < data.draw(st.sampled_from([0.0, 0.02, 0.3]))
    xy[wild] += rng.normal(0, 300, (int(wild.sum()), 2))
    visibility = np.where(rng.uniform(size=(n, 33)) < data.draw(st.sampled_from([0.0, 0.5])), 0.0, track.visibility)
    stretch = data.draw(st.sampled_from([0.5, 1.0, 4.0, 8.0]))
    time = np.cumsum(rng.uniform(0.5, 1.5, n)) / 30 * stretch if data.draw(st.booleans()) else track.time_s * stretch
    time = time - time[0] if n else time
    cuts = tuple(data.draw(st.lists(st.floats(0, 6), max_size=2)))
    damaged = changed(track, xy_px=xy, visibility=visibility, time_s=time, cuts_s=cuts)
    gait = measured(
        damaged,
        data.draw(st.sampled_from([None, 1.0, 0.25])),
        view=data.draw(st.sampled_from([None, *VIEWS])),
        roll_deg=data.draw(st.sampled_from([None, 20.0])),
        height_cm=data.draw(st.sampled_from([None, 170.0])),
        baseline_s=data.draw(st.sampled_from([None, (0.0, 1.0), (100.0, 200.0)])),
    )
    assert_whole(gait)
    assert gait.quality.frames == n
    assert {m.side for m in gait.measures} == {None, *SIDES}


def test_a_joint_of_its_own_may_be_missing_everywhere() -> None:
    """A pose model that never gives the feet still has its knees measured."""
    track = track_of("rear", seed=2)
    xy, visibility = track.xy_px.copy(), track.visibility.copy()
    face = list(range(Landmark.NOSE, Landmark.LEFT_SHOULDER))
    visibility[:, face] = 0.0
    xy[:, face] = 0.0
    gait = measured(changed(track, xy_px=xy, visibility=visibility))
    assert next(m for m in gait.measures if m.id == "femoral_adduction").status == "measured"
