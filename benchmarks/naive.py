"""The loop everybody writes: read with OpenCV, find the joints with MediaPipe, perhaps draw and write a video.

    python benchmarks/naive.py VIDEO MODEL LANDMARKS.npy [--out ANNOTATED.mp4]

It is the peer that the benchmarks compare with, so it follows MediaPipe's and OpenCV's own guides and nothing in it is
slowed: default settings of both libraries, one person, VIDEO mode (which follows from frame to frame), the picture
written at full size with the encoder that OpenCV's wheels bring along. It knows nothing of GaitCheck.
"""

from __future__ import annotations

import argparse

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

# the same lines as in MediaPipe's own drawing: face, trunk, arms, legs
LINES = [(line.start, line.end) for line in vision.PoseLandmarksConnections.POSE_LANDMARKS]


def draw(picture: np.ndarray, points: list[tuple[int, int]]) -> None:
    for start, end in LINES:
        cv2.line(picture, points[start], points[end], (255, 255, 255), 3)
    for point in points:
        cv2.circle(picture, point, 5, (0, 200, 255), -1)


def run(video: str, model: str, out: str | None) -> np.ndarray:
    """Landmarks of every frame, (T, 33, 4): x and y in pixels, visibility, and presentation time in ms."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=model), running_mode=vision.RunningMode.VIDEO
    )
    capture = cv2.VideoCapture(video)
    fps = capture.get(cv2.CAP_PROP_FPS)
    writer = None
    rows = []
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while True:
            ok, picture = capture.read()
            if not ok:
                break
            height, width = picture.shape[:2]
            stamp_ms = int(len(rows) * 1000 / fps)
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
            result = landmarker.detect_for_video(image, stamp_ms)
            row = np.full((33, 4), np.nan)
            if result.pose_landmarks:
                row[:] = [(p.x * width, p.y * height, p.visibility, stamp_ms) for p in result.pose_landmarks[0]]
            rows.append(row)
            if out is not None:
                if writer is None:
                    writer = cv2.VideoWriter(out, cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
                if result.pose_landmarks:
                    draw(picture, [(int(x), int(y)) for x, y in row[:, :2]])
                writer.write(picture)
    capture.release()
    if writer is not None:
        writer.release()
    return np.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video")
    parser.add_argument("model")
    parser.add_argument("landmarks")
    parser.add_argument("--out")
    options = parser.parse_args()
    np.save(options.landmarks, run(options.video, options.model, options.out))


if __name__ == "__main__":
    main()
