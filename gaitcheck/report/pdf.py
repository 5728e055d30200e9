"""report.pdf: the report on A4, set by Typst; tagged (PDF/UA-1), fonts embedded, the same bytes for the same content.

Typst's wheel holds everything but a sans-serif font; that one lies in `fonts/`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from gaitcheck.report.content import Content, still_jpeg
from gaitcheck.report.words import fixed_words

#: Four in a row are 43 mm wide and 66 mm high: 640 px give 245 an inch.
_STILL_HEIGHT_PX = 640
#: Whether the machine's fonts are used, and the standard. With our own fonts the same content gives the same bytes
#: everywhere. PDF/UA asks that every letter be shown, and only the machine's fonts can help with one that ours lack;
#: one that they lack too shows as a box.
_TRIES: tuple[tuple[bool, Literal["ua-1"] | None], ...] = ((False, "ua-1"), (True, "ua-1"), (True, None))


def render_pdf(content: Content, folder: Path) -> bytes:
    """The report as a PDF.

    Parameters
    ----------
    content : what it says.
    folder : where the stills lie.
    """
    import typst

    with TemporaryDirectory(prefix="gaitcheck-pdf-") as name:
        scratch = Path(name)
        (scratch / "report.typ").write_bytes(files("gaitcheck.report").joinpath("templates/report.typ").read_bytes())
        (scratch / "content.json").write_text(json.dumps(_for_typst(content, folder, scratch)), encoding="utf-8")
        for system_fonts, standard in _TRIES:
            try:
                return _compile(scratch, system_fonts, standard)
            except typst.TypstError as error:
                if "could not be displayed" not in str(error):
                    raise
        raise AssertionError("without a standard every letter may be missing")


def _compile(scratch: Path, system_fonts: bool, standard: Literal["ua-1"] | None) -> bytes:
    import typst

    with as_file(files("gaitcheck.report").joinpath("fonts")) as fonts:
        compiler = typst.Compiler(
            str(scratch / "report.typ"),
            root=str(scratch),
            font_paths=[str(fonts)],
            ignore_system_fonts=not system_fonts,
        )
        made = compiler.compile(format="pdf", pdf_standards=standard, timestamp=0)
    assert isinstance(made, bytes)
    return made


def _for_typst(content: Content, folder: Path, scratch: Path) -> dict[str, Any]:
    """The content and the fixed words as JSON values, with the stills beside it in the size they are printed in."""
    plain = asdict(content) | fixed_words()
    plain["day"] = {"year": content.date.year, "month": content.date.month, "day": content.date.day}
    del plain["date"]
    for part, name, charts in (
        ("physio", "curves", content.physio.curves),
        ("appendix", "steps", content.appendix.steps),
    ):
        plain[part][name] = [{"heading": c.heading, "words": c.words, "short": c.short, "svg": c.svg} for c in charts]
    names: dict[str, str] = {}
    for part, stills in (("physio", content.physio.stills), ("appendix", content.appendix.stills)):
        for number, still in enumerate(stills):
            if still.file not in names:
                names[still.file] = f"still{len(names)}.jpg"
                (scratch / names[still.file]).write_bytes(still_jpeg(folder, still, _STILL_HEIGHT_PX))
            plain[part]["stills"][number]["file"] = names[still.file]
    return plain
