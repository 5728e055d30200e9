"""Each check fails when it should, says so and says what to do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from gaitcheck.gait.result import Side
from gaitcheck.track import CameraRoll, Landmark, PoseTrack
from tests.gait.runs import (
    LEFT_FOOT,
    LEFT_KNEE,
    LEGS,
    VIEWS,
    assert_whole,
    changed,
    check,
    exchanged,
    measured,
    of,
    track_of,
    without,
)

IDS = {
    "runner_found",
    "running",
    "real_time",
    "camera_square",
    "runs_in_place",
    "whole_body",
    "runner_size",
    "legs_visible",
    "left_right",
    "frame_rate",
    "camera_roll",
    "camera_height",
    "enough_steps",
}
FEET = [mark for left in LEFT_FOOT for mark in (left, left + 1)]


def level_room(roll_deg: float = 0.2, sd_deg: float = 0.4, lean_deg: float = 0.0) -> CameraRoll:
    return CameraRoll(roll_deg, sd_deg, upright_lines=12, level_lines=5, lean_deg=lean_deg, lean_sd_deg=0.5)


def low_visibility(track: PoseTrack, *marks: Landmark) -> PoseTrack:
    visibility = track.visibility.copy()
    visibility[:, marks] = 0.3
    return changed(track, visibility=visibility)


def walking_like(track: PoseTrack) -> PoseTrack:
    """The body goes up and down as before, but no foot leaves the ground for more than a few centimetres."""
    xy = track.xy_px.copy()
    for mark in FEET:
        y = xy[:, mark, 1]
        xy[:, mark, 1] = y.max() - 0.1 * (y.max() - y)
    return changed(track, xy_px=xy)


def still(track: PoseTrack) -> PoseTrack:
    rng = np.random.default_rng(0)
    n = len(track)
    return changed(
        track,
        xy_px=np.repeat(track.xy_px[:1], n, axis=0) + rng.normal(0, 1.5, track.xy_px.shape),
        world_m=np.repeat(track.world_m[:1], n, axis=0),
    )


def some_missing(track: PoseTrack) -> PoseTrack:
    return without(track, np.flatnonzero(np.random.default_rng(0).uniform(size=len(track)) < 0.15))


def mixed_up(track: PoseTrack) -> PoseTrack:
    """Every fourth frame's knees and feet exchanged."""
    return exchanged(track, np.arange(20, len(track) - 20, 4), LEFT_KNEE + LEFT_FOOT)


def wandering(track: PoseTrack) -> PoseTrack:
    across = np.linspace(-400, 400, len(track))[:, None] * np.array([1.0, 0.0])
    return changed(track, xy_px=track.xy_px + across[:, None])


def shrunk(track: PoseTrack) -> PoseTrack:
    return changed(track, xy_px=0.25 * track.xy_px + [200, 400])


def beheaded(track: PoseTrack) -> PoseTrack:
    return changed(track, xy_px=track.xy_px - [0.0, track.xy_px[:, Landmark.NOSE, 1].max() + 5])


Damage = Callable[[PoseTrack], PoseTrack]
FAILS: list[tuple[str, str, Damage]] = [
    ("runner_found", "rear", some_missing),
    ("running", "rear", still),
    ("running", "right", still),
    ("running", "rear", walking_like),
    ("running", "right", walking_like),
    ("runs_in_place", "rear", wandering),
    ("whole_body", "rear", beheaded),
    ("runner_size", "rear", shrunk),
    ("legs_visible", "rear", lambda t: low_visibility(t, *LEGS)),
    ("legs_visible", "right", lambda t: low_visibility(t, Landmark.RIGHT_KNEE)),
    ("left_right", "right", mixed_up),
    ("enough_steps", "rear", lambda t: changed(t, keep=slice(0, 180))),
]


@pytest.mark.parametrize("view", VIEWS)
def test_a_good_track_passes_every_check(view: str) -> None:
    gait = measured(track_of(view), camera_roll=level_room())
    assert {c.id for c in gait.quality.checks} == IDS
    assert all(c.ok for c in gait.quality.checks)
    assert all(c.advice is None for c in gait.quality.checks)
    assert gait.quality.frames == gait.quality.frames_with_runner == len(track_of(view))


@pytest.mark.parametrize(("name", "view", "damage"), FAILS)
def test_a_check_fails_with_advice(name: str, view: str, damage: Damage) -> None:
    gait = measured(damage(track_of(view)))
    assert_whole(gait)
    assert check(gait, name).ok is False
    for one in gait.quality.checks:
        assert one.message
        assert one.message.endswith(".")
        assert (one.ok is not False) or one.advice, one


@pytest.mark.parametrize(("name", "view", "damage"), [f for f in FAILS if f[0] == "running"])
def test_nothing_is_given_of_who_does_not_run(name: str, view: str, damage: Damage) -> None:
    gait = measured(damage(track_of(view)))
    assert all(m.status == "not_measurable" for m in gait.measures)
    assert {m.reason for m in gait.measures} == {check(gait, name).message}


@pytest.mark.parametrize(("name", "damage"), [(n, d) for n, _, d in FAILS if n in ("runs_in_place", "runner_size")])
def test_doubts_make_values_borderline(name: str, damage: Damage) -> None:
    gait = measured(damage(track_of("rear")))
    lean = of(gait, "lateral_trunk_lean", "left")
    assert (lean.status, lean.doubt) == ("borderline", "video")
    assert lean.reason == check(gait, name).message


def test_the_far_leg_may_be_hidden_in_a_side_view() -> None:
    assert check(measured(low_visibility(track_of("right"), Landmark.LEFT_KNEE)), "legs_visible").ok


@pytest.mark.parametrize(("fps", "ok"), [(24, False), (30, False), (50, True), (60, True), (120, True)])
def test_frame_rate(fps: int, ok: bool) -> None:
    gait = measured(track_of("right", fps=fps))
    rate = check(gait, "frame_rate")
    assert rate.ok is ok
    assert rate.value == pytest.approx(fps)
    assert of(gait, "overstride", "right").status == ("measured" if ok else "not_measurable")


@pytest.mark.parametrize("every", [4, 6, 12, 60])
def test_too_few_frames_a_second_are_told(every: int) -> None:
    """At such rates a step falls between frames, and its rhythm passes for another one's."""
    gait = measured(changed(track_of("rear"), keep=slice(None, None, every)))
    assert_whole(gait)
    rate = check(gait, "frame_rate")
    assert rate.ok is False
    assert rate.advice
    assert all(m.status == "not_measurable" and m.reason == rate.message for m in gait.measures)


def test_roll() -> None:
    unknown = measured(track_of("rear"))
    assert check(unknown, "camera_roll").ok is None
    assert "level" in str(check(unknown, "camera_roll").advice)
    assert unknown.roll_deg is None
    given = measured(track_of("rear"), camera_roll=level_room(5.0), roll_deg=-3)
    assert check(given, "camera_roll").ok
    assert check(given, "camera_roll").value == given.roll_deg == -3
    found = measured(track_of("rear"), camera_roll=level_room(5.0))
    assert check(found, "camera_roll").ok
    assert "17 straight lines" in check(found, "camera_roll").message
    assert check(found, "camera_roll").value == found.roll_deg == 5.0
    unsure = measured(track_of("rear"), camera_roll=level_room(5.0, sd_deg=1.2))
    assert check(unsure, "camera_roll").ok is None
    assert unsure.roll_deg is None


@pytest.mark.parametrize(
    ("view", "measure"),
    [("rear", "lateral_trunk_lean"), ("front", "femoral_adduction"), ("right", "forward_trunk_lean")],
)
def test_a_found_roll_is_undone_and_its_doubt_kept(view: str, measure: str) -> None:
    """Angles against the vertical: levelled they are those of a level camera; the less is known, the less sure."""
    level, rolled = track_of(view), track_of(view, camera={"roll_deg": 4.0})
    side: Side | None = None if view == "right" else "left"
    true = of(measured(level, roll_deg=0), measure, side)
    found = of(measured(rolled, camera_roll=level_room(4.0)), measure, side)
    assert found.mean == pytest.approx(true.mean, abs=0.3)
    blind = of(measured(rolled), measure, side)
    assert abs((blind.mean or 0) - (true.mean or 0)) > 3
    assert blind.uncertainty is not None
    assert found.uncertainty is not None
    assert blind.uncertainty > found.uncertainty
    assert abs((blind.mean or 0) - (true.mean or 0)) < blind.uncertainty + 1


def test_knee_valgus_does_not_mind_roll() -> None:
    sure, blind = measured(track_of("rear"), roll_deg=0), measured(track_of("rear"))
    assert of(sure, "knee_valgus", "left") == of(blind, "knee_valgus", "left")


@pytest.mark.parametrize(
    ("lean_deg", "ok", "words"),
    [(0.0, True, "at about the height"), (12.0, False, "above the hips"), (-12.0, False, "below"), (3.0, None, "told")],
)
def test_camera_height(lean_deg: float, ok: bool | None, words: str) -> None:
    """Lines that lean apart upwards: the camera looks down, so the horizon crosses the runner above the hips."""
    height = check(measured(track_of("rear"), camera_roll=level_room(lean_deg=lean_deg)), "camera_height")
    assert height.ok is ok
    assert words in height.message
    assert (height.advice is None) is (ok is not False)


def test_without_lines_the_height_cannot_be_told() -> None:
    assert check(measured(track_of("rear")), "camera_height").ok is None


@pytest.mark.parametrize(
    ("stretch", "scale", "ok", "words"),
    [
        (1, None, True, "people run at"),
        (1, 1.0, True, "people run at"),
        (4, None, False, "slow motion"),
        (4, 0.25, True, "people run at"),
        (4, 1.0, False, "said to have filmed"),  # a wrong rate was given
    ],
)
def test_real_time(stretch: int, scale: float | None, ok: bool, words: str) -> None:
    track = track_of("rear", fps=120)
    gait = measured(changed(track, time_s=track.time_s * stretch), scale)
    time = check(gait, "real_time")
    assert time.ok is ok
    assert words in time.message
    assert (time.advice is None) is ok
    assert gait.time_is_real is ok


def test_without_steps_nobody_can_tell_the_time() -> None:
    assert check(measured(still(track_of("rear")), None), "real_time").ok is None
