"""The truth of a clip: projected joints, contacts, angles, events and measures, exact from the motion model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic import measures
from gaitcheck.synthetic.camera import projection
from gaitcheck.synthetic.measures import Key, TrueMeasure, TrueStep
from gaitcheck.synthetic.motion import Movement, Moves, Pose
from gaitcheck.synthetic.rotations import turned
from gaitcheck.synthetic.spec import Clip, Spec
from gaitcheck.track import N_LANDMARKS, FloatArray, Landmark, PoseTrack

#: Grid on which per-step peaks and means are read.
_FINE_STEP_S = 1 / 1000

#: Points of the head and hands in their bone's axes, metres at the drawn height; x for the right side.
_HEAD_POINTS = {
    Landmark.NOSE: (0.0, 0.115, 0.045),
    Landmark.RIGHT_EYE_INNER: (0.018, 0.095, 0.078),
    Landmark.RIGHT_EYE: (0.033, 0.090, 0.078),
    Landmark.RIGHT_EYE_OUTER: (0.047, 0.080, 0.078),
    Landmark.RIGHT_EAR: (0.080, 0.0, 0.062),
    Landmark.MOUTH_RIGHT: (0.024, 0.095, 0.007),
}
_HAND_POINTS = {
    Landmark.RIGHT_PINKY: (0.0, -0.030, -0.085),
    Landmark.RIGHT_INDEX: (0.0, 0.030, -0.095),
    Landmark.RIGHT_THUMB: (0.0, 0.040, -0.060),
}
_LIMB_POINTS = {
    "shoulder": Landmark.LEFT_SHOULDER,
    "elbow": Landmark.LEFT_ELBOW,
    "wrist": Landmark.LEFT_WRIST,
    "hip": Landmark.LEFT_HIP,
    "knee": Landmark.LEFT_KNEE,
    "ankle": Landmark.LEFT_ANKLE,
    "heel": Landmark.LEFT_HEEL,
    "toe": Landmark.LEFT_FOOT_INDEX,
}


@dataclass(frozen=True)
class Truth:
    """What is true in each frame of a clip.

    Attributes
    ----------
    time_s, video_time_s : (T,) real seconds since the first frame, and the time at which the file shows the frame
        (another one in slow motion).
    phase : (T,) 0 standing still, 1 running, between while starting up; steps are counted only while running.
    contact : (T,) per side, True while the foot touches the belt (exact while running).
    joints_m : (T, 3) by joint name, metres; x to the runner's right, y forward, z up from the belt.
    joints_px : (T, 2) by joint name, pixels of the upright picture.
    series : (T,) by measure name and side: every angle the view shows, of the projected joints.
    steps : stances wholly in the clip, exact times.
    measures : true means over those steps.
    """

    spec: Spec
    time_s: FloatArray
    video_time_s: FloatArray
    phase: FloatArray
    contact: Mapping[Side, NDArray[np.bool_]]
    joints_m: Mapping[str, FloatArray]
    joints_px: Mapping[str, FloatArray]
    series: Mapping[Key, FloatArray]
    steps: tuple[TrueStep, ...]
    measures: tuple[TrueMeasure, ...]


def frame_times(clip: Clip) -> tuple[FloatArray, FloatArray]:
    """Give real and presentation times (T,) of a clip's frames, both beginning at 0."""
    n = max(2, round(clip.duration_s * clip.capture_fps))
    number = np.arange(n, dtype=float)
    if clip.variable_rate:
        shift = np.random.default_rng([clip.seed, 3]).uniform(-1, 1, n) * clip.variable_rate
        shift[0] = 0.0
        number = number + shift
    real = number / clip.capture_fps
    return real, number / (clip.playback_fps or clip.capture_fps)


def true_of(spec: Spec, movement: Moves | None = None) -> Truth:
    """Compute the truth of a spec without rendering it; `movement` where it is not the spec's own."""
    movement = movement or Movement(spec)
    time_s, video_time_s = frame_times(spec.clip)
    pose = movement.at(time_s)
    view, roll = spec.camera.view, spec.camera.roll_deg
    pixels = _pixels(spec, pose)
    motion = spec.motion
    begin = motion.standing_s + motion.start_up_s if motion.standing_s else 0.0
    steps = measures.true_steps(movement.steps, movement.midstance_s, begin, float(time_s[-1]))
    fine_s = np.arange(0.0, time_s[-1] + _FINE_STEP_S / 2, _FINE_STEP_S)
    fine_pixels = _pixels(spec, movement.at(fine_s))
    running = (fine_s >= begin) | (begin > fine_s[-1])
    fine_series = measures.angle_series({k: v[running] for k, v in fine_pixels.items()}, view, roll)
    kept_pixels = {name: p[running] for name, p in fine_pixels.items()}
    return Truth(
        spec=spec,
        time_s=time_s,
        video_time_s=video_time_s,
        phase=pose.running,
        contact=pose.contact,
        joints_m=pose.joints,
        joints_px=pixels,
        series=measures.angle_series(pixels, view, roll),
        steps=steps,
        measures=measures.true_measures(fine_s[running], fine_series, kept_pixels, steps, view),
    )


def _pixels(spec: Spec, pose: Pose) -> dict[str, FloatArray]:
    camera = projection(spec.camera)
    return {name: camera.pixels(points) for name, points in pose.joints.items()}


def pose_track(spec: Spec) -> PoseTrack:
    """The true landmarks of a spec as a track, without rendering: what a perfect pose model would find in the clip.

    `time_s` are presentation times, as a reader of the file would give them: in a slow-motion clip they are longer than
    real time. Visibility is 1 throughout. `world_m` has MediaPipe's axes (x image-right, y down, z away from the
    camera, from the middle of the hips). Points of face and hands lie near where MediaPipe puts them; hip, knee, ankle,
    shoulder, elbow and wrist are the joint centres, heel and toe points of the shoe.
    """
    movement = Movement(spec)
    time_s, video_time_s = frame_times(spec.clip)
    pose = movement.at(time_s)
    points = landmark_points(movement, pose)
    camera = projection(spec.camera)
    to_camera = camera.view[:3, :3] * np.array([[1.0], [-1.0], [-1.0]])
    middle = (points[:, Landmark.LEFT_HIP] + points[:, Landmark.RIGHT_HIP]) / 2
    return PoseTrack(
        time_s=video_time_s,
        xy_px=camera.pixels(points),
        visibility=np.ones((len(time_s), N_LANDMARKS)),
        world_m=(points - middle[:, None]) @ to_camera.T,
        frame_size_px=camera.size_px,
        history=(f"true landmarks of the synthetic clip {spec.name}",),
    )


def landmark_points(movement: Movement, pose: Pose) -> FloatArray:
    """All 33 landmarks (N, 33, 3) in metres."""
    scale = movement.body.scale
    out = np.empty((len(pose.time_s), N_LANDMARKS, 3))
    for name, landmark in _LIMB_POINTS.items():
        out[:, landmark] = pose.joints[f"{name}_left"]
        out[:, landmark + 1] = pose.joints[f"{name}_right"]
    for landmark, point in _HEAD_POINTS.items():
        for mirrored in (False, landmark != Landmark.NOSE):
            at = np.array(point) * [-1 if mirrored else 1, 1, 1] * scale
            row = _left_of(landmark) if mirrored else landmark
            out[:, row] = pose.joints["head"] + turned(pose.frames["head"], at)
    for landmark, point in _HAND_POINTS.items():
        for side in SIDES:
            row = landmark if side == "right" else landmark - 1
            at = np.array(point) * scale
            out[:, row] = pose.joints[f"wrist_{side}"] + turned(pose.frames[f"hand_{side}"], at)
    return out


def _left_of(landmark: Landmark) -> int:
    """The left landmark that pairs with a right one of the face."""
    return landmark - 3 if landmark in (4, 5, 6) else landmark - 1
