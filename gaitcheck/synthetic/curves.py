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
REFERENCE_STANCE_SHARE = 0.355

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

#: How the 23 runners differ from their mean: the first four principal components of the three curves together (84 %
#: of the variance between runners), each for one standard deviation; fitted within 0.7 degrees. In words: more knee
#: bend in a later swing; a knee more bent throughout; hip and ankle both further back; the hip alone further back.
_HIP_STYLES: tuple[_Coefficients, ...] = (
    (1.10, (-2.13, 0.16, -0.14, -0.22), (-2.15, 1.36, 0.70, -0.17)),
    (1.57, (2.30, -0.82, -0.35, 0.19), (-0.51, -0.15, -0.04, -0.09)),
    (-2.43, (0.19, -0.20, -0.08, -0.10), (-0.31, -0.28, -0.21, -0.10)),
    (-2.16, (-0.08, 0.19, -0.01, -0.21), (-0.54, -0.27, -0.16, 0.16)),
)
_KNEE_STYLES: tuple[_Coefficients, ...] = (
    (0.68, (-4.49, 2.97, -0.60, 0.14), (-2.60, 3.83, 0.62, -0.03)),
    (3.82, (1.26, -1.96, -0.23, -0.02), (-3.38, 0.46, -0.39, 0.06)),
    (0.32, (0.14, -0.94, -0.26, -0.10), (-1.54, -0.79, -0.41, -0.31)),
    (0.26, (-0.88, 0.55, -0.07, 0.07), (-1.31, -0.23, -0.11, 0.00)),
)
_ANKLE_STYLES: tuple[_Coefficients, ...] = (
    (-1.56, (1.39, 1.69, -1.24, 0.22), (-0.60, 1.68, 0.52, -0.81)),
    (0.72, (-1.22, 0.30, -0.57, -0.04), (0.61, -0.15, -0.24, 0.02)),
    (-2.72, (-0.08, -0.38, -0.53, -0.13), (1.74, 0.03, 0.43, -0.02)),
    (1.75, (-0.83, 1.10, 0.20, -0.07), (-1.47, -0.55, 0.13, -0.38)),
)

Style = tuple[float, float, float, float]
MEAN_RUNNER: Style = (0.0, 0.0, 0.0, 0.0)


def _series(coefficients: _Coefficients, phase: FloatArray) -> FloatArray:
    mean, cosines, sines = coefficients
    k = np.arange(1, len(cosines) + 1)
    turns = 2 * np.pi * np.asarray(phase)[..., None] * k
    values: FloatArray = mean + np.cos(turns) @ np.array(cosines) + np.sin(turns) @ np.array(sines)
    return values


def _runner(mean: _Coefficients, styles: tuple[_Coefficients, ...], style: Style, phase: FloatArray) -> FloatArray:
    values = _series(mean, phase)
    for weight, difference in zip(style, styles, strict=True):
        if weight:
            values = values + weight * _series(difference, phase)
    return values


def hip_flexion_deg(phase: FloatArray, style: Style = MEAN_RUNNER) -> FloatArray:
    """Thigh against the pelvis, + = knee in front. `style` in standard deviations between runners."""
    return _runner(_HIP, _HIP_STYLES, style, phase)


def knee_flexion_deg(phase: FloatArray, style: Style = MEAN_RUNNER) -> FloatArray:
    """Knee angle, 0 = straight. `style` in standard deviations between runners."""
    return _runner(_KNEE, _KNEE_STYLES, style, phase)


def ankle_dorsiflexion_deg(phase: FloatArray, style: Style = MEAN_RUNNER) -> FloatArray:
    """Foot against shank, 0 = at right angles, + = toes up. `style` in standard deviations between runners."""
    return _runner(_ANKLE, _ANKLE_STYLES, style, phase)
