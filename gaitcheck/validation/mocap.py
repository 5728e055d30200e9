"""Real movement, exact truth: the rendered runner moved by marker data of treadmill runs, through the whole program.

Contacts are those of the force plate, the pelvis line is that of the markers over the PSIS; every other angle is that
of the runner as it was drawn, whose joints follow the markers' joint centres.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, filtfilt

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.gait.result import SIDES
from gaitcheck.settings import View
from gaitcheck.synthetic.recorded import RecordedMovement, Recording
from gaitcheck.synthetic.spec import Spec
from gaitcheck.validation.bars import coverage
from gaitcheck.validation.clips import renderer_fingerprint
from gaitcheck.validation.compare import EventRow, MeasureRow
from gaitcheck.validation.marker_runs import MARKER_HZ, MarkerRun, find_runs, read_run
from gaitcheck.validation.matrix import HEIGHT_PX, WIDTH_PX, Case
from gaitcheck.validation.page import (
    Section,
    event_group,
    event_table,
    measure_table,
    put_section,
    read_csv,
    write_csv,
)
from gaitcheck.validation.summary import summarise_events, summarise_measures

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile
    from gaitcheck.validation.run import Outcome

TABLE = "validation_mocap.csv"
VIEWS: tuple[View, ...] = ("rear", "front", "right", "left")
#: Where in a run a clip begins and what the runner wears: the one or the other, in turn with the runs; seconds.
STARTS_S = (4.0, 16.0)
LENGTH_S = 6.0
HEIGHT_M = 1.81
_LOWPASS_HZ = 20.0
_MARGIN_S = 1.0
_CLOTHES = ({"top": "fitted", "bottom": "shorts"}, {"top": "tank", "bottom": "tights", "shirt": (0.85, 0.72, 0.10)})
_CLOTHES_NAMES = ("fitted", "tank_tights")


@dataclass(frozen=True)
class MocapClip:
    """One clip: a stretch of a run, seen from one side."""

    case: Case
    movement: RecordedMovement


def recording_of(run: MarkerRun, start_s: float, length_s: float = LENGTH_S) -> Recording:
    """A stretch of a run as the renderer's runner takes it: room axes, low-passed at 20 Hz, time from its start.

    Raises
    ------
    UnusableInputError : the force plate's contacts do not take turns in that stretch.
    """
    contacts = sorted(
        (begin, end, side == "right")
        for side in SIDES
        for begin, end in zip(run.initial_contact_s[side], run.toe_off_s[side], strict=True)
        if start_s - _MARGIN_S < begin < start_s + length_s + _MARGIN_S
    )
    is_right = [right for _, _, right in contacts]
    if not contacts or any(a == b for a, b in pairwise(is_right)):
        raise UnusableInputError(f"In {run.name} the feet do not take turns from {start_s:g} s on: choose other runs.")
    b, a = butter(2, _LOWPASS_HZ / (MARKER_HZ / 2))
    points = {}
    for name, values in run.points.items():
        side, joint = name.split("_")
        points[f"{joint}_{side}"] = filtfilt(b, a, values[:, [2, 0, 1]], axis=0)
    middle = (points["hip_left"] + points["hip_right"]) / 2
    kept = (run.time_s > start_s - 2 * _MARGIN_S) & (run.time_s < start_s + length_s + 2 * _MARGIN_S)
    home = middle[kept].mean(axis=0) * [1.0, 1.0, 0.0]
    return Recording(
        time_s=run.time_s[kept] - start_s,
        points={name: values[kept] - home for name, values in points.items()},
        thigh_m=run.thigh_m,
        shank_m=run.shank_m,
        initial_contact_s=np.array([begin for begin, _, _ in contacts]) - start_s,
        toe_off_s=np.array([end for _, end, _ in contacts]) - start_s,
        first_is_right=is_right[0],
    )


def clip_of(run: MarkerRun, view: View, number: int) -> MocapClip:
    """A clip of a run from one side; `number` 0 or 1 chooses the stretch and the outfit."""
    name = f"{run.name.lower()}_{view}_{number}"
    spec = Spec.model_validate(
        {
            "name": name,
            "body": {"height_m": HEIGHT_M, "leg_share": (run.thigh_m + run.shank_m) / HEIGHT_M, "girth": -0.4},
            "clothes": _CLOTHES[number],
            "motion": {"speed_m_s": run.belt_m_s},
            "camera": {"view": view, "width_px": WIDTH_PX, "height_px": HEIGHT_PX},
            "clip": {"duration_s": LENGTH_S, "capture_fps": 60.0, "seed": number + 1},
        }
    )
    case = Case(spec, "recorded", _CLOTHES_NAMES[number], f"{run.belt_m_s:.1f} m/s", "mixed")
    return MocapClip(case, RecordedMovement(spec, recording_of(run, STARTS_S[number])))


def mocap_clips(folder: Path) -> Iterator[MocapClip]:
    """One clip from each side of every run in a folder.

    Raises
    ------
    UnusableInputError : there is no folder, or no run in it.
    """
    names = find_runs(folder) if folder.is_dir() else []
    if not names:
        raise UnusableInputError(
            f"There are no marker runs in {folder}: name the folder that holds RBDS001runT25markers.txt, its forces "
            "and RBDS001static.txt, or other runs of that data set."
        )
    for number, name in enumerate(names):
        run = read_run(folder, name)
        for view in VIEWS:
            yield clip_of(run, view, number % len(STARTS_S))


def run_mocap(
    folder: Path, work: Path, model: ModelFile, progress: Callable[[str, float], None]
) -> tuple[list[MeasureRow], list[EventRow]]:
    """Render, track, analyse and compare every clip; what was rendered and tracked before is used again."""
    clips = list(mocap_clips(folder))
    measures: list[MeasureRow] = []
    events: list[EventRow] = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        renderer = pool.submit(renderer_fingerprint).result()  # graphics stay out of this process
        for number, clip in enumerate(clips):
            progress(f"Real motion: {clip.case.name}", number / len(clips))
            outcome = pool.submit(_run_clip, clip, work, model, renderer).result()
            measures += outcome.measures
            events += outcome.events
    return measures, events


def _run_clip(clip: MocapClip, work: Path, model: ModelFile, renderer: str) -> Outcome:
    from gaitcheck.synthetic.clip import pictures, write_video
    from gaitcheck.synthetic.truth import true_of
    from gaitcheck.validation.run import compared

    spec = clip.case.spec
    video = work / "clips" / f"{spec.name}.{_clip_key(clip, renderer)}.{spec.clip.container}"
    if not video.exists():
        video.parent.mkdir(parents=True, exist_ok=True)
        write_video(video, spec.clip, pictures(spec, movement=clip.movement))
    return compared(clip.case, video, work, model, true_of(spec, clip.movement))


def _clip_key(clip: MocapClip, renderer: str) -> str:
    """Another movement, look, camera or renderer: another clip."""
    pose = clip.movement.at(np.linspace(0, LENGTH_S, 25))
    digest = hashlib.sha256(clip.case.spec.model_dump_json().encode())
    for name in sorted(pose.joints):
        digest.update(np.round(pose.joints[name], 5).astype(np.float32).tobytes())
    digest.update(renderer.encode())
    return digest.hexdigest()[:12]


HEADING = """## Real motion

Made by `gaitcheck validate --mocap`. The rendered runner moved as a real one did: pelvis, thighs, shanks and feet
follow the markers of treadmill runs, contacts are those of the force plate, the pelvis line is that of the markers on
the posterior superior iliac spines. Trunk and arms, which had no markers, are the model's. The joints of the runner
drawn are the truth for all other angles; they lie within about a centimetre and a few degrees of the markers' joint
centres, because skin moves on bone. One runner, so these figures say little about others. The half of a clip is told
as above; those of the tuning half are among the runs that the printed uncertainties are made from.

Clips: {clips} of {length:g} s, one from each side of every run, at {speeds}. {coverage}

Data: Fukuchi R.K., Fukuchi C.A., Duarte M. (2017), PeerJ 5:e3298, CC BY 4.0. The columns are those of the tables above.
"""


def mocap_section(measures: Sequence[MeasureRow], events: Sequence[EventRow]) -> Section:
    """The part of the page with these rows."""
    speeds = " and ".join(sorted({row.condition for row in measures}))
    clips = len({row.case for row in measures})
    text = "\n".join(
        (
            HEADING.format(clips=clips, length=LENGTH_S, speeds=speeds, coverage=_coverage_words(measures)),
            measure_table(summarise_measures(measures, lambda row: view_group(row.view))),
            event_table(summarise_events(events, event_group)),
        )
    )
    return Section("mocap", text)


def _coverage_words(measures: Sequence[MeasureRow]) -> str:
    """How many of the printed intervals hold the truth, by half."""
    said = []
    for half in ("tuning", "reporting"):
        found = coverage(row for row in measures if row.half == half)
        if found is not None:
            said.append(f"{100 * found[1]:.0f} % of {found[0]} in the {half} half")
    return f"Printed 95 % intervals that hold the truth: {', '.join(said)}." if said else ""


def stored_rows() -> list[MeasureRow]:
    """The rows of the last run with real motion, from this copy of the source; none where there is no such file."""
    file = Path(str(files("gaitcheck"))).parent / "docs" / TABLE
    return read_csv(file) if file.is_file() else []


def write_mocap(measures: Sequence[MeasureRow], events: Sequence[EventRow], docs: Path) -> list[Path]:
    """Put the section into the page below `docs` and write the rows beside it."""
    docs.mkdir(parents=True, exist_ok=True)
    page, table = docs / "validation.md", docs / TABLE
    put_section(mocap_section(measures, events), page)
    write_csv(measures, table)
    return [page, table]
