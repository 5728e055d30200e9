"""The run's mean stride settles which leg is which, where exchanges last or come in every stride."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.clean import leg_length
from gaitcheck.gait.strides import settle_legs, stride_phase
from gaitcheck.synthetic.truth import Truth
from gaitcheck.track import Landmark, PoseTrack
from tests.gait.runs import LEFT_FOOT, LEFT_KNEE, changed, exchanged, jittered, measured, of, run_of, spec_of, without

FEET = [*LEFT_FOOT, *(left + 1 for left in LEFT_FOOT)]
LEGS = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE, *FEET]
LONGEST_S = 0.1


def side_run(seed: int = 3) -> tuple[PoseTrack, Truth]:
    track, truth = run_of(spec_of("right", seed=seed, duration_s=12))
    return jittered(track, 2.0, seed=seed), truth


def phase_of(track: PoseTrack, truth: Truth) -> np.ndarray:
    phase = stride_phase(
        track.time_s, [step.midstance_s for step in truth.steps], [step.side == "left" for step in truth.steps]
    )
    assert phase is not None
    return phase


def in_stance(track: PoseTrack, truth: Truth, share: float, every: int = 1) -> np.ndarray:
    """Frames of the first `share` of the right leg's stances."""
    spans = [
        (step.initial_contact_s, step.initial_contact_s + share * (step.toe_off_s - step.initial_contact_s))
        for step in truth.steps
        if step.side == "right"
    ][::every]
    return np.flatnonzero(np.any([(track.time_s >= a) & (track.time_s <= b) for a, b in spans], axis=0))


def off_legs(track: PoseTrack, true: PoseTrack) -> np.ndarray:
    """(T, points) distance from the true places, leg lengths; NaN where a point was left out."""
    return np.linalg.norm(track.xy_px[:, LEGS] - true.xy_px[:, LEGS], axis=-1) / leg_length(true)


@pytest.mark.parametrize("which", [LEFT_KNEE, LEFT_FOOT, LEFT_KNEE + LEFT_FOOT])
@pytest.mark.parametrize(("share", "every"), [(0.3, 2), (1.0, 3)])
def test_exchanges_at_the_same_moment_of_many_strides(which: tuple[Landmark, ...], share: float, every: int) -> None:
    true, truth = side_run()
    frames = in_stance(true, truth, share, every)
    settled = settle_legs(exchanged(true, frames, which), leg_length(true), phase_of(true, truth), LONGEST_S)
    off = off_legs(settled, true)
    assert np.isfinite(off).mean() > 0.999
    assert np.nanmax(off) < 0.12  # where the legs meet, either label may stand
    assert (off > 0.03).any(axis=1).mean() < 0.01


def test_both_legs_at_one_place() -> None:
    """The far leg's foot where the near one's is: it is on neither leg, left out, and bridged before it is measured."""
    true, truth = side_run()
    frames = in_stance(true, truth, 0.15, every=3)
    xy = true.xy_px.copy()
    for left in LEFT_FOOT:
        xy[frames, left] = xy[frames, left + 1]
    doubled = changed(true, xy_px=xy)
    settled = settle_legs(doubled, leg_length(true), phase_of(true, truth), LONGEST_S)
    left_out = np.isnan(settled.xy_px[:, LEFT_FOOT[0], 0])
    assert left_out[frames].mean() > 0.95
    assert left_out.sum() <= len(frames)
    np.testing.assert_array_equal(settled.xy_px[:, LEFT_FOOT[0] + 1], true.xy_px[:, LEFT_FOOT[0] + 1])
    plain, mended = measured(true), measured(doubled)
    for name in ("knee_flexion_peak_stance", "overstride", "tibia_inclination_ic"):
        assert of(mended, name, "right").mean == pytest.approx(of(plain, name, "right").mean, abs=0.3)
    for before, after in zip(plain.steps, mended.steps, strict=True):
        assert after.initial_contact_s == pytest.approx(before.initial_contact_s, abs=0.012)


def test_strays_that_last_stay_as_they_were_found() -> None:
    true, truth = side_run()
    xy = true.xy_px.copy()
    xy[300:320, Landmark.LEFT_KNEE] += 200
    settled = settle_legs(changed(true, xy_px=xy), leg_length(true), phase_of(true, truth), LONGEST_S)
    np.testing.assert_array_equal(settled.xy_px, xy)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sound_track_is_left_as_it_is(seed: int) -> None:
    true, truth = side_run(seed)
    settled = settle_legs(true, leg_length(true), phase_of(true, truth), LONGEST_S)
    kept = np.isfinite(settled.xy_px)
    np.testing.assert_array_equal(settled.xy_px[kept], true.xy_px[kept])
    assert (~kept[:, LEGS]).mean() < 0.001
    assert measured(true).quality.swaps_repaired == 0


def test_strides_that_are_not_alike_settle_nothing() -> None:
    true, truth = side_run()
    xy = true.xy_px.copy()
    xy[:, LEGS] += np.random.default_rng(1).normal(0, 0.1 * leg_length(true), xy[:, LEGS].shape)
    wild = changed(true, xy_px=xy)
    settled = settle_legs(wild, leg_length(true), phase_of(true, truth), LONGEST_S)
    np.testing.assert_array_equal(settled.xy_px, xy)


def test_frames_without_the_runner_or_a_phase_stay() -> None:
    true, truth = side_run()
    track = without(true, np.arange(200, 260))
    phase = phase_of(true, truth)
    phase[:100] = np.nan
    settled = settle_legs(track, leg_length(true), phase, LONGEST_S)
    np.testing.assert_array_equal(settled.xy_px, track.xy_px)


def test_phase_counts_strides() -> None:
    time = np.arange(0, 8, 0.01)
    middles = 0.5 + 0.35 * np.arange(20)
    on_left = [i % 2 == 1 for i in range(20)]
    phase = stride_phase(time, middles, on_left)
    assert phase is not None
    assert np.interp(middles[1], time, phase) % 1 == pytest.approx(0, abs=1e-9)
    assert np.interp(middles[0], time, phase) % 1 == pytest.approx(0.5)
    assert np.isnan(phase[time < middles[0] - 0.18]).all()
    assert np.isnan(phase[time > middles[-1] + 0.18]).all()
    one_missing = stride_phase(time, np.delete(middles, 7), np.delete(on_left, 7))
    np.testing.assert_allclose(one_missing, phase, atol=1e-9)
    half_way = [*middles[:10], *(middles[10:] + 3.0)]
    parted = stride_phase(time, half_way, on_left)
    assert parted is not None
    assert np.isnan(parted[(time > middles[9] + 0.18) & (time < half_way[10] - 0.18)]).all()
    assert np.interp(half_way[11], time, parted) % 1 == pytest.approx(0, abs=1e-9)
    cut = stride_phase(time, middles, on_left, cuts_s=(float(middles[9]) + 0.1,))
    assert cut is not None
    half_strides = 2 * (np.interp(middles, time, cut) - np.interp(middles, time, phase))
    np.testing.assert_allclose(half_strides, 2 * np.round(half_strides / 2), atol=1e-9)  # whole strides


def test_too_few_midstances_have_no_phase() -> None:
    assert stride_phase(np.arange(0, 3, 0.01), [0.3, 0.65, 1.0], [True, False, True]) is None


def test_knees_that_draw_each_other_hardly_move_the_greatest_bend() -> None:
    """As the knees pass, the model draws the near one to the far one; the cubic through the stance crosses that."""
    true, truth = run_of(spec_of("right", seed=5, duration_s=12))
    xy = true.xy_px.copy()
    leg = leg_length(true)
    apart = (xy[:, Landmark.LEFT_KNEE, 0] - xy[:, Landmark.RIGHT_KNEE, 0]) / leg
    xy[:, Landmark.RIGHT_KNEE, 0] += leg * 0.03 * np.sin(np.pi * np.clip(apart / 0.25, -1, 1))
    drawn = of(measured(changed(true, xy_px=xy)), "knee_flexion_peak_stance", "right")
    peak = next(m.mean for m in truth.measures if (m.id, m.side) == ("knee_flexion_peak_stance", "right"))
    assert drawn.mean == pytest.approx(peak, abs=2.0)
    assert drawn.status == "measured"
