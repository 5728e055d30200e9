"""All people of a video followed in one pass, by all cores, and the runner chosen among them."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from gaitcheck.cores import takes_long, usable_cores
from gaitcheck.meanwhile import loading_meanwhile
from gaitcheck.pose.follow import Landmarker
from gaitcheck.pose.heaps import give_back
from gaitcheck.pose.mirror import moved_sideways
from gaitcheck.pose.model import PoseModel
from gaitcheck.pose.pelvis.evidence import EvidenceStore
from gaitcheck.pose.persons import Sightings, choose_runner
from gaitcheck.pose.roll import RollSampler
from gaitcheck.pose.stretches import Found, Stretch, follow_stretch, stretches
from gaitcheck.track import N_LANDMARKS, PoseTrack, RunnerTrack
from gaitcheck.video.reader import FrameReader

#: Seconds between two reports of progress.
_TELL_EVERY_S = 0.1
#: What is needed once the runner has been followed: SciPy, mostly, which takes a while to load.
_NEEDED_AFTERWARDS = ("gaitcheck.pose.pelvis.line",)


def follow_runner(
    path: Path,
    model: PoseModel,
    *,
    model_name: str,
    person: int | None,
    every: int,
    progress: Callable[[float], None] | None,
) -> RunnerTrack:
    """What `landmarker.track_runner` does, with a model that it closes when nobody is followed any more."""
    tell = loading_meanwhile(progress or (lambda share: None), _NEEDED_AFTERWARDS)
    reader = FrameReader(path)
    room = RollSampler(reader.facts.frame_count // every)
    with EvidenceStore() as store:
        parts = _followed(reader, model, store, room, every=every, tell=tell)
        model.close()
        give_back()  # what the followers took is not needed any more
        frames = np.array([frame for part in parts for frame in part.frames], dtype=np.int64)
        damaged = reader.damage(len(frames) * every)
        if reader.index is None:
            time_s = np.array([time_s for part in parts for time_s in part.times_s])
        else:
            time_s = reader.index.times_s[::every]
        cuts = [cut for part in parts for cut in part.cuts]
        poses = np.concatenate([pose for part in parts for pose in part.poses])  # a frame at least, or damage() raised
        sideways = np.concatenate([seen for part in parts for seen in part.sideways_of_poses()])
        for part in parts:  # a long video's poses need not be there twice
            part.poses.clear()
            part.sideways.clear()
        pose_frames = np.array([frame for part in parts for frame in part.pose_frames], dtype=np.int64)
        row_of = pose_frames // every
        scene = np.searchsorted(cuts, pose_frames, side="right").astype(np.int64)
        sightings = Sightings(row_of, time_s[row_of], poses[..., :2], poses[..., 2], scene)
        chosen, together = choose_runner(sightings, person=person)
        shape = (len(time_s), N_LANDMARKS)
        xy, visibility = np.full((*shape, 2), np.nan), np.full(shape, np.nan)
        world = np.full((*shape, 3), np.nan, dtype=np.float32)
        runner = poses[chosen]
        xy[row_of[chosen]], visibility[row_of[chosen]] = runner[..., :2], runner[..., 2]
        world[row_of[chosen]] = runner[..., 3:]
        moved = np.full(shape, np.nan, dtype=np.float32)
        moved[row_of[chosen]] = sideways[chosen]
        del poses, sideways, sightings, runner
        track = PoseTrack(
            time_s=time_s,
            xy_px=xy,
            visibility=visibility,
            world_m=world,
            frame_size_px=(reader.facts.width_px, reader.facts.height_px),
            cuts_s=tuple(float(time_s[cut // every]) for cut in cuts),
            history=(f"tracked with the model {model_name}",),
        )
        from gaitcheck.pose.pelvis.line import pelvis_line

        numbers = np.array([number for part in parts for number in part.evidence], dtype=np.int64)
        seen = store.of_frames(row_of[chosen], numbers[chosen], len(track))
        with _one_opencv_thread(), ThreadPoolExecutor(1, "roll") as beside:
            roll = beside.submit(room.roll, track)
            pelvis = pelvis_line(track, seen)
        del numbers, seen
        give_back()  # measuring a long video needs room
        return RunnerTrack(moved_sideways(track, moved), together, damaged, pelvis, roll.result(), every)


def _followed(
    reader: FrameReader,
    model: PoseModel,
    store: EvidenceStore,
    room: RollSampler,
    *,
    every: int,
    tell: Callable[[float], None],
) -> list[Found]:
    """What each stretch of the video shows, in their order."""
    size = (reader.facts.width_px, reader.facts.height_px)
    parts = (Stretch(0, 0, sys.maxsize, range(sys.maxsize)),) if reader.index is None else stretches(reader.index)
    expected = max(reader.facts.frame_count // every, 1)
    workers = min(usable_cores(), len(parts))
    done = [0] * len(parts)
    stop = threading.Event()
    # MediaPipe, OpenCV and FFmpeg let other threads run while they work, so threads fill the cores as processes would,
    # without a copy of everything for each
    with ExitStack() as stack, ThreadPoolExecutor(workers, "stretch", takes_long) as pool:
        if workers > 1:
            stack.enter_context(_one_opencv_thread())
        free: queue.SimpleQueue[Landmarker] = queue.SimpleQueue()

        def follow(number: int) -> Found:
            def one_more() -> None:
                done[number] += 1

            try:
                landmarker = free.get_nowait()
            except queue.Empty:
                landmarker = stack.enter_context(Landmarker(model, size))
            found = follow_stretch(
                reader,
                parts[number],
                landmarker,
                store,
                room,
                every=every,
                threads=1 if workers > 1 else 0,
                stop=stop,
                tell=one_more,
            )
            free.put(landmarker)
            return found

        # the longest first, so that the last ones end at about the same time
        longest_first = sorted(range(len(parts)), key=lambda number: parts[number].enter - parts[number].last)
        work = {number: pool.submit(follow, number) for number in longest_first}
        try:
            waiting = set(work.values())
            while waiting:
                ended, waiting = wait(waiting, _TELL_EVERY_S, FIRST_EXCEPTION)
                for one in ended:
                    one.result()
                tell(min(sum(done) / expected, 1.0) if waiting else 1.0)
        finally:
            stop.set()
            for one in work.values():
                one.cancel()
        return [work[number].result() for number in range(len(parts))]


@contextmanager
def _one_opencv_thread() -> Iterator[None]:
    """OpenCV's own threads get into each other's way over several stretches, and over pictures as small as a pelvis."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
