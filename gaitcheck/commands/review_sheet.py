"""`gaitcheck review-sheet`: stills with the measured lines, for the eye."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gaitcheck.commands.progress import progress


def review_sheet(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="VIDEO|ANALYSIS", help="A video, or the folder of an analysis that lies beside its video."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the sheet.")],
    steps: Annotated[int, typer.Option(min=1, max=20, help="Steps of each leg.")] = 4,
    model: Annotated[str, typer.Option(metavar="NAME", help="Pose model: lite, full or heavy.")] = "full",
) -> None:
    """Draw the measured lines on the stills of contact, midstance and toe-off, to see whether they lie right."""
    from gaitcheck.analyze import analyze
    from gaitcheck.report.reload import load_analysis
    from gaitcheck.report.review_sheet import write_review_sheet
    from gaitcheck.settings import Settings

    with progress() as tell:
        if source.is_dir() or source.suffix == ".json":
            analysis = load_analysis(source)
        else:
            analysis = analyze([source], Settings(model=model), progress=lambda stage, done: tell(stage, 0.8 * done))
        files = write_review_sheet(
            analysis, out, steps_a_side=steps, progress=lambda stage, done: tell(stage, 0.8 + 0.2 * done)
        )
    for file in files:
        print(file)
