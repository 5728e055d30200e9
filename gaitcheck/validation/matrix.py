"""The runs of the validation: which runners, clothes, movements, cameras and files, and which half each belongs to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gaitcheck.settings import Settings, View
from gaitcheck.synthetic.spec import Spec

Half = Literal["tuning", "reporting"]
Pattern = Literal["healthy", "right_drop", "left_valgus", "upright", "marked_lean", "mixed"]
Part = Mapping[str, Any]

#: Steps in a clip: ten whole ones of each leg and what the ends cut off.
STEPS = 21.7
#: Length of the quick form's clips, seconds.
QUICK_S = 4.2
#: The pose model looks at the runner at 256 px; a larger picture only costs more to render.
WIDTH_PX, HEIGHT_PX = 540, 960
_NOTHING_TOLD = Settings()
#: A run with a standing baseline: still, then from standing to full speed.
STANDING_S, START_UP_S = 3.0, 1.2

_BODIES: dict[str, Part] = {
    "man": {"sex": "M", "height_m": 1.78},
    "woman": {
        "sex": "F",
        "height_m": 1.66,
        "leg_share": 0.482,
        "hair_style": "ponytail",
        "skin": (0.80, 0.60, 0.48),
    },
    "stout": {
        "sex": "M",
        "height_m": 1.72,
        "leg_share": 0.478,
        "girth": 1.6,
        "skin": (0.55, 0.36, 0.25),
        "hair": (0.05, 0.04, 0.03),
    },
    "slight": {
        "sex": "F",
        "height_m": 1.58,
        "leg_share": 0.502,
        "girth": -0.6,
        "skin": (0.36, 0.22, 0.15),
        "hair": (0.04, 0.03, 0.03),
    },
}
#: Each body runs in its own style: how its swing differs from the mean runner's, and how far its thigh goes back.
_STYLES: dict[str, Part] = {
    "man": {},
    "woman": {"style": (0.8, -0.6, 0.4, 0.0), "hip_extension_deg": 2.0},
    "stout": {"style": (-1.0, 0.5, 0.0, 0.6), "hip_extension_deg": -4.0},
    "slight": {"style": (0.4, 0.9, -0.7, -0.4), "bounce_m": 0.006},
}
_CLOTHES: dict[str, Part] = {
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
_PACES: tuple[Part, ...] = (
    {"cadence_spm": 160, "speed_m_s": 2.4, "stance_share": 0.38},
    {"cadence_spm": 170, "speed_m_s": 2.8, "stance_share": 0.36},
    {"cadence_spm": 180, "speed_m_s": 3.4, "stance_share": 0.33},
)


def _legs(left: float, right: float) -> Part:
    return {"left": left, "right": right}


#: Three levels of what a rear or front view measures; each is a pattern whose first finding is known.
_FRONTAL: tuple[tuple[Pattern, Part], ...] = (
    (
        "healthy",
        {
            "knee_valgus_deg": _legs(-3, 4),
            "pelvic_drop_deg": _legs(3, 5),
            "lateral_lean_deg": _legs(0, 2),
        },
    ),
    (
        "left_valgus",
        {
            "knee_valgus_deg": _legs(19, 2),
            "pelvic_drop_deg": _legs(6, 4),
            "lateral_lean_deg": _legs(3.5, 1),
        },
    ),
    (
        "right_drop",
        {
            "knee_valgus_deg": _legs(7, 8),
            "pelvic_drop_deg": _legs(5, 14),
            "lateral_lean_deg": _legs(2, 4.5),
        },
    ),
)
#: Three levels of what a side view measures.
_SAGITTAL: tuple[tuple[Pattern, Part], ...] = (
    (
        "upright",
        {
            "forward_lean_deg": -3,
            "knee_flexion_ic_deg": 13,
            "foot_inclination_ic_deg": 16,
            "overstride_m": 0.02,
        },
    ),
    (
        "healthy",
        {
            "forward_lean_deg": 7,
            "knee_flexion_ic_deg": 16,
            "foot_inclination_ic_deg": 8,
        },
    ),
    (
        "marked_lean",
        {
            "forward_lean_deg": 19,
            "knee_flexion_ic_deg": 20,
            "foot_inclination_ic_deg": 2,
            "overstride_m": -0.03,
        },
    ),
)
#: How the leg lands, each in three levels of its own (see `_sagittal`). Together with the trunk's lean they would say
#: nothing of the knee: the pose model's error changes with the lean, and would pass for a slope.
_KNEES, _FEET, _REACHES = (10, 16, 22), (16, 8, 2), (0.02, 0.0, -0.03)
#: Pelvic drops of the runs with stickers (left, right).
_DROPS: tuple[tuple[float, float], ...] = ((5, 14), (2, 5), (9, 4), (0, 7), (12, 7))


@dataclass(frozen=True)
class _Condition:
    """A camera, file or setting other than the usual one, the views it is tried in, and how soon it is run."""

    name: str
    views: tuple[str, ...]
    tier: int
    camera: Part = field(default_factory=dict)
    clip: Part = field(default_factory=dict)
    room: Part = field(default_factory=dict)
    clothing: Part = field(default_factory=dict)
    told_roll: bool = False


_CONDITIONS = (
    _Condition("roll", ("rear", "right", "front"), 2, camera={"roll_deg": 3.0}),
    _Condition("roll_told", ("rear", "right"), 3, camera={"roll_deg": 3.0}, told_roll=True),
    _Condition("high_camera", ("rear", "left"), 2, camera={"height_m": 1.5}),
    _Condition("low_camera", ("front",), 3, camera={"height_m": 0.45}),
    _Condition("oblique", ("rear", "right"), 2, camera={"oblique_deg": 15.0}),
    _Condition("far", ("front", "left"), 3, camera={"distance_m": 5.5}),
    _Condition("noise", ("rear", "right"), 2, camera={"noise": 9.0}, clip={"crf": 33}),
    _Condition("30_fps", ("front", "right", "rear"), 2, clip={"capture_fps": 30.0}),
    _Condition("120_fps", ("rear", "left"), 3, clip={"capture_fps": 120.0, "duration_s": 5.0}),
    _Condition("240_fps", ("right",), 4, clip={"capture_fps": 240.0, "duration_s": 5.0}),
    _Condition("variable_rate", ("rear", "left"), 3, clip={"variable_rate": 0.3}),
    _Condition("hand_rails", ("right", "left"), 3, room={"long_rails": True}),
    _Condition("bystander", ("rear", "left"), 3, room={"bystander": {"crosses_s": 3.0}}),
    _Condition("waistband_askew", ("rear", "front"), 2, clothing={"waist_tilt_deg": 3.0}),
    _Condition("crop_top", ("rear", "front"), 2, clothing={"top": "crop", "bottom": "tights"}),
)


@dataclass(frozen=True)
class Case:
    """One run: what is rendered, the condition it stands for, what the program is told, and its half.

    `pattern` is the way of running it shows; `tier` says how soon it is run (1 first).
    """

    spec: Spec
    body: str
    clothes: str
    condition: str
    pattern: Pattern
    settings: Settings = _NOTHING_TOLD
    tier: int = 1

    @property
    def name(self) -> str:
        """Identifier, also the name of the files."""
        return self.spec.name

    @property
    def view(self) -> View:
        """The camera's view."""
        return self.spec.camera.view

    @property
    def half(self) -> Half:
        """By the first bit of the name's SHA-256: fixed, and nobody's choice."""
        return "tuning" if hashlib.sha256(self.name.encode()).digest()[0] & 1 else "reporting"


def cases() -> tuple[Case, ...]:
    """All runs of the validation: the most telling first, the halves and views mixed."""
    every = (*_usual(), *_stickers(), *_baselines(), *_unusual())
    return tuple(sorted(every, key=lambda case: (case.tier, hashlib.sha256(case.name.encode()).digest()[1:])))


def quick_cases() -> tuple[Case, ...]:
    """Ten short runs for every day: each view, each level once."""
    usual = (
        ("rear", "man", "fitted", 0, 1),
        ("rear", "woman", "tank_tights", 2, 2),
        ("front", "stout", "fitted", 1, 0),
        ("front", "slight", "one_colour", 2, 1),
        ("front", "man", "loose", 0, 2),
        ("left", "man", "fitted", 0, 1),
        ("left", "slight", "loose", 2, 2),
        ("right", "woman", "tank_tights", 1, 0),
        ("right", "stout", "one_colour", 2, 1),
    )
    short = {"duration_s": QUICK_S}
    dots = _case("rear", "woman", "fitted", 2, 1, "quick_stickers", clip=short, clothing={"psis_dots": True})
    return (dots, *(_case(*one, "quick", clip=short) for one in usual))


def _usual() -> Iterator[Case]:
    """Views x clothes x levels, twice; bodies and paces turn so that every pair meets. Half of them come later."""
    for again in range(2):
        for v, view in enumerate(("rear", "front", "left", "right")):
            for c, clothes in enumerate(_CLOTHES):
                for level in range(3):
                    side = v >= 2
                    body = tuple(_BODIES)[(v + c + (2 if side else 1) * level + again) % len(_BODIES)]
                    tier = 3 if again or (side and (v + c + level) % 2) else 1
                    movement = _sagittal(view, level, v + c + 2 * again) if side else None
                    pace = (c + 2 * level + v + 2 * again) % len(_PACES)
                    yield _case(view, body, clothes, level, pace, "usual", movement=movement, tier=tier)


def _sagittal(view: str, level: int, turn: int) -> tuple[Pattern, Part]:
    """A level of the side view, landing so that no two of lean, knee, foot and reach go together over the runs."""
    pattern, motion = _SAGITTAL[level]
    other = level + 2 * turn
    foot, reach = (other, turn) if view == "left" else (turn, other)
    return pattern, {
        **motion,
        "knee_flexion_ic_deg": _KNEES[(level + turn) % 3],
        "foot_inclination_ic_deg": _FEET[foot % 3],
        "overstride_m": _REACHES[reach % 3],
    }


def _stickers() -> Iterator[Case]:
    """Adhesive dots on both PSIS, tucked shirts of all kinds, five pelvic drops twice."""
    clothes = ("fitted", "one_colour", "tank_tights")
    for n in range(2 * len(_DROPS)):
        drop = n % len(_DROPS)
        level = {**_FRONTAL[0][1], "pelvic_drop_deg": _legs(*_DROPS[drop])}
        body = tuple(_BODIES)[(n + n // len(_DROPS)) % len(_BODIES)]
        pattern: Pattern = "right_drop" if drop == 0 else "healthy" if drop == 1 else "mixed"
        yield _case(
            "rear",
            body,
            clothes[(n + n // len(_DROPS)) % len(clothes)],
            drop,
            n % len(_PACES),
            "stickers",
            clothing={"psis_dots": True},
            movement=(pattern, level),
        )


def _baselines() -> Iterator[Case]:
    """Standing still first."""
    standing = {"standing_s": STANDING_S, "start_up_s": START_UP_S}
    for view, body, clothes, level in (
        ("rear", "woman", "fitted", 2),
        ("rear", "stout", "tank_tights", 0),
        ("rear", "man", "one_colour", 1),
        ("front", "slight", "fitted", 2),
    ):
        pattern, motion = _FRONTAL[level]
        clip = {"duration_s": _duration_s(1) + STANDING_S + START_UP_S}
        movement = (pattern, {**motion, **standing})
        yield _case(view, body, clothes, level, 1, "standing_first", clip=clip, movement=movement, tier=2)


def _unusual() -> Iterator[Case]:
    for i, condition in enumerate(_CONDITIONS):
        for v, view in enumerate(condition.views):
            body = tuple(_BODIES)[(i + v) % len(_BODIES)]
            camera = dict(condition.camera)
            settings = Settings(roll_deg=camera["roll_deg"]) if condition.told_roll else _NOTHING_TOLD
            level = (i + v) % 3
            yield _case(
                view,
                body,
                "fitted",
                level,
                1,
                condition.name,
                movement=_sagittal(view, level, i // 3 + v) if view in ("left", "right") else None,
                camera=camera,
                clip=dict(condition.clip),
                room=dict(condition.room),
                clothing=dict(condition.clothing),
                settings=settings,
                tier=condition.tier,
            )


def _duration_s(pace: int) -> float:
    return round(STEPS * 60 / float(_PACES[pace]["cadence_spm"]), 1)


def _case(
    view: str,
    body: str,
    clothes: str,
    level: int,
    pace: int,
    condition: str,
    *,
    camera: Part | None = None,
    clip: Part | None = None,
    room: Part | None = None,
    clothing: Part | None = None,
    movement: tuple[Pattern, Part] | None = None,
    settings: Settings = _NOTHING_TOLD,
    tier: int = 1,
) -> Case:
    levels = _FRONTAL if view in ("rear", "front") else _SAGITTAL
    pattern, motion = movement or levels[level]
    name = f"{condition}_{view}_{body}_{clothes}_{level}"
    spec = Spec.model_validate(
        {
            "name": name,
            "body": _BODIES[body],
            "clothes": {**_CLOTHES[clothes], **(clothing or {})},
            "motion": {**_PACES[pace], **_STYLES[body], **motion},
            "room": {"console": view != "front", **(room or {})},
            "camera": {"view": view, "width_px": WIDTH_PX, "height_px": HEIGHT_PX, **(camera or {})},
            "clip": {
                "seed": int.from_bytes(hashlib.sha256(name.encode()).digest()[1:4]),
                "duration_s": _duration_s(pace),
                **(clip or {}),
            },
        }
    )
    return Case(spec, body, clothes, condition, pattern, settings, tier)
