"""Measures of the pelvis in the frontal plane, from the pelvis line that the picture shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gaitcheck.angles import swing_from_vertical
from gaitcheck.gait.measures.definition import (
    FRONTAL,
    Grounds,
    MeasureDef,
    Signals,
    at_midstance,
    stance_peak,
)
from gaitcheck.gait.pelvis import PelvisLine
from gaitcheck.gait.result import Side, Step
from gaitcheck.track import FloatArray

#: Half width of the 95 % interval of the zero where it is the mean of both sides: half of what the two sides of a
#: runner may differ by.
MEAN_ZERO_DEG = 4.0
#: Least half width of the 95 % interval of a zero from clothing: how crooked a waistband may be worn without its wearer
#: noticing (one side of the hips 1.5 cm higher than the other, 35 cm apart). The picture cannot tell it from a pelvis
#: that drops further on one side.
WAISTBAND_ZERO_DEG = 2.5
#: Uncertainty of a zero from standing still: how level a person stands.
STANDING_ZERO_DEG = 1.0

NO_PELVIS_LINE = (
    "The pelvis line was not read from this video's pictures, and the pose model's hips hardly tilt when the pelvis "
    "does. Analyse the video again."
)
ONLY_THE_SWING = (
    "Only the swing of the pelvis could be read, not where it is level; the middle between both sides counts as level. "
    "Stand still for 3 seconds at the start of the video, or stick two coloured dots on the back of the pelvis."
)
NO_DIFFERENCE = (
    "Only the swing of the pelvis could be read, not where it is level, and so not which side drops further. Stand "
    "still for 3 seconds at the start of the video, or stick two coloured dots on the back of the pelvis."
)


def _drop(s: Signals, side: Side) -> FloatArray:
    if s.pelvis is None:
        return np.full(len(s.time_s), np.nan)
    return -s.outward(side) * s.pelvis.tilt_deg


def _hip_adduction(s: Signals, side: Side) -> FloatArray:
    thigh = swing_from_vertical(s.point("hip", side), s.point("knee", side), -s.outward(side))
    return _drop(s, side) + thigh


def _drop_over_standing(s: Signals, step: Step, series: FloatArray) -> float:
    """Drop at midstance, against standing where that is known."""
    standing = s.pelvis.standing_deg if s.pelvis is not None else None
    return at_midstance(s, step, _drop(s, step.side)) + s.outward(step.side) * (standing or 0.0)


def _stride_range(s: Signals, step: Step, series: FloatArray) -> float:
    if step.next_same_contact_s is None or s.pelvis is None:
        return float("nan")
    values = s.between(s.pelvis.tilt_deg, step.initial_contact_s, step.next_same_contact_s)
    return float(np.ptp(values)) if values.size else float("nan")  # NaN where the line is hidden for a while


def _zero_of_picture(line: PelvisLine) -> float:
    """Half width of the 95 % interval of the level that the line itself shows."""
    return line.zero_deg if line.source == "stickers" else max(line.zero_deg, WAISTBAND_ZERO_DEG)


def _of_tilt(s: Signals) -> Grounds:
    """What a value rests on that counts from level."""
    line = s.pelvis
    if line is None:
        return Grounds(lacking=s.no_pelvis or NO_PELVIS_LINE)
    zero = {"picture": _zero_of_picture(line), "standing": STANDING_ZERO_DEG, "mean": MEAN_ZERO_DEG}[line.zero]
    return Grounds(
        evidence=line.source if line.zero == "picture" else f"{line.source}, {line.zero} as zero",
        uncertainty=float(np.hypot(zero, line.swing_deg)),
        per_roll_deg=1.0 if line.zero == "picture" else 0.0,
        doubt=ONLY_THE_SWING if line.zero == "mean" else None,
    )


def _of_thigh_and_tilt(s: Signals) -> Grounds:
    """The camera's roll moves thigh and pelvis alike, unless the pelvis has another zero than the picture."""
    grounds = _of_tilt(s)
    return replace(grounds, per_roll_deg=1.0 - grounds.per_roll_deg)


def _of_sides(s: Signals) -> Grounds:
    """A wrong zero adds to one side what it takes from the other."""
    grounds, line = _of_tilt(s), s.pelvis
    if line is None:
        return grounds
    if line.zero == "mean":
        return Grounds(lacking=NO_DIFFERENCE)
    if line.standing_deg is not None:
        zero, roll = STANDING_ZERO_DEG, 0.0
    else:
        zero, roll = _zero_of_picture(line), 1.0
    return Grounds(line.source, float(np.hypot(2 * zero, line.swing_deg)), 2 * roll)


def _of_swing(s: Signals) -> Grounds:
    if s.pelvis is None:
        return Grounds(lacking=s.no_pelvis or NO_PELVIS_LINE)
    return Grounds(s.pelvis.source, s.pelvis.swing_deg)


_DROP_SIGN = "+ = the pelvis is lower on the side of the swinging leg"

MEASURES = (
    MeasureDef(
        id="contralateral_pelvic_drop",
        name="Pelvic drop",
        unit="deg",
        sign=_DROP_SIGN,
        definition="Tilt of the pelvis line (seen in the picture, by stickers or clothing) against the level.",
        event="midstance",
        views=FRONTAL,
        per_frame=_drop,
        per_step=at_midstance,
        rests_on=_of_tilt,
        posture=True,
        source="Dingenen et al. 2D angles and 3D profiles; Matsuzaki et al. (2D norms)",
    ),
    MeasureDef(
        id="contralateral_pelvic_drop_peak",
        name="Pelvic drop, peak",
        unit="deg",
        sign=_DROP_SIGN,
        definition="Largest tilt of the pelvis line (seen in the picture) against the level in each stance.",
        event="peak in stance",
        views=FRONTAL,
        per_frame=_drop,
        per_step=stance_peak,
        rests_on=_of_tilt,
        posture=True,
        source="Dingenen et al. 2D angles and 3D profiles; Bramah 2018, Am J Sports Med 46:3023",
    ),
    MeasureDef(
        id="pelvic_drop_difference",
        name="Pelvic drop, right against left",
        unit="deg",
        sign="+ = the pelvis drops further while the right leg is on the belt",
        definition="Mean pelvic drop at right midstance minus that at left; each against standing where that is known.",
        event="midstance",
        views=FRONTAL,
        per_side=False,
        per_step=_drop_over_standing,
        summary="difference",
        rests_on=_of_sides,
        source="Dingenen et al. 2D angles and 3D profiles",
    ),
    MeasureDef(
        id="pelvic_drop_range",
        name="Pelvic tilt, range over the stride",
        unit="deg",
        sign="always positive",
        definition="Largest minus smallest sideways tilt of the pelvis line between two contacts of the same foot.",
        event="stride",
        views=FRONTAL,
        per_side=False,
        per_step=_stride_range,
        rests_on=_of_swing,
        source="Dingenen et al. 2D angles and 3D profiles",
    ),
    MeasureDef(
        id="hip_adduction",
        name="Hip adduction",
        unit="deg",
        sign="+ = the thigh points further in than square to the pelvis",
        definition="Thigh against the perpendicular of the pelvis line: pelvic drop plus thigh adduction.",
        event="midstance",
        views=FRONTAL,
        per_frame=_hip_adduction,
        per_step=at_midstance,
        points=("hip", "knee"),
        rests_on=_of_thigh_and_tilt,
        posture=True,
        source="Neal et al.; frontal plane kinematics and 3D hip adduction",
    ),
)
