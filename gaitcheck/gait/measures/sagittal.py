"""Measures of the sagittal plane: side views, of the leg next to the camera (the far one is often hidden)."""

from __future__ import annotations

import numpy as np

from gaitcheck.angles import bend, elevation, lean_from_vertical, swing_from_vertical
from gaitcheck.gait.measures.definition import (
    SAGITTAL,
    MeasureDef,
    Signals,
    at_contact,
    stance_end,
    stance_mean,
)
from gaitcheck.gait.result import Side, Step
from gaitcheck.track import FloatArray

#: Below this the moment of contact falls between frames and the knee turns 5 degrees from one to the next.
CONTACT_FPS = 50.0
#: Values in stance below which no cubic is laid through them.
FEWEST_FOR_CUBIC = 5


def _forward_trunk_lean(s: Signals, side: Side) -> FloatArray:
    return lean_from_vertical(s.middle("hip"), s.middle("shoulder"), s.forward)


def _tibia_inclination(s: Signals, side: Side) -> FloatArray:
    return swing_from_vertical(s.point("knee", side), s.point("ankle", side), s.forward)


def _foot_ahead(s: Signals, side: Side) -> FloatArray:
    ahead = (s.point("ankle", side) - s.middle("hip"))[:, 0]
    return np.asarray(100.0 * s.forward * ahead / s.leg_length_px)


def _knee_flexion(s: Signals, side: Side) -> FloatArray:
    return bend(s.point("hip", side), s.point("knee", side), s.point("ankle", side), s.forward)


def _foot_inclination(s: Signals, side: Side) -> FloatArray:
    return elevation(s.point("heel", side), s.point("toe", side), s.forward)


def _hip_extension(s: Signals, side: Side) -> FloatArray:
    return -swing_from_vertical(s.point("hip", side), s.point("knee", side), s.forward)


def _smooth_stance_peak(s: Signals, step: Step, series: FloatArray) -> float:
    """Largest value of the cubic through the stance's values.

    As the knees pass each other the pose model draws the one towards the other, first back, then forward, by several
    degrees of bend. The bend itself rises once and falls once: a cubic follows it within a degree (marker runs and
    rendered ones) and carries it across.
    """
    end = stance_end(step)
    inside = (s.time_s >= step.initial_contact_s) & (s.time_s <= end) & np.isfinite(series)
    if inside.sum() < FEWEST_FOR_CUBIC:
        return float("nan")
    share = (s.time_s[inside] - step.initial_contact_s) / (end - step.initial_contact_s)
    cubic = np.polynomial.Polynomial.fit(share, series[inside], 3)
    return float(cubic(np.linspace(0.0, 1.0, 101)).max())


def _late_stance_peak(s: Signals, step: Step, series: FloatArray) -> float:
    """Largest value from midstance until a little after toe-off."""
    end = stance_end(step)
    values = s.between(series, step.midstance_s, end + 0.2 * (end - step.midstance_s))
    return float(values.max()) if values.size else float("nan")


def _swing_peak(s: Signals, step: Step, series: FloatArray) -> float:
    """Largest value between this leg's toe-off and its next contact."""
    if step.next_same_contact_s is None:
        return float("nan")
    values = s.between(series, stance_end(step), step.next_same_contact_s)
    return float(values.max()) if values.size else float("nan")


KNEE_AT_CONTACT = (
    "At contact the pose model draws the knee up to 8 degrees too straight or too bent, by an amount that changes with "
    "the runner's posture, clothes and picture, so nothing is taken off."
)
FOOT_FLATTER = "The pose model sees the foot flatter at contact than it is, by an amount that differs with the shoe."

MEASURES = (
    MeasureDef(
        id="forward_trunk_lean",
        name="Forward trunk lean",
        unit="deg",
        sign="+ = the shoulders are ahead of the hips",
        definition="Middle of the hips to middle of the shoulders against the vertical.",
        event="mean over stance",
        views=SAGITTAL,
        per_side=False,
        per_frame=_forward_trunk_lean,
        per_step=stance_mean,
        points=("hip", "shoulder"),
        posture=True,
        far_leg="same",
        per_roll_deg=1.0,
        source="Teng 2016, J Athl Train 51:519",
    ),
    MeasureDef(
        id="tibia_inclination_ic",
        name="Shin angle at contact",
        unit="deg",
        sign="+ = the ankle is ahead of the knee",
        definition="Shin (knee to ankle) against the vertical.",
        event="initial contact",
        views=SAGITTAL,
        per_frame=_tibia_inclination,
        per_step=at_contact,
        points=("knee", "ankle"),
        needs_fps=CONTACT_FPS,
        per_roll_deg=1.0,
        doubts=dict.fromkeys(SAGITTAL, KNEE_AT_CONTACT),
        source="Dingenen 2018, Phys Ther Sport 33:40; Matsuzaki et al.",
    ),
    MeasureDef(
        id="overstride",
        name="Foot ahead of the hips at contact",
        unit="% leg length",
        sign="+ = the ankle is ahead of the hips",
        definition="Horizontal distance from the middle of the hips to the ankle over the length of the leg.",
        event="initial contact",
        views=SAGITTAL,
        per_frame=_foot_ahead,
        per_step=at_contact,
        points=("hip", "ankle"),
        needs_fps=CONTACT_FPS,
        per_roll_deg=1.7,
        source="Wille 2014, JOSPT 44:825; Lieberman 2015, J Exp Biol 218:3406",
    ),
    MeasureDef(
        id="knee_flexion_ic",
        name="Knee bend at contact",
        unit="deg",
        sign="+ = bent",
        definition="180 degrees minus the angle hip, knee, ankle.",
        event="initial contact",
        views=SAGITTAL,
        per_frame=_knee_flexion,
        per_step=at_contact,
        points=("hip", "knee", "ankle"),
        needs_fps=CONTACT_FPS,
        doubts=dict.fromkeys(SAGITTAL, KNEE_AT_CONTACT),
        source="Dingenen 2018, Phys Ther Sport 33:40; Matsuzaki et al.",
    ),
    MeasureDef(
        id="knee_flexion_peak_stance",
        name="Knee bend in stance, peak",
        unit="deg",
        sign="+ = bent",
        definition="180 degrees minus the angle hip, knee, ankle: largest value of its cubic from contact to toe-off.",
        event="peak in stance",
        views=SAGITTAL,
        per_frame=_knee_flexion,
        per_step=_smooth_stance_peak,
        points=("hip", "knee", "ankle"),
        source="Dingenen 2018, Phys Ther Sport 33:40; Matsuzaki et al.",
    ),
    MeasureDef(
        id="foot_inclination_ic",
        name="Foot angle at contact",
        unit="deg",
        sign="+ = toes up (the heel lands first)",
        definition="Heel to toe against the level.",
        event="initial contact",
        views=SAGITTAL,
        per_frame=_foot_inclination,
        per_step=at_contact,
        points=("heel", "toe"),
        needs_fps=CONTACT_FPS,
        per_roll_deg=1.0,
        doubts=dict.fromkeys(SAGITTAL, FOOT_FLATTER),
        source="Matsuzaki et al.",
    ),
    MeasureDef(
        id="hip_extension_peak",
        name="Thigh behind the body, peak",
        unit="deg",
        sign="+ = the knee is behind the hip",
        definition="Thigh (hip to knee) against the vertical, its largest backward value.",
        event="late stance",
        views=SAGITTAL,
        per_frame=_hip_extension,
        per_step=_late_stance_peak,
        points=("hip", "knee"),
        per_roll_deg=1.0,
        source="Souza 2016, Phys Med Rehabil Clin 27:217",
    ),
    MeasureDef(
        id="heel_recovery",
        name="Knee bend in swing, peak",
        unit="deg",
        sign="+ = bent; more brings the heel closer to the seat",
        definition="Largest value of 180 degrees minus the angle hip, knee, ankle in swing.",
        event="swing",
        views=SAGITTAL,
        per_frame=_knee_flexion,
        per_step=_swing_peak,
        points=("hip", "knee", "ankle"),
        source="descriptive, no norm",
    ),
)
