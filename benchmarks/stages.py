"""Where the time of an analysis goes, stage by stage: python -m benchmarks.stages VIDEO.

The functions of each stage are wrapped in a clock while one analysis with annotated video runs on one core. Each
stage's time is its own, without that of the stages called inside it. A stage has the processor time of its thread; as
MediaPipe works in threads of its own, its calls have that of the whole process, which does nothing else meanwhile.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import clips
from benchmarks.processes import run

_ANNOTATORS = ("Skeleton", "PelvisLine", "EventMarks", "Ribbon", "Panel")
#: Stage, and the functions (module:name) that make it up.
STAGES = {
    "probing and indexing the file": ("gaitcheck.video.probe:probe", "gaitcheck.video.index:frame_index"),
    "decoding": ("gaitcheck.video.reader:_decoded",),
    "shrinking and colour": ("gaitcheck.video.reader:Frame.scaled",),
    "cuts between scenes": ("gaitcheck.pose.cuts:CutDetector.is_cut",),
    # the model itself opens while the file is indexed, so its time cannot be told apart: it lies in "everything else"
    "MediaPipe: opening followers": ("gaitcheck.pose.model:PoseModel.follower",),
    "MediaPipe: following": ("gaitcheck.pose.follow:Landmarker.follow",),
    "MediaPipe: following in the mirror image": ("gaitcheck.pose.follow:Landmarker.follow_mirrored",),
    "MediaPipe: looks for further people": ("gaitcheck.pose.follow:Landmarker.look",),
    "pelvis: pictures of the trunk": (
        "gaitcheck.pose.pelvis.evidence:evidence",
        "gaitcheck.pose.pelvis.evidence:EvidenceStore.add",
    ),
    "pelvis: line over the whole clip": ("gaitcheck.pose.pelvis.line:pelvis_line",),
    "camera roll": ("gaitcheck.pose.roll:RollSampler.take", "gaitcheck.pose.roll:RollSampler.roll"),
    "choosing the runner": ("gaitcheck.pose.persons:choose_runner",),
    "measuring the gait": ("gaitcheck.gait.pipeline:measure_gait",),
    "findings": ("gaitcheck.findings.engine:assess",),
    "stills: drawing and JPEG": ("gaitcheck.report.stills:draw_still", "gaitcheck.report.annotate:save_jpeg"),
    "annotated video: drawing": tuple(f"gaitcheck.report.annotators:{name}.__call__" for name in _ANNOTATORS),
    "annotated video: H.264": ("gaitcheck.video.writer:VideoSink.encode", "gaitcheck.video.writer:VideoSink.append"),
    "tables": ("gaitcheck.report.tables:write_landmarks", "gaitcheck.report.tables:write_steps"),
    "report: contents": ("gaitcheck.report.compose:report_content",),
    "report.html": ("gaitcheck.report.page:render_page",),
    "report.pdf": ("gaitcheck.report.pdf:render_pdf",),
}
_IN_OTHER_THREADS = "MediaPipe"
#: What the pictures are read for a second time, by the names of the threads that do it.
_AGAIN = {"stills": "for the stills", "annotate": "for the annotated video"}


class Clock:
    """Adds up each stage's own time, in seconds."""

    def __init__(self) -> None:
        self.own_s: dict[str, float] = defaultdict(float)
        self._inside = threading.local()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        stack = self._inside.__dict__.setdefault("stack", [])
        now = time.process_time if name.startswith(_IN_OTHER_THREADS) else time.thread_time
        stack.append(0.0)
        start = now()
        try:
            yield
        finally:
            took = now() - start
            again = _AGAIN.get(threading.current_thread().name.split("_")[0])
            called = f"{name}, {again}" if again and ":" not in name else name
            self.own_s[called] += took - stack.pop()
            if stack:
                stack[-1] += took

    def wrapped(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, or generator, that tells the clock."""
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generate(*given: Any, **named: Any) -> Iterator[Any]:
                source = function(*given, **named)
                try:
                    while True:
                        with self.stage(name):
                            try:
                                item = next(source)
                            except StopIteration:
                                return
                        yield item
                finally:
                    source.close()

            return generate

        @functools.wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            with self.stage(name):
                return function(*given, **named)

        return call


def watch(clock: Clock) -> None:
    """Put the clock around every stage, wherever the function is used under its name."""
    places = [(stage, *place.split(":")) for stage, found in STAGES.items() for place in found]
    modules = [importlib.import_module(module) for _, module, _ in places]
    for (stage, _, name), module in zip(places, modules, strict=True):
        *classes, last = name.split(".")
        owner: Any = functools.reduce(getattr, classes, module)
        function = getattr(owner, last)
        told = clock.wrapped(stage, function)
        setattr(owner, last, told)
        for other in [m for key, m in sys.modules.items() if key.startswith("gaitcheck") and not classes]:
            if getattr(other, last, None) is function:
                setattr(other, last, told)


def main() -> None:
    from gaitcheck.analyze import analyze
    from gaitcheck.report.write import write_report
    from gaitcheck.settings import Settings

    clock = Clock()
    watch(clock)
    loaded_s = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        analysis = analyze([Path(sys.argv[1])], Settings())
        write_report(analysis, Path(folder) / "result")
    total_s = time.process_time()
    found = {"start of Python, first imports": loaded_s} | dict(clock.own_s)
    found["everything else"] = total_s - sum(found.values())
    print(json.dumps({"stages": found, "total_s": total_s}))


def measure(shortened: Callable[[float], float], name: str) -> dict[str, Any]:
    """One of the 1080p clips on one core; nothing where there is no such clip."""
    source = clips.sources().get(name)
    if source is None:
        return {}
    clip = clips.lasting(source, shortened(30))
    print(f"  {name}", flush=True)
    cost = run([sys.executable, "-m", "benchmarks.stages", str(clip)], on_cores=1)
    return {name: clips.facts(clip) | json.loads(cost.output)}


if __name__ == "__main__":
    main()
