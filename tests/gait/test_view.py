"""From which side the camera looks."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.view import HEADINGS_DEG, facing, find_view, is_side, near_side
from tests.gait.runs import VIEWS, changed, check, jittered, measured, mirrored, of, track_of, without


@pytest.mark.parametrize("view", VIEWS)
def test_four_views(view: str) -> None:
    track = track_of(view)
    found = find_view(track)
    assert found is not None
    assert found.view == view
    assert found.off_square_deg < 3
    assert facing(track, view) == {"right": "image_right", "left": "image_left"}.get(view)
    gait = measured(track)
    assert (gait.view, gait.view_source) == (view, "found")
    assert check(gait, "camera_square").ok


@pytest.mark.parametrize(
    ("view", "oblique"),
    [
        ("rear", -30),
        ("rear", 10),
        ("front", -10),
        ("front", 30),
        ("left", 10),
        ("left", 30),
        ("right", -10),
        ("right", -30),
    ],
)
def test_how_far_from_square_it_looks(view: str, oblique: float) -> None:
    track = track_of(view, camera={"oblique_deg": oblique})
    found = find_view(track)
    assert found is not None
    assert found.view == view
    assert found.off_square_deg == pytest.approx(abs(oblique), abs=3)
    gait = measured(track)
    square = check(gait, "camera_square")
    assert square.ok is (abs(oblique) < 20)
    assert (square.advice is None) is square.ok
    lean = of(gait, "lateral_trunk_lean", "left") if view in ("rear", "front") else of(gait, "forward_trunk_lean")
    assert lean.status == ("measured" if square.ok else "borderline")
    if not square.ok:
        assert "away from square" in str(lean.reason)


def test_the_person_says_which_view() -> None:
    gait = measured(track_of("rear"), view="front")
    assert (gait.view, gait.view_source) == ("front", "given")
    assert check(gait, "camera_square").ok is None
    side = measured(track_of("right"), view="right")
    assert side.view_source == "given"
    assert side.direction == "image_right"


def test_a_mirrored_side_view_is_the_other_side() -> None:
    assert measured(mirrored(track_of("right"))).view == "left"
    assert measured(mirrored(track_of("rear"))).view == "rear"


def test_a_picture_mirrored_by_the_camera_still_tells_where_the_runner_faces() -> None:
    """The model labels what it sees, so the leg next to the camera passes for the other one's."""
    track = track_of("right")
    flipped = changed(track, xy_px=np.array([track.frame_size_px[0], 0]) + track.xy_px * [-1, 1])
    assert facing(flipped, "right") == "image_left"


def test_jitter_and_gaps_do_not_matter() -> None:
    track = without(jittered(track_of("rear"), 6), np.arange(30, 200))
    world = track.world_m + np.random.default_rng(0).normal(0, 0.03, track.world_m.shape)
    found = find_view(changed(track, world_m=world))
    assert found is not None
    assert found.view == "rear"


def test_without_world_points_the_view_must_be_given() -> None:
    track = changed(track_of("rear"), world_m=np.zeros_like(track_of("rear").world_m))
    assert find_view(track) is None
    gait = measured(track)
    assert (gait.view, gait.view_source) == (None, "unknown")
    assert check(gait, "camera_square").ok is False
    assert all(m.status == "not_measurable" for m in gait.measures)
    assert all("choose it yourself" in str(m.reason) for m in gait.measures)
    assert measured(track, view="rear").view == "rear"


def test_a_runner_who_turns_round_and_round_has_no_view() -> None:
    track = track_of("rear")
    turn = np.linspace(0, 4 * np.pi, len(track))
    c, s = np.cos(turn), np.sin(turn)
    spin = np.stack(
        [np.stack([c, 0 * c, s], -1), np.stack([0 * c, 1 + 0 * c, 0 * c], -1), np.stack([-s, 0 * c, c], -1)], 1
    )
    assert find_view(changed(track, world_m=np.einsum("tij,tkj->tki", spin, track.world_m))) is None


def test_sides() -> None:
    assert set(HEADINGS_DEG) == set(VIEWS)
    assert [is_side(v) for v in ("rear", "front", "left", "right")] == [False, False, True, True]
    assert [near_side(v) for v in ("rear", "front", "left", "right")] == [None, None, "left", "right"]
