"""What the gait room gives: steps, quality and measures of one video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gaitcheck.settings import View
from gaitcheck.track import FloatArray, PoseTrack

Side = Literal["left", "right"]
Status = Literal["measured", "borderline", "not_measurable"]
#: Where a doubt lies: in the kind of value ("known": the uncertainty is made from values under the same doubt, and so
#: covers it) or in this very video ("video": few steps, a camera askew, sides exchanged).
Doubt = Literal["known", "video"]
Direction = Literal["image_left", "image_right"]

SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True)
class Step:
    """One stance of one leg and the way to the next leg's contact. Times are real seconds since the first frame.

    `next_contact_s` is the other leg's initial contact, `next_same_contact_s` the same leg's (both None at the end
    or where a step in between was dropped), so step time = next_contact_s - initial_contact_s and
    stride time = next_same_contact_s - initial_contact_s. `toe_off_s` is None where toe-off cannot be seen.
    """

    side: Side
    initial_contact_s: float
    midstance_s: float
    toe_off_s: float | None
    next_contact_s: float | None
    next_same_contact_s: float | None


@dataclass(frozen=True)
class Check:
    """One thing looked at to judge the video. `ok` None means it could not be told."""

    id: str
    ok: bool | None
    message: str
    advice: str | None = None
    value: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Quality:
    """How far the video can be trusted: counts of what was found, mended and dropped, and the checks."""

    frames: int
    frames_with_runner: int
    frames_filled: int
    swaps_repaired: int
    steps_found: int
    steps_dropped: int
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Measure:
    """One measure of one side over all steps used.

    `mean` is None exactly when `status` is "not_measurable"; `reason` is then a sentence a person understands. `sd` is
    None as well where one value was read for all steps together. `uncertainty` is the half width of the 95 % interval
    of `mean`, in `unit`. `from_standing` is the mean relative to the standing baseline (posture angles only, None
    without a baseline). `side` is None for measures of the whole body. `evidence` names what the value was read from
    where that differs from video to video (see `accuracy.accuracy_of`). `doubt` says where the doubt of a "borderline"
    value lies; None for the others. `camera_part` is the part of `uncertainty` that a camera adds which may not look
    squarely and level at the runner.
    """

    id: str
    side: Side | None
    unit: str
    mean: float | None
    sd: float | None
    n_steps: int
    uncertainty: float | None
    status: Status
    reason: str | None
    view: View | None
    from_standing: float | None = None
    evidence: str | None = None
    doubt: Doubt | None = None
    camera_part: float = 0.0


@dataclass(frozen=True)
class Baseline:
    """The standing-still stretch used as zero."""

    start_s: float
    end_s: float
    source: Literal["found", "given"]


@dataclass(frozen=True)
class GaitResult:
    """Everything measured in one video.

    Attributes
    ----------
    track : the cleaned track (swaps repaired, short gaps filled, zero-phase filtered) in picture coordinates, one row
        for each frame of the video; its `time_s` is real time (slow motion undone) since the first frame.
    view, view_source : the side of the runner the camera sees, and whether it was found or given.
    direction : where the runner faces in a side view, None otherwise.
    roll_deg : turn of a level line in the picture that was undone before measuring, + = its right end lower; None where
        it is not known.
    time_is_real : False where slow motion is suspected and the capture rate unknown: timing is then withheld.
    steps : in order of time, both legs.
    series : per-frame values (T,) in the measure's unit, keyed by (measure id, side); NaN where not to be told.
    step_values : per-step values, keyed likewise, aligned with the steps of that side (all steps for side None).
    """

    track: PoseTrack
    view: View | None
    view_source: Literal["found", "given", "unknown"]
    direction: Direction | None
    time_is_real: bool
    baseline: Baseline | None
    steps: tuple[Step, ...]
    quality: Quality
    series: Mapping[tuple[str, Side | None], FloatArray]
    step_values: Mapping[tuple[str, Side | None], FloatArray]
    measures: tuple[Measure, ...]
    roll_deg: float | None = None
