"""The look at real data: known answers on made-up files; the figures in looks.toml against the data where present."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from gaitcheck.errors import UnusableInputError
from gaitcheck.findings import knowledge
from gaitcheck.findings.load import own_folder
from gaitcheck.findings.mocap_look import (
    RUNNERS,
    correlation,
    looks,
    looks_toml,
    main,
    read_runners,
    sign_check,
    strike_check,
)
from gaitcheck.findings.schema import LookRow
from gaitcheck.findings.weigh import weighed
from tests.support.mocap import MOCAP

data = pytest.mark.skipif(not (MOCAP / "RBDSinfo.txt").is_file(), reason="the data set is not on this machine")


def test_correlation_of_known_pairs() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.nan, 7.0])
    y = np.array([2.0, 1.0, 4.0, 3.0, 7.0, 5.0, np.inf])
    found = correlation(x, y)
    assert found.n == 5
    assert found.r == pytest.approx(12 / np.sqrt(10 * 21.2))
    z, half = np.arctanh(found.r), stats.norm.ppf(0.975) / np.sqrt(2)
    assert (found.r_low, found.r_high) == pytest.approx((np.tanh(z - half), np.tanh(z + half)))
    assert found.rho == pytest.approx(0.8)  # ranks 1 2 3 4 5 against 2 1 4 3 5
    wider = stats.norm.ppf(0.975) * np.sqrt((1 + 0.32) / 2)
    assert (found.rho_low, found.rho_high) == pytest.approx(
        (np.tanh(np.arctanh(0.8) - wider), np.tanh(np.arctanh(0.8) + wider))
    )


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    """23 runners in whom less strength goes exactly with more adduction, and longer hips with more extension."""
    (tmp_path / "angles").mkdir()
    lines = ["Subject\tMass\tRHIPABD\tRThomas\tRFSI25"]
    for place, number in enumerate(RUNNERS):
        angles = np.zeros((101, 9))
        angles[10, 0] = -(5.0 + place)  # adduction peaks in stance
        angles[60, 0] = -90.0  # and in swing, which does not count
        angles[40, 2] = 10.0 + place
        angles[90, 2] = 200.0
        angles[0, 8] = 5.0 if place % 2 else -5.0
        np.savetxt(tmp_path / "angles" / f"RBDS{place + 1:02d}angs.txt", angles, header="hip_X", comments="")
        mass = 50.0 + number
        strength = mass * (0.5 - 0.01 * place)
        lines += [f"{number}\t{mass}\t{strength}\t{3.0 + place}\t{'Forefoot' if place % 2 else 'Rearfoot'}"] * 12
    for left_out in sorted(set(range(1, 29)) - set(RUNNERS)):
        lines.append(f"{left_out}\t70\t999\t-999\tRearfoot")
    (tmp_path / "RBDSinfo.txt").write_text("\n".join(lines) + "\n", encoding="latin-1")
    return tmp_path


def test_a_perfect_link_is_found_with_its_sign(made_up: Path) -> None:
    runners = read_runners(made_up)
    assert strike_check(runners) == (5.0, -5.0)
    found = looks(runners)
    assert (found["hip_adduction_peak"].n, found["hip_extension_peak"].n) == (23, 23)
    assert found["hip_adduction_peak"].r == pytest.approx(-1.0)
    assert found["hip_adduction_mean"].r == pytest.approx(-1.0)
    assert found["hip_extension_peak"].r == pytest.approx(1.0)


def test_what_is_no_number_is_missing(made_up: Path) -> None:
    table = made_up / "RBDSinfo.txt"
    text = table.read_text(encoding="latin-1")
    table.write_text(text.replace("\t3.0\tRearfoot", "\t--\tRearfoot"), encoding="latin-1")
    assert looks(read_runners(made_up))["hip_extension_peak"].n == 22


def test_missing_and_odd_files_are_named(made_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savetxt(made_up / "angles" / "RBDS07angs.txt", np.zeros((50, 9)), header="x", comments="")
    with pytest.raises(UnusableInputError, match=r"RBDS07angs\.txt holds \(50, 9\) values"):
        read_runners(made_up)
    assert main([str(made_up / "gone")]) == UnusableInputError.exit_code
    assert "RBDS01angs.txt cannot be read" in capsys.readouterr().err
    assert main([]) == 2


def rows() -> Iterator[dict[str, object]]:
    yield from tomllib.loads((own_folder() / "looks.toml").read_text(encoding="utf-8"))["look"]


@data
def test_the_figures_are_those_of_the_data() -> None:
    found = looks(read_runners(MOCAP))
    written = (own_folder() / "looks.toml").read_text(encoding="utf-8")
    assert written == looks_toml(found, {f"{row['id']}, {row['side']}": row for row in rows()})
    assert {look.key for look in knowledge().looks if look.n} == {f"{name}, right" for name in found}


@data
def test_the_order_of_the_runners_and_the_signs_of_the_angles_hold() -> None:
    runners = read_runners(MOCAP)
    forward, rear = strike_check(runners)
    assert forward - rear > 5.0
    as_numbered = read_runners(MOCAP, range(1, 24))
    forward, rear = strike_check(as_numbered)
    assert forward - rear < 2.0  # with the files' own numbers the foot strikes tell nothing
    for look_id in ("hip_adduction_peak", "hip_extension_peak"):
        other = looks(as_numbered)[look_id]
        (row,) = [one for one in knowledge().looks if one.key == f"{look_id}, right"]
        assert f"{other.r:.2f} ({other.r_low:.2f} to {other.r_high:.2f})" in row.note
    adduction, flexion = sign_check(runners, MOCAP)
    assert adduction > 0.7
    assert flexion > 0.99


def look(low: float | None, high: float | None, *, expected: int = -1, n: int = 23) -> LookRow:
    (row,) = [one for one in knowledge().looks if one.key == "hip_adduction_peak, right"]
    return row.model_copy(update={"r_low": low, "r_high": high, "expected": expected, "n": n})


@pytest.mark.parametrize(
    ("grade", "found", "becomes"),
    [
        ("C", [look(-0.7, -0.1)], "B"),
        ("B", [look(-0.7, -0.1)], "B"),  # one sample never makes an A
        ("A", [look(-0.7, -0.1)], "A"),
        ("B", [look(0.1, 0.7)], "C"),
        ("A", [look(0.1, 0.7)], "B"),
        ("C", [look(0.1, 0.7)], "C"),
        ("B", [look(-0.6, 0.1)], "B"),
        ("C", [look(0.1, 0.7, expected=1)], "B"),
        ("C", [look(-0.7, -0.1), look(None, None, n=0)], "B"),
        ("C", [look(-0.7, -0.1), look(0.1, 0.7)], "C"),
        ("B", [], "B"),
    ],
)
def test_how_a_look_weighs_in_a_grade(grade: str, found: list[LookRow], becomes: str) -> None:
    assert weighed(grade, found) == becomes


def test_the_looks_of_the_hints_are_open_and_leave_their_grades() -> None:
    known = knowledge()
    hints = [(muscle.id, hint) for muscle in known.muscles for hint in muscle.hint if hint.look]
    assert [(muscle, hint.look, hint.grade) for muscle, hint in hints] == [
        ("gluteus_medius", "hip_adduction_peak", "B"),
        ("psoas", "hip_extension_peak", "C"),
    ]
    assert {row.verdict for row in known.looks} == {"open"}
