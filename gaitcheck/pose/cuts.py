"""Scene cuts: where the picture jumps to another scene."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

UInt8Array = NDArray[np.uint8]

#: Cells of the colour histogram along each of the three colours.
_CELLS = 6
#: Size to which a frame is shrunk before it is compared.
_SMALL_PX = (48, 48)
#: Rows and columns of the frame that are looked at for that.
_SAMPLED_PX = 192
#: Least change of the picture (mean absolute difference, 0..1) and of its colours (half the L1 distance, 0..1).
LEAST_PICTURE_CHANGE = 0.11
LEAST_COLOUR_CHANGE = 0.2
#: A cut must exceed the usual change between two frames of this video by this factor.
TIMES_USUAL = 4.0
#: The share by which a new frame moves the usual change.
_ADAPT = 0.1


class CutDetector:
    """Tells, frame after frame, whether a new scene begins; keeps one small picture, nothing else.

    A cut changes both the picture (so that a lamp that is switched on is one, a moving camera is not) and its colours,
    and much more than the frames before it did.
    """

    def __init__(self) -> None:
        self._picture: UInt8Array | None = None
        self._usual = 0.0

    def is_cut(self, frame: UInt8Array) -> bool:
        """Whether this frame (H, W, 3) belongs to another scene than the frame given before it."""
        sampled = frame
        if min(frame.shape[:2]) > _SAMPLED_PX:
            # averaging over all pixels costs as much as a third of decoding the frame, and tells no more
            size = (_SAMPLED_PX, _SAMPLED_PX)
            sampled = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
        picture = np.asarray(cv2.resize(sampled, _SMALL_PX, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        former, self._picture = self._picture, picture
        if former is None:
            return False
        change = cv2.norm(picture, former, cv2.NORM_L1) / (255 * picture.size)
        cut = (
            change >= LEAST_PICTURE_CHANGE
            and change >= TIMES_USUAL * self._usual
            and cv2.norm(_colours(picture), _colours(former), cv2.NORM_L1) / 2 >= LEAST_COLOUR_CHANGE
        )
        if not cut:
            self._usual += _ADAPT * (change - self._usual)
        return cut


def _colours(picture: UInt8Array) -> NDArray[np.float32]:
    """The share of the picture that has each colour."""
    counts = cv2.calcHist([picture], [0, 1, 2], None, [_CELLS] * 3, [0, 256] * 3)
    return np.asarray(counts, dtype=np.float32) / np.float32(picture.size // 3)
