"""When each foot is on the belt: the plan of all steps of a clip, with step-to-step variability from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gaitcheck.gait.result import Side
from gaitcheck.synthetic.spec import Motion
from gaitcheck.track import FloatArray

#: The model needs a moment in the air between two contacts, to join them by free flight.
SHORTEST_FLIGHT_S = 0.015

_STEPS_AROUND = 4

#: A longer way of the belt under the foot is shared between before and behind the pelvis.
_AHEAD_OF_WAY, _AHEAD_LESS_M = 0.42, 0.084


@dataclass(frozen=True)
class Contacts:
    """When each foot is on the belt, in order of time, legs in turn. Arrays (K,); seconds since the first frame."""

    is_right: NDArray[np.bool_]
    initial_contact_s: FloatArray
    toe_off_s: FloatArray

    def __len__(self) -> int:
        return len(self.is_right)

    @cached_property
    def of_side(self) -> dict[Side, NDArray[np.intp]]:
        """Give the numbers of the steps of each leg."""
        return {"left": np.flatnonzero(~self.is_right), "right": np.flatnonzero(self.is_right)}

    def latest(self, side: Side, time_s: FloatArray) -> NDArray[np.intp]:
        """Give the number of that leg's last step begun at each time (N,)."""
        mine = self.of_side[side]
        return mine[np.maximum(np.searchsorted(self.initial_contact_s[mine], time_s, side="right") - 1, 0)]

    def in_contact(self, side: Side, time_s: FloatArray) -> NDArray[np.bool_]:
        """Tell whether that foot touches the belt at each time (N,)."""
        touches: NDArray[np.bool_] = time_s < self.toe_off_s[self.latest(side, time_s)]
        return touches


@dataclass(frozen=True)
class Steps(Contacts):
    """All steps planned. Arrays (K,); metres, degrees.

    `foot_x_m` is where the foot is put down (to the runner's right), `ahead_m` how far the
    ankle then is in front of the pelvis; drop, valgus and lean are the commanded peaks of that stance, the knee and
    foot angles those at its contact, and the last the largest knee bend of the swing after it.
    """

    foot_x_m: FloatArray
    ahead_m: FloatArray
    pelvic_drop_deg: FloatArray
    knee_valgus_deg: FloatArray
    lateral_lean_deg: FloatArray
    knee_flexion_ic_deg: FloatArray
    foot_inclination_ic_deg: FloatArray
    peak_swing_flexion_deg: FloatArray


def plan_steps(motion: Motion, *, duration_s: float, scale: float, seed: int) -> Steps:
    """Lay out steps from a little before the clip to a little after it.

    Parameters
    ----------
    duration_s : of the clip, with its standing part.
    scale : body height over the drawn height; placement follows it.
    """
    rng = np.random.default_rng(seed)
    spread = motion.variability
    mean_step_s = 60.0 / motion.cadence_spm
    n = int(np.ceil(duration_s / mean_step_s)) + 2 * _STEPS_AROUND + 2
    is_right = np.arange(n) % 2 == 0
    sign = np.where(is_right, 1.0, -1.0)

    def sided(name: str) -> FloatArray:
        value = getattr(motion, name)
        return np.asarray(np.where(is_right, value.of("right"), value.of("left")))

    def noise(sd: float) -> FloatArray:
        return np.asarray(np.clip(rng.normal(0.0, 1.0, n), -2.5, 2.5) * sd)

    step_s = mean_step_s * (1 + sign * motion.step_time_asymmetry / 2) * (1 + noise(spread.step_time))
    first = -mean_step_s * (_STEPS_AROUND + rng.uniform())
    contact = first + np.concatenate([[0.0], np.cumsum(step_s)[:-1]])
    on_belt_s = sided("stance_share") * 2 * mean_step_s * (1 + noise(spread.contact_time))
    on_belt_s = np.minimum(on_belt_s, step_s - SHORTEST_FLIGHT_S)
    contact_way_m = motion.speed_m_s * sided("stance_share") * 2 * mean_step_s
    usual_ahead = _AHEAD_OF_WAY * contact_way_m - _AHEAD_LESS_M * scale
    return Steps(
        is_right=is_right,
        initial_contact_s=contact,
        toe_off_s=contact + on_belt_s,
        foot_x_m=sign * motion.step_width_m / 2 + noise(spread.placement_m),
        ahead_m=usual_ahead + sided("overstride_m") * scale + noise(spread.placement_m),
        pelvic_drop_deg=sided("pelvic_drop_deg") + noise(spread.angle_deg),
        knee_valgus_deg=sided("knee_valgus_deg") + noise(spread.angle_deg),
        lateral_lean_deg=sided("lateral_lean_deg") + noise(spread.angle_deg),
        knee_flexion_ic_deg=sided("knee_flexion_ic_deg") + noise(2 * spread.angle_deg),
        foot_inclination_ic_deg=sided("foot_inclination_ic_deg") + noise(2 * spread.angle_deg),
        peak_swing_flexion_deg=sided("peak_swing_flexion_deg") + noise(3 * spread.angle_deg),
    )
