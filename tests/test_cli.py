from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

import gaitcheck.analyze
import gaitcheck.batch.run
import gaitcheck.report.write
from gaitcheck import __version__, cli
from gaitcheck.batch.events import BatchResult, Failure
from gaitcheck.cli import main
from gaitcheck.errors import Cancelled, MissingComponentError, ModelError, UnusableInputError
from gaitcheck.settings import Answers, PainSite, Settings, WarningSign
from tests.support.signals import heed_ctrl_c

COMMAND = [sys.executable, "-m", "gaitcheck.cli"]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAITCHECK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GAITCHECK_MODEL", raising=False)


def sentence_of(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    return err.strip()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """What `analyze` and `write_report` are called with; both are played."""
    made: list[SimpleNamespace] = []
    assessment = SimpleNamespace(summary="Nothing stands out.", findings=(), muscles=(), red_flags=())

    def analyze(paths: list[Path], settings: Settings, *, progress: Any) -> Any:
        progress("Finding the joints", 0.5)
        made.append(SimpleNamespace(paths=paths, settings=settings, out=None, annotated_video=None))
        return SimpleNamespace(assessment=assessment, measures=(), videos=())

    def write_report(analysis: Any, out: Path, *, annotated_video: bool, progress: Any) -> Path:
        progress("Writing", 1.0)
        made[-1].out, made[-1].annotated_video = out, annotated_video
        out.mkdir(parents=True)
        (out / "analysis.json").write_text('{"schema_version": 1}\n')
        return out

    monkeypatch.setattr(gaitcheck.analyze, "analyze", analyze)
    monkeypatch.setattr(gaitcheck.report.write, "write_report", write_report)
    return made


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gaitcheck {__version__}\n"
    assert main([]) == 0
    out = capsys.readouterr().out
    for name in ("analyze", "batch", "demo", "doctor", "models", "synth"):
        assert f"  {name} " in out


HEAVY = {
    *("cv2", "av", "mediapipe", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "moderngl"),
    *("streamlit", "plotly", "typst", "jinja2", "rich"),
}


@pytest.mark.parametrize(
    "statements",
    [
        "import gaitcheck",
        *(
            f"from gaitcheck.cli import main; assert main({arguments}) == 0"
            for arguments in (["--help"], ["--version"], ["analyze", "--help"], ["reanalyze", "--help"])
        ),
    ],
)
def test_help_and_import_load_nothing_heavy(statements: str) -> None:
    script = f"import sys; {statements}; heavy = {HEAVY} & set(sys.modules); assert not heavy, heavy"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_nothing_loads_scipy_before_the_runner_is_followed() -> None:
    script = "import sys, gaitcheck.analyze, gaitcheck.pose.landmarker; assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_options_become_settings(
    calls: list[SimpleNamespace], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = "--view rear --speed-kmh 10.5 --height-cm 172 --sex F --person 2 --capture-fps 240 --roll-deg -1.5"
    arguments = ["analyze", "a.mp4", "--out", str(out), *options.split(), "--analysis-fps", "60", "--baseline", "0.5-3"]
    assert main([*arguments, "--model", "heavy", "--no-video"]) == 0
    (call,) = calls
    assert call.paths == [Path("a.mp4")]
    assert call.settings == Settings(
        view="rear",
        speed_kmh=10.5,
        height_cm=172,
        sex="F",
        person=2,
        capture_fps=240,
        analysis_fps=60,
        roll_deg=-1.5,
        baseline_s=(0.5, 3.0),
        model="heavy",
    )
    assert (call.out, call.annotated_video) == (out, False)
    said, err = capsys.readouterr()
    assert said.splitlines() == ["Nothing stands out.", f"Report: {out / 'report.html'}"]
    assert err == ""


def test_answers_become_settings(calls: list[SimpleNamespace], tmp_path: Path) -> None:
    options = "--age 17 --pain shin --pain knee_back --pain-level 4 --past-injury bone_stress --warning-sign fever"
    assert main(["analyze", "a.mp4", "--out", str(tmp_path / "out"), *options.split()]) == 0
    assert calls[0].settings.answers == Answers(
        age_years=17,
        pain_sites=("shin", "knee_back"),
        pain_level=4,
        past_injuries=("bone_stress",),
        warning_signs=("fever",),
    )


@pytest.mark.parametrize("name", [None, "Änne Größenwahn"])
def test_a_name_is_saved_only_when_it_is_given(calls: list[SimpleNamespace], tmp_path: Path, name: str | None) -> None:
    options = [] if name is None else ["--patient-name", name]
    assert main(["analyze", "a.mp4", "--out", str(tmp_path / "out"), *options]) == 0
    assert calls[0].settings.patient_name == name


def test_a_red_flag_is_said_before_everything_else(
    calls: list[SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = SimpleNamespace(text="Fever", advice="Do not run with a fever.")
    assessment = SimpleNamespace(summary="Nothing stands out.", findings=(), muscles=(), red_flags=(flag,))
    played = SimpleNamespace(assessment=assessment, measures=(), videos=())
    calls.append(SimpleNamespace())
    monkeypatch.setattr(gaitcheck.analyze, "analyze", lambda paths, settings, *, progress: played)
    assert main(["analyze", "a.mp4", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["! Fever: Do not run with a fever.", "Nothing stands out."]


def test_help_names_every_answer_that_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for answer in (*get_args(PainSite), *get_args(WarningSign), "bone_stress"):
        assert answer in said


def test_several_views_of_one_run(calls: list[SimpleNamespace], tmp_path: Path) -> None:
    assert main(["analyze", "a.mp4", "b.mov", "--out", str(tmp_path / "out")]) == 0
    (call,) = calls
    assert call.paths == [Path("a.mp4"), Path("b.mov")]
    assert call.settings == Settings()


def test_a_model_file(calls: list[SimpleNamespace], tmp_path: Path) -> None:
    model = tmp_path / "mine.task"
    model.touch()
    assert main(["analyze", "a.mp4", "--out", str(tmp_path / "out"), "--model", str(model)]) == 0
    assert calls[0].settings == Settings(model_path=model)
    assert calls[0].annotated_video is True


def test_json_prints_the_document_and_nothing_else(
    calls: list[SimpleNamespace], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", "a.mp4", "--json", "--out", str(tmp_path / "out")]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"schema_version": 1}
    assert err == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--speed-kmh", "-3"], "--speed-kmh: input should be greater than 0"),
        (["--speed-kmh", "fast"], "--speed-kmh"),
        (["--pain", "elbow"], "--pain: input should be 'groin', 'hip_outer'"),
        (["--pain-level", "11"], "--pain-level: input should be less than or equal to 10"),
        (["--past-injury", "elbow"], "--past-injury: input should be"),
        (["--warning-sign", "worry"], "--warning-sign: input should be 'bone_pain'"),
        (["--age", "3"], "--age: input should be greater than or equal to 5"),
        (["--height-cm", "1.7"], "--height-cm: input should be greater than or equal to 80"),
        (["--capture-fps", "0"], "--capture-fps"),
        (["--roll-deg", "90"], "--roll-deg"),
        (["--person", "0"], "--person"),
        (["--view", "top"], "'top' is not one of 'rear', 'front', 'left', 'right'"),
        (["--sex", "x"], "--sex"),
        (["--baseline", "3"], "--baseline: '3' is not a span of seconds"),
        (["--baseline", "3-1"], "--baseline: the baseline must be a span of seconds"),
        (["--model", "huge"], "no pose model named 'huge'"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_options(
    options: list[str], words: str, tmp_path: Path, calls: list[SimpleNamespace], capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in sentence_of(["analyze", "a.mp4", "--out", str(tmp_path / "out"), *options], 2, capsys)
    assert calls == []
    assert not (tmp_path / "out").exists()


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    for arguments, words in [
        (["analyze"], "Missing argument 'VIDEO"),
        (["analyze", "a.mp4"], "--out DIR"),
        (["analyze", "a.mp4", "--out", str(tmp_path / "file")], "is a file"),
        (["analyze", "a.mp4", "b.mp4", "--json", "--view", "rear"], "--view: it would hold for all the videos"),
        (["nonsense"], "nonsense"),
        (["models"], "Missing command"),
        (["batch", "a.mp4"], "--out"),
        (["batch", "a.mp4", "--out", "x", "--jobs", "0"], "--jobs"),
    ]:
        assert words in sentence_of(arguments, 2, capsys)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnusableInputError("No such video."), 2),
        (ModelError("No model."), 3),
        (MissingComponentError("Disk full."), 4),
        (Cancelled("Stopped."), 130),
    ],
)
def test_errors_become_a_sentence_and_a_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def analyze(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(gaitcheck.analyze, "analyze", analyze)
    assert sentence_of(["analyze", "a.mp4", "--out", str(tmp_path / "o")], code, capsys) == f"gaitcheck: {error}"


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def analyze(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gaitcheck.analyze, "analyze", analyze)
    assert "Stopped" in sentence_of(["analyze", "a.mp4", "--out", str(tmp_path / "o")], 130, capsys)


def test_a_missing_system_library(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def analyze(*_: Any, **__: Any) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(gaitcheck.analyze, "analyze", analyze)
    said = sentence_of(["analyze", "a.mp4", "--out", str(tmp_path / "o")], 4, capsys)
    assert "libGL.so.1" in said
    assert "gaitcheck doctor" in said


def test_a_fault_of_the_program_is_no_traceback_but_keeps_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def analyze(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(gaitcheck.analyze, "analyze", analyze)
    monkeypatch.setattr(cli.tempfile, "tempdir", str(tmp_path))
    said = sentence_of(["analyze", "a.mp4", "--out", str(tmp_path / "o")], 1, capsys)
    assert "ZeroDivisionError: float division by zero" in said
    (details,) = tmp_path.glob("gaitcheck-fault-*.txt")
    assert str(details) in said
    assert "Traceback" in details.read_text()


def test_unusable_files_give_one_line_and_nothing_written(tmp_path: Path) -> None:
    """The real thing in a process of its own, so that what C++ libraries write is seen too."""
    model = tmp_path / "model.task"
    with zipfile.ZipFile(model, "w") as bundle:
        bundle.writestr("pose_detector.tflite", b"")
        bundle.writestr("pose_landmarks_detector.tflite", b"")
    (tmp_path / "text.mp4").write_text("not a video")
    (tmp_path / "zero.mp4").touch()
    for name in ("text.mp4", "zero.mp4", "missing.mp4", "."):
        out = tmp_path / "out"
        done = subprocess.run(
            [*COMMAND, "analyze", str(tmp_path / name), "--out", str(out), "--model", str(model)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert done.stdout == ""
        assert done.stderr.startswith("gaitcheck: ")
        assert done.stderr.count("\n") == 1, done.stderr
        assert not out.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_130(sent: signal.Signals, tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib, gaitcheck.analyze\n"
        "from gaitcheck.cli import main\n"
        "def analyze(*_, **__):\n"
        "    pathlib.Path(sys.argv[1]).touch()\n"
        "    time.sleep(60)\n"
        "gaitcheck.analyze.analyze = analyze\n"
        "sys.exit(main(['analyze', 'a.mp4', '--out', 'never']))\n"
    )
    started = tmp_path / "started"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(started)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        preexec_fn=heed_ctrl_c,
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(sent)
    _, err = process.communicate(timeout=50)
    assert process.returncode == 130
    assert err == "gaitcheck: Stopped; nothing half-done was left behind.\n"
    assert not (tmp_path / "never").exists()


def test_native_chatter_is_kept_off_the_terminal_and_our_own_words_are_not() -> None:
    script = (
        "import os, sys\n"
        "from gaitcheck.native_logs import own_the_terminal\n"
        "own_the_terminal(); own_the_terminal()\n"
        "os.write(2, b'W0000 some library\\n')\n"
        "print('ours', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "ours\n"


def test_batch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made: list[SimpleNamespace] = []

    def run_batch(inputs: list[str], out: Path, settings: Settings, **options: Any) -> BatchResult:
        made.append(SimpleNamespace(inputs=inputs, out=out, settings=settings, **options))
        failure = Failure("b", Path("b.mp4"), "b.mp4 is empty.")
        return BatchResult(out, done=("a",), skipped=(), failures=(failure,))

    monkeypatch.setattr(gaitcheck.batch.run, "run_batch", run_batch)
    assert main(["batch", "clips", "*.mov", "--out", str(tmp_path), "--jobs", "3", "--sex", "M", "--no-video"]) == 1
    (call,) = made
    assert (call.inputs, call.out, call.jobs) == (["clips", "*.mov"], tmp_path, 3)
    assert call.settings == Settings(sex="M")
    assert call.annotated_video is False
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "b.mp4: b.mp4 is empty.",
        f"2 recordings: 1 analysed, 1 failed. Results are in {tmp_path}.",
    ]
    assert err == ""


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
def test_a_number_of_workers_that_is_none_is_told(
    number: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GAITCHECK_WORKERS", number)
    assert main(["batch", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert f"GAITCHECK_WORKERS is '{number}': set it to a number" in capsys.readouterr().err


def test_models(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["lite", "full", "heavy"]
    assert all("not installed" in line and "Apache-2.0" in line for line in lines)
    assert "gaitcheck models install full" in sentence_of(["models", "path"], 3, capsys)
    assert "choose lite, full, heavy" in sentence_of(["models", "install", "huge"], 3, capsys)
    assert not (tmp_path / "cache").exists()


def test_synth_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synth", "list"]) == 0
    assert "rear_right_drop" in capsys.readouterr().out


def test_demo_without_samples(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_SAMPLES", tmp_path)
    assert "sample_videos" in sentence_of(["demo", "--out", str(tmp_path / "out")], 2, capsys)


def test_demo(
    calls: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("b.mov", "a.mp4", "a.toml", ".c.mp4.part.mp4", "pair_rear.mp4", "pair_side.mp4"):
        (tmp_path / name).touch()
    monkeypatch.setattr(cli, "_SAMPLES", tmp_path)
    assert main(["demo", "--out", str(tmp_path / "out")]) == 0
    pair = [tmp_path / "pair_rear.mp4", tmp_path / "pair_side.mp4"]
    assert [call.paths for call in calls] == [[tmp_path / "a.mp4"], [tmp_path / "b.mov"], pair]
    assert [call.out for call in calls] == [tmp_path / "out" / name for name in ("a", "b", "pair")]
    out = capsys.readouterr().out
    assert str(tmp_path / "out" / "b" / "report.html") in out
