"""Whether the rhythm of the steps changes within a video, as where a part of it plays in slow motion."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gaitcheck.gait.clean import CleanTrack
from gaitcheck.gait.events import rhythm

#: Stretches that are looked at on their own, and how far apart they begin, seconds.
SPAN_S, APART_S = 3.0, 0.5
#: Rhythms this many times apart are not one runner's at one speed of the film.
ANOTHER = 1.6
#: Stretches alike to within this share that make a rhythm.
ALIKE_SHARE, FEWEST = 0.12, 2


class Pace(NamedTuple):
    """Durations of a step, seconds: the shortest and the longest rhythm found."""

    shortest_s: float
    longest_s: float


def changing_pace(clean: CleanTrack) -> Pace | None:
    """The shortest and the longest step of stretches that have a rhythm of their own; None where these are alike."""
    time = clean.track.time_s
    found = []
    for start in np.arange(time[0], time[-1] - SPAN_S + 1e-9, APART_S):
        rows = (time >= start) & (time <= start + SPAN_S)
        stretch = replace(
            clean.track,
            time_s=time[rows],
            xy_px=clean.track.xy_px[rows],
            visibility=clean.track.visibility[rows],
            world_m=clean.track.world_m[rows],
        )
        found.append(rhythm(replace(clean, track=stretch)))
    known = np.array([one for one in found if one is not None])
    steady = np.array([one for one in known if (np.abs(known / one - 1) < ALIKE_SHARE).sum() >= FEWEST])
    if not steady.size or steady.max() < ANOTHER * steady.min():
        return None
    return Pace(float(steady.min()), float(steady.max()))
