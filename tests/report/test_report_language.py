"""Another language is one more file: with made-up texts no fixed word of the report stays English."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.findings import load
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.result import Exercise
from gaitcheck.findings.schema import Strict
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.report.comparison.change import compare
from gaitcheck.report.comparison.page import recordings, render
from gaitcheck.report.compose import report_content
from gaitcheck.report.content import Content
from gaitcheck.report.document import Document, Files, Still, VideoOutputs, to_document
from gaitcheck.report.page import render_page
from gaitcheck.report.pdf import render_pdf
from gaitcheck.settings import Settings

from .test_comparison import write

#: Stands for every letter of the catalogue.
LETTER = "ø"
TEMPLATES = Path(__file__).parents[2] / "gaitcheck" / "report" / "templates"
#: The parts of the catalogue that the report reads itself; the others are in the findings that it passes on.
TABLES = ("report", "comparison", "sides", "units", "usual", "measure", "notice")
#: Words that are the same in every language: names and units.
NAMES = {"GaitCheck", "GAITCHECK", "SHA", "km", "ms"}
#: Only one of the layouts numbers its pages, and only one has a heading over the checks.
ONLY_ON_PAPER = {"page.number", "method.check", "method.check_seen"}
EXERCISE = Exercise(
    "side_lift", "Side lift", "strengthen", "It trains the side of the hip.", "3 times 12.", "Add a band.",
    "It hurts.", "article", "C", "Little evidence.", "A book", "glute_medius", "Gluteus medius", "opposite",
)  # fmt: skip


def made_up(part: Any) -> Any:
    """Every letter outside a field replaced."""
    if isinstance(part, str):
        return "".join(
            one if one.startswith("{") else re.sub(r"[^\W\d_]", LETTER, one) for one in re.split(r"(\{\w+\})", part)
        )
    if isinstance(part, dict):
        return {name: made_up(one) for name, one in part.items()}
    return part and [made_up(one) for one in part]


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> Knowledge:
    known = knowledge()
    texts = known.texts.model_dump()
    texts = {**texts, **{name: made_up(texts[name]) for name in TABLES}}
    texts["report"]["language"] = "nb"
    other = replace(known, texts=type(known.texts).model_validate(texts))
    monkeypatch.setattr(load, "_known", lambda language, override: other)
    return other


@pytest.fixture
def said(
    two_views: Analysis, other_language: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Content, Document, Path]:
    """A report with something in each of its lists, made in the other language."""
    stills = tuple(
        Still(f"{side}.png", 1, side, "midstance", 1.0, measure, value, "deg")
        for side, measure, value in (("left", "knee_valgus", 3.0), ("right", None, None))
    )
    for still in stills:
        _grey_picture(tmp_path / still.file)
    hints = tuple(replace(hint, exercises=(EXERCISE,)) for hint in two_views.assessment.muscles)
    measures = tuple(
        replace(m, evidence="fused, mean as zero") if m.id == "knee_valgus" else m for m in two_views.measures
    )
    analysis = replace(
        two_views,
        measures=measures,
        assessment=replace(two_views.assessment, muscles=hints, answers_used=("Something was answered.",)),
    )
    outputs = [VideoOutputs("annotated.mp4", stills), VideoOutputs()]
    document = to_document(analysis, outputs=outputs, files=Files())
    return report_content(document, analysis), document, tmp_path


def _grey_picture(path: Path) -> None:
    import cv2
    import numpy as np

    cv2.imwrite(str(path), np.full((80, 40, 3), 128, np.uint8))


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for one in part.values():
            yield from strings(one)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from strings(one)


def given(document: Document) -> list[str]:
    """What the report only passes on: names of files, the words of findings, checks and measures."""
    plain = asdict(replace(document, provenance=replace(document.provenance, settings=None)))  # type: ignore[arg-type]
    libraries = [f"{name} {version}" for name, version in document.provenance.libraries.items()]
    entries = [REGISTRY[m.id] for m in document.measures if m.id in REGISTRY]
    passed_on = [*strings(plain), *libraries, *(text for e in entries for text in strings(asdict(e)))]
    # The longest first, so that no part of a sentence is taken out before the whole.
    sentences = {part for text in passed_on for part in (text, text.rstrip("."), *re.split(r"(?<=[.;]) ", text))}
    return sorted((text for text in sentences if len(text) > 2), key=len, reverse=True)


def seen_in(page: str) -> str:
    """The words of a page, those in attributes included."""
    bare = re.sub(r"<style>.*?</style>", " ", page, flags=re.DOTALL)
    heard = re.findall(r"""\b(?:alt|aria-label|data-label)="([^"]*)""", bare)
    return re.sub(r"\s+", " ", html.unescape(" ".join([re.sub(r"<[^>]+>", " ", bare), *heard])))


def english_in(text: str, passed_on: Iterable[str]) -> set[str]:
    """Words of two letters or more that neither come from the catalogue nor are passed on."""
    for words in passed_on:
        text = text.replace(re.sub(r"\s+", " ", words), " ")
    return set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES


def test_no_fixed_word_of_the_page_is_english(said: tuple[Content, Document, Path]) -> None:
    content, document, folder = said
    page = render_page(content, folder)
    assert '<html lang="nb">' in page
    assert seen_in(page).count(LETTER) > 2000
    assert english_in(seen_in(page), given(document)) == set()


def test_no_fixed_word_on_paper_is_english(said: tuple[Content, Document, Path]) -> None:
    content, document, folder = said
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(content, folder)))
    assert reader.trailer["/Root"]["/Lang"] == "nb"
    pages = [re.sub(r"[-\u00ad]\n", "", page.extract_text()) for page in reader.pages]
    seen = re.sub(r"\s+", " ", " ".join(pages))
    assert seen.lower().count(LETTER) > 2000
    assert english_in(seen, given(document)) == set()


def test_no_fixed_word_of_a_comparison_is_english(other_language: Knowledge, tmp_path: Path) -> None:
    before, after = recordings([write(tmp_path / "1", 4.0), write(tmp_path / "2", 14.0)])
    comparison = compare(before.analysis, replace(after.analysis, settings=Settings(speed_kmh=12.0)))
    assert (len(comparison.warnings), len(comparison.changed)) == (1, 1)
    page = render(before, after, comparison)
    assert '<html lang="nb">' in page
    sources = [change.retest.source for change in comparison.changes if change.retest]
    assert seen_in(page).count(LETTER) > 1000
    assert english_in(seen_in(page), [*sources, *given(before.document)]) == set()


def keys_of(template: str) -> set[str]:
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return set(re.findall(r"\bwords\.((?:page|runner|physio|method|appendix)\.\w+)", source))


def test_both_layouts_read_the_same_words() -> None:
    assert keys_of("report.typ") - keys_of("report.html.j2") == ONLY_ON_PAPER
    assert keys_of("report.html.j2") - keys_of("report.typ") == set()
    assert len(keys_of("report.typ")) > 40


def test_no_fixed_word_is_left_over() -> None:
    report = TEMPLATES.parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in (*report.rglob("*.py"), *TEMPLATES.iterdir()))
    texts = knowledge().texts
    parts = (texts.report, *(part for _, part in texts.report if isinstance(part, Strict)), texts.comparison)
    names = {name for part in parts for name in type(part).model_fields}
    assert [name for name in sorted(names) if not re.search(rf"\.{name}\b", code)] == []
