"""What is said about the frame rate."""

from __future__ import annotations

import pytest

from .runs import check, measured, track_of


@pytest.mark.parametrize(("fps", "ok"), [(30, False), (60, True)])
def test_rate_of_a_plain_video(fps: int, ok: bool) -> None:
    rate = check(measured(track_of("right", fps=fps)), "frame_rate")
    assert (rate.ok, rate.message) == (ok, f"Filmed at {fps} frames a second.")
    assert (rate.advice is None) is ok


def test_nobody_knows_the_rate_of_suspected_slow_motion() -> None:
    """120 frames a second played at 30 were not filmed at 30."""
    slow = measured(track_of("right", fps=120, clip={"playback_fps": 30}), None)
    rate = check(slow, "frame_rate")
    assert (rate.ok, rate.advice) == (None, None)
    assert rate.message == "Plays at 30 frames a second; at how many it was filmed is not known."
