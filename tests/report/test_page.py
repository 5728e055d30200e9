import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import Assessment, Exercise, RedFlag
from gaitcheck.findings.wording import violations
from gaitcheck.gait.curves import gait_curves
from gaitcheck.gait.result import Measure
from gaitcheck.report.annotate import draw_stills
from gaitcheck.report.charts import (
    SMALL_HEIGHT,
    SMALL_WIDTH,
    STEPS_HEIGHT,
    WIDTH,
    cycle_chart,
    cycle_charts,
    step_charts,
)
from gaitcheck.report.compose import STILLS_FIRST, report_content
from gaitcheck.report.document import Files, VideoOutputs, to_document
from gaitcheck.report.page import render_page
from gaitcheck.report.words import measure_name, unit_slug, value_words, with_unit

from .factory import PELVIS, make_analysis


def page_of(analysis: Analysis, folder: Path) -> str:
    outputs = [
        VideoOutputs(stills=draw_stills(v, i, folder, prefix=f"p{i}")) for i, v in enumerate(analysis.videos, start=1)
    ]
    return render_page(report_content(to_document(analysis, outputs=outputs, files=Files()), analysis), folder)


@pytest.fixture(scope="module")
def two_views(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Long enough for three strides of each leg."""
    return make_analysis(tmp_path_factory.mktemp("two_views"), ("rear", "right"), frames=105)


@pytest.fixture(scope="module")
def page(two_views: Analysis, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(two_views, tmp_path_factory.mktemp("page"))


def words_of(page: str) -> str:
    bare = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    assert re.findall(r"(?:src|href)=(?!\"data:image/jpeg;base64,)", page) == []
    outside = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert re.findall(r"https?:|url\((?!#)|@import|<script|<link", outside) == []
    assert page.count("data:image/jpeg;base64,") == 12 + STILLS_FIRST


def test_text_from_outside_is_escaped(page: str) -> None:
    assert "&lt;b&gt;Left knee &amp; line&lt;/b&gt;" in page
    assert "<b>Left knee" not in page


def part(page: str, name: str) -> str:
    """One of the three parts of the page, or the appendix."""
    found = re.search(
        rf'<section id="{name}" class="part">(.*?)(?=<section id="\w+" class="part">|</main>)', page, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_the_runner_sees_three_findings_and_the_appendix_has_all_of_them(page: str) -> None:
    titles = ("Left thigh leans inward", "Left knee &amp;", "Trunk leans left", "Few steps")
    runner, appendix = part(page, "runner"), part(page, "appendix")
    for text, shown in ((runner, titles[:3]), (appendix, titles)):
        places = [text.index(title) for title in shown]
        assert places == sorted(places)
    assert "Few steps" not in runner
    assert "1 more in the appendix" in runner
    assert re.findall(r'<span class="number">(\d)</span>', page) == ["1", "2", "3"]


def test_each_part_holds_what_belongs_there(page: str, two_views: Analysis) -> None:
    runner, physio, method, appendix = (
        words_of(part(page, name)) for name in ("runner", "physio", "method", "appendix")
    )
    notice = knowledge().texts.notice
    assert runner.index(notice.red_flags_title) < runner.index(notice.intended_use)
    assert "SHA-256" not in runner + physio
    assert "Film at 60 frames a second or more." in runner
    for part_of_method in (two_views.videos[0].sha256, two_views.model.sha256, PELVIS, notice.evidence, "gaitcheck 0."):
        assert part_of_method in method
    assert physio.count("±") > 10
    assert physio.index("Measures") < physio.index("Stills") < physio.index("Over the gait cycle")
    assert appendix.index("Muscle groups worth testing") < appendix.index("All stills") < appendix.index("Step by step")
    assert appendix.count("Against it") >= 4
    assert "Dingenen 2018" in appendix


def test_red_flags_come_before_everything_and_there_are_then_no_exercises(two_views: Analysis, tmp_path: Path) -> None:
    flag = RedFlag(
        "bone", "Pain in one spot of a bone.", "See a clinician before you run again.", ("answer",), "Source"
    )
    hints = tuple(replace(hint, exercises=(EXERCISE,)) for hint in two_views.assessment.muscles)
    assessment = replace(two_views.assessment, red_flags=(flag,), muscles=hints)
    words = words_of(page_of(replace(two_views, assessment=assessment), tmp_path))
    assert words.index(flag.text) < words.index(flag.advice) < words.index(assessment.findings[0].title)
    assert "Side-lying leg raises" not in words
    assert EXERCISE.name not in words


def test_exercises_come_with_dose_and_when_to_stop_after_the_signs_for_a_clinician(
    two_views: Analysis, tmp_path: Path
) -> None:
    hints = tuple(replace(hint, exercises=(EXERCISE,) * 2) for hint in two_views.assessment.muscles[:1])
    assessment = replace(two_views.assessment, muscles=hints, exercises_note="Exercises are an offer.")
    page = page_of(replace(two_views, assessment=assessment), tmp_path)
    runner, appendix = words_of(part(page, "runner")), words_of(part(page, "appendix"))
    places = [
        runner.index(words)
        for words in (knowledge().texts.notice.red_flags[0], "Exercises are an offer.", EXERCISE.name, EXERCISE.dose,
                      EXERCISE.stop_when)
    ]  # fmt: skip
    assert places == sorted(places)
    assert runner.count(EXERCISE.name) == 1
    assert EXERCISE.progression in appendix
    assert EXERCISE.progression not in runner


def test_a_name_is_shown_only_when_it_is_given(two_views: Analysis, tmp_path: Path) -> None:
    named = replace(two_views, settings=two_views.settings.model_copy(update={"patient_name": "Änne Größenwahn"}))
    assert words_of(page_of(named, tmp_path)).count("Änne Größenwahn") == 4


def test_measures_have_their_usual_range_beside_them(page: str) -> None:
    rows = re.findall(r'<th scope="row">Knee valgus</th>.*?</tr>', page, re.DOTALL)
    assert len(rows) == 1
    assert "up to 12°" in words_of(rows[0])
    assert re.findall(r'data-label="(left|right)"', rows[0]) == ["left", "right"]
    lean = re.search(r'<th scope="row">Thigh adduction</th>.*?</tr>', page, re.DOTALL)
    assert lean is not None
    assert "–" in words_of(lean[0])


def test_what_a_value_rests_on_stands_below_the_table(two_views: Analysis, tmp_path: Path) -> None:
    measures = tuple(
        replace(m, evidence="fused, mean as zero") if m.id == "knee_valgus" else m
        for m in two_views.measures
        if m.mean is not None
    )
    page = page_of(replace(two_views, measures=measures), tmp_path)
    physio, method = part(page, "physio"), part(page, "method")
    notes = dict(re.findall(r"<p><sup>(\d)</sup> (.*?)</p>", method))
    assert set(notes.values()) == {FUSED, "Filmed at 30 frames a second."}
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</th>.*?</tr>', physio, re.DOTALL)
    marked = re.findall(r'<tr>\s*<th scope="row">([^<]*)</th>(?:(?!</tr>).)*<sup>(\d)</sup>', physio, re.DOTALL)
    assert {(name, notes[number]) for name, number in marked} == {
        (measure_name("knee_valgus"), FUSED),
        (measure_name("contact_time"), "Filmed at 30 frames a second."),
    }
    assert len(rows) > len(marked)


def test_the_table_of_measures_has_both_sides_in_a_line(two_views: Analysis, tmp_path: Path) -> None:
    def changed(measure: Measure) -> Measure:
        if (measure.id, measure.side) == ("knee_valgus", "right"):
            return replace(measure, mean=12.3, n_steps=9, status="borderline", reason="Few steps.")
        if measure.id == "lateral_trunk_lean":
            return replace(measure, unit="% hip width", from_standing=None)
        return measure

    analysis = replace(two_views, measures=tuple(changed(m) for m in two_views.measures))
    content = report_content(to_document(analysis, files=Files()), analysis)
    rows = {row.name: row for row in content.physio.measures}
    left, right = rows["Knee valgus"].values
    assert (left.side, left.status_words, right.side, right.status_words) == ("left", "measured", "right", "with care")
    assert (right.value, right.steps) == ("12.3 ± 1.5°", "9")
    assert not rows["Knee valgus"].alike
    assert content.method.measure_notes[int(right.note) - 1] == "Few steps."
    assert rows["Thigh adduction"].alike
    assert {value.side for value in rows["Cadence"].values} == {"both"}
    assert re.fullmatch(r"[\d.]+ ± 1\.5", rows["Sideways trunk lean (% hip width)"].values[0].value)
    values = [one for row in content.physio.measures for one in row.values]
    assert len(values) == sum(m.mean is not None for m in analysis.measures)


def test_the_first_stills_are_the_most_telling(two_views: Analysis, tmp_path: Path) -> None:
    outputs = [
        VideoOutputs(None, draw_stills(v, i, tmp_path, prefix=f"p{i}")) for i, v in enumerate(two_views.videos, start=1)
    ]
    content = report_content(to_document(two_views, outputs=outputs, files=Files()), two_views)
    names = [Path(still.file).stem for still in content.physio.stills]
    assert names[:4] == ["p1_left_midstance", "p1_right_midstance", "p2_left_midstance", "p2_right_midstance"]
    assert names[4:] == ["p2_left_initial_contact", "p2_right_initial_contact"]
    assert len(content.appendix.stills) == 12


FUSED = (
    "Read from the edge of the waistband and the movement of the cloth together; "
    "the middle between both sides counts as level."
)
EXERCISE = Exercise(
    "side_lift", "Side lift", "strengthen", "It trains the side of the hip.", "3 times 12, three times a week.",
    "Add a band.", "It hurts.", "article", "C", "Little evidence.", "A book", "glute_medius", "Gluteus medius", "own",
)  # fmt: skip


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
    assert "No video can show this muscle." in words


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
    assert "Muscle groups: none could be looked at" in page
    assert "Film again, so that the run can be judged" in page
    assert "<svg" not in page


def test_charts_have_a_mark_for_each_step_inside_the_frame(two_views: Analysis) -> None:
    charts = {chart.title: chart for chart in step_charts(two_views)}
    gait = two_views.videos[0].gait
    lean = charts[measure_name("lateral_trunk_lean")]
    assert len(lean.marks) == len(gait.steps)
    assert [area.side for area in lean.areas] == [line.side for line in lean.lines] == ["left", "right"]
    for chart in charts.values():
        assert all(40 < m.x <= WIDTH and 0 <= m.y <= STEPS_HEIGHT for m in chart.marks)
    left = [m for m in lean.marks if m.side == "left"]
    values = gait.step_values["lateral_trunk_lean", "left"]
    higher = [a.y < b.y for a, b in pairwise(left)]
    assert higher == [bool(a > b) for a, b in pairwise(values)]


def test_withheld_measures_have_no_chart(two_views: Analysis) -> None:
    charts = (*step_charts(two_views), *cycle_charts(two_views))
    assert "pelvi" not in " ".join(chart.title.lower() for chart in charts)


def test_curves_lie_in_their_frame_and_say_how_many_strides(two_views: Analysis) -> None:
    charts = {chart.title: chart for chart in cycle_charts(two_views)}
    assert {"Knee inward", "Trunk sideways", "Knee bend", "Thigh back"} <= set(charts)
    knee = charts["Knee inward"]
    assert [line.side for line in knee.lines] == ["left", "right"]
    assert re.search(r"left: -?\d+ to \d+°, \d strides; right: ", knee.words)
    for chart in charts.values():
        for path in (*chart.lines, *chart.areas):
            x, y = np.array(re.findall(r"([\d.]+),([\d.]+)", path.path), float).T
            assert x.min() >= chart.left
            assert x.max() <= chart.right
            assert y.min() >= 0
            assert y.max() <= chart.height
    assert all((chart.width, chart.height) == (SMALL_WIDTH, SMALL_HEIGHT) for chart in charts.values())


def test_the_mean_curve_is_drawn_as_it_is(two_views: Analysis) -> None:
    curve = next(c for c in gait_curves(two_views.videos[0].gait) if (c.measure_id, c.side) == ("knee_valgus", "left"))
    chart = cycle_chart([replace(curve, contact_percent=40.0)])
    mean, bar, end = chart.lines
    y = np.array(re.findall(r"[\d.]+,([\d.]+)", mean.path), float)
    assert np.corrcoef(y, curve.mean)[0, 1] == pytest.approx(-1.0, abs=1e-3)
    # 0 % lies at 52 and 100 % at 318: 40 % at 158.4.
    assert bar.path.endswith("H158.4")
    assert end.path.startswith("M158.4,")
    assert "foot on the belt for about 40 %" in chart.words


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
    (chart,) = step_charts(long)
    assert (chart.one_mark_for, len(chart.marks)) == (5, 240)
    assert "1200 steps" in chart.words
