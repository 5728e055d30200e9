"""The facts of a video file, from its container and its first frame; the file's frames are not decoded."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gaitcheck.errors import UnusableInputError
from gaitcheck.track import FloatArray
from gaitcheck.video.facts import VideoFacts

#: Packets looked at for a first frame that decodes (a cut stream may start in the middle of a picture group).
_FIRST_FRAME_PACKETS = 300
#: Smallest picture side in which anything of a person could be seen.
_SMALLEST_SIDE_PX = 32
#: An interval is "another" one when it differs from the median by more than this share, and by more than the rounding
#: of containers that keep whole milliseconds (Matroska).
_INTERVAL_TOLERANCE = 0.2
_INTERVAL_ROUNDING_S = 0.0015
#: More other intervals than these make a frame rate variable; fewer are dropped frames or trimmed ends.
_VARIABLE_SHARE = 0.01
_VARIABLE_INTERVALS = 2
#: Pixels nearer to square than this are square: some encoders round the shape of the picture, not of the pixel.
_SQUARE_TOLERANCE = 0.01
#: From this rate of presentation on, an Apple recording plays in real time: the phone keeps its slow motion as an
#: instruction beside 120 or 240 frames a second, and only an export (at 30 or 60) has it baked in.
_APPLE_HIGH_RATE_FPS = 100.0
#: Between these ratios of filming to presentation the two are the same rate: phones write the nominal rate also into
#: plain videos whose frames were dropped or lengthened in dim light, with true times.
_SAME_RATE = (1 / 1.5, 1.5)

_ANDROID_TAG = "com.android.capture.fps"
_APPLE_TAG = "com.apple.proapps.shootingrate"
_APPLE_MAKER_TAGS = ("com.apple.quicktime.make", "make")


def probe(path: Path) -> VideoFacts:
    """Read what the file says about itself.

    Parameters
    ----------
    path : a video file.

    Returns
    -------
    VideoFacts
        Sizes in pixels of the upright picture (pixels made square), times in seconds, rates in frames a second.

    Raises
    ------
    UnusableInputError
        The file is missing, no video, empty, damaged beyond reading, or too small to show anything.
    """
    import av

    path = Path(path)
    _refuse_what_is_no_file(path)
    av.logging.set_level(None)
    try:
        # The absolute path, because FFmpeg takes what stands before a colon in a bare name for a protocol.
        with av.open(str(path.absolute()), metadata_errors="replace") as container:
            return _facts(path, container)
    except av.error.PermissionError as error:
        raise UnusableInputError(f"{path.name} may not be read: check its permissions.") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise UnusableInputError(_why_not_opened(path)) from error


def seconds_per_video_second(facts: VideoFacts, capture_fps: float | None) -> float | None:
    """Real time over presented time: 1 for a plain video, 0.25 for 120 frames a second presented at 30.

    Parameters
    ----------
    facts : of the file.
    capture_fps : the rate of filming the person gave; None: the file's own tag counts.

    Returns
    -------
    float or None
        None when nobody says at what rate the video was filmed. None is not "plays in real time": that is then an
        assumption, which the caller makes (1.0) and tests against what people's cadence can be.

    Notes
    -----
    A rate from a tag, or one given for a variable frame rate, that lies within a factor 1.5 of the rate of
    presentation gives exactly 1: the presentation times are then the true ones, and the tag is the nominal rate.
    """
    given = capture_fps is not None
    capture = capture_fps if given else facts.capture_fps
    if capture is None:
        return None
    ratio = capture / facts.playback_fps
    if (not given or facts.variable_frame_rate) and _SAME_RATE[0] < ratio < _SAME_RATE[1]:
        return 1.0
    return facts.playback_fps / capture


def capture_rate(
    tags: Mapping[str, str], playback_fps: float
) -> tuple[float | None, Literal["android", "apple"] | None]:
    """The rate of filming that the container's tags tell, in frames a second, and whose tag it is.

    Android writes `com.android.capture.fps` (a 32-bit float; some tools copy its four bytes as text). Apple's own
    camera writes no rate: its slow motion keeps the true times (120 or 240 frames a second) until it is exported,
    then the slowness is baked in without a trace. So an Apple recording presented at a high rate was filmed at that
    rate, and for one presented at 30 or 60 nothing is known. Filming apps for Apple write
    `com.apple.proapps.shootingRate`.
    """
    lower = {key.lower(): value for key, value in tags.items()}
    if (rate := _number(lower.get(_ANDROID_TAG))) is not None:
        return rate, "android"
    if (rate := _number(lower.get(_APPLE_TAG))) is not None:
        return rate, "apple"
    apple = any(lower.get(tag, "").strip().lower() == "apple" for tag in _APPLE_MAKER_TAGS)
    if apple and playback_fps >= _APPLE_HIGH_RATE_FPS:
        return playback_fps, "apple"
    return None, None


def _number(text: str | None) -> float | None:
    """A rate written as text, or as the bytes of a big-endian float; None when it is neither or no sensible rate."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raw = text.encode("latin-1", "ignore")
        if len(raw) not in (4, 8):
            return None
        (value,) = struct.unpack(">f" if len(raw) == 4 else ">d", raw)
    return value if 0.1 <= value <= 10_000 else None


def _refuse_what_is_no_file(path: Path) -> None:
    if path.is_dir():
        raise UnusableInputError(f"{path} is a folder, not a video: name a video file in it.")
    if not path.exists():
        raise UnusableInputError(f"{path} does not exist: check the name.")
    if not path.is_file():
        raise UnusableInputError(f"{path} is not an ordinary file: name a video file.")
    if path.stat().st_size == 0:
        raise UnusableInputError(f"{path.name} is empty (0 bytes): copy it from the phone again.")


def _why_not_opened(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(256)
    if b"<html" in head.lower():
        return f"{path.name} is a saved web page, not a video: download the video itself."
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return (
            f"{path.name} is an incomplete recording (its table of contents is missing, or its end): "
            "copy it from the phone again, or film again."
        )
    return f"{path.name} is not a video this program can read: use an MP4, MOV, MKV, WebM or AVI file."


def _facts(path: Path, container: Any) -> VideoFacts:
    stream = picture_stream(container)
    if stream is None:
        if container.streams.audio:
            raise UnusableInputError(f"{path.name} holds sound only, no picture: choose the video itself.")
        raise UnusableInputError(f"{path.name} holds no video (an empty container): copy it from the phone again.")
    if container.format.name.endswith("_pipe") or container.format.name == "image2":
        raise UnusableInputError(f"{path.name} is a picture, not a video: choose a video file.")
    times_s = _presentation_times_s(path, stream)
    frame = _first_frame(container, stream)
    if frame is None:
        raise UnusableInputError(
            f"No frame of {path.name} can be read (codec {stream.codec_context.name or 'unknown'}): "
            "the file is damaged, or its codec is not supported; convert it to H.264 and try again."
        )
    # FFmpeg counts the turn counter-clockwise.
    rotation_deg = round(-frame.rotation / 90) * 90 % 360
    width, height = _square_size(frame.width, frame.height, stream.sample_aspect_ratio)
    if rotation_deg in (90, 270):
        width, height = height, width
    if min(width, height) < _SMALLEST_SIDE_PX:
        raise UnusableInputError(f"{path.name} is only {width} x {height} pixels: too small to see a runner.")
    fps, variable = _rate(times_s, stream)
    tags = {**stream.metadata, **container.metadata}
    capture_fps, source = capture_rate(tags, fps)
    return VideoFacts(
        file_name=path.name,
        size_bytes=path.stat().st_size,
        container=container.format.name,
        codec=stream.codec_context.codec.canonical_name,
        pixel_format=frame.format.name,
        width_px=width,
        height_px=height,
        rotation_deg=rotation_deg,
        duration_s=float(times_s[-1] - times_s[0] + 1 / fps),
        frame_count=len(times_s),
        playback_fps=fps,
        variable_frame_rate=variable,
        capture_fps=capture_fps,
        capture_fps_source=source,
    )


def picture_stream(container: Any) -> Any | None:
    """The first stream of moving pictures (a cover picture is none) of an open PyAV container."""
    streams = (s for s in container.streams.video if "attached_pic" not in str(s.disposition).lower())
    return next(streams, None)


def _square_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Picture size (width, height) with square pixels, for pixels that are `aspect` times as wide as high."""
    if not aspect or abs(aspect - 1) < _SQUARE_TOLERANCE:
        return width, height
    return max(1, round(width * aspect)), height


def _first_frame(container: Any, stream: Any) -> Any | None:
    import av

    container.seek(0)
    for packet in islice(container.demux(stream), _FIRST_FRAME_PACKETS):
        try:
            for frame in packet.decode():
                return frame
        except av.error.FFmpegError:
            continue
    return None


def _presentation_times_s(path: Path, stream: Any) -> FloatArray:
    """Sorted times of all frames, from the container's index where it is complete, else by walking the packets."""
    # MP4 and MOV: the index holds decoding times; they are the presentation times in sorted order, up to a shift. What
    # a phone's trimming cut away stays in the file, marked as not to be shown, and then they are not.
    index = list(stream.index_entries)
    if stream.frames and len(index) == stream.frames and not any(entry.is_discard for entry in index):
        ticks = [entry.timestamp for entry in index]
    else:
        packets = [p for p in stream.container.demux(stream) if p.size and not p.is_discard]
        known = [p.pts if p.pts is not None else p.dts for p in packets]
        ticks = [t for t in known if t is not None]
        if packets and not ticks:
            ticks = list(range(len(packets)))
    if not ticks:
        raise UnusableInputError(f"{path.name} holds no frame of video: copy it from the phone again.")
    return np.sort(np.asarray(ticks, dtype=np.float64)) * float(stream.time_base)


def _rate(times_s: FloatArray, stream: Any) -> tuple[float, bool]:
    """Frames a second as presented (mean of the usual intervals), and whether the rate varies."""
    steps = np.diff(times_s)
    steps = steps[steps > 0]
    if not len(steps):
        return float(stream.average_rate or stream.guessed_rate or 30), False
    usual = float(np.median(steps))
    same = np.abs(steps - usual) <= max(_INTERVAL_TOLERANCE * usual, _INTERVAL_ROUNDING_S)
    others = int(np.sum(~same))
    return 1 / float(np.mean(steps[same])), others > max(_VARIABLE_INTERVALS, _VARIABLE_SHARE * len(steps))
