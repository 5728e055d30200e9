"""The pinhole camera: where a point of the room falls in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.synthetic.spec import Camera
from gaitcheck.track import FloatArray

#: Direction from the runner to the camera for each view, degrees anticlockwise from the runner's right.
_AZIMUTH_DEG = {"right": 0.0, "front": 90.0, "left": 180.0, "rear": 270.0}

NEAR_M, FAR_M = 0.1, 30.0


@dataclass(frozen=True)
class Projection:
    """A camera's matrices: `view` (4, 4) takes the room to the camera (x right, y up, looking along -z), and
    `clip` (4, 4) goes on to clip coordinates. `eye` is its place in metres; size in pixels (width, height).
    """

    eye: FloatArray
    view: FloatArray
    clip: FloatArray
    size_px: tuple[int, int]

    def pixels(self, points: FloatArray) -> FloatArray:
        """Pixels (..., 2), x to the right and y down, of points (..., 3) in metres."""
        p = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ self.clip.T
        ndc = p[..., :2] / p[..., 3:4]
        width, height = self.size_px
        return np.stack([(ndc[..., 0] + 1) / 2 * width, (1 - ndc[..., 1]) / 2 * height], axis=-1)


def projection(camera: Camera) -> Projection:
    """Build the matrices of a camera that looks at the runner's place on the belt."""
    eye = camera.distance_m * direction_to_camera(camera) + np.array([0.0, 0.0, camera.height_m])
    view = looking(eye, np.array([0.0, 0.0, camera.aim_height_m]))
    roll = np.radians(camera.roll_deg)  # the picture turns clockwise
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]
    view = turn @ view
    focal = 1 / np.tan(np.radians(camera.field_of_view_deg) / 2)
    lens = np.zeros((4, 4))
    lens[0, 0] = focal * camera.height_px / camera.width_px
    lens[1, 1] = focal
    lens[2, 2] = (FAR_M + NEAR_M) / (NEAR_M - FAR_M)
    lens[2, 3] = 2 * FAR_M * NEAR_M / (NEAR_M - FAR_M)
    lens[3, 2] = -1
    return Projection(eye, view, lens @ view, (camera.width_px, camera.height_px))


def direction_to_camera(camera: Camera) -> FloatArray:
    """Level direction (3,) of length 1 from the runner to the camera."""
    azimuth = np.radians(_AZIMUTH_DEG[camera.view] + camera.oblique_deg)
    return np.array([np.cos(azimuth), np.sin(azimuth), 0.0])


def looking(eye: FloatArray, target: FloatArray) -> FloatArray:
    """View matrix (4, 4) of an upright camera at `eye` that looks at `target`."""
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    out = np.eye(4)
    out[:3, :3] = np.stack([right, np.cross(right, ahead), -ahead])
    out[:3, 3] = -out[:3, :3] @ eye
    return out
