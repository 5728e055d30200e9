"""Drawn backs of runners with stickers whose places are known to a hundredth of a pixel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from gaitcheck.pose.pelvis.evidence import Evidence, EvidenceStore, evidence
from gaitcheck.pose.pelvis.stickers import sticker_line
from gaitcheck.track import N_LANDMARKS, Landmark, PelvisTrack, PoseTrack
from gaitcheck.video.reader import resized

SIZE = (360, 460)
TRUNK_PX = 165.0
HIP_PX = 58.0
FPS = 60.0

BLUE, BLACK, WHITE, GREY, RED = (150, 90, 45), (32, 28, 26), (225, 225, 225), (150, 150, 150), (40, 40, 190)
GREEN, YELLOW, PINK, ORANGE = (70, 235, 140), (40, 220, 240), (190, 90, 240), (30, 130, 245)
SKIN = (135, 170, 215)

#: Drawn this many times larger, then averaged.
_FINER = 8


@dataclass(frozen=True)
class Dot:
    """A round spot: middle in picture pixels, diameter, colour (blue, green, red)."""

    x: float
    y: float
    diameter: float
    colour: tuple[int, int, int]


def landmarks(hips: tuple[float, float], *, side_view: bool = False) -> np.ndarray:
    """(33, 2) of somebody seen from behind, whose arms are out of the way."""
    xy = np.tile(np.array(hips), (N_LANDMARKS, 1)) - (0, 1.6 * TRUNK_PX)
    across = 0.1 if side_view else 1.0
    for left, dx, dy in (
        (Landmark.LEFT_SHOULDER, -0.33 * TRUNK_PX, -TRUNK_PX),
        (Landmark.LEFT_HIP, -HIP_PX / 2, 0),
        (Landmark.LEFT_ELBOW, -0.6 * TRUNK_PX, -0.7 * TRUNK_PX),
        (Landmark.LEFT_WRIST, -0.7 * TRUNK_PX, -0.8 * TRUNK_PX),
        (Landmark.LEFT_PINKY, -0.7 * TRUNK_PX, -0.9 * TRUNK_PX),
        (Landmark.LEFT_INDEX, -0.7 * TRUNK_PX, -0.9 * TRUNK_PX),
        (Landmark.LEFT_KNEE, -HIP_PX / 2, 0.9 * TRUNK_PX),
        (Landmark.LEFT_ANKLE, -HIP_PX / 2, 1.7 * TRUNK_PX),
    ):
        xy[left] = (hips[0] + across * dx, hips[1] + dy)
        xy[left + 1] = (hips[0] - across * dx, hips[1] + dy)
    return xy


def picture(
    hips: tuple[float, float],
    dots: Iterable[Dot],
    *,
    shirt: tuple[int, int, int] = BLUE,
    shorts: tuple[int, int, int] = BLACK,
    noise: float = 2.0,
    seed: int = 0,
    arm: tuple[tuple[float, float], tuple[float, float]] | None = None,
) -> np.ndarray:
    """A frame with a back, shorts and spots, coded like video (colour at half resolution); an arm lies over all."""
    frame = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    x, y = hips
    waist = y - 0.22 * TRUNK_PX
    body = [(x - 0.22 * TRUNK_PX, waist), (x + 0.22 * TRUNK_PX, waist)]
    cv2.fillPoly(frame, [_corners([*body, (x + 60, y - TRUNK_PX), (x - 60, y - TRUNK_PX)])], shirt)
    cv2.fillPoly(frame, [_corners([*body, (x + 55, y + 70), (x - 55, y + 70)])], shorts)
    for dot in dots:
        _stick(frame, dot)
    if arm is not None:
        cv2.line(frame, *(tuple(round(v) for v in end) for end in arm), SKIN, 26, cv2.LINE_AA)
    noisy = np.clip(frame + noise * np.roll(_grain(), 997 * seed), 0, 255).astype(np.uint8)
    light, *colour = cv2.split(cv2.cvtColor(noisy, cv2.COLOR_BGR2YCrCb))
    half = cv2.resize(cv2.merge(colour), (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
    full = cv2.resize(half, SIZE, interpolation=cv2.INTER_LINEAR)
    return cv2.cvtColor(cv2.merge([light, *cv2.split(full)]), cv2.COLOR_YCrCb2BGR)


@cache
def _grain() -> np.ndarray:
    return np.random.default_rng(2).normal(0, 1, (SIZE[1], SIZE[0], 3))


def _corners(points: list[tuple[float, float]]) -> np.ndarray:
    return np.round(points).astype(np.int32)


def _stick(frame: np.ndarray, dot: Dot) -> None:
    """Blend a spot in with edges as an averaging sensor sees them; whole numbers are the middles of pixels."""
    half = int(dot.diameter / 2) + 2
    x0, y0 = round(dot.x) - half, round(dot.y) - half
    fine = (np.arange((2 * half + 1) * _FINER) + 0.5) / _FINER - 0.5
    inside = np.hypot(fine[None, :] + x0 - dot.x, fine[:, None] + y0 - dot.y) < dot.diameter / 2
    n = 2 * half + 1
    share = inside.reshape(n, _FINER, n, _FINER).mean(axis=(1, 3))[..., None]
    part = frame[y0 : y0 + n, x0 : x0 + n]
    part[:] = np.round(share * np.array(dot.colour) + (1 - share) * part)


def pair(
    hips: tuple[float, float],
    tilt_deg: float,
    *,
    apart: float = 31.0,
    above: float = 48.0,
    diameter: float = 8.0,
    colour: tuple[int, int, int] = GREEN,
) -> list[Dot]:
    """Two stickers on a pelvis that tilts by this much, + = the picture's right end lower."""
    half = apart / 2 * np.array([np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))])
    middle = np.array(hips) - (0, above)
    return [Dot(*(middle + sign * half), diameter, colour) for sign in (-1, 1)]


@dataclass(frozen=True)
class Drawn:
    """A drawn frame as the pelvis's evidence takes it."""

    bgr: np.ndarray

    @property
    def size_px(self) -> tuple[int, int]:
        return self.bgr.shape[1], self.bgr.shape[0]

    def part(self, left: int, top: int, right: int, bottom: int, size_px: tuple[int, int] | None = None) -> np.ndarray:
        part = self.bgr[top:bottom, left:right]
        return part if size_px is None else resized(part, size_px)


def run_of(seconds: float = 1.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (T,), middles of the hips (T, 2) and true tilts (T,) of some strides."""
    time_s = np.arange(round(seconds * FPS)) / FPS
    phase = 2 * np.pi * 1.4 * time_s
    hips = np.stack([180 + 6 * np.sin(phase), 260 + 9 * np.sin(2 * phase + 0.4)], axis=1)
    return time_s, hips, 6 * np.sin(phase + 0.3) + 1.5


@contextmanager
def seen(frames: Iterable[np.ndarray], time_s: np.ndarray, poses: np.ndarray) -> Iterator[tuple[PoseTrack, Evidence]]:
    """Track and evidence of drawn frames."""
    n = len(time_s)
    track = PoseTrack(time_s, poses, np.ones((n, N_LANDMARKS)), np.zeros((n, N_LANDMARKS, 3)), SIZE)
    with EvidenceStore() as store:
        looks = (evidence(Drawn(frame), xy) for frame, xy in zip(frames, poses, strict=True))
        yield track, store.of_frames(np.arange(n), np.array([store.add(look) for look in looks]), n)


def stickers_in(frames: Iterable[np.ndarray], time_s: np.ndarray, hips: np.ndarray) -> PelvisTrack | None:
    """The sticker line of drawn frames, with poses that jitter about the true hips as a pose model's do."""
    rng = np.random.default_rng(5)
    poses = np.stack([landmarks((x, y)) for x, y in hips]) + rng.normal(0, 1.0, (len(hips), N_LANDMARKS, 2))
    with seen(frames, time_s, poses) as (track, found):
        return sticker_line(track, found)
