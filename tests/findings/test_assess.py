"""Known answers: which finding and which muscle follow from which numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gaitcheck.findings import Assessment, assess
from gaitcheck.gait.result import Measure

from .support import measured, usual_runner, with_value


def ask(*measures: Measure, sex=None, speed_kmh=11.0) -> Assessment:
    return assess(measures, sex=sex, speed_kmh=speed_kmh)


def ids(assessment: Assessment) -> list[str]:
    return [finding.id for finding in assessment.findings]


def muscle(assessment: Assessment, muscle_id: str, side=None):
    (found,) = [one for one in assessment.muscles if (one.id, one.side) == (muscle_id, side)]
    return found


def test_usual_runner_has_nothing_that_stands_out() -> None:
    assessment = assess(usual_runner(), sex="F", speed_kmh=11.0)
    assert assessment.findings == ()
    assert assessment.not_looked_at == ()
    assert assessment.summary.startswith("Nothing stands out. Looked at: Pelvic drop; Pelvic drop, right against left;")
    assert {one.status for one in assessment.muscles} == {"nothing_seen", "not_visible"}
    assert len(assessment.muscles) == 11


def test_nothing_measured_is_not_called_nothing_stands_out() -> None:
    assessment = ask()
    assert assessment.looked_at == ()
    assert len(assessment.not_looked_at) == 15
    assert assessment.summary.startswith("Nothing could be judged")
    assert {one.status for one in assessment.muscles} == {"not_looked_at", "not_visible"}


@pytest.mark.parametrize(
    ("mean", "uncertainty", "band"),
    [(11.0, 3.0, None), (11.01, 3.0, "watch"), (13.0, 3.0, "watch"), (13.01, 3.0, "marked"), (8.5, 0.1, "watch")],
)
def test_pelvic_drop_counts_beyond_a_limit_by_more_than_its_uncertainty(mean, uncertainty, band) -> None:
    found = ask(measured("contralateral_pelvic_drop", mean, "left", uncertainty=uncertainty)).findings
    assert [one.band for one in found] == ([band] if band else [])


def test_pelvic_drop_finding_in_full() -> None:
    assessment = ask(measured("contralateral_pelvic_drop", 13.0, "right", uncertainty=2.0))
    (finding,) = assessment.findings
    assert finding.id == "contralateral_pelvic_drop.high.right"
    assert (finding.side, finding.direction, finding.band, finding.grade) == ("right", "high", "marked", "B")
    assert (finding.value, finding.uncertainty, finding.unit) == (13.0, 2.0, "deg")
    assert finding.usual == "up to 8° (women and men together)"
    assert "the left side of the pelvis drops by 13.0°" in finding.text
    assert finding.muscle_ids == ("gluteus_medius", "tfl_itb")
    medius = muscle(assessment, "gluteus_medius", "right")
    assert (medius.status, medius.score, medius.grade) == ("worth_testing", 0.6, "B")
    assert medius.because == (finding.id,)
    assert finding.title in medius.text


def test_pelvic_drop_and_hip_adduction_are_one_pattern() -> None:
    drop = measured("contralateral_pelvic_drop", 12.0, "right")
    adduction = measured("hip_adduction", 32.0, "right")
    assessment = ask(drop, adduction)
    assert ids(assessment) == ["hip_adduction.high.right"]  # (32-18)/4 band widths against (12-8)/2
    assert "Pelvic drop on the same side" in assessment.findings[0].text
    assert muscle(assessment, "gluteus_medius", "right").score == 0.6
    assert ids(ask(drop, measured("hip_adduction", 20.0, "left"))) == [
        "contralateral_pelvic_drop.high.right",
        "hip_adduction.high.left",
    ]


def test_knee_at_midstance_and_its_peak_are_one_pattern() -> None:
    assessment = ask(measured("knee_valgus", 14.0, "left"), measured("knee_valgus_peak", 17.0, "left"))
    assert ids(assessment) == ["knee_valgus_peak.high.left"]
    assert muscle(assessment, "gluteus_medius", "left").score == 0.3
    assert muscle(assessment, "adductors", "left").grade == "C"


def test_supporting_signs_add_to_a_primary_one_and_never_fire_alone() -> None:
    crossover = measured("crossover", -50.0, "left", uncertainty=10.0)
    alone = ask(crossover)
    assert muscle(alone, "gluteus_medius").status == "not_looked_at"
    assert muscle(alone, "tfl_itb", "left").score == 0.6
    both = ask(crossover, measured("contralateral_pelvic_drop", 12.0, "left"))
    assert muscle(both, "gluteus_medius", "left").score == pytest.approx(0.9)
    assert muscle(both, "gluteus_medius", "left").because == (
        "contralateral_pelvic_drop.high.left",
        "crossover.low.left",
    )


def test_a_sign_of_the_whole_body_adds_to_a_side_with_its_own_sign() -> None:
    lean, thigh = measured("forward_trunk_lean", 20.0), measured("hip_extension_peak", 2.0, "right")
    assert muscle(ask(lean), "psoas").status == "not_looked_at"
    assert muscle(ask(thigh), "psoas", "right").score == 0.3
    both = ask(lean, thigh)
    assert muscle(both, "psoas", "right").score == 0.6
    assert muscle(both, "psoas", "right").because == ("hip_extension_peak.low.right", "forward_trunk_lean.high")
    maximus = {one.side: one.score for one in both.muscles if one.id == "gluteus_maximus"}
    assert maximus == {"right": 0.6, None: 0.3}


def test_upright_and_marked_lean_are_told_apart() -> None:
    upright = ask(measured("forward_trunk_lean", -1.0))
    assert ids(upright) == ["forward_trunk_lean.low"]
    assert (muscle(upright, "gluteus_maximus").grade, muscle(upright, "gluteus_maximus").score) == ("B", 0.6)
    watch = ask(measured("forward_trunk_lean", 15.5))
    assert [one.band for one in watch.findings] == ["watch"]
    assert muscle(watch, "gluteus_maximus").status == "nothing_seen"
    marked = muscle(ask(measured("forward_trunk_lean", 17.0)), "gluteus_maximus")
    assert (marked.status, marked.grade, marked.score) == ("worth_testing", "C", 0.3)
    assert marked.contrary.startswith("Against this reading:")
    assert "Against this reading" not in muscle(upright, "gluteus_maximus").contrary


@pytest.mark.parametrize(("sex", "fires"), [("M", True), ("F", False), (None, False)])
def test_limits_by_sex(sex, fires) -> None:
    for measure_id, value in (("hip_adduction", 17.5), ("knee_valgus", 11.5)):
        found = ask(measured(measure_id, value, "left"), sex=sex).findings
        assert bool(found) is fires
    text = ask(measured("knee_valgus", 20.0, "left"), sex=sex).findings[0].usual
    assert (
        text
        == {
            "M": "up to 10° (men)",
            "F": "up to 12° (women)",
            None: "up to 12° (women and men together)",
        }[sex]
    )


@pytest.mark.parametrize(("speed_kmh", "fires"), [(None, False), (9.9, False), (10.0, True), (16.0, True)])
def test_hip_extension_needs_a_known_speed(speed_kmh, fires) -> None:
    assessment = ask(measured("hip_extension_peak", 2.0, "left"), speed_kmh=speed_kmh)
    assert bool(assessment.findings) is fires
    assert ("hip_extension_peak" in assessment.looked_at) is fires


@pytest.mark.parametrize(("speed_kmh", "fires"), [(None, True), (7.9, False), (8.0, True)])
def test_cadence_is_not_judged_at_a_jog(speed_kmh, fires) -> None:
    found = ask(measured("cadence", 150.0), speed_kmh=speed_kmh).findings
    assert bool(found) is fires
    if fires:
        assert ("speed was not given" in found[0].text) is (speed_kmh is None)


def test_quick_cadence_and_a_well_bent_knee_are_no_findings() -> None:
    assert ids(ask(measured("cadence", 210.0), measured("knee_flexion_ic", 35.0, "left"))) == []


@pytest.mark.parametrize(("right_minus_left", "side"), [(4.51, "right"), (-4.51, "left"), (4.49, None), (0.0, None)])
def test_pelvic_drop_of_right_against_left(right_minus_left, side) -> None:
    assessment = ask(measured("pelvic_drop_difference", right_minus_left, uncertainty=1.5))
    assert ids(assessment) == ([f"pelvic_drop_difference.difference.{side}"] if side else [])
    for finding in assessment.findings:
        assert (finding.value, finding.uncertainty, finding.side) == (4.51, 1.5, side)
        assert finding.usual == "less than 3° between left and right (women and men together)"
        assert finding.title.startswith(f"Pelvis drops more in {side} than in")
        assert muscle(assessment, "gluteus_medius", side).score == 0.6


def test_a_measured_difference_counts_where_the_drop_itself_is_borderline() -> None:
    drops = [
        measured("contralateral_pelvic_drop", 14.0, side, status="borderline", doubt="video")
        for side in ("left", "right")
    ]
    assessment = ask(*drops, measured("pelvic_drop_difference", -6.0, uncertainty=2.0))
    assert ids(assessment) == ["pelvic_drop_difference.difference.left"]
    assert "contralateral_pelvic_drop" in assessment.not_looked_at
    assert muscle(assessment, "gluteus_medius", "left").status == "worth_testing"
    without = ask(*drops, measured("pelvic_drop_difference", 1.0, uncertainty=2.0))
    assert without.findings == ()
    assert muscle(without, "gluteus_medius").status == "not_looked_at"


def test_a_drop_and_its_difference_are_one_pattern() -> None:
    drop = measured("contralateral_pelvic_drop", 14.0, "left")
    assessment = ask(drop, measured("pelvic_drop_difference", -8.0))
    assert ids(assessment) == ["contralateral_pelvic_drop.high.left"]
    assert "Pelvic drop, right against left on the same side" in assessment.findings[0].text
    assert muscle(assessment, "gluteus_medius", "left").score == 0.6


@pytest.mark.parametrize(("standing", "limit"), [(None, 4.0 + 2.0), (0.0, 4.0 + math.sqrt(2))])
def test_sides_are_compared_with_errors_that_add_up_where_a_wrong_level_moves_them_apart(standing, limit) -> None:
    def difference(size: float) -> Assessment:
        return ask(
            measured("hip_adduction", 2.0, "left", from_standing=standing),
            measured("hip_adduction", 2.0 + size, "right", from_standing=None if standing is None else standing + size),
        )

    assert ids(difference(limit - 0.01)) == []
    assessment = difference(limit + 0.01)
    (finding,) = assessment.findings
    assert finding.id == "hip_adduction.difference.right"
    assert finding.value == pytest.approx(limit + 0.01)
    assert finding.uncertainty == pytest.approx(limit - 4.0)
    assert muscle(assessment, "gluteus_medius", "right").status == "worth_testing"


def test_hip_adduction_of_both_sides_is_compared_relative_to_standing_where_known() -> None:
    tilted_camera = [
        measured("hip_adduction", 1.0, "left", from_standing=4.0),
        measured("hip_adduction", 9.0, "right", from_standing=4.5),
    ]
    assert ids(ask(*tilted_camera)) == []
    hidden_by_it = [
        measured("hip_adduction", 4.0, "left", from_standing=8.0),
        measured("hip_adduction", 4.0, "right", from_standing=1.0),
    ]
    (finding,) = ask(*hidden_by_it).findings
    assert (finding.id, finding.value) == ("hip_adduction.difference.left", 7.0)
    assert finding.text.endswith("Both sides were compared with standing still.")
    one_side_only = [hidden_by_it[0], measured("hip_adduction", 4.0, "right")]
    assert ids(ask(*one_side_only)) == []


def test_the_knees_are_compared_as_read() -> None:
    knees = [
        measured("knee_valgus", 0.0, "left", from_standing=20.0),
        measured("knee_valgus", 9.0, "right", from_standing=0.0),
    ]
    (finding,) = ask(*knees).findings
    assert (finding.id, finding.value) == ("knee_valgus.difference.right", 9.0)


def test_a_difference_that_comes_from_the_other_side_points_to_no_muscle() -> None:
    assessment = ask(measured("knee_valgus", -12.0, "left"), measured("knee_valgus", 1.0, "right"))
    assert ids(assessment) == ["knee_valgus.difference.right"]
    assert assessment.findings[0].muscle_ids == ()
    assert muscle(assessment, "adductors").status == "nothing_seen"


def test_a_hip_hike_is_not_a_drop() -> None:
    assert ids(ask(measured("contralateral_pelvic_drop", -12.0, "left"))) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"status": "borderline"},
        {"status": "borderline", "doubt": "video"},
        {"status": "not_measurable", "mean": None},
        {"n_steps": 6},
        {"uncertainty": None},
        {"uncertainty": math.nan},
        {"mean": math.nan},
        {"mean": math.inf},
        {"unit": "rad"},
    ],
)
def test_a_value_that_cannot_be_trusted_is_not_looked_at(spoilt) -> None:
    assert ids(ask(measured("contralateral_pelvic_drop", 30.0, "left", n_steps=7))) != []
    assessment = ask(measured("contralateral_pelvic_drop", side="left", **{"mean": 30.0, **spoilt}))
    assert assessment.findings == ()
    assert "contralateral_pelvic_drop" in assessment.not_looked_at


@pytest.mark.parametrize(("beyond", "fires"), [(5.01, True), (4.99, False)])
def test_a_value_of_a_kind_given_with_care_counts_half_and_says_why(beyond, fires) -> None:
    values = {"mean": 12.0 + beyond, "side": "left", "uncertainty": 5.0}
    care = ask(measured("knee_valgus", **values, status="borderline", doubt="known"))
    sure = ask(measured("knee_valgus", **values))
    assert ids(care) == ids(sure) == (["knee_valgus.high.left"] if fires else [])
    if fires:
        assert (care.findings[0].with_care, sure.findings[0].with_care) == (True, False)
        assert care.findings[0].text == f"{sure.findings[0].text} Take this one with care: A reason of knee_valgus."
        assert muscle(care, "adductors", "left").score == muscle(sure, "adductors", "left").score / 2 == 0.15
    # beside a surer pattern of the same weight it comes second, although it lies further out
    sideways = measured("lateral_trunk_lean", 5.0 + 0.8 * beyond, "right")
    assert ids(ask(measured("knee_valgus", **values, status="borderline", doubt="known"), sideways))[0] == (
        "lateral_trunk_lean.high.right"
    )


def test_a_difference_is_taken_with_care_where_one_of_the_sides_is() -> None:
    sides = [measured("knee_valgus", 0.0, "left"), measured("knee_valgus", 9.0, "right")]
    for i in (0, 1):
        pair = [replace(one, status="borderline", reason="A reason.", doubt="known") if j == i else one
                for j, one in enumerate(sides)]  # fmt: skip
        (finding,) = ask(*pair).findings
        assert finding.with_care
    assert not ask(*sides).findings[0].with_care


def test_descriptive_measures_never_fire() -> None:
    shown_only = [
        "femoral_adduction", "knee_window", "overstride", "foot_inclination_ic", "heel_recovery", "contact_time",
        "duty_factor", "contralateral_pelvic_drop_peak", "pelvic_drop_range",
    ]  # fmt: skip
    for sign in (1, -1):
        assessment = ask(*(measured(one, sign * 1000.0, "left") for one in shown_only))
        assert (assessment.findings, assessment.looked_at) == ((), ())


def test_ranked_by_sure_distance_in_band_widths_times_grade() -> None:
    assessment = ask(  # each has an uncertainty of 1
        measured("lateral_trunk_lean", 15.0, "left"),  # 3 widths x 0.3 = 0.9
        measured("step_time_symmetry", 7.0),  # 1.5 widths x 0.6 = 0.9, later in the list
        measured("tibia_inclination_ic", 17.5, "left"),  # 1.5 widths x 0.6 = 0.9, between the two
        measured("cadence", 137.0),  # 17 / 8.6 x 0.6 = 1.19
    )
    assert ids(assessment) == [
        "cadence.low",
        "lateral_trunk_lean.high.left",
        "tibia_inclination_ic.high.left",
        "step_time_symmetry.high",
    ]


def test_what_is_less_sure_ranks_lower() -> None:
    drop = measured("contralateral_pelvic_drop", 14.0, "right", uncertainty=1.0)  # 5 sure degrees = 2.5 widths
    for uncertainty, first in ((1.9, "hip_adduction"), (2.1, "contralateral_pelvic_drop")):
        # 12 degrees beyond the limit: 10.1 or 9.9 sure ones, in widths of 4
        other = measured("hip_adduction", 30.0, "left", uncertainty=uncertainty)
        assert ask(drop, other).findings[0].measure_id == first


def test_one_judged_side_is_said_in_the_summary() -> None:
    summary = ask(measured("knee_flexion_ic", 13.0, "left")).summary
    assert "Knee bend at contact (left only)" in summary


def test_the_summary_names_what_could_not_be_judged() -> None:
    usual = usual_runner()
    drop = ("contralateral_pelvic_drop",)
    assert "Not judged: 1 of 15 measures (Pelvic drop);" in ask(*(m for m in usual if m.id not in drop)).summary
    only_cadence = ask(*(m for m in usual if m.id == "cadence")).summary
    named = "Pelvic drop; Pelvic drop, right against left; Hip adduction; …"
    assert f"Not judged: 14 of 15 measures ({named});" in only_cadence
    assert "Not judged" not in ask(*usual).summary
    assert "Not judged" not in ask().summary


def test_a_muscle_whose_best_signs_are_withheld_is_not_called_nothing_seen() -> None:
    """From behind, with the pelvic drop withheld, the knees alone do not clear the side of the hip."""
    hips = ("contralateral_pelvic_drop", "hip_adduction")
    assessment = ask(*(m for m in usual_runner() if m.id not in hips))
    medius = muscle(assessment, "gluteus_medius")
    assert medius.status == "not_looked_at"
    assert "could best point to it could not be judged on this video (Pelvic drop; Hip adduction)" in medius.text
    assert muscle(assessment, "tfl_itb").status == "not_looked_at"
    assert muscle(assessment, "adductors").status == "nothing_seen"
    one = ask(*(m for m in usual_runner() if m.id != "hip_adduction"))
    assert muscle(one, "gluteus_medius").status == "nothing_seen"


def test_a_measure_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="cadence"):
        ask(measured("cadence", 150.0), measured("cadence", 151.0))


def test_muscles_worth_testing_come_first_by_score() -> None:
    pattern = with_value(usual_runner(), measured("contralateral_pelvic_drop", 13.0, "right"))
    pattern = with_value(pattern, measured("knee_valgus", 16.0, "right"))
    assessment = ask(*pattern)
    scores = [one.score for one in assessment.muscles]
    assert scores == sorted(scores, reverse=True)
    assert (assessment.muscles[0].id, assessment.muscles[0].side) == ("gluteus_medius", "right")
    assert assessment.muscles[0].score == pytest.approx(0.9)
