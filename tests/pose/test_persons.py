from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaitcheck.errors import UnusableInputError
from gaitcheck.pose.persons import (
    Sightings,
    choose_runner,
    label_persons,
    running_motion,
    trunk,
    without_duplicates,
)

from .people import Person, sightings

RUNNER = Person(hip_px=(400, 400), trunk_px=100, swing=0.7)
LARGE_SPECTATOR = Person(hip_px=(900, 500), trunk_px=260, swing=0.0)
WALKER = Person(hip_px=(0, 420), trunk_px=120, swing=0.5, stride_hz=0.9, speed_px_s=(300, 0))


def hips_x(found: Sightings, rows: np.ndarray) -> np.ndarray:
    return found.xy_px[rows][:, [23, 24], 0].mean(axis=1)


def test_trunk_is_centre_and_length() -> None:
    centre, length = trunk(RUNNER.pose(0.0))
    assert centre == pytest.approx([400, 350])
    assert length == pytest.approx(100)


def test_runner_in_place_beats_a_larger_spectator() -> None:
    found = sightings(LARGE_SPECTATOR, RUNNER)
    rows, together = choose_runner(found)
    assert together == 2
    assert len(rows) == 180
    assert hips_x(found, rows) == pytest.approx(400, abs=0.01)


def test_runner_in_place_beats_a_larger_walker_passing_close_by() -> None:
    # the walker's trunk passes 90 px above the runner's: far enough to be told apart, near enough to be confused
    walker = Person(hip_px=(0, 310), trunk_px=110, swing=0.6, stride_hz=0.9, speed_px_s=(200, 0))
    found = sightings(walker, RUNNER)
    rows, together = choose_runner(found)
    assert together == 2
    assert len(rows) == 180
    assert hips_x(found, rows) == pytest.approx(400, abs=0.01)


def test_motion_of_runner_walker_and_spectator() -> None:
    runner, walker, spectator = (running_motion(sightings(p)) for p in (RUNNER, WALKER, LARGE_SPECTATOR))
    # the ankles swing against each other: twice 0.7 trunk lengths, root mean square, times visibility 0.9
    assert runner == pytest.approx(0.9 * 1.4 / np.sqrt(2), rel=0.1)
    assert walker < 0.5 * runner
    assert spectator == pytest.approx(0, abs=1e-6)


def test_hidden_guessed_feet_count_little() -> None:
    rng = np.random.default_rng(1)
    hidden = sightings(Person(hip_px=(900, 500), trunk_px=200, visibility=0.1))
    jitter = hidden.xy_px.copy()
    jitter[:, [27, 28]] += rng.normal(0, 80, size=(len(hidden), 2, 2)).astype(np.float32)
    guessed = Sightings(hidden.frame, hidden.time_s, jitter, hidden.visibility, hidden.scene)
    assert running_motion(guessed) < 0.1 < 0.5 < running_motion(sightings(RUNNER))


def test_camera_that_moves_does_not_turn_a_spectator_into_a_runner() -> None:
    assert running_motion(sightings(Person(hip_px=(100, 400), speed_px_s=(150, 0)))) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("person", "x"), [(1, 400), (2, 900)])
def test_person_is_counted_from_the_left(person: int, x: float) -> None:
    found = sightings(LARGE_SPECTATOR, RUNNER)
    rows, _ = choose_runner(found, person=person)
    assert hips_x(found, rows) == pytest.approx(x, abs=0.01)


def test_person_who_is_not_there_is_an_error() -> None:
    with pytest.raises(UnusableInputError, match=r"Person 3 .* at most 2 people"):
        choose_runner(sightings(LARGE_SPECTATOR, RUNNER), person=3)
    with pytest.raises(UnusableInputError, match=r"Person 1 .* nobody was found"):
        choose_runner(sightings(), person=1)


def test_nobody_is_nobody() -> None:
    rows, together = choose_runner(sightings())
    assert len(rows) == 0
    assert together == 0


def test_tracker_that_jumps_to_the_bystander_leaves_a_gap() -> None:
    before = Person(hip_px=(400, 400), swing=0.7, seen=(0, 2.0))
    jumped = Person(hip_px=(900, 500), trunk_px=130, seen=(2.01, 3.0))
    after = Person(hip_px=(410, 400), swing=0.7, seen=(3.01, 6.0))
    found = sightings(before, jumped, after)
    rows, together = choose_runner(found)
    assert together == 1
    assert hips_x(found, rows).max() < 450
    missing = np.setdiff1d(np.arange(180), found.frame[rows])
    assert missing.tolist() == list(range(61, 91))


def test_person_keeps_the_number_after_a_gap_at_the_same_place() -> None:
    found = sightings(
        Person(hip_px=(400, 400), swing=0.7, seen=(0, 2.0)), Person(hip_px=(420, 400), swing=0.7, seen=(4.0, 6.0))
    )
    assert set(label_persons(found).tolist()) == {0}


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    left = Person(hip_px=(100, 300), trunk_px=100, speed_px_s=(150, 0))
    right = Person(hip_px=(1000, 420), trunk_px=110, speed_px_s=(-150, 0))
    found = sightings(left, right)
    labels = label_persons(found)
    for number, start in (
        (labels[found.xy_px[:, 23, 0].argmin()], 100),
        (labels[found.xy_px[:, 23, 0].argmax()], 1000),
    ):
        x = found.xy_px[labels == number][:, [23, 24], 0].mean(axis=1)
        assert len(x) == 180
        assert x[0] == pytest.approx(start, abs=0.01)
        assert np.all(np.abs(np.diff(x)) < 6)


def test_each_scene_has_its_own_runner() -> None:
    first = Person(hip_px=(400, 400), swing=0.7, seen=(0, 2.99))
    second = Person(hip_px=(700, 500), trunk_px=60, swing=0.7, seen=(3.0, 6.0))
    found = sightings(first, second, LARGE_SPECTATOR, cuts_s=(3.0,))
    rows, together = choose_runner(found)
    assert together == 2
    assert hips_x(found, rows)[:90] == pytest.approx(400, abs=0.01)
    assert hips_x(found, rows)[90:] == pytest.approx(700, abs=0.01)


def test_scene_in_which_only_somebody_else_stands_is_left_out() -> None:
    coach = Person(hip_px=(900, 500), trunk_px=200, swing=0.02, seen=(0, 2.99))
    found = sightings(coach, Person(hip_px=(400, 400), swing=0.7, seen=(3.0, 6.0)), cuts_s=(3.0,))
    rows, _ = choose_runner(found)
    assert found.time_s[rows].min() == pytest.approx(3.0)
    assert hips_x(found, rows) == pytest.approx(400, abs=0.01)
    asked, _ = choose_runner(found, person=1)
    assert len(asked) == 180


def test_a_short_false_pose_is_not_counted() -> None:
    found = sightings(RUNNER, Person(hip_px=(50, 500), swing=2.0, seen=(1.0, 1.2)))
    rows, together = choose_runner(found)
    assert together == 1
    assert hips_x(found, rows) == pytest.approx(400, abs=0.01)


def test_single_frame_with_one_person() -> None:
    rows, together = choose_runner(sightings(RUNNER, duration_s=1 / 30))
    assert rows.tolist() == [0]
    assert together == 1


def test_one_person_found_twice_is_one() -> None:
    poses = np.array([RUNNER.pose(0), RUNNER.pose(0) + 20, LARGE_SPECTATOR.pose(0)])
    visibility = np.full((3, 33), 0.5)
    visibility[1] = 0.9
    assert without_duplicates(poses, visibility).tolist() == [1, 2]
    assert without_duplicates(poses, visibility, first=1).tolist() == [0, 2]


@given(st.integers(0, 2**32 - 1))
def test_nobody_is_twice_in_a_frame_and_nobody_crosses_a_cut(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = rng.integers(0, 4, size=25)
    frame = np.repeat(np.arange(25), count)
    total = len(frame)
    poses = rng.uniform(0, 300, size=(total, 1, 2)) + rng.normal(0, 40, size=(total, 33, 2))
    found = Sightings(frame, frame / 10, poses, np.full((total, 33), 0.5), (frame >= 12).astype(np.int64))
    labels = label_persons(found)
    assert len({*zip(labels.tolist(), frame.tolist(), strict=True)}) == total
    assert labels.min(initial=0) >= 0
    assert not set(labels[found.scene == 0].tolist()) & set(labels[found.scene == 1].tolist())
    rows, together = choose_runner(found)
    assert len(set(frame[rows].tolist())) == len(rows)
    assert together <= count.max()
