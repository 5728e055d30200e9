"""Rotations of many frames at once: angles (N,) in radians to matrices (N, 3, 3)."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from gaitcheck.track import FloatArray


def about(axis: str, angle: FloatArray | float) -> FloatArray:
    """Turn about the x (right), y (forward) or z (up) axis, right-hand rule.

    About x, + tips the front up; about y, + lowers the right side; about z, + turns the nose to the left.
    """
    matrices: FloatArray = Rotation.from_euler(axis, np.asarray(angle, float).reshape(-1, 1)).as_matrix()
    return matrices


def bone_frame(down: FloatArray, forward: FloatArray) -> FloatArray:
    """Axes of a bone as columns (N, 3, 3): z against `down`, y as near to `forward` as can be, x to the right."""
    z = -down / np.linalg.norm(down, axis=-1, keepdims=True)
    y = forward - z * np.sum(z * forward, axis=-1, keepdims=True)
    y = y / np.linalg.norm(y, axis=-1, keepdims=True)
    return np.stack([np.cross(y, z), y, z], axis=-1)


def half_way(a: FloatArray, b: FloatArray) -> FloatArray:
    """Rotation half way from a to b, both (N, 3, 3)."""
    turn = Rotation.from_matrix(b @ np.swapaxes(a, -1, -2)).as_rotvec()
    halves: FloatArray = Rotation.from_rotvec(turn / 2).as_matrix() @ a
    return halves


def turned(rotation: FloatArray, vector: FloatArray) -> FloatArray:
    """Apply (N, 3, 3) to one vector (3,) or to (N, 3)."""
    return np.asarray(np.einsum("nij,nj->ni", rotation, np.broadcast_to(vector, (len(rotation), 3))))
