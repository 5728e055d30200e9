"""The pages through Streamlit's AppTest: upload, options, errors, progress, result."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from gaitcheck.dashboard import start_page
from gaitcheck.errors import ModelError
from gaitcheck.pose.install import ModelFile
from gaitcheck.report.words import measure_name

from .stub_jobs import StubJob

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def root(tmp_path: Path, prepared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary files of the dashboard in a folder of the test; the analysis is a stub, the pose model is there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(start_page, "AnalysisJob", StubJob)
    monkeypatch.setattr(start_page, "model_file", lambda *_: ModelFile("full", Path("full.task"), "0"))
    monkeypatch.setenv("GAITCHECK_TEST_RESULT", str(prepared))
    return tmp_path


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def button(page: AppTest, label: str) -> Any:
    return next(each for each in page.button if each.label == label)


def texts(page: AppTest) -> str:
    elements = [*page.title, *page.subheader, *page.markdown, *page.caption, *page.error, *page.warning, *page.info]
    return re.sub(r"\\(.)", r"\1", "\n".join(each.value for each in elements))


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, content in files:
        page.file_uploader[0].upload(name, content, "video/mp4")
    return page.run()


def folders(root: Path) -> list[Path]:
    return [folder for desk in root.glob("gaitcheck-*") for folder in desk.iterdir()]


def run_until(page: AppTest, words: str) -> AppTest:
    deadline = time.monotonic() + 60
    while words not in texts(page):
        assert time.monotonic() < deadline, texts(page)
        time.sleep(0.1)
        page.run()
    assert not page.exception
    return page


def test_an_upload_goes_to_disk_and_its_facts_are_shown(root: Path, clip: bytes) -> None:
    page = open_page()
    assert button(page, "Analyse").disabled
    upload(page, ("my_run.mp4", clip))
    assert "my_run.mp4" in texts(page)
    assert "240 × 426, 30 frames a second, 3 s" in texts(page)
    (folder,) = folders(root)
    assert (folder / "videos" / "my_run.mp4").read_bytes() == clip
    # The uploader is a new, empty one: the file is no longer held.
    assert page.file_uploader[0].value == []
    assert not button(page, "Analyse").disabled
    assert not page.exception


def test_a_file_that_is_no_video_is_one_sentence(root: Path) -> None:
    page = upload(open_page(), ("notes.mp4", b"these are notes"))
    (error,) = page.error
    assert "notes.mp4" in error.value
    assert str(root) not in error.value
    assert button(page, "Analyse").disabled
    button(page, "Remove").click().run()
    assert not page.error
    assert not page.exception


def test_options_reach_the_analysis_and_the_result_is_shown(root: Path, clip: bytes) -> None:
    page = upload(open_page(), ("run.mp4", clip))
    choices = {
        "Treadmill speed (km/h)": 10.5,
        "Body height (cm)": 172.0,
        "Filmed at (frames a second)": 120.0,
        "Follow person number": 2,
        "Level line is turned by (degrees)": -1.5,
        "Standing still from (s)": 0.0,
        "Standing still until (s)": 1.5,
    }
    for label, value in choices.items():
        next(each for each in page.number_input if each.label == label).set_value(value)
    next(each for each in page.selectbox if each.label.startswith("The camera")).set_value("left")
    next(each for each in page.selectbox if each.label == "Usual ranges for").set_value("F")
    button(page, "Analyse").click().run()
    run_until(page, "Your run")
    (folder,) = folders(root)
    files, asked = (folder / "result" / "asked.txt").read_text().split(" ", 1)
    assert files == "['run.mp4']"
    chosen = json.loads(asked)
    wanted = {"view": "left", "speed_kmh": 10.5, "height_cm": 172, "sex": "F", "capture_fps": 120, "person": 2}
    wanted |= {"roll_deg": -1.5}
    assert {name: chosen[name] for name in wanted} == wanted
    assert chosen["baseline_s"] == [0.0, 1.5]


def test_several_videos_are_views_of_one_run(root: Path, clip: bytes) -> None:
    page = upload(open_page(), ("rear.mp4", clip), ("side.mp4", clip))
    assert "views of one run" in texts(page)
    assert not [each for each in page.selectbox if each.label.startswith("The camera")]
    button(page, "Analyse").click().run()
    run_until(page, "Your run")
    (folder,) = folders(root)
    assert (folder / "result" / "asked.txt").read_text().startswith("['rear.mp4', 'side.mp4']")


@pytest.mark.parametrize(("start", "end", "said"), [(2.0, 1.0, "span of seconds"), (None, 1.0, "both ends")])
def test_options_that_do_not_fit_are_one_sentence(
    root: Path, clip: bytes, start: float | None, end: float, said: str
) -> None:
    page = upload(open_page(), ("run.mp4", clip))
    for label, value in (("Standing still from (s)", start), ("Standing still until (s)", end)):
        next(each for each in page.number_input if each.label == label).set_value(value)
    page.run()
    assert said in page.error[0].value
    assert button(page, "Analyse").disabled


def test_a_failed_analysis_is_one_sentence_and_can_be_tried_again(root: Path, clip: bytes) -> None:
    page = upload(open_page(), ("nobody.mp4", clip))
    button(page, "Analyse").click().run()
    run_until(page, "No runner was found in the video.")
    assert len(page.error) == 1
    button(page, "Change options and try again").click().run()
    assert "nobody.mp4" in texts(page)
    assert not button(page, "Analyse").disabled


def test_a_running_analysis_survives_a_new_session_and_stops_on_request(root: Path, clip: bytes) -> None:
    page = upload(open_page(), ("long.mp4", clip))
    button(page, "Analyse").click().run()
    token = str(page.query_params["run"])
    again = open_page(run=token)
    deadline = time.monotonic() + 60
    while not list(root.rglob("pid.txt")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    again.run()
    assert "Your video is being analysed" in texts(again)
    button(again, "Stop and delete").click().run()
    assert "The analysis was stopped" in texts(again)
    assert [folder for folder in folders(root) if folder.name == token] == []
    assert "no longer here" in texts(page.run())


def test_two_people_do_not_see_each_others_videos(root: Path, clip: bytes) -> None:
    first = upload(open_page(), ("first.mp4", clip))
    second = open_page()
    assert "first.mp4" not in texts(second)
    upload(second, ("second.mp4", clip))
    assert "second.mp4" not in texts(first.run())
    assert len(folders(root)) == 2


def test_a_missing_pose_model_is_said_before_the_upload(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> ModelFile:
        raise ModelError("There is no pose model yet; run gaitcheck models install.")

    monkeypatch.setattr(start_page, "model_file", missing)
    page = open_page()
    assert [each.value for each in page.warning] == ["There is no pose model yet; run gaitcheck models install."]


def test_a_sample_can_be_tried(root: Path, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "rear_plain.mp4").write_bytes(clip)
    (samples / ".half.mp4").write_bytes(clip)
    (samples / "rear_plain.toml").write_text("")
    monkeypatch.setattr("gaitcheck.dashboard.files.SAMPLES_DIR", samples)
    page = open_page()
    assert next(each for each in page.selectbox if each.label == "Sample").options == ["rear plain"]
    button(page, "Use this sample").click().run()
    assert "rear_plain.mp4" in texts(page)
    button(page, "Analyse").click().run()
    run_until(page, "Your run")


def test_numbers_shown_are_those_of_the_analysis(root: Path, prepared: Path) -> None:
    page = open_page(folder=str(prepared))
    assert not page.exception
    saved = json.loads((prepared / "analysis.json").read_text())
    table = page.dataframe[0].value
    given = [each for each in saved["measures"] if each["mean"] is not None]
    assert list(table["Measure"]) == [measure_name(each["id"]) for each in given]
    assert list(table["Side"]) == [each["side"] or "both legs" for each in given]
    assert list(table["Steps"]) == [each["n_steps"] for each in given]
    for shown, each in zip(table["Value"], given, strict=True):
        numbers = [float(number) for number in re.findall(r"\d+\.?\d*", shown.replace("−", "-"))]
        digits = len(re.search(r"\.?(\d*) ±", shown).group(1)) if "." in shown else 0
        assert numbers[:2] == [round(each["mean"], digits), round(each["uncertainty"], digits)], shown
    sides = next(each.value for each in page.markdown if "| Left | Right |" in each.value)
    for each, value in zip(given, table["Value"], strict=True):
        (row,) = [line for line in sides.splitlines() if line.startswith(f"| {measure_name(each['id'])} |")]
        cell = row.split("|")[{"left": 2, "right": 3, None: 2}[each["side"]]].strip()
        assert cell == value + (r"\*" if each["status"] == "borderline" else "")
    reasons = {each["reason"] for each in saved["measures"] if each["status"] == "borderline"}
    assert reasons <= set(table["Reason"])
    shown = texts(page)
    for withheld in (each for each in saved["measures"] if each["mean"] is None):
        assert withheld["reason"] in shown
        assert measure_name(withheld["id"]) in shown
    assert saved["summary"] in shown.replace("\n", " ")
    first = shown.index(saved["summary"].partition(". ")[0])
    places = [shown.index(finding["title"]) for finding in saved["findings"]]
    assert places == sorted(places)
    assert first < places[0]
    for finding in saved["findings"]:
        assert finding["text"] in shown
        assert finding["contrary"] in shown
        assert f"{finding['value']:.1f}° ± {finding['uncertainty']:.1f}°" in shown
    for hint in saved["muscles"]:
        assert hint["text"] in shown
        assert hint["contrary"] in shown
    for check in (check for record in saved["quality"] for check in record["checks"]):
        assert check["message"] in shown
        assert check["ok"] or check["advice"] in shown
    downloads = [each.label for each in page.get("download_button")]
    assert downloads == [
        "report.html", "report.pdf", "analysis.json", "steps.csv", "landmarks.parquet",
        "annotated.mp4", "annotated_2.mp4",
    ]  # fmt: skip
    assert len(page.get("video")) == 2
    body_and_legend = 3
    stills = sum(len(video["outputs"]["stills"]) for video in saved["videos"])
    assert len(page.get("image")) == stills + body_and_legend
    assert len(page.get("plotly_chart")) == 1


def test_at_most_three_findings_come_first(root: Path, prepared: Path) -> None:
    page = open_page(folder=str(prepared))
    assert "1 more" in [each.label for each in page.expander]


def test_a_folder_written_without_video_is_shown_too(root: Path, prepared: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(prepared, tmp_path / "result"))
    (folder / "annotated.mp4").unlink()
    page = open_page(folder=str(folder))
    assert not page.exception
    assert "The annotated video is not in this folder." in texts(page)
    assert len(page.get("video")) == 1


def test_a_result_is_opened_by_its_folder(root: Path, prepared: Path) -> None:
    page = open_page()
    page.text_input[-1].set_value(str(prepared)).run()
    button(page, "Open").click().run()
    assert page.title[0].value == "Your run"


def test_a_wrong_folder_is_one_sentence(root: Path) -> None:
    page = open_page(folder="/nowhere")
    assert [each.value for each in page.error] == [
        "There is no analysis in that folder; name a folder that gaitcheck analyze has written, with its full path."
    ]
    button(page, "Start with another video").click().run()
    assert page.file_uploader


def test_an_unknown_run_is_one_sentence(root: Path) -> None:
    page = open_page(run="../../etc")
    assert "no longer here" in page.warning[0].value


def test_red_flags_stand_first_and_take_the_advice_on_training_away(root: Path, prepared: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(prepared, tmp_path / "result"))
    saved = json.loads((folder / "analysis.json").read_text())
    flag = {"id": "bone", "text": "Pain at rest", "advice": "See a clinician.", "because": ["pain"], "source": "x"}
    saved["red_flags"] = [flag]
    (folder / "analysis.json").write_text(json.dumps(saved))
    worth = next(hint for hint in saved["muscles"] if hint["status"] == "worth_testing")
    assert worth["strengthen"] in texts(open_page(folder=str(prepared)))
    page = open_page(folder=str(folder))
    assert "Pain at rest:** See a clinician." in texts(page)
    assert worth["strengthen"] not in texts(page)
    assert worth["confirm_with"] in texts(page)


def test_a_name_is_saved_only_when_it_is_given(root: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str | None] = []

    def job(settings: Any, **others: Any) -> StubJob:
        given.append(settings.patient_name)
        return StubJob(settings, **others)

    monkeypatch.setattr(start_page, "AnalysisJob", job)
    for name in ("", "  Änne  "):
        page = upload(open_page(), ("run.mp4", clip))
        next(each for each in page.text_input if each.label == "Name on the report").set_value(name).run()
        button(page, "Analyse").click().run()
    assert given == [None, "Änne"]
