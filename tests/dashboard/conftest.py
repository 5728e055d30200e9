from __future__ import annotations

from pathlib import Path

import pytest
from report.factory import make_analysis

from gaitcheck.report.write import write_report


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder of two views, as `gaitcheck analyze` writes it."""
    folder = tmp_path_factory.mktemp("prepared")
    return write_report(make_analysis(folder, ("rear", "right"), frames=90), folder / "result")


@pytest.fixture(scope="session")
def clip(prepared: Path) -> bytes:
    """A small video that can be opened."""
    return (prepared.parent / "run_rear.mp4").read_bytes()
