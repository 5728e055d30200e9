"""The runner moved by recorded joints: the model's own, and, where the data is present, real runs' markers."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.gait.result import SIDES, Side
from gaitcheck.synthetic.motion import Movement
from gaitcheck.synthetic.recorded import RecordedMovement, Recording
from gaitcheck.synthetic.rotations import turned
from gaitcheck.synthetic.skeleton import BALL_CONTACT, HEEL_CONTACT
from gaitcheck.synthetic.spec import Spec
from gaitcheck.synthetic.truth import true_of
from gaitcheck.track import FloatArray
from gaitcheck.validation.marker_runs import MarkerRun, find_runs, read_run
from gaitcheck.validation.mocap import clip_of, mocap_clips, mocap_section, stored_rows
from gaitcheck.validation.page import Section, put_section
from tests.support.mocap import MOCAP

needs_mocap = pytest.mark.skipif(not MOCAP.is_dir(), reason="the marker runs are not on this machine")
TIME_S = np.arange(0.0, 4.0, 1 / 100)


def bend_deg(hip: FloatArray, knee: FloatArray, ankle: FloatArray) -> FloatArray:
    thigh, shank = knee - hip, ankle - knee
    cosine = np.sum(thigh * shank, axis=1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shank, axis=1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


@pytest.fixture(scope="module")
def own() -> tuple[Movement, RecordedMovement]:
    """The model's movement, and a runner driven by its joints as if they had been recorded."""
    spec = Spec.model_validate(
        {
            "name": "own",
            "motion": {"pelvic_drop_deg": {"left": 3.0, "right": 9.0}, "pelvis_rotation_deg": 0.0},
            "clip": {"duration_s": 4.0},
        }
    )
    model = Movement(spec)
    time = np.arange(-0.5, 4.5, 1 / 150)
    pose = model.at(time)
    points = {
        f"{name}_{side}": pose.joints[f"{source}_{side}"]
        for side in SIDES
        for name, source in (
            *((joint, joint) for joint in ("hip", "knee", "ankle", "heel", "psis", "asis")),
            ("ball", "toe_joint"),
        )
    }
    steps = model.steps
    return model, RecordedMovement(
        spec,
        Recording(
            time_s=time,
            points=points,
            thigh_m=model.body.thigh_m,
            shank_m=model.body.shank_m,
            initial_contact_s=steps.initial_contact_s,
            toe_off_s=steps.toe_off_s,
            first_is_right=bool(steps.is_right[0]),
        ),
    )


def test_a_recording_of_the_model_moves_as_the_model(own: tuple[Movement, RecordedMovement]) -> None:
    model, driven = own
    there, here = model.at(TIME_S), driven.at(TIME_S)
    for side in SIDES:
        assert np.array_equal(there.contact[side], here.contact[side])
        for joint, within_m in (("hip", 0.002), ("psis", 0.002), ("asis", 0.002), ("knee", 0.004), ("ankle", 0.004)):
            name = f"{joint}_{side}"
            assert np.linalg.norm(there.joints[name] - here.joints[name], axis=1).max() < within_m, name
        for joint in ("heel", "toe"):
            name = f"{joint}_{side}"
            assert np.linalg.norm(there.joints[name] - here.joints[name], axis=1).max() < 0.025, name
    for joint in ("neck", "shoulder_left", "wrist_right", "elbow_left"):
        assert np.linalg.norm(there.joints[joint] - here.joints[joint], axis=1).max() < 0.06, joint


def test_a_recording_of_the_model_has_its_truth(own: tuple[Movement, RecordedMovement]) -> None:
    model, driven = own
    there, here = true_of(model.spec), true_of(model.spec, driven)
    assert [step.side for step in here.steps] == [step.side for step in there.steps]
    for a, b in zip(there.steps, here.steps, strict=True):
        assert b.initial_contact_s == pytest.approx(a.initial_contact_s)
        assert b.toe_off_s == pytest.approx(a.toe_off_s)
        assert b.midstance_s == pytest.approx(a.midstance_s, abs=0.012)
    theirs = {(m.id, m.side): m.mean for m in there.measures}
    for measure in here.measures:
        if measure.id in ("cadence", "contact_time", "contralateral_pelvic_drop", "psis_line_drop", "knee_valgus"):
            assert measure.mean == pytest.approx(theirs[measure.id, measure.side], abs=0.4), (measure.id, measure.side)


@pytest.mark.parametrize("side", SIDES)
def test_the_shoe_stands_on_the_belt_in_contact(own: tuple[Movement, RecordedMovement], side: Side) -> None:
    _, driven = own
    check_shoe(driven, side)


def check_shoe(driven: RecordedMovement, side: Side) -> None:
    pose, scale = driven.at(TIME_S), driven.body.scale
    lowest = np.minimum(
        *(
            (pose.joints[f"foot_{side}"] + turned(pose.frames[f"foot_{side}"], point * scale))[:, 2]
            for point in (HEEL_CONTACT, BALL_CONTACT)
        )
    )
    assert lowest.min() > -1e-9
    assert np.abs(lowest[pose.contact[side]]).max() < 1e-9


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="There are no marker runs"):
        next(mocap_clips(tmp_path))
    (tmp_path / "RBDS001runT25markers.txt").write_text("Time\tR.ASISX\tR.ASISY\tR.ASISZ\n0\t1\t2\t3\n")
    (tmp_path / "RBDS001static.txt").write_text("Time\tR.ASISX\tR.ASISY\tR.ASISZ\n0\t1\t2\t3\n")
    assert find_runs(tmp_path) == ["RBDS001runT25"]
    with pytest.raises(UnusableInputError, match=r"RBDS001runT25forces\.txt"):
        read_run(tmp_path, "RBDS001runT25")


def test_a_section_is_put_into_the_page(tmp_path: Path) -> None:
    page = tmp_path / "validation.md"
    page.write_text("# Page\n\n<!-- begin mocap -->\nold\n<!-- end mocap -->\n\n## Rest\n")
    put_section(Section("mocap", "## Real motion\n\nnew"), page)
    assert page.read_text() == (
        "# Page\n\n<!-- begin mocap -->\n## Real motion\n\nnew\n<!-- end mocap -->\n\n## Rest\n"
    )
    put_section(Section("other", "## Other"), page)
    assert page.read_text().endswith("## Rest\n\n<!-- begin other -->\n## Other\n<!-- end other -->\n")


# ---- the real runs ----


@cache
def marker_run(name: str) -> MarkerRun:
    if name.endswith("T35"):
        pytest.importorskip("ezc3d")
    return read_run(MOCAP, name)


RUNS = [("RBDS001runT25", 2.5), ("RBDS001runT35", 3.5)]


@needs_mocap
@pytest.mark.parametrize(("name", "speed"), RUNS)
def test_the_belts_speed_is_read_from_the_flat_foot(name: str, speed: float) -> None:
    assert marker_run(name).belt_m_s == pytest.approx(speed, rel=0.01)


@needs_mocap
@pytest.mark.parametrize(("name", "speed"), RUNS)
@pytest.mark.parametrize("number", [0, 1])
def test_driven_joints_follow_the_markers(name: str, speed: float, number: int) -> None:
    run = marker_run(name)
    driven = clip_of(run, "rear", number).movement
    pose, recording = driven.at(TIME_S), driven.recording
    seen = {
        joint: np.column_stack([np.interp(TIME_S, recording.time_s, points[:, i]) for i in range(3)])
        for joint, points in recording.points.items()
    }
    lift = [(seen[f"ankle_{side}"] - pose.joints[f"ankle_{side}"])[:, 2] for side in SIDES]
    down = np.array([0.0, 0.0, np.median(np.concatenate(lift))])  # the shoes' soles are not the markers' height
    for side in SIDES:
        for joint, median_m in (("hip", 0.008), ("knee", 0.015), ("ankle", 0.012)):
            off = np.linalg.norm(seen[f"{joint}_{side}"] - down - pose.joints[f"{joint}_{side}"], axis=1)
            assert np.median(off) < median_m, (joint, side)
        ours, theirs = (
            bend_deg(*(source[f"{joint}_{side}"] for joint in ("hip", "knee", "ankle")))
            for source in (pose.joints, seen)
        )
        assert np.abs(ours - theirs).max() < 4.5
        line = seen["psis_right"] - seen["psis_left"]
        theirs = np.degrees(np.arctan2(line[:, 2], np.hypot(line[:, 0], line[:, 1])))
        line = pose.joints["psis_right"] - pose.joints["psis_left"]
        ours = np.degrees(np.arctan2(line[:, 2], np.hypot(line[:, 0], line[:, 1])))
        assert np.abs(ours - theirs).max() < 0.5
        check_shoe(driven, side)


@needs_mocap
@pytest.mark.parametrize(("name", "speed"), RUNS)
def test_contact_flags_are_the_force_plates(name: str, speed: float) -> None:
    run = marker_run(name)
    clip = clip_of(run, "right", 1)
    pose, start = clip.movement.at(TIME_S), 16.0
    for side in SIDES:
        expected = np.zeros(len(TIME_S), bool)
        for begin, end in zip(run.initial_contact_s[side], run.toe_off_s[side], strict=True):
            expected |= (start + TIME_S >= begin) & (start + TIME_S < end)
        assert np.array_equal(pose.contact[side], expected)
    assert not (pose.contact["left"] & pose.contact["right"]).any()


def test_the_half_of_a_clip_is_that_of_its_name_and_its_rows_are_kept() -> None:
    rows = stored_rows()
    halves = {row.case: row.half for row in rows}
    assert set(halves.values()) == {"tuning", "reporting"}
    for name, half in halves.items():
        assert half == ("tuning" if hashlib.sha256(name.encode()).digest()[0] & 1 else "reporting"), name


def test_the_section_says_how_many_intervals_hold_the_truth() -> None:
    (first, *_) = [row for row in stored_rows() if row.error is not None]
    rows = [
        replace(first, half=half, measured=first.true + error, uncertainty=2.0)
        for half, errors in (("tuning", (1.0, 3.0)), ("reporting", (1.0, -1.0, 2.5, 0.0)))
        for error in errors
    ]
    words = "that hold the truth: 50 % of 2 in the tuning half, 75 % of 4 in the reporting half."
    assert words in mocap_section(rows, []).text
