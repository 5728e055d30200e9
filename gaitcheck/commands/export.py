"""`gaitcheck export`: analyses for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def export(
    analyses: Annotated[list[Path], typer.Argument(metavar="ANALYSIS", help="Folders of analyses; or one with all.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")],
    form: Annotated[
        Literal["csv", "parquet", "trc", "mot", "c3d"],
        typer.Option("--format", help="Tables (csv, parquet), OpenSim (trc, mot) or C3D."),
    ] = "csv",
) -> None:
    """Write analyses as tables, or as files of OpenSim or C3D."""
    from gaitcheck.report.exchange.write import export as write_export

    for file in write_export(analyses, form, out):
        print(file)
