"""Which frames of a fast file are looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitcheck.video.facts import VideoFacts
from gaitcheck.video.sampling import AUTO_FPS, every_nth

PLAIN = VideoFacts(
    file_name="run.mp4",
    size_bytes=1,
    container="mp4",
    codec="h264",
    pixel_format="yuv420p",
    width_px=1080,
    height_px=1920,
    rotation_deg=0,
    duration_s=10.0,
    frame_count=600,
    playback_fps=60.0,
    variable_frame_rate=False,
    capture_fps=None,
    capture_fps_source=None,
)


def facts(playback_fps: float, capture_fps: float | None = None) -> VideoFacts:
    return replace(PLAIN, playback_fps=playback_fps, capture_fps=capture_fps)


@pytest.mark.parametrize("playback_fps", [24.0, 29.97, 30.0, 50.0, 59.94, 60.0, 90.0])
@pytest.mark.parametrize("wanted", ["auto", 60.0])
def test_plain_videos_are_looked_at_whole(playback_fps: float, wanted: float | str) -> None:
    assert every_nth(facts(playback_fps), None, wanted) == 1


@pytest.mark.parametrize(
    ("real_fps", "wanted", "every"),
    [
        *[(120.0, 60.0, 2), (119.88, 60.0, 2), (240.0, 60.0, 4), (239.76, 60.0, 4), (240.0, 120.0, 2)],
        *[(100.0, 60.0, 1), (200.0, 60.0, 3), (240.0, 100.0, 2), (240.0, 240.0, 1), (240.0, 2000.0, 1)],
    ],
)
def test_what_is_wanted_remains(real_fps: float, wanted: float, every: int) -> None:
    """However the slow motion is stored: at its own rate, or at 30 with the rate in the file or told by the person."""
    assert every_nth(facts(real_fps), None, wanted) == every
    assert every_nth(facts(30.0, real_fps), None, wanted) == every
    assert every_nth(facts(30.0), real_fps, wanted) == every
    assert real_fps / every >= min(wanted, real_fps) * 0.995


def test_auto_leaves_what_the_measures_need() -> None:
    assert AUTO_FPS >= 60
    assert [every_nth(facts(fps), None, "auto") for fps in (60.0, 119.88, 240.0)] == [1, 1, 2]
    for real_fps in (120.0, 240.0, 480.0, 960.0):
        assert real_fps / every_nth(facts(real_fps), None, "auto") >= min(AUTO_FPS, real_fps) * 0.995


def test_slow_motion_of_an_unknown_rate_is_looked_at_whole() -> None:
    """240 frames a second played at 30 without a word about it look like 30."""
    assert every_nth(facts(30.0), None, 60.0) == 1


def test_a_varying_rate_is_looked_at_whole() -> None:
    assert every_nth(replace(facts(240.0), variable_frame_rate=True), None, 60.0) == 1
