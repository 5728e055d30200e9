from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gaitcheck.analyze import ModelUsed, conclude
from gaitcheck.cli import main
from gaitcheck.errors import Cancelled, UnusableInputError
from gaitcheck.report.document import Document, read_document
from gaitcheck.report.reanalyze import FORMER, reanalyze
from gaitcheck.report.write import files_of, write_report
from gaitcheck.settings import Answers, Settings
from gaitcheck.synthetic.spec import Spec
from tests.gait.runs import pose_track

from .factory import tracked_video


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def numbers(document: Document) -> dict[str, object]:
    """What was measured and said, without when and by which settings."""
    plain = {name: getattr(document, name) for name in ("videos", "quality", "measures", "findings", "muscles")}
    return plain | {"files": document.files}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `gaitcheck analyze` leaves it, its video beside it."""
    folder = tmp_path_factory.mktemp("original")
    spec = Spec.model_validate({"name": "run", "clip": {"duration_s": 4.5}, "camera": {"view": "right"}})
    tracked = tracked_video(folder / "run.mp4", pose_track(spec))
    analysis = conclude([tracked], ModelUsed("full", "a" * 64), Settings(height_cm=175.0, speed_kmh=10.0))
    write_report(analysis, folder / "tuesday")
    return folder


@pytest.fixture
def written(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original / "tuesday", tmp_path / "tuesday"))


def test_the_same_settings_give_the_same_result(written: Path) -> None:
    before = read_document(written)
    done = reanalyze(written)
    assert done.pictures == "kept"
    assert numbers(read_document(written)) == numbers(before)
    assert (written / "steps.csv").read_bytes() == (written / FORMER / "steps.csv").read_bytes()


def test_the_former_result_is_kept_whole_and_only_the_last_one(written: Path) -> None:
    before = contents(written)
    reanalyze(written, Settings(height_cm=160.0))
    assert contents(written / FORMER) == before
    assert read_document(written).provenance.settings == Settings(height_cm=160.0)
    second = {name: data for name, data in contents(written).items() if not name.startswith(FORMER)}
    reanalyze(written, Settings(height_cm=190.0))
    assert contents(written / FORMER) == second
    assert {str(p) for p in files_of(read_document(written))} == {
        name for name in contents(written) if not name.startswith(FORMER)
    }


def test_another_height_changes_what_hangs_on_it_and_nothing_else(written: Path) -> None:
    before = {(m.id, m.side): m for m in read_document(written).measures}
    reanalyze(written, Settings(height_cm=87.5, speed_kmh=10.0))
    after = {(m.id, m.side): m for m in read_document(written).measures}
    changed = {key[0] for key in before if before[key].mean != after[key].mean}
    assert changed
    for key in before:
        if key[0] in changed and before[key].unit == "cm":
            assert after[key].mean == pytest.approx(before[key].mean / 2)
    assert {before[key].unit for key in before if key[0] in changed} == {"cm"}


def test_pictures_stay_while_their_numbers_do(written: Path) -> None:
    video = (written / "annotated.mp4").read_bytes()
    done = reanalyze(written, Settings(height_cm=175.0, speed_kmh=14.0, sex="F"))
    assert done.pictures == "kept"
    assert (written / "annotated.mp4").read_bytes() == video
    outputs = read_document(written).videos[0].outputs
    assert outputs == read_document(written / FORMER).videos[0].outputs
    assert outputs.stills


def test_pictures_of_other_numbers_are_left_out_and_not_lost(written: Path) -> None:
    done = reanalyze(written, Settings(height_cm=175.0, roll_deg=4.0))
    assert done.pictures == "left_out"
    outputs = read_document(written).videos[0].outputs
    assert (outputs.annotated_video, outputs.stills) == (None, ())
    assert not (written / "annotated.mp4").exists()
    assert not (written / "stills").exists()
    assert (written / FORMER / "annotated.mp4").is_file()
    assert list((written / FORMER / "stills").iterdir())


def test_with_the_video_the_pictures_are_drawn_again(original: Path, written: Path) -> None:
    before = contents(written)
    done = reanalyze(written, Settings(height_cm=175.0, roll_deg=4.0), videos=[original / "run.mp4"])
    assert done.pictures == "drawn"
    after = contents(written)
    assert after["annotated.mp4"] != before["annotated.mp4"]
    former = {still.file: still.value for still in read_document(written / FORMER).videos[0].outputs.stills}
    stills = read_document(written).videos[0].outputs.stills
    other = [still.file for still in stills if former.get(still.file) != pytest.approx(still.value, abs=0.1)]
    assert len(other) >= 4  # the bend of a knee is the same in a turned picture
    assert all(after[name] != before.get(name) for name in other)


def test_another_video_is_refused(written: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(b"something else")
    before = contents(written)
    with pytest.raises(UnusableInputError, match=r"other\.mp4 is not a video of this analysis, .* run\.mp4"):
        reanalyze(written, videos=[other])
    with pytest.raises(UnusableInputError, match="There is no file"):
        reanalyze(written, videos=[tmp_path / "missing.mp4"])
    assert contents(written) == before


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt, RuntimeError])
def test_a_fault_leaves_the_result_as_it_was(
    written: Path, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise error("stop")

    before = contents(written)
    monkeypatch.setattr("gaitcheck.report.reanalyze.write_pages", fail)
    with pytest.raises(error):
        reanalyze(written, Settings(roll_deg=3.0))
    assert contents(written) == before
    assert [p.name for p in written.parent.iterdir()] == ["tuesday"]


def test_another_folder_leaves_the_analysis_alone(written: Path, tmp_path: Path) -> None:
    before = contents(written)
    done = reanalyze(written, Settings(height_cm=175.0, speed_kmh=12.0), out_dir=tmp_path / "new", report=False)
    assert contents(written) == before
    assert done.folder == tmp_path / "new"
    assert {p.name for p in done.folder.iterdir()} == {
        *("analysis.json", "landmarks.parquet", "steps.csv", "annotated.mp4", "stills"),
    }
    assert read_document(done.folder).files.report is None


def test_a_result_can_be_measured_again_and_again(written: Path) -> None:
    first = pq.read_table(written / "landmarks.parquet")
    for roll in (5.0, -5.0):
        reanalyze(written, Settings(height_cm=175.0, speed_kmh=10.0, roll_deg=roll), report=False)
    reanalyze(written, Settings(height_cm=175.0, speed_kmh=10.0), report=False)
    assert pq.read_table(written / "landmarks.parquet").equals(first)


def test_the_command_changes_only_what_is_named(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reanalyze", str(written), "--speed-kmh", "13", "--age", "30", "--no-report"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{written}: ")
    assert "left out" not in out
    assert err == ""
    settings = read_document(written).provenance.settings
    assert settings == Settings(height_cm=175.0, speed_kmh=13.0, answers=Answers(age_years=30))
    assert main(["reanalyze", str(written), "--fresh", "--roll-deg", "3", "--no-report"]) == 0
    assert "name the video with --video" in capsys.readouterr().out
    assert read_document(written).provenance.settings == Settings(roll_deg=3.0)


def test_several_analyses_go_to_folders_of_their_names(original: Path, tmp_path: Path) -> None:
    for day in ("monday", "friday"):
        shutil.copytree(original / "tuesday", tmp_path / "all" / day)
    assert main(["reanalyze", str(tmp_path / "all"), "--out", str(tmp_path / "new"), "--no-report"]) == 0
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["friday", "monday"]
    assert not (tmp_path / "all" / "monday" / FORMER).exists()


def test_two_analyses_of_the_same_name_keep_a_folder_each(original: Path, tmp_path: Path) -> None:
    folders = [shutil.copytree(original / "tuesday", tmp_path / name / "run") for name in ("anna", "berta")]
    assert main(["reanalyze", *map(str, folders), "--out", str(tmp_path / "new"), "--no-report"]) == 0
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["run_1", "run_2"]


def test_a_folder_without_an_analysis_is_told_before_any_result_is_changed(written: Path, tmp_path: Path) -> None:
    before = contents(written)
    assert main(["reanalyze", str(written), str(tmp_path / "nothing"), "--no-report"]) == 2
    assert contents(written) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--age", "300"], "--age: input should be less than or equal to 110."),
        (["--roll-deg", "90"], "--roll-deg: input should be less than or equal to 45."),
        (["--baseline", "3-1"], "--baseline: the baseline must be a span"),
        (["--baseline", "now"], "--baseline: 'now' is not a span"),
        (["--video", "missing.mp4"], "There is no file missing.mp4"),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence(
    arguments: list[str], sentence: str, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(written)
    assert main(["reanalyze", str(written), *arguments]) != 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert sentence in err
    assert contents(written) == before


@pytest.mark.parametrize(
    ("options", "not_needed"),
    [
        (["--speed-kmh", "12"], {"mediapipe", "pandas", "streamlit", "matplotlib"}),
        (["--no-report"], {"mediapipe", "pandas", "streamlit", "matplotlib", "cv2", "av", "jinja2", "typst", "rich"}),
    ],
)
def test_neither_mediapipe_nor_a_model_nor_pandas_is_needed(
    options: list[str], not_needed: set[str], written: Path, tmp_path: Path
) -> None:
    script = (
        "import json, sys\n"
        "from gaitcheck.cli import main\n"
        f"code = main(['reanalyze', {str(written)!r}, *{options}])\n"
        f"print(json.dumps([code, sorted({not_needed} & set(sys.modules))]))\n"
    )
    environment = {"GAITCHECK_CACHE": str(tmp_path / "nothing"), "PATH": "", "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment)
    assert json.loads(run.stdout.splitlines()[-1]) == [0, []]
