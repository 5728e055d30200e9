"""Fills the report's content from an analysis: which words, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.phrases import usual_range
from gaitcheck.findings.result import FINDINGS_FIRST, Exercise, Finding, MuscleHint
from gaitcheck.findings.schema import BandRow
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import Check, Measure
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
    ANGLE_WORDS,
    BAND_WORDS,
    EVENT_WORDS,
    GRADE_WORDS,
    MUSCLE_STATUS_WORDS,
    STATUS_WORDS,
    VIEW_SHORT,
    VIEW_WORDS,
    evidence_words,
    measure_name,
    plain_number,
    side_word,
    unit_sign,
    value_words,
    with_unit,
)
from gaitcheck.settings import Sex, View

#: Exercises on the runner's page; the appendix has all of them.
EXERCISES_FIRST = 4
#: Stills on the physiotherapist's page: one row.
STILLS_FIRST = 6


def report_content(document: Document, analysis: Analysis) -> Content:
    """Everything the report says of an analysis.

    Parameters
    ----------
    document : the analysis as saved; its stills are named relative to the folder of the result.
    analysis : the analysis itself, for steps and curves.
    """
    settings = document.provenance.settings
    written = datetime.fromisoformat(document.provenance.times.written_at)
    facts = [
        f"{v.file_name}: seen {VIEW_WORDS[v.view]}, {v.steps} steps, {v.facts.duration_s:.1f} s"
        for v in document.videos
    ]
    if settings.speed_kmh is not None:
        facts.append(f"{settings.speed_kmh:g} km/h")
    return Content(
        patient=settings.patient_name or "",
        date=written,
        date_words=f"{written.day} {written:%B %Y}",
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
    if not _was_looked_at(muscles):
        return "Muscle groups: none could be looked at"
    return (
        "Where it may be worth testing" if _worth_testing(muscles) else "Muscle groups: nothing points to one of them"
    )


def _at_last(document: Document) -> str:
    """The last step of what to do next."""
    if not document.looked_at:
        return "Film again, so that the run can be judged; this page says what to change."
    again = "Film again at the same speed and from the same place to compare."
    return again if document.findings else f"There is nothing to do because of this video. {again}"


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
    worth = _worth_testing(document.muscles)
    others = sorted(
        (hint for hint in document.muscles if hint.status != "worth_testing"),
        key=lambda hint: list(MUSCLE_STATUS_WORDS).index(hint.status),
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
                _pairs({"Against it": hint.contrary, "Confirm with": hint.confirm_with}),
            )
            for hint in others
        ),
        grades="; ".join(f"{grade} {words}" for grade, words in GRADE_WORDS.items()),
        definitions=tuple(
            Pair(f"{measure_name(e.id)} ({e.id})",
                 f"{e.definition} Read at: {e.event}; {e.sign}. Source: {e.source.removesuffix('.')}.")
            for e in entries
        ),
        sources=tuple(_sources(document.findings, document.muscles)),
    )  # fmt: skip


def _method_part(document: Document) -> MethodPart:
    known, made = knowledge(), document.provenance
    notice = known.texts.notice
    program = f"{made.program} {made.version}; " + ", ".join(f"{name} {v}" for name, v in made.libraries.items())
    made_by = [f"{program}.", f"Pose model {made.model.name}, SHA-256 {made.model.sha256}."]
    if document.knowledge is not None:
        made_by.append(f"Knowledge of bands, muscles and exercises: SHA-256 {document.knowledge.sha256}.")
        if document.knowledge.overridden:
            own = "; ".join(document.knowledge.overridden)
            made_by.append(f"Own rows of this clinic: {own} (SHA-256 {document.knowledge.override_sha256}).")
    return MethodPart(
        videos=tuple(_video(q, document.videos[q.video - 1]) for q in document.quality),
        measure_notes=tuple(_all_notes(document.measures)),
        withheld=tuple(Pair(reason, ", ".join(names)) for reason, names in _withheld(document.measures).items()),
        paragraphs=(METHOD, *((_summary(document)[2],) if document.findings else ()), notice.evidence, notice.privacy),
        answers_used=document.answers_used,
        made_by=tuple(made_by),
    )


METHOD = (
    "A pose model finds the joints in every frame. GaitCheck repairs exchanged sides, filters the paths of the joints "
    "without delay, finds each step, and measures at the same moment of every step. One camera sees one plane: turning "
    "of the body towards or away from the camera changes angles. A number is withheld where the view, the frame rate "
    "or the picture cannot give a true one."
)


def _worth_testing(muscles: Sequence[MuscleHint]) -> list[MuscleHint]:
    return sorted((hint for hint in muscles if hint.status == "worth_testing"), key=lambda hint: -hint.score)


def _muscle_name(hint: MuscleHint) -> str:
    return f"{hint.name}, {hint.side}" if hint.side else hint.name


def _finding(finding: Finding) -> FindingWords:
    name = measure_name(finding.measure_id) + (f", {finding.side}" if finding.side else "")
    return FindingWords(
        title=finding.title,
        text=finding.text,
        band=finding.band,
        band_words=BAND_WORDS[finding.band],
        value=f"{name}: {with_unit(finding.value, finding.unit)} ± {with_unit(finding.uncertainty, finding.unit)}",
        usual=finding.usual,
        grade=f"{finding.grade} ({GRADE_WORDS[finding.grade]})",
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
    whose = exercise.muscle_name
    if exercise.why == "opposite":
        whose += f", which works against {hint.name}"
    elif hint.side:
        whose += f", {hint.side}"
    return ExerciseWords(
        name=exercise.name,
        whose=whose,
        kind=exercise.kind,
        dose=exercise.dose,
        purpose=exercise.purpose,
        progression=exercise.progression,
        stop_when=exercise.stop_when,
        origin=exercise.origin,
        contrary=exercise.contrary,
    )


def _hint(hint: MuscleHint, *, advice: bool) -> HintWords:
    """A hint for the physiotherapist; no advice on training while a red flag stands."""
    facts = {
        "Confirm with": hint.confirm_with,
        "Against it": " ".join([*hint.lowered_by, hint.contrary]),
        "Evidence": f"grade {hint.grade}: {GRADE_WORDS[hint.grade]}",
        "Works against": hint.antagonist,
    }
    if advice:
        facts |= {"Strengthen": hint.strengthen, "Stretch": hint.stretch}
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
        seen_from=", ".join(dict.fromkeys(VIEW_SHORT[m.view] if m.view else "–" for m in sides)),
        alike=len({(value.status, value.note) for value in values}) == 1,
    )


def _is_long(unit: str) -> bool:
    """Whether the unit stands with the name of the measure, and not with each value."""
    return unit.startswith("% ")


def _value(measure: Measure, notes: Sequence[str]) -> ValueWords:
    return ValueWords(
        side=side_word(measure.side),
        value=value_words(measure).removesuffix(unit_sign(measure.unit) if _is_long(measure.unit) else ""),
        from_standing="" if measure.from_standing is None else with_unit(measure.from_standing, measure.unit),
        sd=plain_number(measure.sd, measure.unit),
        steps=str(measure.n_steps),
        status=measure.status,
        status_words=STATUS_WORDS[measure.status],
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
    evidence = None if measure.evidence is None else f"Read from {evidence_words(measure.evidence)}."
    return [note for note in (measure.reason, evidence) if note]


def _withheld(measures: Sequence[Measure]) -> dict[str, list[str]]:
    """Names of the measures without a number, by reason; a side is named where the other side has another fate."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for m in measures:
        if m.mean is None:
            by_reason.setdefault(m.reason or "No reason was given.", {}).setdefault(m.id, []).append(m.side or "")
    return {
        reason: [
            measure_name(i) + (f" ({sides[0]})" if len(sides) == 1 and sides[0] else "") for i, sides in ids.items()
        ]
        for reason, ids in by_reason.items()
    }


def _sources(findings: Sequence[Finding], muscles: Sequence[MuscleHint]) -> list[str]:
    """Every source that a finding, hint or exercise names, once, in alphabetical order."""
    lines = [f.source for f in findings] + [m.source for m in muscles]
    lines += [exercise.source for m in muscles for exercise in m.exercises]
    cited = {part.strip() for line in lines for part in line.split(";")}
    return sorted(cited - {""}, key=str.casefold)


def _still_words(still: Still) -> str:
    words = f"{still.side} leg at {EVENT_WORDS[still.event]}"
    if still.measure_id is None:
        return words
    value = "not measurable" if still.value is None else with_unit(still.value, still.unit or "")
    return f"{words}, {ANGLE_WORDS[still.measure_id]} {value}"


def _with_advice(check: Check) -> str:
    return f"{check.message} {check.advice}" if check.advice and check.ok is not True else check.message


def _video(quality: QualityRecord, video: VideoRecord) -> VideoWords:
    states = {True: ("good", "good"), False: ("bad", "look here"), None: ("unknown", "not known")}
    places = "place" if quality.swaps_repaired == 1 else "places"
    counts = (
        f"{quality.frames_with_runner} of {quality.frames} frames with the runner, {quality.frames_filled} filled in; "
        f"left and right exchanged and put right in {quality.swaps_repaired} {places}; "
        f"{quality.steps_found} steps found, {quality.steps_dropped} left out. "
        f"People seen together: {video.persons_seen}."
    )
    if not video.time_is_real:
        counts += " The video seems to be slow motion and its capture rate is not known, so no times are given."
    elif video.seconds_per_video_second != 1:
        counts += f" Slow motion: one second of the video is {video.seconds_per_video_second:.3g} s in reality."
    facts = video.facts
    return VideoWords(
        name=video.file_name,
        checks=tuple(
            CheckWords(*states[c.ok], c.message, (c.advice or "") if c.ok is not True else "") for c in quality.checks
        ),
        counts=counts,
        file=f"{facts.width_px} × {facts.height_px}, {facts.codec}, {facts.playback_fps:.4g} frames/s",
        sha256=video.sha256,
    )


def still_jpeg(folder: Path, still: StillPicture, height_px: int, quality: int = 82) -> bytes:
    """A still made smaller, as JPEG.

    Raises
    ------
    FileNotFoundError
        The still was not written.
    """
    import cv2

    picture = cv2.imread(str(folder / still.file))
    if picture is None:
        raise FileNotFoundError(f"{still.file} was not written")
    scale = min(1.0, height_px / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())
