"""Whether a known way of running gives the finding it should come first with, and a healthy one none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import Assessment, Finding
from gaitcheck.findings.schema import Direction
from gaitcheck.gait.result import Measure, Side, Status
from gaitcheck.settings import View
from gaitcheck.validation.compare import Labels
from gaitcheck.validation.matrix import Pattern


@dataclass(frozen=True)
class Expected:
    """The first finding of a pattern: the measures it may come from, the side, and which end of the range."""

    measures: tuple[str, ...]
    side: Side | None
    direction: Direction


EXPECTED: dict[Pattern, Expected] = {
    "right_drop": Expected(("contralateral_pelvic_drop", "hip_adduction"), "right", "high"),
    "left_valgus": Expected(("knee_valgus", "knee_valgus_peak"), "left", "high"),
    "upright": Expected(("forward_trunk_lean",), None, "low"),
    "marked_lean": Expected(("forward_trunk_lean",), None, "high"),
}
#: What must not be found on healthy runners.
HEADLINE = (
    "contralateral_pelvic_drop",
    "hip_adduction",
    "knee_valgus",
    "knee_valgus_peak",
    "forward_trunk_lean",
    "lateral_trunk_lean",
)


@dataclass(frozen=True)
class FindingRow:
    """The first finding of one run beside the expected one.

    Attributes
    ----------
    status : the best status that the pattern's measure of that side came out with; for a healthy run that of any
        headline measure. "not_measurable": the run does not count.
    found : id of the first finding (of a healthy run: of the first headline finding), None without one.
    right : whether it is as expected.
    """

    case: str
    half: str
    view: View
    clothes: str
    condition: str
    pattern: Pattern
    status: Status
    found: str | None
    right: bool


def finding_row(
    labels: Labels, pattern: Pattern, measures: Sequence[Measure], assessment: Assessment
) -> FindingRow | None:
    """Compare the assessment with the pattern; None for a run that has no expected finding."""
    if pattern == "mixed":
        return None
    expected = EXPECTED.get(pattern)
    if expected is None:
        headline = [finding for finding in assessment.findings if finding.measure_id in HEADLINE]
        found = headline[0].id if headline else None
        status = _best_status(measure for measure in measures if measure.id in HEADLINE)
        right = found is None
    else:
        first = assessment.findings[0] if assessment.findings else None
        found = first.id if first else None
        status = _best_status(m for m in measures if m.id in expected.measures and m.side == expected.side)
        right = first is not None and _is(first, expected)
    return FindingRow(
        labels.case, labels.half, labels.view, labels.clothes, labels.condition, pattern, status, found, right
    )


def _is(finding: Finding, expected: Expected) -> bool:
    return (
        finding.side == expected.side
        and finding.direction == expected.direction
        and _pattern_of(finding.measure_id) in {_pattern_of(measure) for measure in expected.measures}
    )


def _pattern_of(measure: str) -> str | None:
    band = knowledge().band(measure, None)
    return band.pattern if band else None


def _best_status(measures: Iterable[Measure]) -> Status:
    order: tuple[Status, ...] = ("measured", "borderline", "not_measurable")
    return min((measure.status for measure in measures), key=order.index, default="not_measurable")


@dataclass(frozen=True)
class FindingSummary:
    """How often the expected first finding came in one group of runs.

    `runs` counts those in which the measure was not withheld, `surely` those of them in which it was given without a
    doubt (a value in doubt because of the video gives no finding, on purpose); `right` and `right_surely` those as
    expected.
    """

    group: str
    half: str
    runs: int
    right: int
    surely: int
    right_surely: int
    withheld: int


def summarise_findings(rows: Iterable[FindingRow], group_of: Callable[[FindingRow], str]) -> list[FindingSummary]:
    """Summaries by group and half."""

    def key(row: FindingRow) -> tuple[str, str]:
        return group_of(row), row.half

    out = []
    for (group, half), members in groupby(sorted(rows, key=key), key=key):
        found = list(members)
        given = [row for row in found if row.status != "not_measurable"]
        surely = [row for row in given if row.status == "measured"]
        out.append(
            FindingSummary(
                group=group,
                half=half,
                runs=len(given),
                right=sum(row.right for row in given),
                surely=len(surely),
                right_surely=sum(row.right for row in surely),
                withheld=len(found) - len(given),
            )
        )
    return out
