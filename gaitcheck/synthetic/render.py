"""Pictures of the runner: OpenGL without a screen (EGL), in software where there is no graphics card.

Each picture is the mean of several, taken at times within the exposure and shifted by parts of a pixel: that blurs
what moves and smooths what is jagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError
from gaitcheck.synthetic import shaders
from gaitcheck.synthetic.body import runner_meshes
from gaitcheck.synthetic.camera import looking, projection
from gaitcheck.synthetic.motion import Movement, Pose
from gaitcheck.synthetic.rig import BONES, bone_matrices
from gaitcheck.synthetic.scene import room
from gaitcheck.synthetic.spec import Spec
from gaitcheck.track import FloatArray

_SUBFRAME_SHIFT_PX = ((-0.33, -0.11), (0.0, 0.33), (0.33, -0.22))
_NOISE_SPARE_PX = 96
_HEM_LAG_S, _HEM_GIVES = 0.05, np.array([1.0, 1.0, 0.6])
_SHADOW_SIZE = 1024
_SHADOW_HALF_M, _SHADOW_DEPTH_M = 1.7, 9.0


class Renderer:
    """Draws one spec's clip. Use as a context manager; the graphics context is given back at its end.

    Raises
    ------
    MissingComponentError : OpenGL's parts are not installed.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.movement = Movement(spec)
        self.projection = projection(spec.camera)
        self._context = _open_context()
        self._programs: dict[str, Any] = {}
        self._drawables: list[_Drawable] = []
        self._make_targets()
        self._fill()
        self._noise = _noise_plate(spec)
        self._last_key = b""
        self._last_mean: NDArray[np.float32] = np.empty(0, np.float32)
        eye = self.projection.eye
        toward = np.array([eye[0], eye[1], 0.0]) / np.hypot(eye[0], eye[1])
        aside = np.array([-toward[1], toward[0], 0.0])
        lamp = 1.0 * toward + 0.6 * aside + np.array([0.0, 0.0, 4.0])  # steep: shadows stay on the treadmill
        self._light = lamp / np.linalg.norm(lamp)
        middle = np.array([0.0, 0.0, 0.75])
        self._to_light = _flat_lens(_SHADOW_HALF_M, _SHADOW_DEPTH_M) @ looking(lamp + middle, middle)
        self._backgrounds = [self._draw_background(shift) for shift in _SUBFRAME_SHIFT_PX]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.release()

    def frame(self, time_s: float, index: int) -> NDArray[np.uint8]:
        """Red, green, blue picture (height, width, 3) at a time; `index` seeds its sensor noise."""
        camera = self.spec.camera
        n = len(_SUBFRAME_SHIFT_PX)
        times = time_s + (np.arange(n) - (n - 1) / 2) / n * camera.shutter_s
        pose = self.movement.at(times)
        bones = bone_matrices(self.movement.body, pose)
        sway = self._hem_sway(pose)
        key = bones.tobytes() + pose.belt_m.tobytes() + sway.tobytes()
        if key != self._last_key:  # a runner who stands still is drawn once
            self._last_key, self._last_mean = key, self._mean_picture(bones, pose.belt_m, sway)
        down, along = np.random.default_rng([self.spec.clip.seed, 2, index]).integers(0, _NOISE_SPARE_PX, 2)
        noise = self._noise[down : down + camera.height_px, along : along + camera.width_px]
        picture: NDArray[np.uint8] = np.clip(self._last_mean + noise + 0.5, 0, 255).astype(np.uint8)
        return picture

    def _hem_sway(self, pose: Pose) -> FloatArray:
        """How far the hem of a loose shirt lags behind the pelvis at each time (N, 3), metres."""
        if self.spec.clothes.top != "loose":
            return np.zeros((len(pose.time_s), 3))
        before = self.movement.at(pose.time_s - _HEM_LAG_S).joints["pelvis"]
        return np.asarray((before - pose.joints["pelvis"]) * _HEM_GIVES)

    # ---- set-up ----------------------------------------------------------------------------------------------------

    def _make_targets(self) -> None:
        import moderngl

        context = self._context
        self._target = self._new_target()
        self._shadow = context.depth_texture((_SHADOW_SIZE, _SHADOW_SIZE))
        self._shadow.compare_func = "<="
        self._shadow.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._shadow_target = context.framebuffer(depth_attachment=self._shadow)
        vertex = shaders.vertex(len(BONES))
        self._depth_program = context.program(vertex_shader=vertex, fragment_shader=shaders.DEPTH_FRAGMENT)
        for name in shaders.MATERIALS:
            self._programs[name] = context.program(vertex_shader=vertex, fragment_shader=shaders.fragment(name))
        context.enable(moderngl.DEPTH_TEST)

    def _new_target(self) -> Any:
        context, size = self._context, self.projection.size_px
        return context.framebuffer([context.renderbuffer(size, 3)], context.depth_renderbuffer(size))

    def _fill(self) -> None:
        spec = self.spec
        looks, clothes = spec.body, spec.clothes
        paints: dict[str, tuple[str, dict[str, Any]]] = {
            "skin": ("skin", {"paint": looks.skin, "paint2": looks.hair}),
            "top": ("top", {"paint": clothes.shirt, "kind": int(clothes.psis_dots)}),
            "bottom": ("bottom", {"paint": clothes.shorts, "paint2": clothes.band}),
            "hair": ("hair", {"paint": looks.hair}),
            "shoe_left": ("shoe", {"paint": clothes.shoes}),
            "shoe_right": ("shoe", {"paint": clothes.shoes}),
        }
        for part, mesh in runner_meshes(looks, clothes).items():
            vertices = np.hstack([mesh.points, mesh.pattern, mesh.normals, mesh.bones, mesh.weights])
            self._add(vertices, mesh.faces, *paints[part], skinned=True, casts_shadow=True, near=True)
        for item in room(spec.room, spec.camera.distance_m):
            n = len(item.points)
            vertices = np.hstack([item.points, item.points, item.normals, np.zeros((n, 8))])
            self._add(
                vertices,
                item.faces,
                item.material,
                {"paint": item.paint},
                skinned=False,
                casts_shadow=item.casts_shadow,
                near=item.near,
            )

    def _add(
        self,
        vertices: NDArray[np.floating[Any]],
        faces: NDArray[np.int32],
        material: str,
        uniforms: Mapping[str, Any],
        *,
        skinned: bool,
        casts_shadow: bool,
        near: bool,
    ) -> None:
        data = self._context.buffer(np.ascontiguousarray(vertices, np.float32).tobytes())
        corners = self._context.buffer(np.ascontiguousarray(faces, np.int32).tobytes())

        def bound(program: Any) -> Any:
            parts, names = [], []
            for name, size in (("point", 3), ("pattern", 3), ("normal", 3), ("bones", 4), ("weights", 4)):
                used = name in program  # the compiler drops what a material does not need
                parts.append(f"{size}f" if used else f"{4 * size}x")
                names += [name] if used else []
            return self._context.vertex_array(program, [(data, " ".join(parts), *names)], corners)

        program = self._programs[material]
        shadow = bound(self._depth_program) if casts_shadow else None
        self._drawables.append(_Drawable(program, bound(program), shadow, uniforms, skinned, near))

    # ---- drawing ---------------------------------------------------------------------------------------------------

    def _mean_picture(self, bones: FloatArray, belt_m: FloatArray, sway_m: FloatArray) -> NDArray[np.float32]:
        """Mean of the sub-frames, (height, width, 3)."""
        width, height = self.projection.size_px
        self._draw_shadows(bones[len(bones) // 2], self._drawables)
        near = [item for item in self._drawables if item.near]
        total = np.zeros((height, width, 3), np.float32)
        for i, shift in enumerate(_SUBFRAME_SHIFT_PX):
            self._context.copy_framebuffer(self._target, self._backgrounds[i])
            self._target.use()
            _give(self._programs["top"], {"sway": tuple(sway_m[i])})
            self._draw(bones[i], float(belt_m[i]), shift, near)
            total += np.frombuffer(self._target.read(components=3, alignment=1), np.uint8).reshape(total.shape)
        return total[::-1] / np.float32(len(_SUBFRAME_SHIFT_PX))  # OpenGL counts rows from below

    def _draw_background(self, shift_px: tuple[float, float]) -> Any:
        """Draw what neither moves nor lies in the runner's shadow, once for all frames."""
        far = [item for item in self._drawables if not item.near]
        still = np.tile(np.eye(4), (len(BONES), 1, 1))
        self._draw_shadows(still, [item for item in self._drawables if not item.skinned])
        target = self._new_target()
        target.use()
        target.clear(0.8, 0.8, 0.8)
        self._draw(still, 0.0, shift_px, far)
        return target

    def _draw_shadows(self, bones: FloatArray, items: Sequence[_Drawable]) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        _give(self._depth_program, {"bone": _bone_bytes(bones), "to_clip": _bytes(self._to_light)})
        for item in items:
            if item.in_shadow_map is not None:
                _give(self._depth_program, {"skinned": item.skinned})
                item.in_shadow_map.render()

    def _draw(
        self, bones: FloatArray, belt_m: float, shift_px: tuple[float, float], items: Sequence[_Drawable]
    ) -> None:
        """Draw items into the target in use, over what is there."""
        width, height = self.projection.size_px
        jitter = np.eye(4)
        jitter[:2, 3] = 2 * shift_px[0] / width, 2 * shift_px[1] / height
        shared = {
            "bone": _bone_bytes(bones),
            "to_light": _bytes(self._to_light),
            "to_clip": _bytes(jitter @ self.projection.clip),
            "eye": tuple(self.projection.eye),
            "light": tuple(self._light),
            "belt": belt_m % 3.2,
        }
        self._shadow.use(0)
        for program in {id(item.program): item.program for item in items}.values():
            _give(program, shared)
        for item in items:
            _give(item.program, {**item.uniforms, "skinned": item.skinned})
            item.in_picture.render()


@dataclass(frozen=True)
class _Drawable:
    """One mesh on the graphics side."""

    program: Any
    in_picture: Any
    in_shadow_map: Any | None
    uniforms: Mapping[str, Any]
    skinned: bool
    near: bool


def _noise_plate(spec: Spec) -> NDArray[np.float32]:
    """Sensor noise larger than the picture; each frame takes another piece of it."""
    camera = spec.camera
    size = (camera.height_px + _NOISE_SPARE_PX, camera.width_px + _NOISE_SPARE_PX, 3)
    plate = np.random.default_rng([spec.clip.seed, 2]).standard_normal(size, dtype=np.float32)
    return plate * np.float32(camera.noise)


def _open_context() -> Any:
    try:
        import moderngl
    except ImportError as error:
        raise MissingComponentError(
            "Rendering needs the optional part 'synth': install it with pip install 'gaitcheck[synth]'."
        ) from error
    try:
        options: Any = {"standalone": True, "backend": "egl"}
        return moderngl.create_context(**options)
    except Exception as error:  # moderngl raises its own Error, OSError or a plain Exception, by what is missing
        raise MissingComponentError(
            "Rendering needs OpenGL without a screen (EGL), which this machine lacks: "
            "on Debian or Ubuntu install libegl1, libgl1 and libgl1-mesa-dri."
        ) from error


def _give(program: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in program:
            if isinstance(value, bytes):
                program[name].write(value)
            else:
                program[name] = value


def _bone_bytes(bones: FloatArray) -> bytes:
    return np.ascontiguousarray(np.swapaxes(bones, 1, 2), np.float32).tobytes()


def _bytes(matrix: FloatArray) -> bytes:
    return np.ascontiguousarray(matrix.T, np.float32).tobytes()


def _flat_lens(half_m: float, depth_m: float) -> FloatArray:
    """Parallel projection (4, 4) of a box `half_m` to each side and from 0.5 to `depth_m` ahead."""
    near = 0.5
    out = np.diag([1 / half_m, 1 / half_m, -2 / (depth_m - near), 1.0])
    out[2, 3] = -(depth_m + near) / (depth_m - near)
    return out
