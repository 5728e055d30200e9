"""The pelvis line on the clean track's time base: mended, filtered, levelled, and with its zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitcheck.gait.clean import CUTOFF_HZ, CUTOFF_SHARE, LONGEST_GAP_S
from gaitcheck.gait.result import Baseline, Step
from gaitcheck.numerics import butter, median_filter, sosfiltfilt
from gaitcheck.track import FloatArray, PelvisTrack

#: A tilt further than this from its neighbours' median is a slip of the eye: the pelvis turns by 1-2 degrees a frame.
SPIKE_DEG = 4.0
#: Samples that the filter needs to run in.
_FEWEST_SAMPLES = 12

Zero = Literal["picture", "standing", "mean"]


@dataclass(frozen=True)
class PelvisLine:
    """Tilt of the pelvis over the run.

    Attributes
    ----------
    tilt_deg : (T,) in the levelled picture, + = its end at the picture's right lies lower; NaN where it is not known.
    standing_deg : the same line's tilt while the runner stands still; None without a baseline.
    source : what it was read from (see `PelvisTrack`).
    zero : what counts as level: the levelled picture, the standing pelvis, or the mean of left and right midstance.
    zero_deg : half width of the 95 % interval of the zero (0 for "standing", where the same line gives both).
    swing_deg : half width of the 95 % interval of the swing from one side to the other.
    """

    tilt_deg: FloatArray
    standing_deg: float | None
    source: str
    zero: Zero
    zero_deg: float
    swing_deg: float


def pelvis_line(
    track: PelvisTrack,
    time_s: FloatArray,
    roll_deg: float | None,
    steps: Sequence[Step],
    baseline: Baseline | None,
    slowness: float = 1.0,
) -> PelvisLine | None:
    """Make the pelvis line fit to be measured.

    Parameters
    ----------
    track : the line as the picture shows it; its times are real seconds.
    time_s : (T,) uniform, of the clean track.
    roll_deg : turn of a level line in the picture that is undone; None where it is unknown.
    steps : in order of time.
    baseline : the stretch in which the runner stands still.
    slowness : see `clean.clean`.

    Returns
    -------
    None where the picture shows no line. A line without a zero of its own gets it from standing, else from the mean of
    the left and the right midstances: what tells the sides apart is lost then.
    """
    if track.source == "none" or not track.seen.any():
        return None
    tilt = _smooth(track, time_s, slowness) - (roll_deg or 0.0)
    standing = _standing(tilt, time_s, baseline)
    if track.absolute:
        return PelvisLine(tilt, standing, track.source, "picture", track.zero_deg, track.swing_deg)
    if standing is not None:
        return PelvisLine(tilt - standing, 0.0, track.source, "standing", 0.0, track.swing_deg)
    middle = _middle_of_sides(tilt, time_s, steps)
    return PelvisLine(tilt - middle, None, track.source, "mean", track.zero_deg, track.swing_deg)


def _smooth(track: PelvisTrack, time_s: FloatArray, slowness: float) -> FloatArray:
    """Tilt on another time base, without spikes and low-passed like the joints; NaN in long gaps."""
    out = np.full(len(time_s), np.nan)
    known, tilt = track.time_s[track.seen], track.tilt_deg[track.seen]
    step_s = float(time_s[1] - time_s[0])
    gaps = np.flatnonzero(np.diff(known) - step_s > LONGEST_GAP_S * slowness) + 1
    sos = butter(2, min(CUTOFF_HZ / slowness, CUTOFF_SHARE / step_s), fs=1.0 / step_s, output="sos")
    width = max(3, 2 * round(0.04 * slowness / step_s) + 1)
    for moments, values in zip(np.split(known, gaps), np.split(tilt, gaps), strict=True):
        usual = median_filter(values, size=width, mode="nearest")
        steady = np.where(np.abs(values - usual) > SPIKE_DEG, usual, values)
        inside = (time_s >= moments[0] - 1e-9) & (time_s <= moments[-1] + 1e-9)
        placed = np.interp(time_s[inside], moments, steady)
        out[inside] = sosfiltfilt(sos, placed) if len(placed) >= _FEWEST_SAMPLES else placed
    return out


def _standing(tilt: FloatArray, time_s: FloatArray, baseline: Baseline | None) -> float | None:
    if baseline is None:
        return None
    values = tilt[(time_s >= baseline.start_s) & (time_s <= baseline.end_s)]
    values = values[np.isfinite(values)]
    return float(values.mean()) if values.size else None


def _middle_of_sides(tilt: FloatArray, time_s: FloatArray, steps: Sequence[Step]) -> float:
    """Half way between the mean tilt at left and at right midstance; without both, the mean over the run."""
    sides = [
        np.interp([step.midstance_s for step in steps if step.side == side], time_s, tilt) for side in ("left", "right")
    ]
    known = [values[np.isfinite(values)] for values in sides]
    if all(values.size for values in known):
        return float(np.mean([values.mean() for values in known]))
    return float(np.nanmean(tilt))
