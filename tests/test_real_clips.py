"""Real clips of treadmill runs, where they are present: cadence against raw pixels, slow motion, a mirrored pair.

The clips are not part of the project. Their cadences were measured from pixels without any pose model.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from gaitcheck.analyze import Analysis, analyze
from gaitcheck.gait.result import SIDES, Measure, Side
from gaitcheck.settings import Settings

CLIPS = Path(__file__).resolve().parents[2] / "shared" / "videos" / "side"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CLIPS.is_dir(), reason="the real clips are not on this machine"),
]


@cache
def analysis_of(name: str) -> Analysis:
    return analyze([CLIPS / name], Settings())


def measure(analysis: Analysis, name: str) -> Measure:
    return next(m for m in analysis.measures if m.id == name)


@pytest.mark.parametrize(
    ("name", "lowest", "highest", "within"),
    [
        ("treadmill_30fps_a.mp4", 168.9, 168.9, 1.0),
        ("treadmill_60fps_portrait.mp4", 167.0, 167.0, 2.0),
        ("treadmill_30fps_b.mp4", 176.0, 178.0, 2.0),
        ("treadmill_30fps_c.mp4", 163.0, 163.0, 2.0),
        ("treadmill_overstride.mp4", 156.0, 158.0, 2.0),
    ],
)
def test_cadence_is_that_of_the_pixels(name: str, lowest: float, highest: float, within: float) -> None:
    cadence = measure(analysis_of(name), "cadence")
    assert cadence.status == "measured"
    assert cadence.mean is not None
    assert lowest - within <= cadence.mean <= highest + within


def test_unknown_slow_motion_reports_no_timing() -> None:
    analysis = analysis_of("slow_motion_360p.mp4")
    gait = analysis.videos[0].gait
    assert not gait.time_is_real
    for name in ("cadence", "contact_time"):
        assert measure(analysis, name).status == "not_measurable"
        assert "filmed at" in str(measure(analysis, name).reason)


def test_a_mirrored_clip_exchanges_the_sides_and_nothing_else() -> None:
    """Within the uncertainties of both: the pose model itself does not see a picture and its mirror alike."""
    plain, mirrored = analysis_of("short_left.mp4"), analysis_of("short_left_mirrored.mp4")
    assert (plain.videos[0].gait.view, mirrored.videos[0].gait.view) == ("left", "right")
    other: dict[Side | None, Side | None] = {None: None, SIDES[0]: SIDES[1], SIDES[1]: SIDES[0]}
    given = {(m.id, other[m.side]): m for m in mirrored.measures if m.mean is not None}
    compared = 0
    for m in plain.measures:
        twin = given.get((m.id, m.side))
        if m.mean is None or twin is None:
            continue
        assert twin.mean is not None
        assert abs(m.mean - twin.mean) <= (m.uncertainty or 0.0) + (twin.uncertainty or 0.0), m.id
        compared += 1
    assert compared >= 4
