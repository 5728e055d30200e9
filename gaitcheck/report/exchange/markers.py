"""The landmarks as markers in space: metres, OpenSim's axes, equal steps in time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.angles import rotated
from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.clean import STRAIGHT_LEG, leg_length
from gaitcheck.gait.pipeline import LEG_SHARE_OF_HEIGHT
from gaitcheck.settings import Settings
from gaitcheck.track import FloatArray, Landmark, PoseTrack

#: Of the head, nose and ears are enough.
LANDMARKS = (
    Landmark.NOSE,
    Landmark.LEFT_EAR,
    Landmark.RIGHT_EAR,
    *(joint for joint in Landmark if joint >= Landmark.LEFT_SHOULDER),
)
#: Steps in time may differ by this share and still count as equal.
_EVEN_SHARE = 0.001
#: The foot's lowest place: this percentile of its height, so that single bad frames do not count.
_GROUND_PERCENTILE = 2


@dataclass(frozen=True)
class Markers:
    """Marker positions of one video.

    Attributes
    ----------
    names : (M,) names of the landmarks, such as LeftKnee.
    time_s : (F,) real seconds from 0, evenly spaced.
    rate_hz : frames a second.
    position_m : (F, M, 3) metres; X forward, Y up, Z to the runner's right; NaN where the landmark was not found. The
        axis along the line of sight is 0 throughout. Y is 0 at the lowest place of the feet; the other axis is 0 at the
        mean place of the hips.
    scale : in words, where the scale comes from.
    """

    names: tuple[str, ...]
    time_s: FloatArray
    rate_hz: float
    position_m: FloatArray
    scale: str


def markers_of(video: VideoAnalysis, settings: Settings) -> Markers:
    """The cleaned landmarks of a video as markers.

    The scale is the given body height (leg length by Drillis and Contini 1966), or else the pose model's own estimate
    of the leg's length in metres.

    Raises
    ------
    UnusableInputError
        Nobody was followed in the video, or its view is not known.
    """
    gait = video.gait
    if gait.view is None or not np.isfinite(legs_px := leg_length(gait.track, STRAIGHT_LEG)):
        raise UnusableInputError(
            f"{video.facts.file_name} shows no runner from a known side, so there is nothing to export."
        )
    time_s, xy = _evenly(gait.track)
    if settings.height_cm is not None:
        leg_m, scale = LEG_SHARE_OF_HEIGHT * settings.height_cm / 100, "the body height given"
    else:
        flat = replace(gait.track, xy_px=gait.track.world_m[..., :2].astype(np.float64))
        leg_m, scale = leg_length(flat, STRAIGHT_LEG), "the pose model's estimate of the leg's length"
    if gait.roll_deg is not None:
        width, height = gait.track.frame_size_px
        xy = rotated(xy, gait.roll_deg, (width / 2, height / 2))
    right_m = xy[..., 0] * leg_m / legs_px
    up_m = -xy[..., 1] * leg_m / legs_px
    hips = right_m[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]]
    feet = up_m[:, [Landmark.LEFT_HEEL, Landmark.RIGHT_HEEL, Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX]]
    right_m = right_m - np.nanmean(hips)
    up_m = up_m - np.nanpercentile(feet, _GROUND_PERCENTILE)
    position = np.where(np.isfinite(xy[:, :, :1]), 0.0, np.nan) * np.ones(3)
    position[..., 1] = up_m
    if gait.view in ("left", "right"):
        position[..., 0] = -right_m if gait.direction == "image_left" else right_m
    else:
        position[..., 2] = right_m if gait.view == "rear" else -right_m
    names = tuple("".join(part.capitalize() for part in joint.name.split("_")) for joint in LANDMARKS)
    return Markers(names, time_s, 1 / float(time_s[1] - time_s[0]), position[:, LANDMARKS], scale)


def _evenly(track: PoseTrack) -> tuple[FloatArray, FloatArray]:
    """Times from 0 in equal steps, with (F, 33, 2) pixels at them.

    A value between two frames is on the line between them, and NaN where one of them has none.
    """
    time_s = track.time_s - track.time_s[0]
    gaps = np.diff(time_s)
    step = float(np.median(gaps))
    if np.all(np.abs(gaps - step) <= _EVEN_SHARE * step):
        return np.linspace(0.0, float(time_s[-1]), len(time_s)), track.xy_px
    even: FloatArray = np.arange(0.0, time_s[-1] + step / 2, step)
    after = np.clip(np.searchsorted(time_s, even), 1, len(time_s) - 1)
    share = ((even - time_s[after - 1]) / (time_s[after] - time_s[after - 1])).clip(0, 1)[:, None, None]
    mixed: FloatArray = (1 - share) * track.xy_px[after - 1] + share * track.xy_px[after]
    return even, mixed
