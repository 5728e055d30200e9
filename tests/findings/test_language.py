"""Another language is one more file: a made-up one reaches every sentence and changes no number."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings import Assessment, assess
from gaitcheck.findings.load import Knowledge, load_knowledge
from gaitcheck.findings.translate import row_key, words_of
from gaitcheck.settings import Answers

from .support import measured

FOLDER = Path(__file__).parents[2] / "gaitcheck" / "findings" / "knowledge"
ROW_FILES = ("bands", "muscles", "pairs", "exercises", "redflags", "looks")
MARK = "¤"
#: Fields whose strings are names for programs or citations, the same in every language.
NOT_WORDS = {
    "id", "measure_id", "side", "band", "direction", "unit", "grade", "muscle_ids", "source", "status", "because",
    "measure_ids", "antagonist_ids", "level", "kind", "origin", "muscle_id", "why", "looked_at", "not_looked_at",
    "knowledge",
}  # fmt: skip


def marked(part: Any) -> Any:
    """Every string with a mark, so that words that did not come from the file can be told."""
    if isinstance(part, str):
        return MARK + part
    if isinstance(part, list):
        return [marked(one) for one in part]
    return {name: marked(one) for name, one in part.items()}


def made_up_language() -> dict[str, Any]:
    """The English texts and the words of all rows, marked."""
    language = marked(tomllib.loads((FOLDER / "texts.en.toml").read_text(encoding="utf-8")))
    language["rows"] = {}
    for name in ROW_FILES:
        for table, rows in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")).items():
            if isinstance(rows, list):
                language["rows"][table] = {row_key(table, row): marked(words_of(row)) for row in rows}
    return language


def toml(part: Any) -> str:
    """A value as TOML; tables inline, which is all that is needed here."""
    if isinstance(part, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in part.items()) + "}"
    if isinstance(part, list):
        return "[" + ", ".join(map(toml, part)) + "]"
    return json.dumps(part, ensure_ascii=False)


def load(tmp_path: Path, language: dict[str, Any]) -> Knowledge:
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    lines = [f"{json.dumps(name)} = {toml(part)}" for name, part in language.items()]
    (folder / "texts.xx.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_knowledge(folder, language="xx")


def assessed(known: Knowledge | None = None) -> list[Assessment]:
    run = [
        measured("contralateral_pelvic_drop", 14.0, "left"),
        measured("pelvic_drop_difference", -8.0),
        measured("hip_adduction", 30.0, "left"),
        measured("knee_valgus", 20.0, "right"),
        measured("crossover", 20.0, "left"),
        measured("tibia_inclination_ic", 20.0, "right"),
        measured("hip_extension_peak", 1.0, "right"),
        measured("forward_trunk_lean", 25.0),
        measured("cadence", 140.0),
    ]
    ill = Answers(pain_sites=("groin", "knee_back"), pain_level=6, warning_signs=("fever",), age_years=16)
    return [
        assess(run, sex="F", speed_kmh=11.0, known=known),
        assess(run, sex="F", speed_kmh=11.0, answers=Answers(pain_sites=("knee_back",)), known=known),
        assess(run, sex="M", speed_kmh=None, answers=ill, known=known),
        assess([], sex=None, speed_kmh=None, known=known),
    ]


def _of_words(part: dict[str, Any]) -> dict[str, Any]:
    """A red flag says in words for which answers it stands, a hint by ids of findings."""
    return {("answers" if name == "because" and "advice" in part else name): value for name, value in part.items()}


def words(part: Any, name: str = "") -> Iterator[str]:
    if isinstance(part, str):
        if part and name not in NOT_WORDS:
            yield part
    elif isinstance(part, dict):
        for key, value in _of_words(part).items():
            if key not in NOT_WORDS:
                yield from words(value, key)
    elif isinstance(part, tuple | list):
        for value in part:
            yield from words(value, name)


def without_words(part: Any, name: str = "") -> Any:
    if isinstance(part, dict):
        return {key: without_words(value, key) for key, value in _of_words(part).items() if key != "knowledge"}
    if isinstance(part, tuple | list):
        return [without_words(value, name) for value in part]
    return part if name in NOT_WORDS or not isinstance(part, str) else ""


def test_every_sentence_comes_from_the_language_file_and_no_number_changes(tmp_path: Path) -> None:
    known = load(tmp_path, made_up_language())
    english, other = assessed(), assessed(known)
    said = [text for one in other for text in words(asdict(one))]
    assert len(said) > 500
    assert [text for text in said if MARK not in text] == []
    assert [without_words(asdict(one)) for one in other] == [without_words(asdict(one)) for one in english]
    assert len(list(words(asdict(other[0])))) == len(list(words(asdict(english[0]))))


def test_words_that_are_missing_or_have_no_place_are_named(tmp_path: Path) -> None:
    language = made_up_language()
    del language["rows"]["muscle"]["psoas"]["hint"][0]["meaning"]
    with pytest.raises(
        UnusableInputError, match=r"texts\.xx\.toml, field rows\.muscle\.psoas\.hint\.0\.meaning: the words"
    ):
        load(tmp_path, language)
    language = made_up_language()
    language["rows"]["exercise"]["bridge"]["tempo"] = "slow"
    with pytest.raises(UnusableInputError, match=r"rows\.exercise\.bridge: in English there is no\.tempo"):
        load(tmp_path, language)
    language = made_up_language()
    del language["note"]["lowered"]
    with pytest.raises(UnusableInputError, match=r"texts\.xx\.toml, field note\.lowered: Field required"):
        load(tmp_path, language)


def test_a_language_that_is_not_there_is_named() -> None:
    with pytest.raises(UnusableInputError, match=r"texts\.tlh\.toml is missing from the knowledge folder"):
        load_knowledge(FOLDER, language="tlh")
