"""Measures of rhythm and of the body's rise and fall."""

from __future__ import annotations

import numpy as np

from gaitcheck.gait.measures.definition import ANY_VIEW, FRONTAL, SAGITTAL, MeasureDef, Signals
from gaitcheck.gait.result import Side, Step
from gaitcheck.settings import View
from gaitcheck.track import FloatArray

BY_THE_BODY = (
    "From behind or in front contact is read from the body's rise and fall, for both legs together, so it can be off "
    "by some hundredths of a second."
)
FAR_LEG_UNSURE = "From the side the far leg's contacts are found less surely, which looks like an asymmetry."
FEET_UNSEEN = "From behind or in front contact is read from the body's rise and fall; uneven feet can stay unseen."

NOT_A_NUMBER = float("nan")


def _by_plane(sagittal: str, frontal: str) -> dict[View, str]:
    return {**dict.fromkeys(SAGITTAL, sagittal), **dict.fromkeys(FRONTAL, frontal)}


def _step_time(s: Signals, step: Step, series: FloatArray) -> float:
    return step.next_contact_s - step.initial_contact_s if step.next_contact_s is not None else NOT_A_NUMBER


def _cadence(s: Signals, step: Step, series: FloatArray) -> float:
    """Of the stride rather than the step, so that a limp does not widen the spread."""
    if step.next_same_contact_s is None:
        return NOT_A_NUMBER
    return 120.0 / (step.next_same_contact_s - step.initial_contact_s)


def _contact_time(s: Signals, step: Step, series: FloatArray) -> float:
    return 1000.0 * (step.toe_off_s - step.initial_contact_s) if step.toe_off_s is not None else NOT_A_NUMBER


def _duty_factor(s: Signals, step: Step, series: FloatArray) -> float:
    if step.next_same_contact_s is None:
        return NOT_A_NUMBER
    return _contact_time(s, step, series) / 10.0 / (step.next_same_contact_s - step.initial_contact_s)


def _height(s: Signals, side: Side) -> FloatArray:
    """By the shoulders: the pose model moves the hips with the legs (by a tenth of their rise on rendered runners)."""
    height = -s.middle("shoulder")[:, 1]
    if s.cm_per_px is not None:
        return np.asarray(height * s.cm_per_px)
    return np.asarray(100.0 * height / s.straight_leg_px)


def _vertical_oscillation(s: Signals, step: Step, series: FloatArray) -> float:
    if step.next_contact_s is None:
        return NOT_A_NUMBER
    values = s.between(series, step.initial_contact_s, step.next_contact_s)
    return float(np.ptp(values)) if values.size else NOT_A_NUMBER


MEASURES = (
    MeasureDef(
        id="cadence",
        name="Cadence",
        unit="steps/min",
        sign="steps of both legs a minute",
        definition="60 over the time from one midstance to the next, fitted over all steps of the run.",
        event="step",
        views=ANY_VIEW,
        per_side=False,
        per_step=_cadence,
        needs_real_time=True,
        far_leg="same",
        summary="rate",
        source="step frequency",
    ),
    MeasureDef(
        id="contact_time",
        name="Contact time",
        unit="ms",
        sign="time from contact to toe-off",
        definition="Toe-off minus initial contact.",
        event="stance",
        views=(*SAGITTAL, *FRONTAL),
        per_step=_contact_time,
        points=("ankle", "toe"),
        needs_real_time=True,
        far_leg="borderline",
        doubts=dict.fromkeys(FRONTAL, BY_THE_BODY),
        source="Young 2023, Sensors 23:696 (error of phone video)",
    ),
    MeasureDef(
        id="duty_factor",
        name="Duty factor",
        unit="%",
        sign="above 50 = no flight",
        definition="Contact time over stride time.",
        event="stride",
        views=(*SAGITTAL, *FRONTAL),
        per_step=_duty_factor,
        points=("ankle", "toe"),
        far_leg="borderline",
        doubts=dict.fromkeys(FRONTAL, BY_THE_BODY),
        source="van der Meulen 2023, Footwear Sci 15:S186",
    ),
    MeasureDef(
        id="vertical_oscillation",
        name="Vertical oscillation",
        unit="% leg length",
        sign="rise and fall of the body in a step",
        definition="Highest minus lowest point of the trunk (middle of the shoulders) between two contacts.",
        event="step",
        views=(*SAGITTAL, *FRONTAL),
        per_side=False,
        per_frame=_height,
        per_step=_vertical_oscillation,
        points=("shoulder",),
        far_leg="same",
        source="Moore 2016, Sports Med 46:793",
    ),
    MeasureDef(
        id="step_time_symmetry",
        name="Step time asymmetry",
        unit="%",
        sign="0 = left and right steps last equally long",
        definition="Difference of the mean left and right step times over their mean.",
        event="step",
        views=ANY_VIEW,
        per_side=False,
        per_step=_step_time,
        far_leg="same",
        doubts=_by_plane(FAR_LEG_UNSURE, FEET_UNSEEN),
        summary="asymmetry",
        source="Girard 2019, Front Sports Act Living 1:36",
    ),
)
