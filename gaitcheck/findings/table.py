"""The knowledge as a page: `python -m gaitcheck.findings.table > docs/knowledge.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from gaitcheck.findings import phrases
from gaitcheck.findings.load import Knowledge, knowledge
from gaitcheck.findings.schema import (
    GRADE_WEIGHT,
    BandRow,
    ExerciseRow,
    Hint,
    Limit,
    MuscleRow,
    OtherAdvice,
    RedFlagRow,
)
from gaitcheck.findings.weigh import looks_of
from gaitcheck.settings import PainSite

_SEX = {"F": "women", "M": "men", "pooled": "all"}


def knowledge_markdown(known: Knowledge) -> str:
    """The page docs/knowledge.md: every row, what speaks against it, and how findings come about."""
    parts = [
        _INTRODUCTION.format(
            min_steps=known.min_steps, **{grade: f"{weight:g}" for grade, weight in GRADE_WEIGHT.items()}
        ),
        *_override(known),
        _bands(known),
        _descriptive(known),
        _muscle_overview(known),
        *(_muscle(row, known) for row in known.muscles),
        _pairs(known),
        _looks(known),
        _exercises(known),
        _red_flags(known),
        _sources(known),
    ]
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """\
<!-- Made by `python -m gaitcheck.findings.table > docs/knowledge.md`; change the TOML files instead. -->
# What GaitCheck knows: usual ranges, muscles, exercises, red flags

Everything here is data in `gaitcheck/findings/knowledge/`: `bands.toml`, `muscles.toml`, `pairs.toml`,
`exercises.toml`, `redflags.toml`, `looks.toml`, `sources.toml`, and the words in `texts.en.toml`. Every row has its
sources, a grade, what speaks against it and the day somebody last looked at it. `gaitcheck knowledge check` checks each
row and names file, row and field of a slip; `gaitcheck knowledge show` prints this page.

Own rows of a clinic: a folder with any of these files (not `looks.toml` or the texts), named by the environment
variable `GAITCHECK_KNOWLEDGE`. Its rows stand in place of those of the same name (measure and sex for a band, the id
for the others), whole; exercises, red flags and sources may also be new ones. Each result records which rows were
replaced, with the SHA-256 of the folder's files. Another language is one more file, `texts.<language>.toml`, with the
sentences of `texts.en.toml` and the words of the rows under `[rows.<table>.<name>]`.

How a finding comes about

- The measure rests on at least {min_steps} steps, has an uncertainty, and nothing in the video makes it doubtful.
- A measure whose kind is always given with care (such as knee valgus from behind) may give a finding, because its
  uncertainty is made from such values and covers the doubt. The finding says why care is needed and counts half for a
  muscle.
- Its mean lies beyond the watch limit by more than its uncertainty. "Marked" asks the same of the marked limit.
- A difference between the sides uses both uncertainties: combined as independent, but added up where a wrong level
  moves the sides in opposite directions (hip adduction without standing still). The difference of the pelvic drop is a
  measure of its own, with its own uncertainty, and counts also where the drop itself is not sure enough.
- Measures of one pattern give one finding per side, the best ranked, and count once for a muscle.
- Rank = how far it lies beyond the watch limit for sure, in band widths, x weight of the grade (A {A}, B {B}, C {C}).
  What is sure is the distance less the uncertainty. A band width is the distance from watch to marked, or the width
  stated in brackets; for a side difference it is the limit itself.
- At most three findings are shown first. "Nothing stands out" names what was looked at.

How a muscle comes to be called "worth testing": a primary sign of its own side (or of the whole body) is among the
findings. Its score is the sum of the grade weights of the patterns that point to it; a sign is graded no better than
the measure it rests on, and counts half where another measure speaks against it by more than its uncertainty. A
difference that comes from the smaller side lying below zero points to no muscle.

The optional questions change only this: the sex and the speed choose bands, the height gives centimetres, the other
answers raise red flags, and pain at the back of the knee chooses which of the article's two opposite instructions for
the hamstrings is shown. They never change a measure or a finding. While there is a red flag no exercise is shown.

Grades: A several studies agree, B some studies, C thin evidence or lore, X no video can show it. What speaks against a
row stands beside it. Reviews of many studies (Peter22, Willw22) do not support foretelling injuries from single
measures of running form."""


def _override(known: Knowledge) -> list[str]:
    if known.used.override_sha256 is None:
        return []
    return [f"Own rows in use here: {'; '.join(known.used.overridden)} (SHA-256 {known.used.override_sha256})."]


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
            row.contrary,
            row.values_seen,
            row.grade,
            _keys(row.sources),
            f"{row.reviewed}",
        )
        for row in known.descriptive
    ]
    header = ("Measure", "Id", "What speaks against judging it", "Values seen", "Grade", "Sources", "Reviewed")
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
    other = row.with_pain
    exercises = [f"{one.name} ({one.kind}, {one.origin})" for one in known.exercises if row.id in one.muscles]
    lines = [
        ("What it does", row.role),
        ("Antagonist", row.antagonist),
        ("Stabilisers beside it", row.stabilisers),
        ("What a video can show", row.can_show),
        ("What a video cannot show", row.cannot_show),
        *((sign, _hint(hint, known)) for sign, hint in zip(_signs(row, known), row.hint, strict=True)),
        ("What speaks for it", row.speaks_for),
        ("What speaks against it", row.contrary),
        ("Where the article and anatomy or studies disagree", row.article_disagrees or "nowhere we know"),
        ("Stretch", row.stretch),
        ("Strengthen", row.strengthen),
        *([(f"With pain at: {', '.join(_site(one, known) for one in other.sites)}", _other(other))] if other else []),
        ("Exercises", "; ".join(exercises) or "none"),
        ("Confirm with", row.confirm_with),
        ("Sources", _keys(row.sources)),
        ("Reviewed", f"{row.reviewed}"),
    ]
    return f"### {row.name}, grade {row.grade}\n\n" + "\n".join(f"- {what}: {text}" for what, text in lines)


def _hint(hint: Hint, known: Knowledge) -> str:
    parts = [f"{hint.meaning} It would speak for {hint.reading}."]
    parts += [
        f"Against it, and then counted half: {phrases.measure_name(one.measure, known)} "
        f"{'in its usual range' if one.limit is None else f'{one.lies} {one.limit:g}'}. {one.says}"
        for one in hint.against
    ]
    if hint.look is not None:
        verdict = ", ".join(f"{look.side} {look.verdict}" for look in looks_of(hint, known.looks) if look.n)
        parts.append(f"Look at data (`{hint.look}`): {verdict}; the grade shown here has it in.")
    return " ".join(parts)


def _other(other: OtherAdvice) -> str:
    return f"Stretch: {other.stretch} Strengthen: {other.strengthen}"


def _site(site: PainSite, known: Knowledge) -> str:
    return known.texts.answers.sites[site]


def _pairs(known: Knowledge) -> str:
    names = {row.id: row.name for row in known.muscles}
    rows = [
        (
            " and ".join([*(names[one] for one in row.muscles), *([row.outside] if row.outside else [])]),
            row.movement,
            row.grade,
            row.contrary,
            _keys(row.sources),
            f"{row.reviewed}",
        )
        for row in known.pairs
    ]
    header = ("Pair", "Movement", "Grade", "What speaks against the logic", "Sources", "Reviewed")
    return "## Antagonist pairs\n\n" + _PAIRS + "\n\n" + _table(header, rows)


_PAIRS = """\
The article's logic: a prime mover works against its antagonist, and stabilisers (named with each muscle above) hold the
joint. Where one of a pair is the stronger, it tightens; stretch that one and strengthen its opposite. So a sign of less
strength offers exercises that strengthen the muscle and stretch its opposite, a sign of more work or of less length the
other way round, and a sign of more load exercises for the muscle itself. The logic is the article's; the last column
says what the literature has against it."""


def _looks(known: Knowledge) -> str:
    rows = [
        (
            look.movement,
            look.test,
            look.side,
            f"{look.n}",
            _interval(look.r, look.r_low, look.r_high),
            _interval(look.rho, look.rho_low, look.rho_high),
            "more with more" if look.expected > 0 else "less with more",
            look.verdict if look.n else "no data",
            look.note,
        )
        for look in known.looks
    ]
    header = ("Movement in running", "Test", "Leg", "n", "Pearson r (95 %)", "Spearman rho (95 %)", "Expected",
              "Result", "Note")  # fmt: skip
    figures = {look.id: f"{look.r:.2f}" for look in known.looks if look.r is not None}
    return "## One look at real data\n\n" + _LOOKS.format(**figures) + "\n\n" + _table(header, rows)


_LOOKS = """\
Do movements in running go with hip strength and length tests, as the hints for the gluteus medius and the psoas take
for granted? Mean 3D joint angles of 23 men on a treadmill at 2.5 m/s, beside the strength and length tests of the same
runners: Fukuchi, Fukuchi and Duarte (2017), PeerJ 5:e3298, and Fukuchi, Duarte and Ferber (2024), both CC BY 4.0 (keys
RBDS17, RBDS24). `python -m gaitcheck.findings.mocap_look DIR` makes the figures anew from the data, which is not part
of this program, and says in its first lines how the files are read. Two things matter there: the angle files number the
runners afresh, so that from the tenth on the numbers are not those of the table (the foot strikes show it); and they
hold one leg, the right, so the left leg cannot be told: of the 23 runners only the first has published angles of both
legs and markers of both (his file lies nearer to his right leg in five of the six curves of hip, knee and ankle), and
the other marker run is of a person without strength and length tests. One runner gives no correlation. So the look is
at the right leg of 23 men, and says nothing of left against right.

How it weighs: one sample moves a grade by one step at most, never to A. It moves up where the 95 % interval of r lies
wholly on the expected side of zero, down where it lies wholly on the other side; an interval that holds zero ("open")
leaves the grade to the literature.

What it says beside the literature: runners with less abductor strength for their mass had somewhat more peak hip
adduction (r {hip_adduction_peak}), as in TH14 and with tired hips in JAT20 (-0.32 to -0.39). Even if it holds, strength
would account for about a tenth of the differences between runners; and the interval also holds no link at all, as found
in 100 men (Brund17) and in the review Land25. The mean over stance hardly goes with strength (r {hip_adduction_mean}).
More hip extension went with a longer front of the hip (r {hip_extension_peak}, the interval just holds zero): nearer to
the pilot Stoe than to Schache00, who found nothing. Neither moves a grade: the hint of the gluteus medius stays B and
contested, that of the psoas C. Both say the same to a runner: the movement does not tell how strong or how long a
muscle is, so test it."""


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    return "" if value is None else f"{value:.2f} ({low:.2f} to {high:.2f})"


def _exercises(known: Knowledge) -> str:
    names = {row.id: row.name for row in known.muscles}
    rows = [
        (
            row.name,
            row.kind,
            "; ".join(names[one] for one in row.muscles),
            row.origin,
            row.purpose,
            row.dose,
            row.progression,
            row.stop_when,
            _when(row, known),
            row.grade,
            row.contrary,
            _keys(row.sources),
            f"{row.reviewed}",
        )
        for row in known.exercises
    ]
    header = ("Exercise", "Kind", "For", "From", "Purpose", "Dose", "Progression", "When to stop", "Shown", "Grade",
              "What speaks against it", "Sources", "Reviewed")  # fmt: skip
    return "## Exercises\n\n" + known.texts.exercises.about + "\n\n" + _table(header, rows)


def _when(row: ExerciseRow, known: Knowledge) -> str:
    only, never = (", ".join(_site(one, known) for one in sites) for sites in (row.only_with_pain, row.not_with_pain))
    return f"only with pain at the {only}" if only else f"not with pain at the {never}" if never else "with a hint"


def _red_flags(known: Knowledge) -> str:
    rows = [
        (
            row.text,
            _condition(row, known),
            row.advice,
            "yes" if row.listed else "no",
            row.grade,
            row.contrary,
            _keys(row.sources),
            f"{row.reviewed}",
        )
        for row in known.red_flags
    ]
    header = ("Red flag", "Raised by", "Advice", "On every report", "Grade", "What speaks against it", "Sources",
              "Reviewed")  # fmt: skip
    return "## Red flags: when a clinician comes first\n\n" + _table(header, rows)


def _condition(row: RedFlagRow, known: Knowledge) -> str:
    words = known.texts.answers
    parts = [
        " or ".join(f'"{words.signs[one]}"' for one in row.signs),
        "pain at: " + ", ".join(words.sites[one] for one in row.pain_sites) if row.pain_sites else "",
        "hurt before: " + ", ".join(words.sites[one] for one in row.past_injuries) if row.past_injuries else "",
        "any pain" if row.any_pain else "",
        f"pain above {row.pain_over} of 10" if row.pain_over is not None else "",
        f"age under {row.under_age}" if row.under_age is not None else "",
    ]
    return ", and ".join(part for part in parts if part)


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
