"""The language guard over everything a person can see: program strings, page templates, generated pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gaitcheck.findings import violations
from gaitcheck.findings.load import load_knowledge, own_folder
from gaitcheck.findings.table import knowledge_markdown
from gaitcheck.gait.measures import REGISTRY

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gaitcheck"
#: Holds the patterns themselves.
GUARD = PACKAGE / "findings" / "wording.py"
#: What a formatted value is replaced by; it stands for any word.
FILLED = " * "


def strings_of(source: str) -> Iterator[tuple[int, str]]:
    """Every string of a module with its line, those with fields as a whole; documentation and comments left out."""
    tree = ast.parse(source)
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            left_out.update(id(part) for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else FILLED for part in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out:
            yield node.lineno, node.value


def words_of_template(source: str) -> str:
    """The words of a page template, those in attributes included; no style, and a field stands for any word."""
    source = re.sub(r"<(style|script)\b.*?</\1>|\{#.*?#\}|\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", FILLED, source, flags=re.DOTALL)
    attributes = re.findall(r"""\b(?:alt|title|aria-label|data-label)=["']([^"']*)""", source)
    return "\n".join([re.sub(r"<[^>]*>", " ", source), *attributes])


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != GUARD)


def test_no_string_of_the_program_breaks_the_guard() -> None:
    said = [(path, line, text) for path in modules() for line, text in strings_of(path.read_text(encoding="utf-8"))]
    assert len(said) > 3000
    found = [f"{path.relative_to(ROOT)}:{line}: {text!r}" for path, line, text in said if violations(text)]
    assert found == []


def test_no_page_template_breaks_the_guard() -> None:
    templates = [path for path in (PACKAGE / "report" / "templates").iterdir() if path.suffix in (".j2", ".typ")]
    assert len(templates) >= 2
    found = {path.name: violations(words_of_template(path.read_text(encoding="utf-8"))) for path in templates}
    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))])
def test_no_page_of_the_docs_breaks_the_guard(page: str) -> None:
    assert violations((ROOT / page).read_text(encoding="utf-8")) == ()


def test_no_name_or_sentence_of_a_measure_breaks_the_guard() -> None:
    for measure in REGISTRY.values():
        texts = (measure.name, measure.sign, measure.definition, measure.event, *measure.doubts.values())
        assert [text for text in texts if violations(text)] == []
    assert violations(knowledge_markdown(load_knowledge(own_folder()))) == ()


def test_the_search_finds_what_is_hidden_in_code_and_in_templates() -> None:
    code = '"""You have weak hips, says the documentation."""\n'
    code += 'x = f"Your {side} hip is {word}: you have " + "weak glutes"\n'
    assert [(line, bool(violations(text))) for line, text in strings_of(code)] == [(2, True), (2, True)]
    page = "<p title='your weak hip'>{{ name }}: <b>this</b> {% if a %}causes pain{% endif %}</p><style>.weak{}</style>"
    assert [one.words for one in violations(words_of_template(page))] == ["weak", "causes"]
