"""Run the matrix: render what is missing, find the joints where they are not yet known, analyse, compare.

The steps are apart, so that each can be repeated alone: rendering is dear, finding the joints less so, and the
analysis, which is done every time, is cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gaitcheck.validation.clips import rendered, tracked
from gaitcheck.validation.compare import EventRow, Labels, MeasureRow, event_rows, measure_rows
from gaitcheck.validation.matrix import Case
from gaitcheck.validation.patterns import FindingRow, finding_row

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile
    from gaitcheck.synthetic.truth import Truth

Progress = Callable[[str, float], None]
#: The steps in turn; a run can end after any of them.
Stage = Literal["render", "track", "analyse"]


@dataclass(frozen=True)
class Outcome:
    """What runs gave."""

    measures: list[MeasureRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)

    @classmethod
    def of(cls, parts: Iterable[Outcome]) -> Outcome:
        """All of them together."""
        every = list(parts)
        return cls(
            [row for one in every for row in one.measures],
            [row for one in every for row in one.events],
            [row for one in every for row in one.findings],
        )


def run(
    cases: Sequence[Case],
    work: Path,
    model: ModelFile,
    *,
    jobs: int,
    progress: Progress,
    last: Stage = "analyse",
) -> Outcome:
    """All runs, `jobs` at a time, in the order of the cases; empty where it ends before the analysis."""
    work.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(run_case, case, work, model, last) for case in cases]
        done = []
        try:
            for number, (case, one) in enumerate(zip(cases, waiting, strict=True)):
                progress(f"Validating {case.name}", number / len(cases))
                done.append(one.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Outcome.of(done)


def run_case(case: Case, work: Path, model: ModelFile, last: Stage = "analyse") -> Outcome:
    """One run, the clip and its track from the disk where they are there."""
    video = rendered(case, work)
    if last == "analyse":
        return compared(case, video, work, model)
    if last == "track":
        tracked(video, work, model)
    return Outcome()


def compared(case: Case, video: Path, work: Path, model: ModelFile, truth: Truth | None = None) -> Outcome:
    """Analyse a clip as the program does and compare with the truth; nothing is told but the case's settings.

    `truth` where it is not that of the case's spec.
    """
    from gaitcheck.analyze import ModelUsed, TrackedVideo, conclude
    from gaitcheck.synthetic.truth import true_of
    from gaitcheck.video.probe import probe

    runner = tracked(video, work, model)
    analysis = conclude(
        [TrackedVideo(video, "", probe(video), runner)], ModelUsed(model.name, model.sha256), case.settings
    )
    gait, truth = analysis.videos[0].gait, truth or true_of(case.spec)
    labels = Labels(
        case=case.name,
        half=case.half,
        view=case.view,
        body=case.body,
        clothes=case.clothes,
        condition=case.condition,
        fps=case.spec.clip.capture_fps,
        evidence=runner.pelvis.source if runner.pelvis is not None and runner.pelvis.source != "none" else None,
    )
    finding = finding_row(labels, case.pattern, analysis.measures, analysis.assessment)
    return Outcome(
        measure_rows(labels, analysis.measures, truth, gait),
        event_rows(labels, gait, truth),
        [finding] if finding is not None else [],
    )
