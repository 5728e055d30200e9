"""What the findings room gives: findings, muscle hints, exercises, red flags and what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gaitcheck.gait.result import Side

Grade = Literal["A", "B", "C", "X"]
ExerciseKind = Literal["stretch", "strengthen"]
ExerciseOrigin = Literal["article", "literature", "common practice"]
#: Strength of a hint in steps, for a legend: none (0), low (below 0.5), middle (below 0.9), high.
HintLevel = Literal["none", "low", "middle", "high"]

#: How many findings are shown first; the others follow as "further".
FINDINGS_FIRST = 3


@dataclass(frozen=True)
class Finding:
    """One measure that lies outside its usual band by more than its uncertainty, in words for a runner.

    `with_care`: its kind of value is always given with care, and `text` says why; its uncertainty covers the doubt.
    """

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
    with_care: bool = False


@dataclass(frozen=True)
class Exercise:
    """One exercise offered with a muscle hint.

    Attributes
    ----------
    why : "own" for the muscle the hint is about, "opposite" for the muscle it works against (the article's logic:
        strengthen the one, stretch the other).
    muscle_id, muscle_name : the muscle group the exercise is for.
    origin : the article's own list first; what was added is marked.
    """

    id: str
    name: str
    kind: ExerciseKind
    purpose: str
    dose: str
    progression: str
    stop_when: str
    origin: ExerciseOrigin
    grade: Grade
    contrary: str
    source: str
    muscle_id: str
    muscle_name: str
    why: Literal["own", "opposite"]


@dataclass(frozen=True)
class MuscleHint:
    """What the video says, or cannot say, about one muscle group.

    `status`: "worth_testing" when a measure points to it (then `because` names the findings), "nothing_seen" when its
    best signs were looked at and lie in the usual band, "not_looked_at" when one of them was withheld, "not_visible"
    when no video can show it (grade X).

    `score` is the sum of the grade weights of the patterns that point to it, each halved where another measure speaks
    against it (`lowered_by` says which, in words); `strength` is the score cut at 1, for drawing, and `level` the same
    in steps. `exercises` come with a hint that is worth testing, the article's first; none while a red flag stands.
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
    strength: float = 0.0
    level: HintLevel = "none"
    lowered_by: tuple[str, ...] = ()
    antagonist_ids: tuple[str, ...] = ()
    exercises: tuple[Exercise, ...] = ()


@dataclass(frozen=True)
class RedFlag:
    """Something the runner answered for which a clinician comes before any exercise. `because` names the answers."""

    id: str
    text: str
    advice: str
    because: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class KnowledgeUsed:
    """Which knowledge the result rests on.

    `sha256` is over all files read. `overridden` names the rows that a clinic's own folder replaced or added, such as
    "band cadence, pooled"; `override_sha256` is over the files of that folder, None without one.
    """

    sha256: str
    overridden: tuple[str, ...] = ()
    override_sha256: str | None = None


@dataclass(frozen=True)
class Assessment:
    """Findings first (ranked, the first three are the ones to show first), then every muscle group.

    `looked_at` and `not_looked_at` are measure ids, so that "nothing stands out" can say what it rests on.
    `red_flags` stand before everything else that is shown, and while there is one no hint carries exercises;
    `exercises_note` says so, or what exercises can and cannot do. `answers_used` says in sentences what the answers to
    the optional questions changed.
    """

    findings: tuple[Finding, ...]
    muscles: tuple[MuscleHint, ...]
    looked_at: tuple[str, ...]
    not_looked_at: tuple[str, ...]
    summary: str
    red_flags: tuple[RedFlag, ...] = ()
    exercises_note: str = ""
    answers_used: tuple[str, ...] = ()
    knowledge: KnowledgeUsed | None = None
