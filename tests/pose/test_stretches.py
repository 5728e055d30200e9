"""How a video is divided: by its own length and key frames alone."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.pose.stretches import USUAL_S, WARM_UP_S, model_size_px, stretches
from gaitcheck.video.index import FrameIndex


def index_of(times_s: np.ndarray, key_frames: list[int]) -> FrameIndex:
    return FrameIndex(np.round(times_s * 90_000).astype(np.int64), np.array(key_frames), 1 / 90_000)


@pytest.mark.parametrize(
    ("seconds", "pieces"), [(1.0, 1), (2.9, 1), (3.1, 2), (6.0, 2), (27.0, 2), (30.0, 4), (61.0, 8), (1200.0, 16)]
)
@pytest.mark.parametrize("every", [1, 60, 250])
def test_stretches_cover_every_frame_once_and_are_about_even(seconds: float, pieces: int, every: int) -> None:
    count = round(seconds * 60)
    index = index_of(np.arange(count) / 60, list(range(0, count, every)))
    parts = stretches(index)
    assert len(parts) == pieces
    assert [part.first for part in parts] == [0, *(part.last for part in parts[:-1])]
    assert parts[-1].last == count
    lengths = np.array([part.last - part.first for part in parts]) / 60
    assert lengths.min() > 0.45 * seconds / pieces
    assert lengths.max() < 1.55 * seconds / pieces
    assert pieces <= 2 or lengths.mean() >= USUAL_S
    assert parts[0].enter == 0
    for part in parts[1:]:
        assert index.times_s[part.first] - index.times_s[part.enter] == pytest.approx(WARM_UP_S, abs=1 / 60)


def test_a_stretch_is_entered_at_a_key_frame_that_is_near() -> None:
    index = index_of(np.arange(600) / 60, [0, 100, 280, 500])
    first, second = stretches(index)
    assert (second.enter, second.first, second.last) == (280, 286, 600)
    assert first.last == 286
    far = index_of(np.arange(600) / 60, [0, 100, 500])
    second = stretches(far)[1]
    assert (second.enter, second.first, second.last) == (294, 300, 600)


@pytest.mark.parametrize(
    ("seconds", "looked_s"),
    [(2.0, 2.0), (7.0, 7.1), (10.0, 10.1), (20.0, 12.0), (30.0, 10.0), (60.0, 20.0), (1200.0, 40.0)],
)
def test_the_mirror_image_is_looked_at_in_the_middle_of_each_stretch(seconds: float, looked_s: float) -> None:
    """The whole of short ones, their entry with it; twelve seconds of two stretches, two and a half of each of more."""
    parts = stretches(index_of(np.arange(round(seconds * 60)) / 60, list(range(0, round(seconds * 60), 60))))
    assert sum(len(part.mirrored) for part in parts) / 60 == pytest.approx(looked_s, abs=0.1)
    for part in parts:
        assert part.enter <= part.mirrored.start < part.mirrored.stop <= part.last
        before, after = part.mirrored.start - part.enter, part.last - part.mirrored.stop
        assert before == pytest.approx(after, abs=1)


@pytest.mark.parametrize(("fps", "frames"), [(25, 6), (30, 6), (60, 6), (120, 12), (240, 24)])
def test_a_stretch_is_entered_a_tenth_of_a_second_and_six_frames_early(fps: int, frames: int) -> None:
    count = 10 * fps
    for key_frames in ([0], [0, count // 2 - 3], list(range(count))):
        second = stretches(index_of(np.arange(count) / fps, key_frames))[1]
        assert second.first - second.enter == pytest.approx(frames, abs=frames // 12)  # a frame more or less of many


def test_a_stretch_is_never_entered_before_the_first_frame() -> None:
    """Four frames in four seconds, all of them key frames."""
    parts = stretches(index_of(np.arange(4.0), [0, 1, 2, 3]))
    assert [part.first for part in parts] == [0, *(part.last for part in parts[:-1])]
    assert all(0 <= part.enter <= part.first for part in parts)


def test_uneven_times_are_divided_by_time_not_by_frames() -> None:
    """Half of the frames lie in the first second."""
    times_s = np.concatenate([np.arange(300) / 300, 1 + np.arange(300) / 60])
    first, second = stretches(index_of(times_s, list(range(600))))
    assert times_s[second.first] == pytest.approx(3.0, abs=0.05)
    assert first.last == second.first


@pytest.mark.parametrize(
    ("size", "given"),
    [((1080, 1920), (540, 960)), ((2160, 3840), (540, 960)), ((720, 1280), (360, 640)), ((960, 412), (960, 412))],
)
def test_pictures_are_halved_while_they_stay_large_enough(size: tuple[int, int], given: tuple[int, int]) -> None:
    assert model_size_px(size) == given
