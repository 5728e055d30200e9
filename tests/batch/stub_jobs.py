"""Jobs small enough to run hundreds of times; they live in a module so that a spawned worker can import them."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.batch.worker import Progress
from gaitcheck.errors import UnusableInputError


@dataclass(frozen=True)
class StubJob:
    """Does what the file says: a number becomes the cadence, a word is something that goes wrong."""

    setting: str = "plain"

    def fingerprint(self) -> dict[str, object]:
        return {"setting": self.setting}

    def __call__(self, files: tuple[Path, ...], folder: Path, progress: Progress) -> None:
        word = files[0].read_text()
        progress("Looking", 0.5)
        folder.mkdir()
        (folder / "half.txt").write_text("half")
        if word == "unusable":
            raise UnusableInputError("This is not a video.")
        if word == "fault":
            raise KeyError("knee")
        if word == "library":
            raise ImportError("libGL.so.1: cannot open shared object file")
        if word == "killed":
            print("last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "leaves":
            os._exit(7)
        if word == "memory":
            raise MemoryError
        if word == "sleep":
            Path(tempfile.mkstemp()[1]).write_text("temporary")
            (folder.parent / "asleep").touch()
            time.sleep(600)
        measures = [measure("cadence", None, float(word)), measure("heel_recovery", "left", None)]
        (folder / "half.txt").unlink()
        (folder / "pid.txt").write_text(str(os.getpid()))
        (folder / "threads.txt").write_text(os.environ["OMP_NUM_THREADS"])
        (folder / "analysis.json").write_text(json.dumps({"measures": measures}))


def measure(measure_id: str, side: str | None, mean: float | None) -> dict[str, object]:
    return {
        "id": measure_id,
        "side": side,
        "unit": "1/min" if mean is not None else "%",
        "mean": mean,
        "sd": 1.5 if mean is not None else None,
        "n_steps": 20 if mean is not None else 0,
        "uncertainty": 0.75 if mean is not None else None,
        "status": "measured" if mean is not None else "not_measurable",
        "reason": None if mean is not None else "The heel is hidden.",
        "view": "left",
    }
