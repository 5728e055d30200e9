"""Only the pose track of a video, as a process of its own: python -m benchmarks.track_alone VIDEO."""

from __future__ import annotations

import sys
from pathlib import Path

from gaitcheck.cores import one_thread_for_algebra
from gaitcheck.garbage import leave_the_garbage
from gaitcheck.pose.install import model_file
from gaitcheck.pose.landmarker import track_runner

if __name__ == "__main__":
    leave_the_garbage()  # as the command does
    one_thread_for_algebra()
    print(len(track_runner(Path(sys.argv[1]), model_file()).track))
