"""What is decided about a whole run: the best view of each measure, and what is refused before the long work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gait.runs import track_of

import gaitcheck.pose.install
import gaitcheck.pose.landmarker
import gaitcheck.video.probe
from gaitcheck.analyze import _video_checks, analyze, best_measures, same_run_checks
from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.pipeline import measure_gait
from gaitcheck.gait.result import GaitResult, Measure
from gaitcheck.pose.install import ModelFile
from gaitcheck.report.document import to_document
from gaitcheck.settings import Settings
from gaitcheck.track import RunnerTrack
from gaitcheck.video.facts import VideoFacts


def run_from(view: str) -> GaitResult:
    return measure_gait(track_of(view), Settings(), seconds_per_video_second=1.0)


def changed(gait: GaitResult, name: str, **values: Any) -> GaitResult:
    return replace(gait, measures=tuple(replace(m, **values) if m.id == name else m for m in gait.measures))


def facts(**values: Any) -> VideoFacts:
    return VideoFacts(
        **{
            "file_name": "run.mp4",
            "size_bytes": 1,
            "container": "mp4",
            "codec": "h264",
            "pixel_format": "yuv420p",
            "width_px": 720,
            "height_px": 1280,
            "rotation_deg": 0,
            "duration_s": 8.0,
            "frame_count": 480,
            "playback_fps": 60.0,
            "variable_frame_rate": False,
            "capture_fps": None,
            "capture_fps_source": None,
            **values,
        }
    )


@pytest.mark.parametrize("order", [("rear", "right"), ("right", "rear")])
def test_each_measure_comes_from_the_view_that_can_show_it(order: tuple[str, str]) -> None:
    views = [run_from(view) for view in order]
    best = {(m.id, m.side): m for m in best_measures(views)}
    assert [(m.id, m.side) for m in views[0].measures] == list(best)
    for name, side, view in [
        ("femoral_adduction", "left", "rear"),
        ("femoral_adduction", "right", "rear"),
        ("forward_trunk_lean", None, "right"),
        ("overstride", "right", "right"),
        ("contact_time", "right", "right"),
    ]:
        assert (best[name, side].view, best[name, side].status) == (view, "measured"), name
    for name, side, view in [("knee_valgus", "left", "rear"), ("knee_flexion_ic", "right", "right")]:
        assert (best[name, side].view, best[name, side].status) == (view, "borderline"), name
    assert best["knee_flexion_ic", "left"].status == "not_measurable"


def test_a_sure_value_goes_before_the_better_suited_view() -> None:
    rear, side = run_from("rear"), run_from("right")

    def cadence(rear: GaitResult, side: GaitResult) -> Measure:
        return next(m for m in best_measures([rear, side]) if m.id == "cadence")

    assert cadence(changed(rear, "cadence", status="borderline", reason="few"), side).view == "right"
    withheld = changed(rear, "cadence", status="not_measurable", mean=None, uncertainty=None, view=None)
    assert cadence(withheld, changed(side, "cadence", status="borderline", reason="few")).view == "right"


def test_two_films_of_one_view_give_the_less_uncertain_value() -> None:
    first = run_from("rear")
    second = changed(first, "cadence", mean=1.0, uncertainty=0.1)
    cadence = next(m for m in best_measures([first, second]) if m.id == "cadence")
    assert cadence.mean == 1.0


@pytest.mark.parametrize(
    ("person", "words"),
    [(None, "the one who runs in place was followed"), (2, "person 2 from the picture's left was followed")],
)
def test_who_was_followed(person: int | None, words: str) -> None:
    runner: Any = SimpleNamespace(persons_seen=3, damaged=None)
    (check,) = _video_checks(facts(), runner, person)
    assert check.ok is False
    assert check.message == f"Up to 3 people were seen together; {words}."


def test_a_baseline_beyond_the_end_is_refused_before_the_long_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaitcheck.video.probe, "probe", lambda path: facts(file_name=path.name))
    with pytest.raises(UnusableInputError, match=r"begins at 9 s, but b.mp4 lasts 8\.0 s"):
        analyze([Path("b.mp4")], Settings(baseline_s=(9.0, 10.0)))


def test_a_fast_file_is_not_looked_at_whole_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    video = tmp_path / "fast.mp4"
    video.write_bytes(b"played")
    fast = facts(file_name="fast.mp4", playback_fps=30.0, capture_fps=240.0, frame_count=1440, duration_s=48.0)
    looked_at = []

    def played(path: Path, model: object, *, person: int | None, every: int, progress: object) -> RunnerTrack:
        looked_at.append(every)
        track = track_of("right", fps=240 / every, duration_s=6)
        return RunnerTrack(replace(track, time_s=track.time_s * 8), persons_seen=1, every=every)

    monkeypatch.setattr(gaitcheck.video.probe, "probe", lambda path: fast)
    monkeypatch.setattr(gaitcheck.pose.install, "model_file", lambda name, path: ModelFile("full", path, "a" * 64))
    monkeypatch.setattr(gaitcheck.pose.landmarker, "track_runner", played)
    messages = {}
    for analysis_fps in (60.0, 240.0):
        analysis = analyze([video], Settings(analysis_fps=analysis_fps))
        (check,) = (c for c in analysis.videos[0].gait.quality.checks if c.id == "frame_rate")
        assert check.ok
        messages[analysis_fps] = check.message
        assert to_document(analysis).videos[0].every == looked_at[-1]
    assert looked_at == [4, 1]
    assert messages == {
        60.0: "Filmed at 240 frames a second; one in 4 was looked at.",
        240.0: "Filmed at 240 frames a second.",
    }


def test_videos_of_two_runs_are_noticed() -> None:
    def video(name: str, cadence: float | None) -> Any:
        gait = changed(run_from("rear"), "cadence", mean=cadence)
        return SimpleNamespace(gait=gait, facts=facts(file_name=name))

    videos = [video("rear.mp4", 172.1), video("side.mp4", 163.3)]
    (check,) = same_run_checks(videos[0], videos)
    assert check.ok is False
    assert check.message == "Here the steps come at 172 a minute, in side.mp4 at 163: not the same run?"
    alike = [video("rear.mp4", 168.0), video("side.mp4", 163.3)]
    assert [check.ok for one in alike for check in same_run_checks(one, alike)] == [True, True]
    assert same_run_checks(videos[0], videos[:1]) == ()
    withheld = [video("rear.mp4", None), video("side.mp4", 163.3)]
    assert [same_run_checks(one, withheld) for one in withheld] == [(), ()]


def test_no_video() -> None:
    with pytest.raises(UnusableInputError, match="No video"):
        analyze([], Settings())
