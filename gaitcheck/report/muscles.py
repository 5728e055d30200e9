"""The muscle picture: two bodies (front and back) as SVG, each muscle group marked by what the video says of it.

What is said is shown three times over, so that nobody needs the colours: by a pattern, by the darkness of the fill, and
in words beside the body. The figures use orange and blue-grey, which people with any common colour blindness can tell
apart (Okabe & Ito, Color Universal Design, 2002).
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from gaitcheck.findings.result import MuscleHint
from gaitcheck.gait.result import SIDES, Measure, Side
from gaitcheck.report.body import ARM, HEAD, LINES, REGIONS, TRUNK_AND_LEG, Face, Region, smooth, whole
from gaitcheck.report.words import report_words, side_word

Mark = Literal["high", "middle", "low", "nothing_seen", "not_looked_at", "not_visible"]

FACES: tuple[Face, Face] = ("front", "back")

_HINTED: tuple[Mark, ...] = ("high", "middle", "low")

WIDTH, HEIGHT = 372, 382
#: Words stand on one side of the body: left of the front, right of the back.
_CENTRE: dict[Face, float] = {"front": 274.0, "back": 98.0}
_TOP = 6.0
#: The words stay readable beside a smaller body.
_SCALE = 0.86
_LINE_PX = 14.5
_GAP = 6.0
_WORDS_IN_A_LINE = 17
_FONT = "'Source Sans Pro', 'Source Sans 3', system-ui, sans-serif"
_INK, _SOFT, _SKIN = "#1c2430", "#566274", "#f3ece4"
_FILL: dict[Mark, str] = {
    "high": "#d55e00",
    "middle": "#f0a04b",
    "low": "#fbdcb4",
    "nothing_seen": "#c9d6e2",
    "not_looked_at": "#ffffff",
    "not_visible": "#ffffff",
}


@dataclass(frozen=True)
class _Label:
    """Words beside the body and the places they point to."""

    words: tuple[str, ...]
    said: tuple[str, ...]
    targets: tuple[tuple[float, float], ...]

    @property
    def height(self) -> float:
        return _LINE_PX * len(self.words + self.said)


def marks_of(hints: Sequence[MuscleHint], measures: Sequence[Measure]) -> dict[str, dict[Side, Mark]]:
    """What the picture shows of each muscle group and side.

    A group that is worth testing on one side only is on the other side "nothing seen" where one of its measures was
    given for that side, else "not looked at".
    """
    given = {(m.id, m.side) for m in measures if m.mean is not None}
    found: dict[str, dict[Side, Mark]] = {}
    for hint in hints:
        sides = found.setdefault(hint.id, {})
        for side in SIDES:
            if hint.side in (side, None):
                sides[side] = _mark(hint)
            else:
                looked_at = any((i, s) in given for i in hint.measure_ids for s in (side, None))
                sides.setdefault(side, "nothing_seen" if looked_at else "not_looked_at")
    return found


def _mark(hint: MuscleHint) -> Mark:
    if hint.status != "worth_testing":
        return hint.status
    return "low" if hint.level == "none" else hint.level


def muscle_picture(face: Face, hints: Sequence[MuscleHint], measures: Sequence[Measure]) -> str:
    """The body seen from one side, as an SVG of its own.

    Parameters
    ----------
    face : "front" or "back".
    hints : every muscle group's hint, as the findings room gives them; a group without one is not drawn.
    measures : the measures behind them, for what is said of the side without a hint.
    """
    marks = marks_of(hints, measures)
    names = {hint.id: hint.name for hint in hints}
    regions = [region for region in REGIONS if region.face == face and region.muscle_id in marks]
    skin = [smooth(ARM, closed=True, mirrored=m) for m in (False, True)] + [whole(TRUNK_AND_LEG), whole(HEAD)]
    body = [f'<path d="{path}" fill="{_SKIN}" stroke="#8c7f72" stroke-width="1.1"/>' for path in skin]
    body += [
        f'<path d="{smooth(one, closed=False, mirrored=m)}" fill="none" stroke="#b9aa9b"/>'
        for one in LINES[face]
        for m in (False, True)
    ]
    # Deep groups are drawn last: their broken line must show on the muscle above them.
    for region in sorted(regions, key=lambda one: one.deep):
        body += [_region(region, side, marks[region.muscle_id][side], face) for side in SIDES]
    labels = [_label(region, names[region.muscle_id], marks[region.muscle_id], face) for region in regions]
    height = max(HEIGHT, 36 + sum(label.height + _GAP for label in labels))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-label="{escape(picture_words(face, hints, measures))}" font-family="{_FONT}">',
        _patterns(face),
        f'<g transform="translate({_CENTRE[face]:g},{_TOP:g}) scale({_SCALE:g})" stroke-linejoin="round" '
        'stroke-linecap="round">',
        *body,
        "</g>",
        *_labels(labels, face, height),
        *_side_words(face),
        "</svg>",
    ]
    return "".join(parts)


def legend(hints: Sequence[MuscleHint], measures: Sequence[Measure]) -> list[tuple[str, str]]:
    """A small SVG of each mark that the pictures hold, and its words."""
    used = {mark for sides in marks_of(hints, measures).values() for mark in sides.values()}
    return [(_swatch(mark), words) for mark, words in report_words().body.mark.items() if mark in used]


def legend_picture(hints: Sequence[MuscleHint], measures: Sequence[Measure]) -> str:
    """The whole legend as one SVG, for places that take pictures and no markup."""
    rows = legend(hints, measures)
    lines = [
        f'<g transform="translate(4,{22 * i + 4})">{svg}<text x="38" y="13">{escape(words)}</text></g>'
        for i, (svg, words) in enumerate(rows)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 {22 * len(rows) + 4}" width="240" role="img" '
        f'aria-label="{escape("; ".join(words for _, words in rows))}" font-family="{_FONT}" font-size="13" '
        f'fill="{_INK}">{"".join(lines)}</svg>'
    )


def on_white(svg: str) -> str:
    """The picture with a white ground of its own, for pages that may be dark."""
    opening, _, rest = svg.partition(">")
    return f'{opening}><rect width="100%" height="100%" rx="6" fill="#ffffff"/>{rest}'


def picture_words(face: Face, hints: Sequence[MuscleHint], measures: Sequence[Measure]) -> str:
    """The picture in one sentence, for those who hear it."""
    marks = marks_of(hints, measures)
    names = {hint.id: hint.name for hint in hints}
    said = [
        f"{names[region.muscle_id]}: {'; '.join(_said(marks[region.muscle_id]))}"
        for region in REGIONS
        if region.face == face and any(mark in _HINTED for mark in marks.get(region.muscle_id, {}).values())
    ]
    words = report_words().body
    seen = words.heard_front if face == "front" else words.heard_back
    return f"{seen} {'. '.join(said) if said else words.nothing_marked}."


def _said(sides: dict[Side, Mark]) -> list[str]:
    """ "left: worth testing, faint hint", the sides together where they are alike."""
    words = report_words().body
    if sides["left"] == sides["right"]:
        return [f"{words.both_sides}: {words.mark[sides['left']]}"]
    return [f"{side_word(side)}: {words.mark[sides[side]]}" for side in SIDES if sides[side] in _HINTED]


def _is_mirrored(side: Side, face: Face) -> bool:
    """Whether a side of the body lies left in the picture."""
    return (side == "right") == (face == "front")


def _region(region: Region, side: Side, mark: Mark, face: Face) -> str:
    path = smooth(region.outline, closed=True, mirrored=_is_mirrored(side, face))
    strong = mark in _HINTED
    stroke = f'stroke="{_INK if strong else _SOFT}" stroke-width="{1.8 if strong else 0.9}"'
    broken = ' stroke-dasharray="3.2 2.6"' if region.deep else ""
    see_through = ' fill-opacity="0.55"' if region.deep and not strong else ""
    shape = f'<path d="{path}" fill="{_FILL[mark]}"{see_through} {stroke}{broken}/>'
    if mark in ("nothing_seen", "not_visible"):
        return shape
    return shape + f'<path d="{path}" fill="url(#{face}-{mark})"/>'


def _patterns(prefix: str) -> str:
    """Crossed lines for a clear hint, close lines for some, wide lines for a faint one, dots for "not looked at"."""
    line = f'stroke="{_INK}" stroke-width="1.3"'
    return (
        "<defs>"
        f'<pattern id="{prefix}-high" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0,0H5M0,0V5" {line}/></pattern>'
        f'<pattern id="{prefix}-middle" width="4" height="4" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M2,0V4" {line}/></pattern>'
        f'<pattern id="{prefix}-low" width="9" height="9" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M4,0V9" {line}/></pattern>'
        f'<pattern id="{prefix}-not_looked_at" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<circle cx="2" cy="2" r="0.9" fill="{_SOFT}"/></pattern>'
        "</defs>"
    )


def _swatch(mark: Mark) -> str:
    prefix = f"legend-{mark}"
    over = (
        ""
        if mark in ("nothing_seen", "not_visible")
        else f'<rect x="1" y="1" width="26" height="14" fill="url(#{prefix}-{mark})"/>'
    )
    broken = ' stroke-dasharray="3.2 2.6"' if mark == "not_visible" else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">'
        f"{_patterns(prefix) if over else ''}"
        f'<rect x="1" y="1" width="26" height="14" fill="{_FILL[mark]}" stroke="{_SOFT}"{broken}/>{over}</svg>'
    )


def _label(region: Region, name: str, sides: dict[Side, Mark], face: Face) -> _Label:
    short, _, place = name.partition(" (")
    words = textwrap.wrap(short, _WORDS_IN_A_LINE) + ([f"({place}"] if place else [])
    flagged = [side for side in SIDES if sides[side] in _HINTED]
    said: list[str] = []
    if flagged:
        known = report_words().body
        which = known.both_sides if len(flagged) == 2 else side_word(flagged[0])
        levels = dict.fromkeys(sides[side] for side in flagged)
        if len(levels) == 1:
            said = [f"{which}: {known.hint[sides[flagged[0]]]}"]
        else:
            said = [f"{side_word(side)}: {known.hint[sides[side]]}" for side in flagged]
    # Words of a group without a hint point to the half of the body that is nearer to them: the right one in both.
    near: Side = "right"
    x, y = region.at
    targets = [(-x if _is_mirrored(side, face) else x, y) for side in (flagged or [near])]
    return _Label(tuple(words), tuple(said), tuple(targets))


def _labels(labels: Sequence[_Label], face: Face, room: float) -> list[str]:
    """Labels in a column, in the order of the places they point to, none upon another."""
    ordered = sorted(labels, key=lambda label: min(y for _, y in label.targets))
    x, anchor, edge = (4, "start", 136) if face == "front" else (WIDTH - 4, "end", WIDTH - 136)
    heights = [label.height for label in ordered]
    tops = _spread([_TOP + _SCALE * min(y for _, y in label.targets) - _LINE_PX for label in ordered], heights, room)
    out = []
    for label, top, height in zip(ordered, tops, heights, strict=True):
        strong = bool(label.said)
        for tx, ty in label.targets:
            ax, ay = _CENTRE[face] + _SCALE * tx, _TOP + _SCALE * ty
            out.append(
                f'<path d="M{edge:g},{top + min(height / 2, _LINE_PX):.1f}L{ax:.1f},{ay:.1f}" fill="none" '
                f'stroke="{_INK if strong else "#8a94a3"}" stroke-width="{1.2 if strong else 0.8}"/>'
                f'<circle cx="{ax:.1f}" cy="{ay:.1f}" r="{3 if strong else 2}" fill="{_INK if strong else "#8a94a3"}"/>'
            )
        for i, words in enumerate((*label.words, *label.said)):
            said = i >= len(label.words)
            aside = words.startswith("(")
            weight = ' font-weight="bold"' if said or (strong and not aside) else ""
            ink = _INK if said or strong else _SOFT
            size = 12 if aside or said else 13
            out.append(
                f'<text x="{x}" y="{top + _LINE_PX * (i + 0.85):.1f}" text-anchor="{anchor}" font-size="{size}" '
                f'fill="{ink}"{weight}>{escape(words)}</text>'
            )
    return out


def _spread(tops: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Move labels apart, up and down, so that none covers another and all stay in the picture."""
    floor = 30.0
    placed: list[float] = []
    for top, height in zip(tops, heights, strict=True):
        floor = max(floor, top)
        placed.append(floor)
        floor += height + _GAP
    ceiling = room - 6.0
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], ceiling - heights[i])
        ceiling = placed[i] - _GAP
    return placed


def _side_words(face: Face) -> list[str]:
    """From where the body is seen, and the runner's own sides under the feet."""
    x, anchor = (4, "start") if face == "front" else (WIDTH - 4, "end")
    seen = escape(report_words().body.front if face == "front" else report_words().body.back)
    words = [
        f'<text x="{x}" y="18" text-anchor="{anchor}" font-size="14" font-weight="bold" fill="{_INK}">{seen}</text>'
    ]
    for side in SIDES:
        at = _CENTRE[face] + (-30 if _is_mirrored(side, face) else 30)
        words.append(
            f'<text x="{at:g}" y="{HEIGHT - 4}" text-anchor="middle" font-size="13" fill="{_INK}">'
            f"{escape(side_word(side))}</text>"
        )
    return words
