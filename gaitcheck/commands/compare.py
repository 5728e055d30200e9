"""`gaitcheck compare`: what changed between two recordings of one person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compare(
    analyses: Annotated[
        list[Path],
        typer.Argument(metavar="ANALYSIS", help="Folders of analyses, the earliest first; or one that holds them."),
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for comparison.html and its numbers.")] = None,
) -> None:
    """Compare recordings of one person: what changed by more than the method's own error."""
    from gaitcheck.report.comparison.page import pairs_of, recordings, write_comparison
    from gaitcheck.report.words import measure_name, side_word, with_unit

    found = recordings(analyses)
    for pair in pairs_of(found):
        comparison = pair.comparison
        print(f"{pair.before.name} -> {pair.after.name}: {comparison.summary}")
        for warning in comparison.warnings:
            print(f"! {warning}")
        for change in comparison.changed:
            values = f"{with_unit(change.before, change.unit)} -> {with_unit(change.after, change.unit)}"
            print(f"- {measure_name(change.measure_id)}, {side_word(change.side)}: {values}; {change.words}")
    if out is not None:
        for file in write_comparison(found, out):
            print(file)
