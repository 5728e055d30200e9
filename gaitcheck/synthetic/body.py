"""Meshes of the runner with skin weights, made once for each build and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.pose.install import cache_dir
from gaitcheck.synthetic import surface
from gaitcheck.synthetic.rig import BONE_INDEX, BONES, rest_leg_frame
from gaitcheck.synthetic.skeleton import PSIS, SIGN, Skeleton, skeleton
from gaitcheck.synthetic.spec import Body, Clothes
from gaitcheck.synthetic.surface import Figure, Surface
from gaitcheck.track import FloatArray

#: A change to any of these makes other meshes, so their text is part of the cached file's name.
_SOURCES = b"".join(
    Path(__file__).with_name(name).read_bytes() for name in ("body.py", "rig.py", "skeleton.py", "surface.py")
)


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh in the rest pose: (V, 3) points and normals, (F, 3) corners, (V, 4) bones and weights.

    `pattern` (V, 3) is where colours and textures are drawn: the point at the drawn height, for a shoe in its foot's
    axes.
    """

    points: NDArray[np.float32]
    pattern: NDArray[np.float32]
    normals: NDArray[np.float32]
    faces: NDArray[np.int32]
    bones: NDArray[np.float32]
    weights: NDArray[np.float32]


_BOXES: dict[str, tuple[tuple[float, ...], tuple[float, ...], float]] = {
    "skin": ((-0.78, -0.26, 0.02), (0.78, 0.26, 1.52), 0.0165),
    "head": ((-0.26, -0.20, 1.49), (0.26, 0.20, 1.80), 0.0125),
    "bottom": ((-0.40, -0.26, 0.06), (0.40, 0.26, 1.08), 0.0155),
    "top": ((-0.46, -0.25, 0.84), (0.46, 0.25, 1.56), 0.0155),
    "hair": ((-0.14, -0.24, 1.42), (0.14, 0.14, 1.82), 0.0115),
    "shoe": ((-0.09, -0.11, -0.10), (0.09, 0.25, 0.06), 0.0095),
}


_CLOTHES_SHAPE = {"top", "bottom", "waist_raise_m", "waist_tilt_deg", "psis_dots"}
_DOT_RADIUS_M, _DOT_STANDS_OUT_M = 0.012, 0.0015
_DOT_SIDES = 24


def runner_meshes(look: Body, clothes: Clothes) -> dict[str, Mesh]:
    """Give the meshes skin, head (from the neck up), top, bottom, hair, shoe_left, shoe_right and, if worn, dots."""
    shape = look.model_dump(exclude={"skin", "hair"}), clothes.model_dump(include=_CLOTHES_SHAPE)
    name = hashlib.sha256(repr(shape).encode() + _SOURCES).hexdigest()[:16]
    path = cache_dir() / "synthetic" / f"body-{name}.npz"
    if path.is_file():
        with np.load(path) as stored:
            parts = dict.fromkeys(name.split(".")[0] for name in stored.files)
            return {part: Mesh(*(stored[f"{part}.{array}"] for array in Mesh.__dataclass_fields__)) for part in parts}
    meshes = _build(look, clothes)
    _store(path, meshes)
    return meshes


def _store(path: Path, meshes: Mapping[str, Mesh]) -> None:
    arrays = {f"{part}.{name}": value for part, mesh in meshes.items() for name, value in vars(mesh).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez(part, **arrays)
    Path(part.name).replace(path)


def _build(look: Body, clothes: Clothes) -> dict[str, Mesh]:
    drawn, body = skeleton(look.height_m, look.sex), skeleton(look.height_m, look.sex, look.leg_share)
    slope = float(np.tan(np.radians(clothes.waist_tilt_deg)))
    figure = Figure(drawn, look.girth, surface.WAIST_Z + clothes.waist_raise_m, slope)
    tops: dict[str, Surface] = {
        "fitted": figure.fitted,
        "tank": figure.tank,
        "crop": figure.crop,
        "loose": figure.loose,
    }
    bottoms: dict[str, Surface] = {"shorts": figure.shorts, "tights": figure.tights}
    top, bottom = tops[clothes.top], bottoms[clothes.bottom]
    hair = figure.ponytail if look.hair_style == "ponytail" else figure.short_hair

    meshes = {}
    for part in ("skin", "head"):
        points, normals, faces = _polygons(figure.skin, part)
        hidden = _under_clothes(figure, points, top, bottom, clothes)
        points, normals, faces = _kept(points, normals, faces, ~hidden)
        meshes[part] = _skinned(drawn, points, normals, faces)
    for part, shape in (("top", top), ("bottom", bottom)):
        points, normals, faces = _polygons(shape, part)
        if part == "bottom" and clothes.top == "loose":
            shown = (top(points) > -0.006) | (points[:, 2] < surface.LOOSE_HEM_Z + 0.10)  # the hem swings
            points, normals, faces = _kept(points, normals, faces, shown)
        hangs = part == "top" and clothes.top == "loose"
        meshes[part] = _skinned(drawn, points, normals, faces, hangs)
    points, normals, faces = _polygons(hair, "hair")
    bones, weights = np.zeros((2, len(points), 4))
    bones[:, 0], weights[:, 0] = BONE_INDEX["head"], 1
    meshes["hair"] = _mesh(points * drawn.scale, points, normals, faces, bones, weights)
    points, normals, faces = _polygons(surface.shoe, "shoe")
    for side in SIDES:
        meshes[f"shoe_{side}"] = _shoe(drawn, side, points, normals, faces)
    meshes = {part: _with_legs_of(body, drawn, mesh) for part, mesh in meshes.items()}
    if clothes.psis_dots:
        outermost = [figure.skin, bottom] + ([top] if clothes.top != "loose" else [])
        meshes["dots"] = _dots(drawn, outermost)
    return meshes


_Polygons = tuple[FloatArray, FloatArray, NDArray[np.int32]]


def _polygons(shape: Surface, part: str) -> _Polygons:
    """Points (V, 3) at the drawn height, outward normals and triangles of a surface."""
    from skimage.measure import marching_cubes

    low, high, cell = _BOXES[part]
    axes = [np.arange(low[i], high[i] + cell, cell) for i in range(3)]
    volume = np.empty([len(a) for a in axes], np.float32)
    yy, zz = np.meshgrid(axes[1], axes[2], indexing="ij")
    for i, x in enumerate(axes[0]):  # slab by slab: the whole grid of points would not fit a small machine
        volume[i] = shape(np.stack([np.full_like(yy, x), yy, zz], axis=-1))
    find: Any = marching_cubes
    points, faces, _, _ = find(volume, 0.0, spacing=(cell,) * 3)
    points = points + np.array(low)
    slope = _slope(shape, points)
    inside = ((points > np.array(low) + cell) & (points < np.array(high) - cell)).all(axis=1, keepdims=True)
    points -= inside * shape(points)[:, None] * slope / (slope**2).sum(axis=1, keepdims=True)
    normals = _slope(shape, points)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    return points, normals, faces.astype(np.int32)


def _slope(shape: Surface, points: FloatArray) -> FloatArray:
    e = 0.003
    return np.stack([shape(points + e * d) - shape(points - e * d) for d in np.eye(3)], axis=-1) / (2 * e)


def _under_clothes(
    figure: Figure, points: FloatArray, top: Surface, bottom: Surface, clothes: Clothes
) -> NDArray[np.bool_]:
    """Skin that no one can see: left out, or it would shine through at the bends."""
    under_top = (top(points) < -0.004) & (points[:, 2] < 1.44)
    under_bottom = bottom(points) < -0.004
    sleeve = surface.LOOSE_SLEEVE if clothes.top == "loose" else surface.SLEEVE
    leg = surface.SHORTS_LEG if clothes.bottom == "shorts" else surface.TIGHTS_LEG
    for side in SIDES:
        under_top &= ~(figure.along_arm(points, side) > sleeve - 0.035)
        under_bottom &= ~((figure.along_leg(points, side) > leg - 0.035) & (np.abs(points[:, 0]) > 0.03))
    return under_top | under_bottom


def _kept(points: FloatArray, normals: FloatArray, faces: NDArray[np.int32], keep: NDArray[np.bool_]) -> _Polygons:
    faces = faces[keep[faces].any(axis=1)]
    used = np.unique(faces)
    renumbered = np.zeros(len(points), np.int32)
    renumbered[used] = np.arange(len(used))
    return points[used], normals[used], renumbered[faces]


def _shoe(body: Skeleton, side: Side, points: FloatArray, normals: FloatArray, faces: NDArray[np.int32]) -> Mesh:
    """A shoe of either side on the rest pose's foot, bending where the toes begin."""
    mirror = np.array([SIGN[side], 1, 1])
    frame = rest_leg_frame(body, side)
    at = body.joints[f"ankle_{side}"] + (points * mirror * body.scale) @ frame.T
    bend = _step(0.105, 0.155, points[:, 1])
    bones, weights = np.zeros((2, len(points), 4))
    bones[:, 0], bones[:, 1] = BONE_INDEX[f"foot_{side}"], BONE_INDEX[f"toe_{side}"]
    weights[:, 0], weights[:, 1] = 1 - bend, bend
    return _mesh(at, points, (normals * mirror) @ frame.T, faces if SIGN[side] > 0 else faces[:, ::-1], bones, weights)


def _with_legs_of(body: Skeleton, drawn: Skeleton, mesh: Mesh) -> Mesh:
    """Stretch the legs of a mesh made for the drawn skeleton, and move its feet, to fit a body with other legs."""
    if body.thigh_m == drawn.thigh_m:
        return mesh
    stretch = np.tile(np.eye(4), (len(BONES), 1, 1))
    for side in SIDES:
        down = drawn.leg_down[side]
        longer = np.eye(3) + (body.thigh_m / drawn.thigh_m - 1) * np.outer(down, down)
        for matrix, joint, bones in (
            (longer, "hip", ("hip_half", "thigh", "knee_half", "shank")),
            (np.eye(3), "ankle", ("foot", "toe")),
        ):
            for bone in bones:
                at = stretch[BONE_INDEX[f"{bone}_{side}"]]
                at[:3, :3] = matrix
                at[:3, 3] = body.joints[f"{joint}_{side}"] - matrix @ drawn.joints[f"{joint}_{side}"]
    of_each = np.einsum("vb,vbij->vij", mesh.weights, stretch[mesh.bones.astype(int)])
    points = np.einsum("vij,vj->vi", of_each[:, :3, :3], mesh.points) + of_each[:, :3, 3]
    return replace(mesh, points=points.astype(np.float32))


def _dots(body: Skeleton, surfaces: Sequence[Surface]) -> Mesh:
    """Two round stickers over the PSIS, flat on the outermost of the surfaces, that move with the pelvis alone."""

    def outermost(p: FloatArray) -> FloatArray:
        return np.asarray(np.min([shape(p) for shape in surfaces], axis=0))

    s, around = body.scale, 2 * np.pi * np.arange(_DOT_SIDES) / _DOT_SIDES
    rim = np.stack([np.cos(around), np.zeros(_DOT_SIDES), np.sin(around)], axis=1)
    disc = np.concatenate([np.zeros((1, 3)), rim]) * _DOT_RADIUS_M / s
    centres = PSIS * np.array([[SIGN[side], 1, 1] for side in SIDES])
    points = (centres[:, None] + disc).reshape(-1, 3)
    at = points + body.joints["pelvis"] / s
    outside, inside = np.full(len(at), -0.30), np.full(len(at), -0.03)
    for _ in range(24):  # halving
        at[:, 1] = (outside + inside) / 2
        within = outermost(at) < 0
        inside, outside = np.where(within, at[:, 1], inside), np.where(within, outside, at[:, 1])
    normals = _slope(outermost, at)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = (at + _DOT_STANDS_OUT_M * normals) * s
    corner = np.arange(_DOT_SIDES)
    fan = np.stack([np.zeros(_DOT_SIDES, int), 1 + corner, 1 + (corner + 1) % _DOT_SIDES], axis=1)
    bones, weights = np.zeros((2, len(points), 4))
    bones[:, 0], weights[:, 0] = BONE_INDEX["pelvis"], 1
    return _mesh(points, at, normals, np.concatenate([fan, fan + len(disc)]).astype(np.int32), bones, weights)


def _mesh(
    points: FloatArray,
    pattern: FloatArray,
    normals: FloatArray,
    faces: NDArray[np.int32],
    bones: FloatArray,
    weights: FloatArray,
) -> Mesh:
    f4 = np.float32
    return Mesh(
        points.astype(f4),
        pattern.astype(f4),
        normals.astype(f4),
        np.ascontiguousarray(faces),
        bones.astype(f4),
        weights.astype(f4),
    )


def _step(a: float, b: float, x: FloatArray) -> FloatArray:
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def _upper_middle_lower(t: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weights of the bone above, the half-way helper and the bone below across a joint, t from 0 to 1."""
    upper, lower = 1 - _step(0.0, 0.5, t), _step(0.5, 1.0, t)
    return upper, 1 - upper - lower, lower


def _skinned(
    body: Skeleton, points: FloatArray, normals: FloatArray, faces: NDArray[np.int32], hangs: bool = False
) -> Mesh:
    """Weigh each point by the bones near it. `points` at the drawn height.

    What hangs is not pulled by the legs, and by the arms only at the sleeves.
    """
    s = body.scale
    weight = np.zeros((len(points), len(BONES)))
    z = points[:, 2]
    rest = np.ones(len(points))
    for side in SIDES:
        own = SIGN[side] * points[:, 0]
        # arm
        q = points - body.joints[f"shoulder_{side}"] / s
        along = q @ body.arm_down[side]
        off_axis = np.linalg.norm(q - along[:, None] * body.arm_down[side], axis=1)
        t = _step(-0.045, 0.065, along) * _step(0.15, 0.085, off_axis) * (own > 0)
        t = np.where(along > 0.2, (own > 0) & (off_axis < (0.12 if hangs else 0.2)), t)
        above, across, arm = _upper_middle_lower(t)
        upper_length, fore_length = body.upper_arm_m / s, body.forearm_m / s
        upper, elbow, fore = _upper_middle_lower(np.clip((along - upper_length + 0.055) / 0.11, 0, 1))
        hand = _step(upper_length + fore_length - 0.02, upper_length + fore_length + 0.02, along)
        for bone, share in (
            ("shoulder_half", across),
            ("upper_arm", arm * upper),
            ("elbow_half", arm * elbow),
            ("forearm", arm * fore * (1 - hand)),
            ("hand", arm * fore * hand),
        ):
            weight[:, BONE_INDEX[f"{bone}_{side}"]] += share
        in_arm = 1 - above
        rest -= in_arm
        # leg
        along = (points - body.joints[f"hip_{side}"] / s) @ body.leg_down[side]
        t = _step(-0.085, 0.095, along) * _step(0.0, 0.045, own) * _step(0.99, 0.94, z)  # not the waistband
        t = np.where((along > 0.13) & (own > 0) & (z < 0.9) & (np.abs(points[:, 0]) < 0.45), 1.0, t)
        above, across, leg = _upper_middle_lower(t * (1 - np.clip(in_arm, 0, 1)) * (not hangs))
        thigh_length, leg_length = body.thigh_m / s, (body.thigh_m + body.shank_m) / s
        thigh, knee, shank = _upper_middle_lower(np.clip((along - thigh_length + 0.075) / 0.15, 0, 1))
        foot = _step(leg_length - 0.035, leg_length + 0.01, along)
        for bone, share in (
            ("hip_half", across),
            ("thigh", leg * thigh),
            ("knee_half", leg * knee),
            ("shank", leg * shank * (1 - foot)),
            ("foot", leg * shank * foot),
        ):
            weight[:, BONE_INDEX[f"{bone}_{side}"]] += share
        rest -= 1 - above
    rest = np.clip(rest, 0, 1)
    # the pelvis is rigid up to above the PSIS, and what is stuck over them turns with it
    pelvis, lumbar, chest = _upper_middle_lower(np.clip((z - 1.062) / 0.153, 0, 1))
    neck, head = _step(1.455, 1.535, z), _step(1.535, 1.60, z)
    for bone, share in (
        ("pelvis", pelvis),
        ("lumbar", lumbar),
        ("chest", chest * (1 - neck)),
        ("neck", chest * neck * (1 - head)),
        ("head", chest * neck * head),
    ):
        weight[:, BONE_INDEX[bone]] += rest * share
    bones = np.argsort(-weight, axis=1, kind="stable")[:, :4]
    weights = np.take_along_axis(weight, bones, axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    return _mesh(points * s, points, normals, faces, bones.astype(float), weights)
