"""The second pass over a video: the stills, and the annotated video, whose stretches are made side by side."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import cv2
import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.cores import usable_cores
from gaitcheck.report.annotators import Annotator, annotators_for
from gaitcheck.report.document import Still
from gaitcheck.report.draw import DARK, Picture
from gaitcheck.report.frames import frames_of, key_rows, parts_with
from gaitcheck.report.stills import draw_still, plan_stills
from gaitcheck.video.reader import FrameReader
from gaitcheck.video.writer import Stretch, VideoSink

LONG_SIDE_PX = 1280
#: A stretch is decoded and encoded on its own. Shorter ones keep all cores busy to the end; each costs a key frame.
STRETCH_FRAMES = 60
_TELL_EVERY_S = 0.2


def draw_stills(video: VideoAnalysis, number: int, out_dir: Path, *, prefix: str) -> tuple[Still, ...]:
    """Write the stills of a video; only the frames that they show are read.

    Parameters
    ----------
    video : the video.
    number : its number in the document.
    out_dir : an existing folder.
    prefix : begins the names of the stills.
    """
    plans = plan_stills(video, number, prefix)
    if not plans:
        return ()

    def take(rows: range) -> set[str]:
        taken = set()
        for frame, row in frames_of(reader, video.raw_track.time_s, rows):
            for plan in plans:
                if plan.row == row:
                    save_jpeg(draw_still(frame.bgr, video, plan), out_dir / plan.still.file)
                    taken.add(plan.still.file)
        return taken

    with FrameReader(video.path) as reader, ThreadPoolExecutor(usable_cores(), "stills") as pool:
        found = set().union(*pool.map(take, parts_with(reader, sorted({plan.row for plan in plans}))))
    return tuple(plan.still for plan in plans if plan.still.file in found)


def draw_video(video: VideoAnalysis, path: Path, *, progress: Callable[[float], None]) -> None:
    """Write the annotated video.

    Parameters
    ----------
    video : the video.
    path : the file to make, an MP4.
    progress : called with the share done, 0..1; may raise to stop.
    """
    size, canvas, annotators = fitted(video)
    time_s = video.raw_track.time_s
    with FrameReader(video.path) as reader, VideoSink(path, size_px=canvas) as sink:
        parts = stretches(key_rows(reader, time_s), len(time_s))
        drawn = [0] * len(parts)
        stop = threading.Event()

        def pictures(number: int) -> Iterator[tuple[Picture, float]]:
            # One picture for the whole stretch: the encoder has done with it before the next frame is drawn.
            picture = np.full((canvas[1], canvas[0], 3), DARK, np.uint8)
            strip = picture[size[1] :].copy()
            for frame, row in frames_of(reader, time_s, parts[number], threads=1 if len(parts) > 1 else 0):
                if stop.is_set():
                    return
                picture[: size[1], : size[0]] = frame.scaled(size)
                picture[size[1] :] = strip
                for annotate in annotators:
                    annotate(picture, row)
                drawn[number] += 1
                yield picture, float(time_s[row])

        def stretch(number: int) -> Stretch | None:
            end = parts[number].stop
            return sink.encode(pictures(number), float(time_s[end]) if end < len(time_s) else None)

        workers = usable_cores()
        with ThreadPoolExecutor(workers, "annotate") as pool:
            try:
                # Only a few stretches are held at a time, however long the video is.
                waiting: deque[Future[Stretch | None]] = deque()
                for number in range(len(parts)):
                    waiting.append(pool.submit(stretch, number))
                    while len(waiting) > (workers if number + 1 < len(parts) else 0):
                        if wait([waiting[0]], _TELL_EVERY_S).done:
                            sink.append(waiting.popleft().result())
                        progress(sum(drawn) / len(time_s))
            finally:
                stop.set()


def stretches(key_rows: Sequence[int], rows: int) -> list[range]:
    """Cut the rows of a video into stretches that begin with key frames, so that nothing is decoded twice.

    It depends on the video alone, so that the written file does not depend on the number of cores.

    Parameters
    ----------
    key_rows : rows that are key frames, in order.
    rows : number of rows.
    """
    cuts = [0]
    for row in key_rows:
        if row - cuts[-1] >= STRETCH_FRAMES and rows - row >= STRETCH_FRAMES:
            cuts.append(row)
    return [range(a, b) for a, b in zip(cuts, [*cuts[1:], rows], strict=True)]


def fitted(video: VideoAnalysis) -> tuple[tuple[int, int], tuple[int, int], tuple[Annotator, ...]]:
    """Size of the picture, size with the strip for words if it needs one, and what draws; at most 1280 px long."""
    size = output_size(video.gait.track.frame_size_px)
    annotators, canvas = annotators_for(video, size)
    while max(canvas) > LONG_SIDE_PX:
        # Sizes of words are rounded, so that one step may end a little above the limit.
        size = output_size(size, min(LONG_SIDE_PX / max(canvas), 0.99))
        annotators, canvas = annotators_for(video, size)
    return size, canvas, annotators


def output_size(size_px: tuple[int, int], factor: float = 1.0) -> tuple[int, int]:
    """Width and height of the drawn picture: at most 1280 on the long side, even as H.264 needs it.

    Without a further `factor` the picture is shrunk by a whole number, which costs a third of any other shrinking.
    """
    factor = min(factor, 1 / math.ceil(max(size_px) / LONG_SIDE_PX))
    width, height = (max(2, 2 * round(side * factor / 2)) for side in size_px)
    return width, height


def save_jpeg(picture: Picture, path: Path) -> None:
    """Write a JPEG file; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    path.write_bytes(data.tobytes())
