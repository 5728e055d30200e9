"""Curves over the gait cycle: each stride stretched to 0-100 %, then mean and spread over the strides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import GaitResult, Side, Step
from gaitcheck.settings import View
from gaitcheck.track import FloatArray

#: Places of the cycle at which a curve is given, in percent from one initial contact to the next of the same leg.
CYCLE_PERCENT: FloatArray = np.linspace(0.0, 100.0, 101)
#: A spread over fewer strides says nothing.
FEWEST_STRIDES = 3
#: The height of the hips in the picture has no zero (the runner drifts on the belt): only its range in a step counts.
_WITHOUT_ZERO = ("vertical_oscillation",)


@dataclass(frozen=True)
class GaitCurve:
    """One angle (or distance) over the gait cycle.

    Attributes
    ----------
    measure_id : one of the measures that are read from this angle; all of them share the curve.
    side : the leg whose initial contact is 0 and 100 %; None for a measure of the whole body, whose cycles begin with
        the contacts of either leg.
    unit : of `mean` and `sd`; signs as in the measure's definition.
    view : the side of the runner the camera sees.
    percent : (101,) 0..100 of the cycle.
    mean, sd : (101,) over the strides; `sd` with n - 1.
    strides : how many strides went in.
    contact_percent : share of the cycle in which the foot is on the belt (the duty factor); None where it is withheld.
    """

    measure_id: str
    side: Side | None
    unit: str
    view: View | None
    percent: FloatArray
    mean: FloatArray
    sd: FloatArray
    strides: int
    contact_percent: float | None


def gait_curves(gait: GaitResult) -> tuple[GaitCurve, ...]:
    """Mean curve and spread of each angle that is not withheld.

    A stride goes from an initial contact to the same leg's next one. Strides with a missing value are left out, and a
    curve needs at least three. Measures read from one and the same angle (a value at midstance and its peak, say) give
    one curve, under the first of them. All curves have the same places of the cycle, so those of several videos or
    recordings can be laid over each other.

    Parameters
    ----------
    gait : one video's result.

    Returns
    -------
    In the order of the measures, the left leg before the right.
    """
    curves: list[GaitCurve] = []
    used: list[tuple[Side | None, FloatArray]] = []
    for measure in gait.measures:
        line = gait.series.get((measure.id, measure.side))
        if measure.mean is None or line is None or measure.id in _WITHOUT_ZERO:
            continue
        if any(side == measure.side and np.array_equal(line, other, equal_nan=True) for side, other in used):
            continue
        strides = _strides(gait.track.time_s, line, gait.steps, measure.side)
        if len(strides) >= FEWEST_STRIDES:
            used.append((measure.side, line))
            curves.append(
                GaitCurve(
                    measure_id=measure.id,
                    side=measure.side,
                    unit=REGISTRY[measure.id].unit,
                    view=gait.view,
                    percent=CYCLE_PERCENT,
                    mean=strides.mean(axis=0),
                    sd=strides.std(axis=0, ddof=1),
                    strides=len(strides),
                    contact_percent=_contact_percent(gait, measure.side),
                )
            )
    order = list(dict.fromkeys(curve.measure_id for curve in curves))
    return tuple(sorted(curves, key=lambda curve: (order.index(curve.measure_id), curve.side or "")))


def _strides(time_s: FloatArray, line: FloatArray, steps: Sequence[Step], side: Side | None) -> FloatArray:
    """(n, 101) values of each whole stride."""
    rows = [
        np.interp(
            step.initial_contact_s + (step.next_same_contact_s - step.initial_contact_s) * CYCLE_PERCENT / 100.0,
            time_s,
            line,
            left=np.nan,
            right=np.nan,
        )
        for step in steps
        if side in (None, step.side) and step.next_same_contact_s is not None
    ]
    found = np.array(rows).reshape(-1, len(CYCLE_PERCENT))
    return np.asarray(found[np.isfinite(found).all(axis=1)])


def _contact_percent(gait: GaitResult, side: Side | None) -> float | None:
    """The duty factor of the leg, or the mean of both legs."""
    shares = [m.mean for m in gait.measures if m.id == "duty_factor" and side in (None, m.side) and m.mean is not None]
    return float(np.mean(shares)) if shares else None
