"""What rendering costs: seconds a frame, of the clock and of the processor, without encoding.

Usage: python benchmarks/render_cost.py [SPEC] [--frames N]
"""

from __future__ import annotations

import argparse
import time

from gaitcheck.synthetic import list_specs
from gaitcheck.synthetic.render import Renderer


def main() -> None:
    specs = {spec.name: spec for spec in list_specs()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", nargs="?", default="rear_right_drop", choices=specs)
    parser.add_argument("--frames", type=int, default=30)
    options = parser.parse_args()
    with Renderer(specs[options.spec]) as renderer:
        renderer.frame(0.0, 0)
        clock, processor = time.perf_counter(), time.process_time()
        for index in range(options.frames):
            renderer.frame(1 + index / 60, index)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{clock / options.frames:.3f} s a frame, {processor / options.frames:.3f} s of processor time a frame")


if __name__ == "__main__":
    main()
