"""Python's search for garbage, in a program that loads large libraries and then works for a minute."""

from __future__ import annotations

import atexit
import gc

#: New objects after which Python looks for garbage among them; its own 700 are few for a program of this size.
_BETWEEN_SEARCHES = 10_000


def leave_the_garbage() -> None:
    """Have Python look for garbage less often, and not at all when the program ends.

    Loading modules makes hundreds of thousands of objects that stay; looking through them again and again finds nothing
    and takes 0.2 s of a command that uses SciPy. For a program's entry point only, never for a library call.
    """
    gc.set_threshold(_BETWEEN_SEARCHES)
    atexit.register(gc.freeze)
