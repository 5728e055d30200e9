"""The level that clothing gives: the boundary between shirt and shorts, or a waistband, in the picture of all frames.

The reference of the registration is a picture of the waist with the noise and the arms averaged away. In it the
boundary is the curve across the back along which the colour changes most, all columns alike. Its tilt in the reference
plus the turn of a frame against the reference is the tilt of the boundary in that frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.evidence import PATCH_PX
from gaitcheck.pose.pelvis.registration import HALF_WIDTH, HIPS_ROW, TRUNK_PX, Float32Array, Reference
from gaitcheck.track import FloatArray

#: Tilts (degrees) and bends (pixels lower at the ends of the half width) that are tried.
_TILTS = np.arange(-14.0, 14.1, 1.0)
_BENDS = np.arange(-3.0, 6.1, 1.0)
#: Half the height over which the change of colour is taken, and over which the edge of a column is looked for.
_CHANGE, _REACH = 2, 4
#: Least share of the columns in which the edge must show, and least strength of it against the boundary's mean.
_LEAST_COVERED, _LEAST_STRENGTH = 0.6, 0.4
#: Rows (pixels) closer than this are one boundary.
_APART = 4
#: Boundaries looked at.
_MOST = 4
#: Rows in which a waistband lies, above the middle of the hips: lower down it is a hem that hangs over the seat.
_HIGHEST_ROW, _LOWEST_ROW = HIPS_ROW - 0.38 * TRUNK_PX, HIPS_ROW - 0.08 * TRUNK_PX
#: Least change of colour (byte units; 20 is 8 of CIE L*), and most bend, unevenness and uncertainty of a waistline.
_LEAST_CONTRAST, _MOST_BEND, _MOST_UNEVEN, _MOST_SD_DEG = 20.0, 4.5, 0.7, 0.8
#: Share of that contrast which tells a hem over the thighs: their swing blurs it in the picture of all frames.
_LOW_CONTRAST = 0.5
#: How far along a boundary its edge may wander from frame to frame (pixels): a hanging hem waves.
_MOST_WANDER = 0.6
#: Both edges of a waistband count if no further apart than this (pixels).
_BAND = 9.0


@dataclass(frozen=True)
class Boundary:
    """A line across the waist in the reference, in patch pixels.

    Attributes
    ----------
    row : where it crosses the middle column.
    tilt_deg : + = its right end lower.
    bend : how much lower its ends lie than its middle.
    contrast : change of colour across it, CIE L*, a*, b* in OpenCV's byte code.
    covered : share of the columns in which it shows.
    unevenness : standard deviation of the columns' edges about the curve.
    tilt_sd_deg : standard error of the tilt from that.
    """

    row: float
    tilt_deg: float
    bend: float
    contrast: float
    covered: float
    unevenness: float
    tilt_sd_deg: float


def waistline(reference: Reference) -> Boundary | None:
    """The boundary that may stand for the pelvis, both edges of a waistband taken together; None without one."""
    fit = [line for line in boundaries(reference) if _is_waist(line) and wander(reference, line) < _MOST_WANDER]
    if not fit:
        return None
    edges = [line for line in fit if abs(line.row - fit[0].row) < _BAND]
    share = np.array([1 / (line.tilt_sd_deg**2 + 0.1**2) for line in edges])
    tilt = float(share @ [line.tilt_deg for line in edges] / share.sum())
    apart = max(abs(line.tilt_deg - tilt) for line in edges)
    return replace(fit[0], tilt_deg=tilt, tilt_sd_deg=float(np.hypot(fit[0].tilt_sd_deg, apart)))


def hem(reference: Reference) -> Boundary | None:
    """A clear boundary that is no waistline, as it lies too low or waves: the hem of a shirt that hangs loose."""
    for edge in boundaries(reference):
        low = edge.row >= _LOWEST_ROW
        clear = edge.contrast > _LEAST_CONTRAST * (_LOW_CONTRAST if low else 1)
        if clear and edge.row > _HIGHEST_ROW and (low or wander(reference, edge) >= _MOST_WANDER):
            return edge
    return None


def _is_waist(line: Boundary) -> bool:
    return (
        _HIGHEST_ROW < line.row < _LOWEST_ROW
        and line.contrast > _LEAST_CONTRAST
        and abs(line.bend) < _MOST_BEND
        and line.unevenness < _MOST_UNEVEN
        and line.tilt_sd_deg < _MOST_SD_DEG
    )


def wander(reference: Reference, line: Boundary) -> float:
    """How far (pixels) the columns' edges of a boundary move from frame to frame beside what all move alike."""
    columns = _columns()
    across = (columns - (PATCH_PX[0] - 1) / 2) / HALF_WIDTH
    at = line.row + np.tan(np.radians(line.tilt_deg)) * HALF_WIDTH * across + line.bend * across**2
    near = np.clip(np.round(at).astype(int)[:, None] + (-1, 0, 1), 1, PATCH_PX[1] - 2)
    steep = np.sqrt(np.square(np.gradient(reference.picture, axis=0)[near, columns[:, None]]).mean(axis=-1)).max(axis=1)
    return float(np.median(reference.spread[near, columns[:, None]].max(axis=1) / np.maximum(steep, 1e-6)))


def boundaries(reference: Reference) -> list[Boundary]:
    """Lines across the back along which the colour changes, the clearest first."""
    slope = _slope(reference.picture)
    wide, tall = PATCH_PX
    columns = _columns()
    across = np.asarray((columns - (wide - 1) / 2) / HALF_WIDTH, dtype=float)
    usable = (reference.seen[:, columns] > 0.1).astype(np.float32)
    slope = slope[:, columns] * usable[..., None]
    # the three colours' slopes and what is usable, which ends where a slope cannot be taken
    inside = np.zeros_like(usable)
    inside[_CHANGE:-_CHANGE] = usable[_CHANGE:-_CHANGE]
    maps = np.concatenate([np.moveaxis(slope, -1, 0), inside[None]]).reshape(4, -1)
    rows = np.arange(tall)
    strength = np.zeros((len(_TILTS), len(_BENDS), tall))
    number = np.arange(len(columns))
    for i, tilt in enumerate(np.tan(np.radians(_TILTS)) * HALF_WIDTH):
        for k, bend in enumerate(_BENDS):
            at = np.clip(np.round(rows[:, None] + tilt * across + bend * across**2).astype(int), 0, tall - 1)
            *change, seen = maps.take(at * len(columns) + number, axis=1).sum(axis=-1)
            strength[i, k] = (
                np.linalg.norm(change, axis=0) / np.maximum(seen, 1) * (seen > _LEAST_COVERED * len(columns))
            )
    out: list[Boundary] = []
    for _ in range(_MOST):
        i, k, row = (int(n) for n in np.unravel_index(int(np.argmax(strength)), strength.shape))
        if strength[i, k, row] <= 0:
            break
        start = np.array([_BENDS[k], np.tan(np.radians(_TILTS[i])) * HALF_WIDTH, row], dtype=float)
        found = _refined(slope, usable, across, start)
        strength[:, :, max(row - _APART, 0) : row + _APART + 1] = 0
        if found is not None and all(abs(found.row - other.row) > _APART / 2 for other in out):
            out.append(found)
    return out


def _columns() -> NDArray[np.intp]:
    """The columns of the back."""
    middle = (PATCH_PX[0] - 1) / 2
    return np.arange(int(np.ceil(middle - HALF_WIDTH)), int(middle + HALF_WIDTH) + 1)


def _slope(picture: Float32Array) -> Float32Array:
    """(64, 96, 3) change of colour from above to below."""
    soft = cv2.GaussianBlur(picture, (0, 0), 0.8)
    out = np.zeros_like(soft)
    out[_CHANGE:-_CHANGE] = soft[2 * _CHANGE :] - soft[: -2 * _CHANGE]
    return np.asarray(out, dtype=np.float32)


def _refined(slope: Float32Array, usable: Float32Array, across: FloatArray, start: FloatArray) -> Boundary | None:
    """The curve through the columns' edges near a first guess; None where too few columns agree."""
    tall = len(slope)
    curve, column = start, np.arange(len(across))[:, None]
    reach = np.arange(-_REACH, _REACH + 1)
    for _ in range(5):
        guess = np.polyval(curve, across)
        at = np.round(guess).astype(int)[:, None] + reach
        inside = (at >= _CHANGE) & (at < tall - _CHANGE)
        at = np.clip(at, 0, tall - 1)
        near = slope[at, column] * (usable[at, column] * inside)[..., None]
        direction = near[:, _REACH - 1 : _REACH + 2].sum(axis=(0, 1))
        length = float(np.linalg.norm(direction))
        if length < 1e-6:
            return None
        mass = np.maximum(near @ (direction / length), 0)
        total = mass.sum(axis=1)
        edge = (mass * at).sum(axis=1) / np.maximum(total, 1e-6)
        shown = total > _LEAST_STRENGTH * np.median(total)
        if shown.mean() < _LEAST_COVERED:
            return None
        for _ in range(4):
            off = edge - np.polyval(curve, across)
            spread = 1.4826 * float(np.median(np.abs(off[shown]))) + 0.05
            trust = shown / (1 + (off / (2 * spread)) ** 2)
            curve = np.polyfit(across, edge, 2, w=np.sqrt(trust) + 1e-9)
        if np.abs(np.polyval(curve, across) - guess).max() < 0.05:
            break
    off = edge - np.polyval(curve, across)
    kept = shown & (np.abs(off) < 3 * spread + 0.3)
    if kept.mean() < _LEAST_COVERED:
        return None
    unevenness = float(off[kept].std())
    # neighbouring columns share their error: about one free value in four columns
    lever = float(np.sqrt(np.square(across[kept] - across[kept].mean()).sum() / 4)) * HALF_WIDTH
    return Boundary(
        row=float(curve[2]),
        tilt_deg=float(np.degrees(np.arctan(curve[1] / HALF_WIDTH))),
        bend=float(curve[0]),
        contrast=float(np.median(mass.max(axis=1)[kept])),
        covered=float(kept.mean()),
        unevenness=unevenness,
        tilt_sd_deg=float(np.degrees(np.arctan(unevenness / lever))),
    )
