"""The knowledge as a page: `python -m gaitcheck.findings.table > docs/knowledge.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from gaitcheck.findings import phrases
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.schema import GRADE_WEIGHT, BandRow, Limit, MuscleRow

_SEX = {"F": "women", "M": "men", "pooled": "all"}


def knowledge_markdown(known: Knowledge) -> str:
    """The page docs/knowledge.md: bands, measures that are only shown, muscles, sources."""
    parts = [
        _INTRODUCTION.format(
            min_steps=known.min_steps, **{grade: f"{weight:g}" for grade, weight in GRADE_WEIGHT.items()}
        ),
        _bands(known),
        _descriptive(known),
        _muscle_overview(known),
        *(_muscle(row, known) for row in known.muscles),
        _sources(known),
    ]
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """\
<!-- Made by `python -m gaitcheck.findings.table > docs/knowledge.md`; change the TOML files instead. -->
# What GaitCheck knows: usual ranges and muscles

Everything here is data in `gaitcheck/findings/knowledge/`: `bands.toml`, `muscles.toml`, `sources.toml`, and the words
in `texts.toml`. Loading checks each row and names file, row and field of a fault.

How a finding comes about

- The measure has status "measured", rests on at least {min_steps} steps and has an uncertainty.
- Its mean lies beyond the watch limit by more than its uncertainty. "Marked" asks the same of the marked limit.
- A difference between the sides uses both uncertainties, combined as independent. Pelvic drop and hip adduction are
  compared relative to standing where a standing baseline is known, because a tilted camera adds to one side what it
  takes from the other; the limits of one side are for values as read.
- Measures of one pattern give one finding per side, the best ranked, and count once for a muscle.
- Rank = distance beyond the watch limit in band widths x weight of the grade (A {A}, B {B}, C {C}). A band width is the
  distance from watch to marked, or the width stated in brackets; for a side difference it is the limit itself.

How a muscle comes to be called "worth testing": a primary sign of its own side (or of the whole body) is among the
findings. Its score is the sum of the grade weights of the patterns that point to it; a sign is graded no better than
the measure it rests on. A difference that comes from the smaller side lying below zero points to no muscle.

Grades: A several studies agree, B some studies, C thin evidence or lore, X no video can show it. What speaks against a
row stands beside it. Reviews of many studies (Peter22, Willw22) do not support foretelling injuries from single
measures of running form."""


def _bands(known: Knowledge) -> str:
    limits = [
        (
            phrases.measure_name(band.measure, known),
            f"`{band.measure}`",
            _SEX[band.sex],
            _range(band, known),
            _limits(band.low, band, known),
            _limits(band.high, band, known),
            "" if band.side_difference is None else _number(band.side_difference, band, known),
            _speed(band),
            f"`{band.pattern}`",
            band.grade,
        )
        for band in known.bands
    ]
    header = (
        "Measure", "Id", "For", "Usual", "Low: watch / marked", "High: watch / marked", "Left-right", "Speed",
        "Pattern", "Grade",
    )  # fmt: skip
    evidence = [
        (
            phrases.measure_name(band.measure, known),
            _SEX[band.sex],
            band.basis,
            band.contrary,
            _keys(band.sources),
            f"{band.reviewed}",
        )
        for band in known.bands
    ]
    evidence_header = (
        "Measure",
        "For",
        "Where the limits come from",
        "What speaks against them",
        "Sources",
        "Reviewed",
    )
    return "\n\n".join(("## Usual ranges", _table(header, limits), _table(evidence_header, evidence)))


def _descriptive(known: Knowledge) -> str:
    rows = [
        (
            phrases.measure_name(row.measure, known),
            f"`{row.measure}`",
            row.why,
            row.values_seen,
            _keys(row.sources),
            f"{row.reviewed}",
        )
        for row in known.descriptive
    ]
    header = ("Measure", "Id", "Why it is not judged", "Values seen", "Sources", "Reviewed")
    return "## Measures that are shown but never judged\n\n" + _table(header, rows)


def _muscle_overview(known: Knowledge) -> str:
    rows = [
        (row.name, row.grade, "; ".join(_signs(row, known)) or "none", row.antagonist, row.confirm_with)
        for row in known.muscles
    ]
    header = ("Muscle group", "Grade", "Signs on the video", "Antagonist", "Confirm with")
    return "## Muscle groups\n\n" + _table(header, rows)


def _signs(row: MuscleRow, known: Knowledge) -> list[str]:
    return [
        f"{', '.join(phrases.measure_name(measure, known) for measure in hint.measures)} {hint.direction}"
        f"{' and marked' if hint.from_band == 'marked' else ''}"
        f" ({hint.grade}{'' if hint.primary else ', supporting'})"
        for hint in row.hint
    ]


def _muscle(row: MuscleRow, known: Knowledge) -> str:
    lines = [
        ("What it does", row.role),
        ("Antagonist", row.antagonist),
        ("Stabilisers beside it", row.stabilisers),
        ("What a video can show", row.can_show),
        ("What a video cannot show", row.cannot_show),
        *((sign, hint.meaning) for sign, hint in zip(_signs(row, known), row.hint, strict=True)),
        ("What speaks for it", row.speaks_for),
        ("What speaks against it", row.contrary),
        ("Where the article and anatomy or studies disagree", row.article_disagrees or "nowhere we know"),
        ("Stretch", row.stretch),
        ("Strengthen", row.strengthen),
        ("Confirm with", row.confirm_with),
        ("Sources", _keys(row.sources)),
        ("Reviewed", f"{row.reviewed}"),
    ]
    return f"### {row.name}, grade {row.grade}\n\n" + "\n".join(f"- {what}: {text}" for what, text in lines)


def _sources(known: Knowledge) -> str:
    rows = [(key, source.citation, source.read) for key, source in sorted(known.sources.items())]
    return "## Sources\n\n" + _table(("Key", "Publication", "How much of it was read"), rows)


def _range(band: BandRow, known: Knowledge) -> str:
    low, high = band.usual_range
    if low is not None and high is not None:
        return f"{low:g} to {_number(high, band, known)}"
    return f"up to {_number(high, band, known)}" if high is not None else f"from {_number(low or 0.0, band, known)}"


def _limits(limit: Limit | None, band: BandRow, known: Knowledge) -> str:
    if limit is None:
        return ""
    further = f"{limit.marked:g}" if limit.marked is not None else f"none (width {limit.band_width:g})"
    return f"{_number(limit.watch, band, known)} / {further}"


def _speed(band: BandRow) -> str:
    if band.min_speed_kmh is None:
        return "any"
    return f"from {band.min_speed_kmh:g} km/h" + (", must be given" if band.speed_required else "")


def _number(value: float, band: BandRow, known: Knowledge) -> str:
    return f"{value:g}{known.texts.units[band.unit]}"


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(keys)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(knowledge_markdown(knowledge()))
