"""Another language's words in place of the English ones of the rows.

A language is one file, `texts.<language>.toml`: the sentences of the catalogue, and under `[rows]` the words of every
row, by table and key, nested as the row is. Numbers, ids and sources stay where they are, in one place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gaitcheck.errors import UnusableInputError

#: Fields of rows that a person reads.
WORDS = frozenset({
    "advice", "antagonist", "article_disagrees", "basis", "can_show", "cannot_show", "confirm_with", "contrary", "dose",
    "meaning", "movement", "name", "note", "outside", "progression", "purpose", "role", "says", "speaks_for",
    "stabilisers", "stop_when", "strengthen", "stretch", "test", "text", "values_seen",
})  # fmt: skip


def row_key(table: str, row: Mapping[str, Any]) -> str:
    """How a language file names a row: as the row's own `key` does."""
    if table in ("band", "descriptive"):
        return ", ".join(str(row[name]) for name in ("measure", "sex") if name in row)
    return ", ".join(str(row[name]) for name in ("id", "side") if name in row)


def words_of(row: Any) -> dict[str, Any] | list[Any]:
    """The words of a row alone, nested as the row is; parts without words are left out (lists keep their places)."""
    if isinstance(row, list):
        return [words_of(part) for part in row]
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, str):
            if name in WORDS:
                found[name] = value
        elif isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
            inner = words_of(value)
            if inner:
                found[name] = inner
    return found


def translated(data: dict[str, Any], rows: Mapping[str, Any], label: str) -> None:
    """Put the words of `rows` into the rows of `data`.

    Raises
    ------
    UnusableInputError
        A word is missing or has no place; the message names row and field.
    """
    for table, entries in data.items():
        if not isinstance(entries, list):
            continue
        for row in entries:
            key = row_key(table, row)
            where = f"{label}, field rows.{table}.{key}"
            words = rows.get(table, {}).get(key, {})
            for path in _leaves(words_of(row)):
                _put(row, path, _get(words, path, where))
            for path in _leaves(words):
                _get(words_of(row), path, f"{where}: in English there is no")


def without_rows(words: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue alone."""
    return {name: part for name, part in words.items() if name != "rows"}


_Path = tuple[str | int, ...]


def _leaves(part: Any) -> Iterator[_Path]:
    if isinstance(part, str):
        yield ()
        return
    for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
        yield from ((name, *path) for path in _leaves(inner))


def _get(part: Any, path: _Path, where: str) -> str:
    for name in path:
        try:
            part = part[name]
        except (KeyError, IndexError, TypeError):
            raise UnusableInputError(f"{where}.{'.'.join(map(str, path))}: the words are missing.") from None
    return str(part)


def _put(row: Any, path: _Path, words: str) -> None:
    for name in path[:-1]:
        row = row[name]
    row[path[-1]] = words
