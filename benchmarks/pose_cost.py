"""What following a runner costs: milliseconds a frame (of the clock and of the processor) and memory, for one video.

Usage: python benchmarks/pose_cost.py VIDEO [--frames N]
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from gaitcheck.errors import Cancelled
from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.video.reader import FrameReader

EVERY = 500


def peak_mb() -> float:
    """Most memory used so far (Linux counts in KiB, macOS in bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, help="stop after so many frames")
    options = parser.parse_args()
    with FrameReader(options.video) as reader:
        for index, _ in enumerate(reader):
            if index == 0:
                begun = time.perf_counter()
            if index == 300:
                break
    print(f"decoding alone: {(time.perf_counter() - begun) / max(index, 1) * 1e3:.1f} ms a frame")

    done = 0
    begun = last = time.perf_counter()
    processor = time.process_time()

    def tell(share: float) -> None:
        nonlocal done, last
        done += 1
        if done % EVERY == 0:
            now = time.perf_counter()
            print(f"{done} frames: {(now - last) / EVERY * 1e3:.1f} ms a frame, peak {peak_mb():.0f} MB", flush=True)
            last = now
        if done == options.frames:
            raise Cancelled("enough")

    try:
        result = track_runner(options.video, model_file(), progress=tell)
    except Cancelled:
        pass
    else:
        print(f"people {result.persons_seen}, found {result.track.found.mean():.3f}, cuts {len(result.track.cuts_s)}")
    took, worked = time.perf_counter() - begun, time.process_time() - processor
    print(
        f"{done} frames in {took:.1f} s: {took / done * 1e3:.1f} ms a frame ({worked / done * 1e3:.1f} ms of a core), "
        f"peak {peak_mb():.0f} MB"
    )


if __name__ == "__main__":
    main()
