"""How many threads may work at once."""

from __future__ import annotations

import os

#: Sets the number by hand; what comes out does not depend on it.
VARIABLE = "GAITCHECK_WORKERS"


def usable_cores() -> int:
    """Cores that this process may use, or what `GAITCHECK_WORKERS` says."""
    given = os.environ.get(VARIABLE, "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
