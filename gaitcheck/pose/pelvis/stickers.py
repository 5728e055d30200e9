"""The pelvis line from two coloured dots on the runner."""

from __future__ import annotations

from gaitcheck.pose.pelvis.evidence import Evidence
from gaitcheck.track import PelvisTrack, PoseTrack


def sticker_line(track: PoseTrack, evidence: Evidence) -> PelvisTrack | None:
    """The line through two stickers; None where the runner wears none."""
    return None
