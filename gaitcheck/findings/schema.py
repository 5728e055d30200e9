"""The shape of the knowledge: what each row of the TOML files in `knowledge/` must hold.

The rows are data that a physiotherapist can read and change; these models say what is allowed, so that a slip is found
when the files are loaded and not in a report. The sentences that are not rows have their own models in `catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gaitcheck.findings.result import ExerciseKind, ExerciseOrigin, Grade
from gaitcheck.settings import PainSite, PastInjury, WarningSign

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ScoredGrade = Literal["A", "B", "C"]
Direction = Literal["high", "low"]

#: Weight of a grade when findings are ranked and muscles scored; X never scores.
GRADE_WEIGHT: dict[ScoredGrade, float] = {"A": 1.0, "B": 0.6, "C": 0.3}
#: What is left of a sign's weight when another measure speaks against it.
LOWERED = 0.5


def weaker_grade(first: ScoredGrade, second: ScoredGrade) -> ScoredGrade:
    """The less certain of two grades: a conclusion is no better than what it rests on."""
    return max(first, second)


def every(literal: Any) -> AfterValidator:
    """A rule for texts by name: every value of the Literal has one."""

    def check(given: Mapping[str, str]) -> Mapping[str, str]:
        missing = [value for value in get_args(literal) if value not in given]
        if missing:
            raise ValueError(f"there is no text for {missing[0]!r}")
        return given

    return AfterValidator(check)


class Strict(BaseModel):
    """Frozen, with no field that is not in the model."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class Row(Strict):
    """A row of knowledge."""

    @property
    def key(self) -> str:
        """What a row is called: how an error names it, and by which a clinic's row replaces it."""
        raise NotImplementedError


class _Sourced(Row):
    """What every row of knowledge carries: where it comes from and when somebody last looked at it."""

    sources: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    reviewed: date


class _Evidence(_Sourced):
    """A row from which something is concluded also says what speaks against it."""

    contrary: Text


class Source(Strict):
    """A publication. `read` says how much of it was seen when the row was written."""

    citation: Text
    read: Literal["abstract or excerpt", "second hand", "not seen", "whole"]


class Limit(Strict):
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
    difference_of : the measure is itself right minus left of that measure; its size is held against `high`, its sign
        tells the side, and the finding is worded as a difference.
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
    difference_of: Text | None = None
    min_speed_kmh: Annotated[float, Field(gt=0)] | None = None
    speed_required: bool = False
    usual_low: float | None = None
    usual_high: float | None = None
    basis: Text

    @property
    def key(self) -> str:
        """Measure and sex."""
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
        if self.difference_of is not None and (self.high is None or self.low or self.side_difference):
            raise ValueError("'difference_of' goes with 'high' alone: the size of the difference")
        return self

    @property
    def usual_range(self) -> tuple[float | None, float | None]:
        """Lower and upper end of the usual range; None where it is open."""
        low = self.low.watch if self.low else self.usual_low
        high = self.high.watch if self.high else self.usual_high
        return (-high, high) if self.difference_of is not None and high is not None else (low, high)


class DescriptiveRow(_Evidence):
    """A measure that is shown but never judged; `contrary` says what speaks against judging it."""

    measure: Text
    grade: Grade
    values_seen: Text

    @property
    def key(self) -> str:
        """The measure."""
        return self.measure


class Against(Strict):
    """Another measure, of the same side or of the whole body, that speaks against a sign.

    `lies` "usual": inside its usual range by more than its uncertainty; "above" and "below": beyond `limit` by more.
    """

    measure: Text
    lies: Literal["usual", "above", "below"]
    limit: float | None = None
    says: Text

    @model_validator(mode="after")
    def _limit_where_needed(self) -> Self:
        if (self.limit is None) != (self.lies == "usual"):
            raise ValueError("'limit' goes with lies = 'above' or 'below', and only with these")
        return self


class Hint(Strict):
    """One sign on the video that points to a muscle group.

    Attributes
    ----------
    primary : enough on its own to call the muscle worth testing; the others only add to a primary sign.
    from_band : "marked" where the watch band is not enough.
    reading : what the sign would say of the muscle; it chooses the exercises. "less strength": strengthen it, stretch
        its opposite; "more work" and "less length": stretch it, strengthen its opposite; "more load": both for itself.
    look : the row of looks.toml whose figures weigh in the grade.
    against : measures that halve the sign's weight. `contrary` is shown with the hint, whatever else is shown.
    """

    measures: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    direction: Direction
    grade: ScoredGrade
    primary: bool
    from_band: Literal["watch", "marked"] = "watch"
    reading: Literal["less strength", "more work", "less length", "more load"]
    meaning: Text
    contrary: Text | None = None
    look: Text | None = None
    against: Annotated[tuple[Against, ...], Field(strict=False)] = ()


class OtherAdvice(Strict):
    """The article's other, opposite advice for a muscle, shown instead where it hurts at one of `sites`."""

    sites: Annotated[tuple[PainSite, ...], Field(min_length=1, strict=False)]
    stretch: Text
    strengthen: Text
    says: Text


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
    with_pain: OtherAdvice | None = None
    article_disagrees: Text | None = None
    confirm_with: Text

    @property
    def key(self) -> str:
        """The muscle's id."""
        return self.id

    @model_validator(mode="after")
    def _hints_fit_the_grade(self) -> Self:
        if (self.grade == "X") != (not self.hint):
            raise ValueError("a muscle without a hint has grade X, and one with grade X has no hint")
        if self.hint and not any(hint.primary for hint in self.hint):
            raise ValueError("one hint must be primary, else the muscle could never be named")
        return self


class PairRow(_Evidence):
    """Two groups that pull against each other; the second may be one that has no row of its own (`outside`)."""

    id: Text
    muscles: Annotated[tuple[Text, ...], Field(min_length=1, max_length=2, strict=False)]
    outside: Text | None = None
    grade: ScoredGrade
    movement: Text

    @property
    def key(self) -> str:
        """The pair's id."""
        return self.id

    @model_validator(mode="after")
    def _two_groups(self) -> Self:
        if (len(self.muscles) == 1) != (self.outside is not None):
            raise ValueError("name two muscles, or one muscle and the group 'outside' this list")
        return self


class ExerciseRow(_Evidence):
    """One exercise. `only_with_pain` and `not_with_pain` choose between the article's two opposite instructions."""

    id: Text
    name: Text
    kind: ExerciseKind
    muscles: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    origin: ExerciseOrigin
    grade: ScoredGrade
    purpose: Text
    dose: Text
    progression: Text
    stop_when: Text
    only_with_pain: Annotated[tuple[PainSite, ...], Field(strict=False)] = ()
    not_with_pain: Annotated[tuple[PainSite, ...], Field(strict=False)] = ()

    @property
    def key(self) -> str:
        """The exercise's id."""
        return self.id


class RedFlagRow(_Evidence):
    """When a clinician comes first. All of the conditions given must hold; of a list, one is enough.

    `listed` puts the text on the list that every report shows, whatever was answered.
    """

    id: Text
    text: Text
    advice: Text
    grade: ScoredGrade
    listed: bool = True
    signs: Annotated[tuple[WarningSign, ...], Field(strict=False)] = ()
    pain_sites: Annotated[tuple[PainSite, ...], Field(strict=False)] = ()
    any_pain: bool = False
    past_injuries: Annotated[tuple[PastInjury, ...], Field(strict=False)] = ()
    pain_over: Annotated[int, Field(ge=0, le=10)] | None = None
    under_age: Annotated[int, Field(gt=0)] | None = None

    @property
    def key(self) -> str:
        """The red flag's id."""
        return self.id

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        if not (self.signs or self.pain_sites or self.any_pain or self.past_injuries or self.pain_over is not None):
            raise ValueError("give at least one condition: signs, pain_sites, any_pain, past_injuries or pain_over")
        return self


class LookRow(_Sourced):
    """How strongly two things went together in one look at real data.

    Attributes
    ----------
    side : of the leg; `n` 0 where the data does not hold that side, and then there are no figures.
    r, r_low, r_high : Pearson's correlation and its 95 % interval (Fisher's z).
    rho, rho_low, rho_high : Spearman's, likewise (Bonett and Wright's standard error).
    expected : sign that the correlation would have if the hint were right.
    """

    id: Text
    side: Literal["left", "right"]
    movement: Text
    test: Text
    expected: Literal[-1, 1]
    n: Annotated[int, Field(ge=0)]
    r: float | None = None
    r_low: float | None = None
    r_high: float | None = None
    rho: float | None = None
    rho_low: float | None = None
    rho_high: float | None = None
    note: Text

    @property
    def key(self) -> str:
        """Id and side."""
        return f"{self.id}, {self.side}"

    @property
    def verdict(self) -> Literal["supports", "speaks against", "open"]:
        """Whether the whole interval lies on the expected side of zero, on the other side, or on both."""
        if self.r_low is None or self.r_high is None:
            return "open"
        low, high = sorted((self.expected * self.r_low, self.expected * self.r_high))
        return "supports" if low > 0 else "speaks against" if high < 0 else "open"


class BandsFile(Strict):
    """bands.toml."""

    min_steps: Annotated[int, Field(ge=1)]
    band: Annotated[tuple[BandRow, ...], Field(min_length=1, strict=False)]
    descriptive: Annotated[tuple[DescriptiveRow, ...], Field(strict=False)]


class BandsOverride(Strict):
    """bands.toml of a clinic: rows only."""

    band: Annotated[tuple[BandRow, ...], Field(strict=False)] = ()
    descriptive: Annotated[tuple[DescriptiveRow, ...], Field(strict=False)] = ()


class MusclesFile(Strict):
    """muscles.toml."""

    muscle: Annotated[tuple[MuscleRow, ...], Field(min_length=1, strict=False)]


class PairsFile(Strict):
    """pairs.toml."""

    pair: Annotated[tuple[PairRow, ...], Field(min_length=1, strict=False)]


class ExercisesFile(Strict):
    """exercises.toml."""

    exercise: Annotated[tuple[ExerciseRow, ...], Field(min_length=1, strict=False)]


class RedFlagsFile(Strict):
    """redflags.toml."""

    red_flag: Annotated[tuple[RedFlagRow, ...], Field(min_length=1, strict=False)]


class LooksFile(Strict):
    """looks.toml, written by `python -m gaitcheck.findings.mocap_look`."""

    look: Annotated[tuple[LookRow, ...], Field(strict=False)]


class SourcesFile(Strict):
    """sources.toml."""

    source: dict[str, Source]
