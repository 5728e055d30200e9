"""MediaPipe loaded without what it loads for nothing: a third of a second of every analysis."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

#: Modules MediaPipe loads for charts and microphones, as it names them.
UNUSED = ("matplotlib.pyplot", "sounddevice")
_ONE_AT_A_TIME = threading.Lock()


class _Later(ModuleType):
    """Stands for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of every module
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def loaded_later(names: tuple[str, ...] = UNUSED) -> Iterator[None]:
    """Whoever imports these modules meanwhile gets them loaded when first used; those loaded already stay as they are.

    Afterwards an import finds the modules themselves, as if nobody had asked for them before.
    """
    with _ONE_AT_A_TIME:
        standing: dict[str, ModuleType] = {}
        for name in names:
            package, _, part = name.rpartition(".")
            if (package or name) in sys.modules:
                continue
            standing[name] = _Later(name)
            if package:
                standing[package] = _Later(package)
                setattr(standing[package], part, standing[name])
        sys.modules.update(standing)
        try:
            yield
        finally:
            for name, module in standing.items():
                if sys.modules.get(name) is module:
                    del sys.modules[name]
