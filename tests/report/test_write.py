import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from gaitcheck.analyze import Analysis
from gaitcheck.errors import Cancelled, MissingComponentError, UnusableInputError
from gaitcheck.report.document import json_schema, read_document
from gaitcheck.report.write import files_of, write_report

from .factory import make_video_analysis

STILLS = {f"stills/rear_{s}_{e}.jpg" for s in ("left", "right") for e in ("initial_contact", "midstance", "toe_off")}
WHOLE = {"analysis.json", "landmarks.parquet", "steps.csv", "report.html", "report.pdf", "annotated.mp4", *STILLS}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def short(tmp_path: Path, rear: Analysis) -> Analysis:
    """Four steps, so that a whole result is written quickly."""
    (tmp_path / "in").mkdir()
    video = make_video_analysis(tmp_path / "in" / "short.mp4", "rear", frames=45)
    return replace(rear, videos=(video,), measures=video.gait.measures)


def test_the_folder_holds_what_the_document_names_and_nothing_else(rear: Analysis, tmp_path: Path) -> None:
    out = write_report(rear, tmp_path / "new" / "out")
    assert set(contents(out)) == WHOLE
    document = read_document(out)
    assert {str(p) for p in files_of(document)} == WHOLE
    jsonschema.validate(json.loads((out / "analysis.json").read_text(encoding="utf-8")), json_schema())
    assert list(out.parent.iterdir()) == [out]


def test_two_views_give_two_videos_and_stills_of_each(two_views: Analysis, tmp_path: Path) -> None:
    out = write_report(two_views, tmp_path / "out")
    documents = read_document(out).videos
    assert [v.outputs.annotated_video for v in documents] == ["annotated.mp4", "annotated_2.mp4"]
    names = [s.file for v in documents for s in v.outputs.stills]
    assert len(names) == len(set(names)) == 12
    assert all((out / name).is_file() for name in (*names, "annotated_2.mp4"))


def test_twice_gives_the_same_files(short: Analysis, tmp_path: Path) -> None:
    one, two = (contents(write_report(short, tmp_path / name)) for name in ("one", "two"))
    documents = [json.loads(found.pop("analysis.json")) for found in (one, two)]
    for document in documents:
        del document["provenance"]["times"]
    assert documents[0] == documents[1]
    assert one == two


def test_without_the_video_everything_else_is_there(short: Analysis, tmp_path: Path) -> None:
    out = write_report(short, tmp_path / "out", annotated_video=False)
    assert not (out / "annotated.mp4").exists()
    assert {"analysis.json", "landmarks.parquet", "steps.csv", "report.html", "report.pdf"} <= set(contents(out))
    assert read_document(out).videos[0].outputs.annotated_video is None


def test_progress_grows_to_one(short: Analysis, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    write_report(short, tmp_path / "out", progress=lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1.0


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_nothing(
    short: Analysis, tmp_path: Path, share: float, error: type[BaseException]
) -> None:
    def stop(stage: str, done: float) -> None:
        if done >= share:
            raise error("stop")

    (tmp_path / "place").mkdir()
    with pytest.raises(error):
        write_report(short, tmp_path / "place" / "out", progress=stop)
    assert list((tmp_path / "place").iterdir()) == []


def test_an_earlier_result_survives_a_failed_run(short: Analysis, tmp_path: Path) -> None:
    out = write_report(short, tmp_path / "out", annotated_video=False)
    before = contents(out)

    def stop(stage: str, done: float) -> None:
        if done > 0.3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        write_report(short, out, progress=stop)
    assert contents(out) == before
    assert sorted(p.name for p in out.iterdir()) == sorted({name.split("/")[0] for name in before})


@pytest.mark.parametrize("failing_move", [1, 3, 9, 12])
def test_a_fault_while_moving_puts_the_earlier_result_back(
    short: Analysis, tmp_path: Path, failing_move: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = write_report(short, tmp_path / "out", annotated_video=False)
    (out / "notes.txt").write_text("mine")
    before = contents(out)
    real, moves = Path.rename, []

    def rename(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) == failing_move:
            raise OSError(28, os.strerror(28))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(MissingComponentError, match="No space left on device"):
        write_report(short, out, annotated_video=False)
    monkeypatch.undo()
    assert contents(out) == before
    assert not [p for p in out.iterdir() if p.name.startswith(".")]


def test_a_new_result_replaces_the_old_one_and_spares_other_files(
    rear: Analysis, short: Analysis, tmp_path: Path
) -> None:
    out = write_report(short, tmp_path / "out")
    (out / "notes.txt").write_text("mine")
    (out / "stills" / "my own.jpg").write_bytes(b"mine")
    without_steps = replace(short.videos[0].gait, steps=(), step_values={})
    write_report(replace(short, videos=(replace(short.videos[0], gait=without_steps),)), out, annotated_video=False)
    assert set(contents(out)) == {
        *("analysis.json", "landmarks.parquet", "steps.csv", "report.html", "report.pdf"),
        *("notes.txt", "stills/my own.jpg"),
    }


def test_a_folder_with_other_files_is_filled_and_they_stay(short: Analysis, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "analysis.json").write_text("not ours")
    (out / "notes.txt").write_text("mine")
    write_report(short, out, annotated_video=False)
    assert read_document(out).videos[0].file_name == "short.mp4"
    assert (out / "notes.txt").read_text() == "mine"


def test_a_file_in_the_way_is_named(short: Analysis, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UnusableInputError, match="is a file"):
        write_report(short, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def test_a_place_that_cannot_be_written_to_is_one_sentence(short: Analysis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(MissingComponentError, match="choose a folder"):
        write_report(short, tmp_path / "file" / "out")


def test_an_earlier_document_cannot_point_out_of_its_folder(short: Analysis, tmp_path: Path) -> None:
    out = write_report(short, tmp_path / "out", annotated_video=False)
    outside = tmp_path / "precious.csv"
    outside.write_text("keep")
    document = json.loads((out / "analysis.json").read_text())
    document["files"]["steps"] = "../precious.csv"
    (out / "analysis.json").write_text(json.dumps(document))
    write_report(short, out, annotated_video=False)
    assert outside.read_text() == "keep"
    shutil.rmtree(out)
