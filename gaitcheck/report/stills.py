"""Still pictures of one representative step of each leg, with the angle drawn that belongs to the event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.gait.result import SIDES, GaitResult, Measure, Side, Step
from gaitcheck.report.document import Event, Still
from gaitcheck.report.draw import DARK, GREY, SIDE_BGR, WHITE, Colour, Picture, Style, arc, dashed, dot, line, text
from gaitcheck.report.pelvis import pelvis_ends
from gaitcheck.report.words import report_words, side_word, with_unit
from gaitcheck.settings import View
from gaitcheck.track import N_LANDMARKS, FloatArray, Landmark

#: Size of the picture below the caption.
SIZE_PX = (640, 900)
#: Room around the joints as a share of the runner's height.
_MARGIN = 0.14

#: A side view is named so that "left" in a file name always means the leg.
_PREFIXES: dict[View | None, str] = {
    "rear": "rear",
    "front": "front",
    "left": "leftview",
    "right": "rightview",
    None: "anyview",
}

EVENTS: tuple[Event, Event, Event] = ("initial_contact", "midstance", "toe_off")

#: The measures that say something at an event, the first that is not withheld is drawn.
_FRONTAL: dict[Event, tuple[str, ...]] = {
    "initial_contact": ("femoral_adduction", "lateral_trunk_lean"),
    "midstance": ("contralateral_pelvic_drop", "knee_valgus", "femoral_adduction", "lateral_trunk_lean"),
    "toe_off": ("femoral_adduction", "lateral_trunk_lean"),
}
_SAGITTAL: dict[Event, tuple[str, ...]] = {
    "initial_contact": ("tibia_inclination_ic", "knee_flexion_ic", "foot_inclination_ic", "forward_trunk_lean"),
    "midstance": ("knee_flexion_peak_stance", "forward_trunk_lean"),
    "toe_off": ("hip_extension_peak", "forward_trunk_lean"),
}

Reference = Literal["down", "up", "level", "straight"]


@dataclass(frozen=True)
class Angle:
    """How a measure is drawn: at `corner`, between the line to `to` and a reference.

    "down", "up" and "level" are directions in space, "straight" is the prolonged line from `before` through `corner`.
    Joints without a side are those of the stance leg; MID means the middle of both sides, PELVIS an end of the measured
    pelvis line.
    """

    corner: str
    to: str
    reference: Reference
    before: str = ""


ANGLES: dict[str, Angle] = {
    "contralateral_pelvic_drop": Angle("PELVIS", "OTHER_PELVIS", "level"),
    "femoral_adduction": Angle("HIP", "KNEE", "down"),
    "knee_valgus": Angle("KNEE", "ANKLE", "straight", "HIP"),
    "lateral_trunk_lean": Angle("MID_HIP", "MID_SHOULDER", "up"),
    "forward_trunk_lean": Angle("MID_HIP", "MID_SHOULDER", "up"),
    "tibia_inclination_ic": Angle("KNEE", "ANKLE", "down"),
    "knee_flexion_ic": Angle("KNEE", "ANKLE", "straight", "HIP"),
    "knee_flexion_peak_stance": Angle("KNEE", "ANKLE", "straight", "HIP"),
    "foot_inclination_ic": Angle("HEEL", "FOOT_INDEX", "level"),
    "hip_extension_peak": Angle("HIP", "KNEE", "down"),
}


@dataclass(frozen=True)
class Plan:
    """A still to take: the frame, and what will be drawn and said. `value` belongs to this very frame or step."""

    row: int
    still: Still


def plan_stills(video: VideoAnalysis, number: int, prefix: str) -> list[Plan]:
    """Which frames to take: for each side the step whose measure at midstance lies nearest the median.

    Parameters
    ----------
    video : the video.
    number : its number in the document.
    prefix : begins the file names, e.g. "rear".
    """
    gait = video.gait
    lines = np.asarray(np.isfinite(pelvis_ends(video)).all(axis=(1, 2)))
    return [
        Plan(row, Still(f"stills/{prefix}_{side}_{event}.jpg", number, side, event, time_s, *what))
        for side in SIDES
        for event, step in _events_of(gait, side)
        for row in [_row_at(gait, _event_time(step, event))]
        if row is not None
        for time_s in [float(video.raw_track.time_s[row])]
        for what in [_what(gait, side, event, row, bool(lines[row]))]
    ]


def _events_of(gait: GaitResult, side: Side) -> Iterator[tuple[Event, Step]]:
    """Each event with the most typical step that has it."""
    steps = [s for s in gait.steps if s.side == side]
    for event in EVENTS:
        choices = [i for i, s in enumerate(steps) if _event_time(s, event) is not None]
        if choices:
            yield event, steps[_most_typical(gait, side, choices)]


def _most_typical(gait: GaitResult, side: Side, choices: Sequence[int]) -> int:
    """Of the given steps of a side, the one with the median value of the measure drawn at midstance."""
    measure = next((m for m in _candidates(gait, side, "midstance") if (m.id, side) in gait.step_values), None)
    if measure is not None:
        values = gait.step_values[measure.id, side][list(choices)]
        if np.isfinite(values).any():
            return choices[int(np.nanargmin(np.abs(values - np.nanmedian(values))))]
    return choices[len(choices) // 2]


def _candidates(gait: GaitResult, side: Side, event: Event) -> list[Measure]:
    """Measures to draw at an event, the ones with a number first."""
    table = _FRONTAL if gait.view in ("rear", "front") else _SAGITTAL
    by_key = {(m.id, m.side): m for m in gait.measures}
    found = [by_key.get((i, side)) or by_key.get((i, None)) for i in table[event]]
    return sorted((m for m in found if m is not None), key=lambda m: m.status == "not_measurable")


def _what(
    gait: GaitResult, side: Side, event: Event, row: int, pelvis_line: bool
) -> tuple[str | None, float | None, str | None]:
    """Measure id, value in this frame and unit; the value is None where every measure of the event is withheld.

    What is read from the pelvis line is only drawn in a frame that shows the line.
    """
    candidates = _candidates(gait, side, event)
    for measure in candidates:
        if ANGLES[measure.id].corner == "PELVIS" and not pelvis_line and measure.status != "not_measurable":
            continue
        series = gait.series.get((measure.id, measure.side))
        if measure.status != "not_measurable" and series is not None and np.isfinite(series[row]):
            return measure.id, float(series[row]), measure.unit
    for measure in candidates:
        if measure.status == "not_measurable":
            return measure.id, None, measure.unit
    return None, None, None


def _event_time(step: Step, event: Event) -> float | None:
    return {"initial_contact": step.initial_contact_s, "midstance": step.midstance_s, "toe_off": step.toe_off_s}[event]


def _row_at(gait: GaitResult, time_s: float | None) -> int | None:
    """The frame nearest to a time, if the runner was seen in it."""
    if time_s is None:
        return None
    row = int(np.argmin(np.abs(gait.track.time_s - time_s)))
    return row if bool(gait.track.found[row]) else None


def still_prefixes(views: Sequence[View | None]) -> list[str]:
    """A different beginning of file names for each video: the view, numbered from the second of the same view on."""
    names = [_PREFIXES[view] for view in views]
    return [f"{n}_{names[: i + 1].count(n)}" if names[:i].count(n) else n for i, n in enumerate(names)]


def draw_still(frame: Picture, video: VideoAnalysis, plan: Plan) -> Picture:
    """The runner cut out of a frame, with the leg, the angle and a caption above the picture.

    Parameters
    ----------
    frame : (H, W, 3) upright BGR picture, the frame `plan.row`.
    video : the video it comes from.
    plan : what to draw.
    """
    points = np.concatenate([video.gait.track.xy_px[plan.row], pelvis_ends(video)[plan.row]])
    x0, y0, x1, y1 = cut(points, (frame.shape[1], frame.shape[0]))
    scale = min(SIZE_PX[0] / (x1 - x0), SIZE_PX[1] / (y1 - y0))
    width, height = (max(1, int(side * scale)) for side in (x1 - x0, y1 - y0))
    small = cv2.resize(
        frame[y0:y1, x0:x1], (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    left, top = (SIZE_PX[0] - width) // 2, (SIZE_PX[1] - height) // 2
    picture = np.full((SIZE_PX[1], SIZE_PX[0], 3), DARK, np.uint8)
    picture[top : top + height, left : left + width] = small
    _draw_leg(picture, (points - (x0, y0)) * scale + (left, top), plan.still, video.gait.roll_deg or 0.0)
    return _captioned(picture, plan.still)


def cut(points: FloatArray, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
    """The runner's rectangle with some room, of the still's shape as far as the picture allows."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    room = _MARGIN * max(float(high[1] - low[1]), 8.0)
    wide, tall = (float(high[i] - low[i]) + 2 * room for i in (0, 1))
    shape = SIZE_PX[0] / SIZE_PX[1]
    wide, tall = max(wide, shape * tall), max(tall, wide / shape)
    x0, x1 = _span(float(low[0] + high[0]) / 2, wide, size_px[0])
    y0, y1 = _span(float(low[1] + high[1]) / 2, tall, size_px[1])
    return x0, y0, x1, y1


def _span(centre: float, length: float, limit: int) -> tuple[int, int]:
    """A span of this length inside 0..limit, moved rather than cut at the picture's edge."""
    length = min(length, limit)
    start = min(max(centre - length / 2, 0.0), limit - length)
    return int(start), max(int(start) + 2, int(start + length))


def _draw_leg(picture: Picture, points: FloatArray, still: Still, roll_deg: float) -> None:
    style = Style.of((picture.shape[1], picture.shape[0]))
    side = still.side
    chain = [joint(points, side, name) for name in ("HIP", "KNEE", "ANKLE", "HEEL", "FOOT_INDEX")]
    for a, b in zip(chain, [*chain[1:], chain[2]], strict=False):
        line(picture, a, b, SIDE_BGR[side], style.line)
    for point in chain[:3]:
        dot(picture, point, SIDE_BGR[side], style.dot)
    angle = ANGLES.get(still.measure_id or "")
    if angle is None or still.value is None:
        return
    corner, arm, reference = arms(angle, points, side, roll_deg)
    dashed(picture, corner, corner + reference, WHITE, max(2, style.line // 2))
    line(picture, corner, corner + arm, SIDE_BGR[side], style.line)
    arc(picture, corner, arm, reference, 0.55 * float(np.hypot(*arm)), WHITE)
    dot(picture, corner, SIDE_BGR[side], style.dot)


def arms(angle: Angle, points: FloatArray, side: Side, roll_deg: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corner, arm and reference arm of the drawn angle.

    Parameters
    ----------
    angle : what is drawn.
    points : (33, 2) pixels; with two more rows, the left and right end of the pelvis line, where that is drawn.
    side : the stance leg.
    roll_deg : turn of a level line in the picture, + = right end lower.

    Returns
    -------
    corner : (2,) pixels.
    arm, reference : (2,) pixels from the corner, of the same length.
    """
    corner = joint(points, side, angle.corner)
    arm = np.asarray(joint(points, side, angle.to) - corner)
    length = float(np.hypot(*arm))
    if angle.reference == "straight":
        onward = corner - joint(points, side, angle.before)
        return corner, arm, np.asarray(onward * length / max(float(np.hypot(*onward)), 1e-9))
    roll = np.radians(roll_deg)
    down = np.array([-np.sin(roll), np.cos(roll)])
    level = np.array([np.cos(roll), np.sin(roll)])
    unit = {"down": down, "up": -down, "level": level * (1 if arm @ level >= 0 else -1)}[angle.reference]
    return corner, arm, np.asarray(unit * length)


def joint(points: FloatArray, side: Side, name: str) -> FloatArray:
    """A point of a leg, such as HIP, of the other side (OTHER_HIP), between both (MID_HIP), or of the PELVIS line."""
    if name.endswith("PELVIS"):
        return np.asarray(points[N_LANDMARKS + ((side == "right") != name.startswith("OTHER_"))])
    other = "RIGHT" if side == "left" else "LEFT"
    if name.startswith("MID_"):
        pair = [points[Landmark[f"{s}_{name[4:]}"]] for s in ("LEFT", "RIGHT")]
        return np.asarray((pair[0] + pair[1]) / 2)
    row = Landmark[f"{other}_{name[6:]}"] if name.startswith("OTHER_") else Landmark[f"{side.upper()}_{name}"]
    return np.asarray(points[row])


def _captioned(picture: Picture, still: Still) -> Picture:
    """The picture under a strip of words, so that no word lies on the runner."""
    px = round(0.036 * SIZE_PX[1])
    known = report_words()
    moment = known.physio.still_in_picture.format(side=side_word(still.side), event=known.event[still.event])
    lines: list[tuple[str, Colour]] = [(moment, SIDE_BGR[still.side])]
    if still.measure_id is not None:
        said = known.status["not_measurable"] if still.value is None else with_unit(still.value, still.unit or "")
        colour = GREY if still.value is None else WHITE
        lines.append((f"{known.angle[still.measure_id]}: {said}", colour))
    strip = np.full((round(1.35 * px * len(lines)) + px // 2, picture.shape[1], 3), DARK, np.uint8)
    for i, (words, colour) in enumerate(lines, start=1):
        text(strip, (px // 2, 1.3 * px * i), words, colour, px, bold=i == 1)
    return np.vstack([strip, picture])
