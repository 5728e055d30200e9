"""MediaPipe's PoseLandmarker with one model, for all threads that work on a video."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gaitcheck.cores import takes_long
from gaitcheck.errors import MissingComponentError, ModelError, no_temporary_room
from gaitcheck.native_logs import hush_libraries
from gaitcheck.pose.joints_only import joints_only
from gaitcheck.unused import UNUSED_BY_MEDIAPIPE, loaded_later

if TYPE_CHECKING:
    from gaitcheck.pose.native import Float32Array, PoseLandmarker, UInt8Array

#: At most so many people are seen at once.
MOST_PEOPLE = 4
#: MediaPipe on Windows has long taken whole paths for parts of its own folder, and opens none beyond ASCII.
_FROM_A_FILE = sys.platform != "win32"


class PoseModel(AbstractContextManager["PoseModel"]):
    """MediaPipe and a pose model, loaded in a thread of their own while others work; the C++ parts live until closed.

    Parameters
    ----------
    model : the file of the pose model.

    Raises
    ------
    ModelError
        Where something of it is used first: the file is no pose landmarker.
    MissingComponentError
        There too: MediaPipe cannot be loaded, or the folder for temporary files cannot be written.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._open = ExitStack()
        loader = ThreadPoolExecutor(1, "model", takes_long)
        self._loaded = loader.submit(self._load)
        loader.shutdown(wait=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release it; the followers it made live on until they are closed."""
        wait([self._loaded])
        self._open.close()

    def look(self, rgb: UInt8Array) -> Float32Array:
        """Poses of all people in a picture; it takes one picture after the other, whoever gives them."""
        _, looker = self._loaded.result()
        return looker.detect(rgb)

    def follower(self, people: int) -> PoseLandmarker:
        """A landmarker that follows so many people through a video; whoever asks for it closes it."""
        from gaitcheck.pose.native import PoseLandmarker

        options, _ = self._loaded.result()
        return PoseLandmarker(options, "VIDEO", people)

    def _load(self) -> tuple[Any, PoseLandmarker]:
        """MediaPipe's options with the model in them, and the landmarker that looks at single pictures."""
        load_mediapipe()
        from gaitcheck.pose.native import PoseLandmarker

        try:
            options = self._options(joints_only(self._model))
            looker = PoseLandmarker(options, "IMAGE", MOST_PEOPLE)
            self._open.callback(looker.close)
            return options, looker
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelError(
                f"The pose model {self._model} cannot be used ({error}): "
                "run `gaitcheck models install` to get a sound one."
            ) from error

    def _options(self, content: bytes) -> Any:
        """A file is mapped once for all landmarkers; what is given in memory MediaPipe copies again and again."""
        from mediapipe.tasks.python import BaseOptions

        if not _FROM_A_FILE:
            return BaseOptions(model_asset_buffer=content)
        try:
            folder = tempfile.TemporaryDirectory(prefix="gaitcheck-", ignore_cleanup_errors=True)
            file = Path(self._open.enter_context(folder)) / "joints_only.task"
            file.write_bytes(content)
        except OSError as error:
            raise no_temporary_room(error) from error
        return BaseOptions(model_asset_path=str(file))


def load_mediapipe() -> None:
    """Load MediaPipe without what it loads for nothing; raises MissingComponentError where it cannot be loaded."""
    hush_libraries()
    try:
        with loaded_later(UNUSED_BY_MEDIAPIPE):
            import mediapipe.tasks.python.vision  # noqa: F401
    except (ImportError, OSError) as error:
        raise MissingComponentError(
            f"MediaPipe, which finds the joints, cannot be loaded ({error}): run `gaitcheck doctor` for what to do."
        ) from error
