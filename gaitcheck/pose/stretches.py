"""One video in several stretches that are tracked at the same time.

Where a stretch begins depends on the video alone, never on the machine, so the track is the same on every machine and
for any number of threads. Each stretch is entered a little before its own first frame: MediaPipe looks for a person
where the frame before showed one, and in that time comes to the same place as if it had seen the video from its start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from gaitcheck.pose.cuts import CutDetector
from gaitcheck.pose.follow import Landmarker, Lookout, different
from gaitcheck.pose.mirror import LOOKED_OF_STRETCH_S, LOOKED_S, MirrorLooks
from gaitcheck.pose.native import COLUMNS, Float32Array
from gaitcheck.pose.pelvis.evidence import EvidenceStore, PelvisLooks
from gaitcheck.pose.roll import RollSampler
from gaitcheck.track import N_LANDMARKS, FloatArray
from gaitcheck.video.index import FrameIndex
from gaitcheck.video.reader import FrameReader

#: How long before its own first frame a stretch is entered, and how many frames at least: the joints are found as well
#: as ever from the fifth frame on.
WARM_UP_S, WARM_UP_FRAMES = 0.1, 6
#: Shortest stretch of a video, and shortest one of a video that is longer than twice this.
SHORTEST_S = 1.5
USUAL_S = 7.0
#: Stretches of one video at most: entering one takes a core for about half a second.
MOST_STRETCHES = 16
#: A stretch may begin by this share of its length away from its even place so that a key frame is near.
MOVED_SHARE = 0.25
#: Longer side of the picture that MediaPipe gets, at least: it looks at 256 x 256 pixels around the person.
LEAST_LONG_SIDE_PX = 640


@dataclass(frozen=True)
class Stretch:
    """Frames [first, last) of a video, entered at `enter`; the mirror image of the `mirrored` is looked at too."""

    enter: int
    first: int
    last: int
    mirrored: range


@dataclass
class Found:
    """What one stretch shows: frames read, and for each pose its frame and the number of its pelvis evidence.

    `sideways` holds for each frame's poses what the mirror image says, None where it was not looked at. `cuts` are the
    frames with which a scene begins. (Lists grow with the frames: the only state.)
    """

    frames: list[int] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    poses: list[Float32Array] = field(default_factory=list)
    sideways: list[Float32Array | None] = field(default_factory=list)
    pose_frames: list[int] = field(default_factory=list)
    evidence: list[int] = field(default_factory=list)

    def sideways_of_poses(self) -> Iterator[Float32Array]:
        """For each frame (N, 33) of its poses; NaN where the mirror image was not looked at."""
        for poses, sideways in zip(self.poses, self.sideways, strict=True):
            yield np.full(poses.shape[:2], np.nan, dtype=np.float32) if sideways is None else sideways


def stretches(index: FrameIndex) -> tuple[Stretch, ...]:
    """Divide a video: a power of two of even stretches of at least 7 s, at most 16, two for less than 14 s of video.

    A stretch begins so that its entry is a key frame where one is near: no frame is then decoded for nothing.
    """
    times_s, count = index.times_s, len(index)
    duration_s = float(times_s[-1])
    even = 2 ** max(1, int(np.log2(max(duration_s / USUAL_S, 1))))
    pieces = min(even, MOST_STRETCHES) if duration_s >= 2 * SHORTEST_S else 1
    length_s = duration_s / pieces
    after_keys = np.searchsorted(times_s, times_s[index.key_frames] + WARM_UP_S)
    after_keys = np.maximum(after_keys, index.key_frames + WARM_UP_FRAMES)
    after_keys = after_keys[after_keys < count]
    bounds = [0]
    for i in range(1, pieces):
        even_s = i * length_s
        first = int(np.searchsorted(times_s, even_s))
        if len(after_keys):
            near = int(after_keys[np.argmin(np.abs(times_s[after_keys] - even_s))])
            first = near if abs(times_s[near] - even_s) <= MOVED_SHARE * length_s else first
        bounds.append(first)
    bounds.append(count)
    enter = np.searchsorted(times_s, times_s[bounds[:-1]] - WARM_UP_S)
    enter = np.minimum(enter, np.array(bounds[:-1]) - WARM_UP_FRAMES).clip(min=0)
    looked_s = LOOKED_S / pieces if pieces <= 2 else LOOKED_OF_STRETCH_S
    return tuple(
        Stretch(int(e), a, b, _middle(times_s, int(e), b, looked_s))
        for e, a, b in zip(enter, bounds[:-1], bounds[1:], strict=True)
        if a < b
    )


def _middle(times_s: FloatArray, first: int, last: int, lasting_s: float) -> range:
    """The frames in the middle of [first, last) that last so long, all of them if they do not."""
    middle_s = (times_s[first] + times_s[last - 1]) / 2
    begin, end = np.searchsorted(times_s, [middle_s - lasting_s / 2, middle_s + lasting_s / 2])
    return range(max(int(begin), first), min(int(end), last))


def model_size_px(size_px: tuple[int, int]) -> tuple[int, int]:
    """Size of the picture that MediaPipe gets: halved, perhaps again and again, while it stays large enough.

    Halving is what OpenCV does fastest: a third of a 1080p picture takes longer to make than half of it.
    """
    factor = 1
    while max(size_px) >= 2 * factor * LEAST_LONG_SIDE_PX:
        factor *= 2
    if factor == 1:
        return size_px
    width, height = (side // factor // 2 * 2 for side in size_px)
    return width, height


def follow_stretch(
    reader: FrameReader,
    stretch: Stretch,
    landmarker: Landmarker,
    store: EvidenceStore,
    room: RollSampler,
    *,
    every: int,
    threads: int,
    stop: threading.Event,
    tell: Callable[[], None],
) -> Found:
    """Follow all people through a stretch.

    Parameters
    ----------
    reader, stretch : the video and the part of it.
    landmarker : of this thread alone; forgets whom it followed before.
    store, room : take what the frames show of pelvis and room; shared by all stretches.
    every : only frames whose place is a multiple of this are looked at.
    threads : threads that decode, as `FrameReader.frames` has it.
    stop : set when nobody wants the result any more.
    tell : called after each frame of the stretch.
    """
    found = Found()
    detector, lookout, mirror, pelvis = CutDetector(), Lookout(), MirrorLooks(), PelvisLooks(stretch.first > 0)
    size = model_size_px((reader.facts.width_px, reader.facts.height_px))
    landmarker.restart()
    poses = np.empty((0, N_LANDMARKS, COLUMNS), dtype=np.float32)
    enter = -(-stretch.enter // every) * every
    with closing(reader.frames(range(enter, stretch.last, every), threads=threads)) as frames:
        for place, frame in enumerate(frames):
            if stop.is_set():
                break
            rgb, own = frame.scaled(size, rgb=True), frame.index >= stretch.first
            if place == 0 and stretch.first > 0:
                lookout.start(frame.time_s, WARM_UP_S)
            if detector.is_cut(rgb):
                landmarker.restart()
                lookout.start(frame.time_s)
                poses = poses[:0]
                if own:
                    found.cuts.append(frame.index)
            if lookout.due(frame.time_s):
                # the look may miss somebody who is being followed, and the other way round
                lookout.saw(frame.time_s, len(different(np.concatenate([poses, landmarker.look(rgb)]))))
            people = lookout.people(frame.time_s)
            poses = landmarker.follow(rgb, frame.time_s, people)
            mirrored = frame.index in stretch.mirrored
            sideways = mirror.of(landmarker, rgb, frame.time_s, poses, people) if mirrored else None
            if not own:
                continue
            number = frame.index // every
            room.take(number, rgb)
            found.frames.append(frame.index)
            found.times_s.append(frame.time_s)
            found.poses.append(poses)
            found.sideways.append(sideways)
            found.pose_frames += [frame.index] * len(poses)
            found.evidence += [store.add(look) for look in pelvis.of(frame, poses, number, frame.time_s)]
            tell()
    return found
