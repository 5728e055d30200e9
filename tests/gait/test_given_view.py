"""A view that the person gave against what the track shows."""

from __future__ import annotations

import pytest

from .runs import check, measured, track_of


@pytest.mark.parametrize(
    ("filmed", "given", "words"),
    [
        ("right", "rear", "filmed from a side, not from behind"),
        ("rear", "left", "filmed from behind, not from a side"),
        ("front", "right", "filmed from the front, not from a side"),
    ],
)
def test_a_view_of_the_other_plane_makes_everything_doubtful(filmed: str, given: str, words: str) -> None:
    gait = measured(track_of(filmed), view=given)
    assert (gait.view, gait.view_source) == (given, "given")
    square = check(gait, "camera_square")
    assert square.ok is False
    assert words in square.message
    assert "measured" not in {m.status for m in gait.measures}
