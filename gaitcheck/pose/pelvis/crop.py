"""The part of a frame around the pelvis, at a fixed scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import FloatArray, Landmark

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
#: Room around the crop in which a spot near its edge is looked at, crop pixels.
SPARE_CROP_PX = 16.0
#: Half the thickness of a forearm and of a hand, in trunk lengths, with room for the landmarks' error.
FOREARM_TRUNKS, HAND_TRUNKS = 0.09, 0.12

_ARMS = (
    (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_INDEX, Landmark.LEFT_PINKY),
    (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST, Landmark.RIGHT_INDEX, Landmark.RIGHT_PINKY),
)


@dataclass(frozen=True)
class PelvisCrop:
    """The pelvis region of one frame, upright (never turned: its tilt is the picture's).

    Attributes
    ----------
    bgr : (192, 288, 3) uint8; black where the region leaves the picture.
    usable : (192, 288) bool; False outside the picture and where a forearm or a hand may lie.
    origin_px : (2,) place in the picture of the middle of the crop's first pixel.
    scale : picture pixels per crop pixel.
    trunk_px : trunk length in picture pixels.
    xy : (33, 2) landmarks in crop pixels.
    visibility : (33,) 0..1 of the landmarks.
    """

    bgr: UInt8Array
    usable: NDArray[np.bool_]
    origin_px: FloatArray
    scale: float
    trunk_px: float
    xy: FloatArray
    visibility: FloatArray

    def to_picture(self, xy: FloatArray) -> FloatArray:
        """Picture pixels of (..., 2) crop pixels; whole numbers are the middles of pixels in both."""
        return np.asarray(xy) * self.scale + self.origin_px


def part_around(xy_px: NDArray[np.floating], size_px: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The part of a picture that the crop of a person's pelvis, and a look at its edges, need.

    Parameters
    ----------
    xy_px : (33, 2) landmarks.
    size_px : (width, height) of the picture.

    Returns
    -------
    Left, top, right and bottom; None where there is no crop (see `pelvis_crop`).
    """
    region = _region(np.asarray(xy_px, dtype=np.float64), size_px)
    if region is None:
        return None
    x0, y0, wide, tall, _ = region
    spare = round(SPARE_CROP_PX * tall / CROP_PX[1]) + 2
    left, top = max(x0 - spare, 0), max(y0 - spare, 0)
    return left, top, min(x0 + wide + spare, size_px[0]), min(y0 + tall + spare, size_px[1])


def pelvis_crop(bgr: UInt8Array, xy_px: NDArray[np.floating], visibility: NDArray[np.floating]) -> PelvisCrop | None:
    """Cut the pelvis out of a frame.

    Parameters
    ----------
    bgr : (H, W, 3) the frame.
    xy_px : (33, 2) landmarks of one person.
    visibility : (33,) 0..1.

    Returns
    -------
    None where the person is not seen from behind or in front, is too small, or the hips lie outside the picture.
    """
    xy = np.asarray(xy_px, dtype=np.float64)
    region = _region(xy, (bgr.shape[1], bgr.shape[0]))
    if region is None:
        return None
    x0, y0, wide, tall, trunk = region
    scale = tall / CROP_PX[1]
    shown, inside = _scaled(bgr, x0, y0, wide, tall)
    origin = np.array([x0, y0]) + (scale - 1) / 2
    in_crop = (xy - origin) / scale
    usable = inside & ~arms_mask(in_crop, trunk / scale)
    return PelvisCrop(shown, usable, origin, scale, trunk, in_crop, np.asarray(visibility, dtype=np.float64))


def trunk_length(xy: FloatArray) -> FloatArray:
    """(...) middle of the shoulders to middle of the hips, of (..., 33, 2) landmarks."""
    shoulders = (xy[..., Landmark.LEFT_SHOULDER, :] + xy[..., Landmark.RIGHT_SHOULDER, :]) / 2
    hips = (xy[..., Landmark.LEFT_HIP, :] + xy[..., Landmark.RIGHT_HIP, :]) / 2
    return np.asarray(np.linalg.norm(shoulders - hips, axis=-1))


def seen_squarely(xy: FloatArray) -> bool:
    """Whether (33, 2) landmarks show somebody from behind or in front, by the trunk's breadth in the picture."""
    trunk = trunk_length(xy)
    across_hips = (xy[Landmark.RIGHT_HIP, 0] - xy[Landmark.LEFT_HIP, 0]) / trunk
    across_shoulders = (xy[Landmark.RIGHT_SHOULDER, 0] - xy[Landmark.LEFT_SHOULDER, 0]) / trunk
    wide = abs(across_hips) >= LEAST_HIPS and abs(across_shoulders) >= LEAST_SHOULDERS
    return bool(wide and across_hips * across_shoulders >= 0)


def _region(xy: FloatArray, size_px: tuple[int, int]) -> tuple[int, int, int, int, float] | None:
    """Left, top, width and height of the crop in the picture, and the trunk's length; None where there is none."""
    hips = (xy[Landmark.LEFT_HIP] + xy[Landmark.RIGHT_HIP]) / 2
    trunk = float(trunk_length(xy))
    if not trunk >= SHORTEST_TRUNK_PX or not seen_squarely(xy):  # NaN as well
        return None
    width, height = size_px
    if not (0 <= hips[0] < width and 0 <= hips[1] < height):
        return None
    # whole picture pixels, in the crop's shape of 3 : 2, so that place and scale are exact
    tall = 2 * max(1, round((BOTTOM_TRUNKS - TOP_TRUNKS) * trunk / 2))
    wide = tall * CROP_PX[0] // CROP_PX[1]
    x0, y0 = round(float(hips[0]) - wide / 2), round(float(hips[1]) + TOP_TRUNKS * trunk)
    return x0, y0, wide, tall, trunk


def arms_mask(xy: FloatArray, trunk: float, size: tuple[int, int] = CROP_PX) -> NDArray[np.bool_]:
    """(height, width) True where forearms and hands may lie.

    Parameters
    ----------
    xy : (33, 2) landmarks in pixels of the crop, or of another picture of that `size` (width, height).
    trunk : trunk length in the same pixels.
    """
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    near = np.clip(np.nan_to_num(xy, nan=-1e4), -1e4, 1e4).round().astype(int)
    for elbow, wrist, index, pinky in _ARMS:
        for a, b, half in (
            (elbow, wrist, FOREARM_TRUNKS),
            (wrist, index, HAND_TRUNKS),
            (wrist, pinky, HAND_TRUNKS),
        ):
            cv2.line(mask, near[a].tolist(), near[b].tolist(), 1, max(1, round(2 * half * trunk)))
    return np.asarray(mask, dtype=bool)


def _scaled(bgr: UInt8Array, x0: int, y0: int, wide: int, tall: int) -> tuple[UInt8Array, NDArray[np.bool_]]:
    """The rectangle at the crop's size, black where it leaves the picture, and where it does not."""
    height, width = bgr.shape[:2]
    part = bgr[max(y0, 0) : min(y0 + tall, height), max(x0, 0) : min(x0 + wide, width)]
    above, below = max(-y0, 0), max(y0 + tall - height, 0)
    before, after = max(-x0, 0), max(x0 + wide - width, 0)
    if above or below or before or after:
        part = np.asarray(cv2.copyMakeBorder(part, above, below, before, after, cv2.BORDER_CONSTANT), dtype=np.uint8)
    smaller = tall > CROP_PX[1]
    shown = cv2.resize(part, CROP_PX, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    inside = np.zeros((CROP_PX[1], CROP_PX[0]), dtype=bool)
    k = CROP_PX[1] / tall
    rows = slice(int(np.ceil(above * k)), CROP_PX[1] - int(np.ceil(below * k)))
    inside[rows, int(np.ceil(before * k)) : CROP_PX[0] - int(np.ceil(after * k))] = True
    return np.asarray(shown, dtype=np.uint8), inside
