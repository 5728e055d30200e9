"""SciPy's low-pass and its peaks, loaded without what SciPy loads for nothing beside them."""

from __future__ import annotations

import scipy  # noqa: F401 (only its part is to be loaded later)

from gaitcheck.unused import UNUSED_BY_FILTERS, loaded_later

with loaded_later(UNUSED_BY_FILTERS):
    from scipy.signal import butter, find_peaks, sosfiltfilt

__all__ = ["butter", "find_peaks", "sosfiltfilt"]
