"""What the quick form must not exceed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gaitcheck.validation.bars import event_bar
from gaitcheck.validation.compare import MeasureRow
from gaitcheck.validation.run import Outcome


@dataclass(frozen=True)
class Bound:
    """Largest mean absolute error of a measure over the quick runs; `where` chooses among its values."""

    name: str
    measure: str
    most: float
    where: Callable[[MeasureRow], bool] = lambda row: True


def _from(*views: str) -> Callable[[MeasureRow], bool]:
    return lambda row: row.view in views


def _by_stickers(row: MeasureRow) -> bool:
    return row.evidence == "stickers"


def _by_clothing(row: MeasureRow) -> bool:
    return row.evidence != "stickers"


#: Bounds of the whole matrix (`bars.BARS`) where it meets them, a third wider, since a leg has six steps here and not
#: ten; where it does not, a little more than the error found there.
BOUNDS = (
    Bound("pelvic drop, stickers", "contralateral_pelvic_drop", 0.95, _by_stickers),
    Bound("pelvic drop, clothing", "contralateral_pelvic_drop", 2.0, _by_clothing),
    Bound("hip adduction", "hip_adduction", 2.7),
    Bound("knee valgus, front", "knee_valgus", 2.0, _from("front")),
    Bound("knee valgus, rear", "knee_valgus", 2.7, _from("rear")),
    Bound("sideways trunk lean", "lateral_trunk_lean", 1.3),
    Bound("forward trunk lean", "forward_trunk_lean", 1.3),
    Bound("knee bend in stance", "knee_flexion_peak_stance", 6.0),  # the landmark lies too far forward
    Bound("knee bend at contact", "knee_flexion_ic", 7.0),
    Bound("shin angle at contact", "tibia_inclination_ic", 6.5),
    Bound("contact time, side", "contact_time", 20.0, _from("left", "right")),
    Bound("contact time, rear and front", "contact_time", 25.0, _from("rear", "front")),
    Bound("cadence", "cadence", 0.8),  # half as long a clip tells the rhythm less than half as well
)
#: Largest median and 95th percentile of the absolute error of contacts and toe-offs, milliseconds, and the largest
#: share missed or false.
EVENT_MEDIAN_MS, EVENT_95_MS, EVENT_SHARE = 14.0, 35.0, 0.03


def broken_bounds(outcome: Outcome) -> list[str]:
    """Each bound that is exceeded, or that no value was given for, in words."""
    out = []
    for bound in BOUNDS:
        errors = [
            abs(row.error)
            for row in outcome.measures
            if row.measure == bound.measure and bound.where(row) and row.error is not None
        ]
        if not errors:
            out.append(f"{bound.name}: no value was given")
        elif np.mean(errors) > bound.most:
            out.append(f"{bound.name}: {np.mean(errors):.2f}, at most {bound.most:g} is allowed")
    events = event_bar(outcome.events)
    if events.median_ms is None or events.within_95_ms is None or events.missed_or_false is None:
        out.append("contacts: none was found")
    elif (
        events.median_ms > EVENT_MEDIAN_MS or events.within_95_ms > EVENT_95_MS or events.missed_or_false > EVENT_SHARE
    ):
        out.append(
            f"contacts and toe-offs: median {events.median_ms:.0f} ms, 95 % within {events.within_95_ms:.0f} ms, "
            f"{100 * events.missed_or_false:.1f} % missed or false; at most {EVENT_MEDIAN_MS:g} ms, {EVENT_95_MS:g} ms "
            f"and {100 * EVENT_SHARE:g} % are allowed"
        )
    return out
