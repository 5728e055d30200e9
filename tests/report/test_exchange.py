"""Exports are read back by programs that are not ours: OpenSim, trc-data-reader, c3d, PyArrow."""

import csv
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from gaitcheck.analyze import Analysis, ModelUsed, TrackedVideo, conclude
from gaitcheck.cli import main
from gaitcheck.report.document import Files, document_json, to_document
from gaitcheck.report.exchange.markers import markers_of
from gaitcheck.report.exchange.opensim import write_mot, write_trc
from gaitcheck.report.exchange.tables import measures_long, measures_wide, steps_long, write_tables
from gaitcheck.report.tables import write_landmarks
from gaitcheck.settings import Settings
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import pose_track
from gaitcheck.track import Landmark

from .factory import FPS, FRAMES, make_video_analysis, tracked_video

MISSING_FRAME = 5


def opensim_or_skip() -> Any:
    return pytest.importorskip("opensim", reason="OpenSim has no package for this machine")


def at_px(analysis: Analysis, joint: Landmark, frame: int) -> np.ndarray:
    return analysis.videos[0].gait.track.xy_px[frame, joint]


def tall(analysis: Analysis) -> Settings:
    return analysis.settings.model_copy(update={"height_cm": 180.0})


# ---- markers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("view", "axis", "sign"), [("rear", 2, 1), ("front", 2, -1), ("right", 0, 1), ("left", 0, -1)])
def test_markers_have_opensims_axes_and_the_given_height(view: Any, axis: int, sign: int, tmp_path: Path) -> None:
    video = make_video_analysis(tmp_path / "run.mp4", view)
    markers = markers_of(video, Settings(height_cm=180.0))
    knee, hip = markers.names.index("LeftKnee"), markers.names.index("LeftHip")
    px = video.gait.track.xy_px
    legs_px = 70 + 65  # the factory's thigh and shank
    m_per_px = 0.491 * 1.80 / legs_px
    moved = markers.position_m[:, knee] - markers.position_m[:, hip]
    wanted = px[:, Landmark.LEFT_KNEE] - px[:, Landmark.LEFT_HIP]
    # a leg seen from behind is never wholly in the picture's plane, so the scale is right within 2 %
    np.testing.assert_allclose(moved[:, 1], -wanted[:, 1] * m_per_px, rtol=0.02)
    np.testing.assert_allclose(moved[:, axis], sign * wanted[:, 0] * m_per_px, rtol=0.02, atol=1e-9)
    depth = 2 - axis
    assert set(np.unique(markers.position_m[:, knee, depth][markers.time_s != markers.time_s[MISSING_FRAME]])) == {0.0}
    assert np.isnan(markers.position_m[MISSING_FRAME]).all()


def test_forward_is_forward_in_both_side_views(tmp_path: Path) -> None:
    for view in ("left", "right"):
        markers = markers_of(make_video_analysis(tmp_path / f"{view}.mp4", view), Settings())
        ahead = (
            markers.position_m[:, markers.names.index("LeftFootIndex"), 0]
            - (markers.position_m[:, markers.names.index("LeftHeel"), 0])
        )
        assert np.nanmin(ahead) > 0, view


def test_without_a_height_the_models_own_metres_are_the_scale(tmp_path: Path) -> None:
    video = make_video_analysis(tmp_path / "run.mp4", "right")
    markers = markers_of(video, Settings())
    thigh = (
        markers.position_m[:, markers.names.index("LeftKnee")] - markers.position_m[:, markers.names.index("LeftHip")]
    )
    assert np.nanmedian(np.linalg.norm(thigh, axis=1)) == pytest.approx(70 / 160, rel=1e-6)  # the factory's metres
    assert "estimate" in markers.scale


def test_uneven_frames_come_out_evenly_and_gaps_stay_gaps(tmp_path: Path) -> None:
    video = make_video_analysis(tmp_path / "run.mp4", "right")
    time_s = video.gait.track.time_s.copy()
    time_s[20:] += 0.5 / FPS
    uneven = replace(video, gait=replace(video.gait, track=replace(video.gait.track, time_s=time_s)))
    markers = markers_of(uneven, Settings())
    np.testing.assert_allclose(np.diff(markers.time_s), 1 / FPS, rtol=1e-6)
    even = markers_of(video, Settings())
    thigh, straight = (
        m.position_m[:, m.names.index("LeftKnee")] - m.position_m[:, m.names.index("LeftHip")] for m in (markers, even)
    )
    scale = np.linalg.norm(thigh[0]) / np.linalg.norm(straight[0])  # a percentile of other frames: not quite the same
    assert scale == pytest.approx(1, abs=0.005)
    np.testing.assert_allclose(thigh[:4], scale * straight[:4], atol=1e-9)
    np.testing.assert_allclose(thigh[30], scale * (straight[29] + straight[30]) / 2, atol=1e-6)
    assert np.isnan(thigh[MISSING_FRAME]).all()


# ---- OpenSim ---------------------------------------------------------------------------------------------------------


def test_opensim_reads_the_markers_back(rear: Analysis, tmp_path: Path) -> None:
    opensim = opensim_or_skip()
    markers = markers_of(rear.videos[0], tall(rear))
    write_trc(markers, tmp_path / "run.trc")
    table = opensim.TimeSeriesTableVec3(str(tmp_path / "run.trc"))
    assert tuple(table.getColumnLabels()) == markers.names
    assert table.getTableMetaDataString("Units") == "m"
    assert float(table.getTableMetaDataString("DataRate")) == pytest.approx(FPS)
    np.testing.assert_allclose(table.getIndependentColumn(), markers.time_s, atol=1e-6)
    for name in ("LeftKnee", "RightHeel", "Nose"):
        column = table.getDependentColumn(name)
        back = np.array([[column[i][axis] for axis in range(3)] for i in range(column.size())])
        np.testing.assert_allclose(back, markers.position_m[:, markers.names.index(name)], atol=1e-6)


def test_another_reader_agrees_on_the_markers(rear: Analysis, tmp_path: Path) -> None:
    import trc

    markers = markers_of(rear.videos[0], tall(rear))
    write_trc(markers, tmp_path / "run.trc")
    data = trc.TRCData()
    data.load(str(tmp_path / "run.trc"))
    assert (data["NumFrames"], data["NumMarkers"], data["Units"]) == (FRAMES, len(markers.names), "m")
    np.testing.assert_allclose(data["RightAnkle"], markers.position_m[:, markers.names.index("RightAnkle")], atol=1e-6)


def test_opensim_reads_the_angles_back(rear: Analysis, tmp_path: Path) -> None:
    opensim = opensim_or_skip()
    write_mot(rear.videos[0], tmp_path / "run.mot")
    table = opensim.TimeSeriesTable(str(tmp_path / "run.mot"))
    assert table.getTableMetaDataString("inDegrees") == "yes"
    labels = set(table.getColumnLabels())
    assert labels == {
        f"{name}_{side}" for name in ("femoral_adduction", "knee_valgus", "lateral_trunk_lean") for side in "lr"
    }  # and not the withheld pelvic drop, nor what is no angle
    np.testing.assert_allclose(
        table.getDependentColumn("knee_valgus_l").to_numpy(),
        rear.videos[0].gait.series["knee_valgus", "left"],
        atol=1e-6,
    )


# ---- C3D -------------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:No analog data found in file")
def test_another_reader_reads_the_c3d_back(rear: Analysis, tmp_path: Path) -> None:
    pytest.importorskip("ezc3d", reason="ezc3d has no package for this machine")
    import c3d

    from gaitcheck.report.exchange.c3d import write_c3d

    markers = markers_of(rear.videos[0], tall(rear))
    write_c3d(markers, rear.videos[0], tmp_path / "run.c3d")
    with (tmp_path / "run.c3d").open("rb") as file:
        reader = c3d.Reader(file)
        assert reader.point_rate == pytest.approx(FPS)
        assert [label.strip() for label in reader.point_labels] == list(markers.names)
        assert reader.get("POINT").get("UNITS").string_value.strip() == "mm"
        frames = [points for _, points, _ in reader.read_frames()]
        labels = [text.strip() for text in reader.get("EVENT").get("LABELS").string_array]
        sides = [text.strip() for text in reader.get("EVENT").get("CONTEXTS").string_array]
        times = np.array(reader.get("EVENT").get("TIMES").float_array).reshape(-1, 2)
    assert len(frames) == FRAMES
    knee = markers.names.index("LeftKnee")
    np.testing.assert_allclose(frames[10][knee, :3], 1000 * markers.position_m[10, knee], rtol=1e-5, atol=1e-3)
    assert frames[10][knee, 3] >= 0
    assert frames[MISSING_FRAME][knee, 3] < 0  # invalid, not at the origin
    steps = rear.videos[0].gait.steps
    wanted = [("Foot Strike", s.side.capitalize(), s.initial_contact_s) for s in steps]
    wanted += [("Foot Off", s.side.capitalize(), s.toe_off_s) for s in steps if s.toe_off_s is not None]
    found = [(label, side, 60 * m + s) for label, side, (m, s) in zip(labels, sides, times, strict=True)]
    for (label, side, at_s), (true_label, true_side, true_s) in zip(
        sorted(found, key=lambda e: (e[0], e[2])), sorted(wanted, key=lambda e: (e[0], e[2])), strict=True
    ):
        assert (label, side) == (true_label, true_side)
        assert at_s == pytest.approx(true_s, abs=1e-4)


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_tables_hold_every_number_of_the_analysis(two_views: Analysis, tmp_path: Path) -> None:
    analyses = {"monday": two_views, "friday": two_views}
    files = write_tables(analyses, tmp_path, "csv") + write_tables(analyses, tmp_path, "parquet")
    assert sorted(f.name for f in files) == sorted(
        f"{name}.{form}"
        for name in ("measures_long", "measures_wide", "steps_long", "steps_wide")
        for form in ("csv", "parquet")
    )
    long = pq.read_table(tmp_path / "measures_long.parquet").to_pylist()
    assert len(long) == 2 * len(two_views.measures)
    for row, m in zip(long, [*two_views.measures] * 2, strict=True):
        assert (row["measure"], row["side"], row["mean"], row["status"], row["n_steps"]) == (
            *(m.id, m.side, m.mean, m.status, m.n_steps),
        )
    wide = pq.read_table(tmp_path / "measures_wide.parquet").to_pylist()
    assert [row["analysis"] for row in wide] == ["monday", "friday"]
    valgus = next(m for m in two_views.measures if (m.id, m.side) == ("knee_valgus", "left"))
    assert wide[0]["knee_valgus_left_deg"] == valgus.mean
    assert wide[0]["knee_valgus_left_uncertainty"] == valgus.uncertainty
    assert wide[0]["contralateral_pelvic_drop_left_deg"] is None
    assert wide[0]["contralateral_pelvic_drop_left_status"] == "not_measurable"


def test_csv_and_parquet_say_the_same(two_views: Analysis, tmp_path: Path) -> None:
    write_tables({"run": two_views}, tmp_path, "csv")
    write_tables({"run": two_views}, tmp_path, "parquet")
    for name in ("measures_long", "measures_wide", "steps_long", "steps_wide"):
        text = pyarrow.csv.read_csv(tmp_path / f"{name}.csv").to_pylist()
        exact = pq.read_table(tmp_path / f"{name}.parquet").to_pylist()
        assert [[value or None for value in row.values()] for row in text] == [
            [value or None for value in row.values()] for row in exact
        ], name


def test_withheld_values_are_empty_cells(two_views: Analysis, tmp_path: Path) -> None:
    write_tables({"run": two_views}, tmp_path, "csv")
    with (tmp_path / "measures_long.csv").open(newline="", encoding="utf-8") as file:
        drop = [row for row in csv.DictReader(file) if row["measure"] == "contralateral_pelvic_drop"]
    assert drop
    assert {(row["mean"], row["uncertainty"], row["status"]) for row in drop} == {("", "", "not_measurable")}
    assert all(row["reason"] for row in drop)


def test_long_steps_are_the_wide_ones_turned(rear: Analysis) -> None:
    long = steps_long({"run": rear})
    contacts = [row["value"] for row in long if row["quantity"] == "initial_contact_video_s"]
    assert contacts == [step.initial_contact_s for step in rear.videos[0].gait.steps]
    assert measures_long({"run": rear})[0]["analysis"] == measures_wide({"run": rear})[0]["analysis"] == "run"


# ---- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Analysis]:
    """A folder with a measured run, as `gaitcheck analyze` leaves it."""
    folder = tmp_path_factory.mktemp("out") / "tuesday"
    folder.mkdir()
    spec = Spec.model_validate({"name": "run", "clip": {"duration_s": 5}, "camera": {"view": "right"}})
    tracked: TrackedVideo = tracked_video(folder / "run.mp4", pose_track(spec))
    analysis = conclude([tracked], ModelUsed("full", "a" * 64), Settings(height_cm=175.0))
    write_landmarks(analysis, folder / "landmarks.parquet")
    document = to_document(analysis, files=Files(landmarks="landmarks.parquet"))
    (folder / "analysis.json").write_text(document_json(document), encoding="utf-8")
    return folder, analysis


def run(arguments: Sequence[object], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_measuring_again_gives_the_same_numbers(written: tuple[Path, Analysis]) -> None:
    from gaitcheck.report.reload import load_analysis

    folder, analysis = written
    again = load_analysis(folder)
    assert again.measures == analysis.measures
    assert again.assessment == analysis.assessment
    assert again.videos[0].gait.steps == analysis.videos[0].gait.steps
    assert to_document(again).quality == to_document(analysis).quality


@pytest.mark.parametrize("form", ["csv", "parquet", "trc", "mot", "c3d"])
def test_export_writes_what_it_names(
    form: str, written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(["export", written[0], "--format", form, "--out", tmp_path / "x"], capsys)
    assert (code, err) == (0, "")
    named = [Path(line) for line in out.split()]
    assert named == sorted((tmp_path / "x").iterdir()) or set(named) == set((tmp_path / "x").iterdir())
    assert all(file.stat().st_size > 200 for file in named)
    assert len(named) == (4 if form in ("csv", "parquet") else 1)


def test_exported_knee_is_where_it_was_measured(
    written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import trc

    run(["export", written[0], "--format", "trc", "--out", tmp_path], capsys)
    data = trc.TRCData()
    data.load(str(tmp_path / "tuesday_1_run.trc"))
    knee, hip = np.array(data["RightKnee"]), np.array(data["RightHip"])
    thigh = np.nanmedian(np.linalg.norm(knee - hip, axis=1))
    assert 0.36 < thigh < 0.47  # metres, of a runner 1.75 m tall
    assert np.nanpercentile(np.array(data["RightHeel"])[:, 1], 2) == pytest.approx(0, abs=0.05)


def test_two_folders_of_one_name_are_kept_apart(
    written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["export", written[0], written[0], "--format", "parquet", "--out", tmp_path], capsys)
    names = set(pq.read_table(tmp_path / "measures_wide.parquet")["analysis"].to_pylist())
    assert names == {"tuesday_1", "tuesday_2"}


def test_a_folder_of_analyses_gives_all_of_them(
    written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(written[0], written[0].parent / "wednesday", dirs_exist_ok=True)
    code, _, _ = run(["export", written[0].parent, "--format", "parquet", "--out", tmp_path], capsys)
    assert code == 0
    names = pq.read_table(tmp_path / "measures_wide.parquet")["analysis"].to_pylist()
    assert names == ["tuesday", "wednesday"]


def test_export_of_no_analysis_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(["export", tmp_path, "--out", tmp_path / "x"], capsys)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "holds no analysis.json" in err
    assert not (tmp_path / "x").exists()


def test_export_without_landmarks_says_what_to_do(
    written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "analysis.json").write_bytes((written[0] / "analysis.json").read_bytes())
    code, _, err = run(["export", tmp_path, "--out", tmp_path / "x"], capsys)
    assert (code, err.count("\n")) == (2, 1)
    assert "landmarks.parquet is missing" in err


def test_export_into_a_file_is_refused(
    written: tuple[Path, Analysis], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("mine")
    code, _, err = run(["export", written[0], "--out", tmp_path / "x"], capsys)
    assert (code, (tmp_path / "x").read_text()) == (2, "mine")
    assert "is a file" in err
