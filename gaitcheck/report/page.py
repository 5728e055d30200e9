"""report.html: one file that holds everything it shows, for screen, phone and A4 paper."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from gaitcheck.report.content import Content, still_jpeg
from gaitcheck.report.words import fixed_words

_STILL_HEIGHT_PX = 520


def render_page(content: Content, folder: Path) -> str:
    """The page as text.

    Parameters
    ----------
    content : what it says.
    folder : where the stills lie.
    """
    environment = Environment(
        loader=PackageLoader("gaitcheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = {
        still.file: f"data:image/jpeg;base64,{b64encode(still_jpeg(folder, still, _STILL_HEIGHT_PX)).decode()}"
        for still in content.appendix.stills
    }
    return environment.get_template("report.html.j2").render(content=content, pictures=pictures, **fixed_words())
