"""The camera's roll from drawn rooms whose camera is known."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.pose.roll import LONG_SIDE_PX, MOST_FRAMES, RollSampler, lines_of, roll_of_lines, runner_mask
from gaitcheck.track import CameraRoll, PoseTrack
from tests.gait.runs import track_of

SIZE = (540, 960)
NOWHERE = np.zeros((SIZE[1], SIZE[0]), dtype=bool)


def camera(roll_deg: float, pitch_deg: float, yaw_deg: float, focal: float = 1.2) -> np.ndarray:
    """(3, 3) from the room (x right, y down, z ahead) to pixels; + pitch looks down."""
    r, p, y = np.radians([roll_deg, pitch_deg, yaw_deg])
    about_z = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    lens = np.array([[focal * SIZE[1], 0, SIZE[0] / 2], [0, focal * SIZE[1], SIZE[1] / 2], [0, 0, 1]])
    return lens @ about_z @ about_x @ about_y


def wall(matrix: np.ndarray, *, posts: int = 7, shelves: int = 4, strays: int = 0, seed: int = 0) -> np.ndarray:
    """(N, 4) upright and level lines on a wall 5 m away, and strays; each jittered by half a pixel."""
    rng = np.random.default_rng(seed)
    ends = [((x, -1.0, 5.0), (x, rng.uniform(0, 1.0), 5.0)) for x in np.linspace(-1.0, 1.0, posts)]
    ends += [((-0.9, y, 5.0), (rng.uniform(0, 0.9), y, 5.0)) for y in np.linspace(-1.6, 1.6, shelves)]
    points = np.array(ends).reshape(-1, 2, 3) @ matrix.T
    lines = (points[..., :2] / points[..., 2:]).reshape(-1, 4)
    start = rng.uniform(0, SIZE, (strays, 2))
    turn, length = rng.uniform(0, np.pi, strays), rng.uniform(60, 250, strays)
    stray = np.concatenate([start, start + length[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)], axis=1)
    return np.concatenate([lines, stray]) + rng.normal(0, 0.5, (len(lines) + strays, 4))


@pytest.mark.parametrize("roll", [-8.0, -3.0, 0.0, 1.0, 5.0])
@pytest.mark.parametrize(("pitch", "yaw"), [(0, 0), (10, 0), (-10, 4), (5, -6)])
@pytest.mark.parametrize("strays", [0, 20])
def test_roll_of_a_room(roll: float, pitch: float, yaw: float, strays: int) -> None:
    found = roll_of_lines(wall(camera(roll, pitch, yaw), strays=strays), SIZE)
    assert found is not None
    assert found.roll_deg == pytest.approx(roll, abs=0.8)
    assert abs(found.roll_deg - roll) < 3 * found.sd_deg
    assert found.sd_deg < 1.0
    assert found.upright_lines >= 5


@pytest.mark.parametrize("pitch", [-12.0, -6.0, 6.0, 12.0])
def test_lines_that_lean_apart_upwards_show_a_camera_that_looks_down(pitch: float) -> None:
    found = roll_of_lines(wall(camera(2.0, pitch, 0.0)), SIZE)
    assert found is not None
    # tan(lean) = half a long side * tan(pitch) / focal length
    true = np.degrees(np.arctan(np.tan(np.radians(pitch)) / (2 * 1.2)))
    assert found.lean_deg == pytest.approx(true, abs=1.0)
    assert found.roll_deg == pytest.approx(2.0, abs=0.6)


def test_posts_on_one_side_are_less_sure_than_posts_all_over() -> None:
    """With the pitch unknown, the lean at the picture's edge says less about its middle."""
    lines = wall(camera(3.0, 0.0, 0.0), posts=12, shelves=0)
    right = lines[lines[:, 0] > 0.7 * SIZE[0]]
    all_over, one_side = roll_of_lines(lines, SIZE), roll_of_lines(right, SIZE)
    assert all_over is not None
    assert one_side is None or one_side.sd_deg > 2 * all_over.sd_deg


@pytest.mark.parametrize("seed", range(5))
def test_strays_alone_say_nothing(seed: int) -> None:
    found = roll_of_lines(wall(camera(0, 0, 0), posts=0, shelves=0, strays=40, seed=seed), SIZE)
    assert found is None or found.sd_deg > 1.0


def test_no_lines_say_nothing() -> None:
    assert roll_of_lines(np.zeros((0, 4)), SIZE) is None


def drawn(lines: np.ndarray, *, grey: int = 200) -> np.ndarray:
    import cv2

    picture = np.full((SIZE[1], SIZE[0]), 60, np.uint8)
    for x0, y0, x1, y1 in lines.round().astype(int).tolist():
        cv2.line(picture, (x0, y0), (x1, y1), grey, 6)
    return picture


def test_lines_are_found_in_a_picture_but_not_on_the_runner_or_the_frame() -> None:
    picture = drawn(np.array([[100, 100, 100, 800], [300, 200, 300, 700], [0, 50, 0, 900]]))
    picture[:80] = 0  # a black bar
    covered = NOWHERE.copy()
    covered[150:750, 260:340] = True
    lines = lines_of(picture, covered)
    assert len(lines) >= 1
    assert np.all(np.abs(lines[:, [0, 2]] - 100) < 6)


def video_of(track: PoseTrack, lines: np.ndarray, frames: int = 40) -> tuple[RollSampler, PoseTrack]:
    sampler = RollSampler(frames)
    picture = np.repeat(drawn(lines)[..., None], 3, axis=2)
    for row in range(frames):
        sampler.take(row, picture)
    scale = SIZE[0] / track.frame_size_px[0]
    return sampler, PoseTrack(
        track.time_s[:frames],
        track.xy_px[:frames] * scale,
        track.visibility[:frames],
        track.world_m[:frames],
        SIZE,
    )


def test_roll_of_a_video() -> None:
    sampler, track = video_of(track_of("rear"), wall(camera(4.0, 3.0, 0.0)))
    found = sampler.roll(track)
    assert isinstance(found, CameraRoll)
    assert found.roll_deg == pytest.approx(4.0, abs=0.8)


def test_scenes_of_several_cameras_have_no_roll() -> None:
    sampler, track = video_of(track_of("rear"), wall(camera(4.0, 3.0, 0.0)))
    cut = PoseTrack(track.time_s, track.xy_px, track.visibility, track.world_m, SIZE, cuts_s=(0.3,))
    assert sampler.roll(cut) is None


@pytest.mark.parametrize("frames", [1, 5, 24, 25, 100, 3601])
def test_frames_are_kept_evenly_and_small(frames: int) -> None:
    sampler = RollSampler(frames)
    large = np.zeros((192, 1080, 3), np.uint8)
    for row in range(frames):
        sampler.take(row, large)
    rows = [sample.row for sample in sampler.samples]
    assert min(frames, MOST_FRAMES // 2) <= len(rows) <= MOST_FRAMES
    assert len(set(np.diff(rows))) <= 1
    assert rows[0] == 0
    assert frames - rows[-1] <= max(np.diff(rows), default=1)
    assert max(sampler.samples[0].grey.shape) == LONG_SIDE_PX


def test_the_runner_is_masked() -> None:
    track = track_of("rear")
    width, height = track.frame_size_px
    mask = runner_mask(track.xy_px[:40:4], (width, height))
    hip = track.xy_px[:40:4, 23].mean(axis=0).astype(int)
    assert mask[hip[1], hip[0]]
    assert not mask[:, : width // 10].any()
    assert mask.mean() < 0.4
    nobody = runner_mask(np.full((4, 33, 2), np.nan), (50, 80))
    assert not nobody.any()
