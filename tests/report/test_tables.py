import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.gait.result import Measure
from gaitcheck.report.tables import read_runner, read_track, write_landmarks, write_steps
from gaitcheck.track import PelvisTrack, PoseTrack

from .factory import FRAMES, SIZE, make_video_analysis


def step_rows(analysis: Analysis, folder: Path) -> list[dict[str, str]]:
    write_steps(analysis, folder / "steps.csv")
    with (folder / "steps.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_tracks_come_back_to_the_last_digit(two_views: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "landmarks.parquet"
    write_landmarks(two_views, path)
    for number, video in enumerate(two_views.videos, start=1):
        for stage, track in (("raw", video.raw_track), ("cleaned", video.gait.track)):
            back = read_track(path, number, stage)
            for name in ("time_s", "xy_px", "visibility", "world_m"):
                np.testing.assert_array_equal(getattr(back, name), getattr(track, name))
            assert (back.frame_size_px, back.cuts_s, back.history) == (SIZE, track.cuts_s, track.history)


def test_which_frames_were_looked_at_comes_back(rear: Analysis, tmp_path: Path) -> None:
    for every in (1, 4):
        video = replace(rear.videos[0], runner=replace(rear.videos[0].runner, every=every))
        write_landmarks(replace(rear, videos=(video,)), tmp_path / "l.parquet")
        assert read_runner(tmp_path / "l.parquet").every == every


def test_landmarks_have_a_row_for_each_frame_and_null_where_nobody_was_found(rear: Analysis, tmp_path: Path) -> None:
    write_landmarks(rear, tmp_path / "landmarks.parquet")
    table = pq.read_table(tmp_path / "landmarks.parquet")
    assert table.num_rows == 2 * FRAMES
    assert table["left_knee_x_px"].null_count == 2
    assert table["frame"].to_pylist() == [*range(FRAMES), *range(FRAMES)]
    about = json.loads(table.schema.metadata[b"gaitcheck"])
    assert about["videos"][0]["sha256"] == rear.videos[0].sha256
    assert about["model"] == {"name": "full", "sha256": "a" * 64}


def test_landmarks_are_written_in_parts_without_losing_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rear: Analysis
) -> None:
    monkeypatch.setattr("gaitcheck.report.tables._ROWS_AT_ONCE", 7)
    write_landmarks(rear, tmp_path / "l.parquet")
    np.testing.assert_array_equal(read_track(tmp_path / "l.parquet").xy_px, rear.videos[0].raw_track.xy_px)


def test_steps_hold_the_numbers_of_the_analysis(two_views: Analysis, tmp_path: Path) -> None:
    rows = step_rows(two_views, tmp_path)
    for number, video in enumerate(two_views.videos, start=1):
        mine = [r for r in rows if r["video"] == str(number)]
        assert [float(r["initial_contact_video_s"]) for r in mine] == [s.initial_contact_s for s in video.gait.steps]
        assert [r["side"] for r in mine] == [s.side for s in video.gait.steps]
        for (measure_id, side), values in video.gait.step_values.items():
            column = f"{measure_id}_{ {'cadence': 'steps_per_min', 'contact_time': 'ms'}.get(measure_id, 'deg') }"
            got = [float(r[column] or "nan") for r in mine if side in (None, r["side"])]
            np.testing.assert_array_equal(got, values)


def test_step_and_stride_time_are_differences_of_events(rear: Analysis, tmp_path: Path) -> None:
    first = step_rows(rear, tmp_path)[0]
    assert float(first["step_time_s"]) == pytest.approx(0.36)
    assert float(first["stride_time_s"]) == pytest.approx(0.72)


def test_slow_motion_gives_places_in_the_video_and_real_durations(rear: Analysis, tmp_path: Path) -> None:
    slow = make_video_analysis(tmp_path / "slow.mp4", "rear", seconds_per_video_second=0.25)
    first = step_rows(replace(rear, videos=(slow,)), tmp_path)[0]
    assert float(first["initial_contact_video_s"]) == pytest.approx(0.12)
    assert float(first["step_time_s"]) == pytest.approx(0.09)


def test_withheld_values_are_empty(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    measures = tuple(
        replace(m, mean=None, status="not_measurable") if (m.id, m.side) in WITHHELD else m for m in video.gait.measures
    )
    gait = replace(video.gait, measures=measures)
    rows = step_rows(replace(rear, videos=(replace(video, gait=gait),)), tmp_path)
    assert {r["knee_valgus_deg"] == "" for r in rows if r["side"] == "left"} == {True}
    assert {r["knee_valgus_deg"] == "" for r in rows if r["side"] == "right"} == {False}
    assert {r["contact_time_ms"] for r in rows if r["side"] == "left"} == {""}
    unreal = replace(rear, videos=(replace(video, gait=replace(gait, time_is_real=False)),))
    assert {r["step_time_s"] for r in step_rows(unreal, tmp_path)} == {""}


WITHHELD = {("knee_valgus", "left"), ("contact_time", "left")}


def test_a_video_without_steps_gives_a_table_with_a_header_only(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    empty = replace(video.gait, steps=(), step_values={})
    assert step_rows(replace(rear, videos=(replace(video, gait=empty),)), tmp_path) == []
    assert (tmp_path / "steps.csv").read_text().startswith("video,file,view,step,side,initial_contact_video_s")


def test_the_asymmetry_of_the_sides_is_no_column(rear: Analysis, tmp_path: Path) -> None:
    gait = rear.videos[0].gait
    times = np.full(len(gait.steps), 0.36)
    symmetry = Measure("step_time_symmetry", None, "%", 1.0, 0.5, 5, 0.4, "measured", None, "rear")
    gait = replace(
        gait,
        measures=(*gait.measures, symmetry),
        step_values={**gait.step_values, ("step_time_symmetry", None): times},
    )
    rows = step_rows(replace(rear, videos=(replace(rear.videos[0], gait=gait),)), tmp_path)
    assert not [name for name in rows[0] if name.startswith("step_time_symmetry")]


def pelvis_of(track: PoseTrack) -> PelvisTrack:
    """A line that is hidden in every third frame."""
    n = len(track)
    rng = np.random.default_rng(4)
    hidden = np.arange(n) % 3 == 2
    return PelvisTrack(
        time_s=track.time_s,
        tilt_deg=np.where(hidden, np.nan, rng.normal(0, 4, n)),
        noise_deg=np.where(hidden, np.nan, 0.3),
        ends_px=np.where(hidden[:, None, None], np.nan, rng.uniform(100, 300, (n, 2, 2))),
        source="registration",
        absolute=False,
        zero_deg=np.inf,
        swing_deg=1.25,
    )


def test_the_pelvis_line_comes_back_to_the_last_digit(two_views: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "landmarks.parquet"
    first, second = two_views.videos
    line = pelvis_of(first.raw_track)
    nothing = PelvisTrack.missing(second.raw_track.time_s, "No line.")
    videos = tuple(
        replace(video, runner=replace(video.runner, pelvis=pelvis))
        for video, pelvis in ((first, line), (second, nothing))
    )
    write_landmarks(replace(two_views, videos=videos), path)
    for number, pelvis in ((1, line), (2, nothing)):
        back = read_runner(path, number).pelvis
        assert back is not None
        for name in ("time_s", "tilt_deg", "noise_deg", "ends_px"):
            np.testing.assert_array_equal(getattr(back, name), getattr(pelvis, name))
        for name in ("source", "absolute", "zero_deg", "swing_deg", "reason"):
            assert getattr(back, name) == getattr(pelvis, name)
    table = pq.read_table(path, filters=[("stage", "=", "cleaned")])
    assert table["pelvis_tilt_deg"].null_count == table.num_rows


def test_a_video_not_looked_at_for_the_pelvis_has_no_line(rear: Analysis, tmp_path: Path) -> None:
    write_landmarks(rear, tmp_path / "l.parquet")
    assert rear.videos[0].runner.pelvis is None
    assert read_runner(tmp_path / "l.parquet").pelvis is None
