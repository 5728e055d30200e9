"""The batch with the real analysis in its workers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from report.factory import write_video

from gaitcheck.analyze import analyze
from gaitcheck.batch import run_batch
from gaitcheck.errors import ModelError
from gaitcheck.pose.install import model_file
from gaitcheck.report.write import write_report
from gaitcheck.settings import Settings
from tests.support.browser import lacking

pytestmark = pytest.mark.slow


@pytest.fixture
def settings() -> Settings:
    try:
        model_file()
    except ModelError as error:
        lacking(str(error))
    return Settings.model_validate({"speed_kmh": 10})


def document(folder: Path) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads((folder / "analysis.json").read_text())
    del plain["provenance"]["times"]
    return plain


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_folder_is_exactly_what_an_analysis_writes(tmp_path: Path, settings: Settings) -> None:
    videos, out_dir = tmp_path / "videos", tmp_path / "out"
    videos.mkdir()
    write_video(videos / "grey.mp4", 20)
    (videos / "text.mp4").write_text("no video at all")

    result = run_batch([videos], out_dir, settings, jobs=1)
    assert result.done == ("grey",)
    assert [failure.recording for failure in result.failures] == ["text"]
    assert "text.mp4" in result.failures[0].sentence
    alone = write_report(analyze([videos / "grey.mp4"], settings), tmp_path / "alone")
    assert names(out_dir / "grey") == names(alone)
    assert document(out_dir / "grey") == document(alone)

    rows = [row for row in pq.read_table(out_dir / "summary.parquet").to_pylist() if row["recording"] == "grey"]
    measures = document(alone)["measures"]
    assert [(row["measure"], row["side"], row["mean"], row["reason"]) for row in rows] == [
        (measure["id"], measure["side"], measure["mean"], measure["reason"]) for measure in measures
    ]
    assert len(rows) > 20

    assert run_batch([videos], out_dir, settings, jobs=1).skipped == ("grey",)
    faster = settings.model_copy(update={"speed_kmh": 12.0})
    assert run_batch([videos], out_dir, faster, jobs=1, annotated_video=False).done == ("grey",)
    assert document(out_dir / "grey")["provenance"]["settings"]["speed_kmh"] == 12
    assert not (out_dir / "grey" / "annotated.mp4").exists()
