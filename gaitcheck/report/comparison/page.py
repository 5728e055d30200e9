"""The comparison as a page: table, stills side by side and curves over each other, in one file."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from gaitcheck.analyze import Analysis
from gaitcheck.errors import MissingComponentError, UnusableInputError
from gaitcheck.findings.load import knowledge
from gaitcheck.gait.curves import GaitCurve, gait_curves
from gaitcheck.gait.result import Side
from gaitcheck.report.charts import Chart, cycle_chart
from gaitcheck.report.comparison.change import Change, Comparison, compare
from gaitcheck.report.content import StillPicture, still_jpeg
from gaitcheck.report.document import Document, Event, Still, read_document
from gaitcheck.report.reload import analysis_folders, load_analysis
from gaitcheck.report.words import (
    comparison_words,
    curve_name,
    measure_name,
    report_words,
    side_word,
    with_side,
    with_unit,
)
from gaitcheck.settings import View

_STILL_HEIGHT_PX = 420


@dataclass(frozen=True)
class Recording:
    """One analysis as it was written."""

    name: str
    folder: Path
    document: Document
    analysis: Analysis

    @property
    def facts(self) -> str:
        """Files, speed and time of writing in a line."""
        files = ", ".join(video.file_name for video in self.document.videos)
        speed = self.analysis.settings.speed_kmh
        words, day = comparison_words(), self.document.provenance.times.written_at[:10]
        if speed is None:
            return words.recording.format(files=files, day=day)
        return words.recording_at_speed.format(files=files, speed=f"{speed:g}", day=day)


@dataclass(frozen=True)
class StillPair:
    """The same moment of the gait cycle in both recordings, as data addresses."""

    words: str
    before: str
    after: str


def recordings(paths: Sequence[Path]) -> list[Recording]:
    """The analyses in these folders; a folder without one is searched for folders that have one, in order of name.

    Raises
    ------
    UnusableInputError
        A folder holds none, or there are fewer than two in all.
    """
    folders = analysis_folders(paths)
    if len(folders) < 2:
        raise UnusableInputError("A comparison needs two analyses: name the folders of both.")
    found = []
    for folder in folders:
        found.append(Recording(folder.absolute().name, folder, read_document(folder), load_analysis(folder)))
    return found


@dataclass(frozen=True)
class Pair:
    """Two recordings that are compared; `stem` begins the names of their files."""

    stem: str
    before: Recording
    after: Recording

    @cached_property
    def comparison(self) -> Comparison:
        """What changed between them."""
        return compare(self.before.analysis, self.after.analysis)


def pairs_of(found: Sequence[Recording]) -> list[Pair]:
    """Each recording with the one before it; of more than two also the first with the last.

    A slow change that no step of a course shows can be seen over the whole of it.
    """
    if len(found) == 2:
        return [Pair("comparison", *found)]
    steps = [Pair(f"comparison_{number}", *both) for number, both in enumerate(pairwise(found), start=1)]
    return [*steps, Pair("comparison_first_to_last", found[0], found[-1])]


def write_comparison(found: Sequence[Recording], out_dir: Path) -> list[Path]:
    """Write comparison.html and comparison.json for two recordings, or such files for each pair of more.

    Raises
    ------
    UnusableInputError
        `out_dir` is a file.
    MissingComponentError
        The folder cannot be written.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise UnusableInputError(f"{out_dir} is a file; choose a folder for the comparison.")
    texts: dict[str, str] = {}
    for pair in pairs_of(found):
        texts[f"{pair.stem}.html"] = render(pair.before, pair.after, pair.comparison)
        texts[f"{pair.stem}.json"] = _json(pair.before, pair.after, pair.comparison)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            part = out_dir / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(out_dir / name)
    except OSError as error:
        raise MissingComponentError(
            f"The comparison cannot be written to {out_dir} ({error.strerror or error}); "
            "choose a folder you may write to on a disk with room."
        ) from error
    return [out_dir / name for name in texts]


def render(before: Recording, after: Recording, comparison: Comparison) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("gaitcheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"measure_name": measure_name, "side_word": side_word, "with_unit": with_unit}
    return environment.get_template("comparison.html.j2").render(
        before=before,
        after=after,
        comparison=comparison,
        charts=curve_charts(before.analysis, after.analysis),
        stills=list(_still_pairs(before, after)),
        sources=_sources(comparison.changes),
        words=comparison_words(),
        notice=knowledge().texts.notice,
        language=report_words().language,
    )


def curve_charts(before: Analysis, after: Analysis) -> list[Chart]:
    """Each angle over the gait cycle in both recordings, seen from the same side; the earlier is grey and dotted."""
    earlier = {(c.view, c.measure_id, c.side): c for c in _curves(before)}
    charts = []
    for curve in _curves(after):
        first = earlier.get((curve.view, curve.measure_id, curve.side))
        if first is not None:
            chart = cycle_chart([replace(first, side=None), replace(curve, side=curve.side or "left")])
            of_first = 1 if first.contact_percent is None else 3
            lines = (*(replace(line, broken="2 2") for line in chart.lines[:of_first]), *chart.lines[of_first:])
            title = with_side(curve_name(curve.measure_id), curve.side)
            words = comparison_words().curve.format(before=first.strides, after=curve.strides)
            charts.append(replace(chart, title=title, words=words, lines=lines))
    return charts


def _curves(analysis: Analysis) -> Iterator[GaitCurve]:
    for video in analysis.videos:
        yield from gait_curves(video.gait)


def _still_pairs(before: Recording, after: Recording) -> Iterator[StillPair]:
    """The first still of each view, event and leg that both recordings have."""
    earlier = dict(reversed([(_moment(before, still), still) for still in _stills(before)]))
    known, words, done = report_words(), comparison_words(), set()
    for still in _stills(after):
        moment = _moment(after, still)
        if moment in earlier and moment not in done:
            done.add(moment)
            view, event, side = moment
            filled = {"event": known.event[event], "side": side_word(side)}
            moment_words = (
                words.still.format(**filled)
                if view is None
                else words.still_from.format(**filled, view=known.view_short[view])
            )
            yield StillPair(
                moment_words.capitalize(),
                _data_address(before, earlier[moment]),
                _data_address(after, still),
            )


def _stills(recording: Recording) -> list[Still]:
    found = [still for video in recording.document.videos for still in video.outputs.stills]
    return [still for still in found if (recording.folder / still.file).is_file()]


def _moment(recording: Recording, still: Still) -> tuple[View | None, Event, Side]:
    return recording.document.videos[still.video - 1].view, still.event, still.side


def _data_address(recording: Recording, still: Still) -> str:
    picture = still_jpeg(recording.folder, StillPicture(still.file, ""), _STILL_HEIGHT_PX)
    return f"data:image/jpeg;base64,{b64encode(picture).decode()}"


def _sources(changes: Iterable[Change]) -> list[str]:
    """What was added to the method's own error, and where it is from."""
    lines = [f"{measure_name(c.measure_id)}: {c.retest.source}" for c in changes if c.retest is not None]
    return list(dict.fromkeys(lines))


def _json(before: Recording, after: Recording, comparison: Comparison) -> str:
    document = {
        "before": {"name": before.name, "videos": [video.sha256 for video in before.document.videos]},
        "after": {"name": after.name, "videos": [video.sha256 for video in after.document.videos]},
        "summary": comparison.summary,
        **asdict(comparison),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
