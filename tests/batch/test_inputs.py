"""Folders, patterns and files become recordings with names of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from gaitcheck.batch.inputs import find_videos, name_recordings
from gaitcheck.errors import UnusableInputError


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    for name in ("a.mp4", "b.MOV", "notes.txt", "deep/c.webm", ".hidden/d.mp4", "out/a/annotated.mp4", "old/video.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    (folder / "old" / "analysis.json").write_text("{}")
    return folder


def names(files: tuple[Path, ...]) -> list[str]:
    return [file.name for file in files]


def test_folder_gives_its_videos_but_not_hidden_ones_nor_results(videos: Path) -> None:
    assert names(find_videos([videos], videos / "out")) == ["a.mp4", "b.MOV", "c.webm"]


def test_pattern_gives_videos_that_match(videos: Path) -> None:
    assert names(find_videos([f"{videos}/*"], videos / "out")) == ["a.mp4", "b.MOV"]
    assert names(find_videos([f"{videos}/**/c*"], videos / "out")) == ["c.webm"]


def test_a_named_file_is_taken_whatever_its_ending_and_only_once(videos: Path) -> None:
    given = [videos / "notes.txt", videos / "a.mp4", videos / ".." / "videos" / "a.mp4"]
    assert names(find_videos(given, videos / "out")) == ["a.mp4", "notes.txt"]


@pytest.mark.parametrize("given", [[], ["nowhere.mp4"], ["*.mp4"], ["empty"]])
def test_nothing_usable_is_said_in_a_sentence(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableInputError, match="No video was found") as caught:
        find_videos(given, tmp_path / "out")
    assert caught.value.exit_code == 2


def test_names_do_not_clash_even_where_case_does_not_count() -> None:
    files = [Path(name) for name in ("/x/run.mp4", "/y/RUN.mov", "/y/run.mp4", "/z/batch.json.mp4")]
    recordings = name_recordings(files, known={}, taken={"batch.json"})
    assert [each.name for each in recordings] == ["run", "y_RUN", "y_run-2", "z_batch.json"]


def test_names_of_an_earlier_run_stay() -> None:
    known = {Path("/y/run.mp4"): "run"}
    recordings = name_recordings([Path("/x/run.mp4"), Path("/y/run.mp4")], known=known, taken={"run"})
    assert [each.name for each in recordings] == ["x_run", "run"]
