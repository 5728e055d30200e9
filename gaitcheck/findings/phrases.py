"""Puts numbers into the sentences of the catalogue (`knowledge/texts.toml`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gaitcheck.findings.catalogue import FindingText
from gaitcheck.findings.judging import Deviation, JudgedMeasures
from gaitcheck.findings.load import Knowledge
from gaitcheck.findings.schema import BandRow, LookRow, MuscleRow
from gaitcheck.gait.result import Side

_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}
_DECIMALS = {"steps/min": 0, "% hip width": 0}
_BETWEEN_NAMES = "; "
#: Measures not judged that the summary names; the table of measures has them all.
_NAMES_SHOWN = 3


def measure_name(measure_id: str, known: Knowledge) -> str:
    """Everyday name of a measure."""
    return known.texts.measure[measure_id].name


def with_unit(value: float, unit: str, known: Knowledge) -> str:
    """A measured value as a person reads it, with a true minus sign and no more decimals than it deserves."""
    decimals = _DECIMALS.get(unit, 1)
    rounded = round(value, decimals) + 0.0  # no "-0.0"
    return f"{rounded:.{decimals}f}".replace("-", "\N{MINUS SIGN}") + known.texts.units[unit]


def usual_range(band: BandRow, kind: str, known: Knowledge) -> str:
    """The usual range in words, and for whom it holds."""
    words = known.texts.usual

    def limit(value: float | None) -> str:
        return "" if value is None else f"{number(value)}{known.texts.units[band.unit]}"

    def number(value: float) -> str:
        return f"{value:g}".replace("-", "−")

    low, high = band.usual_range
    if kind == "difference":
        range_ = words.difference.format(limit=limit(band.side_difference or high))
    elif low is not None and high is not None:
        range_ = words.between.format(low=number(low), high=limit(high))
    else:
        range_ = words.up_to.format(high=limit(high)) if low is None else words.at_least.format(low=limit(low))
    who = {"F": words.for_women, "M": words.for_men, "pooled": words.pooled}[band.sex]
    return who.format(range=range_)


def finding_words(
    shown: Deviation, same_pattern: Sequence[Deviation], speed_kmh: float | None, known: Knowledge
) -> tuple[str, str]:
    """Title and text of a finding; `same_pattern` are the other deviations of its pattern and side."""
    words = _finding_text(shown, known)
    sides = known.texts.sides
    filled = {
        "side": sides[shown.side] if shown.side else "",
        "other": sides[_OTHER[shown.side]] if shown.side else "",
        "value": with_unit(shown.value, shown.band.unit, known),
        "usual": usual_range(shown.band, shown.kind, known),
    }
    text = [_sentence(words.text.format(**filled))]
    also = dict.fromkeys(other.band.measure for other in same_pattern if other.band.measure != shown.band.measure)
    text += [known.texts.note.same_pattern.format(measure=measure_name(other, known)) for other in also]
    if shown.with_care is not None:
        text.append(known.texts.note.with_care.format(reason=shown.with_care))
    if shown.from_standing:
        text.append(known.texts.note.from_standing)
    if shown.band.min_speed_kmh is not None and speed_kmh is None:
        text.append(known.texts.note.speed_unknown)
    return _sentence(words.title.format(**filled)), " ".join(text)


def summary(titles: Sequence[str], looked_at: Sequence[str], not_looked_at: Sequence[str], known: Knowledge) -> str:
    """The sentences over all findings. `looked_at` and `not_looked_at` are names of measures."""
    words = known.texts.summary
    if not looked_at:
        parts = [words.nothing_looked_at]
    elif not titles:
        parts = [words.nothing]
    elif len(titles) == 1:
        parts = [words.one.format(titles=titles[0])]
    else:
        parts = [words.several.format(count=len(titles), titles=_BETWEEN_NAMES.join(titles))]
    if looked_at:
        parts.append(words.looked_at.format(measures=_BETWEEN_NAMES.join(looked_at)))
    if looked_at and not_looked_at:
        named = [*not_looked_at[:_NAMES_SHOWN], *(["…"] if len(not_looked_at) > _NAMES_SHOWN else [])]
        parts.append(
            words.not_looked_at.format(
                count=len(not_looked_at),
                all=len(looked_at) + len(not_looked_at),
                measures=_BETWEEN_NAMES.join(named),
            )
        )
    return " ".join(parts)


def one_side(name: str, side: Side, known: Knowledge) -> str:
    """Name of a measure of which only one side could be judged."""
    return known.texts.summary.one_side.format(measure=name, side=known.texts.sides[side])


def name_with_side(measure_id: str, judged: JudgedMeasures, known: Knowledge) -> str:
    """Name of a measure, and the side where only one could be judged."""
    sides = [side for one, side in judged if one == measure_id]
    name = measure_name(measure_id, known)
    return one_side(name, sides[0], known) if len(sides) == 1 and sides[0] else name


def worth_testing(
    titles: Iterable[str], meanings: Iterable[str], lowered_by: Sequence[str], muscle: MuscleRow, known: Knowledge
) -> str:
    """What is said of a muscle that a finding points to; `lowered_by` is what speaks against it."""
    meaning = list(meanings)
    if lowered_by:
        meaning.append(known.texts.note.lowered.format(says=" ".join(lowered_by)))
    return known.texts.muscle_status.worth_testing.format(
        findings=_BETWEEN_NAMES.join(titles), meaning=" ".join(meaning), cannot_show=muscle.cannot_show
    )


def look_words(look: LookRow, known: Knowledge) -> str:
    """A look at real data in one sentence; only for one with figures."""
    figures = {
        name: f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
        for name, value in (("r", look.r), ("low", look.r_low), ("high", look.r_high))
        if value is not None
    }
    return known.texts.note.look.format(
        n=look.n, movement=look.movement, test=look.test, side=known.texts.sides[look.side], **figures
    )


def not_worth_testing(looked_at: Sequence[str], missing: Sequence[str], muscle: MuscleRow, known: Knowledge) -> str:
    """What is said of a muscle to which nothing points; both lists are names of measures."""
    words = known.texts.muscle_status
    if not muscle.hint:
        template = words.not_visible
    elif not looked_at:
        template = words.not_looked_at
    else:
        template = words.nothing_seen_but if missing else words.nothing_seen
    return template.format(
        measures=_BETWEEN_NAMES.join(looked_at), missing=_BETWEEN_NAMES.join(missing), cannot_show=muscle.cannot_show
    )


def _finding_text(shown: Deviation, known: Knowledge) -> FindingText:
    words = known.texts.measure[shown.band.measure]
    found = words.difference if shown.kind == "difference" else words.high if shown.direction == "high" else words.low
    assert found is not None  # loading has checked that every limit has its words
    return found


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
