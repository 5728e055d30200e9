"""How far MediaPipe's smoothing makes the joints lag, and what stretched timestamps do about it.

Each way of following is compared with a fresh search in every frame (no memory, so no smoothing): the delay is the
shift in time that brings the two nearest (median of the absolute difference).

Usage: python benchmarks/pose_lag.py VIDEO [--frames N]
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose import follow as room
from gaitcheck.pose.install import model_file
from gaitcheck.pose.model import PoseModel
from gaitcheck.track import N_LANDMARKS, Landmark
from gaitcheck.video.reader import FrameReader

SHIFTS_S = np.arange(-0.03, 0.151, 0.001)
SHOWN = {
    "shoulder y": (Landmark.LEFT_SHOULDER, 1),
    "hip y": (Landmark.LEFT_HIP, 1),
    "knee x": (Landmark.LEFT_KNEE, 0),
    "left ankle x": (Landmark.LEFT_ANKLE, 0),
    "right ankle x": (Landmark.RIGHT_ANKLE, 0),
}


def delay_ms(time_s: NDArray[np.float64], late: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    inner = (time_s > time_s[0] + 0.2) & (time_s < time_s[-1] - 0.2)
    off = [np.nanmedian(np.abs(np.interp(time_s[inner] - s, time_s, reference) - late[inner])) for s in SHIFTS_S]
    return float(SHIFTS_S[np.argmin(off)] * 1e3)


def first(poses: NDArray[np.float32]) -> NDArray[np.float64]:
    return poses[0].astype(np.float64) if len(poses) else np.full((N_LANDMARKS, 6), np.nan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, default=150)
    options = parser.parse_args()
    with FrameReader(options.video) as reader:
        frames = [
            (f.time_s, np.asarray(cv2.cvtColor(f.bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8))
            for f in islice(reader, options.frames)
        ]
    time_s = np.array([t for t, _ in frames])
    model = model_file().path
    size = frames[0][1].shape[1], frames[0][1].shape[0]
    with PoseModel(model) as pose_model, room.Landmarker(pose_model, size) as landmarker:
        fresh = np.array([first(landmarker.look(rgb)) for _, rgb in frames])
    for stretch in (1, 40, room.STRETCH):
        room.STRETCH = stretch
        with PoseModel(model) as pose_model, room.Landmarker(pose_model, size) as landmarker:
            followed = np.array([first(landmarker.follow(rgb, t, 1)) for t, rgb in frames])
        delays = {name: delay_ms(time_s, followed[:, j, k], fresh[:, j, k]) for name, (j, k) in SHOWN.items()}
        shown = ", ".join(f"{name} {ms:.0f} ms" for name, ms in delays.items())
        print(f"timestamps x {stretch}: {shown}", flush=True)


if __name__ == "__main__":
    main()
