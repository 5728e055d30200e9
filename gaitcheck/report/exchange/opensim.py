"""OpenSim's text files: marker positions (.trc) and angles over time (.mot)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.report.exchange.markers import Markers
from gaitcheck.track import FloatArray


def write_trc(markers: Markers, path: Path) -> None:
    """Write marker positions; a marker that was not found has empty cells.

    Source of the format: OpenSim's documentation of marker (.trc) files: three header lines, a line of marker names,
    each followed by two empty cells, a line of coordinate labels, an empty line, then frames counted from 1.
    """
    n_frames, n_markers = markers.position_m.shape[:2]
    rate = f"{markers.rate_hz:.6f}"
    head = [
        ["PathFileType", "4", "(X/Y/Z)", path.name],
        [
            "DataRate",
            "CameraRate",
            "NumFrames",
            "NumMarkers",
            "Units",
            "OrigDataRate",
            "OrigDataStartFrame",
            "OrigNumFrames",
        ],
        [rate, rate, str(n_frames), str(n_markers), "m", rate, "1", str(n_frames)],
        ["Frame#", "Time", *(cell for name in markers.names for cell in (name, "", ""))],
        ["", "", *(f"{axis}{number}" for number in range(1, n_markers + 1) for axis in "XYZ")],
        [],
    ]
    flat = markers.position_m.reshape(n_frames, 3 * n_markers)
    rows = [
        [str(number), f"{time_s:.6f}", *("" if np.isnan(value) else f"{value:.6f}" for value in row)]
        for number, (time_s, row) in enumerate(zip(markers.time_s, flat, strict=True), start=1)
    ]
    # OpenSim counts an empty cell at a line's end only where another tab follows it
    lines = ["\t".join(line) + ("\t" if line and line[-1] == "" else "") for line in [*head, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_mot(video: VideoAnalysis, path: Path) -> None:
    """Write every angle that the video gives, in degrees over real time; NaN where it was not seen.

    Columns are named `<measure>` or `<measure>_l`, `_r`; signs are those of docs/measures.md, not those of a model's
    coordinates. Source of the format: OpenSim's documentation of motion (.mot) files.
    """
    columns = _angles(video)
    time_s = video.gait.track.time_s - video.gait.track.time_s[0]
    head = [
        path.stem,
        "version=1",
        f"nRows={len(time_s)}",
        f"nColumns={1 + len(columns)}",
        "inDegrees=yes",
        "endheader",
        "\t".join(["time", *columns]),
    ]
    values = np.column_stack([time_s, *columns.values()])
    rows = ["\t".join("NaN" if np.isnan(value) else f"{value:.6f}" for value in row) for row in values]
    path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")


def _angles(video: VideoAnalysis) -> dict[str, FloatArray]:
    """Angles over time of the measures that are given, by column name."""
    gait = video.gait
    given = {(m.id, m.side) for m in gait.measures if m.unit == "deg" and m.status != "not_measurable"}
    return {
        measure_id if side is None else f"{measure_id}_{side[0]}": line
        for (measure_id, side), line in gait.series.items()
        if (measure_id, side) in given
    }
