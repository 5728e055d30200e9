"""What following a runner costs: milliseconds a frame (of the clock and of the processor) and memory, for one video.

Usage: python benchmarks/pose_cost.py VIDEO
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.video.reader import FrameReader

STEPS = 10


def peak_mb() -> float:
    """Most memory used so far (Linux counts in KiB, macOS in bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    options = parser.parse_args()
    with FrameReader(options.video) as reader:
        for index, _ in enumerate(reader):
            if index == 0:
                begun = time.perf_counter()
            if index == 300:
                break
    print(f"decoding alone: {(time.perf_counter() - begun) / max(index, 1) * 1e3:.1f} ms a frame")

    begun = time.perf_counter()
    processor = time.process_time()
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if share >= (told + 1) / STEPS:
            told = int(share * STEPS)
            print(f"{share:.0%}: {time.perf_counter() - begun:.1f} s, peak {peak_mb():.0f} MB", flush=True)

    result = track_runner(options.video, model_file(), progress=tell)
    took, worked = time.perf_counter() - begun, time.process_time() - processor
    track = result.track
    print(f"people {result.persons_seen}, found {track.found.mean():.3f}, cuts {len(track.cuts_s)}")
    print(
        f"{len(track)} frames in {took:.1f} s: {took / len(track) * 1e3:.1f} ms a frame "
        f"({worked / len(track) * 1e3:.1f} ms of a core), peak {peak_mb():.0f} MB"
    )


if __name__ == "__main__":
    main()
