from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.video.facts import VideoFacts
from gaitcheck.video.probe import capture_rate, probe, seconds_per_video_second
from gaitcheck.video.reader import FrameReader

from .clips import VARIABLE, regular, write_audio, write_clip

SHARED_BAD = Path(__file__).parents[3] / "shared" / "videos" / "bad"


def refused(path: Path) -> str:
    with pytest.raises(UnusableInputError) as caught:
        probe(path)
    sentence = str(caught.value)
    assert caught.value.exit_code == 2
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert path.name in sentence
    return sentence


def test_facts_of_a_plain_clip(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "run.mp4", regular(30))
    facts = probe(path)
    assert facts.file_name == "run.mp4"
    assert facts.size_bytes == path.stat().st_size
    assert "mp4" in facts.container
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    assert (facts.width_px, facts.height_px, facts.rotation_deg) == (96, 64, 0)
    assert facts.frame_count == 30
    assert facts.playback_fps == pytest.approx(30)
    assert facts.duration_s == pytest.approx(1.0)
    assert facts.variable_frame_rate is False
    assert (facts.capture_fps, facts.capture_fps_source) == (None, None)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_facts_of_a_variable_rate(tmp_path: Path, name: str) -> None:
    facts = probe(write_clip(tmp_path / name, VARIABLE))
    assert facts.variable_frame_rate
    assert facts.frame_count == len(VARIABLE)


def test_a_dropped_frame_is_no_variable_rate_and_does_not_change_the_rate(tmp_path: Path) -> None:
    times_s = [t for i, t in enumerate(regular(60)) if i != 30]
    facts = probe(write_clip(tmp_path / "a.mp4", times_s))
    assert not facts.variable_frame_rate
    assert facts.playback_fps == pytest.approx(30, rel=1e-4)


def test_names_that_look_like_a_protocol_or_a_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("12:30 run.mp4", "run_%03d.mp4", "läufer.mp4"):
        write_clip(tmp_path / "plain.mp4", regular(4)).rename(tmp_path / name)
        with FrameReader(Path(name)) as reader:
            assert len(list(reader)) == 4


def test_no_file(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "missing.mp4")
    (tmp_path / "folder.mp4").mkdir()
    assert "is a folder" in refused(tmp_path / "folder.mp4")
    (tmp_path / "zero.mp4").touch()
    assert "empty (0 bytes)" in refused(tmp_path / "zero.mp4")


def test_no_video(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("This is a text. " * 500)
    assert "not a video this program can read" in refused(text)
    page = tmp_path / "page.mp4"
    page.write_text("<!doctype html>\n<html><body>log in first</body></html>")
    assert "web page" in refused(page)
    photo = tmp_path / "photo.mp4"
    photo.write_bytes(cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
    assert "a picture, not a video" in refused(photo)
    assert "sound only" in refused(write_audio(tmp_path / "sound.mp4"))


def test_truncated_before_its_index(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", regular(60)).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    assert "incomplete recording" in refused(cut)


def test_one_pixel(tmp_path: Path) -> None:
    tiny = write_clip(
        tmp_path / "tiny.avi",
        regular(5),
        codec="mjpeg",
        pix_fmt="yuvj444p",
        size=(1, 1),
        pictures=[np.zeros((1, 1, 3), np.uint8)] * 5,
    )
    assert "1 x 1 pixels" in refused(tiny)


@pytest.mark.skipif(not SHARED_BAD.is_dir(), reason="the real clips are not on this machine")
def test_real_bad_files_are_refused_or_read() -> None:
    refusals = {}
    for path in sorted(SHARED_BAD.iterdir()):
        try:
            with FrameReader(path) as reader:
                assert sum(1 for _ in reader) == reader.facts.frame_count
        except UnusableInputError as error:
            refusals[path.name] = str(error)
    assert sorted(refusals) == ["broken_no_moov.mp4", "empty_container_258_bytes.mp4", "jpeg_renamed_mp4.mp4"]
    assert all(re.fullmatch(r"[^\n]+\.", sentence) for sentence in refusals.values())


def test_android_tag_in_a_file(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "slow.mp4", regular(30), tags={"com.android.capture.fps": "240.0"})
    facts = probe(path)
    assert (facts.capture_fps, facts.capture_fps_source) == (240.0, "android")
    assert seconds_per_video_second(facts, None) == pytest.approx(30 / 240)


def test_android_tag_as_the_binary_float_that_phones_write(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "slow.mp4", regular(30), tags={"com.android.capture.fps": "0000"})
    text = b"data" + struct.pack(">II", 1, 0) + b"0000"
    data = path.read_bytes()
    assert data.count(text) == 1
    binary = b"data" + struct.pack(">II", 23, 0) + struct.pack(">f", 120.0)
    path.write_bytes(data.replace(text, binary))
    facts = probe(path)
    assert (facts.capture_fps, facts.capture_fps_source) == (120.0, "android")


APPLE = {"com.apple.quicktime.make": "Apple", "com.apple.quicktime.full-frame-rate-playback-intent": "0"}


@pytest.mark.parametrize(
    ("tags", "playback_fps", "wanted"),
    [
        ({}, 30.0, (None, None)),
        ({}, 240.0, (None, None)),
        ({"com.android.capture.fps": "120"}, 30.0, (120.0, "android")),
        ({"com.android.capture.fps": struct.pack(">f", 240.0).decode("latin-1")}, 30.0, (240.0, "android")),
        ({"com.android.capture.fps": "nonsense"}, 30.0, (None, None)),
        ({"com.android.capture.fps": "0"}, 30.0, (None, None)),
        (APPLE, 240.0, (240.0, "apple")),
        (APPLE, 30.0, (None, None)),
        ({"com.apple.proapps.shootingRate": "100"}, 25.0, (100.0, "apple")),
    ],
)
def test_capture_rate_from_tags(
    tags: dict[str, str], playback_fps: float, wanted: tuple[float | None, str | None]
) -> None:
    assert capture_rate(tags, playback_fps) == wanted


PLAIN = VideoFacts(
    file_name="a.mp4",
    size_bytes=1,
    container="mp4",
    codec="h264",
    pixel_format="yuv420p",
    width_px=1,
    height_px=1,
    rotation_deg=0,
    duration_s=1.0,
    frame_count=30,
    playback_fps=30.0,
    variable_frame_rate=False,
    capture_fps=None,
    capture_fps_source=None,
)


@pytest.mark.parametrize(
    ("tag_fps", "given_fps", "variable", "wanted"),
    [
        (None, None, False, None),
        (240.0, None, False, 1 / 8),
        (None, 120.0, False, 1 / 4),
        (240.0, 60.0, False, 1 / 2),
        # A tag near the rate of presentation is the nominal rate of a video with true times.
        (30.0, None, False, 1.0),
        (24.0, None, True, 1.0),
        (None, 31.0, True, 1.0),
        (None, 25.0, False, 1.2),
        # Time lapse.
        (1.0, None, False, 30.0),
    ],
)
def test_seconds_per_video_second(
    tag_fps: float | None, given_fps: float | None, variable: bool, wanted: float | None
) -> None:
    facts = replace(PLAIN, capture_fps=tag_fps, variable_frame_rate=variable)
    assert seconds_per_video_second(facts, given_fps) == (None if wanted is None else pytest.approx(wanted))
