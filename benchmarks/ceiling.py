"""What the landmark model alone costs, with nothing around it: the ceiling is cores / this.

    python -m benchmarks.ceiling MODEL VIDEO [--seconds S]

Two figures, both processor time of one frame on one thread, taken in turns of a tenth of a second so that a machine
whose speed changes is the same for both: the model in the bare LiteRT interpreter (the newest TensorFlow Lite runtime
with its default kernels, XNNPACK), and MediaPipe's own `detect_for_video` on a picture already decoded and small.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import time
import zipfile
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from statistics import median

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from gaitcheck.pose.bundle import LANDMARKS_PART
from gaitcheck.pose.joints_only import joints_only

_BLOCK = 8
_WARM_UP = 10
_SMALL_LONG_SIDE_PX = 480
_FRAMES = 60


def small_pictures(video: str) -> list[np.ndarray]:
    """The first second of the video, red-green-blue, 480 px long."""
    capture = cv2.VideoCapture(video)
    found = []
    for _ in range(_FRAMES):
        ok, picture = capture.read()
        if not ok:
            break
        scale = _SMALL_LONG_SIDE_PX / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    capture.release()
    return found


def bare(bundle: bytes, picture: np.ndarray) -> Callable[[], None] | None:
    """Runs the landmark model once; None where the interpreter is not installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return None
    with zipfile.ZipFile(io.BytesIO(bundle)) as parts:
        interpreter = Interpreter(model_content=parts.read(LANDMARKS_PART), num_threads=1)
    interpreter.allocate_tensors()
    taken = interpreter.get_input_details()[0]
    _, height, width, _ = taken["shape"]
    interpreter.set_tensor(taken["index"], cv2.resize(picture, (width, height))[None].astype(np.float32) / 255)
    return interpreter.invoke


def followed(model: str, pictures: list[np.ndarray]) -> Callable[[], None]:
    """Runs MediaPipe's whole call on the next picture, forwards and backwards so that the runner never jumps."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.VIDEO
    )
    landmarker = vision.PoseLandmarker.create_from_options(options)
    images = cycle(mp.Image(image_format=mp.ImageFormat.SRGB, data=one) for one in pictures + pictures[-2:0:-1])
    stamp_ms = 0

    def call() -> None:
        nonlocal stamp_ms
        stamp_ms += 16
        landmarker.detect_for_video(next(images), stamp_ms)

    return call


def costs_ms(calls: dict[str, Callable[[], None]], seconds: float) -> dict[str, float]:
    """Median processor time of each call, in ms, measured in turns for about `seconds` each."""
    for call in calls.values():
        for _ in range(_WARM_UP):
            call()
    found: dict[str, list[float]] = {name: [] for name in calls}
    end = time.perf_counter() + seconds * len(calls)
    while time.perf_counter() < end:
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(_BLOCK):
                call()
            found[name].append((time.process_time() - start) / _BLOCK * 1e3)
    return {name: median(values) for name, values in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    pictures = small_pictures(options.video)
    calls = {"mediapipe_ms": followed(options.model, pictures)}
    model = Path(options.model)
    for name, bundle in (("interpreter_ms", model.read_bytes()), ("joints_only_ms", joints_only(model))):
        if (interpreter := bare(bundle, pictures[0])) is not None:
            calls[name] = interpreter
    found: dict[str, object] = dict(costs_ms(calls, options.seconds))
    if "interpreter_ms" in calls:
        found["version"] = importlib.metadata.version("ai-edge-litert")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
