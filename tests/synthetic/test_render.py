"""A few real frames: the runner is where the truth says, equal specs give equal pixels, files carry their tags."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError
from gaitcheck.synthetic import render_spec
from gaitcheck.synthetic.clip import write_video
from gaitcheck.synthetic.spec import Bystander, Clip, Clothes, Room, Spec
from gaitcheck.synthetic.truth import true_of
from gaitcheck.video.probe import probe
from gaitcheck.video.reader import FrameReader

SMALL = {"width_px": 180, "height_px": 320, "noise": 0.0, "view": "rear"}
SPEC = Spec.model_validate({
    "name": "small",
    "body": {"skin": [0.9, 0.05, 0.05]},
    "clothes": {"shirt": [0.05, 0.8, 0.05], "shorts": [0.05, 0.05, 0.9], "band": [0.05, 0.05, 0.9], "top": "fitted"},
    "camera": SMALL,
    "clip": {"duration_s": 0.2, "capture_fps": 30},
})  # fmt: skip


@pytest.fixture(scope="module")
def pictures() -> list[NDArray[np.uint8]]:
    from gaitcheck.synthetic.clip import pictures as render

    try:
        return list(render(SPEC))
    except MissingComponentError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"nothing can be rendered on this machine: {error}")


@pytest.mark.slow
def test_the_runner_is_where_the_truth_says(pictures: list[NDArray[np.uint8]]) -> None:
    truth = true_of(SPEC)
    assert len(pictures) == len(truth.time_s)
    for i, picture in enumerate(pictures):
        assert picture.shape == (320, 180, 3)
        for joint, channel in (("knee_left", 0), ("knee_right", 0), ("lumbar", 1), ("hip_left", 2), ("hip_right", 2)):
            x, y = np.round(truth.joints_px[joint][i]).astype(int)
            colour = picture[y, x].astype(int)
            assert colour[channel] == colour.max(), (joint, i, colour)
            assert colour[channel] > colour.sum() - colour[channel], (joint, i, colour)


@pytest.mark.slow
def test_equal_specs_give_equal_pixels(pictures: list[NDArray[np.uint8]]) -> None:
    from gaitcheck.synthetic.render import Renderer

    with Renderer(SPEC) as renderer:
        again = renderer.frame(3 / 30, 3)
    assert np.array_equal(again, pictures[3])
    assert not np.array_equal(pictures[2], pictures[3])


def drawn(spec: Spec, time_s: float) -> NDArray[np.int64]:
    from gaitcheck.synthetic.render import Renderer

    with Renderer(spec) as renderer:
        return renderer.frame(time_s, 0).astype(np.int64)


@pytest.mark.slow
@pytest.mark.usefixtures("pictures")
def test_stickers_are_seen_where_the_truth_has_the_psis() -> None:
    spec = Spec.model_validate({
        "name": "dots",
        "clothes": {"psis_dots": True, "dot_colour": [0.95, 0.05, 0.55]},
        "camera": {"width_px": 540, "height_px": 960, "noise": 0, "roll_deg": 3},
        "clip": {"duration_s": 1.3, "capture_fps": 10},
    })  # fmt: skip
    truth = true_of(spec)
    picture = drawn(spec, float(truth.time_s[12]))
    red, green, blue = np.moveaxis(picture, -1, 0)
    rows, columns = np.nonzero((red > green + 60) & (blue > green + 30))
    ends = {side: truth.joints_px[f"psis_{side}"][12] for side in ("left", "right")}
    nearer_left = np.abs(columns + 0.5 - ends["left"][0]) < np.abs(columns + 0.5 - ends["right"][0])
    seen = {}
    for side, own in (("left", nearer_left), ("right", ~nearer_left)):
        seen[side] = np.array([columns[own].mean() + 0.5, rows[own].mean() + 0.5])
        assert seen[side] == pytest.approx(ends[side], abs=1.3), "3 mm: the skin lies over the bone"
        assert 50 < own.sum() < 90, "24 mm across"
    assert seen["right"] - seen["left"] == pytest.approx(ends["right"] - ends["left"], abs=0.4), "1 mm"


@pytest.mark.slow
@pytest.mark.usefixtures("pictures")
def test_someone_walks_between_camera_and_runner() -> None:
    passed = SPEC.model_copy(update={"room": Room(bystander=Bystander(crosses_s=0.1, beyond_m=-1.2))})
    assert true_of(passed).joints_px["hip_left"] == pytest.approx(true_of(SPEC).joints_px["hip_left"])
    x, y = np.round(true_of(SPEC).joints_px["lumbar"][3]).astype(int)
    assert np.abs(drawn(passed, 0.1)[y, x] - drawn(SPEC, 0.1)[y, x]).max() > 60
    gone = passed.model_copy(update={"room": Room(bystander=Bystander(crosses_s=9, beyond_m=-1.2))})
    assert np.array_equal(drawn(gone, 0.1), drawn(SPEC, 0.1))


@pytest.mark.slow
@pytest.mark.usefixtures("pictures")
def test_a_loose_hem_lags_and_light_dims() -> None:
    spec = SPEC.model_copy(update={"clothes": Clothes(top="loose")})
    stiff = spec.model_copy(update={"clothes": Clothes(top="loose", hem_lag_s=0)})
    changed = np.abs(drawn(spec, 0.1) - drawn(stiff, 0.1)).max(axis=2) > 25
    rows = np.nonzero(changed.any(axis=1))[0]
    joints = true_of(spec).joints_px
    assert len(rows) > 0
    assert rows.min() > joints["neck"][3, 1], "the shoulders do not swing"
    assert rows.max() < joints["knee_left"][3, 1]
    dim = spec.model_copy(update={"room": Room(brightness=0.4)})
    assert drawn(dim, 0.1).mean() < 0.6 * drawn(spec, 0.1).mean()


@pytest.mark.slow
@pytest.mark.usefixtures("pictures")
def test_a_stopped_rendering_leaves_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "one.toml"
    spec.write_text("[camera]\nwidth_px = 180\nheight_px = 320\n[clip]\nduration_s = 1\n", encoding="utf-8")

    class StopError(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0:
            raise StopError

    with pytest.raises(StopError):
        render_spec(spec, tmp_path / "out", progress=stop)
    assert list((tmp_path / "out").iterdir()) == []


# ---- files, without rendering ----


def moving_square(size_px: tuple[int, int] = (64, 96), frames: int = 12) -> list[NDArray[np.uint8]]:
    out = []
    for i in range(frames):
        picture = np.full((size_px[1], size_px[0], 3), 40, np.uint8)
        picture[8:24, 4 + 2 * i : 20 + 2 * i] = (250, 30, 30)  # red, in the upper part
        out.append(picture)
    return out


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_rotation_is_asked_for_and_undone_by_the_reader(tmp_path: Path, rotation: int, container: str) -> None:
    clip = Clip.model_validate({
        "duration_s": 0.4, "capture_fps": 30, "rotation_deg": rotation, "container": container, "crf": 12,
    })  # fmt: skip
    path = tmp_path / f"a.{container}"
    write_video(path, clip, moving_square())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    facts = probe(path)
    assert facts.rotation_deg == rotation
    assert (facts.width_px, facts.height_px) == (64, 96)
    with FrameReader(path) as reader:
        frames = list(reader)
    assert len(frames) == 12
    blue, _, red = frames[0].bgr[16, 12]
    assert red > 150 > 100 > blue
    assert frames[0].bgr[80, 12].max() < 100


def test_capture_rate_tag_and_slow_motion_times(tmp_path: Path) -> None:
    clip = Clip(duration_s=0.1, capture_fps=120, playback_fps=30, capture_tag=True)
    path = tmp_path / "a.mp4"
    write_video(path, clip, moving_square())
    facts = probe(path)
    assert facts.capture_fps == pytest.approx(120)
    assert facts.playback_fps == pytest.approx(30)
    assert facts.duration_s == pytest.approx(12 / 30, abs=0.01)
    untagged = tmp_path / "b.mp4"
    write_video(untagged, clip.model_copy(update={"capture_tag": False}), moving_square())
    assert probe(untagged).capture_fps is None


def test_variable_rate_is_in_the_file(tmp_path: Path) -> None:
    clip = Clip(duration_s=0.4, capture_fps=30, variable_rate=0.35)
    path = tmp_path / "a.mp4"
    write_video(path, clip, moving_square())
    with FrameReader(path) as reader:
        times = np.array([frame.time_s for frame in reader])
    gaps = np.diff(times) * 30
    assert gaps.std() > 0.1
    assert gaps.min() > 0.2


def test_an_unwritable_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingComponentError, match="cannot be written"):
        write_video(tmp_path / "none" / "a.mp4", Clip(), moving_square())
