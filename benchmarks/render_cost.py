"""What rendering costs: seconds a frame and a pass, of the clock and of the processor; then with the video file.

A frame is the mean of a few passes at times within the exposure. The aim is a pass of 720x1280 in 0.35 s or less on two
cores without a graphics card. On a busy machine look at the processor's time.

Usage: python benchmarks/render_cost.py [SPEC] [--frames N] [--size WxH]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from gaitcheck.synthetic import list_specs
from gaitcheck.synthetic.clip import write_video
from gaitcheck.synthetic.render import PASSES, Renderer


def main() -> None:
    specs = {spec.name: spec for spec in list_specs()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spec", nargs="?", default="rear_right_drop", choices=specs)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--size", default="720x1280")
    options = parser.parse_args()
    width, height = (int(part) for part in options.size.split("x"))
    spec = specs[options.spec]
    spec = spec.model_copy(
        update={
            "camera": spec.camera.model_copy(update={"width_px": width, "height_px": height}),
            "clip": spec.clip.model_copy(update={"duration_s": options.frames / spec.clip.capture_fps}),
        }
    )
    times = 1 + np.arange(options.frames) / spec.clip.capture_fps
    print(f"{spec.name}, {width}x{height}, {options.frames} frames of {PASSES} passes")
    with Renderer(spec) as renderer:
        renderer.frame(0.0, 0)
        clock, processor = _cost(renderer.frames(times))
        print(f"a frame {clock:.3f} s, of processor time {processor:.3f} s")
        print(f"a pass  {clock / PASSES:.3f} s, of processor time {processor / PASSES:.3f} s (aim: 0.35)")
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter(), time.process_time()
            write_video(Path(folder) / "clip.mp4", spec.clip, renderer.frames(times))
            clock, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    print(f"with the file: a frame {clock / len(times):.3f} s, of processor time {processor / len(times):.3f} s")


def _cost(frames: Iterable[object]) -> tuple[float, float]:
    clock, processor, count = time.perf_counter(), time.process_time(), 0
    for _ in frames:
        count += 1
    return (time.perf_counter() - clock) / count, (time.process_time() - processor) / count


if __name__ == "__main__":
    main()
