"""A worker process tells how far it is and can be ended at any moment."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest

from gaitcheck.batch.worker import WorkerProcess

from .stub_jobs import StubJob


def start(tmp_path: Path, word: str) -> WorkerProcess:
    (tmp_path / "in.mp4").write_text(word)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return WorkerProcess(partial(StubJob(), (tmp_path / "in.mp4",), scratch / "out"), scratch=scratch, threads=1)


def wait_until_told(worker: WorkerProcess) -> None:
    deadline = time.monotonic() + 60
    while not worker.poll():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_progress_then_stop(tmp_path: Path) -> None:
    worker = start(tmp_path, "sleep")
    assert (worker.stage, worker.share, worker.outcome) == ("Starting", 0.0, None)
    wait_until_told(worker)
    assert (worker.stage, worker.share, worker.outcome) == ("Looking", 0.5, None)
    # Temporary files of the work lie in its own folder, so that removing that leaves nothing.
    assert any(path.name.startswith("tmp") for path in (tmp_path / "scratch").iterdir())
    worker.stop()
    assert worker.outcome is not None
    assert worker.outcome.sentence == "The analysis was stopped."
    assert worker.pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    assert not worker.poll()


def test_a_worker_that_is_done_can_be_stopped_too(tmp_path: Path) -> None:
    worker = start(tmp_path, "170")
    while worker.outcome is None:
        wait_until_told(worker)
    worker.stop()
    assert worker.outcome.ok
    assert (tmp_path / "scratch" / "out" / "analysis.json").exists()
