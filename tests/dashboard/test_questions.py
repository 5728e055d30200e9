"""The optional questions on the first page reach the analysis, and need no answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gaitcheck.findings import violations
from gaitcheck.findings.load import knowledge

from .test_pages import button, folders, open_page, root, run_until, texts, upload

__all__ = ["root"]
WORDS = knowledge().texts.answers


@pytest.mark.parametrize("answered", [True, False])
def test_answers_reach_the_analysis(root: Path, clip: bytes, answered: bool) -> None:
    page = upload(open_page(), ("run.mp4", clip))
    if answered:
        chosen = {
            WORDS.pain_sites: ["knee_back", "shin"],
            WORDS.past_injuries: ["bone_stress"],
            WORDS.warning_signs: ["fever"],
        }
        for label, values in chosen.items():
            next(each for each in page.multiselect if each.label == label).set_value(values)
        for label, value in ((WORDS.age_years, 17), (WORDS.pain_level, 4)):
            next(each for each in page.number_input if each.label == label).set_value(value)
    button(page, "Analyse").click().run()
    run_until(page, "Your run")
    (folder,) = folders(root)
    asked = json.loads((folder / "result" / "asked.txt").read_text().split(" ", 1)[1])
    assert asked["answers"] == {
        "age_years": 17 if answered else None,
        "pain_sites": ["knee_back", "shin"] if answered else [],
        "pain_level": 4 if answered else None,
        "past_injuries": ["bone_stress"] if answered else [],
        "warning_signs": ["fever"] if answered else [],
    }


def test_the_questions_are_in_plain_words(root: Path) -> None:
    page = open_page()
    shown = [option for each in page.multiselect for option in each.options]
    assert "back of the knee" in shown
    assert len(shown) == 2 * len(WORDS.sites) - 1 + len(WORDS.signs)
    said = "\n".join([*shown, *(each.label for each in page.multiselect), texts(page)])
    assert violations(said) == ()
