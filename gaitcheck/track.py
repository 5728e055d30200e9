"""What is known of every frame of a video: the pose track (joints), the pelvis track (tilt of the pelvis), and both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_LANDMARKS = 33


class Landmark(IntEnum):
    """Rows of the second axis of a track (the 33 points of BlazePose; left and right are the runner's own)."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


#: Landmark order after exchanging left and right.
EXCHANGED_SIDES = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9] + [i + 1 if i % 2 else i - 1 for i in range(11, N_LANDMARKS)]
)


@dataclass(frozen=True)
class PoseTrack:
    """Joint positions of one person over time.

    Attributes
    ----------
    time_s : (T,) seconds, strictly increasing; presentation time of each frame, the first frame being 0.
    xy_px : (T, 33, 2) pixels of the upright picture, x to the right, y down.
    visibility : (T, 33) 0..1.
    world_m : (T, 33, 3) float32, metres, hip-centred (MediaPipe's world landmarks, as exact as it gives them).
    frame_size_px : (width, height) of the upright picture.
    cuts_s : times at which the picture jumps to another scene (the first frame after each cut).
    history : what was done to the track, in order, in words.

    A frame in which nobody was found is a row of NaN, never a missing row.
    """

    time_s: FloatArray
    xy_px: FloatArray
    visibility: FloatArray
    world_m: NDArray[np.float32]
    frame_size_px: tuple[int, int]
    cuts_s: tuple[float, ...] = ()
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "world_m", np.asarray(self.world_m, dtype=np.float32))
        n = len(self.time_s)
        wanted = {
            "time_s": (n,),
            "xy_px": (n, N_LANDMARKS, 2),
            "visibility": (n, N_LANDMARKS),
            "world_m": (n, N_LANDMARKS, 3),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        if n > 1 and not np.all(np.diff(self.time_s) > 0):
            raise ValueError("time_s must be strictly increasing")

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def found(self) -> NDArray[np.bool_]:
        """(T,) True where a person was found."""
        return np.isfinite(self.xy_px[:, Landmark.LEFT_HIP, 0])

    def point(self, landmark: Landmark) -> FloatArray:
        """(T, 2) pixel positions of one landmark."""
        return self.xy_px[:, landmark]

    def noted(self, what: str, **changes: object) -> PoseTrack:
        """A changed copy whose history says what was done."""
        return replace(self, history=(*self.history, what), **changes)  # type: ignore[arg-type]


PelvisSource = Literal["stickers", "garment", "registration", "fused", "none"]


@dataclass(frozen=True)
class PelvisTrack:
    """Tilt of the pelvis over time as the picture shows it (never from the pose model's hips, which hardly tilt).

    Attributes
    ----------
    time_s : (T,) seconds, as in the pose track of the same video.
    tilt_deg : (T,) tilt of the pelvis line in the upright picture as filmed (camera roll not undone), + = its end at
        the picture's right lies lower; NaN where it was not seen.
    noise_deg : (T,) standard error of one frame's tilt, independent from frame to frame; NaN where there is no tilt.
    ends_px : (T, 2, 2) ends of the line to be drawn, the picture's left one first, then x and y; NaN likewise.
    source : what the line was read from; "none" where there is no line.
    absolute : True where `tilt_deg` is the line's tilt in the picture; False where only its swing is known and the
        zero is the mean over the run.
    zero_deg : half width of the 95 % interval of an error that all frames share (a sticker or waistband that does not
        lie level on a level pelvis); inf where the zero is unknown.
    swing_deg : half width of the 95 % interval of the error of the tilt's swing from one side to the other.
    reason : a sentence that says why there is no line and what helps next time; None where there is one.
    """

    time_s: FloatArray
    tilt_deg: FloatArray
    noise_deg: FloatArray
    ends_px: FloatArray
    source: PelvisSource
    absolute: bool
    zero_deg: float
    swing_deg: float
    reason: str | None = None

    def __post_init__(self) -> None:
        n = len(self.time_s)
        wanted = {"time_s": (n,), "tilt_deg": (n,), "noise_deg": (n,), "ends_px": (n, 2, 2)}
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")
        if (self.source == "none") != (self.reason is not None):
            raise ValueError("a pelvis track without a line needs a reason, one with a line has none")

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T,) True where the line was seen."""
        return np.isfinite(self.tilt_deg)

    @classmethod
    def missing(cls, time_s: FloatArray, reason: str) -> PelvisTrack:
        """A track without a line, with the reason."""
        n = len(time_s)
        nothing = np.full(n, np.nan)
        return cls(time_s, nothing, nothing, np.full((n, 2, 2), np.nan), "none", False, np.inf, np.inf, reason)


@dataclass(frozen=True)
class CameraRoll:
    """How far the camera was turned, from the straight lines of the room.

    Attributes
    ----------
    roll_deg : turn of a level line in the picture, + = its right end lower.
    sd_deg : standard deviation of that.
    upright_lines, level_lines : lines that agree with it.
    lean_deg, lean_sd_deg : how much more upright lines lean to the right half a long side of the picture further right
        (+ = the camera looks down), and the standard deviation of that.
    """

    roll_deg: float
    sd_deg: float
    upright_lines: int
    level_lines: int
    lean_deg: float
    lean_sd_deg: float


@dataclass(frozen=True)
class RunnerTrack:
    """The runner's track and pelvis, the largest number of people found together, and what is wrong with the file.

    `damaged` is a sentence where the file broke off before its end, None otherwise. `pelvis` is None where the video's
    pictures were not looked at for it, `roll` where the room shows too few straight lines. Row i of the track is the
    video's frame i * `every`.
    """

    track: PoseTrack
    persons_seen: int
    damaged: str | None = None
    pelvis: PelvisTrack | None = None
    roll: CameraRoll | None = None
    every: int = 1
