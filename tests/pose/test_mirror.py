from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.pose import mirror
from gaitcheck.pose.follow import mirrored
from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.pose.mirror import EVERY_S, MirrorLooks, moved_sideways, sideways
from gaitcheck.track import EXCHANGED_SIDES, Landmark, PoseTrack
from gaitcheck.video.reader import FrameReader
from tests.video.clips import regular, write_clip

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "rear_right_drop.mp4"
WIDTH = 540


def person(x: float = 270.0, *, from_side: bool = False) -> np.ndarray:
    """(33, 6) somebody 100 px long in the trunk, seen from behind."""
    pose = np.zeros((33, 6), dtype=np.float32)
    pose[:, 0] = x + np.linspace(-3, 3, 33)
    across = 0.1 if from_side else 1.0
    for left, y, half in (
        (Landmark.LEFT_SHOULDER, 100, 35),
        (Landmark.LEFT_HIP, 200, 20),
        (Landmark.LEFT_KNEE, 300, 15),
    ):
        pose[left, :2], pose[left + 1, :2] = (x - across * half, y), (x + across * half, y)
    pose[:, 3] = np.linspace(-0.3, 0.4, 33)
    return pose


def track(rows: int, cuts_s: tuple[float, ...] = ()) -> PoseTrack:
    return PoseTrack(
        time_s=np.arange(rows) / 60,
        xy_px=np.repeat(person()[None, :, :2], rows, axis=0).astype(float),
        visibility=np.ones((rows, 33)),
        world_m=np.zeros((rows, 33, 3)),
        frame_size_px=(WIDTH, 960),
        cuts_s=cuts_s,
    )


def test_mirrored_exchanges_sides_and_twice_is_the_same() -> None:
    poses = person()[None]
    once = mirrored(poses, WIDTH)
    assert once[0, Landmark.LEFT_KNEE, 0] == pytest.approx(WIDTH - poses[0, Landmark.RIGHT_KNEE, 0])
    assert once[0, Landmark.LEFT_KNEE, 1] == poses[0, Landmark.RIGHT_KNEE, 1]
    assert once[0, Landmark.LEFT_KNEE, 3] == -poses[0, Landmark.RIGHT_KNEE, 3]
    np.testing.assert_allclose(mirrored(once, WIDTH), poses, rtol=1e-6)


def test_half_the_way_to_the_same_person_in_the_mirror_image() -> None:
    near, far = person(200), person(400)
    seen = np.stack([far, near])
    seen[0, Landmark.LEFT_KNEE, 0] += 6
    seen[1, Landmark.LEFT_KNEE, 0] -= 4
    moved = sideways(np.stack([near, far]), seen)
    assert moved[:, Landmark.LEFT_KNEE].tolist() == [-2, 3]
    assert np.count_nonzero(moved) == 2


def test_exchanged_legs_and_nobody_tell_nothing() -> None:
    pose = person()
    exchanged = pose.copy()
    exchanged[[Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]] = pose[[Landmark.RIGHT_KNEE, Landmark.LEFT_KNEE]]
    assert np.isnan(sideways(pose[None], exchanged[None])).all()
    assert np.isnan(sideways(pose[None], np.empty((0, 33, 6), np.float32))).all()


def test_frames_between_two_looks_get_what_lies_between_and_scenes_are_kept_apart() -> None:
    px = np.full((10, 33), np.nan)
    px[1], px[3], px[6] = 2.0, 4.0, -8.0
    whole = track(10, cuts_s=(5 / 60,))
    moved = moved_sideways(whole, px)
    assert (moved.xy_px - whole.xy_px)[:, 5, 0] == pytest.approx([2, 2, 3, 4, 4, -8, -8, -8, -8, -8])
    assert (moved.xy_px[..., 1] == whole.xy_px[..., 1]).all()
    assert moved.history[-1].endswith("of 3 frames shows them")


def test_a_scene_without_a_look_or_an_alike_pose_and_a_track_without_one_stay_as_they_are() -> None:
    px = np.full((10, 33), np.nan)
    whole = track(10, cuts_s=(5 / 60,))
    whole.xy_px[:5, :, 0] = WIDTH - whole.xy_px[:5, :, 0]  # seen from the other side
    assert moved_sideways(whole, px) is whole
    px[7] = 3.0
    assert (moved_sideways(whole, px).xy_px - whole.xy_px)[:, 0, 0] == pytest.approx([0] * 5 + [3] * 5)


def test_frames_far_from_any_look_get_what_alike_poses_got() -> None:
    """A runner whose knees go to and fro: where he was not looked at he gets what he got in the same place before."""
    whole = track(240)
    phase = np.sin(2 * np.pi * np.arange(240) / 40)
    whole.xy_px[:, Landmark.LEFT_KNEE, 1] += 30 * phase
    whole.xy_px[:, Landmark.RIGHT_KNEE, 1] -= 30 * phase
    px = np.full((240, 33), np.nan)
    px[:120:3] = 4 * phase[:120:3, None]
    moved = moved_sideways(whole, px).xy_px[..., 0] - whole.xy_px[..., 0]
    assert moved[:118] == pytest.approx(np.repeat(4 * phase[:118, None], 33, axis=1), abs=0.4)
    assert moved[140:] == pytest.approx(np.repeat(4 * phase[140:, None], 33, axis=1), abs=1.5)
    strange = whole.xy_px.copy()
    strange[140:, Landmark.LEFT_ANKLE] += 100  # a pose that was never looked at keeps what the last look says
    unlike = moved_sideways(replace(whole, xy_px=strange), px).xy_px[..., 0] - strange[..., 0]
    assert unlike[140:] == pytest.approx(np.full((100, 33), px[117, 0]))


class _Mirror:
    """Stands for a landmarker that sees everybody 2 px further to the right in the mirror image."""

    def __init__(self) -> None:
        self.times_s: list[float] = []

    def follow_mirrored(self, rgb: np.ndarray, time_s: float, people: int) -> np.ndarray:
        self.times_s.append(time_s)
        return person(272)[None]


@pytest.mark.parametrize(("rate_hz", "apart"), [(60, 5), (30, 3), (25, 2), (240, 18)])
def test_somebody_seen_from_behind_is_looked_at_from_time_to_time(rate_hz: int, apart: int) -> None:
    looks, landmarker, empty = MirrorLooks(), _Mirror(), np.empty((4, 4, 3), np.uint8)
    for frame in range(4 * apart):
        found = looks.of(landmarker, empty, frame / rate_hz, person()[None], 1)  # type: ignore[arg-type]
        assert (found is None) == (frame % apart > 0)
        if found is not None:
            assert found == pytest.approx(np.ones((1, 33)))
    assert np.diff(landmarker.times_s) == pytest.approx(np.full(3, apart / rate_hz))
    assert apart / rate_hz >= EVERY_S - 1e-9


def test_from_the_side_nobody_looks() -> None:
    looks, landmarker, empty = MirrorLooks(), _Mirror(), np.empty((4, 4, 3), np.uint8)
    assert looks.of(landmarker, empty, 0.0, person(from_side=True)[None], 1) is None  # type: ignore[arg-type]
    assert landmarker.times_s == []


@pytest.mark.slow
def test_a_video_and_its_mirror_image_give_the_same_knees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The knees of both tracks, the one mirrored back, differ by a third of what they do without the second look."""
    videos = [_written(tmp_path / f"{step}.mp4", step) for step in (1, -1)]
    knees = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]

    def apart_px() -> np.ndarray:
        one, other = (track_runner(video, model_file()).track for video in videos)
        back = other.frame_size_px[0] - other.xy_px[:, EXCHANGED_SIDES, 0]
        return np.asarray(np.nanmean((one.xy_px[..., 0] - back)[:, knees], axis=0))

    with_looks = apart_px()
    monkeypatch.setattr(mirror, "MOST_TRUNKS", 0.0)
    without = apart_px()
    assert np.abs(without).max() > 1.0
    assert np.abs(with_looks).max() < np.abs(without).max() / 3


def _written(target: Path, step: int) -> Path:
    """A second and a half of the sample, as it is or (step -1) mirrored."""
    pictures = [np.ascontiguousarray(frame.bgr[:, ::step]) for frame in FrameReader(SAMPLE).frames(range(90, 180))]
    height, width = pictures[0].shape[:2]
    return write_clip(target, regular(len(pictures), 60.0), size=(width, height), pictures=pictures)
