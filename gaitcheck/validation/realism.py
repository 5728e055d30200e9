"""How alike rendered and real clips look to the pose model: its visibility and the jitter of its landmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import savgol_filter

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.gait.view import find_view
from gaitcheck.track import FloatArray, Landmark, PoseTrack
from gaitcheck.validation.clips import rendered, tracked
from gaitcheck.validation.matrix import Case
from gaitcheck.validation.page import Section, table

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile

#: Joints looked at, by everyday name; left and right together.
JOINTS = {
    "shoulders": (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    "hips": (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    "knees": (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE),
    "ankles": (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE),
    "toes": (Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX),
}
#: Folders of the real clips; the view itself is told from the track.
GROUPS = ("rear", "front", "side")
#: What a cubic over this span leaves over is called jitter.
SMOOTH_S = 0.2
#: Frames a second below which a step's movement itself would look like jitter.
LEAST_FPS = 24.0
#: Seconds of a track, with the runner found, below which it says too little.
LEAST_S = 2.0
_BODY = [
    *(Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE, Landmark.LEFT_HEEL, Landmark.RIGHT_HEEL),
    *(Landmark.LEFT_EYE, Landmark.RIGHT_EYE),
]
_VIDEOS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm")


@dataclass(frozen=True)
class Look:
    """How one clip looks to the pose model.

    `visibility` and `jitter` hold (N,) values over frames and both sides by joint: 0..1, and per mille of the height
    (eyes to ankles) that the runner has in the picture. `found` is the share of frames with a runner.
    """

    view: str
    frames: int
    found: float
    visibility: dict[str, FloatArray]
    jitter: dict[str, FloatArray]


def look_of(track: PoseTrack) -> Look | None:
    """Describe a track; None where it is too short, too slow or shows nobody."""
    found = track.found
    step_s = float(np.median(np.diff(track.time_s))) if len(track) > 1 else np.inf
    view = find_view(track)
    if view is None or found.sum() * step_s < LEAST_S or 1 / step_s < LEAST_FPS:
        return None
    body = track.xy_px[found][:, _BODY, 1]
    height = float(np.median(np.ptp(body, axis=1)))
    window = 2 * round(SMOOTH_S / step_s / 2) + 1
    visibility, jitter = {}, {}
    for name, joints in JOINTS.items():
        visibility[name] = track.visibility[found][:, joints].ravel()
        left_over = [_left_over(track.xy_px[:, joint], found, window) for joint in joints]
        jitter[name] = 1000 * np.concatenate(left_over) / height
    return Look(view_group(view.view), len(track), float(found.mean()), visibility, jitter)


def _left_over(xy: FloatArray, found: np.ndarray, window: int) -> FloatArray:
    """Distance from a smooth path, within each unbroken stretch long enough for one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(int), [0]])))
    out = []
    for begin, end in edges.reshape(-1, 2):
        if end - begin > max(window, 5):
            path = savgol_filter(xy[begin:end], max(window, 5), 3, axis=0)
            out.append(np.linalg.norm(xy[begin:end] - path, axis=1))
    return np.concatenate(out) if out else np.empty(0)


def realism_section(
    real: Path,
    cases: Sequence[Case],
    work: Path,
    model: ModelFile,
    *,
    jobs: int,
    progress: Callable[[str, float], None],
) -> Section:
    """The section of the page: real clips beside the rendered ones of the usual camera and file.

    Parameters
    ----------
    real : folder with the folders rear, front and side, which hold the clips.
    """
    videos = sorted(path for name in GROUPS for path in (real / name).glob("*") if path.suffix.lower() in _VIDEOS)
    if not videos:
        raise UnusableInputError(f"The folder {real} holds no videos in folders named {', '.join(GROUPS)}.")
    usual = [case for case in cases if case.condition == "usual"]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        progress("Looking at real clips", 0.0)
        of_real = list(pool.map(_look_at, videos, [work] * len(videos), [model] * len(videos)))
        n = len(usual)
        of_rendered = list(pool.map(_look_at_case, usual, [work] * n, [model] * n))
    return Section("realism", section_text(_known(of_real), _known(of_rendered)))


def _known(looks: Sequence[Look | None]) -> list[Look]:
    return [look for look in looks if look is not None]


def _look_at(video: Path, work: Path, model: ModelFile) -> Look | None:
    try:
        return look_of(tracked(video, work, model).track)
    except UnusableInputError:
        return None  # a folder of real clips may hold broken ones


def _look_at_case(case: Case, work: Path, model: ModelFile) -> Look | None:
    return look_of(tracked(rendered(case, work), work, model).track)


HEAD = """## Do rendered clips look real to the pose model?

Numbers only, from clips of real people beside the rendered ones of the usual camera and file: what the model says of a
joint's visibility, and its jitter: how far a landmark lies from a smooth path (a cubic over {span:g} s), per mille of
the runner's height in the picture. Each cell: median (5th and 95th percentile) over all frames, both sides. The real
clips are of many kinds (treadmill and ground, some no running at all; phones and cameras, small and large pictures,
strong compression), so alike is not the same. Clips in which nobody could be followed for {least:g} s are left out.
"""


def section_text(real: Sequence[Look], made: Sequence[Look]) -> str:
    """The numbers as Markdown."""
    lines = []
    for view in GROUPS:
        for name in JOINTS:
            row: list[str] = [view, name]
            for looks in (real, made):
                own = [look for look in looks if look.view == view]
                row += [
                    _spread([look.visibility[name] for look in own], 2),
                    _spread([look.jitter[name] for look in own], 1),
                ]
            lines.append(row)
    counts = []
    for view in GROUPS:
        for kind, looks in (("real", real), ("rendered", made)):
            own = [look for look in looks if look.view == view]
            frames = sum(look.frames for look in own)
            found = sum(look.found * look.frames for look in own) / frames if frames else 0.0
            counts.append((view, kind, len(own), frames, f"{100 * found:.1f} %" if frames else ""))
    head = ("view", "joint", "visibility, real", "jitter, real", "visibility, rendered", "jitter, rendered")
    return "\n".join(
        (
            HEAD.format(span=SMOOTH_S, least=LEAST_S),
            table(("view", "clips", "number", "frames", "runner found"), counts),
            table(head, lines),
        )
    )


def _spread(parts: Sequence[FloatArray], digits: int) -> str:
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    if not values.size:
        return ""
    low, middle, high = np.percentile(values, [5, 50, 95])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
