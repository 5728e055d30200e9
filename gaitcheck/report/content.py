"""What the report says, in words and pictures, once: report.html and report.pdf only lay it out.

Three parts of a page each (for the runner, for the physiotherapist, method and limits) and an appendix with whatever is
too long for them. `compose.py` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gaitcheck.report.charts import Chart


@dataclass(frozen=True)
class FindingWords:
    """One finding. `value`, how it was `judged`, and `contrary` are for the physiotherapist."""

    title: str
    text: str
    band: str
    value: str
    judged: str
    contrary: str


@dataclass(frozen=True)
class ExerciseWords:
    """One exercise. `whose` names the muscle group it is for."""

    name: str
    whose: str
    kind: str
    dose: str
    purpose: str
    progression: str
    stop_when: str
    origin: str
    contrary: str


@dataclass(frozen=True)
class Pair:
    """A heading (or a picture) and its words."""

    head: str
    text: str


@dataclass(frozen=True)
class RunnerPart:
    """Page one: what stands out, in plain words, where in the body, and what to do next."""

    red_flags_title: str
    red_flags: tuple[Pair, ...]
    headline: str
    looked_at: str
    findings: tuple[FindingWords, ...]
    further: int
    cautions: tuple[str, ...]
    body_title: str
    bodies: tuple[Pair, ...]
    legend: tuple[Pair, ...]
    muscles_note: str
    to_test: tuple[Pair, ...]
    exercises_note: str
    exercises: tuple[ExerciseWords, ...]
    at_last: str
    clinician_title: str
    clinician_text: str
    clinician_flags: tuple[str, ...]
    intended_use: str


@dataclass(frozen=True)
class ValueWords:
    """A measure's value of one side ("left", "right"), or of the whole body ("both").

    `note` holds the numbers of its sentences in the part on method.
    """

    side: str
    value: str
    from_standing: str
    sd: str
    steps: str
    status: str
    status_words: str
    note: str


@dataclass(frozen=True)
class MeasureRow:
    """One line of the table of measures: its value of each side that has one, and what both sides share.

    `alike` is whether all values have the same status and notes.
    """

    name: str
    values: tuple[ValueWords, ...]
    usual: str
    seen_from: str
    alike: bool


@dataclass(frozen=True)
class StillPicture:
    """A still; the layouts read the file in the folder of the result."""

    file: str
    words: str


@dataclass(frozen=True)
class HintWords:
    """One muscle group that is worth testing."""

    name: str
    text: str
    facts: tuple[Pair, ...]
    exercises: tuple[ExerciseWords, ...]


@dataclass(frozen=True)
class OtherMuscle:
    """A muscle group to which nothing points."""

    name: str
    grade: str
    text: str
    facts: tuple[Pair, ...]


@dataclass(frozen=True)
class PhysioPart:
    """Page two: all measures, the most telling stills, every angle over the gait cycle."""

    measures: tuple[MeasureRow, ...]
    stills: tuple[StillPicture, ...]
    curves: tuple[Chart, ...]


@dataclass(frozen=True)
class CheckWords:
    """One check of a video."""

    state: str
    state_words: str
    message: str
    advice: str


@dataclass(frozen=True)
class VideoWords:
    """How far one video can be trusted, and what it is."""

    name: str
    checks: tuple[CheckWords, ...]
    counts: str
    file: str
    sha256: str


@dataclass(frozen=True)
class MethodPart:
    """Page three: checks of the camera, what was withheld and why, method, evidence, version, hashes.

    `measure_notes` are the numbered sentences of the table of measures.
    """

    videos: tuple[VideoWords, ...]
    measure_notes: tuple[str, ...]
    withheld: tuple[Pair, ...]
    paragraphs: tuple[str, ...]
    answers_used: tuple[str, ...]
    made_by: tuple[str, ...]


@dataclass(frozen=True)
class Appendix:
    """What is looked up: findings with what speaks against them, muscle groups, exercises, every still and step."""

    findings: tuple[FindingWords, ...]
    hints: tuple[HintWords, ...]
    others: tuple[OtherMuscle, ...]
    grades: str
    stills: tuple[StillPicture, ...]
    annotated_videos: tuple[str, ...]
    steps: tuple[Chart, ...]
    definitions: tuple[Pair, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """The whole report."""

    patient: str
    date: datetime
    date_words: str
    facts: tuple[str, ...]
    files: tuple[str, ...]
    runner: RunnerPart
    physio: PhysioPart
    method: MethodPart
    appendix: Appendix


def still_jpeg(folder: Path, still: StillPicture, height_px: int, quality: int = 82) -> bytes:
    """A still made smaller, as JPEG.

    Raises
    ------
    FileNotFoundError
        The still was not written.
    """
    import cv2

    picture = cv2.imread(str(folder / still.file))
    if picture is None:
        raise FileNotFoundError(f"{still.file} was not written")
    scale = min(1.0, height_px / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())
