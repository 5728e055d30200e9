"""Small clips made with PyAV: four coloured quarters, and a grey level that tells the frame's number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 64
#: (row, column) inside each quarter, and its colour in BGR; the fourth quarter is grey.
QUARTERS = {"red": ((8, 8), (0, 0, 255)), "green": ((8, -8), (0, 255, 0)), "blue": ((-8, 8), (255, 0, 0))}
QUIET = {"libx265": {"x265-params": "log-level=none"}}


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    bgr = np.full((height, width, 3), 20 + 8 * index % 200, np.uint8)
    h, w = height // 2, width // 2
    bgr[:h, :w] = QUARTERS["red"][1]
    bgr[:h, w:] = QUARTERS["green"][1]
    bgr[h:, :w] = QUARTERS["blue"][1]
    return bgr


def assert_upright(bgr: NDArray[np.uint8]) -> None:
    for (row, column), colour in QUARTERS.values():
        assert np.allclose(bgr[row, column].astype(int), colour, atol=45), (bgr[row, column], colour)


def frame_number(bgr: NDArray[np.uint8]) -> int:
    """The number that `picture` drew, up to a multiple of 25."""
    return round((float(bgr[-8, -8].mean()) - 20) / 8)


def regular(count: int, fps: float = 30.0) -> list[float]:
    return [i / fps for i in range(count)]


#: Strongly variable, but with steps that a container of whole milliseconds can hold.
VARIABLE = [0.0, 0.033, 0.067, 0.2, 0.21, 0.3, 0.5, 0.55, 0.6, 1.0]


def write_clip(
    path: Path,
    times_s: Sequence[float],
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    time_base: Fraction = Fraction(1, 90_000),
    rotation_deg: int | None = None,
    aspect: Fraction | None = None,
    tags: Mapping[str, str] | None = None,
    faststart: bool = False,
    pictures: Sequence[NDArray[np.uint8]] | None = None,
) -> Path:
    flags = "use_metadata_tags" + ("+faststart" if faststart else "")
    mp4 = path.suffix in (".mp4", ".mov")
    with av.open(str(path), "w", options={"movflags": flags} if mp4 else {}) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=30, options=QUIET.get(codec, {}))
        stream.width, stream.height = size
        stream.pix_fmt = pix_fmt
        if codec == "mpeg4":
            # Its default is too coarse to tell the grey levels apart.
            stream.bit_rate = 4_000_000
        stream.codec_context.time_base = stream.time_base = time_base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation_deg is not None:
            # The stream says by how much it is to be turned counter-clockwise.
            stream.set_display_rotation(-rotation_deg)
        for index, time_s in enumerate(times_s):
            bgr = picture(index, *size) if pictures is None else pictures[index]
            frame = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format=pix_fmt)
            frame.pts, frame.time_base = round(time_s / time_base), time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def turned_clip(path: Path, rotation_deg: int, **options: object) -> Path:
    """A clip whose stored pictures lie turned, and whose file asks to turn them by `rotation_deg` clockwise."""
    quarter_turns = rotation_deg // 90
    # Stored counter-turned: np.rot90 turns counter-clockwise.
    pictures = [np.ascontiguousarray(np.rot90(picture(i), quarter_turns)) for i in range(6)]
    height, width = pictures[0].shape[:2]
    return write_clip(path, regular(6), rotation_deg=rotation_deg, pictures=pictures, size=(width, height), **options)


def write_audio(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000)
        for start in range(0, 16_000, 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
