"""Numbers for the small charts of the report page: where each step's dot lies. The page's template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gaitcheck.analyze import Analysis, VideoAnalysis
from gaitcheck.gait.result import Measure, Side
from gaitcheck.report.tables import told_step_by_step
from gaitcheck.report.words import measure_name, unit_sign, value_words, with_unit
from gaitcheck.track import FloatArray

WIDTH, HEIGHT = 340, 150
#: More marks than this in a row run into each other and make the page heavy.
_MOST_MARKS = 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 24


@dataclass(frozen=True)
class Mark:
    """One step."""

    x: float
    y: float
    side: Side | None


@dataclass(frozen=True)
class Mean:
    """The mean of one side and its 95 % interval."""

    y: float
    top: float
    height: float
    side: Side | None


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """One measure, step by step over the time of the video; in long videos a mark stands for several steps."""

    title: str
    unit: str
    words: str
    one_mark_for: int
    marks: tuple[Mark, ...]
    means: tuple[Mean, ...]
    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]


def charts_of(analysis: Analysis) -> list[Chart]:
    """A chart for each measure that has a value and per-step values, in the order of the measures."""
    ids = dict.fromkeys(m.id for m in analysis.measures if m.mean is not None and told_step_by_step(m.id))
    charts = (_chart([m for m in analysis.measures if m.id == i and m.mean is not None], analysis) for i in ids)
    return [chart for chart in charts if chart is not None]


def _chart(measures: Sequence[Measure], analysis: Analysis) -> Chart | None:
    points = [(m, *_steps_of(m, video)) for m in measures for video in [_source(m, analysis)] if video is not None]
    points = [p for p in points if len(p[1])]
    if not points:
        return None
    values = np.concatenate([v for _, _, v in points])
    margins = [m.uncertainty or 0.0 for m, _, _ in points]
    means = [m.mean or 0.0 for m, _, _ in points]
    low = min(float(values.min()), *(a - b for a, b in zip(means, margins, strict=True)))
    high = max(float(values.max()), *(a + b for a, b in zip(means, margins, strict=True)))
    ticks = _round_steps(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])
    end = max(float(t.max()) for _, t, _ in points)

    thin = max(1, -(-max(len(v) for _, _, v in points) // _MOST_MARKS))

    def x_of(time_s: float) -> float:
        return round(_LEFT + 6 + (WIDTH - _LEFT - _RIGHT - 12) * time_s / max(end, 1e-9), 1)

    def y_of(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / max(high - low, 1e-9), 1)

    return Chart(
        title=measure_name(measures[0].id),
        unit=unit_sign(measures[0].unit).strip(),
        words="; ".join(f"{m.side or 'both legs'}: {value_words(m)}, {len(v)} steps" for m, _, v in points),
        one_mark_for=thin,
        marks=tuple(
            Mark(x_of(float(t)), y_of(float(v)), m.side)
            for m, times, found in points
            for t, v in zip(times[::thin], found[::thin], strict=True)
        ),
        means=tuple(
            Mean(y_of(mean), y_of(mean + margin), round(y_of(mean - margin) - y_of(mean + margin), 1), m.side)
            for (m, _, _), mean, margin in zip(points, means, margins, strict=True)
        ),
        y_ticks=tuple(Tick(y_of(t), _tick_label(t)) for t in ticks),
        x_ticks=tuple(Tick(x_of(t), with_unit(t, "").removesuffix(".00")) for t in _round_steps(0.0, end) if t <= end),
    )


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
