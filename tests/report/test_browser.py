"""The report page and the annotated video in a real browser."""

import io
from pathlib import Path

import pypdf
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.report.write import write_report
from tests.support.browser import chromium

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_the_page_fits_phone_and_paper_and_the_video_plays(two_views: Analysis, tmp_path: Path) -> None:
    out = write_report(two_views, tmp_path / "out")
    with chromium() as browser:
        for width in (360, 390, 794):
            page = browser.new_page(viewport={"width": width, "height": 900})
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto((out / "report.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 100)")
            assert [url for url in asked if not url.startswith("data:")] == [(out / "report.html").as_uri()]
        page.goto((out / "report.html").as_uri())
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        heads = [p.extract_text().upper().partition("\n")[0] for p in printed.pages]
        assert [head.startswith("GAITCHECK · PART") for head in heads] == [True] * 3 + [False] * (len(heads) - 3)
        assert heads[3].startswith("GAITCHECK · APPENDIX")
        assert all(float(p.mediabox.width) == pytest.approx(595, abs=1) for p in printed.pages)
        page.goto((out / "annotated.mp4").as_uri())
        page.evaluate("document.querySelector('video').muted = true")
        page.evaluate("document.querySelector('video').play()")
        page.wait_for_function("document.querySelector('video').currentTime > 0.5", timeout=15_000)
