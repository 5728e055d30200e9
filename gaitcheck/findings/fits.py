"""Whether the rows of the knowledge fit each other: what no single row can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gaitcheck.findings.schema import BandRow, ExerciseRow, Hint, MuscleRow
from gaitcheck.findings.weigh import looks_of

if TYPE_CHECKING:
    from gaitcheck.findings.load import Knowledge


def misfits(known: Knowledge) -> Iterator[str]:
    """Faults between rows and between files, each as one sentence."""
    yield from _twice("bands.toml, band", [row.key for row in known.bands])
    yield from _twice("bands.toml, descriptive", [row.key for row in known.descriptive])
    yield from _twice("muscles.toml, muscle", [row.key for row in known.muscles])
    yield from _twice("pairs.toml, pair", [row.key for row in known.pairs])
    yield from _twice("exercises.toml, exercise", [row.key for row in known.exercises])
    yield from _twice("redflags.toml, red_flag", [row.key for row in known.red_flags])
    for measure in (*known.scored_measures, *(row.measure for row in known.descriptive)):
        if measure not in known.texts.measure:
            yield f"bands.toml, row {measure}, field measure: the texts have no [measure.{measure}]."
    for file, rows in (
        ("bands.toml, band", known.bands),
        ("bands.toml, descriptive", known.descriptive),
        ("muscles.toml, muscle", known.muscles),
        ("pairs.toml, pair", known.pairs),
        ("exercises.toml, exercise", known.exercises),
        ("redflags.toml, red_flag", known.red_flags),
        ("looks.toml, look", known.looks),
    ):
        for row in rows:
            for key in row.sources:
                if key not in known.sources:
                    yield f"{file} {row.key}, field sources: {key!r} is not in sources.toml."
    for band in known.bands:
        yield from _band(band, known)
    for both in {row.measure for row in known.bands} & {row.measure for row in known.descriptive}:
        yield f"bands.toml, row {both}: it is scored and descriptive at once; keep one of them."
    for muscle in known.muscles:
        yield from _muscle(muscle, known)
    ids = {muscle.id for muscle in known.muscles}
    for pair in known.pairs:
        for unknown in set(pair.muscles) - ids:
            yield f"pairs.toml, pair {pair.id}, field muscles: {unknown!r} is not in muscles.toml."
    for exercise in known.exercises:
        yield from _exercise(exercise, ids)


def _band(band: BandRow, known: Knowledge) -> Iterator[str]:
    where = f"bands.toml, band {band.key}"
    same = [row for row in known.bands if row.measure == band.measure]
    if not any(row.sex == "pooled" for row in same):
        yield f"{where}, field sex: the measure also needs a row for women and men together ('pooled')."
    if len({row.pattern for row in same}) > 1:
        yield f"{where}, field pattern: all rows of a measure must have the same pattern."
    if band.unit not in known.texts.units:
        yield f"{where}, field unit: the texts have no word for {band.unit!r} under [units]."
    words = known.texts.measure.get(band.measure)
    wanted = {"high": band.high, "low": band.low, "difference": band.side_difference}
    if band.difference_of is not None:
        wanted = {"difference": band.high}
        if not any(row.measure == band.difference_of and row.pattern == band.pattern for row in known.bands):
            yield f"{where}, field difference_of: {band.difference_of} has no band of the same pattern."
    for kind, limit in wanted.items():
        if limit is not None and words is not None and getattr(words, kind) is None:
            yield f"{where}: the texts have no [measure.{band.measure}.{kind}]."


def _muscle(muscle: MuscleRow, known: Knowledge) -> Iterator[str]:
    where = f"muscles.toml, muscle {muscle.id}"
    best = min((hint.grade for hint in muscle.hint), default="X")
    if muscle.grade < best:
        yield f"{where}, field grade: {muscle.grade} is better than that of its best hint ({best})."
    for hint in muscle.hint:
        yield from _hint(hint, where, known)


def _hint(hint: Hint, where: str, known: Knowledge) -> Iterator[str]:
    for measure in hint.measures:
        rows = [row for row in known.bands if row.measure == measure]
        limits = [getattr(row, hint.direction) for row in rows]
        if not any(limits):
            yield f"{where}, field hint.measures: {measure} has no {hint.direction} limit in bands.toml."
        elif hint.from_band == "marked" and not all(limit and limit.marked for limit in limits):
            yield f"{where}, field hint.from_band: {measure} has no marked {hint.direction} limit."
    if hint.look is not None and not looks_of(hint, known.looks):
        yield f"{where}, field hint.look: {hint.look!r} is not in looks.toml."
    for against in hint.against:
        if not any(row.measure == against.measure for row in known.bands):
            yield f"{where}, field hint.against: {against.measure} has no band in bands.toml."


def _exercise(exercise: ExerciseRow, muscle_ids: Iterable[str]) -> Iterator[str]:
    for unknown in set(exercise.muscles) - set(muscle_ids):
        yield f"exercises.toml, exercise {exercise.id}, field muscles: {unknown!r} is not in muscles.toml."
    if exercise.only_with_pain and exercise.not_with_pain:
        yield f"exercises.toml, exercise {exercise.id}: give only_with_pain or not_with_pain, not both."


def _twice(where: str, names: list[str]) -> Iterator[str]:
    for name in names:
        if names.count(name) > 1:
            yield f"{where} {name}: the row stands there twice."
