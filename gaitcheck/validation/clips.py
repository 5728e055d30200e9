"""The dear parts of a run, each kept on disk: the rendered clip and what the pose room finds in it.

A clip is used again only while its spec, the runner's movement and the renderer's pictures are the same; what was found
in it only while the model and the code that looks at pictures are the same. Analysis is cheap and never kept.
"""

from __future__ import annotations

import ast
import hashlib
import json
import pickle
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gaitcheck.synthetic.spec import Spec
from gaitcheck.validation.matrix import Case, quick_cases

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile
    from gaitcheck.pose.landmarker import RunnerTrack

#: Moments of a clip at which the joints tell whether the movement is the same, as shares of its length.
_MOMENTS = (0.03, 0.31, 0.52, 0.77, 0.95)
#: Joints are the same to this many decimals of a metre.
_DECIMALS = 5
_REFERENCE_HEIGHT_PX = 240
#: The code whose change makes new tracks; comments and docstrings do not count.
_LOOKS_AT_PICTURES = ("pose", "video", "track.py")
_KEY_LENGTH = 12


def renderer_fingerprint() -> str:
    """Hash of small reference pictures: another renderer, another hash."""
    from gaitcheck.synthetic.render import Renderer
    from gaitcheck.synthetic.truth import frame_times

    digest = hashlib.sha256()
    for case in quick_cases()[::5]:
        camera = {"width_px": _REFERENCE_HEIGHT_PX // 2, "height_px": _REFERENCE_HEIGHT_PX}
        spec = case.spec.model_copy(update={"camera": case.spec.camera.model_copy(update=camera)})
        times, _ = frame_times(spec.clip)
        with Renderer(spec) as renderer:
            digest.update(np.ascontiguousarray(renderer.frame(float(times[20]), 20)).tobytes())
    return digest.hexdigest()[:_KEY_LENGTH]


def clip_key(spec: Spec, renderer: str) -> str:
    """What a clip is kept under: its spec, its movement, and the renderer's fingerprint."""
    from gaitcheck.synthetic.motion import Movement

    pose = Movement(spec).at(spec.clip.duration_s * np.array(_MOMENTS))
    digest = hashlib.sha256(json.dumps(spec.model_dump(), sort_keys=True).encode())
    for name in sorted(pose.joints):
        digest.update(np.round(pose.joints[name], _DECIMALS).astype(np.float32).tobytes())
    digest.update(renderer.encode())
    return digest.hexdigest()[:_KEY_LENGTH]


def rendered(case: Case, work: Path, renderer: str) -> Path:
    """The clip of a case, rendered unless it is there already."""
    from gaitcheck.synthetic.clip import pictures, write_video

    video = work / "clips" / f"{case.name}.{clip_key(case.spec, renderer)}.{case.spec.clip.container}"
    if not video.exists():
        video.parent.mkdir(parents=True, exist_ok=True)
        write_video(video, case.spec.clip, pictures(case.spec))
    return video


def tracked(video: Path, work: Path, model: ModelFile) -> RunnerTrack:
    """What the pose room finds in a clip, found unless it is there already."""
    from gaitcheck.pose.landmarker import RunnerTrack, track_runner

    kept = work / "tracks" / f"{video.stem}.{model.sha256[:_KEY_LENGTH]}.{pose_fingerprint()}.pickle"
    if kept.exists():
        with kept.open("rb") as file:
            saved = pickle.load(file)
        if isinstance(saved, RunnerTrack):
            return saved
    runner = track_runner(video, model, person=None, progress=None)
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(".part")
    with part.open("wb") as file:
        pickle.dump(runner, file)
    part.replace(kept)
    return runner


@cache
def pose_fingerprint() -> str:
    """Hash of the code that looks at pictures."""
    package = Path(__file__).parents[1]
    files: list[Path] = []
    for name in _LOOKS_AT_PICTURES:
        place = package / name
        files += sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return code_hash(files)


def code_hash(files: Sequence[Path]) -> str:
    """Hash of what Python files do; comments, layout and docstrings do not change it."""
    digest = hashlib.sha256()
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
                ast.get_docstring(node, clean=False) is not None
            ):
                node.body = node.body[1:]
        digest.update(f"{file.name}:{ast.dump(tree)}".encode())
    return digest.hexdigest()[:_KEY_LENGTH]
