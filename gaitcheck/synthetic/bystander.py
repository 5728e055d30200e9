"""Someone who walks past: an easy walk on the floor along a straight line. No measure is taken of it."""

from __future__ import annotations

import numpy as np

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic.camera import direction_to_camera
from gaitcheck.synthetic.motion import Pose
from gaitcheck.synthetic.rig import bone_matrices
from gaitcheck.synthetic.rotations import about, turned
from gaitcheck.synthetic.scene import FLOOR_Z, wall_distance
from gaitcheck.synthetic.skeleton import SIGN, TOE_JOINT, Skeleton, skeleton
from gaitcheck.synthetic.skin import with_hem
from gaitcheck.synthetic.spec import Bystander, Camera
from gaitcheck.track import FloatArray

_STRIDE_OF_HEIGHT = 0.80  # length of a stride over the body height
_SOLE_BELOW_ANKLE_M = 0.068


def bystander_bones(passer: Bystander, camera: Camera, time_s: FloatArray) -> FloatArray | None:
    """Bone and hem matrices (N, bones + 1, 4, 4) at times (N,); None while outside the room."""
    along = passer.speed_m_s * (time_s - passer.crosses_s)
    if np.abs(along).max() > wall_distance(camera.distance_m) - 0.4:
        return None
    toward = direction_to_camera(camera)
    to_right = np.array([-toward[1], toward[0], 0.0])  # of the picture
    heading = to_right if passer.to_right else -to_right
    body = skeleton(passer.body.height_m, passer.body.sex, passer.body.leg_share)
    pose = _walk(body, passer.speed_m_s, time_s)
    matrices = with_hem(body, bone_matrices(body, pose), pose, pose)
    place = np.eye(4)
    place[:2, :2] = np.array([[heading[1], heading[0]], [-heading[0], heading[1]]])  # forward (y) becomes the heading
    out: FloatArray = place @ matrices
    out[:, :, :3, 3] += (along[:, None] * heading - passer.beyond_m * toward + [0, 0, FLOOR_Z])[:, None]
    return out


def _walk(body: Skeleton, speed_m_s: float, time_s: FloatArray) -> Pose:
    """Walking on the spot, forward (y), its lower sole at height 0."""
    n, rest = len(time_s), body.joints
    stride = speed_m_s / (_STRIDE_OF_HEIGHT * body.height_m) * time_s
    upright = np.broadcast_to(np.eye(3), (n, 3, 3))
    joints: dict[str, FloatArray] = {"pelvis": np.zeros((n, 3))}
    frames: dict[str, FloatArray] = dict.fromkeys(("pelvis", "lumbar", "chest", "neck", "head"), upright)
    for name in ("lumbar", "neck", "head"):
        joints[name] = np.broadcast_to(rest[name] - rest["pelvis"], (n, 3))
    for side in SIDES:
        turn = 2 * np.pi * (stride + (0.0 if side == "right" else 0.5))  # 0: heel strike
        hip = np.radians(8 + 21 * np.cos(turn))
        knee = np.radians(20 - 17 * np.cos(2 * turn + 0.9) - 19 * np.cos(turn - 1.0) + 10)
        thigh = frames[f"thigh_{side}"] = about("x", hip)
        shank = frames[f"shank_{side}"] = thigh @ about("x", -np.clip(knee, np.radians(3), None))
        foot = frames[f"foot_{side}"] = frames[f"toe_{side}"] = about("x", 0.75 * (hip - knee))
        at = joints[f"hip_{side}"] = np.broadcast_to(rest[f"hip_{side}"] - rest["pelvis"], (n, 3))
        at = joints[f"knee_{side}"] = at - thigh[:, :, 2] * body.thigh_m
        at = joints[f"ankle_{side}"] = joints[f"foot_{side}"] = at - shank[:, :, 2] * body.shank_m
        joints[f"toe_joint_{side}"] = at + turned(foot, TOE_JOINT * body.scale)
        swing = np.radians(-22) * np.cos(turn)
        upper = frames[f"upper_arm_{side}"] = about("x", swing) @ about("y", -SIGN[side] * np.radians(14))
        fore = frames[f"forearm_{side}"] = upper @ about("x", np.radians(24) + 0.4 * swing)
        frames[f"hand_{side}"] = fore
        at = joints[f"shoulder_{side}"] = np.broadcast_to(rest[f"shoulder_{side}"] - rest["pelvis"], (n, 3))
        at = joints[f"elbow_{side}"] = at - upper[:, :, 2] * body.upper_arm_m
        joints[f"wrist_{side}"] = at - fore[:, :, 2] * body.forearm_m
    soles = [joints[f"{name}_{side}"][:, 2] for name in ("ankle", "toe_joint") for side in SIDES]
    lift = np.zeros((n, 3))
    lift[:, 2] = _SOLE_BELOW_ANKLE_M * body.scale - np.min([soles[0], soles[1]], axis=0)
    joints = {name: place + lift for name, place in joints.items()}
    touching = {side: np.zeros(n, bool) for side in SIDES}
    return Pose(time_s, joints, frames, touching, np.ones(n), np.zeros(n))
