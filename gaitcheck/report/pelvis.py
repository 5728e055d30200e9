"""The measured pelvis line, as it is drawn into pictures."""

from __future__ import annotations

import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.track import FloatArray, Landmark

#: The drawn line is at least this many hip widths long, so that the tilt of a line between two near dots shows.
LEAST_HIP_WIDTHS = 1.4


def pelvis_ends(video: VideoAnalysis) -> FloatArray:
    """(T, 2, 2) ends of the pelvis line in pixels of the video, the runner's left first.

    NaN where it was not seen, and throughout where only its swing is known: a drawn line would claim a level. A short
    line is prolonged on both sides. It never comes from the pose model's hips.
    """
    pelvis, view = video.runner.pelvis, video.gait.view
    if pelvis is None or not pelvis.absolute or view not in ("rear", "front"):
        return np.full((len(video.raw_track), 2, 2), np.nan)
    ends = pelvis.ends_px if view == "rear" else pelvis.ends_px[:, ::-1]
    hips = video.raw_track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0]
    width = np.abs(hips[:, 0] - hips[:, 1])
    middle, half = ends.mean(axis=1, keepdims=True), np.diff(ends, axis=1) / 2
    length = 2 * np.linalg.norm(half, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        longer = np.maximum(LEAST_HIP_WIDTHS * width[:, None, None] / length, 1.0)
    return np.asarray(np.concatenate([middle - half * longer, middle + half * longer], axis=1))
