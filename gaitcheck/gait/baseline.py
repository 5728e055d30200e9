"""The stretch in which the runner stands still: the zero of posture angles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.clean import CleanTrack
from gaitcheck.gait.result import Baseline
from gaitcheck.numerics import median_filter
from gaitcheck.track import Landmark

#: Fastest point of a standing runner, leg lengths a second. A foot on the belt moves at 2 and more.
STILL_LEGS_PER_S = 0.25
#: Shortest stretch that is worth a zero, and how much of its ends is left out.
SHORTEST_S = 1.5
MARGIN_S = 0.2
#: Share of a span the person gave in which the runner must rest.
STILL_SHARE = 0.8
#: The stretch must begin this early.
LATEST_START_S = 5.0

_WATCHED = (
    Landmark.LEFT_SHOULDER,
    Landmark.RIGHT_SHOULDER,
    Landmark.LEFT_HIP,
    Landmark.RIGHT_HIP,
    Landmark.LEFT_KNEE,
    Landmark.RIGHT_KNEE,
    Landmark.LEFT_ANKLE,
    Landmark.RIGHT_ANKLE,
)


def find_baseline(clean: CleanTrack) -> Baseline | None:
    """The first seconds of standing still, where all joints rest; None where they never do."""
    time, still = clean.track.time_s, _still(clean)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(int), [0]]))).reshape(-1, 2)
    for start, end in edges:
        if time[start] > LATEST_START_S:
            return None
        if time[end - 1] - time[start] >= SHORTEST_S:
            return Baseline(float(time[start] + MARGIN_S), float(time[end - 1] - MARGIN_S), "found")
    return None


def given_baseline(clean: CleanTrack, start_s: float, end_s: float) -> Baseline | None:
    """The span the person gave, None where the runner does not stand still in it."""
    time = clean.track.time_s
    inside = _still(clean)[(time >= start_s) & (time <= end_s)]
    return Baseline(start_s, end_s, "given") if inside.size and inside.mean() >= STILL_SHARE else None


def _still(clean: CleanTrack) -> NDArray[np.bool_]:
    """(T,) True where all joints rest."""
    time = clean.track.time_s
    moved = np.gradient(clean.track.xy_px[:, _WATCHED], time, axis=0)
    speed = np.linalg.norm(moved, axis=-1).max(axis=1) / clean.leg_length_px
    speed = np.nan_to_num(speed, nan=np.inf)  # where nobody is followed nobody is known to stand still
    return np.asarray(median_filter(speed, size=2 * round(0.1 * clean.rate_hz) + 1) < STILL_LEGS_PER_S)
