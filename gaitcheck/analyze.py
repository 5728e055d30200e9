"""The whole way of an analysis: video -> pose track -> gait -> findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.findings.result import Assessment
from gaitcheck.gait.result import GaitResult, Measure
from gaitcheck.settings import Settings
from gaitcheck.track import PoseTrack
from gaitcheck.video.facts import VideoFacts

#: Called with a stage in words and the share of the whole work done (0..1).
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class VideoAnalysis:
    """One video of the run: the file, the facts, the raw track as found, and what the gait room made of it.

    `seconds_per_video_second` is real time over presented time: 1 for a plain video, 0.25 for 120 fps played at 30.
    `persons_seen` is the largest number of people found together in the frames looked at.
    """

    path: Path
    sha256: str
    facts: VideoFacts
    raw_track: PoseTrack
    gait: GaitResult
    seconds_per_video_second: float
    persons_seen: int


@dataclass(frozen=True)
class ModelUsed:
    """The pose model that found the joints."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Analysis:
    """One run seen in one or several videos. `measures` holds the best view's value of each measure and side."""

    settings: Settings
    model: ModelUsed
    videos: tuple[VideoAnalysis, ...]
    measures: tuple[Measure, ...]
    assessment: Assessment
