"""Options that several commands share, and the settings they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gaitcheck.errors import UnusableInputError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from gaitcheck.settings import Settings

View = Annotated[
    Literal["rear", "front", "left", "right"] | None,
    typer.Option(help="Side of the runner the camera sees; found from the video when not given."),
]
Person = Annotated[
    int | None,
    typer.Option(help="Person to follow, counted from the picture's left; the one running in place if not given."),
]
CaptureFps = Annotated[float | None, typer.Option(help="Frames a second at which the camera filmed (for slow motion).")]
AnalysisFps = Annotated[
    str,
    typer.Option(
        metavar="auto|N",
        help="Frames of each real second to look at, at least 60, where more were filmed; auto: as the measures need.",
    ),
]
RollDeg = Annotated[
    float | None, typer.Option(help="Turn of a level line in the picture, degrees, + = its right end lower.")
]
Baseline = Annotated[
    str | None, typer.Option(metavar="A-B", help="Seconds in which the runner stands still, such as 0-3.")
]
SpeedKmh = Annotated[float | None, typer.Option(help="Treadmill speed, km/h.")]
HeightCm = Annotated[float | None, typer.Option(help="Body height, cm.")]
Sex = Annotated[
    Literal["F", "M"] | None, typer.Option(help="Chooses the usual bands where the evidence differs by sex.")
]
PatientName = Annotated[str | None, typer.Option(help="Name printed on the report; saved only when given.")]
Model = Annotated[str, typer.Option(metavar="NAME|PATH", help="Pose model: lite, full, heavy, or a model file.")]
NoVideo = Annotated[bool, typer.Option("--no-video", help="Write no annotated video.")]

_SITES = (
    "groin, hip_outer, buttock, low_back, thigh_front, thigh_back, knee_front, knee_outer, knee_inner, knee_back, "
    "shin, calf, achilles, foot"
)
Age = Annotated[int | None, typer.Option("--age", metavar="YEARS", help="Age of the runner.")]
Pain = Annotated[
    list[str] | None,
    typer.Option("--pain", metavar="SITE", help=f"Where it hurts in running; may be repeated: {_SITES}."),
]
PainLevel = Annotated[int | None, typer.Option("--pain-level", metavar="0-10", help="How much it hurts.")]
PastInjury = Annotated[
    list[str] | None,
    typer.Option(
        "--past-injury", metavar="SITE", help="Hurt in the last two years; bone_stress or a SITE; may be repeated."
    ),
]
WarningSign = Annotated[
    list[str] | None,
    typer.Option(
        "--warning-sign",
        metavar="SIGN",
        help="For which a clinician comes first; may be repeated: bone_pain, pain_at_rest, cannot_bear_weight, "
        "joint_swells, numbness, calf_swelling, chest_pain, fever, recent_fall, under_fuelled.",
    ),
]
#: Options whose name is not that of the field they fill.
_OPTION_OF = {
    "age_years": "--age",
    "pain_sites": "--pain",
    "past_injuries": "--past-injury",
    "warning_signs": "--warning-sign",
    "baseline_s": "--baseline",
}


def answers(
    *,
    age: int | None,
    pain: list[str] | None,
    pain_level: int | None,
    past_injury: list[str] | None,
    warning_sign: list[str] | None,
) -> dict[str, Any]:
    """The answers to the optional questions, as fields of `Answers`."""
    return {
        "age_years": age,
        "pain_sites": tuple(pain or ()),
        "pain_level": pain_level,
        "past_injuries": tuple(past_injury or ()),
        "warning_signs": tuple(warning_sign or ()),
    }


def settings_from(
    *,
    model: str,
    baseline: str | None,
    analysis_fps: str = "auto",
    answers: dict[str, Any] | None = None,
    **choices: Any,
) -> Settings:
    """Settings from options; an impossible value is told by the option's name.

    Raises
    ------
    UnusableInputError
        A value is not possible, or there is no such pose model.
    """
    from pydantic import ValidationError

    from gaitcheck.pose.manifest import known_models
    from gaitcheck.settings import Answers, Settings

    chosen = {"model": model} if model in known_models() else {"model_path": Path(model)}
    if "model_path" in chosen and not Path(model).exists():
        raise UnusableInputError(
            f"There is no pose model named {model!r} and no such file: "
            f"choose {', '.join(known_models())} with --model, or name a model file."
        )
    try:
        return Settings.model_validate(
            {
                **chosen,
                **choices,
                "analysis_fps": _rate(analysis_fps),
                "baseline_s": _span(baseline),
                "answers": Answers(**(answers or {})),
            }
        )
    except ValidationError as error:
        raise _told(error) from error


def changed_settings(saved: Settings, *, baseline: str | None, answers: dict[str, Any], **choices: Any) -> Settings:
    """Saved settings with the options that were given; the others stay as they are.

    Raises
    ------
    UnusableInputError
        A value is not possible.
    """
    from pydantic import ValidationError

    from gaitcheck.settings import Settings

    given = {name: value for name, value in choices.items() if value is not None}
    if baseline is not None:
        given["baseline_s"] = _span(baseline)
    answered = {name: value for name, value in answers.items() if value not in (None, ())}
    kept = saved.model_dump()
    try:
        return Settings.model_validate({**kept, **given, "answers": {**kept["answers"], **answered}})
    except ValidationError as error:
        raise _told(error) from error


def _told(error: ValidationError) -> UnusableInputError:
    """The first thing that is wrong, by the name of the option that gave it."""
    first = error.errors()[0]
    field = next((str(part) for part in first["loc"] if part != "answers"), "baseline_s")
    option = _OPTION_OF.get(field, "--" + field.replace("_", "-"))
    message = str(first["msg"]).removeprefix("Value error, ")
    return UnusableInputError(f"{option}: {message[0].lower()}{message[1:]}.")


def _rate(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        return float(text)
    except ValueError:
        raise UnusableInputError(
            f"--analysis-fps: {text!r} is no number of frames; write one such as 60, or auto."
        ) from None


def _span(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    start, _, end = text.partition("-")
    try:
        return float(start), float(end)
    except ValueError:
        raise UnusableInputError(f"--baseline: {text!r} is not a span of seconds; write it like 0-3.") from None
