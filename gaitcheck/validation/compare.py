"""One run's measures, events and first finding against their truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.result import Doubt, GaitResult, Measure, Side, Status, Step
from gaitcheck.settings import View
from gaitcheck.synthetic.truth import Truth

#: A contact found further than this from a true one is not it.
MATCH_S = 0.12
#: An event this close to the first or last frame cannot be asked for: what leads to it, or follows, is not in the clip.
ENDS_S = 0.1


@dataclass(frozen=True)
class Labels:
    """What a run is filed under. `evidence` is what the pelvis line was read from (None: it was not).

    A measure that says itself what it was read from is filed under that.
    """

    case: str
    half: str
    view: View
    body: str
    clothes: str
    condition: str
    fps: float = 60.0
    evidence: str | None = None


@dataclass(frozen=True)
class MeasureRow:
    """One measure and side of one run: what is true and what was measured (None: withheld).

    Attributes
    ----------
    uncertainty : printed with the value.
    own_part : the part of it that comes from this run alone (spread of the steps, roll), without the table's and
        without what yaw and pitch add: the truth is that of the same camera.
    would_be : the value that was withheld, where the program had one.
    reason : why it is withheld or borderline.
    doubt : where the doubt of a borderline value lies, see `Measure`.
    """

    case: str
    half: str
    view: View
    body: str
    clothes: str
    condition: str
    fps: float
    evidence: str | None
    measure: str
    side: Side | None
    unit: str
    true: float
    measured: float | None
    uncertainty: float | None
    own_part: float | None
    would_be: float | None
    status: Status
    n_steps: int
    reason: str | None = None
    doubt: Doubt | None = None

    @property
    def error(self) -> float | None:
        """Measured minus true."""
        return None if self.measured is None else self.measured - self.true

    @property
    def error_spared(self) -> float | None:
        """The error of a value that was withheld, where the program had one."""
        return None if self.would_be is None else self.would_be - self.true


@dataclass(frozen=True)
class EventRow:
    """One true event and the error of the one found, seconds (None: missed); or a false one (`true_s` None)."""

    case: str
    half: str
    view: View
    condition: str
    event: Literal["initial_contact", "toe_off"]
    side: Side
    near_leg: bool
    true_s: float | None
    error_s: float | None
    fps: float = 60.0


def measure_rows(
    labels: Labels, measures: Iterable[Measure], truth: Truth, gait: GaitResult | None = None
) -> list[MeasureRow]:
    """Pair every true measure with the measured one; `gait` tells what was withheld."""
    found = {(m.id, m.side): m for m in measures}
    rows = []
    for true in truth.measures:
        measured = found.get((true.id, true.side))
        if measured is None:
            continue  # the truth also knows lines the analyser does not claim to measure
        rows.append(
            MeasureRow(
                **{**vars(labels), "evidence": measured.evidence or labels.evidence},
                measure=true.id,
                side=true.side,
                unit=true.unit,
                true=true.mean,
                measured=measured.mean,
                uncertainty=measured.uncertainty,
                own_part=_own_part(measured),
                would_be=_withheld_value(measured, gait) if measured.mean is None and gait is not None else None,
                status=measured.status,
                n_steps=measured.n_steps,
                reason=measured.reason,
                doubt=measured.doubt,
            )
        )
    return rows


def _own_part(measured: Measure) -> float | None:
    if measured.uncertainty is None or measured.view is None:
        return None
    table = accuracy_of(measured.id, measured.view, measured.evidence).of(measured.doubt)
    return float(np.sqrt(max(measured.uncertainty**2 - table**2 - measured.camera_part**2, 0.0)))


def _withheld_value(measured: Measure, gait: GaitResult) -> float | None:
    """The mean over the steps that the program had and did not print; a rate or an asymmetry has none."""
    values = gait.step_values.get((measured.id, measured.side))
    if values is None or REGISTRY[measured.id].summary != "mean" or not np.isfinite(values).any():
        return None
    return float(np.nanmean(values))


def event_rows(labels: Labels, gait: GaitResult, truth: Truth) -> list[EventRow]:
    """Match the events found to the true ones of the same leg, each at most once.

    Events at the very ends of a clip count where they are found and are not missed where they are not.
    """
    rows: list[EventRow] = []
    near = gait.view if gait.view in ("left", "right") else None

    def add(
        event: Literal["initial_contact", "toe_off"], side: Side, true_s: float | None, error: float | None
    ) -> None:
        at_an_end = true_s is not None and not ENDS_S <= true_s <= float(truth.time_s[-1]) - ENDS_S
        if error is None and at_an_end:
            return
        rows.append(
            EventRow(
                case=labels.case,
                half=labels.half,
                view=labels.view,
                condition=labels.condition,
                event=event,
                side=side,
                near_leg=near is None or side == near,
                true_s=true_s,
                error_s=error,
                fps=labels.fps,
            )
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
