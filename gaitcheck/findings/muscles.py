"""From deviations to muscle groups: which are worth testing, how strongly, and with which exercises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gaitcheck.findings import phrases
from gaitcheck.findings.exercises import advice_of, exercises_for
from gaitcheck.findings.judging import Deviation, JudgedMeasures, lies
from gaitcheck.findings.load import Knowledge
from gaitcheck.findings.result import HintLevel, MuscleHint
from gaitcheck.findings.schema import GRADE_WEIGHT, LOWERED, Hint, MuscleRow, ScoredGrade, weaker_grade
from gaitcheck.findings.weigh import looks_of
from gaitcheck.gait.result import SIDES, Side
from gaitcheck.settings import Answers

_STATUS_ORDER = ("worth_testing", "nothing_seen", "not_looked_at", "not_visible")
#: From this score on a hint is called middle, and high.
_LEVELS: tuple[tuple[float, HintLevel], ...] = ((0.9, "high"), (0.5, "middle"))


@dataclass(frozen=True)
class Shown:
    """The deviation that stands for its pattern and side, and its words."""

    deviation: Deviation
    title: str
    text: str


ShownByPattern = Mapping[tuple[str, Side | None], Shown]


@dataclass(frozen=True)
class _Sign:
    """A deviation that points to a muscle, through one of the muscle's hints; `against` says what speaks against it."""

    deviation: Deviation
    hint: Hint
    against: tuple[str, ...]

    @property
    def grade(self) -> ScoredGrade:
        return weaker_grade(self.hint.grade, self.deviation.band.grade)

    @property
    def weight(self) -> float:
        """The grade's, half of it where another measure speaks against the sign or its value is given with care."""
        return GRADE_WEIGHT[self.grade] * (LOWERED if self.against or self.deviation.with_care is not None else 1.0)


def muscle_hints(
    found: Sequence[Deviation],
    shown: ShownByPattern,
    judged: JudgedMeasures,
    known: Knowledge,
    answers: Answers,
    *,
    held_back: bool,
) -> list[MuscleHint]:
    """All muscle groups: those worth testing first (by score), then the others in the order of muscles.toml.

    `held_back` gives no exercises: a clinician comes first.
    """
    hints: list[MuscleHint] = []
    for muscle in known.muscles:
        signs = list(_signs(muscle, found, judged))
        pointed_to = list(_worth_testing(muscle, signs, shown, known, answers, held_back=held_back))
        hints += pointed_to or [_not_worth_testing(muscle, judged, known, answers, held_back=held_back)]
    return sorted(hints, key=lambda hint: (_STATUS_ORDER.index(hint.status), -hint.score))


def _signs(muscle: MuscleRow, found: Sequence[Deviation], judged: JudgedMeasures) -> Iterator[_Sign]:
    for deviation in found:
        measure = deviation.band.difference_of or deviation.band.measure
        for hint in muscle.hint:
            matches = measure in hint.measures and deviation.direction == hint.direction
            far_enough = hint.from_band == "watch" or deviation.level == "marked"
            if matches and far_enough and deviation.points_to_muscle:
                yield _Sign(deviation, hint, tuple(_against(deviation, hint, found, judged)))


def _against(deviation: Deviation, hint: Hint, found: Sequence[Deviation], judged: JudgedMeasures) -> Iterator[str]:
    """What speaks against a sign; not a measure whose movement stands out in another of its measures.

    A sign of one side is held against that side, a sign of the whole body against every side that could be judged.
    """
    seen = {(one.band.pattern, one.side) for one in found if one.band.pattern != deviation.band.pattern}
    sides = (deviation.side, None) if deviation.side else (None, *SIDES)
    for against in hint.against:
        others = [judged[against.measure, side] for side in sides if (against.measure, side) in judged]
        if not others or against.measure == deviation.band.measure:
            continue
        if all(lies(one, against) and (one.band.pattern, one.side) not in seen for one in others):
            yield against.says


def _worth_testing(
    muscle: MuscleRow,
    signs: Sequence[_Sign],
    shown: ShownByPattern,
    known: Knowledge,
    answers: Answers,
    *,
    held_back: bool,
) -> Iterator[MuscleHint]:
    """One hint for each side that has a primary sign of its own; signs of the whole body add to it."""
    whole_body = [sign for sign in signs if sign.deviation.side is None]
    for side in (*SIDES, None):
        own = [sign for sign in signs if sign.deviation.side == side]
        if not any(sign.hint.primary for sign in own):
            continue
        counted = _once_per_pattern(own + (whole_body if side else []))
        shown_for = [shown[sign.deviation.band.pattern, sign.deviation.side] for sign in counted]
        fired = tuple(dict.fromkeys(sign.hint for sign in counted))
        lowered_by = tuple(dict.fromkeys(says for sign in counted for says in sign.against))
        score = round(math.fsum(sign.weight for sign in counted), 6)
        stretch, strengthen = advice_of(muscle, answers, known, held_back=held_back)
        text = phrases.worth_testing(
            [one.title for one in shown_for], [hint.meaning for hint in fired], lowered_by, muscle, known
        )
        yield MuscleHint(
            id=muscle.id,
            name=muscle.name,
            side=side,
            status="worth_testing",
            grade=min(sign.grade for sign in counted),
            score=score,
            because=tuple(one.deviation.finding_id for one in shown_for),
            measure_ids=_measure_ids(muscle),
            text=text,
            antagonist=muscle.antagonist,
            stretch=stretch,
            strengthen=strengthen,
            contrary=_contrary(muscle, fired, known),
            confirm_with=muscle.confirm_with,
            source=known.cite(_sources(muscle, fired, known)),
            strength=min(1.0, score),
            level=next((level for least, level in _LEVELS if score >= least), "low"),
            lowered_by=lowered_by,
            antagonist_ids=known.opposites(muscle.id),
            exercises=() if held_back else exercises_for(muscle, fired, answers, known),
        )


def _once_per_pattern(signs: Sequence[_Sign]) -> list[_Sign]:
    """The best sign of each pattern: primary before supporting, then by weight, grade and rank."""
    best: dict[tuple[str, Side | None], _Sign] = {}
    for sign in sorted(signs, key=lambda sign: (not sign.hint.primary, -sign.weight, sign.grade, -sign.deviation.rank)):
        best.setdefault((sign.deviation.band.pattern, sign.deviation.side), sign)
    return list(best.values())


def _not_worth_testing(
    muscle: MuscleRow, judged: JudgedMeasures, known: Knowledge, answers: Answers, *, held_back: bool
) -> MuscleHint:
    judged_ids = {measure_id for measure_id, _ in judged}
    primary = [hint for hint in muscle.hint if hint.primary]
    best = min((hint.grade for hint in primary), default=None)
    looked_at = [measure for measure in _measure_ids(muscle) if measure in judged_ids]
    missing = [measure for measure in _measure_ids(muscle) if measure not in judged_ids]
    # Without its best signs, "nothing seen" would be said of a muscle that was hardly looked at.
    seen = all(judged_ids.intersection(hint.measures) for hint in primary if hint.grade == best)
    stretch, strengthen = advice_of(muscle, answers, known, held_back=held_back)
    return MuscleHint(
        id=muscle.id,
        name=muscle.name,
        side=None,
        status="not_visible" if not muscle.hint else "nothing_seen" if seen else "not_looked_at",
        grade=muscle.grade,
        score=0.0,
        because=(),
        measure_ids=_measure_ids(muscle),
        text=phrases.not_worth_testing(
            [phrases.name_with_side(measure, judged, known) for measure in looked_at] if seen else [],
            [phrases.measure_name(measure, known) for measure in missing],
            muscle,
            known,
        ),
        antagonist=muscle.antagonist,
        stretch=stretch,
        strengthen=strengthen,
        contrary=_contrary(muscle, (), known),
        confirm_with=muscle.confirm_with,
        source=known.cite(muscle.sources),
        antagonist_ids=known.opposites(muscle.id),
    )


def _contrary(muscle: MuscleRow, fired: Iterable[Hint], known: Knowledge) -> str:
    fired = tuple(fired)
    looks = dict.fromkeys(look for hint in fired for look in looks_of(hint, known.looks) if look.n)
    parts = [hint.contrary for hint in fired] + [muscle.contrary, muscle.article_disagrees]
    parts += [phrases.look_words(look, known) for look in looks]
    return " ".join(part for part in parts if part)


def _sources(muscle: MuscleRow, fired: Iterable[Hint], known: Knowledge) -> tuple[str, ...]:
    looked = [key for hint in fired for look in looks_of(hint, known.looks) if look.n for key in look.sources]
    return tuple(dict.fromkeys((*muscle.sources, *looked)))


def _measure_ids(muscle: MuscleRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(measure for hint in muscle.hint for measure in hint.measures))
