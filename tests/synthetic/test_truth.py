"""The truth: known-answer projection, angles with their signs, events, the track without rendering, the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic import measures
from gaitcheck.synthetic.camera import projection
from gaitcheck.synthetic.spec import Camera, Clip, Spec
from gaitcheck.synthetic.truth import frame_times, pose_track, true_of
from gaitcheck.synthetic.truth_file import read_truth, write_truth
from gaitcheck.track import FloatArray, Landmark

STILL_STEPS = {"step_time": 0, "contact_time": 0, "placement_m": 0, "angle_deg": 0, "drift_m": 0}


def spec(view: str = "rear", **parts: dict[str, object]) -> Spec:
    camera = {"view": view, **parts.pop("camera", {})}
    return Spec.model_validate({"name": "test", "clip": {"duration_s": 4.0}, "camera": camera, **parts})


# ---- camera ----


@pytest.mark.parametrize(
    ("view", "to_the_right"),
    [("rear", (1, 0, 0)), ("front", (-1, 0, 0)), ("right", (0, 1, 0)), ("left", (0, -1, 0))],
)
def test_projection_known_answer(view: str, to_the_right: tuple[int, int, int]) -> None:
    camera = Camera(view=view, distance_m=4, height_m=1, aim_height_m=1, field_of_view_deg=90)
    seen = projection(camera)
    middle = np.array([0.0, 0.0, 1.0])
    assert seen.pixels(middle) == pytest.approx([360, 640])
    # at 4 m, 90 degrees across the height: 8 m are 1280 px, so half a metre is 80 px
    assert seen.pixels(middle + 0.5 * np.array(to_the_right)) == pytest.approx([440, 640])
    assert seen.pixels(middle + np.array([0, 0, 0.5])) == pytest.approx([360, 560])


def test_nearer_things_are_larger() -> None:
    seen = projection(Camera(view="rear", distance_m=4, height_m=1, aim_height_m=1))
    near, far = (seen.pixels(np.array([0.3, y, 1.0]))[0] - 360 for y in (-1.0, 1.0))
    assert near / far == pytest.approx(5 / 3)


def test_roll_lowers_the_right_end_of_a_level_line() -> None:
    seen = projection(Camera(view="rear", height_m=1, aim_height_m=1, roll_deg=7))
    left, right = seen.pixels(np.array([[-0.4, 0, 1.0], [0.4, 0, 1.0]]))
    assert np.degrees(np.arctan2(right[1] - left[1], right[0] - left[0])) == pytest.approx(7)


# ---- angles ----


def points(**joints: tuple[float, float]) -> dict[str, FloatArray]:
    return {name: np.array([place], float) for name, place in joints.items()}


REAR = points(
    hip_left=(300, 500), hip_right=(400, 510), knee_left=(310, 700), knee_right=(380, 710), ankle_left=(310, 900),
    ankle_right=(400, 910), psis_left=(320, 450), psis_right=(380, 450), shoulder_left=(310, 200),
    shoulder_right=(410, 200),
)  # fmt: skip


def test_frontal_signs_from_behind() -> None:
    found = {key: float(values[0]) for key, values in measures.angle_series(REAR, "rear", 0.0).items()}
    assert found["contralateral_pelvic_drop", "left"] == pytest.approx(np.degrees(np.arctan2(10, 100)))
    assert found["contralateral_pelvic_drop", "right"] == pytest.approx(-np.degrees(np.arctan2(10, 100)))
    assert found["femoral_adduction", "left"] == pytest.approx(np.degrees(np.arctan2(10, 200)))
    assert found["femoral_adduction", "right"] == pytest.approx(np.degrees(np.arctan2(20, 200)))
    assert found["knee_valgus", "left"] == pytest.approx(np.degrees(np.arctan2(10, 200)))
    assert found["knee_valgus", "right"] == pytest.approx(2 * np.degrees(np.arctan2(20, 200)))
    assert found["knee_window", "left"] == pytest.approx(70)
    assert found["lateral_trunk_lean", "right"] == pytest.approx(np.degrees(np.arctan2(10, 305)))
    assert found["lateral_trunk_lean", "left"] == pytest.approx(-np.degrees(np.arctan2(10, 305)))
    assert found["crossover", "left"] == pytest.approx(40)
    assert found["hip_adduction", "right"] == pytest.approx(
        found["contralateral_pelvic_drop", "right"] + found["femoral_adduction", "right"]
    )


def test_front_is_the_mirror_of_rear() -> None:
    mirrored = {name: p * [-1, 1] + [720, 0] for name, p in REAR.items()}
    rear = measures.angle_series(REAR, "rear", 0.0)
    front = measures.angle_series(mirrored, "front", 0.0)
    for key, values in rear.items():
        assert front[key] == pytest.approx(values), key


SIDE = points(
    hip_left=(300, 500), hip_right=(300, 500), shoulder_left=(340, 200), shoulder_right=(340, 200),
    knee_left=(360, 690), knee_right=(280, 690), ankle_left=(340, 880), ankle_right=(180, 800), heel_left=(320, 900),
    heel_right=(160, 790), toe_left=(420, 880), toe_right=(200, 870),
)  # fmt: skip


def test_sagittal_signs() -> None:
    found = {key: float(values[0]) for key, values in measures.angle_series(SIDE, "right", 0.0).items()}
    assert found["forward_trunk_lean", None] == pytest.approx(np.degrees(np.arctan2(40, 300)))
    assert found["tibia_inclination", "left"] == pytest.approx(-np.degrees(np.arctan2(20, 190)))
    thigh = np.degrees(np.arctan2(60, 190))
    assert found["knee_flexion", "left"] == pytest.approx(thigh + np.degrees(np.arctan2(20, 190)))
    assert found["hip_extension", "left"] == pytest.approx(-thigh)
    assert found["hip_extension", "right"] == pytest.approx(np.degrees(np.arctan2(20, 190)))
    assert found["foot_inclination", "left"] == pytest.approx(np.degrees(np.arctan2(20, 100)))
    assert found["overstride", "left"] > 0
    mirrored = {name: p * [-1, 1] + [720, 0] for name, p in SIDE.items()}
    for key, values in measures.angle_series(mirrored, "left", 0.0).items():
        assert values[0] == pytest.approx(found[key]), key


@pytest.mark.parametrize("view", ["rear", "right"])
def test_roll_of_the_camera_is_levelled(view: str) -> None:
    level = true_of(spec(view))
    rolled = true_of(spec(view, camera={"roll_deg": 6.0}))
    for key, values in level.series.items():
        assert rolled.series[key] == pytest.approx(values, abs=1e-6), key


# ---- whole clips ----


def test_measures_follow_the_commands() -> None:
    motion: dict[str, object] = {
        "cadence_spm": 176,
        "pelvic_drop_deg": {"left": 4.0, "right": 11.0},
        "knee_valgus_deg": {"left": 0.0, "right": 10.0},
        "variability": STILL_STEPS,
    }
    found = {(m.id, m.side): m.mean for m in true_of(spec("rear", motion=motion, clip={"duration_s": 6})).measures}
    assert found["cadence", None] == pytest.approx(176)
    for side, drop in (("left", 4.0), ("right", 11.0)):
        assert found["contralateral_pelvic_drop", side] == pytest.approx(drop, abs=0.8)  # perspective
        assert found["psis_line_drop", side] == pytest.approx(drop, abs=0.8)
        assert found["duty_factor", side] == pytest.approx(36.0, abs=0.1)
        assert found["contact_time", side] == pytest.approx(360 * 120 / 176, abs=0.5)
    assert found["knee_valgus", "right"] - found["knee_valgus", "left"] == pytest.approx(10.0, abs=1.0)
    assert found["step_time_symmetry", None] == pytest.approx(0, abs=1e-9)


def test_side_measures_follow_the_commands() -> None:
    motion: dict[str, object] = {
        "forward_lean_deg": 16.0,
        "knee_flexion_ic_deg": 12.0,
        "foot_inclination_ic_deg": 8.0,
        "toe_out_deg": 0.0,
        "variability": STILL_STEPS,
    }
    truth = true_of(spec("right", motion=motion, clip={"duration_s": 6}))
    found = {(m.id, m.side): m.mean for m in truth.measures}
    assert found["forward_trunk_lean", None] == pytest.approx(16.0, abs=0.7)
    for side in SIDES:
        assert found["knee_flexion_ic", side] == pytest.approx(12.0, abs=0.7)
        assert found["foot_inclination_ic", side] == pytest.approx(8.0, abs=3.0)  # seen from a little above
        assert 38 < found["knee_flexion_peak_stance", side] < 52
        assert 20 < found["overstride", side] < 35
    assert 6 < found["vertical_oscillation", None] < 12


def test_steps_agree_with_the_flags() -> None:
    truth = true_of(spec("left"))
    assert [s.side for s in truth.steps[:4]] in (["left", "right"] * 2, ["right", "left"] * 2)
    for step in truth.steps:
        inside = (truth.time_s >= step.initial_contact_s) & (truth.time_s < step.toe_off_s)
        assert truth.contact[step.side][inside].all()
        around = (truth.time_s >= step.initial_contact_s - 0.05) & (truth.time_s < step.toe_off_s + 0.05)
        assert not truth.contact[step.side][around & ~inside].any()
        assert step.initial_contact_s < step.midstance_s < step.toe_off_s < step.next_contact_s


def test_steps_are_counted_only_while_running() -> None:
    truth = true_of(spec("rear", motion={"standing_s": 1.0, "start_up_s": 1.0}))
    assert truth.steps[0].initial_contact_s >= 2.0
    assert truth.phase[0] == 0
    assert truth.phase[-1] == 1


def test_slow_motion_times() -> None:
    real, shown = frame_times(Clip(duration_s=2.0, capture_fps=240, playback_fps=30))
    assert len(real) == 480
    assert real[-1] == pytest.approx(479 / 240)
    assert shown == pytest.approx(8 * real)


def test_variable_rate_times_increase_and_repeat() -> None:
    clip = Clip(duration_s=3.0, variable_rate=0.4)
    real, shown = frame_times(clip)
    assert np.array_equal(real, shown)
    assert real[0] == 0
    gaps = np.diff(real) * 60
    assert gaps.min() > 0.1
    assert gaps.std() > 0.2
    assert np.array_equal(frame_times(clip)[0], real)


# ---- the track ----


def test_pose_track_has_the_true_joints() -> None:
    one = spec("rear")
    track, truth = pose_track(one), true_of(one)
    assert len(track) == len(truth.time_s)
    assert track.point(Landmark.LEFT_KNEE) == pytest.approx(truth.joints_px["knee_left"])
    assert track.point(Landmark.RIGHT_FOOT_INDEX) == pytest.approx(truth.joints_px["toe_right"])
    assert np.isfinite(track.xy_px).all()
    assert (track.world_m[:, Landmark.LEFT_HIP] + track.world_m[:, Landmark.RIGHT_HIP]) == pytest.approx(0, abs=1e-9)


def test_pose_track_sides_and_order_of_the_face() -> None:
    front = pose_track(spec("front")).xy_px[0]
    left_to_right = [Landmark.RIGHT_EAR, Landmark.RIGHT_EYE_OUTER, Landmark.RIGHT_EYE, Landmark.RIGHT_EYE_INNER]
    left_to_right += [Landmark.LEFT_EYE_INNER, Landmark.LEFT_EYE, Landmark.LEFT_EYE_OUTER, Landmark.LEFT_EAR]
    assert (np.diff(front[left_to_right, 0]) > 0).all()
    assert front[Landmark.MOUTH_RIGHT, 0] < front[Landmark.NOSE, 0] < front[Landmark.MOUTH_LEFT, 0]
    assert front[Landmark.NOSE, 1] < front[Landmark.MOUTH_LEFT, 1] < front[Landmark.LEFT_SHOULDER, 1]
    rear = pose_track(spec("rear")).xy_px[0]
    assert rear[Landmark.LEFT_HIP, 0] < rear[Landmark.RIGHT_HIP, 0]


def test_pose_track_world_axes() -> None:
    right = pose_track(spec("right")).world_m  # the camera sees the right side: the left hip is further away
    assert (right[:, Landmark.LEFT_HIP, 2] > 0).all()
    assert (right[:, Landmark.NOSE, 1] < 0).all()
    assert (right[:, Landmark.NOSE, 0] > 0).all()


# ---- the file ----


def test_truth_file_round_trip(tmp_path: Path) -> None:
    truth = true_of(spec("left"))
    path = tmp_path / "a.truth.parquet"
    write_truth(truth, path)
    table, about = read_truth(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.truth.parquet"]
    assert table["time_s"].to_numpy() == pytest.approx(truth.time_s, abs=1e-12)
    assert np.array_equal(table["contact_left"].to_numpy(), truth.contact["left"])
    assert table["x_px_knee_left"].to_numpy() == pytest.approx(truth.joints_px["knee_left"][:, 0], abs=1e-3)
    assert table["z_m_ankle_right"].to_numpy() == pytest.approx(truth.joints_m["ankle_right"][:, 2], abs=1e-6)
    assert table["knee_flexion_left"].to_numpy() == pytest.approx(truth.series["knee_flexion", "left"], abs=1e-4)
    assert about["steps"] == [vars(step) for step in truth.steps]
    assert Spec.model_validate(about["spec"]) == truth.spec
