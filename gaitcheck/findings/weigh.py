"""How a look at real data weighs in the grade of a hint."""

from __future__ import annotations

from collections.abc import Sequence

from gaitcheck.findings.schema import GRADE_WEIGHT, Hint, LookRow, MuscleRow, ScoredGrade

_GRADES = tuple(GRADE_WEIGHT)


def weighed(grade: ScoredGrade, looks: Sequence[LookRow]) -> ScoredGrade:
    """The grade of a hint after looking at data, one row for each side.

    One sample of a few runners moves a grade by one step at most, and never to A. It moves up where the 95 % interval
    of a side lies wholly on the expected side of zero and no side's lies wholly on the other; down where it is the
    other way round. An interval that holds zero leaves the grade to the literature.
    """
    verdicts = {look.verdict for look in looks}
    step = ("speaks against" in verdicts) - ("supports" in verdicts)
    best = min(_GRADES.index("B"), _GRADES.index(grade))
    return _GRADES[min(max(_GRADES.index(grade) + step, best), len(_GRADES) - 1)]


def looks_of(hint: Hint, looks: Sequence[LookRow]) -> list[LookRow]:
    """The rows that a hint's grade is weighed with, one for each side."""
    return [look for look in looks if look.id == hint.look]


def with_looks_weighed(muscles: Sequence[MuscleRow], looks: Sequence[LookRow]) -> tuple[MuscleRow, ...]:
    """The muscles with the grade of each hint weighed."""
    return tuple(
        muscle.model_copy(
            update={
                "hint": tuple(
                    hint.model_copy(update={"grade": weighed(hint.grade, looks_of(hint, looks))})
                    for hint in muscle.hint
                )
            }
        )
        for muscle in muscles
    )
