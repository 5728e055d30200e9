"""Every measure against the exact truth of synthetic runs, and the reasons for which it is withheld."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.result import SIDES, GaitResult, Side
from gaitcheck.gait.view import near_side
from gaitcheck.synthetic.truth import Truth
from gaitcheck.track import Landmark, PoseTrack
from tests.gait.runs import (
    VIEWS,
    assert_whole,
    changed,
    jittered,
    measured,
    mirrored,
    of,
    other_side,
    run_of,
    spec_of,
    track_of,
    truth_of,
)

#: How far from the truth a measure of true landmarks may lie: filter, sampling and the moment of midstance.
MIDSTANCE = {"femoral_adduction": 0.5, "knee_valgus": 0.5, "lateral_trunk_lean": 0.5, "knee_window": 3, "crossover": 3}
PEAKS_AND_MEANS = {
    "knee_valgus_peak": 1.0,
    "forward_trunk_lean": 0.5,
    "knee_flexion_peak_stance": 1.5,  # a cubic flattens the peak of a fast run by a degree
    "heel_recovery": 1.0,
    "vertical_oscillation": 0.8,  # the shoulders', against that of the hips
    "cadence": 0.4,
    "contact_time": 40.0,
    "duty_factor": 6.0,
}
#: At contact the values are compared at the analyser's own moments; the moments have their own tests.
AT_CONTACT = {
    "tibia_inclination_ic": ("tibia_inclination", 1.5),
    "overstride": ("overstride", 1.0),
    "knee_flexion_ic": ("knee_flexion", 2.5),
    "foot_inclination_ic": ("foot_inclination", 2.5),
}
#: Not from joints but from the pelvis line: see test_pelvis.
FROM_THE_PICTURE = {
    "contralateral_pelvic_drop",
    "contralateral_pelvic_drop_peak",
    "pelvic_drop_difference",
    "pelvic_drop_range",
    "hip_adduction",
}
CONTACT_MEASURES = set(AT_CONTACT)

LEVELS = {
    "plain": {},
    "knock_knees": {"knee_valgus_deg": {"left": 12, "right": -4}, "pelvic_drop_deg": {"left": 3, "right": 9}},
    "leaning": {"forward_lean_deg": 16, "lateral_lean_deg": {"left": 5, "right": -2}},
    "upright": {"forward_lean_deg": 0, "knee_flexion_ic_deg": {"left": 10, "right": 20}},
    "slow": {"cadence_spm": 155, "speed_m_s": 2.4, "stance_share": 0.38},
    "fast": {"cadence_spm": 188, "speed_m_s": 3.6, "stance_share": 0.33},
    "narrow": {"step_width_m": -0.04},
    "limping": {"step_time_asymmetry": 0.08},
}


def sides_shown(view: str, gait: GaitResult, measure: str) -> list[Side | None]:
    return [m.side for m in gait.measures if m.id == measure and m.status != "not_measurable"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("view", VIEWS)
def test_against_the_truth(view: str, level: str) -> None:
    track, truth = run_of(spec_of(view, seed=len(level), motion=LEVELS[level]))
    gait = measured(track)
    assert_whole(gait)
    true = truth_of(truth)
    shown = {(m.id, m.side): m for m in gait.measures if m.mean is not None}
    expected = [
        (name, side)
        for name, definition in REGISTRY.items()
        if view in definition.views and name not in FROM_THE_PICTURE
        for side in (SIDES if definition.per_side else (None,))
        if near_side(view) in (None, side) or definition.far_leg != "withheld" or side is None
    ]
    assert list(shown) == expected
    for (name, side), m in shown.items():
        if name in MIDSTANCE | PEAKS_AND_MEANS:
            bound = (MIDSTANCE | PEAKS_AND_MEANS)[name]
            if (name, level) == ("cadence", "limping"):
                bound *= 2  # an odd number of unlike steps
            from_behind = (name, view) == ("knee_valgus_peak", "rear")
            wanted = middle_half_peak(truth, side) if from_behind else true[name, side]
            assert m.mean == pytest.approx(wanted, abs=0.5 if from_behind else bound), (name, side)
        elif name in AT_CONTACT:
            assert m.mean == pytest.approx(at_own_contacts(gait, truth, name, side), abs=AT_CONTACT[name][1]), name
        elif name == "step_time_symmetry":
            # from behind contact is read from the body's rise and fall, which unlike legs move unlike
            unlike = view in ("rear", "front") and level in ("upright", "limping", "narrow", "leaning")
            assert m.mean == pytest.approx(true[name, side], abs=8.0 if unlike else 4.0)
        else:
            assert name == "hip_extension_peak"
            assert m.mean == pytest.approx(true[name, side], abs=m.uncertainty)
        assert m.view == view
        assert m.n_steps >= 7


def middle_half_peak(truth: Truth, side: Side | None) -> float:
    """What is measured from behind: the largest true valgus of each stance's middle half, on average."""
    valgus, peaks = truth.series["knee_valgus", side], []
    for step in truth.steps:
        quarter_s = (step.toe_off_s - step.initial_contact_s) / 4
        middle = np.abs(truth.time_s - step.initial_contact_s - 2 * quarter_s) <= quarter_s
        if step.side == side and middle.any():
            peaks.append(valgus[middle].max())
    return float(np.mean(peaks))


def at_own_contacts(gait: GaitResult, truth: Truth, name: str, side: Side | None) -> float:
    line = truth.series[AT_CONTACT[name][0], side]
    moments = [step.initial_contact_s for step in gait.steps if step.side == side]
    return float(np.interp(moments, truth.time_s, line).mean())


def test_signs() -> None:
    """What is made larger reads larger, with the sign that the words promise."""

    def value(name: str, view: str, side: Side | None = "left", **motion: object) -> float:
        mean = of(measured(track_of(view, duration_s=5, motion=motion)), name, side).mean
        assert mean is not None
        return mean

    for view in ("rear", "front"):
        assert value("knee_valgus", view, knee_valgus_deg=10) > 8
        assert value("knee_valgus", view, knee_valgus_deg=-8) < -4
        assert value("lateral_trunk_lean", view, lateral_lean_deg=6) > 4  # towards the leg on the belt
        assert value("lateral_trunk_lean", view, lateral_lean_deg=-6) < -4
        assert value("crossover", view, step_width_m=-0.1) < 0 < value("crossover", view, step_width_m=0.2)
    for view, near in (("left", "left"), ("right", "right")):
        assert value("forward_trunk_lean", view, None, forward_lean_deg=15) == pytest.approx(15, abs=2)
        assert value("forward_trunk_lean", view, None, forward_lean_deg=-8) == pytest.approx(-8, abs=2)
        flat, heel = (value("foot_inclination_ic", view, near, foot_inclination_ic_deg=a) for a in (-8, 18))
        assert heel - flat > 10
        near_foot, far_foot = (value("overstride", view, near, overstride_m=a) for a in (0.0, 0.08))
        assert far_foot - near_foot > 4


@pytest.mark.parametrize(("view", "noise_px"), [("rear", 0), ("rear", 2), ("front", 2), ("left", 2), ("right", 2)])
def test_in_a_mirror_the_sides_change_places(view: str, noise_px: float) -> None:
    motion = LEVELS["knock_knees"] | LEVELS["limping"]
    track = jittered(track_of(view, motion=motion), noise_px)
    plain, flipped = measured(track), measured(mirrored(track))
    assert flipped.view == {"left": "right", "right": "left"}.get(view, view)
    for m in plain.measures:
        other = of(flipped, m.id, other_side(m.side))
        assert other.status == m.status
        assert other.n_steps == m.n_steps
        if m.mean is not None:
            assert other.mean == pytest.approx(m.mean, abs=1e-6)
            assert other.sd == pytest.approx(m.sd, abs=1e-6)
            assert other.uncertainty == pytest.approx(m.uncertainty, abs=1e-6)


@pytest.mark.parametrize(
    ("view", "roll"), [("rear", -6.0), ("rear", 4.0), ("front", 4.0), ("right", -6.0), ("left", 4.0)]
)
def test_roll_of_the_camera(view: str, roll: float) -> None:
    level = measured(track_of(view, camera={"width_px": 1280}))
    rolled = track_of(view, camera={"roll_deg": roll, "width_px": 1280})
    known, unknown = measured(rolled, roll_deg=roll), measured(rolled)
    for m in level.measures:
        if m.mean is None:
            continue
        same, raw = of(known, m.id, m.side), of(unknown, m.id, m.side)
        assert same.mean is not None
        if m.id in MIDSTANCE | {"forward_trunk_lean": 0, "tibia_inclination_ic": 0} and m.unit == "deg":
            assert same.mean == pytest.approx(m.mean, abs=0.3), m.id
        # a line that leans towards image-right reads less lean when the right end of the level lies lower
        if m.id == "forward_trunk_lean":
            towards_right = 1 if view == "right" else -1
            assert raw.mean - same.mean == pytest.approx(towards_right * roll, abs=0.3)
        if m.id == "femoral_adduction":
            outward = (1 if m.side == "right" else -1) * (1 if view == "rear" else -1)
            assert raw.mean - same.mean == pytest.approx(outward * roll, abs=0.3)
        if m.id == "knee_valgus":
            assert raw.mean == pytest.approx(same.mean, abs=0.3)


@pytest.mark.parametrize("view", VIEWS)
def test_wrong_view_and_far_leg(view: str) -> None:
    gait = measured(track_of(view))
    for m in gait.measures:
        definition = REGISTRY[m.id]
        if view not in definition.views:
            assert m.status == "not_measurable"
            assert m.reason == f"Only a video {definition.plane_words} can show it."
        elif near_side(view) is not None and m.side not in (None, near_side(view)):
            expected = {"withheld": "not_measurable", "borderline": "borderline"}[definition.far_leg]
            assert m.status == expected, m.id
            assert "other leg hides" in str(m.reason)


@pytest.mark.parametrize(
    ("duration_s", "status"), [(1.4, "not_measurable"), (3.0, "borderline"), (4.2, "borderline"), (8.0, "measured")]
)
@pytest.mark.parametrize("view", ["rear", "right"])
def test_few_steps(view: str, duration_s: float, status: str) -> None:
    gait = measured(changed(track_of(view, duration_s=10), keep=slice(0, round(60 * duration_s))))
    assert_whole(gait)
    names = ["femoral_adduction", "lateral_trunk_lean"] if view == "rear" else ["heel_recovery", "overstride"]
    for name in names:
        m = of(gait, name, "right")
        assert m.status == status
        if status == "borderline":
            assert 3 <= m.n_steps <= 6
            assert f"Only {m.n_steps} steps" in str(m.reason)
            assert m.doubt == "video"
            assert m.uncertainty >= accuracy_of(name, view).in_doubt
        if status == "not_measurable":
            assert m.n_steps < 3
        if status == "measured":
            assert m.doubt is None


def test_what_is_always_given_with_care_is_told_from_what_this_video_makes_doubtful() -> None:
    long, short = (measured(changed(track_of("rear"), keep=slice(0, frames))) for frames in (None, 180))
    for side in SIDES:
        care, few = of(long, "knee_valgus", side), of(short, "knee_valgus", side)
        assert (care.status, care.doubt) == ("borderline", "known")
        assert "From behind" in str(care.reason)
        assert (few.status, few.doubt) == ("borderline", "video")
        assert few.uncertainty > care.uncertainty


@pytest.mark.parametrize(
    ("view", "hidden", "lost", "kept"),
    [
        (
            "rear",
            Landmark.LEFT_KNEE,
            {
                "femoral_adduction left",
                "knee_valgus left",
                "knee_valgus_peak left",
                "knee_window left",
                "knee_window right",
            },
            {
                "femoral_adduction right",
                "knee_valgus right",
                "crossover left",
                "lateral_trunk_lean left",
                "cadence None",
            },
        ),
        (
            "rear",
            Landmark.RIGHT_SHOULDER,
            {"lateral_trunk_lean left", "lateral_trunk_lean right"},
            {"knee_valgus right", "crossover right"},
        ),
        (
            "front",
            Landmark.RIGHT_HIP,
            {
                "crossover left",
                "crossover right",
                "knee_window left",
                "femoral_adduction right",
            },
            {"femoral_adduction left", "knee_valgus left", "vertical_oscillation None"},
        ),
        (
            "right",
            Landmark.RIGHT_ANKLE,
            {
                "contact_time right",
                "duty_factor right",
                "knee_flexion_ic right",
                "overstride right",
                "heel_recovery right",
            },
            {"forward_trunk_lean None", "hip_extension_peak right", "cadence None"},
        ),
        ("right", Landmark.LEFT_ANKLE, {"contact_time left", "duty_factor left"}, {"contact_time right"}),
    ],
)
def test_hidden_joints(view: str, hidden: Landmark, lost: set[str], kept: set[str]) -> None:
    track = track_of(view)
    visibility = track.visibility.copy()
    visibility[:, hidden] = 0.2
    gait = measured(changed(track, visibility=visibility))
    name = hidden.name.lower().replace("_", " ")
    for m in gait.measures:
        key = f"{m.id} {m.side}"
        if key in lost:
            assert m.status == "not_measurable", key
            assert f"The {name} is hidden" in str(m.reason), key
        if key in kept:
            assert m.status != "not_measurable", key


@pytest.mark.parametrize("view", ["left", "right"])
@pytest.mark.parametrize(("fps", "given"), [(24, False), (30, False), (50, True), (60, True)])
def test_angles_at_contact_need_frames(view: str, fps: int, given: bool) -> None:
    gait = measured(track_of(view, fps=fps))
    for name in CONTACT_MEASURES:
        m = of(gait, name, near_side(view))
        assert (m.status != "not_measurable") is given
        if not given:
            assert f"At {fps} frames a second" in str(m.reason)
    for name in ("knee_flexion_peak_stance", "hip_extension_peak", "heel_recovery"):
        assert of(gait, name, near_side(view)).status != "not_measurable"


def slowed(view: str) -> PoseTrack:
    """120 frames a second played at 30."""
    return track_of(view, fps=120, clip={"playback_fps": 30})


@pytest.mark.parametrize("view", VIEWS)
def test_unknown_slow_motion(view: str) -> None:
    plain, gait = measured(track_of(view, fps=120)), measured(slowed(view), None)
    assert not gait.time_is_real
    assert_whole(gait)
    for m in gait.measures:
        definition = REGISTRY[m.id]
        if (definition.needs_real_time or definition.needs_fps) and view in definition.views:
            assert m.status == "not_measurable"
            assert "rate it was filmed at" in str(m.reason)
    angles = ["femoral_adduction", "lateral_trunk_lean"] if view in ("rear", "front") else ["heel_recovery"]
    for name in angles:
        side = near_side(view) or "left"
        m = of(gait, name, side)
        assert m.status == "measured"
        assert m.mean == pytest.approx(of(plain, name, side).mean, abs=0.5)
    assert abs(len(gait.steps) - len(plain.steps)) <= 1


@pytest.mark.parametrize("view", VIEWS)
def test_known_slow_motion_is_a_plain_clip(view: str) -> None:
    plain, gait = measured(track_of(view, fps=120)), measured(slowed(view), 0.25)
    assert gait.time_is_real
    for a, b in zip(plain.measures, gait.measures, strict=True):
        assert (a.id, a.side, a.status, a.n_steps) == (b.id, b.side, b.status, b.n_steps)
        if a.mean is not None:
            assert b.mean == pytest.approx(a.mean, rel=1e-6, abs=1e-6)
    assert gait.track.time_s[-1] == pytest.approx(track_of(view, fps=120).time_s[-1])


@pytest.mark.parametrize("view", VIEWS)
def test_unlike_legs_are_not_taken_for_half_the_cadence(view: str) -> None:
    """Their pelvis repeats itself only stride by stride."""
    motion = {"stance_share": {"left": 0.34, "right": 0.38}}
    track, truth = run_of(spec_of(view, seed=7, motion=motion))
    gait = measured(track, None)
    assert gait.time_is_real
    assert of(gait, "cadence").mean == pytest.approx(truth_of(truth)["cadence", None], abs=1.0)
    assert len(gait.steps) == pytest.approx(len(truth.steps), abs=2)
    for step in gait.steps:
        assert min(truth.steps, key=lambda other: abs(other.midstance_s - step.midstance_s)).side == step.side


@pytest.mark.parametrize("speed", [1.5, 2.0])
def test_faster_than_a_run(speed: float) -> None:
    """Played too fast: the rhythm is nobody's."""
    track = track_of("rear")
    gait = measured(changed(track, time_s=track.time_s / speed), None)
    assert of(gait, "cadence").status == "not_measurable"
    assert "rhythm that people run at" in str(of(gait, "cadence").reason)
    assert of(gait, "femoral_adduction", "left").status == "measured"


@pytest.mark.parametrize("view", ["left", "right"])
def test_centimetres_come_from_the_body_height(view: str) -> None:
    track, truth = run_of(spec_of(view))
    hips = (truth.joints_m["hip_left"] + truth.joints_m["hip_right"])[:, 2] / 2
    true_cm = 100 * np.mean(
        [
            np.ptp(hips[(truth.time_s >= step.initial_contact_s) & (truth.time_s <= step.next_contact_s)])
            for step in truth.steps[:-1]
        ]
    )
    m = of(measured(track, height_cm=175), "vertical_oscillation")
    assert m.unit == "cm"
    assert m.mean == pytest.approx(true_cm, abs=0.3)
    assert of(measured(track), "vertical_oscillation").unit == "% leg length"


def test_a_measure_says_how_sure_it_is() -> None:
    """More steps make the mean surer, never surer than the method."""
    short, long = (measured(track_of("rear", duration_s=s, seed=9), roll_deg=0) for s in (5, 20))
    for name in ("knee_valgus", "femoral_adduction", "knee_window"):
        a, b = of(short, name, "left"), of(long, name, "left")
        assert b.n_steps > a.n_steps
        floor = accuracy_of(name, "rear").uncertainty
        assert floor <= b.uncertainty <= a.uncertainty < 1.5 * floor


@pytest.mark.parametrize("view", VIEWS)
def test_series_and_step_values_belong_to_the_measures(view: str) -> None:
    gait = measured(track_of(view))
    for (name, side), values in gait.step_values.items():
        assert len(values) == len([s for s in gait.steps if side in (None, s.side)])
        m = of(gait, name, side)
        if m.mean is not None and REGISTRY[name].summary == "mean":
            assert m.mean == pytest.approx(np.nanmean(values))
            spread = np.nanstd(values, ddof=1)
            one_value_for_all = name == "contact_time" and view in ("rear", "front")
            assert (m.sd is None) == one_value_for_all
            assert (m.sd or 0.0) == pytest.approx(spread, abs=1e-9)
            assert m.n_steps == np.isfinite(values).sum()
    assert all(view in REGISTRY[name].views for name, _ in gait.series)


def test_the_registry_is_whole() -> None:
    assert len(REGISTRY) == 24
    for name, definition in REGISTRY.items():
        assert definition.id == name
        assert all(accuracy_of(definition.id, view).uncertainty > 0 for view in definition.views)
        assert definition.per_step is not None
        assert definition.sign
        assert definition.source
        assert definition.definition.endswith(".")
