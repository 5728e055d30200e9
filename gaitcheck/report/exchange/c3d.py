"""C3D, the exchange format of movement laboratories, through the optional library ezc3d."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitcheck import __version__
from gaitcheck.analyze import VideoAnalysis
from gaitcheck.errors import MissingComponentError
from gaitcheck.report.exchange.markers import Markers

#: Event names of the C3D manual.
_CONTACT, _TOE_OFF = "Foot Strike", "Foot Off"


def write_c3d(markers: Markers, video: VideoAnalysis, path: Path) -> None:
    """Write marker positions (mm; a marker that was not found is invalid) and the steps as events.

    Raises
    ------
    MissingComponentError
        The optional part "c3d" is not installed.
    """
    try:
        import ezc3d
    except ImportError as error:
        raise MissingComponentError(
            "C3D files need the optional part 'c3d': install it with pip install 'gaitcheck[c3d]'."
        ) from error
    n_frames, n_markers = markers.position_m.shape[:2]
    points = np.ones((4, n_markers, n_frames))
    points[:3] = 1000 * markers.position_m.transpose(2, 1, 0)
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["parameters"]["POINT"]["RATE"]["value"] = [markers.rate_hz]
    file["parameters"]["POINT"]["LABELS"]["value"] = list(markers.names)
    # the directions of the C3D manual: which axis is upright and which one lies along the way
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file["data"]["points"] = points
    file.add_parameter("MANUFACTURER", "COMPANY", ["GaitCheck"])
    file.add_parameter("MANUFACTURER", "SOFTWARE", [f"GaitCheck {__version__}"])
    start_s = float(video.gait.track.time_s[0])
    for step in video.gait.steps:
        for name, time_s in ((_CONTACT, step.initial_contact_s), (_TOE_OFF, step.toe_off_s)):
            if time_s is not None and video.gait.time_is_real:
                minutes, seconds = divmod(time_s - start_s, 60)
                file.add_event([int(minutes), seconds], context=step.side.capitalize(), label=name)
    file.write(str(path))
