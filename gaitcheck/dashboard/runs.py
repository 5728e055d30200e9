"""Analyses started from the web page: their folders, their processes and who waits for whom. No Streamlit here.

Each person's work has a token, a long random number that only their browser's address holds. It is the name of the
folder on disk and the key to the process, so that nobody sees another's work, and a phone that fell asleep finds its
analysis again under the same address.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from gaitcheck.batch.job import Job
from gaitcheck.batch.worker import Outcome, WorkerProcess
from gaitcheck.cores import usable_cores
from gaitcheck.errors import UnusableInputError

_LOG = logging.getLogger(__name__)

KEEP_S = 24 * 3600.0
_POLL_S = 0.2
_TOKEN = re.compile(r"[0-9a-f]{32}")
#: Before this share is done the time left is anybody's guess.
_SHARE_TO_JUDGE = 0.04


@dataclass(frozen=True)
class RunStatus:
    """Where a person's analysis stands.

    `ahead` is how many wait before it, `seconds_left` None while it cannot be told, `sentence` why it failed.
    """

    state: Literal["unknown", "waiting", "running", "done", "failed"]
    stage: str = ""
    share: float = 0.0
    seconds_left: float | None = None
    ahead: int = 0
    sentence: str | None = None


@dataclass
class _Run:
    files: tuple[Path, ...]
    job: Job
    worker: WorkerProcess | None = None
    started_s: float = 0.0
    outcome: Outcome | None = None


class RunDesk:
    """Starts analyses, at most `slots` at a time, and knows them by token. Safe to use from several threads.

    Parameters
    ----------
    root : folder in which each token gets its own.
    slots : analyses at a time; more wait their turn.
    """

    def __init__(self, root: Path, slots: int) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and root.stat().st_uid != os.getuid():
            raise UnusableInputError(f"The folder {root} belongs to somebody else; set TMPDIR to a folder of your own.")
        self._root = root
        self._slots = slots
        self._runs: dict[str, _Run] = {}
        self._lock = threading.RLock()

    def new_token(self) -> str:
        """A new token with its folder; folders nobody came back to are removed on the way."""
        self.remove_old()
        token = secrets.token_hex(16)
        (self._root / token).mkdir(mode=0o700)
        self.videos_dir(token).mkdir()
        return token

    def exists(self, token: str) -> bool:
        """Whether this is a token with a folder."""
        return _TOKEN.fullmatch(token) is not None and (self._root / token).is_dir()

    def videos_dir(self, token: str) -> Path:
        """Where the person's videos lie."""
        return self._root / token / "videos"

    def result_dir(self, token: str) -> Path:
        """Where the result is once the analysis is done."""
        return self._root / token / "result"

    def start(self, token: str, files: tuple[Path, ...], job: Job) -> None:
        """Begin the analysis, or queue it. An earlier run of the same token is ended and its result removed."""
        with self._lock:
            self._end(token)
            shutil.rmtree(self.result_dir(token), ignore_errors=True)
            self._runs[token] = _Run(files, job)
            self._start_waiting()

    def status(self, token: str) -> RunStatus:
        """Where the analysis stands; asking keeps the folder from being removed as old."""
        if not self.exists(token):
            return RunStatus("unknown")
        os.utime(self._root / token)
        with self._lock:
            run = self._runs.get(token)
            if run is None:
                # Perhaps made before the server was started again.
                return RunStatus("done" if self.result_dir(token).is_dir() else "unknown")
            if run.outcome is not None:
                return RunStatus("done") if run.outcome.ok else RunStatus("failed", sentence=run.outcome.sentence)
            if run.worker is None:
                waiting = [each for each, other in self._runs.items() if _is_waiting(other)]
                return RunStatus("waiting", ahead=waiting.index(token))
            share = run.worker.share
            elapsed = time.monotonic() - run.started_s
            left = elapsed / share * (1 - share) if share >= _SHARE_TO_JUDGE else None
            return RunStatus("running", run.worker.stage, share, left)

    def cancel(self, token: str) -> None:
        """End the process and leave nothing of this token: no video, no half result."""
        with self._lock:
            self._end(token)
            self._start_waiting()
        if self.exists(token):
            shutil.rmtree(self._root / token, ignore_errors=True)

    def remove_old(self) -> None:
        """Remove folders that nobody asked for during a day."""
        with self._lock:
            busy = {token for token, run in self._runs.items() if run.outcome is None}
            for folder in self._root.iterdir():
                if folder.name not in busy and _age_s(folder) > KEEP_S:
                    shutil.rmtree(folder, ignore_errors=True)
                    self._runs.pop(folder.name, None)

    def _end(self, token: str) -> None:
        run = self._runs.pop(token, None)
        if run is not None and run.worker is not None:
            run.worker.stop()
            shutil.rmtree(self._scratch_dir(token), ignore_errors=True)

    def _scratch_dir(self, token: str) -> Path:
        return self._root / token / "work"

    def _start_waiting(self) -> None:
        free = self._slots - sum(run.worker is not None and run.outcome is None for run in self._runs.values())
        for token, run in list(self._runs.items()):
            if free > 0 and _is_waiting(run):
                free -= 1
                scratch = self._scratch_dir(token)
                shutil.rmtree(scratch, ignore_errors=True)
                scratch.mkdir()
                threads = max(1, usable_cores() // self._slots)
                work = partial(run.job, run.files, scratch / "result")
                run.worker = WorkerProcess(work, scratch=scratch, threads=threads)
                run.started_s = time.monotonic()
                threading.Thread(target=self._watch, args=(token, run), daemon=True).start()

    def _watch(self, token: str, run: _Run) -> None:
        """Listen to a worker to its end, whether or not a browser is looking."""
        assert run.worker is not None
        while True:
            with self._lock:
                if run.worker.outcome is None:
                    run.worker.poll()
                if run.worker.outcome is not None:
                    break
            time.sleep(_POLL_S)
        with self._lock:
            if self._runs.get(token) is not run:
                return
            scratch = self._scratch_dir(token)
            if run.worker.outcome.ok:
                (scratch / "result").rename(self.result_dir(token))
            elif run.worker.outcome.details:
                _LOG.error("An analysis failed: %s", run.worker.outcome.details)
            shutil.rmtree(scratch, ignore_errors=True)
            run.outcome = run.worker.outcome
            self._start_waiting()


def default_root() -> Path:
    """The dashboard's own folder among the temporary files of this user."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"gaitcheck-{owner}"


def _is_waiting(run: _Run) -> bool:
    return run.worker is None and run.outcome is None


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0
