from __future__ import annotations

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from gaitcheck.video.reader import FrameReader, _Clock, resized

from .clips import HEIGHT, VARIABLE, WIDTH, assert_upright, frame_number, regular, turned_clip, write_clip

VARIABLE_RATE_FILES = [
    ("a.mp4", "libx264", "yuv420p"),
    ("a.mov", "libx264", "yuv420p10le"),
    ("a.mkv", "libx264", "yuv420p"),
    ("a.mp4", "libx265", "yuv420p"),
    ("a.mov", "libx265", "yuv420p10le"),
    ("a.webm", "libvpx-vp9", "yuv420p"),
    ("a.mp4", "libsvtav1", "yuv420p"),
    ("a.webm", "libsvtav1", "yuv420p10le"),
]
CONSTANT_RATE_FILES = [("a.avi", "mjpeg", "yuvj420p"), ("a.avi", "mpeg4", "yuv420p"), ("a.avi", "libx264", "yuv420p")]


@pytest.mark.parametrize(("name", "codec", "pix_fmt"), VARIABLE_RATE_FILES)
def test_every_frame_comes_upright_at_its_own_time(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    path = write_clip(tmp_path / name, VARIABLE, codec=codec, pix_fmt=pix_fmt)
    with FrameReader(path) as reader:
        frames = list(reader)
    assert [f.index for f in frames] == list(range(len(VARIABLE)))
    assert [f.time_s for f in frames] == pytest.approx(VARIABLE, abs=6e-4)
    assert [frame_number(f.bgr) for f in frames] == list(range(len(VARIABLE)))
    for frame in frames:
        assert frame.bgr.shape == (HEIGHT, WIDTH, 3)
        assert frame.bgr.dtype == np.uint8
        assert_upright(frame.bgr)
    assert reader.facts.variable_frame_rate
    assert reader.facts.pixel_format == pix_fmt
    assert reader.damaged is None


@pytest.mark.parametrize(("name", "codec", "pix_fmt"), CONSTANT_RATE_FILES)
def test_avi(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    path = write_clip(tmp_path / name, regular(12), codec=codec, pix_fmt=pix_fmt, time_base=Fraction(1, 30))
    with FrameReader(path) as reader:
        frames = list(reader)
    assert [f.time_s for f in frames] == pytest.approx(regular(12), abs=1e-6)
    assert [frame_number(f.bgr) for f in frames] == list(range(12))
    assert reader.facts.playback_fps == pytest.approx(30)


def test_times_are_those_of_the_container(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    times_s = np.cumsum(rng.uniform(0.004, 0.09, 40))
    path = write_clip(tmp_path / "late_start.mp4", list(times_s))
    with av.open(str(path)) as container:
        wanted = np.array(sorted(float(frame.pts * frame.time_base) for frame in container.decode(video=0)))
    with FrameReader(path) as reader:
        got = np.array([frame.time_s for frame in reader])
    np.testing.assert_allclose(got, wanted - wanted[0], atol=1e-6)
    assert got[0] == 0
    assert np.all(np.diff(got) > 0)


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
@pytest.mark.parametrize("codec", ["libx264", "libsvtav1"])
def test_rotation_is_applied_exactly_once(tmp_path: Path, rotation_deg: int, codec: str) -> None:
    path = turned_clip(tmp_path / "turned.mp4", rotation_deg, codec=codec)
    with FrameReader(path) as reader:
        frames = list(reader)
    assert reader.facts.rotation_deg == rotation_deg
    assert (reader.facts.width_px, reader.facts.height_px) == (WIDTH, HEIGHT)
    assert len(frames) == 6
    for frame in frames:
        assert frame.bgr.shape == (HEIGHT, WIDTH, 3)
        assert_upright(frame.bgr)


def test_a_container_rotated_by_remuxing(tmp_path: Path) -> None:
    """As a phone does it: the stream is copied, only the display matrix is added."""
    flat = write_clip(tmp_path / "flat.mp4", regular(5))
    turned = tmp_path / "turned.mov"
    with av.open(str(flat)) as source, av.open(str(turned), "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        copy.set_display_rotation(-90)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    with FrameReader(flat) as plain, FrameReader(turned) as reader:
        for upright, frame in zip(plain, reader, strict=True):
            np.testing.assert_array_equal(frame.bgr, np.rot90(upright.bgr, -1))


def test_pixels_are_made_square(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "wide.mp4", regular(5), aspect=Fraction(4, 3))
    with FrameReader(path) as reader:
        frame = next(iter(reader))
    assert frame.bgr.shape == (64, 128, 3)
    assert (reader.facts.width_px, reader.facts.height_px) == (128, 64)


def test_frames_are_read_one_at_a_time_and_again_from_the_start(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", regular(20))
    with FrameReader(path) as reader:
        next(iter(reader))
        assert reader.frames_read == 1
        assert [frame.index for frame in reader] == list(range(20))


def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "whole.mp4", regular(60), faststart=True)
    data = path.read_bytes()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data[: len(data) * 2 // 3])
    with FrameReader(broken) as reader:
        frames = list(reader)
    assert 5 < len(frames) < 57
    assert reader.damaged is not None
    assert f"only {len(frames)} of its 60 frames" in reader.damaged


def test_what_a_phone_trimmed_away_is_neither_shown_nor_missed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "trimmed.mp4", regular(60))
    data = bytearray(path.read_bytes())
    edit = data.index(b"elst") + 12
    duration_ms, start_ticks = struct.unpack_from(">II", data, edit)
    # The file keeps all frames (the first 20 are needed to decode the others); its edit list begins with the 21st.
    struct.pack_into(">II", data, edit, duration_ms - 667, start_ticks + 20 * 3000)
    path.write_bytes(bytes(data))
    with FrameReader(path) as reader:
        frames = list(reader)
    assert [frame_number(frame.bgr) for frame in frames] == [number % 25 for number in range(20, 60)]
    assert [frame.time_s for frame in frames] == pytest.approx(regular(40), abs=1e-6)
    assert reader.facts.frame_count == 40
    assert reader.facts.duration_s == pytest.approx(40 / 30)
    assert reader.damaged is None


def test_damage_in_the_middle_keeps_what_could_be_read(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "whole.mp4", regular(60), codec="mpeg4", time_base=Fraction(1, 30))
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat"), data.index(b"moov")
    middle = start + (end - start) * 3 // 4
    data[middle : middle + 100] = b"\xff" * 100
    path.write_bytes(bytes(data))
    with FrameReader(path) as reader:
        frames = list(reader)
    assert len(frames) >= 10
    assert [frame_number(frame.bgr) for frame in frames[:10]] == list(range(10))
    assert np.all(np.diff([frame.time_s for frame in frames]) > 0)
    assert (reader.damaged is not None) == (len(frames) < 57)


def test_clock_increases_whatever_the_container_says() -> None:
    clock = _Clock(0.1)
    times_s = [clock.at(raw) for raw in (5.0, 5.1, 5.1, 5.2, None, 5.15, 5.5)]
    assert times_s == pytest.approx([0.0, 0.1, 0.11, 0.2, 0.3, 0.31, 0.5])


def test_the_libraries_say_nothing(tmp_path: Path) -> None:
    """A broken file, one that OpenCV cannot decode, and one it cannot open: nothing on standard error."""
    whole = write_clip(tmp_path / "whole.mp4", regular(60), faststart=True)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size * 9 // 10])
    write_clip(tmp_path / "av1.mp4", regular(4), codec="libsvtav1")
    (tmp_path / "text.mp4").write_text("no video")
    script = (
        "import sys, pathlib\n"
        "from gaitcheck.errors import GaitCheckError\n"
        "from gaitcheck.video.reader import FrameReader\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n"
        "        print(sum(1 for _ in FrameReader(pathlib.Path(name))))\n"
        "    except GaitCheckError:\n"
        "        print('refused')\n"
    )
    files = [str(tmp_path / name) for name in ("broken.mp4", "av1.mp4", "text.mp4")]
    done = subprocess.run([sys.executable, "-c", script, *files], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    counted = done.stdout.split()
    assert 0 < int(counted[0]) < 60
    assert counted[1:] == ["4", "refused"]


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx265"), ("a.webm", "libvpx-vp9")])
@pytest.mark.parametrize("wanted", [range(31, 44), range(0, 3), range(50, 60), range(7, 40, 4)])
def test_any_part_of_a_video_is_the_same_frames_as_in_the_whole(
    tmp_path: Path, name: str, codec: str, wanted: range
) -> None:
    """Groups of many frames and uneven times: the key frame before the part is far away."""
    rng = np.random.default_rng(3)
    times_s = list(np.cumsum(rng.uniform(0.01, 0.05, 60)))
    reader = FrameReader(write_clip(tmp_path / name, times_s, codec=codec))
    whole = {frame.index: frame for frame in reader}
    part = list(reader.frames(wanted, threads=1))
    assert [frame.index for frame in part] == list(wanted)
    assert list(reader.frames(range(5, 5))) == []
    for frame in part:
        assert frame.time_s == whole[frame.index].time_s
        np.testing.assert_array_equal(frame.bgr, whole[frame.index].bgr)


def test_a_part_of_a_file_without_presentation_times_is_counted_from_its_start(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.avi", regular(20), codec="libx264", time_base=Fraction(1, 30))
    reader = FrameReader(path)
    assert reader.index is None
    part = list(reader.frames(range(9, 20, 5)))
    assert [frame.index for frame in part] == [9, 14, 19]
    assert [frame_number(frame.bgr) for frame in part] == [9, 14, 19]
    assert [frame.time_s for frame in part] == pytest.approx([9 / 30, 14 / 30, 19 / 30], abs=1e-6)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_parts_and_smaller_pictures_are_those_of_the_whole_picture(
    tmp_path: Path, pix_fmt: str, rotation_deg: int
) -> None:
    path = (
        turned_clip(tmp_path / "a.mp4", rotation_deg)
        if rotation_deg
        else write_clip(tmp_path / "a.mp4", regular(4), pix_fmt=pix_fmt)
    )
    frame = next(FrameReader(path).frames())
    part = frame.part(5, 3, 31, 40)
    assert part.shape == (37, 26, 3)
    np.testing.assert_allclose(part.astype(int), frame.bgr[3:40, 5:31].astype(int), atol=6)
    for left, top, right, bottom in ((4, 8, 64, 48), (5, 7, 65, 47), (36, 24, 96, 64)):
        smaller = frame.part(left, top, right, bottom, (30, 20)).astype(int)
        expected = cv2.resize(frame.bgr[top:bottom, left:right], (30, 20), interpolation=cv2.INTER_AREA).astype(int)
        assert np.abs(smaller - expected).mean() < 3
    half = (WIDTH // 2, HEIGHT // 2)
    expected = cv2.resize(frame.bgr, half, interpolation=cv2.INTER_AREA).astype(int)
    small = frame.scaled(half)
    assert small.flags.c_contiguous
    assert frame.scaled((WIDTH - 2, HEIGHT - 2)).flags.c_contiguous
    assert small.shape == (HEIGHT // 2, WIDTH // 2, 3)
    assert np.abs(small.astype(int) - expected).mean() < 3
    np.testing.assert_allclose(frame.scaled(half, rgb=True)[..., ::-1].astype(int), small.astype(int), atol=4)


@pytest.mark.parametrize("size", [(660, 440), (618, 412), (309, 206), (1320, 880), (864, 576), (400, 260)])
def test_a_smaller_picture_shows_everything_at_its_own_place(size: tuple[int, int]) -> None:
    """Halved first or not, a ramp stays the same ramp."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    ramp = (x / size[0] * 160 + y / size[1] * 80).round().astype(np.uint8)
    small = resized(ramp, (288, 192))
    wide, tall = np.meshgrid((np.arange(288) + 0.5) / 288, (np.arange(192) + 0.5) / 192)
    expected = wide * 160 - 80 / size[0] + tall * 80 - 40 / size[1]
    off = small[1:-1, 1:-1] - expected[1:-1, 1:-1]
    assert np.abs(off).max() < 1.1
    assert abs(off.mean()) < 0.1


@pytest.mark.parametrize("size", [(660, 440), (1320, 880), (576, 384)])
def test_what_is_finer_than_a_pixel_becomes_its_mean(size: tuple[int, int]) -> None:
    stripes = np.tile(np.array([100, 200], dtype=np.uint8), (size[1], size[0] // 2))
    np.testing.assert_array_equal(resized(stripes, (288, 192)), 150)
