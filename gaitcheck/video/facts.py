"""What is known about a video file before any frame of it is analysed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class VideoFacts:
    """Facts of one video file.

    `width_px`, `height_px` are those of the upright picture. `rotation_deg` is the clockwise turn the file asks for.
    `capture_fps` is the rate at which the camera filmed where the file says so (phones write it for slow motion);
    None where the file says nothing.
    """

    file_name: str
    size_bytes: int
    container: str
    codec: str
    pixel_format: str
    width_px: int
    height_px: int
    rotation_deg: int
    duration_s: float
    frame_count: int
    playback_fps: float
    variable_frame_rate: bool
    capture_fps: float | None
    capture_fps_source: Literal["android", "apple"] | None
