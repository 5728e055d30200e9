"""What the analysis uses of SciPy, loaded without what SciPy loads and does for nothing beside it: a quarter second."""

from __future__ import annotations

from contextlib import nullcontext

import scipy

from gaitcheck.unused import UNUSED_BY_SCIPY, docstrings_as_written, loaded_later

#: The last version of SciPy that was tried so, from 1.15 on; a later one is loaded as usual.
_LAST_TRIED = (1, 17)
_tried = tuple(int(part) for part in scipy.__version__.split(".")[:2]) <= _LAST_TRIED

with docstrings_as_written() if _tried else nullcontext(), loaded_later(UNUSED_BY_SCIPY if _tried else ()):
    from scipy.interpolate import CubicSpline, PchipInterpolator
    from scipy.linalg.lapack import dposv
    from scipy.ndimage import gaussian_filter1d, median_filter
    from scipy.signal import butter, find_peaks, sosfiltfilt
    from scipy.spatial import KDTree

__all__ = [
    "CubicSpline",
    "KDTree",
    "PchipInterpolator",
    "butter",
    "dposv",
    "find_peaks",
    "gaussian_filter1d",
    "median_filter",
    "sosfiltfilt",
]
