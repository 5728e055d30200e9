"""What real clips show to the eye: a part of the validation's page that is written by hand."""

from __future__ import annotations

from importlib.resources import files

from gaitcheck.validation.page import Section

LEAD = "What real clips show to the eye stands\n[below](#real-footage-looked-at-by-eye). "


def footage_section() -> Section:
    """The text of `footage.md`, which lies beside this file and is the only place where it is kept."""
    text = (files("gaitcheck.validation") / "footage.md").read_text(encoding="utf-8")
    return Section("footage", text, LEAD)
