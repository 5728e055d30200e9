"""Clips and tracks are kept, and not used again once what made them changed; the quick form on real pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gaitcheck.pose.install import cache_dir, model_file
from gaitcheck.validation.clips import clip_key, code_hash
from gaitcheck.validation.matrix import quick_cases
from gaitcheck.validation.quick import broken_bounds
from gaitcheck.validation.run import run


def test_a_clip_is_known_by_its_spec_its_movement_and_its_look() -> None:
    spec = quick_cases()[1].spec
    key = clip_key(spec, "look")
    assert key == clip_key(spec, "look")
    assert key != clip_key(spec, "another look")
    assert key != clip_key(spec.model_copy(update={"title": "another"}), "look")


def test_another_movement_is_another_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    from gaitcheck.synthetic import motion

    spec = quick_cases()[1].spec
    before, real = clip_key(spec, "look"), motion.Movement.at

    def lower(self: motion.Movement, time_s: object) -> motion.Pose:
        pose = real(self, time_s)  # type: ignore[arg-type]
        pose.joints["knee_left"][:, 2] -= 0.001
        return pose

    monkeypatch.setattr(motion.Movement, "at", lower)
    assert clip_key(spec, "look") != before


def test_only_what_code_does_counts(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('"""Words."""\n\n\ndef f() -> int:\n    """Say."""\n    return 1  # why\n')
    before = code_hash([file])
    file.write_text('"""Other words."""\ndef f() -> int:\n    return 1\n')
    assert code_hash([file]) == before
    file.write_text('"""Words."""\n\n\ndef f() -> int:\n    """Say."""\n    return 2\n')
    assert code_hash([file]) != before


@pytest.mark.slow
def test_the_quick_form_stays_within_its_bounds() -> None:
    """Ten short clips, rendered once and kept in the user's cache."""
    outcome = run(
        quick_cases(),
        cache_dir() / "validation",
        model_file(),
        jobs=os.cpu_count() or 1,
        progress=lambda stage, share: None,
    )
    assert len({row.case for row in outcome.measures}) == len(quick_cases())
    assert broken_bounds(outcome) == []
