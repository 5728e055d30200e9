"""The part of a frame around the pelvis, at a fixed scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import FloatArray, Landmark
from gaitcheck.video.reader import resized

UInt8Array = NDArray[np.uint8]

#: Size of the crop in its own pixels (width, height).
CROP_PX = (288, 192)
#: Top and bottom of the crop relative to the middle of the hips, in trunk lengths (middle of the shoulders to middle of
#: the hips), + downwards. The waist lies about 0.25 above the hips, a loose hem up to 0.2 below.
TOP_TRUNKS, BOTTOM_TRUNKS = -0.50, 0.36
#: Least distance of the shoulders and of the hips across the picture, in trunk lengths. A square rear or front view has
#: about 0.65 and 0.35, a side view less than 0.35 and 0.20.
LEAST_SHOULDERS, LEAST_HIPS = 0.45, 0.24
#: Shortest trunk worth looking at, pixels of the picture: a degree of tilt then moves the pelvis's edge by a fifth of
#: a pixel.
SHORTEST_TRUNK_PX = 40.0
#: Half the thickness of a forearm and of a hand, in trunk lengths, with room for the landmarks' error.
FOREARM_TRUNKS, HAND_TRUNKS = 0.09, 0.12

#: As an array: numpy takes long to see that a list of names is one of numbers.
_TRUNK = np.array([Landmark.LEFT_HIP, Landmark.RIGHT_HIP, Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER])
_ARMS = (
    (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_INDEX, Landmark.LEFT_PINKY),
    (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST, Landmark.RIGHT_INDEX, Landmark.RIGHT_PINKY),
)


class Picture(Protocol):
    """A picture of which parts can be had at any size, as `video.reader.Frame` gives them."""

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""

    def part(self, left: int, top: int, right: int, bottom: int, size_px: tuple[int, int] | None = None) -> UInt8Array:
        """BGR of a part that lies within the picture, shrunk or enlarged to `size_px` where that is given."""


@dataclass(frozen=True)
class PelvisCrop:
    """The pelvis region of one frame, upright (never turned: its tilt is the picture's).

    Attributes
    ----------
    bgr : (192, 288, 3) uint8; black where the region leaves the picture.
    origin_px : (2,) place in the picture of the middle of the crop's first pixel.
    scale : picture pixels per crop pixel.
    trunk_px : trunk length in picture pixels.
    """

    bgr: UInt8Array
    origin_px: FloatArray
    scale: float
    trunk_px: float

    def to_picture(self, xy: FloatArray) -> FloatArray:
        """Picture pixels of (..., 2) crop pixels; whole numbers are the middles of pixels in both."""
        return np.asarray(xy) * self.scale + self.origin_px


def pelvis_crop(picture: Picture, xy_px: NDArray[np.floating]) -> PelvisCrop | None:
    """Cut the pelvis out of a frame.

    Parameters
    ----------
    picture : the frame.
    xy_px : (33, 2) landmarks of one person.

    Returns
    -------
    None where the person is not seen from behind or in front, is too small, or the hips lie outside the picture.
    """
    region = _region(np.asarray(xy_px, dtype=np.float64), picture.size_px)
    if region is None:
        return None
    x0, y0, wide, tall, trunk = region
    scale = tall / CROP_PX[1]
    origin = np.array([x0, y0]) + (scale - 1) / 2
    return PelvisCrop(_scaled(picture, x0, y0, wide, tall), origin, scale, trunk)


class Trunk(NamedTuple):
    """A person's trunk in the picture: the middle of the hips, the length up to the middle of the shoulders, and
    whether its breadth is that of somebody seen from behind or in front.
    """

    x: float
    y: float
    length: float
    square: bool


def trunk_of(xy: NDArray[np.floating]) -> Trunk:
    """The trunk of (33, 2) landmarks, in their pixels; plain numbers, as this is asked for in every frame."""
    left_hip, right_hip, left_shoulder, right_shoulder = xy[_TRUNK].tolist()
    x, y = ((a + b) / 2 for a, b in zip(left_hip, right_hip, strict=True))
    neck_x, neck_y = ((a + b) / 2 for a, b in zip(left_shoulder, right_shoulder, strict=True))
    length = math.hypot(neck_x - x, neck_y - y)
    hips, shoulders = right_hip[0] - left_hip[0], right_shoulder[0] - left_shoulder[0]
    wide = abs(hips) >= LEAST_HIPS * length and abs(shoulders) >= LEAST_SHOULDERS * length
    return Trunk(x, y, length, wide and hips * shoulders >= 0)


def _region(xy: FloatArray, size_px: tuple[int, int]) -> tuple[int, int, int, int, float] | None:
    """Left, top, width and height of the crop in the picture, and the trunk's length; None where there is none."""
    x, y, trunk, square = trunk_of(xy)
    if not trunk >= SHORTEST_TRUNK_PX or not square:  # NaN as well
        return None
    width, height = size_px
    if not (0 <= x < width and 0 <= y < height):
        return None
    # whole picture pixels, in the crop's shape of 3 : 2, so that place and scale are exact; and even ones, as video has
    # one value of colour for two pixels
    tall = 4 * round((BOTTOM_TRUNKS - TOP_TRUNKS) * trunk / 4)
    wide = tall * CROP_PX[0] // CROP_PX[1]
    x0, y0 = 2 * round((x - wide / 2) / 2), 2 * round((y + TOP_TRUNKS * trunk) / 2)
    return x0, y0, wide, tall, trunk


def arms_masks(xy: FloatArray, trunk: FloatArray, size: tuple[int, int]) -> UInt8Array:
    """(N, height, width) 1 where forearms and hands may lie, else 0.

    Parameters
    ----------
    xy : (N, 33, 2) landmarks in pixels of a part of the picture.
    trunk : (N,) trunk length in the same pixels.
    size : (width, height) of the part.
    """
    masks = np.zeros((len(xy), size[1], size[0]), dtype=np.uint8)
    ends = np.clip(np.nan_to_num(xy, nan=-1e4), -1e4, 1e4).round().astype(int).tolist()
    forearms, hands = (
        np.maximum(1, (2 * half * trunk).round()).astype(int).tolist() for half in (FOREARM_TRUNKS, HAND_TRUNKS)
    )
    for mask, near, forearm, hand in zip(masks, ends, forearms, hands, strict=True):
        for elbow, wrist, index, pinky in _ARMS:
            cv2.line(mask, near[elbow], near[wrist], 1, forearm)
            cv2.line(mask, near[wrist], near[index], 1, hand)
            cv2.line(mask, near[wrist], near[pinky], 1, hand)
    return masks


def _scaled(picture: Picture, x0: int, y0: int, wide: int, tall: int) -> UInt8Array:
    """The rectangle at the crop's size, black where it leaves the picture."""
    width, height = picture.size_px
    x1, y1 = x0 + wide, y0 + tall
    if min(x0, y0) >= 0 and x1 <= width and y1 <= height:
        return picture.part(x0, y0, x1, y1, CROP_PX)
    part = picture.part(max(x0, 0), max(y0, 0), min(x1, width), min(y1, height))
    beyond = (max(-y0, 0), max(y1 - height, 0), max(-x0, 0), max(x1 - width, 0))
    whole = cv2.copyMakeBorder(part, *beyond, cv2.BORDER_CONSTANT)
    return resized(np.asarray(whole, dtype=np.uint8), CROP_PX)
