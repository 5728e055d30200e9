"""Measures the speed and writes docs/benchmarks.md: `make bench` (an hour and a half on two cores, else idle).

    python -m benchmarks [--part speed] [--clip rear] [--rounds 3]     measure a part anew, keep the others
    python -m benchmarks --quick                                      short form, into out/bench; no figures to quote
    python -m benchmarks --document                                   write the page again from the numbers

Beside it stand instruments for single questions: `pose_cost`, `pose_lag`, `render_cost`, `event_methods`.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import clips, document, encoder_cost, frame_rate, measuring, stages
from benchmarks.bars import NAMES
from benchmarks.processes import ROOT, cores
from gaitcheck.pose.install import cache_dir, model_file

SHORT_S = 6.0
#: Left out of the short form unless asked for: it renders and tracks for long.
_SLOW = ("rates",)
_PACKAGES = ("mediapipe", "opencv-python", "av", "numpy", "ai-edge-litert")


def machine() -> dict[str, Any]:
    """What the figures hold for."""
    import psutil

    processor = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        processor = (names or [processor])[0]
    versions = {"Python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "cores": cores(),
        "processor": processor or platform.machine(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),  # some megabytes do not make another machine
        "system": platform.system(),
        "versions": versions,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=document.SECTIONS, help="may be repeated")
    parser.add_argument(
        "--clip", action="append", choices=NAMES, help="of the part speed and the stages, only this clip"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help=f"clips of at most {SHORT_S:g} s, one round, into out/bench"
    )
    parser.add_argument("--document", action="store_true", help="measure nothing")
    parser.add_argument(
        "--work", type=Path, default=cache_dir() / "validation", help="rendered clips of the validation"
    )
    options = parser.parse_args()
    home = ROOT / "out" / "bench" if options.quick else ROOT / "docs"
    home.mkdir(parents=True, exist_ok=True)
    numbers = home / "benchmarks.json"
    here = machine()
    results = json.loads(numbers.read_text(encoding="utf-8")) if numbers.exists() else {"machine": here, "parts": {}}
    if not options.document and results["machine"] != here:
        print("Another machine or other versions: the numbers so far are kept apart.")
        results = {"machine": here, "parts": {}, "former": {key: results[key] for key in ("machine", "parts")}}

    def shortened(seconds: float) -> float:
        return min(seconds, SHORT_S) if options.quick else seconds

    rounds = 1 if options.quick else options.rounds
    by_clip: dict[str, Callable[[str], dict[str, Any]]] = {
        "speed": lambda clip: measuring.speed(shortened, rounds, clip),
        "stages": lambda clip: stages.measure(shortened, clip),
    }
    whole: dict[str, Callable[[], dict[str, Any]]] = {
        "start": lambda: measuring.start(shortened),
        "length": lambda: measuring.length(shortened),
        "resolution": lambda: measuring.resolution(shortened),
        "workers": lambda: measuring.workers(shortened),
        "encoder": lambda: {"table": encoder_cost.table(clips.rendered("rear"))},
        "rates": lambda: {"table": frame_rate.table(options.work, model_file())},
    }
    usual = [name for name in document.SECTIONS if not (options.quick and name in _SLOW)]

    def keep(name: str, data: dict[str, Any]) -> None:
        if data:  # a clip that is not there gives nothing
            results["parts"][name] = {"date": date.today().isoformat(), "short": options.quick, "data": data}
            numbers.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

    for name in [] if options.document else options.part or usual:
        print(f"{name}:", flush=True)
        if name in whole:
            keep(name, whole[name]())
            continue
        data = results["parts"].get(name, {}).get("data", {}) if options.clip else {}
        for clip in options.clip or NAMES:
            data |= by_clip[name](clip)
            keep(name, data)
    (home / "benchmarks.md").write_text(document.page(results), encoding="utf-8")
    print(f"{home.relative_to(ROOT) / 'benchmarks.md'} written")


if __name__ == "__main__":
    main()
