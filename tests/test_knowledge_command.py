"""`gaitcheck knowledge`, and a clinic's folder of own rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gaitcheck.batch.job import AnalysisJob
from gaitcheck.cli import main
from gaitcheck.errors import UnusableInputError
from gaitcheck.findings import assess, knowledge
from gaitcheck.findings.load import OVERRIDE_VARIABLE, load_knowledge, own_folder
from gaitcheck.settings import Settings
from tests.findings.support import measured

DOCS = Path(__file__).parents[1] / "docs" / "knowledge.md"

CADENCE = """\
[[band]]
measure = "cadence"
sex = "pooled"
unit = "steps/min"
pattern = "cadence"
grade = "C"
low = { watch = 160.0, width = 5.0 }
basis = "House rule."
sources = ["House"]
contrary = "Nobody else uses it."
reviewed = 2026-11-20
"""
HOUSE = '[source.House]\ncitation = "our clinic"\nread = "whole"\n'
EXERCISE = """\
[[exercise]]
id = "stairs"
name = "Stairs"
kind = "strengthen"
muscles = ["gluteus_maximus"]
origin = "common practice"
grade = "C"
purpose = "Strength of the buttock."
dose = "Three floors."
progression = "Two steps at a time."
stop_when = "Stop when it hurts."
sources = ["House"]
contrary = "Not studied."
reviewed = 2026-11-20
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clinic's folder, named by the variable."""
    made = tmp_path / "clinic"
    made.mkdir()
    monkeypatch.setenv(OVERRIDE_VARIABLE, str(made))
    return made


def said(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert (err if code == 0 else out) == ""
    return out if code == 0 else err.strip()


def test_check_counts_the_rows(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OVERRIDE_VARIABLE, raising=False)
    first, second = said(["knowledge", "check"], capsys).splitlines()
    known = knowledge()
    assert f"{len(known.bands)} bands, 11 muscle groups, {len(known.pairs)} pairs" in first
    assert f"{len(known.exercises)} exercises" in first
    assert second == "No folder with own rows is in use."


def test_show_prints_the_page_of_the_docs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OVERRIDE_VARIABLE, raising=False)
    assert said(["knowledge", "show"], capsys) == DOCS.read_text(encoding="utf-8")


def test_a_clinics_rows_replace_ours_and_the_result_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bands.toml").write_text(CADENCE, encoding="utf-8")
    (folder / "sources.toml").write_text(HOUSE, encoding="utf-8")
    slow = measured("cadence", 157.0, uncertainty=0.5)
    plain = assess([slow], sex=None, speed_kmh=10.0, known=load_knowledge(own_folder()))
    assert plain.findings == ()
    assert plain.knowledge is not None
    assert (plain.knowledge.overridden, plain.knowledge.override_sha256) == ((), None)
    ours = assess([slow], sex=None, speed_kmh=10.0)
    (finding,) = ours.findings
    assert (finding.id, finding.grade, finding.source) == ("cadence.low", "C", "our clinic")
    assert finding.usual == "160 steps/min or more (women and men together)"
    assert ours.knowledge is not None
    assert ours.knowledge.overridden == ("band cadence, pooled", "source House")
    content = b"".join(
        f"{name}\0{len(text)}\0{text}".encode() for name, text in (("bands.toml", CADENCE), ("sources.toml", HOUSE))
    )
    assert ours.knowledge.override_sha256 == hashlib.sha256(content).hexdigest()
    assert ours.knowledge.sha256 == plain.knowledge.sha256
    told = said(["knowledge", "check"], capsys)
    assert "Own rows in use: band cadence, pooled; source House (SHA-256 " in told
    assert "160 steps/min" in said(["knowledge", "show"], capsys)


def test_a_folder_can_be_tried_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(OVERRIDE_VARIABLE, raising=False)
    (tmp_path / "sources.toml").write_text(HOUSE, encoding="utf-8")
    assert "Own rows in use: source House (SHA-256 " in said(["knowledge", "check", str(tmp_path)], capsys)
    assert "| House | our clinic | whole |" in said(["knowledge", "show", str(tmp_path)], capsys)
    (tmp_path / "sources.toml").write_text(HOUSE.replace("whole", "half"), encoding="utf-8")
    sentence = said(["knowledge", "check", str(tmp_path)], capsys, UnusableInputError.exit_code)
    assert f"{tmp_path / 'sources.toml'}, field source.House.read: Input should be" in sentence
    (tmp_path / "bands.toml").write_text("band = [1, 2]", encoding="utf-8")
    sentence = said(["knowledge", "check", str(tmp_path)], capsys, UnusableInputError.exit_code)
    assert f"{tmp_path / 'bands.toml'}, band 1: Input should be" in sentence


def test_own_exercises_may_be_added(folder: Path) -> None:
    (folder / "exercises.toml").write_text(EXERCISE, encoding="utf-8")
    (folder / "sources.toml").write_text(HOUSE, encoding="utf-8")
    upright = assess([measured("forward_trunk_lean", -3.0)], sex=None, speed_kmh=None)
    (maximus,) = [one for one in upright.muscles if one.id == "gluteus_maximus"]
    assert [one.id for one in maximus.exercises if one.why == "own"] == [
        "donkey_kick",
        "bridge",
        "hip_thrust",
        "stairs",
    ]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no .toml file"),
        ({"notes.toml": "a = 1\n"}, "notes.toml is not a file that can be overridden; use bands.toml"),
        ({"texts.en.toml": "a = 1\n"}, "texts.en.toml is not a file that can be overridden"),
        ({"bands.toml": "[[band\n"}, "bands.toml cannot be read as TOML"),
        ({"bands.toml": "min_steps = 3\n" + CADENCE}, "bands.toml, field min_steps: Extra inputs are not permitted."),
        (
            {"bands.toml": CADENCE.replace("160.0", '"160"')},
            "bands.toml, band 1 (cadence, pooled), field low.watch: Input should be a valid number.",
        ),
        (
            {"bands.toml": CADENCE.replace('"cadence"\nsex', '"cadense"\nsex')},
            "there is no band called 'cadense, pooled' to replace; `gaitcheck knowledge show` lists them.",
        ),
        ({"bands.toml": CADENCE + CADENCE}, "one band stands there twice."),
        ({"bands.toml": CADENCE}, "band cadence, pooled, field sources: 'House' is not in sources.toml (with"),
        (
            {"exercises.toml": EXERCISE.replace("gluteus_maximus", "gluteus"), "sources.toml": HOUSE},
            "exercise stairs, field muscles: 'gluteus' is not in muscles.toml (with",
        ),
    ],
)
def test_a_slip_in_a_clinics_folder_is_one_sentence(
    folder: Path, files: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    sentence = said(["knowledge", "check"], capsys, UnusableInputError.exit_code)
    assert "\n" not in sentence
    assert str(folder) in sentence
    assert message in sentence


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(OVERRIDE_VARIABLE, str(tmp_path / "gone"))
    sentence = said(["knowledge", "check"], capsys, UnusableInputError.exit_code)
    assert f"There is no folder {tmp_path / 'gone'}: set {OVERRIDE_VARIABLE}" in sentence


def test_a_slip_is_told_before_the_long_work(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bands.toml").write_text(CADENCE, encoding="utf-8")
    arguments = ["analyze", str(folder / "no_video.mp4"), "--out", str(folder / "out")]
    sentence = said(arguments, capsys, UnusableInputError.exit_code)
    assert "'House' is not in sources.toml" in sentence
    assert not (folder / "out").exists()


def test_a_batch_does_again_what_was_made_with_other_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = AnalysisJob(Settings(), annotated_video=False, model_sha256="a" * 64)
    (folder / "sources.toml").write_text(HOUSE, encoding="utf-8")
    with_rows = job.fingerprint()
    monkeypatch.delenv(OVERRIDE_VARIABLE)
    assert with_rows != job.fingerprint()
