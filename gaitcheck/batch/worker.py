"""One piece of work in a process of its own, watched from outside.

A process for each recording keeps the memory of a long batch flat (MediaPipe is known to keep some), can be ended at
any moment, and takes nobody with it when it dies. Starting one costs about two seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from gaitcheck.cores import ALGEBRA_VARIABLES, VARIABLE
from gaitcheck.errors import GaitCheckError
from gaitcheck.garbage import leave_the_garbage

Progress = Callable[[str, float], None]
Work = Callable[[Progress], None]

#: Libraries that would otherwise start a thread for each core, in each worker.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OPENCV_FFMPEG_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    VARIABLE,
)

LOG_NAME = "worker.log"
_REPORT_EVERY_S = 0.2
_STOP_WITHIN_S = 3.0


@dataclass(frozen=True)
class Outcome:
    """How the work ended. `sentence` is None when it went well; `details` is for whoever mends the program."""

    sentence: str | None = None
    details: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the work was done."""
        return self.sentence is None


@dataclass(frozen=True)
class _Message:
    """What the worker sends: progress, or its outcome."""

    stage: str = ""
    share: float = 0.0
    outcome: Outcome | None = None


class WorkerProcess:
    """A process that does one piece of work.

    Parameters
    ----------
    work : called in the new process with a progress callback; must be picklable.
    scratch : an existing folder of this worker alone; its temporary files and its log go there. The caller removes it.
    threads : how many threads numeric libraries may use.

    Attributes
    ----------
    stage, share : the progress last heard of.
    outcome : how the work ended, None while it goes on.
    """

    def __init__(self, work: Work, *, scratch: Path, threads: int) -> None:
        self.stage = "Starting"
        self.share = 0.0
        self.outcome: Outcome | None = None
        self._scratch = scratch
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_main, args=(work, theirs, scratch, threads), daemon=True)
        self._process.start()
        # With our copy closed, the death of the worker is the end of the pipe.
        theirs.close()

    @property
    def connection(self) -> Connection:
        """Becomes readable when there is news (for `multiprocessing.connection.wait`)."""
        return self._connection

    @property
    def pid(self) -> int | None:
        """The worker's process id."""
        return self._process.pid

    def poll(self) -> bool:
        """Take in what the worker sent; True when there was news."""
        news = False
        while self.outcome is None and self._connection.poll():
            news = True
            try:
                message: _Message = self._connection.recv()
            except (EOFError, OSError):
                self._process.join()
                self._finish(self._death())
                break
            if message.outcome is not None:
                self._process.join(_STOP_WITHIN_S)
                self._finish(message.outcome)
            else:
                self.stage, self.share = message.stage, message.share
        return news

    def stop(self) -> None:
        """End the process now, whatever it is doing."""
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(_STOP_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self.outcome is None:
            self._finish(Outcome("The analysis was stopped."))

    def _finish(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._connection.close()

    def _death(self) -> Outcome:
        code = self._process.exitcode
        if code is not None and -code == getattr(signal, "SIGKILL", 9):
            sentence = (
                "The system ended the analysis, most often because memory ran out; "
                "run fewer analyses at once or film a shorter video."
            )
        else:
            sentence = f"The analysis stopped without a message (exit code {code}); please try it again."
        log = self._scratch / LOG_NAME
        return Outcome(sentence, log.read_text(errors="replace")[-20_000:] if log.exists() else None)


def _main(work: Work, connection: Connection, scratch: Path, threads: int) -> None:
    """Run in the new process."""
    # Ctrl-C reaches every process of the terminal; the parent decides what to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _write_output_to(scratch / LOG_NAME)
    tempfile.tempdir = os.environ["TMPDIR"] = str(scratch)
    _limit_threads(threads)
    leave_the_garbage()
    last = 0.0

    def report(stage: str, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _REPORT_EVERY_S:
            last = now
            connection.send(_Message(stage, min(max(share, 0.0), 1.0)))

    connection.send(_Message(outcome=_outcome_of(work, report)))


def _outcome_of(work: Work, report: Progress) -> Outcome:
    try:
        work(report)
    except GaitCheckError as error:
        return Outcome(str(error))
    except MemoryError:
        return Outcome(
            "There was not enough memory; run fewer analyses at once or film a shorter video.", traceback.format_exc()
        )
    except Exception as error:  # whatever it is, the others must go on
        if isinstance(error, ImportError) and (".so" in str(error) or "DLL" in str(error)):
            return Outcome(f"A system library is missing ({error}): run `gaitcheck doctor`.", traceback.format_exc())
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(f"This is a fault of the program, not of the video ({what}).", traceback.format_exc())
    return Outcome()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write_output_to(log: Path) -> None:
    """Send everything that libraries print, C++ ones too, to a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _limit_threads(threads: int) -> None:
    """Numeric libraries read these when they are loaded, which is after this."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)) | dict.fromkeys(ALGEBRA_VARIABLES, "1"))
