"""Possible stickers in one frame: small round spots of a colour that differs from what is around them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.crop import CROP_PX, PelvisCrop, UInt8Array
from gaitcheck.track import FloatArray

Float32Array = NDArray[np.float32]

#: Spots kept of each frame, the clearest first, and numbers kept of each.
MOST_DOTS = 8
DOT_NUMBERS = 7

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
#: Directions in which a spot's surroundings are looked at.
_SECTORS = 12
#: Lightness counts less than colour: it changes with the light and over a curved back.
_LIGHTNESS = 0.4


def find_dots(bgr: UInt8Array, crop: PelvisCrop) -> Float32Array:
    """Find spots that may be stickers: in the crop, then measured in the frame at full resolution.

    Parameters
    ----------
    bgr : (H, W, 3) the frame.
    crop : its pelvis region.

    Returns
    -------
    (MOST_DOTS, DOT_NUMBERS) float32, NaN rows where there are fewer spots: x, y and diameter in picture pixels; the
    colour as CIE L*, a*, b*; and its distance from the surroundings' in a*, b*.
    """
    found: list[tuple[float, ...]] = []
    for x, y in _places(crop):
        spot = _measured(bgr, crop.to_picture(np.array([x, y])), crop.scale)
        if spot is not None and all((spot[0] - o[0]) ** 2 + (spot[1] - o[1]) ** 2 > spot[2] ** 2 / 4 for o in found):
            found.append(spot)
    found.sort(key=lambda spot: -spot[-1])
    out = np.full((MOST_DOTS, DOT_NUMBERS), np.nan, dtype=np.float32)
    for row, spot in zip(out, found, strict=False):
        row[:] = spot
    return out


def _places(crop: PelvisCrop) -> FloatArray:
    """(N, 2) crop pixels whose colour differs most from its surroundings, and on all sides."""
    half = cv2.resize(crop.bgr, (CROP_PX[0] // 2, CROP_PX[1] // 2), interpolation=cv2.INTER_AREA)
    colour = np.ascontiguousarray(_lab(np.asarray(half, dtype=np.uint8))[..., 1:])
    response = np.zeros(colour.shape[:2], dtype=np.float32)
    for blur in _BLURS:
        near, far = (cv2.GaussianBlur(colour, (0, 0), s) for s in (blur, _AROUND * blur))
        np.maximum(response, np.hypot(*np.moveaxis(near - far, -1, 0)), out=response)
    top = (response >= cv2.dilate(response, np.ones((5, 5), np.uint8))) & (response > _LEAST_RESPONSE)
    y, x = np.nonzero(top)
    # edges of cloth and body are told at once: along them the colour goes on
    wide, tall = CROP_PX[0] // 2, CROP_PX[1] // 2
    angle = np.arange(_SECTORS) * 2 * np.pi / _SECTORS
    far_y = np.clip(np.round(y[:, None] + _WINDOW / 2 * np.sin(angle)), 0, tall - 1).astype(int)
    far_x = np.clip(np.round(x[:, None] + _WINDOW / 2 * np.cos(angle)), 0, wide - 1).astype(int)
    apart = np.linalg.norm(colour[far_y, far_x] - colour[y, x][:, None], axis=-1)
    alone = np.percentile(apart, 20, axis=1) > _LONELY * _LEAST_CONTRAST if len(y) else np.zeros(0, dtype=bool)
    y, x = y[alone], x[alone]
    best = np.argsort(-response[y, x], kind="stable")[:_LOOKS]
    return np.stack([x[best], y[best]], axis=1).astype(np.float64) * 2 + 0.5


def _lab(bgr: UInt8Array) -> Float32Array:
    """Convert to CIE L*a*b*: L* 0..100, a* and b* about -100..100."""
    lab = cv2.cvtColor(np.asarray(bgr, dtype=np.float32) / np.float32(255), cv2.COLOR_BGR2LAB)
    return np.asarray(lab, dtype=np.float32)


def _measured(bgr: UInt8Array, at_px: FloatArray, scale: float) -> tuple[float, ...] | None:
    """Measure one spot near a place of the frame; None where there is no small round one."""
    half = max(4, round(_WINDOW * scale))
    x0, y0 = (round(float(v)) - half for v in at_px)
    height, width = bgr.shape[:2]
    if x0 < 0 or y0 < 0 or x0 + 2 * half >= width or y0 + 2 * half >= height:
        return None
    lab = _lab(bgr[y0 : y0 + 2 * half + 1, x0 : x0 + 2 * half + 1])
    core = max(1, round(0.7 * scale))
    inner = lab[half - core : half + core + 1, half - core : half + core + 1].reshape(-1, 3)
    colour = np.median(inner, axis=0)
    weight = np.array([_LIGHTNESS, 1.0, 1.0], dtype=np.float32)
    away = np.linalg.norm((lab - colour) * weight, axis=-1)
    step = np.arange(-half, half + 1)
    radius = np.hypot(step[:, None], step[None, :])
    ring = (radius > 0.75 * half) & (radius <= half)
    apart = float(np.percentile(away[ring], 20))
    if apart < _LEAST_CONTRAST:
        return None
    share = np.clip(1.25 - 1.5 * away / apart, 0, 1)  # 1 on the spot, a half where it mixes evenly with the cloth
    _, labels = cv2.connectedComponents((share > 0.25).astype(np.uint8))
    own = labels == labels[half, half]
    if labels[half, half] == 0 or (own & (radius > 0.9 * half)).any():
        return None
    shape = _shape(np.where(cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0, share, 0.0))
    if shape is None:
        return None
    x, y, diameter = shape
    if not _SMALLEST <= diameter / scale <= _LARGEST:
        return None
    contrast = float(np.percentile(np.linalg.norm((lab - colour)[ring][:, 1:], axis=-1), 20))
    if contrast < _LEAST_CONTRAST:
        return None
    return (x0 + x, y0 + y, diameter, *(float(v) for v in colour), contrast)


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
