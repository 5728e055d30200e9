"""A camera that is not square or not level widens the interval by about what it does to the value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitcheck.gait.camera import UNKNOWN_PITCH_DEG, UNKNOWN_YAW_DEG, YAW_SD_DEG, camera_direction
from gaitcheck.gait.clean import clean
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import accuracies, view_group
from gaitcheck.gait.measures.direction import direction_part, per_degree
from gaitcheck.gait.result import SIDES
from gaitcheck.gait.view import find_view
from gaitcheck.settings import View
from gaitcheck.track import CameraRoll
from tests.gait.runs import VIEWS, measured, of, track_of


def test_every_measure_of_every_view_has_its_part() -> None:
    for definition in REGISTRY.values():
        for view in definition.views:
            assert min(per_degree()[definition.id, view_group(view)]) >= 0
    assert set(per_degree()) <= {key[:2] for key in accuracies()}


@pytest.mark.parametrize("yaw", [-10.0, -5.0, 10.0])
@pytest.mark.parametrize("view", ["rear", "front"])
def test_the_interval_covers_what_a_turned_camera_does(view: View, yaw: float) -> None:
    square = measured(track_of(view), roll_deg=0.0)
    turned = measured(track_of(view, camera={"oblique_deg": yaw}), roll_deg=0.0)
    for name in ("knee_valgus", "femoral_adduction", "lateral_trunk_lean", "crossover"):
        for side in SIDES:
            before, after = of(square, name, side), of(turned, name, side)
            assert before.mean is not None
            assert after.mean is not None
            moved = abs(after.mean - before.mean)
            assert after.camera_part > before.camera_part
            assert 0.6 * moved < after.camera_part < 2.5 * moved + 0.5
            assert after.uncertainty is not None
            assert moved < after.uncertainty


@pytest.mark.parametrize("view", VIEWS)
def test_yaw_is_told_by_the_shoulders(view: View) -> None:
    cleaned = clean(track_of(view, camera={"oblique_deg": 8.0}))
    assert cleaned is not None
    found = find_view(cleaned.track)
    told = camera_direction(cleaned, view, found, None)
    assert told.yaw_deg == pytest.approx(np.hypot(8.0, 1.96 * YAW_SD_DEG), abs=2.0)
    assert told.pitch_deg == UNKNOWN_PITCH_DEG
    assert camera_direction(cleaned, "front" if view == "rear" else "rear", found, None).yaw_deg >= told.yaw_deg
    assert camera_direction(cleaned, view, None, None).yaw_deg == UNKNOWN_YAW_DEG


def test_pitch_is_told_by_the_rooms_upright_lines() -> None:
    """Lines that do not lean: the camera looks level, and the pitch at the hips is their place in the picture."""
    cleaned = clean(track_of("rear"))
    assert cleaned is not None
    room = CameraRoll(0.0, 0.3, 9, 3, lean_deg=0.0, lean_sd_deg=0.1)
    level = camera_direction(cleaned, "rear", None, room).pitch_deg
    assert level < 3.0
    down = camera_direction(cleaned, "rear", None, replace(room, lean_deg=6.0)).pitch_deg
    assert down > level + 5.0
    unsure = camera_direction(cleaned, "rear", None, replace(room, lean_sd_deg=3.0)).pitch_deg
    assert unsure > level
    assert direction_part("hip_adduction", "rear", camera_direction(cleaned, "rear", None, room)) > 0
