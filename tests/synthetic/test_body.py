"""The body's surface and how it follows the bones."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic import surface
from gaitcheck.synthetic.motion import Movement
from gaitcheck.synthetic.rig import BONES, bone_matrices
from gaitcheck.synthetic.skeleton import skeleton
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.surface import Figure


def test_union_is_the_nearer_one_away_from_the_seam() -> None:
    a, b = np.array([0.5, -0.2, 0.0]), np.array([0.1, 0.3, 0.0])
    assert surface.union(a, b, 0.05) == pytest.approx([0.1, -0.2, -0.0125])
    assert surface.without(np.array([-0.1, -0.1]), np.array([-0.3, 0.4]), 0.01) == pytest.approx([0.3, -0.1])


def test_shapes_have_their_size() -> None:
    points = np.array([[0, 0, 2.0], [0, 0, 0.5], [1.5, 0, 0]])
    assert surface.ellipsoid(points, (0, 0, 0), (1, 1, 1)) == pytest.approx([1.0, -0.5, 0.5])
    cone = surface.round_cone(np.array([[0.5, 0, 0], [0, 0, 3.0]]), (0, 0, 0), (0, 0, 2), 0.2, 0.2)
    assert cone == pytest.approx([0.3, 0.8])


@pytest.mark.parametrize("sex", ["F", "M"])
def test_joints_lie_in_the_body_and_clothes_over_the_skin(sex: str) -> None:
    figure = Figure(skeleton(1.75, sex), 0.0)  # type: ignore[arg-type]
    joints = np.array([place for name, place in figure.body.joints.items() if not name.startswith("ankle")])
    assert (figure.skin(joints) < 0).all()
    hips = np.array([figure.place(f"hip_{side}") for side in SIDES])
    assert (figure.shorts(hips) < figure.skin(hips)).all()
    back = np.array([[0.05, -0.09, 1.2]])
    assert figure.loose(back) < figure.fitted(back) < figure.skin(back)


def test_a_stout_runner_is_wider() -> None:
    belly = np.array([[0.0, 0.11, 1.1]])
    lean, stout = (Figure(skeleton(1.75, "M"), girth).skin(belly)[0] for girth in (0.0, 1.5))
    assert stout < lean - 0.01


def test_matrices_move_joints_to_their_places() -> None:
    movement = Movement(Spec(name="test"))
    pose = movement.at(np.linspace(1, 2, 7))
    matrices = bone_matrices(movement.body, pose)
    assert matrices.shape == (7, len(BONES), 4, 4)
    rotations = matrices[:, :, :3, :3]
    assert np.swapaxes(rotations, -1, -2) @ rotations == pytest.approx(np.broadcast_to(np.eye(3), rotations.shape))
    for bone, joint in (
        ("thigh_left", "hip_left"), ("thigh_left", "knee_left"), ("shank_right", "ankle_right"),
        ("upper_arm_left", "elbow_left"), ("forearm_left", "wrist_left"),
        ("chest", "shoulder_right"), ("pelvis", "hip_right"), ("knee_half_left", "knee_left"),
    ):  # fmt: skip
        rest = np.append(movement.body.joints[joint], 1)
        moved = (matrices[:, BONES.index(bone)] @ rest)[:, :3]
        assert moved == pytest.approx(pose.joints[joint], abs=1e-9), (bone, joint)
    rest = np.append(movement.body.joints["ankle_right"], 1)
    shoe = (matrices[:, BONES.index("foot_right")] @ rest)[:, :3]
    assert shoe == pytest.approx(pose.joints["foot_right"], abs=1e-9)  # under load the ankle sinks into the shoe
