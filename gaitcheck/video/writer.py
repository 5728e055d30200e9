"""H.264 video that plays in a browser, each frame at its own time, made of stretches that are encoded side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError

_TICKS_PER_S = 90_000
_BT709 = 1
#: OpenCV, five times as fast as FFmpeg's scaler here, only knows the matrix of standard television.
_BT601_MATRIX = 6
_LIMITED_RANGE = 1
#: Quality (smaller is better and larger in bytes; 18-28 is the sensible range) and effort of libx264, chosen from what
#: `python -m benchmarks.encoder_cost` prints. One thread: with more, the bytes would depend on the number of cores.
_OPTIONS = {"crf": "26", "preset": "ultrafast", "threads": "1"}
_KEY_FRAME_EVERY = 30


@dataclass(frozen=True)
class Stretch:
    """Encoded frames that follow each other, and the ticks (1/90000 s) of the first and the last of them."""

    packets: tuple[Any, ...]
    first_ticks: int
    last_ticks: int


class VideoSink:
    """Writes an MP4 (H.264, yuv420p, table of contents first) under a temporary name and renames it on success.

    `encode` may be called from several threads at once; what it gives is put into the file by `append`, in order.
    The bytes depend on the frames and on where the stretches begin, never on the number of threads.

    Parameters
    ----------
    path : the file to make; replaced when it exists. Nothing is left under this name when the block ends by an error.
    size_px : (width, height) of the frames; an odd last row or column is cut off, as yuv420p needs even sizes.

    Raises
    ------
    MissingComponentError
        This build of FFmpeg has no H.264 encoder, or the file cannot be written (disk full, folder not writable).
    ValueError
        A frame of another size, times that do not increase, or not a single frame.
    """

    def __init__(self, path: Path, size_px: tuple[int, int]) -> None:
        self.path = Path(path)
        self.size_px = size_px
        self._partial = self.path.with_name(f".{self.path.stem}.{os.getpid()}.part.mp4")
        self._container: Any = None
        self._stream: Any = None
        self._last_ticks: int | None = None

    def __enter__(self) -> Self:
        import av

        av.logging.set_level(None)
        try:
            self._container = av.open(str(self._partial.absolute()), "w", options={"movflags": "+faststart"})
            # The encoder of the stream itself only writes the file's head: it is set like those of the stretches.
            self._stream = self._container.add_stream("libx264", rate=30, options=_OPTIONS)
        except OSError as error:
            self._discard()
            raise MissingComponentError(f"{self.path} cannot be written: {error.strerror}.") from error
        except (av.error.FFmpegError, ValueError) as error:
            self._discard()
            raise MissingComponentError(
                "The H.264 encoder (libx264) is missing: install the PyAV package from its wheel, "
                "with `pip install --force-reinstall --only-binary av av`."
            ) from error
        self._set_up(self._stream.codec_context)
        self._stream.time_base = Fraction(1, _TICKS_PER_S)
        return self

    def encode(self, frames: Iterable[tuple[NDArray[np.uint8], float]], until_s: float | None = None) -> Stretch | None:
        """Encode one stretch; None without any frame.

        Parameters
        ----------
        frames : pictures (H, W, 3) uint8, blue-green-red, each with its presentation time in seconds, which increases.
        until_s : time of the frame after the last; None: the last is shown as long as the one before.
        """
        import av
        import cv2

        width, height = self.size_px
        encoder: Any = av.CodecContext.create("libx264", "w")
        encoder.options = dict(_OPTIONS)
        encoder.flags |= av.codec.context.Flags.global_header
        encoder.framerate = Fraction(30)
        self._set_up(encoder)
        ticks: list[int] = []
        packets: list[Any] = []
        for picture, time_s in frames:
            if picture.shape != (height, width, 3):
                raise ValueError(f"frame of shape {picture.shape}, not {(height, width, 3)}")
            ticks.append(_later(round(time_s * _TICKS_PER_S), ticks[-1] if ticks else None))
            even = picture[: height - height % 2, : width - width % 2]
            planes = np.asarray(cv2.cvtColor(even, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
            frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")
            frame.pts, frame.time_base = ticks[-1], Fraction(1, _TICKS_PER_S)
            packets += encoder.encode(frame)
        if not ticks:
            return None
        packets += encoder.encode(None)
        steps = [after - before for before, after in pairwise(ticks)]
        if until_s is not None:
            steps.append(_later(round(until_s * _TICKS_PER_S), ticks[-1]) - ticks[-1])
        else:
            steps.append(steps[-1] if steps else _TICKS_PER_S // 30)
        for packet, step in zip(packets, steps, strict=True):
            packet.duration = step
        return Stretch(tuple(packets), ticks[0], ticks[-1])

    def append(self, stretch: Stretch | None) -> None:
        """Put the next stretch into the file; None, of which no frame could be read, leaves a gap."""
        if stretch is None:
            return
        _later(stretch.first_ticks, self._last_ticks)
        self._last_ticks = stretch.last_ticks
        try:
            for packet in stretch.packets:
                packet.stream = self._stream
                self._container.mux(packet)
        except OSError as error:
            raise MissingComponentError(f"{self.path} cannot be written: {error.strerror}.") from error

    def _set_up(self, encoder: Any) -> None:
        width, height = (side - side % 2 for side in self.size_px)
        encoder.width, encoder.height = width, height
        encoder.pix_fmt = "yuv420p"
        encoder.time_base = Fraction(1, _TICKS_PER_S)
        # Without B frames decoding and presentation times are one, so that durations can be set frame by frame.
        encoder.max_b_frames = 0
        encoder.gop_size = _KEY_FRAME_EVERY
        encoder.color_primaries = encoder.color_trc = _BT709
        encoder.colorspace = _BT601_MATRIX
        encoder.color_range = _LIMITED_RANGE

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if self._last_ticks is None:
                    raise ValueError("no frame was written")
                self._container.close()
                self._container = None
                self._partial.replace(self.path)
        finally:
            self._discard()

    def _discard(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
        self._partial.unlink(missing_ok=True)


def _later(ticks: int, before: int | None) -> int:
    if before is not None and ticks <= before:
        raise ValueError(f"time {ticks / _TICKS_PER_S} s is not after the frame before")
    return ticks
