"""`gaitcheck knowledge`: what the findings rest on."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gaitcheck.findings.load import Knowledge

knowledge_app = typer.Typer(
    help="The knowledge behind the findings: bands, muscles, exercises, red flags.", rich_markup_mode=None
)
Folder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="Folder with a clinic's rows; the one GAITCHECK_KNOWLEDGE names if not given."),
]


@knowledge_app.command("check")
def check(folder: Folder = None) -> None:
    """Check every row; a slip is named by file, row and field."""
    known = _known(folder)
    counts = {
        "bands": known.bands,
        "muscle groups": known.muscles,
        "pairs": known.pairs,
        "exercises": known.exercises,
        "red flags": known.red_flags,
        "sources": known.sources,
    }
    print(f"All rows are as they must be: {', '.join(f'{len(rows)} {name}' for name, rows in counts.items())}.")
    used = known.used
    if used.override_sha256 is None:
        print("No folder with own rows is in use.")
    else:
        print(f"Own rows in use: {'; '.join(used.overridden) or 'none'} (SHA-256 {used.override_sha256}).")


@knowledge_app.command("show")
def show(folder: Folder = None) -> None:
    """Print the knowledge as the page that also stands in docs/knowledge.md."""
    from gaitcheck.findings.table import knowledge_markdown

    sys.stdout.write(knowledge_markdown(_known(folder)))


def _known(folder: Path | None) -> Knowledge:
    from gaitcheck.findings.load import OVERRIDE_VARIABLE, load_knowledge, own_folder

    named = os.environ.get(OVERRIDE_VARIABLE)
    return load_knowledge(own_folder(), override=folder or (Path(named) if named else None))
