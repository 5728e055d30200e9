"""What is known of the camera: its roll, by which the track is levelled, its height, and how square it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitcheck.gait.clean import CleanTrack
from gaitcheck.gait.view import ViewFound
from gaitcheck.settings import View
from gaitcheck.track import CameraRoll, FloatArray, Landmark

#: An estimate surer than this is applied.
SURE_SD_DEG = 1.0
#: What is left of the roll where a person gave it, and its spread where nothing is known: phones on treadmills and
#: shelves are turned by about two degrees (14 public clips of treadmills and halls: root mean square 1.9).
GIVEN_SD_DEG = 0.5
UNKNOWN_SD_DEG = 2.0
#: Focal lengths of phones, as a share of the picture's longer side: from a main camera (71 degrees along that side) to
#: a twofold zoom (35 degrees).
FOCAL_SHARES = (0.7, 1.6)


@dataclass(frozen=True)
class CameraLevel:
    """The roll that is undone (None: nothing is), the standard deviation of what is left, and where it comes from."""

    roll_deg: float | None
    sd_deg: float
    source: Literal["given", "found", "unknown"]


#: Error of the yaw that the shoulders show (root mean square over the tuning half's rendered runs, 2.0 degrees), and
#: half widths of the 95 % intervals where nothing tells yaw or pitch: phones stand between knee and head height, about
#: three metres away.
YAW_SD_DEG = 2.0
UNKNOWN_YAW_DEG = 20.0
UNKNOWN_PITCH_DEG = 8.0


def camera_level(given_deg: float | None, found: CameraRoll | None) -> CameraLevel:
    """The roll a person gave, else the one the room's lines show if it is sure enough, else none."""
    if given_deg is not None:
        return CameraLevel(given_deg, GIVEN_SD_DEG, "given")
    if found is not None and found.sd_deg < SURE_SD_DEG:
        return CameraLevel(found.roll_deg, found.sd_deg, "found")
    return CameraLevel(None, UNKNOWN_SD_DEG, "unknown")


def height_over_hips(clean: CleanTrack, found: CameraRoll | None) -> tuple[float, float] | None:
    """The 95 % interval of the camera's height above the runner's hips, leg lengths; None where no lines tell it.

    Lines that lean apart upwards show a camera that looks down, by an angle that depends on the focal length; the
    horizon lies as far above the picture's middle. Where the horizon crosses the runner is the camera's height.
    """
    if found is None:
        return None
    heights = _horizon_over_hips_px(clean, found) / clean.leg_length_px
    return float(heights.min()), float(heights.max())


def _horizon_over_hips_px(clean: CleanTrack, found: CameraRoll) -> FloatArray:
    """(2, 2) how far the horizon lies above the hips: ends of the interval of the lean, by focal length."""
    size = np.array(clean.track.frame_size_px)
    leans = np.radians(found.lean_deg + np.array([-1.96, 1.96]) * found.lean_sd_deg)
    # tan(lean) = half a long side * tan(pitch) / focal, and the horizon lies focal * tan(pitch) above the middle
    above = np.outer(np.tan(leans), np.square(FOCAL_SHARES)) * 2 * size.max()
    hips = np.nanmedian(clean.track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1])
    return np.asarray(hips - (size[1] / 2 - above))


@dataclass(frozen=True)
class CameraDirection:
    """How far the camera may look from square (yaw) and from level (pitch) at the runner: half widths of the 95 %
    intervals about zero, degrees.
    """

    yaw_deg: float
    pitch_deg: float


def camera_direction(
    clean: CleanTrack, view: View, found: ViewFound | None, roll: CameraRoll | None
) -> CameraDirection:
    """Yaw from the runner's shoulders, pitch at the runner's hips from the room's upright lines.

    Neither is taken off the measures: the runner may run askew, and what a turned camera adds depends on how far the
    knees are bent. `measures.direction` says what a degree of each is worth.
    """
    yaw = UNKNOWN_YAW_DEG
    if found is not None and found.view == view:
        yaw = float(np.hypot(found.yaw_deg, 1.96 * YAW_SD_DEG))
    if roll is None:
        return CameraDirection(yaw, UNKNOWN_PITCH_DEG)
    focal = np.array(FOCAL_SHARES) * max(clean.track.frame_size_px)
    pitch = np.degrees(np.arctan(_horizon_over_hips_px(clean, roll) / focal))
    return CameraDirection(yaw, float(np.abs(pitch).max()))
