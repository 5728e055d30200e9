"""The treadmill and its room as boxes, tubes and planes. The belt's surface is z = 0, the runner faces +y."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.synthetic.spec import Colour, Room
from gaitcheck.track import FloatArray

#: Height of the floor under the belt's surface.
FLOOR_Z = -0.18
_CEILING_Z = 3.0
_NEAREST_WALL_M = 4.6

_DARK: Colour = (0.13, 0.14, 0.15)
_METAL: Colour = (0.55, 0.56, 0.58)
_WINDOW: Colour = (1.0, 1.05, 1.1)
_CUPBOARD: Colour = (0.25, 0.30, 0.38)
_PLANT: Colour = (0.20, 0.36, 0.18)
_SCREEN: Colour = (0.05, 0.16, 0.22)


@dataclass(frozen=True)
class Item:
    """Part of the room: (V, 3) points and normals, (F, 3) triangles, its material and colour.

    `near` items are those on which the runner's shadow falls (the belt also moves), so they are drawn in every picture.
    """

    points: FloatArray
    normals: FloatArray
    faces: NDArray[np.int32]
    material: str
    paint: Colour
    casts_shadow: bool = True
    near: bool = False


def _box(
    centre: tuple[float, ...], size: tuple[float, ...], paint: Colour, material: str = "plain", near: bool = False
) -> Item:
    half = np.array(size, float) / 2
    points: list[FloatArray] = []
    normals: list[FloatArray] = []
    faces: list[list[int]] = []
    for axis in range(3):
        for sign in (-1, 1):
            normal = np.zeros(3)
            normal[axis] = sign
            u = np.zeros(3)
            u[(axis + 1) % 3] = 1
            w = np.cross(normal, u)
            first = len(points)
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                points.append(np.array(centre) + half * (normal + u * a + w * b))
                normals.append(normal)
            faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    return Item(np.array(points), np.array(normals), np.array(faces, np.int32), material, paint, near=near)


def _rod(a: tuple[float, ...], b: tuple[float, ...], radius: float, paint: Colour, sides: int = 16) -> Item:
    start, end = np.array(a, float), np.array(b, float)
    way = (end - start) / np.linalg.norm(end - start)
    u = np.cross(way, [0.3, 0.5, 0.81])
    u /= np.linalg.norm(u)
    angle = 2 * np.pi * np.arange(sides) / sides
    out = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * np.cross(way, u)
    points = np.stack([start + radius * out, end + radius * out], axis=1).reshape(-1, 3)
    p = 2 * np.arange(sides)
    q = 2 * ((np.arange(sides) + 1) % sides)
    tube = np.concatenate([np.stack([p, q, q + 1], 1), np.stack([p, q + 1, p + 1], 1)])
    fan = np.stack([np.zeros(sides - 2, int), np.arange(1, sides - 1), np.arange(2, sides)], 1)
    caps = [points[1::2], points[::2][::-1]]
    faces = np.concatenate([tube, fan + len(points), fan + len(points) + sides]).astype(np.int32)
    normals = np.concatenate([np.repeat(out, 2, axis=0), np.tile(way, (sides, 1)), np.tile(-way, (sides, 1))])
    return Item(np.concatenate([points, *caps]), normals, faces, "plain", paint)


def _plane(corners: list[tuple[float, float, float]], normal: tuple[float, ...], material: str, paint: Colour) -> Item:
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    a, b, c = (np.array(corner) for corner in corners[:3])
    if np.cross(b - a, c - a) @ np.array(normal) < 0:
        faces = faces[:, ::-1]  # seen from its front, corners go anticlockwise
    return Item(np.array(corners), np.tile(np.array(normal, float), (4, 1)), faces, material, paint, False)


def _treadmill(console: bool, long_rails: bool) -> list[Item]:
    items = [
        _box((0, 0, -0.005), (0.50, 1.70, 0.01), _DARK, "belt", near=True),
        _box((0, 0, -0.08), (0.62, 1.66, 0.14), _DARK, near=True),
        _box((0, 0.93, 0.01), (0.74, 0.24, 0.16), _DARK),
    ]
    for s in (-1, 1):
        items += [
            _box((s * 0.325, -0.02, -0.02), (0.13, 1.78, 0.06), _METAL, near=True),
            _box((s * 0.325, -0.02, 0.012), (0.10, 1.70, 0.006), _DARK, near=True),
        ]
        if long_rails:
            items += [
                _rod((s * 0.37, -0.55, 0.94), (s * 0.37, 0.90, 0.94), 0.022, _DARK),
                _rod((s * 0.37, -0.55, 0.0), (s * 0.37, -0.55, 0.94), 0.022, _METAL),
            ]
        if console:
            items += [
                _rod((s * 0.37, 0.80, 0), (s * 0.37, 0.98, 1.10), 0.028, _METAL),
                _rod((s * 0.37, 0.45, 0.90), (s * 0.37, 0.93, 0.92), 0.018, _DARK),
            ]
    if console:
        items += [
            _box((0, 0.98, 1.12), (0.70, 0.10, 0.26), _DARK),
            _box((0, 0.925, 1.14), (0.36, 0.012, 0.18), _SCREEN, "screen"),
        ]
    return items


def wall_distance(camera_distance_m: float) -> float:
    """How far the walls stand from the middle of the room, metres."""
    return max(_NEAREST_WALL_M, camera_distance_m + 0.8)


def room(look: Room, camera_distance_m: float) -> list[Item]:
    """Everything but the runner. The walls stand behind the camera, wherever it is."""
    r = wall_distance(camera_distance_m)
    low, high = FLOOR_Z, _CEILING_Z
    items = [
        _plane([(-r, -r, low), (r, -r, low), (r, r, low), (-r, r, low)], (0, 0, 1), "floor", look.floor),
        _plane([(-r, -r, high), (r, -r, high), (r, r, high), (-r, r, high)], (0, 0, -1), "ceiling", look.wall),
    ]
    for nx, ny in ((0, -1), (0, 1), (1, 0), (-1, 0)):
        cx, cy, ux, uy = -nx * r, -ny * r, abs(ny) * r, abs(nx) * r
        corners = [(cx - ux, cy - uy, low), (cx + ux, cy + uy, low), (cx + ux, cy + uy, high), (cx - ux, cy - uy, high)]
        items.append(_plane(corners, (nx, ny, 0), "wall", look.wall))
    items += _treadmill(look.console, look.long_rails)
    items += [
        _box((-1.9, r - 0.4, low + 0.45), (0.5, 0.5, 0.9), _CUPBOARD),
        _box((1.8, r - 0.08, low + 1.7), (1.3, 0.06, 1.0), _METAL),
        _box((1.8, r - 0.11, low + 1.7), (1.2, 0.05, 0.9), _WINDOW),
        _box((-1.7, 0.3 - r, low + 0.8), (0.9, 0.4, 1.6), _CUPBOARD),
        _box((1.5, 0.4 - r, low + 0.25), (0.4, 0.4, 0.5), _CUPBOARD),
        _rod((1.5, 0.4 - r, low + 0.5), (1.5, 0.4 - r, low + 1.15), 0.16, _PLANT),
        _box((r - 0.3, -1.2, low + 0.4), (0.4, 0.9, 0.8), _CUPBOARD),
        _box((0.3 - r, 1.2, low + 0.5), (0.4, 1.0, 1.0), _CUPBOARD),
        _box((0.04 - r, -0.9, low + 1.6), (0.05, 1.2, 0.9), _WINDOW),
        _box((r - 0.04, 0.9, low + 1.6), (0.05, 1.2, 0.9), _WINDOW),
    ]
    return items
