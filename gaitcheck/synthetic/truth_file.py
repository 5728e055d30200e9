"""The truth beside a clip: one Parquet file, a row for each frame; spec, steps and measures in its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic.truth import Truth
from gaitcheck.track import FloatArray

_METADATA_KEY = b"gaitcheck.truth"


def truth_table(truth: Truth) -> pa.Table:
    """Give the truth as a table.

    Columns: frame, time_s, video_time_s, phase, contact_left, contact_right; x_px_<joint>, y_px_<joint>;
    x_m_<joint>, y_m_<joint>, z_m_<joint>; and the angles, named <measure>_left, <measure>_right or <measure>.
    """
    columns: dict[str, Any] = {
        "frame": np.arange(len(truth.time_s), dtype=np.int32),
        "time_s": truth.time_s,
        "video_time_s": truth.video_time_s,
        "phase": truth.phase.astype(np.float32),
    }
    for side in SIDES:
        columns[f"contact_{side}"] = truth.contact[side]
    for name, points in truth.joints_px.items():
        columns |= _split(points, name, "px")
    for name, points in truth.joints_m.items():
        columns |= _split(points, name, "m")
    for (name, of), values in truth.series.items():
        columns[name if of is None else f"{name}_{of}"] = values.astype(np.float32)
    about = {
        "spec": truth.spec.model_dump(mode="json"),
        "steps": [vars(step) for step in truth.steps],
        "measures": [vars(measure) for measure in truth.measures],
    }
    return pa.table(columns).replace_schema_metadata({_METADATA_KEY: json.dumps(about).encode()})


def _split(points: FloatArray, name: str, unit: str) -> dict[str, FloatArray]:
    return {f"{axis}_{unit}_{name}": points[:, i].astype(np.float32) for i, axis in enumerate("xyz"[: points.shape[1]])}


def write_truth(truth: Truth, path: Path) -> None:
    """Write the table under a temporary name, then rename it."""
    partial = path.with_name(f".{path.name}.part")
    try:
        pq.write_table(truth_table(truth), partial, compression="zstd", compression_level=15)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_truth(path: Path) -> tuple[pa.Table, dict[str, Any]]:
    """Give a written truth: the table, and the metadata with the keys spec, steps and measures."""
    table = pq.read_table(path)
    return table, json.loads(table.schema.metadata[_METADATA_KEY])
