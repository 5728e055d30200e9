"""Small helpers for what is written on the page."""

from __future__ import annotations

import re

FOOTNOTE = (
    "Movement information for fitness and for talking with a qualified professional. "
    "It is not a diagnosis and not a prediction of injury."
)


def plain(text: str) -> str:
    """Text from a file or a person, made safe to stand inside Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~$<>:&])", r"\\\1", text.replace("\n", " "))


def size_words(size_bytes: int) -> str:
    """A file size for people."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.2f} GB"


def time_left_words(seconds: float | None) -> str:
    """How long it still takes, roughly."""
    if seconds is None:
        return "working out the time left"
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} seconds left"
    return f"about {round(seconds / 60)} minutes left"
