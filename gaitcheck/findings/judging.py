"""Which measures may be judged, and which of them lie beyond their usual range: the numbers, without the words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gaitcheck.findings.load import Knowledge
from gaitcheck.findings.schema import GRADE_WEIGHT, Against, BandRow, Direction
from gaitcheck.gait.result import SIDES, Measure, Side
from gaitcheck.settings import Sex


@dataclass(frozen=True)
class Judged:
    """A measure good enough to be held against a band; its values are in the band's unit.

    `with_care` is why the kind of value is always given with care, None for a sure one.
    """

    measure_id: str
    side: Side | None
    mean: float
    uncertainty: float
    from_standing: float | None
    band: BandRow
    with_care: str | None = None


JudgedMeasures = Mapping[tuple[str, Side | None], Judged]


@dataclass(frozen=True)
class Deviation:
    """One measure beyond a limit by more than its uncertainty.

    Attributes
    ----------
    kind : "level" for the value of a side (or of the whole body), "difference" for one side against the other; `side`
        is then the side with the larger value, `value` the difference and `direction` "high".
    level : the furthest limit that lies inside the value by more than its uncertainty.
    uncertainty : half width of the 95 % interval of `value`.
    distance : how far beyond the watch limit it lies for sure, in band widths: what is left after its uncertainty.
    from_standing : True for a difference of values relative to standing.
    points_to_muscle : False for a difference that comes from the smaller side lying below zero.
    with_care : why the value is given with care, None for a sure one.
    """

    band: BandRow
    side: Side | None
    kind: Literal["level", "difference"]
    direction: Direction
    level: Literal["watch", "marked"]
    value: float
    uncertainty: float
    distance: float
    from_standing: bool = False
    points_to_muscle: bool = True
    with_care: str | None = None

    @property
    def rank(self) -> float:
        """What findings are ordered by: sure distance in band widths times the weight of the evidence grade."""
        return self.distance * GRADE_WEIGHT[self.band.grade]

    @property
    def finding_id(self) -> str:
        """Stable name of the finding that this deviation becomes."""
        kind = self.direction if self.kind == "level" else "difference"
        return ".".join((self.band.measure, kind, *((self.side,) if self.side else ())))


def judgeable(
    measures: Sequence[Measure], known: Knowledge, *, sex: Sex | None, speed_kmh: float | None
) -> dict[tuple[str, Side | None], Judged]:
    """The measures that may be held against a band.

    A measure is left out when it has no band, is withheld, rests on too few steps, has no uncertainty, is in another
    unit than its band, or when the band does not hold at this speed. A borderline one is left out where something in
    the video makes it doubtful; where its kind is always given with care its uncertainty covers the doubt, and it is
    judged.

    Raises
    ------
    ValueError
        A measure of one side comes twice.
    """
    judged: dict[tuple[str, Side | None], Judged] = {}
    seen: set[tuple[str, Side | None]] = set()
    for measure in measures:
        key = (measure.id, measure.side)
        if key in seen:
            raise ValueError(f"measure {measure.id} of side {measure.side} comes twice")
        seen.add(key)
        band = known.band(measure.id, sex)
        if band is None or measure.unit != band.unit or not _holds_at(band, speed_kmh):
            continue
        if not _sure_enough(measure) or measure.n_steps < known.min_steps:
            continue
        mean, uncertainty = _finite(measure.mean), _finite(measure.uncertainty)
        if mean is not None and uncertainty is not None:
            judged[key] = Judged(
                measure_id=measure.id,
                side=measure.side,
                mean=mean,
                uncertainty=uncertainty,
                from_standing=_finite(measure.from_standing),
                band=band,
                with_care=None if measure.status == "measured" else measure.reason or "",
            )
    return judged


def _sure_enough(measure: Measure) -> bool:
    return measure.status == "measured" or (measure.status == "borderline" and measure.doubt == "known")


def deviations(judged: JudgedMeasures, known: Knowledge) -> list[Deviation]:
    """Everything beyond its limits, in an order that does not depend on the order of the measures given."""
    found: list[Deviation] = []
    for measure_id in known.scored_measures:
        for side in (*SIDES, None):
            one = judged.get((measure_id, side))
            if one is not None:
                found += _levels(one) if one.band.difference_of is None else _signed_difference(one)
        left, right = (judged.get((measure_id, side)) for side in SIDES)
        if left is not None and right is not None:
            found += _difference(left, right)
    return found


def strongest_of_each_pattern(found: Iterable[Deviation]) -> dict[tuple[str, Side | None], Deviation]:
    """The deviation to show for each pattern and side, best ranked first; of equals the earlier one."""
    ranked = sorted(found, key=lambda deviation: -deviation.rank)
    shown: dict[tuple[str, Side | None], Deviation] = {}
    for deviation in ranked:
        shown.setdefault((deviation.band.pattern, deviation.side), deviation)
    return shown


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _holds_at(band: BandRow, speed_kmh: float | None) -> bool:
    if band.min_speed_kmh is None:
        return True
    if speed_kmh is None:
        return not band.speed_required
    return speed_kmh >= band.min_speed_kmh


def _levels(one: Judged) -> list[Deviation]:
    ends: tuple[tuple[Direction, int], ...] = (("high", 1), ("low", -1))
    found = []
    for direction, sign in ends:
        limit = one.band.high if direction == "high" else one.band.low
        if limit is None:
            continue
        beyond = sign * (one.mean - limit.watch)
        if beyond > one.uncertainty:
            marked = limit.marked is not None and sign * (one.mean - limit.marked) > one.uncertainty
            found.append(
                Deviation(
                    band=one.band,
                    side=one.side,
                    kind="level",
                    direction=direction,
                    level="marked" if marked else "watch",
                    value=one.mean,
                    uncertainty=one.uncertainty,
                    distance=(beyond - one.uncertainty) / limit.band_width,
                    with_care=one.with_care,
                )
            )
    return found


def _difference(left: Judged, right: Judged) -> list[Deviation]:
    limit = left.band.side_difference
    if limit is None:
        return []
    values, from_standing = (left.mean, right.mean), False
    if left.band.difference_from_standing and left.from_standing is not None and right.from_standing is not None:
        values, from_standing = (left.from_standing, right.from_standing), True
    difference = abs(values[0] - values[1])
    # A wrong level adds to one side what it takes from the other: those errors do not cancel, they add up.
    uncertainty = left.uncertainty + right.uncertainty
    if from_standing or not left.band.difference_from_standing:
        uncertainty = math.hypot(left.uncertainty, right.uncertainty)
    if difference - limit <= uncertainty:
        return []
    return [
        Deviation(
            band=left.band,
            side="left" if values[0] > values[1] else "right",
            kind="difference",
            direction="high",
            level="watch",
            value=difference,
            uncertainty=uncertainty,
            distance=(difference - limit - uncertainty) / limit,
            from_standing=from_standing,
            points_to_muscle=sum(values) > 0,
            with_care=right.with_care if left.with_care is None else left.with_care,
        )
    ]


def _signed_difference(one: Judged) -> list[Deviation]:
    """A measure that is itself right minus left: its size against the limit, its sign tells the larger side."""
    size = replace(one, mean=abs(one.mean))
    side: Side = "right" if one.mean > 0 else "left"
    return [replace(level, side=side, kind="difference", level="watch") for level in _levels(size)]


def lies(one: Judged, against: Against) -> bool:
    """Whether a measure lies where it speaks against a sign, by more than its uncertainty."""
    if against.lies == "usual":
        low, high = one.band.usual_range
        return (low is None or one.mean - low > one.uncertainty) and (high is None or high - one.mean > one.uncertainty)
    assert against.limit is not None  # the schema saw to it
    beyond = one.mean - against.limit if against.lies == "above" else against.limit - one.mean
    return beyond > one.uncertainty
