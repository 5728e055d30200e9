"""What is asked of the speed, and what the measurements say to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """`what` is asked to be at least (or, with `below`, less than) `asked`."""

    what: str
    asked: float
    measured: float
    unit: str = "x"
    below: bool = False

    @property
    def reached(self) -> bool:
        """As measured, not as rounded."""
        return self.measured < self.asked if self.below else self.measured >= self.asked


def ceiling_ratio(clip: Data, what: str, ceiling: str) -> float | None:
    """Frames a second over cores / model time: median of the rounds; None where the model's time was not measured."""
    rounds = [one for one in clip["rounds"] if ceiling in one["ceiling"]]
    return _median(clip["frames"] / one[what][0] * one["ceiling"][ceiling] / 1000 / clip["cores"] for one in rounds)


def naive_ratio(clip: Data, what: str) -> float:
    """How many times faster than the common loop: median of the rounds."""
    peer = "naive_annotated" if what == "analyze" else "naive_pose"
    return median(one[peer][0] / one[what][0] for one in clip["rounds"])


def length_ratio(clip: Data, what: str) -> float:
    """Time it took over the clip's own length: median of the rounds."""
    return median(one[what][0] for one in clip["rounds"]) / float(clip["seconds"])


def _median(values: Iterator[float]) -> float | None:
    found = list(values)
    return median(found) if found else None


def speed_bars(speed: Data) -> list[Bar]:
    bars: list[Bar] = []
    for name, clip in speed.items():
        if name.endswith("6s"):
            for what in ("track", "no_video", "analyze"):
                if what in clip["rounds"][0]:
                    bars.append(
                        Bar(f"{WORDS[what]} against the common loop, {NAMES[name]}", 1.0, naive_ratio(clip, what))
                    )
            continue
        bars.append(Bar(f"{WORDS['track']} against the common loop, {NAMES[name]}", 1.8, naive_ratio(clip, "track")))
        share = 0.75 if name.endswith("720p") else 0.6
        bars += _of_ceiling(name, clip, "track", share)
        if "analyze" in clip["rounds"][0]:
            title = f"{WORDS['analyze']} against the common loop with drawing, {NAMES[name]}"
            bars.append(Bar(title, 1.8, naive_ratio(clip, "analyze")))
            title = f"{WORDS['analyze']}, time over the clip's length, {NAMES[name]}"
            bars.append(Bar(title, 1.3, length_ratio(clip, "analyze"), below=True))
            bars += _of_ceiling(name, clip, "no_video", 0.55)
    return bars


def _of_ceiling(name: str, clip: Data, what: str, asked: float) -> list[Bar]:
    share = ceiling_ratio(clip, what, "interpreter_ms")
    return [] if share is None else [Bar(f"{WORDS[what]}, share of the ceiling, {NAMES[name]}", asked, share)]


def start_bars(start: Data) -> list[Bar]:
    length = _spoken(start["reanalyze_clip"]["seconds"])
    return [
        Bar("`python -c 'import gaitcheck'`", 0.3, median(start["import"]), "s", below=True),
        Bar("`gaitcheck --help`", 0.5, median(start["help"]), "s", below=True),
        Bar(f"Measuring {length} of video again from its landmarks", 0.5, median(start["again"]), "s", below=True),
        Bar(f"`gaitcheck reanalyze --no-report`, {length}", 0.5, median(start["reanalyze_no_report"]), "s", below=True),
    ]


def memory_bars(length: Data) -> list[Bar]:
    return [
        Bar(f"Memory, whole analysis of {_spoken(row['seconds'])}", 900.0, row["mb"], "MB", below=True)
        for row in length.values()
    ]


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


WORDS = {
    "naive_pose": "Common loop",
    "track": "Pose track alone",
    "no_video": "`gaitcheck analyze --no-video`",
    "naive_annotated": "Common loop with drawing and writing",
    "analyze": "`gaitcheck analyze` with annotated video and report",
}
NAMES = {
    "rear": "rear view 1080p",
    "side": "side view 1080p",
    "real": "filmed clip 1080p",
    "rear_720p": "rear view 720p",
    "side_720p": "side view 720p",
    "rear_6s": "rear view 1080p, 6 s",
    "rear_720p_6s": "rear view 720p, 6 s",
}
