"""The swing of the pelvis from the turning of its picture: each patch against one reference of the same run.

A patch is moved, turned and scaled until it fits the reference best (Lucas and Kanade 1981, with weights). The
reference is the typical picture of the fitted patches, made anew from fits to the one before: as every frame is held
against the same picture nothing drifts. Its spread from frame to frame says where the cloth follows the pelvis; pixels
that go their own way (thighs, a swinging hem, a forearm) count little.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.numerics import dposv
from gaitcheck.pose.pelvis.crop import arms_masks
from gaitcheck.pose.pelvis.evidence import PATCH_AT, PATCH_PX, PATCH_STEP, Evidence
from gaitcheck.track import FloatArray, PoseTrack

Float32Array = NDArray[np.float32]

#: Patch pixels per trunk length, and the row of the middle of the hips.
TRUNK_PX = 111.6
HIPS_ROW = 49.3
#: Row of a usual waistband, and spread of the rows that count: further up it is the trunk that leans, further down the
#: thighs that swing.
WAIST_ROW = HIPS_ROW - 0.21 * TRUNK_PX
ROWS_SPREAD = 0.11 * TRUNK_PX
#: Half the width of the back that faces the camera, and of its part that no slim waist's outline comes into.
HALF_WIDTH = 0.27 * TRUNK_PX
INNER_HALF_WIDTH = 0.21 * TRUNK_PX
#: Frames read from the file at once: few, so that they lie in the processor's cache and no memory is asked for anew.
BLOCK = 32
#: Blur of the patches, first to catch on and then to fit, patch pixels.
_COARSE, _FINE = 2.5, 1.0
#: Of the window's columns every so many are compared: the blur makes neighbours much alike.
_COLUMN = 2
#: Steps of the fit at most, and the movement at the window's edge (patch pixels) at which it ends.
_MOST_STEPS, _STILL = 8, 0.08
#: Spread of a pixel (byte units) that even a perfect picture has, and the deviation beyond which a pixel is doubted.
_LEAST_SPREAD, _DOUBTED = 1.5, 2.5
#: Least share of the sampled frames in which a pixel must be seen.
_LEAST_SEEN = 0.1
#: Least share of the window that must be seen in a frame.
_LEAST_WINDOW = 0.2
#: Movements: along x, along y, turn, growth.
MOVES = 4
TURN, GROWTH = 2, 3
#: Usual sizes of the movements, pixels and radians: a picture that shows nothing is held at none. Some twenty values of
#: neighbouring pixels and colours are worth one.
_USUAL = np.array([6.0, 6.0, 0.1, 0.06])
_HELD = np.diag([*(20.0 / _USUAL**2), 1e-3, 1e-3, 1e-3])


@dataclass(frozen=True)
class Reference:
    """The picture all frames are held against.

    Attributes
    ----------
    picture : (64, 96, 3) float32, byte-coded CIE L*, a*, b*.
    spread : (64, 96) float32, standard deviation of a pixel over the fitted patches (root mean square of the colours).
    seen : (64, 96) float32, share of the frames in which no arm may cover the pixel.
    """

    picture: Float32Array
    spread: Float32Array
    seen: Float32Array


@dataclass(frozen=True)
class Registered:
    """Patches fitted to a reference.

    Attributes
    ----------
    rows : (N,) rows of the track.
    moves : (N, 4) what takes a pixel of the reference to its place in the patch: along x and y (pixels), turn (radians,
        + = the right side lower), growth.
    misfit : (N,) root mean square of what remains, over what the reference's spread lets expect.
    reference : the picture they were fitted to.
    middle : (2,) pixel of the reference about which they turn and grow.
    """

    rows: NDArray[np.intp]
    moves: FloatArray
    misfit: FloatArray
    reference: Reference
    middle: FloatArray

    @property
    def turn_deg(self) -> FloatArray:
        """(N,) turn against the reference, degrees, + = the picture's right side lower."""
        return np.degrees(np.arctan2(self.moves[:, TURN], 1 + self.moves[:, GROWTH]))

    def only(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Registered:
        """Some of the patches."""
        return replace(self, rows=self.rows[which], moves=self.moves[which], misfit=self.misfit[which])


@dataclass(frozen=True)
class Patches:
    """Patches of one video with what is usable of each: blocks are read when needed."""

    track: PoseTrack
    evidence: Evidence

    def read(self, rows: NDArray[np.intp]) -> tuple[Float32Array, Float32Array]:
        """(N, 64, 96, 3) patches and (N, 64, 96) weights, 0 beyond the picture and where an arm may be."""
        return self.evidence.patches(rows).astype(np.float32), self._weights(rows)

    def _weights(self, rows: NDArray[np.intp]) -> Float32Array:
        step_px = (self.evidence.scale[rows] * PATCH_STEP)[:, None]
        corner = self.evidence.origin_px[rows] + step_px / PATCH_STEP * (np.array(PATCH_AT) + (PATCH_STEP - 1) / 2)
        in_patch = (self.track.xy_px[rows] - corner[:, None]) / step_px[:, None]
        arms = arms_masks(in_patch, self.evidence.trunk_px[rows] / step_px[:, 0], PATCH_PX)
        first, last = -corner / step_px, (np.array(self.track.frame_size_px) - 1 - corner) / step_px
        across, down = (
            (np.arange(length) >= first[:, axis, None]) & (np.arange(length) <= last[:, axis, None])
            for axis, length in enumerate(PATCH_PX)
        )
        return np.asarray((arms == 0) & down[:, :, None] & across[:, None, :], dtype=np.float32)

    def blocks(self, rows: NDArray[np.intp]) -> Iterator[tuple[slice, Float32Array, Float32Array]]:
        """Slices of `rows` with their patches and weights."""
        for start in range(0, len(rows), BLOCK):
            part = slice(start, min(start + BLOCK, len(rows)))
            yield part, *self.read(rows[part])


def waist_window(
    row: float = WAIST_ROW,
    spread: float = ROWS_SPREAD,
    without: tuple[float, float] = (0.0, 0.0),
    half: float = HALF_WIDTH,
) -> Float32Array:
    """(64, 96) how much each place of the reference counts: rows around one, columns of the back.

    Rows between the two of `without` do not count.
    """
    wide, tall = PATCH_PX
    y, x = np.mgrid[:tall, :wide]
    away = np.abs(x - (wide - 1) / 2) - half
    across = np.clip(0.5 - away / 4, 0, 1)
    down = np.exp(-0.5 * ((y - row) / spread) ** 2)
    counted = (down > 0.05) & ((y <= without[0]) | (y >= without[1]))
    return np.asarray(np.where(counted, across * down, 0), dtype=np.float32)


def make_reference(
    patches: Patches, rows: NDArray[np.intp], window: Float32Array, *, first: Reference | None = None
) -> Reference:
    """The typical picture of some frames after they were fitted to each other.

    Parameters
    ----------
    patches : of the video.
    rows : (N,) rows with a patch, some hundred at most.
    window : (64, 96) weights of the places of the reference.
    first : a reference made of the same rows with another window, to go on from.
    """
    pictures, weights = patches.read(rows)
    moves = np.zeros((len(rows), MOVES))
    reference = first or _typical(pictures, weights)
    for blur in (_COARSE, _FINE) if first else (_COARSE, _COARSE, _FINE):
        fit = _Fit(reference, window, blur)
        for i, (picture, weight) in enumerate(zip(pictures, weights, strict=True)):
            moves[i] = fit.best(_weighted(picture, weight, blur), moves[i])[0]
        moves -= np.median(moves, axis=0)  # so that the reference stays where most frames are
        reference = _typical(
            np.stack([fit.placed(picture, m) for picture, m in zip(pictures, moves, strict=True)]),
            np.stack([fit.placed(weight, m) for weight, m in zip(weights, moves, strict=True)]),
        )
    return reference


def fit_all(patches: Patches, rows: NDArray[np.intp], reference: Reference, window: Float32Array) -> Registered:
    """Fit every row's patch to the reference, each from where the one before ended.

    A patch that fits worse than those before it is tried again, catching on first from there and from its place in the
    crop, which owes nothing to them.
    """
    coarse, fine = _Fit(reference, window, _COARSE), _Fit(reference, window, _FINE)
    moves, misfit = np.zeros((len(rows), MOVES)), np.zeros(len(rows))
    last, usual = np.zeros(MOVES), np.inf
    for part, pictures, weights in patches.blocks(rows):
        for i, (picture, weight) in enumerate(zip(pictures, weights, strict=True), start=part.start):
            sharp = _weighted(picture, weight, _FINE)
            moves[i], misfit[i] = fine.best(sharp, last)
            if misfit[i] > 1.3 * usual or not np.isfinite(usual):
                soft = _weighted(picture, weight, _COARSE)
                for begin, steps in ((last, 2), (np.zeros(MOVES), _MOST_STEPS)):
                    again, misfit_again = fine.best(sharp, coarse.best(soft, begin, steps)[0])
                    if misfit_again < misfit[i]:
                        moves[i], misfit[i] = again, misfit_again
            if np.isfinite(misfit[i]):
                usual = misfit[i] if not np.isfinite(usual) else 0.95 * usual + 0.05 * misfit[i]
                last = moves[i]
    return Registered(rows, moves, misfit, reference, fine.middle)


def fit_parts(patches: Patches, fitted: Registered, windows: Sequence[Float32Array]) -> list[Registered]:
    """Fit fitted patches again in each of some windows, from where they are."""
    fits = [_Fit(fitted.reference, window, _FINE) for window in windows]
    moves, misfit = np.zeros((len(fits), len(fitted.rows), MOVES)), np.zeros((len(fits), len(fitted.rows)))
    for part, pictures, weights in patches.blocks(fitted.rows):
        for i, (picture, weight) in enumerate(zip(pictures, weights, strict=True), start=part.start):
            sharp = _weighted(picture, weight, _FINE)
            for number, fit in enumerate(fits):
                moves[number, i], misfit[number, i] = fit.best(sharp, fitted.moves[i])
    return [
        Registered(fitted.rows, own, strange, fitted.reference, fit.middle)
        for fit, own, strange in zip(fits, moves, misfit, strict=True)
    ]


def turn_sd_deg(reference: Reference, window: Float32Array) -> float:
    """Standard error of one frame's turn if every pixel's deviation had the reference's spread and were its own."""
    return _Fit(reference, window, _FINE).turn_sd_deg


def placed(fitted: Registered, spots: FloatArray) -> FloatArray:
    """(N, 2) where spots (N, 2) of the reference lie in the N patches."""
    x, y, turn, growth = fitted.moves.T
    away = spots - fitted.middle
    return np.column_stack(
        [
            spots[:, 0] + x + growth * away[:, 0] - turn * away[:, 1],
            spots[:, 1] + y + growth * away[:, 1] + turn * away[:, 0],
        ]
    )


class _Fit:
    """Fits patches of one blur to one reference: everything that does not depend on the patch is made once."""

    def __init__(self, reference: Reference, window: Float32Array, blur: float) -> None:
        ys, xs = np.flatnonzero(window.max(axis=1)), np.flatnonzero(window.max(axis=0))
        part = (slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1, _COLUMN))
        self._corner, self._size = (int(xs[0]), int(ys[0])), (int(np.ptp(xs)) // _COLUMN + 1, int(np.ptp(ys)) + 1)
        wide, tall = PATCH_PX
        self.middle = np.array([(wide - 1) / 2, (window.sum(axis=1) @ np.arange(tall)) / window.sum()])
        soft = blurred(reference.picture, blur)
        self._picture = _by_colour(soft[part])
        gx = (cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) / 8)[part]
        gy = (cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) / 8)[part]
        y, x = np.mgrid[part].astype(np.float32)[..., None]
        dx, dy = x - np.float32(self.middle[0]), y - np.float32(self.middle[1])
        levels = [np.broadcast_to(np.eye(3, dtype=np.float32)[c], gx.shape) for c in range(3)]
        slopes = [gx, gy, gy * dx - gx * dy, gx * dx + gy * dy, *levels]
        by_colour = np.stack([_by_colour(slope) for slope in slopes])
        self._slopes = by_colour.reshape(MOVES + 3, -1)
        # what a place of weight 1 adds to the normal matrix: the same for every patch
        self._products = np.einsum("acp,bcp->abp", by_colour, by_colour).reshape((MOVES + 3) ** 2, -1)
        variance = (reference.spread**2 + _LEAST_SPREAD**2)[part].ravel()
        self._certainty = 1 / (3 * variance)
        enough = (reference.seen > _LEAST_SEEN)[part].ravel()
        # a column stands for those left out beside it
        self._window = np.asarray(_COLUMN * window[part].ravel() * enough / variance, dtype=np.float32)
        self._whole = self._window.sum()

    @property
    def turn_sd_deg(self) -> float:
        """Standard error of the turn if every pixel's deviation had the reference's spread and were its own."""
        return float(np.degrees(np.sqrt(dposv(self._normal(self._window), np.eye(MOVES + 3))[1][TURN, TURN])))

    def best(self, weighted: Float32Array, start: FloatArray, steps: int = _MOST_STEPS) -> tuple[FloatArray, float]:
        """The moves of best fit and the misfit; the start and infinity where too little of the window is seen."""
        moves, level, misfit = np.array(start, dtype=float), np.zeros((3, 1), dtype=np.float32), np.inf
        for step in range(steps):
            there = _by_colour(_warped(weighted, self.matrix(moves, self._corner, _COLUMN), self._size))
            off, usable = there[:3] - self._picture, self._window * there[3]
            seen = float(usable.sum())
            if seen <= _LEAST_WINDOW * self._whole:
                return np.array(start, dtype=float), np.inf
            strange = _squared(off - level) * self._certainty
            misfit = math.sqrt(float(usable @ strange) / seen)
            if step:
                usable = usable / (1 + strange / np.float32(_DOUBTED**2))
            pulled = (self._slopes @ (off * usable).ravel()).astype(float) + _HELD[:, :MOVES] @ moves
            # what `numpy.linalg.solve` does besides takes longer than these seven equations
            change = dposv(self._normal(usable), pulled)[1]
            moves -= change[:MOVES]
            level = change[MOVES:, None].astype(np.float32)
            x, y, turn, growth = (abs(move) for move in change[:MOVES].tolist())
            if max(x, y, turn * HALF_WIDTH, growth * HALF_WIDTH) < _STILL:
                break
        return moves, misfit

    def _normal(self, weights: Float32Array) -> FloatArray:
        size = MOVES + 3
        return np.asarray((self._products @ weights).reshape(size, size).astype(float) + _HELD)

    def placed(self, picture: Float32Array, moves: FloatArray) -> Float32Array:
        """The whole patch (or its weights) moved to where it fits the reference."""
        return _warped(picture, self.matrix(moves), PATCH_PX)

    def matrix(self, moves: FloatArray, corner: tuple[int, int] = (0, 0), column: int = 1) -> FloatArray:
        """(2, 3) affine map from a pixel of the reference to its place in the patch.

        Counted from a corner; of the columns every so many.
        """
        x, y, turn, growth = moves.tolist()
        left, top = corner
        middle_x, middle_y = self.middle.tolist()
        middle_x, middle_y = middle_x - left, middle_y - top
        return np.array(
            [
                [column * (1 + growth), -turn, left + x - growth * middle_x + turn * middle_y],
                [column * turn, 1 + growth, top + y - turn * middle_x - growth * middle_y],
            ]
        )


def _warped(picture: Float32Array, matrix: FloatArray, size: tuple[int, int]) -> Float32Array:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def blurred(picture: Float32Array, spread: float) -> Float32Array:
    """The picture smoothed by a Gaussian."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), spread), dtype=np.float32)


def _weighted(picture: Float32Array, weight: Float32Array, spread: float) -> Float32Array:
    """(64, 96, 4) the smoothed picture and, as a fourth colour, the weights as they are."""
    return np.asarray(cv2.merge([blurred(picture, spread), weight]), dtype=np.float32)


def _typical(pictures: Float32Array, weights: Float32Array) -> Reference:
    """Robust mean of the pictures, and their spread; pixels that are never usable take part with all frames."""
    usable = (weights > 0.5).astype(np.float32)
    seen = usable.mean(axis=0)
    share = np.where(seen > 0, usable, np.float32(1))
    picture = _mean(pictures, share)
    for _ in range(2):
        off = np.square(pictures - picture) @ np.full(3, 1 / 3, dtype=np.float32)
        spread = np.sqrt(_mean(off[..., None], share)[..., 0])
        trust = share / (1 + off / (2 * spread**2 + 1))
        picture = _mean(pictures, trust)
    return Reference(picture, spread, seen)


def _by_colour(picture: Float32Array) -> Float32Array:
    """(C, H * W) of a picture (H, W, C): numpy is slow where the last axis is short."""
    return np.ascontiguousarray(picture.reshape(-1, picture.shape[2]).T)


def _squared(off: Float32Array) -> Float32Array:
    """(N,) sums of the squares of (3, N)."""
    off = off * off
    return np.asarray(off[0] + off[1] + off[2])


def _mean(values: Float32Array, weights: Float32Array) -> Float32Array:
    total = np.maximum(weights.sum(axis=0), 1e-6)
    return np.asarray(np.einsum("nij,nijc->ijc", weights, values, optimize=True) / total[..., None], dtype=np.float32)
