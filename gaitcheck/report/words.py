"""How measures, sides, events and units are written where a person reads them."""

from __future__ import annotations

import re

from gaitcheck.findings.load import knowledge
from gaitcheck.gait.result import Measure, Side, Status
from gaitcheck.settings import View

VIEW_WORDS: dict[View | None, str] = {
    "rear": "from behind",
    "front": "from the front",
    "left": "from the left",
    "right": "from the right",
    None: "view not recognised",
}
VIEW_SHORT: dict[View, str] = {"rear": "behind", "front": "front", "left": "left", "right": "right"}
STATUS_WORDS: dict[Status, str] = {
    "measured": "measured",
    "borderline": "with care",
    "not_measurable": "not measurable",
}
EVENT_WORDS = {"initial_contact": "initial contact", "midstance": "midstance", "toe_off": "toe-off"}

#: The angle of this moment, as it is written in pictures. The measure itself is this angle at an event or its peak.
ANGLE_WORDS = {
    "contralateral_pelvic_drop": "pelvic drop",
    "femoral_adduction": "thigh inward",
    "knee_valgus": "knee inward",
    "lateral_trunk_lean": "trunk sideways",
    "forward_trunk_lean": "trunk forward",
    "knee_flexion_ic": "knee bend",
    "knee_flexion_peak_stance": "knee bend",
    "tibia_inclination_ic": "shin forward",
    "foot_inclination_ic": "toes up",
    "hip_extension_peak": "thigh back",
}

GRADE_WORDS = {
    "A": "several studies",
    "B": "some studies",
    "C": "little evidence, or practice only",
    "X": "not usable from video",
}
MUSCLE_STATUS_WORDS = {
    "worth_testing": "worth testing",
    "nothing_seen": "nothing seen",
    "not_looked_at": "not looked at",
    "not_visible": "not visible on video",
}
#: What a pelvis line was read from, and where its zero comes from; see `gait.measures.pelvis`.
EVIDENCE_WORDS = {
    "stickers": "two coloured dots on the pelvis",
    "garment": "the edge of the waistband",
    "registration": "the movement of the cloth around the pelvis",
    "fused": "the edge of the waistband and the movement of the cloth together",
    "standing as zero": "standing still counts as level",
    "mean as zero": "the middle between both sides counts as level",
}
BAND_WORDS = {"watch": "worth watching", "marked": "marked"}

_UNIT_SLUGS = {"°": "deg", "%": "percent"}


def measure_name(measure_id: str) -> str:
    """The everyday name of a measure."""
    known = knowledge().texts.measure.get(measure_id)
    return known.name if known else measure_id.replace("_", " ").capitalize()


def curve_name(measure_id: str) -> str:
    """What the curve over the gait cycle shows that a measure is read from."""
    words = ANGLE_WORDS.get(measure_id)
    return words.capitalize() if words else measure_name(measure_id)


def evidence_words(evidence: str) -> str:
    """What a value was read from; a word that has no other is kept."""
    return "; ".join(EVIDENCE_WORDS.get(part, part) for part in evidence.split(", "))


def side_word(side: Side | None) -> str:
    """ "left", "right", or "both legs" for a measure of the whole body."""
    return side or "both legs"


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
        return STATUS_WORDS["not_measurable"]
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
