"""A film of which a part plays slower: its steps are not taken, and the reason says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitcheck.gait.clean import clean
from gaitcheck.gait.pace import Pace, changing_pace
from gaitcheck.gait.quality import running_check
from gaitcheck.track import PoseTrack
from tests.gait.runs import VIEWS, jittered, track_of


def with_slow_part(track: PoseTrack, from_s: float, to_s: float, slower: float) -> PoseTrack:
    """The film between two moments takes `slower` times as long; frames come as often as before."""
    step = float(np.median(np.diff(track.time_s)))
    length = track.time_s[-1] + (slower - 1) * (to_s - from_s)
    shown = np.arange(0.0, length, step)
    slow = from_s + np.clip(shown - from_s, 0, slower * (to_s - from_s)) / slower
    filmed = np.where(shown < from_s, shown, slow + np.maximum(shown - from_s - slower * (to_s - from_s), 0))
    rows = np.minimum(np.round(filmed / step).astype(int), len(track) - 1)
    return replace(
        track,
        time_s=shown,
        xy_px=track.xy_px[rows],
        visibility=track.visibility[rows],
        world_m=track.world_m[rows],
    )


@pytest.mark.parametrize("view", ["left", "rear"])
def test_a_slow_part_is_told(view: str) -> None:
    track = with_slow_part(jittered(track_of(view, fps=60, duration_s=10), 1.0), 4.0, 6.0, 2.6)
    cleaned = clean(track)
    assert cleaned is not None
    pace = changing_pace(cleaned)
    assert pace is not None
    assert pace.shortest_s == pytest.approx(0.35, abs=0.04)
    assert pace.longest_s == pytest.approx(2.6 * pace.shortest_s, rel=0.12)


def test_its_reason_does_not_say_that_nobody_runs() -> None:
    changing = running_check([], None, None, "left", 13.0, Pace(0.44, 0.93))
    assert changing.ok is False
    assert "a step lasts from 0.4 to 0.9 seconds" in changing.message
    assert "one speed" in str(changing.advice)
    unknown = running_check([], None, None, "left", 13.0)
    assert unknown.ok is False
    assert "or the legs could not be followed" in unknown.message
    assert "too short" in running_check([], None, None, "left", 2.0).message


@pytest.mark.parametrize("view", VIEWS)
def test_one_pace_is_no_change(view: str) -> None:
    cleaned = clean(jittered(track_of(view, duration_s=9), 2.0))
    assert cleaned is not None
    assert changing_pace(cleaned) is None
