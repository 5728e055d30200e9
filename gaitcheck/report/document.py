"""analysis.json: the saved form of an analysis, for people's own programs, the dashboard and batches.

The structure is frozen dataclasses; `docs/analysis.schema.json` is generated from them. Everything outside
`provenance.times` depends only on the video files, the settings, the model and the program: the same input gives the
same document to the last digit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from gaitcheck import __version__
from gaitcheck.analyze import Analysis, ModelUsed, VideoAnalysis
from gaitcheck.errors import UnusableInputError
from gaitcheck.findings.result import Finding, KnowledgeUsed, MuscleHint, RedFlag
from gaitcheck.gait.result import Baseline, Check, Direction, Measure, Quality, Side
from gaitcheck.settings import Settings, View
from gaitcheck.track import PelvisSource, PelvisTrack
from gaitcheck.video.facts import VideoFacts

SCHEMA_VERSION: Literal["1.0"] = "1.0"

#: Libraries whose version can change a number.
NUMERIC_LIBRARIES = ("av", "mediapipe", "numpy", "opencv-python", "scipy")

Event = Literal["initial_contact", "midstance", "toe_off"]


@dataclass(frozen=True)
class Still:
    """One picture of one event, with the measure that is drawn in it.

    `file` is relative to the folder of analysis.json; `time_s` is the place in the video as it plays. `value` is the
    drawn step's own value, None where the measure is withheld (then only the event is shown).
    """

    file: str
    video: int
    side: Side
    event: Event
    time_s: float
    measure_id: str | None
    value: float | None
    unit: str | None


@dataclass(frozen=True)
class VideoOutputs:
    """Files written for one video, relative to the folder of analysis.json."""

    annotated_video: str | None = None
    stills: tuple[Still, ...] = ()


@dataclass(frozen=True)
class PelvisRecord:
    """The pelvis line of one video (see `gaitcheck.track.PelvisTrack`); its frames are in landmarks.parquet.

    `seen_share` is the share of the frames (0..1) that show it, `zero_deg` None where only its swing is known, and
    `reason` says why there is none where `source` is "none".
    """

    source: PelvisSource
    absolute: bool
    seen_share: float
    zero_deg: float | None
    swing_deg: float | None
    reason: str | None


@dataclass(frozen=True)
class VideoRecord:
    """One video of the run. `number` counts from 1 and is how quality, stills and tables name the video.

    Real seconds = seconds of the video as it plays * `seconds_per_video_second`; where `time_is_real` is False the
    video is suspected to be slow motion and no timing is reported. `history` says what was done to the track.
    `pelvis_line` is None where the pictures were not looked at for it. `every` is 1 where every frame of the file was
    looked at, 2 where every second one was, and so on.
    """

    number: int
    file_name: str
    sha256: str
    facts: VideoFacts
    view: View | None
    view_source: Literal["found", "given", "unknown"]
    direction: Direction | None
    baseline: Baseline | None
    seconds_per_video_second: float
    time_is_real: bool
    persons_seen: int
    steps: int
    history: tuple[str, ...]
    pelvis_line: PelvisRecord | None
    outputs: VideoOutputs
    every: int = 1


@dataclass(frozen=True)
class QualityRecord(Quality):
    """How far one video can be trusted."""

    video: int


@dataclass(frozen=True)
class RunTimes:
    """The only part that differs between two runs on the same input."""

    written_at: str


@dataclass(frozen=True)
class Provenance:
    """What made the result: enough to repeat it. Of a model file only the name is kept, not its folder."""

    program: str
    version: str
    model: ModelUsed
    libraries: dict[str, str]
    settings: Settings
    times: RunTimes


@dataclass(frozen=True)
class Files:
    """Files beside analysis.json that hold for all videos; None where not written."""

    report: str | None = None
    report_pdf: str | None = None
    landmarks: str | None = None
    steps: str | None = None


@dataclass(frozen=True)
class Document:
    """The whole of analysis.json. `findings` are ranked: the first three are the ones to show first.

    `red_flags` stand before everything else; while there is one, no muscle hint carries exercises, and
    `exercises_note` says so.
    """

    schema_version: Literal["1.0"]
    provenance: Provenance
    files: Files
    videos: tuple[VideoRecord, ...]
    quality: tuple[QualityRecord, ...]
    measures: tuple[Measure, ...]
    summary: str
    looked_at: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    findings: tuple[Finding, ...]
    muscles: tuple[MuscleHint, ...]
    red_flags: tuple[RedFlag, ...]
    exercises_note: str
    answers_used: tuple[str, ...]
    knowledge: KnowledgeUsed | None


def to_document(
    analysis: Analysis,
    *,
    outputs: Sequence[VideoOutputs] | None = None,
    files: Files | None = None,
    written_at: datetime | None = None,
) -> Document:
    """The saved form of an analysis.

    Parameters
    ----------
    analysis : the analysis.
    outputs : what was written for each video, in the order of `analysis.videos`; None: nothing was.
    files : what was written for all videos together; None: nothing was.
    written_at : time of writing; None: now.
    """
    per_video = outputs if outputs is not None else [VideoOutputs()] * len(analysis.videos)
    assessment = analysis.assessment
    return Document(
        schema_version=SCHEMA_VERSION,
        provenance=_provenance(analysis, written_at or datetime.now(UTC)),
        files=files or Files(),
        videos=tuple(
            _video_record(i, v, out) for i, (v, out) in enumerate(zip(analysis.videos, per_video, strict=True), start=1)
        ),
        quality=tuple(_quality_record(i, v.gait.quality) for i, v in enumerate(analysis.videos, start=1)),
        measures=tuple(_finite_measure(m) for m in analysis.measures),
        summary=assessment.summary,
        looked_at=assessment.looked_at,
        not_looked_at=assessment.not_looked_at,
        findings=assessment.findings,
        muscles=assessment.muscles,
        red_flags=assessment.red_flags,
        exercises_note=assessment.exercises_note,
        answers_used=assessment.answers_used,
        knowledge=assessment.knowledge,
    )


def document_json(document: Document) -> str:
    """The text of analysis.json.

    Raises
    ------
    ValueError
        If a number is not finite: such a number is a fault of the program, never a result.
    """
    return json.dumps(as_jsonable(document), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def as_jsonable(document: Document) -> dict[str, Any]:
    """The document as plain dicts, lists, strings and numbers."""
    plain: dict[str, Any] = _adapter().dump_python(document, mode="json")
    return plain


def read_document(path: Path) -> Document:
    """Read an analysis.json (or the one in a folder).

    Raises
    ------
    UnusableInputError
        If there is none, or it is not one of this program's, or of another version of its structure.
    """
    if not path.exists():
        raise UnusableInputError(f"There is no {path}: check the name.")
    file = path / "analysis.json" if path.is_dir() else path
    if not file.exists():
        raise UnusableInputError(f"{path} holds no analysis.json: name a folder that `gaitcheck analyze --out` wrote.")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInputError(f"{file} cannot be read; run the analysis of this recording again.") from error
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise UnusableInputError(
            f"{file} is not an analysis of this version of GaitCheck; run the analysis of this recording again."
        ) from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of analysis.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_adapter().json_schema(mode="serialization"),
        "title": "GaitCheck analysis.json",
    }


@cache
def _adapter() -> TypeAdapter[Document]:
    return TypeAdapter(Document)


def _provenance(analysis: Analysis, written_at: datetime) -> Provenance:
    settings = analysis.settings
    if settings.model_path is not None:
        settings = settings.model_copy(update={"model_path": Path(settings.model_path.name)})
    return Provenance(
        program="gaitcheck",
        version=__version__,
        model=analysis.model,
        libraries={name: _library_version(name) for name in NUMERIC_LIBRARIES},
        settings=settings,
        times=RunTimes(written_at=written_at.astimezone(UTC).isoformat(timespec="seconds")),
    )


def _library_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _video_record(number: int, video: VideoAnalysis, outputs: VideoOutputs) -> VideoRecord:
    gait = video.gait
    return VideoRecord(
        number=number,
        file_name=video.facts.file_name,
        sha256=video.sha256,
        facts=video.facts,
        view=gait.view,
        view_source=gait.view_source,
        direction=gait.direction,
        baseline=gait.baseline,
        seconds_per_video_second=video.seconds_per_video_second,
        time_is_real=gait.time_is_real,
        persons_seen=video.runner.persons_seen,
        steps=len(gait.steps),
        history=gait.track.history,
        pelvis_line=_pelvis_record(video.runner.pelvis),
        outputs=outputs,
        every=video.runner.every,
    )


def _pelvis_record(pelvis: PelvisTrack | None) -> PelvisRecord | None:
    if pelvis is None:
        return None
    return PelvisRecord(
        source=pelvis.source,
        absolute=pelvis.absolute,
        seen_share=float(pelvis.seen.mean()) if len(pelvis) else 0.0,
        zero_deg=_finite(pelvis.zero_deg),
        swing_deg=_finite(pelvis.swing_deg),
        reason=pelvis.reason,
    )


def _quality_record(number: int, quality: Quality) -> QualityRecord:
    return QualityRecord(
        frames=quality.frames,
        frames_with_runner=quality.frames_with_runner,
        frames_filled=quality.frames_filled,
        swaps_repaired=quality.swaps_repaired,
        steps_found=quality.steps_found,
        steps_dropped=quality.steps_dropped,
        checks=tuple(_finite_check(c) for c in quality.checks),
        video=number,
    )


def _finite_check(check: Check) -> Check:
    return replace(check, value=_finite(check.value))


def _finite_measure(measure: Measure) -> Measure:
    """SD and uncertainty of a single step do not exist: null, not NaN. A mean must be a number or withheld."""
    return replace(
        measure,
        sd=_finite(measure.sd),
        uncertainty=_finite(measure.uncertainty),
        from_standing=_finite(measure.from_standing),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
