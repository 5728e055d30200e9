"""Mean joint angles of real treadmill runners over the stride, as a few Fourier coefficients.

Fitted to the mean of 23 runners' hip, knee and ankle angles in: Fukuchi R.K., Duarte M., Ferber R. and co-workers,
public running biomechanics data (Fukuchi, Fukuchi, Duarte 2017, PeerJ 5:e3298; Fukuchi, Duarte, Ferber 2024,
inter-laboratory comparison), licence CC BY 4.0. The fit of the mean curve is within 0.2 degrees at the hip, 0.5 at
the knee and 0.8 at the ankle (its jump where the measured cycle is cut open). Phase 0 is initial contact.
"""

from __future__ import annotations

import numpy as np

from gaitcheck.track import FloatArray

#: Share of the stride on the belt in these curves.
REFERENCE_STANCE_SHARE = 0.37

_Coefficients = tuple[float, tuple[float, ...], tuple[float, ...]]

_HIP: _Coefficients = (
    12.35,
    (18.4, -4.782, -2.011, 0.049, -0.133, 0.18, 0.072, 0.047),
    (-11.725, 2.093, 1.136, -0.298, -0.075, -0.101, -0.11, 0.0),
)
_KNEE: _Coefficients = (
    42.494,
    (-10.679, -15.992, -3.184, -0.772, -0.391, 0.011, -0.046, -0.024),
    (-26.18, 17.017, 1.994, 1.018, 0.221, 0.013, -0.159, -0.068),
)
_ANKLE: _Coefficients = (
    2.217,
    (10.883, -8.65, -1.415, 0.585, -0.189, 0.104, 0.1, 0.099),
    (5.599, 2.533, -2.912, -0.56, -0.499, -0.405, -0.409, -0.187),
)


def _series(coefficients: _Coefficients, phase: FloatArray) -> FloatArray:
    mean, cosines, sines = coefficients
    k = np.arange(1, len(cosines) + 1)
    turns = 2 * np.pi * np.asarray(phase)[..., None] * k
    values: FloatArray = mean + np.cos(turns) @ np.array(cosines) + np.sin(turns) @ np.array(sines)
    return values


def hip_flexion_deg(phase: FloatArray) -> FloatArray:
    """Thigh against the vertical, + = knee in front."""
    return _series(_HIP, phase)


def knee_flexion_deg(phase: FloatArray) -> FloatArray:
    """Knee angle, 0 = straight."""
    return _series(_KNEE, phase)


def ankle_dorsiflexion_deg(phase: FloatArray) -> FloatArray:
    """Foot against shank, 0 = at right angles, + = toes up."""
    return _series(_ANKLE, phase)
