"""From a pose to the matrices that move the rest-pose surface: real bones, and helpers half way across joints."""

from __future__ import annotations

import numpy as np

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic.motion import Pose
from gaitcheck.synthetic.rotations import bone_frame, half_way
from gaitcheck.synthetic.skeleton import TOE_JOINT, Skeleton
from gaitcheck.track import FloatArray

_OF_A_SIDE = (
    "hip_half", "thigh", "knee_half", "shank", "foot", "toe",
    "shoulder_half", "upper_arm", "elbow_half", "forearm", "hand",
)  # fmt: skip

#: Order of the matrices; skin weights refer to it.
BONES: tuple[str, ...] = (
    "pelvis",
    "lumbar",
    "chest",
    "neck",
    "head",
    *(f"{bone}_{side}" for side in SIDES for bone in _OF_A_SIDE),
)
BONE_INDEX = {name: i for i, name in enumerate(BONES)}

_FORWARD = np.array([0.0, 1.0, 0.0])


def rest_leg_frame(body: Skeleton, side: Side) -> FloatArray:
    """Axes (3, 3) of thigh, shank, foot and toes in the rest pose."""
    return bone_frame(body.leg_down[side], _FORWARD)


def _rest_arm_frame(body: Skeleton, side: Side) -> FloatArray:
    return bone_frame(body.arm_down[side], _FORWARD)


def bone_matrices(body: Skeleton, pose: Pose) -> FloatArray:
    """Matrices (N, bones, 4, 4) that take a rest-pose point to where it is in the pose."""
    n = len(pose.time_s)
    out = np.zeros((n, len(BONES), 4, 4))
    out[:, :, 3, 3] = 1
    rest = body.joints

    def put(bone: str, rotation: FloatArray, at: FloatArray, rest_at: FloatArray) -> FloatArray:
        i = BONE_INDEX[bone]
        out[:, i, :3, :3] = rotation
        out[:, i, :3, 3] = at - rotation @ rest_at
        return rotation

    joints, frames = pose.joints, pose.frames
    pelvis = put("pelvis", frames["pelvis"], joints["pelvis"], rest["pelvis"])
    put("lumbar", frames["lumbar"], joints["lumbar"], rest["lumbar"])
    chest = put("chest", frames["chest"], joints["lumbar"], rest["lumbar"])
    put("neck", frames["neck"], joints["neck"], rest["neck"])
    put("head", frames["head"], joints["head"], rest["head"])
    for side in SIDES:
        back = rest_leg_frame(body, side).T
        hip, knee, ankle = (f"{name}_{side}" for name in ("hip", "knee", "ankle"))
        thigh = put(f"thigh_{side}", frames[f"thigh_{side}"] @ back, joints[hip], rest[hip])
        shank = put(f"shank_{side}", frames[f"shank_{side}"] @ back, joints[knee], rest[knee])
        put(f"foot_{side}", frames[f"foot_{side}"] @ back, joints[f"foot_{side}"], rest[ankle])
        rest_toe = rest[ankle] + back.T @ (TOE_JOINT * body.scale)
        put(f"toe_{side}", frames[f"toe_{side}"] @ back, joints[f"toe_joint_{side}"], rest_toe)
        put(f"hip_half_{side}", half_way(pelvis, thigh), joints[hip], rest[hip])
        put(f"knee_half_{side}", half_way(thigh, shank), joints[knee], rest[knee])
        back = _rest_arm_frame(body, side).T
        shoulder, elbow, wrist = (f"{name}_{side}" for name in ("shoulder", "elbow", "wrist"))
        upper = put(f"upper_arm_{side}", frames[f"upper_arm_{side}"] @ back, joints[shoulder], rest[shoulder])
        fore = put(f"forearm_{side}", frames[f"forearm_{side}"] @ back, joints[elbow], rest[elbow])
        put(f"hand_{side}", frames[f"hand_{side}"] @ back, joints[wrist], rest[wrist])
        put(f"shoulder_half_{side}", half_way(chest, upper), joints[shoulder], rest[shoulder])
        put(f"elbow_half_{side}", half_way(upper, fore), joints[elbow], rest[elbow])
    return out
