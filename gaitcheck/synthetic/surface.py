"""The rest-pose body and its clothes as smooth signed distances: < 0 inside, metres at the drawn height.

Points are (..., 3) in the skeleton's axes divided by its scale, so that one set of profiles serves every height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic.rotations import bone_frame
from gaitcheck.synthetic.skeleton import SIGN, Skeleton
from gaitcheck.track import FloatArray

_FORWARD = np.array([0.0, 1.0, 0.0])

# Each row: way along the limb, half width, half depth, centre to the side, centre to the front.
_TORSO = np.array([
    (-1.52, .052, .056, 0, .000), (-1.49, .058, .060, 0, -.012), (-1.465, .085, .066, 0, -.020),
    (-1.435, .135, .080, 0, -.020), (-1.39, .162, .098, 0, -.012), (-1.32, .163, .112, 0, -.002),
    (-1.25, .156, .110, 0, .002), (-1.17, .143, .100, 0, .004), (-1.09, .136, .093, 0, .002),
    (-1.02, .147, .098, 0, -.006), (-.96, .163, .106, 0, -.014), (-.90, .168, .108, 0, -.016),
    (-.86, .140, .095, 0, -.012),
])  # fmt: skip
_LEG = np.array([
    (-.02, .080, .092, 0, -.005), (.06, .086, .092, 0, .000), (.14, .083, .087, 0, .006), (.23, .072, .078, 0, .010),
    (.32, .060, .065, 0, .008), (.385, .053, .058, 0, .006), (.43, .051, .057, 0, .006), (.47, .047, .052, 0, .001),
    (.53, .052, .056, .003, -.012), (.58, .053, .057, .003, -.016), (.65, .045, .048, .002, -.011),
    (.73, .035, .039, 0, -.005), (.80, .030, .036, 0, -.002), (.86, .031, .040, 0, 0),
])  # fmt: skip
_ARM = np.array([
    (0, .050, .054, 0, 0), (.05, .050, .055, 0, 0), (.12, .043, .050, 0, .002), (.20, .040, .046, 0, .003),
    (.27, .036, .038, 0, 0), (.305, .037, .037, 0, 0), (.36, .040, .039, 0, 0), (.42, .036, .034, 0, 0),
    (.50, .026, .024, 0, 0), (.56, .025, .021, 0, 0),
])  # fmt: skip

# A loose shirt below the chest: it does not follow waist and seat.
_HANGING = np.array([
    (-1.36, .140, .100, 0, -.004), (-1.25, .168, .124, 0, -.004), (-1.10, .178, .132, 0, -.010),
    (-.95, .186, .142, 0, -.018), (-.86, .190, .146, 0, -.020), (-.80, .190, .146, 0, -.020),
])  # fmt: skip

#: Heights and lengths at which garments end, for their meshes and their colours.
WAIST_Z = 1.03
WAISTBAND_M = 0.032
FITTED_HEM_Z = 0.955
CROP_HEM_Z = 1.215
LOOSE_HEM_Z = 0.875
SLEEVE = 0.165
LOOSE_SLEEVE = 0.215
SHORTS_LEG = 0.235
TIGHTS_LEG = 0.790


def union(a: FloatArray, b: FloatArray, k: float) -> FloatArray:
    """Smooth union over a width k."""
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b * (1 - h) + a * h - k * h * (1 - h)


def intersection(a: FloatArray, b: FloatArray, k: float) -> FloatArray:
    """Smooth intersection over a width k."""
    return -union(-a, -b, k)


def without(a: FloatArray, b: FloatArray, k: float) -> FloatArray:
    """A with b cut out of it, smoothly."""
    return intersection(a, -b, k)


def ellipsoid(points: FloatArray, centre: tuple[float, ...], radii: tuple[float, ...]) -> FloatArray:
    """Signed distance (nearly) of an ellipsoid along the axes."""
    q = (points - np.asarray(centre)) / np.asarray(radii)
    k0 = np.sqrt((q * q).sum(-1))
    return np.asarray(k0 * (k0 - 1) / (np.sqrt(((q / np.asarray(radii)) ** 2).sum(-1)) + 1e-9))


def round_cone(
    points: FloatArray, a: tuple[float, ...], b: tuple[float, ...], radius_a: float, radius_b: float
) -> FloatArray:
    """Signed distance (nearly) of a rounded cone from a to b."""
    start, way = np.asarray(a), np.asarray(b) - np.asarray(a)
    t = np.clip(((points - start) @ way) / (way @ way), 0, 1)
    off_line = np.sqrt(((points - start - t[..., None] * way) ** 2).sum(-1))
    return np.asarray(off_line - (radius_a + (radius_b - radius_a) * t))


def tube(
    points: FloatArray, origin: FloatArray, down: FloatArray, profile: FloatArray, sign: int = 1, power: float = 2.0
) -> FloatArray:
    """Signed distance (nearly) of a limb with a changing oval section."""
    local = (points - origin) @ bone_frame(down, _FORWARD)
    along = -local[..., 2]
    held = np.clip(along, profile[0, 0], profile[-1, 0])
    grid = np.linspace(profile[0, 0], profile[-1, 0], 400)
    table = PchipInterpolator(profile[:, 0], profile[:, 1:], axis=0)(grid)
    wide, deep, aside, ahead = (np.interp(held, grid, table[:, i]) for i in range(4))
    least = np.minimum(wide, deep)
    x, y, z = local[..., 0] - sign * aside, local[..., 1] - ahead, along - held
    rho = (np.abs(x / wide) ** power + np.abs(y / deep) ** power + np.abs(z / least) ** power) ** (1 / power)
    return np.asarray((rho - 1) * least)


@dataclass(frozen=True)
class Figure:
    """A body to draw: skeleton, centimetres of extra girth, and where its waistband ends in the middle.

    `waist_slope` is how much higher the waistband ends for each metre to the right.
    """

    body: Skeleton
    girth: float
    waist_z: float = WAIST_Z
    waist_slope: float = 0.0

    def place(self, joint: str) -> FloatArray:
        """A joint's rest place at the drawn height."""
        return self.body.joints[joint] / self.body.scale

    # ---- parts -----------------------------------------------------------------------------------------------------

    def _torso(self, p: FloatArray, off: float) -> FloatArray:
        off = off + 0.01 * self.girth
        female = self.body.sex == "F"
        profile = _TORSO.copy()
        profile[:, 1:3] += off
        if female:
            z = -profile[:, 0]

            def at(height: float, width: float) -> FloatArray:
                return np.exp(-(((z - height) / width) ** 2))

            profile[:, 1] *= 1 + 0.06 * at(0.91, 0.07) - 0.07 * at(1.1, 0.08) - 0.09 * at(1.39, 0.09)
        belly = 0.02 * max(self.girth, 0.0)
        profile[:, 4] += belly * np.exp(-(((-profile[:, 0] - 1.08) / 0.10) ** 2))
        d = tube(p, np.zeros(3), np.array([0.0, 0.0, -1.0]), profile, power=2.35)
        narrower = 0.95 if female else 1.0
        for s in (1, -1):
            d = union(d, ellipsoid(p, (s * 0.075, -0.058, 0.905), (0.085 + off, 0.075 + off, 0.088 + off)), 0.05)
            chest = (0.082, 0.050, 0.058) if female else (0.060, 0.040, 0.075)
            radii = (0.072 + off, chest[1] + off, chest[2] + off)
            d = union(d, ellipsoid(p, (s * 0.078, chest[0], 1.315), radii), 0.05)
            shoulder = (s * 0.165 * narrower, -0.012, 1.435)
            d = union(d, round_cone(p, (s * 0.03, -0.02, 1.485), shoulder, 0.042 + off, 0.045 + off), 0.05)
            d = union(d, ellipsoid(p, (s * 0.08, -0.075, 1.33), (0.075 + off, 0.035 + off, 0.10 + off)), 0.05)
        return d

    def _leg(self, p: FloatArray, side: Side, off: float = 0.0, flare: float = 0.0) -> FloatArray:
        profile = _LEG.copy()
        thick = 0.006 * self.girth * np.clip(1.3 - profile[:, :1], 0, 1)
        profile[:, 1:3] += off + thick + flare * np.clip(profile[:, :1] / 0.2, 0, 1.3)
        return tube(p, self.place(f"hip_{side}"), self.body.leg_down[side], profile, SIGN[side])

    def _arm(self, p: FloatArray, side: Side, off: float = 0.0) -> FloatArray:
        profile = _ARM.copy()
        slim = 0.90 if self.body.sex == "F" else 1.0
        profile[:, 1:3] = profile[:, 1:3] * slim + off + 0.004 * self.girth
        at = self.place(f"shoulder_{side}")
        cap = ellipsoid(p, tuple(at), (0.058 * slim + off, 0.060 * slim + off, 0.060 * slim + off))
        return union(tube(p, at, self.body.arm_down[side], profile), cap, 0.03)

    def _hand(self, p: FloatArray, side: Side) -> FloatArray:
        s = SIGN[side]
        q = (p - self.place(f"wrist_{side}")) @ bone_frame(self.body.arm_down[side], _FORWARD)
        d = ellipsoid(q, (0, 0, -0.055), (0.022, 0.040, 0.055))
        d = union(d, ellipsoid(q, (-s * 0.018, 0.004, -0.085), (0.024, 0.038, 0.030)), 0.02)
        return union(d, round_cone(q, (0, 0.028, -0.03), (-s * 0.022, 0.040, -0.075), 0.013, 0.011), 0.012)

    def along_leg(self, p: FloatArray, side: Side) -> FloatArray:
        """Way down the leg from the hip joint."""
        return (p - self.place(f"hip_{side}")) @ self.body.leg_down[side]

    def along_arm(self, p: FloatArray, side: Side) -> FloatArray:
        """Way down the arm from the shoulder joint."""
        return (p - self.place(f"shoulder_{side}")) @ self.body.arm_down[side]

    # ---- whole surfaces --------------------------------------------------------------------------------------------

    def skin(self, p: FloatArray) -> FloatArray:
        """The bare body with head and hands."""
        head = ellipsoid(p, (0, -0.008, 1.668), (0.076, 0.098, 0.086))
        head = union(head, ellipsoid(p, (0, 0.030, 1.605), (0.056, 0.064, 0.078)), 0.05)
        head = union(head, ellipsoid(p, (0, 0.072, 1.555), (0.026, 0.022, 0.020)), 0.03)
        head = union(head, round_cone(p, (0, 0.092, 1.650), (0, 0.108, 1.612), 0.009, 0.014), 0.018)
        head = union(head, ellipsoid(p, (0, 0.086, 1.668), (0.045, 0.016, 0.012)), 0.03)
        for s in (1, -1):
            head = union(head, ellipsoid(p, (s * 0.079, -0.008, 1.632), (0.010, 0.020, 0.032)), 0.008)
            head = without(head, ellipsoid(p, (s * 0.033, 0.108, 1.645), (0.020, 0.018, 0.014)), 0.015)
        d = union(self._torso(p, 0.0), head, 0.03)
        for side in SIDES:
            d = union(d, self._leg(p, side), 0.035)
            d = union(d, self._arm(p, side), 0.045)
            d = union(d, self._hand(p, side), 0.02)
        return d

    def _bottom(self, p: FloatArray, off: float, leg_off: float, flare: float, length: float) -> FloatArray:
        d = self._torso(p, off)
        for side in SIDES:
            leg = intersection(self._leg(p, side, leg_off, flare), self.along_leg(p, side) - length, 0.014)
            d = union(d, leg, 0.03)
        return intersection(d, p[..., 2] - self.waist_z - self.waist_slope * p[..., 0], 0.014)

    def shorts(self, p: FloatArray) -> FloatArray:
        """Running shorts to mid-thigh."""
        return self._bottom(p, 0.012, 0.014, 0.012, SHORTS_LEG)

    def tights(self, p: FloatArray) -> FloatArray:
        """Tights to above the ankle."""
        return self._bottom(p, 0.0135, 0.005, 0.0, TIGHTS_LEG)

    def _top(self, p: FloatArray, off: float, hem_z: float, sleeve: float | None) -> FloatArray:
        d = intersection(self._torso(p, off), hem_z - p[..., 2], 0.014)
        for side in SIDES:
            if sleeve is None:
                x, y, z = self.place(f"shoulder_{side}")
                hole = ellipsoid(p, (x + SIGN[side] * 0.03, y, z - 0.01), (0.068, 0.075, 0.085))
                d = without(d, hole, 0.012)
            else:
                arm = intersection(self._arm(p, side, off + 0.003), self.along_arm(p, side) - sleeve, 0.014)
                d = union(d, arm, 0.045)
        d = without(d, ellipsoid(p, (0, 0.022, 1.520), (0.074, 0.100, 0.085)), 0.006)
        return np.maximum(d, p[..., 2] - 1.505)

    def fitted(self, p: FloatArray) -> FloatArray:
        """A fitted T-shirt, tucked in."""
        return self._top(p, 0.010, FITTED_HEM_Z, SLEEVE)

    def tank(self, p: FloatArray) -> FloatArray:
        """A sleeveless top, tucked in."""
        return self._top(p, 0.009, FITTED_HEM_Z, None)

    def crop(self, p: FloatArray) -> FloatArray:
        """A sports top that leaves the waist bare."""
        return self._top(p, 0.008, CROP_HEM_Z, None)

    def loose(self, p: FloatArray) -> FloatArray:
        """A loose T-shirt that hangs over the shorts."""
        off = 0.01 * self.girth
        hanging = _HANGING.copy()
        hanging[:, 1:3] += off
        d = self._top(p, 0.020, LOOSE_HEM_Z, LOOSE_SLEEVE)
        cloth = tube(p, np.zeros(3), np.array([0.0, 0.0, -1.0]), hanging, power=2.35)
        return union(d, intersection(cloth, LOOSE_HEM_Z - p[..., 2], 0.010), 0.05)

    def _hair(self, p: FloatArray) -> FloatArray:
        x, y, z = p[..., 0], p[..., 1], p[..., 2]
        d = ellipsoid(p, (0, -0.014, 1.674), (0.084, 0.106, 0.094))
        around = np.arctan2(x, y + 0.012)
        d = d - 0.0035 * np.sin(around * 23 + z * 40) * np.sin(around * 9 - z * 60)
        d = d - 0.004 * np.sin(x * 70 + 1) * np.sin(y * 55)
        hairline = (y - 0.062) * 0.75 + (1.668 - z) * 0.66
        d = intersection(d, hairline, 0.012)
        d = np.maximum(d, 1.575 - z)
        for s in (1, -1):
            d = without(d, ellipsoid(p, (s * 0.08, -0.004, 1.63), (0.03, 0.026, 0.036)), 0.01)
        return d

    def short_hair(self, p: FloatArray) -> FloatArray:
        """Short hair."""
        return self._hair(p)

    def ponytail(self, p: FloatArray) -> FloatArray:
        """Hair tied behind."""
        d = union(self._hair(p), round_cone(p, (0, -0.115, 1.69), (0, -0.15, 1.66), 0.030, 0.034), 0.02)
        return union(d, round_cone(p, (0, -0.15, 1.66), (0, -0.165, 1.48), 0.034, 0.014), 0.02)


def shoe(p: FloatArray) -> FloatArray:
    """A right shoe in the foot's axes, ankle joint at the origin."""
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    heel = ellipsoid(p, (0, -0.022, -0.030), (0.036, 0.042, 0.052))
    middle = round_cone(p, (0, -0.01, -0.025), (0.002, 0.10, -0.040), 0.040, 0.034)
    toe = ellipsoid(p, (0, 0.135, -0.043), (0.046, 0.070, 0.030))
    d = union(union(heel, middle, 0.03), toe, 0.03)
    d = union(d, round_cone(p, (0, -0.004, 0.0), (0, -0.008, 0.035), 0.038, 0.036), 0.02)
    half_width = np.interp(
        y, [-0.07, -0.05, 0, 0.05, 0.12, 0.17, 0.205], [0.024, 0.034, 0.038, 0.037, 0.047, 0.038, 0.018]
    )
    outline = np.maximum(np.abs(x) - half_width, np.maximum(y - 0.205, -0.068 - y))
    top = np.interp(y, [-0.07, 0, 0.12, 0.21], [-0.036, -0.040, -0.048, -0.048])
    bottom = np.interp(y, [-0.07, -0.03, 0.13, 0.205], [-0.060, -0.068, -0.068, -0.054])
    sole = np.maximum(outline, np.maximum(z - top, bottom - z))
    return union(d, sole, 0.008)


Surface = Callable[[FloatArray], FloatArray]
