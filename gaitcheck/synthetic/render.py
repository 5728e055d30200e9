"""Pictures of the runner: OpenGL without a screen (EGL), in software where there is no graphics card.

Each picture is the mean of several, taken at times within the exposure and shifted by parts of a pixel: that blurs
what moves and smooths what is jagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError
from gaitcheck.synthetic import grain, shaders
from gaitcheck.synthetic.body import runner_meshes
from gaitcheck.synthetic.camera import looking, projection
from gaitcheck.synthetic.motion import Movement, Pose
from gaitcheck.synthetic.rig import bone_matrices
from gaitcheck.synthetic.scene import Item, room
from gaitcheck.synthetic.skin import figure
from gaitcheck.synthetic.spec import Spec
from gaitcheck.track import FloatArray

_SUBFRAME_SHIFT_PX = ((-0.33, -0.11), (0.0, 0.33), (0.33, -0.22))
_NOISE_SPARE_PX = 96
_POSES_AT_ONCE = 32
_HEM_LAG_S, _HEM_GIVES = 0.05, np.array([1.0, 1.0, 0.6])
_SHADOW_SIZE = 1024
_SHADOW_HALF_M, _SHADOW_DEPTH_M = 1.7, 9.0
_MATERIAL_OF = {
    "skin": "skin",
    "head": "face",
    "top": "top",
    "bottom": "bottom",
    "hair": "hair",
    "shoe_left": "shoe",
    "shoe_right": "shoe",
}


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
        self._figure = figure(runner_meshes(spec.body, spec.clothes), spec.body, spec.clothes)
        self._context = _open_context()
        self._make_targets()
        self._fill()
        self._noise = _noise_plate(spec)
        self._last_key = b""
        self._last_mean: NDArray[np.float32] = np.empty(0, np.float32)
        self._give_light()
        self._backgrounds = [self._draw_background(shift) for shift in _SUBFRAME_SHIFT_PX]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.release()

    def frame(self, time_s: float, index: int) -> NDArray[np.uint8]:
        """Red, green, blue picture (height, width, 3) at a time; `index` seeds its sensor noise."""
        return next(self.frames(np.array([time_s]), index))

    def frames(self, times_s: FloatArray, first: int = 0) -> Iterator[NDArray[np.uint8]]:
        """Give the pictures at these times (N,), of which the first one is number `first`."""
        n = len(_SUBFRAME_SHIFT_PX)
        within = (np.arange(n) - (n - 1) / 2) / n * self.spec.camera.shutter_s
        for start in range(0, len(times_s), _POSES_AT_ONCE):
            block = np.asarray(times_s[start : start + _POSES_AT_ONCE], float)
            pose = self.movement.at((block[:, None] + within).ravel())
            bones, sway = bone_matrices(self.movement.body, pose), self._hem_sway(pose)
            for i in range(len(block)):
                part = slice(n * i, n * (i + 1))
                yield self._picture(bones[part], pose.belt_m[part], sway[part], first + start + i)

    def _picture(self, bones: FloatArray, belt_m: FloatArray, sway_m: FloatArray, index: int) -> NDArray[np.uint8]:
        camera = self.spec.camera
        key = bones.tobytes() + belt_m.tobytes() + sway_m.tobytes()
        if key != self._last_key:  # a runner who stands still is drawn once
            self._last_key, self._last_mean = key, self._mean_picture(bones, belt_m, sway_m)
        down, along = np.random.default_rng([self.spec.clip.seed, 2, index]).integers(0, _NOISE_SPARE_PX, 2)
        picture = self._last_mean + self._noise[down : down + camera.height_px, along : along + camera.width_px]
        np.clip(picture, 0, 255, out=picture)
        return picture.astype(np.uint8)

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
        blots = np.round(grain.volume() * 255).astype(np.uint8)
        self._grain = context.texture3d(blots.shape, 1, blots.T.tobytes(), alignment=1)
        self._grain.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._depth_program = context.program(
            vertex_shader=shaders.DEPTH_VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT
        )
        self._programs = {
            name: context.program(vertex_shader=shaders.VERTEX, fragment_shader=shaders.fragment(name, _SHADOW_SIZE))
            for name in shaders.MATERIALS
        }
        context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)

    def _new_target(self) -> Any:
        context, size = self._context, self.projection.size_px
        return context.framebuffer([context.renderbuffer(size, 3)], context.depth_renderbuffer(size))

    def _give_light(self) -> None:
        eye = self.projection.eye
        toward = np.array([eye[0], eye[1], 0.0]) / np.hypot(eye[0], eye[1])
        aside = np.array([-toward[1], toward[0], 0.0])
        lamp = 1.0 * toward + 0.6 * aside + np.array([0.0, 0.0, 4.0])  # steep: shadows stay on the treadmill
        middle = np.array([0.0, 0.0, 0.75])
        to_light = _flat_lens(_SHADOW_HALF_M, _SHADOW_DEPTH_M) @ looking(lamp + middle, middle)
        self._depth_program["to_light"].write(_bytes(to_light))
        clothes = self.spec.clothes
        shared = {
            "to_light": _bytes(to_light),
            "eye": tuple(eye),
            "light": tuple(lamp / np.linalg.norm(lamp)),
            "shadow": 0,
            "grain": 1,
        }
        for program in self._programs.values():
            _give(program, shared)
        _give(self._programs["face"], {"accent": self.spec.body.hair})
        _give(self._programs["bottom"], {"accent": clothes.band})
        _give(self._programs["top"], {"dot_paint": (0.55, 0.95, 0.25) if clothes.psis_dots else (-1.0, 0.0, 0.0)})

    def _fill(self) -> None:
        """Put the figure and the room on the graphics side."""
        context = self._context
        self._vertices = context.buffer(reserve=self._figure.looks.nbytes)
        looks = context.buffer(self._figure.looks.tobytes())
        everything = np.vstack(list(self._figure.faces.values()))
        self._shadow_of_figure = self._shape(self._depth_program, self._vertices, looks, everything)
        self._runner = [
            self._shape(self._programs[_MATERIAL_OF[part]], self._vertices, looks, faces)
            for part, faces in self._figure.faces.items()
        ]
        items = room(self.spec.room, self.spec.camera.distance_m)
        self._far = self._shapes([item for item in items if not item.near])
        self._near = self._shapes([item for item in items if item.near])
        casting = [item for item in items if item.casts_shadow]
        self._shadow_of_room = self._item_shape(self._depth_program, casting)

    def _shapes(self, items: Sequence[Item]) -> list[Any]:
        """One shape for each material among the items."""
        return [
            self._item_shape(self._programs[material], [item for item in items if item.material == material])
            for material in dict.fromkeys(item.material for item in items)
        ]

    def _item_shape(self, program: Any, items: Sequence[Item]) -> Any:
        points = np.vstack([item.points for item in items])
        vertices = np.hstack([points, np.vstack([item.normals for item in items])])
        looks = np.hstack([points, np.vstack([np.tile(item.paint, (len(item.points), 1)) for item in items])])
        first = np.cumsum([0, *(len(item.points) for item in items)])
        faces = np.vstack([item.faces + n for item, n in zip(items, first, strict=False)])
        fixed, painted = (self._context.buffer(rows.astype(np.float32).tobytes()) for rows in (vertices, looks))
        return self._shape(program, fixed, painted, faces)

    def _shape(self, program: Any, vertices: Any, looks: Any, faces: NDArray[np.int32]) -> Any:
        """Triangles drawn by a program from points and normals in one buffer, pattern and paint in the other."""
        corners = self._context.buffer(np.ascontiguousarray(faces, np.int32).tobytes())
        parts = []
        for buffer, names in ((vertices, ("point", "normal")), (looks, ("pattern", "paint"))):
            used = [name for name in names if name in program]  # the compiler drops what a material does not need
            if used:
                parts.append((buffer, " ".join("3f" if name in used else "12x" for name in names), *used))
        return self._context.vertex_array(program, parts, corners)

    # ---- drawing ---------------------------------------------------------------------------------------------------

    def _mean_picture(self, bones: FloatArray, belt_m: FloatArray, sway_m: FloatArray) -> NDArray[np.float32]:
        """Mean of the sub-frames, (height, width, 3), and half a grey level for rounding."""
        width, height = self.projection.size_px
        vertices = self._figure.vertices(bones, sway_m)
        self._vertices.write(vertices[len(vertices) // 2])
        self._draw_shadows([self._shadow_of_room, self._shadow_of_figure])
        total = np.zeros((height, width, 3), np.uint16)
        for i, shift in enumerate(_SUBFRAME_SHIFT_PX):
            self._context.copy_framebuffer(self._target, self._backgrounds[i])
            self._target.use()
            self._vertices.write(vertices[i])
            _give(self._programs["belt"], {"belt": float(belt_m[i]) % 3.2})
            self._draw(shift, [*self._runner, *self._near])
            total += np.frombuffer(self._target.read(components=3, alignment=1), np.uint8).reshape(total.shape)
        mean = total[::-1] * np.float32(1 / len(_SUBFRAME_SHIFT_PX))  # OpenGL counts rows from below
        mean += np.float32(0.5)
        return mean

    def _draw_background(self, shift_px: tuple[float, float]) -> Any:
        """Draw what neither moves nor lies in the runner's shadow, once for all frames."""
        self._draw_shadows([self._shadow_of_room])
        target = self._new_target()
        target.use()
        target.clear(0.8, 0.8, 0.8)
        self._draw(shift_px, self._far)
        return target

    def _draw_shadows(self, shapes: Sequence[Any]) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        for shape in shapes:
            shape.render()

    def _draw(self, shift_px: tuple[float, float], shapes: Sequence[Any]) -> None:
        """Draw shapes into the target in use, over what is there."""
        width, height = self.projection.size_px
        jitter = np.eye(4)
        jitter[:2, 3] = 2 * shift_px[0] / width, 2 * shift_px[1] / height
        to_clip = _bytes(jitter @ self.projection.clip)
        self._shadow.use(0)
        self._grain.use(1)
        for shape in shapes:
            shape.program["to_clip"].write(to_clip)
            shape.render()


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


def _bytes(matrix: FloatArray) -> bytes:
    return np.ascontiguousarray(matrix.T, np.float32).tobytes()


def _flat_lens(half_m: float, depth_m: float) -> FloatArray:
    """Parallel projection (4, 4) of a box `half_m` to each side and from 0.5 to `depth_m` ahead."""
    near = 0.5
    out = np.diag([1 / half_m, 1 / half_m, -2 / (depth_m - near), 1.0])
    out[2, 3] = -(depth_m + near) / (depth_m - near)
    return out
