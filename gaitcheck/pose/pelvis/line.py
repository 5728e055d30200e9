"""From the evidence of all frames to the pelvis line."""

from __future__ import annotations

from gaitcheck.pose.pelvis.evidence import Evidence
from gaitcheck.pose.pelvis.fusion import clothing_line
from gaitcheck.pose.pelvis.stickers import sticker_line
from gaitcheck.track import PelvisTrack, PoseTrack


def pelvis_line(track: PoseTrack, evidence: Evidence) -> PelvisTrack:
    """The pelvis line of a whole video: from stickers where the runner wears two, else from the clothing.

    Parameters
    ----------
    track : the runner's raw track, T frames.
    evidence : what the same T frames show of the runner.
    """
    return sticker_line(track, evidence) or clothing_line(track, evidence)
