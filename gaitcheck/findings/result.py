"""What the findings room gives: findings, muscle hints and what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gaitcheck.gait.result import Side

Grade = Literal["A", "B", "C", "D", "X"]


@dataclass(frozen=True)
class Finding:
    """One measure that lies outside its usual band by more than its uncertainty, in words for a runner."""

    id: str
    measure_id: str
    side: Side | None
    band: Literal["watch", "marked"]
    direction: Literal["high", "low"]
    title: str
    text: str
    value: float
    uncertainty: float
    unit: str
    usual: str
    grade: Grade
    contrary: str
    muscle_ids: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class MuscleHint:
    """What the video says, or cannot say, about one muscle group.

    `status`: "worth_testing" when a measure points to it (then `because` names the findings), "nothing_seen" when its
    best signs were looked at and lie in the usual band, "not_looked_at" when one of them was withheld, "not_visible"
    when no video can show it (grade X).
    """

    id: str
    name: str
    side: Side | None
    status: Literal["worth_testing", "nothing_seen", "not_looked_at", "not_visible"]
    grade: Grade
    score: float
    because: tuple[str, ...]
    measure_ids: tuple[str, ...]
    text: str
    antagonist: str
    stretch: str
    strengthen: str
    contrary: str
    confirm_with: str
    source: str


@dataclass(frozen=True)
class Assessment:
    """Findings first (ranked, the first three are the ones to show first), then every muscle group.

    `looked_at` and `not_looked_at` are measure ids, so that "nothing stands out" can say what it rests on.
    """

    findings: tuple[Finding, ...]
    muscles: tuple[MuscleHint, ...]
    looked_at: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    summary: str
