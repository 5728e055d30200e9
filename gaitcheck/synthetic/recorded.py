"""A runner moved by a recorded run: its joints onto the body, its contacts as the truth.

Pelvis, thighs, shanks and feet follow the recording; trunk and arms, for which it has no points, are carried as the
model runner carries them, in step with the recorded contacts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.interpolate import CubicSpline

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic import legs
from gaitcheck.synthetic.motion import Pose
from gaitcheck.synthetic.paths import early_bell
from gaitcheck.synthetic.rotations import about, bone_frame, turned
from gaitcheck.synthetic.skeleton import (
    ASIS,
    BALL_CONTACT,
    HEEL,
    HEEL_CONTACT,
    PSIS,
    SIGN,
    TOE_FROM_TOE_JOINT,
    Skeleton,
    skeleton,
)
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.steps import Contacts
from gaitcheck.synthetic.trunk import Carriage, add_arm, add_trunk
from gaitcheck.track import FloatArray

#: Share of the stance at which the foot is flat and loaded.
_FLAT_SHARE = 0.35
#: The shoe is let down onto the belt this long before the contact, and leaves it as long after toe-off.
_NEAR_CONTACT_S = 0.04
_ANKLE_M = 0.068
#: How far the ankle's place is trusted against the knee's angle, for a knee bent at least so far (radians).
_PLACE_TRUST, _WELL_BENT = 0.5, np.radians(60.0)


@dataclass(frozen=True)
class Recording:
    """A recorded run in the room's axes (x to the runner's right, y forward, z up; metres), pelvis near the origin.

    Attributes
    ----------
    time_s : (T,) seconds since the clip's first frame; begins before it and ends after the clip.
    points : (T, 3) by name: hip_left, knee_left, ankle_left, heel_left, ball_left, psis_left, asis_left and their right
        ones. Heights are those of the recording; the body is set on the belt.
    thigh_m, shank_m : lengths of the bones.
    initial_contact_s, toe_off_s : (K,) contacts in order of time, legs in turn.
    first_is_right : tells the leg of the first.
    """

    time_s: FloatArray
    points: Mapping[str, FloatArray]
    thigh_m: float
    shank_m: float
    initial_contact_s: FloatArray
    toe_off_s: FloatArray
    first_is_right: bool


@dataclass
class RecordedMovement:
    """The recorded run on the spec's body; used where `Movement` is used. Cadence and stance share are not the spec's.

    The spec's leg length has to be the recording's: `leg_share` is thigh and shank over the height.
    """

    spec: Spec
    recording: Recording
    body: Skeleton = field(init=False)
    steps: Contacts = field(init=False)

    def __post_init__(self) -> None:
        look, run = self.spec.body, self.recording
        own = skeleton(look.height_m, look.sex, look.leg_share)
        self.body = own
        self._bones = replace(own, thigh_m=run.thigh_m, shank_m=run.shank_m)
        number = np.arange(len(run.initial_contact_s))
        self.steps = Contacts(
            is_right=(number % 2 == 0) == run.first_is_right,
            initial_contact_s=run.initial_contact_s,
            toe_off_s=run.toe_off_s,
        )
        right_first = 0.0 if run.first_is_right else 0.5
        self._phase = CubicSpline(run.initial_contact_s, 0.5 * number + right_first)
        self._path = {name: CubicSpline(run.time_s, points) for name, points in run.points.items()}
        hips = (run.points["hip_right"] - run.points["hip_left"]) / 2
        self._hip_half_m = float(np.linalg.norm(hips, axis=1).mean())
        self._flat = {side: self._flat_foot(side) for side in SIDES}
        loaded = (_ANKLE_M - legs.GIVE_DOWN_M) * own.scale
        self._lower_m = float(np.mean([flat.ankle_m for flat in self._flat.values()])) - loaded
        shares = np.linspace(0.2, 0.8, 301)
        times = run.initial_contact_s[:, None] + (run.toe_off_s - run.initial_contact_s)[:, None] * shares
        inside = np.clip(times, run.time_s[0], run.time_s[-1])
        height = (self._path["hip_left"](inside.ravel()) + self._path["hip_right"](inside.ravel()))[:, 2]
        self.midstance_s = np.take_along_axis(
            times, np.argmin(height.reshape(times.shape), axis=1)[:, None], axis=1
        ).ravel()

    def _flat_foot(self, side: Side) -> _FlatFoot:
        k = self.steps.of_side[side]
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        moments = begin + _FLAT_SHARE * (end - begin)
        moments = moments[(moments > self.recording.time_s[0]) & (moments < self.recording.time_s[-1])]
        along = self._path[f"ball_{side}"](moments) - self._path[f"heel_{side}"](moments)
        yaw = float(np.median(np.arctan2(-along[:, 0], along[:, 1])))
        pitch = np.arctan2(along[:, 2], np.hypot(along[:, 0], along[:, 1]))
        return _FlatFoot(yaw, float(np.median(pitch)), float(np.median(self._path[f"ankle_{side}"](moments)[:, 2])))

    def _place(self, name: str, time_s: FloatArray) -> FloatArray:
        return np.asarray(self._path[name](time_s) - [0.0, 0.0, self._lower_m])

    def _pelvis(self, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Place (N, 3) and axes (N, 3, 3): x along the line of the PSIS, turned about it so that the ASIS lie right."""
        points = {
            f"{name}_{side}": self._place(f"{name}_{side}", time_s) for name in ("psis", "asis") for side in SIDES
        }
        x = _unit(points["psis_right"] - points["psis_left"])
        ahead = points["asis_right"] + points["asis_left"] - points["psis_right"] - points["psis_left"]
        ahead = _unit(ahead - x * np.sum(ahead * x, axis=1, keepdims=True))
        drawn = ASIS - PSIS
        below = np.arctan2(-drawn[2], drawn[1])
        y = np.cos(below) * ahead + np.sin(below) * np.cross(x, ahead)
        middle = (self._place("hip_left", time_s) + self._place("hip_right", time_s)) / 2
        return middle, np.stack([x, y, np.cross(x, y)], axis=-1)

    def at(self, time_s: FloatArray) -> Pose:
        """Give the pose at these times (N,), seconds since the clip's first frame."""
        time_s = np.asarray(time_s, float)
        pelvis, axes = self._pelvis(time_s)
        joints: dict[str, FloatArray] = {"pelvis": pelvis}
        frames: dict[str, FloatArray] = {"pelvis": axes}
        for side in SIDES:
            mirrored = np.array([SIGN[side], 1, 1])
            for name, point in (("psis", PSIS), ("asis", ASIS)):
                joints[f"{name}_{side}"] = pelvis + turned(axes, point * mirrored * self.body.scale)
            joints[f"hip_{side}"] = pelvis + turned(axes, np.array([SIGN[side] * self._hip_half_m, 0.0, 0.0]))
            self._add_leg(side, joints, frames, time_s)
        carriage = self._carriage(time_s, axes)
        add_trunk(self.body, carriage, joints, frames)
        for side in SIDES:
            add_arm(self.body, self.spec.motion, carriage, side, joints, frames)
        contact = {side: self.steps.in_contact(side, time_s) for side in SIDES}
        return Pose(time_s, joints, frames, contact, np.ones(len(time_s)), self.spec.motion.speed_m_s * time_s)

    def _carriage(self, time_s: FloatArray, axes: FloatArray) -> Carriage:
        motion = self.spec.motion
        stride = 2 * np.pi * self._phase(time_s)
        left_low = np.arcsin(axes[:, 2, 0])
        lean_right = np.zeros(len(time_s))
        for side in SIDES:
            lean_right += SIGN[side] * np.radians(motion.lateral_lean_deg.of(side)) * self._bell(side, time_s)
        return Carriage(
            stride=stride,
            running=np.ones(len(time_s)),
            pelvis_tilt=-np.arcsin(np.clip(axes[:, 2, 1] / np.cos(left_low), -1, 1)),
            pelvis_left_low=left_low,
            lean_right=lean_right,
            lean_forward=np.radians(motion.forward_lean_deg + 1.2 * np.cos(2 * stride - 2.0)),
        )

    def _bell(self, side: Side, time_s: FloatArray) -> FloatArray:
        k = self.steps.latest(side, time_s)
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        return early_bell(np.clip((time_s - begin) / (end - begin), 0, 1))

    def _add_leg(
        self, side: Side, joints: dict[str, FloatArray], frames: dict[str, FloatArray], time_s: FloatArray
    ) -> None:
        body, hip, flat = self.body, joints[f"hip_{side}"], self._flat[side]
        knee_seen, ankle_seen = self._place(f"knee_{side}", time_s), self._place(f"ankle_{side}", time_s)
        ankle = _between_place_and_bend(self._bones, hip, knee_seen, ankle_seen)
        joints[f"knee_{side}"] = knee = _knee_toward(self._bones, hip, knee_seen, ankle)
        joints[f"ankle_{side}"] = ankle
        ahead = frames["pelvis"][:, :, 1]
        frames[f"thigh_{side}"] = bone_frame(knee - hip, ahead)
        frames[f"shank_{side}"] = bone_frame(ankle - knee, ahead)
        along = self._place(f"ball_{side}", time_s) - self._place(f"heel_{side}", time_s)
        forward = along[:, 1] * np.cos(flat.yaw) - along[:, 0] * np.sin(flat.yaw)
        pitch = np.unwrap(np.arctan2(along[:, 2], forward)) - flat.pitch
        heading = about("z", flat.yaw)
        foot = frames[f"foot_{side}"] = heading @ about("x", pitch)
        place = joints[f"foot_{side}"] = self._set_on_belt(side, ankle, foot, time_s)
        toe = frames[f"toe_{side}"] = heading @ about("x", legs.toe_pitch(body, place, foot, pitch))
        toe_joint = joints[f"toe_joint_{side}"] = legs.toe_joint(body, place, foot)
        joints[f"heel_{side}"] = place + turned(foot, HEEL * body.scale)
        joints[f"toe_{side}"] = toe_joint + turned(toe, TOE_FROM_TOE_JOINT * body.scale)

    def _set_on_belt(self, side: Side, ankle: FloatArray, foot: FloatArray, time_s: FloatArray) -> FloatArray:
        """Shoe (N, 3): with its ankle, but on the belt while it has contact, and never below it."""
        scale = self.body.scale
        soles = [(ankle + turned(foot, point * scale))[:, 2] for point in (HEEL_CONTACT, BALL_CONTACT)]
        lowest = np.minimum(*soles)
        away = self._away_from_contact_s(side, time_s)
        near = np.clip(1 - away / _NEAR_CONTACT_S, 0, 1)
        near = near * near * (3 - 2 * near)
        down = np.where(lowest > 0, near * lowest, lowest)
        return np.asarray(ankle - down[:, None] * np.array([0.0, 0.0, 1.0]))

    def _away_from_contact_s(self, side: Side, time_s: FloatArray) -> FloatArray:
        k = self.steps.of_side[side]
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        off = np.maximum(begin - time_s[:, None], time_s[:, None] - end)
        return np.asarray(np.clip(off.min(axis=1), 0, None))


@dataclass(frozen=True)
class _FlatFoot:
    """A foot flat on the belt: heading and the markers' pitch (radians), height of the ankle."""

    yaw: float
    pitch: float
    ankle_m: float


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _between_place_and_bend(bones: Skeleton, hip: FloatArray, knee: FloatArray, ankle: FloatArray) -> FloatArray:
    """Ankle (N, 3) in the seen direction, between the seen distance and the one that the seen knee angle gives.

    Skin moves on the thigh, so that the seen bones change their lengths by a centimetre. The error is shared; a
    straight knee keeps its angle, since there a few millimetres would change it by many degrees.
    """
    line = ankle - hip
    bend = np.arccos(np.clip(np.sum(_unit(knee - hip) * _unit(ankle - knee), axis=1), -1, 1))
    trust = _PLACE_TRUST * np.clip(bend / _WELL_BENT, 0, 1)
    distance = trust * np.linalg.norm(line, axis=1) + (1 - trust) * legs.leg_length(bones, bend)
    return np.asarray(hip + _unit(line) * distance[:, None])


def _knee_toward(bones: Skeleton, hip: FloatArray, seen: FloatArray, ankle: FloatArray) -> FloatArray:
    """Knee (N, 3) with bones of their lengths, on the side of the line hip to ankle on which it is seen."""
    line = ankle - hip
    length = np.linalg.norm(line, axis=1, keepdims=True)
    line = line / length
    along = (bones.thigh_m**2 - bones.shank_m**2 + length**2) / (2 * length)
    aside = np.sqrt(np.clip(bones.thigh_m**2 - along**2, 0, None))
    off = seen - hip
    return np.asarray(hip + line * along + aside * _unit(off - line * np.sum(off * line, axis=1, keepdims=True)))
