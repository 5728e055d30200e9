"""What is kept of the pelvis in each frame, small enough for an hour of video."""

from __future__ import annotations

import tempfile
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import no_temporary_room
from gaitcheck.pose.pelvis.crop import PelvisCrop, Picture, UInt8Array, pelvis_crop
from gaitcheck.pose.pelvis.dots import DOT_NUMBERS, MOST_DOTS, DotLooks, find_dots, no_dots
from gaitcheck.track import FloatArray

Float32Array = NDArray[np.float32]

#: Size of the patch kept of the clothing (width, height), crop pixels for each of its own, and its first crop pixel.
PATCH_PX = (96, 64)
PATCH_STEP = 2
PATCH_AT = (48, 13)
#: Bytes of a patch as stored: lightness, then both colours at half the resolution, as video itself is coded.
PATCH_BYTES = PATCH_PX[0] * PATCH_PX[1] * 3 // 2
_PLACE = 4  # x and y of the origin, scale, trunk length


@dataclass(frozen=True)
class PelvisEvidence:
    """What one frame shows of one person's pelvis.

    Attributes
    ----------
    place : (4,) float64: picture place x, y of the middle of the crop's first pixel, picture pixels per crop pixel,
        trunk length in picture pixels.
    dots : (MOST_DOTS, DOT_NUMBERS) float32, possible stickers (see `dots.find_dots`), NaN rows where there are fewer or
        none were looked for.
    patch : (PATCH_BYTES,) uint8, the clothing around the waist.
    """

    place: FloatArray
    dots: Float32Array
    patch: UInt8Array


class PelvisLooks:
    """Looks at the pelvis in the frames of a stretch, one after the other.

    Parameters
    ----------
    goes_on : the stretch is not a video's first.
    """

    def __init__(self, goes_on: bool) -> None:
        self._dots = DotLooks(goes_on)

    def of(
        self, picture: Picture, poses: NDArray[np.floating], number: int, time_s: float
    ) -> list[PelvisEvidence | None]:
        """What the frame of this number and time shows of each of (N, 33, ...) poses (see `evidence`)."""
        dots = self._dots.due(number, time_s)
        looks = [evidence(picture, pose[:, :2], dots=dots) for pose in poses]
        for look in looks:
            if look is not None:
                self._dots.saw(time_s, int(np.isfinite(look.dots[:, 0]).sum()))
        return looks


def evidence(picture: Picture, xy_px: NDArray[np.floating], *, dots: bool = True) -> PelvisEvidence | None:
    """Look at one person's pelvis in one frame, without regard to any other frame.

    Parameters
    ----------
    picture : the frame at full resolution.
    xy_px : (33, 2) landmarks in picture pixels.
    dots : whether stickers are looked for.

    Returns
    -------
    None where the person is not seen from behind or in front (see `crop.pelvis_crop`).
    """
    crop = pelvis_crop(picture, xy_px)
    if crop is None:
        return None
    return PelvisEvidence(
        place=np.array([*crop.origin_px, crop.scale, crop.trunk_px]),
        dots=find_dots(picture, crop) if dots else no_dots(),
        patch=_patch(crop),
    )


def _patch(crop: PelvisCrop) -> UInt8Array:
    (x, y), (wide, tall) = PATCH_AT, PATCH_PX
    part = crop.bgr[y : y + PATCH_STEP * tall, x : x + PATCH_STEP * wide]
    lab = cv2.cvtColor(cv2.resize(part, PATCH_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB)
    colour = cv2.resize(lab[..., 1:], (wide // 2, tall // 2), interpolation=cv2.INTER_AREA)
    return np.concatenate([lab[..., 0].ravel(), colour.ravel()])


def _unpacked(stored: bytes) -> UInt8Array:
    """(64, 96, 3) CIE L*, a*, b* as OpenCV codes them in bytes."""
    wide, tall = PATCH_PX
    flat = np.frombuffer(stored, dtype=np.uint8)
    light, colour = flat[: wide * tall].reshape(tall, wide), flat[wide * tall :].reshape(tall // 2, wide // 2, 2)
    return np.asarray(cv2.merge([light, cv2.resize(colour, PATCH_PX, interpolation=cv2.INTER_LINEAR)]), np.uint8)


@dataclass(frozen=True)
class Evidence:
    """What T frames show of one person, aligned with the rows of the pose track.

    Attributes
    ----------
    present : (T,) True where the pelvis was looked at.
    origin_px : (T, 2) picture place of the middle of the crop's first pixel; NaN where not present, as all numbers.
    scale : (T,) picture pixels per crop pixel. The crop is never turned.
    trunk_px : (T,) trunk length in picture pixels.
    dots : (T, MOST_DOTS, DOT_NUMBERS) float32; NaN where no stickers were looked for.
    """

    present: NDArray[np.bool_]
    origin_px: FloatArray
    scale: FloatArray
    trunk_px: FloatArray
    dots: Float32Array
    _store: EvidenceStore
    _index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.present)

    def patches(self, rows: NDArray[np.integer]) -> UInt8Array:
        """(N, 64, 96, 3) patches of the given rows, read from the temporary file: ask for some hundred at a time.

        They show the waist as CIE L*, a*, b* in OpenCV's byte code; crop pixel = `PATCH_AT` + `PATCH_STEP` * patch
        pixel + (`PATCH_STEP` - 1) / 2.

        Raises ValueError for rows that are not `present`.
        """
        if not self.present[rows].all():
            raise ValueError("there is no patch of a frame in which the pelvis was not looked at")
        return self._store.patches(self._index[rows])


class EvidenceStore(AbstractContextManager["EvidenceStore"]):
    """Takes the evidence of one pose after another; the patches go to a temporary file that vanishes on closing."""

    def __init__(self) -> None:
        self._numbers: list[bytes] = []
        self._lock = threading.Lock()
        try:
            self._file = tempfile.TemporaryFile(prefix="gaitcheck-")  # noqa: SIM115 (closed by __exit__)
        except OSError as error:
            raise no_temporary_room(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, one: PelvisEvidence | None) -> int:
        """Keep one pose's evidence and give it a number, which is -1 where there is none; any thread may add."""
        if one is None:
            return -1
        with self._lock:
            try:
                self._file.write(one.patch.tobytes())
            except OSError as error:
                raise no_temporary_room(error) from error
            self._numbers.append(one.place.astype(np.float64).tobytes() + one.dots.astype(np.float32).tobytes())
            return len(self._numbers) - 1

    def patches(self, numbers: NDArray[np.int64]) -> UInt8Array:
        """(N, 64, 96, 3) patches by their number among those kept."""
        out = np.empty((len(numbers), PATCH_PX[1], PATCH_PX[0], 3), dtype=np.uint8)
        for one, number in zip(out, numbers, strict=True):
            self._file.seek(int(number) * PATCH_BYTES)
            one[:] = _unpacked(self._file.read(PATCH_BYTES))
        return out

    def of_frames(self, frames: NDArray[np.int64], numbers: NDArray[np.int64], count: int) -> Evidence:
        """Evidence of one person by frame.

        Parameters
        ----------
        frames, numbers : (N,) frame and number (as `add` gave it) of each sight of the person.
        count : T, frames of the video.
        """
        rows, numbers = frames[numbers >= 0], numbers[numbers >= 0]
        present = np.zeros(count, dtype=bool)
        present[rows] = True
        index = np.full(count, -1, dtype=np.int64)
        index[rows] = numbers
        place = np.full((count, _PLACE), np.nan)
        dots = np.full((count, MOST_DOTS, DOT_NUMBERS), np.nan, dtype=np.float32)
        for row, number in zip(rows, numbers, strict=True):
            raw = self._numbers[number]
            place[row] = np.frombuffer(raw, np.float64, _PLACE)
            dots[row] = np.frombuffer(raw, np.float32, dots[row].size, 8 * _PLACE).reshape(dots[row].shape)
        return Evidence(present, place[:, :2], place[:, 2], place[:, 3], dots, self, index)
