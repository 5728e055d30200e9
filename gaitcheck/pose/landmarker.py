"""From a video file to the runner's pose and pelvis track, with MediaPipe's PoseLandmarker, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gaitcheck.cores import usable_cores
from gaitcheck.pose.heaps import few_heaps
from gaitcheck.pose.model import PoseModel

if TYPE_CHECKING:
    from gaitcheck.pose.install import ModelFile
    from gaitcheck.track import RunnerTrack


def track_runner(
    path: Path,
    model: ModelFile,
    *,
    person: int | None = None,
    every: int = 1,
    progress: Callable[[float], None] | None = None,
) -> RunnerTrack:
    """Track the runner through a video.

    Every frame gives one row; where the runner was not found, or the frame cannot be decoded, it is NaN. All people are
    followed while the video streams through once, in stretches that all cores share, and at the end the one who runs
    in place is chosen (see `persons.choose_runner`), so a tracker that jumps to another person leaves a gap and never
    mixes two people.

    Parameters
    ----------
    path : the video.
    model : the pose model.
    person : person to follow, counted from the picture's left, 1 = leftmost; None: the one who runs in place.
    every : only every so many frames are looked at.
    progress : called with the share of frames done (0..1); may raise `Cancelled`.

    Raises
    ------
    UnusableInputError
        The video cannot be read, or `person` is not among the people seen.
    ModelError
        The model file is no pose landmarker.
    MissingComponentError
        MediaPipe cannot be loaded, or the folder for temporary files cannot be written.
    """
    few_heaps(max(2, usable_cores()))
    with PoseModel(model.path) as pose_model:
        # loaded, as the file is walked through, while the other core opens the model
        from gaitcheck.pose.tracking import follow_runner

        return follow_runner(path, pose_model, model_name=model.name, person=person, every=every, progress=progress)
