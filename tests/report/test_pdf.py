"""report.pdf read by two independent readers: pypdf for its structure and text, PDFium for what is seen."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pypdfium2
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import knowledge
from gaitcheck.report.annotate import draw_stills
from gaitcheck.report.compose import report_content
from gaitcheck.report.content import Appendix, Content, ExerciseWords, Pair
from gaitcheck.report.document import Files, VideoOutputs, to_document
from gaitcheck.report.pdf import render_pdf
from gaitcheck.report.words import measure_name, value_words

from .factory import PELVIS, make_analysis

A4_POINTS = (595.28, 841.89)
PARTS = ("Your run", "For the physiotherapist", "Method and limits")


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return make_analysis(tmp_path_factory.mktemp("pdf"), ("rear", "right"), frames=105)


@pytest.fixture(scope="module")
def folder(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stills")


@pytest.fixture(scope="module")
def content(analysis: Analysis, folder: Path) -> Content:
    outputs = [
        VideoOutputs(stills=draw_stills(v, i, folder, prefix=f"p{i}")) for i, v in enumerate(analysis.videos, start=1)
    ]
    return report_content(to_document(analysis, outputs=outputs, files=Files()), analysis)


@pytest.fixture(scope="module")
def made(content: Content, folder: Path) -> bytes:
    return render_pdf(content, folder)


@pytest.fixture(scope="module")
def reader(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


@pytest.fixture(scope="module")
def pages(reader: pypdf.PdfReader) -> list[str]:
    """Text of each page with single spaces; a word that is parted at the end of a line is put together."""
    return [re.sub(r"\s+", " ", re.sub(r"[-\u00ad]\n", "", page.extract_text())) for page in reader.pages]


def test_every_page_is_a4(reader: pypdf.PdfReader) -> None:
    for page in reader.pages:
        assert [float(x) for x in page.mediabox[2:]] == pytest.approx(A4_POINTS, abs=0.5)


def heads_of(pages: list[str]) -> list[str]:
    """What each page begins with: "PART 1 OF 3", "APPENDIX", or nothing where a part goes on."""
    found = [re.match(r"GAITCHECK · (PART \d OF 3|APPENDIX)", text.strip().upper()) for text in pages]
    return [match[1] if match else "" for match in found]


ONE_PAGE_EACH = ["PART 1 OF 3", "PART 2 OF 3", "PART 3 OF 3", "APPENDIX"]


def test_each_of_the_three_parts_is_one_page_and_the_appendix_follows(pages: list[str]) -> None:
    heads = heads_of(pages)
    assert heads[:4] == ONE_PAGE_EACH
    assert not any(heads[4:])
    for page, title in zip(pages, PARTS, strict=False):
        assert title in page[:80]


def test_a_full_report_still_has_one_page_for_each_part(content: Content, folder: Path) -> None:
    finding = replace(content.runner.findings[0], text="While the left foot carries the body, much is to be said. " * 5)
    exercise = ExerciseWords(
        name="Side-lying leg lift",
        whose="Gluteus medius, left",
        kind="strengthen",
        dose="2 to 3 sets of 8 to 12, each side.",
        purpose="Strength.",
        progression="A band.",
        stop_when="Stop with pain above 3 out of 10. " * 2,
        origin="article",
        contrary="Little evidence.",
    )
    notice = knowledge().texts.notice
    measure, video = content.physio.measures[0], content.method.videos[0]
    full = replace(
        content,
        runner=replace(
            content.runner,
            findings=(finding,) * 3,
            cautions=("The camera is about 20 degrees away from square to the runner. Turn it.",) * 3,
            to_test=(Pair("Gluteus medius, left", "A strength test of the hip on both sides, and a step-down."),) * 3,
            clinician_flags=notice.red_flags,
            exercises_note=knowledge().texts.exercises.about,
            exercises=(exercise,) * 4,
        ),
        physio=replace(
            content.physio,
            measures=(measure,) * 26,
            stills=content.appendix.stills[:6],
            curves=(content.physio.curves * 5)[:13],
        ),
        method=replace(
            content.method,
            videos=(replace(video, checks=(video.checks * 6)[:16]),) * 2,
            measure_notes=("From behind, the swinging shank passes in front of the knee that is measured. " * 2,) * 6,
        ),
    )
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(render_pdf(full, folder))).pages]
    assert heads_of(pages)[:4] == ONE_PAGE_EACH


def test_the_text_can_be_selected_and_says_what_the_analysis_says(pages: list[str], analysis: Analysis) -> None:
    text = " ".join(pages)
    for finding in analysis.assessment.findings:
        assert finding.title in text
    measure = next(m for m in analysis.measures if m.id == "femoral_adduction" and m.side == "left")
    assert value_words(measure) in text
    assert measure_name("contralateral_pelvic_drop") in text
    assert PELVIS in text
    assert "Gluteus medius" in text
    for video in analysis.videos:
        assert video.sha256 in text.replace(" ", "")


def test_pdfium_reads_the_same_words(made: bytes, analysis: Analysis) -> None:
    document = pypdfium2.PdfDocument(made)
    first = document[0].get_textpage().get_text_range()
    assert analysis.assessment.findings[0].title in first
    assert "When to see a clinician first" in " ".join(p.get_textpage().get_text_range() for p in document)


def test_all_fonts_are_embedded(reader: pypdf.PdfReader) -> None:
    fonts = list(fonts_of(reader))
    assert fonts
    for name, descriptor in fonts:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), name
    assert any("SourceSansPro" in name for name, _ in fonts)


def fonts_of(reader: pypdf.PdfReader) -> Iterator[tuple[str, Any]]:
    """Name and descriptor of every font of every page, those inside drawings too."""
    for page in reader.pages:
        yield from _fonts(page.get("/Resources"))


def _fonts(resources: Any) -> Iterator[tuple[str, Any]]:
    resources = resources.get_object() if resources is not None else {}
    for font in resources.get("/Font", {}).values():
        font = font.get_object()
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        yield str(inner["/BaseFont"]), inner["/FontDescriptor"].get_object()
    for drawn in resources.get("/XObject", {}).values():
        if drawn.get_object().get("/Subtype") == "/Form":
            yield from _fonts(drawn.get_object().get("/Resources"))


def test_it_is_tagged_for_those_who_hear_it(reader: pypdf.PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid" in metadata
    tags = list(tags_of(root["/StructTreeRoot"].get_object()))
    kinds = [kind for kind, _ in tags]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/L"} <= set(kinds)
    assert kinds.count("/H1") == 4
    pictures = [element for kind, element in tags if kind == "/Figure"]
    assert len(pictures) >= 2 + 6 + 12
    assert all(element.get("/Alt") for element in pictures)


def tags_of(element: Any) -> Iterator[tuple[str, Any]]:
    """Kind and element of every structure element below one."""
    children = element.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(child, dict) and "/S" in child:
            yield str(child["/S"]), child
            yield from tags_of(child)


def test_nothing_lies_in_the_margins_and_no_page_is_empty(made: bytes) -> None:
    for page in pypdfium2.PdfDocument(made):
        picture = np.asarray(page.render(scale=1).to_pil().convert("L"))
        ink = picture < 200
        assert not ink[:, :36].any()
        assert not ink[:, -36:].any()
        assert not ink[:30].any()
        assert ink[40:-60].mean() > 0.002


def test_long_words_stay_on_the_page(content: Content, folder: Path) -> None:
    long = "Hüftgelenksabduktionskraftmessungsgerätebeschreibung " * 3
    physio = content.physio
    rows = tuple(replace(row, name=long, usual=long) for row in physio.measures[:4])
    long_titles = tuple(replace(finding, title=long, text=long * 4) for finding in content.runner.findings)
    wide = replace(
        content,
        patient=long,
        runner=replace(content.runner, findings=long_titles),
        physio=replace(physio, measures=rows),
    )
    for page in pypdfium2.PdfDocument(render_pdf(wide, folder)):
        picture = np.asarray(page.render(scale=1).to_pil().convert("L"))
        assert not (picture[:, -36:] < 200).any()


def test_the_same_content_gives_the_same_bytes(content: Content, folder: Path, made: bytes) -> None:
    assert render_pdf(content, folder) == made


def test_nothing_in_it_leads_outside(reader: pypdf.PdfReader) -> None:
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert [link for link in links if "/URI" in link.get("/A", {})] == []
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(reader.trailer["/Root"])


#: Shown as boxes where the machine has no font for them either.
WITHOUT_LETTERS_OF_OURS = ("李明", "a\u0007b")


@pytest.mark.parametrize("name", ["Änne Größenwahn", "Łukasz Żółć", "Иван Петров", *WITHOUT_LETTERS_OF_OURS])
def test_a_name_in_any_script_gives_a_report(content: Content, folder: Path, name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(replace(content, patient=name), folder)))
    if name not in WITHOUT_LETTERS_OF_OURS:
        assert name in reader.pages[0].extract_text()


def test_without_a_name_no_place_is_left_for_one(pages: list[str]) -> None:
    assert re.search(r"GaitCheck · \d{1,2} \w+ \d{4} Page 1 of \d", pages[0])


def test_a_run_without_any_result_still_gives_three_parts(content: Content, folder: Path) -> None:
    runner = replace(content.runner, findings=(), bodies=(), legend=(), to_test=(), exercises=(), cautions=())
    physio = replace(content.physio, measures=(), stills=(), curves=())
    nothing = Appendix((), (), (), "", (), (), (), (), ())
    empty = replace(content, runner=runner, physio=physio, appendix=nothing)
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(empty, folder)))
    assert len(reader.pages) == 3
    assert "Nothing could be measured" in reader.pages[1].extract_text()
