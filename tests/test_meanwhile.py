"""Modules that are loaded while other threads work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gaitcheck.meanwhile import loading_meanwhile


def test_modules_are_loaded_once_something_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("needed_first", "needed_later")
    for name in names:
        (tmp_path / f"{name}.py").write_text("import sys\nloaded_before = sorted(sys.modules)\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    told: list[float] = []
    tell = loading_meanwhile(told.append, names)
    tell(0.0)
    assert not {*names} & {*sys.modules}
    tell(0.1)
    assert "needed_first" in sys.modules["needed_later"].loaded_before
    tell(1.0)
    assert told == [0.0, 0.1, 1.0]
