import re
from dataclasses import replace
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from gaitcheck.findings.load import knowledge
from gaitcheck.findings.result import HintLevel, MuscleHint
from gaitcheck.findings.wording import violations
from gaitcheck.gait.result import Measure, Side
from gaitcheck.report.body import REGIONS, TRUNK_AND_LEG, Face
from gaitcheck.report.muscles import FACES, legend, marks_of, muscle_picture, picture_words
from gaitcheck.report.words import report_words

SVG = "{http://www.w3.org/2000/svg}"


def hint(muscle_id: str, side: Side | None = None, level: HintLevel = "none", **changes: object) -> MuscleHint:
    status = "worth_testing" if level != "none" else "nothing_seen"
    made = MuscleHint(
        muscle_id, muscle_id.replace("_", " ").title(), side, status, "B", 0.6, (), ("knee_valgus",), "", "", "", "",
        "", "", "", level=level,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def all_hints(**levels: tuple[Side | None, HintLevel]) -> list[MuscleHint]:
    return [hint(row.id, *levels.get(row.id, (None, "none"))) for row in knowledge().muscles]


MEASURES = (Measure("knee_valgus", "left", "deg", 1.0, 1.0, 9, 1.0, "measured", None, "rear"),)


def shapes(svg: str) -> list[dict[str, str]]:
    return [dict(path.attrib) for path in ElementTree.fromstring(svg).iter(f"{SVG}path")]


def middle_x(path: str) -> float:
    return float(np.mean([float(x) for x in re.findall(r"(-?[\d.]+),-?[\d.]+", path)]))


def marked(face: Face, pattern: str, hints: list[MuscleHint]) -> list[float]:
    """Where, left or right of the middle line, shapes with a pattern lie."""
    return [
        middle_x(s["d"])
        for s in shapes(muscle_picture(face, hints, MEASURES))
        if s.get("fill") == f"url(#{face}-{pattern})"
    ]


def test_every_muscle_group_of_the_knowledge_has_a_place() -> None:
    assert sorted(region.muscle_id for region in REGIONS) == sorted(row.id for row in knowledge().muscles)
    deep = {region.muscle_id for region in REGIONS if region.deep}
    assert deep == {"psoas", "piriformis", "popliteus", "intercostals"}


def test_places_lie_inside_the_body() -> None:
    outline = np.array(TRUNK_AND_LEG, np.float32)
    for region in REGIONS:
        for point in (*region.outline, region.at):
            assert cv2.pointPolygonTest(outline, point, measureDist=True) > -3, (region.muscle_id, point)


@pytest.mark.parametrize(
    ("muscle", "face", "side", "lies"),
    [
        ("gluteus_medius", "back", "right", 1), ("gluteus_medius", "back", "left", -1),
        ("quadriceps", "front", "right", -1), ("quadriceps", "front", "left", 1),
    ],
)  # fmt: skip
def test_a_side_is_the_runners_own(muscle: str, face: Face, side: Side, lies: int) -> None:
    found = marked(face, "high", all_hints(**{muscle: (side, "high")}))
    assert [np.sign(x) for x in found] == [lies]
    other: Face = "front" if face == "back" else "back"
    assert marked(other, "high", all_hints(**{muscle: (side, "high")})) == []


def test_a_hint_for_the_whole_body_marks_both_sides() -> None:
    found = marked("back", "low", all_hints(gluteus_maximus=(None, "low")))
    assert sorted(np.sign(found)) == [-1, 1]


@pytest.mark.parametrize("level", ["low", "middle", "high"])
def test_the_level_is_told_by_colour_by_pattern_and_in_words(level: HintLevel) -> None:
    hints = all_hints(hamstrings=("left", level))
    picture = muscle_picture("back", hints, MEASURES)
    other = muscle_picture("back", all_hints(hamstrings=("left", "low" if level != "low" else "high")), MEASURES)
    assert f"url(#back-{level})" in picture
    assert f"url(#back-{level})" not in other
    words = {"low": "faint hint", "middle": "some hint", "high": "clear hint"}[level]
    assert f">left: {words}<" in picture
    assert words in picture_words("back", hints, MEASURES)
    assert {s.get("fill") for s in shapes(picture)} != {s.get("fill") for s in shapes(other)}


def test_fills_differ_in_lightness_so_that_no_colour_is_needed() -> None:
    hints = [hint("hamstrings", "left", "high"), hint("gluteus_maximus", "left", "middle"),
             hint("gluteus_medius", "left", "low")]  # fmt: skip
    fills = {}
    for shape in shapes(muscle_picture("back", hints, MEASURES)):
        if shape.get("stroke-width") == "1.8":
            r, g, b = (int(shape["fill"][i : i + 2], 16) for i in (1, 3, 5))
            fills[shape["fill"]] = 0.299 * r + 0.587 * g + 0.114 * b
    assert len(fills) == 3
    light = sorted(fills.values())
    assert light[1] - light[0] > 35
    assert light[2] - light[1] > 35


def test_the_side_without_a_hint_is_seen_or_not_looked_at() -> None:
    left_given = marks_of([hint("hamstrings", "right", "high")], MEASURES)
    assert left_given["hamstrings"] == {"right": "high", "left": "nothing_seen"}
    assert marks_of([hint("hamstrings", "right", "high")], ())["hamstrings"]["left"] == "not_looked_at"
    both = marks_of([hint("hamstrings", "right", "high"), hint("hamstrings", "left", "low")], MEASURES)
    assert both["hamstrings"] == {"right": "high", "left": "low"}


def test_the_legend_has_the_marks_of_the_picture_and_no_others() -> None:
    hints = [hint("hamstrings", "left", "high"), hint("popliteus", status="not_visible")]
    assert [words for _, words in legend(hints, MEASURES)] == [
        "worth testing, clear hint", "not looked at", "a video cannot show it",
    ]  # fmt: skip


def test_names_of_any_length_stay_in_the_picture_and_apart() -> None:
    hints = [
        replace(h, name="Oberschenkelrückseitenmuskulatur und Kniekehlenmuskel (Rückseite)", level="high",
                status="worth_testing", side=None)
        for h in all_hints()
    ]  # fmt: skip
    for face in FACES:
        root = ElementTree.fromstring(muscle_picture(face, hints, MEASURES))
        height = float(root.attrib["viewBox"].split()[3])
        baselines = [float(t.attrib["y"]) for t in root.iter(f"{SVG}text") if t.attrib["x"] in ("4", "368")]
        assert min(baselines) > 10
        assert max(baselines) <= height
        assert np.diff(sorted(baselines)).min() > 13


def test_what_the_picture_says_is_fit_to_be_said() -> None:
    hints = all_hints(hamstrings=("left", "high"), gluteus_medius=(None, "low"))
    words = [*report_words().body.mark.values(), *(picture_words(face, hints, MEASURES) for face in FACES)]
    assert [violations(each) for each in words] == [()] * len(words)


def test_names_are_escaped() -> None:
    picture = muscle_picture("back", [hint("hamstrings", "left", "high", name="A<b> & c")], MEASURES)
    assert "A&lt;b&gt; &amp; c" in picture
    ElementTree.fromstring(picture)


def test_both_pictures_can_stand_on_one_page() -> None:
    ids = [i for face in FACES for i in re.findall(r' id="([^"]+)"', muscle_picture(face, all_hints(), MEASURES))]
    swatches = [i for svg, _ in legend(all_hints(), MEASURES) for i in re.findall(r' id="([^"]+)"', svg)]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & set(swatches)
