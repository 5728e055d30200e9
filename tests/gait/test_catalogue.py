"""The page of measures says what the program does."""

from __future__ import annotations

from pathlib import Path

from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import accuracy_of
from gaitcheck.gait.measures.catalogue import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "measures.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue(REGISTRY.values()), (
        "make it anew: python -m gaitcheck.gait.measures.catalogue > docs/measures.md"
    )


def test_every_measure_is_on_the_page_with_what_limits_it() -> None:
    sections = catalogue(REGISTRY.values()).split("\n## ")[1:]
    assert len(sections) == len(REGISTRY)
    for section, definition in zip(sections, REGISTRY.values(), strict=True):
        for text in (definition.id, definition.unit, definition.sign, definition.definition, definition.source):
            assert text in section
        for view in definition.views:
            known = accuracy_of(definition.id, view).uncertainty
            assert f"±{known:g} {definition.unit}" in section
        if definition.needs_fps:
            assert f"{definition.needs_fps:g} a second or more" in section
