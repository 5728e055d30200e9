"""A runner's movement: all joints at any time, from the steps planned.

The pelvis flies freely between contacts (vertical acceleration -g exactly) and is carried by a smooth force during
them, so that its rise and fall follow from cadence and contact time. Its height at contact and toe-off follows from
the leg: the commanded knee angles there. Feet stand still on the belt in stance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic import legs
from gaitcheck.synthetic.legs import LegState
from gaitcheck.synthetic.rotations import about, bone_frame, turned
from gaitcheck.synthetic.skeleton import (
    ASIS,
    HEEL,
    PSIS,
    SIGN,
    TOE_FROM_TOE_JOINT,
    Skeleton,
    skeleton,
)
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.steps import Steps, plan_steps
from gaitcheck.track import FloatArray

GRAVITY_M_S2 = 9.81

_STANDING_KNEE = np.radians(6.0)
_STANDING_FOOT_APART_M = 0.10
_RATE_STEP_S = 1e-4


@dataclass(frozen=True)
class Pose:
    """The body at N times.

    Attributes
    ----------
    time_s : (N,) seconds since the clip's first frame.
    joints : (N, 3) metres by name: hip_left, knee_left, ankle_left, heel_left, toe_left, toe_joint_left, shoulder_left,
        elbow_left, wrist_left, psis_left, asis_left and their right ones; pelvis, lumbar, neck, head.
    frames : (N, 3, 3) axes of each segment by name: pelvis, lumbar, chest, neck, head and, per side, thigh, shank,
        foot, toe, upper_arm, forearm, hand.
    contact : (N,) True while the foot touches the belt.
    running : (N,) 0 standing still, 1 running, between while starting up.
    belt_m : (N,) way of the belt since the first frame.
    """

    time_s: FloatArray
    joints: Mapping[str, FloatArray]
    frames: Mapping[str, FloatArray]
    contact: Mapping[Side, NDArray[np.bool_]]
    running: FloatArray
    belt_m: FloatArray


def _smooth(x: FloatArray) -> FloatArray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


@dataclass(frozen=True)
class _Drift:
    """Slow wandering: a few sines with periods of seconds."""

    amplitude: FloatArray
    period_s: FloatArray
    phase: FloatArray

    def at(self, time_s: FloatArray) -> FloatArray:
        turns = time_s[:, None] / self.period_s + self.phase
        wander: FloatArray = np.sin(2 * np.pi * turns) @ self.amplitude
        return wander


def _drift(rng: np.random.Generator, size: float) -> _Drift:
    return _Drift(size * np.array([0.8, 0.6, 0.4]), rng.uniform([7, 4, 2.5], [11, 7, 4]), rng.uniform(0, 1, 3))


@dataclass(frozen=True)
class _Pelvis:
    """Place (N, 3) and angles (N,) in radians of the pelvis while running, and how far into each stance it is."""

    place: FloatArray
    tilt: FloatArray
    left_low: FloatArray
    turn: FloatArray

    @property
    def frame(self) -> FloatArray:
        return about("z", self.turn) @ about("y", -self.left_low) @ about("x", -self.tilt)


@dataclass
class Movement:
    """The movement of one spec's runner. `at` gives the pose at any times; equal specs give equal movement."""

    spec: Spec
    body: Skeleton = field(init=False)
    steps: Steps = field(init=False)

    def __post_init__(self) -> None:
        motion, clip = self.spec.motion, self.spec.clip
        self.body = skeleton(self.spec.body.height_m, self.spec.body.sex)
        self.steps = plan_steps(motion, duration_s=clip.duration_s, scale=self.body.scale, seed=clip.seed)
        rng = np.random.default_rng([clip.seed, 1])
        drift = motion.variability.drift_m
        self._drift_x, self._drift_y = _drift(rng, drift * 0.6), _drift(rng, drift)
        self._drift_lean = _drift(rng, np.radians(motion.variability.angle_deg) * 0.6)
        steps = self.steps
        k = np.arange(len(steps))
        self._phase = CubicSpline(steps.initial_contact_s, 0.5 * k)  # whole numbers: right contacts
        self._lowest_share = np.full(len(steps), 0.45)
        self._height = self._plan_height()
        self._lowest_share = self._find_lowest()
        self._swivel = self._plan_swivel()
        self._ends = {side: self._plan_swing_ends(side) for side in SIDES}

    # ---- pelvis ----------------------------------------------------------------------------------------------------

    def _bell(self, side: Side, time_s: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
        """Step of that leg and a weight (N,): 0 at its contact and toe-off, 1 at its lowest pelvis, 0 in swing."""
        k = self.steps.latest(side, time_s)
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        share = np.clip((time_s - begin) / (end - begin), 0, 1)
        peak = np.sin(np.pi * self._lowest_share[k]) ** 2
        return k, np.sin(np.pi * share) ** 2 / peak

    def _in_stance(self, name: str, time_s: FloatArray) -> dict[Side, FloatArray]:
        """Per side, a per-step angle in radians shaped by the bell."""
        values = getattr(self.steps, name)
        out: dict[Side, FloatArray] = {}
        for side in SIDES:
            k, weight = self._bell(side, time_s)
            out[side] = np.radians(values[k]) * weight
        return out

    def _pelvis(self, time_s: FloatArray, height: FloatArray | None = None) -> _Pelvis:
        motion = self.spec.motion
        stride = 2 * np.pi * self._phase(time_s)
        drop = self._in_stance("pelvic_drop_deg", time_s)
        lean = motion.forward_lean_deg
        place = np.stack(
            [
                0.010 * self.body.scale * np.sin(stride + 0.5) + self._drift_x.at(time_s),
                0.006 * np.cos(2 * stride + 0.4) + self._drift_y.at(time_s),
                self._height_at(time_s) if height is None else height,
            ],
            axis=1,
        )
        return _Pelvis(
            place=place,
            tilt=np.radians(4 + 0.35 * lean + 1.2 * np.cos(2 * stride - 2.0)),
            left_low=drop["right"] - drop["left"],
            turn=np.radians(motion.pelvis_rotation_deg) * np.cos(stride + 0.1),
        )

    def _hip(self, side: Side, pelvis: _Pelvis) -> FloatArray:
        offset = self.body.joints[f"hip_{side}"] - self.body.joints["pelvis"]
        return pelvis.place + turned(pelvis.frame, offset)

    def _plan_height(self) -> FloatArray:
        """Pelvis height per step (K, 8): six coefficients for the stance, then height and speed at toe-off."""
        steps = self.steps
        height: dict[str, FloatArray] = {}
        leaving = self.spec.motion.knee_flexion_to_deg
        knee_at_toe_off = np.where(steps.is_right, leaving.right, leaving.left)
        for event, times, knee_deg in (
            ("contact", steps.initial_contact_s, steps.knee_flexion_ic_deg),
            ("toe_off", steps.toe_off_s, knee_at_toe_off),
        ):
            at_event = np.empty(len(steps))
            for side, k in steps.of_side.items():
                pelvis = self._pelvis(times[k], np.zeros(len(k)))
                hip = self._hip(side, pelvis)
                ankle, _ = self._stance_ankle(side, times[k], k)
                across = np.sum((ankle - hip)[:, :2] ** 2, axis=1)
                length = legs.leg_length(self.body, np.radians(knee_deg[k]))
                at_event[k] = ankle[:, 2] + np.sqrt(length**2 - across) - hip[:, 2]
            height[event] = at_event
        stance_s = steps.toe_off_s - steps.initial_contact_s
        flight_s = np.append(steps.initial_contact_s[1:] - steps.toe_off_s[:-1], 0.1)
        landing = np.append(height["contact"][1:], height["contact"][-1])
        up = (landing - height["toe_off"] + GRAVITY_M_S2 * flight_s**2 / 2) / flight_s
        down = np.append(up[0], up[:-1]) - GRAVITY_M_S2 * np.append(flight_s[0], flight_s[:-1])
        quintic = _quintic(stance_s, height["contact"], down, height["toe_off"], up, -GRAVITY_M_S2)
        return np.column_stack([quintic, height["toe_off"], up])

    def _height_at(self, time_s: FloatArray) -> FloatArray:
        k = np.searchsorted(self.steps.initial_contact_s, time_s, side="right") - 1
        rows = self._height[k]
        since_contact = time_s - self.steps.initial_contact_s[k]
        since_toe_off = time_s - self.steps.toe_off_s[k]
        carried = sum(rows[:, i] * since_contact**i for i in range(6))
        flying = rows[:, 6] + rows[:, 7] * since_toe_off - GRAVITY_M_S2 * since_toe_off**2 / 2
        return np.where(since_toe_off < 0, carried, flying)

    def _find_lowest(self) -> FloatArray:
        shares = np.linspace(0.2, 0.8, 601)
        begin, end = self.steps.initial_contact_s, self.steps.toe_off_s
        times = begin[:, None] + (end - begin)[:, None] * shares
        lowest: FloatArray = shares[np.argmin(self._height_at(times.ravel()).reshape(times.shape), axis=1)]
        return lowest

    # ---- legs ------------------------------------------------------------------------------------------------------

    @property
    def midstance_s(self) -> FloatArray:
        """(K,) times of the pelvis's lowest point in each step."""
        steps = self.steps
        return steps.initial_contact_s + self._lowest_share * (steps.toe_off_s - steps.initial_contact_s)

    def _yaw(self, side: Side) -> float:
        return float(-SIGN[side] * np.radians(self.spec.motion.toe_out_deg))

    def _stance_ankle(self, side: Side, time_s: FloatArray, k: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Ankle (N, 3) and foot pitch (N,) as if in the stance of step k."""
        steps = self.steps
        begin, end = steps.initial_contact_s[k], steps.toe_off_s[k]
        strike = np.radians(steps.foot_inclination_ic_deg[k])
        ankle, pitch = legs.stance_foot(self.body, (time_s - begin) / (end - begin), strike, self._yaw(side))
        ankle[:, 0] += steps.foot_x_m[k] + self._drift_x.at(begin)
        ankle[:, 1] += self._drift_y.at(begin) + steps.ahead_m[k] - self.spec.motion.speed_m_s * (time_s - begin)
        return ankle, pitch

    def _stance_state(self, side: Side, time_s: FloatArray, k: NDArray[np.intp]) -> LegState:
        ankle, pitch = self._stance_ankle(side, time_s, k)
        return legs.state_of(self.body, self._hip(side, self._pelvis(time_s)), ankle, pitch)

    def _plan_swing_ends(self, side: Side) -> tuple[FloatArray, FloatArray]:
        """Differences of stance and typical swing at toe-off and at the next contact: each (2, 4, strides)."""
        k = self.steps.of_side[side]
        here, there = k[:-1], k[1:]
        e = _RATE_STEP_S
        toe_off, contact = self.steps.toe_off_s[here], self.steps.initial_contact_s[there]
        swing_s = contact - toe_off
        typical = [
            legs.typical_swing(self.body, side, share, self.steps.peak_swing_flexion_deg[here]).stacked()
            for share in (np.zeros(len(here)), e / swing_s, np.ones(len(here)), 1 - e / swing_s)
        ]
        leaves = [self._stance_state(side, toe_off - d, here).stacked() for d in (0.0, e)]
        enters = [self._stance_state(side, contact + d, there).stacked() for d in (0.0, e)]
        before = np.stack([leaves[0] - typical[0], ((leaves[0] - leaves[1]) - (typical[1] - typical[0])) / e])
        after = np.stack([enters[0] - typical[2], ((enters[1] - enters[0]) - (typical[2] - typical[3])) / e])
        return before, after

    def _running_ankle(self, side: Side, time_s: FloatArray, hip: FloatArray) -> tuple[FloatArray, FloatArray]:
        steps = self.steps
        k = steps.latest(side, time_s)
        stride = np.minimum(np.searchsorted(steps.of_side[side], k), len(steps.of_side[side]) - 2)
        toe_off, contact = steps.toe_off_s[k], steps.initial_contact_s[steps.of_side[side][stride + 1]]
        share = (time_s - toe_off) / (contact - toe_off)
        before, after = (ends[:, :, stride] for ends in self._ends[side])
        base = legs.typical_swing(self.body, side, np.clip(share, 0, 1), steps.peak_swing_flexion_deg[k])
        swing = legs.bent_to_meet(base, np.clip(share, 0, 1), contact - toe_off, before, after)
        stance_ankle, stance_pitch = self._stance_ankle(side, np.minimum(time_s, toe_off), k)
        in_stance = time_s < toe_off
        ankle = np.where(in_stance[:, None], stance_ankle, legs.ankle_of(self.body, hip, swing))
        return ankle, np.where(in_stance, stance_pitch, swing.pitch)

    def _plan_swivel(self) -> FloatArray:
        steps = self.steps
        lowest = self.midstance_s
        swivel = np.empty(len(steps))
        for side, k in steps.of_side.items():
            hip = self._hip(side, self._pelvis(lowest[k]))
            ankle, _ = self._stance_ankle(side, lowest[k], k)
            valgus = np.radians(steps.knee_valgus_deg[k])
            swivel[k] = legs.swivel_for_valgus(self.body, side, hip, ankle, valgus)
        return swivel

    # ---- everything ------------------------------------------------------------------------------------------------

    def running_at(self, time_s: FloatArray) -> FloatArray:
        """Give 0 while standing still, 1 while running, between while starting up (N,)."""
        motion = self.spec.motion
        if motion.standing_s == 0:
            return np.ones(len(time_s))
        return _smooth((time_s - motion.standing_s) / motion.start_up_s)

    def _belt(self, time_s: FloatArray) -> FloatArray:
        motion = self.spec.motion
        if motion.standing_s == 0:
            return motion.speed_m_s * time_s
        x = np.clip((time_s - motion.standing_s) / motion.start_up_s, 0, 1)
        beyond = np.clip(time_s - motion.standing_s - motion.start_up_s, 0, None)
        return motion.speed_m_s * (motion.start_up_s * (x**3 - x**4 / 2) + beyond)

    def at(self, time_s: FloatArray) -> Pose:
        """Give the pose at these times (N,), seconds since the clip's first frame, within the clip's duration."""
        time_s = np.asarray(time_s, float)
        body = self.body
        w = self.running_at(time_s)
        going = self._pelvis(time_s)
        standing_height = 0.068 * body.scale + float(legs.leg_length(body, _STANDING_KNEE))
        standing_place = np.array([0.0, 0.02 * body.scale, standing_height])
        pelvis = _Pelvis(
            place=standing_place + w[:, None] * (going.place - standing_place),
            tilt=np.radians(4.0) + w * (going.tilt - np.radians(4.0)),
            left_low=w * going.left_low,
            turn=w * going.turn,
        )
        joints: dict[str, FloatArray] = {"pelvis": pelvis.place}
        frames: dict[str, FloatArray] = {"pelvis": pelvis.frame}
        for side in SIDES:
            mirrored = np.array([SIGN[side], 1, 1])
            for name, point in (("psis", PSIS), ("asis", ASIS)):
                joints[f"{name}_{side}"] = pelvis.place + turned(pelvis.frame, point * mirrored * body.scale)
            hip = joints[f"hip_{side}"] = self._hip(side, pelvis)
            ankle, pitch = self._running_ankle(side, time_s, self._hip(side, going))
            still = np.array([SIGN[side] * _STANDING_FOOT_APART_M / 2, 0.0, 0.068]) * body.scale
            self._add_leg(side, joints, frames, hip, still + w[:, None] * (ankle - still), w * pitch, time_s, w)
        self._add_trunk(joints, frames, pelvis, time_s, w)
        for side in SIDES:
            self._add_arm(side, joints, frames, time_s, w)
        contact = {side: (w == 0) | self.steps.in_contact(side, time_s) for side in SIDES}
        return Pose(time_s, joints, frames, contact, w, self._belt(time_s))

    def _add_leg(
        self,
        side: Side,
        joints: dict[str, FloatArray],
        frames: dict[str, FloatArray],
        hip: FloatArray,
        ankle: FloatArray,
        pitch: FloatArray,
        time_s: FloatArray,
        w: FloatArray,
    ) -> None:
        body = self.body
        k, weight = self._bell(side, time_s)
        knee, ahead = legs.knee_place(body, hip, ankle, w * self._swivel[k] * weight)
        frames[f"thigh_{side}"] = bone_frame(knee - hip, ahead)
        frames[f"shank_{side}"] = bone_frame(ankle - knee, ahead)
        heading = about("z", self._yaw(side))
        foot = frames[f"foot_{side}"] = heading @ about("x", pitch)
        toe = frames[f"toe_{side}"] = heading @ about("x", legs.toe_pitch(body, ankle, foot, pitch))
        toe_joint = joints[f"toe_joint_{side}"] = legs.toe_joint(body, ankle, foot)
        joints[f"knee_{side}"], joints[f"ankle_{side}"] = knee, ankle
        joints[f"heel_{side}"] = ankle + turned(foot, HEEL * body.scale)
        joints[f"toe_{side}"] = toe_joint + turned(toe, TOE_FROM_TOE_JOINT * body.scale)

    def _add_trunk(
        self,
        joints: dict[str, FloatArray],
        frames: dict[str, FloatArray],
        pelvis: _Pelvis,
        time_s: FloatArray,
        w: FloatArray,
    ) -> None:
        rest = self.body.joints
        stride = 2 * np.pi * self._phase(time_s)
        lower = rest["lumbar"][2] - rest["pelvis"][2]
        upper = rest["shoulder_left"][2] - rest["lumbar"][2]
        sideways = self._in_stance("lateral_lean_deg", time_s)
        to_right = w * (sideways["right"] - sideways["left"])
        running_lean = np.radians(self.spec.motion.forward_lean_deg + 1.2 * np.cos(2 * stride - 2.0))
        forward = w * (running_lean + self._drift_lean.at(time_s))
        # the line from mid-hip to mid-shoulder is what leans: the chest makes up for what the pelvis does
        chest_roll = ((lower + upper) * to_right + lower * pelvis.left_low) / upper
        chest_lean = ((lower + upper) * np.sin(forward) - lower * np.sin(pelvis.tilt)) / upper
        chest_lean = np.arcsin(np.clip(chest_lean, -1, 1)) + 0.02
        chest_turn = -w * np.radians(9.0) * np.cos(stride + 0.1)
        half = (pelvis.tilt + chest_lean) / 2
        frames["lumbar"] = about("y", (chest_roll - pelvis.left_low) / 2) @ about("x", -half)
        frames["chest"] = about("z", chest_turn) @ about("y", chest_roll) @ about("x", -chest_lean)
        frames["neck"] = about("x", -0.55 * forward)
        frames["head"] = about("x", -0.15 * forward - np.radians(2.0))
        joints["lumbar"] = pelvis.place + turned(pelvis.frame, rest["lumbar"] - rest["pelvis"])
        joints["neck"] = joints["lumbar"] + turned(frames["chest"], rest["neck"] - rest["lumbar"])
        joints["head"] = joints["neck"] + turned(frames["neck"], rest["head"] - rest["neck"])
        for side in SIDES:
            offset = rest[f"shoulder_{side}"] - rest["lumbar"]
            joints[f"shoulder_{side}"] = joints["lumbar"] + turned(frames["chest"], offset)

    def _add_arm(
        self,
        side: Side,
        joints: dict[str, FloatArray],
        frames: dict[str, FloatArray],
        time_s: FloatArray,
        w: FloatArray,
    ) -> None:
        motion, body = self.spec.motion, self.body
        own_stride = 2 * np.pi * (self._phase(time_s) + (0.0 if side == "right" else 0.5))
        forth = np.cos(own_stride - 2 * np.pi * 0.47)
        swing = w * np.radians(-10 + motion.arm_swing_deg * forth)
        elbow = np.radians(12) + w * np.radians(motion.elbow_deg - 12 + 12 * forth)
        chest_upright = frames["chest"] @ about("x", w * np.radians(motion.forward_lean_deg))
        out = about("y", -SIGN[side] * np.radians(11 + 2 * w)) @ about("z", SIGN[side] * np.radians(22) * w)
        upper = frames[f"upper_arm_{side}"] = chest_upright @ about("x", swing) @ out
        fore = frames[f"forearm_{side}"] = upper @ about("x", elbow)
        frames[f"hand_{side}"] = fore @ about("x", np.radians(8.0))
        elbow_at = joints[f"elbow_{side}"] = joints[f"shoulder_{side}"] - upper[:, :, 2] * body.upper_arm_m
        joints[f"wrist_{side}"] = elbow_at - fore[:, :, 2] * body.forearm_m


def _quintic(
    span_s: FloatArray, z0: FloatArray, v0: FloatArray, z1: FloatArray, v1: FloatArray, end_acceleration: float
) -> FloatArray:
    """Coefficients (K, 6), lowest power first, that meet place, speed and acceleration at both ends."""
    t, a = span_s, end_acceleration
    rise = z1 - (z0 + v0 * t + a * t**2 / 2)
    gain = v1 - (v0 + a * t)
    zero = np.zeros_like(t)
    c3 = (10 * rise - 4 * gain * t) / t**3
    c4 = (-15 * rise + 7 * gain * t) / t**4
    c5 = (6 * rise - 3 * gain * t) / t**5
    return np.stack([z0, v0, zero + a / 2, c3, c4, c5], axis=1)
