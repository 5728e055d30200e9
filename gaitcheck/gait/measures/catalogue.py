"""The page of all measures: `python -m gaitcheck.gait.measures.catalogue > docs/measures.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import Accuracy, accuracy_of, by_evidence, view_group
from gaitcheck.gait.measures.compute import ENOUGH_STEPS, FEWEST_STEPS, LEAST_VISIBILITY
from gaitcheck.gait.measures.definition import MeasureDef
from gaitcheck.gait.measures.direction import per_degree

VIEW_WORDS = {"rear": "behind", "front": "front", "left": "left side", "right": "right side"}
FAR_LEG_WORDS = {"withheld": "withheld in a side view", "borderline": "borderline in a side view"}

HEAD = f"""# Measures

This page is made from the program's own records; do not edit it:

    python -m gaitcheck.gait.measures.catalogue > docs/measures.md

Each measure is the mean over the steps of a leg (or of both), with the standard deviation over the steps, the number of
steps, and an uncertainty: half the width of the interval that holds the true mean in 95 of 100 cases. The table of a
measure gives the uncertainty of a mean over many steps by view; the spread of the steps is added to it, and what the
camera may do: a roll that stays unknown, and what yaw (not square to the runner) and pitch (looking up or down) are
worth in degrees, each as large as the video lets it be ([pose.md](pose.md)).

The uncertainties are made by `gaitcheck validate` from the errors on rendered runners whose truth is known (the tuning
half of [validation.md](validation.md), some clips with a real runner's motion among them), over all builds, clothes,
cameras and files tried there. A value that something in the video makes doubtful (few steps, a camera askew, sides
exchanged) has the larger one named *in doubt*. Where too few runs tell it, a floor from published errors of video
stands instead (*stated floor*; its basis is in `gaitcheck/gait/measures/floors.toml`). None of it has been checked on
many real runners yet: take the uncertainties as honest estimates, not as proven.

A measure is **not measurable** when nobody runs, when the view or the frame rate cannot show it, when one of its joints
is hidden (visibility under {LEAST_VISIBILITY:g} at midstance), or with fewer than {FEWEST_STEPS} steps. It is
**borderline** with fewer than {ENOUGH_STEPS} steps, or where the camera, the picture or the view makes it less
certain; the result says which.
"""


def catalogue(definitions: Iterable[MeasureDef]) -> str:
    """Describe the measures as one Markdown page."""
    return "\n".join([HEAD, *(_section(definition) for definition in definitions)])


def _section(definition: MeasureDef) -> str:
    rows = {
        "id": f"`{definition.id}`",
        "Definition": definition.definition,
        "Unit": definition.unit,
        "Sign": definition.sign,
        "Read at": definition.event,
        "Sides": "left and right" if definition.per_side else "whole body",
        "Views, the best first": ", ".join(VIEW_WORDS[view] for view in definition.views),
        "Frame rate": f"{definition.needs_fps:g} a second or more" if definition.needs_fps else "any",
    }
    rows["Uncertainty"] = _uncertainty(definition)
    rows["A degree of the camera"] = _direction(definition)
    if definition.needs_real_time:
        rows["Slow motion"] = "only where the rate of filming is known"
    if definition.per_side and definition.far_leg in FAR_LEG_WORDS and {"left", "right"} & set(definition.views):
        rows["Leg away from the camera"] = FAR_LEG_WORDS[definition.far_leg]
    if definition.doubts:
        for doubt in dict.fromkeys(definition.doubts.values()):
            views = [view for view in definition.views if definition.doubts.get(view) == doubt]
            rows[f"With care ({', '.join(views)})"] = doubt
    if definition.posture:
        rows["Standing"] = "also given relative to standing"
    rows["Source"] = definition.source
    table = "\n".join(f"| {name} | {text} |" for name, text in rows.items())
    return f"## {definition.name}\n\n| | |\n|---|---|\n{table}\n"


def _uncertainty(definition: MeasureDef) -> str:
    parts = []
    for view in definition.views:
        known = accuracy_of(definition.id, view)
        parts.append(f"{VIEW_WORDS[view]} {_in_words(known, definition)}")
        for evidence, row in by_evidence(definition.id, view).items():
            parts.append(f"{VIEW_WORDS[view]} by {evidence} {_in_words(row, definition)}")
    return ", ".join(parts)


def _direction(definition: MeasureDef) -> str:
    """What a degree of yaw and of pitch is worth, by view group."""
    groups = {view_group(view): view for view in reversed(definition.views)}
    parts = []
    for group, view in reversed(groups.items()):
        worth = per_degree()[definition.id, group]
        words = VIEW_WORDS[view] if group != "side" else "side"
        parts.append(f"{words} {worth.yaw:g} of yaw, {worth.pitch:g} of pitch ({definition.unit})")
    return "; ".join(parts)


def _in_words(known: Accuracy, definition: MeasureDef) -> str:
    source = f"{known.runs} rendered runs" if known.runs else "stated floor"
    more = f", in doubt ±{known.in_doubt:g}" if known.in_doubt > known.uncertainty else ""
    return f"±{known.uncertainty:g} {definition.unit}{more} ({source})"


if __name__ == "__main__":
    sys.stdout.write(catalogue(REGISTRY.values()))
