"""Known answers: what lowers a hint, which exercises come with it, and what the answers to the questions do."""

from __future__ import annotations

import pytest

from gaitcheck.findings import Assessment, MuscleHint, assess, knowledge
from gaitcheck.findings.result import RedFlag
from gaitcheck.gait.result import Measure
from gaitcheck.settings import Answers

from .support import measured, usual_runner, with_value


def ask(*measures: Measure, answers: Answers | None = None) -> Assessment:
    return assess(measures, sex=None, speed_kmh=11.0, answers=answers)


def hint_of(assessment: Assessment, muscle_id: str, side=None) -> MuscleHint:
    (found,) = [one for one in assessment.muscles if (one.id, one.side) == (muscle_id, side)]
    return found


# ---- measures that speak against a sign


@pytest.mark.parametrize(
    ("sign", "against", "muscle_id"),
    [
        (measured("hip_adduction", 30.0, "left"), measured("contralateral_pelvic_drop", 5.0, "left"), "gluteus_medius"),
        (measured("knee_valgus", 20.0, "left"), measured("hip_adduction", 10.0, "left"), "adductors"),
        (measured("hip_adduction", 30.0, "left"), measured("crossover", 20.0, "left"), "tfl_itb"),
        (
            measured("lateral_trunk_lean", 12.0, "left"),
            measured("contralateral_pelvic_drop", 5.0, "left"),
            "abdominals",
        ),
        (measured("knee_flexion_peak_stance", 25.0, "left"), measured("cadence", 180.0), "quadriceps"),
        (measured("knee_flexion_ic", 1.0, "left"), measured("tibia_inclination_ic", 8.0, "left"), "hamstrings"),
        (measured("hip_extension_peak", 1.0, "left"), measured("forward_trunk_lean", 7.0), "psoas"),
        (measured("hip_adduction", 30.0, "left"), measured("knee_valgus", 5.0, "left"), "piriformis"),
    ],
)
def test_a_measure_that_speaks_against_a_sign_halves_it(sign, against, muscle_id) -> None:
    alone, both = (hint_of(ask(*given), muscle_id, "left") for given in ([sign], [sign, against]))
    assert alone.lowered_by == ()
    assert both.score == pytest.approx(alone.score / 2)
    assert both.strength == both.score
    (says,) = both.lowered_by
    assert f"Counted half, because another measure speaks against it: {says}" in both.text


def test_a_sign_of_the_whole_body_is_held_against_both_sides() -> None:
    upright = measured("forward_trunk_lean", -3.0)
    left, right = (measured("hip_extension_peak", 12.0, side) for side in ("left", "right"))
    little = measured("hip_extension_peak", 5.5, "right")
    for thighs, score in (([], 0.6), ([left], 0.3), ([left, right], 0.3), ([left, little], 0.6)):
        assert hint_of(ask(upright, *thighs), "gluteus_maximus").score == score


def test_a_measure_near_its_limit_or_not_trusted_speaks_against_nothing() -> None:
    sign = measured("hip_adduction", 30.0, "left")
    for drop in (
        measured("contralateral_pelvic_drop", 7.5, "left", uncertainty=1.0),
        measured("contralateral_pelvic_drop", 5.0, "left", status="borderline"),
        measured("contralateral_pelvic_drop", 5.0, "left", n_steps=6),
        measured("contralateral_pelvic_drop", 5.0, "right"),
    ):
        assert hint_of(ask(sign, drop), "gluteus_medius", "left").score == 0.6


def test_quick_steps_explain_little_hip_extension_only_when_surely_quick() -> None:
    thigh = measured("hip_extension_peak", 1.0, "right")
    assert hint_of(ask(thigh, measured("cadence", 176.0, uncertainty=0.5)), "gluteus_maximus", "right").score == 0.15
    assert hint_of(ask(thigh, measured("cadence", 176.0, uncertainty=1.5)), "gluteus_maximus", "right").score == 0.3


def test_a_dropping_pelvis_is_not_answered_by_a_usual_hip_adduction() -> None:
    """Both show one movement: where one of them stands out, the other does not speak against the knee's sign."""
    run = with_value(usual_runner(), measured("knee_valgus", 20.0, "left", uncertainty=0.1))
    assert hint_of(ask(*run), "gluteus_medius", "left").score == 0.15
    run = with_value(run, measured("contralateral_pelvic_drop", 14.0, "left", uncertainty=0.1))
    assert hint_of(ask(*run), "gluteus_medius", "left").score == pytest.approx(0.9)
    assert hint_of(ask(*run), "gluteus_medius", "left").lowered_by == ()


@pytest.mark.parametrize(
    ("measures", "strength", "level"),
    [
        ([measured("knee_valgus", 20.0, "left")], 0.3, "low"),
        ([measured("contralateral_pelvic_drop", 14.0, "left")], 0.6, "middle"),
        ([measured("contralateral_pelvic_drop", 14.0, "left"), measured("knee_valgus", 20.0, "left")], 0.9, "high"),
        (
            [
                measured("contralateral_pelvic_drop", 14.0, "left"),
                measured("knee_valgus", 20.0, "left"),
                measured("crossover", -50.0, "left"),
            ],
            1.0,
            "high",
        ),
    ],
)
def test_strength_for_drawing(measures, strength, level) -> None:
    hint = hint_of(ask(*measures), "gluteus_medius", "left")
    assert (hint.strength, hint.level) == (pytest.approx(strength), level)


def test_strength_is_nothing_where_nothing_points_to_a_muscle() -> None:
    assert {(one.strength, one.level) for one in ask(*usual_runner()).muscles} == {(0.0, "none")}


# ---- exercises


def exercises(hint: MuscleHint) -> list[tuple[str, str, str]]:
    return [(one.why, one.kind, one.id) for one in hint.exercises]


def test_less_strength_strengthens_the_muscle_and_stretches_its_opposite() -> None:
    hint = hint_of(ask(measured("contralateral_pelvic_drop", 14.0, "left")), "gluteus_medius", "left")
    assert hint.antagonist_ids == ("adductors",)
    assert exercises(hint) == [
        ("own", "strengthen", "side_lying_abduction"),
        ("own", "strengthen", "band_walk"),
        ("own", "strengthen", "step_down"),
        ("opposite", "stretch", "side_lunge_stretch"),
    ]
    assert {one.muscle_id for one in hint.exercises} == {"gluteus_medius", "adductors"}
    assert all(one.dose and one.progression and one.stop_when and one.contrary for one in hint.exercises)


def test_more_work_stretches_the_muscle_and_strengthens_its_opposites() -> None:
    hint = hint_of(ask(measured("knee_valgus", 20.0, "left")), "adductors", "left")
    assert exercises(hint)[0] == ("own", "stretch", "side_lunge_stretch")
    assert ("opposite", "strengthen", "side_lying_abduction") in exercises(hint)
    assert not [one for one in hint.exercises if one.muscle_id == "adductors" and one.kind == "strengthen"]


def test_a_shorter_muscle_is_stretched_and_its_opposite_strengthened_the_articles_list_first() -> None:
    hint = hint_of(ask(measured("hip_extension_peak", 1.0, "left")), "psoas", "left")
    assert exercises(hint) == [
        ("own", "stretch", "hip_flexor_stretch"),
        ("opposite", "strengthen", "donkey_kick"),
        ("opposite", "strengthen", "bridge"),
        ("opposite", "strengthen", "hip_thrust"),
    ]
    assert [one.origin for one in hint.exercises] == [
        "common practice",
        "article",
        "common practice",
        "common practice",
    ]


def test_both_directions_of_lean_have_their_own_reading() -> None:
    upright = hint_of(ask(measured("forward_trunk_lean", -3.0)), "gluteus_maximus")
    assert exercises(upright)[-1] == ("opposite", "stretch", "hip_flexor_stretch")
    lean = hint_of(ask(measured("forward_trunk_lean", 25.0)), "gluteus_maximus")
    assert {one.why for one in lean.exercises} == {"own"}
    assert {one.kind for one in lean.exercises} == {"stretch", "strengthen"}


def test_only_hints_worth_testing_carry_exercises() -> None:
    assessment = ask(measured("contralateral_pelvic_drop", 14.0, "left"))
    assert {one.id for one in assessment.muscles if one.exercises} == {"gluteus_medius", "tfl_itb"}
    assert assessment.exercises_note == knowledge().texts.exercises.about
    nothing = ask(*usual_runner())
    assert not any(one.exercises for one in nothing.muscles)
    assert nothing.exercises_note == knowledge().texts.exercises.none


def test_every_muscle_a_hint_can_name_has_an_exercise_and_every_articles_exercise_is_marked() -> None:
    known = knowledge()
    with_exercise = {muscle for row in known.exercises for muscle in row.muscles}
    assert {row.id for row in known.muscles if row.hint} <= with_exercise
    assert {row.id for row in known.exercises if row.origin == "article"} == {
        "glute_stretch", "donkey_kick", "lower_leg_lift", "ball_squeeze", "adduction_machine", "itb_stretch",
        "itb_roll", "reverse_crunch", "quad_stretch", "hamstring_curl", "hamstring_stretch", "ball_squat",
        "leg_curl_light", "leg_raise", "knee_lift", "ball_release",
    }  # fmt: skip
    assert all("Article" in row.sources for row in known.exercises if row.origin == "article")


# ---- the article's two opposite instructions for the hamstrings


def test_the_place_of_pain_chooses_the_hamstring_instruction() -> None:
    reaching = measured("tibia_inclination_ic", 20.0, "right")
    train = hint_of(ask(reaching), "hamstrings", "right")
    assert [one.id for one in train.exercises] == ["hamstring_curl", "slow_lowering"]
    assert train.strengthen.startswith("The strength article trains them")
    assert train.stretch.startswith("None here")
    behind_the_knee = Answers(pain_sites=("knee_back",))
    asked = ask(reaching, answers=behind_the_knee)
    stretch = hint_of(asked, "hamstrings", "right")
    assert [one.id for one in stretch.exercises] == ["hamstring_stretch"]
    assert stretch.strengthen.startswith("None here")
    assert "the stretch is shown" in asked.answers_used[-1]
    other = hint_of(ask(reaching, answers=Answers(pain_sites=("thigh_back",))), "hamstrings", "right")
    assert other.exercises == train.exercises


def test_an_exercise_of_two_opposite_muscles_is_given_once() -> None:
    straight = measured("knee_flexion_ic", 1.0, "left")
    asked = ask(straight, answers=Answers(pain_sites=("knee_back",)))
    opposite = [one.id for one in hint_of(asked, "quadriceps", "left").exercises if one.why == "opposite"]
    assert opposite == ["hamstring_stretch"]


# ---- red flags


def flags(**answers: object) -> dict[str, RedFlag]:
    return {one.id: one for one in ask(answers=Answers.model_validate(answers)).red_flags}


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({}, set()),
        ({"pain_sites": ["knee_front"], "pain_level": 3, "age_years": 30}, set()),
        ({"pain_sites": ["groin"]}, {"groin"}),
        ({"pain_level": 4}, {"strong_pain"}),
        ({"warning_signs": ["fever", "recent_fall"]}, {"fever", "recent_fall"}),
        ({"warning_signs": ["under_fuelled"]}, {"under_fuelled_alone"}),
        ({"warning_signs": ["under_fuelled"], "pain_sites": ["shin"]}, {"under_fuelled", "under_fuelled_alone"}),
        ({"past_injuries": ["bone_stress"]}, set()),
        ({"pain_sites": ["shin"]}, set()),
        ({"past_injuries": ["bone_stress"], "pain_sites": ["shin"]}, {"bone_again"}),
        ({"past_injuries": ["shin"], "pain_sites": ["shin"]}, set()),
        ({"age_years": 17}, set()),
        ({"age_years": 17, "pain_sites": ["knee_front"]}, {"young_with_pain"}),
        ({"age_years": 17, "pain_level": 1}, {"young_with_pain"}),
        ({"age_years": 17, "pain_level": 0}, set()),
        ({"age_years": 18, "pain_sites": ["knee_front"]}, set()),
    ],
)
def test_which_answers_raise_a_red_flag(answers, raised) -> None:
    found = flags(**answers)
    assert set(found) == raised
    for flag in found.values():
        assert flag.because
        assert "see a clinician" in flag.advice.lower()


def test_every_warning_sign_raises_a_flag() -> None:
    for sign in knowledge().texts.answers.signs:
        assert flags(warning_signs=[sign])


def test_a_red_flag_comes_before_any_exercise() -> None:
    drop = measured("contralateral_pelvic_drop", 14.0, "left")
    assessment = ask(drop, answers=Answers(warning_signs=("bone_pain",)))
    assert [one.id for one in assessment.findings] == ["contralateral_pelvic_drop.high.left"]
    assert assessment.summary.startswith("See a clinician first;")
    assert assessment.exercises_note == knowledge().texts.exercises.held_back
    assert not any(one.exercises for one in assessment.muscles)
    assert {one.stretch for one in assessment.muscles} == {one.strengthen for one in assessment.muscles}
    assert {one.stretch for one in assessment.muscles} == {"See a clinician first."}
    assert assessment.red_flags[0].because == ("pain in one small spot of a bone, or growing during the run",)


def test_the_list_on_every_report_is_that_of_the_rows() -> None:
    known = knowledge()
    assert known.texts.notice.red_flags == tuple(row.text for row in known.red_flags if row.listed)
    assert len(known.texts.notice.red_flags) == 11


def test_what_the_answers_changed_is_said() -> None:
    run = usual_runner()
    asked = assess(run, sex="F", speed_kmh=11.0, answers=Answers(age_years=40))
    assert asked.answers_used == (
        "Bands for women were used where the evidence has them.",
        "Bands that depend on speed were read for 11 km/h.",
        "The age is kept with the result; no band depends on it.",
    )
    assert assess(run, sex=None, speed_kmh=None).answers_used == ()
    assert assess([], sex="F", speed_kmh=11.0).answers_used == ()
