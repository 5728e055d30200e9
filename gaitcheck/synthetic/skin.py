"""A clothed figure as one list of vertices: its lasting looks, and where a pose takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial.transform import Rotation

from gaitcheck.synthetic import grain, surface
from gaitcheck.synthetic.body import Mesh
from gaitcheck.synthetic.motion import Pose
from gaitcheck.synthetic.rig import BONES
from gaitcheck.synthetic.skeleton import Skeleton
from gaitcheck.synthetic.spec import Body, Clothes, Colour
from gaitcheck.track import FloatArray

_Rows = NDArray[np.float32]
#: How far a hanging hem turns from the pelvis toward the chest, and how much of the lag it shows along each axis.
_HEM_FROM_CHEST, _HEM_GIVES = 0.35, np.array([1.0, 1.0, 0.6])


@dataclass(frozen=True)
class Figure:
    """V vertices in the rest pose.

    Attributes
    ----------
    looks : (V, 6) the place where patterns are drawn, and the colour with its unevenness.
    faces : triangles (F, 3) of each part.
    """

    looks: _Rows
    faces: Mapping[str, NDArray[np.int32]]
    _carry_point: csr_matrix
    _carry_normal: csr_matrix

    def vertices(self, bones: FloatArray) -> _Rows:
        """Points and normals (N, V, 6) of N poses, from their bone and hem matrices (N, bones + 1, 4, 4)."""
        n = len(bones)
        # (bones x 4, N x 3): column 3 k + i gives coordinate i of pose k
        columns = bones[:, :, :3, :].transpose(1, 3, 0, 2).reshape(-1, 3 * n).astype(np.float32)
        points = (self._carry_point @ columns).reshape(-1, n, 3)
        normals = (self._carry_normal @ columns).reshape(-1, n, 3)
        return np.ascontiguousarray(np.concatenate([points, normals], axis=2).swapaxes(0, 1))


def figure(meshes: Mapping[str, Mesh], look: Body, clothes: Clothes) -> Figure:
    """Join the meshes of a body and paint them."""
    paints: dict[str, Colour] = {
        "skin": look.skin,
        "head": look.skin,
        "top": clothes.shirt,
        "bottom": clothes.shorts,
        "hair": look.hair,
        "shoe_left": clothes.shoes,
        "shoe_right": clothes.shoes,
        "dots": clothes.dot_colour,
    }
    faces: dict[str, NDArray[np.int32]] = {}
    looks, normals, hem, count = [], [], [], 0
    for part, mesh in meshes.items():
        tone, normal = _texture(part, mesh)
        looks.append(np.hstack([mesh.pattern, tone[:, None] * np.array(paints[part])]))
        normals.append(normal)
        faces[part] = mesh.faces + count
        count += len(mesh.points)
        z = np.asarray(mesh.pattern[:, 2], float)
        hangs = part == "top" and clothes.top == "loose"
        hem.append(_fades(z, surface.LOOSE_HEM_Z, 1.06) if hangs else np.zeros(len(z)))
    parts = list(meshes.values())
    points = np.vstack([mesh.points for mesh in parts])
    hangs_free = np.concatenate(hem)
    return Figure(
        looks=np.vstack(looks).astype(np.float32),
        faces=faces,
        _carry_point=_carrier(parts, np.hstack([points, np.ones((count, 1))]), hangs_free),
        _carry_normal=_carrier(parts, np.hstack([np.vstack(normals), np.zeros((count, 1))]), hangs_free),
    )


def with_hem(body: Skeleton, bones: FloatArray, pose: Pose, before: Pose) -> FloatArray:
    """Add to bone matrices (N, bones, 4, 4) the one that a loose shirt's hem follows.

    It hangs from the chest and lies on the pelvis, so it turns with both, and it follows late: `before` is the pose
    that it has reached.
    """
    pelvis, chest = before.frames["pelvis"], before.frames["chest"]
    way = Rotation.from_matrix(chest @ np.swapaxes(pelvis, 1, 2)).as_rotvec()
    hem = np.zeros((len(bones), 1, 4, 4))
    hem[:, 0, 3, 3] = 1
    hem[:, 0, :3, :3] = Rotation.from_rotvec(way * _HEM_FROM_CHEST).as_matrix() @ pelvis
    place = pose.joints["pelvis"] + _HEM_GIVES * (before.joints["pelvis"] - pose.joints["pelvis"])
    hem[:, 0, :3, 3] = place - hem[:, 0, :3, :3] @ body.joints["pelvis"]
    return np.concatenate([bones, hem], axis=1)


def _carrier(parts: Sequence[Mesh], points: FloatArray, hangs_free: FloatArray) -> csr_matrix:
    """Sparse (V, (bones + 1) x 4): times the matrices it gives the vertices; `points` (V, 4) in the rest pose.

    `hangs_free` (V,) is the share of each vertex that follows the hem.
    """
    bones = np.vstack([mesh.bones for mesh in parts]).astype(np.int32)
    weights = np.vstack([mesh.weights for mesh in parts]) * (1 - hangs_free[:, None])
    bones = np.hstack([bones, np.full((len(points), 1), len(BONES))])
    weights = np.hstack([weights, hangs_free[:, None]])
    values = weights[:, :, None] * points[:, None, :]
    columns = bones[:, :, None] * 4 + np.arange(4)
    rows = np.repeat(np.arange(len(points)), columns[0].size)
    shape = len(points), 4 * (len(BONES) + 1)
    out = csr_matrix((values.ravel(), (rows, columns.ravel())), shape=shape, dtype=np.float32)
    out.eliminate_zeros()
    return out


def _fades(z: FloatArray, low: float, high: float) -> FloatArray:
    t = np.clip((high - z) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def _texture(part: str, mesh: Mesh) -> tuple[FloatArray, FloatArray]:
    """Brightness (V,) and normals (V, 3) with the material's blots and folds."""
    q, normals = np.asarray(mesh.pattern, float), np.asarray(mesh.normals, float)
    if part in ("skin", "head"):
        return 0.90 + 0.2 * grain.at(q * 14), normals
    if part == "top":
        fold = grain.slope(q * 11) * np.array([0.14, 0.14, 0.0])
        return 0.85 + 0.25 * grain.at(q * np.array([9, 9, 14])), normals + fold
    if part == "bottom":
        fold = grain.slope(q * np.array([14, 14, 5])) * np.array([0.2, 0.0, 0.0])
        return 0.80 + 0.35 * grain.at(q * np.array([10, 10, 6])), normals + fold
    return np.ones(len(q)), normals
