"""From signals and steps to measures with their uncertainty, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gaitcheck.gait.camera import CameraDirection
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.measures.definition import Grounds, MeasureDef, Signals, landmark
from gaitcheck.gait.measures.direction import direction_part
from gaitcheck.gait.result import SIDES, Baseline, Doubt, Measure, Side, Status
from gaitcheck.gait.steps import typical_step_s
from gaitcheck.gait.view import near_side
from gaitcheck.track import FloatArray

#: Steps of a leg below which a mean is only "borderline", and below which there is none (Dingenen 2018: 7 suffice).
ENOUGH_STEPS = 7
FEWEST_STEPS = 3
#: A step this many standard deviations (by the median) from the others was misread; runners' steps keep within four.
MISREAD_SPREADS = 6.0
#: Visibility that a joint must have, in the median over the steps.
LEAST_VISIBILITY = 0.6
#: Pauses in the steps over which they are not counted on.
LONGEST_PAUSE_STEPS = 3.5
#: Spread, as a share of the mean, that is nothing but rounding.
NO_SPREAD = 1e-9
#: Vertical oscillation in centimetres is this times as uncertain as in % of leg length (leg length about 86 cm).
CM_PER_PERCENT = 0.86

Key = tuple[str, Side | None]

FAR_LEG = "The other leg hides this one in a side view; film this side towards the camera as well."
FAR_LEG_LESS_SURE = "The other leg hides this one part of the time in a side view, so it is less certain."
UNREAL_TIME = (
    "The steps do not come at a rhythm that people run at: the video plays in slow motion or sped up, or nobody runs; "
    "give the rate it was filmed at."
)


@dataclass(frozen=True)
class Circumstances:
    """What holds for the whole video and decides whether a measure may be given.

    `roll_sd_deg` is the standard deviation of the camera roll that is left after levelling, `camera` how far it may
    look from square and level, `stop` the reason why nothing can be measured, `doubt` a reason why everything is
    borderline.
    """

    real_fps: float
    time_is_real: bool
    roll_sd_deg: float
    camera: CameraDirection
    stop: str | None
    doubt: str | None


def is_shown(definition: MeasureDef, signals: Signals) -> bool:
    """Whether the view, and what the video shows in it, give the measure at all."""
    return signals.view in definition.views and _grounds(definition, signals).lacking is None


def per_frame_series(definition: MeasureDef, signals: Signals) -> dict[Key, FloatArray]:
    """The measure's values over time by side."""
    if definition.per_frame is None:
        return {}
    if not definition.per_side:
        return {(definition.id, None): definition.per_frame(signals, "left")}
    return {(definition.id, side): definition.per_frame(signals, side) for side in SIDES}


def per_step_values(
    definition: MeasureDef, signals: Signals, series: Mapping[Key, FloatArray]
) -> dict[Key, FloatArray]:
    """The measure's value of each step by side, NaN where a step does not have it."""
    if definition.per_step is None:
        return {}
    out: dict[Key, FloatArray] = {}
    for side in SIDES if definition.per_side else (None,):
        steps = [step for step in signals.steps if side in (None, step.side)]
        line = series.get((definition.id, side), np.empty(0))
        values = np.array([definition.per_step(signals, step, line) for step in steps])
        for leg in SIDES:  # the legs of an uneven runner are each like themselves only
            own = np.array([step.side == leg for step in steps], dtype=bool)
            values[own] = _without_misread(values[own])
        out[definition.id, side] = values
    return out


def _without_misread(values: FloatArray) -> FloatArray:
    """Steps far from all others (a joint lost or exchanged at that moment) become NaN: left out rather than guessed."""
    good = values[np.isfinite(values)]
    if good.size < ENOUGH_STEPS:
        return values
    middle = float(np.median(good))
    spread = 1.4826 * float(np.median(np.abs(good - middle)))
    return np.where(np.abs(values - middle) > np.maximum(MISREAD_SPREADS * spread, 0.02 * abs(middle)), np.nan, values)


def measure(
    definition: MeasureDef,
    signals: Signals,
    series: Mapping[Key, FloatArray],
    values: Mapping[Key, FloatArray],
    baseline: Baseline | None,
    circumstances: Circumstances,
) -> list[Measure]:
    """The measure of each side: its mean over the steps, or the reason why there is none."""
    out = []
    for side in SIDES if definition.per_side else (None,):
        own = values.get((definition.id, side), np.empty(0))
        reason = _why_not(definition, signals, side, own, circumstances)
        if reason is not None:
            out.append(not_measurable(definition, side, reason, int(np.isfinite(own).sum())))
            continue
        mean, sd, error, n = _summary(definition, signals, own)
        unit, scale = definition.unit, 1.0
        if definition.id == "vertical_oscillation" and signals.cm_per_px is not None:
            unit, scale = "cm", CM_PER_PERCENT
        grounds = _grounds(definition, signals)
        of_video = _doubt_of_video(n, circumstances)
        reason = of_video or _known_doubt(definition, signals, side) or grounds.doubt
        status: Status = "measured" if reason is None else "borderline"
        doubt: Doubt | None = "video" if of_video else "known" if reason else None
        known = accuracy_of(definition.id, signals.view, grounds.evidence).of(doubt)
        accuracy = scale * max(known, grounds.uncertainty)
        roll = grounds.per_roll_deg * circumstances.roll_sd_deg
        camera = scale * direction_part(definition.id, signals.view, circumstances.camera)
        from_standing = None
        if definition.posture and baseline is not None:
            standing = signals.between(series[definition.id, side], baseline.start_s, baseline.end_s)
            from_standing = mean - float(np.nanmean(standing)) if np.isfinite(standing).any() else None
        out.append(
            Measure(
                id=definition.id,
                side=side,
                unit=unit,
                mean=mean,
                sd=sd if sd > NO_SPREAD * abs(mean) else None,  # one value read for all steps together has no spread
                n_steps=n,
                uncertainty=float(np.linalg.norm([accuracy, 1.96 * roll, camera, 1.96 * error])),
                status=status,
                reason=reason,
                view=signals.view,
                from_standing=from_standing,
                evidence=grounds.evidence,
                doubt=doubt,
                camera_part=camera,
            )
        )
    return out


def _grounds(definition: MeasureDef, signals: Signals) -> Grounds:
    """What the measure rests on in this video."""
    return definition.rests_on(signals) if definition.rests_on else Grounds(per_roll_deg=definition.per_roll_deg)


def not_measurable(definition: MeasureDef, side: Side | None, reason: str, n_steps: int = 0) -> Measure:
    """A measure that is withheld, with the reason."""
    return Measure(
        id=definition.id,
        side=side,
        unit=definition.unit,
        mean=None,
        sd=None,
        n_steps=n_steps,
        uncertainty=None,
        status="not_measurable",
        reason=reason,
        view=None,
    )


def _summary(definition: MeasureDef, signals: Signals, values: FloatArray) -> tuple[float, float, float, int]:
    """Mean, standard deviation over the steps, standard error of the mean, and number of steps."""
    if definition.summary in ("asymmetry", "difference"):
        left = np.array([step.side == "left" for step in signals.steps])
        sides = [values[mask & np.isfinite(values)] for mask in (left, ~left)]
        means = [float(part.mean()) for part in sides]
        signed = definition.summary == "difference"
        share = 1.0 if signed else 100.0 / (sum(means) / 2)
        spread = share * float(np.hypot(*(part.std(ddof=1) for part in sides)))
        error = share * float(np.hypot(*(part.std(ddof=1) / np.sqrt(part.size) for part in sides)))
        apart = means[1] - means[0] if signed else abs(means[0] - means[1])
        return apart * share, spread, error, min(part.size for part in sides)
    good = values[np.isfinite(values)]
    sd = float(good.std(ddof=1)) if good.size > 1 else 0.0
    if definition.summary == "rate":
        midstances = np.array([step.midstance_s for step in signals.steps])
        rate, error, n = steps_a_minute(midstances, typical_step_s(signals.steps), signals.cuts_s)
        return rate, sd, error, n
    return float(good.mean()), sd, sd / float(np.sqrt(good.size)), int(good.size)


def steps_a_minute(midstance_s: FloatArray, period_s: float, cuts_s: Sequence[float] = ()) -> tuple[float, float, int]:
    """Cadence by least squares of the midstances over their number, its standard error, and the number of steps.

    A line through all midstances is far steadier than the mean of single steps, whose ends jitter by a frame. Where
    steps are missing the number goes on by whole steps (of about `period_s`); over long pauses and cuts each stretch
    has its own start and all have one rate.
    """
    gaps = np.diff(midstance_s)
    scene = np.searchsorted(np.asarray(cuts_s), midstance_s, side="right")
    stretch = np.concatenate([[0], np.cumsum((gaps > LONGEST_PAUSE_STEPS * period_s) | (np.diff(scene) > 0))])
    number = np.concatenate([[0.0], np.cumsum(np.round(gaps / period_s))])
    x, y = number.copy(), midstance_s.astype(float)
    for one in np.unique(stretch):
        x[stretch == one] -= x[stretch == one].mean()
        y[stretch == one] -= y[stretch == one].mean()
    slope = float(x @ y / (x @ x))
    free = max(len(y) - len(np.unique(stretch)) - 1, 1)
    error = float(np.sqrt(np.sum((y - slope * x) ** 2) / free / (x @ x)))
    within = np.diff(stretch) == 0
    if not within.all():  # steps that were not seen may have had another rhythm
        lasting = (gaps / np.round(gaps / period_s))[within]
        error = float(np.hypot(error, lasting.std() / np.sqrt(lasting.size)))
    return 60.0 / slope, 60.0 / slope**2 * error, len(y)


def _usable(definition: MeasureDef, signals: Signals, values: FloatArray) -> int:
    """Steps that have the measure: of the poorer side where both are compared."""
    if definition.summary == "rate":  # counts whole steps: from one contact to the next
        return sum(step.next_contact_s is not None for step in signals.steps)
    good = np.isfinite(values)
    if definition.summary in ("asymmetry", "difference") and len(values) == len(signals.steps):
        left = np.array([step.side == "left" for step in signals.steps], dtype=bool)
        return int(min((good & left).sum(), (good & ~left).sum()))
    return int(good.sum())


def _why_not(
    definition: MeasureDef, signals: Signals, side: Side | None, values: FloatArray, circumstances: Circumstances
) -> str | None:
    """The first reason why the measure of this side cannot be given."""
    if circumstances.stop is not None:
        return circumstances.stop
    if signals.view not in definition.views:
        return f"Only a video {definition.plane_words} can show it."
    if (lacking := _grounds(definition, signals).lacking) is not None:
        return lacking
    if (definition.needs_real_time or definition.needs_fps) and not circumstances.time_is_real:
        return UNREAL_TIME
    if round(circumstances.real_fps) < definition.needs_fps:
        return (
            f"At {circumstances.real_fps:.0f} frames a second the moment of contact falls between frames; "
            f"film at {definition.needs_fps + 10:.0f} or more."
        )
    near = near_side(signals.view)
    if side is not None and near is not None and side != near and definition.far_leg == "withheld":
        return FAR_LEG
    if _usable(definition, signals, values) < FEWEST_STEPS:
        return f"Fewer than {FEWEST_STEPS} steps of this leg can be used; film at least 20 seconds of steady running."
    hidden = _hidden_point(definition, signals, side)
    if hidden is not None:
        return f"The {hidden} is hidden too much of the time; see that nothing covers it."
    return None


def _doubt_of_video(n: int, circumstances: Circumstances) -> str | None:
    """The first thing in this video that makes the measure less certain than it should be."""
    if n < ENOUGH_STEPS:
        return f"Only {n} steps; at least {ENOUGH_STEPS} are needed for a steady mean."
    return circumstances.doubt


def _known_doubt(definition: MeasureDef, signals: Signals, side: Side | None) -> str | None:
    """Why the measure of this side is less certain in every video of this view."""
    near = near_side(signals.view)
    if side is not None and near is not None and side != near and definition.far_leg == "borderline":
        return FAR_LEG_LESS_SURE
    return definition.doubts.get(signals.view)


def _hidden_point(definition: MeasureDef, signals: Signals, side: Side | None) -> str | None:
    """The first joint of the measure that is not visible at midstance, in everyday words."""
    moments = [step.midstance_s for step in signals.steps if side in (None, step.side)]
    near = near_side(signals.view)
    sides = (side,) if side is not None else (near,) if near is not None else SIDES
    for name in definition.points:
        for one in SIDES if near is None and name in definition.paired else sides:
            seen = np.interp(moments, signals.time_s, signals.visibility[:, landmark(name, one)])
            if np.median(seen) < LEAST_VISIBILITY:
                return f"{one} {name}"
    return None
