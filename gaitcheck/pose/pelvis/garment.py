"""The pelvis line from clothing: the boundary between shirt and shorts, a waistband, a hem."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.crop import PelvisCrop

Float32Array = NDArray[np.float32]

#: Numbers kept of each frame.
GARMENT_NUMBERS = 1


def garment_evidence(crop: PelvisCrop) -> Float32Array:
    """Read the boundary in one frame.

    Parameters
    ----------
    crop : the pelvis at a fixed scale; `crop.usable` leaves out forearms and hands.

    Returns
    -------
    (GARMENT_NUMBERS,) float32, NaN where there is no boundary. All places are in crop pixels; the place of the crop in
    the picture is kept beside it.
    """
    return np.full(GARMENT_NUMBERS, np.nan, dtype=np.float32)
