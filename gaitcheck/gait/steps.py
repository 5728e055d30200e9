"""From stances as found to steps that can be trusted: legs alternate, durations are those of one rhythm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gaitcheck.gait.events import Stance
from gaitcheck.gait.result import Step

#: A step may last this much of the typical one.
STEP_SHARE = (0.65, 1.35)
#: A stance may last this much of a typical step (over 1: both feet on the belt for a moment).
STANCE_SHARE = (0.25, 1.1)


def make_steps(
    stances: Sequence[Stance], period_s: float, cuts_s: Sequence[float] = ()
) -> tuple[tuple[Step, ...], int]:
    """Check the stances against each other and link them to steps.

    Parameters
    ----------
    stances : in order of time.
    period_s : typical duration of a step.
    cuts_s : times at which the picture jumps to another scene; no step goes on over a cut.

    Returns
    -------
    steps : in order of time; `next_contact_s` and `next_same_contact_s` are set only where the legs alternate and the
        durations are possible.
    dropped : number of stances left out because they break the order or the rhythm.
    """
    kept = _alternating(stances, period_s)
    kept = [s for s in kept if _possible(s, period_s)]
    steps = []
    for i, stance in enumerate(kept):
        assert stance.initial_contact_s is not None  # `_possible` has seen to it
        following = kept[i + 1] if i + 1 < len(kept) else None
        after = kept[i + 2] if i + 2 < len(kept) else None
        next_contact = next_same = None
        if following is not None and following.side != stance.side and not _cut_between(stance, following, cuts_s):
            next_contact = _within(stance.initial_contact_s, following.initial_contact_s, period_s, 1)
        if next_contact is not None and after is not None and after.side == stance.side:
            over_cut = _cut_between(stance, after, cuts_s)
            next_same = None if over_cut else _within(stance.initial_contact_s, after.initial_contact_s, period_s, 2)
        steps.append(
            Step(
                side=stance.side,
                initial_contact_s=stance.initial_contact_s,
                midstance_s=stance.midstance_s,
                toe_off_s=stance.toe_off_s,
                next_contact_s=next_contact,
                next_same_contact_s=next_same,
            )
        )
    return tuple(steps), len(stances) - len(steps)


def _cut_between(first: Stance, last: Stance, cuts_s: Sequence[float]) -> bool:
    return any(first.midstance_s < cut <= last.midstance_s for cut in cuts_s)


def _within(start: float, end: float | None, period_s: float, steps: int) -> float | None:
    """`end` if it follows `start` by that many steps of the rhythm."""
    if end is None or not STEP_SHARE[0] <= (end - start) / (steps * period_s) <= STEP_SHARE[1]:
        return None
    return end


def _possible(stance: Stance, period_s: float) -> bool:
    contact, off = stance.initial_contact_s, stance.toe_off_s
    if contact is None or not contact < stance.midstance_s:
        return False
    if off is None:
        return True
    return off > stance.midstance_s and STANCE_SHARE[0] <= (off - contact) / period_s <= STANCE_SHARE[1]


def _alternating(stances: Sequence[Stance], period_s: float) -> list[Stance]:
    """Drop the less certain of two neighbouring stances of the same leg within one step's time."""
    kept: list[Stance] = []
    for stance in stances:
        if kept and kept[-1].side == stance.side and stance.midstance_s - kept[-1].midstance_s < 1.5 * period_s:
            if stance.clearance > kept[-1].clearance:
                kept[-1] = stance
            continue
        kept.append(stance)
    return kept


def typical_step_s(steps: Sequence[Step]) -> float:
    """Median duration of a step; NaN where no step has an end."""
    durations = [s.next_contact_s - s.initial_contact_s for s in steps if s.next_contact_s is not None]
    return float(np.median(durations)) if durations else float("nan")
