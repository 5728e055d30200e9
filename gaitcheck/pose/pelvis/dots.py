"""Possible stickers in one frame: small round spots of a colour that differs from what is around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.crop import PelvisCrop, UInt8Array

Float32Array = NDArray[np.float32]

#: Spots kept of each frame, the clearest first, and numbers kept of each.
MOST_DOTS = 8
DOT_NUMBERS = 8


def find_dots(bgr: UInt8Array, crop: PelvisCrop) -> Float32Array:
    """Find spots that may be stickers."""
    return np.full((MOST_DOTS, DOT_NUMBERS), np.nan, dtype=np.float32)
