"""Writes an export: all of its files, or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from gaitcheck.analyze import Analysis
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.report.exchange.c3d import write_c3d
from gaitcheck.report.exchange.markers import markers_of
from gaitcheck.report.exchange.opensim import write_mot, write_trc
from gaitcheck.report.exchange.tables import write_tables
from gaitcheck.report.reload import analysis_folders, load_analysis, names_of

ExportFormat = Literal["csv", "parquet", "trc", "mot", "c3d"]


def export(folders: Sequence[Path], form: ExportFormat, out_dir: Path) -> list[Path]:
    """Write analyses in a format of other programs.

    Parameters
    ----------
    folders : folders of analyses (or their analysis.json), or one that holds several.
    form : csv and parquet give the tables of all analyses together; trc, mot and c3d one file for each video.
    out_dir : made where it is missing; files of the same names are replaced.

    Returns
    -------
    The files written.

    Raises
    ------
    UnusableInputError
        A folder holds no analysis, or nothing can be exported from it.
    MissingComponentError
        The library for C3D is not installed, or the folder cannot be written.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise UnusableInputError(f"{out_dir} is a file; choose a folder for the export.")
    folders = analysis_folders(folders)
    analyses = dict(zip(names_of(folders), (load_analysis(folder) for folder in folders), strict=True))
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gaitcheck-part-", dir=out_dir) as part:
            files = _write(analyses, form, Path(part))
            return [Path(shutil.move(file, out_dir / file.name)) for file in files]
    except OSError as error:
        raise MissingComponentError(
            f"The export cannot be written to {out_dir} ({error.strerror or error}); "
            "choose a folder you may write to on a disk with room."
        ) from error


def _write(analyses: Mapping[str, Analysis], form: ExportFormat, folder: Path) -> list[Path]:
    if form in ("csv", "parquet"):
        return write_tables(analyses, folder, form)
    files = []
    for name, analysis in analyses.items():
        for number, video in enumerate(analysis.videos, start=1):
            file = folder / f"{name}_{number}_{Path(video.facts.file_name).stem}.{form}"
            if form == "mot":
                write_mot(video, file)
            elif form == "trc":
                write_trc(markers_of(video, analysis.settings), file)
            else:
                write_c3d(markers_of(video, analysis.settings), video, file)
            files.append(file)
    return files
