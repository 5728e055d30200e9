"""The README of a folder of rendered clips, its numbers read from the truth files.

    python -m gaitcheck.synthetic.describe sample_videos

writes `README.md` into that folder.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gaitcheck.synthetic.truth_file import read_truth

_TABLES: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    (
        "From behind and from the front, at midstance (left / right leg)",
        ("rear", "front"),
        (
            ("contralateral_pelvic_drop", "pelvic drop, °"),
            ("hip_adduction", "hip adduction, °"),
            ("knee_valgus", "knee valgus, °"),
            ("lateral_trunk_lean", "sideways lean, °"),
            ("crossover", "foot to middle line, % hip width"),
        ),
    ),
    (
        "From the side (left / right leg)",
        ("left", "right"),
        (
            ("forward_trunk_lean", "forward lean, °"),
            ("tibia_inclination_ic", "shin at contact, °"),
            ("overstride", "foot ahead, % leg"),
            ("knee_flexion_ic", "knee at contact, °"),
            ("knee_flexion_peak_stance", "knee in stance, °"),
            ("hip_extension_peak", "thigh behind, °"),
        ),
    ),
    (
        "Rhythm, in real time",
        ("rear", "front", "left", "right"),
        (
            ("cadence", "cadence, steps/min"),
            ("contact_time", "contact, ms (left / right)"),
            ("duty_factor", "duty factor, % (left / right)"),
            ("vertical_oscillation", "rise and fall, % leg"),
            ("step_time_symmetry", "step asymmetry, %"),
        ),
    ),
)

_INTRODUCTION = """# Sample videos

Rendered runners on a treadmill: no real person is shown. Beside each clip lie its spec (`.toml`) and its truth
(`.truth.parquet`). The commands

    gaitcheck synth render gaitcheck/synthetic/specs/{example}.toml --out sample_videos
    python -m gaitcheck.synthetic.describe sample_videos

make a clip (needs the optional part `synth`, see `docs/synthetic.md`) and this file.

The numbers below are true means over the whole steps in the clip, computed from the projected joint centres of the
model: what a perfect reader of the picture would find, perspective included. They are not the numbers in the spec.
"""

_TRUTH = """## The truth files

One Parquet file for each clip, one row for each frame, in pixels of the upright picture:

| columns | what |
|---|---|
| `frame`, `time_s`, `video_time_s` | number, real seconds since the first frame, and when the file shows it |
| `phase` | 0 standing still, 1 running, between while starting up; steps and means count only the running |
| `contact_left`, `contact_right` | the foot touches the belt (exact while running) |
| `x_px_<joint>`, `y_px_<joint>` | joint in the picture, x to the right, y down |
| `x_m_<joint>`, `y_m_<joint>`, `z_m_<joint>` | in the room, metres: to the runner's right, forward, up |
| `<measure>_<side>` or `<measure>` | the angle or distance in each frame, in the measure's unit and sign |

Joints: `hip`, `knee`, `ankle`, `heel`, `toe`, `toe_joint`, `shoulder`, `elbow`, `wrist`, `psis`, `asis` (each `_left`
and `_right`), `pelvis` (middle of the hips), `lumbar`, `neck`, `head`. The frontal angle `psis_line_drop` is the
tilt of the line of the posterior iliac spines.

`gaitcheck.synthetic.truth_file.read_truth(path)` gives the table and a dictionary with `spec`, `steps` (for each whole
stance: `side`, `initial_contact_s`, `midstance_s`, `toe_off_s`, `next_contact_s`, `next_same_contact_s`, in real
seconds, exact from the motion, not rounded to frames) and `measures` (`id`, `side`, `unit`, `mean`, `sd`, `n_steps`).
"""


def readme(folder: Path) -> str:
    """Write out the README of a folder of clips.

    Raises
    ------
    FileNotFoundError : the folder holds no truth file.
    """
    truths = [read_truth(path)[1] for path in sorted(folder.glob("*.truth.parquet"))]
    if not truths:
        raise FileNotFoundError(f"no truth file in {folder}")
    parts = [_INTRODUCTION.format(example=truths[0]["spec"]["name"]), _list(truths)]
    for title, views, columns in _TABLES:
        shown = [truth for truth in truths if truth["spec"]["camera"]["view"] in views]
        if shown:
            parts.append(f"## {title}\n\n{_table(shown, columns)}")
    return "\n".join([*parts, _TRUTH])


def _list(truths: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| clip | shows | whole steps | real seconds |", "|---|---|---|---|"]
    for truth in truths:
        spec = truth["spec"]
        file = f"{spec['name']}.{spec['clip']['container']}"
        lines.append(f"| `{file}` | {spec['title']} | {len(truth['steps'])} | {spec['clip']['duration_s']:g} |")
    return "\n".join(lines) + "\n"


def _table(truths: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> str:
    lines = ["| clip | " + " | ".join(heading for _, heading in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for truth in truths:
        means = {(m["id"], m["side"]): m["mean"] for m in truth["measures"]}
        cells = []
        for name, _ in columns:
            found = [means[key] for key in ((name, None), (name, "left"), (name, "right")) if key in means]
            cells.append(" / ".join(f"{value:.1f}" for value in found) or "-")
        lines.append(f"| `{truth['spec']['name']}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "sample_videos")
    (target / "README.md").write_text(readme(target), encoding="utf-8")
