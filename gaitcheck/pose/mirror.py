"""The picture's mirror image as a second opinion on where the joints lie sideways.

Seen from behind or in front, a joint that lies on one side should lie on the other side in the mirror image. The pose
model does not quite see it so: what it adds to one leg it adds to the other one in the mirror image. The mean of both
is free of that, so that the two legs can be compared. The difference changes with the stride and not with the frame,
so a look at some frames of each stride is enough, and the frames between get what lies between. Nor does it change from
stride to stride: of a long video some seconds are looked at, and the frames far from these get what alike poses got.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.follow import Landmarker
from gaitcheck.pose.native import Float32Array, UInt8Array
from gaitcheck.pose.pelvis.crop import trunk_of
from gaitcheck.track import FloatArray, Landmark, PoseTrack

#: Time between two looks, seconds of the video: about eight of each stride (every 5th frame at 60 a second).
EVERY_S = 0.075
#: Seconds of a video of one or two stretches in which the mirror image is looked at if it lasts so long, and of each
#: stretch where there are more.
LOOKED_S, LOOKED_OF_STRETCH_S = 12.0, 2.5
#: A frame further than this from any look gets what so many frames with the most alike poses got, on average. Poses are
#: alike whose main joints lie this near to each other (from the hips, root of the summed squares, trunk lengths): those
#: of one run lie within 0.3, views from behind and in front 1.2 apart.
FAR_S, ALIKE, ALIKE_TRUNKS = 2 * EVERY_S, 8, 0.5
#: Half the difference between picture and mirror image of one of these joints beyond which one of the two shows
#: something else (legs exchanged, another person), trunk lengths. On rendered runners it stays below 0.05.
MOST_TRUNKS = 0.1
MAIN_JOINTS = [
    *(Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    *(Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE, Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE),
]


class MirrorLooks:
    """Looks at the mirror image from time to time, where somebody is seen from behind or in front."""

    def __init__(self) -> None:
        self._next_s = -np.inf

    def of(
        self, landmarker: Landmarker, rgb: UInt8Array, time_s: float, poses: Float32Array, people: int
    ) -> Float32Array | None:
        """How far the joints of these poses are to be moved to the picture's right, pixels of the poses.

        Parameters
        ----------
        landmarker : that found the poses.
        rgb, time_s : the frame.
        poses : (N, 33, 6) found in it.
        people : how many are followed.

        Returns
        -------
        (N, 33), NaN for a pose that the mirror image does not show; None where it was not looked at.
        """
        if time_s < self._next_s or not any(trunk_of(pose[:, :2]).square for pose in poses):
            return None
        self._next_s = time_s + EVERY_S
        return sideways(poses, landmarker.follow_mirrored(rgb, time_s, people))


def sideways(poses: Float32Array, others: Float32Array) -> Float32Array:
    """Half the way from each joint to where the mirror image, mirrored back, shows it.

    Parameters
    ----------
    poses, others : (N, 33, 6) and (M, 33, 6), in any order.

    Returns
    -------
    (N, 33) pixels, + to the right; NaN where no other pose shows the same person alike.
    """
    out = np.full(poses.shape[:2], np.nan, dtype=np.float32)
    if not len(others):
        return out
    for row, pose in zip(out, poses, strict=True):
        half = (others[..., 0] - pose[:, 0]) / 2
        apart = np.abs(half[:, MAIN_JOINTS]).max(axis=1)
        if apart.min() <= MOST_TRUNKS * trunk_of(pose[:, :2]).length:
            row[:] = half[apart.argmin()]
    return out


def moved_sideways(track: PoseTrack, px: Float32Array) -> PoseTrack:
    """The track with its joints moved, those between two looks by what lies between; scenes are kept apart.

    Frames far from any look get what the frames with the most alike poses got.

    Parameters
    ----------
    track : of the runner.
    px : (T, 33) how far the joints are to be moved to the right, NaN rows where the mirror image was not looked at.
    """
    looked = np.isfinite(px).all(axis=1)
    if not looked.any():
        return track
    moved, away_s = np.zeros(px.shape), np.full(len(px), np.inf)
    scene = np.searchsorted(np.asarray(track.cuts_s), track.time_s, side="right")
    for number in np.unique(scene[looked]):
        rows = scene == number
        times_s, there = track.time_s[rows], rows & looked
        looks_s = track.time_s[there]
        moved[rows] = np.column_stack([np.interp(times_s, looks_s, joint) for joint in px[there].T])
        after = np.searchsorted(looks_s, times_s)
        around_s = np.concatenate([[-np.inf], looks_s, [np.inf]])
        away_s[rows] = np.minimum(times_s - around_s[after], around_s[after + 1] - times_s)
    far = away_s > FAR_S
    if far.any():
        moved[far] = _as_alike_poses(track, px, far, otherwise=moved[far])
    xy = track.xy_px.copy()
    xy[..., 0] += moved
    return track.noted(f"joints moved halfway to where the mirror image of {looked.sum()} frames shows them", xy_px=xy)


def _as_alike_poses(track: PoseTrack, px: Float32Array, wanted: NDArray[np.bool_], otherwise: FloatArray) -> FloatArray:
    """What the frames looked at with the most alike poses got, (N, 33) for the N wanted; `otherwise` where none are."""
    from gaitcheck.numerics import KDTree  # loads much, which nothing needs until here

    looked = np.flatnonzero(np.isfinite(px).all(axis=1))
    hips, shoulders = (track.xy_px[:, pair].mean(axis=1) for pair in (MAIN_JOINTS[2:4], MAIN_JOINTS[:2]))
    trunk_px = np.nanmedian(np.linalg.norm(shoulders - hips, axis=1))
    shape = ((track.xy_px[:, MAIN_JOINTS] - hips[:, None]) / trunk_px).reshape(len(track), -1)
    known = np.isfinite(shape[wanted]).all(axis=1)
    out = otherwise.copy()
    if known.any():
        away, alike = KDTree(shape[looked]).query(shape[wanted][known], k=range(1, min(ALIKE, len(looked)) + 1))
        near = away.mean(axis=1) < ALIKE_TRUNKS
        out[np.flatnonzero(known)[near]] = px[looked][alike[near]].mean(axis=1)
    return out
