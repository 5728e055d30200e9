"""What is known of the camera: its roll, by which the track is levelled, and its height against the hips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitcheck.gait.clean import CleanTrack
from gaitcheck.track import CameraRoll, Landmark

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
    size = np.array(clean.track.frame_size_px)
    leans = np.radians(found.lean_deg + np.array([-1.96, 1.96]) * found.lean_sd_deg)
    # tan(lean) = half a long side * tan(pitch) / focal, and the horizon lies focal * tan(pitch) above the middle
    above = np.outer(np.tan(leans), np.square(FOCAL_SHARES)) * 2 * size.max()
    hips = np.nanmedian(clean.track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1])
    heights = (hips - (size[1] / 2 - above)) / clean.leg_length_px
    return float(heights.min()), float(heights.max())
