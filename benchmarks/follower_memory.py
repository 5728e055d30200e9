"""What closed followers leave in memory: two threads open one follower of MediaPipe's after the other (Linux).

Usage: python benchmarks/follower_memory.py VIDEO --followers 61 --heaps 2     (0 heaps: as many as the C library likes)
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from gaitcheck.pose.follow import Landmarker
from gaitcheck.pose.heaps import few_heaps, give_back
from gaitcheck.pose.install import model_file
from gaitcheck.pose.model import PoseModel
from gaitcheck.pose.stretches import model_size_px
from gaitcheck.video.reader import FrameReader

THREADS, FRAMES = 2, 6


def used_mb() -> float:
    """Memory of this process, its share of what it has together with others (PSS), in MB."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--followers", type=int, default=61, help="of each thread")
    parser.add_argument("--heaps", type=int, default=2)
    options = parser.parse_args()
    if options.heaps:
        few_heaps(options.heaps)
    reader = FrameReader(options.video)
    size = (reader.facts.width_px, reader.facts.height_px)
    pictures = [frame.scaled(model_size_px(size), rgb=True) for frame in reader.frames(range(FRAMES))]

    def work(number: int) -> None:
        with Landmarker(model, size) as landmarker:
            for follower in range(options.followers):
                landmarker.restart()
                for frame, picture in enumerate(pictures):
                    landmarker.follow(picture, follower + frame / 60, 1)
                if number == 0 and follower % 20 == 0:
                    print(f"after {follower} followers closed: {used_mb():.0f} MB", flush=True)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    with PoseModel(model_file().path) as model:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(f"all closed: {used_mb():.0f} MB", end="")
    give_back()
    print(f", {used_mb():.0f} MB when given back")


if __name__ == "__main__":
    main()
