"""From stances to steps: legs alternate, durations are those of one rhythm, what breaks it is dropped and counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gaitcheck.gait.events import Stance
from gaitcheck.gait.measures.compute import steps_a_minute
from gaitcheck.gait.steps import make_steps, typical_step_s
from tests.gait.runs import measured, of, run_of, spec_of, without

PERIOD = 0.35


def stances(n: int = 12, period: float = PERIOD) -> list[Stance]:
    return [
        Stance("left" if i % 2 == 0 else "right", i * period, i * period - 0.1, i * period + 0.12, 0.3)
        for i in range(n)
    ]


def test_a_plain_run() -> None:
    steps, dropped = make_steps(stances(), PERIOD)
    assert dropped == 0
    assert [s.side for s in steps] == ["left", "right"] * 6
    for i, step in enumerate(steps):
        assert step.initial_contact_s == pytest.approx(i * PERIOD - 0.1)
        assert step.next_contact_s == (pytest.approx((i + 1) * PERIOD - 0.1) if i < 11 else None)
        assert step.next_same_contact_s == (pytest.approx((i + 2) * PERIOD - 0.1) if i < 10 else None)
    assert typical_step_s(steps) == pytest.approx(PERIOD)


def test_nothing_comes_of_nothing() -> None:
    assert make_steps([], PERIOD) == ((), 0)
    assert np.isnan(typical_step_s(()))


def test_a_missed_stance_ends_the_step_before_it() -> None:
    found = stances()
    del found[5]
    steps, dropped = make_steps(found, PERIOD)
    assert dropped == 0
    assert len(steps) == 11
    assert steps[4].next_contact_s is None
    assert steps[4].next_same_contact_s is None
    assert steps[3].next_contact_s is not None
    assert steps[3].next_same_contact_s is None
    assert steps[5].next_contact_s is not None


def test_two_missed_stances_do_not_make_one_long_step() -> None:
    found = stances()
    del found[5:7]
    steps, dropped = make_steps(found, PERIOD)
    assert dropped == 0
    assert steps[4].side != steps[5].side
    assert steps[4].next_contact_s is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"initial_contact_s": None},
        {"initial_contact_s": 5 * PERIOD + 0.01},  # after midstance
        {"toe_off_s": 5 * PERIOD - 0.01},  # before midstance
        {"initial_contact_s": 5 * PERIOD - 0.03, "toe_off_s": 5 * PERIOD + 0.03},  # 60 ms of contact
        {"toe_off_s": 5 * PERIOD + 0.4},  # half a second of contact
    ],
)
def test_impossible_stances_are_dropped_and_counted(wrong: dict[str, float | None]) -> None:
    found = stances()
    found[5] = replace(found[5], **wrong)
    steps, dropped = make_steps(found, PERIOD)
    assert dropped == 1
    assert 5 * PERIOD not in [s.midstance_s for s in steps]
    assert steps[4].next_contact_s is None


def test_of_two_stances_of_one_leg_the_clearer_one_stays() -> None:
    found = stances()
    for extra, stays in ((0.1, 4 * PERIOD), (0.5, 4 * PERIOD + 0.1)):
        doubled = [*found[:5], replace(found[4], midstance_s=4 * PERIOD + 0.1, clearance=extra), *found[5:]]
        steps, dropped = make_steps(doubled, PERIOD)
        assert dropped == 1
        assert len(steps) == 12
        assert steps[4].midstance_s == pytest.approx(stays)


def test_a_stance_without_toe_off_counts() -> None:
    found = [replace(s, toe_off_s=None) for s in stances()]
    steps, dropped = make_steps(found, PERIOD)
    assert (len(steps), dropped) == (12, 0)
    assert all(s.toe_off_s is None for s in steps)


def test_no_step_goes_on_over_a_cut() -> None:
    steps, dropped = make_steps(stances(), PERIOD, cuts_s=(4.5 * PERIOD,))
    assert dropped == 0
    assert steps[4].next_contact_s is None
    assert steps[4].next_same_contact_s is None
    assert steps[3].next_contact_s is not None
    assert steps[3].next_same_contact_s is None
    assert steps[5].next_same_contact_s is not None


@pytest.mark.parametrize("cadence", [150.0, 168.9, 190.0])
def test_cadence_from_midstances(cadence: float) -> None:
    period = 60 / cadence
    jitter = np.random.default_rng(0).normal(0, 0.008, 60)
    rate, error, n = steps_a_minute(np.arange(60) * period + jitter, period)
    assert rate == pytest.approx(cadence, abs=3 * error)
    assert error < 0.3
    assert n == 60


def test_cadence_where_steps_are_missing() -> None:
    times = np.arange(60) * PERIOD
    for gone in ([5], [5, 6, 7], list(range(10, 40)), list(range(1, 60, 2))):
        rate, _, n = steps_a_minute(np.delete(times, gone), PERIOD)
        assert rate == pytest.approx(60 / PERIOD)
        assert n == 60 - len(gone)


def test_cadence_over_a_cut_counts_each_scene_for_itself() -> None:
    times = np.concatenate([np.arange(20) * PERIOD, 20.43 * PERIOD + np.arange(20) * PERIOD])
    cut = 20 * PERIOD
    assert steps_a_minute(times, PERIOD, (cut,))[0] == pytest.approx(60 / PERIOD)
    assert abs(steps_a_minute(times, PERIOD)[0] - 60 / PERIOD) > 0.5


def test_a_hidden_stance_is_missing_not_invented() -> None:
    track, truth = run_of(spec_of("rear", seed=2))
    hidden = truth.steps[8]
    frames = np.flatnonzero(np.abs(track.time_s - hidden.midstance_s) < 0.2)
    gait = measured(without(track, frames))
    assert min(abs(s.midstance_s - hidden.midstance_s) for s in gait.steps) > 0.15
    assert of(gait, "cadence").mean == pytest.approx(of(measured(track), "cadence").mean, abs=0.3)
    for step in gait.steps:
        if step.next_contact_s is not None:
            assert 0.25 < step.next_contact_s - step.initial_contact_s < 0.45
