"""Videos and result folders on disk. No Streamlit here."""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gaitcheck.batch.inputs import VIDEO_SUFFIXES
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.report.document import Document, read_document

_CHUNK_BYTES = 8 * 1024 * 1024
SAMPLES_DIR = Path(__file__).parents[2] / "sample_videos"


def sample_videos() -> dict[str, Path]:
    """Sample clips by a name to show; empty where the program is installed without them."""
    clips = (path for path in SAMPLES_DIR.glob("[!.]*") if path.suffix.lower() in VIDEO_SUFFIXES)
    return {path.stem.replace("_", " "): path for path in sorted(clips)}


def save_video(stream: BinaryIO, name: str, folder: Path) -> Path:
    """Write an uploaded video to disk piece by piece, under its own name made harmless.

    Raises
    ------
    MissingComponentError
        The disk is full or cannot be written.
    """
    target = _free_name(folder, name)
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("wb") as out:
            shutil.copyfileobj(stream, out, _CHUNK_BYTES)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise MissingComponentError(
            f"The video could not be stored ({error.strerror}); make room on the disk and upload it again."
        ) from error
    return target


def _free_name(folder: Path, name: str) -> Path:
    plain = re.sub(r"[^\w .()+-]", "_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")[-100:] or "video"
    target = folder / plain
    number = 2
    while target.exists():
        target = folder / f"{Path(plain).stem}-{number}{Path(plain).suffix}"
        number += 1
    return target


@dataclass(frozen=True)
class Result:
    """An analysis folder, as `gaitcheck analyze` writes it."""

    folder: Path
    document: Document

    def file(self, name: str | None) -> Path | None:
        """A file that the document names; None when it was not written, is gone, or would lie outside the folder."""
        if name is None:
            return None
        path = (self.folder / name).resolve()
        return path if path.is_file() and self.folder in path.parents else None

    def step_rows(self) -> list[dict[str, str]]:
        """Rows of steps.csv; none where it was not written."""
        path = self.file(self.document.files.steps)
        if path is None:
            return []
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))


def open_result(folder: Path | str) -> Result:
    """Open an analysis folder.

    Raises
    ------
    UnusableInputError
        There is no such folder or no analysis in it. The sentence is the same for both, so that a visitor cannot
        learn which folders the server has.
    """
    try:
        path = Path(folder).expanduser().resolve()
        usable = (path / "analysis.json").is_file()
    except (OSError, RuntimeError, ValueError):
        usable = False
    if not usable:
        raise UnusableInputError(
            "There is no analysis in that folder; name a folder that gaitcheck analyze has written, with its full path."
        )
    return Result(path, read_document(path))


def step_value(row: Mapping[str, str], column: str) -> float:
    """A number of a step's row; NaN where the cell is empty."""
    text = row.get(column, "")
    return float(text) if text else math.nan
