"""The shape of the fixed words of report and comparison in the catalogue: headings, labels and sentences.

The layouts of report.html and report.pdf read the same keys; `{fields}` are filled in where a text is used.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gaitcheck.findings.result import ExerciseKind, ExerciseOrigin, Grade
from gaitcheck.findings.schema import Strict, Text, every
from gaitcheck.gait.result import Status
from gaitcheck.settings import View

_Seen = Literal[View, "unknown"]
_Event = Literal["initial_contact", "midstance", "toe_off"]
_Band = Literal["watch", "marked"]
_CheckState = Literal["good", "bad", "unknown"]
_HintLevel = Literal["high", "middle", "low"]
_Mark = Literal[_HintLevel, "nothing_seen", "not_looked_at", "not_visible"]
_Evidence = Literal["stickers", "garment", "registration", "fused", "standing as zero", "mean as zero"]


class PageText(Strict):
    """What stands around the parts."""

    title: Text
    number: Text
    recording: Text


class RunnerText(Strict):
    """Part 1."""

    part: Text
    title: Text
    further: Text
    cautions: Text
    muscles_none: Text
    muscles_worth_testing: Text
    muscles_nothing: Text
    next: Text
    to_test: Text
    go_on: Text
    film_to_judge: Text
    film_to_compare: Text
    nothing_to_do: Text


class BodyText(Strict):
    """The muscle picture; `heard_...` and `nothing_marked` are for those who hear it."""

    front: Text
    back: Text
    heard_front: Text
    heard_back: Text
    nothing_marked: Text
    both_sides: Text
    mark: Annotated[dict[_Mark, Text], every(_Mark)]
    hint: Annotated[dict[str, Text], every(_HintLevel)]


class VideoText(Strict):
    """The annotated video."""

    now: Text
    no_runner: Text
    withheld: Text
    stance: Text
    event: Text


class PhysioText(Strict):
    """Part 2."""

    part: Text
    title: Text
    measures: Text
    measures_note: Text
    measure: Text
    usual: Text
    sd: Text
    steps: Text
    seen: Text
    status: Text
    nothing_measured: Text
    stills: Text
    stills_note: Text
    still: Text
    still_in_picture: Text
    curves: Text
    curves_note: Text
    curve: Text
    curve_with_contact: Text
    strides: Text


class MethodText(Strict):
    """Part 3."""

    part: Text
    title: Text
    quality: Text
    check: Text
    check_seen: Text
    frames: Text
    place: Text
    places: Text
    slow_motion_suspected: Text
    slow_motion: Text
    file: Text
    notes: Text
    read_from: Text
    withheld: Text
    why: Text
    measures: Text
    no_reason: Text
    method: Text
    paragraph: Text
    answers: Text
    made_by: Text
    model: Text
    knowledge: Text
    own_rows: Text


class AppendixText(Strict):
    """The appendix."""

    part: Text
    title: Text
    findings: Text
    judged: Text
    against: Text
    hints: Text
    confirm_with: Text
    evidence: Text
    grade: Text
    works_against: Text
    strengthen: Text
    stretch: Text
    exercises: Text
    opposite: Text
    progression: Text
    stop_when: Text
    others: Text
    muscle: Text
    muscle_grade: Text
    muscle_says: Text
    grades: Text
    stills: Text
    whole_run: Text
    steps: Text
    steps_note: Text
    step_values: Text
    one_mark_for: Text
    definitions: Text
    definition: Text
    sources: Text


class ReportText(Strict):
    """Everything fixed that the report says.

    `language` is the tag of the file's language (BCP 47), by which words are parted and read aloud; `angle` names an
    angle in a picture, by the measure's id.
    """

    language: Text
    months: Annotated[tuple[Text, ...], Field(min_length=12, max_length=12, strict=False)]
    date: Text
    of_side: Text
    one_side: Text
    both_legs: Text
    view: Annotated[dict[_Seen, Text], every(_Seen)]
    view_short: Annotated[dict[View, Text], every(View)]
    status: Annotated[dict[Status, Text], every(Status)]
    event: Annotated[dict[_Event, Text], every(_Event)]
    angle: dict[str, Text]
    grade: Annotated[dict[Grade, Text], every(Grade)]
    band: Annotated[dict[_Band, Text], every(_Band)]
    evidence: Annotated[dict[str, Text], every(_Evidence)]
    check: Annotated[dict[_CheckState, Text], every(_CheckState)]
    kind: Annotated[dict[ExerciseKind, Text], every(ExerciseKind)]
    origin: Annotated[dict[ExerciseOrigin, Text], every(ExerciseOrigin)]
    page: PageText
    runner: RunnerText
    body: BodyText
    video: VideoText
    physio: PhysioText
    method: MethodText
    appendix: AppendixText


class ComparisonText(Strict):
    """The comparison of two recordings: its page and what is said of a change."""

    part: Text
    page_title: Text
    title: Text
    before: Text
    after: Text
    in_before: Text
    in_after: Text
    recording: Text
    recording_at_speed: Text
    warnings: Text
    change: Text
    all: Text
    measure: Text
    from_standing: Text
    side: Text
    difference: Text
    counts_from: Text
    verdict: Text
    changed: Text
    stills: Text
    stills_note: Text
    still: Text
    still_from: Text
    curves: Text
    curves_note: Text
    curve: Text
    method: Text
    paragraph: Text
    no_change: Text
    more: Text
    less: Text
    summary: Text
    nothing: Text
    not_measurable_earlier: Text
    not_measurable_later: Text
    other_unit: Text
    other_view: Text
    other_leg: Text
    names: Text
    speed_unknown: Text
    speeds: Text
    views: Text
    models: Text
