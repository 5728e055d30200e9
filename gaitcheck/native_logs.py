"""The one place where the chatter of the C++ libraries (OpenCV, FFmpeg, TensorFlow Lite, MediaPipe) is kept quiet.

These libraries write straight to file descriptor 2, past Python. Most of it follows switches in the environment, which
must be set before the library is loaded; the rest (for instance what is said before a log is initialised) does not,
so a program that owns the terminal also takes the descriptor away from them.
"""

from __future__ import annotations

import os
import sys

_SWITCHES = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "GLOG_minloglevel": "3",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "ABSL_MIN_LOG_LEVEL": "3",
}


def hush_libraries() -> None:
    """Set the libraries' own switches; call it before `import cv2` or `import mediapipe`. What a user set stays."""
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)


def own_the_terminal() -> None:
    """Give standard error to Python alone: whatever native code writes to descriptor 2 from now on goes nowhere.

    For a program's entry point only, never for a library call: it changes the whole process. `sys.stderr` and what is
    written through it (messages, progress, tracebacks) reach the terminal as before.
    """
    hush_libraries()
    try:
        sys.stderr.flush()
        if sys.stderr.fileno() != 2:
            return
        kept = os.dup(2)
    except (AttributeError, OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(kept, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace")
