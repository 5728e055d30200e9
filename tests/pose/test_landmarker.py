from __future__ import annotations

import threading
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from gaitcheck.errors import Cancelled, ModelError, UnusableInputError
from gaitcheck.pose.install import ModelFile, model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.pose.pelvis.dots import find_dots
from gaitcheck.track import Landmark, RunnerTrack
from tests.video.clips import regular, write_clip

SHARED = Path(__file__).parents[3] / "shared" / "videos"
#: The smallest of the rendered samples that come with the project.
SAMPLES = sorted((Path(__file__).parents[2] / "sample_videos").glob("[!.]*.mp4"), key=lambda path: path.stat().st_size)[
    :1
]

SAMPLE_OF_THE_BACK = Path(__file__).parents[2] / "sample_videos" / "rear_right_drop.mp4"

pytestmark = pytest.mark.slow
real = pytest.mark.skipif(not SHARED.is_dir(), reason="the real clips are not on this machine")


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return model_file()


@pytest.fixture(scope="module")
def empty_room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames without a person."""
    return write_clip(tmp_path_factory.mktemp("clip") / "empty.mp4", regular(12))


def trunk_centre(result: RunnerTrack) -> np.ndarray:
    trunk = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
    return result.track.xy_px[:, trunk].mean(axis=1)


def test_nobody_in_the_picture_gives_rows_of_nan(empty_room: Path, model: ModelFile) -> None:
    shares: list[float] = []
    result = track_runner(empty_room, model, person=None, progress=shares.append)
    assert len(result.track) == 12
    assert result.track.time_s == pytest.approx(regular(12), abs=1e-3)
    assert np.isnan(result.track.xy_px).all()
    assert np.isnan(result.track.visibility).all()
    assert np.isnan(result.track.world_m).all()
    assert not result.track.found.any()
    assert result.persons_seen == 0
    assert result.track.frame_size_px == (96, 64)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_person_of_an_empty_room_is_an_error(empty_room: Path, model: ModelFile) -> None:
    with pytest.raises(UnusableInputError, match="nobody was found"):
        track_runner(empty_room, model, person=1, progress=None)


def test_cancelling_stops_the_decoding_thread(empty_room: Path, model: ModelFile) -> None:
    def stop(share: float) -> None:
        if share > 0.3:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        track_runner(empty_room, model, person=None, progress=stop)
    assert "decode" not in [thread.name for thread in threading.enumerate()]


def test_broken_video_is_an_error_of_its_own(tmp_path: Path, model: ModelFile) -> None:
    broken = tmp_path / "run.mp4"
    broken.write_text("this is no video")
    with pytest.raises(UnusableInputError, match=r"run\.mp4"):
        track_runner(broken, model, person=None, progress=None)


def test_model_file_with_other_content_is_an_error_that_says_what_to_do(tmp_path: Path, empty_room: Path) -> None:
    other = tmp_path / "other.task"
    other.write_bytes(b"no model" * 100)
    with pytest.raises(ModelError, match=r"other\.task .* `gaitcheck models install`"):
        track_runner(empty_room, ModelFile("full", other, ""), person=None, progress=None)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_rendered_runner_is_found_in_every_frame(sample: Path, model: ModelFile) -> None:
    result = track_runner(sample, model, person=None, progress=None)
    assert result.track.found.mean() > 0.97
    assert result.persons_seen == 1
    assert result.track.cuts_s == ()
    width, height = result.track.frame_size_px
    centre = trunk_centre(result)[result.track.found]
    assert ((centre > 0) & (centre < (width, height))).all()


@real
def test_runner_is_followed_and_not_the_bystander(model: ModelFile) -> None:
    """Seen in the frames: the runner's trunk stays between x 520 and 850, the bystander's beyond x 900."""
    result = track_runner(SHARED / "side" / "treadmill_with_bystander.mp4", model, person=None, progress=None)
    x, y = trunk_centre(result).T
    on_runner = (x > 520) & (x < 850) & (y > 130) & (y < 420)
    assert on_runner.mean() >= 0.95
    assert not (x >= 850).any()
    assert result.persons_seen == 2
    assert result.track.cuts_s == ()


@real
def test_cuts_are_recorded_and_the_runner_found_in_every_scene(model: ModelFile) -> None:
    """The clip shows five scenes; their first frames, seen in the frames: 76, 150, 226, 301."""
    result = track_runner(SHARED / "front" / "overground_scene_cuts.mp4", model, person=None, progress=None)
    assert result.track.cuts_s == pytest.approx(result.track.time_s[[76, 150, 226, 301]])
    assert result.track.found.mean() > 0.97
    assert result.persons_seen == 1


def test_only_the_first_stretch_begins_with_a_second_of_looking_for_stickers(
    model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAITCHECK_WORKERS", "1")
    with patch("gaitcheck.pose.pelvis.evidence.find_dots", side_effect=find_dots) as finder:
        track = track_runner(SAMPLE_OF_THE_BACK, model).track
    second, stretches, others = 61, 2, len(track) // 8
    assert second + others / 2 < finder.call_count < second + stretches + others


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_the_track_is_the_same_for_any_number_of_cores(
    sample: Path, model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for workers in ("1", "3"):
        monkeypatch.setenv("GAITCHECK_WORKERS", workers)
        results.append(track_runner(sample, model))
    first, second = results
    for name in ("time_s", "xy_px", "visibility", "world_m"):
        np.testing.assert_array_equal(getattr(first.track, name), getattr(second.track, name))
    assert first.roll == second.roll
    assert first.pelvis is not None
    assert second.pelvis is not None
    np.testing.assert_array_equal(first.pelvis.tilt_deg, second.pelvis.tilt_deg)
