"""The measurements: each part gives plain numbers, kept in docs/benchmarks.json. What they mean is said in `bars`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import clips
from benchmarks.processes import GAITCHECK, ROOT, Cost, cores, run
from gaitcheck.pose.install import model_file

Data = dict[str, Any]
#: Wanted length of a clip in seconds -> the one measured; the short form makes it shorter.
Shortened = Callable[[float], float]

EVERYTHING = ("ceiling", "naive_pose", "track", "no_video", "naive_annotated", "analyze")
TRACK_ONLY = ("ceiling", "naive_pose", "track")
#: Widths of an upright picture.
HEIGHTS_PX = {"480p": 854, "720p": 1280, "1080p": 1920, "4K": 3840}
LENGTHS_S = (10, 30, 120, 1200)
MINUTE_S = 60
_STARTS = 7


def command(what: str, clip: Path, out: Path) -> list[str]:
    """The command that does `what` with a clip; results go into the folder `out`."""
    model = str(model_file().path)
    naive = [sys.executable, str(ROOT / "benchmarks" / "naive.py"), str(clip), model, str(out / "landmarks.npy")]
    analyze = [GAITCHECK, "analyze", str(clip), "--out", str(out / what)]
    return {
        "ceiling": [sys.executable, "-m", "benchmarks.ceiling", model, str(clip)],
        "naive_pose": naive,
        "naive_annotated": [*naive, "--out", str(out / "annotated.mp4")],
        "track": [sys.executable, "-m", "benchmarks.track_alone", str(clip)],
        "no_video": [*analyze, "--no-video"],
        "analyze": analyze,
    }[what]


def cost_of(what: str, clip: Path, **how: Any) -> Cost:
    """Run it once, from a cold start, and say so on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        cost = run(command(what, clip, Path(folder)), **how)
    memory = "" if cost.peak_mb is None else f", {cost.peak_mb:.0f} MB"
    print(f"  {clip.stem}: {what}: {cost.wall_s:.1f} s, {cost.cpu_s:.1f} s of the processor{memory}", flush=True)
    return cost


def speed(shortened: Shortened, rounds: int, name: str) -> Data:
    """Everything in turns on one clip of 30 s or 6 s, round after round; nothing where the clip is not there."""
    place, _, size = name.partition("_")
    source = clips.sources().get(place)
    if source is None:
        return {}
    if "720p" in size:
        source = clips.of_height(source, HEIGHTS_PX["720p"])
    clip = source if size.endswith("6s") else clips.lasting(source, shortened(30))
    found: Data = {**clips.facts(clip), "cores": cores(), "rounds": []}
    for number in range(rounds):
        print(f"{name}, round {number + 1} of {rounds}", flush=True)
        row: Data = {}
        for what in TRACK_ONLY if "720p" in size else EVERYTHING:
            cost = cost_of(what, clip)
            row[what] = json.loads(cost.output) if what == "ceiling" else [cost.wall_s, cost.cpu_s]
        found["rounds"].append(row)
    return {name: found}


def start(shortened: Shortened) -> Data:
    """Start-up, and measuring a written analysis again."""
    clip = clips.lasting(clips.rendered("rear"), shortened(MINUTE_S))
    found: Data = {"reanalyze_clip": clips.facts(clip)}
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        run([GAITCHECK, "analyze", str(clip), "--no-video", "--out", str(result)])
        for name, what in {
            "python": [sys.executable, "-c", "pass"],
            "import": [sys.executable, "-c", "import gaitcheck"],
            "help": [GAITCHECK, "--help"],
            "reanalyze": [GAITCHECK, "reanalyze", str(result)],
            "reanalyze_no_report": [GAITCHECK, "reanalyze", "--no-report", str(result)],
        }.items():
            run(what)  # so that compiled files and the disk's cache are there
            found[name] = [run(what).wall_s for _ in range(_STARTS)]
        found["again"] = json.loads(run([sys.executable, "-m", "benchmarks.again", str(result)]).output)[1:]
    for name in ("python", "import", "help", "reanalyze", "reanalyze_no_report", "again"):
        print(f"  {name}: {min(found[name]):.2f} to {max(found[name]):.2f} s", flush=True)
    return found


def length(shortened: Shortened) -> Data:
    """The whole analysis over the clip's length, with the memory of all its processes together."""
    rear = clips.rendered("rear")
    found: Data = {}
    for seconds in sorted({shortened(one) for one in LENGTHS_S}):
        clip = clips.lasting(rear, seconds)
        cost = cost_of("analyze", clip, watch_memory=True)
        found[f"{seconds:g}"] = {**clips.facts(clip), "wall_s": cost.wall_s, "cpu_s": cost.cpu_s, "mb": cost.peak_mb}
        if seconds > MINUTE_S:
            clip.unlink()  # gigabytes
    return found


def resolution(shortened: Shortened) -> Data:
    """Pose track and whole analysis over the picture's size."""
    rear = clips.rendered("rear")
    found: Data = {}
    for name, height_px in HEIGHTS_PX.items():
        clip = clips.lasting(rear if name == "1080p" else clips.of_height(rear, height_px), shortened(10))
        costs = {what: cost_of(what, clip, watch_memory=True) for what in ("track", "analyze")}
        found[name] = clips.facts(clip) | {
            what: {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s, "mb": cost.peak_mb} for what, cost in costs.items()
        }
    return found


def workers(shortened: Shortened) -> Data:
    """Pose track and whole analysis on one core, two, and so on in doublings up to all."""
    clip = clips.lasting(clips.rendered("rear"), shortened(30))
    found: Data = {}
    number = 1
    while number <= cores():
        costs = {what: cost_of(what, clip, on_cores=number) for what in ("track", "analyze")}
        found[str(number)] = clips.facts(clip) | {
            what: {"wall_s": cost.wall_s, "cpu_s": cost.cpu_s} for what, cost in costs.items()
        }
        number *= 2
    return found
