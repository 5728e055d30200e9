"""Loads modules while other threads work, so that nobody waits for them afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module


def loading_meanwhile(tell: Callable[[float], None], modules: Sequence[str]) -> Callable[[float], None]:
    """A progress callback that also loads modules, in their order, when it first hears that something is done.

    The thread that is told how far the others are has nothing else to do. A thread of its own would have to be waited
    for: two threads that load parts of one library at the same time can get a half loaded one.

    Parameters
    ----------
    tell : called with the share done, 0..1.
    modules : full names.
    """
    missing = list(modules)

    def tell_and_load(share: float) -> None:
        tell(share)
        while share > 0 and missing:
            import_module(missing.pop(0))

    return tell_and_load
