"""Measuring a written analysis again in a program that already runs: python -m benchmarks.again FOLDER.

Prints the seconds of each of a few times; the first has the imports in it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

TIMES = 8

if __name__ == "__main__":
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        from gaitcheck.report.reanalyze import reanalyze

        reanalyze(Path(sys.argv[1]), report=False)
        took.append(time.perf_counter() - start)
    print(json.dumps(took))
