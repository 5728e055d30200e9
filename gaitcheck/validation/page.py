"""The validation's page, table and pictures: docs/validation.md, docs/validation.csv, docs/images/validation_*.png."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.validation.compare import MeasureRow
from gaitcheck.validation.run import Outcome
from gaitcheck.validation.summary import (
    EventSummary,
    MeasureSummary,
    summarise_events,
    summarise_measures,
    view_group,
)

#: Measures that get a picture of measured over true.
PICTURED = ("knee_valgus", "lateral_trunk_lean", "forward_trunk_lean")

HEAD = """# Validation

Made by `gaitcheck validate` (`--quick` for a few short runs); do not edit it. Rendered runners whose truth is known in
every frame went through the whole program: video file, pose model, events, measures.

**What it says and what it does not.** It measures the tracker and this program's code on rendered people. It says
nothing certain about real ones: skin, cloth, light and movement of a rendering are simpler, and its contact with the
belt is an idealised one.

Runs: {runs}, of which {tuning} are the tuning half and {reporting} the reporting half. The half of a run is the first
bit of the SHA-256 of its name. Only the reporting half counts as a result; the tuning half may be used to set
constants.

A value is *given* when it is printed (some of these as *borderline*), otherwise *withheld*. *Slope* is that of measured
over true; *bias* the mean error (measured minus true); *MAE* the mean absolute error; *limits* the 95 % limits of
agreement; *L-R* the mean absolute error of the difference between left and right; *coverage* the share of printed
intervals that hold the truth.
"""


def write_pages(outcome: Outcome, docs: Path) -> list[Path]:
    """Write everything below `docs`; gives the files written."""
    (docs / "images").mkdir(parents=True, exist_ok=True)
    table = docs / "validation.csv"
    _write_csv(outcome.measures, table)
    pictures = [_picture(name, outcome.measures, docs / "images") for name in PICTURED]
    page = docs / "validation.md"
    page.write_text(page_text(outcome), encoding="utf-8")
    return [page, table, *pictures]


def page_text(outcome: Outcome) -> str:
    """The whole page."""
    cases = {row.case: row.half for row in outcome.measures}
    halves = list(cases.values())
    usual = [row for row in outcome.measures if row.condition in ("usual", "quick")]
    parts = [
        HEAD.format(runs=len(cases), tuning=halves.count("tuning"), reporting=halves.count("reporting")),
        "## Measures, usual camera and file\n",
        _measure_table(summarise_measures(usual, lambda row: view_group(row.view))),
        "## Events, usual camera and file\n",
        "Errors in milliseconds, found minus true; the side view's near leg is the one next to the camera.\n",
        _event_table(
            summarise_events(
                [row for row in outcome.events if row.condition in ("usual", "quick")],
                lambda row: view_group(row.view) + ("" if row.near_leg else ", far leg"),
            )
        ),
        "## Clothes, reporting half\n",
        _measure_table(
            summarise_measures(
                [row for row in usual if row.measure in PICTURED], lambda row: row.clothes, halves=("reporting",)
            )
        ),
        "## Other cameras and files (both halves)\n",
        _measure_table(
            summarise_measures(
                [row for row in outcome.measures if row.measure in PICTURED or row.measure == "cadence"],
                lambda row: row.condition,
                halves=("tuning", "reporting"),
            )
        ),
        *(f"![{name}](images/validation_{name}.png)\n" for name in PICTURED),
    ]
    return "\n".join(parts)


def _number(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _measure_table(rows: Iterable[MeasureSummary]) -> str:
    lines = [
        "| measure | group | half | given | borderline | withheld | slope | bias | MAE | limits | L-R | coverage |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if not row.given:
            continue
        limits = "" if row.limits is None else f"{row.limits[0]:.1f} to {row.limits[1]:.1f}"
        coverage = "" if row.coverage is None else f"{100 * row.coverage:.0f} %"
        lines.append(
            f"| {REGISTRY[row.measure].name}, {row.unit} | {row.group} | {row.half} | {row.given} | {row.borderline} | "
            f"{row.withheld} | {_number(row.slope, 2)} | {_number(row.bias)} | {_number(row.mean_absolute_error)} | "
            f"{limits} | {_number(row.difference_error)} | {coverage} |"
        )
    return "\n".join(lines) + "\n"


def _event_table(rows: Iterable[EventSummary]) -> str:
    lines = [
        "| event | group | half | true | missed | false | bias | median abs. | 95 % within |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.event.replace('_', ' ')} | {row.group} | {row.half} | {row.true} | {row.missed} | {row.false} | "
        f"{_number(row.bias_ms)} | {_number(row.median_absolute_ms)} | {_number(row.within_95_ms)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _write_csv(rows: Sequence[MeasureRow], path: Path) -> None:
    names = [field.name for field in fields(MeasureRow)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*names, "error"])
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {
                    k: round(v, 4) if isinstance(v, float) else v
                    for k, v in ({**asdict(row), "error": row.error}).items()
                }
            )


def _picture(name: str, rows: Sequence[MeasureRow], folder: Path) -> Path:
    """Measured over true, reporting half filled, tuning half hollow; the line is perfect agreement."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    own = [(row.half, row.true, row.measured) for row in rows if row.measure == name and row.measured is not None]
    for half, face in (("tuning", "none"), ("reporting", "tab:blue")):
        part = [(true, measured) for one, true, measured in own if one == half]
        axes.scatter([p[0] for p in part], [p[1] for p in part], edgecolors="tab:blue", facecolors=face, label=half)
    ends = [min((p[1] for p in own), default=0.0) - 2, max((p[1] for p in own), default=1.0) + 2]
    axes.plot(ends, ends, color="gray", linewidth=1)
    axes.set(xlabel=f"true, {REGISTRY[name].unit}", ylabel="measured", title=REGISTRY[name].name)
    axes.legend()
    path = folder / f"validation_{name}.png"
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path
