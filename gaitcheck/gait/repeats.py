"""Frames that only repeat the one before: a film of 24 frames a second in a file of 30, as video sites make them.

Such a file shows four frames and then one of them again. The runner seems to stop for a moment and to leap after it,
which spoils every speed. The frames that are new were filmed evenly, so they are given even times again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import FloatArray, PoseTrack

#: A repeated frame moves the joints by less than this share of what the frames beside it do; what is left is the
#: tracker's own jitter.
STILL_SHARE = 0.35
#: Share of frames that must be repeats, and how unevenly they may come (standard deviation of their distances, as a
#: share of the usual distance), for the file to count as stretched.
LEAST_SHARE = 0.04
MOST_UNEVEN = 0.35
#: Share of the repeats of a steady beat that must have been seen as such.
SEEN_SHARE = 0.6
_FEWEST_REPEATS = 5


def without_repeats(track: PoseTrack) -> PoseTrack:
    """The track with even times for the frames that are new, where others repeat them at a steady beat.

    Repeats become rows without a runner, half way between their neighbours, so that every frame keeps its row.
    """
    places = _repeats(track)
    if len(places) < max(_FEWEST_REPEATS, LEAST_SHARE * len(track)):
        return track
    least = len(track) * SEEN_SHARE / len(places)
    beat, _ = _beat(np.diff(places), least)
    places = _without_strays(places, beat)
    apart = np.diff(places)
    beat, beats = _beat(apart, least)
    if beat < 2 or float(np.std(apart / beats)) > MOST_UNEVEN * beat:
        return track
    starts = np.repeat(places[:-1], beats.astype(int))
    within = np.concatenate([np.arange(n) for n in beats]) / np.repeat(beats, beats.astype(int))
    every = np.unique(np.round(starts + within * np.repeat(apart, beats.astype(int))).astype(int))
    repeats = np.zeros(len(track), dtype=bool)
    repeats[[*every, *range(places[0] - beat, 0, -beat), *range(places[-1], len(track), beat)]] = True
    if len(places) < SEEN_SHARE * repeats.sum():
        return track
    time = _even_times(track.time_s, np.flatnonzero(~repeats), beat)
    xy, visibility, world = track.xy_px.copy(), track.visibility.copy(), track.world_m.copy()
    for values in (xy, visibility, world):
        values[repeats] = np.nan
    note = f"about one frame in {beat} repeats the one before: {repeats.sum()} left out, the others given even times"
    return replace(track.noted(note, xy_px=xy, visibility=visibility, world_m=world), time_s=time)


def _repeats(track: PoseTrack) -> NDArray[np.intp]:
    """Numbers of the frames in which the joints hardly moved since the frame before, but did before and after."""
    moved = np.linalg.norm(np.diff(track.xy_px, axis=0), axis=-1)
    far = np.full(len(moved), np.nan)
    found = np.isfinite(moved).all(axis=1)
    far[found] = np.percentile(moved[found], 75, axis=1)
    return np.flatnonzero(far[1:-1] < STILL_SHARE * np.fmin(far[:-2], far[2:])) + 2


def _beat(apart: NDArray[np.intp], least: float) -> tuple[int, FloatArray]:
    """Frames from one repeat to the next, and how many of these beats each distance between those seen is.

    A repeat that was not recognised leaves two beats. Of all beats of at least `least` frames (at a quicker one too few
    repeats would have been seen) the one counts that the distances are the most even multiples of; the distance that
    comes most often may already be a double one.
    """
    beats = [np.maximum(np.round(apart / length), 1.0) for length in range(2, int(apart.max()) + 1)]
    slow_enough = [one for one in beats if float(np.mean(apart / one)) >= least] or beats[-1:]
    if not slow_enough:
        return 0, np.ones(len(apart))
    best = min(slow_enough, key=lambda one: float(np.std(apart / one) / np.mean(apart / one)))
    return round(float(np.median(apart / best))), best


def _without_strays(places: NDArray[np.intp], beat: int) -> NDArray[np.intp]:
    """Without those that fall between two beats, which their neighbours keep without them."""
    off = np.full((3, len(places)), np.inf)  # how far the distance is from whole beats: before, after, between the two
    for row, apart in enumerate((np.diff(places), np.diff(places), places[2:] - places[:-2])):
        missed = np.abs(apart - beat * np.maximum(np.round(apart / max(beat, 1)), 1.0))
        off[row, (slice(1, None), slice(None, -1), slice(1, -1))[row]] = missed
    stray = (off[2] <= 1) & (np.minimum(off[0], off[1]) > 1)
    return np.asarray(places[~stray])


def _even_times(time_s: FloatArray, new: NDArray[np.intp], beat: int) -> FloatArray:
    """Times of the new frames, each the mean over one beat around it; every other frame between its neighbours."""
    width = beat - 1  # new frames in a beat
    kernel = np.ones(width) if width % 2 else np.array([0.5, *np.ones(width - 1), 0.5])
    shown = time_s[new]
    usual = (shown[-1] - shown[0]) / (len(new) - 1)
    ahead = usual * np.arange(1, len(kernel) // 2 + 1)
    longer = np.concatenate([shown[0] - ahead[::-1], shown, shown[-1] + ahead])
    even = np.convolve(longer, kernel / kernel.sum(), "valid")
    rows = np.arange(len(time_s))
    late = np.maximum(rows - new[-1], 0) / len(time_s)  # those after the last new one
    return np.asarray(np.interp(rows, new, even) - even[0] + usual * late)
