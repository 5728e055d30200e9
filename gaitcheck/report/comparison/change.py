"""What changed from one analysis to another, told apart from what the method cannot see."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from gaitcheck.analyze import Analysis
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.accuracy import view_group
from gaitcheck.gait.result import Measure, Side
from gaitcheck.report.words import with_unit

Verdict = Literal["changed", "no_change_seen", "not_comparable"]

#: Speeds that differ by less are the same: treadmills show tenths.
SAME_SPEED_KMH = 0.3

NO_CHANGE = "No change that this method can see."


@dataclass(frozen=True)
class Retest:
    """Published difference between two readings of an unchanged runner."""

    smallest_detectable_difference: float
    source: str


@dataclass(frozen=True)
class Change:
    """One measure of one side, before and after.

    `before` and `after` are the values compared: relative to standing still (`from_standing`) where both recordings
    have that, otherwise as they are. `difference` is after minus before, with the measure's own sign. `detectable` is
    what it must exceed: the 95 % errors of both values and the published difference between readings, added as
    independent errors are (root of the sum of squares). All in `unit`, None where not comparable; `words` says it.
    """

    measure_id: str
    side: Side | None
    unit: str
    before: float | None
    after: float | None
    from_standing: bool
    difference: float | None
    detectable: float | None
    verdict: Verdict
    words: str
    retest: Retest | None


@dataclass(frozen=True)
class Comparison:
    """Every measure that either analysis has, in the order of the measures, and what speaks against comparing them."""

    changes: tuple[Change, ...]
    warnings: tuple[str, ...]

    @property
    def changed(self) -> tuple[Change, ...]:
        """The changes that count, the largest against what is detectable first."""
        found = [c for c in self.changes if c.verdict == "changed"]
        return tuple(sorted(found, key=lambda c: -abs(c.difference or 0.0) / (c.detectable or 1.0)))

    @property
    def summary(self) -> str:
        """One sentence."""
        compared = [c for c in self.changes if c.verdict != "not_comparable"]
        if not compared:
            return "Nothing can be compared: no measure was given in both recordings from the same side."
        return f"{len(self.changed)} of {len(compared)} measures changed by more than this method's own error."


@cache
def retest_figures() -> Mapping[str, Retest]:
    """Published differences between readings, by measure."""
    text = (files("gaitcheck.report.comparison") / "retest.toml").read_text(encoding="utf-8")
    return {name: Retest(**row) for name, row in tomllib.loads(text).items()}


def compare(before: Analysis, after: Analysis) -> Comparison:
    """Compare two analyses of one person."""
    earlier = {(m.id, m.side): m for m in before.measures}
    pairs = [(earlier[m.id, m.side], m) for m in after.measures if (m.id, m.side) in earlier]
    changes = [_change(a, b) for a, b in pairs if a.mean is not None or b.mean is not None]
    return Comparison(tuple(changes), _warnings(before, after))


def _change(before: Measure, after: Measure) -> Change:
    reason = _why_not(before, after)
    standing = before.from_standing is not None and after.from_standing is not None
    first, second = (before.from_standing, after.from_standing) if standing else (before.mean, after.mean)
    retest = retest_figures().get(after.id)
    if reason is not None or first is None or second is None:
        return Change(
            measure_id=after.id,
            side=after.side,
            unit=after.unit,
            before=before.mean,
            after=after.mean,
            from_standing=False,
            difference=None,
            detectable=None,
            verdict="not_comparable",
            words=reason or "",
            retest=retest,
        )
    difference = second - first
    published = retest.smallest_detectable_difference if retest else 0.0
    detectable = math.hypot(before.uncertainty or 0.0, after.uncertainty or 0.0, published)
    changed = abs(difference) > detectable
    words = NO_CHANGE
    if changed:
        way = "more" if difference > 0 else "less"
        size, limit = with_unit(abs(difference), after.unit), with_unit(detectable, after.unit)
        words = f"{size} {way} than before; a change counts from {limit} on."
    return Change(
        measure_id=after.id,
        side=after.side,
        unit=after.unit,
        before=first,
        after=second,
        from_standing=standing,
        difference=difference,
        detectable=detectable,
        verdict="changed" if changed else "no_change_seen",
        words=words,
        retest=retest,
    )


def _why_not(before: Measure, after: Measure) -> str | None:
    for measure, when in ((before, "earlier"), (after, "later")):
        if measure.mean is None:
            return f"Not measurable in the {when} recording: {measure.reason}"
    if before.unit != after.unit:
        return "One recording gives it in another unit: give the body height for both or for neither."
    if before.view is None or after.view is None or view_group(before.view) != view_group(after.view):
        return "The two recordings show it from different sides, which alone can change the number."
    if after.side is not None and REGISTRY[after.id].views[0] in ("left", "right") and before.view != after.view:
        return "The leg was next to the camera in one recording and behind the other leg in the other."
    return None


def _warnings(before: Analysis, after: Analysis) -> tuple[str, ...]:
    found = []
    names = {one.settings.patient_name for one in (before, after) if one.settings.patient_name}
    if len(names) > 1:
        found.append(f"The recordings bear different names ({', '.join(sorted(names))}): only one person's compare.")
    first, second = before.settings.speed_kmh, after.settings.speed_kmh
    if first is None or second is None:
        found.append("The speed was not given for both recordings: most measures change with speed by themselves.")
    elif abs(first - second) > SAME_SPEED_KMH:
        found.append(
            f"The speeds differ ({first:g} and {second:g} km/h): most measures change with speed by themselves, "
            "so a change here need not be one of style."
        )
    views = [{video.gait.view for video in one.videos} - {None} for one in (before, after)]
    if views[0] != views[1]:
        found.append("The recordings were not filmed from the same sides; only what both show is compared.")
    if before.model.sha256 != after.model.sha256:
        found.append("The recordings were analysed with different pose models: analyse both with the same one.")
    return tuple(found)
