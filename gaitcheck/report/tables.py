"""landmarks.parquet and steps.csv: the numbers behind an analysis, for people's own programs."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gaitcheck.analyze import Analysis, VideoAnalysis
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import GaitResult, Side, Step
from gaitcheck.report.words import unit_slug
from gaitcheck.track import N_LANDMARKS, CameraRoll, FloatArray, Landmark, PelvisTrack, PoseTrack, RunnerTrack

Stage = Literal["raw", "cleaned"]
STAGES: tuple[Stage, Stage] = ("raw", "cleaned")

_AXES = ("x_px", "y_px", "visibility", "x_m", "y_m", "z_m")
_ROWS_AT_ONCE = 4096

#: Tilt of the pelvis line in the picture as filmed (+ = its right end lower), its standard error, and the line's ends
#: (the picture's left and right, not the runner's).
PELVIS_COLUMNS = (
    *("pelvis_tilt_deg", "pelvis_noise_deg"),
    *("pelvis_line_left_x_px", "pelvis_line_left_y_px", "pelvis_line_right_x_px", "pelvis_line_right_y_px"),
)


def write_landmarks(analysis: Analysis, path: Path) -> None:
    """Write every joint of every frame of every video.

    One row for each video, stage and frame: `video` (number, from 1), `stage` ("raw" as the pose model gave it,
    "cleaned" as the measures use it), `frame` (counting those looked at), `time_s` (raw: as the video plays; cleaned:
    real time), then for each landmark `<name>_x_px`, `_y_px`, `_visibility` (0..1) and `_x_m`, `_y_m`, `_z_m`
    (hip-centred). Joints that were not found are null. Raw rows also hold the pelvis line as the picture shows it
    (`PELVIS_COLUMNS`), null where it was not seen. The file's metadata, key "gaitcheck", is JSON: per video the frame
    size, cuts, facts, slow motion, which frames were looked at, track history and what the pelvis line was read from,
    so that the gait can be measured again without the video.
    """
    import pyarrow.parquet as pq

    schema = _landmark_schema(analysis)
    # Looking for repeated values among measured ones finds none and takes half of the time.
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=["video", "stage"]) as writer:
        for number, video in enumerate(analysis.videos, start=1):
            for stage, track in zip(STAGES, (video.raw_track, video.gait.track), strict=True):
                pelvis = video.runner.pelvis if stage == "raw" else None
                for start in range(0, len(track), _ROWS_AT_ONCE):
                    writer.write_table(_landmark_rows(schema, number, stage, track, pelvis, start))


def read_track(path: Path, video: int = 1, stage: Stage = "raw") -> PoseTrack:
    """A track as it was when `write_landmarks` saved it."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        about = _about_of(file, video)
        return _track(about[stage], about, _block(file, video, stage, ["time_s", *_joint_columns()]))


def read_runner(path: Path, video: int = 1) -> RunnerTrack:
    """What the pose room found in a video, as it was when `write_landmarks` saved it."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        about = _about_of(file, video)
        joints = _joint_columns()
        block = _block(file, video, "raw", ["time_s", *joints, *PELVIS_COLUMNS])
    split = 1 + len(joints)
    return RunnerTrack(
        _track(about["raw"], about, block[:, :split]),
        persons_seen=about["persons_seen"],
        damaged=about["damaged"],
        pelvis=_pelvis(block[:, 0], block[:, split:], about["pelvis"]) if about["pelvis"] is not None else None,
        roll=CameraRoll(**about["roll"]) if about["roll"] is not None else None,
        every=about.get("every", 1),  # older files have every frame
    )


def _about_of(file: Any, video: int) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(file.schema_arrow.metadata[b"gaitcheck"])["videos"][video - 1]
    return about


def _joint_columns() -> list[str]:
    return [f"{joint.name.lower()}_{axis}" for joint in Landmark for axis in _AXES]


def _block(file: Any, video: int, stage: Stage, columns: list[str]) -> FloatArray:
    """(rows, columns) numbers of one video and stage, NaN for null.

    Each group of rows holds one video and stage only, as its own statistics say. A record batch becomes an array
    without pandas, whose import takes longer than all else here.
    """

    def is_wanted(group: Any) -> bool:
        first, second = (group.column(i).statistics for i in (0, 1))
        return bool(first.min == first.max == video and second.min == second.max == stage)

    wanted = [i for i in range(file.num_row_groups) if is_wanted(file.metadata.row_group(i))]
    table = file.read_row_groups(wanted, columns=columns).select(columns).combine_chunks()
    (batch,) = table.to_batches() or [None]
    return np.empty((0, len(columns))) if batch is None else np.asarray(batch.to_tensor(null_to_nan=True).to_numpy())


def _track(stage: Mapping[str, Any], about: Mapping[str, Any], block: FloatArray) -> PoseTrack:
    values = block[:, 1:].reshape(len(block), N_LANDMARKS, len(_AXES))
    return PoseTrack(
        time_s=block[:, 0].copy(),
        xy_px=values[:, :, :2].copy(),
        visibility=values[:, :, 2].copy(),
        world_m=values[:, :, 3:].astype(np.float32),
        frame_size_px=(about["frame_size_px"][0], about["frame_size_px"][1]),
        cuts_s=tuple(stage["cuts_s"]),
        history=tuple(stage["history"]),
    )


def _pelvis(time_s: FloatArray, block: FloatArray, about: Mapping[str, Any]) -> PelvisTrack:
    return PelvisTrack(
        time_s=time_s.copy(),
        tilt_deg=block[:, 0].copy(),
        noise_deg=block[:, 1].copy(),
        ends_px=block[:, 2:].reshape(-1, 2, 2).copy(),
        source=about["source"],
        absolute=about["absolute"],
        **{name: np.inf if about[name] is None else about[name] for name in ("zero_deg", "swing_deg")},
        reason=about["reason"],
    )


def _landmark_schema(analysis: Analysis) -> Any:
    import pyarrow as pa

    fields = [("video", pa.int32()), ("stage", pa.string()), ("frame", pa.int32()), ("time_s", pa.float64())]
    fields += [(name, pa.float64()) for name in (*_joint_columns(), *PELVIS_COLUMNS)]
    about = {
        "model": asdict(analysis.model),
        "videos": [_about(number, video) for number, video in enumerate(analysis.videos, start=1)],
    }
    return pa.schema(fields, metadata={"gaitcheck": json.dumps(about, allow_nan=False)})


def _about(number: int, video: VideoAnalysis) -> dict[str, Any]:
    return {
        "video": number,
        "sha256": video.sha256,
        "facts": asdict(video.facts),
        "frame_size_px": video.raw_track.frame_size_px,
        "seconds_per_video_second": video.seconds_per_video_second,
        "persons_seen": video.runner.persons_seen,
        "damaged": video.runner.damaged,
        "every": video.runner.every,
        "roll": asdict(video.runner.roll) if video.runner.roll is not None else None,
        "pelvis": _about_pelvis(video.runner.pelvis),
        "view": video.gait.view,
        **{
            stage: {"cuts_s": track.cuts_s, "history": track.history}
            for stage, track in zip(STAGES, (video.raw_track, video.gait.track), strict=True)
        },
    }


def _about_pelvis(pelvis: PelvisTrack | None) -> dict[str, Any] | None:
    """What the pelvis line was read from and how sure it is; an unknown zero or swing is None."""
    if pelvis is None:
        return None
    return {
        "source": pelvis.source,
        "absolute": pelvis.absolute,
        "zero_deg": pelvis.zero_deg if np.isfinite(pelvis.zero_deg) else None,
        "swing_deg": pelvis.swing_deg if np.isfinite(pelvis.swing_deg) else None,
        "reason": pelvis.reason,
    }


def _landmark_rows(
    schema: Any, number: int, stage: Stage, track: PoseTrack, pelvis: PelvisTrack | None, start: int
) -> Any:
    import pyarrow as pa

    rows = slice(start, start + _ROWS_AT_ONCE)
    time_s = track.time_s[rows]
    n = len(time_s)
    values = np.concatenate([track.xy_px[rows], track.visibility[rows, :, None], track.world_m[rows]], axis=2)
    flat = values.reshape(n, N_LANDMARKS * len(_AXES))
    line = np.full((n, len(PELVIS_COLUMNS)), np.nan)
    if pelvis is not None:
        line = np.column_stack([pelvis.tilt_deg[rows], pelvis.noise_deg[rows], pelvis.ends_px[rows].reshape(n, 4)])
    word = np.frombuffer(stage.encode("ascii") * n, np.uint8)
    ends = len(stage) * np.arange(n + 1, dtype=np.int32)
    columns = [
        pa.Array.from_buffers(pa.int32(), n, _buffers(np.full(n, number, np.int32))),
        pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(ends), pa.py_buffer(word)]),
        pa.Array.from_buffers(pa.int32(), n, _buffers(np.arange(start, start + n, dtype=np.int32))),
        *(
            pa.Array.from_buffers(pa.float64(), n, _buffers(np.ascontiguousarray(column)))
            for column in np.column_stack([time_s, flat, line]).T
        ),
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _buffers(values: NDArray[Any]) -> list[Any]:
    """What Arrow makes a column of: which values are there (NaN is not), and the values.

    `pyarrow.array` would do the same, but imports pandas first where that is installed: half a second.
    """
    import pyarrow as pa

    there = np.packbits(~np.isnan(values), bitorder="little")
    return [pa.py_buffer(there), pa.py_buffer(values)]


def write_steps(analysis: Analysis, path: Path) -> None:
    """Write one row for each step of each video.

    Event times (`*_video_s`) are places in the video as it plays; durations are real time. A cell is empty where the
    video does not show it or the measure is withheld. Columns of measures are named `<measure id>_<unit>`.
    """
    rows = step_rows(analysis)
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(_EVENT_COLUMNS)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def step_rows(analysis: Analysis) -> list[Mapping[str, object]]:
    """The rows of steps.csv."""
    return [row for number, video in enumerate(analysis.videos, start=1) for row in _step_rows(number, video)]


_EVENT_COLUMNS = (
    *("video", "file", "view", "step", "side"),
    *("initial_contact_video_s", "midstance_video_s", "toe_off_video_s"),
    *("step_time_s", "stride_time_s"),
)


def _step_rows(number: int, video: VideoAnalysis) -> Iterator[Mapping[str, object]]:
    gait = video.gait
    scale = video.seconds_per_video_second
    withheld = {(m.id, m.side) for m in gait.measures if m.status == "not_measurable"}
    seen_of_side = {"left": 0, "right": 0}
    columns = _measure_columns(gait)
    for index, step in enumerate(gait.steps):
        events = (step.initial_contact_s, step.midstance_s, step.toe_off_s)
        row: dict[str, object] = dict(
            zip(
                _EVENT_COLUMNS,
                (
                    *(number, video.facts.file_name, gait.view or "", index + 1, step.side),
                    *(_cell(None if t is None else t / scale) for t in events),
                    *(_cell(d) for d in _durations(step, gait.time_is_real)),
                ),
                strict=True,
            )
        )
        for (measure_id, side), column in columns.items():
            if side in (None, step.side):
                at = index if side is None else seen_of_side[step.side]
                value = None if (measure_id, side) in withheld else float(gait.step_values[measure_id, side][at])
                row[column] = _cell(value)
        seen_of_side[step.side] += 1
        yield row


def _measure_columns(gait: GaitResult) -> dict[tuple[str, Side | None], str]:
    units = {m.id: m.unit for m in gait.measures if told_step_by_step(m.id)}
    return {key: f"{key[0]}_{unit_slug(units[key[0]])}" for key in gait.step_values if key[0] in units}


def told_step_by_step(measure_id: str) -> bool:
    """Whether single steps have the measure: an asymmetry or difference only exists between the sides' means."""
    return measure_id not in REGISTRY or REGISTRY[measure_id].summary not in ("asymmetry", "difference")


def _durations(step: Step, time_is_real: bool) -> tuple[float | None, float | None]:
    """Step and stride time; nothing where time is not real."""
    if not time_is_real:
        return None, None
    step_s, stride_s = (
        None if end is None else end - step.initial_contact_s for end in (step.next_contact_s, step.next_same_contact_s)
    )
    return step_s, stride_s


def _cell(value: float | None) -> float | str:
    return "" if value is None or not math.isfinite(value) else float(value)
