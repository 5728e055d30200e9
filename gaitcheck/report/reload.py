"""From a written analysis back to an `Analysis`: measured again from its landmarks, without the video or the model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gaitcheck.analyze import Analysis, TrackedVideo, conclude
from gaitcheck.errors import UnusableInputError
from gaitcheck.report.document import Document, read_document
from gaitcheck.report.tables import read_runner
from gaitcheck.settings import Settings


def analysis_folders(paths: Sequence[Path]) -> list[Path]:
    """The folders that these name: folders of analyses, or their analysis.json, or a folder that holds several.

    A folder without an analysis of its own gives those inside it, in order of name; one without any stays, so that
    reading it says what is wrong.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(file.parent for file in path.glob("*/analysis.json")) if path.is_dir() else []
        if path.name == "analysis.json":
            found.append(path.parent)
        elif (path / "analysis.json").exists() or not inside:
            found.append(path)
        else:
            found += inside
    return found


def names_of(folders: Sequence[Path]) -> list[str]:
    """The folders' own names; numbered where two are the same."""
    names = [(folder if folder.is_dir() else folder.parent).absolute().name for folder in folders]
    return [name if names.count(name) == 1 else f"{name}_{i}" for i, name in enumerate(names, start=1)]


def load_analysis(folder: Path, settings: Settings | None = None) -> Analysis:
    """Measure a written analysis again from its landmarks.parquet.

    Parameters
    ----------
    folder : the folder of the analysis, or its analysis.json.
    settings : other settings than the saved ones; those that chose the person and the model no longer matter.

    Raises
    ------
    UnusableInputError
        There is no analysis, or its landmarks are missing or of another version.
    """
    document = read_document(folder)
    home = folder if folder.is_dir() else folder.parent
    return conclude(
        [_tracked(document, home, number) for number in range(1, len(document.videos) + 1)],
        document.provenance.model,
        settings or document.provenance.settings,
    )


def _tracked(document: Document, home: Path, number: int) -> TrackedVideo:
    record = document.videos[number - 1]
    file = home / (document.files.landmarks or "landmarks.parquet")
    try:
        runner = read_runner(file, number)
    except (OSError, KeyError, IndexError, ValueError) as error:
        raise UnusableInputError(
            f"{file} is missing or not of this version of GaitCheck; run the analysis of {record.file_name} again."
        ) from error
    return TrackedVideo(home / record.file_name, record.sha256, record.facts, runner)
