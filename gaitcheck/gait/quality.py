"""The checks of a video: what was looked at, what it showed, and what to do better next time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gaitcheck.gait.camera import CameraLevel
from gaitcheck.gait.clean import CleanTrack
from gaitcheck.gait.events import Stance
from gaitcheck.gait.measures.compute import ENOUGH_STEPS, LEAST_VISIBILITY
from gaitcheck.gait.measures.sagittal import CONTACT_FPS
from gaitcheck.gait.pace import Pace
from gaitcheck.gait.result import SIDES, Baseline, Check, Step
from gaitcheck.gait.view import SQUARE_FRONTAL_DEG, SQUARE_SIDE_DEG, ViewFound, is_side, near_side
from gaitcheck.settings import View
from gaitcheck.track import EXCHANGED_SIDES, CameraRoll, Landmark, PoseTrack

#: Cadences (steps a minute) that people run at; outside, with no capture rate known, slow motion is suspected.
RUNNING_CADENCE = (130.0, 230.0)
#: Share of frames in which the runner must be found.
LEAST_FOUND = 0.9
#: Share of frames that may need left/right exchanged back before the track counts as doubtful.
MOST_SWAPS = 0.15
#: Height of the leg in the picture below which a landmark's error is worth degrees.
LEAST_LEG_PX = 120.0
#: How far the hips may wander sideways while running in place, leg lengths (5th to 95th percentile).
MOST_WANDER_LEGS = 0.8
#: How far above or below the hips the camera may stand, leg lengths: from 3.6 m it looks down or up by 8 degrees.
MOST_HEIGHT_LEGS = 0.6
#: How much lower the foot on the belt is than the other at midstance: running, not walking or standing (leg lengths).
LEAST_CLEARANCE = 0.08
LEAST_CLEARANCE_FRONTAL = 0.03
#: Vertical acceleration of the body, as that of a sine of the same rise and rhythm. A runner in flight falls at 1 g;
#: walking reaches about 0.3 (rise 4 cm, 110 steps a minute).
LEAST_BOUNCE_G = 0.5

#: Stances below which no rhythm can be told, and the duration below which that is no wonder.
FEWEST_STANCES = 4
SHORT_S = 3.0

NO_STEPS = "No steps that repeat were found: nobody runs steadily in this video, or the legs could not be followed."
VIEW_FROM: dict[View, str] = {
    "rear": "from behind",
    "front": "from the front",
    "left": "from a side",
    "right": "from a side",
}

_BODY = (
    Landmark.NOSE,
    Landmark.LEFT_ANKLE,
    Landmark.RIGHT_ANKLE,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)
_LEG = (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)


def found_check(raw: PoseTrack) -> Check:
    """Share of frames in which somebody was found."""
    share = float(raw.found.mean()) if len(raw) else 0.0
    return Check(
        "runner_found",
        share >= LEAST_FOUND,
        f"The runner was found in {100 * share:.0f} % of the frames.",
        None if share >= LEAST_FOUND else "Film the whole body, well lit, with nobody and nothing in front.",
        100 * share,
        "%",
    )


def frame_rate_check(real_fps: float, time_is_real: bool, every: int = 1) -> Check:
    """Whether contact angles can be told; in slow motion of an unknown rate nobody knows.

    `real_fps` frames of a second were looked at: every `every`-th of those filmed.
    """
    if not time_is_real:
        message = f"Plays at {real_fps:.0f} frames a second; at how many it was filmed is not known."
        return Check("frame_rate", None, message, None, real_fps, "fps")
    looked_at = f"; one in {every} was looked at." if every > 1 else "."
    return Check(
        "frame_rate",
        round(real_fps) >= CONTACT_FPS,
        f"Filmed at {real_fps * every:.0f} frames a second{looked_at}",
        None if round(real_fps) >= CONTACT_FPS else "Film at 60 frames a second or more to get the angles at contact.",
        real_fps,
        "fps",
    )


def repeats_checks(shown: PoseTrack, used: PoseTrack) -> tuple[Check, ...]:
    """Tells of frames that only repeat the one before and were left out; nothing where there are none."""
    left_out = int(shown.found.sum() - used.found.sum())
    if not left_out:
        return ()
    message = (
        f"{100 * left_out / len(shown):.0f} % of the frames only repeat the one before, as video sites and editing "
        "programs make them; they were left out and the others given even times."
    )
    return (Check("repeated_frames", None, message, "Use the file as it came from the phone."),)


def time_check(time_is_real: bool, rate_is_known: bool, cadence: float | None) -> Check:
    """Whether a second of the video is a second of the run; `rate_is_known` where the file or the person says so."""
    if cadence is None:
        return Check("real_time", None, "No steps were found that could tell whether the video plays in real time.")
    if time_is_real:
        return Check("real_time", True, "The steps come at a rhythm that people run at.", None, cadence, "steps/min")
    rhythm = f"The steps come at {cadence:.0f} a minute, which nobody runs at"
    if rate_is_known:
        message = f"{rhythm}, by the rate the camera is said to have filmed at."
        return Check("real_time", False, message, "Check the rate the camera filmed at.", cadence, "steps/min")
    message = f"{rhythm}: the video plays in slow motion or sped up, or nobody runs."
    advice = "Give the rate it was filmed at, for example 120 or 240 (on the command line --capture-fps 240)."
    return Check("real_time", False, message, advice, cadence, "steps/min")


def running_check(
    stances: Iterable[Stance],
    period: float | None,
    bounce_g: float | None,
    view: View | None,
    duration_s: float,
    pace: Pace | None = None,
) -> Check:
    """Whether somebody runs: steps repeat, the body bounces, and at midstance the other foot is in the air.

    `bounce_g` is None where the time base is not known to be real; `pace` tells of rhythms that change. From behind or
    in front the lifted foot is nearer to the camera or further away, which lowers it in the picture or hides how high
    it is.
    """
    clearances = [stance.clearance for stance in stances]
    if period is None and pace is not None:
        return Check(
            "running",
            False,
            f"The rhythm of the steps changes within the video (a step lasts from {pace.shortest_s:.1f} to "
            f"{pace.longest_s:.1f} seconds), as where a part of it plays in slow motion; so no steps were taken.",
            "Cut out a part that plays at one speed, or send the film as it came from the camera.",
        )
    if period is None or len(clearances) < FEWEST_STANCES:
        short = f"The runner is followed for {duration_s:.1f} seconds only, too short to find steps that repeat."
        return Check(
            "running",
            False,
            short if duration_s < SHORT_S else NO_STEPS,
            "Film at least 10, better 20 to 30 seconds of steady running on a treadmill.",
        )
    clearance = float(np.median(clearances))
    if bounce_g is not None and bounce_g < LEAST_BOUNCE_G:
        message = "The body rises and falls too little for this rhythm, as in walking; these measures are for running."
        return Check("running", False, message, "Film a run.", bounce_g, "g")
    ok = clearance >= (LEAST_CLEARANCE if view is not None and is_side(view) else LEAST_CLEARANCE_FRONTAL)
    return Check(
        "running",
        ok,
        "At midstance the other foot is in the air, as in running."
        if ok
        else "Both feet stay close to the ground, as in walking; these measures are for running.",
        None if ok else "Film a run.",
        100 * clearance,
        "% leg length",
    )


def baseline_checks(given_s: tuple[float, float] | None, baseline: Baseline | None) -> tuple[Check, ...]:
    """Whether the runner stands still in the span given for it; nothing to check where none was given."""
    if given_s is None:
        return ()
    span = f"from second {given_s[0]:g} to {given_s[1]:g}"
    if baseline is None:
        message = f"The runner does not stand still {span}, so nothing is given relative to standing."
        return (Check("standing", False, message, "Give the seconds in which the runner stands still."),)
    return (Check("standing", True, f"The runner stands still {span}."),)


def steps_check(steps: Iterable[Step]) -> Check:
    """Whether there are enough steps of each leg."""
    per_leg = [sum(step.side == side for step in steps) for side in SIDES]
    fewest = min(per_leg)
    return Check(
        "enough_steps",
        fewest >= ENOUGH_STEPS,
        f"{per_leg[0]} steps of the left leg and {per_leg[1]} of the right one could be used.",
        None if fewest >= ENOUGH_STEPS else "Film 20 to 30 seconds of steady running.",
        float(fewest),
        "steps",
    )


def view_check(view: View | None, found: ViewFound | None) -> Check:
    """Whether the camera looks squarely at one of the four sides."""
    if view is None:
        return Check(
            "camera_square",
            False,
            "The side from which the runner is filmed could not be told.",
            "Film squarely from behind, in front or the side, or choose the view yourself.",
        )
    if found is not None and is_side(found.view) != is_side(view):
        return Check(
            "camera_square",
            False,
            f"The runner seems to be filmed {VIEW_FROM[found.view]}, not {VIEW_FROM[view]} as chosen.",
            "Leave the view to be found, unless you are sure.",
        )
    if found is None or found.view != view:
        return Check("camera_square", None, "Whether the camera looks squarely at the runner could not be told.")
    ok = found.off_square_deg <= (SQUARE_SIDE_DEG if is_side(view) else SQUARE_FRONTAL_DEG)
    return Check(
        "camera_square",
        ok,
        f"The camera is about {found.off_square_deg:.0f} degrees away from square to the runner.",
        None if ok else "Put the camera straight behind, in front of or beside the treadmill.",
        found.off_square_deg,
        "deg",
    )


def roll_check(level: CameraLevel, found: CameraRoll | None) -> Check:
    """Whether the camera's roll is known, and how surely."""
    if level.roll_deg is not None and level.source == "given":
        message = f"The picture was levelled by the {level.roll_deg:g} degrees given."
        return Check("camera_roll", True, message, None, level.roll_deg, "deg")
    if level.roll_deg is not None and found is not None:
        lines = found.upright_lines + found.level_lines
        message = (
            f"The picture was levelled by {level.roll_deg:z.1f} degrees (give or take {1.96 * level.sd_deg:.1f}), "
            f"which {lines} straight lines of the room speak for."
        )
        return Check("camera_roll", True, message, None, level.roll_deg, "deg")
    return Check(
        "camera_roll",
        None,
        "Whether the camera stood level is not known (too few straight lines in the room); every degree it was turned "
        "adds a degree to the angles against the vertical, and their uncertainty is larger for it.",
        "Use a tripod with a level, or give the turn of a level line in the picture.",
    )


def height_check(height_legs: tuple[float, float] | None) -> Check:
    """Whether the camera stands at the height of the hips, from the 95 % interval of its height above them."""
    unknown = Check("camera_height", None, "Whether the camera stands at the height of the hips could not be told.")
    if height_legs is None:
        return unknown
    low, high = height_legs
    if low >= -MOST_HEIGHT_LEGS and high <= MOST_HEIGHT_LEGS:
        return Check("camera_height", True, "The camera stands at about the height of the hips.")
    if low <= MOST_HEIGHT_LEGS and high >= -MOST_HEIGHT_LEGS:
        return unknown
    nearest = low if low > 0 else high
    return Check(
        "camera_height",
        False,
        f"The camera stands at least {abs(nearest):.1f} leg lengths {'above' if low > 0 else 'below'} the hips.",
        "Put the camera at the height of the hips, so that it looks straight ahead.",
        nearest,
        "leg lengths",
    )


def size_check(clean: CleanTrack) -> Check:
    """Whether the runner is large enough in the picture."""
    ok = clean.leg_length_px >= LEAST_LEG_PX
    return Check(
        "runner_size",
        ok,
        f"The runner's leg is {clean.leg_length_px:.0f} pixels long in the picture.",
        None if ok else "Move closer or zoom so that the runner fills the picture from head to feet.",
        clean.leg_length_px,
        "px",
    )


def in_picture_check(raw: PoseTrack) -> Check:
    """Whether head and feet stay inside the picture."""
    body = raw.xy_px[raw.found][:, _BODY]
    inside = np.all((body >= 0) & (body < np.array(raw.frame_size_px)), axis=(1, 2))
    share = float(inside.mean()) if inside.size else 0.0
    ok = share >= LEAST_FOUND
    return Check(
        "whole_body",
        ok,
        f"Head and feet are in the picture in {100 * share:.0f} % of the frames.",
        None if ok else "Leave some room above the head and below the feet.",
        100 * share,
        "%",
    )


def in_place_check(clean: CleanTrack) -> Check:
    """Whether the runner stays in place, as on a treadmill filmed by a camera that rests."""
    hips = clean.track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0].mean(axis=1)
    low, high = np.nanpercentile(hips, [5, 95])
    wander = float(high - low) / clean.leg_length_px
    ok = wander <= MOST_WANDER_LEGS
    return Check(
        "runs_in_place",
        ok,
        f"The hips wander over {wander:.1f} leg lengths of the picture.",
        None if ok else "Film on a treadmill with the camera on a tripod.",
        wander,
        "leg lengths",
    )


def visibility_check(clean: CleanTrack, view: View | None) -> Check:
    """Whether the leg that is measured can be seen."""
    left = np.array(_LEG)
    near = near_side(view) if view is not None else None
    legs = {"left": left, "right": EXCHANGED_SIDES[left]}
    rows = np.concatenate([legs[side] for side in ((near,) if near else SIDES)])
    seen = float(np.nanmin(np.nanmedian(clean.track.visibility[:, rows], axis=0)))
    ok = seen >= LEAST_VISIBILITY
    return Check(
        "legs_visible",
        ok,
        f"Hips, knees and ankles are visible to {100 * seen:.0f} %.",
        None if ok else "See that no rail, arm, person or wide cloth hides the legs, and that the light is good.",
        100 * seen,
        "%",
    )


def swaps_check(clean: CleanTrack) -> Check:
    """How often left and right had to be exchanged back."""
    share = clean.swaps_repaired / max(clean.frames_with_runner, 1)
    ok = share <= MOST_SWAPS
    return Check(
        "left_right",
        ok,
        f"Left and right were mixed up and put back in {100 * share:.1f} % of the frames.",
        None if ok else "Film in better light and closer, or from behind.",
        100 * share,
        "%",
    )
