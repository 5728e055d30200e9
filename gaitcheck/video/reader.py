"""Upright frames with their true presentation times, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import UnusableInputError
from gaitcheck.native_logs import hush_libraries
from gaitcheck.video.facts import VideoFacts
from gaitcheck.video.probe import picture_stream, probe

Picture = NDArray[np.uint8]
_Source = Generator[tuple[float | None, Picture], None, None]

#: Frames that may be missing against the container's count before a file counts as damaged (edit lists hide some).
_MISSING_SHARE = 0.02
_MISSING_FRAMES = 3


@dataclass(frozen=True)
class Frame:
    """One frame: its place in the video, its time in seconds since the first frame, and (H, W, 3) upright BGR."""

    index: int
    time_s: float
    bgr: Picture


class FrameReader:
    """Reads a video once, front to back; never holds more than the current frame.

    Attributes
    ----------
    facts : what the file says about itself.
    frames_read : frames given so far.
    damaged : after the last frame, a sentence when the file broke off before its end; else None.

    Raises
    ------
    UnusableInputError
        On opening, when the file is no readable video; on iterating, when not a single frame decodes.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.facts: VideoFacts = probe(self.path)
        self.frames_read = 0
        self.damaged: str | None = None
        self._source: _Source | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def __iter__(self) -> Iterator[Frame]:
        self.close()
        self.frames_read, self.damaged = 0, None
        clock = _Clock(1 / self.facts.playback_fps)
        upright = _Upright(self.facts)
        # OpenCV's own FFmpeg lacks a software decoder for some codecs (AV1) that PyAV's has.
        for read in (_read_with_opencv, _read_with_pyav):
            self._source = read(self.path)
            for raw_time_s, picture in self._source:
                index = self.frames_read
                self.frames_read += 1
                yield Frame(index, clock.at(raw_time_s), upright(picture))
            if self.frames_read:
                break
        self.close()
        if not self.frames_read:
            raise UnusableInputError(
                f"No frame of {self.path.name} can be read: the file is damaged; copy it from the phone again."
            )
        expected = self.facts.frame_count
        if expected - self.frames_read > max(_MISSING_FRAMES, _MISSING_SHARE * expected):
            self.damaged = (
                f"The file is damaged: only {self.frames_read} of its {expected} frames could be read; "
                "the rest was left out."
            )


class _Clock:
    """Turns raw presentation times into strictly increasing seconds since the first frame."""

    def __init__(self, frame_s: float) -> None:
        self._frame_s = frame_s
        self._first_s: float | None = None
        self._last_s: float | None = None

    def at(self, raw_s: float | None) -> float:
        if self._last_s is None:
            self._first_s, self._last_s = raw_s or 0.0, 0.0
            return 0.0
        time_s = None if raw_s is None else raw_s - (self._first_s or 0.0)
        if time_s is None:
            time_s = self._last_s + self._frame_s
        elif time_s <= self._last_s:
            # A repeated time: stay well below the next frame's own time, which counts again.
            time_s = self._last_s + 0.1 * self._frame_s
        self._last_s = time_s
        return time_s


class _Upright:
    """Makes pixels square and turns the picture by what the file asks for: the only place that turns it."""

    def __init__(self, facts: VideoFacts) -> None:
        import cv2

        turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
        self._turn = turns.get(facts.rotation_deg)
        lying = facts.rotation_deg in (90, 270)
        self._size = (facts.height_px, facts.width_px) if lying else (facts.width_px, facts.height_px)

    def __call__(self, picture: Picture) -> Picture:
        import cv2

        if (picture.shape[1], picture.shape[0]) != self._size:
            picture = np.asarray(cv2.resize(picture, self._size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        if self._turn is not None:
            picture = np.asarray(cv2.rotate(picture, self._turn), dtype=np.uint8)
        return picture


def _read_with_opencv(path: Path) -> _Source:
    hush_libraries()
    import cv2

    capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)
    try:
        # Whether OpenCV turns pictures by itself has changed between releases: say no, and turn them once ourselves.
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        started = False
        while True:
            ok, picture = capture.read()
            if not ok:
                return
            time_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # OpenCV says 0 where the container gives a frame no time.
            yield (None if started and time_s == 0 else time_s), np.asarray(picture, dtype=np.uint8)
            started = True
    finally:
        capture.release()


def _read_with_pyav(path: Path) -> _Source:
    import av

    try:
        with av.open(str(path.absolute()), metadata_errors="replace") as container:
            stream = picture_stream(container)
            if stream is None:
                return
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                yield frame.time, np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
    except av.error.FFmpegError:
        return
