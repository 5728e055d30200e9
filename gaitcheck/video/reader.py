"""Upright frames with their true presentation times, one after the other, from any part of a video."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import UnusableInputError
from gaitcheck.native_logs import hush_libraries
from gaitcheck.video.facts import VideoFacts
from gaitcheck.video.index import FrameIndex, frame_index
from gaitcheck.video.probe import picture_stream, probe

Picture = NDArray[np.uint8]

#: Frames that may be missing against the container's count before a file counts as damaged (edit lists hide some).
_MISSING_SHARE = 0.02
_MISSING_FRAMES = 3


class Frame:
    """One frame; its pictures are made when they are asked for.

    Attributes
    ----------
    index : its place in the video.
    time_s : seconds since the video's first frame.
    size_px : (width, height) of the upright picture.
    """

    def __init__(self, index: int, time_s: float, decoded: Any, upright: _Upright) -> None:
        self.index = index
        self.time_s = time_s
        self.size_px = upright.size_px
        self._decoded = decoded
        self._upright = upright

    @cached_property
    def bgr(self) -> Picture:
        """(H, W, 3) the upright picture."""
        picture = self._decoded.to_ndarray(format="bgr24")
        return self._upright(np.ascontiguousarray(picture, dtype=np.uint8), self.size_px)

    def scaled(self, size_px: tuple[int, int], *, rgb: bool = False) -> Picture:
        """(h, w, 3) the upright picture at another size (width, height), as BGR or RGB.

        Video keeps lightness and colours apart; shrinking these by a whole number before they are put together costs
        less than half of what shrinking the whole picture does.
        """
        lying = self._upright.lying
        size = size_px[::-1] if lying else size_px
        factor = self._decoded.width // max(size[0], 1)
        exact = (size[0] * factor, size[1] * factor) == (self._decoded.width, self._decoded.height)
        if exact and factor > 1 and self._planes is not None and not any(side % 2 for side in size):
            picture = _put_together(self._planes, size, rgb=rgb)
        else:
            how = "AREA" if 2 * size[0] < self._decoded.width else "BILINEAR"
            name = "rgb24" if rgb else "bgr24"
            picture = self._decoded.reformat(size[0], size[1], format=name, interpolation=how).to_ndarray()
        return self._upright(np.ascontiguousarray(picture, dtype=np.uint8), size_px)

    def part(self, left: int, top: int, right: int, bottom: int, size_px: tuple[int, int] | None = None) -> Picture:
        """BGR of a part of the upright picture, which must lie within it.

        With `size_px` (width, height) it is shrunk or enlarged to that; as in `scaled` the cheap way before its colours
        are put together, where all sides are even.
        """
        size = size_px or (right - left, bottom - top)
        if self._planes is None or not self._upright.whole_pixels(self._decoded):
            return resized(self.bgr[top:bottom, left:right], size)
        if any(side % 2 for side in (left, top, right, bottom, *size)):
            x0, y0 = left - left % 2, top - top % 2
            around = self.part(x0, y0, right + right % 2, bottom + bottom % 2)
            return resized(around[top - y0 : bottom - y0, left - x0 : right - x0], size)
        left, top, right, bottom = self._upright.stored(left, top, right, bottom)
        light, *colours = self._planes
        rows, columns = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
        planes = [light[top:bottom, left:right], *(plane[rows, columns] for plane in colours)]
        return self._upright(_put_together(planes, size[::-1] if self._upright.lying else size, rgb=False), size)

    @cached_property
    def _planes(self) -> list[Picture] | None:
        """Lightness, blue and red difference as the decoder left them; None for all but the usual kind of video."""
        frame = self._decoded
        even = frame.width % 2 == 0 and frame.height % 2 == 0
        if frame.format.name != "yuv420p" or frame.color_range == _FULL_RANGE or not even:
            return None
        planes = []
        for plane in frame.planes:
            rows = np.frombuffer(plane, dtype=np.uint8).reshape(-1, plane.line_size)
            planes.append(rows[: plane.height, : plane.width])
        return planes


_FULL_RANGE = 2


def resized(picture: Picture, size_px: tuple[int, int], into: Picture | None = None) -> Picture:
    """A picture, or one of its planes, at another size (width, height), written `into` an array where that is given.

    Each pixel is the mean of those it stands for where it stands for two by two or more, else lies between four. By
    other than whole numbers OpenCV takes means slowly: then the picture is halved while it stays large enough, and each
    pixel lies between four of that.
    """
    import cv2

    height, width = picture.shape[:2]
    if (width, height) == size_px and into is None:
        return picture
    much_smaller = min(width / size_px[0], height / size_px[1]) > 2
    whole_number = width % size_px[0] == 0 and height % size_px[1] == 0
    if much_smaller and not whole_number and width % 2 == 0 and height % 2 == 0:
        half = cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        return resized(np.asarray(half, dtype=np.uint8), size_px, into)
    how = cv2.INTER_AREA if 2 * size_px[0] <= width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size_px, into, interpolation=how), dtype=np.uint8)


def _put_together(planes: list[Picture], size_px: tuple[int, int], *, rgb: bool) -> Picture:
    """(h, w, 3) at a size (w, h) from lightness (H, W) and two colours (H/2, W/2); w and h are even."""
    import cv2

    width, height = size_px
    flat = np.empty((height * 3 // 2, width), dtype=np.uint8)
    places = [flat[:height], *flat[height:].reshape(2, height // 2, width // 2)]
    for plane, place in zip(planes, places, strict=True):
        resized(plane, (place.shape[1], place.shape[0]), place)
    code = cv2.COLOR_YUV2RGB_I420 if rgb else cv2.COLOR_YUV2BGR_I420
    return np.asarray(cv2.cvtColor(flat, code), dtype=np.uint8)


class FrameReader:
    """Reads a video, or parts of it, front to back; never holds more than the current frame.

    Attributes
    ----------
    facts : what the file says about itself.
    index : where each frame lies; None where the file can only be read from its start, frames being counted.
    frames_read : frames given so far by iterating.
    damaged : after the last frame of that, a sentence when the file broke off before its end; else None.

    Raises
    ------
    UnusableInputError
        On opening, when the file is no readable video; on iterating, when not a single frame decodes.
    """

    def __init__(self, path: Path) -> None:
        hush_libraries()
        self.path = Path(path)
        self.facts: VideoFacts = probe(self.path)
        self.index: FrameIndex | None = frame_index(self.path)
        self.frames_read = 0
        self.damaged: str | None = None
        self._source: Generator[Frame] | None = None

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
        self._source = self.frames()
        for frame in self._source:
            self.frames_read += 1
            yield frame
        self.damaged = self.damage(self.frames_read)

    def damage(self, frames_read: int) -> str | None:
        """A sentence where a whole reading that gave so many frames shows that the file is damaged.

        Raises UnusableInputError where it gave none.
        """
        if not frames_read:
            raise UnusableInputError(
                f"No frame of {self.path.name} can be read: the file is damaged; copy it from the phone again."
            )
        expected = self.facts.frame_count
        if expected - frames_read <= max(_MISSING_FRAMES, _MISSING_SHARE * expected):
            return None
        return f"The file is damaged: only {frames_read} of its {expected} frames could be read; the rest was left out."

    def frames(self, rows: range | None = None, *, threads: int = 0) -> Generator[Frame]:
        """The frames at these places; several parts of one video may be read at the same time by several threads.

        Parameters
        ----------
        rows : places (a range with a positive step); None: all. Reading begins at the key frame before the first of
            them and ends with the last, so a part of a long video is read as fast as a short one.
        threads : threads that decode; 0: as many as FFmpeg thinks fit.
        """
        wanted = range(sys.maxsize) if rows is None else rows
        if not wanted:
            return
        upright = _Upright(self.facts)
        placed = self._counted(threads) if self.index is None else self._indexed(self.index, wanted, threads)
        with closing(placed):
            for index, time_s, decoded in placed:
                if index in wanted:
                    yield Frame(index, time_s, decoded, upright)
                if index >= wanted[-1]:
                    return

    def _indexed(self, index: FrameIndex, wanted: range, threads: int) -> _Placed:
        """Places by their times, from the key frame before the first wanted one."""
        times_s = index.times_s
        for key in (index.key_before(wanted.start), 0):
            trusted = False
            with closing(_decoded(self.path, int(index.ticks[key]) if key else None, threads)) as pictures:
                for decoded in pictures:
                    place = index.place(decoded.pts)
                    # a place before the key frame may have been decoded without what it builds on
                    if place is None or place < key:
                        continue
                    if not trusted and key and place > wanted.start:
                        break  # the container led past the frame wanted: begin at the file's start
                    trusted = True
                    yield place, float(times_s[place]), decoded
            if trusted:
                return

    def _counted(self, threads: int) -> _Placed:
        clock = _Clock(1 / self.facts.playback_fps)
        # AVI keeps times of decoding alone, which come in the order in which frames are shown
        clocked = "dts" if self.facts.container == "avi" else "pts"
        with closing(_decoded(self.path, None, threads)) as pictures:
            for place, decoded in enumerate(pictures):
                tick = getattr(decoded, clocked)
                yield place, clock.at(None if tick is None else float(tick * decoded.time_base)), decoded


_Placed = Generator[tuple[int, float, Any]]


def _decoded(path: Path, from_tick: int | None, threads: int) -> Generator[Any]:
    """Decoded frames from a key frame's time on; what cannot be decoded is left out."""
    import av

    with av.open(str(path.absolute()), metadata_errors="replace") as container:
        stream: Any = picture_stream(container)
        stream.thread_type = "AUTO"
        stream.thread_count = threads
        if from_tick is not None:
            container.seek(from_tick, stream=stream)
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                return
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue


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
    """Turns a picture as the file asks for and gives it its size: the only place that does.

    Attributes
    ----------
    size_px : (width, height) of the upright picture, its pixels square.
    lying : whether the stored picture lies on its side.
    """

    def __init__(self, facts: VideoFacts) -> None:
        import cv2

        turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
        self._rotation_deg = facts.rotation_deg
        self._turn = turns.get(facts.rotation_deg)
        self.lying = facts.rotation_deg in (90, 270)
        self.size_px = (facts.width_px, facts.height_px)

    def __call__(self, picture: Picture, size_px: tuple[int, int]) -> Picture:
        import cv2

        if self._turn is not None:
            picture = np.asarray(cv2.rotate(picture, self._turn), dtype=np.uint8)
        if (picture.shape[1], picture.shape[0]) != size_px:
            picture = np.asarray(cv2.resize(picture, size_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        return picture

    def whole_pixels(self, decoded: Any) -> bool:
        """Whether the upright picture has the decoded one's own pixels, if turned."""
        return self.size_px == ((decoded.height, decoded.width) if self.lying else (decoded.width, decoded.height))

    def stored(self, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
        """Where the decoded picture holds a part of the upright one: its left, top, right and bottom."""
        width, height = self.size_px
        return {
            0: (left, top, right, bottom),
            90: (top, width - right, bottom, width - left),
            180: (width - right, height - bottom, width - left, height - top),
            270: (height - bottom, left, height - top, right),
        }[self._rotation_deg]
