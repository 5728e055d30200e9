"""Possible stickers in one frame: small round spots of a colour that differs from what is around them."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.crop import CROP_PX, PelvisCrop, Picture, UInt8Array
from gaitcheck.track import FloatArray

Float32Array = NDArray[np.float32]

#: Spots kept of each frame, the clearest first, and numbers kept of each.
MOST_DOTS = 8
DOT_NUMBERS = 7

#: At a video's start and after two spots were seen together, every frame is searched for so long; else the first one of
#: a stretch and every so many-th.
_LASTS_S, _SOMETIMES = 1.0, 8
#: Places looked at closely in each frame.
_LOOKS = 16
#: Spreads of the blurs whose difference shows a spot, in pixels of the crop halved (colour is coded at half
#: resolution): stickers of 8 to 30 mm are 2 to 7 of them wide.
_BLURS = (0.8, 1.4, 2.4)
_AROUND = 2.2
#: Least difference of the blurs' colour (CIE a*, b*), and of a spot's colour from what is around it.
_LEAST_RESPONSE = 4.0
_LEAST_CONTRAST = 16.0
#: Share of that contrast which must show at half resolution already, where a small spot is blurred.
_LONELY = 0.5
#: Half width of the window in which a spot is measured, and smallest and largest diameter of a spot, in crop pixels
#: (about 2.2 mm each).
_WINDOW = 15.0
_SMALLEST, _LARGEST = 2.5, 18.0
#: Least ratio of a spot's short to its long axis, and least share of its outline's ellipse that it fills.
_LEAST_ROUND, _LEAST_FULL = 0.5, 0.75
#: Where a spot's surroundings are looked at, half crop pixels: in twelve directions.
_DIRECTIONS = np.arange(12) * 2 * np.pi / 12
_FAR_X, _FAR_Y = (np.round(_WINDOW / 2 * f(_DIRECTIONS)).astype(int) for f in (np.cos, np.sin))
#: Pixels among which a spot must be the clearest.
_NEIGHBOURS = np.ones((5, 5), np.uint8)
#: Lightness counts less than colour: it changes with the light and over a curved back.
_LIGHTNESS = 0.4


class DotLooks:
    """Knows in which frames of a stretch spots are looked for: most runners wear none.

    Parameters
    ----------
    goes_on : the stretch is not a video's first.
    """

    def __init__(self, goes_on: bool) -> None:
        self._first_s = 0.0 if goes_on else _LASTS_S
        self._until_s: float | None = None

    def due(self, number: int, time_s: float) -> bool:
        """Whether the frame of this number and time is looked at."""
        if self._until_s is None:
            self._until_s = time_s + self._first_s
        return time_s <= self._until_s or number % _SOMETIMES == 0

    def saw(self, time_s: float, spots: int) -> None:
        """Note how many spots a look found on one person."""
        if spots > 1:
            self._until_s = time_s + _LASTS_S


def no_dots() -> Float32Array:
    """What `find_dots` gives where there is no spot."""
    return np.full((MOST_DOTS, DOT_NUMBERS), np.nan, dtype=np.float32)


def find_dots(picture: Picture, crop: PelvisCrop) -> Float32Array:
    """Find spots that may be stickers: in the crop, then measured in the frame at full resolution.

    Parameters
    ----------
    picture : the frame.
    crop : its pelvis region.

    Returns
    -------
    (MOST_DOTS, DOT_NUMBERS) float32, NaN rows where there are fewer spots: x, y and diameter in picture pixels; the
    colour as CIE L*, a*, b*; and its distance from the surroundings' in a*, b*.
    """
    found: list[tuple[float, ...]] = []
    for x, y in _places(crop):
        spot = _measured(picture, crop.to_picture(np.array([x, y])), crop.scale)
        if spot is not None and all((spot[0] - o[0]) ** 2 + (spot[1] - o[1]) ** 2 > spot[2] ** 2 / 4 for o in found):
            found.append(spot)
    found.sort(key=lambda spot: -spot[-1])
    out = no_dots()
    for row, spot in zip(out, found, strict=False):
        row[:] = spot
    return out


def _places(crop: PelvisCrop) -> FloatArray:
    """(N, 2) crop pixels whose colour differs most from its surroundings, and on all sides."""
    wide, tall = CROP_PX[0] // 2, CROP_PX[1] // 2
    half = cv2.resize(crop.bgr, (wide, tall), interpolation=cv2.INTER_AREA)
    colours = [plane.astype(np.float32) for plane in cv2.split(cv2.cvtColor(half, cv2.COLOR_BGR2LAB))[1:]]
    response = np.zeros((tall, wide), dtype=np.float32)
    for blur in _BLURS:
        changes = [cv2.subtract(_blurred(colour, blur), _blurred(colour, _AROUND * blur)) for colour in colours]
        cv2.max(response, cv2.magnitude(*changes), response)
    top = (response >= cv2.dilate(response, _NEIGHBOURS)) & (response > _LEAST_RESPONSE)
    y, x = np.nonzero(top)
    # edges of cloth and body are told at once: along them the colour goes on
    far_y, far_x = np.clip(y[:, None] + _FAR_Y, 0, tall - 1), np.clip(x[:, None] + _FAR_X, 0, wide - 1)
    apart = np.hypot(*(colour[far_y, far_x] - colour[y, x][:, None] for colour in colours))
    alone = _low(apart) > _LONELY * _LEAST_CONTRAST
    y, x = y[alone], x[alone]
    best = np.argsort(-response[y, x], kind="stable")[:_LOOKS]
    return np.stack([x[best], y[best]], axis=1).astype(np.float64) * 2 + 0.5


def _blurred(colour: Float32Array, spread: float) -> Float32Array:
    side = 2 * round(3 * spread) + 1
    return np.asarray(cv2.GaussianBlur(colour, (side, side), spread), dtype=np.float32)


def _low(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """(...) value below which a fifth of (..., N) lies, as `numpy.percentile` has it but without its preparations."""
    place = 0.2 * (values.shape[-1] - 1)
    below = int(place)
    ordered = np.partition(values, (below, below + 1), axis=-1)
    return np.asarray(ordered[..., below] + (place - below) * (ordered[..., below + 1] - ordered[..., below]))


def _lab(bgr: UInt8Array) -> Float32Array:
    """Convert to CIE L*a*b*: L* 0..100, a* and b* about -100..100."""
    lab = cv2.cvtColor(np.asarray(bgr, dtype=np.float32) / np.float32(255), cv2.COLOR_BGR2LAB)
    return np.asarray(lab, dtype=np.float32)


def _measured(picture: Picture, at_px: FloatArray, scale: float) -> tuple[float, ...] | None:
    """Measure one spot near a place of the frame; None where there is no small round one."""
    half = max(4, round(_WINDOW * scale))
    x0, y0 = (round(float(v)) - half for v in at_px)
    width, height = picture.size_px
    if x0 < 0 or y0 < 0 or x0 + 2 * half >= width or y0 + 2 * half >= height:
        return None
    lab = _lab(picture.part(x0, y0, x0 + 2 * half + 1, y0 + 2 * half + 1))
    core = max(1, round(0.7 * scale))
    inner = lab[half - core : half + core + 1, half - core : half + core + 1].reshape(-1, 3)
    colour = np.median(inner, axis=0)
    weight = np.array([_LIGHTNESS, 1.0, 1.0], dtype=np.float32)
    away = np.linalg.norm((lab - colour) * weight, axis=-1)
    ring, rim = _around(half)
    apart = float(_low(away[ring]))
    if apart < _LEAST_CONTRAST:
        return None
    share = np.clip(1.25 - 1.5 * away / apart, 0, 1)  # 1 on the spot, a half where it mixes evenly with the cloth
    _, labels = cv2.connectedComponents((share > 0.25).astype(np.uint8))
    own = labels == labels[half, half]
    if labels[half, half] == 0 or (own & rim).any():
        return None
    shape = _shape(np.where(cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, share, 0.0))
    if shape is None:
        return None
    x, y, diameter = shape
    if not _SMALLEST <= diameter / scale <= _LARGEST:
        return None
    contrast = float(_low(np.linalg.norm((lab - colour)[ring][:, 1:], axis=-1)))
    if contrast < _LEAST_CONTRAST:
        return None
    return (x0 + x, y0 + y, diameter, *(float(v) for v in colour), contrast)


@lru_cache(maxsize=64)
def _around(half: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The ring of a window's surroundings, and the rim that no spot may reach."""
    step = np.arange(-half, half + 1)
    radius = np.hypot(step[:, None], step[None, :])
    return (radius > 0.75 * half) & (radius <= half), radius > 0.9 * half


def _shape(share: NDArray[np.floating]) -> tuple[float, float, float] | None:
    """Middle x, y and diameter of a spot in its window, None where it is not round and full."""
    moments = cv2.moments(share.astype(np.float32))
    area = moments["m00"]
    if area < 3:
        return None
    xx, yy, xy = (moments[name] / area for name in ("mu20", "mu02", "mu11"))
    spread = np.hypot((xx - yy) / 2, xy)
    large, small = (xx + yy) / 2 + spread, max((xx + yy) / 2 - spread, 1e-9)
    if np.sqrt(small / large) < _LEAST_ROUND or area < _LEAST_FULL * 4 * np.pi * np.sqrt(large * small):
        return None
    return moments["m10"] / area, moments["m01"] / area, float(2 * np.sqrt(area / np.pi))
