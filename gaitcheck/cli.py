"""The command `gaitcheck`: reads arguments, calls the rooms, prints. Heavy parts are loaded only when they are used."""

from __future__ import annotations

import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gaitcheck import __version__
from gaitcheck.commands.compare import compare
from gaitcheck.commands.export import export
from gaitcheck.commands.knowledge import knowledge_app
from gaitcheck.commands.options import (
    Age,
    AnalysisFps,
    Baseline,
    CaptureFps,
    HeightCm,
    Model,
    NoVideo,
    Pain,
    PainLevel,
    PastInjury,
    PatientName,
    Person,
    RollDeg,
    Sex,
    SpeedKmh,
    View,
    WarningSign,
    answers,
    settings_from,
)
from gaitcheck.commands.progress import progress
from gaitcheck.commands.reanalyze import reanalyze
from gaitcheck.commands.review_sheet import review_sheet
from gaitcheck.commands.validate import validate
from gaitcheck.cores import one_thread_for_algebra, usable_cores
from gaitcheck.errors import Cancelled, GaitCheckError, MissingComponentError, UnusableInputError
from gaitcheck.garbage import leave_the_garbage
from gaitcheck.native_logs import own_the_terminal

if TYPE_CHECKING:
    from gaitcheck.analyze import Analysis
    from gaitcheck.settings import Settings

app = typer.Typer(
    name="gaitcheck",
    help="True running-gait measures from a phone video of a treadmill run, each with its uncertainty.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="The pose models: list, install, where they lie.", rich_markup_mode=None)
synth_app = typer.Typer(help="Render synthetic runners whose true measures are known.", rich_markup_mode=None)
app.add_typer(models_app, name="models")
app.add_typer(synth_app, name="synth")
app.add_typer(knowledge_app, name="knowledge")
app.command()(compare)
app.command()(export)
app.command()(reanalyze)
app.command("review-sheet")(review_sheet)
app.command()(validate)

# The library that reads arguments keeps this base class private.
_UsageError: Any = typer.BadParameter.__mro__[1]
_STOPPED = 130
#: Share of the whole work that the analysis takes; the rest is writing the report with its annotated video.
_ANALYSIS_SHARE = 0.75
_SAMPLES = Path(__file__).parents[1] / "sample_videos"


@app.command()
def analyze(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO", help="Videos of one run, one for each view.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the result.")] = None,
    view: View = None,
    speed_kmh: SpeedKmh = None,
    height_cm: HeightCm = None,
    sex: Sex = None,
    age: Age = None,
    pain: Pain = None,
    pain_level: PainLevel = None,
    past_injury: PastInjury = None,
    warning_sign: WarningSign = None,
    person: Person = None,
    capture_fps: CaptureFps = None,
    analysis_fps: AnalysisFps = "auto",
    roll_deg: RollDeg = None,
    baseline: Baseline = None,
    patient_name: PatientName = None,
    model: Model = "full",
    no_video: NoVideo = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print analysis.json, and nothing else, to standard output.")
    ] = False,
) -> None:
    """Analyse one run: one video, or several views of it."""
    settings = settings_from(
        model=model,
        baseline=baseline,
        answers=answers(age=age, pain=pain, pain_level=pain_level, past_injury=past_injury, warning_sign=warning_sign),
        view=view,
        speed_kmh=speed_kmh,
        height_cm=height_cm,
        sex=sex,
        person=person,
        capture_fps=capture_fps,
        analysis_fps=analysis_fps,
        roll_deg=roll_deg,
        patient_name=patient_name,
    )
    if view is not None and len(videos) > 1:
        raise UnusableInputError(
            "--view: it would hold for all the videos; leave it out, each view is found by itself."
        )
    if out is None and not as_json:
        raise UnusableInputError("Say where the result shall go with --out DIR (or print it with --json).")
    if out is not None and out.exists() and not out.is_dir():
        raise UnusableInputError(f"{out} is a file: name a folder with --out.")
    if out is not None:
        _print_summary(_analyze_into(videos, out, settings, annotated_video=not no_video), out, as_json=as_json)
        return
    from gaitcheck.analyze import analyze as analyze_run
    from gaitcheck.report.document import document_json, to_document

    with progress() as tell:
        analysis = analyze_run(videos, settings, progress=tell)
    sys.stdout.write(document_json(to_document(analysis)))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path("out/demo"),
) -> None:
    """Analyse the sample clips that come with the source code."""
    settings = settings_from(model="full", baseline=None)
    clips = sorted(path for path in _SAMPLES.glob("[!.]*") if path.suffix in (".mp4", ".mov"))
    if not clips:
        raise UnusableInputError(
            "There are no sample videos: they come with the source code, in its folder sample_videos; "
            "or render some with `gaitcheck synth render`."
        )
    runs: dict[str, list[Path]] = {}
    for clip in clips:
        # the two views of one run are named pair_rear and pair_side
        runs.setdefault("pair" if clip.stem.startswith("pair_") else clip.stem, []).append(clip)
    for name, views in runs.items():
        print(" + ".join(view.name for view in views))
        _print_summary(_analyze_into(views, out / name, settings, annotated_video=True), out / name)
        print()


@app.command()
def batch(
    inputs: Annotated[list[str], typer.Argument(metavar="DIR|GLOB|FILE", help="Folders, patterns in quotes, files.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the results, one folder in it for each recording.")
    ],
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Recordings at a time; the number of cores if not given.")
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
    analysis_fps: AnalysisFps = "auto",
    roll_deg: RollDeg = None,
    model: Model = "full",
    no_video: NoVideo = False,
) -> None:
    """Analyse many recordings; run again, it does only what is missing."""
    settings = settings_from(
        model=model,
        baseline=None,
        answers=answers(age=age, pain=pain, pain_level=pain_level, past_injury=past_injury, warning_sign=warning_sign),
        view=view,
        speed_kmh=speed_kmh,
        height_cm=height_cm,
        sex=sex,
        capture_fps=capture_fps,
        analysis_fps=analysis_fps,
        roll_deg=roll_deg,
    )
    from gaitcheck.batch.events import BatchEvent
    from gaitcheck.batch.run import run_batch

    with progress() as tell:

        def on_event(event: BatchEvent) -> None:
            tell(f"{event.finished} of {event.total} finished; {event.recording}", event.batch_share)

        result = run_batch(
            inputs, out, settings, jobs=jobs or usable_cores(), annotated_video=not no_video, on_event=on_event
        )
    for failure in result.failures:
        print(f"{failure.file}: {failure.sentence}")
    print(result.sentence, f"Results are in {out}.")
    raise typer.Exit(result.exit_code)


@app.command()
def doctor() -> None:
    """Say what this machine lacks to run GaitCheck, and how to get it."""
    from gaitcheck.doctor import examine

    checkups = examine()
    for checkup in checkups:
        print(f"{'ok     ' if checkup.ok else 'MISSING'}  {checkup.name}: {checkup.words}")
        if checkup.advice:
            print(f"         {checkup.advice}")
    problems = sum(not checkup.ok for checkup in checkups)
    print("Everything needed is there." if not problems else f"{problems} to put right before GaitCheck can run.")
    raise typer.Exit(MissingComponentError.exit_code if problems else 0)


@models_app.command("list")
def models_list() -> None:
    """List the known pose models and which of them are installed."""
    from gaitcheck.pose.install import cached_path
    from gaitcheck.pose.manifest import known_models

    for entry in known_models().values():
        state = "installed" if cached_path(entry.name).is_file() else "not installed"
        size = f"{entry.size_bytes / 1e6:.1f} MB"
        print(f"{entry.name:6} {size:>8}  {state:13}  {entry.licence}  {entry.summary}")


@models_app.command("install")
def models_install(name: Annotated[str, typer.Argument(help="lite, full or heavy.")] = "full") -> None:
    """Fetch a pose model into the cache; nothing is fetched when it is there."""
    from gaitcheck.pose.install import install

    with progress() as tell:
        model = install(name, tell)
    print(f"{model.name}: {model.path} (SHA-256 {model.sha256})")


@models_app.command("path")
def models_path(name: Annotated[str, typer.Argument(help="lite, full or heavy.")] = "full") -> None:
    """Print where the model's file lies."""
    from gaitcheck.pose.install import model_file

    print(model_file(name).path)


@synth_app.command("list")
def synth_list() -> None:
    """List the specs that come with the program."""
    from gaitcheck.synthetic import list_specs

    for spec in list_specs():
        print(f"{spec.name:20} {spec.title}")


@synth_app.command("render")
def synth_render(
    spec: Annotated[Path, typer.Argument(metavar="SPEC", help="A spec file (TOML), or the name of a listed one.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the video, its truth and its spec.")],
) -> None:
    """Render a synthetic runner from a spec."""
    from gaitcheck.synthetic import render_spec

    with progress() as tell:
        files = render_spec(spec, out, progress=lambda share: tell(f"rendering {spec.stem}", share))
    for file in files:
        print(file)


def _analyze_into(videos: Sequence[Path], out: Path, settings: Settings, *, annotated_video: bool) -> Analysis:
    """Analyse one run and write its folder."""
    from gaitcheck.analyze import analyze as analyze_run

    with progress() as tell:
        analysis = analyze_run(videos, settings, progress=lambda stage, done: tell(stage, _ANALYSIS_SHARE * done))
        from gaitcheck.report.write import write_report  # loads SciPy, which is not needed until here

        write_report(
            analysis,
            out,
            annotated_video=annotated_video,
            progress=lambda stage, done: tell(stage, _ANALYSIS_SHARE + (1 - _ANALYSIS_SHARE) * done),
        )
    return analysis


def _print_summary(analysis: Analysis, out: Path, *, as_json: bool = False) -> None:
    """The findings in a few lines and where the files are; or the written analysis.json and nothing else."""
    if as_json:
        sys.stdout.write((out / "analysis.json").read_text("utf-8"))
        return
    from gaitcheck.findings.result import FINDINGS_FIRST
    from gaitcheck.report.words import with_unit

    assessment = analysis.assessment
    for flag in assessment.red_flags:
        print(f"! {flag.text}: {flag.advice}")
    print(assessment.summary)
    for finding in assessment.findings[:FINDINGS_FIRST]:
        number = f"{with_unit(finding.value, finding.unit)} ± {with_unit(finding.uncertainty, finding.unit)}"
        print(f"- {finding.title}: {number} (usual: {finding.usual})")
    worth = [hint for hint in assessment.muscles if hint.status == "worth_testing"]
    if worth:
        named = (f"{hint.name}, {hint.side}" if hint.side else hint.name for hint in worth)
        print(f"Worth testing: {'; '.join(named)}.")
    withheld = {measure.id for measure in analysis.measures if measure.status == "not_measurable"}
    withheld -= {measure.id for measure in analysis.measures if measure.status != "not_measurable"}
    if withheld:
        print(f"Not measurable from {_these_videos(analysis)}: {len(withheld)} measures; the report gives each reason.")
    for video in analysis.videos:
        for check in video.gait.quality.checks:
            if check.ok is False:
                print(f"{video.path.name}: {check.message} {check.advice or ''}".rstrip())
    print(f"Report: {out / 'report.html'}")


def _these_videos(analysis: Analysis) -> str:
    return "this video" if len(analysis.videos) == 1 else "these videos"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"gaitcheck {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; every error a person causes is one sentence on standard error."""
    own_the_terminal()
    leave_the_garbage()
    one_thread_for_algebra()
    # Being asked to end is like Ctrl-C: temporary files are removed on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = int(app(given or ["--help"], prog_name="gaitcheck", standalone_mode=False) or 0)
        if code == _STOPPED:
            raise KeyboardInterrupt
        return code
    except KeyboardInterrupt:
        return _say(Cancelled("Stopped; nothing half-done was left behind."))
    except GaitCheckError as error:
        return _say(error)
    except _UsageError as error:
        sentence = " ".join(error.format_message().replace("Value error, ", "").split())
        return _say(UnusableInputError(f"{sentence} See `gaitcheck --help`."))
    except BrokenPipeError:
        return 1
    except ImportError as error:
        if ".so" in str(error) or "DLL" in str(error):
            return _say(MissingComponentError(f"A system library is missing ({error}): run `gaitcheck doctor`."))
        return _say_fault(error)
    except Exception as error:
        return _say_fault(error)


def _say(error: GaitCheckError) -> int:
    print(f"gaitcheck: {error}", file=sys.stderr)
    return error.exit_code


def _say_fault(error: Exception) -> int:
    """A fault of the program: one sentence for the person, the traceback in a file for whoever mends it."""
    with tempfile.NamedTemporaryFile("w", prefix="gaitcheck-fault-", suffix=".txt", delete=False) as file:
        traceback.print_exception(error, file=file)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return _say(GaitCheckError(f"This is a fault of the program, not of your video ({what}); details: {file.name}"))


if __name__ == "__main__":
    sys.exit(main())
