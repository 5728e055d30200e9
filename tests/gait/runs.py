"""Synthetic runs for the tests of the gait room: true tracks, their truth, and the damage that is done to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import SIDES, Check, GaitResult, Measure, Side
from gaitcheck.settings import Settings
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import Truth, pose_track, true_of
from gaitcheck.track import EXCHANGED_SIDES, CameraRoll, Landmark, PelvisTrack, PoseTrack

VIEWS = ("rear", "front", "left", "right")
LEGS = tuple(Landmark(i) for i in range(Landmark.LEFT_HIP, Landmark.RIGHT_FOOT_INDEX + 1))
LEFT_KNEE = (Landmark.LEFT_KNEE,)
LEFT_FOOT = (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX)


def spec_of(
    view: str = "rear",
    *,
    fps: float = 60,
    duration_s: float = 8,
    seed: int = 1,
    motion: dict[str, Any] | None = None,
    camera: dict[str, Any] | None = None,
    clip: dict[str, Any] | None = None,
) -> Spec:
    return Spec.model_validate(
        {
            "name": "run",
            "motion": motion or {},
            "camera": {"view": view, **(camera or {})},
            "clip": {"capture_fps": fps, "duration_s": duration_s, "seed": seed, **(clip or {})},
        }
    )


@cache
def _computed(spec_json: str) -> tuple[PoseTrack, Truth]:
    spec = Spec.model_validate_json(spec_json)
    track = pose_track(spec)
    for values in (track.time_s, track.xy_px, track.visibility, track.world_m):
        values.setflags(write=False)  # shared between tests
    return track, true_of(spec)


def run_of(spec: Spec) -> tuple[PoseTrack, Truth]:
    """The true track and the truth of a spec."""
    return _computed(spec.model_dump_json())


def track_of(view: str = "rear", **choices: Any) -> PoseTrack:
    return run_of(spec_of(view, **choices))[0]


def measured(
    track: PoseTrack,
    scale: float | None = 1.0,
    *,
    camera_roll: CameraRoll | None = None,
    pelvis: PelvisTrack | None = None,
    **settings: Any,
) -> GaitResult:
    return measure_gait(
        track, Settings(**settings), seconds_per_video_second=scale, camera_roll=camera_roll, pelvis=pelvis
    )


def of(gait: GaitResult, measure: str, side: Side | None = None) -> Measure:
    return next(m for m in gait.measures if m.id == measure and m.side == side)


def check(gait: GaitResult, name: str) -> Check:
    return next(c for c in gait.quality.checks if c.id == name)


def truth_of(truth: Truth) -> dict[tuple[str, Side | None], float]:
    return {(m.id, m.side): m.mean for m in truth.measures}


def changed(track: PoseTrack, *, keep: slice | np.ndarray | None = None, **arrays: np.ndarray) -> PoseTrack:
    """The track with other arrays, or only some of its frames."""
    track = replace(track, **arrays)
    if keep is None:
        return track
    time = track.time_s[keep]
    return replace(
        track,
        time_s=time - (time[0] if len(time) else 0.0),
        xy_px=track.xy_px[keep],
        visibility=track.visibility[keep],
        world_m=track.world_m[keep],
    )


def jittered(track: PoseTrack, sd_px: float, seed: int = 0) -> PoseTrack:
    return changed(track, xy_px=track.xy_px + np.random.default_rng(seed).normal(0, sd_px, track.xy_px.shape))


def without(track: PoseTrack, missing: np.ndarray) -> PoseTrack:
    """The track with nobody found in some frames (bool mask or frame numbers)."""
    xy, visibility, world = track.xy_px.copy(), track.visibility.copy(), track.world_m.copy()
    for values in (xy, visibility, world):
        values[missing] = np.nan
    return changed(track, xy_px=xy, visibility=visibility, world_m=world)


def exchanged(track: PoseTrack, frames: np.ndarray, lefts: Sequence[Landmark]) -> PoseTrack:
    """The track with left and right exchanged for some landmarks in some frames."""
    pairs = np.array([(left, left + 1) for left in lefts])
    both, other = np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])
    xy, visibility, world = track.xy_px.copy(), track.visibility.copy(), track.world_m.copy()
    rows = np.asarray(frames)[:, None]
    for values in (xy, visibility, world):
        values[rows, both] = values[rows, other]
    return changed(track, xy_px=xy, visibility=visibility, world_m=world)


def mirrored(track: PoseTrack) -> PoseTrack:
    """The same run in a mirror: left and right, in the picture and in the runner, change places."""
    flip_world = np.array([-1.0, 1.0, 1.0])
    return changed(
        track,
        xy_px=(np.array([track.frame_size_px[0], 0.0]) + track.xy_px * [-1.0, 1.0])[:, EXCHANGED_SIDES],
        visibility=track.visibility[:, EXCHANGED_SIDES],
        world_m=(track.world_m * flip_world)[:, EXCHANGED_SIDES],
    )


def other_side(side: Side | None) -> Side | None:
    return None if side is None else SIDES[1 - SIDES.index(side)]


def assert_whole(gait: GaitResult) -> None:
    """What holds of every result: a value with its uncertainty, or none with a reason."""
    for m in gait.measures:
        if m.status == "not_measurable":
            assert m.mean is None, m
            assert m.sd is None, m
            assert m.uncertainty is None, m
            assert m.reason, m
        else:
            assert m.mean is not None, m
            assert m.sd is None or m.sd > 0, m  # None: one value read for all steps together
            assert m.uncertainty is not None, m
            assert np.isfinite([m.mean, m.sd or 0.0, m.uncertainty]).all(), m
            assert m.uncertainty > 0, m
            assert m.n_steps >= 3, m
            assert (m.reason is None) == (m.status == "measured"), m
    assert len(gait.track) == gait.quality.frames
    assert all(len(line) == gait.quality.frames for line in gait.series.values())
    midstances = [step.midstance_s for step in gait.steps]
    assert midstances == sorted(midstances)
    for step in gait.steps:
        assert step.initial_contact_s < step.midstance_s
        assert step.toe_off_s is None or step.toe_off_s > step.midstance_s
