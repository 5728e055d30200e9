"""What a measure is: one record with its name, plane, event, sign, formula and source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gaitcheck.gait.pelvis import PelvisLine
from gaitcheck.gait.result import Side, Step
from gaitcheck.gait.view import is_side, outward
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark

FRONTAL: tuple[View, ...] = ("rear", "front")
SAGITTAL: tuple[View, ...] = ("left", "right")
ANY_VIEW: tuple[View, ...] = (*FRONTAL, *SAGITTAL)

_LEFT_POINTS = {
    "shoulder": Landmark.LEFT_SHOULDER,
    "hip": Landmark.LEFT_HIP,
    "knee": Landmark.LEFT_KNEE,
    "ankle": Landmark.LEFT_ANKLE,
    "heel": Landmark.LEFT_HEEL,
    "toe": Landmark.LEFT_FOOT_INDEX,
}


@dataclass(frozen=True)
class Signals:
    """What the formulas read: the cleaned track, levelled, with its scale and signs.

    Attributes
    ----------
    time_s : (T,) real seconds, uniform.
    xy_px : (T, 33, 2) with the camera's roll undone.
    visibility : (T, 33).
    view : the side of the runner the camera sees.
    forward : +1 where the runner faces image-right, -1 image-left (side views; +1 otherwise).
    leg_length_px, hip_width_px : medians over the run; the scale.
    straight_leg_px : length of the leg where it does not point at the camera.
    cm_per_px : None where the body height is unknown.
    steps : in order of time.
    cuts_s : times at which the picture jumps to another scene.
    pelvis, no_pelvis : the pelvis line that the picture shows; where it shows none, the reason.
    trunk_drawn : how many times longer than it is the track shows the trunk.
    """

    time_s: FloatArray
    xy_px: FloatArray
    visibility: FloatArray
    view: View
    forward: float
    leg_length_px: float
    straight_leg_px: float
    hip_width_px: float
    cm_per_px: float | None
    steps: tuple[Step, ...]
    cuts_s: tuple[float, ...] = ()
    pelvis: PelvisLine | None = None
    no_pelvis: str | None = None
    trunk_drawn: float = 1.0

    def point(self, name: str, side: Side) -> FloatArray:
        """(T, 2) of a joint of one side, such as `point("knee", "left")`."""
        return self.xy_px[:, landmark(name, side)]

    def middle(self, name: str) -> FloatArray:
        """(T, 2) half way between the left and the right joint."""
        return (self.point(name, "left") + self.point(name, "right")) / 2

    def outward(self, side: Side) -> float:
        """+1 where this leg's outer side is image-right (rear view: the right leg's), -1 where it is image-left."""
        return outward(side, self.view)

    def at(self, values: FloatArray, time_s: float) -> float:
        """The value at a moment between frames (linear); NaN beside missing frames."""
        return float(np.interp(time_s, self.time_s, values, left=np.nan, right=np.nan))

    def between(self, values: FloatArray, start_s: float, end_s: float) -> FloatArray:
        """The values of all samples of a span."""
        return values[(self.time_s >= start_s) & (self.time_s <= end_s)]


def landmark(name: str, side: Side) -> Landmark:
    """The landmark of a joint's everyday name."""
    return Landmark(_LEFT_POINTS[name] + (side == "right"))


PerFrame = Callable[[Signals, Side], FloatArray]
PerStep = Callable[[Signals, Step, FloatArray], float]


@dataclass(frozen=True)
class Grounds:
    """What a measure rests on in one video, where that differs from video to video.

    Attributes
    ----------
    evidence : name of what it was read from, under which `accuracy` knows it.
    uncertainty : half width of the 95 % interval that comes with it, in the measure's unit; the measure has at least
        this.
    per_roll_deg : see `MeasureDef`.
    lacking : why the video does not give the measure.
    doubt : why it is less certain than it should be.
    """

    evidence: str | None = None
    uncertainty: float = 0.0
    per_roll_deg: float = 0.0
    lacking: str | None = None
    doubt: str | None = None


@dataclass(frozen=True)
class MeasureDef:
    """One measure. How far it can be off stands in `accuracy`.

    Attributes
    ----------
    id, name, unit, sign : identifier, display name, unit, and in words what a positive value means.
    definition : how it is formed, in one sentence.
    event : the moment or span of the step it is read at.
    views : the views that can give it, the best first.
    per_side : whether left and right are told apart.
    per_frame : (T,) values of one side; the series drawn in charts and on the video. None where only steps have it.
    per_step : one step's value from the step and the series.
    points : joints of the leg that must be visible, everyday names.
    paired : joints of both sides that must be visible in rear and front views, where it is read from both.
    needs_fps : lowest frame rate at which it can be told, real frames a second.
    needs_real_time : whether unknown slow motion spoils it.
    posture : whether it is also given relative to standing.
    per_roll_deg : how far a degree of camera roll that stays unseen moves it, in `unit`.
    far_leg : what a side view can say of the leg further from the camera.
    doubts : reasons why it is less certain than it should be, by view; its status is then "borderline".
    rests_on : what it rests on in a video, where that differs from video to video; replaces `per_roll_deg`.
    summary : "mean" of the steps, "asymmetry" of the sides' means in percent, "difference" of the sides' means (right
        minus left), or "rate" of the steps over the whole run.
    source : where the definition comes from.
    """

    id: str
    name: str
    unit: str
    sign: str
    definition: str
    event: str
    views: tuple[View, ...]
    source: str
    per_step: PerStep | None = None
    per_frame: PerFrame | None = None
    per_side: bool = True
    points: tuple[str, ...] = ()
    paired: tuple[str, ...] = ()
    needs_fps: float = 0.0
    needs_real_time: bool = False
    posture: bool = False
    per_roll_deg: float = 0.0
    far_leg: Literal["withheld", "borderline", "same"] = "withheld"
    doubts: Mapping[View, str] = field(default_factory=dict)
    rests_on: Callable[[Signals], Grounds] | None = None
    summary: Literal["mean", "asymmetry", "difference", "rate"] = "mean"

    @property
    def plane_words(self) -> str:
        """The views that give it, in words for a sentence."""
        if set(self.views) == set(FRONTAL):
            return "from behind or from the front"
        return "from the side" if all(is_side(v) for v in self.views) else "from any side"


def at_midstance(signals: Signals, step: Step, series: FloatArray) -> float:
    """The series' value at midstance."""
    return signals.at(series, step.midstance_s)


def at_contact(signals: Signals, step: Step, series: FloatArray) -> float:
    """The series' value at initial contact."""
    return signals.at(series, step.initial_contact_s)


def stance_end(step: Step) -> float:
    """Toe-off, or where it is unknown as long after midstance as contact lies before it."""
    return step.toe_off_s if step.toe_off_s is not None else 2 * step.midstance_s - step.initial_contact_s


def stance_peak(signals: Signals, step: Step, series: FloatArray) -> float:
    """The series' largest value in stance."""
    values = signals.between(series, step.initial_contact_s, stance_end(step))
    return float(values.max()) if values.size else float("nan")


def stance_mean(signals: Signals, step: Step, series: FloatArray) -> float:
    """The series' mean over stance."""
    values = signals.between(series, step.initial_contact_s, stance_end(step))
    return float(values.mean()) if values.size else float("nan")
