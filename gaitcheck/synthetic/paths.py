"""Curves over time that the body follows: slow drift, the rise and fall of a stance, joins without a jerk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gaitcheck.track import FloatArray

#: When in the stance the pelvis drops most: 35 to 45 % at the spines of the runner named in `curves`.
_DROP_PEAK_SHARE = 0.42


@dataclass(frozen=True)
class Drift:
    """Slow wandering: a few sines with periods of seconds."""

    amplitude: FloatArray
    period_s: FloatArray
    phase: FloatArray

    def at(self, time_s: FloatArray) -> FloatArray:
        """Give where it has gone at each time (N,)."""
        turns = time_s[:, None] / self.period_s + self.phase
        wander: FloatArray = np.sin(2 * np.pi * turns) @ self.amplitude
        return wander


def wandering(rng: np.random.Generator, size: float) -> Drift:
    """Draw a drift of about this standard deviation."""
    return Drift(size * np.array([0.8, 0.6, 0.4]), rng.uniform([7, 4, 2.5], [11, 7, 4]), rng.uniform(0, 1, 3))


def early_bell(share: FloatArray) -> FloatArray:
    """Rise from 0 to 1 at `_DROP_PEAK_SHARE` and fall to 0 at the stance's end (N,), smooth at both ends."""
    p = _DROP_PEAK_SHARE
    warped = share * (1 - p) / (share * (1 - 2 * p) + p)
    return np.asarray(np.sin(np.pi * warped) ** 2)


def lower_by(span_s: FloatArray, depth_m: float) -> FloatArray:
    """Coefficients (K, 7) that are lower by a depth half way and leave place, speed and acceleration at both ends."""
    t = span_s
    each = np.stack([0 * t, 0 * t, 0 * t, t**3, -3 * t**2, 3 * t, -np.ones_like(t)], axis=1)
    return -depth_m * 64 / t[:, None] ** 6 * each


def joining(
    span_s: FloatArray, z0: FloatArray, v0: FloatArray, z1: FloatArray, v1: FloatArray, end_acceleration: float
) -> FloatArray:
    """Coefficients (K, 6), lowest power first, that meet place, speed and acceleration at both ends."""
    t, a = span_s, end_acceleration
    rise = z1 - (z0 + v0 * t + a * t**2 / 2)
    gain = v1 - (v0 + a * t)
    zero = np.zeros_like(t)
    c3 = (10 * rise - 4 * gain * t) / t**3
    c4 = (-15 * rise + 7 * gain * t) / t**4
    c5 = (6 * rise - 3 * gain * t) / t**5
    return np.stack([z0, v0, zero + a / 2, c3, c4, c5], axis=1)
