"""MediaPipe's PoseLandmarker, used by the C functions that its Python part is made of.

The Python part hands every call to a thread of its own and makes an object of each joint. That takes 0.3 to 0.5 ms of
each frame, and as only one thread runs Python at a time, other stretches wait for it. Here the caller's own thread
calls the same functions of the same library, by MediaPipe's own description of its structures, and reads the joints as
an array: the same numbers to the last bit (a test).
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import N_LANDMARKS

Float32Array = NDArray[np.float32]
UInt8Array = NDArray[np.uint8]

#: Numbers of a landmark: x, y, visibility, world x, y, z in metres.
COLUMNS = 6
#: How sure MediaPipe must be that it finds, sees and follows somebody: what it takes if not told otherwise.
_SURE = 0.5


class PoseLandmarker:
    """Finds people in pictures; holds C++ resources until closed. Threads take turns.

    Pictures are (H, W, 3) uint8, RGB. Poses are (N, 33, 6) float32: x and y as shares of the picture's width and
    height, visibility, world x, y and z in metres; N is the number of people.

    Parameters
    ----------
    model : MediaPipe's `BaseOptions` with the model.
    mode : "IMAGE" for single pictures, "VIDEO" for the frames of a video in their order.
    people : how many are found at most.

    Raises
    ------
    OSError, RuntimeError, ValueError
        The model is no pose landmarker.
    """

    def __init__(self, model: Any, mode: Literal["IMAGE", "VIDEO"], people: int) -> None:
        from mediapipe.tasks.python import vision
        from mediapipe.tasks.python.core import mediapipe_c_bindings
        from mediapipe.tasks.python.vision import pose_landmarker
        from mediapipe.tasks.python.vision.core import image

        options = pose_landmarker.MpPoseLandmarkerOptionsC(
            base_options=model.to_ctypes(),
            running_mode=vision.RunningMode[mode].ctype,
            num_poses=people,
            min_pose_detection_confidence=_SURE,
            min_pose_presence_confidence=_SURE,
            min_tracking_confidence=_SURE,
        )
        # with the types of their arguments, so that a function that asks for others is not called
        signatures = (*pose_landmarker._CTYPES_SIGNATURES, *image._CTYPES_SIGNATURES)
        self._library = mediapipe_c_bindings.load_raw_library(signatures)
        self._result_type = pose_landmarker.MpPoseLandmarkerResultC
        self._format = int(image.ImageFormat.SRGB)
        self._turn = threading.Lock()
        self._handle = ctypes.c_void_p()
        self._call("MpPoseLandmarkerCreate", ctypes.byref(options), ctypes.byref(self._handle))

    def close(self) -> None:
        """Release it once nobody uses it any more; twice does no harm."""
        with self._turn:
            handle, self._handle = self._handle, ctypes.c_void_p()
            if handle:
                self._call("MpPoseLandmarkerClose", handle)

    def detect(self, rgb: UInt8Array) -> Float32Array:
        """Poses of the people in a picture, whatever was seen before."""
        return self._poses("MpPoseLandmarkerDetectImage", rgb)

    def follow(self, rgb: UInt8Array, stamp_ms: int) -> Float32Array:
        """Poses of the people in a video's next frame, whose time in milliseconds must be later than the last one's."""
        return self._poses("MpPoseLandmarkerDetectForVideo", rgb, stamp_ms)

    def _poses(self, function: str, rgb: UInt8Array, *stamp_ms: int) -> Float32Array:
        # MediaPipe takes rows with gaps between them for a picture without, and finds nobody
        pixels = np.ascontiguousarray(rgb)
        height, width, _ = pixels.shape
        image, result = ctypes.c_void_p(), self._result_type()
        data = ctypes.cast(pixels.ctypes.data, ctypes.POINTER(ctypes.c_uint8))
        self._call("MpImageCreateFromUint8Data", self._format, width, height, data, pixels.size, ctypes.byref(image))
        try:
            with self._turn:
                if not self._handle:
                    raise RuntimeError("the landmarker is closed")
                self._call(function, self._handle, image, None, *stamp_ms, ctypes.byref(result))
        finally:
            self._library.MpImageFree(image)
        try:
            return _copied(result)
        finally:
            self._library.MpPoseLandmarkerCloseResult(ctypes.byref(result))

    def _call(self, function: str, *arguments: Any) -> None:
        message = ctypes.c_char_p()
        status = getattr(self._library, function)(*arguments, ctypes.byref(message))
        if status:
            from mediapipe.tasks.python.core.mediapipe_c_utils import handle_status

            try:
                handle_status(status, message)
            finally:
                if message:
                    self._library.MpErrorFree(message)


def _copied(result: Any) -> Float32Array:
    if result.pose_world_landmarks_count != result.pose_landmarks_count:
        raise RuntimeError("MediaPipe gave other people in the picture than in space")
    poses = np.empty((result.pose_landmarks_count, N_LANDMARKS, COLUMNS), dtype=np.float32)
    for number, pose in enumerate(poses):
        pose[:, :3] = _numbers(result.pose_landmarks[number], ("x", "y", "visibility"))
        pose[:, 3:] = _numbers(result.pose_world_landmarks[number], ("x", "y", "z"))
    return poses


def _numbers(landmarks: Any, names: tuple[str, ...]) -> Float32Array:
    """(33, len(names)) numbers of landmarks, which the library keeps one behind the other."""
    first = landmarks.landmarks
    kind = first._type_
    raw = ctypes.string_at(first, landmarks.landmarks_count * ctypes.sizeof(kind))
    places = [getattr(kind, name).offset // 4 for name in names]
    return np.frombuffer(raw, dtype=np.float32).reshape(landmarks.landmarks_count, -1)[:, places]
