"""The frames of a video that belong to rows of its track, read without what lies between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import numpy as np

from gaitcheck.track import FloatArray
from gaitcheck.video.reader import Frame, FrameReader

#: Rows this near to each other are read in one go.
_ONE_GO_FRAMES = 60
#: Times of one frame in the track and in the file are the same up to rounding.
_SAME_TIME_S = 1e-6


def parts_with(reader: FrameReader, rows: Sequence[int]) -> list[range]:
    """Ranges of rows to read for the sake of these rows (in order): one where the file is only read from its start."""
    if not rows:
        return []
    return [range(rows[0], rows[-1] + 1)] if reader.index is None else near_each_other(rows)


def near_each_other(rows: Sequence[int]) -> list[range]:
    """Ranges that hold all rows (in order, at least one), each of rows that are worth reading in one go."""
    cuts = [0, *(i for i in range(1, len(rows)) if rows[i] - rows[i - 1] > _ONE_GO_FRAMES), len(rows)]
    return [range(rows[a], rows[b - 1] + 1) for a, b in pairwise(cuts)]


def key_rows(reader: FrameReader, time_s: FloatArray) -> list[int]:
    """Rows of the track from which the video can be read without what is before; none where that is not known."""
    if reader.index is None:
        return []
    keys_s = reader.index.times_s[reader.index.key_frames]
    return [int(row) for row in np.unique(np.searchsorted(time_s, keys_s - _SAME_TIME_S)) if row < len(time_s)]


def frames_of(reader: FrameReader, time_s: FloatArray, rows: range, *, threads: int = 1) -> Iterator[tuple[Frame, int]]:
    """The frames that these rows of the track were found in; the track may hold every second frame only.

    `threads` decode; 0: as many as FFmpeg thinks fit.
    """
    places = None
    if reader.index is not None:
        ends = time_s[[rows[0], rows[-1]]]
        first, last = np.searchsorted(reader.index.times_s, ends - _SAME_TIME_S)
        places = range(int(first), int(last) + 1)
    with closing(reader.frames(places, threads=threads)) as frames:
        for frame in frames:
            row = int(np.searchsorted(time_s, frame.time_s - _SAME_TIME_S))
            if row > rows[-1]:
                return
            if row in rows and abs(float(time_s[row]) - frame.time_s) <= _SAME_TIME_S:
                yield frame, row
