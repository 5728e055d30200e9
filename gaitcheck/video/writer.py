"""H.264 video that plays in a browser, each frame at its own time."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError

_TICKS_PER_S = 90_000
_BT709 = 1
_LIMITED_RANGE = 1
#: Quality (smaller is better and larger in bytes; 18-28 is the sensible range) and effort of libx264.
_OPTIONS = {"crf": "21", "preset": "veryfast"}
_KEY_FRAME_EVERY = 30


class VideoSink:
    """Writes an MP4 (H.264, yuv420p, table of contents first) under a temporary name and renames it on success.

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
        self._waiting: Any = None
        self._last_ticks: int | None = None
        self._step_ticks = _TICKS_PER_S // 30
        self._durations: dict[int, int] = {}

    def __enter__(self) -> Self:
        import av

        av.logging.set_level(None)
        width, height = (side - side % 2 for side in self.size_px)
        try:
            self._container = av.open(str(self._partial.absolute()), "w", options={"movflags": "+faststart"})
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
        context = self._stream.codec_context
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = context.time_base = Fraction(1, _TICKS_PER_S)
        # Without B frames decoding and presentation times are one, so that durations can be set frame by frame.
        context.max_b_frames = 0
        context.gop_size = _KEY_FRAME_EVERY
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED_RANGE
        return self

    def write(self, bgr: NDArray[np.uint8], time_s: float) -> None:
        """Add one frame.

        Parameters
        ----------
        bgr : (H, W, 3) uint8.
        time_s : presentation time in seconds; must increase.
        """
        import av

        width, height = self.size_px
        if bgr.shape != (height, width, 3):
            raise ValueError(f"frame of shape {bgr.shape}, not {(height, width, 3)}")
        ticks = round(time_s * _TICKS_PER_S)
        if self._last_ticks is not None:
            if ticks <= self._last_ticks:
                raise ValueError(f"time {time_s} s is not after the frame before")
            self._step_ticks = ticks - self._last_ticks
        self._send_waiting()
        even = np.ascontiguousarray(bgr[: height - height % 2, : width - width % 2])
        frame = av.VideoFrame.from_ndarray(even, format="bgr24")
        self._waiting = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
        self._waiting.pts, self._waiting.time_base = ticks, Fraction(1, _TICKS_PER_S)
        self._last_ticks = ticks

    def _send_waiting(self) -> None:
        """Encode the frame that was held back until its duration (the time to the next one) was known."""
        if self._waiting is not None:
            self._durations[self._waiting.pts] = self._step_ticks
            self._mux(self._stream.encode(self._waiting))
            self._waiting = None

    def _mux(self, packets: list[Any]) -> None:
        try:
            for packet in packets:
                packet.duration = self._durations.pop(packet.pts)
                self._container.mux(packet)
        except OSError as error:
            raise MissingComponentError(f"{self.path} cannot be written: {error.strerror}.") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if self._last_ticks is None:
                    raise ValueError("no frame was written")
                self._send_waiting()
                self._mux(self._stream.encode(None))
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
