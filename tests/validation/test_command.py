"""`gaitcheck validate` from the outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from gaitcheck.cli import main
from gaitcheck.errors import UnusableInputError
from gaitcheck.pose.install import model_file
from gaitcheck.validation.matrix import quick_cases
from gaitcheck.validation.realism import realism_section
from gaitcheck.validation.run import Outcome


def test_a_missing_folder_of_real_clips_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--real", str(tmp_path / "nowhere")]) == UnusableInputError.exit_code
    assert "name the one that holds the real clips" in capsys.readouterr().err
    with pytest.raises(UnusableInputError, match="holds no videos in folders named rear, front, side"):
        realism_section(tmp_path, quick_cases(), tmp_path, model_file(), jobs=1, progress=lambda stage, share: None)


def test_the_quick_form_fails_when_a_bound_is_exceeded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gaitcheck.validation.run.run", lambda *given, **named: Outcome())
    docs = tmp_path / "docs"
    assert main(["validate", "--quick", "--docs", str(docs), "--work", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "Some errors are larger than they may be" in told.err
    assert str(docs / "validation.md") in told.out
    assert (docs / "validation.md").read_text(encoding="utf-8").startswith("# Validation")


def test_the_work_can_stop_before_the_analysis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(cases: object, work: Path, *given: object, last: str, **named: object) -> Outcome:
        asked.append(last)
        return Outcome()

    monkeypatch.setattr("gaitcheck.validation.run.run", run)
    docs = tmp_path / "docs"
    assert main(["validate", "--until", "render", "--docs", str(docs), "--work", str(tmp_path)]) == 0
    assert asked == ["render"]
    assert not docs.exists()
