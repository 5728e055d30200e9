"""Libraries loaded without what they load for nothing: three quarters of a second of every analysis."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

#: Modules MediaPipe loads for charts and microphones, as it names them.
UNUSED_BY_MEDIAPIPE = ("matplotlib.pyplot", "sounddevice")
#: What SciPy's parts load for functions nobody here calls, and parts of NumPy that SciPy asks for by asking for all.
UNUSED_BY_SCIPY = ("numpy.f2py", "numpy.testing", "scipy.optimize", "scipy.stats")
_ONE_AT_A_TIME = threading.Lock()


class _Later(ModuleType):
    """Stands for a module until something of it is wanted."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of every module
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # `from module import name`
            return _LaterPart(self.__name__, name)
        return getattr(import_module(self.__name__), name)


class _LaterPart:
    """Stands for a function or another part of a module until it is called or something of it is wanted."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._loaded()(*args, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._loaded(), name)

    def _loaded(self) -> Any:
        return getattr(import_module(self._module), self._name)


class _AsWritten(defaultdict[str, list[Any]]):
    """A function's docstring, as SciPy's own class for them has it, but never taken apart."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(list)
        self._text = function.__doc__ or ""

    def __str__(self) -> str:
        return "\n" + self._text


@contextmanager
def docstrings_as_written() -> Iterator[None]:
    """Parts of SciPy loaded meanwhile do not take their docstrings apart to add tables of array libraries."""
    name = "scipy._lib._docscrape"
    if name in sys.modules:
        yield
        return
    module = _Later(name)
    module.FunctionDoc = _AsWritten  # type: ignore[attr-defined]
    sys.modules[name] = module
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]


@contextmanager
def loaded_later(names: tuple[str, ...]) -> Iterator[None]:
    """Whoever imports these modules meanwhile gets them loaded when first used; those loaded already stay as they are.

    The package of such a module is loaded later too unless it is there already. Afterwards an import finds the modules
    themselves, as if nobody had asked for them before.
    """
    with _ONE_AT_A_TIME:
        standing: dict[str, ModuleType] = {}
        for name in names:
            package, _, part = name.rpartition(".")
            if name in sys.modules:
                continue
            standing[name] = _Later(name)
            if package and package not in sys.modules:
                standing[package] = _Later(package)
            if package:
                setattr(standing.get(package) or sys.modules[package], part, standing[name])
        sys.modules.update(standing)
        try:
            yield
        finally:
            for name, module in standing.items():
                if sys.modules.get(name) is module:
                    del sys.modules[name]
                package, _, part = name.rpartition(".")
                if package in sys.modules and vars(sys.modules[package]).get(part) is module:
                    delattr(sys.modules[package], part)
