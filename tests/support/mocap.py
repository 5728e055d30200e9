"""A real treadmill run measured with markers and a force treadmill, seen through virtual cameras.

The marker data (Fukuchi, Fukuchi, Duarte 2017, PeerJ 5:e3298, CC BY 4.0) are not part of the project; they are read
where they are present.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from gaitcheck.track import N_LANDMARKS, Landmark, PelvisTrack, PoseTrack
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


def _centre(run: MarkerRun) -> np.ndarray:
    return np.mean([run.points["left_hip"].mean(0), run.points["right_hip"].mean(0)], axis=0)


def _pixels(points: np.ndarray, centre: np.ndarray, view: str, distance_m: float, height_m: float) -> np.ndarray:
    """(..., 2) where a camera square to the runner sees points (..., 3)."""
    depth_axis, sign_depth, right = {
        "rear": (0, 1.0, np.array([0.0, 0.0, 1.0])),
        "front": (0, -1.0, np.array([0.0, 0.0, -1.0])),
        "right": (2, -1.0, np.array([1.0, 0.0, 0.0])),
        "left": (2, 1.0, np.array([-1.0, 0.0, 0.0])),
    }[view]
    focal = 1920 / 2.2 * distance_m
    rel = points - np.array([centre[0], height_m, centre[2]])
    depth = distance_m + sign_depth * rel[..., depth_axis]
    return np.stack([540 + focal * (rel @ right) / depth, 960 - focal * rel[..., 1] / depth], axis=-1)


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
    centre = _centre(run)
    xy = np.full((len(time), N_LANDMARKS, 2), np.nan)
    for landmark in LM:
        name = landmark.name.lower()
        source = name if name in run.points else None
        if source is None:
            source = "left_shoulder" if "left" in name else "right_shoulder"
        p = CubicSpline(run.time_s, run.points[source])(time)
        if landmark <= LM.MOUTH_RIGHT:
            middle = CubicSpline(run.time_s, run.points["left_shoulder"])(time) * [1, 1, 0] + [0, 0.2, centre[2]]
            p = middle + (np.array([0.1, 0, 0]) if landmark is LM.NOSE else 0)
        xy[:, landmark] = _pixels(p, centre, view, distance_m, height_m)
    if noise_px:
        xy += np.random.default_rng(seed).normal(0, noise_px, xy.shape)
    return PoseTrack(
        time_s=time - time[0],
        xy_px=xy,
        visibility=np.ones(xy.shape[:2]),
        world_m=np.zeros((*xy.shape[:2], 3)),
        frame_size_px=(1080, 1920),
    )


def stickers_seen(
    run: MarkerRun, view: str, fps: float, *, noise_px: float = 0.0, seed: int = 0, duration_s: float = 20.0
) -> PelvisTrack:
    """The line between the PSIS markers as the same camera sees it; from the front, that between the ASIS markers."""
    time = np.arange(0.0, min(duration_s, run.time_s[-1]), 1.0 / fps)
    bone, first, last = ("psis", "left", "right") if view == "rear" else ("asis", "right", "left")
    ends = np.stack(
        [CubicSpline(run.time_s, run.points[f"{side}_{bone}"])(time) for side in (first, last)], axis=1
    )  # the picture's left one first
    ends_px = _pixels(ends, _centre(run), view, 4.0, 1.0)
    ends_px = ends_px + np.random.default_rng(seed).normal(0, noise_px, ends_px.shape)
    across = ends_px[:, 1] - ends_px[:, 0]
    return PelvisTrack(
        time_s=time,
        tilt_deg=np.degrees(np.arctan2(across[:, 1], across[:, 0])),
        noise_deg=np.full(len(time), np.degrees(noise_px * np.sqrt(2) / np.median(across[:, 0]))),
        ends_px=ends_px,
        source="stickers",
        absolute=True,
        zero_deg=0.5,
        swing_deg=0.5,
    )
