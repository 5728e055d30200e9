"""report.html: one file that holds everything it shows, for screen, phone and A4 paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import cv2
from jinja2 import Environment, PackageLoader, StrictUndefined

from gaitcheck.analyze import Analysis
from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import Finding, MuscleHint
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import Measure
from gaitcheck.report.charts import HEIGHT, WIDTH, charts_of
from gaitcheck.report.document import Document, Still
from gaitcheck.report.words import (
    ANGLE_WORDS,
    EVENT_WORDS,
    STATUS_WORDS,
    VIEW_SHORT,
    VIEW_WORDS,
    measure_name,
    plain_number,
    value_words,
    with_unit,
)

FINDINGS_FIRST = 3
_STILL_HEIGHT_PX = 520

GRADE_WORDS = {
    "A": "several studies",
    "B": "some studies",
    "C": "little evidence, or practice only",
    "D": "does not foretell",
    "X": "not usable from video",
}
MUSCLE_STATUS_WORDS = {
    "worth_testing": "worth testing",
    "nothing_seen": "nothing seen",
    "not_looked_at": "not looked at",
    "not_visible": "not visible on video",
}
BAND_WORDS = {"watch": "worth watching", "marked": "marked"}


@dataclass(frozen=True)
class Picture:
    """A still as the page shows it."""

    still: Still
    data_uri: str
    words: str


def render_page(document: Document, analysis: Analysis, folder: Path) -> str:
    """The page as text.

    Parameters
    ----------
    document : the analysis as saved.
    analysis : the analysis itself, for the values of single steps.
    folder : where the stills of the document lie.
    """
    environment = Environment(
        loader=PackageLoader("gaitcheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        measure_name=measure_name, value_words=value_words, with_unit=with_unit, plain=plain_number
    )
    known = knowledge()
    return environment.get_template("report.html.j2").render(
        document=document,
        written_on=datetime.fromisoformat(document.provenance.times.written_at).strftime("%d %B %Y").lstrip("0"),
        first=document.findings[:FINDINGS_FIRST],
        further=document.findings[FINDINGS_FIRST:],
        failed_checks=list({c.message: c for q in document.quality for c in q.checks if c.ok is False}.values()),
        measures=_valued(document.measures),
        withheld=_withheld(document.measures),
        muscles=_by_weight(document.muscles),
        pictures=[_picture(still, folder) for video in document.videos for still in video.outputs.stills],
        charts=charts_of(analysis),
        chart_size=(WIDTH, HEIGHT),
        definitions=[REGISTRY[i] for i in dict.fromkeys(m.id for m in document.measures) if i in REGISTRY],
        notice=known.texts.notice,
        sources=_sources(document.findings, document.muscles),
        status_words=STATUS_WORDS,
        view_words=VIEW_WORDS,
        view_short=VIEW_SHORT,
        grade_words=GRADE_WORDS,
        muscle_status_words=MUSCLE_STATUS_WORDS,
        band_words=BAND_WORDS,
    )


def _valued(measures: Sequence[Measure]) -> list[Measure]:
    """Measures with a number, both sides of a measure together."""
    order = list(dict.fromkeys(m.id for m in measures))
    return sorted((m for m in measures if m.mean is not None), key=lambda m: (order.index(m.id), m.side or ""))


def _withheld(measures: Sequence[Measure]) -> dict[str, list[str]]:
    """Names of the measures without a number, by reason; a side is named where the other side has another fate."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for m in measures:
        if m.mean is None:
            by_reason.setdefault(m.reason or "No reason was given.", {}).setdefault(m.id, []).append(m.side or "")
    return {
        reason: [
            measure_name(i) + (f" ({sides[0]})" if len(sides) == 1 and sides[0] else "") for i, sides in ids.items()
        ]
        for reason, ids in by_reason.items()
    }


def _by_weight(muscles: Sequence[MuscleHint]) -> list[MuscleHint]:
    order = list(MUSCLE_STATUS_WORDS)
    return sorted(muscles, key=lambda hint: (order.index(hint.status), -hint.score))


def _sources(findings: Sequence[Finding], muscles: Sequence[MuscleHint]) -> list[str]:
    """Every source that a finding or hint names, once, in alphabetical order."""
    lines = [finding.source for finding in findings] + [hint.source for hint in muscles]
    cited = {part.strip() for line in lines for part in line.split(";")}
    return sorted(cited - {""}, key=str.casefold)


def _picture(still: Still, folder: Path) -> Picture:
    """The still made smaller, as a data URI, so that the page needs no other file."""
    picture = cv2.imread(str(folder / still.file))
    if picture is None:
        raise FileNotFoundError(f"{still.file} was not written")
    scale = min(1.0, _STILL_HEIGHT_PX / picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    words = f"{still.side} leg at {EVENT_WORDS[still.event]}"
    if still.measure_id is not None:
        value = "not measurable" if still.value is None else with_unit(still.value, still.unit or "")
        words += f", {ANGLE_WORDS[still.measure_id]} {value}"
    return Picture(still, "data:image/jpeg;base64," + b64encode(data.tobytes()).decode(), words)
