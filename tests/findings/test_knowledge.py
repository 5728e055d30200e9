"""The knowledge files: they load, they fit each other, slips are named, and the page in docs/ is current."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings import knowledge
from gaitcheck.findings.load import load_knowledge
from gaitcheck.findings.table import knowledge_markdown
from gaitcheck.gait.measures import REGISTRY
from gaitcheck.gait.measures.compute import ENOUGH_STEPS

from .support import WHOLE_BODY

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "gaitcheck" / "findings" / "knowledge"


def test_limits_stand_as_the_evidence_gives_them() -> None:
    known = knowledge()
    limits = {
        (row.measure, row.sex): (
            row.low and (row.low.watch, row.low.marked),
            row.high and (row.high.watch, row.high.marked),
            row.side_difference,
            row.grade,
        )
        for row in known.bands
    }
    assert limits == {
        ("contralateral_pelvic_drop", "pooled"): (None, (8, 10), None, "B"),
        ("pelvic_drop_difference", "pooled"): (None, (3, None), None, "B"),
        ("hip_adduction", "M"): (None, (16, None), 4, "B"),
        ("hip_adduction", "F"): (None, (18, None), 4, "B"),
        ("hip_adduction", "pooled"): (None, (18, None), 4, "B"),
        ("knee_valgus", "M"): (None, (10, 15), 6, "C"),
        ("knee_valgus", "F"): (None, (12, 15), 6, "C"),
        ("knee_valgus", "pooled"): (None, (12, 15), 6, "C"),
        ("knee_valgus_peak", "M"): (None, (10, 15), 6, "C"),
        ("knee_valgus_peak", "F"): (None, (12, 15), 6, "C"),
        ("knee_valgus_peak", "pooled"): (None, (12, 15), 6, "C"),
        ("lateral_trunk_lean", "pooled"): (None, (5, 8), None, "C"),
        ("crossover", "pooled"): ((0, None), None, None, "B"),
        ("forward_trunk_lean", "pooled"): ((2, None), (12, 15), None, "B"),
        ("knee_flexion_ic", "pooled"): ((8, 5), None, None, "B"),
        ("knee_flexion_peak_stance", "pooled"): ((37, 32), None, None, "B"),
        ("tibia_inclination_ic", "pooled"): (None, (12, 15), None, "B"),
        ("hip_extension_peak", "pooled"): ((5, None), None, None, "C"),
        ("cadence", "pooled"): ((155, None), None, None, "B"),
        ("vertical_oscillation", "pooled"): (None, (11, None), None, "C"),
        ("step_time_symmetry", "pooled"): (None, (3, 5), None, "B"),
    }
    assert known.min_steps == 7


def test_every_muscle_of_the_article_has_a_row() -> None:
    assert {row.id: row.grade for row in knowledge().muscles} == {
        "gluteus_medius": "B",
        "gluteus_maximus": "B",
        "adductors": "C",
        "tfl_itb": "B",
        "abdominals": "C",
        "intercostals": "X",
        "quadriceps": "C",
        "hamstrings": "C",
        "popliteus": "X",
        "psoas": "C",
        "piriformis": "C",
    }


def test_every_row_was_reviewed_and_every_source_is_used() -> None:
    known = knowledge()
    rows = [
        *known.bands, *known.descriptive, *known.muscles, *known.pairs, *known.exercises, *known.red_flags,
        *known.looks,
    ]  # fmt: skip
    assert all(date(2026, 11, 1) <= row.reviewed <= date.today() for row in rows)
    used = {key for row in rows for key in row.sources}
    assert used | {"Willw22"} == set(known.sources)  # Willw22 stands in the introduction of docs/knowledge.md


def test_the_rows_fit_the_measures() -> None:
    known = knowledge()
    assert {*known.scored_measures, *(row.measure for row in known.descriptive)} == set(REGISTRY)
    for band in known.bands:
        wanted = "cm" if band.measure == "vertical_oscillation" else REGISTRY[band.measure].unit
        assert (band.measure, band.unit) == (band.measure, wanted)
    assert known.min_steps == ENOUGH_STEPS


def test_the_texts_fit_the_measures() -> None:
    for measure_id, words in knowledge().texts.measure.items():
        assert words.name == REGISTRY[measure_id].name
        for finding in (words.high, words.low, words.difference):
            if finding is not None:
                sided = REGISTRY[measure_id].per_side or finding is words.difference
                assert ("{side}" in finding.title) == sided
                assert "{value}" in finding.text
                assert "{usual}" in finding.text
    scored = {one for one in knowledge().scored_measures if not REGISTRY[one].per_side}
    assert scored == set(WHOLE_BODY)


def test_loaded_once() -> None:
    assert knowledge() is knowledge()


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "knowledge.md").read_text(encoding="utf-8")
    assert page == knowledge_markdown(knowledge()), "run: python -m gaitcheck.findings.table > docs/knowledge.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "bands.toml",
            "watch = 8.0, marked = 10.0",
            'watch = "8", marked = 10.0',
            "bands.toml, band 1 (contralateral_pelvic_drop, pooled), field high.watch: Input should be a valid number",
        ),
        (
            "bands.toml",
            "watch = 8.0, marked = 10.0",
            "watch = 10.0, marked = 8.0",
            "bands.toml, band 1 (contralateral_pelvic_drop, pooled): Value error, high: 'marked' must lie",
        ),
        (
            "bands.toml",
            "watch = 16.0, width = 4.0",
            "watch = 16.0",
            "bands.toml, band 3 (hip_adduction, M), field high: Value error, give either 'marked' or 'width'",
        ),
        ("bands.toml", 'sex = "F"', 'sex = "female"', "bands.toml, band 4 (hip_adduction, female), field sex: "),
        (
            "bands.toml",
            'grade = "B"',
            'grade = "D"',
            "bands.toml, band 1 (contralateral_pelvic_drop, pooled), field grade: ",
        ),
        ("bands.toml", 'pattern = "hip_and_pelvis"', 'patern = "hip_and_pelvis"', "field pattern: Field required"),
        ("bands.toml", 'sex = "M"', 'sex = "F"', "bands.toml, band hip_adduction, F: the row stands there twice."),
        (
            "bands.toml",
            'measure = "crossover"\nsex = "pooled"',
            'measure = "crossover"\nsex = "M"',
            "bands.toml, band crossover, M, field sex: ",
        ),
        (
            "bands.toml",
            'sources = ["Girard19"]',
            'sources = ["Girard"]',
            "bands.toml, band step_time_symmetry, pooled, field sources: 'Girard' is not in sources.toml.",
        ),
        ("bands.toml", 'sources = ["Girard19"]', "sources = []", "step_time_symmetry, pooled), field sources: "),
        ("bands.toml", 'unit = "% hip width"', 'unit = "furlong"', "bands.toml, band crossover, pooled, field unit: "),
        ("bands.toml", 'measure = "cadence"', 'measure = "cadenza"', "bands.toml, row cadenza, field measure: "),
        (
            "bands.toml",
            "min_speed_kmh = 10.0\n",
            "",
            "hip_extension_peak, pooled): Value error, 'speed_required' needs",
        ),
        (
            "bands.toml",
            'measure = "overstride"',
            'measure = "cadence"',
            "bands.toml, row cadence: it is scored and desc",
        ),
        (
            "bands.toml",
            "reviewed = 2026-11-22",
            'reviewed = "soon"',
            "bands.toml, band 1 (contralateral_pelvic_drop, pooled",
        ),
        ("bands.toml", "min_steps = 7", "min_steps = 0", "bands.toml, field min_steps: "),
        ("bands.toml", "[[band]]", "[[band", "bands.toml cannot be read as TOML"),
        (
            "muscles.toml",
            'grade = "X"',
            'grade = "B"',
            "muscles.toml, muscle 6 (intercostals): Value error, a muscle without",
        ),
        (
            "muscles.toml",
            'measures = ["hip_adduction"]',
            'measures = ["hip_abduction"]',
            "muscles.toml, muscle piriformis, field hint.measures: hip_abduction has no high limit in bands.toml.",
        ),
        (
            "muscles.toml",
            'measures = ["lateral_trunk_lean"]\ndirection = "high"',
            'measures = ["lateral_trunk_lean"]\ndirection = "low"',
            "muscles.toml, muscle gluteus_medius, field hint.measures: lateral_trunk_lean has no low limit",
        ),
        (
            "muscles.toml",
            'measures = ["hip_extension_peak"]\n',
            'measures = ["hip_extension_peak"]\nfrom_band = "marked"\n',
            "muscles.toml, muscle gluteus_maximus, field hint.from_band: hip_extension_peak has no marked low limit.",
        ),
        (
            "muscles.toml",
            'name = "Piriformis (deep in the buttock)"',
            'name = " "',
            "muscles.toml, muscle 11 (piriformis), field name: ",
        ),
        (
            "texts.en.toml",
            "The runner takes {value}",
            "The runner takes {valeu}",
            "texts.en.toml, field measure.cadence.low: ",
        ),
        (
            "texts.en.toml",
            "[measure.cadence]\n",
            "[measure.cadence]\nnick = 'x'\n",
            "texts.en.toml, field measure.cadence.nick: ",
        ),
        (
            "texts.en.toml",
            'low.title = "Fewer steps a minute than usual"\nlow.text',
            "high.title = 'x'\nhigh.text",
            "bands.toml, band cadence, pooled: the texts have no [measure.cadence.low].",
        ),
        ("sources.toml", 'read = "whole"', 'read = "maybe"', "sources.toml, field source.Article.read: "),
        (
            "bands.toml",
            'difference_of = "contralateral_pelvic_drop"',
            'difference_of = "knee_valgus"',
            "bands.toml, band pelvic_drop_difference, pooled, field difference_of: knee_valgus has no band of the same",
        ),
        (
            "muscles.toml",
            'reading = "less strength"',
            'reading = "weak"',
            "muscles.toml, muscle 1 (gluteus_medius), field hint.0.reading: Input should be 'less strength'",
        ),
        (
            "muscles.toml",
            'look = "hip_adduction_peak"',
            'look = "hips"',
            "muscles.toml, muscle gluteus_medius, field hint.look: 'hips' is not in looks.toml.",
        ),
        (
            "muscles.toml",
            'measure = "contralateral_pelvic_drop"\nlies = "usual"',
            'measure = "overstride"\nlies = "usual"',
            "muscles.toml, muscle gluteus_medius, field hint.against: overstride has no band in bands.toml.",
        ),
        (
            "muscles.toml",
            "limit = 175.0\n",
            "",
            "muscle 2 (gluteus_maximus), field hint.2.against.0: Value error, 'limit' goes with",
        ),
        (
            "muscles.toml",
            'grade = "C"\nrole = "Straightens',
            'grade = "A"\nrole = "Straightens',
            "muscles.toml, muscle quadriceps, field grade: A is better than that of its best hint (C).",
        ),
        (
            "pairs.toml",
            'muscles = ["gluteus_medius", "adductors"]',
            'muscles = ["gluteus_medius"]',
            "pairs.toml, pair 1 (hip_side): Value error, name two muscles",
        ),
        (
            "pairs.toml",
            'muscles = ["gluteus_medius", "adductors"]',
            'muscles = ["gluteus_medius", "abductors"]',
            "pairs.toml, pair hip_side, field muscles: 'abductors' is not in muscles.toml.",
        ),
        (
            "exercises.toml",
            'kind = "strengthen"',
            'kind = "massage"',
            "exercises.toml, exercise 1 (side_lying_abduction), field kind: Input should be 'stretch' or 'strengthen'.",
        ),
        ("exercises.toml", "dose = ", "doses = ", "exercise 1 (side_lying_abduction), field dose: Field required."),
        (
            "exercises.toml",
            'not_with_pain = ["knee_back"]',
            'not_with_pain = ["knee_back"]\nonly_with_pain = ["shin"]',
            "exercises.toml, exercise hamstring_curl: give only_with_pain or not_with_pain, not both.",
        ),
        (
            "redflags.toml",
            'signs = ["bone_pain"]\n',
            "",
            "redflags.toml, red_flag 1 (bone_pain): Value error, give at least one condition",
        ),
        (
            "redflags.toml",
            'signs = ["bone_pain"]',
            'signs = ["bony"]',
            "redflags.toml, red_flag 1 (bone_pain), field signs.0: Input should be 'bone_pain'",
        ),
        (
            "looks.toml",
            'side = "left"',
            'side = "both"',
            "looks.toml, look 2 (hip_adduction_peak), field side: Input should be 'left' or 'right'.",
        ),
        (
            "texts.en.toml",
            'fever = "fever"\n',
            "",
            "texts.en.toml, field answers.signs: Value error, there is no text for 'fever'.",
        ),
    ],
)
def test_a_slip_is_named_by_file_row_and_field(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UnusableInputError) as caught:
        load_knowledge(folder)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=r"texts\.en\.toml is missing"):
        load_knowledge(tmp_path)


def test_a_copy_of_the_folder_loads_to_the_same(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "knowledge")
    assert load_knowledge(tmp_path / "knowledge") == knowledge()
