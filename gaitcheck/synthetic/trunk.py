"""Trunk, head and arms over a given pelvis: how they are carried in step with the stride."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic.rotations import about, turned
from gaitcheck.synthetic.skeleton import SIGN, Skeleton
from gaitcheck.synthetic.spec import Motion
from gaitcheck.track import FloatArray


@dataclass(frozen=True)
class Carriage:
    """What trunk and arms follow, each (N,); angles in radians.

    `stride` is the phase, whole turns at right contacts; `running` is 0 standing still and 1 running. `lean_right` and
    `lean_forward` are of the line from mid-hip to mid-shoulder.
    """

    stride: FloatArray
    running: FloatArray
    pelvis_tilt: FloatArray
    pelvis_left_low: FloatArray
    lean_right: FloatArray
    lean_forward: FloatArray


def add_trunk(body: Skeleton, carriage: Carriage, joints: dict[str, FloatArray], frames: dict[str, FloatArray]) -> None:
    """Add lumbar, chest, neck, head and shoulders to a pose that has the pelvis."""
    rest = body.joints
    lower = rest["lumbar"][2] - rest["pelvis"][2]
    upper = rest["shoulder_left"][2] - rest["lumbar"][2]
    tilt, left_low, forward = carriage.pelvis_tilt, carriage.pelvis_left_low, carriage.lean_forward
    # the line from mid-hip to mid-shoulder is what leans: the chest makes up for what the pelvis does
    chest_roll = ((lower + upper) * carriage.lean_right + lower * left_low) / upper
    chest_lean = ((lower + upper) * np.sin(forward) - lower * np.sin(tilt)) / upper
    chest_lean = np.arcsin(np.clip(chest_lean, -1, 1)) + 0.02
    chest_turn = -carriage.running * np.radians(9.0) * np.cos(carriage.stride + 0.1)
    frames["lumbar"] = about("y", (chest_roll - left_low) / 2) @ about("x", -(tilt + chest_lean) / 2)
    frames["chest"] = about("z", chest_turn) @ about("y", chest_roll) @ about("x", -chest_lean)
    frames["neck"] = about("x", -0.55 * forward)
    frames["head"] = about("x", -0.15 * forward - np.radians(2.0))
    joints["lumbar"] = joints["pelvis"] + turned(frames["pelvis"], rest["lumbar"] - rest["pelvis"])
    joints["neck"] = joints["lumbar"] + turned(frames["chest"], rest["neck"] - rest["lumbar"])
    joints["head"] = joints["neck"] + turned(frames["neck"], rest["head"] - rest["neck"])
    for side in SIDES:
        joints[f"shoulder_{side}"] = joints["lumbar"] + turned(
            frames["chest"], rest[f"shoulder_{side}"] - rest["lumbar"]
        )


def add_arm(
    body: Skeleton,
    motion: Motion,
    carriage: Carriage,
    side: Side,
    joints: dict[str, FloatArray],
    frames: dict[str, FloatArray],
) -> None:
    """Add an arm to a pose that has chest and shoulder: it swings against the leg of its side."""
    w = carriage.running
    own_stride = carriage.stride + (0.0 if side == "right" else np.pi)
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
