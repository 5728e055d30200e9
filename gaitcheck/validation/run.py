"""Run the matrix: render what is missing, send every clip through the real pipeline, compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gaitcheck.settings import Settings
from gaitcheck.track import PoseTrack
from gaitcheck.validation.compare import EventRow, Labels, MeasureRow, event_rows, measure_rows
from gaitcheck.validation.matrix import Case

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Outcome:
    """What one run gave."""

    measures: list[MeasureRow]
    events: list[EventRow]


def run_case(case: Case, work: Path, model: ModelFile) -> Outcome:
    """One run: the clip (rendered once), its track (found once for each model), and the comparison (every time)."""
    from gaitcheck.gait.pipeline import measure_gait
    from gaitcheck.synthetic.truth import true_of
    from gaitcheck.video.probe import probe, seconds_per_video_second

    video = rendered(case, work)
    track = tracked(video, work, model)
    scale = seconds_per_video_second(probe(video), None)
    roll = case.spec.camera.roll_deg
    settings = Settings(roll_deg=roll if roll else None)
    gait = measure_gait(track, settings, seconds_per_video_second=scale)
    truth = true_of(case.spec)
    labels = Labels(case.name, case.half, case.view, case.body, case.clothes, case.condition)
    return Outcome(measure_rows(labels, gait.measures, truth), event_rows(labels, gait, truth))


def run(cases: Sequence[Case], work: Path, model: ModelFile, *, jobs: int, progress: Progress) -> Outcome:
    """All runs, `jobs` at a time, in the order of the cases."""
    work.mkdir(parents=True, exist_ok=True)
    measures: list[MeasureRow] = []
    events: list[EventRow] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(run_case, case, work, model) for case in cases]
        for number, (case, one) in enumerate(zip(cases, waiting, strict=True)):
            progress(f"Validating {case.name}", number / len(cases))
            outcome = one.result()
            measures += outcome.measures
            events += outcome.events
    return Outcome(measures, events)


def rendered(case: Case, work: Path) -> Path:
    """The clip of a case, rendered unless the same spec was rendered before."""
    from gaitcheck.synthetic.clip import pictures, write_video

    key = hashlib.sha256(json.dumps(case.spec.model_dump(), sort_keys=True).encode()).hexdigest()[:12]
    video = work / f"{case.name}.{key}.{case.spec.clip.container}"
    if not video.exists():
        write_video(video, case.spec.clip, pictures(case.spec))
    return video


def tracked(video: Path, work: Path, model: ModelFile) -> PoseTrack:
    """The raw track of a clip, kept beside it under the model's hash."""
    from gaitcheck.pose.landmarker import track_runner

    kept = work / f"{video.stem}.{model.sha256[:12]}.npz"
    if kept.exists():
        with np.load(kept) as saved:
            width, height = saved["frame_size_px"]
            arrays = {name: saved[name] for name in ("time_s", "xy_px", "visibility", "world_m")}
            return PoseTrack(**arrays, frame_size_px=(int(width), int(height)), cuts_s=tuple(saved["cuts_s"].tolist()))
    track = track_runner(video, model, person=None, progress=None).track
    part = kept.with_suffix(".part.npz")
    arrays = {name: value for name, value in vars(track).items() if name != "history"}
    np.savez_compressed(part, **arrays)
    part.replace(kept)
    return track
