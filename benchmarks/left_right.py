"""Left and right legs mixed up in side views: as the pose model gives them, and after each way of putting them right.

    python -m benchmarks.left_right WORK

WORK is the folder of `gaitcheck validate --work WORK`, whose clips and tracks are used again. Printed is, for knees and
feet, the share of frames in which both points lie nearer to the other leg's true place than to their own (of legs at
least a quarter of a leg apart), in the worst clip and in the median one.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from gaitcheck.gait.clean import LONGEST_GAP_S, clean, leg_length
from gaitcheck.gait.events import find_stances
from gaitcheck.gait.strides import settle_legs, stride_phase
from gaitcheck.gait.swaps import repair_swaps
from gaitcheck.gait.view import facing, is_side
from gaitcheck.pose.install import model_file
from gaitcheck.settings import Settings
from gaitcheck.synthetic.truth import Truth, true_of
from gaitcheck.track import Landmark, PoseTrack
from gaitcheck.validation.clips import rendered, tracked
from gaitcheck.validation.matrix import cases

JOINTS = {"knees": ("knee", Landmark.LEFT_KNEE), "feet": ("ankle", Landmark.LEFT_ANKLE)}
APART_LEGS = 0.25


def mixed_up(track: PoseTrack, truth: Truth, joint: str, left: Landmark) -> float:
    """Share of frames with both points on the other leg."""
    n, legs = min(len(track), len(truth.time_s)), leg_length(track)
    true = [truth.joints_px[f"{joint}_{side}"][:n] for side in ("left", "right")]
    found = [track.xy_px[:n, left], track.xy_px[:n, left + 1]]
    apart = np.linalg.norm(true[0] - true[1], axis=1) > APART_LEGS * legs
    on_other = [
        np.linalg.norm(found[i] - true[1 - i], axis=1) < np.linalg.norm(found[i] - true[i], axis=1) for i in (0, 1)
    ]
    return float(np.mean(apart & on_other[0] & on_other[1]))


def ways(raw: PoseTrack, view: str) -> dict[str, PoseTrack]:
    """The track as found and put right in each way."""
    legs = leg_length(raw)
    smooth, _ = repair_swaps(raw, legs)
    found = {"as found": raw, "by smoothness": smooth}
    cleaned = clean(raw)
    assert cleaned is not None
    stances, _ = find_stances(cleaned, view, facing(raw, view))
    phase = stride_phase(raw.time_s, [s.midstance_s for s in stances], [s.side == "left" for s in stances])
    if phase is not None:
        found["by the mean stride"] = settle_legs(smooth, legs, phase, LONGEST_GAP_S)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    work = parser.parse_args().work
    model = model_file(Settings().model, None)
    shares: dict[tuple[str, str], list[float]] = {}
    for case in cases():
        if not is_side(case.view):
            continue
        truth = true_of(case.spec)
        raw = tracked(rendered(case, work), work, model).track
        raw = replace(raw, time_s=raw.time_s * float(truth.time_s[-1] / truth.video_time_s[-1]))
        for way, track in ways(raw, case.view).items():
            for points, (joint, left) in JOINTS.items():
                shares.setdefault((points, way), []).append(100 * mixed_up(track, truth, joint, left))
    print("\n| mixed up, % of frames | clips | median | worst |\n|---|---|---|---|")
    for (points, way), found in shares.items():
        print(f"| {points}, {way} | {len(found)} | {np.median(found):.1f} | {max(found):.1f} |")


if __name__ == "__main__":
    main()
