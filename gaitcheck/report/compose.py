"""Fills the report's content from an analysis: which words, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.phrases import usual_range
from gaitcheck.findings.result import FINDINGS_FIRST, Exercise, Finding, MuscleHint
from gaitcheck.findings.schema import BandRow
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import Check, Measure, Side
from gaitcheck.report.charts import cycle_charts, step_charts
from gaitcheck.report.content import (
    Appendix,
    CheckWords,
    Content,
    ExerciseWords,
    FindingWords,
    HintWords,
    MeasureRow,
    MethodPart,
    OtherMuscle,
    Pair,
    PhysioPart,
    RunnerPart,
    StillPicture,
    ValueWords,
    VideoWords,
)
from gaitcheck.report.document import Document, QualityRecord, Still, VideoRecord
from gaitcheck.report.muscles import FACES, legend, muscle_picture, picture_words
from gaitcheck.report.words import (
    evidence_words,
    measure_name,
    plain_number,
    report_words,
    side_word,
    unit_sign,
    value_words,
    view_words,
    with_side,
    with_unit,
)
from gaitcheck.settings import Sex, View

#: Exercises on the runner's page; the appendix has all of them.
EXERCISES_FIRST = 4
#: Stills on the physiotherapist's page: one row.
STILLS_FIRST = 6
#: The order of the muscle groups that nothing points to.
_OTHER_STATUSES = ("nothing_seen", "not_looked_at", "not_visible")


def report_content(document: Document, analysis: Analysis) -> Content:
    """Everything the report says of an analysis.

    Parameters
    ----------
    document : the analysis as saved; its stills are named relative to the folder of the result.
    analysis : the analysis itself, for steps and curves.
    """
    settings, words = document.provenance.settings, report_words()
    written = datetime.fromisoformat(document.provenance.times.written_at)
    facts = [
        words.page.recording.format(
            file=v.file_name, view=view_words(v.view), steps=v.steps, seconds=f"{v.facts.duration_s:.1f}"
        )
        for v in document.videos
    ]
    if settings.speed_kmh is not None:
        facts.append(f"{settings.speed_kmh:g} km/h")
    return Content(
        patient=settings.patient_name or "",
        date=written,
        date_words=words.date.format(day=written.day, month=words.months[written.month - 1], year=written.year),
        facts=tuple(facts),
        files=tuple(v.file_name for v in document.videos),
        runner=_runner_part(document),
        physio=_physio_part(document, analysis, settings.sex),
        method=_method_part(document),
        appendix=_appendix(document, analysis),
    )


def _runner_part(document: Document) -> RunnerPart:
    known = knowledge()
    red_flags_title, headline, looked_at = _summary(document)
    worth = _worth_testing(document.muscles)
    exercises = [] if document.red_flags else _exercises(worth)
    failed = {c.message: c for q in document.quality for c in q.checks if c.ok is False}
    return RunnerPart(
        red_flags_title=red_flags_title,
        red_flags=tuple(Pair(f"{flag.text}:", flag.advice) for flag in document.red_flags),
        headline=headline,
        looked_at="" if document.findings else looked_at,
        findings=tuple(_finding(f) for f in document.findings[:FINDINGS_FIRST]),
        further=len(document.findings[FINDINGS_FIRST:]),
        cautions=tuple(_with_advice(c) for c in failed.values()),
        body_title=_body_title(document.muscles),
        bodies=tuple(
            Pair(
                muscle_picture(face, document.muscles, document.measures),
                picture_words(face, document.muscles, document.measures),
            )
            for face in FACES
            if _was_looked_at(document.muscles)
        ),
        legend=tuple(Pair(svg, words) for svg, words in legend(document.muscles, document.measures)),
        muscles_note=known.texts.notice.muscles,
        to_test=tuple(Pair(_muscle_name(hint), hint.confirm_with) for hint in worth[:FINDINGS_FIRST]),
        exercises_note=document.exercises_note,
        exercises=tuple(exercises[:EXERCISES_FIRST]),
        at_last=_at_last(document),
        clinician_title=known.texts.notice.red_flags_title,
        clinician_text=known.texts.notice.ask_a_clinician,
        # Who has been sent to a clinician at the top of the page needs no list of reasons to go.
        clinician_flags=() if document.red_flags else known.texts.notice.red_flags,
        intended_use=known.texts.notice.intended_use,
    )  # fmt: skip


def _summary(document: Document) -> tuple[str, str, str]:
    """The sentences of the summary: over the red flags (none without one), over the findings, and the rest."""
    sentences = [f"{sentence.removesuffix('.')}." for sentence in document.summary.split(". ")]
    title = sentences.pop(0) if document.red_flags and len(sentences) > 1 else ""
    headline = sentences[0]
    if document.findings:  # their titles follow, one by one
        headline = headline.partition(": ")[0].removesuffix(".") + "."
    return title, headline, " ".join(sentences[1:])


def _was_looked_at(muscles: Sequence[MuscleHint]) -> bool:
    return any(hint.status in ("worth_testing", "nothing_seen") for hint in muscles)


def _body_title(muscles: Sequence[MuscleHint]) -> str:
    words = report_words().runner
    if not _was_looked_at(muscles):
        return words.muscles_none
    return words.muscles_worth_testing if _worth_testing(muscles) else words.muscles_nothing


def _at_last(document: Document) -> str:
    """The last step of what to do next."""
    words = report_words().runner
    if not document.looked_at:
        return words.film_to_judge
    return words.film_to_compare if document.findings else f"{words.nothing_to_do} {words.film_to_compare}"


def _physio_part(document: Document, analysis: Analysis, sex: Sex | None) -> PhysioPart:
    notes = _all_notes(document.measures)
    by_id: dict[str, list[Measure]] = {}
    for m in _valued(document.measures):
        by_id.setdefault(m.id, []).append(m)
    first = sorted(((v.view, s) for v in document.videos for s in v.outputs.stills), key=_how_telling)
    return PhysioPart(
        measures=tuple(_measure_row(sides, sex, notes) for sides in by_id.values()),
        stills=tuple(StillPicture(s.file, _still_words(s)) for _, s in first[:STILLS_FIRST]),
        curves=tuple(cycle_charts(analysis)),
    )


def _how_telling(seen: tuple[View | None, Still]) -> tuple[int, bool]:
    """Midstance, best from behind or in front, then contact and toe-off, best from the side."""
    view, still = seen
    frontal = view in ("rear", "front")
    return ("midstance", "initial_contact", "toe_off").index(still.event), frontal != (still.event == "midstance")


def _appendix(document: Document, analysis: Analysis) -> Appendix:
    known = report_words()
    words, worth = known.appendix, _worth_testing(document.muscles)
    others = sorted(
        (hint for hint in document.muscles if hint.status != "worth_testing"),
        key=lambda hint: _OTHER_STATUSES.index(hint.status),
    )
    shown = dict.fromkeys(m.id for m in document.measures if m.id in REGISTRY)
    entries = [REGISTRY[i] for i in shown]
    return Appendix(
        findings=tuple(_finding(f) for f in document.findings),
        stills=tuple(StillPicture(s.file, _still_words(s)) for v in document.videos for s in v.outputs.stills),
        annotated_videos=tuple(v.outputs.annotated_video for v in document.videos if v.outputs.annotated_video),
        steps=tuple(step_charts(analysis)),
        hints=tuple(_hint(hint, advice=not document.red_flags) for hint in worth),
        others=tuple(
            OtherMuscle(
                _muscle_name(hint), hint.grade, hint.text,
                _pairs({words.against: hint.contrary, words.confirm_with: hint.confirm_with}),
            )
            for hint in others
        ),
        grades=words.grades.format(grades="; ".join(f"{grade} {says}" for grade, says in known.grade.items())),
        definitions=tuple(
            Pair(f"{measure_name(e.id)} ({e.id})",
                 words.definition.format(definition=e.definition, event=e.event, sign=e.sign,
                                         source=e.source.removesuffix(".")))
            for e in entries
        ),
        sources=tuple(_sources(document.findings, document.muscles)),
    )  # fmt: skip


def _method_part(document: Document) -> MethodPart:
    notice, words, made = knowledge().texts.notice, report_words().method, document.provenance
    program = f"{made.program} {made.version}; " + ", ".join(f"{name} {v}" for name, v in made.libraries.items())
    made_by = [f"{program}.", words.model.format(name=made.model.name, sha256=made.model.sha256)]
    if document.knowledge is not None:
        made_by.append(words.knowledge.format(sha256=document.knowledge.sha256))
        if document.knowledge.overridden:
            own = "; ".join(document.knowledge.overridden)
            made_by.append(words.own_rows.format(rows=own, sha256=document.knowledge.override_sha256))
    return MethodPart(
        videos=tuple(_video(q, document.videos[q.video - 1]) for q in document.quality),
        measure_notes=tuple(_all_notes(document.measures)),
        withheld=tuple(Pair(reason, ", ".join(names)) for reason, names in _withheld(document.measures).items()),
        paragraphs=(
            words.paragraph,
            *((_summary(document)[2],) if document.findings else ()),
            notice.evidence,
            notice.privacy,
        ),
        answers_used=document.answers_used,
        made_by=tuple(made_by),
    )


def _worth_testing(muscles: Sequence[MuscleHint]) -> list[MuscleHint]:
    return sorted((hint for hint in muscles if hint.status == "worth_testing"), key=lambda hint: -hint.score)


def _muscle_name(hint: MuscleHint) -> str:
    return with_side(hint.name, hint.side)


def _finding(finding: Finding) -> FindingWords:
    known = report_words()
    name = with_side(measure_name(finding.measure_id), finding.side)
    return FindingWords(
        title=finding.title,
        text=finding.text,
        band=finding.band,
        value=f"{name}: {with_unit(finding.value, finding.unit)} ± {with_unit(finding.uncertainty, finding.unit)}",
        judged=known.appendix.judged.format(
            usual=finding.usual,
            band=known.band[finding.band],
            grade=finding.grade,
            grade_words=known.grade[finding.grade],
        ),
        contrary=finding.contrary,
    )


def _exercises(hints: Iterable[MuscleHint]) -> list[ExerciseWords]:
    """Every exercise of the hints once, the first of each hint before the second of any."""
    rows = [[(hint, exercise) for exercise in hint.exercises] for hint in hints]
    longest = max((len(row) for row in rows), default=0)
    in_turn = [row[i] for i in range(longest) for row in rows if i < len(row)]
    once: dict[str, ExerciseWords] = {}
    for hint, exercise in in_turn:
        once.setdefault(exercise.id, _exercise(exercise, hint))
    return list(once.values())


def _exercise(exercise: Exercise, hint: MuscleHint) -> ExerciseWords:
    known = report_words()
    if exercise.why == "opposite":
        whose = known.appendix.opposite.format(muscle=exercise.muscle_name, other=hint.name)
    else:
        whose = with_side(exercise.muscle_name, hint.side)
    return ExerciseWords(
        name=exercise.name,
        whose=whose,
        kind=known.kind[exercise.kind],
        dose=exercise.dose,
        purpose=exercise.purpose,
        progression=exercise.progression,
        stop_when=exercise.stop_when,
        origin=known.origin[exercise.origin],
        contrary=exercise.contrary,
    )


def _hint(hint: MuscleHint, *, advice: bool) -> HintWords:
    """A hint for the physiotherapist; no advice on training while a red flag stands."""
    known = report_words()
    words = known.appendix
    facts = {
        words.confirm_with: hint.confirm_with,
        words.against: " ".join([*hint.lowered_by, hint.contrary]),
        words.evidence: words.grade.format(grade=hint.grade, grade_words=known.grade[hint.grade]),
        words.works_against: hint.antagonist,
    }
    if advice:
        facts |= {words.strengthen: hint.strengthen, words.stretch: hint.stretch}
    exercises = tuple(_exercise(exercise, hint) for exercise in hint.exercises) if advice else ()
    return HintWords(_muscle_name(hint), hint.text, _pairs(facts), exercises)


def _pairs(facts: dict[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(head, text) for head, text in facts.items() if text)


def _valued(measures: Sequence[Measure]) -> list[Measure]:
    """Measures with a number, both sides of a measure together."""
    order = list(dict.fromkeys(m.id for m in measures))
    return sorted((m for m in measures if m.mean is not None), key=lambda m: (order.index(m.id), m.side or ""))


def _measure_row(sides: Sequence[Measure], sex: Sex | None, notes: Sequence[str]) -> MeasureRow:
    """The values of one measure, each side that has one."""
    known, first = knowledge(), sides[0]
    band = known.band(first.id, sex)
    values = tuple(_value(m, notes) for m in sides)
    long_unit = f" ({first.unit})" if _is_long(first.unit) else ""
    return MeasureRow(
        name=measure_name(first.id) + long_unit,
        values=values,
        usual="–" if band is None or band.unit != first.unit else _usual(band, known),
        seen_from=", ".join(dict.fromkeys(report_words().view_short[m.view] if m.view else "–" for m in sides)),
        alike=len({(value.status, value.note) for value in values}) == 1,
    )


def _is_long(unit: str) -> bool:
    """Whether the unit stands with the name of the measure, and not with each value."""
    return unit.startswith("% ")


def _value(measure: Measure, notes: Sequence[str]) -> ValueWords:
    return ValueWords(
        side=measure.side or "both",
        value=value_words(measure).removesuffix(unit_sign(measure.unit) if _is_long(measure.unit) else ""),
        from_standing="" if measure.from_standing is None else with_unit(measure.from_standing, measure.unit),
        sd=plain_number(measure.sd, measure.unit),
        steps=str(measure.n_steps),
        status=measure.status,
        status_words=report_words().status[measure.status],
        note=", ".join(str(notes.index(note) + 1) for note in _notes(measure)),
    )


def _usual(band: BandRow, known: Knowledge) -> str:
    """The usual range; that it holds for women and men together is said once, above the table."""
    return usual_range(band, "level", known).removesuffix(known.texts.usual.pooled.format(range=""))


def _all_notes(measures: Sequence[Measure]) -> list[str]:
    """The sentences that the table of measures refers to by number."""
    return list(dict.fromkeys(note for m in _valued(measures) for note in _notes(m)))


def _notes(measure: Measure) -> list[str]:
    """Sentences on a value: why a value is read with care, and what it was read from where that can differ."""
    notes = [measure.reason] if measure.reason else []
    if measure.evidence is not None:
        notes.append(report_words().method.read_from.format(evidence=evidence_words(measure.evidence)))
    return notes


def _withheld(measures: Sequence[Measure]) -> dict[str, list[str]]:
    """Names of the measures without a number, by reason; a side is named where the other side has another fate."""
    words = report_words()
    by_reason: dict[str, dict[str, list[Side | None]]] = {}
    for m in measures:
        if m.mean is None:
            by_reason.setdefault(m.reason or words.method.no_reason, {}).setdefault(m.id, []).append(m.side)

    def named(measure_id: str, sides: Sequence[Side | None]) -> str:
        name = measure_name(measure_id)
        one = sides[0] if len(sides) == 1 else None
        return words.one_side.format(name=name, side=side_word(one)) if one else name

    return {reason: [named(i, sides) for i, sides in ids.items()] for reason, ids in by_reason.items()}


def _sources(findings: Sequence[Finding], muscles: Sequence[MuscleHint]) -> list[str]:
    """Every source that a finding, hint or exercise names, once, in alphabetical order."""
    lines = [f.source for f in findings] + [m.source for m in muscles]
    lines += [exercise.source for m in muscles for exercise in m.exercises]
    cited = {part.strip() for line in lines for part in line.split(";")}
    return sorted(cited - {""}, key=str.casefold)


def _still_words(still: Still) -> str:
    known = report_words()
    words = known.physio.still.format(side=side_word(still.side), event=known.event[still.event])
    if still.measure_id is None:
        return words
    value = known.status["not_measurable"] if still.value is None else with_unit(still.value, still.unit or "")
    return f"{words}, {known.angle[still.measure_id]} {value}"


def _with_advice(check: Check) -> str:
    return f"{check.message} {check.advice}" if check.advice and check.ok is not True else check.message


def _video(quality: QualityRecord, video: VideoRecord) -> VideoWords:
    known = report_words()
    words = known.method
    states: dict[bool | None, Literal["good", "bad", "unknown"]] = {True: "good", False: "bad", None: "unknown"}
    counts = words.frames.format(
        found=quality.frames_with_runner,
        frames=quality.frames,
        filled=quality.frames_filled,
        swaps=quality.swaps_repaired,
        places=words.place if quality.swaps_repaired == 1 else words.places,
        steps=quality.steps_found,
        dropped=quality.steps_dropped,
        persons=video.persons_seen,
    )
    if not video.time_is_real:
        counts += f" {words.slow_motion_suspected}"
    elif video.seconds_per_video_second != 1:
        counts += " " + words.slow_motion.format(seconds=f"{video.seconds_per_video_second:.3g}")
    facts = video.facts
    return VideoWords(
        name=video.file_name,
        checks=tuple(
            CheckWords(states[c.ok], known.check[states[c.ok]], c.message, (c.advice or "") if c.ok is not True else "")
            for c in quality.checks
        ),
        counts=counts,
        file=words.file.format(
            width=facts.width_px, height=facts.height_px, codec=facts.codec, rate=f"{facts.playback_fps:.4g}"
        ),
        sha256=video.sha256,
    )
