"""A real treadmill run measured with markers and a force treadmill, seen through virtual cameras.

The marker data (Fukuchi, Fukuchi, Duarte 2017, PeerJ 5:e3298, CC BY 4.0) are not part of the project; they are read
where they are present. Joint centres come from the standing trial: knee and ankle are the middle of their two
epicondyle or malleolus markers, carried along by the segment's rigid cluster; hip centres are placed in the pelvis by
the regression of Bell et al. (1989). Axes of the laboratory: X forward, Y up, Z to the runner's right, millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

from gaitcheck.track import N_LANDMARKS, Landmark, PoseTrack

MOCAP = Path(__file__).resolve().parents[3] / "shared" / "mocap"
LM = Landmark


@dataclass(frozen=True)
class MocapRun:
    """Joint centres (T, 3) in metres by name such as `left_knee`, and the true contacts of each foot in seconds."""

    time_s: np.ndarray
    points: dict[str, np.ndarray]
    initial_contact_s: dict[str, np.ndarray]
    toe_off_s: dict[str, np.ndarray]


def _table(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    with path.open() as file:
        header = file.readline().rstrip("\n").split("\t")
    values = np.genfromtxt(path, skip_header=1, delimiter="\t")
    names = [h[:-1] for h in header[1::3]]
    return values[:, 0], {n: values[:, 1 + 3 * i : 4 + 3 * i] for i, n in enumerate(names)}


def _carry(static: list[np.ndarray], moving: list[np.ndarray], point: np.ndarray) -> np.ndarray:
    """Carry a point of the standing trial along with a rigid cluster (Kabsch fit per frame)."""
    a = np.array(static)
    b = np.array(moving).transpose(1, 0, 2)
    a0, b0 = a.mean(0), b.mean(1)
    u, _, vt = np.linalg.svd(np.einsum("ki,tkj->tij", a - a0, b - b0[:, None]))
    d = np.sign(np.linalg.det(u @ vt))
    fix = np.repeat(np.eye(3)[None], len(b), axis=0)
    fix[:, 2, 2] = d
    rotation = np.swapaxes(u @ fix @ vt, 1, 2)
    return b0 + np.einsum("tij,j->ti", rotation, point - a0)


def load_run(run: str = "RBDS001runT25", static: str = "RBDS001static") -> MocapRun:
    """Read one run of the data set."""
    time, m = _table(MOCAP / f"{run}markers.txt")
    _, still = _table(MOCAP / f"{static}.txt")
    s = {k: np.nanmedian(v, axis=0) for k, v in still.items()}
    time = np.arange(len(time)) / 150.0
    m = {name: _fill(time, values) for name, values in m.items()}
    points: dict[str, np.ndarray] = {}
    pelvis = ["R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS", "R.Iliac.Crest", "L.Iliac.Crest"]
    front = (s["R.ASIS"] + s["L.ASIS"]) / 2
    back = (s["R.PSIS"] + s["L.PSIS"]) / 2
    width = float(np.linalg.norm(s["R.ASIS"] - s["L.ASIS"]))
    across = (s["R.ASIS"] - s["L.ASIS"]) / width
    ahead = front - back
    ahead -= across * (ahead @ across)
    ahead /= np.linalg.norm(ahead)
    up = np.cross(across, ahead)
    for side, letter, sign in (("right", "R", 1), ("left", "L", -1)):
        hip = front - 0.19 * width * ahead - 0.30 * width * up + sign * 0.36 * width * across
        points[f"{side}_hip"] = _carry([s[n] for n in pelvis], [m[n] for n in pelvis], hip)
        thigh = [f"{letter}.Thigh.{a}.{b}" for a in ("Top", "Bottom") for b in ("Lateral", "Medial")]
        shank = [f"{letter}.Shank.{a}.{b}" for a in ("Top", "Bottom") for b in ("Lateral", "Medial")]
        knee = (s[f"{letter}.Knee"] + s[f"{letter}.Knee.Medial"]) / 2
        ankle = (s[f"{letter}.Ankle"] + s[f"{letter}.Ankle.Medial"]) / 2
        points[f"{side}_knee"] = _carry([s[n] for n in thigh], [m[n] for n in thigh], knee)
        points[f"{side}_ankle"] = _carry([s[n] for n in shank], [m[n] for n in shank], ankle)
        heel = m[f"{letter}.Heel.Bottom"]
        ball = (m[f"{letter}.MT1"] + m[f"{letter}.MT5"]) / 2
        points[f"{side}_heel"] = heel
        points[f"{side}_foot_index"] = ball + 0.2 * (ball - heel)
        points[f"{side}_psis"] = m[f"{letter}.PSIS"]
        points[f"{side}_asis"] = m[f"{letter}.ASIS"]
    mid = (points["left_hip"] + points["right_hip"]) / 2
    for side, sign in (("right", 1), ("left", -1)):
        points[f"{side}_shoulder"] = mid + np.array([60.0, 480.0, sign * 180.0])
    points = {k: v / 1000.0 for k, v in points.items()}
    contacts, offs = _contacts(MOCAP / f"{run}forces.txt", points, time)
    return MocapRun(time, points, contacts, offs)


def _fill(time: np.ndarray, values: np.ndarray) -> np.ndarray:
    bad = np.isnan(values).any(axis=1)
    out = values.copy()
    out[bad] = CubicSpline(time[~bad], values[~bad])(time[bad])
    return out


def _contacts(
    path: Path, points: dict[str, np.ndarray], time: np.ndarray, threshold_n: float = 50.0
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Contact where the vertical force exceeds 50 N, sub-sample by interpolation; the foot that is lower has it."""
    fy = np.genfromtxt(path, skip_header=1, delimiter="\t")[:, 2]
    clock = np.arange(len(fy)) / 300.0
    rise = np.flatnonzero((fy[:-1] < threshold_n) & (fy[1:] >= threshold_n))
    fall = np.flatnonzero((fy[:-1] >= threshold_n) & (fy[1:] < threshold_n))
    contact = clock[rise] + (threshold_n - fy[rise]) / (fy[rise + 1] - fy[rise]) / 300.0
    off = clock[fall] + (fy[fall] - threshold_n) / (fy[fall] - fy[fall + 1]) / 300.0
    contacts: dict[str, list[float]] = {"left": [], "right": []}
    offs: dict[str, list[float]] = {"left": [], "right": []}
    for start in contact:
        later = off[off > start]
        if not later.size or not 0.1 < later[0] - start < 0.5:
            continue
        middle = (start + later[0]) / 2
        heights = {side: np.interp(middle, time, points[f"{side}_ankle"][:, 1]) for side in ("left", "right")}
        side = min(heights, key=heights.__getitem__)
        contacts[side].append(start)
        offs[side].append(later[0])
    return {k: np.array(v) for k, v in contacts.items()}, {k: np.array(v) for k, v in offs.items()}


def virtual_camera(
    run: MocapRun,
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
