"""Synthetic people for tests of the pose room: what a tracker would find, from simple motions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.pose.persons import Sightings
from gaitcheck.track import FloatArray, Landmark


@dataclass(frozen=True)
class Person:
    """A person whose hips move with `speed_px_s` and whose ankles swing `swing` trunk lengths to each side."""

    hip_px: tuple[float, float]
    trunk_px: float = 100.0
    swing: float = 0.0
    stride_hz: float = 1.4
    speed_px_s: tuple[float, float] = (0.0, 0.0)
    visibility: float = 0.9
    seen: tuple[float, float] = (0.0, 1e9)

    def pose(self, time_s: float) -> FloatArray:
        """(33, 2) pixels."""
        xy = np.zeros((33, 2))
        phase = 2 * np.pi * self.stride_hz * time_s
        for side, offset in ((0, 0.0), (1, np.pi)):
            sign = 1 - 2 * side
            swing = self.swing * np.sin(phase + offset)
            xy[Landmark.LEFT_SHOULDER + side] = (0.2 * sign, -1.0)
            xy[Landmark.LEFT_HIP + side] = (0.1 * sign, 0.0)
            xy[Landmark.LEFT_KNEE + side] = (0.1 * sign + swing / 2, 0.8)
            xy[Landmark.LEFT_ANKLE + side] = (0.1 * sign + swing, 1.6 - 0.3 * max(swing, 0.0))
        return xy * self.trunk_px + np.array(self.hip_px) + np.array(self.speed_px_s) * time_s


def sightings(*people: Person, duration_s: float = 6.0, fps: float = 30.0, cuts_s: tuple[float, ...] = ()) -> Sightings:
    """What is found when these people are filmed; within a frame their order is turned round from frame to frame."""
    rows = []
    for frame in range(int(duration_s * fps)):
        time_s = frame / fps
        here = [p for p in people if p.seen[0] <= time_s <= p.seen[1]]
        turned = here if frame % 2 else here[::-1]
        scene = sum(cut <= time_s for cut in cuts_s)
        rows += [(frame, time_s, p.pose(time_s), np.full(33, p.visibility), scene) for p in turned]
    frames, times, poses, visibility, scenes = zip(*rows, strict=True) if rows else ([], [], [], [], [])
    return Sightings(
        frame=np.array(frames, dtype=np.int64),
        time_s=np.array(times, dtype=np.float64),
        xy_px=np.array(poses, dtype=np.float32).reshape(-1, 33, 2),
        visibility=np.array(visibility, dtype=np.float32).reshape(-1, 33),
        scene=np.array(scenes, dtype=np.int64),
    )
