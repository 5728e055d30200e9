"""What this machine lacks to run GaitCheck, in words, and how to get it."""

from __future__ import annotations

import ctypes
import importlib
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from gaitcheck.errors import ModelError
from gaitcheck.native_logs import hush_libraries

#: System libraries that the wheels of OpenCV and MediaPipe load on Linux: package in Debian and Ubuntu, in Fedora.
_LIBRARIES = {
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libGLESv2.so.2": ("libgles2", "libglvnd-gles"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
}
_OPENCV_PACKAGES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
_OLDEST_PYTHON = (3, 11)
#: The minor version whose C functions are called.
_MEDIAPIPE = "1.2"


@dataclass(frozen=True)
class Checkup:
    """One thing looked at. `advice` says what to do; it stands beside problems, and beside what might become one."""

    name: str
    ok: bool
    words: str
    advice: str | None = None


def examine() -> tuple[Checkup, ...]:
    """Look at everything an analysis needs. Nothing is installed, fetched or changed."""
    hush_libraries()
    checks: tuple[Callable[[], Checkup], ...] = (
        _python,
        _system_libraries,
        _opencv,
        _single_opencv,
        _mediapipe,
        _h264,
        _model,
    )
    return tuple(check() for check in checks)


def _python() -> Checkup:
    words = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:
        return Checkup("Python", False, words, "Install Python 3.11 or newer.")
    return Checkup("Python", True, words)


def _system_libraries() -> Checkup:
    if not sys.platform.startswith("linux"):
        return Checkup("System libraries", True, "none needed on this system")
    missing = [name for name in _LIBRARIES if not _loads(name)]
    if not missing:
        return Checkup("System libraries", True, "all there")
    debian, fedora = (" ".join(_LIBRARIES[name][i] for name in missing) for i in (0, 1))
    return Checkup(
        "System libraries",
        False,
        f"missing: {', '.join(missing)}",
        f"Debian or Ubuntu: sudo apt-get install {debian}. Fedora: sudo dnf install {fedora}.",
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _opencv() -> Checkup:
    try:
        cv2 = importlib.import_module("cv2")
        ffmpeg = cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG)
    except (ImportError, AttributeError) as error:
        return Checkup("OpenCV", False, f"cannot be loaded ({error})", _how_to_get("opencv-python", error))
    if not ffmpeg:
        return Checkup(
            "OpenCV",
            False,
            "this build reads no video files (it lacks FFmpeg)",
            "Install the wheel: pip install --force-reinstall --only-binary :all: opencv-python",
        )
    return Checkup("OpenCV", True, f"version {cv2.__version__}")


def _single_opencv() -> Checkup:
    found = dict(_installed(_OPENCV_PACKAGES))
    if len(found) < 2:
        return Checkup("One OpenCV", True, next(iter(found), "no package of it by its usual names"))
    listed = ", ".join(f"{name} {version}" for name, version in found.items())
    spare = " ".join(name for name in found if name != "opencv-python")
    return Checkup(
        "One OpenCV",
        # Packages of one version hold the same files; different ones overwrite each other's.
        len(set(found.values())) == 1,
        f"several packages share one folder: {listed}",
        f"Keep one: pip uninstall {spare}, then pip install --force-reinstall --no-deps opencv-python",
    )


def _installed(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


def _mediapipe() -> Checkup:
    try:
        spec = util.find_spec("mediapipe")
        if spec is None or spec.origin is None:
            raise ImportError("not installed")
        for library in Path(spec.origin).parent.glob("tasks/c/libmediapipe.*"):
            ctypes.CDLL(str(library))
        version = metadata.version("mediapipe")
    except (ImportError, OSError, metadata.PackageNotFoundError) as error:
        return Checkup("MediaPipe", False, f"cannot be loaded ({error})", _how_to_get("mediapipe", error))
    if not version.startswith(f"{_MEDIAPIPE}."):
        advice = f"Run: pip install --no-deps mediapipe~={_MEDIAPIPE}.0"
        return Checkup("MediaPipe", False, f"version {version}; {_MEDIAPIPE} is needed", advice)
    return Checkup("MediaPipe", True, f"version {version}")


def _h264() -> Checkup:
    try:
        av = importlib.import_module("av")
        av.codec.Codec("libx264", "w")
    except ImportError as error:
        return Checkup("H.264 encoder", False, f"PyAV cannot be loaded ({error})", _how_to_get("av", error))
    except ValueError:
        return Checkup(
            "H.264 encoder",
            False,
            "PyAV was built without libx264, so annotated videos cannot be written",
            "Install the wheel: pip install --force-reinstall --only-binary :all: av "
            "(until then, analyse with --no-video)",
        )
    return Checkup("H.264 encoder", True, f"libx264 in PyAV {av.__version__}")


def _model() -> Checkup:
    from gaitcheck.pose.install import model_file

    try:
        model = model_file()
    except ModelError as error:
        return Checkup("Pose model", False, str(error), "Run: gaitcheck models install")
    return Checkup("Pose model", True, f"{model.name}, {model.path}")


def _how_to_get(package: str, error: Exception) -> str:
    if ".so" in str(error):
        return "A system library is missing: see the line on system libraries."
    return f"Run: pip install --force-reinstall {package}"
