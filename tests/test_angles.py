"""Planes, signs and wrap-around of angles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gaitcheck.angles import bend, elevation, lean_from_vertical, rotated, swing_from_vertical, wrapped

RIGHT, LEFT = 1.0, -1.0

coordinate = st.floats(-2000, 2000)
point = st.tuples(coordinate, coordinate).map(np.array)
sign = st.sampled_from([RIGHT, LEFT])


def xy(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def polar(angle_deg: float, length: float = 100.0) -> np.ndarray:
    """An arrow that points image-right for 0 and turns clockwise on the screen (y goes down)."""
    return length * np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])


def apart(a: float, b: float) -> float:
    """Smallest angle between two directions."""
    return abs((a - b + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize(
    ("angle", "same"),
    [(0, 0), (359, -1), (1, 1), (181, -179), (179, 179), (180, 180), (-180, 180), (-181, 179), (720, 0), (-359, 1)],
)
def test_wrapped(angle: float, same: float) -> None:
    assert wrapped(np.array(angle)) == pytest.approx(same, abs=1e-12)


@given(st.floats(-1e5, 1e5))
def test_wrapped_is_the_same_direction_within_half_a_turn(angle: float) -> None:
    out = float(wrapped(np.array(angle)))
    assert -180 < out <= 180
    assert apart(out, angle) < 1e-6


@pytest.mark.parametrize(
    ("lower", "positive_x", "angle"),
    [
        (xy(0, 100), RIGHT, 0),  # hangs straight down
        (xy(100, 100), RIGHT, 45),  # lower end to image-right, which counts as positive
        (xy(100, 100), LEFT, -45),
        (xy(-100, 100), LEFT, 45),
        (xy(-100, 0), RIGHT, -90),  # level
        (xy(100, -100), RIGHT, 135),  # kicked up over the level
        (xy(np.tan(np.radians(1)), 1), RIGHT, 1),
        (xy(-np.tan(np.radians(1)), 1), RIGHT, -1),  # -1, not 359
    ],
)
def test_swing_from_vertical(lower: np.ndarray, positive_x: float, angle: float) -> None:
    assert swing_from_vertical(xy(10, 20), lower + xy(10, 20), positive_x) == pytest.approx(angle)


@pytest.mark.parametrize(
    ("top", "positive_x", "angle"),
    [
        (xy(0, -100), RIGHT, 0),  # upright
        (xy(100, -100), RIGHT, 45),  # leans to image-right
        (xy(100, -100), LEFT, -45),
        (xy(-17.63269807, -100), LEFT, 10),
    ],
)
def test_lean_from_vertical(top: np.ndarray, positive_x: float, angle: float) -> None:
    assert lean_from_vertical(xy(5, 5), top + xy(5, 5), positive_x) == pytest.approx(angle)


@pytest.mark.parametrize(
    ("toe", "forward", "angle"),
    [
        (xy(100, 0), RIGHT, 0),  # flat foot of a runner who faces image-right
        (xy(-100, 0), LEFT, 0),  # and of one who faces image-left
        (xy(100, -17.63269807), RIGHT, 10),  # toes up
        (xy(-100, -17.63269807), LEFT, 10),
        (xy(100, 17.63269807), RIGHT, -10),  # toes down
        (xy(0, 100), RIGHT, -90),  # foot points straight down in swing
    ],
)
def test_elevation(toe: np.ndarray, forward: float, angle: float) -> None:
    assert elevation(xy(3, 4), toe + xy(3, 4), forward) == pytest.approx(angle)


def test_knee_flexion_of_a_runner_who_faces_image_right() -> None:
    hip, knee, ankle = xy(0, 0), xy(10, 100), xy(0, 200)
    assert bend(hip, knee, ankle, RIGHT) == pytest.approx(2 * np.degrees(np.arctan(0.1)))
    assert bend(hip, knee, ankle, LEFT) == pytest.approx(-2 * np.degrees(np.arctan(0.1)))
    assert bend(hip, xy(0, 100), ankle, RIGHT) == pytest.approx(0)


@pytest.mark.parametrize("flexion", [-170, -90, -1, 0, 1, 30, 90, 135, 179])
@pytest.mark.parametrize("thigh", [0, 45, 90, 179, 181, 270, 359])
def test_bend_does_not_depend_on_where_the_thigh_points(flexion: float, thigh: float) -> None:
    hip = xy(300, 300)
    knee = hip + polar(thigh)
    ankle = knee + polar(thigh + flexion)  # clockwise on the screen: the joint points to image-right of a hanging leg
    assert bend(hip, knee, ankle, RIGHT) == pytest.approx(flexion)


def test_bend_is_180_minus_the_inner_angle() -> None:
    rng = np.random.default_rng(3)
    first, joint, last = rng.uniform(0, 500, (3, 50, 2))
    u, v = first - joint, last - joint
    inner = np.degrees(np.arccos(np.sum(u * v, axis=1) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)))
    np.testing.assert_allclose(np.abs(bend(first, joint, last, RIGHT)), 180 - inner, atol=1e-6)


def test_a_knock_knee_is_positive_on_both_legs_of_a_rear_view() -> None:
    right_leg = bend(xy(110, 0), xy(100, 100), xy(110, 200), LEFT)  # inward of the right leg is image-left
    left_leg = bend(xy(90, 0), xy(100, 100), xy(90, 200), RIGHT)
    assert right_leg == pytest.approx(left_leg)
    assert right_leg > 0


def test_rotated_levels_a_line_whose_right_end_lies_lower() -> None:
    line = np.array([xy(100, 100), xy(100, 100) + polar(7)])  # y down: the right end is lower
    level = rotated(line, 7, (100, 100))
    assert level[0] == pytest.approx(line[0])
    assert level[1] == pytest.approx(line[0] + [100, 0])


def test_nan_stays_nan() -> None:
    missing = np.full(2, np.nan)
    assert np.isnan(bend(missing, xy(0, 1), xy(0, 2), RIGHT))
    assert np.isnan(swing_from_vertical(xy(0, 0), missing, RIGHT))


def test_many_frames_at_once() -> None:
    upper, lower = np.zeros((5, 4, 2)), np.ones((5, 4, 2))
    assert swing_from_vertical(upper, lower, RIGHT).shape == (5, 4)
    assert bend(upper, lower, 2 * lower, RIGHT).shape == (5, 4)
    assert rotated(lower, 3.0, (0, 0)).shape == lower.shape


def separated(*points: np.ndarray) -> bool:
    return all(np.linalg.norm(b - a) > 1e-3 for a, b in pairwise(points))


FLIP = np.array([-1.0, 1.0])


@given(point, point, point, sign)
def test_mirror_changes_the_sign(a: np.ndarray, b: np.ndarray, c: np.ndarray, positive_x: float) -> None:
    assume(separated(a, b, c))
    for angle in (swing_from_vertical, lean_from_vertical):
        assert apart(float(angle(a * FLIP, b * FLIP, positive_x)), -float(angle(a, b, positive_x))) < 1e-6
        assert apart(float(angle(a * FLIP, b * FLIP, -positive_x)), float(angle(a, b, positive_x))) < 1e-6
    assert apart(float(elevation(a * FLIP, b * FLIP, -positive_x)), float(elevation(a, b, positive_x))) < 1e-6
    flipped, plain = (float(bend(*(p * f for p in (a, b, c)), positive_x)) for f in (FLIP, np.ones(2)))
    assert apart(flipped, -plain) < 1e-6


@given(point, point, point, sign, st.floats(0.01, 100), point)
def test_scale_and_place_do_not_matter(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, positive_x: float, scale: float, shift: np.ndarray
) -> None:
    assume(separated(a, b, c))
    p, q, r = (scale * x + shift for x in (a, b, c))
    for angle in (swing_from_vertical, lean_from_vertical, elevation):
        assert apart(float(angle(p, q, positive_x)), float(angle(a, b, positive_x))) < 1e-2
    assert apart(float(bend(p, q, r, positive_x)), float(bend(a, b, c, positive_x))) < 1e-2


@given(point, point, point, st.floats(-45, 45), point)
def test_turning_the_picture_turns_its_lines_and_rotated_undoes_it(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, roll: float, centre: np.ndarray
) -> None:
    assume(separated(a, b, c))
    points = np.array([a, b, c])
    rolled = rotated(points, -roll, tuple(centre))  # the camera's roll
    np.testing.assert_allclose(rotated(rolled, roll, tuple(centre)), points, atol=1e-6)
    turned = float(elevation(rolled[0], rolled[1], RIGHT)) - float(elevation(a, b, RIGHT))
    assert apart(turned, -roll) < 1e-6  # right end lower: less elevation
    assert apart(float(bend(*rolled, RIGHT)), float(bend(a, b, c, RIGHT))) < 1e-6
