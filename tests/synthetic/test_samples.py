"""The committed sample clips: they are what their specs and truths say, and small enough to commit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gaitcheck.synthetic import list_specs
from gaitcheck.synthetic.describe import readme
from gaitcheck.synthetic.spec import Spec, load_spec
from gaitcheck.synthetic.truth import true_of
from gaitcheck.synthetic.truth_file import read_truth, truth_table
from gaitcheck.video.probe import probe

FOLDER = Path(__file__).parents[2] / "sample_videos"
SPECS = list_specs()


def video(spec: Spec) -> Path:
    return FOLDER / f"{spec.name}.{spec.clip.container}"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_truth_is_that_of_the_spec(spec: Spec) -> None:
    stored, about = read_truth(FOLDER / f"{spec.name}.truth.parquet")
    assert load_spec(FOLDER / f"{spec.name}.toml") == spec
    assert Spec.model_validate(about["spec"]) == spec
    fresh = truth_table(true_of(spec))
    assert stored.column_names == fresh.column_names
    for name in stored.column_names:
        a, b = stored[name].to_numpy(), fresh[name].to_numpy()
        # angles of the far leg pass through +-180 where it points at the camera
        assert np.asarray(a, float) == pytest.approx(np.asarray(b, float), abs=2e-3), name


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_clip_is_that_of_the_truth(spec: Spec) -> None:
    facts = probe(video(spec))
    stored, _ = read_truth(FOLDER / f"{spec.name}.truth.parquet")
    shown = stored["video_time_s"].to_numpy()
    assert facts.size_bytes < 2_500_000
    assert facts.frame_count == len(shown)
    assert facts.duration_s == pytest.approx(shown[-1] + 1 / facts.playback_fps, abs=0.03)
    assert (facts.width_px, facts.height_px) == (720, 1280)
    assert facts.rotation_deg == spec.clip.rotation_deg
    assert facts.codec == "h264"
    assert facts.capture_fps is None


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_clip_has_enough_steps(spec: Spec) -> None:
    _, about = read_truth(FOLDER / f"{spec.name}.truth.parquet")
    per_leg = [sum(step["side"] == side for step in about["steps"]) for side in ("left", "right")]
    if spec.name == "slow_motion":
        assert min(per_leg) >= 2
    else:
        assert min(per_leg) >= 8
        assert 6 <= spec.clip.duration_s <= 10


def mean(name: str, measure: str, side: str | None) -> float:
    _, about = read_truth(FOLDER / f"{name}.truth.parquet")
    return next(m["mean"] for m in about["measures"] if (m["id"], m["side"]) == (measure, side))


def test_clips_show_what_their_names_say() -> None:
    drop = "contralateral_pelvic_drop"
    assert mean("rear_right_drop", drop, "right") > 10 > 6 > mean("rear_right_drop", drop, "left")
    assert max(mean("rear_healthy", drop, side) for side in ("left", "right")) < 6
    assert mean("front_left_valgus", "knee_valgus", "left") > 12 > 3 > mean("front_left_valgus", "knee_valgus", "right")
    assert -1 < mean("side_upright", "forward_trunk_lean", None) < 2
    assert mean("side_forward_lean", "forward_trunk_lean", None) > 15
    assert mean("pair_rear", "cadence", None) == pytest.approx(mean("pair_side", "cadence", None))


def test_readme_is_made_by_its_command() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme(FOLDER)
