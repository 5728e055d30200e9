"""What the pose model adds to knees and trunk comes off again where it is known; other views stay as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.analyze import ModelUsed, conclude
from gaitcheck.angles import bend
from gaitcheck.gait.model_bias import SHARE_READ, TOO_FAR_IN_DEG, TRUNK_DRAWN, trunk_drawn, without_model_bias
from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import SIDES, Side
from gaitcheck.gait.view import outward
from gaitcheck.settings import Settings, View
from gaitcheck.track import FloatArray, Landmark, PoseTrack
from tests.gait.runs import of, run_of, spec_of, track_of
from tests.report.factory import tracked_video

LEG = np.array([Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE])


def knee(track: PoseTrack, view: View, side: Side) -> FloatArray:
    hip, middle, ankle = (track.xy_px[:, joint] for joint in LEG + (side == "right"))
    return bend(hip, middle, ankle, -outward(side, view))


def as_the_model_reads(track: PoseTrack, view: View) -> PoseTrack:
    """Knees moved sideways until their angle is the one that the model makes of it."""
    xy = track.xy_px.copy()
    for side in SIDES:
        wanted = SHARE_READ[view] * knee(track, view, side) + TOO_FAR_IN_DEG[view]
        for _ in range(6):
            off = np.radians(wanted - knee(replace(track, xy_px=xy), view, side))
            hip, middle, ankle = (xy[:, joint, 1] for joint in LEG + (side == "right"))
            way = (middle - hip) * np.maximum(ankle - middle, 0) / np.maximum(ankle - hip, 1)
            xy[:, LEG[1] + (side == "right"), 0] -= outward(side, view) * off * way
    return replace(track, xy_px=xy)


@pytest.mark.parametrize("view", ["rear", "front"])
def test_the_models_own_part_comes_off_in_stance(view: View) -> None:
    spec = spec_of(view, motion={"knee_valgus_deg": {"left": 2.0, "right": -4.0}})
    track, truth = run_of(spec)
    read = as_the_model_reads(track, view)
    mended = without_model_bias(read, view)
    for side in SIDES:
        rows = [int(np.argmin(np.abs(track.time_s - step.midstance_s))) for step in truth.steps if step.side == side]
        true = knee(track, view, side)[rows]
        assert np.abs(knee(read, view, side)[rows] - true).mean() > 0.5
        np.testing.assert_allclose(knee(mended, view, side)[rows], true, atol=0.25)
    kept = [i for i in range(33) if i not in (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)]
    np.testing.assert_array_equal(mended.xy_px[:, kept], read.xy_px[:, kept])
    np.testing.assert_array_equal(mended.xy_px[..., 1], read.xy_px[..., 1])


def test_a_leg_in_swing_is_hardly_moved() -> None:
    track = track_of("rear")
    moved = np.abs(without_model_bias(track, "rear").xy_px - track.xy_px)[:, Landmark.LEFT_KNEE, 0]
    leg = np.linalg.norm(np.diff(track.xy_px[:, LEG], axis=1), axis=2).sum(axis=1)
    assert (moved < 0.04 * leg.max()).all()


@pytest.mark.parametrize("view", ["left", "right", None])
def test_other_views_stay(view: View | None) -> None:
    track = track_of("left")
    assert without_model_bias(track, view) is track


def test_the_lean_of_a_trunk_that_is_drawn_too_long_is_the_true_one(tmp_path: Path) -> None:
    track, truth = run_of(spec_of("rear", motion={"lateral_lean_deg": {"left": 5.0, "right": 1.0}}))
    xy = track.xy_px.copy()
    shoulders = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
    hips = xy[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1].mean(axis=1)
    tall = hips - xy[:, shoulders, 1].mean(axis=1)
    xy[:, shoulders, 1] -= ((TRUNK_DRAWN["rear"] - 1) * tall)[:, None]
    (video,) = conclude(
        [tracked_video(tmp_path / "run.mp4", replace(track, xy_px=xy))], ModelUsed("full", "a" * 64), Settings()
    ).videos
    plain = measure_gait(replace(track, xy_px=xy), Settings(), seconds_per_video_second=1.0)
    for side in SIDES:
        true = next(m.mean for m in truth.measures if (m.id, m.side) == ("lateral_trunk_lean", side))
        read = of(video.gait, "lateral_trunk_lean", side).mean
        assert read == pytest.approx(true, abs=0.15)
        assert of(plain, "lateral_trunk_lean", side).mean == pytest.approx(read / TRUNK_DRAWN["rear"])
    assert [trunk_drawn(view) for view in ("front", "left", "right", None)] == [1.0] * 4


def test_an_analysis_takes_it_off_the_models_track(tmp_path: Path) -> None:
    track, truth = run_of(spec_of("rear", motion={"knee_valgus_deg": {"left": 14.0, "right": -4.0}}))
    tracked = tracked_video(tmp_path / "run.mp4", as_the_model_reads(track, "rear"))
    (video,) = conclude([tracked], ModelUsed("full", "a" * 64), Settings()).videos
    assert video.raw_track is tracked.runner.track
    for side in SIDES:
        true = next(m.mean for m in truth.measures if (m.id, m.side) == ("knee_valgus", side))
        assert of(video.gait, "knee_valgus", side).mean == pytest.approx(true, abs=0.8)
