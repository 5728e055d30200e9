"""Tokens, queue, cancelling and old folders, with real processes and a stub for the analysis."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gaitcheck.dashboard.runs import KEEP_S, RunDesk, RunStatus
from gaitcheck.errors import UnusableInputError
from gaitcheck.settings import Settings

from .stub_jobs import StubJob

JOB = StubJob(Settings.model_validate({}), annotated_video=True, model_sha256="0")


def begin(desk: RunDesk, name: str) -> str:
    token = desk.new_token()
    file = desk.videos_dir(token) / f"{name}.mp4"
    file.write_bytes(b"video")
    desk.start(token, (file,), JOB)
    return token


def wait_for(desk: RunDesk, token: str, wanted: Callable[[RunStatus], bool]) -> RunStatus:
    deadline = time.monotonic() + 60
    while not wanted(status := desk.status(token)):
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return status


def worker_pid(root: Path, token: str) -> int:
    return int((root / token / "work" / "pid.txt").read_text())


def assert_ended(pid: int) -> None:
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_run_from_start_to_result(tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    token = begin(desk, "run")
    assert wait_for(desk, token, lambda status: status.state != "running") == RunStatus("done")
    assert "['run.mp4']" in (desk.result_dir(token) / "asked.txt").read_text()
    assert {path.name for path in (tmp_path / "root" / token).iterdir()} == {"videos", "result"}
    # A server started later finds it again.
    assert RunDesk(tmp_path / "root", slots=1).status(token) == RunStatus("done")


def test_a_failure_is_a_sentence_and_leaves_the_video_for_another_try(tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    token = begin(desk, "nobody")
    status = wait_for(desk, token, lambda status: status.state != "running")
    assert status == RunStatus("failed", sentence="No runner was found in the video.")
    assert [path.name for path in (tmp_path / "root" / token).iterdir()] == ["videos"]


def test_cancel_ends_the_process_and_leaves_nothing(tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    token = begin(desk, "long")
    status = wait_for(desk, token, lambda status: status.share > 0)
    assert (status.stage, status.share) == ("Finding the runner", 0.25)
    assert status.seconds_left is not None
    assert status.seconds_left > 0
    pid = worker_pid(tmp_path / "root", token)
    desk.cancel(token)
    assert_ended(pid)
    assert list((tmp_path / "root").iterdir()) == []
    assert desk.status(token) == RunStatus("unknown")


def test_runs_wait_their_turn_and_do_not_touch_each_other(tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    first, second, third = begin(desk, "long"), begin(desk, "run"), begin(desk, "run")
    wait_for(desk, first, lambda status: status.share > 0)
    assert (desk.status(second).state, desk.status(second).ahead) == ("waiting", 0)
    assert (desk.status(third).state, desk.status(third).ahead) == ("waiting", 1)
    desk.cancel(first)
    for token in (second, third):
        wait_for(desk, token, lambda status: status.state == "done")
    assert desk.result_dir(second) != desk.result_dir(third)


def test_starting_again_replaces_the_run(tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    token = begin(desk, "long")
    wait_for(desk, token, lambda status: status.share > 0)
    pid = worker_pid(tmp_path / "root", token)
    file = desk.videos_dir(token) / "run.mp4"
    file.write_bytes(b"video")
    desk.start(token, (file,), JOB)
    assert_ended(pid)
    wait_for(desk, token, lambda status: status.state == "done")
    assert "['run.mp4']" in (desk.result_dir(token) / "asked.txt").read_text()


def test_old_folders_go_but_not_those_at_work(tmp_path: Path) -> None:
    root = tmp_path / "root"
    desk = RunDesk(root, slots=1)
    old, fresh, busy = desk.new_token(), desk.new_token(), begin(desk, "long")
    wait_for(desk, busy, lambda status: status.share > 0)
    before = time.time() - KEEP_S - 60
    for token in (old, busy):
        os.utime(root / token, (before, before))
    desk.remove_old()
    assert {path.name for path in root.iterdir()} == {fresh, busy}
    desk.cancel(busy)


@pytest.mark.parametrize("token", ["", "..", "../root", "0" * 32, "A" * 32, "0" * 31 + "/"])
def test_a_token_that_was_not_given_out_opens_nothing(token: str, tmp_path: Path) -> None:
    desk = RunDesk(tmp_path / "root", slots=1)
    mine = desk.new_token()
    assert desk.status(token) == RunStatus("unknown")
    desk.cancel(token)
    assert desk.exists(mine)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of folders as POSIX has them")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(UnusableInputError, match="belongs to somebody else"):
        RunDesk(tmp_path, slots=1)
