"""The pelvis line from clothing: tilts of drawn backs come out, hems and hidden waists are not taken for a pelvis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.pose.pelvis.fusion import (
    LOOSE,
    MOST_FRAMES,
    Band,
    clothing_line,
    spread_over,
    swing_error_deg,
    swings_alone,
    zero_error_deg,
)
from gaitcheck.pose.pelvis.garment import Boundary, hem, waistline
from gaitcheck.pose.pelvis.registration import HIPS_ROW, TRUNK_PX, Patches, Reference, fit_all, waist_window
from gaitcheck.synthetic.truth_file import read_truth
from gaitcheck.track import Landmark, PelvisTrack

from .drawn_pelvis import BLACK, BLUE, GREY, SIZE, SKIN, landmarks, seen
from .drawn_pelvis import TRUNK_PX as TRUNK_IN_PICTURE

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "rear_right_drop.mp4"
SHARED = Path(__file__).parents[3] / "shared" / "videos"
FPS, SECONDS = 30.0, 3.4
STRIDES_HZ = 1.4
Colour = tuple[int, int, int]


def true_tilt(time_s: np.ndarray, late_s: float = 0.0) -> np.ndarray:
    """Tilts of a pelvis that is 2 deg lower on the right all the time and swings by 6 deg to either side."""
    return 2.0 + 6.0 * np.sin(2 * np.pi * STRIDES_HZ * (time_s - late_s))


@cache
def cloth(colour: Colour, roughness: float, seed: int) -> np.ndarray:
    """A sheet of cloth with soft shades."""
    rng = np.random.default_rng(seed)
    shade = cv2.GaussianBlur(rng.normal(0, 1, (2 * SIZE[1], 2 * SIZE[0])), (0, 0), 6.0)
    return np.clip(np.array(colour) + roughness * (shade / shade.std())[..., None], 0, 255).astype(np.float32)


def turned(sheet: np.ndarray, about: tuple[float, float], tilt_deg: float) -> np.ndarray:
    """The sheet with its middle at a place of the frame, turned so that its right side is lower."""
    matrix = cv2.getRotationMatrix2D((float(SIZE[0]), float(SIZE[1])), -tilt_deg, 1.0)
    matrix[:, 2] += np.array(about) - np.array(SIZE)
    return cv2.warpAffine(sheet, matrix, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def run_in(
    *,
    shirt: Colour = BLUE,
    shorts: Colour = BLACK,
    roughness: float = 3.0,
    hem_above_hips: float = 0.21,
    hem_late_s: float = 0.0,
    hem_swing: float = 1.0,
    arms: bool = False,
) -> tuple[np.ndarray, PelvisTrack, Patches | None]:
    """True tilts, the line found, and the patches of a run in these clothes; the hem may swing late, or further."""
    time_s = np.arange(round(SECONDS * FPS)) / FPS
    tilt, late = true_tilt(time_s), hem_swing * true_tilt(time_s, hem_late_s)
    rng = np.random.default_rng(3)
    frames, poses = [], []
    for i, moment in enumerate(time_s):
        x, y = 180 + 6 * np.sin(9 * moment), 260 + 8 * np.sin(18 * moment)
        edge = y - hem_above_hips * TRUNK_IN_PICTURE
        body = cv2.fillPoly(np.zeros(SIZE[::-1], np.uint8), [_outline(x, y)], 1)[..., None]
        above = turned(_below(0), (x, edge), late[i]) < 0.5
        pelvis_cloth = turned(cloth(shorts, roughness, 1), (x, edge), tilt[i])
        shirt_cloth = turned(cloth(shirt, roughness, 2), (x, edge), tilt[i])
        frame = np.where(body, np.where(above[..., None], shirt_cloth, pelvis_cloth), np.float32(GREY))
        xy = landmarks((x, y)) + rng.normal(0, 0.8, (33, 2))
        if arms:
            reach = 0.25 * np.sin(2 * np.pi * STRIDES_HZ * moment)
            _bend_arms(xy, x, edge, reach * TRUNK_IN_PICTURE)
            for elbow, wrist in (
                (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST),
                (Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST),
            ):
                cv2.line(
                    frame, tuple(np.round(xy[elbow]).astype(int)), tuple(np.round(xy[wrist]).astype(int)), SKIN, 18
                )
        frames.append(np.clip(frame + rng.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8))
        poses.append(xy)
    with seen(frames, time_s, np.stack(poses)) as (track, evidence):
        return tilt, clothing_line(track, evidence), Patches(track, evidence).read(np.arange(4))[1]


@cache
def _below(row: int) -> np.ndarray:
    sheet = np.zeros((2 * SIZE[1], 2 * SIZE[0]), np.float32)
    sheet[SIZE[1] + row :] = 1
    return sheet


def _outline(x: float, y: float) -> np.ndarray:
    trunk = TRUNK_IN_PICTURE
    right = [(0.36, -1.0), (0.31, -0.4), (0.33, -0.2), (0.36, 0.1), (0.34, 0.5)]
    points = [(x + dx * trunk, y + dy * trunk) for dx, dy in right]
    return np.round(points + [(2 * x - px, py) for px, py in points[::-1]]).astype(np.int32)


def _bend_arms(xy: np.ndarray, x: float, edge: float, reach: float) -> None:
    """Forearms that cross the waist in turn."""
    for side, forth in ((-1, reach), (1, -reach)):
        elbow = Landmark.LEFT_ELBOW + (side > 0)
        outer = np.array([x + side * 85, edge - 40])
        hand = np.array([x + side * 85 - side * max(forth, 0.0) * 1.6, edge + 8])
        xy[elbow] = outer
        for landmark in (Landmark.LEFT_WRIST, Landmark.LEFT_PINKY, Landmark.LEFT_INDEX):
            xy[landmark + (side > 0)] = hand


def slope_and_error(line: PelvisTrack, tilt: np.ndarray) -> tuple[float, float, float]:
    """Slope of found over true, mean error, and spread of the error."""
    off = line.tilt_deg[line.seen] - tilt[line.seen]
    slope = np.polyfit(tilt[line.seen], line.tilt_deg[line.seen], 1)[0]
    return float(slope), float(off.mean()), float(off.std())


def test_a_tucked_shirt_gives_the_tilt() -> None:
    tilt, line, _ = run_in()
    assert line.source == "fused"
    assert line.absolute
    assert line.seen.mean() > 0.95
    slope, mean, spread = slope_and_error(line, tilt)
    assert slope == pytest.approx(1.0, abs=0.03)
    assert abs(mean) < 0.3
    assert spread < 0.3
    assert 1.95 <= line.zero_deg < 2.5  # a waistband worn two degrees askew
    assert line.swing_deg < 2.0
    assert np.nanmedian(line.noise_deg) < 0.3


def test_the_ends_lie_on_the_boundary() -> None:
    _, line, _ = run_in()
    across = line.ends_px[:, 1] - line.ends_px[:, 0]
    drawn = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    assert drawn[line.seen] == pytest.approx(line.tilt_deg[line.seen], abs=0.05)
    middle = line.ends_px.mean(axis=1)
    time_s = line.time_s
    edge = 260 + 8 * np.sin(18 * time_s) - 0.21 * TRUNK_IN_PICTURE
    assert middle[line.seen, 1] == pytest.approx(edge[line.seen], abs=2.0)


def test_forearms_in_front_of_the_waist_are_left_out() -> None:
    tilt, line, weights = run_in(arms=True)
    assert line.absolute
    slope, mean, spread = slope_and_error(line, tilt)
    assert slope == pytest.approx(1.0, abs=0.05)
    assert abs(mean) < 0.4
    assert spread < 0.5
    assert 0.02 < 1 - weights.mean() < 0.5  # what the arms cover, and no more


def test_dark_on_dark_gives_the_swing_and_no_level() -> None:
    tilt, line, _ = run_in(shirt=BLACK, shorts=BLACK, roughness=4.0)
    assert line.source == "registration"
    assert not line.absolute
    assert line.zero_deg == np.inf
    assert np.nanmean(line.tilt_deg) == pytest.approx(0, abs=1e-9)
    slope, _, spread = slope_and_error(line, tilt)
    assert slope == pytest.approx(1.0, abs=0.08)
    assert spread < 0.8


def test_cloth_without_boundary_and_texture_gives_nothing() -> None:
    _, line, _ = run_in(shirt=BLACK, shorts=BLACK, roughness=0.0)
    assert line.source == "none"
    assert line.reason


@pytest.mark.parametrize(("late_s", "swing"), [(0.06, 1.0), (0.12, 1.6)])
def test_a_boundary_that_swings_late_is_a_hem(late_s: float, swing: float) -> None:
    """The cloth above and below shows the pelvis, the edge between them goes its own way."""
    rough = {"shirt": GREY, "shorts": BLUE, "roughness": 14.0}
    _, line, _ = run_in(**rough, hem_late_s=late_s, hem_swing=swing)
    assert line.source == "none"
    assert line.reason == LOOSE


def test_a_boundary_that_swings_with_rough_cloth_is_none() -> None:
    _, line, _ = run_in(shirt=GREY, shorts=BLUE, roughness=14.0)
    assert line.source == "fused"


def test_a_hem_over_the_seat_says_nothing_of_level() -> None:
    _, line, _ = run_in(hem_above_hips=-0.02, hem_late_s=0.08)
    assert not line.absolute
    assert line.source in ("none", "registration")


def reference_with(
    row: float, tilt_deg: float, contrast: float = 60.0, bend: float = 0.0, wave: float = 0.0, spread: float = 1.0
) -> Reference:
    """A reference whose lightness falls along a curve."""
    y, x = np.mgrid[:64, :96].astype(float)
    across = (x - 47.5) / (0.27 * TRUNK_PX)
    at = row + np.tan(np.radians(tilt_deg)) * (x - 47.5) + bend * across**2 + wave * np.sin(x / 2.0)
    light = 80 + contrast * np.clip(at - y + 0.5, 0, 1)
    picture = np.stack([light, np.full_like(light, 128), np.full_like(light, 128)], axis=-1).astype(np.float32)
    return Reference(picture, np.full((64, 96), spread, np.float32), np.ones((64, 96), np.float32))


class Drifting:
    """Patches that all show one picture, moved by (3, -2) pixels; `seen` of them is free of arms."""

    def __init__(self, picture: np.ndarray, seen: float) -> None:
        self.picture, self.seen = np.roll(picture, (-2, 3), axis=(0, 1)), seen

    def blocks(self, rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        weights = np.full((len(rows), 64, 96), self.seen, dtype=np.float32)
        yield slice(0, len(rows)), np.stack([self.picture] * len(rows)), weights


@pytest.mark.parametrize("seen", [0.0, 1.0])
def test_a_patch_is_fitted_where_it_is_seen(seen: float) -> None:
    reference = reference_with(26, 2)
    reference.picture[..., 1] += 40 * np.sin(np.arange(96) / 3).astype(np.float32)
    fitted = fit_all(Drifting(reference.picture, seen), np.arange(2), reference, waist_window())  # type: ignore[arg-type]
    if seen:
        assert fitted.moves[:, 0] == pytest.approx([3, 3], abs=0.1)
        assert fitted.moves[:, 1] == pytest.approx([-2, -2], abs=0.1)
        assert np.abs(fitted.turn_deg).max() < 0.1
        assert fitted.misfit.max() < 0.5
    else:
        assert (fitted.misfit == np.inf).all()
        assert (fitted.moves == 0).all()


def test_a_reference_that_is_never_seen_fits_nothing() -> None:
    """The arms lie over it in all frames."""
    reference = replace(reference_with(26, 2), seen=np.zeros((64, 96), np.float32))
    fitted = fit_all(Drifting(reference.picture, 1.0), np.arange(2), reference, waist_window())  # type: ignore[arg-type]
    assert (fitted.misfit == np.inf).all()


@pytest.mark.parametrize("tilt_deg", [-9.0, -2.5, 0.0, 4.3, 11.0])
@pytest.mark.parametrize("bend", [0.0, 1.5])
def test_the_boundarys_tilt_is_read(tilt_deg: float, bend: float) -> None:
    found = waistline(reference_with(26.3, tilt_deg, bend=bend))
    assert found is not None
    assert found.tilt_deg == pytest.approx(tilt_deg, abs=0.15)
    assert found.row == pytest.approx(26.3, abs=0.6)
    assert found.bend == pytest.approx(bend, abs=0.3)


@pytest.mark.parametrize(
    "reference",
    [
        reference_with(26, 3, contrast=10),
        reference_with(26, 3, wave=2.0),
        reference_with(26, 3, spread=80.0),
        reference_with(HIPS_ROW, 3),
    ],
    ids=["dark on dark", "wavy", "restless", "too low"],
)
def test_what_is_no_waistline(reference: Reference) -> None:
    assert waistline(reference) is None


def test_a_low_boundary_is_a_hem() -> None:
    assert hem(reference_with(26, 3)) is None
    found = hem(reference_with(HIPS_ROW + 2, 3))
    assert found is not None
    assert found.row == pytest.approx(HIPS_ROW + 2, abs=0.6)


@pytest.mark.parametrize(("row", "contrast", "seen"), [(57, 16, True), (57, 7, False), (26, 16, False), (26, 30, True)])
def test_over_the_thighs_a_fainter_edge_is_a_hem_as_well(row: float, contrast: float, seen: bool) -> None:
    """One that waves in both places: the swinging thighs blur it in the mean picture."""
    assert (hem(reference_with(row, 0, contrast=contrast, spread=40.0)) is not None) == seen


def test_a_bent_boundary_is_a_worse_level() -> None:
    flat = Boundary(26, 1, 0.0, 60, 1, 0.1, 0.1)
    assert 1.96 < zero_error_deg(flat) < 2.1
    bent = zero_error_deg(replace(flat, bend=4.0))
    assert np.sqrt(bent**2 - zero_error_deg(flat) ** 2) > 2.0  # degrees that the bend adds


def test_bands_that_disagree_widen_the_swings_error() -> None:
    turn = 6 * np.sin(np.linspace(0, 20, 400))
    agree = swing_error_deg([Band(1.0, 0.05), Band(0.98, 0.1)], turn)
    apart = swing_error_deg([Band(1.0, 0.05), Band(0.4, 0.05)], turn)
    assert agree < 1.2
    assert apart == pytest.approx(1.96 * 0.6 / np.sqrt(2) * 12, rel=0.05)
    assert swing_error_deg([Band(1.0, 0.9)], turn) == np.inf


def test_a_lag_of_sixty_milliseconds_is_seen_where_both_sides_tell() -> None:
    late = complex(np.exp(-2j * np.pi * STRIDES_HZ * 0.06))
    assert swings_alone([Band(late, 0.1), Band(0.95 * late, 0.1)])
    assert not swings_alone([Band(late, 0.1), Band(late, 0.5)])  # one side is blind
    assert not swings_alone([Band(1.0, 0.05), Band(late, 0.1)])  # the seat moves with the thighs
    assert not swings_alone([Band(late, 0.1), Band(late.conjugate(), 0.1)])


def test_long_videos_are_registered_in_stretches_over_the_whole() -> None:
    time_s = np.arange(60 * 60 * 5) / 60.0
    rows = spread_over(time_s, np.arange(len(time_s)))
    assert 0.8 * MOST_FRAMES < len(rows) <= MOST_FRAMES
    assert rows[0] < 120
    assert rows[-1] > len(time_s) - 240
    gaps = np.diff(rows)
    assert np.mean(gaps == 1) > 0.98  # whole stretches, not single frames


@pytest.mark.slow
def test_the_pelvis_of_a_rendered_runner() -> None:
    """Frame by frame against the hip joints the clip was drawn with."""
    table, _ = read_truth(SAMPLE.with_suffix(".truth.parquet"))
    column = {name: table[name].to_numpy() for name in table.column_names}
    across, down = (column[f"{axis}_px_hip_right"] - column[f"{axis}_px_hip_left"] for axis in "xy")
    tilt = np.degrees(np.arctan2(down, across))  # from behind the runner's right hip is the picture's
    line = track_runner(SAMPLE, model_file()).pelvis
    assert line is not None
    assert line.source == "fused"
    assert line.seen.mean() > 0.95
    slope, mean, spread = slope_and_error(line, tilt)
    assert 0.9 < slope < 1.1
    assert abs(mean) < line.zero_deg
    assert spread < 1.0


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real clips are not on this machine")
@pytest.mark.parametrize("clip", ["front/run_on_spot.mp4", "rear/walk_away_b.mp4"])
def test_real_shirts_that_hang_over_the_shorts_are_withheld(clip: str) -> None:
    """Seen in the frames: each shirt ends below the waistband, and its hem waves."""
    line = track_runner(SHARED / clip, model_file()).pelvis
    assert line is not None
    assert line.source == "none"
    assert line.reason == LOOSE
