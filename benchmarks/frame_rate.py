"""What is lost when only every k-th frame of a 120 or 240 fps file is looked at.

    python -m benchmarks.frame_rate [--work DIR]

Runners filmed at 240 frames a second are rendered with their truth and tracked at every frame, and so that 120 and 60
frames a second remain. A measure gets worse where its error grows; the bound is a tenth of the uncertainty that the
program prints beside it. `table(work, model)` gives the Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.processes import cores
from gaitcheck.analyze import Analysis, ModelUsed, TrackedVideo, conclude
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.pose.install import ModelFile, cache_dir, model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.synthetic.truth import Truth, true_of
from gaitcheck.validation.clips import rendered
from gaitcheck.validation.matrix import Case, cases
from gaitcheck.video.probe import probe

#: Frames a second that are filmed, and looked at.
FILMED_FPS = 240
RATES = (FILMED_FPS, 120, 60)
#: What is compared: more frames a second with fewer.
PAIRS = tuple(combinations(RATES, 2))
#: Usual runs of the validation for each view, and how long each is.
RUNS, LENGTH_S = 4, 5.0
#: Share of its uncertainty by which the error of a measure may grow.
BOUND = 0.1


@dataclass(frozen=True)
class Row:
    """One measure and side of one clip: truth, what comes of more frames and of fewer, and the uncertainty printed."""

    clip: str
    rates: tuple[int, int]
    measure: str
    side: str | None
    true: float
    of_more: float
    of_fewer: float
    uncertainty: float

    @property
    def growth(self) -> float:
        """By how much the error grew, as a share of the uncertainty."""
        return (abs(self.of_fewer - self.true) - abs(self.of_more - self.true)) / self.uncertainty


def fast_cases() -> list[Case]:
    """The first usual runs of each view, filmed at 240 frames a second for a few seconds."""
    usual = [case for case in cases() if case.condition == "usual"]
    views = sorted({case.spec.camera.view for case in usual})
    return [_fast(case) for view in views for case in [c for c in usual if c.spec.camera.view == view][:RUNS]]


def _fast(case: Case) -> Case:
    clip = case.spec.clip.model_copy(update={"capture_fps": float(FILMED_FPS), "duration_s": LENGTH_S})
    name = case.name.replace("usual", f"fast_{FILMED_FPS}")
    return replace(case, spec=case.spec.model_copy(update={"clip": clip, "name": name}), condition="fast")


def rows_of(case: Case, work: Path, model: ModelFile) -> Iterator[Row]:
    video, true = rendered(case, work), _true(true_of(case.spec))
    found = {rate: _values(_analysed(video, case, model, FILMED_FPS // rate)) for rate in RATES}
    for more, fewer in PAIRS:
        for key in found[more].keys() & found[fewer].keys() & true.keys():
            (of_more, uncertainty), (of_fewer, _) = found[more][key], found[fewer][key]
            yield Row(case.name, (more, fewer), *key, true[key], of_more, of_fewer, uncertainty)


def _analysed(video: Path, case: Case, model: ModelFile, every: int) -> Analysis:
    runner = track_runner(video, model, every=every)
    return conclude([TrackedVideo(video, "", probe(video), runner)], ModelUsed(model.name, model.sha256), case.settings)


_Key = tuple[str, str | None]


def _values(analysis: Analysis) -> Mapping[_Key, tuple[float, float]]:
    return {(m.id, m.side): (m.mean, m.uncertainty) for m in analysis.measures if m.mean is not None and m.uncertainty}


def _true(truth: Truth) -> Mapping[_Key, float]:
    return {(m.id, m.side): m.mean for m in truth.measures}


def table(work: Path, model: ModelFile) -> str:
    """The Markdown; takes ten minutes, the first time with rendering another ten."""
    todo = fast_cases()
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        list(pool.map(rendered, todo, [work] * len(todo)))
    return table_of([row for case in todo for row in rows_of(case, work, model)])


def table_of(rows: Sequence[Row]) -> str:
    """What grows how much, for every measure, as Markdown: the mean over clips and sides, and the worst one."""
    columns = {f"{more} as {fewer}": [row for row in rows if row.rates == (more, fewer)] for more, fewer in PAIRS}
    lines = [
        f"Growth of the error when fewer frames are looked at, as a share of the printed uncertainty, over "
        f"{len({row.clip for row in rows})} clips of {LENGTH_S:g} s: mean over clips and sides (in brackets the worst "
        "single value).",
        "",
        f"| measure | {' | '.join(columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for definition in REGISTRY.values():
        cells = []
        for column in columns.values():
            growths = [row.growth for row in column if row.measure == definition.id]
            cells.append(f"{np.mean(growths):+.2f} ({max(growths):+.2f})" if growths else "")
        if any(cells):
            lines.append(f"| {definition.name} | {' | '.join(cells)} |")
    lines.append("")
    for name, column in columns.items():
        worse, better = (sum(sign * row.growth > BOUND for row in column) for sign in (1, -1))
        lines.append(
            f"- {name}: of {len(column)} single values {worse} are worse and {better} are better by more than "
            f"{BOUND:g} of their uncertainty."
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=cache_dir() / "validation", help="keeps the rendered clips")
    options = parser.parse_args()
    print(table(options.work, model_file()), end="")


if __name__ == "__main__":
    main()
