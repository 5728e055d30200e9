from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from gaitcheck.errors import MissingComponentError, ModelError
from gaitcheck.pose.install import model_file
from gaitcheck.pose.model import PoseModel
from gaitcheck.video.reader import FrameReader

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "rear_right_drop.mp4"


@pytest.mark.parametrize("from_a_file", [True, False], ids=["file", "memory"])
def test_what_it_makes_finds_the_runner_and_leaves_no_file(
    from_a_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaitcheck.pose.model._FROM_A_FILE", from_a_file and sys.platform != "win32")
    folder = tmp_path / "vorläufig"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    frame = next(FrameReader(SAMPLE).frames())
    rgb = frame.scaled(frame.size_px, rgb=True)
    with PoseModel(model_file().path) as model:
        follower = model.follower(1)
        seen, followed = model.look(rgb), follower.follow(rgb, 0)
        model.close()  # what it made goes on
        again = follower.follow(rgb, 1)
        follower.close()
    assert [len(poses) for poses in (seen, followed, again)] == [1, 1, 1]
    assert not list(folder.iterdir())


def test_what_goes_wrong_is_told_where_it_is_used_first(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.task"
    with PoseModel(nothing) as model, pytest.raises(ModelError, match=r"nothing\.task .* `gaitcheck models install`"):
        model.follower(1)
    with PoseModel(nothing):
        pass


def test_no_room_for_temporary_files_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gaitcheck.pose.model._FROM_A_FILE", True)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with PoseModel(model_file().path) as model, pytest.raises(MissingComponentError, match="free some space"):
        model.follower(1)
