"""Writes everything that belongs to an analysis into a folder: all of it, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from gaitcheck.analyze import Analysis, Progress
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.report.document import Document, Files, VideoOutputs, document_json, read_document, to_document
from gaitcheck.report.tables import write_landmarks, write_steps

DOCUMENT = "analysis.json"
FILES = Files(report="report.html", report_pdf="report.pdf", landmarks="landmarks.parquet", steps="steps.csv")

#: Share of the whole work after which the videos are done; tables and pages are written beside them.
_VIDEOS_SHARE = 0.95
#: Jobs beside the videos: the tables, then the pages.
_JOBS = 2


def write_report(
    analysis: Analysis, out_dir: Path, *, annotated_video: bool = True, progress: Progress | None = None
) -> Path:
    """Write analysis.json, landmarks.parquet, steps.csv, report.html, report.pdf, stills/ and the annotated videos.

    Everything is first written into a hidden folder and moved into place at the end. If anything goes wrong before
    that (an error, a full disk, Ctrl-C, `progress` raising Cancelled), the hidden folder is removed and `out_dir` is as
    it was. An earlier analysis in `out_dir` is replaced: the files that its analysis.json names, and files of the same
    names as the new ones. Every other file in `out_dir` stays.

    Parameters
    ----------
    analysis : the analysis.
    out_dir : the folder; made where it is missing.
    annotated_video : False leaves out the annotated videos.
    progress : called with a stage in words and the share done, 0..1; may raise to stop.

    Returns
    -------
    Path
        `out_dir`.

    Raises
    ------
    UnusableInputError
        `out_dir` is a file.
    MissingComponentError
        The folder cannot be written to, or the disk is full.
    """
    tell = progress or (lambda stage, share: None)
    with whole_result(out_dir) as part:
        _write_all(analysis, part, annotated_video, tell)
    tell("Result written", 1.0)
    return out_dir


@contextmanager
def whole_result(out_dir: Path, *, former: str | None = None) -> Iterator[Path]:
    """A hidden folder to write a result into, which then takes the place of the earlier result in `out_dir`.

    Parameters
    ----------
    out_dir : the folder of the result; made where it is missing.
    former : name of the folder in `out_dir` in which the earlier result is kept, instead of one kept there before;
        None: it is removed.

    Raises
    ------
    UnusableInputError
        `out_dir` is a file.
    MissingComponentError
        The folder cannot be written to, or the disk is full.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise UnusableInputError(f"{out_dir} is a file; choose a folder for the result.")
    try:
        with _hidden_folder(out_dir) as part:
            yield part
            _move_into_place(part, out_dir, former)
    except OSError as error:
        raise MissingComponentError(
            f"The result cannot be written to {out_dir} ({error.strerror or error}); "
            "choose a folder you may write to on a disk with room."
        ) from error


def _write_all(analysis: Analysis, folder: Path, annotated_video: bool, tell: Progress) -> None:
    with ThreadPoolExecutor(_JOBS, "report") as pool:
        jobs: list[Future[Any]] = [pool.submit(write_tables, analysis, folder)]
        draw_pictures(
            analysis,
            folder,
            annotated_video,
            tell,
            stills_done=lambda outputs: jobs.append(pool.submit(write_pages, analysis, folder, outputs)),
        )
        tell("Writing the report", _VIDEOS_SHARE)
        for job in jobs:
            job.result()


def draw_pictures(
    analysis: Analysis,
    folder: Path,
    annotated_video: bool,
    tell: Progress,
    *,
    stills_done: Callable[[list[VideoOutputs]], object] = lambda outputs: None,
) -> list[VideoOutputs]:
    """Draw the stills and, if wanted, the annotated videos.

    Parameters
    ----------
    analysis : the analysis; its videos' paths must be there.
    folder : an existing folder.
    annotated_video : False leaves out the annotated videos.
    tell : called with a stage in words and the share done; may raise to stop.
    stills_done : called with what is returned when the stills are there and the videos are not yet.
    """
    # OpenCV is only loaded when pictures are drawn.
    from gaitcheck.report.annotate import draw_stills, draw_video
    from gaitcheck.report.stills import still_prefixes

    prefixes = still_prefixes([v.gait.view for v in analysis.videos])
    outputs = []
    for number, (video, prefix) in enumerate(zip(analysis.videos, prefixes, strict=True), start=1):
        name = "annotated.mp4" if number == 1 else f"annotated_{number}.mp4"
        stills = draw_stills(video, number, folder, prefix=prefix)
        outputs.append(VideoOutputs(name if annotated_video else None, stills))
    stills_done(outputs)
    frames = [len(v.gait.track) for v in analysis.videos]
    for i, (video, output) in enumerate(zip(analysis.videos, outputs, strict=True)):
        if output.annotated_video is not None:
            draw_video(video, folder / output.annotated_video, progress=_part_of(tell, frames, i))
    return outputs


def write_tables(analysis: Analysis, folder: Path) -> None:
    """Write landmarks.parquet and steps.csv."""
    write_landmarks(analysis, folder / str(FILES.landmarks))
    write_steps(analysis, folder / str(FILES.steps))


def write_pages(analysis: Analysis, folder: Path, outputs: Sequence[VideoOutputs], *, report: bool = True) -> Document:
    """Write analysis.json and, if wanted, the report as HTML and PDF; stills that `outputs` names must be there."""
    files = FILES if report else replace(FILES, report=None, report_pdf=None)
    document = to_document(analysis, outputs=outputs, files=files)
    if report:
        from gaitcheck.report.compose import report_content
        from gaitcheck.report.page import render_page
        from gaitcheck.report.pdf import render_pdf

        content = report_content(document, analysis)
        (folder / str(FILES.report)).write_text(render_page(content, folder), encoding="utf-8")
        (folder / str(FILES.report_pdf)).write_bytes(render_pdf(content, folder))
    (folder / DOCUMENT).write_text(document_json(document), encoding="utf-8")
    return document


def _part_of(tell: Progress, frames: Sequence[int], number: int) -> Callable[[float], None]:
    """Turns the share of one video into the share of the whole work."""
    whole = max(sum(frames), 1)
    before = sum(frames[:number])
    return lambda share: tell("Drawing the video", _VIDEOS_SHARE * (before + share * frames[number]) / whole)


@contextmanager
def _hidden_folder(out_dir: Path) -> Iterator[Path]:
    """A new folder on the same disk as `out_dir`; gone at the end, whatever happens.

    An existing `out_dir` may be the mount point of another disk, so the folder is then made inside it; otherwise it is
    made beside it.
    """
    home = out_dir if out_dir.is_dir() else out_dir.absolute().parent
    part = home / f".gaitcheck-part-{uuid4().hex[:12]}"
    part.mkdir(parents=True)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _move_into_place(part: Path, out_dir: Path, former: str | None) -> None:
    """Exchange the old result for the new one; analysis.json, which says that a result is whole, comes last."""
    if not out_dir.exists():
        part.rename(out_dir)
        return
    new = sorted((p.relative_to(part) for p in part.rglob("*") if p.is_file()), key=lambda p: (p == Path(DOCUMENT), p))
    old = [
        p for p in dict.fromkeys([Path(DOCUMENT), *_files_of_earlier_result(out_dir), *new]) if (out_dir / p).is_file()
    ]
    kept = part.with_name(f"{part.name}-old")
    moved: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        moved.append((source, target))

    try:
        for path in old:
            move(out_dir / path, kept / path)
        for path in new:
            move(part / path, out_dir / path)
        if former is not None and kept.is_dir():
            shutil.rmtree(out_dir / former, ignore_errors=True)
            kept.rename(out_dir / former)
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        raise
    finally:
        shutil.rmtree(kept, ignore_errors=True)
    if (out_dir / "stills").is_dir() and not any((out_dir / "stills").iterdir()):
        (out_dir / "stills").rmdir()


def _files_of_earlier_result(out_dir: Path) -> list[Path]:
    try:
        document = read_document(out_dir)
    except UnusableInputError:
        return []
    return [path for path in files_of(document) if not path.is_absolute() and ".." not in path.parts]


def files_of(document: Document) -> list[Path]:
    """Every file that a document names, relative to its folder, analysis.json itself included."""
    names = [document.files.report, document.files.report_pdf, document.files.landmarks, document.files.steps]
    for video in document.videos:
        names += [video.outputs.annotated_video, *(still.file for still in video.outputs.stills)]
    return [Path(DOCUMENT), *(Path(name) for name in names if name is not None)]
