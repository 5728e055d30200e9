"""Jobs that stand for an analysis; in a module of their own so that a spawned worker can import them."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.batch.worker import Progress
from gaitcheck.errors import UnusableInputError
from gaitcheck.settings import Settings


@dataclass(frozen=True)
class StubJob:
    """Copies a prepared result, or waits for ever; what it was asked stands beside the result folder."""

    settings: Settings
    annotated_video: bool
    model_sha256: str

    def fingerprint(self) -> dict[str, object]:
        return {}

    def __call__(self, files: tuple[Path, ...], folder: Path, progress: Progress) -> None:
        progress("Finding the runner", 0.25)
        (folder.parent / "pid.txt").write_text(str(os.getpid()))
        if any(file.stem == "nobody" for file in files):
            raise UnusableInputError("No runner was found in the video.")
        if any(file.stem == "long" for file in files):
            time.sleep(600)
        prepared = os.environ.get("GAITCHECK_TEST_RESULT")
        if prepared:
            shutil.copytree(prepared, folder)
        else:
            folder.mkdir()
        (folder / "asked.txt").write_text(f"{[file.name for file in files]} {self.settings.model_dump_json()}")
