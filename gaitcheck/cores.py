"""How many threads may work at once, and what the system is told of them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from gaitcheck.errors import UnusableInputError

#: Sets the number by hand; what comes out does not depend on it.
VARIABLE = "GAITCHECK_WORKERS"
#: Read by the libraries of linear algebra below NumPy, SciPy and OpenCV when they are loaded.
ALGEBRA_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def usable_cores() -> int:
    """Cores that this process may use, or what `GAITCHECK_WORKERS` says.

    Raises
    ------
    UnusableInputError
        It says no number of threads.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        if not given.isdecimal() or int(given) < 1:
            raise UnusableInputError(f"{VARIABLE} is {given!r}: set it to a number of threads such as 2, or unset it.")
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def one_thread_for_algebra() -> None:
    """Have linear algebra add up in one thread unless `ALGEBRA_VARIABLES` are set; call it before NumPy is loaded.

    Long sums then come out the same for any number of cores. And NumPy, SciPy and OpenCV may each bring an OpenBLAS
    that starts a thread for each further core, which first does nothing for a tenth of a second, at full speed. For a
    program's entry point only, never for a library call.
    """
    for variable in ALGEBRA_VARIABLES:
        os.environ.setdefault(variable, "1")


def takes_long() -> None:
    """Tell the system that this thread, and those it will start, compute for long and answer nobody.

    Linux then lets such a thread go on when another one wakes up. The dozen threads of a stretch, of which mostly one
    has something to do, interrupt each other a quarter as often. Other systems are told nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # not every C library knows it for single threads
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
