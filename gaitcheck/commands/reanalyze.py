"""`gaitcheck reanalyze`: written analyses measured again with other settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gaitcheck.commands.options import (
    Age,
    Baseline,
    CaptureFps,
    HeightCm,
    Pain,
    PainLevel,
    PastInjury,
    PatientName,
    RollDeg,
    Sex,
    SpeedKmh,
    View,
    WarningSign,
    answers,
    changed_settings,
)
from gaitcheck.commands.progress import progress
from gaitcheck.errors import UnusableInputError


def reanalyze(
    analyses: Annotated[list[Path], typer.Argument(metavar="ANALYSIS", help="Folders of analyses; or one with all.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the results; without it each takes the place of the former one, which is kept in its "
            "folder `former`.",
        ),
    ] = None,
    view: View = None,
    speed_kmh: SpeedKmh = None,
    height_cm: HeightCm = None,
    sex: Sex = None,
    age: Age = None,
    pain: Pain = None,
    pain_level: PainLevel = None,
    past_injury: PastInjury = None,
    warning_sign: WarningSign = None,
    capture_fps: CaptureFps = None,
    roll_deg: RollDeg = None,
    baseline: Baseline = None,
    patient_name: PatientName = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the saved settings; only the options given here count.")
    ] = False,
    video: Annotated[
        list[Path] | None,
        typer.Option(metavar="VIDEO", help="The video of the analysis, to draw the pictures again; may be repeated."),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write only analysis.json and the tables.")] = False,
) -> None:
    """Measure written analyses again with other settings, without the pose model and without the video."""
    from gaitcheck.report.document import read_document
    from gaitcheck.report.reanalyze import reanalyze as measure_again
    from gaitcheck.report.reload import analysis_folders, names_of
    from gaitcheck.settings import Settings

    folders = analysis_folders(analyses)
    if video and len(folders) > 1:
        raise UnusableInputError("--video: name one analysis; the pictures are drawn for one at a time.")
    answered = answers(age=age, pain=pain, pain_level=pain_level, past_injury=past_injury, warning_sign=warning_sign)
    documents = [read_document(folder) for folder in folders]  # a slip is told before the first result is changed
    for folder, document in zip(folders, documents, strict=True):
        if view is not None and len(document.videos) > 1:
            raise UnusableInputError(f"--view: {folder} has several videos; each view is found by itself.")
    with progress() as tell:
        for number, (folder, name) in enumerate(zip(folders, names_of(folders), strict=True)):

            def tell_share(stage: str, share: float, number: int = number) -> None:
                tell(stage, (number + share) / len(folders))

            done = measure_again(
                folder,
                changed_settings(
                    Settings() if fresh else documents[number].provenance.settings,
                    baseline=baseline,
                    answers=answered,
                    view=view,
                    speed_kmh=speed_kmh,
                    height_cm=height_cm,
                    sex=sex,
                    capture_fps=capture_fps,
                    roll_deg=roll_deg,
                    patient_name=patient_name,
                ),
                out_dir=out / name if out is not None and len(folders) > 1 else out,
                videos=video or (),
                report=not no_report,
                progress=tell_share,
            )
            print(f"{done.folder}: {done.analysis.assessment.summary}")
            if done.pictures == "left_out":
                print(
                    "The pictures showed the former numbers and were left out; "
                    "name the video with --video to have them drawn again."
                )
