"""Visibility and jitter of clips, told from tracks whose jitter is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitcheck.synthetic.truth import pose_track
from gaitcheck.track import PoseTrack
from gaitcheck.validation.matrix import quick_cases
from gaitcheck.validation.realism import JOINTS, look_of, section_text

JITTER_PX = 0.8


@pytest.fixture(scope="module")
def still() -> PoseTrack:
    """A track without movement, so that all that is left over is jitter."""
    track = pose_track(next(case for case in quick_cases() if case.view == "rear").spec)
    return replace(track, xy_px=np.repeat(track.xy_px[:1], len(track), axis=0))


def shaken(track: PoseTrack) -> PoseTrack:
    noise = np.random.default_rng(1).normal(0, JITTER_PX, track.xy_px.shape)
    visibility = np.random.default_rng(2).uniform(0.6, 1.0, track.visibility.shape)
    return replace(track, xy_px=track.xy_px + noise, visibility=visibility)


def test_jitter_is_told_per_mille_of_the_height(still: PoseTrack) -> None:
    look = look_of(shaken(still))
    assert look is not None
    assert look.view == "rear"
    assert look.found == 1.0
    y = still.xy_px[0, :, 1]
    height = max(y[27:31]) - min(y[[2, 5]])
    for name in JOINTS:
        # a cubic over 13 samples takes about a third of the noise's variance with it
        spread = np.sqrt(np.mean(look.jitter[name] ** 2)) / (1000 * JITTER_PX * np.sqrt(2) / height)
        assert 0.75 < spread < 1.0
        assert np.median(look.visibility[name]) == pytest.approx(0.8, abs=0.02)
    calm = look_of(still)
    assert calm is not None
    assert max(calm.jitter["hips"]) < 1e-6


def test_short_slow_and_empty_tracks_are_left_out(still: PoseTrack) -> None:
    cut = {name: getattr(still, name)[:60] for name in ("time_s", "xy_px", "visibility", "world_m")}
    assert look_of(replace(still, **cut)) is None
    assert look_of(replace(still, time_s=4 * still.time_s)) is None  # 15 frames a second
    assert look_of(replace(still, xy_px=np.full_like(still.xy_px, np.nan))) is None


def test_stretches_without_a_runner_are_not_bridged(still: PoseTrack) -> None:
    xy = shaken(still).xy_px.copy()
    xy[100:110] = np.nan
    look = look_of(replace(still, xy_px=xy))
    assert look is not None
    assert look.found == pytest.approx(1 - 10 / len(still))
    assert len(look.jitter["hips"]) == 2 * (len(still) - 10)
    assert np.isfinite(look.jitter["hips"]).all()


def test_the_section_shows_both_kinds_beside_each_other(still: PoseTrack) -> None:
    rough, calm = look_of(shaken(still)), look_of(still)
    assert rough is not None
    assert calm is not None
    text = section_text([rough], [calm])
    row = next(line for line in text.splitlines() if line.startswith("| rear | hips |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[4] == "1.00 (1.00 to 1.00)"
    assert cells[5] == "0.0 (0.0 to 0.0)"
    assert cells[2].startswith(f"{np.median(rough.visibility['hips']):.2f} (")
    assert cells[3] != cells[5]
    assert next(line for line in text.splitlines() if line.startswith("| side | hips |")).count("(") == 0
