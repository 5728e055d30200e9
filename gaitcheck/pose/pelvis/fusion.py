"""One pelvis line from the clothing: registration gives the swing, the garment boundary says what is level.

Both work on the same reference picture, so they are one line: the tilt of the boundary in the reference plus the turn
of each frame against it. What either is worth is measured in the video itself: whether cloth above, at and below the
waist swings alike, whether the boundary keeps its shape, and where it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gaitcheck.pose.pelvis.evidence import PATCH_AT, PATCH_PX, PATCH_STEP, Evidence
from gaitcheck.pose.pelvis.garment import Boundary, hem, waistline
from gaitcheck.pose.pelvis.registration import (
    HALF_WIDTH,
    INNER_HALF_WIDTH,
    TRUNK_PX,
    WAIST_ROW,
    Float32Array,
    Patches,
    Registered,
    fit_all,
    fit_parts,
    make_reference,
    placed,
    turn_sd_deg,
    waist_window,
)
from gaitcheck.track import FloatArray, PelvisTrack, PoseTrack

#: Frames registered at most, in stretches of so many seconds spread over the video.
MOST_FRAMES, STRETCH_S = 3000, 2.0
#: Frames from which the reference is made, and frames and rate at which the cloth's parts are compared.
REFERENCE_FRAMES, COMPARED_FRAMES, COMPARED_HZ = 80, 99, 10.0
#: Shortest time worth registering, and least share of the frames that must fit.
SHORTEST_S, LEAST_FITTED = 2.0, 0.6
#: A frame fits that is not stranger than this against the usual one, and moved no further than this (patch pixels).
_STRANGE, _FAR = 3.0, 15.0
#: Spread of the rows around a boundary that count, and of the bands that are compared; their places (patch pixels).
_BOUNDARY_SPREAD, _BAND_SPREAD = 0.07 * TRUNK_PX, 6.0
_BANDS = (-12.0, 0.0, 12.0, 24.0)
#: Strides a second.
_STRIDES_HZ = (0.8, 2.2)
#: Rows left out around a boundary to see how the cloth beside it moves, and how far away that is looked for.
_BESIDE, _BESIDE_AT = 5.0, (-14.0, 14.0)
#: Cloth beside a boundary tells something if its turn has a standard error below this; its swing is another than the
#: boundary's if it differs by more than this share (a lag of 50 ms at a usual stride is 0.44), and alike within that.
_TELLING_DEG, _ANOTHER, _ALIKE = 0.25, 0.35, 0.3
#: A band above this standard error tells nothing at all, nor does a whole waist above that one.
_BLIND_DEG, _BLIND_WHOLE_DEG = 0.4, 0.25
#: Share of the swing that even agreeing bands may err by, and half width of the 95 % interval of what the turning of a
#: round pelvis about the vertical adds.
_SCALE_ERROR, _TURNING_DEG = 0.03, 0.6
#: Standard deviations of how crooked a waistband is worn and of a reading in the reference (degrees), and of where the
#: middle of a bent boundary is (patch pixels).
_CROOKED_DEG, _READING_DEG, _MIDDLE_PX = 1.0, 0.15, 3.0
#: Half width of the 95 % interval beyond which a line is not worth giving.
WORST_DEG = 4.0

NO_LINE = (
    "The pelvis line cannot be read from the picture. Next time stick two coloured dots on the two bony points at the "
    "back of the pelvis (or on the waistband above them), or tuck a plain shirt into tight shorts of another colour."
)
LOOSE = (
    "The shirt hangs over the pelvis and swings on its own, so it does not show how the pelvis tilts. Next time tuck "
    "it into tight shorts of another colour, or stick two coloured dots on the two bony points at the back of the "
    "pelvis."
)


@dataclass(frozen=True)
class Band:
    """How some rows of the cloth swing.

    Attributes
    ----------
    swing : their swing at the stride's rhythm over that of the whole line: 1 the same, its angle the lead in time.
    sd_deg : standard error of one frame's turn from these rows alone.
    """

    swing: complex
    sd_deg: float


def clothing_line(track: PoseTrack, evidence: Evidence) -> PelvisTrack:
    """The pelvis line without stickers.

    Parameters
    ----------
    track : the runner's raw track, T frames.
    evidence : what the same T frames show; its patches are read in blocks, so the memory stays flat.

    Returns
    -------
    A track of T rows: `source` "fused" (a boundary says what is level; absolute), "registration" (the swing alone, not
    absolute: its zero is the mean over the run), or one without a line, with a reason and what to wear next time.
    """
    rows = spread_over(track.time_s, np.flatnonzero(evidence.present))
    if len(rows) < 2 or float(np.diff(track.time_s[rows]).clip(max=0.2).sum()) < SHORTEST_S:
        return PelvisTrack.missing(track.time_s, NO_LINE)
    patches = Patches(track, evidence)
    sample = rows[_spaced(len(rows), REFERENCE_FRAMES)]
    window = waist_window()
    reference = make_reference(patches, sample, window)
    waist = waistline(reference)
    if waist is None and hem(reference) is not None:
        return PelvisTrack.missing(track.time_s, LOOSE)
    half = INNER_HALF_WIDTH if waist is None else HALF_WIDTH
    window = waist_window(half=half) if waist is None else waist_window(waist.row, _BOUNDARY_SPREAD)
    reference = make_reference(patches, sample, window, first=reference)
    if waist is not None:
        waist = waistline(reference) or waist
    elif turn_sd_deg(reference, window) > _BLIND_WHOLE_DEG:
        return PelvisTrack.missing(track.time_s, NO_LINE)
    fitted = fit_all(patches, rows, reference, window)
    sound = _sound(fitted)
    if sound.mean() < LEAST_FITTED:
        return PelvisTrack.missing(track.time_s, NO_LINE)
    fitted = fitted.only(sound)
    compared = _consecutive(track.time_s[fitted.rows])
    row = WAIST_ROW if waist is None else waist.row
    if waist is not None:
        beside = [waist_window(row + away, _BAND_SPREAD, without=(row - _BESIDE, row + _BESIDE)) for away in _BESIDE_AT]
        if swings_alone(bands(patches, fitted, compared, beside)):
            return PelvisTrack.missing(track.time_s, LOOSE)
    through = [waist_window(row + away, _BAND_SPREAD, half=half) for away in _BANDS]
    swing = swing_error_deg(bands(patches, fitted, compared, through), fitted.turn_deg)
    if swing > WORST_DEG:
        return PelvisTrack.missing(track.time_s, NO_LINE)
    return _line(track, evidence, fitted, waist, swing)


def spread_over(time_s: FloatArray, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """At most `MOST_FRAMES` of the rows, in stretches of `STRETCH_S` spread evenly over the video."""
    if len(rows) <= MOST_FRAMES:
        return rows
    stretch = ((time_s[rows] - time_s[rows[0]]) / STRETCH_S).astype(int)
    numbers, sizes = np.unique(stretch, return_counts=True)
    most = max(1, MOST_FRAMES // int(sizes.max()))
    return rows[np.isin(stretch, numbers[_spaced(len(numbers), most)])]


def bands(
    patches: Patches, fitted: Registered, compared: NDArray[np.intp], windows: Sequence[Float32Array]
) -> list[Band]:
    """How the cloth swings in each of the windows, in the compared ones of the fitted frames."""
    rhythm = _rhythm_hz(patches.track.time_s[fitted.rows], fitted.turn_deg)
    of_compared = fitted.only(compared)
    out = []
    for window, own in zip(windows, fit_parts(patches, of_compared, windows), strict=True):
        swing = _swing(rhythm, patches.track.time_s[own.rows], of_compared.turn_deg, own.turn_deg, _sound(own))
        if swing is not None:
            out.append(Band(swing, turn_sd_deg(fitted.reference, window)))
    return out


def _swing(
    rhythm_hz: float, time_s: FloatArray, whole: FloatArray, own: FloatArray, sound: NDArray[np.bool_]
) -> complex | None:
    """One turn over another at a rhythm, over stretches each of its own phase; None where too little of it is sound."""
    if sound.sum() < len(sound) / 2:
        return None
    wave = np.exp(-2j * np.pi * rhythm_hz * time_s)
    product, power = 0j, 0.0
    for part in np.split(np.arange(len(time_s)), np.flatnonzero(np.diff(time_s) > 3 / COMPARED_HZ) + 1):
        kept = part[sound[part]]
        if len(kept) > 4:
            of_whole = _wave_of(whole[kept], wave[kept])
            product += _wave_of(own[kept], wave[kept]) * np.conj(of_whole)
            power += abs(of_whole) ** 2
    return complex(product / power) if power else None


def swings_alone(beside: Sequence[Band]) -> bool:
    """Whether the boundary swings otherwise than the cloth above and below it, which agrees: then it is a loose hem."""
    telling = [band.swing for band in beside if band.sd_deg < _TELLING_DEG]
    if len(telling) < 2:
        return False
    return min(abs(swing - 1) for swing in telling) > _ANOTHER and abs(telling[0] - telling[1]) < _ALIKE


def swing_error_deg(through: Sequence[Band], turn_deg: FloatArray) -> float:
    """Half width of the 95 % interval of the swing from one side to the other; infinite where nothing tells.

    Bands that swing unlike the whole, weighted by what each can tell, show how wrong the whole may be.
    """
    telling = [band for band in through if band.sd_deg < _BLIND_DEG]
    if not telling:
        return float("inf")
    weight = np.array([1 / band.sd_deg**2 for band in telling])
    unlike = np.array([min(abs(band.swing.real - 1), 1.0) for band in telling])
    share = float(np.sqrt((weight @ unlike**2) / weight.sum()))
    range_deg = float(np.subtract(*np.percentile(turn_deg, [97, 3])))
    return float(np.hypot(_TURNING_DEG, 1.96 * np.hypot(share, _SCALE_ERROR) * range_deg))


def zero_error_deg(waist: Boundary) -> float:
    """Half width of the 95 % interval of how far the boundary lies off the level on a level pelvis.

    A bent boundary has the pelvis's tilt only in the body's middle, whose place is known by the hips alone.
    """
    off_middle = np.degrees(2 * abs(waist.bend) / HALF_WIDTH**2 * _MIDDLE_PX)
    return float(1.96 * np.sqrt(_CROOKED_DEG**2 + _READING_DEG**2 + waist.tilt_sd_deg**2 + off_middle**2))


def _sound(fitted: Registered) -> NDArray[np.bool_]:
    """(N,) True where a patch fits about as well as usual, without having moved further than a pelvis does."""
    usual = float(np.median(fitted.misfit))
    moved = np.abs(fitted.moves * (1, 1, HALF_WIDTH, HALF_WIDTH)).max(axis=1)
    return np.asarray((fitted.misfit <= _STRANGE * usual) & (moved < _FAR) & np.isfinite(fitted.misfit))


def _consecutive(time_s: FloatArray) -> NDArray[np.intp]:
    """Numbers of frames to compare the bands at: about `COMPARED_HZ` over stretches at start, middle and end."""
    parts = 3
    out = []
    for part in range(parts):
        lasting = COMPARED_FRAMES / parts / COMPARED_HZ
        start = time_s[0] + (time_s[-1] - time_s[0] - lasting) * part / (parts - 1)
        inside = np.flatnonzero((time_s >= start) & (time_s <= start + lasting))
        out.append(inside[_spaced(len(inside), COMPARED_FRAMES // parts)])
    return np.unique(np.concatenate(out))


def _rhythm_hz(time_s: FloatArray, turn_deg: FloatArray) -> float:
    """The rhythm of the strides in the turn."""
    rates = np.arange(*_STRIDES_HZ, 0.02)
    power = [abs(_wave_of(turn_deg, np.exp(-2j * np.pi * rate * time_s))) for rate in rates]
    return float(rates[int(np.argmax(power))])


def _wave_of(values: FloatArray, wave: NDArray[np.complex128]) -> complex:
    """Amplitude of a wave in the values, their mean left out."""
    steady = wave - wave.mean()
    return complex((values - values.mean()) @ steady)


def _line(
    track: PoseTrack, evidence: Evidence, fitted: Registered, waist: Boundary | None, swing_deg: float
) -> PelvisTrack:
    turn = fitted.turn_deg
    zero = np.inf if waist is None else zero_error_deg(waist)
    absolute = zero <= WORST_DEG
    tilt = turn + waist.tilt_deg if waist is not None and absolute else turn - turn.mean()
    rows, n = fitted.rows, len(track)
    half = np.tan(np.radians(tilt - turn)) * HALF_WIDTH
    middle, row = (PATCH_PX[0] - 1) / 2, WAIST_ROW if waist is None else waist.row
    tilts, noise, ends = np.full(n, np.nan), np.full(n, np.nan), np.full((n, 2, 2), np.nan)
    tilts[rows] = tilt
    noise[rows] = _jitter(tilts)
    for end, side in enumerate((-1, 1)):
        spot = np.column_stack([np.full(len(rows), middle + side * HALF_WIDTH), row + side * half])
        in_patch = placed(fitted, spot)
        in_crop = np.array(PATCH_AT) + PATCH_STEP * in_patch + (PATCH_STEP - 1) / 2
        ends[rows, end] = evidence.origin_px[rows] + evidence.scale[rows, None] * in_crop
    return PelvisTrack(
        time_s=track.time_s,
        tilt_deg=tilts,
        noise_deg=noise,
        ends_px=ends,
        source="fused" if absolute else "registration",
        absolute=absolute,
        zero_deg=zero if absolute else np.inf,
        swing_deg=swing_deg,
    )


def _jitter(values: FloatArray) -> float:
    """Standard error of one value, from how far it lies off the line through its neighbours (third differences)."""
    third = np.diff(values, n=3)
    third = third[np.isfinite(third)]
    return 1.4826 * float(np.median(np.abs(third))) / np.sqrt(20.0) if third.size else float("nan")


def _spaced(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of `count` numbers, evenly spaced."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.intp))
