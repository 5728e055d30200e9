"""The page docs/benchmarks.md from the numbers in docs/benchmarks.json; every figure and every "yes" is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import bars
from benchmarks.bars import NAMES, WORDS, Bar

Data = dict[str, Any]
_TRIED = Path(__file__).with_name("tried.md")
_PROFILE = Path(__file__).with_name("profile.md")
_BEFORE = """## The same on the machine before, with the program as it was then

Measured {}

{}"""
_CEILINGS = ("interpreter_ms", "joints_only_ms", "mediapipe_ms")


def page(results: Data) -> str:
    """The whole document; parts that were not measured here are those of the machine before, or left out."""
    parts, former = _data(results), results.get("former")
    sections = [_head(results), "## What is asked, and what is reached\n\n" + _bars(parts)]
    if former:
        sections.append(_BEFORE.format(_when_and_where(former), _bars(_data(former))))
    for name, write in SECTIONS.items():
        if name in parts:
            sections.append(write(parts[name]))
        elif former and name in former["parts"]:
            sections.append(f"{write(former['parts'][name]['data'])}\n\n(Of the machine before.)")
    for title, file in (("What a profiler says", _PROFILE), ("What was tried and did not help", _TRIED)):
        sections.append(f"## {title}\n\n{file.read_text(encoding='utf-8').strip()}")
    return "\n\n".join(sections) + "\n"


def _data(results: Data) -> Data:
    return {name: part["data"] for name, part in results["parts"].items()}


def _when_and_where(results: Data) -> str:
    machine = results["machine"]
    dates = sorted({part["date"] for part in results["parts"].values()})
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return f"""{" and ".join(dates)} on
{machine["cores"]} cores of {machine["processor"]}, {machine["memory_gb"]} GB, {machine["system"]}; {versions}."""


def _head(results: Data) -> str:
    short = [name for name, part in results["parts"].items() if part["short"]]
    warning = f"\n\n**Short form** (clips cut short, no figures to quote): {', '.join(short)}." if short else ""
    return f"""# Speed

Written by `make bench`; no figure before the last two sections is typed by hand. Measured {_when_and_where(results)}

Every command is a process of its own, from its start to its end, so start-up counts. On one clip all of them run in
turns, round after round; ratios are taken within a round, and the median of the rounds is shown. So a machine that is
faster at one time than at another changes times, and hardly ratios.{warning}"""


def _bars(parts: Data) -> str:
    found: list[Bar] = []
    for name, take in (("speed", bars.speed_bars), ("start", bars.start_bars), ("length", bars.memory_bars)):
        if name in parts:
            found += take(parts[name])
    rows = [
        (
            bar.what,
            f"{'under' if bar.below else 'at least'} {_with_unit(bar.asked, bar)}",
            _with_unit(bar.measured, bar),
            "yes" if bar.reached else "**no**",
        )
        for bar in found
    ]
    reached = sum(bar.reached for bar in found)
    table = _table(("what", "asked", "measured", "reached"), rows)
    return f"{reached} of {len(found)} are reached.\n\n{table}"


def _with_unit(value: float, bar: Bar) -> str:
    return f"{value:.0f} MB" if bar.unit == "MB" else f"{value:.2f} {bar.unit}"


def _speed(data: Data) -> str:
    rows = []
    for name, clip in data.items():
        for what in (what for what in WORDS if what in clip["rounds"][0]):
            wall_s = median(one[what][0] for one in clip["rounds"])
            cpu_s = median(one[what][1] for one in clip["rounds"])
            naive = "" if what.startswith("naive") else f"{bars.naive_ratio(clip, what):.2f}"
            shares = (bars.ceiling_ratio(clip, what, kind) for kind in _CEILINGS)
            rows.append(
                (
                    NAMES[name],
                    WORDS[what],
                    f"{wall_s:.1f}",
                    f"{wall_s / clip['seconds']:.2f}",
                    f"{clip['frames'] / wall_s:.0f}",
                    f"{cpu_s / clip['frames'] * 1000:.1f}",
                    naive,
                    *("" if share is None else f"{share:.2f}" for share in shares),
                )
            )
    head = (
        "clip",
        "command",
        "s",
        "x its length",
        "frames a second",
        "ms of the processor a frame",
        "x the common loop",
        "of the ceiling",
        "of the ceiling without mask",
        "of MediaPipe's own call",
    )
    clips = _table(
        ("clip", "size", "frames a second", "length", "frames", "stream", "rounds"),
        [
            (
                NAMES[name],
                f"{clip['width_px']}x{clip['height_px']}",
                f"{clip['fps']:.0f}",
                f"{clip['seconds']:.1f} s",
                clip["frames"],
                f"{clip['codec']}, {clip['mbit_s']:.0f} Mbit/s",
                len(clip["rounds"]),
            )
            for name, clip in data.items()
        ],
    )
    return f"""## Against the common loop and against the model alone

The common loop is `benchmarks/naive.py`: OpenCV's `VideoCapture`, MediaPipe's `detect_for_video` on every frame with
the same model file, and with drawing OpenCV's lines and circles and `VideoWriter` (mp4v, full size). It is compared
with its like: the pose track and `--no-video` with the loop that only finds the joints, the whole analysis with the one
that draws. GaitCheck also reads the pelvis line and the camera's roll out of the pictures, which the loop does not.

{_ceiling(data)}

{_table(head, rows)}

The clips are runners rendered by `gaitcheck.synthetic`, put end to end, and a film of a real runner where present.

{clips}"""


def _ceiling(data: Data) -> str:
    rounds = [(clip["cores"], one["ceiling"]) for clip in data.values() for one in clip["rounds"]]
    whole = median(one["mediapipe_ms"] for _, one in rounds)
    count = rounds[0][0]
    bare = [one for _, one in rounds if "interpreter_ms" in one]
    theirs = (
        f"MediaPipe's own call on a small decoded picture\ntook {whole:.1f} ms (ceiling: "
        f"{count / whole * 1000:.0f} frames a second), measured in the same turns."
    )
    if not bare:
        return f"The bare interpreter (ai-edge-litert) is not installed here, so there is no ceiling by it. {theirs}"
    model, smaller = (median(one[kind] for one in bare) for kind in ("interpreter_ms", "joints_only_ms"))
    return f"""The ceiling is cores / processor time of the landmark model for one frame, with nothing around it: the
bare interpreter (LiteRT {bare[0]["version"]}, XNNPACK, one thread) took {model:.1f} ms, so {count} cores could do
{count / model * 1000:.0f} frames a second. {theirs}
Of that the mask of the person's outline takes two fifths. GaitCheck leaves it out, since nothing looks at it and the
joints are the same to the last bit without it (`gaitcheck/pose/joints_only.py`): so left, the bare model took
{smaller:.1f} ms (ceiling: {count / smaller * 1000:.0f} frames a second).
What is asked is held against the whole model, as the common loop uses it; the table shows the share of both. All are
measured before each round, and each round's own figure is used. MediaPipe's call has the model inside, with the cutting
out of the person and the tracking around it. The last section names the other interpreters that were tried."""


def _start(data: Data) -> str:
    seconds = f"{data['reanalyze_clip']['seconds']:.0f} s of video"
    words = {
        "python": "`python -c pass` (Python itself)",
        "import": "`python -c 'import gaitcheck'`",
        "help": "`gaitcheck --help`",
        "reanalyze": f"`gaitcheck reanalyze`, with the report's pages, {seconds}",
        "reanalyze_no_report": f"`gaitcheck reanalyze --no-report`, {seconds}",
        "again": f"measuring and writing tables again in a program that runs already, {seconds}",
    }
    rows = [
        (text, *(f"{value:.2f}" for value in (median(data[name]), min(data[name]), max(data[name]))))
        for name, text in words.items()
    ]
    table = _table(("what", "median", "least", "most"), rows)
    return f"## Start-up and analysing again\n\nSeconds; of the commands the whole process.\n\n{table}"


def _length(data: Data) -> str:
    rows = [
        (
            f"{row['seconds']:.0f} s",
            row["frames"],
            f"{row['wall_s']:.1f}",
            f"{row['wall_s'] / row['seconds']:.2f}",
            f"{row['frames'] / row['wall_s']:.0f}",
            f"{row['cpu_s'] / row['frames'] * 1000:.1f}",
            f"{row['mb']:.0f}",
        )
        for row in data.values()
    ]
    head = (
        "length",
        "frames",
        "s",
        "x its length",
        "frames a second",
        "ms of the processor a frame",
        "most memory, MB",
    )
    return f"""## Over the clip's length

`gaitcheck analyze` with annotated video and report, rear view 1080p, all cores. Memory is that of all processes
together, looked at five times a second (pages used together are counted once).

{_table(head, rows)}"""


def _resolution(data: Data) -> str:
    rows = [
        (
            name,
            f"{row['width_px']}x{row['height_px']}",
            *_pair(row, "track"),
            *_pair(row, "analyze"),
            f"{row['analyze']['mb']:.0f}",
        )
        for name, row in data.items()
    ]
    head = (
        "size",
        "pixels",
        "pose track, frames a second",
        "ms of the processor a frame",
        "whole analysis, frames a second",
        "ms of the processor a frame",
        "most memory, MB",
    )
    seconds = next(iter(data.values()))["seconds"]
    return f"""## Over the picture's size

The rear view of {seconds:.0f} s, scaled; short, so start-up weighs.

{_table(head, rows)}"""


def _workers(data: Data) -> str:
    rows = [(number, *_pair(row, "track"), *_pair(row, "analyze")) for number, row in data.items()]
    head = (
        "cores",
        "pose track, frames a second",
        "ms of the processor a frame",
        "whole analysis, frames a second",
        "ms of the processor a frame",
    )
    clip = next(iter(data.values()))
    return f"""## Over the cores

The same rear view of {clip["seconds"]:.0f} s at 1080p; the processes may use only so many cores.

{_table(head, rows)}"""


def _pair(row: Data, what: str) -> tuple[str, str]:
    return f"{row['frames'] / row[what]['wall_s']:.0f}", f"{row[what]['cpu_s'] / row['frames'] * 1000:.1f}"


def _stages(data: Data) -> str:
    tables = []
    for name, one in data.items():
        total = one["total_s"]
        rows = [
            (stage, f"{seconds:.2f}", f"{seconds / one['frames'] * 1000:.2f}", f"{seconds / total:.0%}")
            for stage, seconds in one["stages"].items()
        ]
        rows.append(("all", f"{total:.2f}", f"{total / one['frames'] * 1000:.2f}", "100%"))
        tables.append(
            f"{NAMES[name].capitalize()}, {one['frames']} frames:\n\n"
            + _table(("stage", "s", "ms a frame", "share"), rows)
        )
    return """## Where the time goes

`gaitcheck analyze` with annotated video and report on one core, so that times do not overlap: processor time of each
stage without that of stages inside it (`python -m benchmarks.stages`).

""" + "\n\n".join(tables)


def _encoder(data: Data) -> str:
    return f"""## The annotated video's size and encoder

Processor time of one thread for each step of the second pass, by size, preset and quality
(`python -m benchmarks.encoder_cost VIDEO`).

{data["table"].strip()}"""


def _rates(data: Data) -> str:
    return f"""## Fewer frames of fast files

Of files with 240 frames a second or more, 120 of each real second are looked at (`--analysis-fps auto`): rendered
runners filmed at 240 frames a second, each tracked at every frame and at fewer (`python -m benchmarks.frame_rate`).

{data["table"].strip()}"""


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


#: A part's section; a new part is a line here and one in `__main__`.
SECTIONS = {
    "speed": _speed,
    "start": _start,
    "length": _length,
    "resolution": _resolution,
    "workers": _workers,
    "stages": _stages,
    "encoder": _encoder,
    "rates": _rates,
}
