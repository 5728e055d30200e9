"""Left/right exchanges of the leg points: found by continuity of motion, and undone.

A pose model labels every frame almost on its own. When the legs pass each other in a side view it now and then gives
the left knee or foot the right one's place, for a frame or a few. The labels that make the motion smoothest are found
with dynamic programming (Viterbi) over "as labelled" and "exchanged", once for the knees and once for the feet; keeping
the model's own label is preferred where both explain the motion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import EXCHANGED_SIDES, FloatArray, Landmark, PoseTrack

#: Groups of landmarks (left ones) whose labels are exchanged together.
GROUPS: tuple[tuple[Landmark, ...], ...] = (
    (Landmark.LEFT_KNEE,),
    (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL, Landmark.LEFT_FOOT_INDEX),
)

#: Jerkiness (leg lengths, summed over both sides) that an exchange must save for each second it lasts. A true exchange
#: of separated legs saves about 4 at its two ends; a wrong one over half a stride (0.35 s) must not pay.
EXCHANGE_COST_PER_S = 5.0
#: Jerkiness of one joint above which more does not count, so that one wild point does not decide.
LARGEST_JERK = 0.5


def repair_swaps(track: PoseTrack, leg_length_px: float, slowness: float = 1.0) -> tuple[PoseTrack, NDArray[np.bool_]]:
    """Undo left/right exchanges of knees and feet.

    Parameters
    ----------
    track : the raw track.
    leg_length_px : length of a leg in the picture, the scale of the motion.
    slowness : how many times slower than a usual run the track plays.

    Returns
    -------
    track : with exchanged points put back, in `xy_px`, `visibility` and `world_m`.
    exchanged : (T,) True in frames where any group was exchanged.
    """
    xy, visibility, world = track.xy_px.copy(), track.visibility.copy(), track.world_m.copy()
    any_exchanged = np.zeros(len(track), dtype=bool)
    exchange_cost = EXCHANGE_COST_PER_S * float(np.median(np.diff(track.time_s))) / slowness if len(track) > 2 else 0.0
    for group in GROUPS:
        lefts = np.array(group)
        rights = EXCHANGED_SIDES[lefts]
        exchanged = _smoothest_labels(xy[:, lefts] / leg_length_px, xy[:, rights] / leg_length_px, exchange_cost)
        both, other = np.concatenate([lefts, rights]), np.concatenate([rights, lefts])
        rows = np.flatnonzero(exchanged)[:, None]
        for values in (xy, visibility, world):
            values[rows, both] = values[rows, other]
        any_exchanged |= exchanged
    count = int(any_exchanged.sum())
    note = f"left/right labels of knees or feet exchanged back in {count} frames"
    return track.noted(note, xy_px=xy, visibility=visibility, world_m=world), any_exchanged


def _smoothest_labels(left: FloatArray, right: FloatArray, exchange_cost: float) -> NDArray[np.bool_]:
    """(T,) True where exchanging left and right (T, K, 2) makes the motion smoother."""
    n = len(left)
    if n < 3:
        return np.zeros(n, dtype=bool)
    state = (np.stack([left, right]), np.stack([right, left]))  # state 0: as labelled, 1: exchanged
    # jerk[a, b, c][t]: second difference over frames t, t+1, t+2 when they are in states a, b and c
    jerk = np.empty((2, 2, 2, n - 2))
    for a, b, c in np.ndindex(2, 2, 2):
        second = state[c][:, 2:] - 2 * state[b][:, 1:-1] + state[a][:, :-2]
        size = np.minimum(np.linalg.norm(second, axis=-1), LARGEST_JERK)
        jerk[a, b, c] = np.nansum(size, axis=(0, 2)) / left.shape[1]
    # Plain numbers, written out: for two states they are many times as fast as arrays.
    pairs = ((0, 0), (0, 1), (1, 0), (1, 1))
    k00, k01, k10, k11 = 0.0, exchange_cost, exchange_cost, 2 * exchange_cost  # kbc: of frame 0 in state b and 1 in c
    came_from: list[tuple[bool, bool, bool, bool]] = []
    for j000, j100, j001, j101, j010, j110, j011, j111 in jerk.transpose(3, 1, 2, 0).reshape(n - 2, 8).tolist():
        # jabc: of the states a, b and c; the cheaper a is kept, the lower one where they cost the same
        a00, b00, a01, b01 = k00 + j000, k10 + j100, k00 + j001, k10 + j101
        a10, b10, a11, b11 = k01 + j010, k11 + j110, k01 + j011, k11 + j111
        came_from.append((b00 < a00, b01 < a01, b10 < a10, b11 < a11))
        k00, k01 = min(a00, b00), min(a01, b01) + exchange_cost
        k10, k11 = min(a10, b10), min(a11, b11) + exchange_cost
    cost = dict(zip(pairs, (k00, k01, k10, k11), strict=True))
    labels = [0] * n
    labels[-2], labels[-1] = min(pairs, key=lambda pair: cost[pair])
    for t in range(n - 3, -1, -1):
        labels[t] = int(came_from[t][2 * labels[t + 1] + labels[t + 2]])
    return np.array(labels, dtype=bool)
