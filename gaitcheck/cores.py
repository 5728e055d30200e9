"""How many threads may work at once."""

from __future__ import annotations

import os

from gaitcheck.errors import UnusableInputError

#: Sets the number by hand; what comes out does not depend on it.
VARIABLE = "GAITCHECK_WORKERS"


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
