"""What is kept of the pelvis in each frame: small, aligned with the track, and on the disk where it is large."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitcheck.errors import MissingComponentError
from gaitcheck.pose.pelvis.dots import DOT_NUMBERS, MOST_DOTS
from gaitcheck.pose.pelvis.evidence import (
    PATCH_BYTES,
    PATCH_PX,
    EvidenceStore,
    PelvisEvidence,
    evidence,
)
from gaitcheck.video.reader import FrameReader
from gaitcheck.video.writer import VideoSink

from .drawn_pelvis import SIZE, Drawn, landmarks, pair, picture

HIPS = (180.0, 260.0)


def evidence_of(number: int) -> PelvisEvidence:
    dots = np.full((MOST_DOTS, DOT_NUMBERS), np.nan, dtype=np.float32)
    dots[0] = number
    return PelvisEvidence(np.full(4, float(number)), dots, np.full(PATCH_BYTES, number, dtype=np.uint8))


def test_poses_find_their_evidence_again_whatever_lay_between_them() -> None:
    """Two people, and poses seen from the side, which have none."""
    with EvidenceStore() as store:
        numbers = [store.add(None if number % 5 == 3 else evidence_of(number)) for number in range(20)]
        frames, poses = np.array([0, 1, 2, 4, 5]), np.array([1, 3, 6, 8, 11])
        found = store.of_frames(frames, np.array(numbers)[poses], 7)
        assert found.present.tolist() == [True, False, True, False, False, True, False]
        assert len(found) == 7
        assert found.scale[[0, 2, 5]].tolist() == [1, 6, 11]
        assert np.isnan(found.origin_px[[1, 3, 4, 6]]).all()
        assert found.dots[5, 0].tolist() == [11.0] * DOT_NUMBERS
        patches = found.patches(np.array([5, 0]))
        assert patches.shape == (2, PATCH_PX[1], PATCH_PX[0], 3)
        assert [int(patch[0, 0, 0]) for patch in patches] == [11, 1]
        with pytest.raises(ValueError, match="not looked at"):
            found.patches(np.array([0, 1]))


def test_a_runner_who_was_never_seen_has_no_evidence() -> None:
    none = np.zeros(0, dtype=np.int64)
    with EvidenceStore() as store:
        assert not store.of_frames(none, none, 3).present.any()
        assert not store.of_frames(np.array([0]), np.array([store.add(None)]), 3).present.any()


def test_a_frame_looks_the_same_whatever_came_before() -> None:
    frame, xy = Drawn(picture(HIPS, pair(HIPS, 4))), landmarks(HIPS)
    first = evidence(frame, xy)
    evidence(Drawn(picture(HIPS, pair(HIPS, -4), seed=3)), xy)
    again = evidence(frame, xy)
    assert first is not None
    assert again is not None
    for name in ("place", "dots", "patch"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert evidence(frame, landmarks(HIPS, side_view=True)) is None


def test_no_room_for_temporary_files_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gaitcheck.pose.pelvis.evidence.tempfile.TemporaryFile", full)
    with pytest.raises(MissingComponentError, match="free some space"):
        EvidenceStore()


@pytest.mark.parametrize("hips", [HIPS, (40.0, 200.0)])
def test_the_part_around_the_pelvis_shows_what_the_whole_frame_shows(tmp_path: Path, hips: tuple[float, float]) -> None:
    """Also where the crop leaves the picture."""
    path = tmp_path / "runner.mp4"
    with VideoSink(path, (SIZE[0] - SIZE[0] % 2, SIZE[1] - SIZE[1] % 2)) as sink:
        sink.append(sink.encode((picture(hips, pair(hips, 4)), i / 30) for i in range(2)))
    frame, xy = next(FrameReader(path).frames()), landmarks(hips)
    part, whole = evidence(frame, xy), evidence(Drawn(frame.bgr), xy)
    assert part is not None
    assert whole is not None
    np.testing.assert_array_equal(part.place, whole.place)
    assert np.isfinite(whole.dots).any() or hips != HIPS
    by_place = [dots[np.argsort(dots[:, 0])] for dots in (part.dots[:, :3], whole.dots[:, :3])]
    np.testing.assert_allclose(*by_place, atol=0.1)
    assert np.abs(part.patch.astype(int) - whole.patch.astype(int)).mean() < 2
    assert evidence(frame, landmarks(hips, side_view=True)) is None
