"""Who is who: joins the people found in single frames into persons over time and picks the runner among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import UnusableInputError
from gaitcheck.track import FloatArray, Landmark

IntArray = NDArray[np.int64]

_SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
_HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
_ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]

#: Two poses in one frame whose trunks are nearer than this (in trunk lengths) are one person found twice.
SAME_PERSON_TRUNKS = 0.5
#: How far a trunk's centre may jump between two frames, in trunk lengths, and how fast it may move beyond that.
JUMP_TRUNKS = 0.5
SPEED_TRUNKS_PER_S = 8.0
#: Trunk lengths of one person in two frames may differ by this factor (leaning, turning, wrong joints).
SIZE_RATIO = 2.0
#: A person lost for longer than this begins a new stretch; stretches at the same place are joined again afterwards.
LOST_S = 0.5
#: A lost person who appears again within this distance (trunk lengths) of the place, at the same size but for this
#: factor, is the same one.
SAME_PLACE_TRUNKS = 1.0
SAME_SIZE_RATIO = 1.5
#: A scene whose best runner moves less than this share of the best one of all scenes shows somebody else, or no run.
LEAST_SCENE_SHARE = 0.25
#: People who are seen for less time than this, or for less than this share of the time of the scene's longest seen
#: person, are not counted: mostly poses that are none. In a shorter scene the longest seen person counts.
SHORTEST_S = 0.5
SHORTEST_SHARE = 0.1
#: Span over which the motion of legs and hips is measured: somewhat more than one stride of a run.
WINDOW_S = 1.0


@dataclass(frozen=True)
class Sightings:
    """People found in the frames of a video, one row for each person and frame, in order of time.

    Attributes
    ----------
    frame : (M,) index of the frame.
    time_s : (M,) presentation time of that frame, seconds.
    xy_px : (M, 33, 2) pixels of the upright picture.
    visibility : (M, 33) 0..1.
    scene : (M,) number of the scene, one more after each cut.
    """

    frame: IntArray
    time_s: FloatArray
    xy_px: NDArray[np.floating]
    visibility: NDArray[np.floating]
    scene: IntArray

    def __len__(self) -> int:
        return len(self.frame)

    def rows(self, chosen: NDArray[np.bool_] | IntArray) -> Sightings:
        """The chosen rows only."""
        return Sightings(
            self.frame[chosen],
            self.time_s[chosen],
            self.xy_px[chosen],
            self.visibility[chosen],
            self.scene[chosen],
        )


def trunk(xy_px: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    """Centre (..., 2) and length (...) in pixels of the trunk: middle of the shoulders to middle of the hips.

    The length is at least the width of shoulders or hips, so that it stays useful when a person bends forward.
    """
    xy = np.asarray(xy_px, dtype=np.float64)
    shoulders, hips = xy[..., _SHOULDERS, :], xy[..., _HIPS, :]
    middle_shoulder, middle_hip = shoulders.mean(axis=-2), hips.mean(axis=-2)
    lengths = [
        np.linalg.norm(middle_shoulder - middle_hip, axis=-1),
        np.linalg.norm(shoulders[..., 0, :] - shoulders[..., 1, :], axis=-1),
        np.linalg.norm(hips[..., 0, :] - hips[..., 1, :], axis=-1),
    ]
    return (middle_shoulder + middle_hip) / 2, np.maximum(np.max(lengths, axis=0), 1.0)


def without_duplicates(xy_px: NDArray[np.floating], visibility: NDArray[np.floating], first: int = 0) -> IntArray:
    """Rows of (N, 33, 2) poses of one frame that are different people, best seen first.

    Of two poses with their trunks at the same place, the one with the higher mean visibility stays. The `first` rows
    are known to be different people: they stay as they are.
    """
    centre, length = trunk(xy_px)
    kept = list(range(first))
    for row in first + np.argsort(-visibility[first:].mean(axis=-1), kind="stable"):
        apart = [
            np.linalg.norm(centre[row] - centre[k]) >= SAME_PERSON_TRUNKS * max(length[row], length[k]) for k in kept
        ]
        if all(apart):
            kept.append(int(row))
    return np.array(kept, dtype=np.int64)


@dataclass
class _Stretch:
    """Rows of one person seen without a long gap."""

    rows: list[int]
    centre: FloatArray
    length: float
    time_s: float


def label_persons(sightings: Sightings) -> IntArray:
    """Give each row the number of its person.

    Frame by frame each pose is assigned to the nearest person of the frames before (all pairs together, distances in
    trunk lengths); what is too far from everybody begins a new person. Then stretches of the same scene that do not
    overlap in time are joined where one begins at the place the other was left. Persons of different scenes always
    have different numbers.

    Returns
    -------
    (M,) numbers 0, 1, ... in order of first sight.
    """
    centre, length = trunk(sightings.xy_px)
    done: list[_Stretch] = []
    for scene in np.unique(sightings.scene):
        rows = np.flatnonzero(sightings.scene == scene)
        done += _joined(_stretches(sightings, rows, centre, length), centre, sightings.frame)
    done.sort(key=lambda stretch: stretch.rows[0])
    labels = np.full(len(sightings), -1, dtype=np.int64)
    for number, stretch in enumerate(done):
        labels[stretch.rows] = number
    return labels


def _stretches(sightings: Sightings, rows: IntArray, centre: FloatArray, length: FloatArray) -> list[_Stretch]:
    live: list[_Stretch] = []
    ended: list[_Stretch] = []
    starts = np.flatnonzero(np.diff(sightings.frame[rows], prepend=-1))
    for group in np.split(rows, starts[1:]):
        now = float(sightings.time_s[group[0]]) if len(group) else 0.0
        ended += [s for s in live if now - s.time_s > LOST_S]
        live = [s for s in live if now - s.time_s <= LOST_S]
        free = set(group.tolist())
        for stretch, row in _pairs(live, group, centre, length, now):
            stretch.rows.append(row)
            stretch.centre, stretch.time_s = centre[row], now
            # a slowly following length: one wrong pose must not change what counts as near
            stretch.length = 0.9 * stretch.length + 0.1 * float(length[row])
            free.discard(row)
        live += [_Stretch([row], centre[row], float(length[row]), now) for row in sorted(free)]
    return ended + live


def _pairs(
    live: Sequence[_Stretch], group: IntArray, centre: FloatArray, length: FloatArray, now: float
) -> list[tuple[_Stretch, int]]:
    if not live or not len(group):
        return []
    cost = np.empty((len(live), len(group)))
    for i, stretch in enumerate(live):
        reach = JUMP_TRUNKS + SPEED_TRUNKS_PER_S * (now - stretch.time_s)
        away = np.linalg.norm(centre[group] - stretch.centre, axis=1) / stretch.length
        ratio = length[group] / stretch.length
        far = (away > reach) | (ratio > SIZE_RATIO) | (ratio < 1 / SIZE_RATIO)
        cost[i] = np.where(far, 1e6, away + np.abs(np.log(ratio)))
    if cost.size == 1:  # most videos show one person, in all frames
        chosen = [(0, 0)]
    else:
        from scipy.optimize import linear_sum_assignment  # takes a tenth of a second to load

        chosen = list(zip(*linear_sum_assignment(cost), strict=True))
    return [(live[i], int(group[j])) for i, j in chosen if cost[i, j] < 1e6]


def _joined(stretches: list[_Stretch], centre: FloatArray, frame: IntArray) -> list[_Stretch]:
    """Join stretches of one scene: a person who was lost and is found again at the same place is the same one."""
    whole: list[_Stretch] = []
    for stretch in sorted(stretches, key=lambda s: s.rows[0]):
        first = stretch.rows[0]
        before = [
            (float(np.linalg.norm(w.centre - centre[first])) / w.length, w)
            for w in whole
            if frame[w.rows[-1]] < frame[first] and 1 / SAME_SIZE_RATIO < stretch.length / w.length < SAME_SIZE_RATIO
        ]
        away, same = min(before, key=lambda item: item[0], default=(np.inf, stretch))
        if away > SAME_PLACE_TRUNKS:
            whole.append(stretch)
            continue
        same.rows += stretch.rows
        same.centre, same.length, same.time_s = stretch.centre, stretch.length, stretch.time_s
    return whole


def running_motion(person: Sightings) -> float:
    """How much a person runs in place: swing of the legs, less where the hips travel through the picture.

    The swing is the spread of (left ankle - right ankle) within windows of `WINDOW_S`, in trunk lengths, weighted with
    the ankles' visibility (hidden feet are guessed and jitter); the difference of the ankles is blind to a moving
    camera and to the person's own travel. It is divided by 1 + the travel of the hips in trunk lengths a second.
    The median over the windows is returned: 0.4-1 for a runner from the side, 0.1-0.4 from the front, about 0.01 for a
    person who stands.
    """
    xy = np.asarray(person.xy_px, dtype=np.float64)
    scale = float(np.median(trunk(xy)[1]))
    ankles = (xy[:, _ANKLES[0]] - xy[:, _ANKLES[1]]) / scale
    hips = xy[:, _HIPS].mean(axis=1) / scale
    seen = np.asarray(person.visibility[:, _ANKLES], dtype=np.float64).min(axis=1)
    window = ((person.time_s - person.time_s[0]) / WINDOW_S).astype(np.int64)
    motions = []
    for rows in np.split(np.arange(len(person)), np.flatnonzero(np.diff(window)) + 1):
        if len(rows) < 3:
            continue
        swing = float(np.sqrt(ankles[rows].var(axis=0).sum()))
        span = float(person.time_s[rows[-1]] - person.time_s[rows[0]])
        third = max(len(rows) // 3, 1)
        travel = float(np.linalg.norm(hips[rows[-third:]].mean(axis=0) - hips[rows[:third]].mean(axis=0)))
        motions.append(swing * float(seen[rows].mean()) / (1 + travel / max(span * 2 / 3, 1e-3)))
    return float(np.median(motions)) if motions else 0.0


def _seen_s(person: Sightings) -> float:
    """Seconds for which a person was seen, gaps not counted."""
    step = np.diff(person.time_s)
    return float(step[step <= LOST_S].sum())


def choose_runner(sightings: Sightings, *, person: int | None = None) -> tuple[IntArray, int]:
    """Rows of the person to follow, and how many people were seen together at most.

    In each scene the person with the most running in place (see `running_motion`) times the time seen is followed,
    so neither the nearest nor the largest; scenes in which nobody runs, while somebody does in others, are left out.
    With `person` the one at that place from the picture's left is taken in each scene that shows so many people
    (1 = leftmost by the middle of the positions over the scene).

    Raises
    ------
    UnusableInputError
        `person` is given and no scene shows so many people.
    """
    labels = label_persons(sightings)
    people = {int(n): sightings.rows(labels == n) for n in np.unique(labels)}
    longest = dict.fromkeys(np.unique(sightings.scene).tolist(), 0.0)
    for who in people.values():
        scene = int(who.scene[0])
        longest[scene] = max(longest[scene], _seen_s(who))
    counted = {}
    for n, who in people.items():
        most_s = longest[int(who.scene[0])]
        if _seen_s(who) >= min(max(SHORTEST_S, SHORTEST_SHARE * most_s), most_s):
            counted[n] = who
    together = _most_together(sightings.frame[np.isin(labels, list(counted))])

    motion = {n: running_motion(who) for n, who in counted.items()}
    chosen: list[int] = []
    for scene in sorted(longest):
        here = {n: who for n, who in counted.items() if int(who.scene[0]) == scene}
        if person is None:
            chosen.append(max(here, key=lambda n: motion[n] * _seen_s(here[n])))
        elif person <= len(here):
            chosen.append(sorted(here, key=lambda n: float(np.median(trunk(here[n].xy_px)[0][:, 0])))[person - 1])
    if person is None:
        least = LEAST_SCENE_SHARE * max((motion[n] for n in chosen), default=0.0)
        chosen = [n for n in chosen if motion[n] >= least]
    if person is not None and not chosen:
        raise UnusableInputError(
            f"Person {person} was asked for, but the video shows at most {together} people together; "
            "count from the picture's left or leave the choice out."
            if together
            else f"Person {person} was asked for, but nobody was found in the video."
        )
    return np.flatnonzero(np.isin(labels, chosen)), together


def _most_together(frames: IntArray) -> int:
    return int(np.unique(frames, return_counts=True)[1].max()) if len(frames) else 0
