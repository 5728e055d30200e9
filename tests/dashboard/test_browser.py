"""One whole flow in a real browser: upload a sample, wait, read the result, play the video; desktop and phone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gaitcheck.dashboard.files import SAMPLES_DIR, open_result
from gaitcheck.errors import ModelError
from gaitcheck.pose.install import model_file
from tests.support.browser import chromium, lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SAMPLE = SAMPLES_DIR / "side_forward_lean.mp4"
ANALYSIS_WITHIN_MS = 300_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def address(temporary: Path) -> Iterator[str]:
    """A server of our own on a free port of this machine."""
    try:
        model_file()
    except ModelError as error:
        lacking(str(error))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    log = (temporary / "server.log").open("w")
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TMPDIR": str(temporary)}, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_server(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def wait_for_server(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def open_page(browser: Browser, url: str, width: int, height: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(url)
    page.get_by_role("heading", level=1).wait_for()
    return page


def sideways_room(page: Page) -> int:
    """Pixels by which the page, or its scrolling part, is wider than the window."""
    wider: int = page.evaluate(
        "() => Math.max(...[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".map(part => part.scrollWidth - window.innerWidth))"
    )
    return wider


def current_time(page: Page) -> float:
    time_s: float = page.evaluate("() => document.querySelector('video').currentTime")
    return time_s


def test_from_upload_to_result(browser: Browser, address: str, temporary: Path) -> None:
    page = open_page(browser, address, 1280, 900)
    page.locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_text(SAMPLE.name).first.wait_for()
    start = page.get_by_role("button", name="Analyse", exact=True)
    start.click()
    page.get_by_text("Your video is being analysed").wait_for()
    page.get_by_text(re.compile(r"\d+%")).first.wait_for()
    page.get_by_role("heading", name="Your run").wait_for(timeout=ANALYSIS_WITHIN_MS)

    (folder,) = temporary.glob("gaitcheck-*/*/result")
    document = open_result(folder).document
    page.get_by_role("heading", name=document.summary.partition(". ")[0].rstrip(".")).first.wait_for()
    assert "forward_trunk_lean" in [finding.measure_id for finding in document.findings[:3]]
    for finding in document.findings[:3]:
        page.get_by_text(finding.title, exact=True).first.wait_for()
    cadence = next(measure for measure in document.measures if measure.id == "cadence")
    assert cadence.mean is not None
    page.get_by_text(f"{cadence.mean:.1f} ±").first.wait_for()
    # The upload no longer stands in the browser's form, and the chart and the video are there.
    page.locator(".js-plotly-plot").first.wait_for()
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5", timeout=30_000)
    before = current_time(page)
    page.wait_for_function(f"() => document.querySelector('video').currentTime > {before} + 0.3", timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="analysis.json").click()
    assert Path(download.value.path()).read_bytes() == (folder / "analysis.json").read_bytes()
    address_of_result = page.url
    page.close()

    # The same address on a phone, some time later.
    phone = open_page(browser, address_of_result, 360, 740)
    phone.get_by_role("heading", name="Take it with you").wait_for()
    phone.locator(".js-plotly-plot").first.wait_for()
    assert sideways_room(phone) <= 0
    for expander in phone.locator("summary").all():
        expander.click()
    phone.wait_for_timeout(500)
    assert sideways_room(phone) <= 0
    phone.close()


def test_first_page_on_a_phone(browser: Browser, address: str) -> None:
    phone = open_page(browser, address, 360, 740)
    phone.get_by_role("button", name="Analyse", exact=True).wait_for()
    for expander in phone.locator("summary").all():
        expander.click()
    phone.wait_for_timeout(500)
    assert sideways_room(phone) <= 0
    button = phone.get_by_role("button", name="Analyse", exact=True)
    assert button.is_disabled()
    phone.close()


def test_a_file_that_is_no_video_is_one_sentence(browser: Browser, address: str, tmp_path: Path) -> None:
    page = open_page(browser, address, 360, 740)
    notes = tmp_path / "notes.mp4"
    notes.write_text("these are notes")
    page.locator("input[type=file]").set_input_files(notes)
    page.get_by_role("alert").filter(has_text="notes.mp4").wait_for()
    assert page.get_by_text("Traceback").count() == 0
    assert sideways_room(page) <= 0
    page.close()
