"""The stretch of standing still, and posture angles relative to it."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.result import Baseline
from gaitcheck.synthetic.spec import Spec
from tests.gait.runs import VIEWS, changed, check, jittered, measured, run_of, spec_of, track_of, without

STANDING = {"standing_s": 3.0, "start_up_s": 1.5}


def standing_spec(view: str, **motion: object) -> Spec:
    return spec_of(view, duration_s=11, motion={**STANDING, **motion})


@pytest.mark.parametrize("noise_px", [0, 2])
@pytest.mark.parametrize("view", VIEWS)
def test_standing_before_the_run_is_found(view: str, noise_px: float) -> None:
    track, truth = run_of(standing_spec(view))
    gait = measured(jittered(track, noise_px))
    standing = truth.time_s[truth.phase == 0]
    assert gait.baseline is not None
    assert gait.baseline.source == "found"
    assert gait.baseline.start_s == pytest.approx(standing[0], abs=0.3)
    assert gait.baseline.end_s == pytest.approx(standing[-1], abs=0.3)
    assert check(gait, "running").ok
    assert min(step.midstance_s for step in gait.steps) > standing[-1]


@pytest.mark.parametrize("motion", [{}, {"cadence_spm": 150, "speed_m_s": 2.0}, {"cadence_spm": 190}])
@pytest.mark.parametrize("view", ["rear", "right"])
def test_none_is_found_in_a_plain_run(view: str, motion: dict[str, float]) -> None:
    gait = measured(track_of(view, motion=motion))
    assert gait.baseline is None
    assert all(m.from_standing is None for m in gait.measures)


def test_standing_for_a_moment_is_not_enough() -> None:
    assert measured(track_of("rear", motion={"standing_s": 1.0, "start_up_s": 1.0})).baseline is None


def test_where_nobody_is_seen_nobody_stands() -> None:
    """Rows without a runner must not pass for rest, wherever they lie."""
    track = track_of("rear")
    for missing in (np.arange(0, 150), np.arange(60, 200)):
        assert measured(without(track, missing)).baseline is None


@pytest.mark.parametrize("scale", [1.0, 0.25])
def test_a_given_span_is_in_seconds_of_the_video(scale: float) -> None:
    track, _ = run_of(standing_spec("rear"))
    gait = measured(changed(track, time_s=track.time_s / scale), scale, baseline_s=(0.5 / scale, 2 / scale))
    assert gait.baseline == Baseline(0.5, 2, "given")
    assert check(gait, "standing").ok is True


def test_a_span_in_which_the_runner_runs_is_no_standing() -> None:
    gait = measured(track_of("rear"), baseline_s=(1, 3))
    assert gait.baseline is None
    assert all(m.from_standing is None for m in gait.measures)
    standing = check(gait, "standing")
    assert standing.ok is False
    assert "from second 1 to 3" in standing.message
    assert standing.advice


@pytest.mark.parametrize("given", [None, (0.5, 2.5)])
@pytest.mark.parametrize("view", VIEWS)
def test_from_standing_is_the_mean_less_the_standing_value(view: str, given: tuple[float, float] | None) -> None:
    track, truth = run_of(standing_spec(view, knee_valgus_deg=8, forward_lean_deg=10, lateral_lean_deg=3))
    gait = measured(track, baseline_s=given)
    seen = 0
    for m in gait.measures:
        posture = REGISTRY[m.id].posture and m.mean is not None
        assert (m.from_standing is not None) == posture
        if posture:
            name = m.id.removesuffix("_peak")
            zero = float(truth.series[name, m.side][truth.phase == 0].mean())
            assert m.from_standing == pytest.approx(m.mean - zero, abs=0.25)
            seen += 1
    assert seen == {"rear": 8, "front": 8}.get(view, 1)


def test_a_span_in_which_nobody_is_seen_gives_no_zero() -> None:
    track = without(track_of("rear"), np.arange(30, 100))
    gait = measured(track, baseline_s=(0.6, 1.5))
    assert all(m.from_standing is None for m in gait.measures)
