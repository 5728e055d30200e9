"""Treadmill runs measured with markers and a force plate: joint centres over time and exact contacts.

Read as in the public data of Fukuchi, Fukuchi and Duarte (2017, PeerJ 5:e3298, CC BY 4.0), which are not part of the
project: `<run>markers.txt` with `<run>forces.txt`, or `<run>.c3d`, and the standing trial `<runner>static.txt`. Knee
and ankle centres are the middle of two epicondyle or malleolus markers when standing, carried along by the segment's
rigid cluster; hip centres are placed in the pelvis by the regression of Bell et al. (1989). Axes of the laboratory: X
forward, Y up, Z to the runner's right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.gait.result import SIDES, Side
from gaitcheck.track import FloatArray

Markers = Mapping[str, FloatArray]

MARKER_HZ, FORCE_HZ = 150.0, 300.0
CONTACT_N = 50.0
_CONTACT_S = (0.1, 0.5)
_PELVIS = ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS", "R.Iliac.Crest", "L.Iliac.Crest")
_LETTER: dict[Side, str] = {"left": "L", "right": "R"}
#: The foot is flat and moves with the belt between these shares of the stance.
_FLAT = (0.30, 0.45)


@dataclass(frozen=True)
class MarkerRun:
    """One run.

    Attributes
    ----------
    time_s : (T,) seconds since the first frame.
    points : (T, 3) metres in the laboratory's axes, by name: left_hip, left_knee, left_ankle, left_heel, left_ball (the
        middle of the metatarsal markers), left_psis, left_asis and their right ones.
    thigh_m, shank_m : lengths between the joint centres, mean of both legs' medians.
    initial_contact_s, toe_off_s : exact contacts of each foot from the force plate, in pairs.
    belt_m_s : speed of the flat foot.
    """

    name: str
    time_s: FloatArray
    points: Markers
    thigh_m: float
    shank_m: float
    initial_contact_s: Mapping[Side, FloatArray]
    toe_off_s: Mapping[Side, FloatArray]
    belt_m_s: float


def find_runs(folder: Path) -> list[str]:
    """Names of the runs in a folder that have a standing trial and a force plate."""
    names = {p.name.removesuffix("markers.txt") for p in folder.glob("*markers.txt")}
    names |= {p.stem for p in folder.glob("*run*.c3d")}
    return sorted(name for name in names if (folder / f"{_runner(name)}static.txt").is_file())


def _runner(run: str) -> str:
    return re.sub(r"run.*$", "", run)


def read_run(folder: Path, name: str) -> MarkerRun:
    """Read one run.

    Raises
    ------
    UnusableInputError : a file is missing or not of this form.
    MissingComponentError : the run is a C3D file and the part that reads it is not installed.
    """
    try:
        still = {k: np.nanmedian(v, axis=0) for k, v in _table(folder / f"{_runner(name)}static.txt").items()}
        if (folder / f"{name}markers.txt").is_file():
            markers = _table(folder / f"{name}markers.txt")
            force_n = np.genfromtxt(folder / f"{name}forces.txt", skip_header=1, delimiter="\t")[:, 2]
        else:
            markers, force_n = _c3d(folder / f"{name}.c3d")
        time = np.arange(len(next(iter(markers.values())))) / MARKER_HZ
        markers = {k: _filled(time, v) for k, v in markers.items()}
        points = {k: v / 1000 for k, v in _joint_centres(still, markers).items()}
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise UnusableInputError(
            f"The run {name} in {folder} cannot be read: it needs {name}markers.txt with {name}forces.txt, or "
            f"{name}.c3d, and {_runner(name)}static.txt, as in the data of Fukuchi and others 2017."
        ) from error
    contacts, offs = _contacts(force_n, points, time)
    lengths = [
        [np.median(np.linalg.norm(points[f"{side}_{a}"] - points[f"{side}_{b}"], axis=1)) for side in SIDES]
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    return MarkerRun(
        name=name,
        time_s=time,
        points=points,
        thigh_m=float(np.mean(lengths[0])),
        shank_m=float(np.mean(lengths[1])),
        initial_contact_s=contacts,
        toe_off_s=offs,
        belt_m_s=_belt_speed(points, time, contacts, offs),
    )


def _table(path: Path) -> dict[str, FloatArray]:
    with path.open() as file:
        header = file.readline().rstrip("\n").split("\t")
    values = np.genfromtxt(path, skip_header=1, delimiter="\t")
    return {h[:-1]: values[:, 1 + 3 * i : 4 + 3 * i] for i, h in enumerate(header[1::3])}


def _c3d(path: Path) -> tuple[dict[str, FloatArray], FloatArray]:
    """Markers in millimetres and the vertical force in newtons; this laboratory's plate counts downward, in kN."""
    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        import ezc3d
    except ImportError as error:
        raise MissingComponentError(
            f"Reading {path.name} needs the c3d part: install it with pip install 'gaitcheck[c3d]'."
        ) from error
    file = ezc3d.c3d(str(path))
    names = file["parameters"]["POINT"]["LABELS"]["value"]
    channel = file["parameters"]["ANALOG"]["LABELS"]["value"].index("F1Z")
    places = np.asarray(file["data"]["points"])
    return {n: places[:3, i].T for i, n in enumerate(names)}, -1000 * np.asarray(file["data"]["analogs"])[0, channel]


def _filled(time: FloatArray, values: FloatArray) -> FloatArray:
    bad = np.isnan(values).any(axis=1)
    out = values.copy()
    if bad.any():
        out[bad] = CubicSpline(time[~bad], values[~bad])(time[bad])
    return out


def _centre(still: Markers, side: Side, joint: str) -> FloatArray:
    """A joint centre in the standing trial, millimetres."""
    letter = _LETTER[side]
    if joint == "knee":
        return np.asarray(still[f"{letter}.Knee"] + still[f"{letter}.Knee.Medial"]) / 2
    if joint == "ankle":
        return np.asarray(still[f"{letter}.Ankle"] + still[f"{letter}.Ankle.Medial"]) / 2
    front = (still["R.ASIS"] + still["L.ASIS"]) / 2
    back = (still["R.PSIS"] + still["L.PSIS"]) / 2
    width = float(np.linalg.norm(still["R.ASIS"] - still["L.ASIS"]))
    across = (still["R.ASIS"] - still["L.ASIS"]) / width
    ahead = front - back
    ahead = ahead - across * (ahead @ across)
    ahead = ahead / np.linalg.norm(ahead)
    sign = 1 if side == "right" else -1
    return np.asarray(
        front - 0.19 * width * ahead - 0.30 * width * np.cross(across, ahead) + sign * 0.36 * width * across
    )


def _joint_centres(still: Markers, markers: Markers) -> dict[str, FloatArray]:
    points: dict[str, FloatArray] = {}
    for side in SIDES:
        letter = _LETTER[side]
        corners = [f"{a}.{b}" for a in ("Top", "Bottom") for b in ("Lateral", "Medial")]
        for joint, cluster in (
            ("hip", list(_PELVIS)),
            ("knee", [f"{letter}.Thigh.{c}" for c in corners]),
            ("ankle", [f"{letter}.Shank.{c}" for c in corners]),
        ):
            was, now = (np.array([source[n] for n in cluster]) for source in (still, markers))
            points[f"{side}_{joint}"] = _carried(was, now, _centre(still, side, joint))
        points[f"{side}_heel"] = markers[f"{letter}.Heel.Bottom"]
        points[f"{side}_ball"] = (markers[f"{letter}.MT1"] + markers[f"{letter}.MT5"]) / 2
        points[f"{side}_psis"] = markers[f"{letter}.PSIS"]
        points[f"{side}_asis"] = markers[f"{letter}.ASIS"]
    return points


def _carried(was: FloatArray, now: FloatArray, point: FloatArray) -> FloatArray:
    """Carry a point of the standing trial along with a rigid cluster: (K, 3) then, (K, T, 3) now (Kabsch's fit)."""
    now = now.transpose(1, 0, 2)
    was_middle, now_middle = was.mean(0), now.mean(1)
    u, _, vt = np.linalg.svd(np.einsum("ki,tkj->tij", was - was_middle, now - now_middle[:, None]))
    proper = np.repeat(np.eye(3)[None], len(now), axis=0)
    proper[:, 2, 2] = np.sign(np.linalg.det(u @ vt))
    rotation = np.swapaxes(u @ proper @ vt, 1, 2)
    return np.asarray(now_middle + np.einsum("tij,j->ti", rotation, point - was_middle))


def _contacts(
    force_n: FloatArray, points: Markers, time: FloatArray
) -> tuple[dict[Side, FloatArray], dict[Side, FloatArray]]:
    """Contact where the vertical force exceeds 50 N, between samples by interpolation; the lower foot has it."""
    clock = np.arange(len(force_n)) / FORCE_HZ
    above = force_n >= CONTACT_N
    contact = _crossings(force_n, clock, ~above[:-1] & above[1:])
    off = _crossings(force_n, clock, above[:-1] & ~above[1:])
    contacts: dict[Side, list[float]] = {"left": [], "right": []}
    offs: dict[Side, list[float]] = {"left": [], "right": []}
    for start in contact:
        later = off[off > start]
        if not later.size or not _CONTACT_S[0] < later[0] - start < _CONTACT_S[1]:
            continue
        middle = (start + later[0]) / 2
        heights = {side: float(np.interp(middle, time, points[f"{side}_ankle"][:, 1])) for side in SIDES}
        side = min(SIDES, key=heights.__getitem__)
        contacts[side].append(float(start))
        offs[side].append(float(later[0]))
    return {s: np.array(v) for s, v in contacts.items()}, {s: np.array(v) for s, v in offs.items()}


def _crossings(force_n: FloatArray, clock: FloatArray, at: NDArray[np.bool_]) -> FloatArray:
    k = np.flatnonzero(at)
    return np.asarray(clock[k] + (CONTACT_N - force_n[k]) / (force_n[k + 1] - force_n[k]) / FORCE_HZ)


def _belt_speed(
    points: Markers, time: FloatArray, contacts: Mapping[Side, FloatArray], offs: Mapping[Side, FloatArray]
) -> float:
    speeds = []
    for side in SIDES:
        heel = points[f"{side}_heel"][:, 0]
        first, last = (contacts[side] + share * (offs[side] - contacts[side]) for share in _FLAT)
        speeds.append((np.interp(first, time, heel) - np.interp(last, time, heel)) / (last - first))
    return float(np.median(np.concatenate(speeds)))
