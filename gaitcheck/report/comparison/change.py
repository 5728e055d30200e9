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
from gaitcheck.report.words import comparison_words, with_unit

Verdict = Literal["changed", "no_change_seen", "not_comparable"]

#: Speeds that differ by less are the same: treadmills show tenths.
SAME_SPEED_KMH = 0.3


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
        words = comparison_words()
        return words.summary.format(changed=len(self.changed), compared=len(compared)) if compared else words.nothing


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
    known = comparison_words()
    words = known.no_change
    if changed:
        size, limit = with_unit(abs(difference), after.unit), with_unit(detectable, after.unit)
        words = (known.more if difference > 0 else known.less).format(size=size, limit=limit)
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
    words = comparison_words()
    for measure, sentence in ((before, words.not_measurable_earlier), (after, words.not_measurable_later)):
        if measure.mean is None:
            return sentence.format(reason=measure.reason)
    if before.unit != after.unit:
        return words.other_unit
    if before.view is None or after.view is None or view_group(before.view) != view_group(after.view):
        return words.other_view
    if after.side is not None and REGISTRY[after.id].views[0] in ("left", "right") and before.view != after.view:
        return words.other_leg
    return None


def _warnings(before: Analysis, after: Analysis) -> tuple[str, ...]:
    found, words = [], comparison_words()
    names = {one.settings.patient_name for one in (before, after) if one.settings.patient_name}
    if len(names) > 1:
        found.append(words.names.format(names=", ".join(sorted(names))))
    first, second = before.settings.speed_kmh, after.settings.speed_kmh
    if first is None or second is None:
        found.append(words.speed_unknown)
    elif abs(first - second) > SAME_SPEED_KMH:
        found.append(words.speeds.format(before=f"{first:g}", after=f"{second:g}"))
    views = [{video.gait.view for video in one.videos} - {None} for one in (before, after)]
    if views[0] != views[1]:
        found.append(words.views)
    if before.model.sha256 != after.model.sha256:
        found.append(words.models)
    return tuple(found)
