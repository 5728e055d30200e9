"""Pictures of the validation: measured over true, one for each headline measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.validation.compare import MeasureRow

#: Measures that get a picture.
PICTURED = ("contralateral_pelvic_drop", "knee_valgus", "forward_trunk_lean", "lateral_trunk_lean")

_COLOURS = {"rear": "tab:blue", "front": "tab:orange", "side": "tab:green"}
_MARKS = {"measured": "o", "borderline": "^"}


def picture_name(measure: str) -> str:
    """File name of a measure's picture."""
    return f"validation_{measure}.png"


def write_picture(measure: str, rows: Sequence[MeasureRow], folder: Path) -> Path:
    """Measured over true: reporting half filled, tuning half hollow, borderline values as triangles.

    The line is perfect agreement.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    own = [row for row in rows if row.measure == measure and row.measured is not None]
    groups = sorted({(view_group(row.view), row.half, row.status) for row in own})
    for group, half, status in groups:
        part = [row for row in own if (view_group(row.view), row.half, row.status) == (group, half, status)]
        colour = _COLOURS[group]
        label = ", ".join((group, half, *(("borderline",) if status == "borderline" else ())))
        axes.scatter(
            [row.true for row in part],
            [row.measured or 0.0 for row in part],
            s=22,
            marker=_MARKS[status],
            edgecolors=colour,
            facecolors=colour if half == "reporting" else "none",
            label=label,
        )
    every = [value for row in own for value in (row.true, row.measured or 0.0)]
    ends = [min(every, default=0.0) - 2, max(every, default=1.0) + 2]
    axes.plot(ends, ends, color="gray", linewidth=1)
    axes.set(xlabel=f"true, {REGISTRY[measure].unit}", ylabel="measured", title=REGISTRY[measure].name)
    if groups:
        axes.legend(fontsize=7)
    path = folder / picture_name(measure)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path
