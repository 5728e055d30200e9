"""The whole engine under arbitrary measures."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import assume, given
from hypothesis import strategies as st

from gaitcheck.findings import assess, knowledge
from gaitcheck.gait.result import Measure
from gaitcheck.settings import Answers, PainSite, WarningSign

from .support import WHOLE_BODY, measured, usual_runner, with_value

KNOWN = knowledge()
SEX = st.sampled_from(["F", "M", None])
SPEED = st.one_of(st.none(), st.floats(5, 20))
VALUE = st.floats(-200, 400, allow_nan=False)
SWAP = {"left": "right", "right": "left", None: None}


def keys() -> list[tuple[str, str | None]]:
    per_side = [(one, side) for one in KNOWN.scored_measures if one not in WHOLE_BODY for side in ("left", "right")]
    return per_side + [(one, None) for one in KNOWN.scored_measures if one in WHOLE_BODY]


@st.composite
def one_measure(draw: st.DrawFn, key: tuple[str, str | None]) -> Measure:
    status, doubt = draw(
        st.sampled_from(
            [("measured", None)] * 4 + [("borderline", "known"), ("borderline", "video"), ("not_measurable", None)]
        )
    )
    return measured(
        key[0],
        None if status == "not_measurable" else draw(VALUE),
        key[1],
        uncertainty=draw(st.one_of(st.none(), st.floats(0, 20))),
        n_steps=draw(st.integers(0, 30)),
        status=status,
        doubt=doubt,
        from_standing=draw(st.one_of(st.none(), VALUE)),
    )


@st.composite
def runs(draw: st.DrawFn) -> list[Measure]:
    chosen = draw(st.lists(st.sampled_from(keys()), unique=True, max_size=len(keys())))
    return [draw(one_measure(key)) for key in chosen]


def pattern(measure_id: str) -> str:
    band = KNOWN.band(measure_id, None)
    assert band is not None
    return band.pattern


@given(runs(), SEX, SPEED)
def test_every_finding_rests_on_trusted_values_beyond_the_limit(run, sex, speed) -> None:
    by_key = {(one.id, one.side): one for one in run}
    for finding in assess(run, sex=sex, speed_kmh=speed).findings:
        band = KNOWN.band(finding.measure_id, sex)
        if band.difference_of:
            used = [by_key[finding.measure_id, None]]
            assert finding.value == abs(used[0].mean)
            assert finding.side == ("right" if used[0].mean > 0 else "left")
            assert finding.value - band.high.watch > finding.uncertainty
        elif ".difference." in finding.id:
            used = [by_key[finding.measure_id, "left"], by_key[finding.measure_id, "right"]]
            values = [one.mean for one in used]
            if band.difference_from_standing and all(one.from_standing is not None for one in used):
                values = [one.from_standing for one in used]
            assert abs(values[0] - values[1]) == finding.value
            assert finding.value - band.side_difference > finding.uncertainty
        else:
            used = [by_key[finding.measure_id, finding.side]]
            beyond = used[0].mean - band.high.watch if finding.direction == "high" else band.low.watch - used[0].mean
            assert beyond > used[0].uncertainty
        assert all(one.mean is not None and one.n_steps >= 7 and one.uncertainty is not None for one in used)
        assert all(one.status == "measured" or one.doubt == "known" for one in used)
        assert finding.with_care is any(one.status == "borderline" for one in used)
        assert ("Take this one with care: A reason of" in finding.text) is finding.with_care


@given(runs(), SEX, SPEED)
def test_at_most_one_finding_per_pattern_and_side(run, sex, speed) -> None:
    found = [(pattern(one.measure_id), one.side) for one in assess(run, sex=sex, speed_kmh=speed).findings]
    assert len(found) == len(set(found))


@given(runs(), SEX, SPEED)
def test_no_pattern_counts_twice_for_a_muscle(run, sex, speed) -> None:
    assessment = assess(run, sex=sex, speed_kmh=speed)
    by_id = {one.id: one for one in assessment.findings}
    for hint in assessment.muscles:
        patterns = [(pattern(by_id[one].measure_id), by_id[one].side) for one in hint.because]
        assert len(patterns) == len(set(patterns))
        assert 0.15 * len(patterns) - 1e-9 <= hint.score <= 0.6 * len(patterns) + 1e-9
        assert not hint.lowered_by or hint.score <= 0.6 * len(patterns) - 0.15 + 1e-9
        assert (hint.status == "worth_testing") == bool(patterns)
        assert all(by_id[one].side in (hint.side, None) for one in hint.because)
        assert hint.strength == min(1.0, hint.score)
        assert (hint.level == "none") == (hint.score == 0)
        assert all(hint.id in by_id[one].muscle_ids for one in hint.because)


@given(st.sampled_from(keys()), st.floats(0, 1), st.floats(0, 5), SEX, SPEED)
def test_never_fires_inside_the_band(key, share, uncertainty, sex, speed) -> None:
    band = KNOWN.band(key[0], sex)
    low, high = band.usual_range
    low = high - 100 if low is None else low
    high = low + 100 if high is None else high
    value = measured(key[0], low + share * (high - low), key[1], uncertainty=uncertainty)
    assert assess([value], sex=sex, speed_kmh=speed).findings == ()


@given(st.sampled_from(keys()), VALUE, VALUE, st.floats(0, 5), SEX)
def test_a_value_further_out_never_ranks_lower(key, first, second, uncertainty, sex) -> None:
    band = KNOWN.band(key[0], sex)
    sign = 1 if band.high else -1
    if band.difference_of:
        first, second = abs(first), abs(second)
    near, far = sorted((first, second), key=lambda value: sign * value)
    rival = measured(*(("cadence", 140.0) if key[0] != "cadence" else ("step_time_symmetry", 6.0)))

    def place(value: float) -> tuple[bool, int, bool]:
        run = [measured(key[0], value, key[1], uncertainty=uncertainty), rival]
        found = assess(run, sex=sex, speed_kmh=12.0).findings
        mine = [i for i, one in enumerate(found) if one.measure_id == key[0] and one.direction == direction]
        return bool(mine), -mine[0] if mine else -9, bool(mine) and found[mine[0]].band == "marked"

    direction = "high" if sign > 0 else "low"
    assert all(further >= nearer for nearer, further in zip(place(near), place(far), strict=True))


def mirrored(measure: Measure) -> Measure:
    """The same runner in a mirror; right minus left changes its sign."""
    band = KNOWN.band(measure.id, None)
    turned = band is not None and band.difference_of is not None and measure.mean is not None
    return replace(measure, side=SWAP[measure.side], mean=-measure.mean if turned else measure.mean)


@given(runs(), SEX, SPEED)
def test_exchanged_sides_give_exchanged_findings(run, sex, speed) -> None:
    straight = assess(run, sex=sex, speed_kmh=speed)
    swapped = assess([mirrored(one) for one in run], sex=sex, speed_kmh=speed)

    def swap_id(finding_id: str) -> str:
        head, _, tail = finding_id.rpartition(".")
        return f"{head}.{SWAP[tail]}" if tail in ("left", "right") else finding_id

    def findings(assessment, swap):
        return {
            (swap_id(one.id), SWAP[one.side], one.value, one.band) if swap else (one.id, one.side, one.value, one.band)
            for one in assessment.findings
        }

    def muscles(assessment, swap):
        return {
            (one.id, SWAP[one.side], one.score, one.status, frozenset(map(swap_id, one.because)))
            if swap
            else (one.id, one.side, one.score, one.status, frozenset(one.because))
            for one in assessment.muscles
        }

    assert findings(straight, True) == findings(swapped, False)
    assert muscles(straight, True) == muscles(swapped, False)


@given(runs().flatmap(lambda run: st.tuples(st.just(run), st.permutations(run))), SEX, SPEED)
def test_order_of_the_measures_does_not_matter(pair, sex, speed) -> None:
    first, second = (assess(run, sex=sex, speed_kmh=speed) for run in pair)
    assert first == second


@given(runs(), SEX, SPEED)
def test_withheld_values_change_nothing(run, sex, speed) -> None:
    kept = [
        one
        for one in run
        if (one.status == "measured" or one.doubt == "known") and one.n_steps >= 7 and one.uncertainty is not None
    ]
    assert assess(run, sex=sex, speed_kmh=speed) == assess(kept, sex=sex, speed_kmh=speed)


@given(runs(), SEX, SPEED)
def test_every_scored_measure_is_accounted_for_once(run, sex, speed) -> None:
    assessment = assess(run, sex=sex, speed_kmh=speed)
    assert sorted(assessment.looked_at + assessment.not_looked_at) == sorted(KNOWN.scored_measures)
    assert {one.measure_id for one in assessment.findings} <= set(assessment.looked_at)
    assert {one.id for one in assessment.muscles} == {one.id for one in KNOWN.muscles}


@given(st.sampled_from(keys()), VALUE, st.floats(0, 10), st.floats(0.1, 50))
def test_more_uncertainty_never_makes_a_finding(key, value, uncertainty, more) -> None:
    def found(wide: float) -> bool:
        return bool(assess([measured(key[0], value, key[1], uncertainty=wide)], sex=None, speed_kmh=12.0).findings)

    assume(not found(uncertainty))
    assert not found(uncertainty + more)


@given(runs(), st.floats(0.01, 50), SEX, SPEED)
def test_more_uncertainty_everywhere_never_adds_a_finding(run, more, sex, speed) -> None:
    wider = [one if one.uncertainty is None else replace(one, uncertainty=one.uncertainty + more) for one in run]

    def found(measures: list[Measure]) -> set[tuple[str, str | None]]:
        return {(pattern(one.measure_id), one.side) for one in assess(measures, sex=sex, speed_kmh=speed).findings}

    assert found(wider) <= found(run)


@given(runs(), st.sampled_from(keys()), st.sampled_from(["high", "low"]), st.floats(0, 100), st.floats(0, 100), SEX)
def test_a_worse_value_never_lowers_a_hint_of_its_side(run, key, end, beyond, further, sex) -> None:
    band = KNOWN.band(key[0], sex)
    assume(getattr(band, end) is not None)
    sign = 1 if end == "high" else -1
    near = getattr(band, end).watch + sign * beyond

    def scores(value: float) -> dict[tuple[str, str | None], float]:
        others = [one for one in run if (one.id, one.side) != key]
        assessment = assess([*others, measured(key[0], value, key[1], uncertainty=0.5)], sex=sex, speed_kmh=12.0)
        return {(one.id, one.side): one.score for one in assessment.muscles}

    worse = scores(near + sign * further)
    for (muscle_id, side), score in scores(near).items():
        if side == key[1] or key[1] is None:
            assert worse.get((muscle_id, side), 0.0) >= score


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    def some(literal: object) -> st.SearchStrategy[tuple[str, ...]]:
        return st.lists(st.sampled_from(literal), max_size=3).map(tuple)

    return Answers(
        age_years=draw(st.one_of(st.none(), st.integers(5, 110))),
        pain_sites=draw(some(get_args(PainSite))),
        pain_level=draw(st.one_of(st.none(), st.integers(0, 10))),
        past_injuries=draw(some(["bone_stress", *get_args(PainSite)])),
        warning_signs=draw(some(get_args(WarningSign))),
    )


@given(runs(), answers(), SEX, SPEED)
def test_answers_change_only_what_they_may(run, answered, sex, speed) -> None:
    plain = assess(run, sex=sex, speed_kmh=speed)
    asked = assess(run, sex=sex, speed_kmh=speed, answers=answered)
    assert asked.findings == plain.findings
    assert (asked.looked_at, asked.not_looked_at) == (plain.looked_at, plain.not_looked_at)
    kept = [(one.id, one.side, one.status, one.score, one.because, one.text) for one in asked.muscles]
    assert kept == [(one.id, one.side, one.status, one.score, one.because, one.text) for one in plain.muscles]
    for before, after in zip(plain.muscles, asked.muscles, strict=True):
        if asked.red_flags:
            assert after.exercises == ()
        elif before.id != "hamstrings" and "hamstrings" not in before.antagonist_ids:
            assert after.exercises == before.exercises
            assert (after.stretch, after.strengthen) == (before.stretch, before.strengthen)
    assert all("see a clinician" in one.advice.lower() for one in asked.red_flags)


@given(st.sampled_from(keys()), VALUE)
def test_one_odd_value_in_a_usual_runner_gives_findings_of_its_pattern_only(key, value) -> None:
    run = with_value(usual_runner(), measured(key[0], value, key[1], uncertainty=0.1))
    found = assess(run, sex=None, speed_kmh=12.0).findings
    assert {pattern(one.measure_id) for one in found} <= {pattern(key[0])}
