"""Legs: where the foot is in stance, how it gets to its next place in swing, and the knee in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.result import Side
from gaitcheck.synthetic import curves
from gaitcheck.synthetic.rotations import about, turned
from gaitcheck.synthetic.skeleton import BALL_CONTACT, HEEL_CONTACT, SIGN, TOE_JOINT, Skeleton
from gaitcheck.track import FloatArray

#: Heel lift against the belt when the toe leaves it.
_LIFT_AT_TOE_OFF = np.radians(42.0)
_FLAT_FROM, _FLAT_TO = 0.15, 0.48
#: Shares of the swing over which the curve is bent to meet the stance before and after it.
_BLEND_AFTER, _BLEND_BEFORE = 0.55, 0.22
_SWING_LEG_OUTWARD = np.radians(1.0)
_TOE_LENGTH_M = 0.078
#: At the very end the foot rolls over the tips of the toes: how far the toes are then lifted, and from when.
_ROLL_AT_TOE_OFF = np.radians(12.0)
_ROLL_FROM = 0.72
#: In the air the toes hang down by this share of the room the ball's height above the belt gives them.
_TOE_DROOP = 0.5
#: Share of the belt's motion that the foot has taken up just before it lands; the rest is the impact.
_LANDING_RATE = 0.2


@dataclass(frozen=True)
class LegState:
    """One leg at N times: how far bent, where the ankle lies seen from the hip, how the foot is tipped. Radians.

    `flexion` of the knee; `swing` and `outward` give the direction hip to ankle, forward of and to the right of
    straight down; `pitch` of the foot, + toes up.
    """

    flexion: FloatArray
    swing: FloatArray
    outward: FloatArray
    pitch: FloatArray

    def stacked(self) -> FloatArray:
        """Give all as one array (4, N)."""
        return np.stack([self.flexion, self.swing, self.outward, self.pitch])


def leg_length(body: Skeleton, flexion: FloatArray | float) -> FloatArray:
    """Distance hip to ankle for a knee angle (radians, 0 = straight)."""
    a, b = body.thigh_m, body.shank_m
    return np.sqrt(a * a + b * b + 2 * a * b * np.cos(flexion))


def knee_flexion(body: Skeleton, length: FloatArray) -> FloatArray:
    """Knee angle for a distance hip to ankle."""
    a, b = body.thigh_m, body.shank_m
    return np.arccos(np.clip((length**2 - a * a - b * b) / (2 * a * b), -1.0, 1.0))


def stance_foot(
    body: Skeleton, share: FloatArray, strike_pitch: FloatArray, yaw: float
) -> tuple[FloatArray, FloatArray]:
    """Ankle against its place over the flat foot, (N, 3) metres, and pitch (N,), at a share 0..1 of the stance.

    The foot turns about the heel's, then the ball's, at last the toe tips' contact point, which stays where it is on
    the belt.
    """
    settle = np.clip(1 - share / _FLAT_FROM, 0, None) ** 2
    rise = np.clip((share - _FLAT_TO) / (1 - _FLAT_TO), 0, None)
    pitch = strike_pitch * settle - _LIFT_AT_TOE_OFF * rise**2 * (1.35 - 0.35 * rise)
    pivot = np.where((pitch > 0)[:, None], HEEL_CONTACT, BALL_CONTACT) * body.scale
    ankle = pivot - turned(about("x", pitch), pivot)
    ankle[:, 2] += 0.068 * body.scale
    roll = _ROLL_AT_TOE_OFF * np.clip((share - _ROLL_FROM) / (1 - _ROLL_FROM), 0, None) ** 2
    ankle[:, 1] += _TOE_LENGTH_M * body.scale * (1 - np.cos(roll))
    ankle[:, 2] += _TOE_LENGTH_M * body.scale * np.sin(roll)
    return turned(np.broadcast_to(about("z", yaw), (len(ankle), 3, 3)), ankle), pitch


def toe_pitch(body: Skeleton, ankle: FloatArray, foot: FloatArray, pitch: FloatArray) -> FloatArray:
    """Pitch of the toes (N,): bent where the belt holds them up, in line with the foot otherwise."""
    toe_length = _TOE_LENGTH_M * body.scale
    height = np.clip((ankle + turned(foot, BALL_CONTACT * body.scale))[:, 2], 0, None) / toe_length
    lifted = np.clip((height - np.sin(_ROLL_AT_TOE_OFF)) / 0.5, 0, 1)
    droop = 1 - (1 - _TOE_DROOP) * lifted * lifted * (3 - 2 * lifted)
    return np.asarray(np.maximum(pitch, -np.arcsin(np.clip(droop * height, 0, 1))))


def toe_joint(body: Skeleton, ankle: FloatArray, foot: FloatArray) -> FloatArray:
    """Place of the joint between foot and toes."""
    return ankle + turned(foot, TOE_JOINT * body.scale)


def state_of(body: Skeleton, hip: FloatArray, ankle: FloatArray, pitch: FloatArray) -> LegState:
    """Describe a leg by its angles."""
    d = ankle - hip
    length = np.linalg.norm(d, axis=1)
    return LegState(knee_flexion(body, length), np.arctan2(d[:, 1], -d[:, 2]), np.arcsin(d[:, 0] / length), pitch)


def ankle_of(body: Skeleton, hip: FloatArray, state: LegState) -> FloatArray:
    """Undo `state_of`."""
    length = leg_length(body, state.flexion)
    level = length * np.cos(state.outward)
    return hip + np.stack(
        [length * np.sin(state.outward), level * np.sin(state.swing), -level * np.cos(state.swing)], axis=1
    )


def typical_swing(body: Skeleton, side: Side, share: FloatArray, peak_flexion_deg: FloatArray) -> LegState:
    """Mean swing of real runners at a share 0..1 of the swing."""
    start = curves.REFERENCE_STANCE_SHARE
    phase = start + (1 - start) * share
    knee = curves.knee_flexion_deg(phase)
    bump = np.sin(np.pi * np.clip(share, 0, 1)) ** 2
    knee = np.radians(knee + (peak_flexion_deg - 91.0) * bump)
    thigh = np.radians(curves.hip_flexion_deg(phase))
    shank = thigh - knee
    y = body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)
    z = -(body.thigh_m * np.cos(thigh) + body.shank_m * np.cos(shank))
    pitch = shank + np.radians(curves.ankle_dorsiflexion_deg(phase))
    return LegState(knee, np.arctan2(y, -z), np.full_like(y, SIGN[side] * _SWING_LEG_OUTWARD), pitch)


def bent_to_meet(
    base: LegState, share: FloatArray, swing_s: FloatArray, before: FloatArray, after: FloatArray
) -> LegState:
    """Bend a typical swing so that it leaves the last stance and enters the next without a jerk.

    Parameters
    ----------
    before, after : (2, 4, N) differences to the typical swing at toe-off and at the next contact: values and rates.
    """

    def fade(s: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = np.clip(s, 0, 1)
        return 1 - 3 * s**2 + 2 * s**3, s - 2 * s**2 + s**3

    value0, rate0 = fade(share / _BLEND_AFTER)
    value1, rate1 = fade((1 - share) / _BLEND_BEFORE)
    leaving = before[0] * value0 + before[1] * _BLEND_AFTER * swing_s * rate0
    entering = after[0] * value1 - _LANDING_RATE * after[1] * _BLEND_BEFORE * swing_s * rate1
    return LegState(*(base.stacked() + leaving + entering))


def knee_place(body: Skeleton, hip: FloatArray, ankle: FloatArray, swivel: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Knee (N, 3) between hip and ankle, and the direction (N, 3) in which it points.

    `swivel` (N,) radians turns the knee about the line hip to ankle, + moves it to the runner's right.
    """
    d = ankle - hip
    length = np.linalg.norm(d, axis=1, keepdims=True)
    d = d / length
    length = np.minimum(length, body.thigh_m + body.shank_m)
    along = (body.thigh_m**2 - body.shank_m**2 + length**2) / (2 * length)
    aside = np.sqrt(np.clip(body.thigh_m**2 - along**2, 1e-12, None))
    ahead = np.array([0.0, 1.0, 0.0]) - d * d[:, 1:2]
    ahead = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    pointing = np.cos(swivel)[:, None] * ahead + np.sin(swivel)[:, None] * np.cross(d, ahead)
    return hip + d * along + aside * pointing, pointing


def frontal_valgus(side: Side, hip: FloatArray, knee: FloatArray, ankle: FloatArray) -> FloatArray:
    """Frontal plane projection angle (N,) in radians seen from straight behind, + = knee toward the other leg."""
    inward = -SIGN[side]
    thigh = np.arctan2(inward * (knee - hip)[:, 0], (hip - knee)[:, 2])
    shank = np.arctan2(inward * (ankle - knee)[:, 0], (knee - ankle)[:, 2])
    return np.asarray(thigh - shank)


def swivel_for_valgus(body: Skeleton, side: Side, hip: FloatArray, ankle: FloatArray, valgus: FloatArray) -> FloatArray:
    """Swivel (N,) that gives a frontal plane projection angle (N,), both radians, by bisection."""
    low, high = np.full(len(hip), -1.3), np.full(len(hip), 1.3)  # of the turn inward: more turn, more valgus
    for _ in range(40):
        middle = (low + high) / 2
        knee, _ = knee_place(body, hip, ankle, -SIGN[side] * middle)
        too_much = frontal_valgus(side, hip, knee, ankle) > valgus
        low, high = np.where(too_much, low, middle), np.where(too_much, middle, high)
    return np.asarray(-SIGN[side] * (low + high) / 2)
