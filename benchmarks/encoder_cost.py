"""What the second pass costs: processor time of each step of a frame, and of the encoder by preset, quality and size.

    python -m benchmarks.encoder_cost VIDEO [--frames N]

VIDEO is filmed at 1080 x 1920. `table(video, frames)` gives the Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from gaitcheck.video.reader import FrameReader

SIZES = ((540, 960), (608, 1080), (720, 1280))
PRESETS = ("ultrafast", "superfast", "veryfast")
QUALITIES = (23, 26)
_TICKS = 90_000


def cpu_ms(work: Callable[[], Any], frames: int) -> tuple[float, Any]:
    """Processor milliseconds a frame, and what came out."""
    start = time.process_time()
    made = work()
    return 1000 * (time.process_time() - start) / frames, made


def encoded(pictures: Sequence[Any], preset: str, quality: int) -> list[Any]:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = pictures[0].width, pictures[0].height
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, _TICKS)
    encoder.max_b_frames, encoder.gop_size = 0, 30
    encoder.options = {"preset": preset, "crf": str(quality), "threads": "1"}
    packets: list[Any] = []
    for index, picture in enumerate(pictures):
        picture.pts, picture.time_base = index * _TICKS // 60, Fraction(1, _TICKS)
        packets += encoder.encode(picture)
    return packets + encoder.encode(None)


def likeness_db(pictures: Sequence[Any], packets: Sequence[Any]) -> float:
    """Peak signal-to-noise ratio of what a player shows, lightness only."""
    decoder: Any = av.CodecContext.create("h264", "r")
    shown = [frame for packet in packets for frame in decoder.decode(av.Packet(bytes(packet)))] + decoder.decode(None)
    height = pictures[0].height
    errors = [
        np.mean((a.to_ndarray()[:height].astype(float) - b.to_ndarray()[:height]) ** 2)
        for a, b in zip(pictures[::10], shown[::10], strict=True)
    ]
    return float(10 * np.log10(255**2 / np.mean(errors)))


def table(video: Path, frames: int = 180) -> str:
    with FrameReader(video) as reader:
        decode, seen = cpu_ms(lambda: list(reader.frames(range(frames), threads=1)), frames)
    lines = [
        f"Decoding takes {decode:.1f} ms of processor time a frame ({frames} frames of a clip filmed at 1080 x 1920).",
        "",
        "| size | preset | quality (crf) | shrink | to YUV | encode | Mbit/s | likeness |",
        "|---" * 8 + "|",
    ]
    for size in SIZES:
        shrink, pictures = cpu_ms(lambda size=size: [frame.scaled(size) for frame in seen], frames)
        convert, planes = cpu_ms(
            lambda pictures=pictures: [cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420) for picture in pictures], frames
        )
        ready = [av.VideoFrame.from_ndarray(plane, format="yuv420p") for plane in planes]
        for preset in PRESETS:
            for quality in QUALITIES:
                encode, packets = cpu_ms(
                    lambda ready=ready, preset=preset, quality=quality: encoded(ready, preset, quality), frames
                )
                rate = sum(packet.size for packet in packets) * 8 / (frames / 60) / 1e6
                lines.append(
                    f"| {size[0]} x {size[1]} | {preset} | {quality} | {shrink:.1f} ms | {convert:.1f} ms | "
                    f"{encode:.1f} ms | {rate:.1f} | {likeness_db(ready, packets):.1f} dB |"
                )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, default=180)
    options = parser.parse_args()
    print(table(options.video, options.frames), end="")


if __name__ == "__main__":
    main()
