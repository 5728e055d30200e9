"""One look at real data: do hip movements in running go with hip strength and length tests?

`python -m gaitcheck.findings.mocap_look DIR` reads the angle files and the table of a public data set and prints the
rows of `knowledge/looks.toml`. The data is not part of this program.

Data: Fukuchi, Fukuchi and Duarte (2017), PeerJ 5:e3298 (running biomechanics, hip strength, length tests), and Fukuchi,
Duarte and Ferber (2024), inter-laboratory comparison (mean angles of 23 of these runners); both CC BY 4.0.

How the files are read
- The angle files RBDS01 ... RBDS23 number the 23 men of the comparison afresh; `RUNNERS` gives each one's number in the
  table, from the list of runners in the comparison's public repository (BMC-RIC-running-biomechanics): five of the 28
  are left out. The foot strikes in the table agree with the ankle angle at contact in this order
  and not in the order of the file numbers (`strike_check`).
- They hold the right leg at 2.5 m/s, one row for each percent of the cycle from contact to contact: so there is a
  figure for the right side and none for the left.
- hip_X is negative in adduction and hip_Z positive in extension: the opposite of the published angles of the first
  runner, which `sign_check` holds beside them. The zero of the angles is that laboratory's own; correlations do not
  depend on it.
- Strength is divided by body mass. The table does not state the unit of strength, nor the sign of the Thomas test;
  most of its values lie between 0 and 25 degrees, and a thigh that sinks below the level is taken as positive.
- Stance is the first 36 % of the cycle: the contact time of the one runner whose forces are there (277 ms at 156.5
  steps a minute).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from gaitcheck.errors import UnusableInputError

FloatArray = NDArray[np.float64]

#: Number in the table of the runner in each angle file, in the order of the files.
RUNNERS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 17, 18, 20, 22, 24, 25, 26, 27, 28)
STANCE_END = 36
_COLUMNS = {"adduction": (0, -1.0), "extension": (2, 1.0), "plantarflexion": (8, 1.0)}
_Z95 = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Correlation:
    """Pearson's and Spearman's correlation with their 95 % intervals, over `n` runners."""

    n: int
    r: float
    r_low: float
    r_high: float
    rho: float
    rho_low: float
    rho_high: float


def correlation(first: FloatArray, second: FloatArray) -> Correlation:
    """How strongly two values of the same runners go together; runners with a missing value are left out.

    Intervals by Fisher's z; for Spearman's with the standard error of Bonett and Wright (2000).
    """
    both = np.isfinite(first) & np.isfinite(second)
    n = int(both.sum())
    pearson = stats.pearsonr(first[both], second[both])
    interval = pearson.confidence_interval(0.95)
    rho = float(stats.spearmanr(first[both], second[both]).statistic)
    z = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))  # a perfect order has no finite z
    half = _Z95 * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return Correlation(
        n=n,
        r=float(pearson.statistic),
        r_low=float(interval.low),
        r_high=float(interval.high),
        rho=rho,
        rho_low=float(np.tanh(z - half)),
        rho_high=float(np.tanh(z + half)),
    )


@dataclass(frozen=True)
class Runners:
    """The 23 runners. Angles (23, 101) in degrees over the cycle; the rest (23,), NaN where the table says nothing."""

    adduction: FloatArray
    extension: FloatArray
    plantarflexion: FloatArray
    abductor_strength_per_kg: FloatArray
    thomas: FloatArray
    strike: tuple[str, ...]


def read_runners(folder: Path, numbers: Sequence[int] = RUNNERS) -> Runners:
    """Read the angle files (in `angles/`) and RBDSinfo.txt.

    Parameters
    ----------
    folder : with both.
    numbers : in the table, of the runners of the 23 files.

    Raises
    ------
    UnusableInputError
        A file is missing or not as expected.
    """
    angles = np.stack([_angles(folder / "angles" / f"RBDS{number:02d}angs.txt") for number in range(1, 24)])
    try:
        with (folder / "RBDSinfo.txt").open(encoding="latin-1", newline="") as file:
            table = {int(row["Subject"]): row for row in csv.DictReader(file, delimiter="\t")}
    except (OSError, KeyError, ValueError) as error:
        raise UnusableInputError(f"{folder / 'RBDSinfo.txt'} cannot be read ({error}).") from error
    rows = [table[number] for number in numbers]
    named = {name: sign * angles[:, :, column] for name, (column, sign) in _COLUMNS.items()}
    return Runners(
        **named,
        abductor_strength_per_kg=_numbers(rows, "RHIPABD") / _numbers(rows, "Mass"),
        thomas=_numbers(rows, "RThomas"),
        strike=tuple(row["RFSI25"] for row in rows),
    )


def looks(runners: Runners) -> dict[str, Correlation]:
    """The correlations of the right side, by the id of the row in looks.toml."""
    stance = runners.adduction[:, : STANCE_END + 1]
    half = runners.extension.shape[1] // 2
    return {
        "hip_adduction_peak": correlation(stance.max(axis=1), runners.abductor_strength_per_kg),
        "hip_adduction_mean": correlation(stance.mean(axis=1), runners.abductor_strength_per_kg),
        "hip_extension_peak": correlation(runners.extension[:, : half + 1].max(axis=1), runners.thomas),
    }


def strike_check(runners: Runners) -> tuple[float, float]:
    """Mean ankle angle at contact (plantarflexion +) of those who land on mid- or forefoot, and of the others."""
    rearfoot = np.array([strike == "Rearfoot" for strike in runners.strike])
    at_contact = runners.plantarflexion[:, 0]
    return float(at_contact[~rearfoot].mean()), float(at_contact[rearfoot].mean())


def sign_check(runners: Runners, folder: Path) -> tuple[float, float]:
    """Correlation over the cycle of the first runner's adduction and flexion with his published angles."""
    with (folder / "RBDS001processed.txt").open(encoding="latin-1", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    published = [_numbers(rows, name) for name in ("RhipAngX25", "RhipAngZ25")]
    ours = [runners.adduction[0], -runners.extension[0]]
    adduction, flexion = (float(np.corrcoef(a, b)[0, 1]) for a, b in zip(ours, published, strict=True))
    return adduction, flexion


def looks_toml(found: dict[str, Correlation], words: dict[str, dict[str, Any]]) -> str:
    """The rows of looks.toml: `words` are the rows as they stand, whose figures are put in anew."""
    lines = ["# Made by `python -m gaitcheck.findings.mocap_look DIR`; see there for how the data is read.", ""]
    for row in words.values():
        figures = {name: value for name, value in row.items() if name not in Correlation.__dataclass_fields__}
        result = found.get(row["id"]) if row["side"] == "right" else None
        figures |= {"n": 0} if result is None else {n: round(v, 3) for n, v in vars(result).items()}
        lines += ["[[look]]", *(f"{name} = {_toml(value)}" for name, value in figures.items()), ""]
    return "\n".join(lines).rstrip() + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _angles(path: Path) -> FloatArray:
    try:
        values = np.loadtxt(path, skiprows=1)
    except (OSError, ValueError) as error:
        raise UnusableInputError(f"{path} cannot be read ({error}).") from error
    if values.shape != (101, 9):
        raise UnusableInputError(f"{path} holds {values.shape} values instead of 101 rows of 9.")
    return np.asarray(values, dtype=np.float64)


def _numbers(rows: list[dict[str, str]], name: str) -> FloatArray:
    """A column; what is no number is missing."""

    def number(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return float("nan")

    return np.array([number(row[name]) for row in rows])


def main(arguments: list[str]) -> int:
    """Print the rows of looks.toml with the figures of the data in the folder named."""
    import tomllib

    from gaitcheck.findings.load import own_folder

    if len(arguments) != 1:
        print("Name the folder with the data: python -m gaitcheck.findings.mocap_look DIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    try:
        runners = read_runners(folder)
    except UnusableInputError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    rows = tomllib.loads((own_folder() / "looks.toml").read_text(encoding="utf-8"))["look"]
    sys.stdout.write(looks_toml(looks(runners), {f"{row['id']}, {row['side']}": row for row in rows}))
    landing_forward, landing_rear = strike_check(runners)
    print(f"Ankle at contact: mid- and forefoot {landing_forward:.1f}, rearfoot {landing_rear:.1f}.", file=sys.stderr)
    print("Signs against the published angles: {:.2f}, {:.2f}.".format(*sign_check(runners, folder)), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
