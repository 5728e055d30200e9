"""The runs of the validation: which runners, clothes, movements, cameras and files, and which half each belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from gaitcheck.synthetic.spec import Spec

Half = Literal["tuning", "reporting"]

#: Enough for ten steps of each leg at the slowest cadence.
DURATION_S = 7.8
#: The pose model looks at the runner at 256 px; a larger picture only costs more to render.
WIDTH_PX, HEIGHT_PX = 540, 960

_BODIES: dict[str, dict[str, Any]] = {
    "man": {"sex": "M", "height_m": 1.78},
    "woman": {"sex": "F", "height_m": 1.66, "hair_style": "ponytail", "skin": (0.80, 0.60, 0.48)},
    "stout": {"sex": "M", "height_m": 1.72, "girth": 1.6, "skin": (0.55, 0.36, 0.25), "hair": (0.05, 0.04, 0.03)},
    "slight": {"sex": "F", "height_m": 1.58, "girth": -0.6, "skin": (0.36, 0.22, 0.15), "hair": (0.04, 0.03, 0.03)},
}
_CLOTHES: dict[str, dict[str, Any]] = {
    "fitted": {"top": "fitted", "bottom": "shorts"},
    "tank_tights": {"top": "tank", "bottom": "tights", "shirt": (0.85, 0.72, 0.10), "shorts": (0.07, 0.09, 0.16)},
    "loose": {"top": "loose", "bottom": "shorts", "shirt": (0.50, 0.52, 0.54)},
    "one_colour": {
        "top": "fitted",
        "bottom": "shorts",
        "shirt": (0.09, 0.09, 0.11),
        "shorts": (0.09, 0.09, 0.11),
        "band": (0.09, 0.09, 0.11),
    },
}
_PACES: tuple[dict[str, Any], ...] = (
    {"cadence_spm": 160, "speed_m_s": 2.4, "stance_share": 0.38},
    {"cadence_spm": 170, "speed_m_s": 2.8, "stance_share": 0.36},
    {"cadence_spm": 180, "speed_m_s": 3.4, "stance_share": 0.33},
)
#: Three levels of what a rear or front view measures; the two legs differ.
_FRONTAL: tuple[dict[str, Any], ...] = (
    {
        "knee_valgus_deg": {"left": -3, "right": 4},
        "pelvic_drop_deg": {"left": 2, "right": 5},
        "lateral_lean_deg": {"left": 0, "right": 2},
    },
    {
        "knee_valgus_deg": {"left": 10, "right": 2},
        "pelvic_drop_deg": {"left": 9, "right": 4},
        "lateral_lean_deg": {"left": 4, "right": 1},
    },
    {
        "knee_valgus_deg": {"left": 6, "right": 16},
        "pelvic_drop_deg": {"left": 6, "right": 12},
        "lateral_lean_deg": {"left": 2, "right": 6},
    },
)
#: Three levels of what a side view measures.
_SAGITTAL: tuple[dict[str, Any], ...] = (
    {"forward_lean_deg": 1, "knee_flexion_ic_deg": 9, "foot_inclination_ic_deg": 16, "overstride_m": 0.05},
    {"forward_lean_deg": 8, "knee_flexion_ic_deg": 15, "foot_inclination_ic_deg": 8},
    {"forward_lean_deg": 17, "knee_flexion_ic_deg": 20, "foot_inclination_ic_deg": 2, "overstride_m": -0.03},
)
#: Cameras and files other than the usual ones, by name: (camera, clip, views it is tried in).
_CONDITIONS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "roll": ({"roll_deg": 3.0}, {}, ("rear", "right")),
    "high_camera": ({"height_m": 1.5}, {}, ("rear", "left")),
    "oblique": ({"oblique_deg": 15.0}, {}, ("rear", "right")),
    "far": ({"distance_m": 5.5}, {}, ("front", "left")),
    "noise": ({"noise": 9.0}, {"crf": 33}, ("rear", "right")),
    "30_fps": ({}, {"capture_fps": 30.0}, ("front", "right")),
    "120_fps": ({}, {"capture_fps": 120.0, "duration_s": 5.0}, ("rear", "left")),
}


@dataclass(frozen=True)
class Case:
    """One run: what is rendered, the condition it stands for, and the half it belongs to."""

    spec: Spec
    body: str
    clothes: str
    condition: str

    @property
    def name(self) -> str:
        """Identifier, also the name of the files."""
        return self.spec.name

    @property
    def view(self) -> str:
        """The camera's view."""
        return self.spec.camera.view

    @property
    def half(self) -> Half:
        """By the first bit of the name's SHA-256: fixed, and nobody's choice."""
        return "tuning" if hashlib.sha256(self.name.encode()).digest()[0] & 1 else "reporting"


def cases() -> tuple[Case, ...]:
    """All runs of the validation."""
    return (*_usual(), *_unusual())


def quick_cases() -> tuple[Case, ...]:
    """A few short runs for every day: each view, each level once."""
    return tuple(
        _case(view, body, clothes, level, pace, "quick", {}, {"duration_s": 5.0})
        for view, body, clothes, level, pace in (
            ("rear", "man", "fitted", 0, 1),
            ("rear", "woman", "tank_tights", 2, 2),
            ("front", "stout", "fitted", 1, 0),
            ("front", "slight", "one_colour", 2, 1),
            ("left", "man", "fitted", 0, 1),
            ("left", "slight", "loose", 2, 2),
            ("right", "woman", "tank_tights", 1, 0),
            ("right", "stout", "one_colour", 2, 1),
        )
    )


def _usual() -> Iterator[Case]:
    """Views x clothes x levels; the bodies and paces turn with them so that every pair meets."""
    for v, view in enumerate(("rear", "front", "left", "right")):
        for c, clothes in enumerate(_CLOTHES):
            for level in range(3):
                body = tuple(_BODIES)[(v + c + level) % len(_BODIES)]
                yield _case(view, body, clothes, level, (c + 2 * level + v) % len(_PACES), "usual", {}, {})


def _unusual() -> Iterator[Case]:
    for i, (condition, (camera, clip, views)) in enumerate(_CONDITIONS.items()):
        for v, view in enumerate(views):
            body = tuple(_BODIES)[(i + v) % len(_BODIES)]
            yield _case(view, body, "fitted", (i + v) % 3, 1, condition, camera, clip)


def _case(
    view: str,
    body: str,
    clothes: str,
    level: int,
    pace: int,
    condition: str,
    camera: dict[str, Any],
    clip: dict[str, Any],
) -> Case:
    levels = _FRONTAL if view in ("rear", "front") else _SAGITTAL
    name = f"{condition}_{view}_{body}_{clothes}_{level}"
    spec = Spec.model_validate(
        {
            "name": name,
            "body": _BODIES[body],
            "clothes": _CLOTHES[clothes],
            "motion": {**_PACES[pace], **levels[level]},
            "room": {"console": view != "front"},
            "camera": {"view": view, "width_px": WIDTH_PX, "height_px": HEIGHT_PX, **camera},
            "clip": {
                "seed": int.from_bytes(hashlib.sha256(name.encode()).digest()[1:4]),
                "duration_s": DURATION_S,
                **clip,
            },
        }
    )
    return Case(spec, body, clothes, condition)
