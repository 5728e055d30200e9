from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from gaitcheck.analyze import Analysis, VideoAnalysis
from gaitcheck.angles import rotated
from gaitcheck.errors import Cancelled
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.definition import Signals
from gaitcheck.gait.pelvis import PelvisLine as Line
from gaitcheck.gait.result import SIDES
from gaitcheck.report.annotate import draw_stills, draw_video, fitted, output_size, stretches
from gaitcheck.report.annotators import (
    PelvisLine,
    Scene,
    Skeleton,
    annotators_for,
    current_events,
    panel_rows,
    ribbon_height,
)
from gaitcheck.report.document import Still
from gaitcheck.report.draw import Style
from gaitcheck.report.frames import frames_of, near_each_other
from gaitcheck.report.pelvis import LEAST_HIP_WIDTHS, pelvis_ends
from gaitcheck.report.stills import ANGLES, arms
from gaitcheck.settings import View
from gaitcheck.track import Landmark, PelvisTrack, PoseTrack
from gaitcheck.video.reader import FrameReader

from .factory import FPS, FRAMES, GREY, SIZE, make_video_analysis, runner


def drawn(video: VideoAnalysis, folder: Path) -> Path:
    draw_video(video, folder / "annotated.mp4", progress=lambda share: None)
    return folder / "annotated.mp4"


def stills_of(video: VideoAnalysis, folder: Path) -> tuple[Still, ...]:
    return draw_stills(video, 1, folder, prefix="rear")


@pytest.fixture(scope="module")
def clip(rear: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(rear.videos[0], tmp_path_factory.mktemp("annotated"))


def test_the_annotated_video_has_every_frame_at_its_time(clip: Path, rear: Analysis) -> None:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        times = [frame.time for frame in container.decode(stream)]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.width == SIZE[0]
    np.testing.assert_allclose(times, np.arange(FRAMES) / FPS, atol=1e-4)


def test_the_file_does_not_depend_on_the_number_of_workers(
    rear: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaitcheck.report.annotate.STRETCH_FRAMES", 15)
    made = []
    for workers in ("1", "3"):
        monkeypatch.setenv("GAITCHECK_WORKERS", workers)
        (tmp_path / workers).mkdir()
        made.append(drawn(rear.videos[0], tmp_path / workers).read_bytes())
    assert made[0] == made[1]
    with av.open(str(tmp_path / "3" / "annotated.mp4")) as container:
        stream = container.streams.video[0]
        packets = [p for p in container.demux(stream) if p.size]
        np.testing.assert_allclose(
            [float(p.pts * stream.time_base) for p in packets], np.arange(FRAMES) / FPS, atol=1e-4
        )
        # stretches of 20, 20 and 20 frames, each with a key frame of its own
        assert [i for i, p in enumerate(packets) if p.is_keyframe] == [0, 20, 40]


def test_a_stretch_of_which_no_frame_can_be_read_is_left_out(
    rear: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gaitcheck.report.annotate.STRETCH_FRAMES", 15)
    path = tmp_path / "broken.mp4"
    content = bytearray(rear.videos[0].path.read_bytes())
    with av.open(str(rear.videos[0].path)) as container:
        packets = sorted((p.pts, p.pos, p.size) for p in container.demux(video=0) if p.size)
    for _, start, size in packets[20:40]:
        # what says which frames are key frames stays; their pictures are gone
        content[start + 5 : start + size] = b"\xff" * (size - 5)
    path.write_bytes(content)
    with av.open(str(drawn(replace(rear.videos[0], path=path), tmp_path))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, np.delete(np.arange(FRAMES), range(20, 40)) / FPS, atol=1e-4)


def test_a_track_of_every_second_frame_gives_a_video_of_these(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]

    def halved(track: PoseTrack) -> PoseTrack:
        return replace(
            track,
            time_s=track.time_s[::2],
            xy_px=track.xy_px[::2],
            visibility=track.visibility[::2],
            world_m=track.world_m[::2],
        )

    half = replace(
        video,
        runner=replace(video.runner, track=halved(video.raw_track)),
        gait=replace(
            video.gait,
            track=halved(video.gait.track),
            series={key: values[::2] for key, values in video.gait.series.items()},
        ),
    )
    with av.open(str(drawn(half, tmp_path))) as container:
        times = [frame.time for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(0, FRAMES, 2) / FPS, atol=1e-4)
    for still in stills_of(half, tmp_path):
        assert round(still.time_s * FPS) % 2 == 0


def test_stretches_begin_with_key_frames_and_are_long_enough() -> None:
    assert stretches([], 700) == [range(700)]
    assert stretches([0, 250, 500], 700) == [range(250), range(250, 500), range(500, 700)]
    # none is shorter than the least, not even the last
    assert stretches(list(range(0, 700, 40)), 700) == [*(range(a, a + 80) for a in range(0, 640, 80)), range(640, 700)]
    assert stretches(list(range(0, 700, 30)), 680)[-1] == range(600, 680)


def test_stills_that_lie_near_each_other_are_read_in_one_go() -> None:
    assert near_each_other([5]) == [range(5, 6)]
    assert near_each_other([5, 9, 20, 400, 455, 900]) == [range(5, 21), range(400, 456), range(900, 901)]


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_row_gets_the_frame_it_was_found_in(
    every: int, indexed: bool, rear: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not indexed:
        monkeypatch.setattr("gaitcheck.video.reader.frame_index", lambda path: None)
    time_s = rear.videos[0].raw_track.time_s[::every]
    with FrameReader(rear.videos[0].path) as reader:
        found = [(frame.index, row) for frame, row in frames_of(reader, time_s, range(7, 15))]
    assert found == [(row * every, row) for row in range(7, 15)]


def test_stopping_stops_and_leaves_no_file(rear: Analysis, tmp_path: Path) -> None:
    def stop(share: float) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        draw_video(rear.videos[0], tmp_path / "annotated.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_browser_can_start_before_the_whole_file_is_there(clip: Path) -> None:
    data = clip.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_the_skeleton_is_drawn_on_the_joints_in_the_side_colours(clip: Path, rear: Analysis) -> None:
    row = 20
    with av.open(str(clip)) as container:
        picture = [f.to_ndarray(format="bgr24") for f in container.decode(video=0)][row].astype(int)
    track = rear.videos[0].gait.track
    for joint, stronger, weaker in ((Landmark.LEFT_KNEE, 0, 2), (Landmark.RIGHT_KNEE, 2, 0)):
        x, y = np.round(track.xy_px[row, joint]).astype(int)
        spot = picture[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1))
        assert spot[stronger] - spot[weaker] > 60, joint.name
    far_from_the_runner = picture[190:230, 5:40].mean(axis=(0, 1))
    np.testing.assert_allclose(far_from_the_runner, GREY, atol=12)


def annotated(video: VideoAnalysis, row: int) -> np.ndarray:
    annotators, canvas = annotators_for(video, SIZE)
    picture = np.full((canvas[1], canvas[0], 3), GREY, np.uint8)
    for annotate in annotators:
        annotate(picture, row)
    return picture


def test_a_frame_without_a_runner_gets_no_skeleton(rear: Analysis) -> None:
    around_the_hips = np.s_[180:230, 95:150]
    assert (annotated(rear.videos[0], 5)[around_the_hips] == GREY).all()
    assert (annotated(rear.videos[0], 6)[around_the_hips] != GREY).any()


def test_an_event_is_marked_from_its_frame_on_and_not_before(rear: Analysis) -> None:
    scene = Scene.of(rear.videos[0], SIZE)
    contact = rear.videos[0].gait.steps[2].initial_contact_s
    row = round(contact * FPS)
    assert ("left", "initial_contact") in current_events(scene, row)
    assert ("left", "initial_contact") not in current_events(scene, row - 1)
    assert ("left", "initial_contact") not in current_events(scene, row + 5)


def test_events_of_slow_motion_stay_as_long_on_the_screen(tmp_path: Path) -> None:
    rows = []
    for name, scale in (("plain", 1.0), ("slow", 0.25)):
        video = make_video_analysis(tmp_path / f"{name}.mp4", "rear", seconds_per_video_second=scale)
        scene = Scene.of(video, SIZE)
        rows.append([r for r in range(FRAMES) if ("left", "midstance") in current_events(scene, r)])
    assert rows[0] == rows[1] != []


def test_withheld_values_are_named_and_never_given_a_number(rear: Analysis) -> None:
    gait = rear.videos[0].gait
    shown = {row.label: set(row.values) for row in panel_rows(gait)}
    assert shown["pelvic drop"] == set()
    assert shown["knee inward"] == {"left", "right"}
    number = np.full(FRAMES, 5.0)
    wrong = replace(gait, series={**gait.series, ("contralateral_pelvic_drop", "left"): number})
    assert {row.label: set(row.values) for row in panel_rows(wrong)}["pelvic drop"] == set()


@pytest.mark.parametrize("view", ["rear", "right"])
def test_words_keep_off_the_runner(view: View, tmp_path: Path) -> None:
    video = make_video_analysis(tmp_path / "clip.mp4", view)
    annotators, canvas = annotators_for(video, SIZE)
    bare = np.full((canvas[1], canvas[0], 3), GREY, np.uint8)
    for annotate in annotators[3:]:
        annotate(bare, 20)
    assert (bare != GREY).any()
    joints = np.round(video.gait.track.xy_px[20]).astype(int)
    assert [tuple(j) for j in joints if (bare[j[1], j[0]] != GREY).any()] == []


def test_words_go_below_a_picture_that_the_runner_fills(rear: Analysis) -> None:
    video = rear.videos[0]
    track = video.gait.track
    low, high = np.nanmin(track.xy_px, axis=(0, 1)), np.nanmax(track.xy_px, axis=(0, 1))
    filling = replace(track, xy_px=(track.xy_px - low) / (high - low) * np.array(SIZE))
    _, canvas = annotators_for(replace(video, gait=replace(video.gait, track=filling)), SIZE)
    assert canvas[0] == SIZE[0]
    assert canvas[1] > SIZE[1] + 100
    assert canvas[1] % 2 == 0
    small = replace(track, xy_px=np.array(SIZE) / 2 + (track.xy_px - np.array(SIZE) / 2) * 0.25)
    _, canvas = annotators_for(replace(video, gait=replace(video.gait, track=small)), SIZE)
    assert canvas == SIZE


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        *[((1920, 1080), (960, 540)), ((1080, 1920), (540, 960)), ((3840, 2160), (1280, 720))],
        *[((641, 361), (640, 360)), ((1280, 720), (1280, 720))],
    ],
)
def test_the_output_is_at_most_1280_long_and_even(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert output_size(size) == wanted


def test_only_the_ribbon_goes_below_a_wide_picture_with_room_beside_the_runner(rear: Analysis) -> None:
    track = rear.videos[0].gait.track
    size = (1280, 720)
    low, high = np.nanmin(track.xy_px, axis=(0, 1)), np.nanmax(track.xy_px, axis=(0, 1))
    tall = replace(track, xy_px=(track.xy_px - low) / (high - low) * (150, 715) + (720, 2), frame_size_px=size)
    video = replace(rear.videos[0], gait=replace(rear.videos[0].gait, track=tall))
    _, canvas = annotators_for(video, size)
    assert canvas[0] == 1280
    assert canvas[1] - 720 == pytest.approx(ribbon_height(Style.of(size)), abs=1)


@pytest.mark.parametrize("size", [(608, 1080), (1080, 1920), (1920, 1080), (720, 1280), (360, 640), (2160, 3840)])
def test_a_strip_for_words_counts_for_the_longest_side(rear: Analysis, size: tuple[int, int]) -> None:
    track = rear.videos[0].gait.track
    low, high = np.nanmin(track.xy_px, axis=(0, 1)), np.nanmax(track.xy_px, axis=(0, 1))
    filling = replace(track, xy_px=(track.xy_px - low) / (high - low) * np.array(size), frame_size_px=size)
    video = replace(rear.videos[0], gait=replace(rear.videos[0].gait, track=filling))
    picture, canvas, _ = fitted(video)
    assert canvas[1] > picture[1]
    assert max(canvas) <= 1280
    assert [side % 2 for side in canvas] == [0, 0]
    assert picture[0] / picture[1] == pytest.approx(size[0] / size[1], rel=0.02)


def test_stills_show_each_event_of_each_side_with_the_value_of_their_frame(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    stills = stills_of(video, tmp_path)
    events = ("initial_contact", "midstance", "toe_off")
    assert [s.file for s in stills] == [f"stills/rear_{s}_{e}.jpg" for s in ("left", "right") for e in events]
    for still in stills:
        picture = cv2.imread(str(tmp_path / still.file))
        assert picture is not None
        assert min(picture.shape[:2]) > 300
        row = round(still.time_s * FPS)
        assert still.measure_id is not None
        assert still.value == video.gait.series[still.measure_id, still.side][row]


def test_the_still_is_of_the_step_nearest_the_median(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    values = video.gait.step_values["knee_valgus", "left"]
    steps = [s for s in video.gait.steps if s.side == "left"]
    typical = steps[int(np.argmin(np.abs(values - np.median(values))))]
    stills = stills_of(video, tmp_path)
    midstance = next(s for s in stills if (s.side, s.event) == ("left", "midstance"))
    assert midstance.measure_id == "knee_valgus"
    assert abs(midstance.time_s - typical.midstance_s) <= 0.5 / FPS + 1e-9


def test_a_still_of_withheld_measures_has_no_value(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    withheld = tuple(replace(m, mean=None, status="not_measurable") for m in video.gait.measures)
    stills = stills_of(replace(video, gait=replace(video.gait, measures=withheld)), tmp_path)
    assert len(stills) == 6
    assert {s.value for s in stills} == {None}


def test_a_video_without_steps_is_still_annotated(rear: Analysis, tmp_path: Path) -> None:
    video = rear.videos[0]
    nobody = replace(video.gait.track, xy_px=np.full((FRAMES, 33, 2), np.nan), visibility=np.full((FRAMES, 33), np.nan))
    bare = replace(video.gait, track=nobody, steps=(), series={}, step_values={}, view=None, measures=())
    assert stills_of(replace(video, gait=bare), tmp_path) == ()
    with av.open(str(drawn(replace(video, gait=bare), tmp_path))) as container:
        assert sum(1 for _ in container.decode(video=0)) == FRAMES


@pytest.mark.parametrize("roll_deg", [0.0, 7.0])
@pytest.mark.parametrize(
    ("view", "measure_id"), [(v, i) for i in ANGLES if REGISTRY[i].per_frame for v in REGISTRY[i].views]
)
def test_the_drawn_angle_is_the_one_that_is_written(view: View, measure_id: str, roll_deg: float) -> None:
    formula = REGISTRY[measure_id].per_frame
    assert formula is not None
    track = runner(np.arange(30) / FPS, view)
    middle = np.array(SIZE) / 2
    level_xy = rotated(track.xy_px, roll_deg, (float(middle[0]), float(middle[1])))
    forward = -1.0 if view == "left" else 1.0
    signals = Signals(track.time_s, level_xy, track.visibility, view, forward, 135.0, 135.0, 36.0, None, ())
    # a pelvis line as it lies in the picture: the runner's left end first
    tilt_deg = 6.0 * np.sin(np.arange(30) / 4) + 3.0
    along = 30 * np.stack([np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))], axis=1)
    ends = middle + np.stack([-along, along] if view == "rear" else [along, -along], axis=1)
    line = Line(tilt_deg - roll_deg, None, "stickers", "picture", 1.0, 0.5)
    signals = replace(signals, pelvis=line)
    points = np.concatenate([track.xy_px, ends], axis=1)
    for row in (0, 7, 12, 22):
        value = formula(signals, "left")[row]
        _, arm, reference = arms(ANGLES[measure_id], points[row], "left", roll_deg)
        turn = np.degrees(np.arctan2(arm[0] * reference[1] - arm[1] * reference[0], arm @ reference))
        assert abs(turn) == pytest.approx(abs(value), abs=1e-6)


def with_pelvis(video: VideoAnalysis, *, absolute: bool = True) -> VideoAnalysis:
    """The video with a pelvis line that tilts by 10 degrees, its picture's right end lower."""
    n = len(video.raw_track)
    middle = video.raw_track.xy_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1) - (0, 25)
    along = 10 * np.array([np.cos(np.radians(10)), np.sin(np.radians(10))])
    pelvis = PelvisTrack(
        time_s=video.raw_track.time_s,
        tilt_deg=np.full(n, 10.0),
        noise_deg=np.full(n, 0.2),
        ends_px=np.stack([middle - along, middle + along], axis=1),
        source="stickers" if absolute else "registration",
        absolute=absolute,
        zero_deg=1.0 if absolute else np.inf,
        swing_deg=0.5,
    )
    drops = {("contralateral_pelvic_drop", side): np.full(n, 10.0 if side == "left" else -10.0) for side in SIDES}
    measures = tuple(
        replace(m, mean=10.0 if m.side == "left" else -10.0, status="measured", reason=None)
        if m.id == "contralateral_pelvic_drop"
        else m
        for m in video.gait.measures
    )
    gait = replace(video.gait, measures=measures, series={**video.gait.series, **drops})
    return replace(video, gait=gait, runner=replace(video.runner, pelvis=pelvis))


@pytest.mark.parametrize("view", ["rear", "front"])
def test_the_pelvis_line_is_the_measured_one_with_the_runners_sides(view: View, tmp_path: Path) -> None:
    video = with_pelvis(make_video_analysis(tmp_path / "clip.mp4", view))
    left, right = pelvis_ends(video)[20]
    assert (left[0] < right[0]) == (view == "rear")
    down, across = (right - left)[::-1] if view == "rear" else (left - right)[::-1]
    assert np.degrees(np.arctan2(down, across)) == pytest.approx(10)
    hips = video.raw_track.xy_px[20, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0]
    assert np.hypot(down, across) == pytest.approx(LEAST_HIP_WIDTHS * abs(hips[0] - hips[1]))
    picture = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    PelvisLine(Scene.of(video, SIZE))(picture, 20)
    x, y = np.round((left + right) / 2).astype(int)
    assert picture[y, x].min() > 200  # the white line


@pytest.mark.parametrize("view", ["rear", "front"])
def test_the_pose_models_hips_are_not_joined_like_a_pelvis(view: View, tmp_path: Path) -> None:
    video = make_video_analysis(tmp_path / "clip.mp4", view)
    picture = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
    scene = Scene.of(video, SIZE)
    Skeleton(scene)(picture, 20)
    PelvisLine(scene)(picture, 20)
    x, y = np.round(video.gait.track.xy_px[20, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)).astype(int)
    assert (picture[y - 2 : y + 3, x] == GREY).all()


def test_a_still_shows_the_drop_only_on_a_line_that_was_seen_and_has_a_zero(rear: Analysis, tmp_path: Path) -> None:
    def midstance(video: VideoAnalysis) -> tuple[str | None, float | None]:
        stills = stills_of(video, tmp_path)
        still = next(s for s in stills if (s.side, s.event) == ("left", "midstance"))
        return still.measure_id, still.value

    assert midstance(with_pelvis(rear.videos[0])) == ("contralateral_pelvic_drop", 10.0)
    assert midstance(with_pelvis(rear.videos[0], absolute=False))[0] == "knee_valgus"
    hidden = with_pelvis(rear.videos[0])
    assert hidden.runner.pelvis is not None
    pelvis = replace(hidden.runner.pelvis, ends_px=np.full((len(hidden.raw_track), 2, 2), np.nan))
    assert midstance(replace(hidden, runner=replace(hidden.runner, pelvis=pelvis)))[0] == "knee_valgus"
