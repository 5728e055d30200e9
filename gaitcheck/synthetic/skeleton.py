"""Segment lengths and the rest pose. World axes: x to the runner's right, y forward, z up; metres; belt at z = 0.

Lengths follow the usual ratios to body height (Drillis and Contini, as tabulated by Winter), with the hip half width
at the joint centres and the shoulder half width at the shoulder joint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.settings import Sex
from gaitcheck.track import FloatArray

#: Height in metres of the body that the surface and clothing profiles are drawn for.
DRAWN_HEIGHT_M = 1.75

#: Hip to ankle over the height.
USUAL_LEG_SHARE = 0.491

SIGN: dict[Side, int] = {"left": -1, "right": 1}

_LEG_SPREAD = np.radians(12.0)
_ARM_SPREAD = np.radians(45.0)

#: Points of the foot in its own axes (right, forward, up from the ankle joint), metres at the drawn height.
HEEL_CONTACT = np.array([0.0, -0.052, -0.068])
BALL_CONTACT = np.array([0.0, 0.135, -0.068])
HEEL = np.array([0.0, -0.052, -0.050])
TOE_JOINT = np.array([0.0, 0.135, -0.058])
TOE_FROM_TOE_JOINT = np.array([0.0, 0.060, 0.006])

#: Bony points of the pelvis from the middle of the hip joints, metres at the drawn height; x for the right side.
PSIS = np.array([0.045, -0.095, 0.120])
ASIS = np.array([0.120, 0.085, 0.085])


@dataclass(frozen=True)
class Skeleton:
    """Lengths in metres and rest-pose joint positions.

    `joints` holds pelvis (middle of the hips), lumbar, neck, head and, ending in _left or _right, hip, knee, ankle,
    shoulder, elbow and wrist. `leg_down` and `arm_down` are the directions of the limbs in the rest pose.
    """

    height_m: float
    sex: Sex
    joints: Mapping[str, FloatArray]
    thigh_m: float
    shank_m: float
    upper_arm_m: float
    forearm_m: float
    leg_down: Mapping[Side, FloatArray]
    arm_down: Mapping[Side, FloatArray]

    @property
    def scale(self) -> float:
        """Height over the height the body is drawn for."""
        return self.height_m / DRAWN_HEIGHT_M


def skeleton(height_m: float, sex: Sex, leg_share: float = USUAL_LEG_SHARE) -> Skeleton:
    """Build the skeleton of a runner of this height.

    Parameters
    ----------
    leg_share : thigh and shank together over the height; the trunk stays as the height gives it.
    """
    s = height_m / DRAWN_HEIGHT_M
    hip_half, shoulder_half = (0.050, 0.104) if sex == "M" else (0.0515, 0.099)
    longer = leg_share / USUAL_LEG_SHARE
    thigh, shank, upper_arm, forearm = (r * height_m for r in (0.245 * longer, 0.246 * longer, 0.172, 0.146))
    pelvis_z = 0.530 * height_m
    joints: dict[str, FloatArray] = {
        "pelvis": np.array([0.0, 0.0, pelvis_z]),
        "lumbar": np.array([0.0, -0.01, 1.07]) * s,
        "neck": np.array([0.0, -0.02, 1.47]) * s,
        "head": np.array([0.0, -0.005, 1.57]) * s,
    }
    leg_down: dict[Side, FloatArray] = {}
    arm_down: dict[Side, FloatArray] = {}
    for side in SIDES:
        sign = SIGN[side]
        leg = leg_down[side] = np.array([sign * np.sin(_LEG_SPREAD), 0.0, -np.cos(_LEG_SPREAD)])
        arm = arm_down[side] = np.array([sign * np.sin(_ARM_SPREAD), 0.0, -np.cos(_ARM_SPREAD)])
        hip = np.array([sign * hip_half * height_m, 0.0, pelvis_z])
        shoulder = np.array([sign * shoulder_half * height_m, -0.01 * s, 0.818 * height_m - 0.012 * s])
        joints |= {
            f"hip_{side}": hip,
            f"knee_{side}": hip + leg * thigh,
            f"ankle_{side}": hip + leg * (thigh + shank),
            f"shoulder_{side}": shoulder,
            f"elbow_{side}": shoulder + arm * upper_arm,
            f"wrist_{side}": shoulder + arm * (upper_arm + forearm),
        }
    return Skeleton(height_m, sex, joints, thigh, shank, upper_arm, forearm, leg_down, arm_down)
