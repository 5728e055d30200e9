"""The pose track: where the runner's joints are in every frame of a video."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

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
    world_m : (T, 33, 3) metres, hip-centred (MediaPipe's world landmarks).
    frame_size_px : (width, height) of the upright picture.
    cuts_s : times at which the picture jumps to another scene (the first frame after each cut).
    history : what was done to the track, in order, in words.

    A frame in which nobody was found is a row of NaN, never a missing row.
    """

    time_s: FloatArray
    xy_px: FloatArray
    visibility: FloatArray
    world_m: FloatArray
    frame_size_px: tuple[int, int]
    cuts_s: tuple[float, ...] = ()
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
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
