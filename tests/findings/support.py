"""Measures for the findings' tests, and every text the engine can produce."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import product

from pydantic import BaseModel

from gaitcheck.findings import Assessment, assess, knowledge
from gaitcheck.findings.schema import BandRow
from gaitcheck.gait.result import Doubt, Measure, Side, Status

FAR = 1000.0
REASON = "A reason"
WHOLE_BODY = (
    "pelvic_drop_difference",
    "forward_trunk_lean",
    "cadence",
    "vertical_oscillation",
    "step_time_symmetry",
)


def measured(
    measure_id: str,
    mean: float | None,
    side: Side | None = None,
    *,
    uncertainty: float | None = 1.0,
    n_steps: int = 12,
    status: Status = "measured",
    unit: str | None = None,
    from_standing: float | None = None,
    doubt: Doubt | None = None,
) -> Measure:
    band = knowledge().band(measure_id, None)
    return Measure(
        id=measure_id,
        side=side,
        unit=unit or (band.unit if band else "deg"),
        mean=mean,
        sd=1.0,
        n_steps=n_steps,
        uncertainty=uncertainty,
        status=status,
        reason=None if status == "measured" else f"{REASON} of {measure_id}.",
        view="rear",
        from_standing=from_standing,
        doubt=doubt,
    )


def inside(band: BandRow) -> float:
    """A value well within the usual range."""
    low, high = band.usual_range
    if low is not None and high is not None:
        return (low + high) / 2
    if high is not None:
        return high - band.high.band_width if band.high else high
    assert low is not None
    return low + (band.low.band_width if band.low else 1.0)


def usual_runner() -> list[Measure]:
    """Every scored measure, in the middle of its usual range."""
    known = knowledge()
    found = []
    for measure_id in known.scored_measures:
        band = known.band(measure_id, None)
        assert band is not None
        sides: tuple[Side | None, ...] = (None,) if measure_id in WHOLE_BODY else ("left", "right")
        found += [measured(measure_id, inside(band), side, uncertainty=0.1) for side in sides]
    return found


def with_value(measures: list[Measure], changed: Measure) -> list[Measure]:
    return [changed if (one.id, one.side) == (changed.id, changed.side) else one for one in measures]


def every_assessment() -> Iterator[Assessment]:
    """An assessment for each band, direction, level, side, sex and speed, and the ends: all, nothing, withheld."""
    known = knowledge()
    usual = usual_runner()
    for sex, speed in product(("F", "M", None), (None, 6.0, 12.0)):
        yield assess([], sex=sex, speed_kmh=speed)
        yield assess(usual, sex=sex, speed_kmh=speed)
        for sign in (1, -1):
            yield assess([measured(m.id, sign * FAR, m.side) for m in usual], sex=sex, speed_kmh=speed)
        for one in usual:
            band = known.band(one.id, sex)
            assert band is not None
            for limit, sign in ((band.high, 1), (band.low, -1)):
                if limit:
                    for beyond in (1.01 * one.uncertainty, FAR):
                        value = measured(one.id, limit.watch + sign * beyond, one.side, uncertainty=one.uncertainty)
                        yield assess(with_value(usual, value), sex=sex, speed_kmh=speed)
                        yield assess([value], sex=sex, speed_kmh=speed)
            if band.side_difference and one.side:
                value = measured(one.id, inside(band) - band.side_difference - 1.0, one.side, uncertainty=0.1)
                yield assess(with_value(usual, value), sex=sex, speed_kmh=speed)
                pair = [measured(one.id, inside(band), "left", from_standing=0.0)]
                pair += [measured(one.id, inside(band), "right", from_standing=FAR)]
                yield assess(pair, sex=sex, speed_kmh=speed)


def strings(thing: object) -> Iterator[str]:
    """Every string in a tree of dataclasses, models, mappings and sequences."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, BaseModel):
        yield from strings(dict(thing))
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from strings(value)
    elif isinstance(thing, tuple | list):
        for value in thing:
            yield from strings(value)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from strings(getattr(thing, field.name))
