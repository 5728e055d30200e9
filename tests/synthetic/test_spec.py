"""Specs: what a file may say, and the specs that come with the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.synthetic import list_specs
from gaitcheck.synthetic.spec import load_spec


def write(folder: Path, text: str) -> Path:
    path = folder / "one.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_number_stands_for_both_legs(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path, "[motion]\npelvic_drop_deg = 7\nknee_valgus_deg = { left = 1.5, right = 9 }\n"))
    assert spec.name == "one"
    assert (spec.motion.pelvic_drop_deg.left, spec.motion.pelvic_drop_deg.right) == (7, 7)
    assert (spec.motion.knee_valgus_deg.of("left"), spec.motion.knee_valgus_deg.of("right")) == (1.5, 9)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[motion]\ncadence = 170\n", "motion.cadence"),
        ("[motion]\nstance_share = 0.6\n", "motion"),
        ("[camera]\nview = 'above'\n", "camera.view"),
        ("[clip\n", "TOML"),
    ],
)
def test_a_wrong_entry_is_told_in_one_sentence(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(UnusableInputError, match=word) as caught:
        load_spec(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_missing_spec_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="cannot be read"):
        load_spec(tmp_path / "none.toml")


def test_specs_of_the_sample_clips() -> None:
    specs = {spec.name: spec for spec in list_specs()}
    assert set(specs) == {
        "rear_right_drop", "rear_healthy", "front_left_valgus", "side_upright", "side_forward_lean", "phone_rotated",
        "slow_motion", "pair_rear", "pair_side",
    }  # fmt: skip
    assert all(spec.title for spec in specs.values())
    assert len({spec.body.skin for spec in specs.values()}) >= 5
    pair = [specs[name] for name in ("pair_rear", "pair_side")]
    assert pair[0].motion == pair[1].motion
    assert pair[0].body == pair[1].body
    assert pair[0].clip == pair[1].clip
