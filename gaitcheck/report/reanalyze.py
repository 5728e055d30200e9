"""Measures a written analysis again with other settings, from its landmarks: no pose model, and no video needed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gaitcheck.analyze import Analysis, Progress, file_sha256
from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.result import Measure
from gaitcheck.report.document import Document, VideoOutputs, read_document
from gaitcheck.report.reload import load_analysis
from gaitcheck.report.write import FILES, draw_pictures, whole_result, write_pages, write_tables
from gaitcheck.settings import Settings

#: Folder inside the result that keeps the one before it.
FORMER = "former"

#: What became of stills and annotated videos: they show the new numbers as they are, were drawn again, or would show
#: the former numbers and were left out; "none" where there were none.
Pictures = Literal["kept", "drawn", "left_out", "none"]


@dataclass(frozen=True)
class Reanalysis:
    """The new analysis, its folder, and what became of the pictures."""

    analysis: Analysis
    folder: Path
    pictures: Pictures


def reanalyze(
    folder: Path,
    settings: Settings | None = None,
    *,
    out_dir: Path | None = None,
    videos: Sequence[Path] = (),
    report: bool = True,
    progress: Progress | None = None,
) -> Reanalysis:
    """Measure a written analysis again and write the result.

    The new result takes the place of the former one in one go at the end, and the former one is kept in the folder
    `former` inside it; with `out_dir` the analysis itself stays untouched. Stills and annotated videos stay only while
    every number they could show is still the same.

    Parameters
    ----------
    folder : the folder of the analysis, or its analysis.json.
    settings : all settings of the new analysis; None: the saved ones. Those that chose the person and the pose model no
        longer matter.
    out_dir : folder for the result; None: the analysis' own.
    videos : the videos of the analysis, known by their content, from which the pictures are drawn again; none: they are
        not.
    report : False leaves out the report's two pages.
    progress : called with a stage in words and the share done, 0..1; may raise to stop.

    Raises
    ------
    UnusableInputError
        There is no analysis, its landmarks are missing or of another version, or a video is not one of its videos.
    MissingComponentError
        The folder cannot be written to, or the disk is full.
    """
    tell = progress or (lambda stage, share: None)
    document = read_document(folder)
    home = folder if folder.is_dir() else folder.parent
    by_sha256 = _own_videos(document, videos)
    tell("Measuring again", 0.0)
    analysis = load_analysis(folder, settings)
    target = out_dir or home
    with whole_result(target, former=FORMER if out_dir is None else None) as part:
        write_tables(analysis, part)
        pictures: Pictures = "none"
        outputs = [VideoOutputs()] * len(document.videos)
        if by_sha256:
            pictures = "drawn"
            placed = tuple(replace(video, path=by_sha256[video.sha256]) for video in analysis.videos)
            annotated = any(record.outputs.annotated_video for record in document.videos)
            outputs = draw_pictures(replace(analysis, videos=placed), part, annotated, tell)
        elif any(record.outputs != VideoOutputs() for record in document.videos):
            pictures = "kept" if _show_the_same(document, home, analysis, part) else "left_out"
            if pictures == "kept":
                outputs = [_kept(record.outputs, home, part) for record in document.videos]
        write_pages(analysis, part, outputs, report=report)
    tell("Result written", 1.0)
    return Reanalysis(analysis, target, pictures)


def _own_videos(document: Document, videos: Sequence[Path]) -> Mapping[str, Path]:
    """The given videos by content: all of the analysis, or none."""
    if not videos:
        return {}
    names = {record.sha256: record.file_name for record in document.videos}
    found: dict[str, Path] = {}
    for path in videos:
        if not path.is_file():
            raise UnusableInputError(f"There is no file {path}: check the name given with --video.")
        sha256 = file_sha256(path)
        if sha256 not in names:
            raise UnusableInputError(
                f"{path.name} is not a video of this analysis, which was made from {', '.join(names.values())}."
            )
        found[sha256] = path
    missing = [name for sha256, name in names.items() if sha256 not in found]
    if missing:
        raise UnusableInputError(f"The pictures also need {', '.join(missing)}: name it too with --video.")
    return found


def _show_the_same(document: Document, home: Path, analysis: Analysis, part: Path) -> bool:
    """Whether stills and annotated videos drawn for a document fit its new analysis, whose tables lie in `part`.

    They show events and values of single steps, all of which stand in steps.csv, and what is withheld.
    """

    def statuses(measures: Sequence[Measure]) -> list[tuple[object, ...]]:
        return [(m.id, m.side, m.view, m.status) for m in measures]

    former = home / (document.files.steps or str(FILES.steps))
    return (
        former.is_file()
        and former.read_bytes() == (part / str(FILES.steps)).read_bytes()
        and statuses(document.measures) == statuses(analysis.measures)
    )


def _kept(outputs: VideoOutputs, home: Path, part: Path) -> VideoOutputs:
    """The former pictures beside the new numbers, as far as they are still there."""

    def keep(name: str) -> bool:
        if not (home / name).is_file():
            return False
        (part / name).parent.mkdir(exist_ok=True)
        try:
            os.link(home / name, part / name)  # the former result keeps its own entry of the same file
        except OSError:
            shutil.copy2(home / name, part / name)
        return True

    video = outputs.annotated_video
    return VideoOutputs(
        annotated_video=video if video is not None and keep(video) else None,
        stills=tuple(still for still in outputs.stills if keep(still.file)),
    )
