"""Stickers: found to a fraction of a pixel, found again after an arm, and never seen where there are none."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from gaitcheck.pose.pelvis.crop import CROP_PX, pelvis_crop
from gaitcheck.pose.pelvis.dots import find_dots
from gaitcheck.pose.pelvis.evidence import PelvisLooks
from gaitcheck.track import N_LANDMARKS, Landmark

from .drawn_pelvis import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SIZE,
    WHITE,
    YELLOW,
    Dot,
    Drawn,
    landmarks,
    pair,
    picture,
    run_of,
    stickers_in,
)

HIPS = (180.0, 260.0)


def dots_of(frame: np.ndarray, hips: tuple[float, float] = HIPS) -> np.ndarray:
    crop = pelvis_crop(Drawn(frame), landmarks(hips))
    assert crop is not None
    found = find_dots(Drawn(frame), crop)
    return found[np.isfinite(found[:, 0])]


@pytest.mark.parametrize(
    ("colour", "shirt"),
    [(GREEN, BLUE), (YELLOW, BLACK), (PINK, GREY), (ORANGE, WHITE), (RED, BLACK), (BLUE, WHITE), (GREEN, RED)],
)
@pytest.mark.parametrize("diameter", [5.0, 8.0, 12.0])
def test_spots_are_placed_to_a_fraction_of_a_pixel(
    colour: tuple[int, int, int], shirt: tuple[int, int, int], diameter: float
) -> None:
    errors = []
    for number, shift in enumerate((0.0, 0.17, 0.38, 0.55, 0.81)):
        hips = (HIPS[0] + shift, HIPS[1] + 2.3 * shift)
        true = pair(hips, 7.0 * shift, apart=36, diameter=diameter, colour=colour)
        dots = dots_of(picture(hips, true, shirt=shirt, seed=number), hips)
        dots = dots[np.argsort(dots[:, 0])]
        assert len(dots) == 2
        errors += [dots[:, :2] - [(dot.x, dot.y) for dot in true]]
        assert dots[:, 2] == pytest.approx(diameter, rel=0.25)
    assert np.sqrt(np.mean(np.square(errors))) < 0.2
    assert np.abs(np.mean(errors, axis=(0, 1))).max() < 0.12


def test_stripes_large_patches_and_faint_spots_are_no_stickers() -> None:
    x, y = HIPS
    frame = picture(HIPS, [])
    assert len(dots_of(frame)) == 0
    frame[round(y) - 42 : round(y) - 38, round(x) - 30 : round(x) + 30] = GREEN
    assert len(dots_of(frame)) == 0
    assert len(dots_of(picture(HIPS, [Dot(x, y - 35, 60, GREEN)]))) == 0
    faint = tuple(round(0.92 * b + 0.08 * g) for b, g in zip(BLUE, GREEN, strict=True))
    assert len(dots_of(picture(HIPS, pair(HIPS, 0, colour=faint)))) == 0


@pytest.mark.parametrize(("apart", "above"), [(31.0, 48.0), (45.0, 30.0), (80.0, 25.0)])
def test_the_tilt_of_a_running_pelvis_is_read(apart: float, above: float) -> None:
    """Dots over the PSIS, wider on the waistband, and over the ASIS in front."""
    time_s, hips, tilt = run_of()
    frames = [
        picture(tuple(h), pair(tuple(h), t, apart=apart, above=above), seed=i)
        for i, (h, t) in enumerate(zip(hips, tilt, strict=True))
    ]
    line = stickers_in(frames, time_s, hips)
    assert line is not None
    assert (line.source, line.absolute, line.reason) == ("stickers", True, None)
    assert line.seen.mean() > 0.97
    error = line.tilt_deg - tilt
    assert abs(np.nanmean(error)) < 0.1
    assert np.sqrt(np.nanmean(error**2)) < 0.6 * 31 / apart + 0.05
    assert np.polyfit(tilt[line.seen], line.tilt_deg[line.seen], 1)[0] == pytest.approx(1, abs=0.02)
    assert np.nanmedian(line.noise_deg) == pytest.approx(np.nanstd(error), rel=0.6)
    ends = np.array([[(dot.x, dot.y) for dot in pair(tuple(h), t, apart=apart, above=above)]
                     for h, t in zip(hips, tilt, strict=True)])  # fmt: skip
    assert np.nanmax(np.abs(line.ends_px - ends)) < 1.0


def looks_at(dotted: range, frames: range, *, goes_on: bool) -> tuple[list[bool], list[int]]:
    """Whether each frame was searched, and the spots found, where stickers are seen in some of them."""
    poses = landmarks(HIPS)[None]
    bare, worn = Drawn(picture(HIPS, [])), Drawn(picture(HIPS, pair(HIPS, 0)))
    looks = PelvisLooks(goes_on)
    looked, spots = [], []
    with patch("gaitcheck.pose.pelvis.evidence.find_dots", side_effect=find_dots) as finder:
        for number in frames:
            before = finder.call_count
            (look,) = looks.of(worn if number in dotted else bare, poses, number, number / 60)
            assert look is not None
            looked.append(finder.call_count > before)
            spots.append(int(np.isfinite(look.dots[:, 0]).sum()))
    return looked, spots


def test_stickers_are_looked_for_in_some_frames_only_while_there_are_none() -> None:
    """Bare for two seconds, dots for half a second, bare again: within eight frames every frame is looked at."""
    looked, spots = looks_at(range(120, 150), range(330), goes_on=False)
    assert all(looked[:60])
    assert np.flatnonzero(looked[62:120]).tolist() == [n - 62 for n in range(64, 120, 8)]
    assert all(looked[120:209])
    assert spots[120:150] == [2] * 30
    assert sum(looked[212:]) == 15
    assert sum(spots) == 60


@pytest.mark.parametrize(
    ("dotted", "searched"),
    [
        pytest.param(range(0), [451, 456, 464, 472], id="none"),
        pytest.param(range(451, 480), list(range(451, 480)), id="from its first frame"),
        pytest.param(range(455, 480), [451, *range(456, 480)], id="from a later one"),
    ],
)
def test_a_later_stretch_needs_one_frame_to_know_that_stickers_are_worn(dotted: range, searched: list[int]) -> None:
    looked, spots = looks_at(dotted, range(451, 480), goes_on=True)
    assert [number for number, yes in zip(range(451, 480), looked, strict=True) if yes] == searched
    assert sum(spots) == 2 * len([number for number in searched if number in dotted])


def test_a_sticker_hidden_by_an_arm_is_left_out_and_found_again() -> None:
    """A forearm swings over the left sticker in part of each stride and covers half of it on its way."""
    time_s, hips, tilt = run_of(2.0)
    frames, visible, touched = [], [], []
    for i, (h, t) in enumerate(zip(hips, tilt, strict=True)):
        dots = pair(tuple(h), t)
        away = 60 * np.sin(2 * np.pi * 1.4 * time_s[i]) ** 2 - 8  # the arm's edge is 13 px from its middle
        edge = (dots[0].x - away, dots[0].y)
        frames.append(
            picture(tuple(h), dots, arm=((edge[0] - 40, edge[1] - 70), (edge[0], edge[1] + 5)), seed=i)
        )  # fmt: skip
        reach = np.hypot(away, 5)
        visible.append(reach > 13 + 6)
        touched.append(reach < 13 - 2)
    line = stickers_in(frames, time_s, hips)
    assert line is not None
    visible, touched = np.array(visible), np.array(touched)
    assert visible.mean() > 0.5
    assert touched.sum() > 10
    assert line.seen[visible].mean() > 0.9
    assert not line.seen[touched].any()
    error = np.abs(line.tilt_deg - tilt)[line.seen]
    assert np.percentile(error, 95) < 1.5


def test_another_bright_spot_does_not_distract() -> None:
    time_s, hips, tilt = run_of()
    frames = [
        picture(tuple(h), [*pair(tuple(h), t), Dot(h[0] + 26, h[1] + 20, 9, ORANGE), Dot(320, 200, 9, GREEN)], seed=i)
        for i, (h, t) in enumerate(zip(hips, tilt, strict=True))
    ]
    line = stickers_in(frames, time_s, hips)
    assert line is not None
    assert np.nanmax(np.abs(line.tilt_deg - tilt)) < 2.0


def worn(name: str, h: np.ndarray, t: float, time_s: float) -> list[Dot]:
    """What a runner without stickers may wear or have around."""
    x, y = h
    swing = 14 * np.sin(2 * np.pi * 1.4 * time_s)
    unequal = pair(tuple(h), t)
    grid = [(dx, dy) for dx in (-24, -8, 8, 24) for dy in (-46, -30)]
    return {
        "nothing": [],
        "one logo": unequal[:1],
        "two colours": [unequal[0], Dot(unequal[1].x, unequal[1].y, 8, ORANGE)],
        "two sizes": [unequal[0], Dot(unequal[1].x, unequal[1].y, 15, GREEN)],
        "spotted cloth": [Dot(x + dx, y + dy, 8, GREEN) for dx, dy in grid],
        "lamps behind": pair(HIPS, 0),
        "to one side": pair((x + 30, y), t, apart=20),
        "one above the other": pair(tuple(h), 60),
        "hanging cords": pair((x + swing, y + 0.6 * swing), t),
        "parting": pair(tuple(h), t, apart=31 + 0.7 * swing),
        "now and then": pair(tuple(h), t) if time_s % 0.5 < 0.15 else [],
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "one logo",
        "two colours",
        "two sizes",
        "spotted cloth",
        "lamps behind",
        "to one side",
        "one above the other",
        "hanging cords",
        "parting",
        "now and then",
    ],
)
def test_what_is_no_pair_of_stickers_gives_no_line(name: str) -> None:
    time_s, hips, tilt = run_of()
    frames = [
        picture(tuple(h), worn(name, h, t, at), seed=i)
        for i, (h, t, at) in enumerate(zip(hips, tilt, time_s, strict=True))
    ]
    assert stickers_in(frames, time_s, hips) is None


def test_the_pelvis_is_looked_at_only_from_behind_and_in_front() -> None:
    frame = Drawn(picture(HIPS, pair(HIPS, 3)))
    assert pelvis_crop(frame, landmarks(HIPS)) is not None
    front = landmarks(HIPS)
    front[:, 0] = 2 * HIPS[0] - front[:, 0]
    assert pelvis_crop(frame, front) is not None
    assert pelvis_crop(frame, landmarks(HIPS, side_view=True)) is None
    twisted = landmarks(HIPS)
    twisted[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = twisted[[Landmark.RIGHT_HIP, Landmark.LEFT_HIP]]
    assert pelvis_crop(frame, twisted) is None
    assert pelvis_crop(frame, landmarks((HIPS[0], SIZE[1] + 30.0))) is None
    assert pelvis_crop(frame, np.full((N_LANDMARKS, 2), np.nan)) is None


def test_a_crop_over_the_edge_keeps_its_place() -> None:
    hips = (40.0, 260.0)
    crop = pelvis_crop(Drawn(picture(HIPS, [])), landmarks(hips))
    assert crop is not None
    outside = crop.to_picture(np.array([[0.0, 100.0], [60.0, 100.0]]))
    assert outside[0, 0] < 0 < outside[1, 0] + 60
    assert not crop.bgr[100, 0].any()
    assert crop.bgr[100, 200].any()
    inside = np.flatnonzero(crop.bgr[100].any(axis=1))
    edge_px = crop.to_picture(np.array([inside[0] - 0.5, 100.0]))[0]
    assert edge_px == pytest.approx(-0.5, abs=1.0)
    assert inside.tolist() == list(range(inside[0], CROP_PX[0]))
