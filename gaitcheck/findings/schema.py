"""The shape of the knowledge: what each row of the TOML files in `knowledge/` must hold.

The rows are data that a physiotherapist can read and change; these models say what is allowed, so that a slip is found
when the files are loaded and not in a report.
"""

from __future__ import annotations

from datetime import date
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gaitcheck.findings.result import Grade

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ScoredGrade = Literal["A", "B", "C"]
Direction = Literal["high", "low"]

#: Weight of a grade when findings are ranked and muscles scored; D and X never score.
GRADE_WEIGHT: dict[ScoredGrade, float] = {"A": 1.0, "B": 0.6, "C": 0.3}


def weaker_grade(first: ScoredGrade, second: ScoredGrade) -> ScoredGrade:
    """The less certain of two grades: a conclusion is no better than what it rests on."""
    return max(first, second)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class _Sourced(_Row):
    """What every row of knowledge carries: where it comes from and when somebody last looked at it."""

    sources: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    reviewed: date


class _Evidence(_Sourced):
    """A row from which something is concluded also says what speaks against it."""

    contrary: Text


class Source(_Row):
    """A publication. `read` says how much of it was seen when the row was written."""

    citation: Text
    read: Literal["abstract or excerpt", "second hand", "not seen", "whole"]


class Limit(_Row):
    """One end of the usual range, in the band's unit.

    `watch` ends the usual range, `marked` (if the evidence gives one) is further out. `width` is the step in which the
    distance beyond `watch` is counted; it is `marked - watch` unless stated.
    """

    watch: float
    marked: float | None = None
    width: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_width(self) -> Self:
        if (self.marked is None) == (self.width is None):
            raise ValueError("give either 'marked' or 'width', so that the distance beyond 'watch' has one scale")
        if self.marked == self.watch:
            raise ValueError("'marked' must lie further out than 'watch'")
        return self

    @property
    def band_width(self) -> float:
        """The positive scale of distances beyond `watch`."""
        if self.width is not None:
            return self.width
        assert self.marked is not None  # the validator saw to it
        return abs(self.marked - self.watch)


class BandRow(_Evidence):
    """The usual range of one measure, for one sex or for women and men together.

    Attributes
    ----------
    pattern : rows with the same pattern show one and the same movement and never count twice.
    side_difference : smallest difference between left and right that is worth a finding, in the unit; None for no rule.
    difference_from_standing : compare the sides relative to standing where that is known, because a tilted camera adds
        to one side what it takes from the other; the limits themselves are for values as read.
    min_speed_kmh : the range holds from this speed on; `speed_required` skips the row when the speed is unknown.
    usual_low, usual_high : ends of the usual range where the evidence gives one beyond which no finding follows.
    """

    measure: Text
    sex: Literal["F", "M", "pooled"]
    unit: Text
    pattern: Text
    grade: ScoredGrade
    high: Limit | None = None
    low: Limit | None = None
    side_difference: Annotated[float, Field(gt=0)] | None = None
    difference_from_standing: bool = False
    min_speed_kmh: Annotated[float, Field(gt=0)] | None = None
    speed_required: bool = False
    usual_low: float | None = None
    usual_high: float | None = None
    basis: Text

    @property
    def row_name(self) -> str:
        """How an error names this row."""
        return f"{self.measure}, {self.sex}"

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if self.high is None and self.low is None:
            raise ValueError("a band needs 'high' or 'low'; a measure without limits belongs under [[descriptive]]")
        if self.high and self.high.marked is not None and self.high.marked < self.high.watch:
            raise ValueError("high: 'marked' must lie above 'watch'")
        if self.low and self.low.marked is not None and self.low.marked > self.low.watch:
            raise ValueError("low: 'marked' must lie below 'watch'")
        if self.high and self.low and self.low.watch >= self.high.watch:
            raise ValueError("the usual range is empty: low 'watch' must lie below high 'watch'")
        if (self.high and self.usual_high is not None) or (self.low and self.usual_low is not None):
            raise ValueError("'usual_low' and 'usual_high' are only for an end that has no limit")
        if self.difference_from_standing and self.side_difference is None:
            raise ValueError("'difference_from_standing' needs 'side_difference'")
        if self.speed_required and self.min_speed_kmh is None:
            raise ValueError("'speed_required' needs 'min_speed_kmh'")
        return self

    @property
    def usual_range(self) -> tuple[float | None, float | None]:
        """Lower and upper end of the usual range; None where it is open."""
        low = self.low.watch if self.low else self.usual_low
        high = self.high.watch if self.high else self.usual_high
        return low, high


class DescriptiveRow(_Sourced):
    """A measure that is shown but never judged, and why."""

    measure: Text
    why: Text
    values_seen: Text


class BandsFile(_Row):
    """bands.toml."""

    min_steps: Annotated[int, Field(ge=1)]
    band: Annotated[tuple[BandRow, ...], Field(min_length=1, strict=False)]
    descriptive: Annotated[tuple[DescriptiveRow, ...], Field(strict=False)]


class Hint(_Row):
    """One sign on the video that points to a muscle group.

    `primary`: enough on its own to call the muscle worth testing; the others only add to a primary sign.
    `from_band` "marked": the watch band is not enough. `contrary` is shown with the hint, whatever else is shown.
    """

    measures: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    direction: Direction
    grade: ScoredGrade
    primary: bool
    from_band: Literal["watch", "marked"] = "watch"
    meaning: Text
    contrary: Text | None = None


class MuscleRow(_Evidence):
    """One muscle group: what the video can and cannot show of it, and what to do with that.

    `article_disagrees` says where the article this catalogue began with contradicts itself, anatomy or studies.
    """

    id: Text
    name: Text
    grade: Grade
    role: Text
    antagonist: Text
    stabilisers: Text
    hint: Annotated[tuple[Hint, ...], Field(strict=False)] = ()
    can_show: Text
    cannot_show: Text
    speaks_for: Text
    stretch: Text
    strengthen: Text
    article_disagrees: Text | None = None
    confirm_with: Text

    @property
    def row_name(self) -> str:
        """How an error names this row."""
        return self.id

    @model_validator(mode="after")
    def _hints_fit_the_grade(self) -> Self:
        if (self.grade == "X") != (not self.hint):
            raise ValueError("a muscle without a hint has grade X, and one with grade X has no hint")
        if self.hint and not any(hint.primary for hint in self.hint):
            raise ValueError("one hint must be primary, else the muscle could never be named")
        return self


class MusclesFile(_Row):
    """muscles.toml."""

    muscle: Annotated[tuple[MuscleRow, ...], Field(min_length=1, strict=False)]


class SourcesFile(_Row):
    """sources.toml."""

    source: dict[str, Source]


_FINDING_FIELDS = frozenset({"side", "other", "value", "usual"})


class FindingText(_Row):
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


class MeasureText(_Row):
    """A measure's everyday name and the words of its findings."""

    name: Text
    high: FindingText | None = None
    low: FindingText | None = None
    difference: FindingText | None = None


class SummaryText(_Row):
    """The sentence over the findings. {count}, {titles}, {measures} are filled in."""

    one: Text
    several: Text
    nothing: Text
    nothing_looked_at: Text
    looked_at: Text
    not_looked_at: Text
    one_side: Text


class MuscleStatusText(_Row):
    """What is said of a muscle group in each status. {findings}, {meaning}, {measures}, {missing}, {cannot_show}."""

    worth_testing: Text
    nothing_seen: Text
    nothing_seen_but: Text
    not_looked_at: Text
    not_visible: Text


class UsualText(_Row):
    """How a usual range is written."""

    between: Text
    up_to: Text
    at_least: Text
    difference: Text
    pooled: Text
    for_women: Text
    for_men: Text


class NoteText(_Row):
    """Sentences added to a finding."""

    same_pattern: Text
    from_standing: Text
    speed_unknown: Text


class Notices(_Row):
    """What every report and page says, whatever was found."""

    intended_use: Text
    muscles: Text
    evidence: Text
    ask_a_clinician: Text
    red_flags_title: Text
    red_flags: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    privacy: Text


class Texts(_Row):
    """texts.toml: every sentence of this room that is not a row of knowledge."""

    sides: dict[Literal["left", "right"], Text]
    units: dict[str, str]
    measure: dict[str, MeasureText]
    usual: UsualText
    note: NoteText
    summary: SummaryText
    muscle_status: MuscleStatusText
    notice: Notices
