"""The bars and the first findings, held against rows whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gaitcheck.findings import assess
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.result import Measure, Side
from gaitcheck.validation.bars import (
    BARS,
    bar_rows,
    coverage,
    coverage_by_runs,
    drop_withheld,
    event_bar,
    findings_right,
    reached,
)
from gaitcheck.validation.compare import EventRow, Labels, MeasureRow
from gaitcheck.validation.matrix import Pattern
from gaitcheck.validation.patterns import finding_row, summarise_findings
from gaitcheck.validation.quick import broken_bounds
from gaitcheck.validation.run import Outcome

LABELS = Labels("a", "reporting", "rear", "man", "fitted", "usual")


def row(case: str, side: Side, true: float, measured: float | None, would_be: float | None = None) -> MeasureRow:
    return MeasureRow(
        **{**vars(LABELS), "case": case, "evidence": "garment"},
        measure="contralateral_pelvic_drop",
        side=side,
        unit="deg",
        true=true,
        measured=measured,
        uncertainty=None if measured is None else 1.0,
        own_part=None if measured is None else 0.0,
        would_be=would_be,
        status="not_measurable" if measured is None else "measured",
        n_steps=10,
    )


def rows() -> list[MeasureRow]:
    """Left legs read 1 deg too large, right ones half a degree too small."""
    truths = ((2.0, 5.0), (9.0, 4.0), (6.0, 12.0))
    return [
        one
        for n, (left, right) in enumerate(truths)
        for one in (row(str(n), "left", left, left + 1.0), row(str(n), "right", right, right - 0.5))
    ]


def test_a_bar_is_met_or_not() -> None:
    cloth = next(one for one in BARS if one.name == "Pelvic drop, clothing, no standing")
    found = reached(cloth, rows())
    assert (found.values, found.runs) == (6, 3)
    assert found.error == pytest.approx(0.75)
    assert found.met
    far = [replace(one, measured=one.measured + 2) for one in rows() if one.measured is not None]
    assert reached(cloth, far).met is False
    assert reached(cloth, rows()[:3]).met is None
    flat = [replace(one, measured=0.5 * one.true + 3) for one in rows()]
    assert reached(cloth, flat).slope == pytest.approx(0.5)
    assert reached(cloth, flat).met is False
    stickers = next(one for one in BARS if one.name == "Pelvic drop, stickers")
    assert reached(stickers, rows()).values == 0


def test_the_difference_of_the_sides_has_its_own_bar() -> None:
    difference = next(one for one in BARS if one.name == "Pelvic drop left - right, clothing")
    found = reached(difference, rows())
    assert (found.values, found.error) == (3, pytest.approx(1.5))
    assert found.met is None  # three runs are too few


def test_only_the_reporting_half_at_60_frames_a_second_counts() -> None:
    other = [replace(rows()[0], half="tuning"), replace(rows()[0], fps=30.0)]
    assert bar_rows([*rows(), *other]) == rows()


def test_withholding_of_the_pelvic_drop_is_counted() -> None:
    kept_back = [row("x", "left", 5.0, None, would_be=10.0), row("x", "right", 5.0, None, would_be=5.5)]
    far = replace(row("y", "left", 5.0, 9.5), clothes="loose")
    counted = drop_withheld([*rows(), *kept_back, far])
    assert (counted.fitted, counted.fitted_withheld) == (8, 2)
    assert (counted.too_far, counted.too_far_withheld) == (2, 1)
    assert counted.seldom
    assert not counted.far_ones


def test_coverage_counts_printed_intervals_only() -> None:
    assert coverage([*rows(), row("x", "left", 5.0, None)]) == (6, 1.0)
    narrow = [replace(one, uncertainty=0.6) for one in rows()]
    assert coverage(narrow) == (6, 0.5)
    assert coverage([]) is None


def test_events_are_held_against_their_bar() -> None:
    def event(error_s: float | None, true_s: float | None = 1.0) -> EventRow:
        return EventRow("a", "reporting", "rear", "usual", "toe_off", "left", True, true_s, error_s)

    good = [event(0.008)] * 100
    assert event_bar(good).met
    assert event_bar([*good, event(None), event(None)]).met is False  # missed
    assert event_bar([*good, event(None, None), event(None, None)]).met is False  # false
    assert event_bar([event(-0.012)] * 100).met is False
    assert event_bar([*[event(0.008)] * 90, *[event(0.04)] * 10]).met is False


def measure(name: str, side: Side | None, mean: float, status: str = "measured") -> Measure:
    withheld = status == "not_measurable"
    return Measure(
        id=name,
        side=side,
        unit="deg",
        mean=None if withheld else mean,
        sd=None if withheld else 1.0,
        n_steps=12,
        uncertainty=None if withheld else 1.0,
        status=status,  # type: ignore[arg-type]
        reason=None if status == "measured" else "for a reason",
        view="rear",
    )


@pytest.mark.parametrize(
    ("pattern", "given", "right"),
    [
        (
            "right_drop",
            [("contralateral_pelvic_drop", "right", 14.0), ("contralateral_pelvic_drop", "left", 5.0)],
            True,
        ),
        (
            "right_drop",
            [("contralateral_pelvic_drop", "left", 14.0), ("contralateral_pelvic_drop", "right", 5.0)],
            False,
        ),
        ("left_valgus", [("knee_valgus", "left", 18.0), ("knee_valgus", "right", 2.0)], True),
        ("left_valgus", [("knee_valgus", "left", 5.0), ("knee_valgus", "right", 2.0)], False),
        ("upright", [("forward_trunk_lean", None, -2.0)], True),
        ("marked_lean", [("forward_trunk_lean", None, 18.0)], True),
        ("marked_lean", [("forward_trunk_lean", None, -2.0)], False),
        ("healthy", [("forward_trunk_lean", None, 7.0)], True),
        ("healthy", [("forward_trunk_lean", None, 18.0)], False),
    ],
)
def test_the_first_finding_is_compared_with_the_pattern(
    pattern: Pattern, given: list[tuple[str, Side | None, float]], right: bool
) -> None:
    measures = [measure(*one) for one in given]
    found = finding_row(LABELS, pattern, measures, assess(measures, sex=None, speed_kmh=None))
    assert found is not None
    assert found.right is right
    assert found.status == "measured"


def test_withheld_and_borderline_runs_are_told_apart() -> None:
    found = []
    for status in ("measured", "borderline", "not_measurable"):
        measures = [measure("forward_trunk_lean", None, 18.0, status)]
        one = finding_row(LABELS, "marked_lean", measures, assess(measures, sex=None, speed_kmh=None))
        assert one is not None
        found.append(one)
    assert finding_row(LABELS, "mixed", [], assess([], sex=None, speed_kmh=None)) is None
    (summary,) = summarise_findings(found, lambda row: row.pattern)
    assert (summary.runs, summary.right, summary.surely, summary.right_surely, summary.withheld) == (2, 1, 1, 1, 1)
    assert findings_right(found, healthy=False) == (2, 1)
    assert findings_right(found, healthy=True) == (0, 0)


def test_the_quick_form_names_what_is_out_of_bounds() -> None:
    valgus = [replace(one, measure="knee_valgus", view="front", measured=one.true + 9) for one in rows()]
    broken = broken_bounds(Outcome(measures=valgus))
    assert "knee valgus, front: 9.00, at most 2 is allowed" in broken
    assert "cadence: no value was given" in broken
    assert "contacts: none was found" in broken


def test_coverage_by_runs_leaves_out_what_the_camera_may_add() -> None:
    """The table's uncertainty and the run's own part decide, whatever is printed."""
    known = accuracy_of("contralateral_pelvic_drop", "rear").uncertainty
    printed = [
        replace(row(str(share), "left", 5.0, 5.0 + share * known), evidence=None, uncertainty=10 * known)
        for share in (0.5, 0.9, 1.1, -1.2)
    ]
    assert coverage(printed) == (4, 1.0)
    assert coverage_by_runs(printed) == (4, 0.5)
    assert coverage_by_runs([replace(one, own_part=known) for one in printed]) == (4, 1.0)
