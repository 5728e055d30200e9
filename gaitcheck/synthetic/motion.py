"""A runner's movement: all joints at any time, from the steps planned.

The pelvis flies freely between contacts (vertical acceleration -g exactly) and is carried by a smooth force during
them, so that its rise and fall follow from cadence and contact time. Its height at contact and toe-off follows from
the leg: the commanded knee angles there. Feet stand still on the belt in stance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic import legs
from gaitcheck.synthetic.legs import LegState
from gaitcheck.synthetic.paths import early_bell, joining, lower_by, wandering
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
from gaitcheck.synthetic.steps import Contacts, Steps, plan_steps
from gaitcheck.synthetic.trunk import Carriage, add_arm, add_trunk
from gaitcheck.track import FloatArray

GRAVITY_M_S2 = 9.81

_STANDING_KNEE = np.radians(6.0)
_STANDING_FOOT_APART_M = 0.10
_RATE_STEP_S = 1e-4
#: The pelvis at contact against toe-off: the lowest point then lies a little before the middle of the stance.
_LANDS_HIGHER_M = -0.004
#: Ankle just before it lands: backward as a share of the belt's speed (the rest is the impact), and downward.
_LANDING_BACKWARD, _LANDING_DOWN_M_S = 0.45, 0.5


@dataclass(frozen=True)
class Pose:
    """The body at N times.

    Attributes
    ----------
    time_s : (N,) seconds since the clip's first frame.
    joints : (N, 3) metres by name: hip_left, knee_left, ankle_left, heel_left, toe_left, toe_joint_left, shoulder_left,
        elbow_left, wrist_left, psis_left, asis_left and their right ones; pelvis, lumbar, neck, head. foot_left is
        where the unloaded shoe would have the ankle: under load the ankle sinks into the foot.
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


class Moves(Protocol):
    """A runner's movement: what the renderer and the truth need of it."""

    @property
    def body(self) -> Skeleton:
        """Of the runner."""

    @property
    def steps(self) -> Contacts:
        """Of each foot with the belt."""

    @property
    def midstance_s(self) -> FloatArray:
        """(K,) times of the pelvis's lowest point in each step."""

    def at(self, time_s: FloatArray) -> Pose:
        """Give the pose at these times (N,)."""


def _smooth(x: FloatArray) -> FloatArray:
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


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
        look = self.spec.body
        self.body = skeleton(look.height_m, look.sex, look.leg_share)
        self.steps = plan_steps(motion, duration_s=clip.duration_s, scale=self.body.scale, seed=clip.seed)
        rng = np.random.default_rng([clip.seed, 1])
        drift = motion.variability.drift_m
        self._drift_x, self._drift_y = wandering(rng, drift * 0.6), wandering(rng, drift)
        self._drift_lean = wandering(rng, np.radians(motion.variability.angle_deg) * 0.6)
        steps = self.steps
        k = np.arange(len(steps))
        self._phase = CubicSpline(steps.initial_contact_s, 0.5 * k)  # whole numbers: right contacts
        self._lowest_share = np.full(len(steps), 0.45)
        self._push = np.full(len(steps), legs.USUAL_PUSH)
        self._lift = self._plan_lift()
        self._height = self._plan_height()
        self._lowest_share = self._find_lowest()
        self._push = self._plan_push()
        self._swivel = self._plan_swivel()
        self._ends = {side: self._plan_swing_ends(side) for side in SIDES}

    # ---- pelvis ----------------------------------------------------------------------------------------------------

    def _bell(self, side: Side, time_s: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
        """Step of that leg and a weight (N,): 0 at its contact and toe-off, 1 at its lowest pelvis, 0 in swing."""
        k = self.steps.latest(side, time_s)
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        share = np.clip((time_s - begin) / (end - begin), 0, 1)
        return k, early_bell(share) / early_bell(self._lowest_share[k])

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

    def _plan_lift(self) -> float:
        """Heel lift at toe-off in radians with which the runner leaves the belt about as high as he lands on it."""

        def landing_above_leaving(lift: float) -> float:
            self._lift = lift
            contact, toe_off = self._event_heights()
            return float(contact.mean() - toe_off.mean())

        low, high = legs.LIFT_RANGE
        below, above = landing_above_leaving(low), landing_above_leaving(high)
        return float(np.clip(low + (high - low) * (below - _LANDS_HIGHER_M) / (below - above), low, high))

    def _event_heights(self) -> tuple[FloatArray, FloatArray]:
        """Pelvis heights (K,) that the commanded knee angles give at contact and at toe-off."""
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
                ankle = self._stance_ankle(side, times[k], k)
                across = np.sum((ankle - hip)[:, :2] ** 2, axis=1)
                length = legs.leg_length(self.body, np.radians(knee_deg[k]))
                at_event[k] = ankle[:, 2] + np.sqrt(length**2 - across) - hip[:, 2]
            height[event] = at_event
        return height["contact"], height["toe_off"]

    def _plan_height(self) -> FloatArray:
        """Pelvis height per step (K, 9): seven coefficients for the stance, then height and speed at toe-off."""
        steps = self.steps
        contact, toe_off = self._event_heights()
        stance_s = steps.toe_off_s - steps.initial_contact_s
        flight_s = np.append(steps.initial_contact_s[1:] - steps.toe_off_s[:-1], 0.1)
        landing = np.append(contact[1:], contact[-1])
        up = (landing - toe_off + GRAVITY_M_S2 * flight_s**2 / 2) / flight_s
        down = np.append(up[0], up[:-1]) - GRAVITY_M_S2 * np.append(flight_s[0], flight_s[:-1])
        carried = joining(stance_s, contact, down, toe_off, up, -GRAVITY_M_S2)
        deeper = lower_by(stance_s, self.spec.motion.bounce_m)
        return np.column_stack([np.pad(carried, ((0, 0), (0, 1))) + deeper, toe_off, up])

    def _height_at(self, time_s: FloatArray) -> FloatArray:
        k = np.searchsorted(self.steps.initial_contact_s, time_s, side="right") - 1
        rows = self._height[k]
        since_contact = time_s - self.steps.initial_contact_s[k]
        since_toe_off = time_s - self.steps.toe_off_s[k]
        carried = sum(rows[:, i] * since_contact**i for i in range(7))
        flying = rows[:, 7] + rows[:, 8] * since_toe_off - GRAVITY_M_S2 * since_toe_off**2 / 2
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

    def _stance_foot(self, side: Side, time_s: FloatArray, k: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
        """Foot (N, 3) and its pitch (N,) as if in the stance of step k."""
        steps = self.steps
        begin, end = steps.initial_contact_s[k], steps.toe_off_s[k]
        strike = np.radians(steps.foot_inclination_ic_deg[k])
        share = (time_s - begin) / (end - begin)
        foot, pitch = legs.stance_foot(self.body, share, strike, self._yaw(side), self._lift, self._push[k])
        foot[:, 0] += steps.foot_x_m[k] + self._drift_x.at(begin)
        foot[:, 1] += self._drift_y.at(begin) + steps.ahead_m[k] - self.spec.motion.speed_m_s * (time_s - begin)
        return foot, pitch

    def _give(self, time_s: FloatArray, k: NDArray[np.intp]) -> FloatArray:
        begin, end = self.steps.initial_contact_s[k], self.steps.toe_off_s[k]
        return legs.give(self.body, (time_s - begin) / (end - begin))

    def _stance_ankle(self, side: Side, time_s: FloatArray, k: NDArray[np.intp]) -> FloatArray:
        return self._stance_foot(side, time_s, k)[0] + self._give(time_s, k)

    def _stance_state(self, side: Side, time_s: FloatArray, k: NDArray[np.intp]) -> LegState:
        foot, pitch = self._stance_foot(side, time_s, k)
        ankle = foot + self._give(time_s, k)
        return legs.state_of(self.body, self._hip(side, self._pelvis(time_s)), ankle, pitch)

    def _landing_state(self, side: Side, contact_s: FloatArray, k: NDArray[np.intp], before_s: float) -> LegState:
        """Leg a moment before it lands: the foot comes down, and the belt has not caught it yet."""
        foot, pitch = self._stance_foot(side, contact_s, k)
        speed = self.spec.motion.speed_m_s
        ankle = foot + before_s * np.array([0.0, _LANDING_BACKWARD * speed, _LANDING_DOWN_M_S])
        return legs.state_of(self.body, self._hip(side, self._pelvis(contact_s - before_s)), ankle, pitch)

    def _typical_ends(self, side: Side, k: NDArray[np.intp], swing_s: FloatArray) -> list[FloatArray]:
        """Typical swing (4, N) at toe-off, a moment after, at contact, a moment before."""
        e = _RATE_STEP_S / swing_s
        shares = (np.zeros(len(k)), e, np.ones(len(k)), 1 - e)
        return [self._typical_swing(side, share, k).stacked() for share in shares]

    def _typical_swing(self, side: Side, share: FloatArray, k: NDArray[np.intp]) -> LegState:
        motion = self.spec.motion
        extension = motion.hip_extension_deg.of(side)
        peak = self.steps.peak_swing_flexion_deg[k]
        return legs.typical_swing(self.body, side, share, peak, motion.style, extension)

    def _plan_push(self) -> FloatArray:
        """How the heel rises in each step (K,), so that the knee bends at toe-off as fast as it will in the swing."""
        steps, e = self.steps, _RATE_STEP_S
        push = self._push.copy()
        for side, k in steps.of_side.items():
            toe_off = steps.toe_off_s[k]
            swing_s = np.append(steps.initial_contact_s[k[1:]] - toe_off[:-1], 0.45)
            leaving = self._typical_ends(side, k, swing_s)
            wanted = (leaving[1] - leaving[0])[0] / e
            found = []
            for guess in legs.PUSH_RANGE:
                self._push[k] = guess
                now, before = (self._stance_state(side, toe_off - d, k).flexion for d in (0.0, e))
                found.append((now - before) / e)
            low, high = legs.PUSH_RANGE
            push[k] = low + (high - low) * (wanted - found[0]) / (found[1] - found[0])
        return np.asarray(np.clip(push, *legs.PUSH_RANGE))

    def _plan_swing_ends(self, side: Side) -> tuple[FloatArray, FloatArray]:
        """Differences of stance and typical swing at toe-off and at the next contact: each (2, 4, strides)."""
        k = self.steps.of_side[side]
        here, there = k[:-1], k[1:]
        e = _RATE_STEP_S
        toe_off, contact = self.steps.toe_off_s[here], self.steps.initial_contact_s[there]
        swing_s = contact - toe_off
        typical = self._typical_ends(side, here, swing_s)
        leaves = [self._stance_state(side, toe_off - d, here).stacked() for d in (0.0, e)]
        landed = self._stance_state(side, contact, there)
        lands = self._landing_state(side, contact, there, e)
        before = np.stack([leaves[0] - typical[0], ((leaves[0] - leaves[1]) - (typical[1] - typical[0])) / e])
        rate = ((landed.stacked() - lands.stacked()) - (typical[2] - typical[3])) / e
        rate[3] = 0.0  # the foot tips as it does in the typical swing
        after = np.stack([landed.stacked() - typical[2], rate])
        return before, after

    def _running_foot(
        self, side: Side, time_s: FloatArray, hip: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Ankle and foot (N, 3), which lie apart under load, and pitch (N,)."""
        steps = self.steps
        k = steps.latest(side, time_s)
        stride = np.minimum(np.searchsorted(steps.of_side[side], k), len(steps.of_side[side]) - 2)
        toe_off, contact = steps.toe_off_s[k], steps.initial_contact_s[steps.of_side[side][stride + 1]]
        share = np.clip((time_s - toe_off) / (contact - toe_off), 0, 1)
        before, after = (ends[:, :, stride] for ends in self._ends[side])
        base = self._typical_swing(side, share, k)
        swing = legs.bent_to_meet(base, share, contact - toe_off, before, after)
        stance_foot, stance_pitch = self._stance_foot(side, np.minimum(time_s, toe_off), k)
        in_stance = time_s < toe_off
        give = self._give(time_s, k)
        swung = legs.clear_of_belt(self.body, legs.ankle_of(self.body, hip, swing), swing.pitch, share)
        ankle = np.where(in_stance[:, None], stance_foot + give, swung)
        return ankle, ankle - give, np.where(in_stance, stance_pitch, swing.pitch)

    def _plan_swivel(self) -> FloatArray:
        steps = self.steps
        lowest = self.midstance_s
        swivel = np.empty(len(steps))
        for side, k in steps.of_side.items():
            hip = self._hip(side, self._pelvis(lowest[k]))
            ankle = self._stance_ankle(side, lowest[k], k)
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
            joints[f"hip_{side}"] = self._hip(side, pelvis)
            running = self._running_foot(side, time_s, self._hip(side, going))
            still = np.array([SIGN[side] * _STANDING_FOOT_APART_M / 2, 0.0, 0.068]) * body.scale
            ankle, foot = (still + w[:, None] * (place - still) for place in running[:2])
            joints[f"ankle_{side}"], joints[f"foot_{side}"] = ankle, foot
            self._add_leg(side, joints, frames, w * running[2], time_s, w)
        stride = 2 * np.pi * self._phase(time_s)
        sideways = self._in_stance("lateral_lean_deg", time_s)
        running_lean = np.radians(self.spec.motion.forward_lean_deg + 1.2 * np.cos(2 * stride - 2.0))
        upper = Carriage(
            stride=stride,
            running=w,
            pelvis_tilt=pelvis.tilt,
            pelvis_left_low=pelvis.left_low,
            lean_right=w * (sideways["right"] - sideways["left"]),
            lean_forward=w * (running_lean + self._drift_lean.at(time_s)),
        )
        add_trunk(body, upper, joints, frames)
        for side in SIDES:
            add_arm(body, self.spec.motion, upper, side, joints, frames)
        contact = {side: (w == 0) | self.steps.in_contact(side, time_s) for side in SIDES}
        return Pose(time_s, joints, frames, contact, w, self._belt(time_s))

    def _add_leg(
        self,
        side: Side,
        joints: dict[str, FloatArray],
        frames: dict[str, FloatArray],
        pitch: FloatArray,
        time_s: FloatArray,
        w: FloatArray,
    ) -> None:
        body = self.body
        hip, ankle, foot_at = (joints[f"{name}_{side}"] for name in ("hip", "ankle", "foot"))
        k, weight = self._bell(side, time_s)
        knee, ahead = legs.knee_place(body, hip, ankle, w * self._swivel[k] * weight)
        frames[f"thigh_{side}"] = bone_frame(knee - hip, ahead)
        frames[f"shank_{side}"] = bone_frame(ankle - knee, ahead)
        heading = about("z", self._yaw(side))
        foot = frames[f"foot_{side}"] = heading @ about("x", pitch)
        toe = frames[f"toe_{side}"] = heading @ about("x", legs.toe_pitch(body, foot_at, foot, pitch))
        toe_joint = joints[f"toe_joint_{side}"] = legs.toe_joint(body, foot_at, foot)
        joints[f"knee_{side}"] = knee
        joints[f"heel_{side}"] = foot_at + turned(foot, HEEL * body.scale)
        joints[f"toe_{side}"] = toe_joint + turned(toe, TOE_FROM_TOE_JOINT * body.scale)
