"""A clothed figure as one list of vertices: its lasting looks, and where a pose takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from gaitcheck.synthetic import grain, surface
from gaitcheck.synthetic.body import Mesh
from gaitcheck.synthetic.rig import BONES
from gaitcheck.synthetic.spec import Body, Clothes, Colour
from gaitcheck.track import FloatArray

_Rows = NDArray[np.float32]


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
    _hem: _Rows

    def vertices(self, bones: FloatArray, sway_m: FloatArray) -> _Rows:
        """Points and normals (N, V, 6) of N poses, from their bone matrices (N, bones, 4, 4) and hem sways (N, 3)."""
        n = len(bones)
        # (bones x 4, N x 3): column 3 k + i gives coordinate i of pose k
        columns = bones[:, :, :3, :].transpose(1, 3, 0, 2).reshape(-1, 3 * n).astype(np.float32)
        points = (self._carry_point @ columns).reshape(-1, n, 3)
        if sway_m.any():
            points = points + self._hem[:, None, None] * sway_m.astype(np.float32)
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
    return Figure(
        looks=np.vstack(looks).astype(np.float32),
        faces=faces,
        _carry_point=_carrier(parts, np.hstack([points, np.ones((count, 1))])),
        _carry_normal=_carrier(parts, np.hstack([np.vstack(normals), np.zeros((count, 1))])),
        _hem=np.concatenate(hem).astype(np.float32),
    )


def _carrier(parts: Sequence[Mesh], points: FloatArray) -> csr_matrix:
    """Sparse (V, bones x 4): times the bones' matrices it gives the vertices; `points` (V, 4) in the rest pose."""
    bones = np.vstack([mesh.bones for mesh in parts]).astype(np.int32)
    weights = np.vstack([mesh.weights for mesh in parts])
    values = weights[:, :, None] * points[:, None, :]
    columns = bones[:, :, None] * 4 + np.arange(4)
    rows = np.repeat(np.arange(len(points)), 16)
    out = csr_matrix((values.ravel(), (rows, columns.ravel())), shape=(len(points), 4 * len(BONES)), dtype=np.float32)
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
