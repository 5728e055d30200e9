"""Loads the knowledge (TOML in `knowledge/`), with a clinic's rows over it, and checks that the files fit together."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings.catalogue import Texts
from gaitcheck.findings.result import KnowledgeUsed
from gaitcheck.findings.schema import (
    BandRow,
    BandsFile,
    BandsOverride,
    DescriptiveRow,
    ExerciseRow,
    ExercisesFile,
    LookRow,
    LooksFile,
    MuscleRow,
    MusclesFile,
    PairRow,
    PairsFile,
    RedFlagRow,
    RedFlagsFile,
    Row,
    Source,
    SourcesFile,
)
from gaitcheck.findings.translate import row_key, translated, without_rows
from gaitcheck.findings.weigh import with_looks_weighed
from gaitcheck.settings import Sex

#: Names the folder with a clinic's own rows.
OVERRIDE_VARIABLE = "GAITCHECK_KNOWLEDGE"

_File = TypeVar("_File", bound=BaseModel)
_Theirs = TypeVar("_Theirs", bound=BaseModel)
_AnyRow = TypeVar("_AnyRow", bound=Row)


@dataclass(frozen=True)
class Knowledge:
    """Bands, muscles, exercises, red flags, looks at data, sources and texts, validated."""

    min_steps: int
    bands: tuple[BandRow, ...]
    descriptive: tuple[DescriptiveRow, ...]
    muscles: tuple[MuscleRow, ...]
    pairs: tuple[PairRow, ...]
    exercises: tuple[ExerciseRow, ...]
    red_flags: tuple[RedFlagRow, ...]
    looks: tuple[LookRow, ...]
    sources: Mapping[str, Source]
    texts: Texts
    used: KnowledgeUsed

    def band(self, measure_id: str, sex: Sex | None) -> BandRow | None:
        """The band of a measure for that sex, else the one for women and men together; None if it has no band."""
        rows = {row.sex: row for row in self.bands if row.measure == measure_id}
        return (rows.get(sex) if sex else None) or rows.get("pooled")

    @property
    def scored_measures(self) -> tuple[str, ...]:
        """Ids of the measures that have a band, in the order of bands.toml."""
        return tuple(dict.fromkeys(row.measure for row in self.bands))

    def muscle(self, muscle_id: str) -> MuscleRow:
        """The row of a muscle group."""
        return next(row for row in self.muscles if row.id == muscle_id)

    def opposites(self, muscle_id: str) -> tuple[str, ...]:
        """Ids of the muscle groups that pull against this one, as far as they have a row."""
        return tuple(
            other for pair in self.pairs if muscle_id in pair.muscles for other in pair.muscles if other != muscle_id
        )

    def cite(self, keys: Iterable[str]) -> str:
        """The citations of these sources, as one line."""
        return "; ".join(self.sources[key].citation for key in keys)


def knowledge(language: str = "en") -> Knowledge:
    """The knowledge that comes with the program, with the rows of a clinic's folder over it where one is named.

    The folder is named by the environment variable GAITCHECK_KNOWLEDGE. Loaded on first use.

    Raises
    ------
    UnusableInputError
        The folder, one of its files or one of its rows is not as it must be.
    """
    return _known(language, os.environ.get(OVERRIDE_VARIABLE, ""))


def own_folder() -> Traversable:
    """The folder of the knowledge that comes with the program."""
    return files("gaitcheck.findings") / "knowledge"


@cache
def _known(language: str, override: str) -> Knowledge:
    return load_knowledge(own_folder(), language=language, override=Path(override) if override else None)


def load_knowledge(folder: Traversable, *, language: str = "en", override: Path | None = None) -> Knowledge:
    """Load and check the files of a knowledge folder.

    Parameters
    ----------
    folder : bands, muscles, pairs, exercises, redflags, looks and sources, and texts.<language>.toml.
    language : which texts to take. English rows hold their own words; every other language brings them in its texts.
    override : a clinic's folder with any of the same files but looks and texts. Its rows replace those of the same
        name; exercises, red flags and sources may also be new ones.

    Raises
    ------
    UnusableInputError
        A file is missing or not TOML, or a row does not hold what it must; the message names file, row and field.
    """
    from gaitcheck.findings.fits import misfits

    reader = _Reader(folder, override, language)
    bands, bands_over = reader.both("bands.toml", BandsFile, BandsOverride)
    muscles, muscles_over = reader.both("muscles.toml", MusclesFile, MusclesFile)
    pairs, pairs_over = reader.both("pairs.toml", PairsFile, PairsFile)
    exercises, exercises_over = reader.both("exercises.toml", ExercisesFile, ExercisesFile)
    flags, flags_over = reader.both("redflags.toml", RedFlagsFile, RedFlagsFile)
    sources, sources_over = reader.both("sources.toml", SourcesFile, SourcesFile)
    looks = reader.own("looks.toml", LooksFile).look
    over = partial(_over, override)
    own_muscles = over("muscle", muscles.muscle, muscles_over.muscle if muscles_over else ())
    red_flags = over("red_flag", flags.red_flag, flags_over.red_flag if flags_over else (), new=True)
    known = Knowledge(
        min_steps=bands.min_steps,
        bands=over("band", bands.band, bands_over.band if bands_over else ()),
        descriptive=over("descriptive", bands.descriptive, bands_over.descriptive if bands_over else ()),
        muscles=with_looks_weighed(own_muscles, looks),
        pairs=over("pair", pairs.pair, pairs_over.pair if pairs_over else ()),
        exercises=over("exercise", exercises.exercise, exercises_over.exercise if exercises_over else (), new=True),
        red_flags=red_flags,
        looks=looks,
        sources={**sources.source, **(sources_over.source if sources_over else {})},
        texts=_with_red_flags(reader.texts(), red_flags),
        used=reader.used(),
    )
    problem = next(misfits(known), None)
    if problem:
        raise UnusableInputError(f"{problem.rstrip('.')} (with the rows of {override})." if override else problem)
    return known


def _with_red_flags(texts: Texts, rows: Sequence[RedFlagRow]) -> Texts:
    listed = tuple(row.text for row in rows if row.listed)
    return texts.model_copy(update={"notice": texts.notice.model_copy(update={"red_flags": listed})})


class _Reader:
    """Reads the files of a folder and of a clinic's, and remembers what was read and what was overridden."""

    def __init__(self, folder: Traversable, override: Path | None, language: str) -> None:
        self._folder = folder
        self._override = override
        self._language = language
        self._digests = {"own": hashlib.sha256(), "theirs": hashlib.sha256()}
        self._not_read = _files_of(override) if override is not None else []
        self._overridden: list[str] = []
        self._words = _parse(self._bytes("own", folder, self._texts_name), self._texts_name)
        if language == "en" and "rows" in self._words:
            raise UnusableInputError(f"{self._texts_name}, field rows: English words stand in the rows themselves.")

    @property
    def _texts_name(self) -> str:
        return f"texts.{self._language}.toml"

    def texts(self) -> Texts:
        """The catalogue of sentences."""
        return _validated(without_rows(self._words), Texts, self._texts_name)

    def own(self, name: str, model: type[_File]) -> _File:
        """A file of the program's knowledge, its words in the language asked for."""
        data = _parse(self._bytes("own", self._folder, name), name)
        if self._language != "en":
            translated(data, self._words.get("rows", {}), self._texts_name)
        return _validated(data, model, name)

    def both(self, name: str, model: type[_File], theirs: type[_Theirs]) -> tuple[_File, _Theirs | None]:
        """A file of the program's knowledge, and the clinic's file of that name; None where it has none."""
        own = self.own(name, model)
        if self._override is None or name not in self._not_read:
            return own, None
        self._not_read.remove(name)
        label = str(self._override / name)
        data = _parse(self._bytes("theirs", self._override, name), label)
        self._overridden += _row_names(data)
        return own, _validated(data, theirs, label)

    def used(self) -> KnowledgeUsed:
        """What was read; a file of the clinic's that has no place here is a mistake."""
        if self._not_read:
            raise UnusableInputError(
                f"{self._override}: {self._not_read[0]} is not a file that can be overridden; use bands.toml, "
                "muscles.toml, pairs.toml, exercises.toml, redflags.toml or sources.toml."
            )
        own, theirs = (self._digests[which].hexdigest() for which in ("own", "theirs"))
        return KnowledgeUsed(
            sha256=own,
            overridden=tuple(self._overridden),
            override_sha256=theirs if self._override is not None else None,
        )

    def _bytes(self, which: str, folder: Traversable, name: str) -> bytes:
        try:
            content = (folder / name).read_bytes()
        except OSError:
            raise UnusableInputError(f"{name} is missing from the knowledge folder {folder}.") from None
        self._digests[which].update(f"{name}\0{len(content)}\0".encode() + content)
        return content


def _over(
    folder: Path | None, table: str, own: tuple[_AnyRow, ...], theirs: tuple[_AnyRow, ...], *, new: bool = False
) -> tuple[_AnyRow, ...]:
    """The rows with the clinic's in place of those of the same key; unknown keys only where new rows are allowed."""
    rows = {row.key: row for row in own}
    for row in theirs:
        if row.key not in rows and not new:
            raise UnusableInputError(
                f"{folder}: there is no {table} called {row.key!r} to replace; `gaitcheck knowledge show` lists them."
            )
        rows[row.key] = row
    if len({row.key for row in theirs}) < len(theirs):
        raise UnusableInputError(f"{folder}: one {table} stands there twice.")
    # Rows of the program that stand there twice are left for the check of the whole.
    return tuple(rows.values()) if theirs else own


def _row_names(data: Mapping[str, Any]) -> list[str]:
    """Rows of a clinic's file as the result names them."""
    names = []
    for table, entries in data.items():
        if isinstance(entries, list):
            names += [f"{table} {row_key(table, row)}" for row in entries if isinstance(row, dict)]
        elif isinstance(entries, dict):
            names += [f"{table} {key}" for key in entries]
    return names


def _files_of(override: Path) -> list[str]:
    if not override.is_dir():
        raise UnusableInputError(
            f"There is no folder {override}: set {OVERRIDE_VARIABLE} to the folder with your own rows, or unset it."
        )
    found = sorted(path.name for path in override.iterdir() if path.suffix == ".toml")
    if not found:
        raise UnusableInputError(
            f"The folder {override} holds no .toml file: put your own rows there, or unset {OVERRIDE_VARIABLE}."
        )
    return found


def _parse(content: bytes, label: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableInputError(f"{label} cannot be read as TOML: {error}.") from None


def _validated(data: dict[str, Any], model: type[_File], label: str) -> _File:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UnusableInputError(f"{label}, {_place(first['loc'], data)}: {first['msg']}.") from None


def _place(location: tuple[int | str, ...], data: Any) -> str:
    """Row and field of a fault in words: 'band 3 (hip_adduction, F), field high.watch'."""
    for depth, part in enumerate(location):
        if isinstance(part, int):
            table, row = location[depth - 1], data[location[0]][part]
            keys = ("id", "measure", "sex") if isinstance(row, dict) else ()
            named = ", ".join(str(row[name]) for name in keys if name in row)
            field = ".".join(str(rest) for rest in location[depth + 1 :])
            words = f"{table} {part + 1}" + (f" ({named})" if named else "")
            return words + (f", field {field}" if field else "")
    return f"field {'.'.join(map(str, location))}" if location else "whole file"
