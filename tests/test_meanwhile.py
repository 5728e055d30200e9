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
    told: list[tuple[str, float]] = []
    tell = loading_meanwhile(lambda stage, share: told.append((stage, share)), names)
    tell("following", 0.0)
    assert not {*names} & {*sys.modules}
    tell("following", 0.1)
    assert "needed_first" in sys.modules["needed_later"].loaded_before
    tell("following", 1.0)
    assert told == [("following", 0.0), ("following", 0.1), ("following", 1.0)]
