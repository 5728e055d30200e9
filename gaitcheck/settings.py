"""Everything a person can choose for an analysis: one model for command line, dashboard and saved result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

View = Literal["rear", "front", "left", "right"]
Sex = Literal["F", "M"]
PainSite = Literal[
    "groin", "hip_outer", "buttock", "low_back", "thigh_front", "thigh_back", "knee_front", "knee_outer", "knee_inner",
    "knee_back", "shin", "calf", "achilles", "foot",
]  # fmt: skip
PastInjury = Literal["bone_stress", PainSite]
WarningSign = Literal[
    "bone_pain", "pain_at_rest", "cannot_bear_weight", "joint_swells", "numbness", "calf_swelling", "chest_pain",
    "fever", "recent_fall", "under_fuelled",
]  # fmt: skip


class Answers(BaseModel):
    """What the runner answered to the optional questions; everything may be left out.

    The answers choose advice about seeing a clinician and which of two opposite instructions is shown. They never
    change a measure or a finding.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    age_years: int | None = Field(None, ge=5, le=110, description="Age of the runner.")
    pain_sites: tuple[PainSite, ...] = Field((), description="Where it hurts in running.")
    pain_level: int | None = Field(None, ge=0, le=10, description="How much it hurts, 0 to 10.")
    past_injuries: tuple[PastInjury, ...] = Field((), description="Where something was hurt in the last two years.")
    warning_signs: tuple[WarningSign, ...] = Field((), description="Signs for which a clinician comes first.")


class Settings(BaseModel):
    """Choices for one analysis. Saved with the result so that it can be repeated.

    `view`, `person`, `capture_fps`, `roll_deg` and `baseline_s` say something about a video; with several videos they
    hold for all of them, so a caller that analyses several views leaves `view` to be found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    view: View | None = Field(None, description="Side of the runner the camera sees; None: found from the track.")
    person: int | None = Field(
        None, ge=1, description="Person to follow, counted from the picture's left; None: the one who runs in place."
    )
    capture_fps: float | None = Field(
        None, gt=0, le=2000, description="Frames a second at which the camera filmed; None: from the file."
    )
    analysis_fps: Annotated[float, Field(ge=60, le=2000)] | Literal["auto"] = Field(
        "auto",
        description="Frames of each real second that are looked at where more were filmed; auto: as the measures need.",
    )
    roll_deg: float | None = Field(
        None, ge=-45, le=45, description="Turn of a level line in the picture, + = right end lower; None: unknown."
    )
    baseline_s: tuple[float, float] | None = Field(
        None, description="Seconds of the video in which the runner stands still; None: looked for at the start."
    )
    speed_kmh: float | None = Field(None, gt=0, le=45, description="Treadmill speed.")
    height_cm: float | None = Field(None, ge=80, le=250, description="Body height; gives vertical oscillation in cm.")
    sex: Sex | None = Field(None, description="Chooses the bands where the evidence differs by sex.")
    patient_name: str | None = Field(
        None, max_length=200, description="Name printed on the report; decides nothing, saved only when given."
    )
    answers: Answers = Field(Answers(), description="Answers to the optional questions.")
    model: str = Field("full", description="Pose model by name: lite, full or heavy.")
    model_path: Path | None = Field(None, description="A pose model file, instead of a named one.")

    @model_validator(mode="after")
    def _baseline_is_a_span(self) -> Self:
        if self.baseline_s is not None and not 0 <= self.baseline_s[0] < self.baseline_s[1]:
            raise ValueError("the baseline must be a span of seconds such as 0-3, its end after its start")
        return self
