from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gaitcheck.cores import one_thread_for_algebra, takes_long, usable_cores


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is told")
def test_a_thread_that_takes_long_and_those_it_starts_are_told_of_and_no_other() -> None:
    def policy() -> int:
        return os.sched_getscheduler(0)

    def own_and_that_of_a_new_thread() -> tuple[int, int]:
        with ThreadPoolExecutor(1) as pool:
            return policy(), pool.submit(policy).result()

    before = policy()
    with ThreadPoolExecutor(1, initializer=takes_long) as pool:
        assert pool.submit(own_and_that_of_a_new_thread).result() == (os.SCHED_BATCH, os.SCHED_BATCH)
    assert policy() == before
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(policy).result() == before


@pytest.mark.skipif(sys.platform != "linux", reason="only there are a process's threads seen")
@pytest.mark.skipif(usable_cores() == 1, reason="on one core there are no more threads anyway")
@pytest.mark.parametrize("called", [True, False], ids=["in the command", "elsewhere"])
def test_linear_algebra_starts_no_threads_in_the_command(called: bool) -> None:
    program = (
        "import os, gaitcheck.cli;"
        f"{called} and gaitcheck.cli.main(['--version']);"
        "import numpy, cv2, scipy.linalg; print(len(os.listdir('/proc/self/task')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout.split()[-1] == "1") == called


def test_who_asks_for_more_threads_of_linear_algebra_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"OPENBLAS_NUM_THREADS": "3"})
    one_thread_for_algebra()
    assert os.environ == {"OPENBLAS_NUM_THREADS": "3", "MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
