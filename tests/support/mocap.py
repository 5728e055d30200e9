"""A real treadmill run measured with markers and a force treadmill, seen through virtual cameras.

The marker data (Fukuchi, Fukuchi, Duarte 2017, PeerJ 5:e3298, CC BY 4.0) are not part of the project; they are read
where they are present.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from gaitcheck.track import N_LANDMARKS, Landmark, PoseTrack
from gaitcheck.validation.marker_runs import MarkerRun, read_run

MOCAP = Path(__file__).resolve().parents[3] / "shared" / "mocap"
LM = Landmark


def load_run(name: str = "RBDS001runT25") -> MarkerRun:
    """One run of the data set, with a foot's tip and shoulders, for which there are no markers."""
    run = read_run(MOCAP, name)
    points = dict(run.points)
    mid = (points["left_hip"] + points["right_hip"]) / 2
    for side, sign in (("right", 1), ("left", -1)):
        ball, heel = points[f"{side}_ball"], points[f"{side}_heel"]
        points[f"{side}_foot_index"] = ball + 0.2 * (ball - heel)
        points[f"{side}_shoulder"] = mid + np.array([0.060, 0.480, sign * 0.180])
    return replace(run, points=points)


def virtual_camera(
    run: MarkerRun,
    view: str,
    fps: float,
    *,
    distance_m: float = 4.0,
    height_m: float = 1.0,
    noise_px: float = 0.0,
    seed: int = 0,
    start_s: float = 0.0,
    duration_s: float = 20.0,
) -> PoseTrack:
    """The run as a pose track of a 1080x1920 camera square to the runner at pelvis height.

    Points of the face are put near the shoulders, since the markers have none.
    """
    time = np.arange(start_s, min(start_s + duration_s, run.time_s[-1]), 1.0 / fps)
    centre = np.mean([run.points["left_hip"].mean(0), run.points["right_hip"].mean(0)], axis=0)
    xy = np.full((len(time), N_LANDMARKS, 2), np.nan)
    depth_axis, sign_depth, right = {
        "rear": (0, 1.0, np.array([0.0, 0.0, 1.0])),
        "front": (0, -1.0, np.array([0.0, 0.0, -1.0])),
        "right": (2, -1.0, np.array([1.0, 0.0, 0.0])),
        "left": (2, 1.0, np.array([-1.0, 0.0, 0.0])),
    }[view]
    focal = 1920 / 2.2 * distance_m
    for landmark in LM:
        name = landmark.name.lower()
        source = name if name in run.points else None
        if source is None:
            source = "left_shoulder" if "left" in name else "right_shoulder"
        p = CubicSpline(run.time_s, run.points[source])(time)
        if landmark <= LM.MOUTH_RIGHT:
            middle = CubicSpline(run.time_s, run.points["left_shoulder"])(time) * [1, 1, 0] + [0, 0.2, centre[2]]
            p = middle + (np.array([0.1, 0, 0]) if landmark is LM.NOSE else 0)
        rel = p - np.array([centre[0], height_m, centre[2]])
        depth = distance_m + sign_depth * rel[:, depth_axis]
        xy[:, landmark, 0] = 540 + focal * (rel @ right) / depth
        xy[:, landmark, 1] = 960 - focal * rel[:, 1] / depth
    if noise_px:
        xy += np.random.default_rng(seed).normal(0, noise_px, xy.shape)
    return PoseTrack(
        time_s=time - time[0],
        xy_px=xy,
        visibility=np.ones(xy.shape[:2]),
        world_m=np.zeros((*xy.shape[:2], 3)),
        frame_size_px=(1080, 1920),
    )
