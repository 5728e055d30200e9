"""Left/right exchanges: found, counted, undone, and none seen where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.clean import leg_length
from gaitcheck.gait.swaps import GROUPS, repair_swaps
from gaitcheck.track import Landmark, PoseTrack
from tests.gait.runs import LEFT_FOOT, LEFT_KNEE, VIEWS, changed, exchanged, jittered, measured, track_of

WHICH = {"knees": LEFT_KNEE, "feet": LEFT_FOOT, "both": LEFT_KNEE + LEFT_FOOT}


def bursts(n: int, longest: int, seed: int, share: float = 0.05) -> np.ndarray:
    """Frame numbers of bursts of 1 to `longest` frames, never at the ends and never touching each other."""
    rng = np.random.default_rng(seed)
    frames: list[int] = []
    at = 10
    while at < n - 20:
        length = int(rng.integers(1, longest + 1))
        frames += range(at, at + length)
        at += length + int(rng.integers(8, max(9, round(2 * length / share))))
    return np.array(frames)


def legs_apart(track: PoseTrack, lefts: tuple[Landmark, ...]) -> np.ndarray:
    """(T,) distance of the left from the right points, leg lengths; an exchange of points that meet is no exchange."""
    gap = track.xy_px[:, list(lefts)] - track.xy_px[:, [left + 1 for left in lefts]]
    return np.linalg.norm(gap, axis=-1).mean(axis=1) / leg_length(track)


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("view", ["left", "right"])
@pytest.mark.parametrize("fps", [30, 60])
def test_bursts_are_undone_and_counted(view: str, which: str, fps: int) -> None:
    true = track_of(view, fps=fps, seed=3, duration_s=24)
    frames = bursts(len(true), 6 if fps == 60 else 3, seed=fps)
    repaired, found = repair_swaps(exchanged(true, frames, WHICH[which]), leg_length(true))
    wrong = np.zeros(len(true), dtype=bool)
    for group in GROUPS:
        lefts = list(group)
        off = np.linalg.norm(repaired.xy_px[:, lefts] - true.xy_px[:, lefts], axis=-1).max(axis=1) / leg_length(true)
        wrong |= off > 0.03  # points that all but meet may keep either label
    assert wrong.mean() < 0.01
    injected = np.zeros(len(true), dtype=bool)
    injected[frames] = True
    assert (~wrong[injected]).mean() >= 0.95
    clear = legs_apart(true, WHICH[which]) > 0.1
    assert found[injected & clear].mean() >= 0.95
    assert found[~injected & clear].mean() <= 0.01


@pytest.mark.parametrize("noise_px", [0.0, 3.0])
@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.parametrize("view", VIEWS)
def test_a_clean_track_is_left_as_it_is(view: str, fps: int, noise_px: float) -> None:
    true = jittered(track_of(view, fps=fps, duration_s=6), noise_px)
    repaired, found = repair_swaps(true, leg_length(true))
    clear = np.min([legs_apart(true, group) for group in GROUPS], axis=0) > 0.1
    assert not found[clear].any()
    if noise_px == 0:
        np.testing.assert_array_equal(repaired.xy_px, true.xy_px)
        assert not found.any()


def test_visibility_and_world_go_with_the_points() -> None:
    true = track_of("right", seed=3)
    marked = changed(true, visibility=np.where(np.arange(33) % 2, 0.9, 0.7) * np.ones((len(true), 1)))
    frames = np.array([100, 101, 102])
    frames = frames + int(np.argmax([legs_apart(true, LEFT_KNEE)[f] for f in range(100, 130)]))
    repaired, found = repair_swaps(exchanged(marked, frames, LEFT_KNEE), leg_length(true))
    assert np.flatnonzero(found).tolist() == frames.tolist()
    np.testing.assert_array_equal(repaired.visibility, marked.visibility)
    np.testing.assert_array_equal(repaired.world_m, marked.world_m)
    assert "in 3 frames" in repaired.history[-1]


def test_the_analysis_counts_them_and_gives_the_same_measures() -> None:
    true = track_of("right", seed=3)
    frames = bursts(len(true), 6, seed=1)
    plain = measured(true)
    repaired = measured(exchanged(true, frames, LEFT_KNEE))
    assert repaired.quality.swaps_repaired == pytest.approx(len(frames), rel=0.1)
    assert plain.quality.swaps_repaired == 0
    for a, b in zip(plain.measures, repaired.measures, strict=True):
        assert a.status == b.status
        if a.mean is not None:
            assert b.mean == pytest.approx(a.mean, abs=0.3 * a.uncertainty)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_the_shortest_tracks(n: int) -> None:
    track = changed(track_of("right"), keep=slice(0, n))
    repaired, found = repair_swaps(track, 400.0)
    assert len(found) == n
    assert not found.any()
    np.testing.assert_array_equal(repaired.xy_px, track.xy_px)
