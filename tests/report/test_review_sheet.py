"""The review sheet shows the events of a few steps with their lines; where nobody runs, the clip's lowest moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.analyze import VideoAnalysis
from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.result import SIDES
from gaitcheck.report.draw import SIDE_BGR
from gaitcheck.report.review_sheet import (
    about,
    draw_moment,
    hip_height,
    knees_way_in,
    knees_when_low,
    moments,
    numbers,
    write_review_sheet,
)
from gaitcheck.track import Landmark
from tests.report.factory import make_analysis


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> VideoAnalysis:
    return make_analysis(tmp_path_factory.mktemp("clip")).videos[0]


def without_steps(video: VideoAnalysis) -> VideoAnalysis:
    return replace(video, gait=replace(video.gait, steps=()))


def test_three_stills_of_each_step_of_both_legs(video: VideoAnalysis) -> None:
    found = moments(video, 2)
    for side in SIDES:
        titles = [one.title for one in found if one.side == side]
        assert len(titles) <= 6
        contacts, middles, offs = (
            sum(words in title for title in titles) for words in ("initial contact", "midstance", "toe-off")
        )
        assert contacts == middles == 2
        assert offs in (1, 2)  # the last step's toe-off may lie after the end
    assert [one.row for one in found] == sorted(one.row for one in found)


def test_no_event_is_shown_by_a_frame_that_repeats_the_one_before(video: VideoAnalysis) -> None:
    raw = video.raw_track
    repeats = np.arange(8, len(raw), 6)
    shown = np.arange(len(raw))
    shown[repeats] -= 1
    stretched = replace(video, runner=replace(video.runner, track=replace(raw, xy_px=raw.xy_px[shown])))
    assert {one.row for one in moments(video, 20)} & set(repeats.tolist())
    found = moments(stretched, 20)
    assert len(found) == len(moments(video, 20))
    assert not {one.row for one in found} & set(repeats.tolist())


def test_a_still_carries_the_legs_line_and_its_numbers(video: VideoAnalysis) -> None:
    one = next(one for one in moments(video, 1) if "midstance" in one.title)
    width, height = video.raw_track.frame_size_px
    picture = draw_moment(np.full((height, width, 3), 90, np.uint8), video, one)
    assert one.side is not None
    own, other = (
        (np.abs(picture.astype(int) - np.array(SIDE_BGR[side])).sum(axis=2) < 60).sum()
        for side in (one.side, SIDES[1 - SIDES.index(one.side)])
    )
    assert own > 20
    assert other == 0
    written = numbers(video.gait, one)
    assert any("knee inward" in words for words in written)


def test_without_steps_the_lowest_moment_is_among_the_stills(video: VideoAnalysis) -> None:
    still = without_steps(video)
    found = moments(still, 3)
    lowest = next(one for one in found if "hips lowest" in one.title)
    hips = still.gait.track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1].mean(axis=1)
    assert lowest.row == int(np.nanargmax(hips))
    assert len(found) in (6, 7)
    assert hip_height(still.gait)[lowest.row] == 0


def test_the_knee_that_falls_in_is_named_by_sign(video: VideoAnalysis) -> None:
    gait = without_steps(video).gait
    n = len(gait.track)
    series = {**gait.series, ("knee_valgus", "left"): np.full(n, 2.0), ("knee_valgus", "right"): np.full(n, 9.5)}
    squat = replace(video, gait=replace(gait, series=series))
    assert knees_when_low(squat.gait) == {"left": pytest.approx(2.0), "right": pytest.approx(9.5)}
    assert any("+7.5 degrees further in than the left" in words for words in about(squat))


def test_a_knees_way_in_is_that_over_its_foot(video: VideoAnalysis) -> None:
    """From the front the right leg is image-left: its knee goes inward to the picture's right."""
    gait = without_steps(video).gait
    xy = np.zeros_like(gait.track.xy_px)
    n = len(xy)
    depth = np.sin(np.linspace(0, np.pi, n))
    for left, x in ((Landmark.LEFT_HIP, 60.0), (Landmark.LEFT_KNEE, 60.0), (Landmark.LEFT_ANKLE, 60.0)):
        xy[:, left, 0], xy[:, left + 1, 0] = 200 + x, 200 - x
    for joint, y in ((Landmark.LEFT_HIP, 100.0), (Landmark.LEFT_KNEE, 200.0), (Landmark.LEFT_ANKLE, 300.0)):
        xy[:, [joint, joint + 1], 1] = y
    xy[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1] += 60 * depth[:, None]
    xy[:, Landmark.RIGHT_KNEE, 0] += 20 * depth
    squat = replace(gait, view="front", track=replace(gait.track, xy_px=xy))
    ways = knees_way_in(squat)
    assert ways is not None
    assert ways["left"] == pytest.approx(0.0, abs=1e-9)
    assert 5.0 < ways["right"] < 10.0
    behind = knees_way_in(replace(squat, view="rear"))
    assert behind is not None
    assert behind["right"] == pytest.approx(-ways["right"])
    assert knees_way_in(replace(squat, view="left")) is None
    assert any("right one +" in words and "% further in" in words for words in about(replace(video, gait=squat)))


def test_the_sheet_is_one_file_with_its_pictures_inside(tmp_path: Path) -> None:
    analysis = make_analysis(tmp_path)
    (file,) = write_review_sheet(analysis, tmp_path / "out", steps_a_side=1)
    page = file.read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,/9j/") == page.count("<figure>") == len(moments(analysis.videos[0], 1))
    assert [one.name for one in (tmp_path / "out").iterdir()] == [file.name]


def test_a_missing_video_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    analysis = make_analysis(tmp_path)
    gone = replace(analysis, videos=tuple(replace(v, path=tmp_path / "gone.mp4") for v in analysis.videos))
    with pytest.raises(UnusableInputError, match="name the video itself"):
        write_review_sheet(gone, tmp_path / "out")
    assert not (tmp_path / "out").exists()
