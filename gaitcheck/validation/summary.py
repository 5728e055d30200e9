"""Figures of merit over many runs: slope, bias, error, agreement, coverage, withholding; timing errors of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.track import FloatArray
from gaitcheck.validation.compare import EventRow, MeasureRow

#: Standard deviation of the truth below which a slope says nothing (degrees, or the measure's unit).
LEAST_SPREAD = 0.75


@dataclass(frozen=True)
class MeasureSummary:
    """One measure in one group of runs.

    `slope` is of measured over true (None where the truth hardly varies); `limits` are the 95 % limits of agreement
    (bias minus and plus 1.96 standard deviations of the errors); `difference_error` is the mean absolute error of the
    left-right difference; `coverage` is the share of printed intervals that hold the truth. `given` counts values that
    were printed, `borderline` those of them that were marked so, `withheld` the others; `rightly` of these would have
    erred by more than the uncertainty the measure has in that view, or there was no value to withhold.
    """

    measure: str
    group: str
    half: str
    unit: str
    given: int
    borderline: int
    withheld: int
    rightly: int
    slope: float | None
    bias: float | None
    mean_absolute_error: float | None
    limits: tuple[float, float] | None
    difference_error: float | None
    coverage: float | None


@dataclass(frozen=True)
class EventSummary:
    """Timing of one kind of event in one group of runs; errors in milliseconds, found minus true."""

    event: str
    group: str
    half: str
    true: int
    missed: int
    false: int
    bias_ms: float | None
    median_absolute_ms: float | None
    within_95_ms: float | None


def summarise_measures(
    rows: Iterable[MeasureRow], group_of: Callable[[MeasureRow], str], halves: Sequence[str] = ("tuning", "reporting")
) -> list[MeasureSummary]:
    """Summaries by measure, group and half, in that order."""
    out = []
    for half in halves:
        own = [row for row in rows if row.half == half]
        own.sort(key=lambda row: (row.measure, group_of(row)))
        for (measure, group), members in groupby(own, key=lambda row: (row.measure, group_of(row))):
            out.append(_measure_summary(measure, group, half, list(members)))
    return sorted(out, key=lambda s: (s.measure, s.group, s.half))


def _measure_summary(measure: str, group: str, half: str, rows: Sequence[MeasureRow]) -> MeasureSummary:
    given = [row for row in rows if row.measured is not None]
    true = np.array([row.true for row in given])
    errors = np.array([row.error for row in given], dtype=float)
    inside = [abs(row.error or 0.0) <= row.uncertainty for row in given if row.uncertainty is not None]
    return MeasureSummary(
        measure=measure,
        group=group,
        half=half,
        unit=rows[0].unit,
        given=len(given),
        borderline=sum(row.status == "borderline" for row in given),
        withheld=len(rows) - len(given),
        rightly=sum(withheld_rightly(row) for row in rows if row.measured is None),
        slope=slope_of(true, true + errors),
        bias=float(errors.mean()) if given else None,
        mean_absolute_error=float(np.abs(errors).mean()) if given else None,
        limits=_limits(errors),
        difference_error=_difference_error(given),
        coverage=float(np.mean(inside)) if inside else None,
    )


def withheld_rightly(row: MeasureRow) -> bool:
    """Whether the value kept back was worse than one that is printed, or there was none."""
    if row.error_spared is None:
        return True
    known = accuracy_of(row.measure, row.view, row.evidence)
    return abs(row.error_spared) > known.uncertainty


def slope_of(true: Sequence[float] | FloatArray, measured: Sequence[float] | FloatArray) -> float | None:
    """Least squares; None with fewer than four values or a truth that hardly varies."""
    if len(true) < 4 or np.std(true) < LEAST_SPREAD:
        return None
    return float(np.polyfit(true, measured, 1)[0])


def _limits(errors: FloatArray) -> tuple[float, float] | None:
    if len(errors) < 4:
        return None
    spread = 1.96 * float(errors.std(ddof=1))
    return float(errors.mean()) - spread, float(errors.mean()) + spread


def _difference_error(rows: Sequence[MeasureRow]) -> float | None:
    """Mean absolute error of left minus right over the runs that have both."""
    by_case: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.side is not None and row.error is not None:
            by_case.setdefault(row.case, {})[row.side] = row.error
    errors = [abs(both["left"] - both["right"]) for both in by_case.values() if len(both) == 2]
    return float(np.mean(errors)) if errors else None


def summarise_events(
    rows: Iterable[EventRow], group_of: Callable[[EventRow], str], halves: Sequence[str] = ("tuning", "reporting")
) -> list[EventSummary]:
    """Summaries by event, group and half."""
    out = []
    for half in halves:
        own = [row for row in rows if row.half == half]
        own.sort(key=lambda row: (row.event, group_of(row)))
        for (event, group), members in groupby(own, key=lambda row: (row.event, group_of(row))):
            found = list(members)
            errors = 1000 * np.array([row.error_s for row in found if row.error_s is not None])
            out.append(
                EventSummary(
                    event=event,
                    group=group,
                    half=half,
                    true=sum(row.true_s is not None for row in found),
                    missed=sum(row.true_s is not None and row.error_s is None for row in found),
                    false=sum(row.true_s is None for row in found),
                    bias_ms=float(errors.mean()) if errors.size else None,
                    median_absolute_ms=float(np.median(np.abs(errors))) if errors.size else None,
                    within_95_ms=float(np.percentile(np.abs(errors), 95)) if errors.size else None,
                )
            )
    return sorted(out, key=lambda s: (s.event, s.group, s.half))
