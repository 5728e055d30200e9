"""From a written analysis back to an `Analysis`: measured again from its landmarks, without the video or the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gaitcheck.analyze import Analysis, TrackedVideo, conclude
from gaitcheck.errors import UnusableInputError
from gaitcheck.report.document import Document, read_document
from gaitcheck.report.tables import read_runner
from gaitcheck.settings import Settings


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


def changed_settings(document: Document, changes: dict[str, Any]) -> Settings:
    """The saved settings with some exchanged; checked like new ones."""
    return Settings.model_validate({**document.provenance.settings.model_dump(), **changes})


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
