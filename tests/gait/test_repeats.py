"""Films of fewer frames a second in a file of more: repeats are found, left out, and time runs evenly again."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gaitcheck.gait.repeats import without_repeats
from gaitcheck.track import PoseTrack
from tests.gait.runs import VIEWS, check, jittered, measured, track_of


def stretched(track: PoseTrack, film_fps: float, file_fps: float, noise_px: float = 0.0) -> PoseTrack:
    """The film's frames in a file of more frames a second: each shows the latest frame of the film."""
    time = np.arange(0, track.time_s[-1], 1 / file_fps)
    shown = np.minimum(np.floor(time * film_fps + 1e-6).astype(int), len(track) - 1)
    xy = track.xy_px[shown] + np.random.default_rng(0).normal(0, noise_px, (len(time), *track.xy_px.shape[1:]))
    return PoseTrack(time, xy, track.visibility[shown], track.world_m[shown], track.frame_size_px)


@pytest.mark.parametrize(("film_fps", "file_fps"), [(24, 30), (25, 30), (25, 50), (30, 60), (50, 60)])
@pytest.mark.parametrize("view", ["rear", "right"])
def test_repeats_are_left_out_and_times_are_even(view: str, film_fps: int, file_fps: int) -> None:
    film = track_of(view, fps=film_fps)
    used = without_repeats(stretched(film, film_fps, file_fps, noise_px=0.3))
    new = np.flatnonzero(used.found)
    uneven = np.abs(np.diff(used.time_s[new]) * film_fps - 1) > 0.06
    assert uneven.mean() < 0.1
    filmed = np.floor(new / file_fps * film_fps + 1e-6) / film_fps
    assert np.ptp(used.time_s[new] - filmed) < 1.0 / film_fps
    assert "repeats the one before" in used.history[-1]


@pytest.mark.parametrize("hidden", [(), (2, 6, 8), (2, 4), (3, 8)])
def test_repeats_that_the_tracker_blurs_do_not_change_the_beat(hidden: tuple[int, ...]) -> None:
    """Also where most of those that are seen lie two beats apart."""
    track = stretched(track_of("right", fps=25, duration_s=2.4), 25, 30, noise_px=0.3)
    repeats = np.flatnonzero(np.abs(np.diff(track.xy_px, axis=0)).mean(axis=(1, 2)) < 1.0) + 1
    rows = repeats[list(hidden)]
    xy = track.xy_px.copy()
    xy[rows] += np.random.default_rng(1).normal(0, 8, (len(rows), *xy.shape[1:]))
    used = without_repeats(PoseTrack(track.time_s, xy, track.visibility, track.world_m, track.frame_size_px))
    assert np.flatnonzero(~used.found).tolist() == repeats.tolist()


@pytest.mark.parametrize("fps", [30, 60, 120, 240])
@pytest.mark.parametrize("view", VIEWS)
def test_a_track_without_repeats_stays(view: str, fps: int) -> None:
    track = track_of(view, fps=fps, duration_s=4)
    assert without_repeats(track) is track
    noisy = jittered(track, 2.0)
    assert without_repeats(noisy) is noisy


@pytest.mark.parametrize("view", ["left", "right"])
def test_contacts_of_a_stretched_film(view: str) -> None:
    """They are those of the film itself; with the repeats taken for frames they were off by up to 100 ms."""
    film = track_of(view, fps=25, seed=3)
    gait, of_film = measured(stretched(film, 25, 30, noise_px=0.3)), measured(film)
    assert len(gait.steps) >= len(of_film.steps) - 1
    errors = []
    for step in gait.steps:
        nearest = min(of_film.steps, key=lambda other: abs(other.midstance_s - step.midstance_s))
        assert step.side == nearest.side
        errors.append(abs(step.initial_contact_s - nearest.initial_contact_s))
    assert np.median(errors) < 0.010
    assert max(errors) < 0.040
    found = check(gait, "repeated_frames")
    assert found.ok is None
    assert re.match(r"1[678] % of the frames", found.message)
    assert check(gait, "runner_found").ok
    assert gait.quality.frames_with_runner == len(gait.track)
