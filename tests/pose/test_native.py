from __future__ import annotations

from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any, Literal

import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from gaitcheck.pose.install import model_file
from gaitcheck.pose.joints_only import joints_only
from gaitcheck.pose.model import load_mediapipe
from gaitcheck.pose.native import PoseLandmarker
from gaitcheck.video.reader import FrameReader

SAMPLES = Path(__file__).parents[2] / "sample_videos"
LONGER_SIDE_PX = 640


def pictures(name: str, frames: range) -> list[NDArray[np.uint8]]:
    reader = FrameReader(SAMPLES / name)
    shrunk = max(reader.facts.width_px, reader.facts.height_px) / LONGER_SIDE_PX
    size = round(reader.facts.width_px / shrunk), round(reader.facts.height_px / shrunk)
    return [frame.scaled(size, rgb=True) for frame in reader.frames(frames)]


def model(path: Path | None = None) -> BaseOptions:
    load_mediapipe()
    return BaseOptions(model_asset_path=str(path or model_file().path))


def numbers(result: Any) -> NDArray[np.float32]:
    """What the Python part of MediaPipe found, as the C functions are read."""
    joints = [
        [(a.x, a.y, a.visibility, b.x, b.y, b.z) for a, b in zip(picture, world, strict=True)]
        for picture, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
    ]
    return np.array(joints, dtype=np.float32).reshape(-1, 33, 6)


@pytest.mark.parametrize("mode", ["IMAGE", "VIDEO"])
@pytest.mark.parametrize(("name", "people"), [("rear_right_drop.mp4", 1), ("side_upright.mp4", 2)])
def test_it_finds_what_mediapipe_in_python_finds_to_the_last_bit(
    name: str, people: int, mode: Literal["IMAGE", "VIDEO"], tmp_path: Path
) -> None:
    """With the model as it is used, without its mask, against the whole one."""
    frames = pictures(name, range(0, 24, 2))
    if people > 1:  # a second person, and a picture of nobody on the way
        frames = [np.hstack([frame, frame[:, ::-1]]) for frame in frames]
        frames[6] = np.zeros_like(frames[6])
    options = vision.PoseLandmarkerOptions(
        base_options=model(), running_mode=vision.RunningMode[mode], num_poses=people
    )
    smaller = tmp_path / "joints_only.task"
    smaller.write_bytes(joints_only(model_file().path))
    own = PoseLandmarker(model(smaller), mode, people)
    counts = set()
    with vision.PoseLandmarker.create_from_options(options) as theirs:
        for number, rgb in enumerate(frames):
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))
            if mode == "VIDEO":
                wanted, found = theirs.detect_for_video(image, 40 * number), own.follow(rgb, 40 * number)
            else:
                wanted, found = theirs.detect(image), own.detect(rgb)
            np.testing.assert_array_equal(found, numbers(wanted))
            assert found.dtype == np.float32
            counts.add(len(found))
    own.close()
    own.close()
    assert ({1} if people == 1 else {0, 2}) <= counts


def test_rows_with_gaps_between_them_make_no_difference() -> None:
    (rgb,) = pictures("rear_right_drop.mp4", range(1))
    wide = np.hstack([rgb, rgb])
    own = PoseLandmarker(model(), "IMAGE", 1)
    found = own.detect(rgb)
    np.testing.assert_array_equal(own.detect(wide[:, : rgb.shape[1]]), found)
    assert len(found) == 1
    own.close()


def test_what_mediapipe_refuses_is_raised_with_its_words(tmp_path: Path) -> None:
    load_mediapipe()
    nothing = tmp_path / "nothing.task"
    with pytest.raises((OSError, RuntimeError), match=r"nothing\.task"):
        PoseLandmarker(BaseOptions(model_asset_path=str(nothing)), "IMAGE", 1)
    own = PoseLandmarker(model(), "VIDEO", 1)
    (rgb,) = pictures("rear_right_drop.mp4", range(1))
    own.follow(rgb, 5)
    with pytest.raises(ValueError, match="timestamp"):
        own.follow(rgb, 5)
    own.close()


def test_closing_waits_for_who_is_inside_and_nobody_comes_in_afterwards() -> None:
    own = PoseLandmarker(model(), "IMAGE", 1)
    (rgb,) = pictures("rear_right_drop.mp4", range(1))
    told: list[str] = []

    def look_again_and_again() -> None:
        try:
            while True:
                told.append(f"{len(own.detect(rgb))} found")
        except RuntimeError as error:
            told.append(str(error))

    threads = [Thread(target=look_again_and_again) for _ in range(2)]
    for thread in threads:
        thread.start()
    while len(told) < 6 and all(thread.is_alive() for thread in threads):
        sleep(0.01)
    own.close()
    for thread in threads:
        thread.join(20)
    # each thread's last word; a look that ended before may be told after the other thread's
    assert told.count("the landmarker is closed") == len(threads)
    assert set(told) == {"1 found", "the landmarker is closed"}
