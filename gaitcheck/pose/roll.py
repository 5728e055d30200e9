"""How far the camera was turned, from the straight lines of the room behind the runner.

Walls, doors, windows and posts are plumb. A level camera shows them upright; a pitched one (looking up or down) lets
them lean, the more the further they stand from the picture's middle, and a rolled one turns all of them alike. So the
lean of upright lines is a straight line over their place in the picture, and the roll is its value in the middle. Level
edges square to the camera (a console, the foot of a wall) do the same over their height in the picture when the camera
is not quite square; they help, with less weight, as a treadmill's deck may be inclined.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gaitcheck.track import CameraRoll, FloatArray, Landmark, PoseTrack

UInt8Array = NDArray[np.uint8]

#: Frames kept at most, and the longer side they are shrunk to.
MOST_FRAMES = 24
LONG_SIDE_PX = 960
#: Shortest line looked at, as a share of the longer side, and the length from which a line has a whole vote.
SHORTEST_SHARE = 0.045
WHOLE_VOTE_SHARE = 0.25
#: Lines this near to the picture's edge are the edge; level or upright ones across the whole picture are black bars.
EDGE_SHARE = 0.012
BAR_SHARE = 0.93
#: How far from upright or level a line may lie.
WINDOW_DEG = 18.0
#: Largest roll looked for.
MOST_ROLL_DEG = 12.0
#: Scatter of good lines. Walls are built to a few tenths of a degree; level edges may belong to an inclined deck.
UPRIGHT_SD_DEG = 0.6
LEVEL_SD_DEG = 1.2
#: Share of lines that belong to something else: a leaning post, an edge that runs away from the camera.
STRAY_SHARE = 0.5
#: Spread of the lean half a long side away from the middle, before anything is seen: phones are held about upright
#: and about square.
LEAN_SD_DEG = 6.0
MOST_LEAN_DEG = 15.0
#: What every estimate can be off however many lines agree: the lens's distortion, a house out of plumb.
FLOOR_SD_DEG = 0.3
#: Parts of the picture (of its width or height); lines in one part are copies of each other, as a post's two edges are.
PARTS = 24
#: A standard deviation from which on nothing is said.
WEAK_SD_DEG = 2.0
#: A place counts as the runner's if the runner covers it in this share of the frames.
RUNNER_SHARE = 0.2


class _Sample(NamedTuple):
    row: int
    grey: UInt8Array


class RollSampler:
    """Keeps a few small grey frames, evenly spread over a video; frames may come in any order and from any thread.

    Parameters
    ----------
    frames : how many frames the video has, about.
    """

    def __init__(self, frames: int) -> None:
        self.samples: list[_Sample] = []
        self._stride = max(1, -(-frames // MOST_FRAMES))

    def take(self, number: int, rgb: UInt8Array) -> None:
        """Look at a frame (H, W, 3); `number` counts the frames that are looked at."""
        if number % self._stride or number >= MOST_FRAMES * self._stride:
            return
        import cv2

        scale = min(1.0, LONG_SIDE_PX / max(rgb.shape[:2]))
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
        self.samples.append(_Sample(number, np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)))

    def roll(self, track: PoseTrack) -> CameraRoll | None:
        """The camera's roll, None where the room shows too few straight lines or the picture jumps between scenes."""
        if len(self.samples) < 2 or track.cuts_s:
            return None
        samples = sorted(self.samples, key=lambda sample: sample.row)
        background = np.median(np.stack([sample.grey for sample in samples]), axis=0).astype(np.uint8)
        rows = [sample.row for sample in samples]
        scale = background.shape[1] / track.frame_size_px[0]
        covered = runner_mask(track.xy_px[rows] * scale, (background.shape[1], background.shape[0]))
        return roll_of_lines(lines_of(background, covered), (background.shape[1], background.shape[0]))


#: Limbs that are painted over, as thick as a share of the trunk's length.
_LIMBS: tuple[tuple[Landmark, Landmark, float], ...] = tuple(
    (Landmark[f"{side}_{a}"], Landmark[f"{side}_{b}"], thick)
    for side in ("LEFT", "RIGHT")
    for a, b, thick in (
        ("SHOULDER", "HIP", 0.5),
        ("HIP", "KNEE", 0.45),
        ("KNEE", "ANKLE", 0.35),
        ("ANKLE", "FOOT_INDEX", 0.3),
        ("ANKLE", "HEEL", 0.3),
        ("SHOULDER", "ELBOW", 0.3),
        ("ELBOW", "WRIST", 0.3),
        ("EAR", "SHOULDER", 0.5),
    )
)


def runner_mask(xy_px: FloatArray, size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W) True where the runner is in a good part of the frames.

    Parameters
    ----------
    xy_px : (N, 33, 2) landmarks in the frames looked at, NaN where nobody was found.
    size_px : (width, height).
    """
    import cv2

    seen = np.zeros((size_px[1], size_px[0]), dtype=np.uint8)
    for points in xy_px[np.isfinite(xy_px).all(axis=(1, 2))]:
        one = np.zeros_like(seen)
        trunk = np.linalg.norm(points[[11, 12]].mean(axis=0) - points[[23, 24]].mean(axis=0))
        for a, b, thick in _LIMBS:
            ends = [tuple(int(v) for v in np.clip(points[i], -9999, 9999)) for i in (a, b)]
            cv2.line(one, ends[0], ends[1], 1, max(3, int(thick * trunk)))
        seen += one
    return np.asarray(seen > RUNNER_SHARE * max(len(xy_px), 1))


def lines_of(grey: UInt8Array, covered: NDArray[np.bool_]) -> FloatArray:
    """Straight line segments of a picture, (N, 4): x, y of both ends, px.

    Those on covered places and those that belong to the picture itself (its edges, black bars) are left out.
    """
    import cv2

    found = cv2.createLineSegmentDetector().detect(grey)[0]
    lines = np.zeros((0, 4)) if found is None else np.asarray(found, dtype=float).reshape(-1, 4)
    size = np.array([grey.shape[1], grey.shape[0]])
    extent = np.abs(lines[:, 2:] - lines[:, :2])
    near_edge = [(np.minimum(ends, size - ends) < EDGE_SHARE * size.max()) for ends in (lines[:, :2], lines[:, 2:])]
    on_edge = (near_edge[0] & near_edge[1]).any(axis=1)
    bar = ((extent > BAR_SHARE * size) & (extent[:, ::-1] < 1.5)).any(axis=1)
    long = np.hypot(*extent.T) >= SHORTEST_SHARE * size.max()
    lines = lines[long & ~on_edge & ~bar]
    along = np.linspace(0.05, 0.95, 7)[:, None, None]
    places = (lines[None, :, :2] * (1 - along) + lines[None, :, 2:] * along).astype(int)
    x, y = (np.clip(places[..., i], 0, size[i] - 1) for i in (0, 1))
    return np.asarray(lines[covered[y, x].mean(axis=0) < 0.2])


class _Family(NamedTuple):
    """Lines of one direction: (N,) their turn in degrees, their place (half a long side = 1, middle = 0), their votes
    (copies share one), and the scatter of good ones.
    """

    turn_deg: FloatArray
    place: FloatArray
    votes: FloatArray
    sd_deg: float


def roll_of_lines(lines: FloatArray, size_px: tuple[int, int]) -> CameraRoll | None:
    """The roll that upright and level lines speak for.

    On a grid of rolls and leans each line's likelihood is that of a good line (normal about what roll and lean let
    expect) or of a stray one (any direction); mean and standard deviation are those of the resulting distribution, so
    two rolls that suit the lines equally well make a large standard deviation.

    Parameters
    ----------
    lines : (N, 4) x, y of both ends, px.
    size_px : (width, height) of the picture.
    """
    rolls = np.arange(-MOST_ROLL_DEG, MOST_ROLL_DEG + 0.01, 0.1)
    leans = np.arange(-MOST_LEAN_DEG, MOST_LEAN_DEG + 0.01, 0.5)
    families = [_family(lines, size_px, upright=upright) for upright in (True, False)]
    tables = [_log_likelihood(family, rolls, leans) for family in families]
    by_roll = [np.logaddexp.reduce(table, axis=0) for table in tables]
    roll, sd = _moments(rolls, by_roll[0] + by_roll[1])
    sd = float(np.hypot(sd, FLOOR_SD_DEG))
    if sd > WEAK_SD_DEG:
        return None
    found = [
        _moments(leans, np.logaddexp.reduce(table + other, axis=1))
        for table, other in zip(tables, by_roll[::-1], strict=True)
    ]
    agree = [
        int((np.abs(family.turn_deg - roll - lean * family.place) < 2 * family.sd_deg).sum())
        for family, (lean, _) in zip(families, found, strict=True)
    ]
    lean, lean_sd = found[0]
    return CameraRoll(roll, sd, agree[0], agree[1], lean, lean_sd)


def _family(lines: FloatArray, size_px: tuple[int, int], *, upright: bool) -> _Family:
    d = lines[:, 2:] - lines[:, :2]
    middle = (lines[:, 2:] + lines[:, :2]) / 2 - np.array(size_px) / 2
    if upright:  # a picture turned clockwise (+) moves the upper end to the right
        d = d * np.where(d[:, 1:] > 0, -1.0, 1.0)
        turn = np.degrees(np.arctan2(d[:, 0], -d[:, 1]))
    else:  # and lowers the right end
        d = d * np.where(d[:, :1] < 0, -1.0, 1.0)
        turn = np.degrees(np.arctan2(d[:, 1], d[:, 0]))
    near = np.abs(turn) <= WINDOW_DEG
    axis = 0 if upright else 1
    place = middle[near, axis]
    part = np.clip((place / size_px[axis] + 0.5) * PARTS, 0, PARTS - 1).astype(np.intp)
    votes = np.minimum(np.hypot(*d[near].T) / (WHOLE_VOTE_SHARE * max(size_px)), 1.0)
    together = np.bincount(part, votes, PARTS)
    return _Family(
        turn[near],
        place / (max(size_px) / 2),
        votes / np.maximum(together[part], 1.0),
        UPRIGHT_SD_DEG if upright else LEVEL_SD_DEG,
    )


def _log_likelihood(family: _Family, rolls: FloatArray, leans: FloatArray) -> FloatArray:
    """(L, R) of the lines at each lean and roll, with what is known of leans beforehand."""
    stray = STRAY_SHARE / (2 * WINDOW_DEG)
    peak = (1 - STRAY_SHARE) / (family.sd_deg * np.sqrt(2 * np.pi))
    out = np.empty((len(leans), len(rolls)))
    for row, lean in zip(out, leans, strict=True):
        off = family.turn_deg[:, None] - lean * family.place[:, None] - rolls
        row[:] = family.votes @ np.log(stray + peak * np.exp(-0.5 * (off / family.sd_deg) ** 2))
        row -= 0.5 * (lean / LEAN_SD_DEG) ** 2
    return out


def _moments(values: FloatArray, log_weights: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation."""
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = float(weights @ values)
    return mean, float(np.sqrt(weights @ (values - mean) ** 2))
