"""Which recordings a batch has: folders, patterns and files into a list with a folder name for each."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.errors import UnusableInputError

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".3gp", ".mts", ".m2ts", ".mpg", ".wmv"})

#: Present in every folder that holds an analysis; such a folder's annotated video is not a recording.
ANALYSIS_FILE = "analysis.json"


@dataclass(frozen=True)
class Recording:
    """A video file and the name of its folder in the output."""

    name: str
    file: Path


def find_videos(inputs: Sequence[Path | str], out_dir: Path) -> tuple[Path, ...]:
    """List the video files that folders, patterns and file names stand for, each once, in order of path.

    Folders are searched to the bottom for files with a video's ending; hidden files, `out_dir` and folders that hold
    an analysis are left out. A file named as such is taken whatever its ending, and even if it is missing (it then
    fails with its own sentence).

    Raises
    ------
    UnusableInputError
        Nothing that could be a video was found.
    """
    out_dir = out_dir.resolve()
    found: set[Path] = set()
    for given in map(str, inputs):
        path = Path(given)
        if path.is_dir():
            found.update(_videos_below(path.resolve(), out_dir))
        elif not path.exists() and glob.has_magic(given):
            for match in map(Path, glob.iglob(given, recursive=True)):  # noqa: PTH207 (Path.glob takes no absolute pattern)
                if match.is_dir():
                    continue
                if _is_recording(match.resolve(), out_dir):
                    found.add(match.resolve())
        else:
            found.add(path.resolve())
    if not any(path.exists() for path in found):
        shown = ", ".join(map(str, inputs)) or "nothing"
        raise UnusableInputError(
            f"No video was found in what was given ({shown}); name a folder, a pattern in quotes or video files."
        )
    return tuple(sorted(found))


def _videos_below(folder: Path, out_dir: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and _is_recording(path, out_dir):
            yield path


def _is_recording(path: Path, out_dir: Path) -> bool:
    return (
        path.suffix.lower() in VIDEO_SUFFIXES
        and out_dir not in path.parents
        and not (path.parent / ANALYSIS_FILE).exists()
    )


def name_recordings(
    files: Sequence[Path], *, known: Mapping[Path, str], taken: Collection[str]
) -> tuple[Recording, ...]:
    """Give each file a folder name of its own: its stem; where that is in use, its parent's name is put before it.

    Parameters
    ----------
    files : resolved paths.
    known : names given in an earlier run, which stay.
    taken : names that are not free for other reasons.
    """
    # Lower case, because some file systems hold "A" and "a" for the same.
    used = {name.lower() for name in taken} | {name.lower() for name in known.values()}
    recordings = []
    for file in files:
        name = known.get(file)
        if name is None:
            name = next(candidate for candidate in _candidates(file) if candidate.lower() not in used)
            used.add(name.lower())
        recordings.append(Recording(name, file))
    return tuple(recordings)


def _candidates(file: Path) -> Iterable[str]:
    stem = file.stem.strip(" .") or "recording"
    yield stem
    longer = f"{file.parent.name}_{stem}" if file.parent.name else stem
    yield longer
    number = 2
    while True:
        yield f"{longer}-{number}"
        number += 1
