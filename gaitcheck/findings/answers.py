"""What the answers to the optional questions may change: red flags, bands and one choice of advice; never a finding."""

from __future__ import annotations

from collections.abc import Iterator

from gaitcheck.findings.judging import JudgedMeasures
from gaitcheck.findings.load import Knowledge
from gaitcheck.findings.result import RedFlag
from gaitcheck.findings.schema import RedFlagRow
from gaitcheck.settings import Answers, Sex


def red_flags(answers: Answers, known: Knowledge) -> tuple[RedFlag, ...]:
    """The red flags that the answers raise, in the order of redflags.toml."""
    return tuple(
        RedFlag(row.id, _sentence(row.text), row.advice, because, known.cite(row.sources))
        for row in known.red_flags
        if (because := _because(row, answers, known))
    )


def _because(row: RedFlagRow, answers: Answers, known: Knowledge) -> tuple[str, ...]:
    """The answers for which the row stands, in words; empty where one of its conditions does not hold."""
    words = known.texts.answers
    hurts = bool(answers.pain_sites) or bool(answers.pain_level)
    if row.under_age is not None and (answers.age_years is None or answers.age_years >= row.under_age):
        return ()
    because: list[str] = []
    conditions = (
        (row.signs, [words.signs[one] for one in answers.warning_signs if one in row.signs]),
        (row.pain_sites, [words.sites[one] for one in answers.pain_sites if one in row.pain_sites]),
        (row.past_injuries, [words.sites[one] for one in answers.past_injuries if one in row.past_injuries]),
        (row.any_pain, [words.sites[one] for one in answers.pain_sites] or [words.pain_level] * hurts),
        (row.pain_over is not None, [words.pain_over.format(level=answers.pain_level)] * _over(row, answers)),
    )
    for wanted, answered in conditions:
        if wanted:
            if not answered:
                return ()
            because += answered
    return tuple(because)


def _over(row: RedFlagRow, answers: Answers) -> bool:
    return row.pain_over is not None and answers.pain_level is not None and answers.pain_level > row.pain_over


def answers_used(
    answers: Answers, sex: Sex | None, speed_kmh: float | None, judged: JudgedMeasures, known: Knowledge
) -> tuple[str, ...]:
    """What the answers changed, in sentences."""
    return tuple(_used(answers, sex, speed_kmh, judged, known))


def _used(
    answers: Answers, sex: Sex | None, speed_kmh: float | None, judged: JudgedMeasures, known: Knowledge
) -> Iterator[str]:
    words = known.texts.answers
    if sex is not None and any(one.band.sex == sex for one in judged.values()):
        yield words.bands_for[sex]
    if speed_kmh is not None and any(one.band.min_speed_kmh is not None for one in judged.values()):
        yield words.speed.format(speed=f"{speed_kmh:g}")
    if answers.age_years is not None:
        yield words.age
    for muscle in known.muscles:
        if muscle.with_pain is not None and set(answers.pain_sites).intersection(muscle.with_pain.sites):
            yield muscle.with_pain.says


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
