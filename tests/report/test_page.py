import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import Assessment
from gaitcheck.findings.wording import violations
from gaitcheck.report.annotate import draw_video
from gaitcheck.report.charts import HEIGHT, WIDTH, charts_of
from gaitcheck.report.document import Files, to_document
from gaitcheck.report.page import render_page
from gaitcheck.report.words import measure_name, unit_slug, value_words, with_unit


def page_of(analysis: Analysis, folder: Path) -> str:
    outputs = [
        draw_video(v, i, folder, prefix=f"p{i}", annotated_video=False, progress=lambda share: None)
        for i, v in enumerate(analysis.videos, start=1)
    ]
    return render_page(to_document(analysis, outputs=outputs, files=Files()), analysis, folder)


@pytest.fixture(scope="module")
def page(two_views: Analysis, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(two_views, tmp_path_factory.mktemp("page"))


def words_of(page: str) -> str:
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    assert re.findall(r"(?:src|href)=(?!\"data:image/jpeg;base64,)", page) == []
    assert re.findall(r"https?:|url\(|@import|<script|<link", page) == []
    assert page.count("data:image/jpeg;base64,") == 12


def test_text_from_outside_is_escaped(page: str) -> None:
    assert "&lt;b&gt;Left knee &amp; line&lt;/b&gt;" in page
    assert "<b>Left knee" not in page


def test_three_findings_come_first_and_the_others_after_them(page: str) -> None:
    places = [
        page.index(title)
        for title in ("Left thigh leans inward", "Left knee &amp;", "Trunk leans left", "Also seen", "Few steps")
    ]
    assert places == sorted(places)
    assert re.findall(r'<span class="number">(\d)</span>', page) == ["1", "2", "3"]


def test_a_withheld_measure_has_its_reason_and_no_number(page: str) -> None:
    row = re.search(r'<tr class="not_measurable">.*?</tr>', page, re.DOTALL)
    assert row is not None
    words = words_of(row[0])
    assert measure_name("contralateral_pelvic_drop") in words
    assert "The pelvis line cannot be told from hip points" in words
    assert re.findall(r"\d", words) == []
    assert "Not measurable from this video" in page


def test_values_stand_with_uncertainty_and_steps(page: str, two_views: Analysis) -> None:
    measure = next(m for m in two_views.measures if m.id == "femoral_adduction" and m.side == "left")
    assert value_words(measure) == f"{measure.mean:.1f} ± 1.5°"
    assert value_words(measure) in words_of(page)


def test_hints_name_what_speaks_against_them_and_how_to_confirm(page: str) -> None:
    words = words_of(page)
    for part in (
        "Gluteus medius, left",
        "Confirm with A hip abduction strength test.",
        "A review found no steady link.",
    ):
        assert part in words
    assert "not visible on video" in words


def test_what_every_page_must_say_is_there(page: str, two_views: Analysis) -> None:
    words = words_of(page)
    notice = knowledge().texts.notice
    for part in (notice.intended_use, notice.evidence, notice.privacy, notice.red_flags_title, *notice.red_flags):
        assert part in words
    for part in ("Film at 60 frames a second or more.", two_views.videos[0].sha256, two_views.model.sha256):
        assert part in words


def test_the_page_says_nothing_that_a_video_cannot_show(page: str) -> None:
    assert violations(words_of(page)) == ()


def test_a_run_without_any_result_still_gives_a_page(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    empty = replace(video.gait, steps=(), series={}, step_values={}, measures=(), view=None)
    nothing = Assessment((), (), (), (), "Nothing could be judged from this video.")
    page = page_of(replace(rear, videos=(replace(video, gait=empty),), measures=(), assessment=nothing), tmp_path)
    assert "Nothing could be judged" in page
    assert "<svg" not in page


def test_charts_have_a_mark_for_each_step_inside_the_frame(two_views: Analysis) -> None:
    charts = {chart.title: chart for chart in charts_of(two_views)}
    gait = two_views.videos[0].gait
    lean = charts[measure_name("lateral_trunk_lean")]
    assert len(lean.marks) == len(gait.steps)
    assert [m.side for m in lean.means] == ["left", "right"]
    for chart in charts.values():
        assert all(40 < m.x <= WIDTH and 0 <= m.y <= HEIGHT for m in chart.marks)
        assert all(m.height >= 0 for m in chart.means)
    left = [m for m in lean.marks if m.side == "left"]
    values = gait.step_values["lateral_trunk_lean", "left"]
    higher = [a.y < b.y for a, b in pairwise(left)]
    assert higher == [bool(a > b) for a, b in pairwise(values)]


def test_withheld_measures_have_no_chart(two_views: Analysis) -> None:
    assert measure_name("contralateral_pelvic_drop") not in {chart.title for chart in charts_of(two_views)}


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(6.04, "deg", "6.0°"), (-0.04, "deg", "0.0°"), (-3.26, "deg", "−3.3°"), (0.2514, "s", "0.251 s"),
     (168.94, "steps/min", "168.9 steps/min"), (None, "deg", "–"), (36.4, "%", "36.4 %")],
)  # fmt: skip
def test_numbers_are_written_as_people_write_them(value: float | None, unit: str, words: str) -> None:
    assert with_unit(value, unit) == words


@pytest.mark.parametrize(
    ("unit", "slug"), [("deg", "deg"), ("°", "deg"), ("%", "percent"), ("steps/min", "steps_per_min"), ("s", "s")]
)
def test_units_become_parts_of_column_names(unit: str, slug: str) -> None:
    assert unit_slug(unit) == slug


def test_a_side_that_is_withheld_is_named_beside_the_one_that_is_not(rear: Analysis, tmp_path: Path) -> None:
    measures = tuple(
        replace(m, mean=None, status="not_measurable", reason="Hidden.")
        if (m.id, m.side) == ("knee_valgus", "left")
        else m
        for m in rear.measures
    )
    words = words_of(page_of(replace(rear, measures=measures), tmp_path))
    assert f"Hidden. {measure_name('knee_valgus')} (left) " in words


def test_a_long_run_has_marks_for_some_of_its_steps_and_says_so(rear: Analysis) -> None:
    video = rear.videos[0]
    steps = tuple(
        replace(video.gait.steps[0], side="left", initial_contact_s=0.36 * i, midstance_s=0.36 * i + 0.1)
        for i in range(1200)
    )
    values = {("knee_valgus", "left"): np.linspace(0, 6, 1200)}
    long = replace(rear, videos=(replace(video, gait=replace(video.gait, steps=steps, step_values=values)),))
    (chart,) = charts_of(long)
    assert (chart.one_mark_for, len(chart.marks)) == (5, 240)
    assert "1200 steps" in chart.words
