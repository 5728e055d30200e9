"""What an analysis costs on this machine: `make bench` (or `python -m benchmarks [VIDEO]`).

Prints the time of each stage of one clip, per frame and over the clip's own length. Figures of two runs on a busy
machine differ; compare within one run only.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from gaitcheck.analyze import analyze
from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.report.write import write_report
from gaitcheck.settings import Settings
from gaitcheck.video.reader import FrameReader

SAMPLE = Path(__file__).parents[1] / "sample_videos" / "side_forward_lean.mp4"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", nargs="?", type=Path, default=SAMPLE)
    video: Path = parser.parse_args().video
    model = model_file(Settings().model)
    with FrameReader(video) as reader:
        facts = reader.facts
        start = time.perf_counter()
        frames = sum(1 for _ in reader)
        decode_s = time.perf_counter() - start
    start = time.perf_counter()
    track_runner(video, model)
    track_s = time.perf_counter() - start
    start = time.perf_counter()
    analysis = analyze([video], Settings())
    analyze_s = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write_report(analysis, Path(folder) / "result")
        report_s = time.perf_counter() - start
    print(f"{video.name}: {facts.width_px}x{facts.height_px}, {frames} frames, {facts.duration_s:.1f} s")
    for stage, seconds in (
        ("decoding alone", decode_s),
        ("finding the joints", track_s),
        ("whole analysis", analyze_s),
        ("report with annotated video", report_s),
    ):
        frame_ms, share = 1000 * seconds / frames, seconds / facts.duration_s
        print(f"{stage:28} {frame_ms:7.1f} ms a frame {share:6.2f} x the clip's length")


if __name__ == "__main__":
    main()
