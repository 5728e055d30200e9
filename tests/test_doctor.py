from __future__ import annotations

import ctypes
import importlib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gaitcheck import doctor
from gaitcheck.cli import main
from gaitcheck.doctor import Checkup, examine
from gaitcheck.errors import ModelError
from gaitcheck.pose import install
from gaitcheck.pose.install import ModelFile


@pytest.fixture(autouse=True)
def _a_model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "model_file", lambda: ModelFile("full", Path("full.task"), "0" * 64))


def checkup(name: str) -> Checkup:
    (found,) = (each for each in examine() if each.name == name)
    return found


def test_all_is_well_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert [each for each in examine() if not each.ok] == []
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "Everything needed is there."
    assert err == ""


def test_a_missing_system_library_is_named_with_its_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = ctypes.CDLL

    def load(name: str, *rest: Any) -> Any:
        if name == "libGL.so.1":
            raise OSError("libGL.so.1: cannot open shared object file: No such file or directory")
        return whole(name, *rest)

    def without_cv2(name: str) -> Any:
        if name == "cv2":
            raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
        return importlib.__import__(name)

    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor.ctypes, "CDLL", load)
    monkeypatch.setattr(doctor.importlib, "import_module", without_cv2)
    libraries = checkup("System libraries")
    assert not libraries.ok
    assert libraries.words == "missing: libGL.so.1"
    assert libraries.advice == ("Debian or Ubuntu: sudo apt-get install libgl1. Fedora: sudo dnf install libglvnd-glx.")
    opencv = checkup("OpenCV")
    assert not opencv.ok
    assert opencv.advice == "A system library is missing: see the line on system libraries."
    assert main(["doctor"]) == 4
    out = capsys.readouterr().out
    assert "MISSING  System libraries: missing: libGL.so.1" in out
    assert out.splitlines()[-1] == "2 to put right before GaitCheck can run."


def test_a_missing_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> ModelFile:
        raise ModelError("The pose model 'full' is not installed.")

    monkeypatch.setattr(install, "model_file", missing)
    model = checkup("Pose model")
    assert (model.ok, model.advice) == (False, "Run: gaitcheck models install")
    assert main(["doctor"]) == 4


def test_another_mediapipe_than_the_one_whose_functions_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version
    monkeypatch.setattr(doctor.metadata, "version", lambda name: "1.21.0" if name == "mediapipe" else real(name))
    mediapipe = checkup("MediaPipe")
    assert (mediapipe.ok, mediapipe.words) == (False, "version 1.21.0; 1.2 is needed")
    assert mediapipe.advice == "Run: pip install --no-deps mediapipe~=1.2.0"
    asked_for = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"mediapipe>=1.2,<1.3"' in asked_for


def test_pyav_without_h264(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_encoder(name: str, mode: str) -> None:
        raise ValueError(name)

    pyav = SimpleNamespace(codec=SimpleNamespace(Codec=no_encoder))
    real = importlib.import_module
    monkeypatch.setattr(doctor.importlib, "import_module", lambda name: pyav if name == "av" else real(name))
    encoder = checkup("H.264 encoder")
    assert not encoder.ok
    assert "--no-video" in (encoder.advice or "")


@pytest.mark.parametrize(
    ("installed", "ok"),
    [
        ({"opencv-python": "5.0.0.93"}, True),
        ({"opencv-contrib-python": "5.0.0.93"}, True),
        ({"opencv-python": "5.0.0.93", "opencv-contrib-python": "5.0.0.93"}, True),
        ({"opencv-python": "5.0.0.93", "opencv-contrib-python": "4.12.0.88"}, False),
        ({"opencv-python": "5.0.0.93", "opencv-python-headless": "4.12.0.88"}, False),
    ],
)
def test_several_opencv_packages(monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], ok: bool) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if not name.startswith("opencv"):
            return real(name)
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(doctor.metadata, "version", version)
    found = checkup("One OpenCV")
    assert found.ok is ok
    assert all(name in found.words for name in installed)
    assert (found.advice is None) == (len(installed) == 1)
    if found.advice is not None:
        assert "opencv-python-headless" not in found.advice or "opencv-python-headless" in installed
