"""Memory that the C library keeps: how many heaps it makes, and giving back what is free.

The C library of most Linux systems (glibc) gives threads heaps of their own, up to eight for each core. MediaPipe
starts some ten threads for each follower and ends them with it, so every new follower may fill another heap, and what
it leaves there is free but stays with the process. With few heaps the next follower finds that room again, and memory
does not grow with the length of the video. Other systems do not have these functions; there nothing is done.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

#: `M_ARENA_MAX` of glibc's <malloc.h>.
_MOST_HEAPS = -8


def few_heaps(most: int) -> None:
    """Let the C library make no more than so many heaps; call it before threads are started."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_MOST_HEAPS, most)


def give_back() -> None:
    """Give the free memory of all heaps back to the system."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
