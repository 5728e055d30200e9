"""The program's uncertainties, from the errors of the tuning half."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm, t

from gaitcheck.errors import MissingComponentError
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import TABLE, Accuracy, Key, floors, view_group
from gaitcheck.validation.compare import MeasureRow

#: Runs below which the stated floor stands.
FEWEST_RUNS = 5
#: No measure is surer than this share of its floor, however well a handful of runs went.
LEAST_SHARE = 0.1
_COVER = 0.95

HEAD = """# How far each measure can be off: half the width of the 95 % interval of a mean over many steps.
# Made by `gaitcheck validate` from the errors of the tuning half; do not edit it. in_doubt = the same for values that
# something in the video itself makes doubtful (few steps, a camera askew). bias = mean of measured minus true, not
# taken off. A row without runs is a stated floor (floors.toml), because fewer than {fewest} runs tell it.
"""


@dataclass(frozen=True)
class AccuracyRow:
    """One row of the table: where it belongs, and what it says."""

    key: Key
    accuracy: Accuracy


def accuracy_rows(rows: Iterable[MeasureRow]) -> list[AccuracyRow]:
    """The whole table from the rows of the tuning half; floors where too few runs tell it.

    All conditions are taken together: what a video's clothes, distance or build do to the error cannot be known from
    the video. What the program does know of a video is told apart: values that something in it makes doubtful have an
    uncertainty of their own and do not widen that of the others. Measures that rest on different evidence get a row for
    each; the floor stands for evidence without one. Runs with real motion count like the others.
    """
    known = [row for row in rows if row.half == "tuning" and row.error is not None]
    out = [AccuracyRow(key, accuracy) for key, accuracy in floors().items() if key[2] is None]
    by_key: dict[Key, list[MeasureRow]] = {}
    for row in known:
        evidence = row.evidence if REGISTRY[row.measure].rests_on is not None else None
        by_key.setdefault((row.measure, view_group(row.view), evidence), []).append(row)
    table = {row.key: row for row in out}
    for key, members in by_key.items():
        found = _told_apart(members, floors()[key[0], key[1], None].uncertainty)
        if found is not None:
            table[key] = AccuracyRow(key, found)
    order = list(REGISTRY)
    return sorted(table.values(), key=lambda row: (order.index(row.key[0]), row.key[1], row.key[2] or ""))


def _told_apart(rows: Sequence[MeasureRow], floor: float) -> Accuracy | None:
    """The accuracy of sure values, and of those under a doubt of the video; None with too few runs without one.

    Where too few runs are under such a doubt, the floor stands for them, or what all runs together give if that is
    more.
    """
    least = LEAST_SHARE * floor
    sure = fitted([row for row in rows if row.doubt != "video"], least)
    if sure is None:
        return None
    doubtful, every = fitted([row for row in rows if row.doubt == "video"], least), fitted(rows, least)
    assert every is not None
    in_doubt = max(floor, every.uncertainty) if doubtful is None else doubtful.uncertainty
    return replace(sure, in_doubt=max(sure.uncertainty, in_doubt))


def fitted(rows: Sequence[MeasureRow], least: float) -> Accuracy | None:
    """The uncertainty with which 95 % of new runs hold the truth; None with fewer than `FEWEST_RUNS` runs.

    The interval printed joins this with the run's own part (spread of its steps and the like). Errors divided by that
    are taken as normal, their mean (a bias) is not taken off, and their spread is widened as for a new value when mean
    and spread come from few runs (Student's t; the two legs of a run count as one).
    """
    runs = len({row.case for row in rows})
    if runs < FEWEST_RUNS:
        return None
    errors = np.array([row.error for row in rows], dtype=float)
    own = np.array([row.own_part or 0.0 for row in rows])
    few = float(t.ppf((1 + _COVER) / 2, runs - 1) / norm.ppf((1 + _COVER) / 2) * np.sqrt(1 + 1 / runs))

    def too_narrow(width: float) -> float:
        scaled = errors / np.hypot(width, own)
        return half_width(float(scaled.mean()), few * float(scaled.std(ddof=1))) - 1.0

    most = 10 * float(np.abs(errors).max()) + least
    width = least if too_narrow(least) <= 0 else float(brentq(too_narrow, least, most))
    rounded = _rounded_up(width)
    return Accuracy(rounded, rounded, round(float(errors.mean()), 2), runs, "rendered runs")


def half_width(mean: float, sd: float) -> float:
    """Half width of the interval about zero that holds 95 % of a normal distribution."""
    sd = max(sd, 1e-9)

    def missing(width: float) -> float:
        return float(norm.cdf((width - mean) / sd) - norm.cdf((-width - mean) / sd)) - _COVER

    return float(brentq(missing, 0.0, abs(mean) + 10 * sd))


def _rounded_up(value: float) -> float:
    """Two figures, upwards."""
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / step - 1e-9) * step:.6g}")


def table_text(rows: Iterable[AccuracyRow]) -> str:
    """The data file."""
    parts = [HEAD.format(fewest=FEWEST_RUNS)]
    for _, members in groupby(rows, key=lambda row: row.key[0]):
        for row in members:
            (measure, view, evidence), known = row.key, row.accuracy
            lines = ["[[accuracy]]", f'measure = "{measure}"', f'view = "{view}"']
            if evidence is not None:
                lines.append(f'evidence = "{evidence}"')
            lines += [f"uncertainty = {known.uncertainty!r}", f"in_doubt = {known.in_doubt!r}"]
            if known.bias is not None:
                lines.append(f"bias = {known.bias!r}")
            lines += [f"runs = {known.runs}", f'source = "{known.source}"', ""]
            parts.append("\n".join(lines))
    return "\n".join(parts)


def write_table(rows: Iterable[AccuracyRow], path: Path | None = None) -> Path:
    """Write the data file the program reads, under a temporary name that is then renamed."""
    path = path or Path(str(files("gaitcheck.gait.measures") / TABLE))
    part = path.with_suffix(".part")
    try:
        part.write_text(table_text(rows), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise MissingComponentError(
            f"The table of uncertainties {path} cannot be written ({error.strerror}): run this in a copy of the source "
            "that you may change."
        ) from error
    return path
