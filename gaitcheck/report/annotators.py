"""What is drawn into the annotated video, in small parts that each know one thing.

An annotator is called with a picture and the row of the track that belongs to it, and draws into the picture.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.gait.measures.definition import stance_end
from gaitcheck.gait.result import SIDES, GaitResult, Side, Step
from gaitcheck.report.document import Event
from gaitcheck.report.draw import DARK, GREY, SIDE_BGR, WHITE, Picture, Style, box, dot, line, ring, text, text_width
from gaitcheck.report.pelvis import pelvis_ends
from gaitcheck.report.words import report_words, side_word, with_unit
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark

Annotator = Callable[[Picture, int], None]

#: What the number panel shows, in this order where the video has it, and the views that can show it.
_FRONTAL: tuple[View, View] = ("rear", "front")
_SAGITTAL: tuple[View, View] = ("left", "right")
PANEL_ROWS: dict[str, tuple[View, View]] = {
    "contralateral_pelvic_drop": _FRONTAL,
    "femoral_adduction": _FRONTAL,
    "knee_valgus": _FRONTAL,
    "lateral_trunk_lean": _FRONTAL,
    "forward_trunk_lean": _SAGITTAL,
    "knee_flexion_peak_stance": _SAGITTAL,
    "tibia_inclination_ic": _SAGITTAL,
    "hip_extension_peak": _SAGITTAL,
}
_BONES = ("SHOULDER ELBOW WRIST", "SHOULDER HIP KNEE ANKLE HEEL FOOT_INDEX ANKLE")
_SURE = 0.5
#: Share of all joints of the video that words may cover before they move below the picture.
_HIDDEN_SHARE = 0.002
#: Seconds of the video for which an event stays marked, and seconds that the ribbon shows.
HOLD_VIDEO_S = 0.1
RIBBON_VIDEO_S = 2.4


@dataclass(frozen=True)
class Scene:
    """What all annotators share.

    Attributes
    ----------
    gait : the gait of the video.
    xy_px : (T, 33, 2) joints in pixels of the output picture.
    pelvis_px : (T, 2, 2) ends of the measured pelvis line, the runner's left first, likewise; NaN where there is none.
    size_px : size of the video's picture alone; a strip for words may be added below it.
    style : sizes of lines and words.
    seconds_per_video_second : real time over the time of the video.
    half_frame_s : half of the usual time between frames, in real seconds.
    events : time, side and name of every event, in order of time.
    """

    gait: GaitResult
    xy_px: FloatArray
    pelvis_px: FloatArray
    size_px: tuple[int, int]
    style: Style
    seconds_per_video_second: float
    half_frame_s: float
    events: tuple[tuple[float, Side, Event], ...]

    @classmethod
    def of(cls, video: VideoAnalysis, size_px: tuple[int, int]) -> Scene:
        """The scene of a video that is drawn at another size."""
        gait = video.gait
        times = gait.track.time_s
        return cls(
            gait=gait,
            xy_px=gait.track.xy_px * (np.array(size_px) / np.array(gait.track.frame_size_px)),
            pelvis_px=pelvis_ends(video) * (np.array(size_px) / np.array(gait.track.frame_size_px)),
            size_px=size_px,
            style=Style.of(size_px),
            seconds_per_video_second=video.seconds_per_video_second,
            half_frame_s=0.5 * float(np.median(np.diff(times))) if len(times) > 1 else 0.0,
            events=tuple(sorted((t, step.side, event) for step in gait.steps for event, t in _events(step))),
        )

    def point(self, row: int, side: Side, joint: str) -> FloatArray:
        """(2,) output pixels of a joint."""
        found: FloatArray = self.xy_px[row, Landmark[f"{side.upper()}_{joint}"]]
        return found


@dataclass(frozen=True)
class Layout:
    """Where the words go: over a part of the picture that the runner does not need, or in a strip below it."""

    canvas_px: tuple[int, int]
    panel_at: tuple[int, int]
    ribbon_at: tuple[int, int]


def annotators_for(video: VideoAnalysis, size_px: tuple[int, int]) -> tuple[tuple[Annotator, ...], tuple[int, int]]:
    """All annotators for a video shown at this size, in drawing order, and the size of the picture with its strip."""
    scene = Scene.of(video, size_px)
    rows = tuple(panel_rows(scene.gait))
    grid = PanelGrid.of(rows, scene.style)
    layout = lay_out(scene, grid.size_px)
    return (
        Skeleton(scene),
        PelvisLine(scene),
        EventMarks(scene),
        Ribbon(scene, layout.ribbon_at),
        Panel(scene, rows, layout.panel_at, grid),
    ), layout.canvas_px


def ribbon_height(style: Style) -> int:
    """Pixels of the ribbon's height."""
    return round(2.6 * style.text) + style.pad


def lay_out(scene: Scene, panel_px: tuple[int, int]) -> Layout:
    """Put ribbon and panel where they cover next to none of the runner's joints over the whole video.

    If they cannot both lie over the picture, the ribbon goes into a strip below it, and if need be the panel too.
    """
    (width, height), pad, band = scene.size_px, scene.style.pad, ribbon_height(scene.style)
    joints = scene.xy_px[scene.gait.track.found].reshape(-1, 2)

    def hidden(x: int, y: int, wide: int, tall: int) -> float:
        inside = np.all((joints >= (x - pad, y - pad)) & (joints <= (x + wide + pad, y + tall + pad)), axis=1)
        return float(inside.mean()) if len(joints) else 0.0

    def panel_corner(top: int, bottom: int) -> tuple[float, tuple[int, int]]:
        corners = [(x, y) for y in (top, bottom - panel_px[1]) for x in (pad, width - pad - panel_px[0])]
        return min((hidden(*corner, *panel_px), corner) for corner in corners)

    below = height - band
    for ribbon_top in (below, 0):
        free = (band + pad, height - pad) if ribbon_top == 0 else (pad, below - pad)
        panel_cost, corner = panel_corner(*free)
        if hidden(0, ribbon_top, width, band) + panel_cost <= _HIDDEN_SHARE:
            return Layout((width, height), corner, (0, ribbon_top))
    panel_cost, corner = panel_corner(pad, height - pad)
    if panel_cost <= _HIDDEN_SHARE:
        return Layout((width, height + band + band % 2), corner, (0, height))
    strip = panel_px[1] + 2 * pad
    ribbon_at = (panel_px[0] + 2 * pad, height + (strip - band) // 2)
    if width < 2 * panel_px[0]:
        ribbon_at, strip = (0, height + strip), strip + band
    return Layout((width, height + strip + strip % 2), (pad, height + pad), ribbon_at)


@dataclass(frozen=True)
class Skeleton:
    """Bones and joints of the cleaned track; joints the model was unsure of are drawn thin."""

    scene: Scene

    def __call__(self, picture: Picture, row: int) -> None:
        """Draw the far side first, the trunk, then the near side.

        From behind and in front the hips are not joined: that line would pass for the pelvis, and hardly tilts with it.
        """
        scene, style = self.scene, self.scene.style
        near: Side = "left" if scene.gait.view == "left" else "right"
        far: Side = "right" if near == "left" else "left"
        for joint in ("SHOULDER",) if scene.gait.view in ("rear", "front") else ("SHOULDER", "HIP"):
            line(picture, scene.point(row, "left", joint), scene.point(row, "right", joint), WHITE, style.line)
        for side in (far, near):
            for chain in _BONES:
                for a, b in pairwise(chain.split()):
                    width = style.line if self._sure(row, side, a) and self._sure(row, side, b) else 1
                    line(picture, scene.point(row, side, a), scene.point(row, side, b), SIDE_BGR[side], width)
            for joint in ("SHOULDER", "HIP", "KNEE", "ANKLE"):
                dot(picture, scene.point(row, side, joint), SIDE_BGR[side], style.dot)

    def _sure(self, row: int, side: Side, joint: str) -> bool:
        return bool(self.scene.gait.track.visibility[row, Landmark[f"{side.upper()}_{joint}"]] >= _SURE)


@dataclass(frozen=True)
class PelvisLine:
    """The measured pelvis line, in the frames that show it."""

    scene: Scene

    def __call__(self, picture: Picture, row: int) -> None:
        """Draw the line with the ends in the colours of their sides."""
        scene, style = self.scene, self.scene.style
        left, right = scene.pelvis_px[row]
        line(picture, left, right, WHITE, style.line)
        for side, end in zip(SIDES, (left, right), strict=True):
            dot(picture, end, SIDE_BGR[side], style.dot)


@dataclass(frozen=True)
class EventMarks:
    """A ring where an event happens: at the foot for contact and toe-off, at the hip for midstance."""

    scene: Scene

    def __call__(self, picture: Picture, row: int) -> None:
        """Mark the events of this moment."""
        scene, style = self.scene, self.scene.style
        for side, event in current_events(scene, row):
            joint = {"initial_contact": "HEEL", "midstance": "HIP", "toe_off": "FOOT_INDEX"}[event]
            ring(picture, scene.point(row, side, joint), SIDE_BGR[side], 4 * style.dot, style.line)


def current_events(scene: Scene, row: int) -> list[tuple[Side, Event]]:
    """Events that happened within the last moment, up to this frame (nearest frame first), in order of time."""
    latest = float(scene.gait.track.time_s[row]) + scene.half_frame_s
    earliest = latest - HOLD_VIDEO_S * scene.seconds_per_video_second
    first = bisect_right(scene.events, earliest, key=lambda event: event[0])
    last = bisect_right(scene.events, latest, key=lambda event: event[0])
    return [(side, event) for _, side, event in scene.events[first:last]]


def _events(step: Step) -> list[tuple[Event, float]]:
    known: list[tuple[Event, float]] = [
        ("initial_contact", step.initial_contact_s),
        ("midstance", step.midstance_s),
    ]
    return known if step.toe_off_s is None else [*known, ("toe_off", step.toe_off_s)]


@dataclass(frozen=True)
class Ribbon:
    """A band with the stances of each leg around this moment."""

    scene: Scene
    at: tuple[int, int]

    def __call__(self, picture: Picture, row: int) -> None:
        """Draw the stances and the line of this moment."""
        scene, style = self.scene, self.scene.style
        left, top = self.at
        width, height = scene.size_px[0] - left, ribbon_height(style)
        box(picture, left, top, width, height)
        px = round(0.8 * style.text)
        start = left + style.pad + max(text_width(self._name(side), px) for side in SIDES) + style.pad
        span = left + width - start - style.pad
        window = RIBBON_VIDEO_S * scene.seconds_per_video_second
        now = float(scene.gait.track.time_s[row])

        def x_of(t: float) -> float:
            return start + span * ((t - now) / window + 0.5)

        steps = scene.gait.steps
        first, last = (bisect_left(steps, now + sign * window, key=lambda step: step.midstance_s) for sign in (-1, 1))
        for i, side in enumerate(SIDES):
            middle = top + round(height * (0.28 + 0.44 * i))
            text(picture, (left + style.pad, middle + 0.35 * px), self._name(side), SIDE_BGR[side], px)
            for step in steps[first:last]:
                if step.side == side:
                    self._stance(picture, step, middle, (start, start + span), x_of)
        x = start + span / 2
        line(picture, np.array([x, top + 2.0]), np.array([x, top + height - 2.0]), WHITE, 2)

    def _name(self, side: Side) -> str:
        return report_words().video.stance.format(side=side_word(side))

    def _stance(
        self, picture: Picture, step: Step, middle: int, ends: tuple[int, int], x_of: Callable[[float], float]
    ) -> None:
        """A bar from contact to toe-off with a dot at midstance; a thin line where toe-off was not seen."""
        colour = SIDE_BGR[step.side]
        half = max(3, round(0.32 * self.scene.style.text))
        if step.toe_off_s is None:
            half, stop = 1, step.midstance_s
        else:
            stop = step.toe_off_s
        x0, x1 = (round(min(max(x_of(t), ends[0]), ends[1])) for t in (step.initial_contact_s, stop))
        picture[middle - half : middle + half, x0:x1] = colour
        if ends[0] <= x_of(step.midstance_s) <= ends[1]:
            dot(picture, np.array([x_of(step.midstance_s), float(middle)]), DARK, max(2, half // 2))


@dataclass(frozen=True)
class PanelRow:
    """One line of the panel: values (T,) by side, and the sides that are withheld."""

    label: str
    unit: str
    values: dict[Side | None, FloatArray]
    withheld: tuple[Side | None, ...]


@dataclass(frozen=True)
class PanelGrid:
    """Pixels of the panel's columns and lines, and of the whole."""

    first_column: int
    column: int
    line: int
    size_px: tuple[int, int]

    @classmethod
    def of(cls, rows: Sequence[PanelRow], style: Style) -> PanelGrid:
        """Room for the longest label and value."""
        label = max(text_width(words, style.text) for words in (report_words().video.now, *(row.label for row in rows)))
        heads = [text_width(side_word(side), style.text, bold=True) for side in SIDES]
        column = max(text_width("−88.8°", style.text), *heads) + 2 * style.pad
        first_column = label + 2 * style.pad
        line_px = round(1.3 * style.text)
        return cls(first_column, column, line_px, (first_column + 2 * column, line_px * (len(rows) + 2) + style.pad))


@dataclass(frozen=True)
class Panel:
    """Legend, this moment's angles and this moment's event."""

    scene: Scene
    rows: tuple[PanelRow, ...]
    at: tuple[int, int]
    grid: PanelGrid

    def __call__(self, picture: Picture, row: int) -> None:
        """Draw the panel for this moment."""
        (x, y), px, pad = self.at, self.scene.style.text, self.scene.style.pad
        label_x, first_x, step_x = x + pad, x + self.grid.first_column, self.grid.column
        box(picture, x, y, *self.grid.size_px)
        baseline, known = y + self.grid.line, report_words()
        found = bool(np.isfinite(self.scene.xy_px[row, Landmark.LEFT_HIP, 0]))
        text(picture, (label_x, baseline), known.video.now if found else known.video.no_runner, GREY, px)
        for i, side in enumerate(SIDES):
            text(picture, (first_x + i * step_x, baseline), side_word(side), SIDE_BGR[side], px, bold=True)
        for entry in self.rows:
            baseline += self.grid.line
            text(picture, (label_x, baseline), entry.label, WHITE, px)
            if not entry.values:
                text(picture, (first_x, baseline), known.status["not_measurable"], GREY, round(0.8 * px))
            for leg in entry.withheld if entry.values else ():
                at = (first_x + (step_x if leg == "right" else 0), baseline)
                text(picture, at, known.video.withheld, GREY, round(0.72 * px))
            for leg, values in entry.values.items():
                shift = step_x if leg == "right" else 0
                value = float(values[row])
                words = with_unit(value, entry.unit) if np.isfinite(value) else "–"
                text(picture, (first_x + shift, baseline), words, SIDE_BGR[leg], px)
        baseline += self.grid.line
        for side, event in current_events(self.scene, row)[-1:]:
            words = known.video.event.format(side=side_word(side), event=known.event[event])
            text(picture, (label_x, baseline), words, SIDE_BGR[side], px, bold=True)


def _standing(gait: GaitResult, side: Side) -> NDArray[np.bool_]:
    """(T,) True in frames in which this leg is on the belt."""
    time = gait.track.time_s
    standing = np.zeros(len(time), dtype=bool)
    for step in gait.steps:
        if step.side == side:
            standing |= (time >= step.initial_contact_s) & (time <= stance_end(step))
    return standing


def panel_rows(gait: GaitResult) -> list[PanelRow]:
    """The rows that this video has: values now, or the sides for which they are withheld.

    From behind and in front a leg's angles mean something only while it stands: a lifted knee points at the camera.
    """
    rows = []
    for measure_id, views in PANEL_ROWS.items():
        mine = [m for m in gait.measures if m.id == measure_id and gait.view in views]
        shown = {
            m.side: gait.series[m.id, m.side]
            if m.side is None or gait.view not in ("rear", "front")
            else np.where(_standing(gait, m.side), gait.series[m.id, m.side], np.nan)
            for m in mine
            if m.status != "not_measurable" and (m.id, m.side) in gait.series
        }
        withheld = tuple(m.side for m in mine if m.status == "not_measurable")
        if shown or withheld:
            rows.append(PanelRow(report_words().angle[measure_id], mine[0].unit, shown, withheld))
    return rows
