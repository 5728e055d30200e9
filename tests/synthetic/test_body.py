"""The body's surface and how it follows the bones."""

from __future__ import annotations

import numpy as np
import pytest

from gaitcheck.gait.result import SIDES
from gaitcheck.synthetic import grain, surface
from gaitcheck.synthetic.body import runner_meshes
from gaitcheck.synthetic.bystander import bystander_bones
from gaitcheck.synthetic.motion import Movement
from gaitcheck.synthetic.rig import BONES, bone_matrices
from gaitcheck.synthetic.skeleton import skeleton
from gaitcheck.synthetic.skin import figure, with_hem
from gaitcheck.synthetic.spec import Body, Bystander, Camera, Clothes, Spec
from gaitcheck.synthetic.surface import Figure
from gaitcheck.track import FloatArray


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


def moved(spec: Spec, part: str, time_s: FloatArray) -> tuple[Movement, FloatArray]:
    """Vertices (N, V, 3) of one part of the runner at these times."""
    movement = Movement(spec)
    who = figure(runner_meshes(spec.body, spec.clothes), spec.body, spec.clothes)
    pose = movement.at(time_s)
    bones = with_hem(movement.body, bone_matrices(movement.body, pose), pose, movement.at(time_s - 0.05))
    vertices = who.vertices(bones)[:, :, :3]
    return movement, vertices[:, np.unique(who.faces[part])]


TIMES = np.linspace(1, 1.8, 25)


@pytest.mark.parametrize(
    "looks",
    [
        {"clothes": {"psis_dots": True}},
        {"clothes": {"psis_dots": True, "top": "crop"}, "body": {"sex": "F", "height_m": 1.60, "girth": 1.0}},
        {"clothes": {"psis_dots": True, "bottom": "tights", "waist_raise_m": 0.04}, "body": {"leg_share": 0.515}},
    ],
)
def test_stickers_sit_on_the_psis_and_stay_there(looks: dict[str, object]) -> None:
    spec = Spec.model_validate({"name": "test", "motion": {"pelvic_drop_deg": 10}, **looks})
    movement, vertices = moved(spec, "dots", TIMES)
    pose = movement.at(TIMES)
    for side, dot in zip(SIDES, np.split(vertices, 2, axis=1), strict=True):
        in_pelvis = np.einsum("nji,nkj->nki", pose.frames["pelvis"], dot - pose.joints[f"psis_{side}"][:, None])
        right, ahead, up = np.moveaxis(in_pelvis, -1, 0)
        assert np.abs(right.mean(axis=1)).max() < 0.001
        assert np.abs(up.mean(axis=1)).max() < 0.001
        assert np.ptp(up, axis=1) == pytest.approx(np.full(len(TIMES), 0.024), abs=0.0015)
        assert np.abs(ahead).max() < 0.03, "on the skin or cloth over the bone"
        assert np.ptp(in_pelvis, axis=0).max() < 1e-5, "moves with the pelvis alone"


def test_stickers_lie_over_what_is_worn() -> None:
    for clothes in (Clothes(psis_dots=True), Clothes(psis_dots=True, waist_raise_m=0.04)):
        meshes = runner_meshes(Body(), clothes)
        dots, top, bottom = (meshes[part].points for part in ("dots", "top", "bottom"))
        for worn in (top, bottom):
            near = (np.abs(worn[:, 0]) < 0.056) & (np.abs(worn[:, 2] - dots[:, 2].mean()) < 0.010)
            assert (worn[near, 1] > dots[:, 1].min() - 1e-4).all()


def test_the_waistband_is_rigid_with_the_pelvis() -> None:
    mesh = runner_meshes(Body(), Clothes())["bottom"]
    band = mesh.pattern[:, 2] > surface.WAIST_Z - surface.WAISTBAND_M
    of_pelvis = (mesh.weights * (mesh.bones == BONES.index("pelvis"))).sum(axis=1)
    assert band.sum() > 50
    assert of_pelvis[band] == pytest.approx(1.0)
    assert of_pelvis[~band].min() == 0


def test_a_loose_hem_turns_less_than_the_pelvis_and_later() -> None:
    times = np.arange(1, 4, 0.005)
    spec = Spec.model_validate({"name": "test", "clothes": {"top": "loose"}, "motion": {"pelvic_drop_deg": 8}})
    movement, top = moved(spec, "top", times)
    rest = runner_meshes(spec.body, spec.clothes)["top"]
    rim = (rest.pattern[:, 2] < surface.LOOSE_HEM_Z + 0.02) & (rest.normals[:, 1] < -0.5)
    hem = np.array([np.polyfit(at[rim, 0], at[rim, 2], 1)[0] for at in top])
    pelvis = movement.at(times).frames["pelvis"][:, 2, 0]
    fits = [np.polyfit(np.roll(pelvis, late)[40:], hem[40:], 1, full=True) for late in range(0, 25)]
    best = int(np.argmin([fit[1][0] for fit in fits]))
    assert best * 0.005 == pytest.approx(0.05, abs=0.011)
    assert 0.3 < fits[best][0][0] < 0.8


def test_a_waistband_can_sit_askew() -> None:
    def slope(tilt_deg: float) -> float:
        pattern = runner_meshes(Body(), Clothes(waist_tilt_deg=tilt_deg))["bottom"].pattern
        # the rim: the highest points of the front and back in slices across
        x = np.linspace(-0.1, 0.1, 9)
        tops = [pattern[np.abs(pattern[:, 0] - at) < 0.015, 2].max() for at in x]
        return float(np.degrees(np.arctan(np.polyfit(x, tops, 1)[0])))

    assert slope(4.0) - slope(0.0) == pytest.approx(4.0, abs=0.5)


@pytest.mark.parametrize("leg_share", [0.465, 0.491, 0.515])
def test_the_surface_has_the_legs_of_the_skeleton(leg_share: float) -> None:
    spec = Spec(name="test", body=Body(leg_share=leg_share))
    movement, shoe = moved(spec, "shoe_left", TIMES)
    pose = movement.at(TIMES)
    stands = pose.contact["left"] & (np.abs(pose.frames["foot_left"][:, 2, 1]) < 0.02)
    assert stands.any()
    assert shoe[stands, :, 2].min(axis=1) == pytest.approx(np.zeros(stands.sum()), abs=0.02)
    _, skin = moved(spec, "skin", TIMES)
    for joint in ("knee_left", "knee_right"):
        distance = np.linalg.norm(skin - pose.joints[joint][:, None], axis=2).min(axis=1)
        assert distance.max() < 0.07, "the knee is wrapped in skin"


def test_a_bystander_walks_across_the_picture_and_is_gone() -> None:
    camera = Camera(view="rear", distance_m=3.6)
    passer = Bystander(crosses_s=2.0, beyond_m=1.5, speed_m_s=1.2)
    head = BONES.index("head")
    times = np.array([1.0, 2.0, 3.0])
    bones = bystander_bones(passer, camera, times)
    assert bones is not None
    body = skeleton(passer.body.height_m, passer.body.sex)
    heads = (bones[:, head] @ np.append(body.joints["head"], 1))[:, :3]
    assert heads[:, 0] == pytest.approx([-1.2, 0.0, 1.2], abs=0.03), "seen from behind, + x is to the right"
    assert heads[:, 1] == pytest.approx(np.full(3, 1.5), abs=0.05)
    assert heads[:, 2] == pytest.approx(np.full(3, 1.57 * 1.68 / 1.75 - 0.18), abs=0.06)
    back = bystander_bones(passer.model_copy(update={"to_right": False}), camera, times)
    assert back is not None
    assert (back[:, head] @ np.append(body.joints["head"], 1))[:, 0] == pytest.approx([1.2, 0.0, -1.2], abs=0.03)
    assert bystander_bones(passer, camera, np.array([8.0])) is None


def test_blots_repeat_and_have_a_slope() -> None:
    points = np.random.default_rng(3).uniform(0, 5, (50, 3))
    assert grain.at(points + grain.PERIOD) == pytest.approx(grain.at(points), abs=1e-5)
    assert 0.05 < grain.at(points).std() < 0.2
    step = np.array([0.02, 0, 0])
    rise = (grain.at(points + step) - grain.at(points - step)) / 0.04
    assert np.corrcoef(rise, grain.slope(points)[:, 0])[0, 1] > 0.8
