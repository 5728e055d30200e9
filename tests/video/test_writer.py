from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
import pytest

from gaitcheck.errors import MissingComponentError
from gaitcheck.video.probe import probe
from gaitcheck.video.reader import FrameReader
from gaitcheck.video.writer import Stretch, VideoSink

from .clips import VARIABLE, assert_upright, frame_number, picture


def write(path: Path, times_s: list[float], size: tuple[int, int] = (96, 64)) -> None:
    with VideoSink(path, size_px=size) as sink:
        sink.append(sink.encode((picture(index, *size), time_s) for index, time_s in enumerate(times_s)))


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


def test_stretches_encoded_side_by_side_make_one_video_without_a_seam(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    times_s = [0.0, *np.cumsum(rng.uniform(0.002, 0.3, 69))]
    parts = [range(0, 30), range(30, 31), range(31, 70)]
    path = tmp_path / "out.mp4"

    def stretch(part: range) -> Stretch:
        until_s = times_s[part.stop] if part.stop < 70 else None
        return sink.encode(((picture(i, 96, 64), times_s[i]) for i in part), until_s)

    with VideoSink(path, size_px=(96, 64)) as sink, ThreadPoolExecutor(3) as pool:
        # the last is begun first: the order of encoding does not matter
        futures = [pool.submit(stretch, part) for part in reversed(parts)][::-1]
        for future in futures:
            sink.append(future.result())
    with FrameReader(path) as reader:
        frames = list(reader)
    assert [f.time_s for f in frames] == pytest.approx(times_s, abs=1e-4)
    assert [frame_number(f.bgr) for f in frames] == [i % 25 for i in range(70)]
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    shown_s = [float(p.duration * p.time_base) for p in packets]
    assert shown_s == pytest.approx([*np.diff(times_s), times_s[-1] - times_s[-2]], abs=1e-4)
    assert [i for i, p in enumerate(packets) if p.is_keyframe] == [0, 30, 31, 61]


def test_stretches_must_come_in_order(tmp_path: Path) -> None:
    def misplaced() -> None:
        with VideoSink(tmp_path / "out.mp4", size_px=(96, 64)) as sink:
            first, second = (sink.encode([(picture(i, 96, 64), float(i))]) for i in (0, 1))
            sink.append(second)
            sink.append(first)

    with pytest.raises(ValueError, match="not after"):
        misplaced()
    assert list(tmp_path.iterdir()) == []


def test_colours_survive(tmp_path: Path) -> None:
    colours = np.array([[40, 40, 200], [60, 170, 50], [220, 90, 30], [200, 200, 200]], dtype=np.uint8)
    made = np.repeat(np.repeat(colours[None], 24, axis=1), 64, axis=0)
    with VideoSink(tmp_path / "out.mp4", size_px=(96, 64)) as sink:
        sink.append(sink.encode([(made, 0.0)]))
    with av.open(str(tmp_path / "out.mp4")) as container:
        (frame,) = container.decode(video=0)
        read = frame.to_ndarray(format="bgr24", src_colorspace="ITU601")[32, 12::24]
        # which matrix to use stands in the file
        assert frame.colorspace == 6
    np.testing.assert_allclose(read.astype(int), colours.astype(int), atol=8)


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
            sink.append(sink.encode([(picture(0), 0.0), (picture(1), 0.1)]))
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
        sink.encode([(picture(0), 0.0)])


def test_no_frame_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frame"), VideoSink(tmp_path / "out.mp4", size_px=(96, 64)):
        pass
    with pytest.raises(ValueError, match="no frame"), VideoSink(tmp_path / "out.mp4", size_px=(96, 64)) as sink:
        sink.encode([])
    assert list(tmp_path.iterdir()) == []


def test_one_frame(tmp_path: Path) -> None:
    write(tmp_path / "one.mp4", [0.0])
    with FrameReader(tmp_path / "one.mp4") as reader:
        assert len(list(reader)) == 1


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingComponentError, match="cannot be written"):
        write(tmp_path / "missing" / "out.mp4", [0.0])
