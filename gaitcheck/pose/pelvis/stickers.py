"""The pelvis line from two coloured dots that the runner wears on the pelvis.

Meant are dots over the two bony points at the back of the pelvis (PSIS), or in front (ASIS), or on the waistband above
them. Each frame is looked at by itself, so that dots hidden by an arm are found again at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.numerics import median_filter
from gaitcheck.pose.pelvis.dots import MOST_DOTS
from gaitcheck.pose.pelvis.evidence import Evidence
from gaitcheck.track import FloatArray, Landmark, PelvisTrack, PoseTrack

#: Where two stickers may lie, in hip widths (distance of the pose model's hips, 0.17-0.2 m): their distance (PSIS about
#: 0.5, ASIS about 1.4), their middle sideways and above the middle of the hips (PSIS 0.7).
_DISTANCE = (0.25, 1.7)
_SIDEWAYS = 0.35
_ABOVE = (-0.3, 1.7)
#: Steepest line through them, degrees.
_STEEPEST_DEG = 25.0
#: Two stickers of one kind: largest difference of colour (a*, b*, and L* at 0.4) and ratio of their diameters.
_COLOUR_APART = 18.0
_SIZE_RATIO = 1.5
#: How a pair may differ from frame to frame: distance (share) and middle in hip widths, colour, ratio of diameters.
_SPAN_CHANGE, _PLACE_CHANGE, _COLOUR_CHANGE, _SIZE_CHANGE = 0.15, 0.25, 14.0, 1.4
#: Frames from which a pair is proposed, and frames in which proposals are counted.
_PROPOSING, _COUNTING = 120, 500
#: Frames looked at together, so that a long video needs no more memory.
_AT_ONCE = 2000
#: Least share of the frames that must show the pair, and least number.
_LEAST_SHARE, _LEAST_FRAMES = 0.4, 15
#: Stickers go with the pelvis: spread of their middle about the hips' (hip widths) and of their distance (share).
_LOOSEST, _STRETCHIEST = 0.12, 0.08
#: At most so many other spots of the same colour and size in a frame, in the mean: else it is a pattern of the cloth.
_MOST_ALIKE = 0.5
#: The middle of the spots follows the hips' movement at least by this share of it, where the hips move by more than
#: so many hip widths.
_LEAST_FOLLOWED, _MOVING = 0.5, 0.05
#: A diameter this far from its neighbours' median shows a dot that is partly covered.
_COVERED = 0.15
#: Frames over which neighbours are compared.
_NEIGHBOURS = 9
#: Two stickers placed by hand at the same bony point of both sides differ in height by up to this share of the hip
#: width in 95 of 100 cases (about 3 mm).
PLACING_SHARE = 0.017
#: Half width of the 95 % interval of the swing: the spread over rendered runners (docs/validation.md).
SWING_DEG = 0.7


@dataclass(frozen=True)
class _Pairs:
    """All pairs of spots of N frames: rows of frames, columns of pairs; NaN where there is no such pair."""

    left: FloatArray
    right: FloatArray
    numbers: FloatArray  # (N, P, 7): distance, middle sideways, above; L*, a*, b*; log of the diameter
    fit: NDArray[np.bool_]


def sticker_line(track: PoseTrack, evidence: Evidence) -> PelvisTrack | None:
    """The line through two stickers; None where the runner wears none.

    The pair is the one that most frames agree on in distance, place on the pelvis, colour and size. It counts only if
    it goes with the pelvis, keeps its distance, lies about the body's middle and is no pattern of the cloth.

    Parameters
    ----------
    track : the runner's raw track, T frames.
    evidence : what the same T frames show.
    """
    rows = np.flatnonzero(evidence.present & track.found)
    if rows.size < _LEAST_FRAMES:
        return None
    hips = track.xy_px[rows][:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]]
    middle = hips.mean(axis=1)
    # the trunk is the steadier scale; the hips' distance changes as the pelvis turns
    width = evidence.trunk_px[rows] * float(np.median(np.abs(hips[:, 0, 0] - hips[:, 1, 0]) / evidence.trunk_px[rows]))
    dots = evidence.dots[rows]
    some = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _COUNTING)).astype(int))
    usual = _most_agreed(_pairs(dots[some], middle[some], width[some]))
    if usual is None:
        return None
    parts = [
        _nearest_of(_pairs(dots[part], middle[part], width[part]), usual)
        for part in np.array_split(np.arange(len(rows)), -(-len(rows) // _AT_ONCE))
    ]
    left, right, numbers, near = (np.concatenate(values) for values in zip(*parts, strict=True))
    if near.sum() < max(_LEAST_FRAMES, _LEAST_SHARE * len(rows)):
        return None
    if not _is_worn(numbers[near], (left + right)[near] / 2, middle[near], width[near]):
        return None
    if _alike(dots[near], usual, width[near]) > _MOST_ALIKE:
        return None
    near &= _uncovered(left[:, 2], near) & _uncovered(right[:, 2], near)
    return _line(track, rows[near], left[near, :2], right[near, :2], float(usual[0]))


def _pairs(dots: NDArray[np.floating], middle: FloatArray, width: FloatArray) -> _Pairs:
    """Every two spots of a frame, the picture's left one first, and whether they may be stickers of one kind."""
    first, second = np.triu_indices(MOST_DOTS, 1)
    dots = dots.astype(np.float64)
    a, b = dots[:, first], dots[:, second]
    swapped = (a[..., 0] > b[..., 0])[..., None]
    left, right = np.where(swapped, b, a), np.where(swapped, a, b)
    across = right[..., :2] - left[..., :2]
    off = ((left + right)[..., :2] / 2 - middle[:, None]) / width[:, None, None]
    distance = np.linalg.norm(across, axis=-1) / width[:, None]
    size = np.log(np.maximum(left[..., 2], 1e-6)), np.log(np.maximum(right[..., 2], 1e-6))
    colour = (left[..., 3:6] + right[..., 3:6]) / 2 * (0.4, 1, 1)
    numbers = np.concatenate(
        [distance[..., None], off * (1, -1), colour, ((size[0] + size[1]) / 2 - np.log(width[:, None]))[..., None]],
        axis=-1,
    )
    with np.errstate(invalid="ignore"):
        fit = (
            (distance > _DISTANCE[0])
            & (distance < _DISTANCE[1])
            & (np.abs(numbers[..., 1]) < _SIDEWAYS)
            & (numbers[..., 2] > _ABOVE[0])
            & (numbers[..., 2] < _ABOVE[1])
            & (np.abs(across[..., 1]) < np.tan(np.radians(_STEEPEST_DEG)) * across[..., 0])
            & (np.linalg.norm((left - right)[..., 3:6] * (0.4, 1, 1), axis=-1) < _COLOUR_APART)
            & (np.abs(size[0] - size[1]) < np.log(_SIZE_RATIO))
        )
    return _Pairs(left, right, numbers, fit)


def _unlike(numbers: FloatArray, usual: FloatArray) -> FloatArray:
    """How far pairs (..., 7) differ from the usual one: 1 is the most that is still the same."""
    d = np.abs(numbers - usual)
    apart = (
        d[..., 0] / (_SPAN_CHANGE * usual[0]),
        d[..., 1] / _PLACE_CHANGE,
        d[..., 2] / _PLACE_CHANGE,
        np.linalg.norm(d[..., 3:6], axis=-1) / _COLOUR_CHANGE,
        d[..., 6] / np.log(_SIZE_CHANGE),
    )
    return np.asarray(np.max(np.stack(apart), axis=0))


def _nearest(pairs: _Pairs, usual: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each frame the pair most like the usual one, and whether it is the same."""
    unlike = np.where(pairs.fit, np.nan_to_num(_unlike(pairs.numbers, usual), nan=np.inf), np.inf)
    best = np.argmin(unlike, axis=1)
    return best, unlike[np.arange(len(best)), best] < 1.0


def _nearest_of(pairs: _Pairs, usual: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """Left and right spot and numbers of each frame's pair most like the usual one, and whether it is the same."""
    best, near = _nearest(pairs, usual)
    at = np.arange(len(best))
    return pairs.left[at, best], pairs.right[at, best], pairs.numbers[at, best], near


def _most_agreed(some: _Pairs) -> FloatArray | None:
    """(7,) numbers of the pair that is seen in most of some frames, None where there is no pair at all."""
    n = len(some.fit)
    proposing = np.unique(np.linspace(0, n - 1, min(n, _PROPOSING)).astype(int))
    proposed = some.numbers[proposing][some.fit[proposing]]
    if not len(proposed):
        return None
    usual = max(proposed, key=lambda one: int(_nearest(some, one)[1].sum()))
    best, near = _nearest(some, usual)
    return np.asarray(np.median(some.numbers[np.arange(len(best)), best][near], axis=0))


def _spread(values: FloatArray) -> float:
    """Standard deviation as the median distance from the median tells it."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def _is_worn(numbers: FloatArray, spots: FloatArray, hips: FloatArray, width: FloatArray) -> bool:
    """Whether a pair moves as if it were fixed to the pelvis."""
    if _spread(numbers[:, 0]) > _STRETCHIEST * float(np.median(numbers[:, 0])):
        return False
    if max(_spread(numbers[:, 1]), _spread(numbers[:, 2])) > _LOOSEST:
        return False
    for axis in (0, 1):
        own, whole = ((p[:, axis] - np.median(p[:, axis])) / width for p in (spots, hips))
        if whole.std() > _MOVING and (own @ whole) / (whole @ whole) < _LEAST_FOLLOWED:
            return False
    return True


def _alike(dots: NDArray[np.floating], usual: FloatArray, width: FloatArray) -> float:
    """Mean number of spots of a frame, besides the pair, that have its colour and size."""
    colour = np.linalg.norm(dots[..., 3:6] * (0.4, 1, 1) - usual[3:6], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.abs(np.log(dots[..., 2] / width[:, None]) - usual[6])
        same = (colour < _COLOUR_APART) & (size < np.log(_SIZE_RATIO))
    return float(np.mean(same.sum(axis=1)) - 2)


def _uncovered(diameter: FloatArray, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(N,) True where a spot is as wide as in the frames around: no part of it is hidden."""
    usual = np.full(len(diameter), np.nan)
    usual[seen] = median_filter(diameter[seen], size=_NEIGHBOURS, mode="nearest")
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(diameter / usual - 1) < _COVERED)


def _line(
    track: PoseTrack, rows: NDArray[np.intp], left: FloatArray, right: FloatArray, distance: float
) -> PelvisTrack:
    across = right - left
    tilt = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    n = len(track)
    tilts, noise, ends = np.full(n, np.nan), np.full(n, np.nan), np.full((n, 2, 2), np.nan)
    tilts[rows] = tilt
    ends[rows] = np.stack([left, right], axis=1)
    noise[rows] = _jitter(tilts)
    return PelvisTrack(
        time_s=track.time_s,
        tilt_deg=tilts,
        noise_deg=noise,
        ends_px=ends,
        source="stickers",
        absolute=True,
        zero_deg=float(np.degrees(np.arctan(PLACING_SHARE / distance))),
        swing_deg=SWING_DEG,
    )


def _jitter(values: FloatArray) -> float:
    """Standard error of one value, from how far it lies off the line through its neighbours (third differences)."""
    third = np.diff(values, n=3)
    third = third[np.isfinite(third)]
    return _spread(third) / np.sqrt(20.0) if third.size else float("nan")
