"""From measures to findings and muscle hints."""

from __future__ import annotations

from collections.abc import Sequence

from gaitcheck.findings import phrases
from gaitcheck.findings.answers import answers_used, red_flags
from gaitcheck.findings.judging import deviations, judgeable, strongest_of_each_pattern
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.muscles import Shown, muscle_hints
from gaitcheck.findings.result import Assessment, Finding, MuscleHint
from gaitcheck.gait.result import Measure
from gaitcheck.settings import Answers, Sex


def assess(
    measures: Sequence[Measure],
    *,
    sex: Sex | None,
    speed_kmh: float | None,
    answers: Answers | None = None,
    known: Knowledge | None = None,
) -> Assessment:
    """Hold measures against their usual ranges and say what stands out, and which muscles that makes worth testing.

    A finding follows only from a measure on enough steps (7), whose mean lies beyond the watch limit by more than its
    uncertainty, and which nothing in the video makes doubtful. One whose kind is always given with care says so and
    counts half for a muscle. For a difference between the sides the two uncertainties are combined as independent, or
    added up where a wrong level moves the sides in opposite directions. Measures that show one movement (the pelvic
    drop is part of hip adduction; the knee at midstance and at its peak) give one finding per side and count once for a
    muscle. Findings are ranked by how far they lie beyond the watch limit for sure (what the uncertainty leaves of the
    distance, in band widths), times the weight of the evidence grade (A 1, B 0.6, C 0.3). The score of a muscle is the
    sum of the grade weights of the patterns that point to it; a weight is halved where another measure speaks against
    the sign by more than its uncertainty.

    Parameters
    ----------
    measures : each measure and side at most once, in any order.
    sex : chooses the band where the evidence differs by sex; None takes the one for women and men together.
    speed_kmh : treadmill speed; bands that need it are left out when it is None or too slow.
    answers : to the optional questions; they give red flags and choose between the article's two opposite hamstring
        instructions, and never touch a finding. While there is a red flag no exercise is shown.
    known : the knowledge to use; None: the program's own, with the rows of a clinic's folder where one is named.

    Raises
    ------
    ValueError
        A measure of one side comes twice.
    """
    known = known or knowledge()
    answers = answers or Answers()
    judged = judgeable(measures, known, sex=sex, speed_kmh=speed_kmh)
    found = deviations(judged, known)
    shown = {
        key: Shown(
            deviation,
            *phrases.finding_words(
                deviation, [other for other in found if (other.band.pattern, other.side) == key], speed_kmh, known
            ),
        )
        for key, deviation in strongest_of_each_pattern(found).items()
    }
    flags = red_flags(answers, known)
    muscles = tuple(muscle_hints(found, shown, judged, known, answers, held_back=bool(flags)))
    findings = tuple(_finding(one, muscles, known) for one in shown.values())
    judged_ids = {measure_id for measure_id, _ in judged}
    looked_at = tuple(measure_id for measure_id in known.scored_measures if measure_id in judged_ids)
    not_looked_at = tuple(measure_id for measure_id in known.scored_measures if measure_id not in judged_ids)
    summary = phrases.summary(
        [finding.title for finding in findings],
        [phrases.name_with_side(measure_id, judged, known) for measure_id in looked_at],
        [phrases.measure_name(measure_id, known) for measure_id in not_looked_at],
        known,
    )
    words = known.texts.exercises
    any_exercise = any(muscle.exercises for muscle in muscles)
    return Assessment(
        findings=findings,
        muscles=muscles,
        looked_at=looked_at,
        not_looked_at=not_looked_at,
        summary=f"{known.texts.summary.clinician_first} {summary}" if flags else summary,
        red_flags=flags,
        exercises_note=words.held_back if flags else words.about if any_exercise else words.none,
        answers_used=answers_used(answers, sex, speed_kmh, judged, known),
        knowledge=known.used,
    )


def _finding(one: Shown, muscles: Sequence[MuscleHint], known: Knowledge) -> Finding:
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
        with_care=deviation.with_care is not None,
        unit=band.unit,
        usual=phrases.usual_range(band, deviation.kind, known),
        grade=band.grade,
        contrary=band.contrary,
        muscle_ids=tuple(pointed_to),
        source=known.cite(band.sources),
    )
