"""One run's measures and events against their truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gaitcheck.gait.result import GaitResult, Measure, Side, Status, Step
from gaitcheck.synthetic.truth import Truth

#: A contact found further than this from a true one is not it.
MATCH_S = 0.12


@dataclass(frozen=True)
class MeasureRow:
    """One measure and side of one run: what is true and what was measured (None: withheld)."""

    case: str
    half: str
    view: str
    body: str
    clothes: str
    condition: str
    measure: str
    side: Side | None
    unit: str
    true: float
    measured: float | None
    uncertainty: float | None
    status: Status
    n_steps: int

    @property
    def error(self) -> float | None:
        """Measured minus true."""
        return None if self.measured is None else self.measured - self.true


@dataclass(frozen=True)
class EventRow:
    """One true event and the error of the one found, seconds (None: missed); or a false one (`true_s` None)."""

    case: str
    half: str
    view: str
    condition: str
    event: Literal["initial_contact", "toe_off"]
    side: Side
    near_leg: bool
    true_s: float | None
    error_s: float | None


@dataclass(frozen=True)
class Labels:
    """What a run is filed under."""

    case: str
    half: str
    view: str
    body: str
    clothes: str
    condition: str


def measure_rows(labels: Labels, measures: Iterable[Measure], truth: Truth) -> list[MeasureRow]:
    """Pair every true measure with the measured one."""
    found = {(m.id, m.side): m for m in measures}
    rows = []
    for true in truth.measures:
        measured = found.get((true.id, true.side))
        if measured is None:
            continue  # the truth also knows lines the analyser does not claim to measure
        rows.append(
            MeasureRow(
                **vars(labels),
                measure=true.id,
                side=true.side,
                unit=true.unit,
                true=true.mean,
                measured=measured.mean,
                uncertainty=measured.uncertainty,
                status=measured.status,
                n_steps=measured.n_steps,
            )
        )
    return rows


def event_rows(labels: Labels, gait: GaitResult, truth: Truth) -> list[EventRow]:
    """Match the events found to the true ones of the same leg, each at most once."""
    rows: list[EventRow] = []
    near = gait.view if gait.view in ("left", "right") else None

    def add(
        event: Literal["initial_contact", "toe_off"], side: Side, true_s: float | None, error: float | None
    ) -> None:
        is_near = near is None or side == near
        rows.append(
            EventRow(labels.case, labels.half, labels.view, labels.condition, event, side, is_near, true_s, error)
        )

    # steps at the very ends of a clip can be found or not; only those between whole true steps count as false
    first, last = truth.steps[0].initial_contact_s, truth.steps[-1].toe_off_s
    free = [step for step in gait.steps if first <= step.midstance_s <= last]
    for true in truth.steps:
        match = min(
            (step for step in free if step.side == true.side),
            key=lambda step: abs(step.midstance_s - true.midstance_s),
            default=None,
        )
        if match is None or abs(match.midstance_s - true.midstance_s) > MATCH_S:
            add("initial_contact", true.side, true.initial_contact_s, None)
            add("toe_off", true.side, true.toe_off_s, None)
            continue
        free.remove(match)
        off = _toe_off_error(match, true.toe_off_s)
        add("initial_contact", true.side, true.initial_contact_s, match.initial_contact_s - true.initial_contact_s)
        add("toe_off", true.side, true.toe_off_s, off)
    for step in free:
        add("initial_contact", step.side, None, None)
        add("toe_off", step.side, None, None)
    return rows


def _toe_off_error(found: Step, true_s: float) -> float | None:
    return None if found.toe_off_s is None else found.toe_off_s - true_s
