"""Legs: where the foot is in stance, how it gets to its next place in swing, and the knee in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.result import Side
from gaitcheck.synthetic import curves
from gaitcheck.synthetic.rotations import about, turned
from gaitcheck.synthetic.skeleton import BALL_CONTACT, HEEL_CONTACT, SIGN, TOE_JOINT, Skeleton
from gaitcheck.track import FloatArray

#: Heel lift in radians against the belt when the toe leaves it, least and most.
LIFT_RANGE = (np.radians(36.0), np.radians(56.0))
#: Shares of the stance: flat from here after landing on the heel, from there after landing on the ball, and until.
_FLAT_FROM_HEEL, _FLAT_FROM_BALL, _FLAT_TO = 0.15, 0.32, 0.44
#: How the heel's rise is spread over the push-off, unless the knee asks for another (see `stance_foot`).
USUAL_PUSH = -0.2
PUSH_RANGE = (-1.5, 0.9)
#: The ankle sinks into the loaded foot and shoe (heel pad, arch, midsole), and its forward way ends a little after the
#: sole's; metres at the drawn height. Loaded within the first share of the stance, let go over the last.
GIVE_DOWN_M, _GIVE_FORTH_M = 0.014, 0.014
_LOADED_FROM, _LOADED_TO = 0.35, 0.55
#: Shares of the swing over which knee, swing, outward and pitch are bent to meet the stance before and after it.
_BLEND_AFTER = np.array([0.55, 1.0, 0.55, 0.55])[:, None]
_BLEND_BEFORE = np.array([0.45, 1.0, 0.55, 0.40])[:, None]
_RATE_AFTER, _RATE_BEFORE = 0.50, 0.35
#: The hip angle is measured against the pelvis. The thigh against the vertical is further back by the pelvis's mean
#: tilt, and comes forward sooner in the middle of the swing by this share of the stride, as the pelvis turns with it.
_PELVIS_TILT_DEG, _THIGH_EARLIER = 8.0, 0.038
#: The mean of runners with unlike contact times is a little late at the knee.
_KNEE_EARLIER = 0.012
#: Toes held up as the foot passes low over the belt.
_TOES_CLEAR = np.radians(5.0)
_CLEARANCE_M = 0.015
#: Share of the swing at which the thigh is furthest back.
_FURTHEST_BACK = 0.08
_STRAIGHTEST = np.radians(1.5)
_SWING_PHASES = np.linspace(0.5, 0.9, 101)
_SWING_LEG_OUTWARD = np.radians(1.0)
_TOE_LENGTH_M = 0.078
#: At the very end the foot rolls over the tips of the toes: how far the toes are then lifted, and from when.
_ROLL_AT_TOE_OFF = np.radians(12.0)
_ROLL_FROM = 0.72
#: In the air the toes hang down by this share of the room the ball's height above the belt gives them.
_TOE_DROOP = 0.5


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
    body: Skeleton, share: FloatArray, strike_pitch: FloatArray, yaw: float, lift: float, push: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Foot against its place flat on the belt, (N, 3) metres, and pitch (N,), at a share 0..1 of the stance.

    The foot turns about the heel's, then the ball's, at last the toe tips' contact point, which stays where it is on
    the belt. `lift` is the heel's at toe-off; `push` (N,) leaves it as it is and makes the heel rise later and faster
    (+) or sooner and slower (-).
    """
    flat_from = np.where(strike_pitch > 0, _FLAT_FROM_HEEL, _FLAT_FROM_BALL)
    settle = np.clip(1 - share / flat_from, 0, None) ** 2
    rise = np.clip((share - _FLAT_TO) / (1 - _FLAT_TO), 0, None)
    pitch = strike_pitch * settle - lift * rise**2 * (1 + push * (rise - 1))
    pivot = np.where((pitch > 0)[:, None], HEEL_CONTACT, BALL_CONTACT) * body.scale
    ankle = pivot - turned(about("x", pitch), pivot)
    ankle[:, 2] += 0.068 * body.scale
    roll = _ROLL_AT_TOE_OFF * np.clip((share - _ROLL_FROM) / (1 - _ROLL_FROM), 0, None) ** 2
    ankle[:, 1] += _TOE_LENGTH_M * body.scale * (1 - np.cos(roll))
    ankle[:, 2] += _TOE_LENGTH_M * body.scale * np.sin(roll)
    return turned(np.broadcast_to(about("z", yaw), (len(ankle), 3, 3)), ankle), pitch


def give(body: Skeleton, share: FloatArray) -> FloatArray:
    """Ankle joint against its place in the unloaded shoe (N, 3), metres, at a share of the stance (1 and more: swing).

    Just before the contact, at a share of 0, it is where the swing has it: the give begins with the load.
    """
    load = 1 - np.clip(1 - share / _LOADED_FROM, 0, 1) ** 2
    leave = np.clip((share - _LOADED_TO) / (1 - _LOADED_TO), 0, 1)
    load = load * (1 - leave * leave * (3 - 2 * leave))
    return np.asarray(load[:, None] * np.array([0.0, _GIVE_FORTH_M, -GIVE_DOWN_M]) * body.scale)


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


def typical_swing(
    body: Skeleton,
    side: Side,
    share: FloatArray,
    peak_flexion_deg: FloatArray,
    style: curves.Style = curves.MEAN_RUNNER,
    hip_extension_deg: float = 0.0,
) -> LegState:
    """Mean swing of real runners, or of a runner of that style, at a share 0..1 of the swing.

    `hip_extension_deg` takes the thigh further back just after toe-off.
    """
    start = curves.REFERENCE_STANCE_SHARE
    phase = start + (1 - start) * share
    sooner = (1 - (2 * np.clip(share, 0, 1) - 1) ** 4) ** 2
    knee = curves.knee_flexion_deg(phase + _KNEE_EARLIER * sooner, style)
    usual_peak = curves.knee_flexion_deg(_SWING_PHASES, style).max()
    bump = np.sin(np.pi * np.clip(share, 0, 1)) ** 2
    knee = np.radians(knee + (peak_flexion_deg - usual_peak) * bump)
    behind = np.clip(share, 0, 1) / _FURTHEST_BACK
    thigh_deg = curves.hip_flexion_deg(phase + _THIGH_EARLIER * sooner, style) - _PELVIS_TILT_DEG
    thigh = np.radians(thigh_deg - hip_extension_deg * (behind * np.exp(1 - behind)) ** 2)
    shank = thigh - knee
    y = body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)
    z = -(body.thigh_m * np.cos(thigh) + body.shank_m * np.cos(shank))
    pitch = shank + np.radians(curves.ankle_dorsiflexion_deg(phase, style))
    pitch = pitch + _TOES_CLEAR * np.sin(np.pi * np.clip((share - 0.42) / 0.55, 0, 1)) ** 2
    return LegState(knee, np.arctan2(y, -z), np.full_like(y, SIGN[side] * _SWING_LEG_OUTWARD), pitch)


def bent_to_meet(
    base: LegState, share: FloatArray, swing_s: FloatArray, before: FloatArray, after: FloatArray
) -> LegState:
    """Bend a typical swing so that it leaves the last stance as it was and lands as it must.

    Parameters
    ----------
    before, after : (2, 4, N) differences to the typical swing at toe-off and at the next contact: values and rates.
    """

    def fade(s: FloatArray) -> tuple[FloatArray, FloatArray]:
        s = np.clip(s, 0, 1)
        return 1 - 3 * s**2 + 2 * s**3, s - 2 * s**2 + s**3

    value0, _ = fade(share / _BLEND_AFTER)
    value1, _ = fade((1 - share) / _BLEND_BEFORE)
    _, rate0 = fade(share / _RATE_AFTER)
    _, rate1 = fade((1 - share) / _RATE_BEFORE)
    leaving = before[0] * value0 + before[1] * _RATE_AFTER * swing_s * rate0
    entering = after[0] * value1 - after[1] * _RATE_BEFORE * swing_s * rate1
    flexion, swing, outward, pitch = base.stacked() + leaving + entering
    return LegState(_not_overstretched(flexion), swing, outward, pitch)


def _not_overstretched(flexion: FloatArray) -> FloatArray:
    """Keep a knee angle (radians) above the least; what is well above it stays as it is."""
    above = flexion - _STRAIGHTEST
    return np.asarray(_STRAIGHTEST + (above + np.sqrt(above**2 + np.radians(0.6) ** 2)) / 2)


def clear_of_belt(body: Skeleton, ankle: FloatArray, pitch: FloatArray, share: FloatArray) -> FloatArray:
    """Ankle (N, 3) raised where the swinging foot would come too near to the belt; not at the ends of the swing."""
    room = np.sin(np.pi * share)
    tilted = about("x", pitch)
    below = [turned(tilted, point * body.scale)[:, 2] for point in (HEEL_CONTACT, BALL_CONTACT)]
    missing = _CLEARANCE_M * room - (ankle[:, 2] + np.minimum(*below))
    softened = (missing + np.sqrt(missing**2 + (_CLEARANCE_M * room / 2) ** 2)) / 2
    return np.asarray(ankle + softened[:, None] * np.array([0.0, 0.0, 1.0]))


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
