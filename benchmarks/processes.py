"""What a command costs: time of the clock, processor time of all its processes, most memory of all of them together."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GAITCHECK = str(Path(sys.executable).with_name("gaitcheck"))
_EVERY_S = 0.2


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of the processor; memory in MB (10^6 bytes), None where it was not watched."""

    wall_s: float
    cpu_s: float
    peak_mb: float | None
    output: str


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(command: Sequence[str], *, on_cores: int | None = None, watch_memory: bool = False) -> Cost:
    """Run a command from a cold start and wait for it.

    Parameters
    ----------
    command : program and arguments.
    on_cores : let it use only so many cores (Linux).
    watch_memory : look at the memory of the process and its children five times a second, which itself costs about one
        per cent of a core; so not where times are compared.
    """

    def pin() -> None:
        if on_cores is not None:
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:on_cores])

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    # standard error goes where it may: MediaPipe's lines would fill a pipe that nobody empties
    process = subprocess.Popen(
        command, cwd=ROOT, preexec_fn=pin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watch = _MemoryWatch(process.pid) if watch_memory else None
    output, _ = process.communicate()
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with code {process.returncode}; run it by hand to see why.")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall_s, cpu_s, watch.peak_mb() if watch else None, output)


class _MemoryWatch:
    """Sums the memory of a process and its children from time to time.

    Linux tells each process's fair share of pages used together (PSS); elsewhere they are counted in every process.
    """

    def __init__(self, pid: int) -> None:
        import psutil

        self._process = psutil.Process(pid)
        self._gone = psutil.NoSuchProcess, psutil.AccessDenied
        self._most = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def peak_mb(self) -> float:
        self._stop.set()
        self._thread.join()
        return self._most / 1e6

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_S):
            total = 0
            with suppress(*self._gone):
                for process in (self._process, *self._process.children(recursive=True)):
                    with suppress(*self._gone):
                        used = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
                        total += getattr(used, "pss", used.rss)
            self._most = max(self._most, total)
