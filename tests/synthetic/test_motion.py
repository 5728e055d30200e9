"""The movement: feet on the belt, flight under gravity, bones of fixed length, commands obeyed, seeds."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic.motion import GRAVITY_M_S2, Movement, Pose
from gaitcheck.synthetic.rotations import turned
from gaitcheck.synthetic.skeleton import BALL_CONTACT, HEEL_CONTACT, SIGN, skeleton
from gaitcheck.synthetic.spec import Motion, Sided, Spec, Variability
from gaitcheck.track import FloatArray

STEADY = Variability(step_time=0, contact_time=0, placement_m=0, angle_deg=0, drift_m=0)
FINE_S = np.arange(0.0, 6.0, 1 / 500)


def spec(seed: int = 1, **motion: object) -> Spec:
    return Spec.model_validate({"name": "test", "motion": motion, "clip": {"seed": seed, "duration_s": 6.0}})


@pytest.fixture(scope="module")
def movement() -> Movement:
    return Movement(spec())


@pytest.fixture(scope="module")
def pose(movement: Movement) -> Pose:
    return movement.at(FINE_S)


def foot_point(movement: Movement, pose: Pose, side: Side, point: FloatArray) -> FloatArray:
    return pose.joints[f"foot_{side}"] + turned(pose.frames[f"foot_{side}"], point * movement.body.scale)


def knee_deg(pose: Pose, side: Side) -> FloatArray:
    thigh = pose.joints[f"knee_{side}"] - pose.joints[f"hip_{side}"]
    shank = pose.joints[f"ankle_{side}"] - pose.joints[f"knee_{side}"]
    cosine = np.sum(thigh * shank, axis=1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.mark.parametrize("side", SIDES)
def test_flat_foot_moves_with_the_belt(movement: Movement, pose: Pose, side: Side) -> None:
    steps, speed = movement.steps, movement.spec.motion.speed_m_s
    k = steps.latest(side, FINE_S)
    share = (FINE_S - steps.initial_contact_s[k]) / (steps.toe_off_s[k] - steps.initial_contact_s[k])
    ball = foot_point(movement, pose, side, BALL_CONTACT)
    dt = FINE_S[1] - FINE_S[0]
    on_ball = (share > 0.2) & (share < 0.7)
    both = on_ball[1:] & on_ball[:-1] & (k[1:] == k[:-1])
    assert np.abs(np.diff(ball[:, 1])[both] / dt + speed).max() < 1e-6
    assert np.abs(np.diff(ball[:, 0])[both]).max() < 1e-9
    assert np.abs(ball[on_ball, 2]).max() < 1e-9


@pytest.mark.parametrize("side", SIDES)
def test_heel_stands_on_the_belt_while_the_foot_comes_down(movement: Movement, side: Side) -> None:
    steps = movement.steps
    k = steps.of_side[side][3:8]
    for moment in (0.0, 0.03, 0.06):
        t = steps.initial_contact_s[k] + moment * (steps.toe_off_s[k] - steps.initial_contact_s[k]) + 1e-9
        heel = foot_point(movement, movement.at(t), side, HEEL_CONTACT)
        assert np.abs(heel[:, 2]).max() < 1e-9


@pytest.mark.parametrize("side", SIDES)
def test_nothing_of_the_foot_sinks(movement: Movement, pose: Pose, side: Side) -> None:
    for point in (HEEL_CONTACT, BALL_CONTACT):
        assert foot_point(movement, pose, side, point)[:, 2].min() > -1e-9
    toe_bottom = pose.joints[f"toe_joint_{side}"] + turned(
        pose.frames[f"toe_{side}"], np.array([0.0, 0.068, -0.010]) * movement.body.scale
    )
    assert toe_bottom[:, 2].min() > -1e-3


@pytest.mark.parametrize("side", SIDES)
def test_contact_flags_are_the_planned_times(movement: Movement, pose: Pose, side: Side) -> None:
    steps = movement.steps
    expected = np.zeros(len(FINE_S), bool)
    for k in steps.of_side[side]:
        begin, end = steps.initial_contact_s[k], steps.toe_off_s[k]
        expected |= (begin <= FINE_S) & (end > FINE_S)
    assert np.array_equal(pose.contact[side], expected)
    assert not (pose.contact["left"] & pose.contact["right"]).any()


@pytest.mark.parametrize("side", SIDES)
def test_foot_is_in_the_air_between_contacts(movement: Movement, pose: Pose, side: Side) -> None:
    steps = movement.steps
    k = steps.latest(side, FINE_S)
    in_swing_s = FINE_S - steps.toe_off_s[k]
    middle_of_swing = (in_swing_s > 0.06) & (in_swing_s < 0.35)
    lowest = np.minimum(
        foot_point(movement, pose, side, HEEL_CONTACT)[:, 2], foot_point(movement, pose, side, BALL_CONTACT)[:, 2]
    )
    assert lowest[middle_of_swing].min() > 0.010


def test_bones_keep_their_length(movement: Movement, pose: Pose) -> None:
    body = movement.body
    for side in SIDES:
        for a, b, length in (
            ("hip", "knee", body.thigh_m),
            ("knee", "ankle", body.shank_m),
            ("shoulder", "elbow", body.upper_arm_m),
            ("elbow", "wrist", body.forearm_m),
        ):
            found = np.linalg.norm(pose.joints[f"{a}_{side}"] - pose.joints[f"{b}_{side}"], axis=1)
            assert np.abs(found - length).max() < 1e-9


def test_pelvis_falls_freely_in_flight_and_is_lowest_in_stance(movement: Movement, pose: Pose) -> None:
    z = pose.joints["pelvis"][:, 2]
    dt = FINE_S[1] - FINE_S[0]
    acceleration = np.diff(z, 2) / dt**2
    flying = ~(pose.contact["left"] | pose.contact["right"])
    inside = flying[2:] & flying[1:-1] & flying[:-2]
    assert inside.sum() > 100
    assert np.abs(acceleration[inside] + GRAVITY_M_S2).max() < 1e-3
    assert acceleration[~flying[1:-1]].mean() > 0
    steps = movement.steps
    share = (movement.midstance_s - steps.initial_contact_s) / (steps.toe_off_s - steps.initial_contact_s)
    assert share[4:-4].min() > 0.3
    assert share[4:-4].max() < 0.6


def test_movement_is_smooth(pose: Pose) -> None:
    for joint in ("pelvis", "knee_left", "ankle_left", "toe_left", "wrist_right", "head"):
        moved = np.linalg.norm(np.diff(pose.joints[joint], axis=0), axis=1)
        assert moved.max() < 8.0 / 500  # no jump: nothing of a runner on a treadmill is faster than 8 m/s


def test_commands_are_obeyed() -> None:
    movement = Movement(
        spec(
            pelvic_drop_deg={"left": 3.0, "right": 10.0},
            knee_valgus_deg={"left": -4.0, "right": 12.0},
            knee_flexion_ic_deg={"left": 10.0, "right": 18.0},
            forward_lean_deg=14.0,
            variability=STEADY.model_dump(),
        )
    )
    steps, commands = movement.steps, movement.spec.motion
    for side in SIDES:
        k = steps.of_side[side][2:-3]
        low = movement.at(movement.midstance_s[k])
        d = low.joints[f"hip_{side}"] - low.joints["hip_left" if side == "right" else "hip_right"]
        drop = np.degrees(np.arctan2(d[:, 2], np.abs(d[:, 0])))
        assert drop == pytest.approx(commands.pelvic_drop_deg.of(side), abs=0.4)
        inward = -SIGN[side]
        thigh = low.joints[f"knee_{side}"] - low.joints[f"hip_{side}"]
        shank = low.joints[f"ankle_{side}"] - low.joints[f"knee_{side}"]
        valgus = np.degrees(
            np.arctan2(inward * thigh[:, 0], -thigh[:, 2]) - np.arctan2(inward * shank[:, 0], -shank[:, 2])
        )
        assert valgus == pytest.approx(commands.knee_valgus_deg.of(side), abs=1e-3)
        landing = movement.at(steps.initial_contact_s[k] + 1e-9)
        assert knee_deg(landing, side) == pytest.approx(commands.knee_flexion_ic_deg.of(side), abs=0.01)
    pose = movement.at(FINE_S)
    trunk = (pose.joints["shoulder_left"] + pose.joints["shoulder_right"]) / 2 - pose.joints["pelvis"]
    assert np.degrees(np.arctan2(trunk[:, 1], trunk[:, 2])).mean() == pytest.approx(14.0, abs=0.7)


def test_bounce_lowers_midstance_by_as_much() -> None:
    plain, deeper = (Movement(spec(bounce_m=m, variability=STEADY.model_dump())) for m in (0.0, 0.02))
    middle = (plain.steps.initial_contact_s + plain.steps.toe_off_s)[4:-4] / 2
    z = [m.at(middle).joints["pelvis"][:, 2] for m in (plain, deeper)]
    assert z[0] - z[1] == pytest.approx(0.02, abs=1e-6)
    flying = (plain.steps.toe_off_s[4:-4] + plain.steps.initial_contact_s[5:-3]) / 2
    z = [m.at(flying).joints["pelvis"][:, 2] for m in (plain, deeper)]
    assert z[0] == pytest.approx(z[1], abs=1e-9)


def test_hip_extension_moves_the_leaving_thigh_of_that_leg() -> None:
    plain, further = (
        Movement(spec(hip_extension_deg={"left": 0.0, "right": e}, variability=STEADY.model_dump())) for e in (0.0, 8.0)
    )
    least: dict[Side, list[float]] = {"left": [], "right": []}
    for movement in (plain, further):
        pose = movement.at(FINE_S)
        for side in SIDES:
            thigh = pose.joints[f"knee_{side}"] - pose.joints[f"hip_{side}"]
            least[side].append(float(np.degrees(np.arctan2(thigh[:, 1], -thigh[:, 2])).min()))
    assert least["left"][0] == pytest.approx(least["left"][1], abs=0.3)
    assert 6.0 < least["right"][0] - least["right"][1] < 9.0


def test_legs_as_long_as_asked() -> None:
    long = Movement(Spec.model_validate({"name": "long", "body": {"height_m": 1.8, "leg_share": 0.51}})).body
    assert long.thigh_m + long.shank_m == pytest.approx(0.51 * 1.8)
    assert skeleton(1.8, "M").thigh_m / skeleton(1.8, "M").shank_m == pytest.approx(long.thigh_m / long.shank_m)


def test_cadence_and_asymmetry() -> None:
    movement = Movement(spec(cadence_spm=180, step_time_asymmetry=0.06, variability=STEADY.model_dump()))
    step_s = np.diff(movement.steps.initial_contact_s)
    right_first = step_s[movement.steps.is_right[:-1]]
    left_first = step_s[~movement.steps.is_right[:-1]]
    assert 60 / step_s[:20].mean() == pytest.approx(180)
    assert (right_first[0] - left_first[0]) / step_s[:2].mean() == pytest.approx(0.06)


def test_steps_vary_as_asked() -> None:
    steps = Movement(Spec.model_validate({"name": "long", "clip": {"duration_s": 100, "seed": 3}})).steps
    step_s = np.diff(steps.initial_contact_s)
    assert step_s.std() / step_s.mean() == pytest.approx(0.010, rel=0.2)
    assert steps.pelvic_drop_deg.std() == pytest.approx(0.7, rel=0.2)


def test_same_seed_same_movement() -> None:
    t = np.linspace(0, 5, 40)
    first, again, other = (Movement(spec(seed=s)).at(t).joints["ankle_left"] for s in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-3)


def test_any_subset_of_times_gives_the_same_pose(movement: Movement, pose: Pose) -> None:
    some = movement.at(FINE_S[100:400:7])
    for joint, points in some.joints.items():
        assert points == pytest.approx(pose.joints[joint][100:400:7], abs=1e-12)


def test_standing_still_first() -> None:
    movement = Movement(spec(standing_s=2.0, start_up_s=1.0))
    pose = movement.at(np.linspace(0, 6, 301))
    still = pose.time_s <= 2.0
    assert pose.contact["left"][still].all()
    assert pose.contact["right"][still].all()
    for joint in ("pelvis", "knee_left", "ankle_right", "shoulder_left", "wrist_right"):
        assert np.ptp(pose.joints[joint][still], axis=0).max() < 1e-9
    assert pose.belt_m[still].max() == 0
    assert (pose.running[pose.time_s >= 3.0] == 1).all()
    speed = np.gradient(pose.belt_m, pose.time_s)
    assert speed[pose.time_s > 3.1] == pytest.approx(2.8)


@pytest.mark.parametrize("side", SIDES)
def test_extremes_stay_whole(side: Side) -> None:
    for motion in (
        Motion(cadence_spm=200, speed_m_s=4.5, stance_share=Sided(left=0.28, right=0.28)),
        Motion(cadence_spm=150, speed_m_s=2.0, stance_share=Sided(left=0.42, right=0.42)),
        Motion(foot_inclination_ic_deg=Sided(left=-8, right=-8), forward_lean_deg=20),
    ):
        movement = Movement(spec(**motion.model_dump()))
        pose = movement.at(FINE_S)
        assert all(np.isfinite(points).all() for points in pose.joints.values())
        assert foot_point(movement, pose, side, BALL_CONTACT)[:, 2].min() > -0.01
        assert knee_deg(pose, side).min() > 1
