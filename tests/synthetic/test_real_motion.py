"""The model runner's figures lie where real runners' lie.

The bounds come from two sources, both CC BY 4.0: the marker and force-treadmill runs of one runner at 2.5 and 3.5 m/s
(Fukuchi, Fukuchi, Duarte 2017, PeerJ 5:e3298), about 38 strides a leg and run, read at 150 Hz and low-passed at 20 Hz
without lag, as is done to the model here; and the mean joint angles of 23 runners (the same and Fukuchi, Duarte, Ferber
2024). Means over the strides of the four legs and runs, left and right of 2.5, then of 3.5 m/s:

- heel's speed passes half the belt's before contact: 6.0, 1.9, 8.6, 0.8 ms; ankle's: -1.4, -3.7, 1.8, -5.3 ms
- straightest knee after toe-off: 10.6, 9.2, 23.2, 21.8 ms
- fastest ankle in the last tenth of a second before contact: 2.8, 2.7, 3.7, 3.6 m/s
- largest knee angle in stance: 36.8, 38.1, 37.2, 38.3 deg; of the 23 runners 31 to 51, 40.0 on average
- knee's bending over the first 60 ms: 339, 320, 373, 343 deg/s; fastest: 414, 404, 441, 449 (23 runners: 270 to 535)
- foot's pitch against flat at 60, 70, 80, 90, 100 % of the stance: -4.3, -9.7, -18.8, -31.0, -44.4 deg (mean of four)
- lowest middle of the hips: 48, 44, 47, 45 % of the stance; its way up and down in a stance and flight: 91 to 102 mm at
  2.5 m/s, 84 to 94 at 3.5 (87 to 90 and 81 to 84 from the force)
- the force is largest at 40 to 42 % of the stance: 2.2 to 2.3 times the weight at 2.5 m/s, 2.5 to 2.6 at 3.5
- largest drop at the PSIS: 43, 35, 45, 41 % of the stance
- thigh furthest forward in swing: 25.2, 25.9, 33.1, 30.9 deg; furthest back 39, 32, 45, 44 ms after toe-off
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic import curves
from gaitcheck.synthetic.motion import GRAVITY_M_S2, Movement
from gaitcheck.synthetic.spec import Spec
from gaitcheck.track import FloatArray

RATE_HZ = 150.0
STEADY = {"step_time": 0, "contact_time": 0, "placement_m": 0, "angle_deg": 0, "drift_m": 0}
#: Cadence, speed and stance share over what people run at; knee bend in swing as it goes with speed.
USUAL = [
    {"cadence_spm": c, "speed_m_s": v, "stance_share": s, "peak_swing_flexion_deg": 83.5 + 15.5 * (v - 2.5)}
    for c, v, s in ((170, 2.8, 0.36), (160, 2.4, 0.38), (160, 3.0, 0.36), (180, 3.4, 0.33), (180, 3.0, 0.36))
]
#: The measured runner: tall, landing on the whole foot.
MEASURED = {"foot_inclination_ic_deg": 1.0, "knee_flexion_ic_deg": 8.0, "overstride_m": -0.025}
AS_MEASURED = [
    {"cadence_spm": 157, "speed_m_s": 2.5, "stance_share": 0.362, "peak_swing_flexion_deg": 84.0, **MEASURED},
    {"cadence_spm": 171, "speed_m_s": 3.5, "stance_share": 0.320, "peak_swing_flexion_deg": 99.0, **MEASURED},
]


def _lowpassed(values: FloatArray) -> FloatArray:
    b, a = butter(2, 20.0 / (RATE_HZ / 2))
    return np.asarray(filtfilt(b, a, values, axis=0))


def _falls_below(time_s: FloatArray, values: FloatArray, level: float) -> float:
    k = np.flatnonzero((values[:-1] > level) & (values[1:] <= level))[-1]
    return float(np.interp(level, [values[k + 1], values[k]], [time_s[k + 1], time_s[k]]))


def figures(motion: Mapping[str, object], height_m: float = 1.75) -> dict[str, float]:
    """Means over both legs' strides, each as in the module's docstring."""
    spec = Spec.model_validate(
        {
            "name": "test",
            "body": {"height_m": height_m},
            "motion": {**motion, "variability": STEADY},
            "clip": {"duration_s": 8.0},
        }
    )
    movement = Movement(spec)
    time = np.arange(0.0, 8.0, 1 / RATE_HZ)
    p = {name: _lowpassed(points) for name, points in movement.at(time).joints.items()}
    height = (p["hip_left"] + p["hip_right"])[:, 2] / 2
    found: dict[str, list[float]] = {}

    def add(name: str, value: float) -> None:
        found.setdefault(name, []).append(float(value))

    for side in SIDES:
        thigh = p[f"knee_{side}"] - p[f"hip_{side}"]
        shank = p[f"ankle_{side}"] - p[f"knee_{side}"]
        thigh_deg = np.degrees(np.arctan2(thigh[:, 1], -thigh[:, 2]))
        knee_deg = thigh_deg - np.degrees(np.arctan2(shank[:, 1], -shank[:, 2]))
        foot = p[f"toe_joint_{side}"] - p[f"heel_{side}"]
        pitch_deg = np.degrees(np.arctan2(foot[:, 2], foot[:, 1]))
        velocity = {j: np.gradient(p[f"{j}_{side}"], 1 / RATE_HZ, axis=0) for j in ("heel", "ankle")}
        ankle_speed = np.hypot(velocity["ankle"][:, 1], velocity["ankle"][:, 2])
        other = "right" if side == "left" else "left"
        across = p[f"psis_{other}"] - p[f"psis_{side}"]
        drop_deg = np.degrees(np.arctan2(-across[:, 2], np.abs(across[:, 0])))
        k = movement.steps.of_side[side]
        for here, there in itertools.pairwise(k[3:-3]):
            begin, end = movement.steps.initial_contact_s[here], movement.steps.toe_off_s[here]
            again = movement.steps.initial_contact_s[there]
            before = np.arange(again - 0.15, again + 0.08, 0.001)
            for joint in ("heel", "ankle"):
                forth = np.interp(before, time, velocity[joint][:, 1])
                caught = _falls_below(before, forth, -0.5 * spec.motion.speed_m_s)
                add(f"{joint}_caught_before_ms", 1000 * (again - caught))
            leaving = np.arange(end - 0.06, end + 0.08, 0.001)
            add("straightest_after_ms", 1000 * (leaving[np.argmin(np.interp(leaving, time, knee_deg))] - end))
            late = np.arange(again - 0.1, again - 0.01, 0.001)
            add("late_ankle_m_s", np.interp(late, time, ankle_speed).max())
            stance = np.arange(begin, end, 0.001)
            bend = np.interp(stance, time, knee_deg)
            add("knee_peak_deg", bend[: int(0.75 * len(bend))].max())
            add("knee_first_60_ms_deg_s", (bend[60] - bend[0]) / 0.06)
            add("knee_fastest_deg_s", np.gradient(bend, 0.001)[:100].max())
            flat = np.interp(begin + 0.3 * (end - begin), time, pitch_deg)
            for share in (0.6, 0.7, 0.8, 0.9, 1.0):
                add(f"pitch_{share}_deg", np.interp(begin + share * (end - begin), time, pitch_deg) - flat)
            low = np.interp(stance, time, height)
            add("lowest_share", np.argmin(low) / len(low))
            add("drop_peak_share", np.argmax(np.interp(stance, time, drop_deg)) / len(stance))
            swing = np.arange(end, again, 0.001)
            add("thigh_most_deg", np.interp(swing, time, thigh_deg).max())
            add("thigh_least_after_ms", 1000 * (swing[np.argmin(np.interp(swing, time, thigh_deg))] - end))
            step = np.arange(begin, movement.steps.initial_contact_s[here + 1], 0.001)
            z = movement.at(step).joints["pelvis"][:, 2]
            add("rise_mm", 1000 * np.ptp(np.interp(step, time, height)))
            force = 1 + np.gradient(np.gradient(z, 0.001), 0.001)[2:-2] / GRAVITY_M_S2
            add("force_peak_weights", force.max())
            add("force_peak_share", (np.argmax(force) + 2) / len(stance))
    return {name: float(np.mean(values)) for name, values in found.items()}


@pytest.fixture(scope="module", params=USUAL, ids=lambda m: f"{m['cadence_spm']}-{m['speed_m_s']}")
def usual(request: pytest.FixtureRequest) -> dict[str, float]:
    return figures(request.param)


@pytest.fixture(scope="module", params=AS_MEASURED, ids=["2.5", "3.5"])
def measured(request: pytest.FixtureRequest) -> dict[str, float]:
    return figures(request.param, height_m=1.81) | {"speed": request.param["speed_m_s"]}


def test_the_foot_is_not_drawn_back_before_it_lands(usual: dict[str, float]) -> None:
    assert 0.0 < usual["heel_caught_before_ms"] < 9.0
    assert -6.0 < usual["ankle_caught_before_ms"] < 2.0


def test_the_knee_is_straightest_just_after_toe_off(usual: dict[str, float]) -> None:
    assert 9.0 < usual["straightest_after_ms"] < 24.0


def test_the_knee_bends_as_runners_do_in_stance(usual: dict[str, float]) -> None:
    assert 31 < usual["knee_peak_deg"] < 51
    assert 270 < usual["knee_fastest_deg_s"] < 535


def test_the_heel_rises_as_runners_do(usual: dict[str, float]) -> None:
    for share, real in ((0.6, -4.3), (0.7, -9.7), (0.8, -18.8), (0.9, -31.0)):
        assert usual[f"pitch_{share}_deg"] == pytest.approx(real, abs=4.0)


def test_the_pelvis_falls_and_drops_in_time(usual: dict[str, float]) -> None:
    assert 0.43 < usual["lowest_share"] < 0.50
    assert 0.35 < usual["drop_peak_share"] < 0.46


def test_like_the_measured_runner(measured: dict[str, float]) -> None:
    slow = measured["speed"] == 2.5
    assert measured["late_ankle_m_s"] == pytest.approx(2.73 if slow else 3.63, rel=0.1)
    assert measured["knee_peak_deg"] == pytest.approx(37.6, abs=3.0)
    assert measured["thigh_most_deg"] == pytest.approx(25.5 if slow else 32.0, abs=6.0)
    assert 25 < measured["thigh_least_after_ms"] < 45
    assert measured["rise_mm"] == pytest.approx(92.0 if slow else 86.0, abs=10.0)
    assert measured["force_peak_weights"] == pytest.approx(2.27 if slow else 2.55, abs=0.3)
    assert 0.33 < measured["force_peak_share"] < 0.5


def test_curves_are_the_mean_and_the_spread_of_23_runners() -> None:
    """Knee: 11.6 (sd 4.1) deg at contact, 40.0 (4.7) at most in stance, 92.4 (10.0) in swing; hip 13.3 (4.8) back."""
    phase = np.linspace(0, 1, 201)
    knee, hip = curves.knee_flexion_deg(phase), curves.hip_flexion_deg(phase)
    assert knee[0] == pytest.approx(11.6, abs=1.0)
    assert knee[:60].max() == pytest.approx(40.0, abs=1.5)
    assert knee.max() == pytest.approx(92.4, abs=2.0)
    assert hip.min() == pytest.approx(-13.3, abs=1.5)
    rng = np.random.default_rng(1)
    drawn = [tuple(float(x) for x in rng.normal(size=4)) for _ in range(400)]
    swing = [curves.knee_flexion_deg(phase, s).max() for s in drawn]  # type: ignore[arg-type]
    back = [curves.hip_flexion_deg(phase, s).min() for s in drawn]  # type: ignore[arg-type]
    assert np.std(swing) == pytest.approx(10.0, abs=2.5)
    assert np.std(back) == pytest.approx(4.8, abs=1.2)
