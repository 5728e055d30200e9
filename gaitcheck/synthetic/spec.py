"""What to render: one clip's runner, clothes, movement, camera and file, as a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.result import Side
from gaitcheck.settings import Sex

Colour = tuple[float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sided(_Part):
    """A value for each leg. A single number in the file stands for both."""

    left: float
    right: float

    def of(self, side: Side) -> float:
        """Give the value of one side."""
        return self.left if side == "left" else self.right


def _both(value: Any) -> Any:
    return {"left": value, "right": value} if isinstance(value, int | float) else value


Both = Annotated[Sided, BeforeValidator(_both)]


def _sided(value: float) -> Sided:
    return Sided(left=value, right=value)


class Body(_Part):
    """The runner's build and looks. Colours are linear red, green, blue in 0..1."""

    sex: Sex = "M"
    height_m: float = Field(default=1.75, ge=1.4, le=2.1)
    leg_share: float = Field(default=0.491, ge=0.46, le=0.52, description="Hip to ankle over the height.")
    girth: float = Field(default=0.0, ge=-1.0, le=2.0, description="0 lean, 1 stout: centimetres added all round.")
    skin: Colour = (0.78, 0.56, 0.44)
    hair: Colour = (0.16, 0.10, 0.06)
    hair_style: Literal["short", "ponytail"] = "short"


class Clothes(_Part):
    """What the runner wears."""

    top: Literal["fitted", "tank", "crop", "loose"] = Field(
        default="fitted", description="crop: a sports top that ends above the waist. Only the loose one hangs outside."
    )
    bottom: Literal["shorts", "tights"] = "shorts"
    shirt: Colour = (0.16, 0.36, 0.62)
    shorts: Colour = (0.10, 0.10, 0.13)
    band: Colour = (0.75, 0.75, 0.78)
    shoes: Colour = (0.85, 0.25, 0.12)
    waist_raise_m: float = Field(
        default=0.0, ge=-0.03, le=0.05, description="Waistband higher than usual; usual: just below the PSIS."
    )
    waist_tilt_deg: float = Field(
        default=0.0, ge=-6, le=6, description="Waistband that sits askew on the pelvis, + = its left side lower."
    )
    hem_lag_s: float = Field(default=0.05, ge=0, le=0.15, description="A loose hem follows the body so much later.")
    psis_dots: bool = Field(
        default=False,
        description="Adhesive dots over both posterior superior iliac spines, on skin, tucked shirt or waistband; "
        "a loose shirt hides them.",
    )
    dot_colour: Colour = (0.55, 0.95, 0.25)


class Variability(_Part):
    """Step-to-step standard deviations; every random number comes from the clip's seed."""

    step_time: float = Field(default=0.010, ge=0, le=0.05, description="Share of the mean step time.")
    contact_time: float = Field(default=0.012, ge=0, le=0.05, description="Share of the mean contact time.")
    placement_m: float = Field(default=0.006, ge=0, le=0.03)
    angle_deg: float = Field(default=0.7, ge=0, le=3, description="Of drop, valgus and lean; more of knee and foot.")
    drift_m: float = Field(default=0.012, ge=0, le=0.05, description="Slow wandering of the body on the belt.")


class Motion(_Part):
    """How the runner moves: commands to the model. What the camera then sees is the truth, not these numbers."""

    cadence_spm: float = Field(default=170.0, ge=120, le=220, description="Steps a minute.")
    speed_m_s: float = Field(default=2.8, ge=1.5, le=5.0)
    stance_share: Both = Field(
        default=_sided(0.36),
        description="Contact time over stride time. Sides with the cadence say how high the runner flies.",
    )
    step_time_asymmetry: float = Field(
        default=0.0, ge=-0.15, le=0.15, description="(right-to-left minus left-to-right step time) / mean step time."
    )
    pelvic_drop_deg: Both = Field(
        default=_sided(5.0), description="Peak in stance of that leg; + = the other side drops."
    )
    knee_valgus_deg: Both = Field(
        default=_sided(2.0), description="Frontal plane projection at the pelvis's lowest point."
    )
    lateral_lean_deg: Both = Field(
        default=_sided(1.0), description="Trunk, in stance of that leg, + = toward that leg."
    )
    forward_lean_deg: float = Field(default=8.0, ge=-10, le=30)
    knee_flexion_ic_deg: Both = _sided(12.0)
    knee_flexion_to_deg: Both = _sided(14.0)
    peak_swing_flexion_deg: Both = _sided(90.0)
    foot_inclination_ic_deg: Both = Field(
        default=_sided(10.0), description="+ = heel first, - = ball of the foot first."
    )
    overstride_m: Both = Field(
        default=_sided(0.0), description="Ankle at contact further ahead than the model's usual place."
    )
    hip_extension_deg: Both = Field(
        default=_sided(0.0), description="Thigh further back just after toe-off than the model's usual."
    )
    bounce_m: float = Field(
        default=0.0,
        ge=-0.02,
        le=0.03,
        description="Pelvis lower in mid-stance than the model's usual: vertical oscillation grows by as much. The "
        "rest of it follows from cadence and stance share.",
    )
    style: tuple[float, float, float, float] = Field(
        default=(0.0, 0.0, 0.0, 0.0),
        description="Swing against the mean runner's: standard deviations between runners along the four main ways "
        "in which their joint angles differ (see curves.py).",
    )
    step_width_m: float = Field(default=0.06, ge=-0.1, le=0.3)
    toe_out_deg: float = Field(default=6.0, ge=-10, le=25)
    pelvis_rotation_deg: float = Field(default=5.0, ge=0, le=15)
    arm_swing_deg: float = Field(default=28.0, ge=0, le=60)
    elbow_deg: float = Field(default=95.0, ge=40, le=140)
    standing_s: float = Field(default=0.0, ge=0, le=10, description="Standing still before the run.")
    start_up_s: float = Field(
        default=1.6, ge=0.5, le=5, description="From standing to full speed, where standing_s > 0."
    )
    variability: Variability = Variability()

    @model_validator(mode="after")
    def _flies(self) -> Self:
        for share in (self.stance_share.left, self.stance_share.right):
            if not 0.2 <= share <= 0.46:
                raise ValueError("stance_share must lie between 0.2 and 0.46: this model runs, it does not walk")
        return self


class Bystander(_Part):
    """Someone who walks across the picture, on a line square to the camera's. The truth stays the runner's."""

    crosses_s: float = Field(default=3.0, ge=-10, description="When they pass the middle, seconds of real time.")
    beyond_m: float = Field(
        default=1.8, ge=-5, le=5, description="How far beyond the runner; negative: between camera and runner."
    )
    to_right: bool = Field(default=True, description="Walks from the left to the right of the picture.")
    speed_m_s: float = Field(default=1.3, ge=0.5, le=2.0)
    body: Body = Body(sex="F", height_m=1.68, hair_style="ponytail")
    clothes: Clothes = Clothes(top="loose", bottom="tights", shirt=(0.45, 0.42, 0.36), shorts=(0.16, 0.18, 0.26))


class Room(_Part):
    """What stands around the runner."""

    console: bool = Field(
        default=True, description="The treadmill's console and posts; they hide a runner seen from the front."
    )
    long_rails: bool = Field(default=False, description="Hand-rails along the belt; from the side they cross the hips.")
    bystander: Bystander | None = None
    light_from: Literal["left", "right"] = Field(default="right", description="Of the camera; the lamp stands high.")
    brightness: float = Field(default=1.0, ge=0.2, le=1.5, description="Of the picture: 0.4 is a dim room.")
    wall: Colour = (0.72, 0.74, 0.73)
    floor: Colour = (0.50, 0.38, 0.27)


class Camera(_Part):
    """Where the camera stands. Angles in degrees, lengths in metres; heights are above the belt."""

    view: Literal["rear", "front", "left", "right"] = "rear"
    oblique_deg: float = Field(
        default=0.0, ge=-60, le=60, description="Turn about the runner, seen from above, + = anticlockwise."
    )
    distance_m: float = Field(default=3.6, ge=1.5, le=10)
    height_m: float = Field(default=0.92, ge=0, le=3)
    aim_height_m: float = Field(default=0.88, ge=0, le=2)
    field_of_view_deg: float = Field(default=39.0, ge=10, le=90, description="Across the picture's height.")
    roll_deg: float = Field(
        default=0.0, ge=-20, le=20, description="+ = a level line's right end lies lower in the picture."
    )
    width_px: int = Field(default=720, ge=64, le=3840, multiple_of=2)
    height_px: int = Field(default=1280, ge=64, le=3840, multiple_of=2)
    shutter_s: float = Field(default=1 / 250, gt=0, le=1 / 24)
    noise: float = Field(
        default=1.5, ge=0, le=20, description="Standard deviation of sensor noise in grey levels of 255."
    )


class Clip(_Part):
    """The video file."""

    seed: int = 1
    duration_s: float = Field(default=8.0, gt=0, le=120, description="Of the run filmed, in real time.")
    capture_fps: float = Field(default=60.0, ge=10, le=480)
    playback_fps: float | None = Field(
        default=None, ge=5, le=480, description="Rate the file plays at; None: as captured."
    )
    capture_tag: bool = Field(
        default=False, description="Write the rate of capture into the file, as Android phones do."
    )
    variable_rate: float = Field(
        default=0.0, ge=0, le=0.4, description="Largest shift of a frame, as a share of its duration."
    )
    rotation_deg: Literal[0, 90, 180, 270] = Field(
        default=0, description="Clockwise turn the file asks the player for."
    )
    container: Literal["mp4", "mov"] = "mp4"
    crf: int = Field(default=23, ge=10, le=40)


class Spec(_Part):
    """Everything about one rendered clip. Equal specs give equal pixels on one machine."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = ""
    body: Body = Body()
    clothes: Clothes = Clothes()
    motion: Motion = Motion()
    room: Room = Room()
    camera: Camera = Camera()
    clip: Clip = Clip()


def load_spec(path: Path) -> Spec:
    """Read one spec.

    Raises
    ------
    UnusableInputError : the file is not there, is not TOML, or says something the model does not know.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusableInputError(f"The spec {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableInputError(f"The spec {path} is not a TOML file: {error}.") from error
    try:
        return Spec.model_validate({"name": path.stem, **data})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "spec"
        raise UnusableInputError(f"The spec {path} has a wrong entry at {where}: {first['msg']}.") from error
