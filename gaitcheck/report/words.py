"""How measures, sides, events and units are written where a person reads them."""

from __future__ import annotations

import re
from typing import Any

from gaitcheck.findings.load import knowledge
from gaitcheck.findings.report_texts import ComparisonText, ReportText
from gaitcheck.gait.result import Measure, Side
from gaitcheck.settings import View

_UNIT_SLUGS = {"°": "deg", "%": "percent"}


def report_words() -> ReportText:
    """The fixed words of the report in the catalogue."""
    return knowledge().texts.report


def comparison_words() -> ComparisonText:
    """The words of a comparison in the catalogue."""
    return knowledge().texts.comparison


def fixed_words() -> dict[str, Any]:
    """What both layouts of the report are given beside its content: `words`, and `side_words` for left, right, both."""
    known = knowledge().texts
    return {
        "words": known.report.model_dump(),
        "side_words": {**known.sides, "both": known.report.both_legs},
    }


def view_words(view: View | None) -> str:
    """From where a video was filmed."""
    return report_words().view[view or "unknown"]


def measure_name(measure_id: str) -> str:
    """The everyday name of a measure."""
    known = knowledge().texts.measure.get(measure_id)
    return known.name if known else measure_id.replace("_", " ").capitalize()


def curve_name(measure_id: str) -> str:
    """What the curve over the gait cycle shows that a measure is read from."""
    words = report_words().angle.get(measure_id)
    return words.capitalize() if words else measure_name(measure_id)


def evidence_words(evidence: str) -> str:
    """What a value was read from; a word that has no other is kept."""
    words = report_words().evidence
    return "; ".join(words.get(part, part) for part in evidence.split(", "))


def side_word(side: Side | None) -> str:
    """ "left", "right", or "both legs" for a measure of the whole body."""
    return knowledge().texts.sides[side] if side else report_words().both_legs


def with_side(name: str, side: Side | None) -> str:
    """A name and the side that is meant, if it is one side."""
    return report_words().of_side.format(name=name, side=side_word(side)) if side else name


def with_unit(value: float | None, unit: str) -> str:
    """A number as people write it: a sensible number of digits and its unit; an en dash where there is none."""
    if value is None:
        return "–"
    return _number(value, _digits(value, unit)) + unit_sign(unit)


def plain_number(value: float | None, unit: str) -> str:
    """The number of `with_unit` without its unit, for columns whose unit stands beside it."""
    return "–" if value is None else _number(value, _digits(value, unit))


def value_words(measure: Measure) -> str:
    """Mean ± uncertainty with unit, or "not measurable"."""
    if measure.mean is None:
        return report_words().status["not_measurable"]
    if measure.uncertainty is None:
        return with_unit(measure.mean, measure.unit)
    digits = _digits(measure.mean, measure.unit)
    return f"{_number(measure.mean, digits)} ± {_number(measure.uncertainty, digits)}{unit_sign(measure.unit)}"


def unit_sign(unit: str) -> str:
    """What stands behind a number: "°" for degrees, otherwise a space and the unit in words."""
    return knowledge().texts.units.get(unit, f" {unit}" if unit else "")


def unit_slug(unit: str) -> str:
    """A unit as part of a column name: steps/min -> steps_per_min, % -> percent."""
    known = _UNIT_SLUGS.get(unit)
    return known or re.sub(r"\W+", "_", unit.replace("%", "percent").replace("/", "_per_")).strip("_").lower()


def _digits(value: float, unit: str) -> int:
    if unit in ("deg", "steps/min", "cm") or unit.startswith("%"):
        return 1
    return 3 if unit == "s" else 0 if unit == "ms" or abs(value) >= 100 else 2


def _number(value: float, digits: int) -> str:
    words = f"{value:.{digits}f}"
    return words.lstrip("-") if float(words) == 0 else words.replace("-", "−")
