"""Our own drawing of a body from the front and from behind, and where each muscle group lies in it.

All shapes are those of one half of the body, x from the middle line outwards and y downwards, as points that a smooth
line is laid through. The other half is its mirror image. A drawing to find a place by, not an atlas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Face = Literal["front", "back"]
Point = tuple[float, float]

#: Height of the drawing; the soles are a little above its end.
HEIGHT = 420.0

HEAD = ((0, 6), (11, 9), (17, 22), (16, 36), (10, 48), (0, 53))
TRUNK_AND_LEG = (
    (0, 46), (8, 48), (9, 60), (18, 67), (38, 72), (48, 82), (45, 100), (40, 116), (36, 136), (34, 154), (36, 172),
    (42, 190), (46, 212), (46, 236), (42, 264), (37, 290), (36, 306), (38, 326), (36, 348), (29, 374), (27, 392),
    (32, 404), (30, 411), (18, 412), (14, 404), (16, 390), (15, 370), (11, 346), (11, 326), (14, 306), (12, 290),
    (8, 262), (4, 232), (0, 216),
)  # fmt: skip
ARM = (
    (40, 74), (50, 77), (57, 90), (60, 110), (62, 128), (68, 150), (72, 176), (74, 192), (78, 206), (77, 220),
    (71, 226), (66, 216), (65, 200), (62, 180), (56, 156), (50, 132), (46, 112), (42, 96),
)  # fmt: skip

#: Lines that make the drawing readable: collar bones, kneecap, groin; spine, shoulder blade, crease of the buttock.
LINES: dict[Face, tuple[tuple[Point, ...], ...]] = {
    "front": (
        ((6, 70), (20, 70), (38, 75)),
        ((4, 92), (20, 98), (38, 94)),
        ((17, 300), (25, 296), (33, 300)),
        ((17, 312), (25, 316), (33, 312)),
        ((2, 216), (14, 208), (28, 194)),
    ),
    "back": (
        ((0, 66), (0, 120), (0, 188)),
        ((14, 84), (28, 92), (24, 112), (13, 104)),
        ((3, 238), (18, 243), (34, 238)),
        ((22, 330), (25, 350), (23, 372)),
    ),
}


@dataclass(frozen=True)
class Region:
    """One muscle group in the drawing.

    `deep` groups lie under others and are drawn with a broken line; `at` is where a pointer ends.
    """

    muscle_id: str
    face: Face
    deep: bool
    at: Point
    outline: tuple[Point, ...]


REGIONS = (
    Region(
        "intercostals", "front", True, (27, 112),
        ((8, 102), (22, 103), (36, 101), (37, 112), (34, 126), (31, 138), (20, 132), (9, 130)),
    ),
    Region(
        "abdominals", "front", False, (9, 160),
        ((2, 138), (10, 136), (17, 140), (17, 160), (16, 182), (10, 198), (2, 204)),
    ),
    Region(
        "psoas", "front", True, (25, 186),
        ((19, 160), (23, 168), (31, 182), (32, 192), (26, 208), (22, 222), (17, 224), (16, 206), (19, 186)),
    ),
    Region(
        "tfl_itb", "front", False, (42, 216),
        ((34, 190), (39, 190), (44, 206), (45, 232), (42, 258), (38, 284), (35, 300), (33, 296), (37, 268), (40, 240),
         (39, 216), (35, 202)),
    ),
    Region(
        "quadriceps", "front", False, (30, 240),
        ((30, 206), (34, 212), (38, 228), (38, 246), (35, 272), (32, 290), (25, 293), (17, 290), (14, 270), (17, 248),
         (22, 228)),
    ),
    Region(
        "adductors", "front", False, (10, 262),
        ((4, 218), (12, 222), (21, 226), (17, 242), (13, 260), (12, 280), (9, 266), (6, 244)),
    ),
    Region(
        "gluteus_medius", "back", False, (32, 192),
        ((10, 184), (20, 177), (34, 178), (41, 190), (44, 206), (38, 210), (32, 204), (22, 194)),
    ),
    Region(
        "gluteus_maximus", "back", False, (16, 222),
        ((3, 194), (10, 190), (22, 197), (32, 207), (40, 214), (42, 228), (34, 236), (18, 240), (5, 234)),
    ),
    Region("piriformis", "back", True, (30, 213), ((5, 202), (16, 204), (38, 212), (39, 216), (20, 215), (6, 211))),
    Region(
        "hamstrings", "back", False, (24, 270),
        ((9, 246), (22, 248), (38, 244), (41, 258), (38, 280), (35, 300), (31, 298), (28, 286), (24, 284), (20, 290),
         (16, 302), (13, 290), (11, 268)),
    ),
    Region(
        "popliteus", "back", True, (25, 312),
        ((16, 308), (26, 304), (35, 302), (33, 310), (26, 320), (16, 324), (14, 318)),
    ),
)  # fmt: skip


def smooth(points: Sequence[Point], *, closed: bool, mirrored: bool = False) -> str:
    """SVG path data of a smooth line through points (Catmull and Rom's spline, as cubic Bezier pieces)."""
    placed = [(-x if mirrored else x, y) for x, y in points]
    n = len(placed)

    def point(i: int) -> Point:
        return placed[i % n] if closed else placed[min(max(i, 0), n - 1)]

    pieces = [f"M{_pair(placed[0])}"]
    for i in range(n if closed else n - 1):
        before, start, end, after = (point(i + k) for k in (-1, 0, 1, 2))
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        pieces.append(f"C{_pair(first)} {_pair(second)} {_pair(end)}")
    return " ".join(pieces) + ("Z" if closed else "")


def whole(half: Sequence[Point]) -> str:
    """Path data of a shape that reaches over the middle line: one half and its mirror image."""
    return smooth([*half, *((-x, y) for x, y in reversed(half) if x)], closed=True)


def _pair(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
