from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gaitcheck.cores import takes_long


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
