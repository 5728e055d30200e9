"""Per-step charts from an analysis folder. No Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gaitcheck.dashboard.files import step_value
from gaitcheck.gait.result import Measure, Side
from gaitcheck.report.words import measure_name, side_word, unit_sign, unit_slug

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Okabe-Ito blue and vermilion: told apart by people who see fewer colours, on light and dark.
SIDE_COLOURS: dict[Side | None, str] = {"left": "#0072b2", "right": "#d55e00", None: "#009e73"}
_SYMBOLS: dict[Side | None, str] = {"left": "circle", "right": "diamond", None: "circle"}


@dataclass(frozen=True)
class StepSeries:
    """Values of one measure and side, step by step. `time_s` is the place in the video as it plays."""

    measure: Measure
    time_s: tuple[float, ...]
    values: tuple[float, ...]


def step_series(rows: Sequence[Mapping[str, str]], measures: Sequence[Measure]) -> dict[str, tuple[StepSeries, ...]]:
    """Series by measure id, for the measures that have at least two values in steps.csv."""
    found: dict[str, tuple[StepSeries, ...]] = {}
    for measure in measures:
        if measure.mean is None:
            continue
        column = f"{measure.id}_{unit_slug(measure.unit)}"
        points = [
            (step_value(row, "initial_contact_video_s"), step_value(row, column))
            for row in rows
            if measure.side in (None, row["side"]) and row["view"] == (measure.view or "")
        ]
        points = [(time_s, value) for time_s, value in points if math.isfinite(value)]
        if len(points) >= 2:
            series = StepSeries(measure, tuple(t for t, _ in points), tuple(v for _, v in points))
            found[measure.id] = (*found.get(measure.id, ()), series)
    return found


def step_chart(series: Sequence[StepSeries]) -> go.Figure:
    """Each step a point, the mean a line, its uncertainty a band."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for one in series:
        measure = one.measure
        colour = SIDE_COLOURS[measure.side]
        sign = unit_sign(measure.unit)
        figure.add_scatter(
            x=one.time_s,
            y=one.values,
            mode="markers",
            name=side_word(measure.side),
            marker={"color": colour, "size": 8, "symbol": _SYMBOLS[measure.side]},
            hovertemplate=f"%{{y:.2f}}{sign} at %{{x:.2f}} s",
        )
        if measure.mean is not None:
            figure.add_hline(y=measure.mean, line={"color": colour, "width": 2})
            if measure.uncertainty is not None:
                low, high = measure.mean - measure.uncertainty, measure.mean + measure.uncertainty
                figure.add_hrect(y0=low, y1=high, fillcolor=colour, opacity=0.15, line_width=0)
    first = series[0].measure
    figure.update_layout(
        xaxis_title="seconds of the video",
        yaxis_title=f"{measure_name(first.id)} ({unit_sign(first.unit).strip() or 'ratio'})",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 8, "t": 32, "b": 8},
        height=320,
        dragmode=False,
    )
    return figure
