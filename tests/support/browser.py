"""A real Chromium for tests, and what to do where a machine lacks something."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def lacking(what: str) -> NoReturn:
    """Skip on a machine that lacks something; on the build server that would hide a fault, so it fails there."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium: that of GAITCHECK_CHROMIUM, or the system's."""
    given = os.environ.get("GAITCHECK_CHROMIUM")
    found = [given] if given else ["/usr/bin/chromium", shutil.which("chromium") or ""]
    program = next((path for path in found if path and Path(path).exists()), None)
    if program is None:
        lacking("There is no Chromium: install the package chromium or set GAITCHECK_CHROMIUM.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield running
        finally:
            running.close()
