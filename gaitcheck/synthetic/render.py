"""Pictures of the runner: OpenGL without a screen (EGL), in software where there is no graphics card.

Each picture is the mean of several, taken at times within the exposure and shifted by parts of a pixel: that blurs
what moves and smooths what is jagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError
from gaitcheck.synthetic import grain, shaders, surface
from gaitcheck.synthetic.body import runner_meshes
from gaitcheck.synthetic.bystander import bystander_bones
from gaitcheck.synthetic.camera import looking, projection
from gaitcheck.synthetic.motion import Movement, Moves
from gaitcheck.synthetic.rig import bone_matrices
from gaitcheck.synthetic.scene import Item, room
from gaitcheck.synthetic.skin import Figure, figure, with_hem
from gaitcheck.synthetic.spec import Body, Clothes, Spec
from gaitcheck.track import FloatArray

_SUBFRAME_SHIFT_PX = ((-0.33, -0.11), (0.0, 0.33), (0.33, -0.22))
#: Sub-frames of each frame.
PASSES = len(_SUBFRAME_SHIFT_PX)
_NOISE_SPARE_PX = 96
_POSES_AT_ONCE = 32
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
    "dots": "dots",
}


class Renderer:
    """Draws one spec's clip. Use as a context manager; the graphics context is given back at its end.

    Raises
    ------
    MissingComponentError : OpenGL's parts are not installed.
    """

    def __init__(self, spec: Spec, movement: Moves | None = None) -> None:
        self.spec = spec
        self.movement: Moves = movement or Movement(spec)
        self.projection = projection(spec.camera)
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
        within = (np.arange(PASSES) - (PASSES - 1) / 2) / PASSES * self.spec.camera.shutter_s
        for start in range(0, len(times_s), _POSES_AT_ONCE):
            block = np.asarray(times_s[start : start + _POSES_AT_ONCE], float)
            pose = self.movement.at((block[:, None] + within).ravel())
            loose = self.spec.clothes.top == "loose"
            before = self.movement.at(pose.time_s - self.spec.clothes.hem_lag_s) if loose else pose
            bones = with_hem(self.movement.body, bone_matrices(self.movement.body, pose), pose, before)
            for i in range(len(block)):
                part = slice(PASSES * i, PASSES * (i + 1))
                moment = _Moment(bones[part], pose.belt_m[part], self._passing(pose.time_s[part]))
                yield self._picture(moment, first + start + i)

    def _passing(self, times_s: FloatArray) -> FloatArray | None:
        """Bone matrices of someone walking past, while they are in the room."""
        passer = self.spec.room.bystander
        if passer is None:
            return None
        return bystander_bones(passer, self.spec.camera, times_s)

    def _picture(self, moment: _Moment, index: int) -> NDArray[np.uint8]:
        camera = self.spec.camera
        key = moment.key()
        if key != self._last_key:  # a runner who stands still is drawn once
            self._last_key, self._last_mean = key, self._mean_picture(moment)
        down, along = np.random.default_rng([self.spec.clip.seed, 2, index]).integers(0, _NOISE_SPARE_PX, 2)
        picture = self._last_mean + self._noise[down : down + camera.height_px, along : along + camera.width_px]
        np.clip(picture, 0, 255, out=picture)
        return picture.astype(np.uint8)

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
        side = 1.0 if self.spec.room.light_from == "right" else -1.0
        lamp = 1.0 * toward + side * 0.6 * aside + np.array([0.0, 0.0, 4.0])  # steep: shadows stay on the treadmill
        middle = np.array([0.0, 0.0, 0.75])
        to_light = _flat_lens(_SHADOW_HALF_M, _SHADOW_DEPTH_M) @ looking(lamp + middle, middle)
        self._depth_program["to_light"].write(_bytes(to_light))
        shared = {
            "to_light": _bytes(to_light),
            "eye": tuple(eye),
            "light": tuple(lamp / np.linalg.norm(lamp)),
            "shadow": 0,
            "grain": 1,
            "exposure": self.spec.room.brightness,
        }
        for program in self._programs.values():
            _give(program, shared)

    def _fill(self) -> None:
        """Put the people and the room on the graphics side."""
        self._runner = self._person(self.spec.body, self.spec.clothes)
        passer = self.spec.room.bystander
        self._passer = None if passer is None else self._person(passer.body, passer.clothes)
        items = room(self.spec.room, self.spec.camera.distance_m)
        self._far = self._shapes([item for item in items if not item.near])
        self._near = self._shapes([item for item in items if item.near])
        casting = [item for item in items if item.casts_shadow]
        self._shadow_of_room = self._item_shape(self._depth_program, casting)

    def _person(self, look: Body, clothes: Clothes) -> _Person:
        who = figure(runner_meshes(look, clothes), look, clothes)
        vertices = self._context.buffer(reserve=who.looks.nbytes)
        looks = self._context.buffer(who.looks.tobytes())
        waist_z = surface.WAIST_Z + clothes.waist_raise_m - surface.WAISTBAND_M
        uniforms: dict[str, dict[str, Any]] = {
            "head": {"accent": look.hair},
            "bottom": {"accent": clothes.band, "band": (waist_z, np.tan(np.radians(clothes.waist_tilt_deg)))},
        }
        shapes = [
            self._shape(self._programs[_MATERIAL_OF[part]], vertices, looks, faces, uniforms.get(part, {}))
            for part, faces in who.faces.items()
        ]
        everything = np.vstack(list(who.faces.values()))
        return _Person(who, vertices, shapes, self._shape(self._depth_program, vertices, looks, everything))

    def _shapes(self, items: Sequence[Item]) -> list[_Shape]:
        """One shape for each material among the items."""
        return [
            self._item_shape(self._programs[material], [item for item in items if item.material == material])
            for material in dict.fromkeys(item.material for item in items)
        ]

    def _item_shape(self, program: Any, items: Sequence[Item]) -> _Shape:
        points = np.vstack([item.points for item in items])
        vertices = np.hstack([points, np.vstack([item.normals for item in items])])
        looks = np.hstack([points, np.vstack([np.tile(item.paint, (len(item.points), 1)) for item in items])])
        first = np.cumsum([0, *(len(item.points) for item in items)])
        faces = np.vstack([item.faces + n for item, n in zip(items, first, strict=False)])
        fixed, painted = (self._context.buffer(rows.astype(np.float32).tobytes()) for rows in (vertices, looks))
        return self._shape(program, fixed, painted, faces)

    def _shape(
        self,
        program: Any,
        vertices: Any,
        looks: Any,
        faces: NDArray[np.int32],
        uniforms: Mapping[str, Any] = MappingProxyType({}),
    ) -> _Shape:
        """Triangles drawn by a program from points and normals in one buffer, pattern and paint in the other."""
        corners = self._context.buffer(np.ascontiguousarray(faces, np.int32).tobytes())
        parts = []
        for buffer, names in ((vertices, ("point", "normal")), (looks, ("pattern", "paint"))):
            used = [name for name in names if name in program]  # the compiler drops what a material does not need
            if used:
                parts.append((buffer, " ".join("3f" if name in used else "12x" for name in names), *used))
        return _Shape(self._context.vertex_array(program, parts, corners), uniforms)

    # ---- drawing ---------------------------------------------------------------------------------------------------

    def _mean_picture(self, moment: _Moment) -> NDArray[np.float32]:
        """Mean of the sub-frames, (height, width, 3), and half a grey level for rounding."""
        width, height = self.projection.size_px
        vertices = self._runner.figure.vertices(moment.bones)
        self._runner.vertices.write(vertices[len(vertices) // 2])
        self._draw_shadows([self._shadow_of_room, self._runner.shadow])
        shapes, passing = [*self._runner.shapes, *self._near], None
        if self._passer is not None and moment.passing is not None:
            shapes += self._passer.shapes
            passing = self._passer.figure.vertices(moment.passing)
        total = np.zeros((height, width, 3), np.uint16)
        for i, shift in enumerate(_SUBFRAME_SHIFT_PX):
            self._context.copy_framebuffer(self._target, self._backgrounds[i])
            self._target.use()
            self._runner.vertices.write(vertices[i])
            if self._passer is not None and passing is not None:
                self._passer.vertices.write(passing[i])
            self._programs["belt"]["belt"] = float(moment.belt_m[i]) % 3.2
            self._draw(shift, shapes)
            total += np.frombuffer(self._target.read(components=3, alignment=1), np.uint8).reshape(total.shape)
        mean = total[::-1] * np.float32(1 / PASSES)  # OpenGL counts rows from below
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

    def _draw_shadows(self, shapes: Sequence[_Shape]) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        for shape in shapes:
            shape.vertices.render()

    def _draw(self, shift_px: tuple[float, float], shapes: Sequence[_Shape]) -> None:
        """Draw shapes into the target in use, over what is there."""
        width, height = self.projection.size_px
        jitter = np.eye(4)
        jitter[:2, 3] = 2 * shift_px[0] / width, 2 * shift_px[1] / height
        to_clip = _bytes(jitter @ self.projection.clip)
        self._shadow.use(0)
        self._grain.use(1)
        for shape in shapes:
            program = shape.vertices.program
            program["to_clip"].write(to_clip)
            _give(program, shape.uniforms)
            shape.vertices.render()


@dataclass(frozen=True)
class _Shape:
    """Triangles on the graphics side, and what their program is told before they are drawn."""

    vertices: Any
    uniforms: Mapping[str, Any]


@dataclass(frozen=True)
class _Person:
    """A figure on the graphics side; `vertices` takes its points and normals of the moment."""

    figure: Figure
    vertices: Any
    shapes: Sequence[_Shape]
    shadow: _Shape


@dataclass(frozen=True)
class _Moment:
    """What one frame shows, at each of its sub-frames."""

    bones: FloatArray
    belt_m: FloatArray
    passing: FloatArray | None

    def key(self) -> bytes:
        parts = (self.bones, self.belt_m, self.passing)
        return b"".join(part.tobytes() for part in parts if part is not None)


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
