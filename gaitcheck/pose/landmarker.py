"""From a video file to the runner's pose and pelvis track, with MediaPipe's PoseLandmarker, in one pass."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError, ModelError
from gaitcheck.native_logs import hush_libraries
from gaitcheck.pose.cuts import CutDetector
from gaitcheck.pose.pelvis.evidence import EvidenceStore, evidence
from gaitcheck.pose.pelvis.line import pelvis_line
from gaitcheck.pose.persons import Sightings, choose_runner, without_duplicates
from gaitcheck.pose.roll import RollSampler
from gaitcheck.track import N_LANDMARKS, CameraRoll, PelvisTrack, PoseTrack
from gaitcheck.video.reader import Frame, FrameReader

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile

Float32Array = NDArray[np.float32]
UInt8Array = NDArray[np.uint8]

#: MediaPipe smooths by elapsed time. Timestamps stretched by this factor switch that off and keep the cheap tracking
#: from frame to frame: the lag of 20-40 ms at hips and shoulders falls below 10 ms (docs/pose.md).
STRETCH = 2000
#: At most so many people are followed at once.
MOST_PEOPLE = 4
#: Seconds between two looks for further people: at the start of a scene, and later.
FIRST_LOOKS_S = 0.25
LATER_LOOKS_S = 1.0
#: Length of the start of a scene.
SCENE_START_S = 3.0
#: How long a person who is no longer seen is still reckoned with.
REMEMBER_S = 3.0
#: How long a new follower must find the same people before the former one is dropped.
HAND_OVER_S = 0.5
#: Frames decoded ahead of the landmarker.
_AHEAD = 3
#: Columns of a detection: x, y in pixels, visibility, world x, y, z in metres.
_COLUMNS = 6


@dataclass(frozen=True)
class RunnerTrack:
    """The runner's track and pelvis, the largest number of people found together, and what is wrong with the file.

    `damaged` is a sentence where the file broke off before its end, None otherwise. `pelvis` is None where the video's
    pictures were not looked at for it, `roll` where the room shows too few straight lines.
    """

    track: PoseTrack
    persons_seen: int
    damaged: str | None = None
    pelvis: PelvisTrack | None = None
    roll: CameraRoll | None = None


class _Follower:
    """MediaPipe's landmarker in VIDEO mode for a fixed number of people."""

    def __init__(self, task: Any, people: int, time_s: float) -> None:
        self.people = people
        self.needed_s = time_s
        self._task = task
        self._stamp_ms = -1

    def close(self) -> None:
        self._task.close()

    def follow(self, image: Any, time_s: float) -> Any:
        # MediaPipe demands increasing whole numbers, whatever the times
        self._stamp_ms = max(round(time_s * 1000 * STRETCH), self._stamp_ms + 1)
        return self._task.detect_for_video(image, self._stamp_ms)


class Landmarker(AbstractContextManager["Landmarker"]):
    """MediaPipe's PoseLandmarker for one scene after another; holds C++ resources until closed.

    Poses are (N, 33, 6) float32: x and y in pixels, visibility, world x, y and z in metres; N is the number of people.
    """

    def __init__(self, model: Path) -> None:
        hush_libraries()
        try:
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision
        except (ImportError, OSError) as error:
            raise MissingComponentError(
                f"MediaPipe, which finds the joints, cannot be loaded ({error}): run `gaitcheck doctor` for what to do."
            ) from error
        self._mediapipe: Any = mediapipe
        self._vision: Any = vision
        self._base: Any = BaseOptions(model_asset_path=str(model))
        try:
            self._looker = self._create(vision.RunningMode.IMAGE, MOST_PEOPLE)
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(
                f"The pose model {model} cannot be used ({error}): run `gaitcheck models install` to get a sound one."
            ) from error
        self._followers: list[_Follower] = []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._looker.close()
        self.restart()

    def restart(self) -> None:
        """Forget the people followed so far, as at a cut."""
        for follower in self._followers:
            follower.close()
        self._followers = []

    def look(self, rgb: UInt8Array) -> Float32Array:
        """Poses of all people in this frame, without regard to the frames before."""
        return _different(_poses(self._looker.detect(self._image(rgb)), rgb.shape))

    def follow(self, rgb: UInt8Array, time_s: float, people: int) -> Float32Array:
        """Poses of up to `people` people, followed from the frames before.

        MediaPipe cannot change the number while it runs, and while it finds fewer people than that it searches each
        frame anew, which finds less than following does. So the number should fit, and when it changes the follower
        used so far goes on beside the new one until that one has found the same people for `HAND_OVER_S`.
        """
        image = self._image(rgb)
        if not self._followers or people != self._followers[-1].people:
            task = self._create(self._vision.RunningMode.VIDEO, people)
            self._followers.append(_Follower(task, people, time_s))
            if len(self._followers) > 2:
                self._followers.pop(0).close()
        *former, current = self._followers
        poses = _different(_poses(current.follow(image, time_s), rgb.shape))
        for follower in former:
            both = np.concatenate([poses, _poses(follower.follow(image, time_s), rgb.shape)])
            found, poses = len(poses), _different(both, first=len(poses))
            if len(poses) > found:
                follower.needed_s = time_s
            elif time_s - follower.needed_s > HAND_OVER_S:
                self._followers.remove(follower)
                follower.close()
        return poses

    def _create(self, mode: Any, people: int) -> Any:
        return self._vision.PoseLandmarker.create_from_options(
            self._vision.PoseLandmarkerOptions(base_options=self._base, running_mode=mode, num_poses=people)
        )

    def _image(self, rgb: UInt8Array) -> Any:
        return self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=rgb)


def _poses(result: Any, shape: tuple[int, ...]) -> Float32Array:
    """Copy MediaPipe's result at once: its own memory may be reused."""
    height, width = shape[:2]
    poses = np.empty((len(result.pose_landmarks), N_LANDMARKS, _COLUMNS), dtype=np.float32)
    for pose, picture, world in zip(poses, result.pose_landmarks, result.pose_world_landmarks, strict=True):
        pose[:, :3] = [(p.x * width, p.y * height, p.visibility) for p in picture]
        pose[:, 3:] = [(p.x, p.y, p.z) for p in world]
    return poses


def _different(poses: Float32Array, first: int = 0) -> Float32Array:
    """Poses of different people; the `first` ones are known to be, and go before the others."""
    return poses[without_duplicates(poses[..., :2], poses[..., 2], first)]


class _Lookout:
    """Knows when to look for further people and how many there may be."""

    def __init__(self) -> None:
        self.start(0.0)

    def start(self, time_s: float) -> None:
        """A scene begins."""
        self._scene_s = time_s
        self._next_s = time_s
        self._counts: deque[tuple[float, int]] = deque()

    def due(self, time_s: float) -> bool:
        return time_s >= self._next_s

    def saw(self, time_s: float, people: int) -> None:
        self._counts.append((time_s, people))
        early = time_s < self._scene_s + SCENE_START_S
        self._next_s = time_s + (FIRST_LOOKS_S if early else LATER_LOOKS_S)

    def people(self, time_s: float) -> int:
        while self._counts and self._counts[0][0] < time_s - REMEMBER_S:
            self._counts.popleft()
        return min(max((n for _, n in self._counts), default=1) or 1, MOST_PEOPLE)


def track_runner(
    path: Path,
    model: ModelFile,
    *,
    person: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> RunnerTrack:
    """Track the runner through a video.

    Every frame gives one row; where the runner was not found it is NaN. All people are followed while the video
    streams through once, and at the end the one who runs in place is chosen (see `persons.choose_runner`), so a
    tracker that jumps to another person leaves a gap and never mixes two people.

    Parameters
    ----------
    path : the video.
    model : the pose model.
    person : person to follow, counted from the picture's left, 1 = leftmost; None: the one who runs in place.
    progress : called with the share of frames done (0..1); may raise `Cancelled`.

    Raises
    ------
    UnusableInputError
        The video cannot be read, or `person` is not among the people seen.
    ModelError
        The model file is no pose landmarker.
    MissingComponentError
        MediaPipe cannot be loaded.
    """
    times: list[float] = []
    cuts: list[float] = []
    found: list[Float32Array] = []
    found_frame: list[int] = []
    found_scene: list[int] = []
    size = (0, 0)
    poses = np.empty((0, N_LANDMARKS, _COLUMNS), dtype=np.float32)
    detector, lookout, room = CutDetector(), _Lookout(), RollSampler()
    with (
        EvidenceStore() as store,
        FrameReader(path) as reader,
        Landmarker(model.path) as landmarker,
        closing(_ahead(reader)) as frames,
    ):
        expected = max(reader.facts.frame_count, 1)
        for frame, rgb in frames:
            size = (rgb.shape[1], rgb.shape[0])
            room.take(len(times), frame.bgr)
            if detector.is_cut(frame.bgr):
                cuts.append(frame.time_s)
                landmarker.restart()
                lookout.start(frame.time_s)
                poses = poses[:0]
            if lookout.due(frame.time_s):
                # the look may miss somebody who is being followed, and the other way round
                lookout.saw(frame.time_s, len(_different(np.concatenate([poses, landmarker.look(rgb)]))))
            poses = landmarker.follow(rgb, frame.time_s, lookout.people(frame.time_s))
            for pose in poses:
                store.add(evidence(frame.bgr, pose[:, :2], pose[:, 2]))
            found.append(poses)
            found_frame += [len(times)] * len(poses)
            found_scene += [len(cuts)] * len(poses)
            times.append(frame.time_s)
            if progress is not None:
                progress(min(len(times) / expected, 1.0))

        time_s = np.array(times, dtype=np.float64)
        poses = np.concatenate(found)  # the reader gives at least one frame or raises
        found.clear()
        frame_of = np.array(found_frame, dtype=np.int64)
        sightings = Sightings(
            frame_of, time_s[frame_of], poses[..., :2], poses[..., 2], np.array(found_scene, dtype=np.int64)
        )
        rows, together = choose_runner(sightings, person=person)
        whole = np.full((len(time_s), N_LANDMARKS, _COLUMNS), np.nan)
        whole[frame_of[rows]] = poses[rows]
        track = PoseTrack(
            time_s=time_s,
            xy_px=whole[..., :2].copy(),
            visibility=whole[..., 2].copy(),
            world_m=whole[..., 3:].copy(),
            frame_size_px=size,
            cuts_s=tuple(cuts),
            history=(f"tracked with the model {model.name}",),
        )
        seen = store.of_frames(frame_of[rows], rows, len(track))
        return RunnerTrack(track, together, reader.damaged, pelvis_line(track, seen), room.roll(track))


def _ahead(frames: Iterable[Frame]) -> Generator[tuple[Frame, UInt8Array]]:
    """Decode and convert to RGB in a thread, a few frames ahead: decoding then costs no time of its own."""
    import cv2

    ready: queue.Queue[tuple[Frame, UInt8Array] | BaseException | None] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def put(item: tuple[Frame, UInt8Array] | BaseException | None) -> None:
        while not stop.is_set():
            with suppress(queue.Full):
                ready.put(item, timeout=0.1)
                return

    def decode() -> None:
        try:
            for frame in frames:
                put((frame, np.asarray(cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8)))
                if stop.is_set():
                    return
            put(None)
        except BaseException as error:  # raised again in the thread that asked
            put(error)

    thread = threading.Thread(target=decode, name="decode", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
