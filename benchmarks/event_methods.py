"""Ways to find contact and toe-off, against a force plate and against the exact contacts of rendered movements.

    python -m benchmarks.event_methods FOLDER [--into docs/events.md]

FOLDER holds marker runs with a force plate (see `gaitcheck validate --mocap`). Joint centres are projected into side
and rear cameras at 60 frames a second with 2 px of jitter; of the rendered movements the tuning half is used, the exact
joints with 1 px of jitter. Printed is each method's median error, run by run, in milliseconds (+ = too late), and how
far the runs' medians scatter: a constant delay can be taken off, the scatter stays. The methods in use ("used") have
theirs taken off.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import find_peaks

from gaitcheck.angles import bend, swing_from_vertical
from gaitcheck.gait.clean import CleanTrack, clean
from gaitcheck.gait.events import find_stances
from gaitcheck.gait.view import facing
from gaitcheck.synthetic.truth import pose_track, true_of
from gaitcheck.track import PoseTrack
from gaitcheck.validation.marker_runs import find_runs
from gaitcheck.validation.matrix import cases
from tests.gait.runs import jittered
from tests.support.mocap import load_run, virtual_camera

FINE_S = 0.001
MARKS = "<!-- event methods -->", "<!-- end of event methods -->"
HIP, KNEE, ANKLE, HEEL, TOE = 23, 25, 27, 29, 31


def single_leg_moments(
    cleaned: CleanTrack, side: str, middle: float, period: float, forward: float
) -> dict[str, float]:
    """Moments that mark contact (names with "contact:") and toe-off ("toe-off:") of one step in a side view."""
    time = cleaned.track.time_s
    rows = (time >= middle - 0.75 * period) & (time <= middle + 0.95 * period)
    points = {
        joint: CubicSpline(time[rows], cleaned.track.xy_px[rows, joint + (side == "right")])
        for joint in (HIP, KNEE, ANKLE, HEEL, TOE)
    }
    after = np.arange(middle + 0.15 * period, min(middle + 0.8 * period, time[rows][-1]), FINE_S)
    before = np.arange(max(middle - 0.6 * period, time[rows][0]), middle - 0.05 * period, FINE_S)
    found: dict[str, float] = {}

    def speed(joint: int, at: np.ndarray, axis: int) -> np.ndarray:
        return (forward if axis == 0 else -1.0) * points[joint](at, 1)[:, axis]

    belt = float(np.median(speed(TOE, np.arange(middle - 0.1 * period, middle + 0.1 * period, FINE_S), 0)))
    found["contact: heel lowest"] = float(before[np.argmax(points[HEEL](before)[:, 1])])
    found["contact: foot furthest ahead"] = float(
        before[np.argmax(forward * (points[ANKLE](before) - points[HIP](before))[:, 0])]
    )
    for name, joint in (("ankle", ANKLE), ("heel", HEEL), ("toe", TOE)):
        landing = np.flatnonzero(speed(joint, before, 0) > 0.5 * belt)
        if landing.size:
            found[f"contact: {name} at half the belt's speed"] = float(before[landing[-1]])
    for name, line in (
        ("straightest knee", -bend(*(points[joint](after) for joint in (HIP, KNEE, ANKLE)), forward)),
        ("thigh furthest back", -swing_from_vertical(points[HIP](after), points[KNEE](after), forward)),
        ("toe rises fastest", speed(TOE, after, 1)),
        ("toe's largest upward acceleration", -points[TOE](after, 2)[:, 1]),
    ):
        tops, _ = find_peaks(line)
        if tops.size:
            found[f"toe-off: {name}"] = float(after[tops[np.argmax(line[tops])]])
    for name, joint in (("ankle", ANKLE), ("toe", TOE)):
        slowing = np.flatnonzero(speed(joint, after, 0) > 0.5 * belt)
        if slowing.size:
            found[f"toe-off: {name} at half the belt's speed"] = float(after[slowing[0]])
    flat = float(np.median(points[TOE](np.arange(middle - 0.05 * period, middle + 0.1 * period, FINE_S))[:, 1]))
    risen = np.flatnonzero(flat - points[TOE](after)[:, 1] > 0.04 * cleaned.leg_length_px)
    if risen.size:
        found["toe-off: toe risen by 4 % of the leg"] = float(after[risen[0]])
    return found


def errors_ms(
    track: PoseTrack, view: str, contacts: dict[str, np.ndarray], offs: dict[str, np.ndarray]
) -> dict[str, float]:
    """Median error of each method over the steps of one run."""
    cleaned = clean(track)
    assert cleaned is not None
    direction = facing(track, view)
    stances, period = find_stances(cleaned, view, direction)
    assert period is not None
    out = defaultdict(list)
    for stance in stances:
        starts, ends = np.asarray(contacts[stance.side]), np.asarray(offs[stance.side])
        own = np.flatnonzero((starts < stance.midstance_s) & (ends > stance.midstance_s))
        if not own.size:
            continue
        start, end = float(starts[own[0]]), float(ends[own[0]])
        used = {"contact: used": stance.initial_contact_s, "toe-off: used": stance.toe_off_s}
        others = {}
        if view in ("left", "right"):
            forward = -1.0 if direction == "image_left" else 1.0
            others = single_leg_moments(cleaned, stance.side, stance.midstance_s, period, forward)
        for name, moment in (used | others).items():
            if moment is not None:
                out[name].append(1000 * (moment - (start if name.startswith("contact") else end)))
    return {name: float(np.median(values)) for name, values in out.items()}


def runs(folder: Path, views: tuple[str, ...]) -> Iterator[tuple[bool, dict[str, float]]]:
    """Whether a run is real, and its errors."""
    for name in find_runs(folder):
        run = load_run(name)
        for view in views:
            track = virtual_camera(run, view, 60, noise_px=2, seed=1)
            yield True, errors_ms(track, view, run.initial_contact_s, run.toe_off_s)
    for case in cases():
        if case.half == "tuning" and case.condition == "usual" and case.view in views:
            steps = true_of(case.spec).steps
            of = {side: [step for step in steps if step.side == side] for side in ("left", "right")}
            yield (
                False,
                errors_ms(
                    jittered(pose_track(case.spec), 1.0),
                    case.view,
                    {side: np.array([step.initial_contact_s for step in one]) for side, one in of.items()},
                    {side: np.array([step.toe_off_s for step in one]) for side, one in of.items()},
                ),
            )


def tables(folder: Path) -> str:
    """A Markdown table for each kind of view."""
    lines = []
    for words, views in (("side view", ("left", "right")), ("rear and front view", ("rear", "front"))):
        found = list(runs(folder, views))
        lines += [f"| {words} | force plate, ms | rendered, ms | scatter of the runs, ms |", "|---|---|---|---|"]
        for name in sorted({name for _, one in found for name in one}):
            real, drawn = (
                [one[name] for is_real, one in found if is_real is kind and name in one] for kind in (True, False)
            )
            spans = [f"{round(min(part))} to {round(max(part))}" for part in (real, drawn)]
            lines.append(f"| {name} | {spans[0]} | {spans[1]} | {np.std([*real, *drawn]):.1f} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--into", type=Path, help="put the tables between the two marks of this page")
    options = parser.parse_args()
    found = tables(options.folder)
    if options.into is None:
        print(found)
        return
    before, _, after = options.into.read_text(encoding="utf-8").partition(MARKS[0])
    rest = after.partition(MARKS[1])[2]
    options.into.write_text(f"{before}{MARKS[0]}\n\n{found}\n{MARKS[1]}{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
