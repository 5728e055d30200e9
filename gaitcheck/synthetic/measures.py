"""Every measure of the list from the projected true joints, with the definitions and signs of the measure list.

Written apart from the analyser's own formulas on purpose: each checks the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.settings import View
from gaitcheck.synthetic.steps import Contacts
from gaitcheck.track import FloatArray

Points = Mapping[str, FloatArray]
Key = tuple[str, Side | None]

_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}
_FRONTAL_AT_MIDSTANCE = (
    "contralateral_pelvic_drop",
    "femoral_adduction",
    "hip_adduction",
    "knee_valgus",
    "knee_window",
    "lateral_trunk_lean",
    "crossover",
)


@dataclass(frozen=True)
class TrueStep:
    """One whole stance inside the clip, in real seconds since the first frame, exact from the motion.

    `midstance_s` is the pelvis's lowest point. `next_contact_s` is the other leg's, `next_same_contact_s` this leg's;
    both may lie after the last frame.
    """

    side: Side
    initial_contact_s: float
    midstance_s: float
    toe_off_s: float
    next_contact_s: float
    next_same_contact_s: float


@dataclass(frozen=True)
class TrueMeasure:
    """The true mean of one measure and side over the steps of a clip, and the standard deviation over the steps."""

    id: str
    side: Side | None
    unit: str
    mean: float
    sd: float
    n_steps: int


def angle_series(points: Points, view: View, roll_deg: float) -> dict[Key, FloatArray]:
    """Per-frame values (T,) of every angle and distance the view shows, keyed by measure id and side.

    Parameters
    ----------
    points : (T, 2) pixels by joint name (hip_left, ...).
    roll_deg : of the camera; angles are those of the levelled picture.
    """
    level = {name: _levelled(p, roll_deg) for name, p in points.items()}
    return _frontal(level, view) if view in ("rear", "front") else _sagittal(level, view)


def _levelled(points: FloatArray, roll_deg: float) -> FloatArray:
    a = np.radians(roll_deg)
    return np.asarray(points @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]))


def _middle(p: Points, joint: str) -> FloatArray:
    return (p[f"{joint}_left"] + p[f"{joint}_right"]) / 2


def _hip_width(p: Points) -> float:
    return float(np.median(np.abs(p["hip_left"] - p["hip_right"])[:, 0]))


#: Percentile of the leg's length in the picture that is that of the straight leg, square to the camera.
_STRAIGHT = 90.0


def leg_length_px(p: Points, percentile: float = 50.0) -> float:
    """Length of thigh plus shank in the picture, over both legs; the median by default."""
    legs = [
        np.linalg.norm(p[f"hip_{s}"] - p[f"knee_{s}"], axis=1)
        + np.linalg.norm(p[f"knee_{s}"] - p[f"ankle_{s}"], axis=1)
        for s in SIDES
    ]
    return float(np.percentile(legs, percentile))


def _from_vertical(top: FloatArray, bottom: FloatArray, sign: float) -> FloatArray:
    """Degrees by which the lower point lies to one side of the upper one; `sign` +1 counts image-right."""
    d = bottom - top
    return np.degrees(np.arctan2(sign * d[:, 0], d[:, 1]))


def _wrapped(degrees: FloatArray) -> FloatArray:
    return (degrees + 180) % 360 - 180


def _frontal(p: Points, view: View) -> dict[Key, FloatArray]:
    right_is = 1.0 if view == "rear" else -1.0
    hips, shoulders, width = _middle(p, "hip"), _middle(p, "shoulder"), _hip_width(p)
    out: dict[Key, FloatArray] = {}
    for side in SIDES:
        outward = right_is if side == "right" else -right_is
        hip, knee, ankle = (p[f"{joint}_{side}"] for joint in ("hip", "knee", "ankle"))
        d = p[f"hip_{_OTHER[side]}"] - hip
        drop = np.degrees(np.arctan2(d[:, 1], np.abs(d[:, 0])))
        d = p[f"psis_{_OTHER[side]}"] - p[f"psis_{side}"]
        adduction = _from_vertical(hip, knee, -outward)
        out["contralateral_pelvic_drop", side] = drop
        out["psis_line_drop", side] = np.degrees(np.arctan2(d[:, 1], np.abs(d[:, 0])))
        out["femoral_adduction", side] = adduction
        out["hip_adduction", side] = drop + adduction
        out["knee_valgus", side] = _wrapped(adduction - _from_vertical(knee, ankle, -outward))
        gap = (p["knee_right"] - p["knee_left"])[:, 0]
        out["knee_window", side] = 100 * right_is * gap / width
        out["lateral_trunk_lean", side] = -_from_vertical(shoulders, hips, outward)
        out["crossover", side] = 100 * outward * (ankle - hips)[:, 0] / width
    return out


def _sagittal(p: Points, view: View) -> dict[Key, FloatArray]:
    forward = 1.0 if view == "right" else -1.0
    hips, shoulders, leg = _middle(p, "hip"), _middle(p, "shoulder"), leg_length_px(p)
    out: dict[Key, FloatArray] = {("forward_trunk_lean", None): -_from_vertical(shoulders, hips, forward)}
    for side in SIDES:
        hip, knee, ankle = (p[f"{joint}_{side}"] for joint in ("hip", "knee", "ankle"))
        thigh, shank = _from_vertical(hip, knee, forward), _from_vertical(knee, ankle, forward)
        along = p[f"toe_{side}"] - p[f"heel_{side}"]
        out["tibia_inclination", side] = shank
        out["overstride", side] = 100 * forward * (ankle - hips)[:, 0] / leg
        out["knee_flexion", side] = _wrapped(thigh - shank)
        out["foot_inclination", side] = np.degrees(np.arctan2(-along[:, 1], forward * along[:, 0]))
        out["hip_extension", side] = -thigh
    return out


def true_steps(steps: Contacts, midstance_s: FloatArray, begin_s: float, end_s: float) -> tuple[TrueStep, ...]:
    """Give the stances that lie wholly between two times."""
    out = []
    for k in range(len(steps) - 2):
        if steps.initial_contact_s[k] >= begin_s and steps.toe_off_s[k] <= end_s:
            times = (
                steps.initial_contact_s[k],
                midstance_s[k],
                steps.toe_off_s[k],
                steps.initial_contact_s[k + 1],
                steps.initial_contact_s[k + 2],
            )
            out.append(TrueStep("right" if steps.is_right[k] else "left", *(float(t) for t in times)))
    return tuple(out)


def true_measures(
    time_s: FloatArray, series: Mapping[Key, FloatArray], points: Points, steps: Sequence[TrueStep], view: View
) -> tuple[TrueMeasure, ...]:
    """Means over the steps, from series sampled finely in time (not only at the clip's frames).

    `knee_valgus` and the other frontal values are those at midstance; `knee_valgus_peak`, `knee_flexion_peak_stance`
    and the like are the largest of each step.
    """
    values: dict[Key, tuple[str, list[float]]] = {}

    def add(name: str, side: Side | None, unit: str, value: float) -> None:
        values.setdefault((name, side), (unit, []))[1].append(value)

    def at(key: Key, moment: float) -> float:
        return float(np.interp(moment, time_s, series[key]))

    def between(line: FloatArray, begin: float, end: float) -> FloatArray:
        return line[(time_s >= begin) & (time_s <= end)]

    height = -_middle(points, "shoulder")[:, 1]
    leg = leg_length_px(points, _STRAIGHT)
    last = time_s[-1]
    for step in steps:
        side, contact, toe_off = step.side, step.initial_contact_s, step.toe_off_s
        add("contact_time", side, "ms", 1000 * (toe_off - contact))
        add("duty_factor", side, "%", 100 * (toe_off - contact) / (step.next_same_contact_s - contact))
        if step.next_contact_s <= last:
            rise = 100 * float(np.ptp(between(height, contact, step.next_contact_s))) / leg
            add("vertical_oscillation", None, "% leg length", rise)
        if view in ("rear", "front"):
            for name in _FRONTAL_AT_MIDSTANCE:
                unit = "% hip width" if name in ("knee_window", "crossover") else "deg"
                add(name, side, unit, at((name, side), step.midstance_s))
            add("psis_line_drop", side, "deg", at(("psis_line_drop", side), step.midstance_s))
            add("knee_valgus_peak", side, "deg", float(between(series["knee_valgus", side], contact, toe_off).max()))
            drop = series["contralateral_pelvic_drop", side]
            add("contralateral_pelvic_drop_peak", side, "deg", float(between(drop, contact, toe_off).max()))
            if step.next_same_contact_s <= last:
                swing = float(np.ptp(between(drop, contact, step.next_same_contact_s)))
                add("pelvic_drop_range", None, "deg", swing)
        else:
            lean = series["forward_trunk_lean", None]
            add("forward_trunk_lean", None, "deg", float(between(lean, contact, toe_off).mean()))
            add("tibia_inclination_ic", side, "deg", at(("tibia_inclination", side), contact))
            add("overstride", side, "% leg length", at(("overstride", side), contact))
            add("knee_flexion_ic", side, "deg", at(("knee_flexion", side), contact))
            add("foot_inclination_ic", side, "deg", at(("foot_inclination", side), contact))
            flexion = series["knee_flexion", side]
            add("knee_flexion_peak_stance", side, "deg", float(between(flexion, contact, toe_off).max()))
            after = toe_off + 0.2 * (toe_off - step.midstance_s)
            if after <= last:
                behind = between(series["hip_extension", side], step.midstance_s, after)
                add("hip_extension_peak", side, "deg", float(behind.max()))
            if step.next_same_contact_s <= last:
                add("heel_recovery", side, "deg", float(between(flexion, toe_off, step.next_same_contact_s).max()))
    out = [_rhythm(steps), _asymmetry(steps)] if len(steps) > 2 else []
    for (name, of), (unit, found) in values.items():
        sd = float(np.std(found, ddof=1)) if len(found) > 1 else 0.0
        out.append(TrueMeasure(name, of, unit, float(np.mean(found)), sd, len(found)))
    drops = [values[key][1] for side in SIDES if (key := ("contralateral_pelvic_drop", side)) in values]
    if len(drops) == 2:
        out.append(_drop_difference(*drops))
    return tuple(out)


def _drop_difference(left: Sequence[float], right: Sequence[float]) -> TrueMeasure:
    """Right minus left, as the mean over each leg's steps."""
    spread = float(np.hypot(np.std(left), np.std(right)))
    steps = min(len(left), len(right))
    return TrueMeasure("pelvic_drop_difference", None, "deg", float(np.mean(right) - np.mean(left)), spread, steps)


def _rhythm(steps: Sequence[TrueStep]) -> TrueMeasure:
    contact = np.array([step.initial_contact_s for step in steps])
    each = 60 / np.diff(contact)
    mean = 60 * (len(contact) - 1) / float(contact[-1] - contact[0])
    return TrueMeasure("cadence", None, "steps/min", mean, float(each.std(ddof=1)), len(steps))


def _asymmetry(steps: Sequence[TrueStep]) -> TrueMeasure:
    means: list[float] = []
    spread: list[float] = []
    for side in SIDES:
        lasting = np.array([s.next_contact_s - s.initial_contact_s for s in steps if s.side == side])
        means.append(float(lasting.mean()))
        spread.append(float(lasting.std()))
    mean = sum(means) / 2
    value = 100 * abs(means[0] - means[1]) / mean
    return TrueMeasure(
        "step_time_symmetry", None, "%", value, 100 * float(np.hypot(spread[0], spread[1])) / mean, len(steps)
    )
