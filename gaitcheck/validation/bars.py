"""What the measures must reach on the reporting half, and what they reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.validation.compare import EventRow, MeasureRow
from gaitcheck.validation.patterns import FindingRow
from gaitcheck.validation.summary import slope_of

#: Frame rate at which the bars hold.
BAR_FPS = 60.0
#: Conditions of the usual camera and file.
USUAL = ("usual", "stickers", "standing_first", "quick", "quick_stickers")
#: Error of a pelvic drop from clothing that must not be printed, degrees, and the share of such values to withhold.
DROP_TOO_FAR_DEG = 4.0
WITHHELD_SHARE = 0.95
FITTED_WITHHELD = 0.25
#: Share of printed 95 % intervals that must hold the truth, and of first findings that must be as expected.
COVERAGE = (0.90, 0.99)
#: Intervals below which 99 % cannot be told from all of them.
FEWEST_INTERVALS = 100
FINDINGS_SHARE = 0.95
FITTED = ("fitted", "tank_tights", "one_colour")


@dataclass(frozen=True)
class Bar:
    """One bar: largest mean absolute error, and the range of the slope of measured over true where it has one.

    `evidence` and `standing` choose among pelvic drops: read from stickers or from clothing; None takes all.
    `difference` is that of left minus right.
    """

    name: str
    measure: str
    views: tuple[str, ...]
    error: float
    slope: tuple[float, float] | None = None
    stickers: bool | None = None
    standing: bool | None = None
    difference: bool = False


_FRONTAL, _SIDE = ("rear", "front"), ("left", "right")
_USUAL_SLOPE, _STRICT_SLOPE = (0.9, 1.1), (0.95, 1.05)

BARS = (
    Bar("Pelvic drop, stickers", "contralateral_pelvic_drop", _FRONTAL, 0.7, _STRICT_SLOPE, stickers=True),
    Bar(
        "Pelvic drop, clothing, no standing",
        "contralateral_pelvic_drop",
        _FRONTAL,
        1.5,
        _USUAL_SLOPE,
        stickers=False,
        standing=False,
    ),
    Bar(
        "Pelvic drop left - right, clothing",
        "contralateral_pelvic_drop",
        _FRONTAL,
        1.5,
        _USUAL_SLOPE,
        stickers=False,
        difference=True,
    ),
    Bar("Knee valgus, front", "knee_valgus", ("front",), 1.5, _USUAL_SLOPE),
    Bar("Knee valgus, rear", "knee_valgus", ("rear",), 2.0, _USUAL_SLOPE),
    Bar("Hip adduction", "hip_adduction", _FRONTAL, 2.0, _USUAL_SLOPE),
    Bar("Forward trunk lean", "forward_trunk_lean", _SIDE, 1.0, _STRICT_SLOPE),
    Bar("Sideways trunk lean", "lateral_trunk_lean", _FRONTAL, 1.0, _USUAL_SLOPE),
    Bar("Knee bend in stance, peak", "knee_flexion_peak_stance", _SIDE, 3.0, _USUAL_SLOPE),
    Bar("Knee bend at contact", "knee_flexion_ic", _SIDE, 4.0, _USUAL_SLOPE),
    Bar("Shin angle at contact", "tibia_inclination_ic", _SIDE, 2.5, _USUAL_SLOPE),
    Bar("Cadence", "cadence", (*_FRONTAL, *_SIDE), 0.3),
    Bar("Contact time, side", "contact_time", _SIDE, 12.0),
    Bar("Contact time, rear and front", "contact_time", _FRONTAL, 12.0),
)


@dataclass(frozen=True)
class Reached:
    """What was reached of a bar: `values` of `runs`; `met` None where there are too few values to tell."""

    name: str
    wanted: str
    values: int
    runs: int
    slope: float | None
    error: float | None
    met: bool | None


#: Values below which a bar is not judged.
FEWEST = 4


def reached(bar: Bar, rows: Iterable[MeasureRow]) -> Reached:
    """Hold one bar against the rows given (of one half)."""
    own = [row for row in rows if row.measured is not None and _meant(bar, row)]
    if bar.difference:
        own = differences(own)
    error = float(np.mean([abs(row.error or 0.0) for row in own])) if own else None
    slope = slope_of([row.true for row in own], [row.measured or 0.0 for row in own]) if bar.slope else None
    met: bool | None = None
    if len(own) >= FEWEST and error is not None:
        met = error <= bar.error
        if bar.slope is not None and met:
            met = None if slope is None else within(slope, bar.slope)
    wanted = f"{bar.error:g} {own[0].unit}" if own else f"{bar.error:g}"
    if bar.slope is not None:
        wanted = f"slope {bar.slope[0]:g} to {bar.slope[1]:g}, {wanted}"
    return Reached(bar.name, wanted, len(own), len({row.case for row in own}), slope, error, met)


def within(value: float, limits: tuple[float, float]) -> bool:
    """Whether a value lies between limits, both included."""
    return limits[0] <= value <= limits[1]


def _meant(bar: Bar, row: MeasureRow) -> bool:
    return (
        row.measure == bar.measure
        and row.view in bar.views
        and (bar.stickers is None or bar.stickers == (row.evidence == "stickers"))
        and (bar.standing is None or bar.standing == (row.condition == "standing_first"))
    )


def differences(rows: Iterable[MeasureRow]) -> list[MeasureRow]:
    """Left minus right of the runs that have both; the uncertainties combined as independent."""
    sides: dict[str, dict[str, MeasureRow]] = {}
    for row in rows:
        if row.side is not None and row.measured is not None:
            sides.setdefault(row.case, {})[row.side] = row
    out = []
    for both in sides.values():
        if len(both) == 2:
            left, right = both["left"], both["right"]
            assert left.measured is not None
            assert right.measured is not None
            out.append(
                replace(
                    left,
                    side=None,
                    true=left.true - right.true,
                    measured=left.measured - right.measured,
                    uncertainty=float(np.hypot(left.uncertainty or 0.0, right.uncertainty or 0.0)),
                )
            )
    return out


def bar_rows(rows: Sequence[MeasureRow]) -> list[MeasureRow]:
    """The rows that bars are held against: reporting half, 60 frames a second."""
    return [row for row in rows if row.half == "reporting" and row.fps == BAR_FPS]


@dataclass(frozen=True)
class DropWithheld:
    """How the pelvic drop from clothing is withheld.

    `fitted` clips in fitted clothing (both legs count), `fitted_withheld` of them withheld; `too_far` values, printed
    or not, whose error exceeds `DROP_TOO_FAR_DEG`, `too_far_withheld` of them withheld.
    """

    fitted: int
    fitted_withheld: int
    too_far: int
    too_far_withheld: int

    @property
    def seldom(self) -> bool | None:
        """Whether fitted clothing seldom leads to withholding; None without a value."""
        return self.fitted_withheld <= FITTED_WITHHELD * self.fitted if self.fitted else None

    @property
    def far_ones(self) -> bool | None:
        """Whether the values that are too far off are withheld; None without a value."""
        return self.too_far_withheld >= WITHHELD_SHARE * self.too_far if self.fitted or self.too_far else None


def drop_withheld(rows: Iterable[MeasureRow]) -> DropWithheld:
    """Count over rows of one half; runs with stickers are left out."""
    own = [row for row in rows if row.measure == "contralateral_pelvic_drop" and row.evidence != "stickers"]
    fitted = [row for row in own if row.clothes in FITTED]
    far = []
    for row in own:
        error = row.error if row.measured is not None else row.error_spared
        if error is not None and abs(error) > DROP_TOO_FAR_DEG:
            far.append(row)
    return DropWithheld(
        fitted=len(fitted),
        fitted_withheld=sum(row.measured is None for row in fitted),
        too_far=len(far),
        too_far_withheld=sum(row.measured is None for row in far),
    )


@dataclass(frozen=True)
class EventBar:
    """Timing over true events of one group: milliseconds and shares, and whether they are good enough."""

    events: int
    median_ms: float | None
    within_95_ms: float | None
    missed_or_false: float | None
    met: bool | None


MEDIAN_MS, WITHIN_MS, MISSED_SHARE = 10.0, 25.0, 0.01


def event_bar(rows: Sequence[EventRow]) -> EventBar:
    """Hold the bar for events against the rows given."""
    true = [row for row in rows if row.true_s is not None]
    errors = 1000 * np.abs([row.error_s for row in rows if row.error_s is not None])
    if not true or not errors.size:
        return EventBar(len(true), None, None, None, None)
    wrong = sum(row.true_s is None or row.error_s is None for row in rows) / len(true)
    median, most = float(np.median(errors)), float(np.percentile(errors, 95))
    met = median <= MEDIAN_MS and most <= WITHIN_MS and wrong <= MISSED_SHARE
    return EventBar(len(true), median, most, wrong, met)


def coverage(rows: Iterable[MeasureRow]) -> tuple[int, float] | None:
    """Number of printed intervals, and the share of them that hold the truth."""
    inside = [
        abs(row.error) <= row.uncertainty for row in rows if row.error is not None and row.uncertainty is not None
    ]
    return (len(inside), float(np.mean(inside))) if inside else None


def coverage_by_runs(rows: Iterable[MeasureRow]) -> tuple[int, float] | None:
    """The same without what yaw and pitch of the camera may add: the truth is seen by the same camera, so that these
    errors do not hold it.
    """
    inside = [
        abs(row.error) <= np.hypot(accuracy_of(row.measure, row.view, row.evidence).of(row.doubt), row.own_part)
        for row in rows
        if row.error is not None and row.own_part is not None
    ]
    return (len(inside), float(np.mean(inside))) if inside else None


def findings_right(rows: Iterable[FindingRow], *, healthy: bool) -> tuple[int, int]:
    """Runs whose measure was not withheld, and those of them with the finding expected (healthy: with none)."""
    own = [row for row in rows if (row.pattern == "healthy") == healthy and row.status != "not_measurable"]
    return len(own), sum(row.right for row in own)
