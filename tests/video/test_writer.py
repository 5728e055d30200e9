from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from gaitcheck.errors import MissingComponentError
from gaitcheck.video.probe import probe
from gaitcheck.video.reader import FrameReader
from gaitcheck.video.writer import VideoSink

from .clips import VARIABLE, assert_upright, frame_number, picture


def write(path: Path, times_s: list[float], size: tuple[int, int] = (96, 64)) -> None:
    with VideoSink(path, size_px=size) as sink:
        for index, time_s in enumerate(times_s):
            sink.write(picture(index, *size), time_s)


def test_frames_come_back_at_their_times(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    rng = np.random.default_rng(3)
    times_s = [0.0, *np.cumsum(rng.uniform(0.002, 0.3, 24))]
    write(path, times_s)
    with FrameReader(path) as reader:
        frames = list(reader)
    assert [f.time_s for f in frames] == pytest.approx(times_s, abs=1e-4)
    assert [frame_number(f.bgr) for f in frames] == list(range(25))
    for frame in frames:
        assert_upright(frame.bgr)


def test_it_is_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    write(path, VARIABLE)
    facts = probe(path)
    assert (facts.codec, facts.pixel_format) == ("h264", "yuv420p")
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.start_time == 0
        # The last frame is shown as long as the one before.
        assert float(stream.duration * stream.time_base) == pytest.approx(1.4, abs=1e-4)
    assert list(tmp_path.iterdir()) == [path]


def test_odd_sizes_lose_their_last_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    write(path, [0.0, 0.1], size=(97, 65))
    facts = probe(path)
    assert (facts.width_px, facts.height_px) == (96, 64)


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"the earlier one")

    def stopped() -> None:
        with VideoSink(path, size_px=(96, 64)) as sink:
            sink.write(picture(0), 0.0)
            sink.write(picture(1), 0.1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert path.read_bytes() == b"the earlier one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("second_s", [0.1, 0.05])
def test_times_must_increase(tmp_path: Path, second_s: float) -> None:
    with pytest.raises(ValueError, match="not after"):
        write(tmp_path / "out.mp4", [0.1, second_s])
    assert list(tmp_path.iterdir()) == []


def test_frames_must_have_the_size(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shape"), VideoSink(tmp_path / "out.mp4", size_px=(64, 96)) as sink:
        sink.write(picture(0), 0.0)


def test_no_frame_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frame"), VideoSink(tmp_path / "out.mp4", size_px=(96, 64)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_one_frame(tmp_path: Path) -> None:
    write(tmp_path / "one.mp4", [0.0])
    with FrameReader(tmp_path / "one.mp4") as reader:
        assert len(list(reader)) == 1


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingComponentError, match="cannot be written"):
        write(tmp_path / "missing" / "out.mp4", [0.0])
