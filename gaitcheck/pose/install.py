"""Where the pose model comes from: a file the person names, the cache, the official address, an older wheel.

An analysis only ever looks (`model_file`); fetching is a command of its own (`install`).
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gaitcheck.errors import MissingComponentError, ModelError
from gaitcheck.pose.bundle import PARTS
from gaitcheck.pose.manifest import known_models, model_entry

#: Called with what is going on in words and the share done (0..1). It may raise to stop the work.
Progress = Callable[[str, float], None]

DEFAULT_MODEL = "full"


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
    from gaitcheck.pose.fetch import fetch  # loads much, which an analysis never needs

    entry = model_entry(name)
    tell = progress or (lambda words, share: None)
    place = cached_path(name)
    if place.is_file() and (sha256 := sha256_of(place)) in entry.accepted_sha256:
        return ModelFile(name, place, sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".install-", dir=place.parent) as work:
            fetched = fetch(entry, Path(work), tell)
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
