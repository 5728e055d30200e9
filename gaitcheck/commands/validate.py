"""`gaitcheck validate`: how wrong the measures are on runners whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gaitcheck.commands.progress import progress
from gaitcheck.errors import GaitCheckError, UnusableInputError

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile
    from gaitcheck.validation.run import Stage


def validate(
    quick: Annotated[
        bool, typer.Option("--quick", help="Ten short runs, held against stated bounds, instead of the whole matrix.")
    ] = False,
    docs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for validation.md, its table and pictures: docs, or out/validation."),
    ] = None,
    work: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder that keeps clips and tracks; in the cache if not given.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = 1,
    until: Annotated[
        Literal["render", "track", "analyse"], typer.Option(help="Stop after this step; it can be gone on with later.")
    ] = "analyse",
    real: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of real clips whose landmarks are compared with the rendered ones'."),
    ] = None,
    mocap: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Only this: move the rendered runner by the marker runs in this folder (Fukuchi 2017)."
        ),
    ] = None,
) -> None:
    """Measure the error on rendered runners whose truth is known.

    The whole matrix takes hours of processor time; what was rendered and tracked before is used again. It writes the
    page, the table and the uncertainties that the program prints.
    """
    from gaitcheck.pose.install import cache_dir, model_file

    if real is not None and not real.is_dir():
        raise UnusableInputError(f"There is no folder {real}: name the one that holds the real clips.")
    folder, model = work or cache_dir() / "validation", model_file()
    with progress() as tell:
        if mocap is not None:
            _mocap(mocap, folder, model, docs or Path("docs"), tell)
        elif quick:
            _quick(folder, model, jobs, docs or Path("out") / "validation", tell)
        else:
            _whole(folder, model, jobs, until, docs or Path("docs"), real, tell)


def _whole(
    work: Path,
    model: ModelFile,
    jobs: int,
    until: Stage,
    docs: Path,
    real: Path | None,
    tell: Callable[[str, float], None],
) -> None:
    from gaitcheck.validation.footage import footage_section
    from gaitcheck.validation.matrix import cases
    from gaitcheck.validation.mocap import stored_rows
    from gaitcheck.validation.page import write_pages
    from gaitcheck.validation.realism import realism_section
    from gaitcheck.validation.run import run
    from gaitcheck.validation.uncertainty import accuracy_rows, write_table

    every = cases()
    if until != "analyse":
        run(every, work, model, jobs=jobs, progress=tell, last=until)
        return
    tuning = [case for case in every if case.half == "tuning"]
    rendered = run(tuning, work, model, jobs=jobs, progress=tell).measures
    table = write_table(accuracy_rows([*rendered, *stored_rows()]))
    outcome = run(every, work, model, jobs=jobs, progress=tell)  # with the new uncertainties; nothing dear is repeated
    sections = [footage_section()]
    if real is not None:
        sections.append(realism_section(real, every, work, model, jobs=jobs, progress=tell))
    for file in (table, *write_pages(outcome, docs, sections)):
        print(file)


def _quick(work: Path, model: ModelFile, jobs: int, docs: Path, tell: Callable[[str, float], None]) -> None:
    from gaitcheck.validation.matrix import quick_cases
    from gaitcheck.validation.page import write_pages
    from gaitcheck.validation.quick import broken_bounds
    from gaitcheck.validation.run import run

    outcome = run(quick_cases(), work, model, jobs=jobs, progress=tell)
    for file in write_pages(outcome, docs):
        print(file)
    broken = broken_bounds(outcome)
    if broken:
        raise GaitCheckError(f"Some errors are larger than they may be: {'; '.join(broken)}.")


def _mocap(runs: Path, work: Path, model: ModelFile, docs: Path, tell: Callable[[str, float], None]) -> None:
    from gaitcheck.validation.mocap import run_mocap, write_mocap

    for file in write_mocap(*run_mocap(runs, work, model, tell), docs):
        print(file)
