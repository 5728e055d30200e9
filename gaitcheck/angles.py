"""Planes, signs and wrap-around: the one page on angles.

Picture coordinates are x to the right and y down, in pixels of the upright picture, after any camera roll is undone.
All angles are degrees, signed, and measured so that a vertical body segment or a level line reads 0.

Two signs carry the anatomy, so that every formula is written once:

`forward`   +1 where the runner faces image-right, -1 where image-left (side views)
`outward`   +1 where the leg's own outer side is image-right, -1 where image-left (rear and front views)
"""

from __future__ import annotations

import numpy as np

from gaitcheck.track import FloatArray

Sign = float | FloatArray


def wrapped(angle_deg: FloatArray) -> FloatArray:
    """The same direction within (-180, 180]."""
    return -((-np.asarray(angle_deg, dtype=float) + 180.0) % 360.0 - 180.0)


def swing_from_vertical(upper: FloatArray, lower: FloatArray, positive_x: Sign) -> FloatArray:
    """Angle of a hanging segment against the vertical.

    Parameters
    ----------
    upper, lower : (..., 2) ends of the segment, px.
    positive_x : +1 where image-right counts as positive, -1 where image-left does.

    Returns
    -------
    (...) degrees; 0 hanging straight down, + = the lower end lies towards `positive_x`.
    """
    d = np.asarray(lower) - np.asarray(upper)
    return np.degrees(np.arctan2(positive_x * d[..., 0], d[..., 1]))


def lean_from_vertical(lower: FloatArray, upper: FloatArray, positive_x: Sign) -> FloatArray:
    """Angle of a standing segment (such as the trunk) against the vertical; + = its top lies towards `positive_x`."""
    d = np.asarray(upper) - np.asarray(lower)
    return np.degrees(np.arctan2(positive_x * d[..., 0], -d[..., 1]))


def elevation(start: FloatArray, end: FloatArray, positive_x: Sign) -> FloatArray:
    """Angle of the line from start to end against the level, + = the end lies higher than the start.

    The line counts as pointing towards `positive_x`; 0 is level in that direction.
    """
    d = np.asarray(end) - np.asarray(start)
    return np.degrees(np.arctan2(-d[..., 1], positive_x * d[..., 0]))


def bend(first: FloatArray, joint: FloatArray, last: FloatArray, towards_x: Sign) -> FloatArray:
    """Signed bend at a joint between two segments: 180 degrees minus the inner angle.

    Parameters
    ----------
    first, joint, last : (..., 2) for the knee: hip, knee and ankle, px.
    towards_x : +1 or -1, the side to which the joint points when the bend is positive.

    Returns
    -------
    (...) degrees; 0 straight, + = the joint lies to the `towards_x` side of the line from first to last. With
    `towards_x` = forward this is knee flexion; with `towards_x` = inward it is the frontal plane projection angle,
    positive in valgus (Willson 2006 and Munro 2012 measure 180 minus the angle; the sign is ours).
    """
    u = np.asarray(joint) - np.asarray(first)
    v = np.asarray(last) - np.asarray(joint)
    turn = np.arctan2(u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0], u[..., 0] * v[..., 0] + u[..., 1] * v[..., 1])
    return np.asarray(towards_x * np.degrees(turn), dtype=float)


def rotated(xy_px: FloatArray, angle_deg: float, centre_px: tuple[float, float]) -> FloatArray:
    """Turn points so that a line whose right end lies lower by `angle_deg` becomes level."""
    a = np.radians(-angle_deg)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    centre = np.asarray(centre_px)
    return np.asarray((np.asarray(xy_px) - centre) @ turn.T + centre, dtype=float)
