from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gaitcheck.pose.cuts import CutDetector

UInt8Array = NDArray[np.uint8]
SIZE_PX = (180, 320)


def scene(seed: int, tint: tuple[int, int, int]) -> UInt8Array:
    """A wide picture of coloured patches; a window of it is what a camera sees."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(-60, 60, size=(9, 60, 3)) + np.array(tint)
    return np.clip(np.kron(patches, np.ones((20, 20, 1))), 0, 255).astype(np.uint8)


def view(picture: UInt8Array, left: float) -> UInt8Array:
    return picture[:, int(left) : int(left) + SIZE_PX[1]].copy()


def cuts_in(frames: list[UInt8Array]) -> list[int]:
    detector = CutDetector()
    return [i for i, frame in enumerate(frames) if detector.is_cut(frame)]


GYM = scene(1, (90, 110, 120))
STREET = scene(2, (190, 150, 100))


def test_cut_is_found_at_its_first_frame() -> None:
    frames = [view(GYM, 2 * i) for i in range(40)] + [view(STREET, 2 * i) for i in range(40)]
    assert cuts_in(frames) == [40]


def test_every_cut_is_found() -> None:
    frames = (
        [view(GYM, i) for i in range(20)] + [view(STREET, i) for i in range(20)] + [view(GYM, i) for i in range(20)]
    )
    assert cuts_in(frames) == [20, 40]


@pytest.mark.parametrize("px_per_frame", [0, 3, 20])
def test_moving_camera_is_no_cut(px_per_frame: int) -> None:
    assert cuts_in([view(GYM, px_per_frame * i) for i in range(40)]) == []


def test_person_who_moves_through_the_picture_is_no_cut() -> None:
    frames = []
    for i in range(60):
        frame = view(GYM, 0)
        frame[20:160, 5 * i : 5 * i + 60] = (20, 20, 200)
        frames.append(frame)
    assert cuts_in(frames) == []


def test_slow_fade_of_the_light_is_no_cut() -> None:
    frames = [(view(GYM, 0) * (1 - 0.015 * i)).astype(np.uint8) for i in range(50)]
    assert cuts_in(frames) == []


def test_sensor_noise_is_no_cut() -> None:
    rng = np.random.default_rng(0)
    frames = [np.clip(view(GYM, 0) + rng.normal(0, 15, (*SIZE_PX, 3)), 0, 255).astype(np.uint8) for _ in range(30)]
    assert cuts_in(frames) == []


def test_first_frame_and_one_pixel_are_no_cuts() -> None:
    assert cuts_in([view(GYM, 0)]) == []
    assert cuts_in([np.zeros((1, 1, 3), np.uint8)] * 3) == []
