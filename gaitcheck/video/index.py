"""Where each frame of a file lies: its place in the video, its time, and from which frame decoding can begin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import FloatArray
from gaitcheck.video.probe import picture_stream


@dataclass(frozen=True)
class FrameIndex:
    """The N frames of a file in the order in which they are shown.

    Attributes
    ----------
    ticks : (N,) presentation times in the stream's own unit, strictly increasing.
    key_frames : (K,) places of the frames that can be decoded without those before them.
    tick_s : seconds of a tick.
    """

    ticks: NDArray[np.int64]
    key_frames: NDArray[np.int64]
    tick_s: float

    def __len__(self) -> int:
        return len(self.ticks)

    @property
    def times_s(self) -> FloatArray:
        """(N,) seconds since the first frame."""
        return np.asarray((self.ticks - self.ticks[0]) * self.tick_s, dtype=np.float64)

    def place(self, tick: int | None) -> int | None:
        """The place of the frame with this presentation time; None where there is no such frame."""
        if tick is None:
            return None
        place = int(np.searchsorted(self.ticks, tick))
        return place if place < len(self.ticks) and self.ticks[place] == tick else None

    def key_before(self, place: int) -> int:
        """The last frame, at or before a place, from which decoding can begin."""
        at = int(np.searchsorted(self.key_frames, place, side="right")) - 1
        return int(self.key_frames[at]) if at >= 0 else 0


def frame_index(path: Path) -> FrameIndex | None:
    """Walk a file's packets without decoding them.

    Parameters
    ----------
    path : a video file that `probe` accepts.

    Returns
    -------
    None where frames cannot be told by their times: some have none or share one (damaged files), AVI, whose times are
    those of decoding, or the decoder gives them other times than the container.
    """
    import av

    ticks: list[int] = []
    keys: list[int] = []
    shown: Any = None
    with av.open(str(path.absolute()), metadata_errors="replace") as container:
        stream: Any = picture_stream(container)
        if stream is None or container.format.name == "avi":
            return None
        try:
            for packet in container.demux(stream):
                if shown is None:
                    shown = _first_shown(packet)
                if not packet.size or packet.is_discard:
                    continue
                if packet.pts is None:
                    return None
                ticks.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
        except av.error.FFmpegError:
            pass  # broken off: what was read up to here can be shown
        order = np.unique(np.array(ticks, dtype=np.int64))
        if not len(order) or len(order) != len(ticks) or shown is None:
            return None
        index = FrameIndex(order, np.searchsorted(order, np.unique(keys)).astype(np.int64), float(stream.time_base))
    return index if index.place(shown.pts) is not None else None


def _first_shown(packet: Any) -> Any | None:
    """The first picture that a packet, and those given before, let the decoder show."""
    import av

    try:
        return next(iter(packet.decode()), None)
    except av.error.FFmpegError:
        return None
