"""The second pass over a video: the annotated video and the stills, one frame in memory at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.report.annotators import Annotator, annotators_for
from gaitcheck.report.document import VideoOutputs
from gaitcheck.report.draw import DARK, Picture
from gaitcheck.report.stills import draw_still, plan_stills

LONG_SIDE_PX = 1280


def draw_video(
    video: VideoAnalysis,
    number: int,
    out_dir: Path,
    *,
    prefix: str,
    annotated_video: bool,
    progress: Callable[[float], None],
) -> VideoOutputs:
    """Write the stills of a video and, if wanted, its annotated video.

    Parameters
    ----------
    video : the video.
    number : its number in the document; the first gives annotated.mp4, the second annotated_2.mp4.
    out_dir : an existing folder.
    prefix : begins the names of the stills.
    annotated_video : False writes only the stills and stops reading after the last of them.
    progress : called with the share done, 0..1; may raise to stop.

    Returns
    -------
    VideoOutputs
        The files written, relative to `out_dir`.
    """
    from gaitcheck.video.reader import FrameReader
    from gaitcheck.video.writer import VideoSink

    plans = plan_stills(video, number, prefix)
    wanted: dict[int, list[int]] = {}
    for i, plan in enumerate(plans):
        wanted.setdefault(plan.row, []).append(i)
    rows = len(video.gait.track)
    last = rows - 1 if annotated_video else max(wanted, default=-1)
    name = "annotated.mp4" if number == 1 else f"annotated_{number}.mp4"
    taken: set[int] = set()
    if last < 0:
        return VideoOutputs()
    size, canvas, annotators = fitted(video)
    with ExitStack() as stack:
        frames = stack.enter_context(FrameReader(video.path))
        sink = stack.enter_context(VideoSink(out_dir / name, size_px=canvas)) if annotated_video else None
        for frame in frames:
            if frame.index > last:
                break
            for i in wanted.get(frame.index, ()):
                save_jpeg(draw_still(frame.bgr, video, plans[i]), out_dir / plans[i].still.file)
                taken.add(i)
            if sink is not None:
                picture = on_canvas(frame.bgr, size, canvas)
                for annotate in annotators:
                    annotate(picture, frame.index)
                sink.write(picture, frame.time_s)
            progress((frame.index + 1) / (last + 1))
    return VideoOutputs(
        annotated_video=name if annotated_video else None,
        stills=tuple(plan.still for i, plan in enumerate(plans) if i in taken),
    )


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
    """Width and height of the drawn picture: at most 1280 on the long side, even as H.264 needs it."""
    factor = min(factor, LONG_SIDE_PX / max(size_px))
    width, height = (max(2, 2 * round(side * factor / 2)) for side in size_px)
    return width, height


def on_canvas(bgr: Picture, size_px: tuple[int, int], canvas_px: tuple[int, int]) -> Picture:
    """The frame at its output size, with an empty strip below it where the canvas is taller."""
    canvas = np.full((canvas_px[1], canvas_px[0], 3), DARK, np.uint8)
    if (bgr.shape[1], bgr.shape[0]) != size_px:
        # Averaging over areas is slow and only shows where a picture shrinks to less than half.
        how = cv2.INTER_AREA if 2 * size_px[0] < bgr.shape[1] else cv2.INTER_LINEAR
        bgr = np.asarray(cv2.resize(bgr, size_px, interpolation=how), dtype=np.uint8)
    canvas[: size_px[1], : size_px[0]] = bgr
    return canvas


def save_jpeg(picture: Picture, path: Path) -> None:
    """Write a JPEG file; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    path.write_bytes(data.tobytes())
