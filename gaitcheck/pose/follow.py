"""People in single frames: MediaPipe's PoseLandmarker, following from frame to frame, and when to look for others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import cv2
import numpy as np

from gaitcheck.pose.model import MOST_PEOPLE, PoseModel
from gaitcheck.pose.native import Float32Array, PoseLandmarker, UInt8Array
from gaitcheck.pose.persons import without_duplicates
from gaitcheck.track import EXCHANGED_SIDES

#: MediaPipe smooths by elapsed time. Timestamps stretched by this factor switch that off and keep the cheap tracking
#: from frame to frame: the lag of 20-40 ms at hips and shoulders falls below 10 ms (docs/pose.md).
STRETCH = 2000
#: Seconds between two looks for further people: at the start of a scene, and later.
FIRST_LOOKS_S = 0.25
LATER_LOOKS_S = 2.0
#: Length of the start of a scene.
SCENE_START_S = 3.0
#: How long a person who is no longer seen is still reckoned with.
REMEMBER_S = 3.0
#: How long a new follower must find the same people before the former one is dropped.
HAND_OVER_S = 0.5


class _Follower:
    """A landmarker that follows a fixed number of people."""

    def __init__(self, landmarker: PoseLandmarker, people: int, time_s: float) -> None:
        self.people = people
        self.needed_s = time_s
        self._landmarker = landmarker
        self._stamp_ms = -1

    def close(self) -> None:
        self._landmarker.close()

    def follow(self, rgb: UInt8Array, time_s: float) -> Float32Array:
        # MediaPipe demands increasing whole numbers, whatever the times
        self._stamp_ms = max(round(time_s * 1000 * STRETCH), self._stamp_ms + 1)
        return self._landmarker.follow(rgb, self._stamp_ms)


class _Following:
    """Follows people from frame to frame; when their number changes, one follower hands over to the next.

    Parameters
    ----------
    create : makes a landmarker for so many people.
    size_px : (width, height) in whose pixels the poses are given.
    """

    def __init__(self, create: Callable[[int], PoseLandmarker], size_px: tuple[int, int]) -> None:
        self._create = create
        self._size_px = size_px
        self._followers: list[_Follower] = []

    def restart(self) -> None:
        """Forget the people followed so far."""
        for follower in self._followers:
            follower.close()
        self._followers = []

    def follow(self, rgb: UInt8Array, time_s: float, people: int) -> Float32Array:
        """Poses of up to `people` people.

        MediaPipe cannot change the number while it runs, and while it finds fewer people than that it searches each
        frame anew, which finds less than following does. So the number should fit, and when it changes the follower
        used so far goes on beside the new one until that one has found the same people for `HAND_OVER_S`.
        """
        if not self._followers or people != self._followers[-1].people:
            self._followers.append(_Follower(self._create(people), people, time_s))
            if len(self._followers) > 2:
                self._followers.pop(0).close()
        *former, current = self._followers
        poses = different(_in_pixels(current.follow(rgb, time_s), self._size_px))
        for follower in former:
            both = np.concatenate([poses, _in_pixels(follower.follow(rgb, time_s), self._size_px)])
            found, poses = len(poses), different(both, first=len(poses))
            if len(poses) > found:
                follower.needed_s = time_s
            elif time_s - follower.needed_s > HAND_OVER_S:
                self._followers.remove(follower)
                follower.close()
        return poses


class Landmarker(AbstractContextManager["Landmarker"]):
    """The people of one scene after another; holds C++ resources until closed.

    Poses are (N, 33, 6) float32: x and y in pixels, visibility, world x, y and z in metres; N is the number of people.

    Parameters
    ----------
    model : what finds the joints, shared with other threads.
    size_px : (width, height) of the picture in whose pixels the poses are given, however small the ones looked at are.
    """

    def __init__(self, model: PoseModel, size_px: tuple[int, int]) -> None:
        self._model = model
        self._plain, self._mirrored = (_Following(model.follower, size_px) for _ in range(2))
        self._size_px = size_px

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget the people followed so far, as at a cut."""
        self._plain.restart()
        self._mirrored.restart()

    def look(self, rgb: UInt8Array) -> Float32Array:
        """Poses of all people in this frame, without regard to the frames before."""
        return different(_in_pixels(self._model.look(rgb), self._size_px))

    def follow(self, rgb: UInt8Array, time_s: float, people: int) -> Float32Array:
        """Poses of up to `people` people, followed from the frames before."""
        return self._plain.follow(rgb, time_s, people)

    def follow_mirrored(self, rgb: UInt8Array, time_s: float, people: int) -> Float32Array:
        """The same, found in the picture's mirror image and mirrored back; it follows by itself."""
        mirror = np.asarray(cv2.flip(rgb, 1), dtype=np.uint8)
        return mirrored(self._mirrored.follow(mirror, time_s, people), self._size_px[0])


def _in_pixels(poses: Float32Array, size_px: tuple[int, int]) -> Float32Array:
    """Poses given in shares of a picture, in the pixels of one of this size."""
    poses[..., :2] *= np.array(size_px, dtype=np.float32)
    return poses


def mirrored(poses: Float32Array, width_px: int) -> Float32Array:
    """Poses as they are in the mirror image of a picture that is so wide: left joints become right ones."""
    out = poses[:, EXCHANGED_SIDES]
    out[..., 0] = width_px - out[..., 0]
    out[..., 3] *= -1  # the world's x, which is measured from the middle of the hips
    return out


def different(poses: Float32Array, first: int = 0) -> Float32Array:
    """Poses of different people; the `first` ones are known to be, and go before the others."""
    if len(poses) < 2:
        return poses
    return poses[without_duplicates(poses[..., :2], poses[..., 2], first)]


class Lookout:
    """Knows when to look for further people and how many there may be."""

    def __init__(self) -> None:
        self.start(0.0)

    def start(self, time_s: float, early_s: float = SCENE_START_S) -> None:
        """A scene begins, or a stretch within one; the first `early_s` of it are looked at more often."""
        self._early_until_s = time_s + early_s
        self._next_s = time_s
        self._counts: deque[tuple[float, int]] = deque()

    def due(self, time_s: float) -> bool:
        """Whether it is time to look."""
        return time_s >= self._next_s

    def saw(self, time_s: float, people: int) -> None:
        """Note how many people a look found."""
        self._counts.append((time_s, people))
        early = time_s < self._early_until_s
        self._next_s = time_s + (FIRST_LOOKS_S if early else LATER_LOOKS_S)

    def people(self, time_s: float) -> int:
        """How many people to follow."""
        while self._counts and self._counts[0][0] < time_s - REMEMBER_S:
            self._counts.popleft()
        return min(max((n for _, n in self._counts), default=1) or 1, MOST_PEOPLE)
