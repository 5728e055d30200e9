"""Gaps, cuts, spikes and the filter."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.clean import CleanTrack, at_times, clean, leg_length
from gaitcheck.track import Landmark, PoseTrack
from tests.gait.runs import changed, jittered, measured, run_of, spec_of, track_of, without

ANKLE = Landmark.RIGHT_ANKLE
MIDDLE = slice(60, -60)  # away from the ends of an eight-second clip at 60 fps


def cleaned(track: PoseTrack) -> CleanTrack:
    out = clean(track)
    assert out is not None
    return out


def known(track: PoseTrack) -> np.ndarray:
    return np.isfinite(track.xy_px).all(axis=(1, 2))


@pytest.mark.parametrize("fps", [30, 60, 120])
def test_a_gap_of_0_08_s_is_bridged_and_counted(fps: int) -> None:
    true = track_of("right", fps=fps)
    missing = np.arange(3 * fps, 3 * fps + int(0.08 * fps + 1e-9))
    out = cleaned(without(true, missing))
    assert known(out.track).all()
    assert out.frames_filled == len(missing)
    assert out.frames_with_runner == len(true) - len(missing)
    off = np.linalg.norm(out.track.xy_px[missing] - true.xy_px[missing], axis=-1) / out.leg_length_px
    assert off.max() < 0.2  # a foot in swing moves a third of a leg in that time
    assert np.median(off) < 0.02


@pytest.mark.parametrize("fps", [30, 60, 120])
def test_a_gap_of_0_3_s_stays_open(fps: int) -> None:
    true = track_of("right", fps=fps)
    missing = np.arange(3 * fps, 3 * fps + round(0.3 * fps))
    out = cleaned(without(true, missing))
    assert out.frames_filled == 0
    assert np.flatnonzero(~known(out.track)).tolist() == missing.tolist()
    gait = measured(without(true, missing))
    assert not gait.track.found[missing].any()
    for line in gait.series.values():
        assert np.isnan(line[missing]).all()


def test_frames_that_the_file_lacks_are_a_gap_too() -> None:
    true = track_of("right")
    keep = np.r_[0:200, 230:480]
    out = cleaned(changed(true, keep=keep))
    assert np.flatnonzero(~known(out.track)).tolist() == list(range(200, 230))


@pytest.mark.parametrize("missing", [[], [239], [240], [238, 239, 240, 241]])
def test_a_cut_is_never_bridged(missing: list[int]) -> None:
    true = track_of("rear")
    xy = true.xy_px.copy()
    xy[240:] = 0.7 * xy[240:] + [200, 300]  # another shot: further away, elsewhere
    track = changed(without(changed(true, xy_px=xy), np.array(missing, dtype=int)), cuts_s=(float(true.time_s[240]),))
    out = cleaned(track)
    gaps = np.flatnonzero(~known(out.track))
    assert gaps.size
    assert set(gaps) <= {*missing, 239}
    assert out.frames_filled == 0
    for part in (slice(60, 230), slice(250, 420)):  # nothing of one shot leaks into the other
        off = np.linalg.norm(out.track.xy_px[part] - xy[part], axis=-1) / out.leg_length_px
        assert off.max() < 0.12
        assert np.median(off) < 0.005
    gait = measured(track)
    cut = true.time_s[240]
    for step in gait.steps:
        if step.midstance_s < cut:
            assert step.next_contact_s is None or step.next_contact_s < cut
            assert step.next_same_contact_s is None or step.next_same_contact_s < cut


def test_a_stretch_shorter_than_a_second_is_left_out() -> None:
    true = track_of("right")
    missing = np.r_[90:150, 180:240]  # half a second of runner between two long gaps
    out = cleaned(without(true, missing))
    assert np.flatnonzero(~known(out.track)).tolist() == list(range(90, 240))


def test_spikes_are_put_back() -> None:
    true = track_of("right")
    rng = np.random.default_rng(5)
    xy = true.xy_px.copy()
    frames = np.arange(20, len(true) - 20, 16)
    joints = rng.integers(11, 33, len(frames))
    xy[frames, joints] += rng.choice([-1, 1], (len(frames), 2)) * 150
    spiked, plain = cleaned(changed(true, xy_px=xy)), cleaned(true)
    off = np.linalg.norm(spiked.track.xy_px - plain.track.xy_px, axis=-1)[frames, joints]
    assert off.max() < 0.1 * plain.leg_length_px  # of 0.5 as injected; a foot in swing turns within the window
    assert np.median(off) < 0.015 * plain.leg_length_px


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("point", [Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE])
def test_the_filter_has_no_lag(point: Landmark, axis: int) -> None:
    true = track_of("right", fps=120)
    a = cleaned(jittered(true, 3.0)).track.xy_px[120:-120, point, axis]
    lags = np.arange(-12, 13)
    size = [np.sum((a - true.xy_px[120 + lag : len(true) - 120 + lag, point, axis]) ** 2) for lag in lags]
    best = int(np.argmin(size))
    left, middle, right = size[best - 1 : best + 2]
    assert abs(lags[best] + 0.5 * (left - right) / (left - 2 * middle + right)) / 120 < 0.0015


def test_the_filter_takes_jitter_out() -> None:
    true = track_of("right", fps=120)
    noisy = jittered(true, 5.0)
    plain, out = cleaned(true), cleaned(noisy)
    assert np.std((out.track.xy_px - plain.track.xy_px)[MIDDLE]) < 0.5 * np.std((noisy.xy_px - true.xy_px)[MIDDLE])


def test_a_varying_frame_rate_gives_what_a_steady_one_gives() -> None:
    true = track_of("right")
    varying = run_of(spec_of("right", clip={"variable_rate": 0.3}))[0]
    assert np.ptp(np.diff(varying.time_s)) > 0.004
    steady, out = cleaned(true), cleaned(varying)
    np.testing.assert_allclose(np.diff(out.track.time_s), np.diff(out.track.time_s)[0], rtol=1e-6)
    n = min(len(steady.track), len(out.track)) - 60
    at = at_times(out.track, steady.track.time_s[60:n])
    off = np.linalg.norm(at.xy_px - steady.track.xy_px[60:n], axis=-1) / steady.leg_length_px
    assert np.median(off) < 0.002
    assert np.percentile(off, 99) < 0.02


def test_leg_length_is_thigh_and_shank() -> None:
    xy = np.full((4, 33, 2), np.nan)
    for left in (Landmark.LEFT_HIP, Landmark.RIGHT_HIP):
        xy[:, left] = [0, 0]
        xy[:, left + 2] = [30, 40]
        xy[:, left + 4] = [30, 100]
    track = PoseTrack(np.arange(4.0), xy, np.ones((4, 33)), np.zeros((4, 33, 3)), (100, 100))
    assert leg_length(track) == pytest.approx(110)
    assert np.isnan(leg_length(without(track, np.arange(4))))


def test_the_history_tells_what_was_done() -> None:
    out = cleaned(without(track_of("right"), np.array([100, 101])))
    assert any("bridged (2 frames)" in line for line in out.track.history)
    assert any("low-pass at 9 Hz" in line for line in out.track.history)
