"""Measures of the frontal plane from the joints: rear and front views."""

from __future__ import annotations

import numpy as np

from gaitcheck.angles import bend, lean_from_vertical, swing_from_vertical
from gaitcheck.gait.measures.definition import (
    FRONTAL,
    MeasureDef,
    Signals,
    at_midstance,
    stance_end,
    stance_peak,
)
from gaitcheck.gait.result import Side, Step
from gaitcheck.track import FloatArray


def _femoral_adduction(s: Signals, side: Side) -> FloatArray:
    return swing_from_vertical(s.point("hip", side), s.point("knee", side), -s.outward(side))


def _knee_valgus(s: Signals, side: Side) -> FloatArray:
    return bend(s.point("hip", side), s.point("knee", side), s.point("ankle", side), -s.outward(side))


def _knee_window(s: Signals, side: Side) -> FloatArray:
    gap = (s.point("knee", "right") - s.point("knee", "left"))[:, 0]
    return np.asarray(100.0 * s.outward("right") * gap / s.hip_width_px)


def _lateral_trunk_lean(s: Signals, side: Side) -> FloatArray:
    lean = lean_from_vertical(s.middle("hip"), s.middle("shoulder"), s.outward(side))
    # the same way sideways over a shorter trunk: at the few degrees that occur, an angle larger by as much
    return np.asarray(s.trunk_drawn * lean)


def _crossover(s: Signals, side: Side) -> FloatArray:
    from_middle = (s.point("ankle", side) - s.middle("hip"))[:, 0]
    return np.asarray(100.0 * s.outward(side) * from_middle / s.hip_width_px)


#: Shares of stance between which the knee's peak is looked for from behind. Close to landing and push-off the knee
#: reads up to three degrees too far in there, which would be taken for the peak of a straight leg (tuning half: slope
#: 0.81 over the whole stance, 0.95 over its middle half). From the front the whole stance reads well.
MIDDLE_OF_STANCE = (0.25, 0.75)


def _valgus_peak(s: Signals, step: Step, series: FloatArray) -> float:
    if s.view == "front":
        return stance_peak(s, step, series)
    start, length = step.initial_contact_s, stance_end(step) - step.initial_contact_s
    values = s.between(series, start + MIDDLE_OF_STANCE[0] * length, start + MIDDLE_OF_STANCE[1] * length)
    return float(values.max()) if values.size else float("nan")


KNEE_FROM_BEHIND = (
    "From behind the knee is read less surely: with the movement of a real runner, drawn, it read three to four "
    "degrees too far in. Film from the front as well."
)

MEASURES = (
    MeasureDef(
        id="femoral_adduction",
        name="Thigh adduction",
        unit="deg",
        sign="+ = the knee lies further in than the hip",
        definition="Thigh (hip to knee) against the vertical.",
        event="midstance",
        views=FRONTAL,
        per_frame=_femoral_adduction,
        per_step=at_midstance,
        points=("hip", "knee"),
        posture=True,
        per_roll_deg=1.0,
        source="Dingenen 2018, Phys Ther Sport 33:40",
    ),
    MeasureDef(
        id="knee_valgus",
        name="Knee valgus",
        unit="deg",
        sign="+ = the knee lies further in than the line from hip to ankle (knock-kneed)",
        definition="Frontal plane projection angle: 180 degrees minus the angle hip, knee, ankle.",
        event="midstance",
        views=("front", "rear"),
        per_frame=_knee_valgus,
        per_step=at_midstance,
        points=("hip", "knee", "ankle"),
        posture=True,
        doubts={"rear": KNEE_FROM_BEHIND},
        source="Munro 2012 (after Willson 2006)",
    ),
    MeasureDef(
        id="knee_valgus_peak",
        name="Knee valgus, peak",
        unit="deg",
        sign="+ = the knee lies further in than the line from hip to ankle (knock-kneed)",
        definition="Largest frontal plane projection angle of each stance; from behind that of its middle half.",
        event="peak in stance",
        views=("front", "rear"),
        per_frame=_knee_valgus,
        per_step=_valgus_peak,
        points=("hip", "knee", "ankle"),
        posture=True,
        doubts={"rear": KNEE_FROM_BEHIND},
        source="Munro 2012 (after Willson 2006)",
    ),
    MeasureDef(
        id="knee_window",
        name="Knee window",
        unit="% hip width",
        sign="100 = the knees are as far apart as the hips, 0 = they hide each other",
        definition="Gap between the knees over the distance between the hips.",
        event="midstance",
        views=FRONTAL,
        per_frame=_knee_window,
        per_step=at_midstance,
        points=("hip", "knee"),
        paired=("hip", "knee"),
        source="clinic sign",
    ),
    MeasureDef(
        id="lateral_trunk_lean",
        name="Sideways trunk lean",
        unit="deg",
        sign="+ = towards the leg on the belt",
        definition="Middle of the hips to middle of the shoulders against the vertical; from behind, where the pose "
        "model draws the trunk too long, larger by as much.",
        event="midstance",
        views=FRONTAL,
        per_frame=_lateral_trunk_lean,
        per_step=at_midstance,
        points=("hip", "shoulder"),
        paired=("hip", "shoulder"),
        posture=True,
        per_roll_deg=1.0,
        source="Dingenen 2018, Phys Ther Sport 33:40",
    ),
    MeasureDef(
        id="crossover",
        name="Foot to body's middle line",
        unit="% hip width",
        sign="+ = the foot lands on its own side, below 0 = past the middle line",
        definition="Sideways distance of the ankle from the middle of the hips over the distance between the hips.",
        event="midstance",
        views=FRONTAL,
        per_frame=_crossover,
        per_step=at_midstance,
        points=("hip", "ankle"),
        paired=("hip",),
        per_roll_deg=7.0,  # a leg is about four times as long as the hips are wide
        source="Souza 2016, Phys Med Rehabil Clin 27:217",
    ),
)
