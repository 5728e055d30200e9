"""The run's own mean stride: where each leg's points are in it, and what in a frame does not fit it.

A runner's legs do the same in every stride, half a stride apart. So the mean stride of the run tells which leg a point
belongs to even where the pose model gives a leg the other one's place for a whole swing, at the same moment of most
strides, or gives both legs one place: there is nothing smooth to go by then, and `swaps` errs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.swaps import GROUPS
from gaitcheck.track import EXCHANGED_SIDES, FloatArray, Landmark, PoseTrack

#: Midstances (of both legs together) below which there is no mean stride.
FEWEST_MIDSTANCES = 8
#: Pauses between midstances, in steps, over which the stride is not counted on.
LONGEST_PAUSE_STEPS = 3.5
#: Moments of the stride at which the mean is taken.
MOMENTS = 48
#: Half of all points must lie this near to the mean stride (leg lengths), or the strides are not alike.
ALIKE_LEGS = 0.06
#: Misfit (leg lengths) above which more does not count, so that one wild point does not decide.
LARGEST_MISFIT = 0.5
#: What a change between "as labelled" and "exchanged" costs, and each exchanged frame; leg lengths of misfit.
CHANGE_COST, EXCHANGED_COST = 0.15, 0.02
#: A point this far (leg lengths) from its leg's mean stride is not on that leg; seldom is a toe in swing as far.
STRAY_LEGS = 0.15
#: Labels and mean are found in turn; they no longer change after two rounds.
_ROUNDS = 3


def stride_phase(
    time_s: FloatArray, midstance_s: Sequence[float], on_left: Sequence[bool], cuts_s: Sequence[float] = ()
) -> FloatArray | None:
    """Strides of the left leg gone by at each time.

    Parameters
    ----------
    time_s : (T,) times.
    midstance_s, on_left : midstances in order, and whether the left leg stands.
    cuts_s : times at which the picture jumps to another scene.

    Returns
    -------
    (T,) a whole number at the left leg's midstances, a half more at the right leg's; NaN more than half a step outside
    the midstances and in pauses between them. None with too few midstances.
    """
    middles, left = np.asarray(midstance_s, dtype=float), np.asarray(on_left, dtype=bool)
    if len(middles) < FEWEST_MIDSTANCES:
        return None
    step = float(np.median(np.diff(middles)))
    scene = np.searchsorted(np.asarray(cuts_s), middles, side="right")
    phase = np.full(len(time_s), np.nan)
    parted = (np.diff(middles) > LONGEST_PAUSE_STEPS * step) | (np.diff(scene) > 0)
    for rows in np.split(np.arange(len(middles)), np.flatnonzero(parted) + 1):
        own, legs = middles[rows], left[rows]
        steps = np.maximum(np.round(np.diff(own) / step), 1.0)
        even = legs[1:] == legs[:-1]
        steps += (steps % 2 == 1) == even  # a leg returns after an even number of steps
        strides = (0.0 if legs[0] else 0.5) + np.concatenate([[0.0], np.cumsum(steps / 2)])
        ends = np.array([own[0] - step / 2, *own, own[-1] + step / 2])
        within = (time_s >= ends[0]) & (time_s <= ends[-1])
        phase[within] = np.interp(time_s[within], ends, [strides[0] - 0.25, *strides, strides[-1] + 0.25])
    return phase


def settle_legs(track: PoseTrack, leg_length_px: float, phase: FloatArray, longest_s: float) -> PoseTrack:
    """Give each leg its own points back, by the run's mean stride, and leave out points that are on neither.

    Parameters
    ----------
    track : the track before it is filtered.
    leg_length_px : length of a leg in the picture.
    phase : (T,) from `stride_phase`; frames without one stay as they are.
    longest_s : strays that last longer stay as they were found.

    Returns
    -------
    The track with exchanged points put back; a stray point is NaN in `xy_px` and `world_m`.
    """
    known = np.isfinite(phase) & track.found
    xy, visibility, world = track.xy_px.copy(), track.visibility.copy(), track.world_m.copy()
    hips = xy[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1, keepdims=True)
    rows, own_phase = np.flatnonzero(known), phase[known]
    strays = 0
    for group in GROUPS:
        lefts = np.array(group)
        rights = EXCHANGED_SIDES[lefts]
        left, right = ((xy[known][:, marks] - hips[known]) / leg_length_px for marks in (lefts, rights))
        exchanged = np.zeros(len(rows), dtype=bool)
        for _ in range(_ROUNDS):
            as_labelled = _chosen(exchanged, left, right), _chosen(exchanged, right, left)
            mean = _mean_stride(np.concatenate([own_phase, own_phase + 0.5]), np.concatenate(as_labelled))
            on_left, on_right = _at(mean, own_phase), _at(mean, own_phase + 0.5)
            fit = _misfit(left, on_left) + _misfit(right, on_right)
            exchanged = _likeliest(fit, _misfit(right, on_left) + _misfit(left, on_right) + EXCHANGED_COST)
        legs = (_chosen(exchanged, left, right), lefts, 0.0), (_chosen(exchanged, right, left), rights, 0.5)
        off = [
            _distance(points, _at(_mean_stride(own_phase + half, points), own_phase + half)) for points, _, half in legs
        ]
        if np.nanmedian(off) > ALIKE_LEGS:
            continue
        at, both, other = rows[exchanged, None], np.concatenate([lefts, rights]), np.concatenate([rights, lefts])
        for values in (xy, visibility, world):
            values[at, both] = values[at, other]
        for (_, marks, _), away in zip(legs, off, strict=True):
            for mark, far in zip(marks, (away > STRAY_LEGS).T, strict=True):
                lost = rows[_short(far, track.time_s[rows], longest_s)]
                xy[lost, mark] = world[lost, mark] = np.nan
                strays += len(lost)
    note = f"left and right of knees and feet settled by the run's mean stride, {strays} points on neither leg left out"
    return track.noted(note, xy_px=xy, visibility=visibility, world_m=world)


def _chosen(exchanged: NDArray[np.bool_], own: FloatArray, other: FloatArray) -> FloatArray:
    return np.where(exchanged[:, None, None], other, own)


def _mean_stride(phase: FloatArray, points: FloatArray) -> FloatArray:
    """(MOMENTS, K, 2) median place over the stride, each of what lies within a moment and its neighbours."""
    moment = np.floor((phase % 1.0) * MOMENTS).astype(int) % MOMENTS
    mean = np.full((MOMENTS, *points.shape[1:]), np.nan)
    for i in range(MOMENTS):
        near = np.isin(moment, [(i - 1) % MOMENTS, i, (i + 1) % MOMENTS])
        if near.any():
            mean[i] = np.median(points[near], axis=0)
    return mean


def _at(mean: FloatArray, phase: FloatArray) -> FloatArray:
    """(T, K, 2) the mean stride at these phases, linear between its moments."""
    place = (phase % 1.0) * MOMENTS - 0.5
    first = np.floor(place).astype(int)
    share = (place - first)[:, None, None]
    return np.asarray(mean[first % MOMENTS] * (1 - share) + mean[(first + 1) % MOMENTS] * share)


def _distance(points: FloatArray, mean: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(points - mean, axis=-1))


def _misfit(points: FloatArray, mean: FloatArray) -> FloatArray:
    """(T,) mean distance of a leg's points from where they belong."""
    away = np.minimum(_distance(points, mean), LARGEST_MISFIT)
    return np.asarray(np.nan_to_num(away, nan=LARGEST_MISFIT).mean(axis=1))


def _likeliest(own: FloatArray, exchanged: FloatArray) -> NDArray[np.bool_]:
    """(T,) True where exchanging costs least over all frames, each change included (Viterbi over the two)."""
    n = len(own)
    labels = np.zeros(n, dtype=bool)
    stays = np.empty((n, 2), dtype=bool)
    a = b = 0.0
    for t, (one, other) in enumerate(zip(own.tolist(), exchanged.tolist(), strict=True)):
        stays[t] = a <= b + CHANGE_COST, b <= a + CHANGE_COST
        a, b = min(a, b + CHANGE_COST) + one, min(b, a + CHANGE_COST) + other
    state = b < a
    for t in range(n - 1, -1, -1):
        labels[t] = state
        if not stays[t, int(state)]:
            state = not state
    return labels


def _short(stray: NDArray[np.bool_], time_s: FloatArray, longest_s: float) -> NDArray[np.bool_]:
    """Only those runs of strays that last no longer than that."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], stray.astype(int), [0]])))
    out = stray.copy()
    for begin, end in edges.reshape(-1, 2):
        if begin == 0 or end == len(stray) or time_s[end] - time_s[begin - 1] > longest_s:
            out[begin:end] = False
    return out
