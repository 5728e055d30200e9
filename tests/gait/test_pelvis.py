"""Pelvic drop and hip adduction from the pelvis line of the picture: signs, zero, roll, gaps, and what is withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import SIDES, GaitResult
from gaitcheck.settings import Settings
from gaitcheck.synthetic.truth import Truth
from gaitcheck.track import PelvisTrack, PoseTrack
from tests.gait.runs import VIEWS, measured, of, run_of, spec_of, track_of, truth_of

NAMES = (
    "contralateral_pelvic_drop",
    "contralateral_pelvic_drop_peak",
    "hip_adduction",
)
WHOLE_BODY = ("pelvic_drop_difference", "pelvic_drop_range")
UNEVEN = {"pelvic_drop_deg": {"left": 3, "right": 10}}


def line_of(track: PoseTrack, truth: Truth, **changes: Any) -> PelvisTrack:
    """The line through both hips as a perfect eye would see it."""
    left, right = truth.joints_px["hip_left"], truth.joints_px["hip_right"]
    ends = np.stack([left, right] if truth.spec.camera.view == "rear" else [right, left], axis=1)
    d = ends[:, 1] - ends[:, 0]
    line = PelvisTrack(
        time_s=track.time_s,
        tilt_deg=np.degrees(np.arctan2(d[:, 1], d[:, 0])),
        noise_deg=np.full(len(track), 0.2),
        ends_px=ends,
        source="stickers",
        absolute=True,
        zero_deg=1.0,
        swing_deg=0.5,
    )
    return replace(line, **changes)


def of_run(view: str = "rear", line: dict[str, Any] | None = None, **choices: Any) -> tuple[GaitResult, Truth]:
    settings = choices.pop("settings", {})
    track, truth = run_of(spec_of(view, **choices))
    pelvis = line_of(track, truth, **(line or {}))
    return measure_gait(track, Settings(**settings), seconds_per_video_second=1.0, pelvis=pelvis), truth


def swing_only(track: PoseTrack, truth: Truth) -> PelvisTrack:
    """A line whose zero is some angle of no meaning."""
    line = line_of(track, truth)
    return replace(line, tilt_deg=line.tilt_deg + 7.5, absolute=False, source="registration", zero_deg=np.inf)


@pytest.mark.parametrize("view", ["rear", "front"])
def test_drop_and_hip_adduction_are_the_true_ones_with_their_sign(view: str) -> None:
    gait, truth = of_run(view, motion=UNEVEN)
    true = truth_of(truth)
    for name in ("contralateral_pelvic_drop", "hip_adduction"):
        for side in SIDES:
            m = of(gait, name, side)
            assert m.mean == pytest.approx(true[name, side], abs=0.4), (name, side)
            assert m.status == "measured"
    drops = [of(gait, "contralateral_pelvic_drop", side).mean for side in SIDES]
    assert drops[1] - drops[0] > 6  # the pelvis drops further while the right leg stands
    assert of(gait, "pelvic_drop_difference").mean == pytest.approx(drops[1] - drops[0])


def test_the_peak_is_no_less_than_at_midstance_and_the_range_spans_both_sides() -> None:
    gait, truth = of_run(motion=UNEVEN)
    drops = {side: of(gait, "contralateral_pelvic_drop", side).mean for side in SIDES}
    for side in SIDES:
        peak = of(gait, "contralateral_pelvic_drop_peak", side).mean
        assert drops[side] <= peak <= drops[side] + 2
    tilt = truth.series["contralateral_pelvic_drop", "left"]
    strides = [(s.initial_contact_s, s.next_same_contact_s) for s in truth.steps]
    ranges = [np.ptp(tilt[(truth.time_s >= a) & (truth.time_s <= b)]) for a, b in strides if b <= truth.time_s[-1]]
    assert of(gait, "pelvic_drop_range").mean == pytest.approx(np.mean(ranges), abs=0.5)
    assert of(gait, "pelvic_drop_range").mean >= drops["left"] + drops["right"] - 0.2


def test_a_hip_hike_stays_negative() -> None:
    gait, truth = of_run(motion={"pelvic_drop_deg": {"left": -4, "right": 5}})
    value = of(gait, "contralateral_pelvic_drop", "left").mean
    assert value == pytest.approx(truth_of(truth)["contralateral_pelvic_drop", "left"], abs=0.4)
    assert value < -2


def test_the_roll_given_is_undone_and_one_unknown_is_doubted() -> None:
    level, truth = of_run(motion=UNEVEN, camera={"roll_deg": 5.0}, settings={"roll_deg": 5.0})
    tilted, _ = of_run(motion=UNEVEN, camera={"roll_deg": 5.0})
    right = truth_of(truth)["contralateral_pelvic_drop", "right"]
    assert of(level, "contralateral_pelvic_drop", "right").mean == pytest.approx(right, abs=0.4)
    wrong = of(tilted, "contralateral_pelvic_drop", "right")
    assert wrong.mean == pytest.approx(right - 5, abs=0.4)
    assert wrong.uncertainty > of(level, "contralateral_pelvic_drop", "right").uncertainty + 0.5
    # the thigh turns with the picture as the pelvis does, and so does a range
    for name, side in (("hip_adduction", "right"), ("pelvic_drop_range", None)):
        assert of(tilted, name, side).mean == pytest.approx(of(level, name, side).mean, abs=0.3)
        assert of(tilted, name, side).uncertainty == pytest.approx(of(level, name, side).uncertainty, abs=0.05)


def test_without_a_line_the_reason_says_what_to_wear() -> None:
    track, _ = run_of(spec_of("rear"))
    pelvis = PelvisTrack.missing(track.time_s, "No line here: wear stickers.")
    gait = measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=pelvis)
    for name, side in [*((name, side) for name in NAMES for side in SIDES), *((name, None) for name in WHOLE_BODY)]:
        m = of(gait, name, side)
        assert (m.status, m.mean, m.reason) == ("not_measurable", None, "No line here: wear stickers.")
        assert (name, side) not in gait.series


@pytest.mark.parametrize("view", VIEWS)
def test_the_pose_models_hips_never_stand_in_for_the_pelvis_line(view: str) -> None:
    gait = measured(track_of(view, fps=120, motion={"pelvic_drop_deg": 11}))
    for name in NAMES:
        for side in SIDES:
            words = "pelvis line" if view in ("rear", "front") else "from behind or from the front"
            assert of(gait, name, side).status == "not_measurable"
            assert words in str(of(gait, name, side).reason)


def test_a_swing_without_a_zero_gives_the_range_and_little_else() -> None:
    track, truth = run_of(spec_of("rear", motion=UNEVEN))
    gait = measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=swing_only(track, truth))
    sure, _ = of_run(motion=UNEVEN)
    assert of(gait, "pelvic_drop_range").status == "measured"
    assert of(gait, "pelvic_drop_range").mean == pytest.approx(of(sure, "pelvic_drop_range").mean, abs=1e-6)
    drops = [of(gait, "contralateral_pelvic_drop", side) for side in SIDES]
    assert drops[0].mean == pytest.approx(drops[1].mean)  # level is half way, by definition
    known = [of(sure, "contralateral_pelvic_drop", side).mean for side in SIDES]
    assert drops[0].mean == pytest.approx(np.mean(known), abs=0.1)
    for side, drop in zip(SIDES, drops, strict=True):
        assert (drop.status, drop.doubt) == ("borderline", "known")
        assert "Stand still" in str(drop.reason)
        assert drop.uncertainty >= 4
        assert abs(drop.mean - truth_of(truth)["contralateral_pelvic_drop", side]) < drop.uncertainty
    difference = of(gait, "pelvic_drop_difference")
    assert (difference.status, difference.mean) == ("not_measurable", None)
    assert "which side" in str(difference.reason)


STANDING = {"motion": {**UNEVEN, "standing_s": 3.0, "start_up_s": 1.0}, "duration_s": 12}


def test_standing_still_gives_a_swing_its_zero() -> None:
    track, truth = run_of(spec_of("rear", **STANDING))
    gait = measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=swing_only(track, truth))
    assert gait.baseline is not None
    standing = line_of(track, truth).tilt_deg[(track.time_s > gait.baseline.start_s) & (track.time_s < 2.5)].mean()
    for side in SIDES:
        m = of(gait, "contralateral_pelvic_drop", side)
        true = truth_of(truth)["contralateral_pelvic_drop", side] + (1 if side == "right" else -1) * standing
        assert (m.mean, m.status) == (pytest.approx(true, abs=0.5), "measured")
        assert m.from_standing == pytest.approx(m.mean, abs=0.05)
    assert of(gait, "pelvic_drop_difference").status == "measured"


def test_a_crooked_line_is_told_from_the_drop_by_standing() -> None:
    """Both values are given: as seen, and against standing, where a waistband that hangs 3 degrees cancels out."""
    track, truth = run_of(spec_of("rear", **STANDING))
    straight = line_of(track, truth)
    gaits = [
        measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=line)
        for line in (straight, replace(straight, tilt_deg=straight.tilt_deg + 3.0))
    ]
    for side, sign in (("left", 1), ("right", -1)):
        first, second = (of(gait, "contralateral_pelvic_drop", side) for gait in gaits)
        assert second.mean == pytest.approx(first.mean + 3.0 * sign, abs=1e-6)
        assert second.from_standing == pytest.approx(first.from_standing, abs=1e-6)
    first, second = (of(gait, "pelvic_drop_difference") for gait in gaits)
    assert second.mean == pytest.approx(first.mean, abs=1e-6)


def test_moments_in_which_the_line_is_hidden_are_left_out_not_guessed() -> None:
    track, truth = run_of(spec_of("rear", motion=UNEVEN))
    whole = line_of(track, truth)
    hidden = np.zeros(len(track), dtype=bool)
    midstances = [s.midstance_s for s in truth.steps if s.side == "right"][::2]
    for moment in midstances:
        hidden |= np.abs(track.time_s - moment) < 0.09
    shown = replace(whole, tilt_deg=np.where(hidden, np.nan, whole.tilt_deg))
    gait = measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=shown)
    full = measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=whole)
    right = of(gait, "contralateral_pelvic_drop", "right")
    assert right.n_steps == of(full, "contralateral_pelvic_drop", "right").n_steps - len(midstances)
    assert right.mean == pytest.approx(of(full, "contralateral_pelvic_drop", "right").mean, abs=0.4)


def test_a_slip_of_a_frame_does_not_spoil_a_step() -> None:
    track, truth = run_of(spec_of("rear", motion=UNEVEN))
    whole = line_of(track, truth)
    slipped = whole.tilt_deg.copy()
    slipped[::37] += 20
    gaits = [
        measure_gait(track, Settings(), seconds_per_video_second=1.0, pelvis=line)
        for line in (whole, replace(whole, tilt_deg=slipped))
    ]
    for side in SIDES:
        first, second = (of(gait, "contralateral_pelvic_drop", side) for gait in gaits)
        assert second.mean == pytest.approx(first.mean, abs=0.3)
        assert second.sd == pytest.approx(first.sd, abs=0.3)


def test_slow_motion_is_undone_for_the_line_too() -> None:
    spec = spec_of("rear", fps=120, motion=UNEVEN, clip={"playback_fps": 30})
    track, truth = run_of(spec)
    gait = measure_gait(track, Settings(), seconds_per_video_second=0.25, pelvis=line_of(track, truth))
    for side in SIDES:
        expected = truth_of(truth)["contralateral_pelvic_drop", side]
        assert of(gait, "contralateral_pelvic_drop", side).mean == pytest.approx(expected, abs=0.4)


def test_a_pelvis_track_is_whole() -> None:
    track, truth = run_of(spec_of("rear"))
    line = line_of(track, truth)
    with pytest.raises(ValueError, match="tilt_deg"):
        replace(line, tilt_deg=line.tilt_deg[1:])
    with pytest.raises(ValueError, match="reason"):
        replace(line, source="none")
    with pytest.raises(ValueError, match="reason"):
        replace(line, reason="there is one, though")


@pytest.mark.parametrize("duration_s", [7.2, 7.5, 7.8, 8.1])
def test_neither_leg_of_an_uneven_runner_is_taken_for_misread(duration_s: float) -> None:
    """Whichever leg has a step more, the steps of the other, which are far from them, count."""
    gait, truth = of_run(motion={"pelvic_drop_deg": {"left": 0, "right": 14}}, duration_s=duration_s)
    difference = of(gait, "pelvic_drop_difference")
    assert difference.n_steps >= 8
    assert difference.mean == pytest.approx(truth_of(truth)["pelvic_drop_difference", None], abs=0.5)


@pytest.mark.parametrize("askew_deg", [-2.4, 2.4])
def test_a_waistband_worn_askew_is_within_the_interval_and_stickers_are_not_made_unsure(askew_deg: float) -> None:
    track, truth = run_of(spec_of("rear", motion=UNEVEN))
    askew = line_of(track, truth, source="fused", zero_deg=1.9)
    askew = replace(askew, tilt_deg=askew.tilt_deg + askew_deg)
    gait = measure_gait(track, Settings(roll_deg=0.0), seconds_per_video_second=1.0, pelvis=askew)
    true = {(m.id, m.side): m.mean for m in truth.measures}
    for key in [*(("contralateral_pelvic_drop", side) for side in SIDES), ("pelvic_drop_difference", None)]:
        measure = of(gait, *key)
        assert measure.mean is not None
        assert measure.uncertainty is not None
        assert abs(measure.mean - true[key]) > 2.0
        assert abs(measure.mean - true[key]) < measure.uncertainty
    dots = of(of_run(motion=UNEVEN, settings={"roll_deg": 0.0})[0], "contralateral_pelvic_drop", "left")
    assert dots.uncertainty is not None
    assert dots.uncertainty < 2.0
