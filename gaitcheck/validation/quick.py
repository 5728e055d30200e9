"""What the quick form must not exceed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gaitcheck.validation.compare import MeasureRow
from gaitcheck.validation.run import Outcome


@dataclass(frozen=True)
class Bound:
    """Largest mean absolute error of a measure over the quick runs; `where` chooses among its values."""

    name: str
    measure: str
    most: float
    where: Callable[[MeasureRow], bool] = lambda row: True


#: The clips are short (six steps of a leg) and few, so single runs weigh more than in the whole matrix.
BOUNDS = (
    Bound("pelvic drop, stickers", "contralateral_pelvic_drop", 1.5, lambda row: row.evidence == "stickers"),
    Bound("knee valgus, front", "knee_valgus", 2.5, lambda row: row.view == "front"),
    Bound("knee valgus, rear", "knee_valgus", 4.0, lambda row: row.view == "rear"),
    Bound("sideways trunk lean", "lateral_trunk_lean", 1.5),
    Bound("forward trunk lean", "forward_trunk_lean", 1.5),
    Bound("cadence", "cadence", 0.8),
)
#: Largest median and 95th percentile of the absolute error of contacts and toe-offs, milliseconds.
EVENT_MEDIAN_MS, EVENT_95_MS = 25.0, 60.0


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
    late = 1000 * np.abs([row.error_s for row in outcome.events if row.error_s is not None])
    if not late.size:
        out.append("contacts: none was found")
    elif np.median(late) > EVENT_MEDIAN_MS or np.percentile(late, 95) > EVENT_95_MS:
        out.append(
            f"contacts and toe-offs: median {np.median(late):.0f} ms and 95 % within {np.percentile(late, 95):.0f} ms, "
            f"at most {EVENT_MEDIAN_MS:g} and {EVENT_95_MS:g} are allowed"
        )
    return out
