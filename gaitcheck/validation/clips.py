"""The dear parts of a run, each kept on disk: the rendered clip and what the pose room finds in it.

A clip is used again only while its spec, the runner's movement and its look are the same; what was found in it only
while the model and the code that looks at pictures are the same. Analysis is cheap and never kept.
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
from gaitcheck.track import RunnerTrack
from gaitcheck.validation.matrix import Case, quick_cases

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile

#: Moments of a clip at which the joints tell whether the movement is the same, as shares of its length.
_MOMENTS = (0.03, 0.31, 0.52, 0.77, 0.95)
#: Joints are the same to this many decimals of a metre.
_DECIMALS = 5
_LOOK_HEIGHT_PX = 240
#: The code whose change makes new tracks; comments and docstrings do not count.
_LOOKS_AT_PICTURES = ("pose", "video/reader.py", "video/index.py", "video/probe.py", "track.py")
_KEY_LENGTH = 12


def renderer_fingerprint() -> str:
    """Hash of small reference pictures: another renderer, another hash."""
    looks = [look_of(case.spec) for case in quick_cases()[::5]]
    return hashlib.sha256("".join(looks).encode()).hexdigest()[:_KEY_LENGTH]


def look_of(spec: Spec) -> str:
    """Hash of two small pictures of a clip: what is drawn otherwise has another hash."""
    from gaitcheck.synthetic.render import Renderer
    from gaitcheck.synthetic.truth import frame_times

    size = {"width_px": _LOOK_HEIGHT_PX // 2, "height_px": _LOOK_HEIGHT_PX}
    small = spec.model_copy(update={"camera": spec.camera.model_copy(update=size)})
    times, _ = frame_times(spec.clip)
    digest = hashlib.sha256()
    with Renderer(small) as renderer:
        for index in (len(times) // 4, 3 * len(times) // 4):
            digest.update(np.ascontiguousarray(renderer.frame(float(times[index]), index)).tobytes())
    return digest.hexdigest()[:_KEY_LENGTH]


def _kept_look(spec: Spec, work: Path) -> str:
    """`look_of`, noted on disk for as long as the renderer's code is the same."""
    note = work / "looks" / f"{spec.name}.{_spec_hash(spec).hexdigest()[:_KEY_LENGTH]}.{_renderer_code()}.txt"
    if not note.exists():
        note.parent.mkdir(parents=True, exist_ok=True)
        part = note.with_suffix(".part")
        part.write_text(look_of(spec), encoding="ascii")
        part.replace(note)
    return note.read_text(encoding="ascii")


@cache
def _renderer_code() -> str:
    return code_hash(sorted((Path(__file__).parents[1] / "synthetic").glob("*.py")))


def _spec_hash(spec: Spec) -> hashlib._Hash:
    """Of what the spec says beyond the usual: a new entry with a default leaves old specs as they were."""
    return hashlib.sha256(json.dumps(spec.model_dump(exclude_defaults=True), sort_keys=True).encode())


def clip_key(spec: Spec, look: str) -> str:
    """What a clip is kept under: its spec, its movement, and how it looks."""
    from gaitcheck.synthetic.motion import Movement

    pose = Movement(spec).at(spec.clip.duration_s * np.array(_MOMENTS))
    digest = _spec_hash(spec)
    for name in sorted(pose.joints):
        digest.update(np.round(pose.joints[name], _DECIMALS).astype(np.float32).tobytes())
    digest.update(look.encode())
    return digest.hexdigest()[:_KEY_LENGTH]


def rendered(case: Case, work: Path) -> Path:
    """The clip of a case, rendered unless it is there already."""
    from gaitcheck.synthetic.clip import pictures, write_video

    key = clip_key(case.spec, _kept_look(case.spec, work))
    video = work / "clips" / f"{case.name}.{key}.{case.spec.clip.container}"
    if not video.exists():
        video.parent.mkdir(parents=True, exist_ok=True)
        write_video(video, case.spec.clip, pictures(case.spec))
    return video


def tracked(video: Path, work: Path, model: ModelFile) -> RunnerTrack:
    """What the pose room finds in a clip, found unless it is there already."""
    from gaitcheck.pose.landmarker import track_runner
    from gaitcheck.video.probe import probe
    from gaitcheck.video.sampling import every_nth

    every = every_nth(probe(video), None, "auto")
    key = f"{model.sha256[:_KEY_LENGTH]}.{pose_fingerprint()}" + (f".{every}" if every > 1 else "")
    kept = work / "tracks" / f"{video.stem}.{key}.pickle"
    if kept.exists():
        with kept.open("rb") as file:
            saved = pickle.load(file)
        if isinstance(saved, RunnerTrack):
            return saved
    runner = track_runner(video, model, every=every)
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
