"""The shape of the texts: `knowledge/texts.<language>.toml`, every sentence that is not a row."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Self

from pydantic import Field, model_validator

from gaitcheck.findings.report_texts import ComparisonText, ReportText
from gaitcheck.findings.schema import Strict, Text, every
from gaitcheck.gait.result import Side
from gaitcheck.settings import PastInjury, Sex, WarningSign

_FINDING_FIELDS = frozenset({"side", "other", "value", "usual"})


class FindingText(Strict):
    """Title and text of a finding. Both may use {side}, {other}, {value} and {usual}."""

    title: Text
    text: Text

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        for template in (self.title, self.text):
            unknown = {name for _, name, _, _ in Formatter().parse(template) if name is not None} - _FINDING_FIELDS
            if unknown:
                raise ValueError(f"unknown field {sorted(unknown)} in {template!r}")
        return self


class MeasureText(Strict):
    """A measure's everyday name and the words of its findings."""

    name: Text
    high: FindingText | None = None
    low: FindingText | None = None
    difference: FindingText | None = None


class SummaryText(Strict):
    """The sentence over the findings. {count}, {titles}, {measures} are filled in."""

    one: Text
    several: Text
    nothing: Text
    nothing_looked_at: Text
    looked_at: Text
    not_looked_at: Text
    one_side: Text
    clinician_first: Text


class MuscleStatusText(Strict):
    """What is said of a muscle group in each status. {findings}, {meaning}, {measures}, {missing}, {cannot_show}."""

    worth_testing: Text
    nothing_seen: Text
    nothing_seen_but: Text
    not_looked_at: Text
    not_visible: Text


class UsualText(Strict):
    """How a usual range is written."""

    between: Text
    up_to: Text
    at_least: Text
    difference: Text
    pooled: Text
    for_women: Text
    for_men: Text


class NoteText(Strict):
    """Sentences added to a finding or a hint."""

    same_pattern: Text
    with_care: Text
    from_standing: Text
    speed_unknown: Text
    lowered: Text
    look: Text
    clinician_first: Text


class ExerciseText(Strict):
    """What is said over the exercises: with some, with none, and while a red flag stands."""

    about: Text
    none: Text
    held_back: Text


class AnswersText(Strict):
    """The optional questions: their words on a page, and what is said of their effect."""

    title: Text
    about: Text
    age_years: Text
    pain_sites: Text
    pain_level: Text
    past_injuries: Text
    warning_signs: Text
    sites: Annotated[dict[PastInjury, Text], every(PastInjury)]
    signs: Annotated[dict[WarningSign, Text], every(WarningSign)]
    bands_for: Annotated[dict[Sex, Text], every(Sex)]
    speed: Text
    age: Text
    pain_over: Text


class Notices(Strict):
    """What every report and page says, whatever was found. The list of red flags comes from redflags.toml."""

    intended_use: Text
    muscles: Text
    evidence: Text
    ask_a_clinician: Text
    red_flags_title: Text
    red_flags: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    privacy: Text


class Texts(Strict):
    """texts.<language>.toml. Other languages than English also translate the words of the rows, under `rows`."""

    sides: Annotated[dict[Side, Text], every(Side)]
    units: dict[str, str]
    measure: dict[str, MeasureText]
    usual: UsualText
    note: NoteText
    summary: SummaryText
    muscle_status: MuscleStatusText
    exercises: ExerciseText
    answers: AnswersText
    notice: Notices
    report: ReportText
    comparison: ComparisonText
