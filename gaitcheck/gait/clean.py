"""From the raw track to one that can be measured: exchanges undone, spikes and gaps mended, zero-phase filtered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.strides import settle_legs
from gaitcheck.gait.swaps import repair_swaps
from gaitcheck.numerics import PchipInterpolator, butter, median_filter, sosfiltfilt
from gaitcheck.track import FloatArray, Landmark, PoseTrack

#: Gaps (nobody found) up to this long are bridged; a step takes three times as long.
LONGEST_GAP_S = 0.10
#: Low-pass of joint positions. Gait angles hold little above 8 Hz, the tracker's jitter lies above it.
CUTOFF_HZ = 9.0
#: The low-pass for what is read at contact, where the knee turns round within a few frames and 9 Hz rounds its bend
#: by degrees. The mean over the steps takes out the jitter that this lets through.
CONTACT_CUTOFF_HZ = 18.0
#: Both as a share of the frame rate, which wins at low rates.
CUTOFF_SHARE = 0.36
#: A point further than this from its neighbours' median (leg lengths) for a frame or two is a spike.
SPIKE_LEGS = 0.06
#: Times nearer to each other than this are the same: no joint moves by a hundredth of a pixel.
SAME_TIME_S = 1e-6
#: Percentile of a leg's length in the picture that stands for the straight leg seen from the side.
STRAIGHT_LEG = 90.0
#: Shortest stretch of track worth measuring.
SHORTEST_STRETCH_S = 1.0


@dataclass(frozen=True)
class CleanTrack:
    """A track fit to be measured.

    Attributes
    ----------
    track : on a uniform time base, filtered; NaN outside stretches in which the runner was followed.
    sharp_xy_px : (T, 33, 2) the track's `xy_px` with the low-pass for what is read at contact.
    leg_length_px : median length of thigh plus shank.
    frames_with_runner : frames of the raw track in which the runner was found.
    frames_filled, swaps_repaired : frames mended.
    """

    track: PoseTrack
    sharp_xy_px: FloatArray
    leg_length_px: float
    frames_with_runner: int
    frames_filled: int
    swaps_repaired: int

    @property
    def rate_hz(self) -> float:
        """Samples per second of the uniform time base."""
        return 1.0 / float(self.track.time_s[1] - self.track.time_s[0])


def leg_length(track: PoseTrack, percentile: float = 50.0) -> float:
    """Length of a leg (hip to knee plus knee to ankle) in the picture, px; NaN where there is none.

    The median over the run by default. A leg that points at the camera is short in the picture, which from behind and
    in front it does for most of the swing: `STRAIGHT_LEG` is nearer to its true length.
    """
    hips, knees, ankles = (
        track.xy_px[:, [left, left + 1]] for left in (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)
    )
    lengths = np.linalg.norm(knees - hips, axis=-1) + np.linalg.norm(ankles - knees, axis=-1)
    good = lengths[np.isfinite(lengths)]
    return float(np.percentile(good, percentile)) if good.size else float("nan")


def clean(raw: PoseTrack, slowness: float = 1.0, phase: FloatArray | None = None) -> CleanTrack | None:
    """Mend and filter a raw track.

    Parameters
    ----------
    slowness : how many times slower than a usual run the track plays (unknown slow motion): durations are stretched
        and frequencies lowered by it.
    phase : (T,) strides gone by at each frame, where they are known (see `strides`): then the run's mean stride says
        which leg is which.

    Returns None where there is no stretch of at least `SHORTEST_STRETCH_S` in which a person was followed.
    """
    legs = leg_length(raw)
    if not np.isfinite(legs) or legs <= 0 or len(raw) < 3:
        return None
    frames_with_runner = int(raw.found.sum())
    repaired, exchanged = repair_swaps(raw, legs, slowness)
    if phase is not None:
        repaired = settle_legs(repaired, legs, phase, LONGEST_GAP_S * slowness)
        exchanged = np.any(np.abs(repaired.xy_px - raw.xy_px) > 0, axis=(1, 2))
    stretches = _stretches(repaired, slowness)
    if not stretches:
        return None
    step_s = float(np.median(np.diff(raw.time_s)))
    time = np.arange(0, int(np.floor(raw.time_s[-1] / step_s + 1e-9)) + 1) * step_s
    cutoff, contact_cutoff = (min(hz / slowness, CUTOFF_SHARE / step_s) for hz in (CUTOFF_HZ, CONTACT_CUTOFF_HZ))
    sos, sharp_sos = (butter(2, hz, fs=1.0 / step_s, output="sos") for hz in (cutoff, contact_cutoff))
    n = len(time)
    xy, sharp = np.full((2, n, *raw.xy_px.shape[1:]), np.nan)
    visibility = np.full((n, raw.visibility.shape[1]), np.nan)
    world = np.full((n, *raw.world_m.shape[1:]), np.nan, dtype=np.float32)
    filled = 0
    for stretch in stretches:
        rows = stretch[repaired.found[stretch]]
        filled += len(stretch) - len(rows)
        known = repaired.time_s[rows]
        begin = int(np.searchsorted(time, known[0] - 1e-9))
        inside = slice(begin, int(np.searchsorted(time, known[-1] + 1e-9, side="right")))
        for values in (xy, sharp, visibility, world):
            values[max(begin - 1, 0)] = np.nan  # so that a cut without a missing frame parts the stretches too
        width = max(3, 2 * round(0.04 * slowness / step_s) + 1)
        for mark in range(xy.shape[1]):  # one landmark after the other: a long video's arrays are large
            there = np.isfinite(repaired.xy_px[rows, mark, 0])  # a point on neither leg is bridged
            steady = _without_spikes(repaired.xy_px[rows[there], mark], legs, width)
            both = np.concatenate([steady, repaired.world_m[rows[there], mark]], axis=1)
            placed = _placed(known[there], both, time[inside])
            smooth = sosfiltfilt(sos, placed, axis=0)
            xy[inside, mark], world[inside, mark] = smooth[:, :2], smooth[:, 2:]
            sharp[inside, mark] = sosfiltfilt(sharp_sos, placed[:, :2], axis=0)
            visibility[inside, mark] = _placed(known, repaired.visibility[rows, mark], time[inside])
    gap_s = LONGEST_GAP_S * slowness
    note = f"gaps up to {gap_s:.2g} s bridged ({filled} frames), zero-phase low-pass at {cutoff:.2g} Hz"
    track = repaired.noted(note, time_s=time, xy_px=xy, visibility=np.clip(visibility, 0, 1), world_m=world)
    return CleanTrack(track, sharp, legs, frames_with_runner, filled, int(exchanged.sum()))


def at_times(track: PoseTrack, time_s: FloatArray) -> PoseTrack:
    """The track at other times (linear between its rows, NaN beside missing rows), such as the frames of the video."""

    def take(values: NDArray[Any]) -> NDArray[Any]:
        flat = values.reshape(len(values), -1)
        at = np.empty((len(time_s), flat.shape[1]), dtype=values.dtype)
        for column, out in zip(flat.T, at.T, strict=True):  # one after the other: a long video's arrays are large
            out[:] = np.interp(time_s, track.time_s, column)
        return at.reshape(len(time_s), *values.shape[1:])

    return replace(
        track,
        time_s=np.asarray(time_s, dtype=float),
        xy_px=take(track.xy_px),
        visibility=take(track.visibility),
        world_m=take(track.world_m),
    )


def _stretches(track: PoseTrack, slowness: float) -> list[NDArray[np.intp]]:
    """Frame numbers of each stretch without a cut and without a gap too long to bridge, long enough to be measured."""
    rows = np.flatnonzero(track.found)
    if not rows.size:
        return []
    apart = np.diff(track.time_s[rows]) - np.median(np.diff(track.time_s)) > LONGEST_GAP_S * slowness
    cuts = np.searchsorted(track.time_s, np.sort(track.cuts_s) - 1e-9)
    across = np.diff(np.searchsorted(cuts, rows, side="right")) > 0
    parts = np.split(rows, np.flatnonzero(apart | across) + 1)
    return [
        np.arange(part[0], part[-1] + 1)
        for part in parts
        if track.time_s[part[-1]] - track.time_s[part[0]] >= SHORTEST_STRETCH_S
    ]


def _placed(known_s: FloatArray, values: FloatArray, time_s: NDArray[np.floating]) -> FloatArray:
    """Values (N, ...) known at some times at others; as they are where these are the same times."""
    if len(known_s) == len(time_s) and np.abs(known_s - time_s).max() < SAME_TIME_S:
        return values
    return np.asarray(PchipInterpolator(known_s, values)(time_s))


def _without_spikes(xy_px: FloatArray, leg_length_px: float, width: int) -> FloatArray:
    """One point (T, 2); where it leaps away for a moment, put back to its neighbours' median (Hampel's rule)."""
    middle = median_filter(xy_px, size=(width, 1), mode="nearest")
    leap = np.linalg.norm(xy_px - middle, axis=-1) > SPIKE_LEGS * leg_length_px
    return np.where(leap[:, None], middle, xy_px)
