"""Where the errors of knee, shin and foot at contact come from in side views.

    python -m benchmarks.contact_angles WORK
    python -m benchmarks.contact_angles WORK --one-by-one
    python -m benchmarks.contact_angles WORK --mirrored VIDEO ...

WORK is the folder of `gaitcheck validate --work WORK`, whose clips and tracks are used again. Printed is, for the usual
camera and the leg next to it, the slope of measured over true with its standard error, bias and mean absolute error

* of the gait stage alone, which is given the exact joints instead of the pose model's,
* of the whole program from run to run,
* of the whole program from step to step: each step against the mean of its run, so that what differs between the runs
  (build, clothes, posture, which come together with the angle there) cannot pass for a slope.

With `--one-by-one` runners are rendered in short clips, each of which differs from the first in one thing, and the
errors of each are printed. With `--mirrored` videos of people are tracked as they are and mirrored (both written anew
in the same way), and the angles of the near leg at the contacts of the first are printed of both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import GaitResult
from gaitcheck.gait.view import is_side
from gaitcheck.pose.install import ModelFile, model_file
from gaitcheck.settings import Settings, View
from gaitcheck.synthetic.camera import projection
from gaitcheck.synthetic.measures import angle_series
from gaitcheck.synthetic.motion import Movement
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import pose_track, true_of
from gaitcheck.track import FloatArray
from gaitcheck.validation.clips import rendered, tracked
from gaitcheck.validation.compare import MATCH_S
from gaitcheck.validation.matrix import Case, cases
from gaitcheck.video.reader import FrameReader
from gaitcheck.video.writer import VideoSink

ANGLES = {
    "knee_flexion_ic": "knee_flexion",
    "tibia_inclination_ic": "tibia_inclination",
    "foot_inclination_ic": "foot_inclination",
}
NAMES = {"knee_flexion_ic": "knee", "tibia_inclination_ic": "shin", "foot_inclination_ic": "foot"}
#: The runners of the short clips, and what is changed in them one by one.
RUNNERS: tuple[tuple[View, dict[str, object], dict[str, object]], ...] = (
    ("left", {"sex": "M", "height_m": 1.78}, {"top": "fitted", "bottom": "shorts"}),
    ("right", {"sex": "F", "height_m": 1.66, "leg_share": 0.482}, {"top": "tank", "bottom": "tights"}),
)
USUAL = {"forward_lean_deg": 7, "knee_flexion_ic_deg": 16, "foot_inclination_ic_deg": 8, "overstride_m": 0.0}
CHANGES: dict[str, dict[str, float]] = {
    "as usual": {},
    "knee 10": {"knee_flexion_ic_deg": 10},
    "knee 22": {"knee_flexion_ic_deg": 22},
    "trunk -3": {"forward_lean_deg": -3},
    "trunk 19": {"forward_lean_deg": 19},
    "foot 16": {"foot_inclination_ic_deg": 16},
    "foot -4": {"foot_inclination_ic_deg": -4},
    "reach + 3 cm": {"overstride_m": 0.03},
    "reach - 3 cm": {"overstride_m": -0.03},
}
SHORT_S = 4.2


@dataclass(frozen=True)
class Run:
    """One run's angles at contact of the leg next to the camera, by measure.

    `steps` holds (N, 2) true and measured of each step; `true` and `measured` are their means.
    """

    case: Case
    steps: dict[str, FloatArray]

    def true(self, measure: str) -> float:
        return float(self.steps[measure][:, 0].mean())

    def measured(self, measure: str) -> float:
        return float(self.steps[measure][:, 1].mean())


def run_of(case: Case, gait: GaitResult) -> Run:
    """Match the steps found to the true ones."""
    side = case.view if is_side(case.view) else None
    movement, camera = Movement(case.spec), projection(case.spec.camera)
    true_s = np.array([step.initial_contact_s for step in true_of(case.spec).steps if step.side == side])
    joints = movement.at(true_s).joints
    true = angle_series(
        {name: camera.pixels(points) for name, points in joints.items()}, case.view, case.spec.camera.roll_deg
    )
    found_s = np.array([step.initial_contact_s for step in gait.steps if step.side == side])
    nearest = np.abs(true_s[:, None] - found_s).argmin(axis=1)
    near = np.abs(true_s - found_s[nearest]) < MATCH_S
    steps = {}
    for measure, angle in ANGLES.items():
        pairs = np.column_stack([true[angle, side], gait.step_values[measure, side][nearest]])[near]
        steps[measure] = pairs[np.isfinite(pairs).all(axis=1)]
    return Run(case, steps)


def by_exact_joints(case: Case) -> Run:
    return run_of(case, measure_gait(pose_track(case.spec), case.settings, seconds_per_video_second=1.0))


def by_video(case: Case, work: Path, model: ModelFile) -> Run:
    runner = tracked(rendered(case, work), work, model)
    gait = measure_gait(runner.track, case.settings, seconds_per_video_second=1.0, camera_roll=runner.roll)
    return run_of(case, gait)


def slope(true: FloatArray, measured: FloatArray, means: int) -> tuple[float, float]:
    """Slope of measured over true and its standard error; `means` were taken off or fitted besides."""
    x, y = true - true.mean(), measured - measured.mean()
    gain = float(x @ y / (x @ x))
    return gain, float(np.sqrt(np.sum((y - gain * x) ** 2) / (len(x) - 1 - means) / (x @ x)))


def table(runs: Sequence[Run], of: str) -> Iterator[str]:
    """Rows of the first table."""
    for measure in ANGLES:
        true = np.array([run.true(measure) for run in runs])
        error = np.array([run.measured(measure) for run in runs]) - true
        between = slope(true, true + error, 1)
        steps = [run.steps[measure] - run.steps[measure].mean(axis=0) for run in runs]
        within = slope(*np.concatenate(steps).T, len(runs))
        yield (
            f"| {NAMES[measure]} | {of} | {len(runs)} | {between[0]:.2f} ({between[1]:.2f}) | "
            f"{within[0]:.2f} ({within[1]:.2f}) | {error.mean():.1f} | {np.abs(error).mean():.1f} |"
        )


def usual_runs() -> list[Case]:
    return [case for case in cases() if is_side(case.view) and case.condition == "usual"]


def changed_runs() -> Iterator[tuple[str, Case]]:
    for view, body, clothes in RUNNERS:
        for name, change in CHANGES.items():
            spec = Spec.model_validate(
                {
                    "name": f"contact_{view}_" + name.replace("-", "minus").replace("+", "plus").replace(" ", "_"),
                    "body": body,
                    "clothes": clothes,
                    "motion": {"cadence_spm": 170, "speed_m_s": 2.8, **USUAL, **change},
                    "room": {"console": True},
                    "camera": {"view": view, "width_px": 540, "height_px": 960},
                    "clip": {"duration_s": SHORT_S, "seed": 1},
                }
            )
            yield name, Case(spec, view, "", "one by one", "mixed")


def mirrored(video: Path, work: Path, model: ModelFile) -> str:
    """The near leg's angles at contact as filmed and mirrored, as a row."""
    gaits = []
    for way in ("as_is", "mirrored"):
        copy = work / "mirrored" / f"{video.stem}.{way}.mp4"
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            _write_copy(video, copy, flip=way == "mirrored")
        runner = tracked(copy, work, model)
        gaits.append(measure_gait(runner.track, Settings(), seconds_per_video_second=1.0, camera_roll=runner.roll))
    first, second = gaits
    if first.view is None or not is_side(first.view) or second.view is None or not is_side(second.view):
        return f"| {video.stem} | no side view |"
    contacts = [step.initial_contact_s for step in first.steps if step.side == first.view]
    if not contacts:
        return f"| {video.stem} | no contacts |"
    cells = []
    for measure in ANGLES:
        angles = [
            float(np.nanmean(np.interp(contacts, gait.track.time_s, gait.series[measure, gait.view]))) for gait in gaits
        ]
        cells.append(f"{angles[0]:.1f}, {angles[1]:.1f}")
    return f"| {video.stem} | {len(contacts)} | {' | '.join(cells)} |"


def _write_copy(video: Path, copy: Path, *, flip: bool) -> None:
    with FrameReader(video) as reader:
        size = reader.facts.width_px, reader.facts.height_px
        with VideoSink(copy, size) as sink:
            frames = ((np.ascontiguousarray(f.bgr[:, ::-1] if flip else f.bgr), f.time_s) for f in reader)
            stretch = sink.encode(frames)
            assert stretch is not None
            sink.append(stretch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--one-by-one", action="store_true")
    parser.add_argument("--mirrored", type=Path, nargs="+", default=())
    asked = parser.parse_args()
    model = model_file(Settings().model, None)
    if asked.one_by_one:
        print("\n| changed | seen from | true knee | error of knee | of shin | of foot |\n|---|---|---|---|---|---|")
        for name, case in changed_runs():
            run = by_video(case, asked.work, model)
            errors = " | ".join(f"{run.measured(measure) - run.true(measure):+.1f}" for measure in ANGLES)
            print(f"| {name} | {case.view} | {run.true('knee_flexion_ic'):.1f} | {errors} |", flush=True)
    elif asked.mirrored:
        print("\n| video | contacts | knee as it is, mirrored | shin | foot |\n|---|---|---|---|---|")
        for video in asked.mirrored:
            print(mirrored(video, asked.work, model), flush=True)
    else:
        print("\n| angle | | runs | slope between runs | between steps of a run | bias | mean abs. error |")
        print("|---|---|---|---|---|---|---|")
        exact = [by_exact_joints(case) for case in usual_runs()]
        videos = [by_video(case, asked.work, model) for case in usual_runs()]
        for half in ("tuning", "reporting"):
            for of, runs in ((f"exact joints, {half}", exact), (f"whole program, {half}", videos)):
                print("\n".join(table([run for run in runs if run.case.half == half], of)))


if __name__ == "__main__":
    main()
