"""Comparisons: known changes are told from what the method cannot see."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gaitcheck.analyze import Analysis, ModelUsed, conclude
from gaitcheck.cli import main
from gaitcheck.findings.wording import violations
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import Measure
from gaitcheck.report.comparison.change import Change, Comparison, compare, retest_figures
from gaitcheck.report.comparison.page import Recording, curve_charts, pairs_of, recordings
from gaitcheck.report.document import Files, document_json, to_document
from gaitcheck.report.tables import write_landmarks
from gaitcheck.settings import Settings
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import pose_track

from .factory import tracked_video


def measure(mean: float | None = 5.0, *, uncertainty: float = 1.0, **changes: Any) -> Measure:
    values: dict[str, Any] = {
        "id": "lateral_trunk_lean",
        "side": "left",
        "unit": "deg",
        "mean": mean,
        "sd": 1.0,
        "n_steps": 12,
        "uncertainty": None if mean is None else uncertainty,
        "status": "not_measurable" if mean is None else "measured",
        "reason": "The trunk was hidden." if mean is None else None,
        "view": "rear",
    }
    return Measure(**{**values, **changes})


def analysis_of(*measures: Measure, model: str = "a", **settings: Any) -> Analysis:
    about = to_assessment()
    return Analysis(Settings(**{"speed_kmh": 10.0, **settings}), ModelUsed("full", model * 64), (), measures, about)


def to_assessment() -> Any:
    from .factory import ASSESSMENT

    return ASSESSMENT


def change(before: Measure, after: Measure) -> Change:
    (only,) = compare(analysis_of(before), analysis_of(after)).changes
    return only


def test_a_change_counts_beyond_both_errors_and_the_published_difference() -> None:
    published = retest_figures()["lateral_trunk_lean"].smallest_detectable_difference
    limit = math.sqrt(1.0**2 + 2.0**2 + published**2)
    for difference, verdict in (
        (limit - 0.01, "no_change_seen"),
        (limit + 0.01, "changed"),
        (-limit - 0.01, "changed"),
    ):
        found = change(measure(5.0), measure(5.0 + difference, uncertainty=2.0))
        assert (found.verdict, found.detectable) == (verdict, pytest.approx(limit))
        assert found.difference == pytest.approx(difference)
    assert change(measure(5.0), measure(5.1)).words == "No change that this method can see."
    assert change(measure(5.0), measure(15.0)).words.startswith("10.0° more")
    assert change(measure(15.0), measure(5.0)).words.startswith("10.0° less")


def test_a_measure_without_published_figure_has_the_methods_own_error() -> None:
    found = change(*(measure(m, id="cadence", side=None, unit="steps/min") for m in (165.0, 167.0)))
    assert (found.verdict, found.detectable) == ("changed", pytest.approx(math.sqrt(2)))


def test_posture_is_compared_from_standing_where_both_have_it() -> None:
    both = change(measure(5.0, from_standing=4.0), measure(12.0, from_standing=4.5))
    assert (both.before, both.after, both.from_standing, both.verdict) == (4.0, 4.5, True, "no_change_seen")
    one = change(measure(5.0, from_standing=4.0), measure(12.0))
    assert (one.before, one.after, one.from_standing, one.verdict) == (5.0, 12.0, False, "changed")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (measure(None), measure(5.0), "Not measurable in the earlier recording: The trunk was hidden."),
        (measure(5.0), measure(None), "Not measurable in the later recording: The trunk was hidden."),
        (measure(5.0), measure(9.0, view="front"), "from different sides"),
        (
            measure(5.0, id="knee_flexion_ic", view="left"),
            measure(30.0, id="knee_flexion_ic", view="right"),
            "behind the other leg",
        ),
        (measure(8.0, unit="% leg length"), measure(8.0, unit="cm"), "body height"),
    ],
)
def test_what_cannot_be_compared_says_why_and_never_counts(before: Measure, after: Measure, words: str) -> None:
    found = change(before, after)
    assert (found.verdict, found.difference, found.detectable) == ("not_comparable", None, None)
    assert words in found.words


def test_what_neither_recording_gives_is_left_out() -> None:
    assert compare(analysis_of(measure(None)), analysis_of(measure(None))).changes == ()


def test_changes_are_ranked_by_how_far_they_exceed_what_is_detectable() -> None:
    before = analysis_of(*(measure(0.0, side=side) for side in ("left", "right")), measure(0.0, id="crossover"))
    after = analysis_of(
        measure(9.0, side="left"), measure(-12.0, side="right"), measure(1.0, id="crossover", uncertainty=3.0)
    )
    comparison = compare(before, after)
    assert [(c.measure_id, c.side) for c in comparison.changed] == [
        ("lateral_trunk_lean", "right"),
        ("lateral_trunk_lean", "left"),
    ]
    assert comparison.summary.startswith("2 of 3 measures")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"speed_kmh": 10.0}, {"speed_kmh": 12.0}, "speeds differ (10 and 12 km/h)"),
        ({"speed_kmh": None}, {"speed_kmh": 12.0}, "speed was not given"),
        ({"model": "a"}, {"model": "b"}, "different pose models"),
        ({"patient_name": "Ann"}, {"patient_name": "Bea"}, "different names (Ann, Bea)"),
    ],
)
def test_what_speaks_against_comparing_is_said(before: dict[str, Any], after: dict[str, Any], words: str) -> None:
    warnings = compare(analysis_of(measure(), **before), analysis_of(measure(), **after)).warnings
    assert [words in warning for warning in warnings] == [True]


def test_like_recordings_have_no_warning() -> None:
    assert compare(analysis_of(measure(), speed_kmh=10.0), analysis_of(measure(), speed_kmh=10.2)).warnings == ()


def test_published_figures_belong_to_known_measures() -> None:
    for name, figure in retest_figures().items():
        assert name in REGISTRY
        assert figure.smallest_detectable_difference > 0
        assert figure.source


# ---- whole recordings ------------------------------------------------------------------------------------------------


def write(folder: Path, lean_deg: float) -> Path:
    """An analysed run with this forward lean."""
    folder.mkdir(parents=True)
    spec = Spec.model_validate(
        {
            "name": "run",
            "motion": {"forward_lean_deg": lean_deg},
            "clip": {"duration_s": 6},
            "camera": {"view": "right"},
        }
    )
    tracked = tracked_video(folder / "run.mp4", pose_track(spec))
    analysis = conclude([tracked], ModelUsed("full", "a" * 64), Settings(speed_kmh=10.0))
    write_landmarks(analysis, folder / "landmarks.parquet")
    document = to_document(analysis, files=Files(landmarks="landmarks.parquet"))
    (folder / "analysis.json").write_text(document_json(document), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three recordings: nothing changes to the second, the trunk leans 10 degrees more in the third."""
    home = tmp_path_factory.mktemp("person")
    for name, lean in (("1_may", 4.0), ("2_june", 4.0), ("3_july", 14.0)):
        write(home / name, lean)
    return home


def run(arguments: Sequence[object], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_known_change_is_found_and_nothing_else_of_the_trunk(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(["compare", person / "1_may", person / "3_july", "--out", tmp_path], capsys)
    assert (code, err) == (0, "")
    saved = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    lean = next(c for c in saved["changes"] if c["measure_id"] == "forward_trunk_lean")
    assert lean["verdict"] == "changed"
    assert lean["difference"] == pytest.approx(10.0, abs=1.5)
    knee = [c for c in saved["changes"] if c["measure_id"] in ("knee_flexion_ic", "knee_flexion_peak_stance")]
    assert {c["verdict"] for c in knee} <= {"no_change_seen", "not_comparable"}


def test_the_same_run_twice_shows_no_change(person: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["compare", person / "1_may", person / "2_june"], capsys)
    assert code == 0
    assert "0 of " in out.splitlines()[0]
    assert "- " not in out


def test_all_of_one_person_are_compared_in_turn(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(["compare", person, "--out", tmp_path], capsys)
    assert code == 0
    heads = [line.split(":")[0] for line in out.splitlines() if " -> " in line.split(":")[0]]
    assert heads[:3] == ["1_may -> 2_june", "2_june -> 3_july", "1_may -> 3_july"]
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "comparison_1.html", "comparison_1.json", "comparison_2.html", "comparison_2.json",
        "comparison_first_to_last.html", "comparison_first_to_last.json",
    ]  # fmt: skip


def test_a_slow_change_shows_from_the_first_to_the_last(person: Path) -> None:
    found = recordings([person])

    def leaning(recording: Recording, mean: float) -> Recording:
        lean = next(m for m in recording.analysis.measures if m.id == "forward_trunk_lean")
        only = replace(recording.analysis, measures=(replace(lean, mean=mean, uncertainty=1.0, status="measured"),))
        return replace(recording, analysis=only)

    limit = change(measure(id="forward_trunk_lean", side=None), measure(id="forward_trunk_lean", side=None)).detectable
    assert limit is not None
    course = [leaning(one, 5.0 + 0.6 * limit * number) for number, one in enumerate(found)]
    assert [len(pair.comparison.changed) for pair in pairs_of(course)] == [0, 0, 1]


def test_the_page_stands_alone_and_minds_its_words(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["compare", person / "1_may", person / "3_july", "--out", tmp_path], capsys)
    page = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "Forward trunk lean" in page
    assert page.count("<svg") == page.count("in colour</p>") > 3
    saved = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    words = [saved["summary"], *saved["warnings"], *(c["words"] for c in saved["changes"])]
    assert [found for text in words for found in violations(text)] == []


def test_curves_lie_over_each_other(person: Path) -> None:
    from gaitcheck.report.reload import load_analysis

    before, after = load_analysis(person / "1_may"), load_analysis(person / "3_july")
    charts = {chart.title: chart for chart in curve_charts(before, after)}
    lean = charts["Trunk forward"]
    assert len(lean.areas) == 2
    assert [area.side for area in lean.areas] == [None, "left"]
    assert {line.broken for line in lean.lines if line.side is None} == {"2 2"}
    assert "in colour" in lean.words
    mirrored = replace(after, videos=tuple(replace(v, gait=replace(v.gait, view="left")) for v in after.videos))
    assert curve_charts(before, mirrored) == []


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_analyses_are_one_sentence(
    count: int, person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [person / "1_may"] if count else [tmp_path]
    code, out, err = run(["compare", *given], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "needs two analyses" in err
    assert isinstance(Comparison((), ()).summary, str)
