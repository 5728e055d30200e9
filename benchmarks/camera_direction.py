"""How far a camera that is not square, or looks up or down, moves each measure.

    python benchmarks/camera_direction.py > gaitcheck/gait/measures/direction.toml

Perfect landmarks of known runs (the renderer's own, nothing is drawn) are seen by a camera 3.6 m away that stands
square and level, then turned about the runner by 10 degrees to either side, then lowered and raised until it looks up
or down by 8 degrees; each goes through the gait room as a video's landmarks would. What counts is the root mean square
of the change over runs and legs, for each degree.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.settings import Settings
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import pose_track, true_of
from gaitcheck.track import PelvisTrack
from gaitcheck.validation.matrix import cases

YAW_DEG, PITCH_DEG = 10.0, 8.0
DISTANCE_M, LEVEL_M, LENGTH_S = 3.6, 0.92, 6.0
HEAD = """\
# How far each degree of yaw (a camera that is not square to the runner) and of pitch (one that looks up or down)
# moves a measure, in its own unit. Made by benchmarks/camera_direction.py; do not edit it.
"""

Values = dict[tuple[str, str | None], float]


def specs() -> Iterator[Spec]:
    """The validation's runs of the usual camera, a moment of each."""
    for case in cases():
        if case.condition == "usual":
            yield case.spec.model_copy(update={"clip": case.spec.clip.model_copy(update={"duration_s": LENGTH_S})})


def seen(spec: Spec, yaw_deg: float, pitch_deg: float) -> Values:
    """Measures of a run from this camera."""
    height = LEVEL_M + DISTANCE_M * float(np.tan(np.radians(pitch_deg)))
    where = {"oblique_deg": yaw_deg, "distance_m": DISTANCE_M, "height_m": height, "aim_height_m": LEVEL_M}
    turned = spec.model_copy(update={"camera": spec.camera.model_copy(update=where)})
    view, track = spec.camera.view, pose_track(turned)
    pelvis = None
    if view in ("rear", "front"):
        joints = true_of(turned).joints_px
        order = ("left", "right") if view == "rear" else ("right", "left")
        ends = np.stack([joints[f"psis_{side}"] for side in order], axis=1)
        along = ends[:, 1] - ends[:, 0]
        tilt = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
        pelvis = PelvisTrack(track.time_s, tilt, np.full(len(tilt), 0.1), ends, "stickers", True, 0.5, 0.5)
    gait = measure_gait(track, Settings(view=view, roll_deg=0.0), seconds_per_video_second=1.0, pelvis=pelvis)
    return {(m.id, m.side): m.mean for m in gait.measures if m.mean is not None}


def main() -> None:
    changes: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for spec in specs():
        square = seen(spec, 0.0, 0.0)
        for kind, most in (("yaw", YAW_DEG), ("pitch", PITCH_DEG)):
            for by in (-most, most):
                other = seen(spec, by if kind == "yaw" else 0.0, by if kind == "pitch" else 0.0)
                for key in square.keys() & other.keys():
                    changes[key[0], view_group(spec.camera.view), kind].append((other[key] - square[key]) / most)
    print(HEAD)
    for name in REGISTRY:
        for group in ("rear", "front", "side"):
            if (name, group, "yaw") in changes:
                yaw, pitch = (float(np.sqrt(np.mean(np.square(changes[name, group, k])))) for k in ("yaw", "pitch"))
                print(f'[[direction]]\nmeasure = "{name}"\nview = "{group}"')
                print(f"per_yaw_deg = {yaw:.2g}\nper_pitch_deg = {pitch:.2g}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
