"""The small charts of the report as SVG: each measure step by step, and each angle over the gait cycle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from gaitcheck.analyze import Analysis, VideoAnalysis
from gaitcheck.gait.curves import GaitCurve, gait_curves
from gaitcheck.gait.result import Measure, Side
from gaitcheck.report.tables import told_step_by_step
from gaitcheck.report.words import curve_name, measure_name, report_words, side_word, unit_sign, value_words, with_unit
from gaitcheck.track import FloatArray

WIDTH, STEPS_HEIGHT, CYCLE_HEIGHT = 340, 150, 190
#: Several of these stand in a row of a page.
SMALL_WIDTH, SMALL_HEIGHT = 200, 122
FONT = "'Source Sans Pro', 'Source Sans 3', system-ui, sans-serif"
#: Dark enough for paper, and told apart by people who see fewer colours (Okabe & Ito, 2002); marks differ as well.
SIDE_COLOURS: dict[Side | None, str] = {"left": "#0067a8", "right": "#b34700", None: "#4b5563"}
#: More marks than this in a row run into each other and make the page heavy.
_MOST_MARKS = 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 10, 24
_SMALL_LEFT = 34
#: Height of the bar that shows how long a foot is on the belt.
_CONTACT_BAR = 5.0


@dataclass(frozen=True)
class Mark:
    """One step."""

    x: float
    y: float
    side: Side | None


@dataclass(frozen=True)
class Area:
    """A translucent shape: the interval of a mean, or the spread of a curve."""

    path: str
    side: Side | None
    opacity: float = 0.16


@dataclass(frozen=True)
class Line:
    """A line: a mean, or a curve. `broken` is the pattern of its pieces."""

    path: str
    side: Side | None
    broken: str = ""
    width: float = 1.8


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str
    strong: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart with its words, in full and `short`. A mark of a long run may stand for several (`one_mark_for`)."""

    title: str
    unit: str
    words: str
    height: int
    marks: tuple[Mark, ...] = ()
    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()
    y_ticks: tuple[Tick, ...] = ()
    x_ticks: tuple[Tick, ...] = ()
    one_mark_for: int = 1
    width: int = WIDTH
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    short: str = ""

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def svg(self) -> str:
        """The chart as an SVG of its own."""
        return _template().render(chart=self, colours=SIDE_COLOURS, font=FONT)


@cache
def _template() -> Template:
    environment = Environment(loader=PackageLoader("gaitcheck.report"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("chart.svg.j2")


@dataclass(frozen=True)
class _Axes:
    """From values to places in the picture; round ticks decide where the y axis begins and ends."""

    height: int
    low: float
    high: float
    x_end: float
    ticks: tuple[float, ...]
    width: int = WIDTH

    @classmethod
    def of(cls, height: int, low: float, high: float, x_end: float, width: int = WIDTH) -> _Axes:
        ticks = _round_steps(low, high, 4 if width == WIDTH else 3)
        return cls(height, min(low, ticks[0]), max(high, ticks[-1]), x_end, tuple(ticks), width)

    @property
    def left(self) -> int:
        return _LEFT if self.width == WIDTH else _SMALL_LEFT

    def x(self, value: float) -> float:
        return round(self.left + 6 + (self.width - self.left - _RIGHT - 12) * value / max(self.x_end, 1e-9), 1)

    def y(self, value: float) -> float:
        share = (self.high - value) / max(self.high - self.low, 1e-9)
        return round(_TOP + (self.height - _TOP - _BOTTOM) * share, 1)

    @property
    def y_ticks(self) -> tuple[Tick, ...]:
        return tuple(Tick(self.y(t), _tick_label(t), abs(t) < 1e-9) for t in self.ticks)


def step_charts(analysis: Analysis) -> list[Chart]:
    """A chart for each measure that differs from step to step, in the order of the measures."""
    ids = dict.fromkeys(m.id for m in analysis.measures if m.sd is not None and told_step_by_step(m.id))
    charts = (_step_chart([m for m in analysis.measures if m.id == i and m.mean is not None], analysis) for i in ids)
    return [chart for chart in charts if chart is not None]


def _step_chart(measures: Sequence[Measure], analysis: Analysis) -> Chart | None:
    points = [(m, *_steps_of(m, video)) for m in measures for video in [_source(m, analysis)] if video is not None]
    points = [p for p in points if len(p[1])]
    if not points:
        return None
    values = np.concatenate([v for _, _, v in points])
    margins = [m.uncertainty or 0.0 for m, _, _ in points]
    means = [m.mean or 0.0 for m, _, _ in points]
    low = min(float(values.min()), *(a - b for a, b in zip(means, margins, strict=True)))
    high = max(float(values.max()), *(a + b for a, b in zip(means, margins, strict=True)))
    axes = _Axes.of(STEPS_HEIGHT, low, high, max(float(t.max()) for _, t, _ in points))
    thin = max(1, -(-max(len(v) for _, _, v in points) // _MOST_MARKS))
    known = report_words().appendix
    said = [known.step_values.format(side=side_word(m.side), value=value_words(m), steps=len(v)) for m, _, v in points]
    if thin > 1:
        said.append(known.one_mark_for.format(steps=thin))
    right = WIDTH - _RIGHT
    return Chart(
        title=measure_name(measures[0].id),
        unit=unit_sign(measures[0].unit).strip(),
        words="; ".join(said),
        height=STEPS_HEIGHT,
        one_mark_for=thin,
        marks=tuple(
            Mark(axes.x(float(t)), axes.y(float(v)), m.side)
            for m, times, found in points
            for t, v in zip(times[::thin], found[::thin], strict=True)
        ),
        areas=tuple(
            Area(f"M{_LEFT},{axes.y(mean + margin)}H{right}V{axes.y(mean - margin)}H{_LEFT}Z", m.side)
            for (m, _, _), mean, margin in zip(points, means, margins, strict=True)
        ),
        lines=tuple(
            Line(f"M{_LEFT},{axes.y(mean)}H{right}", m.side, "6 3" if m.side == "right" else "")
            for (m, _, _), mean in zip(points, means, strict=True)
        ),
        y_ticks=axes.y_ticks,
        x_ticks=tuple(
            Tick(axes.x(t), with_unit(t, "").removesuffix(".00") + (" s" if i == 0 else ""))
            for i, t in enumerate(t for t in _round_steps(0.0, axes.x_end) if t <= axes.x_end)
        ),
    )


def cycle_charts(analysis: Analysis) -> list[Chart]:
    """Each angle over the gait cycle, left and right in one chart, from the video that its measure comes from."""
    groups: dict[tuple[int, str], list[GaitCurve]] = {}
    for number, video in enumerate(analysis.videos):
        for curve in gait_curves(video.gait):
            chosen = next((m for m in analysis.measures if (m.id, m.side) == (curve.measure_id, curve.side)), None)
            if chosen is not None and _source(chosen, analysis) is video:
                groups.setdefault((number, curve.measure_id), []).append(curve)
    return [cycle_chart(curves, small=True) for curves in groups.values()]


def cycle_chart(curves: Sequence[GaitCurve], *, small: bool = False) -> Chart:
    """Curves of one angle over the gait cycle: mean, spread (one standard deviation) and time on the belt."""
    low = min(float((c.mean - c.sd).min()) for c in curves)
    high = max(float((c.mean + c.sd).max()) for c in curves)
    width, height = (SMALL_WIDTH, SMALL_HEIGHT) if small else (WIDTH, CYCLE_HEIGHT)
    axes = _Axes.of(height, low, high, 100.0, width)
    return Chart(
        title=curve_name(curves[0].measure_id),
        unit=unit_sign(curves[0].unit).strip(),
        words="; ".join(_curve_words(curve) for curve in curves),
        short=report_words().physio.strides.format(
            strides=", ".join(f"{side_word(curve.side)} {curve.strides}" for curve in curves)
        ),
        height=height,
        width=width,
        left=axes.left,
        right=width - _RIGHT,
        areas=tuple(Area(_band(curve, axes), curve.side, 0.2) for curve in curves),
        lines=tuple(line for i, curve in enumerate(curves) for line in _curve_lines(curve, axes, i)),
        y_ticks=axes.y_ticks,
        x_ticks=tuple(Tick(axes.x(p), f"{p} %") for p in ((0, 50, 100) if small else (0, 25, 50, 75, 100))),
    )


def _curve_words(curve: GaitCurve) -> str:
    known = report_words().physio
    low, high = (f"{value:.0f}".replace("-", "−") for value in (curve.mean.min(), curve.mean.max()))
    filled = {"side": side_word(curve.side), "low": low, "high": high + unit_sign(curve.unit), "strides": curve.strides}
    if curve.contact_percent is None:
        return known.curve.format(**filled)
    return known.curve_with_contact.format(**filled, contact=f"{curve.contact_percent:.0f}")


def _band(curve: GaitCurve, axes: _Axes) -> str:
    upper = [_at(axes, p, v) for p, v in zip(curve.percent, curve.mean + curve.sd, strict=True)]
    lower = [_at(axes, p, v) for p, v in zip(curve.percent, curve.mean - curve.sd, strict=True)]
    return f"M{'L'.join([*upper, *reversed(lower)])}Z"


def _curve_lines(curve: GaitCurve, axes: _Axes, number: int) -> Iterator[Line]:
    """The mean, and at the foot of the chart the time on the belt with its end drawn up through the chart."""
    broken = "6 3" if curve.side == "right" else ""
    yield Line(
        "M" + "L".join(_at(axes, p, v) for p, v in zip(curve.percent, curve.mean, strict=True)), curve.side, broken
    )
    if curve.contact_percent is not None:
        end, foot = axes.x(curve.contact_percent), axes.height - _BOTTOM - 1.5 - number * _CONTACT_BAR
        yield Line(f"M{axes.x(0)},{foot}H{end}", curve.side, width=3.0)
        yield Line(f"M{end},{foot}V{_TOP}", curve.side, "2 3", width=1.0)


def _at(axes: _Axes, percent: float, value: float) -> str:
    return f"{axes.x(float(percent))},{axes.y(float(value))}"


def _source(measure: Measure, analysis: Analysis) -> VideoAnalysis | None:
    """The video that the value comes from."""
    return next((v for v in analysis.videos if measure in v.gait.measures), None)


def _steps_of(measure: Measure, video: VideoAnalysis) -> tuple[FloatArray, FloatArray]:
    """Places in the video as it plays and values of the steps that have one."""
    gait = video.gait
    values = gait.step_values.get((measure.id, measure.side))
    if values is None:
        return np.empty(0), np.empty(0)
    times = np.array([s.initial_contact_s for s in gait.steps if measure.side in (None, s.side)])
    known = np.isfinite(values)
    return times[known] / video.seconds_per_video_second, values[known]


def _round_steps(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers from below `low` to above `high`."""
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    power = 10.0 ** np.floor(np.log10(span / count))
    size = next(float(power * k) for k in (1, 2, 5, 10) if span / (power * k) <= count)
    return [k * size for k in range(int(np.floor(low / size)), int(np.ceil(high / size)) + 1)]


def _tick_label(value: float) -> str:
    return f"{value:.4g}".replace("-", "−") if abs(value) > 1e-9 else "0"
