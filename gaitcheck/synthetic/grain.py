"""The fine unevenness of skin, cloth and wall: smooth random numbers in space that repeat after some units."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, zoom

from gaitcheck.track import FloatArray

#: The values repeat after so many units, and each unit holds so many of them.
PERIOD = 16
PER_UNIT = 4
_SEED = 7


@cache
def volume() -> NDArray[np.float32]:
    """Values in 0..1 on a grid (64, 64, 64): three sizes of blot, the largest one unit wide."""
    rng = np.random.default_rng(_SEED)
    total = np.zeros((PERIOD * PER_UNIT,) * 3, np.float32)
    for cells_per_unit, share in ((1, 0.55), (2, 0.30), (4, 0.15)):
        coarse = rng.random((PERIOD * cells_per_unit,) * 3, dtype=np.float32)
        finer = PER_UNIT // cells_per_unit
        total += share * (zoom(coarse, finer, order=1, mode="grid-wrap", grid_mode=True) if finer > 1 else coarse)
    return total


def at(points: FloatArray) -> FloatArray:
    """Value at each of the points (N, 3), in units."""
    return np.asarray(map_coordinates(volume(), points.T * PER_UNIT, order=1, mode="grid-wrap"))


def slope(points: FloatArray) -> FloatArray:
    """Gradient (N, 3) of the value, per unit."""
    e = 0.5 / PER_UNIT
    return np.stack([(at(points + e * axis) - at(points - e * axis)) / (2 * e) for axis in np.eye(3)], axis=1)
