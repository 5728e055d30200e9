"""Which exercises come with a hint: the article's logic of prime mover and antagonist, its own list first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from gaitcheck.findings.load import Knowledge
from gaitcheck.findings.result import Exercise, ExerciseKind, ExerciseOrigin
from gaitcheck.findings.schema import ExerciseRow, Hint, MuscleRow
from gaitcheck.settings import Answers

#: What is done for the muscle itself and for its opposite, by what the sign would say of the muscle.
_KINDS: dict[str, tuple[tuple[ExerciseKind, ...], tuple[ExerciseKind, ...]]] = {
    "less strength": (("strengthen",), ("stretch",)),
    "more work": (("stretch",), ("strengthen",)),
    "less length": (("stretch",), ("strengthen",)),
    "more load": (("stretch", "strengthen"), ()),
}
_ORIGINS: tuple[ExerciseOrigin, ...] = ("article", "literature", "common practice")


def exercises_for(muscle: MuscleRow, fired: Sequence[Hint], answers: Answers, known: Knowledge) -> tuple[Exercise, ...]:
    """Exercises for the muscle itself, the article's first, then those for its opposite.

    What the primary signs say of the muscle decides; two signs that ask for opposite things give none for the
    opposite muscle.
    """
    readings = list(dict.fromkeys(hint.reading for hint in fired if hint.primary))
    own = {kind for reading in readings for kind in _KINDS[reading][0]}
    opposite = {kind for reading in readings for kind in _KINDS[reading][1]}
    if len(opposite) > 1:
        opposite = set()
    given = list(_exercises(muscle, own, "own", answers, known))
    for other in known.opposites(muscle.id):
        given += _exercises(known.muscle(other), opposite, "opposite", answers, known)
    # One exercise can serve two opposite muscles; it is given for the first of them.
    once: dict[str, Exercise] = {}
    for one in given:
        once.setdefault(one.id, one)
    return tuple(once.values())


def _exercises(
    muscle: MuscleRow,
    kinds: Iterable[ExerciseKind],
    why: Literal["own", "opposite"],
    answers: Answers,
    known: Knowledge,
) -> Iterator[Exercise]:
    rows = [row for row in known.exercises if muscle.id in row.muscles and row.kind in kinds and _fits(row, answers)]
    for row in sorted(rows, key=lambda row: _ORIGINS.index(row.origin)):
        yield Exercise(
            id=row.id,
            name=row.name,
            kind=row.kind,
            purpose=row.purpose,
            dose=row.dose,
            progression=row.progression,
            stop_when=row.stop_when,
            origin=row.origin,
            grade=row.grade,
            contrary=row.contrary,
            source=known.cite(row.sources),
            muscle_id=muscle.id,
            muscle_name=muscle.name,
            why=why,
        )


def _fits(row: ExerciseRow, answers: Answers) -> bool:
    sites = set(answers.pain_sites)
    if row.only_with_pain:
        return bool(sites.intersection(row.only_with_pain))
    return not sites.intersection(row.not_with_pain)


def advice_of(muscle: MuscleRow, answers: Answers, known: Knowledge, *, held_back: bool) -> tuple[str, str]:
    """The article's advice to stretch and to strengthen, as sentences; that a clinician comes first, while one does."""
    if held_back:
        return (known.texts.note.clinician_first,) * 2
    if muscle.with_pain is not None and set(answers.pain_sites).intersection(muscle.with_pain.sites):
        return muscle.with_pain.stretch, muscle.with_pain.strengthen
    return muscle.stretch, muscle.strengthen
