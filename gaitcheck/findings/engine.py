"""From measures to findings and muscle hints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gaitcheck.findings import phrases
from gaitcheck.findings.judging import (
    Deviation,
    JudgedMeasures,
    deviations,
    judgeable,
    strongest_of_each_pattern,
)
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.result import Assessment, Finding, MuscleHint
from gaitcheck.findings.schema import GRADE_WEIGHT, Hint, MuscleRow, ScoredGrade, weaker_grade
from gaitcheck.gait.result import SIDES, Measure, Side
from gaitcheck.settings import Sex

_STATUS_ORDER = ("worth_testing", "nothing_seen", "not_looked_at", "not_visible")


def assess(measures: Sequence[Measure], *, sex: Sex | None, speed_kmh: float | None) -> Assessment:
    """Hold measures against their usual ranges and say what stands out, and which muscles that makes worth testing.

    A finding follows only from a measure with status "measured", on enough steps (7), whose mean lies beyond the watch
    limit by more than its uncertainty; for a difference between the sides the two uncertainties are combined as
    independent. Measures that show one movement (the pelvic drop is part of hip adduction; the knee at midstance and
    at its peak) give one finding per side and count once for a muscle. Findings are ranked by their distance beyond
    the watch limit, in band widths, times the weight of the evidence grade (A 1, B 0.6, C 0.3). The score of a muscle
    is the sum of the grade weights of the patterns that point to it.

    Parameters
    ----------
    measures : each measure and side at most once, in any order.
    sex : chooses the band where the evidence differs by sex; None takes the one for women and men together.
    speed_kmh : treadmill speed; bands that need it are left out when it is None or too slow.

    Raises
    ------
    ValueError
        A measure of one side comes twice.
    """
    known = knowledge()
    judged = judgeable(measures, known, sex=sex, speed_kmh=speed_kmh)
    found = deviations(judged, known)
    shown = {
        key: _Shown(
            deviation,
            *phrases.finding_words(
                deviation, [other for other in found if (other.band.pattern, other.side) == key], speed_kmh, known
            ),
        )
        for key, deviation in strongest_of_each_pattern(found).items()
    }
    muscles = tuple(_muscle_hints(found, shown, judged, known))
    findings = tuple(_finding(one, muscles, known) for one in shown.values())
    judged_ids = {measure_id for measure_id, _ in judged}
    looked_at = tuple(measure_id for measure_id in known.scored_measures if measure_id in judged_ids)
    not_looked_at = tuple(measure_id for measure_id in known.scored_measures if measure_id not in judged_ids)
    return Assessment(
        findings=findings,
        muscles=muscles,
        looked_at=looked_at,
        not_looked_at=not_looked_at,
        summary=phrases.summary(
            [finding.title for finding in findings],
            [_name_with_side(measure_id, judged, known) for measure_id in looked_at],
            [phrases.measure_name(measure_id, known) for measure_id in not_looked_at],
            known,
        ),
    )


@dataclass(frozen=True)
class _Shown:
    """The deviation that stands for its pattern and side, and its words."""

    deviation: Deviation
    title: str
    text: str


_ShownByPattern = Mapping[tuple[str, Side | None], _Shown]


def _finding(one: _Shown, muscles: Sequence[MuscleHint], known: Knowledge) -> Finding:
    deviation, band = one.deviation, one.deviation.band
    pointed_to = dict.fromkeys(muscle.id for muscle in muscles if deviation.finding_id in muscle.because)
    return Finding(
        id=deviation.finding_id,
        measure_id=band.measure,
        side=deviation.side,
        band=deviation.level,
        direction=deviation.direction,
        title=one.title,
        text=one.text,
        value=deviation.value,
        uncertainty=deviation.uncertainty,
        unit=band.unit,
        usual=phrases.usual_range(band, deviation.kind, known),
        grade=band.grade,
        contrary=band.contrary,
        muscle_ids=tuple(pointed_to),
        source=known.cite(band.sources),
    )


@dataclass(frozen=True)
class _Sign:
    """A deviation that points to a muscle, through one of the muscle's hints."""

    deviation: Deviation
    hint: Hint

    @property
    def grade(self) -> ScoredGrade:
        return weaker_grade(self.hint.grade, self.deviation.band.grade)


def _muscle_hints(
    found: Sequence[Deviation], shown: _ShownByPattern, judged: JudgedMeasures, known: Knowledge
) -> list[MuscleHint]:
    """All muscle groups: those worth testing first (by score), then the others in the order of muscles.toml."""
    hints: list[MuscleHint] = []
    for muscle in known.muscles:
        signs = list(_signs(muscle, found))
        pointed_to = list(_worth_testing(muscle, signs, shown, known))
        hints += pointed_to or [_not_worth_testing(muscle, judged, known)]
    return sorted(hints, key=lambda hint: (_STATUS_ORDER.index(hint.status), -hint.score))


def _signs(muscle: MuscleRow, found: Sequence[Deviation]) -> Iterator[_Sign]:
    for deviation in found:
        for hint in muscle.hint:
            matches = deviation.band.measure in hint.measures and deviation.direction == hint.direction
            far_enough = hint.from_band == "watch" or deviation.level == "marked"
            if matches and far_enough and deviation.points_to_muscle:
                yield _Sign(deviation, hint)


def _worth_testing(
    muscle: MuscleRow, signs: Sequence[_Sign], shown: _ShownByPattern, known: Knowledge
) -> Iterator[MuscleHint]:
    """One hint for each side that has a primary sign of its own; signs of the whole body add to it."""
    whole_body = [sign for sign in signs if sign.deviation.side is None]
    for side in (*SIDES, None):
        own = [sign for sign in signs if sign.deviation.side == side]
        if not any(sign.hint.primary for sign in own):
            continue
        counted = _once_per_pattern(own + (whole_body if side else []))
        shown_for = [shown[sign.deviation.band.pattern, sign.deviation.side] for sign in counted]
        fired = dict.fromkeys(sign.hint for sign in counted)
        yield MuscleHint(
            id=muscle.id,
            name=muscle.name,
            side=side,
            status="worth_testing",
            grade=min(sign.grade for sign in counted),
            score=round(math.fsum(GRADE_WEIGHT[sign.grade] for sign in counted), 6),
            because=tuple(one.deviation.finding_id for one in shown_for),
            measure_ids=_measure_ids(muscle),
            text=phrases.worth_testing(
                [one.title for one in shown_for], [hint.meaning for hint in fired], muscle, known
            ),
            antagonist=muscle.antagonist,
            stretch=muscle.stretch,
            strengthen=muscle.strengthen,
            contrary=_contrary(muscle, fired),
            confirm_with=muscle.confirm_with,
            source=known.cite(muscle.sources),
        )


def _once_per_pattern(signs: Sequence[_Sign]) -> list[_Sign]:
    """The best sign of each pattern: primary before supporting, then by grade, then by rank."""
    best: dict[tuple[str, Side | None], _Sign] = {}
    for sign in sorted(signs, key=lambda sign: (not sign.hint.primary, sign.grade, -sign.deviation.rank)):
        best.setdefault((sign.deviation.band.pattern, sign.deviation.side), sign)
    return list(best.values())


def _not_worth_testing(muscle: MuscleRow, judged: JudgedMeasures, known: Knowledge) -> MuscleHint:
    judged_ids = {measure_id for measure_id, _ in judged}
    primary = [hint for hint in muscle.hint if hint.primary]
    best = min((hint.grade for hint in primary), default=None)
    looked_at = [measure for measure in _measure_ids(muscle) if measure in judged_ids]
    missing = [measure for measure in _measure_ids(muscle) if measure not in judged_ids]
    # Without its best signs, "nothing seen" would be said of a muscle that was hardly looked at.
    seen = all(judged_ids.intersection(hint.measures) for hint in primary if hint.grade == best)
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
            [_name_with_side(measure, judged, known) for measure in looked_at] if seen else [],
            [phrases.measure_name(measure, known) for measure in missing],
            muscle,
            known,
        ),
        antagonist=muscle.antagonist,
        stretch=muscle.stretch,
        strengthen=muscle.strengthen,
        contrary=_contrary(muscle, ()),
        confirm_with=muscle.confirm_with,
        source=known.cite(muscle.sources),
    )


def _contrary(muscle: MuscleRow, fired: Iterable[Hint]) -> str:
    parts = [hint.contrary for hint in fired] + [muscle.contrary, muscle.article_disagrees]
    return " ".join(part for part in parts if part)


def _measure_ids(muscle: MuscleRow) -> tuple[str, ...]:
    return tuple(dict.fromkeys(measure for hint in muscle.hint for measure in hint.measures))


def _name_with_side(measure_id: str, judged: JudgedMeasures, known: Knowledge) -> str:
    sides = [side for one, side in judged if one == measure_id]
    name = phrases.measure_name(measure_id, known)
    return phrases.one_side(name, sides[0], known) if len(sides) == 1 and sides[0] else name
