"""The validation's page and table: docs/validation.md and docs/validation.csv, with pictures below docs/images."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.validation import bars
from gaitcheck.validation.compare import ENDS_S, EventRow, MeasureRow
from gaitcheck.validation.patterns import FindingRow, FindingSummary, summarise_findings
from gaitcheck.validation.pictures import PICTURED, picture_name, write_picture
from gaitcheck.validation.run import Outcome
from gaitcheck.validation.summary import (
    EventSummary,
    MeasureSummary,
    summarise_events,
    summarise_measures,
)

Cells = Sequence[object]

#: Measures shown by clothes and by condition.
HEADLINE = (
    "contralateral_pelvic_drop",
    "hip_adduction",
    "knee_valgus",
    "lateral_trunk_lean",
    "forward_trunk_lean",
    "knee_flexion_peak_stance",
    "knee_flexion_ic",
    "tibia_inclination_ic",
    "contact_time",
    "cadence",
)
PATTERN_WORDS = {
    "healthy": "healthy (no headline finding)",
    "right_drop": "right pelvic drop",
    "left_valgus": "left knee valgus",
    "upright": "upright trunk",
    "marked_lean": "marked forward lean",
}

HEAD = """# Validation

Made by `gaitcheck validate`; do not edit it. Rendered runners whose truth is known in every frame went through the
whole program as a person's video would: video file, pose model, pelvis line, events, measures, findings.

**What it says and what it does not.** It measures the tracker and this program's code on rendered people. It says
nothing certain about real ones: skin, cloth, light and movement of a rendering are simpler, and its contact with the
belt is an idealised one. {leads}Contacts against a force plate stand in [events.md](events.md).

Runs: {runs}, of which {tuning} are the tuning half and {reporting} the reporting half. The half of a run is the first
bit of the SHA-256 of its name. Only the reporting half counts as a result; constants are set and the printed
uncertainties are made ([measures.md](measures.md)) with the tuning half alone.

A value is *given* when it is printed (some of these as *borderline*), otherwise *withheld*. *Rightly* withheld means
that the value kept back would have erred by more than the uncertainty the measure has in that view, or that there was
no value to keep back. *Slope* is that of measured over true; *bias* the mean error (measured minus true); *MAE* the
mean absolute error; *limits* the 95 % limits of agreement; *L-R* the mean absolute error of the difference between left
and right; *coverage* the share of printed intervals that hold the truth. *The camera's part* of an interval is what yaw
and pitch may add ([pose.md](pose.md)); the truth here is seen by the same camera, so these errors do not hold it, and
the intervals without it are the ones to hold against 95 %. Values are means over the steps of a clip (ten of each leg;
fewer in the short clips at 120 and 240 frames a second).
"""


@dataclass(frozen=True)
class Section:
    """A part of the page with its own heading, kept from the former page when a run does not make it anew.

    `name` is its mark in the page, `text` Markdown that begins with its heading, `lead` what the head says of it.
    """

    name: str
    text: str
    lead: str = ""


def write_pages(outcome: Outcome, docs: Path, sections: Sequence[Section] = ()) -> list[Path]:
    """Write everything below `docs`; gives the files written. Parts of the former page that are not made anew stay."""
    (docs / "images").mkdir(parents=True, exist_ok=True)
    table, page = docs / "validation.csv", docs / "validation.md"
    former = page.read_text(encoding="utf-8") if page.exists() else ""
    write_csv(outcome.measures, table)
    pictures = [write_picture(name, outcome.measures, docs / "images") for name in PICTURED]
    text = page_text(outcome, merged(sections, former))
    part = page.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(page)
    return [page, table, *pictures]


def merged(sections: Sequence[Section], former: str) -> list[Section]:
    """The sections made now, and those of the former page that were not."""
    marked = re.findall(r"<!-- begin (\w+) -->\n(.*?)\n<!-- end \1 -->", former, flags=re.DOTALL)
    every = {name: Section(name, text) for name, text in marked} | {section.name: section for section in sections}
    return list(every.values())


def put_section(section: Section, page: Path) -> None:
    """Put one section into a page, in the place of the former one or at the end; the rest of the page stays."""
    former = page.read_text(encoding="utf-8") if page.exists() else ""
    begin, end = (f"<!-- {word} {section.name} -->" for word in ("begin", "end"))
    if begin in former and end in former:
        head, tail = former.split(begin)[0], former.split(end)[1]
        text = head + _marked(section).rstrip("\n") + tail
    else:
        text = "\n".join(part for part in (former, _marked(section)) if part)
    part = page.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(page)


def _marked(section: Section) -> str:
    return f"<!-- begin {section.name} -->\n{section.text.strip()}\n<!-- end {section.name} -->\n"


def page_text(outcome: Outcome, sections: Sequence[Section] = ()) -> str:
    """The whole page."""
    halves = {row.case: row.half for row in outcome.measures}
    named = list(halves.values())
    usual = [row for row in outcome.measures if row.condition in bars.USUAL]
    headline = [row for row in outcome.measures if row.measure in HEADLINE]
    parts = [
        HEAD.format(
            runs=len(halves),
            tuning=named.count("tuning"),
            reporting=named.count("reporting"),
            leads="".join(section.lead for section in sections),
        ),
        "## Bars\n",
        _bar_text(outcome),
        "## First finding\n",
        _finding_text(outcome),
        "## Measures, usual camera and file\n",
        measure_table(summarise_measures(usual, lambda row: view_group(row.view))),
        *(f"![{REGISTRY[name].name}](images/{picture_name(name)})\n" for name in PICTURED),
        "## What rests on the pelvis line, by what it was read from\n",
        measure_table(
            summarise_measures(
                [row for row in outcome.measures if REGISTRY[row.measure].rests_on is not None],
                lambda row: f"{view_group(row.view)}, {row.evidence or 'none'}",
            )
        ),
        "## Events, usual camera and file\n",
        "Errors in milliseconds, found minus true; the side view's near leg is the one next to the camera. Events\n"
        f"within {1000 * ENDS_S:g} ms of a clip's ends count where they are found and are not missed where not.\n",
        event_table(
            summarise_events([row for row in outcome.events if row.condition in bars.USUAL], event_group),
        ),
        "## Builds, reporting half\n",
        measure_table(summarise_measures(_of(usual, headline), lambda row: row.body, halves=("reporting",))),
        "## Clothes, reporting half\n",
        measure_table(summarise_measures(_of(usual, headline), lambda row: row.clothes, halves=("reporting",))),
        "## Cameras and files\n",
        "Few runs each; both halves are shown.\n",
        measure_table(
            summarise_measures([row for row in headline if row.condition not in bars.USUAL], lambda row: row.condition)
        ),
        event_table(
            summarise_events(
                [row for row in outcome.events if row.condition not in bars.USUAL and row.near_leg],
                lambda row: f"{row.condition}, {view_group(row.view)}",
            )
        ),
        "## Why values were withheld or borderline\n",
        _reasons(outcome.measures),
        *(_marked(section) for section in sections),
    ]
    return "\n".join(parts)


def table(head: Sequence[str], rows: Iterable[Cells]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def _of(rows: Sequence[MeasureRow], others: Sequence[MeasureRow]) -> list[MeasureRow]:
    kept = {id(row) for row in others}
    return [row for row in rows if id(row) in kept]


def event_group(row: EventRow) -> str:
    """The view, and in side view which leg."""
    return view_group(row.view) + ("" if row.near_leg else ", far leg")


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _met(met: bool | None) -> str:
    return "too few" if met is None else "met" if met else "**not met**"


def _bar_text(outcome: Outcome) -> str:
    rows = bars.bar_rows(outcome.measures)
    usual = [row for row in rows if row.condition in bars.USUAL]
    surely = [row for row in rows if row.status == "measured"]
    measures = []
    for bar in bars.BARS:
        both = [bars.reached(bar, usual), bars.reached(bar, surely)]
        cells = [
            (f"{one.values} ({one.runs})", _number(one.slope, 2), _number(one.error, 2), _met(one.met)) for one in both
        ]
        measures.append((bar.name, both[0].wanted, *cells[0], *cells[1]))
    return "\n".join(
        (
            "Reporting half, 60 frames a second. *Usual* is the usual camera and file, borderline values too; *sure*",
            "are all values of any camera and file that were given without a doubt.\n",
            table(
                (
                    "bar",
                    "wanted",
                    "usual: values (runs)",
                    "slope",
                    "MAE",
                    "",
                    "sure: values (runs)",
                    "slope",
                    "MAE",
                    "",
                ),
                measures,
            ),
            table(("bar", "wanted", "reached", ""), _other_bars(outcome, usual)),
            _event_bars(outcome.events),
        )
    )


def _other_bars(outcome: Outcome, usual: Sequence[MeasureRow]) -> Iterable[Cells]:
    """Withholding of the pelvic drop, and coverage."""
    drop = bars.drop_withheld(usual)
    yield (
        "Pelvic drop, clothing: withheld in fitted clothing",
        f"at most {100 * bars.FITTED_WITHHELD:g} %",
        _share(drop.fitted_withheld, drop.fitted),
        _met(drop.seldom),
    )
    yield (
        f"Pelvic drop, clothing: withheld where off by more than {bars.DROP_TOO_FAR_DEG:g} deg",
        f"at least {100 * bars.WITHHELD_SHARE:g} %",
        _share(drop.too_far_withheld, drop.too_far),
        _met(drop.far_ones),
    )
    reporting = [row for row in outcome.measures if row.half == "reporting"]
    kinds = {
        "": reporting,
        ", sure values": [row for row in reporting if row.doubt is None],
        ", values of a kind given with care": [row for row in reporting if row.doubt == "known"],
        ", values in doubt because of the video": [row for row in reporting if row.doubt == "video"],
    }
    low, high = bars.COVERAGE
    ways = (("Printed 95 % intervals", bars.coverage), ("Those without the camera's part", bars.coverage_by_runs))
    for what, covered_of in ways:
        for kind, rows in kinds.items():
            covered = covered_of(rows)
            if covered is not None:
                count, share = covered
                yield (
                    f"{what} that hold the truth, all cameras and files{kind}",
                    f"{100 * low:g} to {100 * high:g} %",
                    f"{100 * share:.1f} % of {count}",
                    _met(bars.within(share, bars.COVERAGE) if count >= bars.FEWEST_INTERVALS else None),
                )


def _event_bars(rows: Sequence[EventRow]) -> str:
    events = [r for r in rows if r.half == "reporting" and r.fps == bars.BAR_FPS and r.condition in bars.USUAL]
    lines = []
    for kind in ("initial_contact", "toe_off"):
        for group in sorted({event_group(row) for row in events}):
            found = bars.event_bar([row for row in events if row.event == kind and event_group(row) == group])
            lines.append(
                (
                    f"{kind.replace('_', ' ')}, {group}",
                    found.events,
                    f"{_number(found.median_ms)} ms",
                    f"{_number(found.within_95_ms)} ms",
                    _percent(found.missed_or_false, 1),
                    _met(found.met),
                )
            )
    wanted = (
        f"wanted: median {bars.MEDIAN_MS:g} ms, 95 % within {bars.WITHIN_MS:g} ms, at most "
        f"{100 * bars.MISSED_SHARE:g} % missed or false"
    )
    return table(
        (f"events, usual camera and file ({wanted})", "true", "median", "95 % within", "missed or false", ""), lines
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" + (f" ({100 * part / whole:.0f} %)" if whole else "")


def _percent(share: float | None, digits: int = 0) -> str:
    return "" if share is None else f"{100 * share:.{digits}f} %"


def _finding_text(outcome: Outcome) -> str:
    reporting = [row for row in outcome.findings if row.half == "reporting"]
    sure = [row for row in reporting if row.status == "measured"]
    judged = []
    for title, rows, healthy in (
        ("Known pattern comes first", reporting, False),
        ("Known pattern comes first, sure values", sure, False),
        ("Nothing found on healthy runners", reporting, True),
    ):
        count, right = bars.findings_right(rows, healthy=healthy)
        met = _met(None if not count else right >= bars.FINDINGS_SHARE * count)
        judged.append((title, f"{100 * bars.FINDINGS_SHARE:g} %", _share(right, count), met))
    wrong = [row for row in outcome.findings if not row.right and row.status != "not_measurable"]
    return "\n".join(
        (
            "Whether the finding that comes first is the known pattern's (its measure, side and direction), among the",
            "runs whose measure was not withheld; *sure* are those whose measure was given without a doubt. A value of",
            "a kind that is always given with care may give a finding, ranked lower; one that is in doubt because of",
            "the video (few steps, a camera askew) gives none, on purpose. Of healthy runners: whether none of the",
            "headline findings came (pelvis and hip, knee inward, trunk forward or sideways). All cameras and files.\n",
            table(("reporting half", "wanted", "as expected", ""), judged),
            _finding_table(
                summarise_findings(
                    outcome.findings, lambda row: f"{PATTERN_WORDS[row.pattern]}, {view_group(row.view)}"
                )
            ),
            *(("Not as expected:\n", _wrong_findings(wrong)) if wrong else ()),
        )
    )


def _wrong_findings(rows: Iterable[FindingRow]) -> str:
    return table(
        ("run", "half", "pattern", "its measure", "first finding"),
        ((row.case, row.half, row.pattern.replace("_", " "), row.status, row.found or "none") for row in rows),
    )


def _finding_table(rows: Iterable[FindingSummary]) -> str:
    return table(
        ("pattern", "half", "runs", "as expected", "sure", "as expected", "withheld"),
        ((r.group, r.half, r.runs, r.right, r.surely, r.right_surely, r.withheld) for r in rows),
    )


def measure_table(rows: Iterable[MeasureSummary]) -> str:
    """Measures as a Markdown table."""
    head = ("measure", "group", "half", "given", "borderline", "withheld (rightly)", "slope", "bias", "MAE", "limits")
    return table(
        (*head, "L-R", "coverage"),
        (
            (
                f"{REGISTRY[row.measure].name}, {row.unit}",
                row.group,
                row.half,
                row.given,
                row.borderline,
                f"{row.withheld} ({row.rightly})" if row.withheld else "0",
                _number(row.slope, 2),
                _number(row.bias),
                _number(row.mean_absolute_error),
                "" if row.limits is None else f"{row.limits[0]:.1f} to {row.limits[1]:.1f}",
                _number(row.difference_error),
                _percent(row.coverage),
            )
            for row in rows
        ),
    )


def event_table(rows: Iterable[EventSummary]) -> str:
    """Events as a Markdown table."""
    return table(
        ("event", "group", "half", "true", "missed", "false", "bias", "median abs.", "95 % within"),
        (
            (
                row.event.replace("_", " "),
                row.group,
                row.half,
                row.true,
                row.missed,
                row.false,
                _number(row.bias_ms),
                _number(row.median_absolute_ms),
                _number(row.within_95_ms),
            )
            for row in rows
        ),
    )


def _reasons(rows: Sequence[MeasureRow]) -> str:
    """How often each reason was given, over all runs."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.reason is not None:
            key = ("withheld" if row.measured is None else "borderline", re.sub(r"\d+(\.\d+)?", "n", row.reason))
            counts[key] = counts.get(key, 0) + 1
    return table(
        ("", "reason (n stands for a number)", "values"),
        ((status, reason, count) for (status, reason), count in sorted(counts.items())),
    )


def write_csv(rows: Sequence[MeasureRow], path: Path) -> None:
    """Write rows under a temporary name, then rename it."""
    names = [field.name for field in fields(MeasureRow)]
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*names, "error"], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            values = {**asdict(row), "error": row.error}
            writer.writerow({k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()})
    part.replace(path)


def read_csv(path: Path) -> list[MeasureRow]:
    """The rows that `write_csv` wrote.

    Raises
    ------
    UnusableInputError
        The file is not of this form.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [{k: v or None for k, v in row.items() if k != "error"} for row in csv.DictReader(file)]
        return TypeAdapter(list[MeasureRow]).validate_python(rows)
    except ValidationError as error:
        raise UnusableInputError(f"{path} is not a table of this version: make it again.") from error
