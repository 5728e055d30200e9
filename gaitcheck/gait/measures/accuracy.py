"""How far each measure can be off: half the width of its 95 % interval, by view, from the validation's runs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from gaitcheck.gait.result import Doubt
from gaitcheck.settings import View

ViewGroup = Literal["rear", "front", "side"]
Source = Literal["rendered runs", "literature floor"]

#: The data of this room: `accuracy.toml` is written by `gaitcheck validate`, `floors.toml` is kept by hand.
TABLE, FLOORS = "accuracy.toml", "floors.toml"


@dataclass(frozen=True)
class Accuracy:
    """Error of a measure's mean over many steps in one view.

    Attributes
    ----------
    uncertainty : half width of the 95 % interval, in the measure's unit. The spread over the steps is not in it.
    in_doubt : the same where something in the video itself makes the value doubtful (few steps, a camera askew, sides
        exchanged).
    bias : mean error (measured minus true) in those runs; None for a floor from the literature. It is not taken off
        the measure, but the uncertainty covers it.
    runs : rendered runs of the tuning half it comes from; 0 for a floor.
    source : whether it comes from rendered runs or is a stated floor.
    """

    uncertainty: float
    in_doubt: float
    bias: float | None
    runs: int
    source: Source

    def of(self, doubt: Doubt | None) -> float:
        """The uncertainty of a value under this doubt."""
        return self.in_doubt if doubt == "video" else self.uncertainty


Key = tuple[str, ViewGroup, str | None]


def view_group(view: View) -> ViewGroup:
    """Both side views count as one."""
    return view if view == "rear" or view == "front" else "side"


def accuracy_of(measure_id: str, view: View, evidence: str | None = None) -> Accuracy:
    """The accuracy of a measure in a view.

    Parameters
    ----------
    evidence : what the value rests on, where a measure can rest on several things (such as stickers or clothing for the
        pelvis line). Where too few runs had that, the row of the measure without evidence is given.

    Raises
    ------
    KeyError
        The view cannot show the measure, or nobody stated a floor for it.
    """
    table, group = accuracies(), view_group(view)
    return table.get((measure_id, group, evidence)) or table[measure_id, group, None]


@cache
def accuracies() -> Mapping[Key, Accuracy]:
    """All rows in use, by measure, view group and evidence."""
    rows = floors()
    for row in _rows(TABLE, "accuracy"):
        rows[_key(row)] = Accuracy(row["uncertainty"], row["in_doubt"], row.get("bias"), row["runs"], row["source"])
    return rows


def by_evidence(measure_id: str, view: View) -> dict[str, Accuracy]:
    """The rows of a measure in a view that hold for one kind of evidence only."""
    group = view_group(view)
    return {key[2]: row for key, row in accuracies().items() if key[:2] == (measure_id, group) and key[2] is not None}


def floors() -> dict[Key, Accuracy]:
    """The stated floors, for measures that too few runs tell."""
    return {
        _key(row): Accuracy(row["uncertainty"], row["uncertainty"], None, 0, "literature floor")
        for row in _rows(FLOORS, "floor")
    }


def _rows(name: str, table: str) -> Iterable[dict[str, Any]]:
    text = (files("gaitcheck.gait.measures") / name).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text).get(table, [])
    return rows


def _key(row: Mapping[str, Any]) -> Key:
    return row["measure"], row["view"], row.get("evidence")
