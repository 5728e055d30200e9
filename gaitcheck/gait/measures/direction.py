"""What a degree of yaw or pitch of the camera is worth to each measure: `direction.toml`, made by a benchmark."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from gaitcheck.gait.camera import CameraDirection
from gaitcheck.gait.measures.accuracy import ViewGroup, view_group
from gaitcheck.settings import View

TABLE = "direction.toml"


class PerDegree(NamedTuple):
    """How far a degree moves a measure, in its own unit (root mean square over runs)."""

    yaw: float
    pitch: float


@cache
def per_degree() -> Mapping[tuple[str, ViewGroup], PerDegree]:
    """All rows, by measure and view group."""
    rows = tomllib.loads((files("gaitcheck.gait.measures") / TABLE).read_text(encoding="utf-8"))["direction"]
    return {(row["measure"], row["view"]): PerDegree(row["per_yaw_deg"], row["per_pitch_deg"]) for row in rows}


def direction_part(measure_id: str, view: View, camera: CameraDirection) -> float:
    """Half width of the 95 % interval of what the camera's direction adds to a measure, in the measure's unit.

    Raises
    ------
    KeyError
        The view does not show the measure.
    """
    worth = per_degree()[measure_id, view_group(view)]
    return float(np.hypot(worth.yaw * camera.yaw_deg, worth.pitch * camera.pitch_deg))
