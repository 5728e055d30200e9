"""How many frames of a file with more than are needed are looked at."""

from __future__ import annotations

from typing import Literal

from gaitcheck.video.facts import VideoFacts
from gaitcheck.video.probe import seconds_per_video_second

AnalysisFps = float | Literal["auto"]

#: Frames of each real second that `auto` leaves. Over 16 rendered runs filmed at 240, no measure's error grows by more
#: than 0.06 of its uncertainty on average; with 60 left, that of the knee's peak in stance grows by 0.13
#: (`python -m benchmarks.frame_rate`).
AUTO_FPS = 120.0
#: 239.76 frames a second count as 240, and 59.94 as 60.
_ROUNDING = 1.005


def every_nth(facts: VideoFacts, capture_fps: float | None, analysis_fps: AnalysisFps) -> int:
    """Every how many-th frame is looked at: the most that leaves the frames of each real second that are wanted.

    Parameters
    ----------
    facts : of the file.
    capture_fps : the rate of filming the person gave; None: the file's own tag counts.
    analysis_fps : frames of each real second that must remain; "auto": as many as the measures need.

    Returns
    -------
    1 (every frame) where fewer frames than twice the wanted ones were filmed, where the frame rate varies, and where
    nobody says at what rate a video was filmed that may play in slow motion.
    """
    if facts.variable_frame_rate:
        return 1
    wanted = AUTO_FPS if analysis_fps == "auto" else analysis_fps
    real_fps = facts.playback_fps / (seconds_per_video_second(facts, capture_fps) or 1.0)
    return max(1, int(real_fps * _ROUNDING / wanted))
