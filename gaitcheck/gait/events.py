"""Midstance, initial contact and toe-off of each step.

Midstance is the lowest point of the body: it is seen in every view. The leg on the belt is the one whose foot is
lower. Contact and toe-off have one method for each kind of view:

side views (feet against the belt)
    A foot on the belt moves back at the belt's speed. Initial contact is where the speed of ankle and heel, before
    midstance, passes half the belt's (read from the points themselves at midstance); of the two and the body's own
    contact (below) the one in the middle counts. Toe-off is the median of four moments, each less its constant:
    the body's own, the thigh furthest back, the straightest knee (Fellin 2010), and the ankle's speed passing half the
    belt's. Each of them shifts by 10 ms and more from runner to runner, in ways of its own.

rear and front views (the body's rise and fall)
    A short contact needs a sharper push than a long one. Under a half-sine force that lasts a share d of the step, the
    n-th harmonic of the body's vertical acceleration is as cos(pi n d) / (1 - 4 n^2 d^2), so that the second against
    the first tells d, whatever the scale, and the first tells when its middle is. The contact is a little longer than
    that half-sine and a little later: two constants account for that. (The moments of fastest fall and rise, which
    Milner and Paquette 2015 take, tell the same from two points of the curve; jitter shifts these half as much again.)

The constants were set on a treadmill run with markers and a force plate (Fukuchi 2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.angles import bend, swing_from_vertical
from gaitcheck.gait.clean import CleanTrack
from gaitcheck.gait.result import Direction, Side
from gaitcheck.gait.view import is_side
from gaitcheck.numerics import CubicSpline, find_peaks, gaussian_filter1d
from gaitcheck.settings import View
from gaitcheck.track import FloatArray, Landmark

#: Durations of a step looked for, in seconds of the video (slow motion included).
STEP_SPAN_S = (0.20, 5.0)
#: Slower changes of the body's height (a drifting runner or camera) are taken out before steps are looked for.
DRIFT_S = 3.0
#: Autocorrelation that the body's height must reach to count as repeating.
LEAST_PERIODIC = 0.3
#: Standard deviation of the body's height (leg lengths) below which nobody runs; runners have 0.02 to 0.05.
LEAST_RISE = 0.005
#: Length of a leg (hip to ankle), metres: a scale good enough to tell running from walking.
USUAL_LEG_M = 0.85
#: Prominence of a low, as a share of the usual rise and fall.
LOW_PROMINENCE = 0.2
#: What it costs to break the alternation of the legs, in votes of a usual step.
BREAK_COST = 3.0
#: Share of the belt's speed at which a landing foot counts as having landed.
LANDED_SHARE = 0.5
#: A landing this far from the body's own contact is none.
FARTHEST_FROM_BODY_S = 0.07
#: How long after toe-off, in side views, the body seems to leave the belt, the thigh points furthest back, the knee is
#: straightest, and the ankle is slower than half the belt: half way between marker runs and rendered runners.
BODY_DELAY_S, THIGH_DELAY_S, KNEE_DELAY_S, ANKLE_DELAY_S = 0.003, 0.038, 0.013, -0.008
#: How long the half-sine force lasts that moves the body as a runner moves, as a share of the contact time, and how
#: much later than its middle the middle of the contact is: half way between marker runs and rendered runners.
FORCE_SPAN = 0.95
CENTRE_LATER_S = 0.0055
#: Shares of a step that the half-sine may last.
DUTY_RANGE = (0.3, 0.95)
#: Parts into which that range is divided; what lies between is good to a hundred-millionth of a step.
DUTY_PARTS = 10_001
#: Parts of a step in which the mean cycle is read.
CYCLE_PARTS = 256
#: Resolution of the fine time base on which crossings are looked for.
FINE_S = 0.001


@dataclass(frozen=True)
class Stance:
    """One stance as found, before it is checked against its neighbours. Times in seconds of the track."""

    side: Side
    midstance_s: float
    initial_contact_s: float | None
    toe_off_s: float | None
    clearance: float  # how much lower the stance foot is than the other at midstance, leg lengths


def find_stances(clean: CleanTrack, view: View, direction: Direction | None) -> tuple[list[Stance], float | None]:
    """All stances in order of time, and the typical step duration (None where nothing repeats)."""
    body = body_height(clean)
    period = rhythm(clean)
    if period is None:
        return [], None
    stances: list[Stance] = []
    for rows in _finite_runs(body):
        time = clean.track.time_s[rows]
        if time[-1] - time[0] < 1.5 * period:
            continue
        stances.extend(_stances_of(clean, rows, CubicSpline(time, body[rows]), period, view, direction))
    return sorted(stances, key=lambda stance: stance.midstance_s), period


def rhythm(clean: CleanTrack) -> float | None:
    """Duration of a step, seconds; None where nothing repeats.

    The body's height alone takes a stride for a step where its two steps are unlike (a limp); the feet tell which it
    is, since they change places from one step to the next.
    """
    period = step_period(body_height(clean), clean.rate_hz)
    if period is None:
        return None
    feet = _foot_height(clean, "left") - _foot_height(clean, "right")
    alike = _autocorrelation(feet, clean.rate_hz, round(period * clean.rate_hz) + 1)
    return period / 2 if np.interp(period * clean.rate_hz, np.arange(len(alike)), alike) > 0 else period


def step_period(body_height: FloatArray, rate_hz: float) -> float | None:
    """Duration after which the body's height repeats itself, seconds; None where it never does.

    The body goes down and up once a step. `body_height` may have gaps (NaN).
    """
    known = np.isfinite(body_height)
    if known.sum() < 4 * STEP_SPAN_S[0] * rate_hz:
        return None
    first, last = int(STEP_SPAN_S[0] * rate_hz), int(min(STEP_SPAN_S[1] * rate_hz, known.sum() * 0.6))
    correlation = _autocorrelation(body_height, rate_hz, last + 1)
    if correlation[0] < LEAST_RISE**2:
        return None
    correlation /= correlation[0]
    peaks, _ = find_peaks(correlation[: last + 1], prominence=0.1)
    peaks = peaks[peaks >= first]
    if not peaks.size or correlation[peaks].max() < LEAST_PERIODIC:
        return None
    best = int(peaks[np.argmax(correlation[peaks] >= 0.6 * correlation[peaks].max())])
    a, b, c = correlation[best - 1 : best + 2]
    return float((best + 0.5 * (a - c) / (a - 2 * b + c)) / rate_hz)


def _autocorrelation(values: FloatArray, rate_hz: float, longest: int) -> FloatArray:
    """Mean product of the values with themselves 0 to `longest` samples later, slow drift taken out; gaps are NaN."""
    known = np.isfinite(values)
    level = values[known].mean()
    weight = gaussian_filter1d(known.astype(float), DRIFT_S * rate_hz)
    drift = gaussian_filter1d(np.where(known, values - level, 0.0), DRIFT_S * rate_hz) / np.maximum(weight, 1e-9)
    swing = np.where(known, values - level - drift, 0.0)
    size = 1 << int(2 * len(swing) - 1).bit_length()
    pairs = np.fft.irfft(np.abs(np.fft.rfft(known.astype(float), size)) ** 2)
    products = np.fft.irfft(np.abs(np.fft.rfft(swing, size)) ** 2)
    return np.asarray(products[: longest + 1] / np.maximum(pairs[: longest + 1], 1.0))


def body_height(clean: CleanTrack) -> FloatArray:
    """(T,) height of the body by its shoulders and ears, leg lengths, up positive.

    The hips would be the place to read, but the tracker moves them with the legs: the swinging leg shifts the fall and
    rise it gives them by up to 90 ms (rendered runners, whose truth is known). Head and shoulders ride on the same
    body and are found without that.
    """
    points = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
    return np.asarray(-clean.track.xy_px[:, points, 1].mean(axis=1) / clean.leg_length_px)


def bounce_g(clean: CleanTrack, period: float) -> float:
    """Largest vertical acceleration of the body, in g, as that of a sine of the same rise and rhythm."""
    amplitude = np.sqrt(2 * _autocorrelation(body_height(clean), clean.rate_hz, 1)[0])
    return float(amplitude * USUAL_LEG_M * (2 * np.pi / period) ** 2 / 9.81)


def _finite_runs(values: FloatArray) -> Iterator[slice]:
    """Slices of consecutive finite values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.isfinite(values).astype(int), [0]])))
    for start, end in edges.reshape(-1, 2):
        if end - start > 3:
            yield slice(int(start), int(end))


def _stances_of(
    clean: CleanTrack, rows: slice, body: CubicSpline, period: float, view: View, direction: Direction | None
) -> Iterator[Stance]:
    time = clean.track.time_s[rows]
    fine = np.arange(time[0], time[-1], FINE_S)
    height = body(fine)
    swing = np.percentile(height, 90) - np.percentile(height, 10)
    found, _ = find_peaks(-height, distance=max(1, int(0.6 * period / FINE_S)), prominence=LOW_PROMINENCE * swing)
    places, cycle = _aligned(body(fine, 1), found, period)
    lows, middles = fine[found], fine[places]
    feet = _foot_height(clean, "left")[rows] - _foot_height(clean, "right")[rows]
    apart = np.array([np.mean(feet[np.abs(time - low) <= 0.15 * period]) for low in lows])
    on_left = _alternating(apart, lows, period)
    from_middle = contact_by_body(cycle, period) if cycle else None
    for middle, left, clearance in zip(middles.tolist(), on_left, np.abs(apart), strict=True):
        side: Side = "left" if left else "right"
        contact, off = (middle + from_middle[0], middle + from_middle[1]) if from_middle else (None, None)
        if is_side(view) and contact is not None:
            contact = _contact_by_foot(clean, rows, side, middle, contact, period, direction)
            off = None if off is None else _toe_off_by_leg(clean, rows, side, middle, off, period, direction)
        within = (contact is None or contact >= time[0]) and (off is None or off <= time[-1])
        if within:
            yield Stance(side, middle, contact, off, float(clearance))


def _alternating(apart: FloatArray, lows: FloatArray, period: float) -> NDArray[np.bool_]:
    """(N,) True where the left leg is on the belt.

    Each midstance votes by how much lower one foot is (`apart` < 0: the left one); legs alternate from step to step,
    and breaking that costs as much as `BREAK_COST` votes of a usual step (Viterbi over the two legs).
    """
    n = len(apart)
    if not n:
        return np.zeros(0, dtype=bool)
    vote = apart / max(float(np.median(np.abs(apart))), 1e-9)
    against = np.stack([np.maximum(vote, 0.0), np.maximum(-vote, 0.0)])  # row 0: left leg, row 1: right leg
    cost = against[:, 0]
    came_from = np.zeros((2, n), dtype=int)
    for i in range(1, n):
        alternates = round((lows[i] - lows[i - 1]) / period) % 2 == 1
        stay, change = (BREAK_COST, 0.0) if alternates else (0.0, BREAK_COST)
        step = np.array([[cost[0] + stay, cost[1] + change], [cost[0] + change, cost[1] + stay]])
        came_from[:, i] = np.argmin(step, axis=1)
        cost = step.min(axis=1) + against[:, i]
    leg = np.zeros(n, dtype=int)
    leg[-1] = int(np.argmin(cost))
    for i in range(n - 1, 0, -1):
        leg[i - 1] = came_from[leg[i], i]
    return np.asarray(leg == 0)


def _aligned(speed: FloatArray, lows: NDArray[np.intp], period: float) -> tuple[NDArray[np.intp], CubicSpline | None]:
    """Midstances, each moved to where the vertical speed around it fits the mean cycle of all steps best.

    `speed` is the body's vertical speed on the fine time base, `lows` are places in it. Returns the places moved and
    the mean cycle of speed over time from midstance (None with fewer than three whole cycles). Fitting the whole cycle
    is steadier than any single extreme of a jittery curve. Both legs share one cycle: cycles of their own made
    contacts differ by up to 20 ms between legs that are alike (rendered runners).
    """
    reach, most = round(0.75 * period / FINE_S), round(0.12 * period / FINE_S)
    around = np.arange(-reach, reach + 1)
    whole = (lows >= reach + 2 * most) & (lows < len(speed) - reach - 2 * most)
    if whole.sum() < 3:
        return lows, None
    moved = lows.copy()
    for _ in range(3):
        cycle = speed[moved[whole, None] + around].mean(axis=0)
        for i in np.flatnonzero(whole):
            near = speed[lows[i] - reach - most : lows[i] + reach + most + 1]
            moved[i] = lows[i] + int(np.argmax(np.correlate(near, cycle, "valid"))) - most
        # the mean cycle is at its lowest where its speed passes zero upwards
        rising = np.flatnonzero((cycle[:-1] < 0) & (cycle[1:] >= 0)) + 1 - reach
        if rising.size:
            centre = int(rising[np.argmin(np.abs(rising))])
            moved[whole] += centre if abs(centre) <= most else 0
    cycle = speed[moved[whole, None] + around].mean(axis=0)
    return moved, CubicSpline(around * FINE_S, cycle)


def _foot_height(clean: CleanTrack, side: Side) -> FloatArray:
    """(T,) height of ankle, heel and toe of one foot together, leg lengths, up positive."""
    first = Landmark.LEFT_ANKLE if side == "left" else Landmark.RIGHT_ANKLE
    return np.asarray(-clean.track.xy_px[:, [first, first + 2, first + 4], 1].mean(axis=1) / clean.leg_length_px)


def contact_by_body(cycle: CubicSpline, period: float) -> tuple[float, float] | None:
    """Contact and toe-off, in seconds from midstance, from the mean cycle of the body's vertical speed.

    None where the body rises and falls like that of no runner.
    """
    share = np.arange(-0.5, 0.5, 1 / CYCLE_PARTS)
    speed = cycle(share * period)
    # a harmonic of the acceleration is that of the speed times its number, a quarter of a turn ahead
    first, second = (1j * n * np.mean(speed * np.exp(-2j * np.pi * n * share)) for n in (1, 2))
    centre = -np.angle(first) / (2 * np.pi) * period
    sharpness = float((second * np.exp(-2j * np.angle(first))).real / abs(first))
    duty = _half_sine_duty(sharpness)
    if duty is None:
        return None
    middle, half = centre + CENTRE_LATER_S, duty / FORCE_SPAN * period / 2
    return middle - half, middle + half


def _half_sine_duty(sharpness: float) -> float | None:
    """Share of the step during which a half-sine force acts whose second harmonic is so large against the first."""
    duty = np.linspace(*DUTY_RANGE, DUTY_PARTS)
    first, second = (np.sinc(n * duty - 0.5) + np.sinc(n * duty + 0.5) for n in (1, 2))
    falling = second / first
    if not falling[-1] <= sharpness <= falling[0]:
        return None
    return float(np.interp(-sharpness, -falling, duty))


def _contact_by_foot(
    clean: CleanTrack,
    rows: slice,
    side: Side,
    middle: float,
    by_body: float,
    period: float,
    direction: Direction | None,
) -> float:
    """Contact of one step from the speed of ankle and heel against the belt's.

    Of the moments at which a point comes down to that speed the one nearest to the body's own contact counts, so that
    a jitter of the landed foot is not taken for landing; and of ankle, heel and body the one in the middle, so that one
    of them may be wrong.
    """
    forward = -1.0 if direction == "image_left" else 1.0
    time, xy = clean.track.time_s[rows], clean.track.xy_px[rows]
    window = (time >= middle - 0.75 * period) & (time <= middle + 0.2 * period)
    if window.sum() < 5:
        return by_body
    fine = np.arange(time[window][0], time[window][-1], FINE_S)
    contacts = []
    points = [left + (side == "right") for left in (Landmark.LEFT_ANKLE, Landmark.LEFT_HEEL)]
    for speed in CubicSpline(time[window], forward * xy[window][:, points, 0])(fine, 1).T:
        belt = float(np.median(speed[np.abs(fine - middle) < 0.12 * period]))
        moving = speed > LANDED_SHARE * belt
        landings = fine[:-1][moving[:-1] & ~moving[1:]]
        near = landings[np.abs(landings - by_body) <= FARTHEST_FROM_BODY_S]
        if belt < 0 and near.size:
            contacts.append(float(near[np.argmin(np.abs(near - by_body))]))
    return float(np.median([*contacts, by_body]))


def _toe_off_by_leg(
    clean: CleanTrack,
    rows: slice,
    side: Side,
    middle: float,
    by_body: float,
    period: float,
    direction: Direction | None,
) -> float | None:
    """Toe-off of one step: the median of body's, thigh's, knee's and ankle's; None without the thigh's."""
    forward = -1.0 if direction == "image_left" else 1.0
    time, xy = clean.track.time_s[rows], clean.track.xy_px[rows]
    window = (time >= middle - 0.2 * period) & (time <= middle + 0.95 * period)
    if window.sum() < 5:
        return None
    points = (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)
    hip, knee, ankle = (xy[window, left + (side == "right")] for left in points)
    fine = np.arange(middle + 0.15 * period, min(middle + 0.8 * period, time[window][-1]), FINE_S)

    # one spline for all: making one takes longer than all else here
    lines = CubicSpline(
        time[window],
        np.column_stack(
            [
                -swing_from_vertical(hip, knee, forward),
                -bend(hip, knee, ankle, forward),
                forward * ankle[:, 0],
            ]
        ),
    )
    thigh, shank, _ = lines(fine).T

    def largest(line: FloatArray) -> float | None:
        tops, _ = find_peaks(line)
        return float(fine[tops[np.argmax(line[tops])]]) if tops.size else None

    back = largest(thigh)
    if back is None:
        return None
    moments = [by_body - BODY_DELAY_S, back - THIGH_DELAY_S]
    straight = largest(shank)
    if straight is not None:
        moments.append(straight - KNEE_DELAY_S)
    around_middle = np.arange(middle - 0.12 * period, middle + 0.12 * period, FINE_S)
    belt = float(np.median(lines(around_middle, 1)[:, 2]))
    slower = fine[lines(fine, 1)[:, 2] > LANDED_SHARE * belt]
    if belt < 0 and slower.size:
        moments.append(float(slower[0]) - ANKLE_DELAY_S)
    return float(np.median(moments))
