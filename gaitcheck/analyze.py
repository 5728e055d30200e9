"""The whole way of an analysis: video -> pose track -> gait -> findings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings.result import Assessment
from gaitcheck.gait.result import Check, GaitResult, Measure
from gaitcheck.meanwhile import loading_meanwhile
from gaitcheck.settings import Settings
from gaitcheck.track import PoseTrack, RunnerTrack
from gaitcheck.video.facts import VideoFacts

#: Cadences of one run at one speed differ by less than this share from one video to the next.
SAME_RUN_SHARE = 0.04

#: Called with a stage in words and the share of the whole work done (0..1).
Progress = Callable[[str, float], None]

#: What is needed once the runner has been followed, and takes long to load.
_NEEDED_AFTERWARDS = ("gaitcheck.gait.pipeline",)


@dataclass(frozen=True)
class TrackedVideo:
    """One video of the run after the long work: the file, its facts, and what the pose room found in it."""

    path: Path
    sha256: str
    facts: VideoFacts
    runner: RunnerTrack


@dataclass(frozen=True)
class VideoAnalysis:
    """One video of the run: the file, the facts, what the pose room found, and what the gait room made of it.

    `seconds_per_video_second` is real time over presented time: 1 for a plain video, 0.25 for 120 fps played at 30.
    """

    path: Path
    sha256: str
    facts: VideoFacts
    runner: RunnerTrack
    gait: GaitResult
    seconds_per_video_second: float

    @property
    def raw_track(self) -> PoseTrack:
        """The track as the pose model found it, in presentation time."""
        return self.runner.track


@dataclass(frozen=True)
class ModelUsed:
    """The pose model that found the joints."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Analysis:
    """One run seen in one or several videos. `measures` holds the best view's value of each measure and side."""

    settings: Settings
    model: ModelUsed
    videos: tuple[VideoAnalysis, ...]
    measures: tuple[Measure, ...]
    assessment: Assessment


def analyze(paths: Sequence[Path], settings: Settings, *, progress: Progress | None = None) -> Analysis:
    """Analyse one run.

    Parameters
    ----------
    paths : videos of the same run, one for each view.
    settings : what the person chose.
    progress : told the stage and the share done; may raise `Cancelled` to stop.

    Raises
    ------
    UnusableInputError
        A video cannot be read, or ends before the standing baseline begins, or a clinic's own rows are faulty.
    ModelError
        The pose model is not installed; it is never fetched from here.
    """
    from gaitcheck.findings.load import knowledge
    from gaitcheck.pose.install import model_file
    from gaitcheck.pose.landmarker import track_runner
    from gaitcheck.video.probe import probe
    from gaitcheck.video.sampling import every_nth

    if not paths:
        raise UnusableInputError("No video was given; name at least one video file.")
    tell = progress or (lambda stage, share: None)
    knowledge()  # a slip in a clinic's own rows is told before the long work, not after it
    facts = [probe(path) for path in paths]  # every file is looked at before the long work on the first begins
    _refuse_baseline_beyond_the_end(facts, settings)
    model = model_file(settings.model, settings.model_path)
    tracked = []
    for number, path in enumerate(paths):
        name = f"Finding the joints in {path.name}"

        def tell_share(share: float, number: int = number, name: str = name) -> None:
            tell(name, (number + share) / len(paths))

        every = every_nth(facts[number], settings.capture_fps, settings.analysis_fps)
        tell_and_load = loading_meanwhile(tell_share, _NEEDED_AFTERWARDS)
        runner = track_runner(path, model, person=settings.person, every=every, progress=tell_and_load)
        tracked.append(TrackedVideo(path, file_sha256(path), facts[number], runner))
    return conclude(tracked, ModelUsed(model.name, model.sha256), settings)


def conclude(tracked: Sequence[TrackedVideo], model: ModelUsed, settings: Settings) -> Analysis:
    """Measure tracked videos of one run and say what stands out; needs neither the videos nor the pose model."""
    from gaitcheck.findings import assess

    videos = [_measure_video(one, settings) for one in tracked]
    videos = [replace(v, gait=_with_checks(v.gait, same_run_checks(v, videos))) for v in videos]
    measures = best_measures([video.gait for video in videos])
    return Analysis(
        settings=settings,
        model=model,
        videos=tuple(videos),
        measures=measures,
        assessment=assess(measures, sex=settings.sex, speed_kmh=settings.speed_kmh, answers=settings.answers),
    )


def _measure_video(tracked: TrackedVideo, settings: Settings) -> VideoAnalysis:
    from gaitcheck.gait.model_bias import trunk_drawn, without_model_bias
    from gaitcheck.gait.pipeline import measure_gait
    from gaitcheck.gait.view import seen_from
    from gaitcheck.video.probe import seconds_per_video_second

    facts, runner = tracked.facts, tracked.runner
    scale = seconds_per_video_second(facts, settings.capture_fps)
    view = settings.view or seen_from(runner.track)
    gait = measure_gait(
        without_model_bias(runner.track, view),
        settings,
        seconds_per_video_second=scale,
        camera_roll=runner.roll,
        pelvis=runner.pelvis,
        every=runner.every,
        trunk_drawn=trunk_drawn(view),
    )
    return VideoAnalysis(
        path=tracked.path,
        sha256=tracked.sha256,
        facts=facts,
        runner=runner,
        gait=_with_checks(gait, _video_checks(facts, runner, settings.person)),
        seconds_per_video_second=scale or 1.0,
    )


def best_measures(views: Sequence[GaitResult]) -> tuple[Measure, ...]:
    """The best view's value of each measure and side.

    A measured value comes before a borderline one and that before a withheld one; among equals the smaller uncertainty,
    then the view that suits the measure best, then the order of the videos.
    """
    from gaitcheck.gait.measures import REGISTRY

    status_rank = {"measured": 0, "borderline": 1, "not_measurable": 2}

    def rank(candidate: tuple[GaitResult, Measure]) -> tuple[int, float, int]:
        view, measure = candidate
        suited = REGISTRY[measure.id].views
        fit = suited.index(view.view) if view.view in suited else len(suited)
        return status_rank[measure.status], measure.uncertainty or 0.0, fit

    rows = zip(*(view.measures for view in views), strict=True)  # every view lists all measures in one order
    return tuple(min(zip(views, row, strict=True), key=rank)[1] for row in rows)


def same_run_checks(video: VideoAnalysis, videos: Sequence[VideoAnalysis]) -> tuple[Check, ...]:
    """Whether the video has the rhythm of the others; nothing for a single video or one whose cadence is withheld."""
    own = _cadence(video.gait)
    others = [(other, _cadence(other.gait)) for other in videos if other is not video]
    known = [(other, cadence) for other, cadence in others if cadence is not None]
    if own is None or not known:
        return ()
    other, cadence = max(known, key=lambda one: abs(one[1] - own))
    if abs(cadence - own) <= SAME_RUN_SHARE * own:
        return (Check("same_run", True, "The videos show the same rhythm."),)
    message = (
        f"Here the steps come at {own:.0f} a minute, in {other.facts.file_name} at {cadence:.0f}: not the same run?"
    )
    return (Check("same_run", False, message, "Analyse videos of different runs or speeds one by one."),)


def _cadence(gait: GaitResult) -> float | None:
    return next(measure.mean for measure in gait.measures if measure.id == "cadence")


def _refuse_baseline_beyond_the_end(facts: Sequence[VideoFacts], settings: Settings) -> None:
    for one in facts:
        if settings.baseline_s is not None and settings.baseline_s[0] >= one.duration_s:
            raise UnusableInputError(
                f"The baseline begins at {settings.baseline_s[0]:g} s, but {one.file_name} lasts "
                f"{one.duration_s:.1f} s: give seconds of the video in which the runner stands still."
            )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _video_checks(facts: VideoFacts, runner: RunnerTrack, person: int | None) -> tuple[Check, ...]:
    """What the file and the people in it say about how far the analysis can be trusted."""
    followed = "the one who runs in place was" if person is None else f"person {person} from the picture's left was"
    checks = [
        Check(
            "single_person",
            runner.persons_seen <= 1,
            "One person was seen."
            if runner.persons_seen <= 1
            else f"Up to {runner.persons_seen} people were seen together; {followed} followed.",
            None if runner.persons_seen <= 1 else "Film with nobody else in sight, or choose the person yourself.",
            float(runner.persons_seen),
            "people",
        )
    ]
    if facts.variable_frame_rate:
        checks.append(
            Check("steady_frames", None, "The frame rate varies; each frame's own time was used, so no harm is done.")
        )
    if runner.damaged is not None:
        checks.append(Check("whole_file", False, runner.damaged, "Copy the file from the phone again."))
    return tuple(checks)


def _with_checks(gait: GaitResult, more: tuple[Check, ...]) -> GaitResult:
    return replace(gait, quality=replace(gait.quality, checks=(*gait.quality.checks, *more)))
