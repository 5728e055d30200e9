"""Uploads onto disk, result folders, series for the charts, and the words of the page."""

from __future__ import annotations

import ast
import io
import json
import math
import shutil
from pathlib import Path

import pytest

from gaitcheck.dashboard import charts, files, words
from gaitcheck.dashboard.files import open_result, save_video
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.findings.wording import violations

DASHBOARD = Path(files.__file__).parent


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("my run (1).MOV", "my run (1).MOV"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\videos\\lauf.mp4", "lauf.mp4"),
        ("läufe*?.mp4", "läufe__.mp4"),
        (".hidden", "hidden"),
        ("...", "video"),
    ],
)
def test_an_upload_gets_a_harmless_name(given: str, stored: str, tmp_path: Path) -> None:
    path = save_video(io.BytesIO(b"abc"), given, tmp_path)
    assert (path.parent, path.name, path.read_bytes()) == (tmp_path, stored, b"abc")


def test_two_uploads_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    names = [save_video(io.BytesIO(content), "run.mp4", tmp_path).name for content in (b"1", b"2", b"3")]
    assert names == ["run.mp4", "run-2.mp4", "run-3.mp4"]
    assert [(tmp_path / name).read_bytes() for name in names] == [b"1", b"2", b"3"]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(MissingComponentError, match="No space left on device"):
        save_video(Full(), "run.mp4", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_result_folder_of_the_command_line_opens(prepared: Path) -> None:
    result = open_result(str(prepared))
    saved = json.loads((prepared / "analysis.json").read_text())
    assert [measure.mean for measure in result.document.measures] == [each["mean"] for each in saved["measures"]]
    assert result.file("annotated.mp4") == prepared / "annotated.mp4"
    assert len(result.step_rows()) == sum(video["steps"] for video in saved["videos"])


@pytest.mark.parametrize("given", ["", "/nowhere", "~nobody-of-that-name", "\0", "/etc"])
def test_what_is_no_result_folder_is_the_same_sentence(given: str) -> None:
    with pytest.raises(UnusableInputError, match="There is no analysis in that folder"):
        open_result(given)


def test_a_damaged_analysis_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "analysis.json").write_text('{"schema_version": "1.0"}')
    with pytest.raises(UnusableInputError, match="not an analysis of this version"):
        open_result(tmp_path)


def test_files_outside_the_folder_are_not_served(prepared: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(prepared, tmp_path / "result"))
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    result = open_result(folder)
    outside = ["../secret.txt", str(tmp_path / "secret.txt"), "link.txt", "stills", "gone.mp4", None]
    assert [result.file(name) for name in outside] == [None] * 6


def test_series_hold_the_steps_of_their_side_and_view(prepared: Path) -> None:
    result = open_result(prepared)
    measures = result.document.measures
    series = charts.step_series(result.step_rows(), measures)
    assert "contralateral_pelvic_drop" not in series
    left, right = series["femoral_adduction"]
    assert (left.measure.side, right.measure.side) == ("left", "right")
    assert len(left.values) == left.measure.n_steps
    assert math.fsum(left.values) / len(left.values) == pytest.approx(left.measure.mean)
    figure = charts.step_chart((left, right))
    assert [list(trace.y) for trace in figure.data] == [list(left.values), list(right.values)]
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]
    bands = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert [line.y0 for line in lines] == [left.measure.mean, right.measure.mean]
    assert left.measure.mean is not None
    assert left.measure.uncertainty is not None
    assert (bands[0].y0, bands[0].y1) == pytest.approx(
        (left.measure.mean - left.measure.uncertainty, left.measure.mean + left.measure.uncertainty)
    )


def test_words_of_the_page_pass_the_language_guard() -> None:
    texts = [
        node.value
        for path in sorted(DASHBOARD.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert words.FOOTNOTE in texts
    assert {text: violations(text) for text in texts if violations(text)} == {}


def test_text_from_outside_cannot_become_markup() -> None:
    assert words.plain("a*b*_c_ <b> [x](y) $z$ :red[hot]") == (r"a\*b\*\_c\_ \<b\> \[x\]\(y\) \$z\$ \:red\[hot\]")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "working out the time left"), (3, "a few seconds left"), (61, "about 60 seconds left"),
     (200, "about 3 minutes left")],
)  # fmt: skip
def test_time_left(seconds: float | None, said: str) -> None:
    assert words.time_left_words(seconds) == said
