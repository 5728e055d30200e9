"""The way through the gait room: clean the track, find view and events, judge it, measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gaitcheck.angles import rotated
from gaitcheck.gait import quality
from gaitcheck.gait.baseline import find_baseline, given_baseline
from gaitcheck.gait.camera import CameraLevel, camera_direction, camera_level, height_over_hips
from gaitcheck.gait.clean import STRAIGHT_LEG, CleanTrack, at_times, clean, leg_length
from gaitcheck.gait.events import Stance, bounce_g, find_stances, rhythm
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.compute import (
    Circumstances,
    Key,
    is_shown,
    measure,
    not_measurable,
    per_frame_series,
    per_step_values,
)
from gaitcheck.gait.measures.definition import Signals
from gaitcheck.gait.pace import changing_pace
from gaitcheck.gait.pelvis import pelvis_line
from gaitcheck.gait.repeats import without_repeats
from gaitcheck.gait.result import SIDES, Baseline, Check, GaitResult, Measure, Quality, Step
from gaitcheck.gait.steps import make_steps
from gaitcheck.gait.strides import stride_phase
from gaitcheck.gait.view import ViewFound, facing, find_view, is_side
from gaitcheck.settings import Settings, View
from gaitcheck.track import CameraRoll, FloatArray, Landmark, PelvisTrack, PoseTrack

#: Frame rate below which neither the rhythm nor the peaks of a run can be told (a step lasts a third of a second).
LEAST_FPS = 20.0
#: Duration of a usual running step, against which unknown slow motion is judged.
USUAL_STEP_S = 0.36
#: Leg length (hip to ankle) as a share of body height (Drillis and Contini 1966, after Winter 2009).
LEG_SHARE_OF_HEIGHT = 0.491

NO_RUNNER = "No runner could be followed in this video."
NO_VIEW = "The side from which the runner is filmed could not be told; choose it yourself."


def measure_gait(
    raw: PoseTrack,
    settings: Settings,
    *,
    seconds_per_video_second: float | None,
    camera_roll: CameraRoll | None = None,
    pelvis: PelvisTrack | None = None,
    every: int = 1,
    trunk_drawn: float = 1.0,
) -> GaitResult:
    """Measure one video's track.

    Parameters
    ----------
    raw : the track as the pose model found it, in presentation time.
    settings : view, roll, baseline, height given by the person.
    seconds_per_video_second : real time over presented time; None where the file and the person say nothing, in which
        case the video is taken to be in real time unless its cadence says otherwise.
    camera_roll : the roll that the room's lines show, None where they do not; a roll given by the person wins.
    pelvis : the pelvis line that the pictures show, in presentation time; None where they were not looked at for it.
    every : the track holds every so many-th frame that was filmed.
    trunk_drawn : how many times longer than it is the track shows the trunk (see `model_bias`).

    Returns
    -------
    GaitResult, whose times are real seconds. Every measure of the registry is in it, withheld ones with the reason.
    """
    track = replace(
        raw,
        time_s=raw.time_s * (seconds_per_video_second or 1.0),
        cuts_s=tuple(cut * (seconds_per_video_second or 1.0) for cut in raw.cuts_s),
    )
    shown, track = track, without_repeats(track)
    if len(track) > 1 and (rate := 1.0 / float(np.median(np.diff(track.time_s)))) < LEAST_FPS:
        too_few = f"At {rate:.2g} frames a second the steps of a run cannot be followed."
        return _nothing(
            track, settings, Check("frame_rate", False, too_few, "Film at 60 frames a second.", rate, "fps")
        )
    cleaned = clean(track)
    if cleaned is None:
        return _nothing(track, settings, Check("running", False, NO_RUNNER, "Film one person running on a treadmill."))
    period = rhythm(cleaned)
    time_is_real = period is None or _is_running_rhythm(period)
    slowness = 1.0
    if not time_is_real and period is not None and period > USUAL_STEP_S:
        slowness = period / USUAL_STEP_S
        cleaned = clean(track, slowness=slowness) or cleaned

    found = find_view(track)
    view: View | None = settings.view or (found.view if found else None)
    stances: list[Stance] = []
    if view is not None:
        stances, period = find_stances(cleaned, view, facing(track, view))
        phase = _stride_phase(track, stances) if is_side(view) else None
        if phase is not None:
            cleaned = clean(track, slowness, phase) or cleaned
            stances, period = find_stances(cleaned, view, facing(track, view))
    steps, dropped = make_steps(stances, period, track.cuts_s) if period is not None else ((), 0)
    baseline = _baseline(cleaned, settings, seconds_per_video_second or 1.0)
    real_fps = cleaned.rate_hz
    rate_is_known = seconds_per_video_second is not None
    level = camera_level(settings.roll_deg, camera_roll)
    checks = (
        *_checks(shown, cleaned, found, view, stances, period, time_is_real, rate_is_known, real_fps, every),
        quality.roll_check(level, camera_roll),
        quality.height_check(height_over_hips(cleaned, camera_roll)),
    )
    quality_record = Quality(
        frames=len(raw),
        frames_with_runner=int(shown.found.sum()),
        frames_filled=cleaned.frames_filled,
        swaps_repaired=cleaned.swaps_repaired,
        steps_found=len(stances),
        steps_dropped=dropped,
        checks=(
            *checks,
            quality.steps_check(steps),
            *quality.baseline_checks(settings.baseline_s, baseline),
            *quality.repeats_checks(shown, track),
        ),
    )
    given = _Given({}, {}, _all_withheld(NO_VIEW))
    if view is not None:
        line = None
        if pelvis is not None:
            line = pelvis_line(
                replace(pelvis, time_s=track.time_s),  # a row for each frame, like the track
                cleaned.track.time_s,
                level.roll_deg,
                steps,
                baseline,
                slowness,
            )
        signals = _signals(cleaned, view, facing(track, view) or "image_right", settings, level, steps)
        reason = pelvis.reason if pelvis is not None else None
        signals = replace(signals, pelvis=line, no_pelvis=reason, trunk_drawn=trunk_drawn)
        camera = camera_direction(cleaned, view, found, camera_roll)
        circumstances = Circumstances(real_fps, time_is_real, level.sd_deg, camera, *_judged(checks))
        given = _measure_all(signals, baseline, circumstances)
    return GaitResult(
        track=at_times(cleaned.track, track.time_s),
        view=view,
        view_source="given" if settings.view else "found" if view else "unknown",
        direction=facing(track, view) if view else None,
        time_is_real=time_is_real,
        baseline=baseline,
        steps=steps,
        quality=quality_record,
        series={key: np.interp(track.time_s, cleaned.track.time_s, line) for key, line in given.series.items()},
        step_values=given.step_values,
        measures=given.measures,
        roll_deg=level.roll_deg,
    )


class _Given(NamedTuple):
    """What the measures room gives: values over time, by step, and the measures."""

    series: dict[Key, FloatArray]
    step_values: dict[Key, FloatArray]
    measures: tuple[Measure, ...]


def _measure_all(signals: Signals, baseline: Baseline | None, circumstances: Circumstances) -> _Given:
    """Every measure of the registry; those of another view come out withheld."""
    series: dict[Key, FloatArray] = {}
    values: dict[Key, FloatArray] = {}
    measures: list[Measure] = []
    for definition in REGISTRY.values():
        shown = is_shown(definition, signals)
        own_series = per_frame_series(definition, signals) if shown else {}
        own_values = per_step_values(definition, signals, own_series) if shown else {}
        measures += measure(definition, signals, own_series, own_values, baseline, circumstances)
        series |= own_series
        values |= own_values
    return _Given(series, values, tuple(measures))


def _stride_phase(track: PoseTrack, stances: Sequence[Stance]) -> FloatArray | None:
    middles, on_left = [s.midstance_s for s in stances], [s.side == "left" for s in stances]
    return stride_phase(track.time_s, middles, on_left, track.cuts_s)


def _is_running_rhythm(period_s: float) -> bool:
    return quality.RUNNING_CADENCE[0] <= 60.0 / period_s <= quality.RUNNING_CADENCE[1]


def _baseline(cleaned: CleanTrack, settings: Settings, scale: float) -> Baseline | None:
    if settings.baseline_s is not None:
        start, end = settings.baseline_s
        return given_baseline(cleaned, start * scale, end * scale)
    return find_baseline(cleaned)


def _signals(
    cleaned: CleanTrack,
    view: View,
    direction: str,
    settings: Settings,
    level: CameraLevel,
    steps: tuple[Step, ...],
) -> Signals:
    width, height = cleaned.track.frame_size_px
    xy = cleaned.sharp_xy_px if is_side(view) else cleaned.track.xy_px
    if level.roll_deg is not None:
        xy = rotated(xy, level.roll_deg, (width / 2, height / 2))
    hips = xy[:, Landmark.LEFT_HIP, 0] - xy[:, Landmark.RIGHT_HIP, 0]
    straight_leg_px = leg_length(cleaned.track, STRAIGHT_LEG)
    cm_per_px = None
    if settings.height_cm is not None:
        cm_per_px = LEG_SHARE_OF_HEIGHT * settings.height_cm / straight_leg_px
    return Signals(
        time_s=cleaned.track.time_s,
        xy_px=xy,
        visibility=cleaned.track.visibility,
        view=view,
        forward=-1.0 if direction == "image_left" else 1.0,
        leg_length_px=cleaned.leg_length_px,
        straight_leg_px=straight_leg_px,
        hip_width_px=max(float(np.nanmedian(np.abs(hips))), 1e-6),
        cm_per_px=cm_per_px,
        steps=steps,
        cuts_s=cleaned.track.cuts_s,
    )


def _checks(
    track: PoseTrack,
    cleaned: CleanTrack,
    found: ViewFound | None,
    view: View | None,
    stances: list[Stance],
    period: float | None,
    time_is_real: bool,
    rate_is_known: bool,
    real_fps: float,
    every: int,
) -> tuple[Check, ...]:
    return (
        quality.found_check(track),
        quality.running_check(
            stances,
            period,
            bounce_g(cleaned, period) if period is not None and time_is_real else None,
            view,
            cleaned.frames_with_runner / real_fps,
            changing_pace(cleaned) if period is None else None,
        ),
        quality.time_check(time_is_real, rate_is_known, 60.0 / period if period else None),
        quality.view_check(view, found),
        quality.in_place_check(cleaned),
        quality.in_picture_check(track),
        quality.size_check(cleaned),
        quality.visibility_check(cleaned, view),
        quality.swaps_check(cleaned),
        quality.frame_rate_check(real_fps, time_is_real, every),
    )


def _judged(checks: tuple[Check, ...]) -> tuple[str | None, str | None]:
    """The reason why nothing can be measured, and the reason why everything is borderline."""
    failed = {check.id: check.message for check in checks if check.ok is False}
    stop = failed.get("running")
    doubts = ("camera_square", "runs_in_place", "runner_found", "whole_body", "left_right", "runner_size")
    return stop, next((failed[name] for name in doubts if name in failed), None)


def _all_withheld(reason: str) -> tuple[Measure, ...]:
    return tuple(
        not_measurable(definition, side, reason)
        for definition in REGISTRY.values()
        for side in (SIDES if definition.per_side else (None,))
    )


def _nothing(track: PoseTrack, settings: Settings, why: Check) -> GaitResult:
    """The result of a video in which nobody could be followed."""
    return GaitResult(
        track=track,
        view=settings.view,
        view_source="given" if settings.view else "unknown",
        direction=None,
        time_is_real=True,
        baseline=None,
        steps=(),
        quality=Quality(
            frames=len(track),
            frames_with_runner=int(track.found.sum()),
            frames_filled=0,
            swaps_repaired=0,
            steps_found=0,
            steps_dropped=0,
            checks=(quality.found_check(track), why),
        ),
        series={},
        step_values={},
        measures=_all_withheld(why.message),
    )
