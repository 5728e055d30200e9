"""What the pose model itself adds to knees and trunk seen from behind and in front, taken off when they are measured.

The model draws a knee that points inward or outward too straight, and every knee a degree too far in. The constants
were fitted to the runs of the validation's tuning half, both legs together; what they do on the other half and on real
motion stands in docs/pose.md. From behind it draws the trunk too long, so that its sideways lean comes out too small.
What the model adds to one leg alone is gone already (`gaitcheck.pose.mirror`).
"""

from __future__ import annotations

import numpy as np

from gaitcheck.angles import bend
from gaitcheck.gait.result import SIDES
from gaitcheck.gait.view import is_side, outward
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark, PoseTrack

#: Knee angle read for each degree of a true one.
SHARE_READ: dict[View, float] = {"rear": 0.83, "front": 0.88}
#: Degrees by which knees are read too far in.
TOO_FAR_IN_DEG: dict[View, float] = {"rear": 1.4, "front": 1.2}
#: Length of the trunk as drawn (middle of the hips to middle of the shoulders) for each of a true one, where it is off
#: by the same in every build and outfit.
TRUNK_DRAWN: dict[View, float] = {"rear": 1.087}
#: Knee angles beyond this (a leg in swing that points at the camera) are moved no further than this one.
LARGEST_DEG = 25.0


def without_model_bias(track: PoseTrack, view: View | None) -> PoseTrack:
    """The track with its knees put where they most likely are; that of a side view as it is.

    A knee moves sideways in the picture by as much as its angle (hip, knee, ankle) is off.
    """
    if view is None or is_side(view):
        return track
    xy = track.xy_px.copy()
    for side in SIDES:
        joints = np.array([Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE]) + (side == "right")
        hip, knee, ankle = (track.xy_px[:, joint] for joint in joints)
        inward = -outward(side, view)
        read = np.clip(bend(hip, knee, ankle, inward), -LARGEST_DEG, LARGEST_DEG)
        missing = np.radians((read - TOO_FAR_IN_DEG[view]) / SHARE_READ[view] - read)
        xy[:, joints[1], 0] += inward * missing * _way_per_radian(hip[:, 1], knee[:, 1], ankle[:, 1])
    return track.noted(f"knees: what the pose model adds from this side ({view}) taken off", xy_px=xy)


def trunk_drawn(view: View | None) -> float:
    """How many times longer than it is the model draws the trunk from this side."""
    return 1.0 if view is None else TRUNK_DRAWN.get(view, 1.0)


def _way_per_radian(hip_y: FloatArray, knee_y: FloatArray, ankle_y: FloatArray) -> FloatArray:
    """(T,) how far a knee lies from the straight line for each radian of its angle, px; little where a part of the leg
    points at the camera.
    """
    thigh, shank = np.maximum(knee_y - hip_y, 0.0), np.maximum(ankle_y - knee_y, 0.0)
    return np.asarray(thigh * shank / np.maximum(thigh + shank, 1e-9))
