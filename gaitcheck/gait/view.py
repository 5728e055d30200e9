"""Which side of the runner the camera sees, and where the runner faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.result import Direction, Side
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark, PoseTrack

#: Heading of the runner for each view: 0 faces the camera, +90 faces image-right.
HEADINGS_DEG: dict[View, float] = {"front": 0.0, "right": 90.0, "rear": 180.0, "left": -90.0}
#: Turn away from square beyond which a view's values are doubtful. In a side view 20 degrees take 6 % off the angles of
#: its plane; from behind and in front a bent knee points sideways, which at 12 degrees adds 8 degrees to its valgus.
SQUARE_SIDE_DEG, SQUARE_FRONTAL_DEG = 20.0, 12.0


@dataclass(frozen=True)
class ViewFound:
    """The nearest of the four views, and the runner's heading against square to it (degrees, + = towards image-right
    for a runner who faces the camera).
    """

    view: View
    yaw_deg: float

    @property
    def off_square_deg(self) -> float:
        """How far the camera is from square to the runner."""
        return abs(self.yaw_deg)


def find_view(track: PoseTrack) -> ViewFound | None:
    """Tell the view from the heading of shoulders and hips in MediaPipe's world landmarks.

    The heading is the circular mean over all frames of the direction of the right-to-left line of shoulders and of
    hips, seen from above. How far that is from square is told by the shoulders alone: the model turns the hips twice as
    far as they are (rendered runners). Returns None where the track is empty or its headings point everywhere.
    """
    lines = []
    for left, right in (
        (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
        (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    ):
        d = track.world_m[:, left] - track.world_m[:, right]
        lines.append(d[:, 0] + 1j * d[:, 2])
    heading, of_shoulders = _heading(np.concatenate(lines)), _heading(lines[0])
    if heading is None:
        return None
    view = min(HEADINGS_DEG, key=lambda one: abs(_turned(heading, one)))
    return ViewFound(view, _turned(heading if of_shoulders is None else of_shoulders, view))


def _heading(across: NDArray[np.complex128]) -> float | None:
    """Direction of the right-to-left lines seen from above, degrees; None where they point everywhere."""
    known = across[np.isfinite(across) & (np.abs(across) > 0)]
    mean = complex(np.mean(known / np.abs(known))) if known.size else 0.0
    return float(np.degrees(np.angle(mean))) if abs(mean) >= 0.5 else None


def _turned(heading_deg: float, view: View) -> float:
    return (heading_deg - HEADINGS_DEG[view] + 180.0) % 360.0 - 180.0


def seen_from(track: PoseTrack) -> View | None:
    """The nearest of the four views; None where it cannot be told."""
    found = find_view(track)
    return found.view if found is not None else None


def is_side(view: View) -> bool:
    """True for the two side views."""
    return view in ("left", "right")


def outward(side: Side, view: View) -> float:
    """+1 where this leg's outer side is image-right (rear view: the right leg's), -1 where it is image-left."""
    return 1.0 if (side == "right") == (view != "front") else -1.0


def near_side(view: View) -> Side | None:
    """The leg next to the camera in a side view."""
    if view == "left":
        return "left"
    return "right" if view == "right" else None


def facing(track: PoseTrack, view: View) -> Direction | None:
    """Where the runner faces in a side view, from the direction heel to toe and ear to nose.

    A runner whose right side is seen faces image-right; a picture mirrored by the camera's software breaks that rule,
    which is why it is measured.
    """
    if not is_side(view):
        return None
    ahead: FloatArray = np.concatenate(
        [
            track.xy_px[:, tip, 0] - track.xy_px[:, base, 0]
            for tip, base in (
                (Landmark.LEFT_FOOT_INDEX, Landmark.LEFT_HEEL),
                (Landmark.RIGHT_FOOT_INDEX, Landmark.RIGHT_HEEL),
                (Landmark.NOSE, Landmark.LEFT_EAR),
                (Landmark.NOSE, Landmark.RIGHT_EAR),
            )
        ]
    )
    votes = np.sign(ahead[np.isfinite(ahead)]).sum()
    if votes == 0:
        return "image_right" if view == "right" else "image_left"
    return "image_right" if votes > 0 else "image_left"
