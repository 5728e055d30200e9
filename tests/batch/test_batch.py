"""A batch with real worker processes and a stub for the analysis."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gaitcheck.batch import BatchEvent, BatchResult
from gaitcheck.batch.run import run_jobs
from gaitcheck.errors import Cancelled, UnusableInputError
from tests.support.signals import heed_ctrl_c

from .stub_jobs import StubJob

OWN_FILES = {".batch.lock", "batch.json", "summary.csv", "summary.parquet", "summary_wide.csv", "failures.csv"}


def make_files(folder: Path, **words: str) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, word in words.items():
        (folder / f"{name}.mp4").write_text(word)
    return [folder / f"{name}.mp4" for name in words]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def run(files: list[Path], out_dir: Path, job: StubJob | None = None, jobs: int = 2) -> BatchResult:
    return run_jobs(files, out_dir, job or StubJob(), jobs=jobs)


def test_a_folder_for_each_and_one_table_over_all(tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    events: list[BatchEvent] = []
    files = make_files(tmp_path / "in", one="161.5", two="172.25", three="180")
    result = run_jobs(files, out_dir, StubJob(), jobs=2, on_event=events.append)

    assert result.done == ("one", "three", "two")
    assert (result.skipped, result.failures, result.exit_code) == ((), (), 0)
    assert {path.name for path in out_dir.iterdir()} == OWN_FILES | {"one", "two", "three"}
    rows = read_csv(out_dir / "summary.csv")
    assert [(row["recording"], row["measure"], row["side"], row["mean"]) for row in rows] == [
        ("one", "cadence", "", "161.5"),
        ("one", "heel_recovery", "left", ""),
        ("three", "cadence", "", "180.0"),
        ("three", "heel_recovery", "left", ""),
        ("two", "cadence", "", "172.25"),
        ("two", "heel_recovery", "left", ""),
    ]
    assert rows[1]["reason"] == "The heel is hidden."
    assert rows[0]["file"] == str(files[0])
    table = pq.read_table(out_dir / "summary.parquet").to_pylist()
    assert [row["mean"] for row in table] == [161.5, None, 180.0, None, 172.25, None]
    assert [row["n_steps"] for row in table] == [20, 0] * 3
    wide = read_csv(out_dir / "summary_wide.csv")
    assert [(row["recording"], row["cadence"], row["cadence_uncertainty"]) for row in wide] == [
        ("one", "161.5", "0.75"),
        ("three", "180.0", "0.75"),
        ("two", "172.25", "0.75"),
    ]
    kinds = [(event.kind, event.recording) for event in events if event.kind != "progress"]
    assert kinds[:2] == [("started", "one"), ("started", "two")]
    assert [event.finished for event in events if event.kind == "done"] == [1, 2, 3]
    assert {event.total for event in events} == {3}
    assert (events[0].batch_share, events[-1].batch_share) == (0.0, 1.0)
    assert sorted(kinds) == sorted((kind, name) for kind in ("started", "done") for name in ("one", "two", "three"))


def test_each_recording_has_a_process_of_its_own_with_its_share_of_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAITCHECK_WORKERS", "5")
    run(make_files(tmp_path / "in", one="1", two="2"), tmp_path / "out", jobs=4)
    pids = {(tmp_path / "out" / name / "pid.txt").read_text() for name in ("one", "two")}
    assert len(pids) == 2
    assert str(os.getpid()) not in pids
    assert (tmp_path / "out" / "one" / "threads.txt").read_text() == "2"


def test_failures_are_listed_and_the_others_go_on(tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    files = make_files(
        tmp_path / "in", a="unusable", b="killed", c="150", d="leaves", e="fault", f="memory", g="151", h="library"
    )
    result = run([*files, tmp_path / "in" / "gone.mp4"], out_dir)

    assert result.done == ("c", "g")
    assert result.exit_code == 1
    assert result.sentence == "9 recordings: 2 analysed, 7 failed."
    sentences = {failure.recording: failure.sentence for failure in result.failures}
    assert sentences["a"] == "This is not a video."
    assert "memory ran out" in sentences["b"]
    assert "exit code 7" in sentences["d"]
    assert sentences["e"] == "This is a fault of the program, not of the video (KeyError: 'knee')."
    assert "not enough memory" in sentences["f"]
    assert "run `gaitcheck doctor`" in sentences["h"]
    assert sentences["gone"] == f"The file {tmp_path}/in/gone.mp4 does not exist; check the name."
    assert {row["recording"]: row["sentence"] for row in read_csv(out_dir / "failures.csv")} == sentences
    failed_rows = [row for row in read_csv(out_dir / "summary.csv") if row["recording_status"] == "failed"]
    assert {row["recording"]: row["reason"] for row in failed_rows} == sentences
    # Nothing half, and what a programmer needs is kept beside.
    logs = {"b.error.txt", "e.error.txt", "f.error.txt", "h.error.txt"}
    assert {path.name for path in out_dir.iterdir()} == OWN_FILES | {"c", "g"} | logs
    assert "last words" in (out_dir / "b.error.txt").read_text()
    assert "KeyError: 'knee'" in (out_dir / "e.error.txt").read_text()


def test_a_second_run_does_only_what_is_missing_or_changed(tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    files = make_files(tmp_path / "in", keep="100", change="101", lose="102", damage="103", mend="fault")
    run(files, out_dir)
    before = (out_dir / "keep" / "pid.txt").read_text()

    make_files(tmp_path / "in", change="111", mend="104")
    (out_dir / "lose" / "analysis.json").unlink()
    (out_dir / "damage" / "analysis.json").write_text("{")
    result = run(files, out_dir)
    assert (result.done, result.skipped) == (("change", "damage", "lose", "mend"), ("keep",))
    assert (out_dir / "keep" / "pid.txt").read_text() == before
    cadences = {row["recording"]: row["mean"] for row in read_csv(out_dir / "summary.csv") if row["mean"]}
    assert cadences == {"keep": "100.0", "change": "111.0", "lose": "102.0", "damage": "103.0", "mend": "104.0"}
    assert read_csv(out_dir / "failures.csv") == []
    assert not (out_dir / "mend.error.txt").exists()

    assert run(files, out_dir).skipped == ("change", "damage", "keep", "lose", "mend")
    assert run(files, out_dir, StubJob("other")).done == ("change", "damage", "keep", "lose", "mend")


def test_an_earlier_result_survives_a_failure(tmp_path: Path) -> None:
    files = make_files(tmp_path / "in", one="100")
    run(files, tmp_path / "out")
    files[0].unlink()
    result = run(files, tmp_path / "out")
    assert result.failures[0].sentence.endswith("The folder one still holds an earlier result.")
    assert json.loads((tmp_path / "out" / "one" / "analysis.json").read_text())["measures"][0]["mean"] == 100


def test_files_with_the_same_stem_keep_their_folders_over_runs(tmp_path: Path) -> None:
    first, second = make_files(tmp_path / "x", run="100") + make_files(tmp_path / "y", run="200")
    assert run([second], tmp_path / "out").done == ("run",)
    result = run([first, second], tmp_path / "out")
    assert (result.done, result.skipped) == (("x_run",), ("run",))
    means = {row["recording"]: row["mean"] for row in read_csv(tmp_path / "out" / "summary.csv") if row["mean"]}
    assert means == {"run": "200.0", "x_run": "100.0"}


def test_what_else_lies_in_the_folder_is_not_touched(tmp_path: Path) -> None:
    other = tmp_path / "out" / "run"
    other.mkdir(parents=True)
    (other / "thesis.txt").write_text("mine")
    assert run(make_files(tmp_path / "in", run="100"), tmp_path / "out").done == ("in_run",)
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_unusable_output_and_jobs_are_said_in_a_sentence(tmp_path: Path) -> None:
    files = make_files(tmp_path / "in", one="100")
    with pytest.raises(UnusableInputError, match="cannot be made"):
        run(files, files[0] / "out")
    with pytest.raises(UnusableInputError, match="--jobs 1"):
        run(files, tmp_path / "out", jobs=0)


def test_a_stop_from_within_leaves_what_is_finished(tmp_path: Path) -> None:
    out_dir = tmp_path / "out"
    files = make_files(tmp_path / "in", a="100", b="sleep", c="101")

    def stop(event: BatchEvent) -> None:
        if (event.kind, event.recording) == ("started", "b"):
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run_jobs(files, out_dir, StubJob(), jobs=1, on_event=stop)
    assert {path.name for path in out_dir.iterdir()} == OWN_FILES | {"a"}
    assert {row["recording"] for row in read_csv(out_dir / "summary.csv")} == {"a"}


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from {stubs} import StubJob
from gaitcheck.batch.run import run_jobs
from gaitcheck.errors import Cancelled
if __name__ == "__main__":
    try:
        run_jobs(sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[2]), StubJob(), jobs=1)
    except Cancelled as error:
        sys.exit(f"{{error}}")
"""


def start_program(tmp_path: Path) -> subprocess.Popen[str]:
    """Start a batch of its own, first recording 100, second one asleep, and wait until the second is."""
    make_files(tmp_path / "in", a="100", b="sleep")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(tests=str(Path(__file__).parents[1]), stubs="batch.stub_jobs"))
    process = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "in"), str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_ctrl_c,
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "out").glob(".partial/*/asleep")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal as POSIX has them")
def test_ctrl_c_stops_everything_and_a_second_run_goes_on(tmp_path: Path) -> None:
    process = start_program(tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    _, message = process.communicate(timeout=30)
    assert message.strip() == "Stopped with 1 analysed; run the same command again to go on from there."
    assert_group_ends(process.pid)
    out_dir = tmp_path / "out"
    assert {path.name for path in out_dir.iterdir()} == OWN_FILES | {"a"}
    make_files(tmp_path / "in", b="101")
    result = run(sorted((tmp_path / "in").iterdir()), out_dir)
    assert (result.done, result.skipped) == (("b",), ("a",))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal as POSIX has them")
def test_a_second_batch_is_kept_out_and_a_killed_one_leaves_no_worker(tmp_path: Path) -> None:
    process = start_program(tmp_path)
    with pytest.raises(UnusableInputError, match="Another batch is writing"):
        run([tmp_path / "in" / "a.mp4"], tmp_path / "out")
    process.kill()
    process.communicate(timeout=30)
    assert_group_ends(process.pid)
    make_files(tmp_path / "in", b="101")
    result = run(sorted((tmp_path / "in").iterdir()), tmp_path / "out")
    assert (result.done, result.skipped) == (("b",), ("a",))
    assert not (tmp_path / "out" / ".partial").exists()


def assert_group_ends(group: int) -> None:
    """No process of the group is left (workers notice the death of their parent)."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a worker is left running")
