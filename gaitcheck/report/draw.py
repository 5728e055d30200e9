"""Drawing on BGR pictures: colours, sizes that follow the picture, text with every sign, translucent boxes.

Left and right are sky blue and orange of the Okabe-Ito palette, which people with any common colour blindness can
tell apart (Okabe & Ito, Color Universal Design, 2002).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.result import Side
from gaitcheck.track import FloatArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

SIDE_BGR: dict[Side | None, Colour] = {"left": (233, 180, 86), "right": (0, 159, 230), None: (255, 255, 255)}
WHITE: Colour = (255, 255, 255)
GREY: Colour = (190, 190, 190)
DARK: Colour = (28, 24, 20)

#: Sub-pixel positions: OpenCV takes them as integers with this many fractional bits.
_SHIFT = 4


@dataclass(frozen=True)
class Style:
    """Sizes in pixels of the picture that is drawn on."""

    text: int
    line: int
    dot: int
    pad: int

    @classmethod
    def of(cls, size_px: tuple[int, int]) -> Style:
        """Sizes that stay readable on a phone, where a wide picture is shown smaller than a tall one."""
        side = (size_px[0] * size_px[1]) ** 0.5
        wide = max(1.0, size_px[0] / size_px[1]) ** 0.4
        return cls(
            text=max(12, round(0.030 * side * wide)),
            line=max(2, round(0.0055 * side)),
            dot=max(3, round(0.0075 * side)),
            pad=max(4, round(0.014 * side)),
        )


def text(picture: Picture, at: tuple[float, float], words: str, colour: Colour, px: int, *, bold: bool = False) -> None:
    """Write words with the left end of their baseline at `at`."""
    cv2.putText(picture, words, _whole(at), colour, _fonts.sans, px, 700 if bold else 500)


def text_width(words: str, px: int, *, bold: bool = False) -> int:
    """Pixels that the words take, from their start to where the next word could start."""
    box = cv2.getTextSize((0, 0), words, (0, 0), _fonts.sans, px, 700 if bold else 500)
    return int(box[0] + box[2])


def box(picture: Picture, x: int, y: int, width: int, height: int, *, keep: float = 0.35) -> None:
    """Darken a rectangle, keeping the given share of what is under it."""
    area = picture[max(y, 0) : y + height, max(x, 0) : x + width]
    if area.size:
        cv2.addWeighted(area, keep, _dark(area.shape[:2]), 1 - keep, 0, dst=area)


def line(picture: Picture, a: FloatArray, b: FloatArray, colour: Colour, width: int) -> None:
    """A line with a dark edge, so that it shows on any background. Points of NaN draw nothing."""
    if not _drawable(a, b):
        return
    for ink, wide in ((DARK, width + max(2, width // 2)), (colour, width)):
        cv2.line(picture, _fine(a), _fine(b), ink, wide, cv2.LINE_AA, _SHIFT)


def dashed(picture: Picture, a: FloatArray, b: FloatArray, colour: Colour, width: int) -> None:
    """A reference line that is not part of the body."""
    if not _drawable(a, b):
        return
    pieces = max(3, int(np.hypot(*(b - a)) / (5 * width)) | 1)
    for i in range(0, pieces, 2):
        line(picture, a + (b - a) * i / pieces, a + (b - a) * (i + 1) / pieces, colour, width)


def dot(picture: Picture, at: FloatArray, colour: Colour, radius: int) -> None:
    """A filled point with a dark edge."""
    if _drawable(at):
        cv2.circle(picture, _fine(at), (radius + 1) << _SHIFT, DARK, -1, cv2.LINE_AA, _SHIFT)
        cv2.circle(picture, _fine(at), radius << _SHIFT, colour, -1, cv2.LINE_AA, _SHIFT)


def ring(picture: Picture, at: FloatArray, colour: Colour, radius: int, width: int) -> None:
    """A circle line with a dark edge."""
    if _drawable(at):
        for ink, wide in ((DARK, width + 2), (colour, width)):
            cv2.circle(picture, _fine(at), radius << _SHIFT, ink, wide, cv2.LINE_AA, _SHIFT)


def arc(picture: Picture, centre: FloatArray, a: FloatArray, b: FloatArray, radius: float, colour: Colour) -> None:
    """Fill the smaller sector between the directions `a` and `b` half through."""
    if not _drawable(centre, a, b):
        return
    start, turn = np.arctan2(a[1], a[0]), np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b)
    angles = start + turn * np.linspace(0, 1, 24)
    rim = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    polygon = np.round(np.vstack([centre, rim]) * (1 << _SHIFT)).astype(np.int32)
    over = picture.copy()
    cv2.fillPoly(over, [polygon], colour, cv2.LINE_AA, _SHIFT)
    cv2.addWeighted(over, 0.55, picture, 0.45, 0, dst=picture)
    cv2.polylines(picture, [polygon[1:]], False, colour, 2, cv2.LINE_AA, _SHIFT)


@lru_cache(maxsize=16)
def _dark(size: tuple[int, int]) -> Picture:
    """(H, W, 3) of the dark colour; the few sizes of a video come again in every frame."""
    return np.full((*size, 3), DARK, np.uint8)


def _drawable(*points: FloatArray) -> bool:
    # NaN is not less than anything
    return all(abs(value) < 1e5 for point in points for value in point.tolist())


def _fine(point: FloatArray) -> Sequence[int]:
    return (round(float(point[0]) * (1 << _SHIFT)), round(float(point[1]) * (1 << _SHIFT)))


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0]), round(point[1])


class _Fonts(threading.local):
    """A font of its own for each thread: two that write with the same one at once garble each other's words."""

    def __init__(self) -> None:
        self.sans: Any = cv2.FontFace("sans")


_fonts = _Fonts()
