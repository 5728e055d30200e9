"""What the looks at the mirror image change: the knees' angle, right minus left, without and with them.

    python -m benchmarks.mirror_looks VIDEO [VIDEO ...]

Printed for each video is the median over all frames in which somebody is seen from behind or in front, in degrees; for
somebody who runs also that of the measure (means over the steps at midstance).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from gaitcheck.analyze import ModelUsed, TrackedVideo, conclude
from gaitcheck.angles import bend
from gaitcheck.gait.view import outward, seen_from
from gaitcheck.pose import mirror
from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.settings import Settings
from gaitcheck.track import Landmark, RunnerTrack
from gaitcheck.video.probe import probe


def knees_apart(runner: RunnerTrack) -> float:
    """Right minus left, the median over the frames, degrees."""
    view = seen_from(runner.track)
    if view not in ("rear", "front"):
        return float("nan")
    xy = runner.track.xy_px
    left, right = (
        bend(
            xy[:, Landmark.LEFT_HIP + i],
            xy[:, Landmark.LEFT_KNEE + i],
            xy[:, Landmark.LEFT_ANKLE + i],
            -outward(side, view),
        )
        for i, side in enumerate(("left", "right"))
    )
    return float(np.nanmedian(right - left))


def measured_apart(video: Path, runner: RunnerTrack) -> float:
    """Right minus left of the measure, degrees; NaN where it is withheld."""
    analysis = conclude([TrackedVideo(video, "", probe(video), runner)], ModelUsed("", ""), Settings())
    found = {one.side: one.mean for one in analysis.measures if one.id == "knee_valgus"}
    left, right = found["left"], found["right"]
    return float("nan") if left is None or right is None else right - left


def followed(video: Path, most_trunks: float) -> RunnerTrack:
    """The track with looks that agree to so many trunk lengths; none does to 0, and all stays as the picture has it."""
    usual = mirror.MOST_TRUNKS
    mirror.MOST_TRUNKS = most_trunks
    try:
        return track_runner(video, model_file())
    finally:
        mirror.MOST_TRUNKS = usual


def main() -> None:
    print("| video | all frames, without | with | measure, without | with |\n| --- | --- | --- | --- | --- |")
    for name in sys.argv[1:]:
        video = Path(name)
        runners = [followed(video, most_trunks) for most_trunks in (0.0, mirror.MOST_TRUNKS)]
        values = [knees_apart(runner) for runner in runners] + [measured_apart(video, runner) for runner in runners]
        print(f"| {video.name} | {' | '.join(f'{value:+.1f}' for value in values)} |", flush=True)


if __name__ == "__main__":
    main()
