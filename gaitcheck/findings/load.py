"""Loads the knowledge (TOML in `knowledge/`) once and checks that its files fit each other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings.schema import (
    BandRow,
    BandsFile,
    DescriptiveRow,
    MuscleRow,
    MusclesFile,
    Source,
    SourcesFile,
    Texts,
)
from gaitcheck.settings import Sex

_File = TypeVar("_File", bound=BaseModel)


@dataclass(frozen=True)
class Knowledge:
    """Bands, muscles, sources and texts, validated."""

    min_steps: int
    bands: tuple[BandRow, ...]
    descriptive: tuple[DescriptiveRow, ...]
    muscles: tuple[MuscleRow, ...]
    sources: Mapping[str, Source]
    texts: Texts

    def band(self, measure_id: str, sex: Sex | None) -> BandRow | None:
        """The band of a measure for that sex, else the one for women and men together; None if it has no band."""
        rows = {row.sex: row for row in self.bands if row.measure == measure_id}
        return (rows.get(sex) if sex else None) or rows.get("pooled")

    @property
    def scored_measures(self) -> tuple[str, ...]:
        """Ids of the measures that have a band, in the order of bands.toml."""
        return tuple(dict.fromkeys(row.measure for row in self.bands))

    def cite(self, keys: Iterable[str]) -> str:
        """The citations of these sources, as one line."""
        return "; ".join(self.sources[key].citation for key in keys)


@cache
def knowledge() -> Knowledge:
    """The knowledge that comes with the program, loaded on first use."""
    return load_knowledge(files("gaitcheck.findings") / "knowledge")


def load_knowledge(folder: Traversable) -> Knowledge:
    """Load and check the four files of a knowledge folder.

    Raises
    ------
    UnusableInputError
        A file is missing or not TOML, or a row does not hold what it must; the message names file, row and field.
    """
    bands = _read(folder, "bands.toml", BandsFile)
    muscles = _read(folder, "muscles.toml", MusclesFile)
    sources = _read(folder, "sources.toml", SourcesFile)
    texts = _read(folder, "texts.toml", Texts)
    known = Knowledge(bands.min_steps, bands.band, bands.descriptive, muscles.muscle, sources.source, texts)
    problem = next(_misfits(known), None)
    if problem:
        raise UnusableInputError(problem)
    return known


def _read(folder: Traversable, name: str, model: type[_File]) -> _File:
    try:
        data = tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except OSError:
        raise UnusableInputError(f"{name} is missing from the knowledge folder {folder}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableInputError(f"{name} cannot be read as TOML: {error}.") from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UnusableInputError(f"{name}, {_place(first['loc'], data)}: {first['msg']}.") from None


def _place(location: tuple[int | str, ...], data: Any) -> str:
    """Row and field of a fault in words: 'band 3 (hip_adduction, F), field high.watch'."""
    for depth, part in enumerate(location):
        if isinstance(part, int):
            table, row = location[depth - 1], data[location[0]][part]
            key = ", ".join(str(row[name]) for name in ("id", "measure", "sex") if name in row)
            field = ".".join(str(rest) for rest in location[depth + 1 :])
            named = f"{table} {part + 1}" + (f" ({key})" if key else "")
            return named + (f", field {field}" if field else "")
    return f"field {'.'.join(map(str, location))}" if location else "whole file"


def _misfits(known: Knowledge) -> Iterator[str]:
    """Faults between rows and between files, each as one sentence."""
    scored = known.scored_measures
    yield from _twice("bands.toml, band", [row.row_name for row in known.bands])
    yield from _twice("bands.toml, descriptive", [row.measure for row in known.descriptive])
    yield from _twice("muscles.toml, muscle", [row.id for row in known.muscles])
    rows: tuple[BandRow | DescriptiveRow, ...] = (*known.bands, *known.descriptive)
    for row in rows:
        where = f"bands.toml, row {row.measure}"
        if row.measure not in known.texts.measure:
            yield f"{where}, field measure: texts.toml has no [measure.{row.measure}]."
        yield from _unknown_sources(where, row.sources, known)
    for band in known.bands:
        yield from _band_misfits(band, known)
    for both in set(scored) & {row.measure for row in known.descriptive}:
        yield f"bands.toml, row {both}: it is scored and descriptive at once; keep one of them."
    for muscle in known.muscles:
        where = f"muscles.toml, muscle {muscle.id}"
        yield from _unknown_sources(where, muscle.sources, known)
        for hint in muscle.hint:
            for measure in hint.measures:
                limits = [getattr(row, hint.direction) for row in known.bands if row.measure == measure]
                if not any(limits):
                    yield f"{where}, field hint.measures: {measure} has no {hint.direction} limit in bands.toml."
                elif hint.from_band == "marked" and not all(limit and limit.marked for limit in limits):
                    yield f"{where}, field hint.from_band: {measure} has no marked {hint.direction} limit."


def _band_misfits(band: BandRow, known: Knowledge) -> Iterator[str]:
    where = f"bands.toml, band {band.row_name}"
    same = [row for row in known.bands if row.measure == band.measure]
    if not any(row.sex == "pooled" for row in same):
        yield f"{where}, field sex: the measure also needs a row for women and men together ('pooled')."
    if len({row.pattern for row in same}) > 1:
        yield f"{where}, field pattern: all rows of a measure must have the same pattern."
    if band.unit not in known.texts.units:
        yield f"{where}, field unit: texts.toml has no word for {band.unit!r} under [units]."
    words = known.texts.measure.get(band.measure)
    for kind, wanted in (("high", band.high), ("low", band.low), ("difference", band.side_difference)):
        if wanted is not None and words is not None and getattr(words, kind) is None:
            yield f"{where}: texts.toml has no [measure.{band.measure}.{kind}]."


def _twice(where: str, names: list[str]) -> Iterator[str]:
    for name in names:
        if names.count(name) > 1:
            yield f"{where} {name}: the row stands there twice."


def _unknown_sources(where: str, keys: Iterable[str], known: Knowledge) -> Iterator[str]:
    for key in keys:
        if key not in known.sources:
            yield f"{where}, field sources: {key!r} is not in sources.toml."
