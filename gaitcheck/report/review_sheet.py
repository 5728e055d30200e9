"""A sheet of stills with the measured lines on them, so that a person can see whether they lie where they should."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np

from gaitcheck.analyze import Analysis, Progress, VideoAnalysis
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.gait.clean import STRAIGHT_LEG, leg_length
from gaitcheck.gait.measures.definition import landmark
from gaitcheck.gait.repeats import without_repeats
from gaitcheck.gait.result import SIDES, GaitResult, Side, Step
from gaitcheck.gait.view import outward
from gaitcheck.report.document import Event
from gaitcheck.report.draw import GREY, SIDE_BGR, WHITE, Colour, Picture, Style, dashed, dot, line
from gaitcheck.report.stills import EVENTS, cut, joint
from gaitcheck.report.words import report_words, view_words, with_unit
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark

#: Height of a still.
HEIGHT_PX = 460
_PELVIS: Colour = (80, 255, 120)
_TRUNK: Colour = (255, 120, 255)
#: What is written under a still, of what the view shows.
_FRONTAL = ("contralateral_pelvic_drop", "knee_valgus", "femoral_adduction", "lateral_trunk_lean")
_SAGITTAL = ("knee_flexion_ic", "tibia_inclination_ic", "foot_inclination_ic", "forward_trunk_lean")
#: Where nobody runs: stills evenly over the clip, and how low the hips must be (share of their way) to count as low.
_STILLS_WITHOUT_STEPS = 6
_LOW_SHARE = 0.8


@dataclass(frozen=True)
class Moment:
    """One still: the frame, what happens there, and the leg that is looked at (None: both)."""

    row: int
    title: str
    side: Side | None


def moments(video: VideoAnalysis, steps_a_side: int) -> list[Moment]:
    """Contact, midstance and toe-off of a few steps of each leg, spread over the run, in order of time.

    Where no step was found: frames spread over the clip, and the one in which the hips are lowest. A frame that only
    repeats the one before is never taken for an event: its picture is older than the lines drawn on it.
    """
    gait = video.gait
    chosen = [
        step for side in SIDES for step in _spread([step for step in gait.steps if step.side == side], steps_a_side)
    ]
    if not chosen:
        return _without_steps(gait)
    repeats = video.raw_track.found & ~without_repeats(video.raw_track).found
    return [
        Moment(row, f"{step.side}, {report_words().event[event]}, {time_s:.2f} s", step.side)
        for step in sorted(chosen, key=lambda step: step.midstance_s)
        for event in EVENTS
        for time_s in [_time_of(step, event)]
        if time_s is not None
        for row in [int(np.argmin(np.where(repeats, np.inf, np.abs(gait.track.time_s - time_s))))]
        if gait.track.found[row]
    ]


def _spread(steps: Sequence[Step], n: int) -> list[Step]:
    """Up to `n` steps, evenly; the first and the last are left out where there are more."""
    inner = steps[1:-1] if len(steps) > n + 1 else steps
    places = np.unique(np.linspace(0, len(inner) - 1, min(n, len(inner))).round().astype(int))
    return [inner[i] for i in places]


def _time_of(step: Step, event: Event) -> float | None:
    return {"initial_contact": step.initial_contact_s, "midstance": step.midstance_s, "toe_off": step.toe_off_s}[event]


def _without_steps(gait: GaitResult) -> list[Moment]:
    seen = np.flatnonzero(gait.track.found)
    if not seen.size:
        return []
    hips = hip_height(gait)
    lowest = int(np.nanargmin(hips))
    rows = {int(seen[i]) for i in np.linspace(0, len(seen) - 1, _STILLS_WITHOUT_STEPS).astype(int)} | {lowest}
    return [
        Moment(row, f"{'hips lowest, ' if row == lowest else ''}{gait.track.time_s[row]:.2f} s", None)
        for row in sorted(rows)
    ]


def hip_height(gait: GaitResult) -> FloatArray:
    """(T,) height of the middle of the hips over its lowest place, as a share of its way up."""
    height = -gait.track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1].mean(axis=1)
    low, high = np.nanmin(height), np.nanmax(height)
    return np.asarray((height - low) / max(float(high - low), 1e-9))


def knees_when_low(gait: GaitResult) -> dict[Side, float] | None:
    """Mean knee valgus of each side (degrees) while the hips are low, as in a squat; None where it cannot be told.

    In a deep bend the thigh points at the camera and the angle in the picture is far larger than the one in space, so
    only sign and order of the sides say something.
    """
    lines = {side: gait.series.get(("knee_valgus", side)) for side in SIDES}
    if any(one is None for one in lines.values()) or not gait.track.found.any():
        return None
    low = hip_height(gait) <= 1 - _LOW_SHARE
    return {side: float(np.nanmean(one[low])) for side, one in lines.items() if one is not None}


def knees_way_in(gait: GaitResult) -> dict[Side, float] | None:
    """How far each knee goes inward over its foot from upright to deep, as in a squat: % of the leg's length.

    A way sideways in the picture, so the bend does not make it larger. None where the view does not show it or the
    clip has no runner.
    """
    if gait.view not in ("rear", "front") or not gait.track.found.any():
        return None
    height, leg = hip_height(gait), leg_length(gait.track, STRAIGHT_LEG)
    deep, upright = height <= 1 - _LOW_SHARE, height >= _LOW_SHARE
    ways: dict[Side, float] = {}
    for side in SIDES:
        knee, ankle = (gait.track.xy_px[:, landmark(name, side), 0] for name in ("knee", "ankle"))
        inward = -outward(side, gait.view) * (knee - ankle) / leg
        ways[side] = 100 * float(np.nanmean(inward[deep]) - np.nanmean(inward[upright]))
    return ways


def draw_moment(frame: Picture, video: VideoAnalysis, moment: Moment) -> Picture:
    """The runner cut out of a frame, with trunk, thighs, shanks, feet and the pelvis line as they were measured.

    Parameters
    ----------
    frame : (H, W, 3) upright BGR picture, the frame `moment.row`.
    """
    gait = video.gait
    points = gait.track.xy_px[moment.row]
    x0, y0, x1, y1 = cut(points, (frame.shape[1], frame.shape[0]))
    scale = HEIGHT_PX / (y1 - y0)
    size = (max(1, round((x1 - x0) * scale)), HEIGHT_PX)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture: Picture = np.asarray(cv2.resize(frame[y0:y1, x0:x1], size, interpolation=how), dtype=np.uint8)
    own = (points - (x0, y0)) * scale
    style = Style.of((picture.shape[1], picture.shape[0]))
    thin = max(1, style.line // 2)
    roll = np.radians(gait.roll_deg or 0.0)
    hips = joint(own, "left", "MID_HIP")
    upright = 0.3 * HEIGHT_PX * np.array([np.sin(roll), -np.cos(roll)])
    dashed(picture, hips, hips + upright, WHITE, thin)
    line(picture, hips, joint(own, "left", "MID_SHOULDER"), _TRUNK, thin)
    for side in SIDES if moment.side is None else (moment.side,):
        chain = [joint(own, side, name) for name in ("HIP", "KNEE", "ANKLE", "HEEL", "FOOT_INDEX")]
        for a, b in zip(chain, [*chain[1:], chain[2]], strict=False):
            line(picture, a, b, SIDE_BGR[side], thin)
        for point in chain[:3]:
            dot(picture, point, SIDE_BGR[side], max(2, style.dot // 2))
    pelvis = video.runner.pelvis
    if pelvis is not None and pelvis.seen[moment.row]:
        left, right = (pelvis.ends_px[moment.row] - (x0, y0)) * scale
        line(picture, left, right, _PELVIS, thin)
    return picture


def numbers(gait: GaitResult, moment: Moment) -> list[str]:
    """The angles of this frame in words; those of both legs where no leg is looked at alone."""
    out = []
    for measure_id in _FRONTAL if gait.view in ("rear", "front") else _SAGITTAL:
        for side in (None, *SIDES) if moment.side is None else (None, moment.side):
            values = gait.series.get((measure_id, side))
            if values is not None and np.isfinite(values[moment.row]):
                whose = f"{side} " if moment.side is None and side is not None else ""
                out.append(f"{whose}{report_words().angle[measure_id]} {with_unit(float(values[moment.row]), 'deg')}")
    return out


def write_review_sheet(
    analysis: Analysis, out_dir: Path, *, steps_a_side: int = 4, progress: Progress | None = None
) -> list[Path]:
    """Write one HTML file for each video; its pictures are inside it.

    Raises
    ------
    UnusableInputError
        A video of the analysis is not where it was, or `out_dir` is a file.
    MissingComponentError
        The folder cannot be written to.
    """
    tell = progress or (lambda stage, share: None)
    for video in analysis.videos:
        if not video.path.is_file():
            raise UnusableInputError(
                f"{video.path} is not there: put the video beside its analysis, or name the video itself."
            )
    if out_dir.exists() and not out_dir.is_dir():
        raise UnusableInputError(f"{out_dir} is a file; choose a folder for the sheet.")
    files = []
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        for number, video in enumerate(analysis.videos):
            tell(f"Drawing {video.path.name}", number / len(analysis.videos))
            file = out_dir / f"review_{video.path.stem}.html"
            part = file.with_name(f".{file.name}.{uuid4().hex}.part")
            try:
                part.write_text(_page(video, steps_a_side), encoding="utf-8")
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
            files.append(file)
    except OSError as error:
        raise MissingComponentError(f"The sheet cannot be written to {out_dir} ({error.strerror or error}).") from error
    return files


def _page(video: VideoAnalysis, steps_a_side: int) -> str:
    wanted = moments(video, steps_a_side)
    pictures = _pictures(video, wanted)
    stills = "\n".join(
        f'<figure><img src="data:image/jpeg;base64,{picture}" alt="{escape(moment.title)}">'
        f"<figcaption><b>{escape(moment.title)}</b><br>{'<br>'.join(map(escape, numbers(video.gait, moment)))}"
        "</figcaption></figure>"
        for moment, picture in zip(wanted, pictures, strict=True)
    )
    facts = "\n".join(f"<li>{escape(words)}</li>" for words in about(video))
    name = escape(video.path.name)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Review of {name}</title>\n<style>{_STYLE}'
        f"</style></head>\n<body><h1>{name}</h1>\n<p>{_LEGEND}</p>\n<ul>\n{facts}\n</ul>\n<main>\n{stills}\n</main>"
        "</body></html>\n"
    )


def about(video: VideoAnalysis) -> Iterable[str]:
    """What was found in the video, in sentences."""
    gait, pelvis = video.gait, video.runner.pelvis
    view: View | None = gait.view
    left, right = (sum(step.side == side for step in gait.steps) for side in SIDES)
    yield f"Seen {view_words(view)}; {left} steps of the left and {right} of the right leg."
    if pelvis is not None and pelvis.reason is None:
        share = 100 * float(pelvis.seen.mean())
        yield f"Pelvis line from {pelvis.source}, seen in {share:.0f} % of the frames."
    elif pelvis is not None and view in ("rear", "front"):
        yield f"No pelvis line: {pelvis.reason}"
    for check in gait.quality.checks:
        if check.ok is not True or check.id == "camera_roll":
            yield check.message
    knees, ways = (None, None) if gait.steps else (knees_when_low(gait), knees_way_in(gait))
    if ways is not None:
        yield (
            f"No steps. From upright to deep the knees go {ways['left']:+.1f} (left) and {ways['right']:+.1f} (right) "
            "% of a leg's length inward over the feet: the right one "
            f"{ways['right'] - ways['left']:+.1f} % further in than the left."
        )
    if knees is not None:
        yield (
            f"While the hips are low the knees lie {knees['left']:.1f} (left) and {knees['right']:.1f} "
            f"(right) degrees inward in the picture: the right one {knees['right'] - knees['left']:+.1f} degrees "
            "further in than the left. A deep bend makes these angles larger in the picture than they are."
        )


def _pictures(video: VideoAnalysis, wanted: Sequence[Moment]) -> list[str]:
    """JPEGs in base64, in the order of the moments."""
    from gaitcheck.report.frames import frames_of, parts_with
    from gaitcheck.video.reader import FrameReader

    out = [""] * len(wanted)
    with FrameReader(video.path) as reader:
        for rows in parts_with(reader, sorted({moment.row for moment in wanted})):
            for frame, row in frames_of(reader, video.raw_track.time_s, rows):
                for i, moment in enumerate(wanted):
                    if moment.row == row:
                        _, data = cv2.imencode(".jpg", draw_moment(frame.bgr, video, moment))
                        out[i] = base64.b64encode(data.tobytes()).decode("ascii")
    return out


def _css(colour: Colour) -> str:
    return f"rgb({colour[2]},{colour[1]},{colour[0]})"


def _named(words: str, colour: Colour) -> str:
    return f'<span style="color:{_css(colour)}">{words}</span>'


_LEGEND = "Lines as measured: " + ", ".join(
    (
        _named("left leg", SIDE_BGR["left"]),
        _named("right leg", SIDE_BGR["right"]),
        _named("pelvis line", _PELVIS),
        _named("trunk", _TRUNK),
        _named("dashed: upright in the levelled picture", WHITE),
    )
)
_STYLE = (
    f"body{{font:14px sans-serif;background:rgb(28,30,34);color:{_css(GREY)};margin:16px}}"
    "main{display:flex;flex-wrap:wrap;gap:10px}figure{margin:0}img{display:block}"
    "figcaption{padding:4px 0 8px;max-width:330px}"
)
