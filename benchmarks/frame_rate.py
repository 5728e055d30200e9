"""What is lost when only every k-th frame of a 120 or 240 fps file is looked at.

    python -m benchmarks.frame_rate [--work DIR]

Runners filmed at 240 and at 120 frames a second are rendered with their truth and tracked at every frame, and so that
120 and 60 frames a second remain. A measure gets worse where its error grows; the bound is a tenth of the uncertainty
that the program prints beside it. `table(work, model)` gives the Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gaitcheck.analyze import Analysis, ModelUsed, TrackedVideo, conclude
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.pose.install import ModelFile, cache_dir, model_file
from gaitcheck.pose.landmarker import track_runner
from gaitcheck.synthetic.truth import Truth, true_of
from gaitcheck.validation.clips import rendered
from gaitcheck.validation.matrix import Case, cases
from gaitcheck.video.probe import probe

#: Rates that remain, in frames a second.
RATES = (120, 60)
#: Share of its uncertainty by which the error of a measure may grow.
BOUND = 0.1


@dataclass(frozen=True)
class Row:
    """One measure and side of one clip: truth, what comes of all frames and of fewer, and the uncertainty printed."""

    clip: str
    rate: int
    measure: str
    side: str | None
    true: float
    of_all: float
    of_fewer: float
    uncertainty: float

    @property
    def growth(self) -> float:
        """By how much the error grew, as a share of the uncertainty."""
        return (abs(self.of_fewer - self.true) - abs(self.of_all - self.true)) / self.uncertainty


def high_rate_cases() -> list[Case]:
    """The validation's runs at 120 and 240 frames a second, those at 120 also filmed at 240."""
    fast = [case for case in cases() if case.condition in ("120_fps", "240_fps")]
    return fast + [_filmed_at(case, 240.0) for case in fast if case.spec.clip.capture_fps < 240]


def _filmed_at(case: Case, fps: float) -> Case:
    clip = case.spec.clip.model_copy(update={"capture_fps": fps})
    name = f"{fps:.0f}_fps_{case.name.split('_', 2)[2]}"
    return replace(case, spec=case.spec.model_copy(update={"clip": clip, "name": name}), condition=f"{fps:.0f}_fps")


def rows_of(case: Case, work: Path, model: ModelFile) -> Iterator[Row]:
    video, truth = rendered(case, work), true_of(case.spec)
    fps = round(case.spec.clip.capture_fps)
    of_all = _values(_analysed(video, case, model, 1))
    true = _true(truth)
    for rate in (rate for rate in RATES if rate < fps):
        fewer = _values(_analysed(video, case, model, fps // rate))
        for key in of_all.keys() & fewer.keys() & true.keys():
            (value, uncertainty), (other, _) = of_all[key], fewer[key]
            yield Row(case.name, rate, *key, true[key], value, other, uncertainty)


def _analysed(video: Path, case: Case, model: ModelFile, every: int) -> Analysis:
    runner = track_runner(video, model, every=every)
    return conclude([TrackedVideo(video, "", probe(video), runner)], ModelUsed(model.name, model.sha256), case.settings)


_Key = tuple[str, str | None]


def _values(analysis: Analysis) -> Mapping[_Key, tuple[float, float]]:
    return {(m.id, m.side): (m.mean, m.uncertainty) for m in analysis.measures if m.mean is not None and m.uncertainty}


def _true(truth: Truth) -> Mapping[_Key, float]:
    return {(m.id, m.side): m.mean for m in truth.measures}


def table(work: Path, model: ModelFile) -> str:
    """The Markdown; takes some minutes, the first time with rendering a quarter of an hour."""
    return table_of([row for case in high_rate_cases() for row in rows_of(case, work, model)])


def table_of(rows: Sequence[Row]) -> str:
    """What grows how much, for every measure, as Markdown: the mean over clips and sides, and the worst one."""

    def of(fps: int, rate: int) -> list[Row]:
        return [row for row in rows if row.rate == rate and row.clip.startswith(f"{fps}_")]

    columns = {
        "240 as 120": of(240, 120),
        "240 as 60": of(240, 60),
        "120 as 60": of(120, 60),
        "both as 60": [*of(240, 60), *of(120, 60)],
    }
    lines = [
        "Growth of the error when fewer frames are looked at, as a share of the printed uncertainty: mean over clips "
        "and sides (in brackets the worst single value).",
        "",
        f"| measure | {' | '.join(columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for definition in REGISTRY.values():
        cells = []
        for column in columns.values():
            growths = [row.growth for row in column if row.measure == definition.id]
            cells.append(f"{sum(growths) / len(growths):+.2f} ({max(growths):+.2f})" if growths else "")
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
