"""The clips that are measured: rendered runners of 1080x1920 at 60 frames a second, made longer and other sizes.

A runner of 6 s is rendered once (a few minutes) and kept in GaitCheck's cache. 180 steps a minute make nine whole
strides in it, so that it can be put end to end without a jump; that, and cutting, copies the stream as it is.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from gaitcheck.pose.install import cache_dir
from gaitcheck.synthetic import list_specs
from gaitcheck.synthetic.clip import pictures, write_video
from gaitcheck.synthetic.spec import Clip

REAL = Path(__file__).parents[2] / "shared" / "videos" / "side" / "treadmill_60fps_portrait.mp4"
FPS = 60
RENDERED_S = 6.0
_SPECS = {"rear": "rear_right_drop", "side": "side_upright"}
#: A phone writes 1080p60 at 12 to 20 Mbit/s; this quality of the rendered picture comes near that.
_CRF = 15
_NOISE = 2.5


def folder() -> Path:
    made = cache_dir() / "benchmarks"
    made.mkdir(parents=True, exist_ok=True)
    return made


def rendered(view: str) -> Path:
    """A rendered runner of 6 s, 1080x1920, "rear" or "side"."""
    target = folder() / f"{view}.mp4"
    if not target.exists():
        print(f"rendering {target.name}: takes some minutes, once", flush=True)
        spec = next(spec for spec in list_specs() if spec.name == _SPECS[view])
        camera = spec.camera.model_copy(update={"width_px": 1080, "height_px": 1920, "noise": _NOISE})
        motion = spec.motion.model_copy(update={"cadence_spm": 180.0})
        clip = Clip(seed=spec.clip.seed, duration_s=RENDERED_S, capture_fps=FPS, crf=_CRF)
        spec = spec.model_copy(update={"camera": camera, "motion": motion, "clip": clip})
        write_video(target, clip, pictures(spec))
    return target


def sources() -> dict[str, Path]:
    """The 1080p clips by name; the real one only where it is present."""
    return {view: rendered(view) for view in _SPECS} | ({"real": REAL} if REAL.exists() else {})


def lasting(source: Path, seconds: float) -> Path:
    """The clip put end to end, and cut, until it lasts so long; packets are copied."""
    target = folder() / f"{source.stem}_{seconds:g}s.mp4"
    if target.exists():
        return target
    part = target.with_suffix(".part.mp4")
    left = round(seconds * FPS)
    offset = 0
    with av.open(str(part), "w") as out:
        stream = None
        while left:
            with av.open(str(source)) as container:
                own = container.streams.video[0]
                stream = stream or out.add_stream_from_template(own)
                tick = round(1 / (FPS * own.time_base))
                packets = [packet for packet in container.demux(own) if packet.dts is not None][:left]
                for packet in packets:
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = stream
                    out.mux(packet)
            left -= len(packets)
            offset += len(packets) * tick
    part.replace(target)
    return target


def of_height(source: Path, height_px: int) -> Path:
    """The clip scaled to another height (of an upright picture) and encoded anew at the same quality."""
    target = folder() / f"{source.stem}_{height_px}.mp4"
    if target.exists():
        return target
    part = target.with_suffix(".part.mp4")
    with av.open(str(source)) as container, av.open(str(part), "w") as out:
        own = container.streams.video[0]
        stream = out.add_stream("libx264", rate=FPS, options={"crf": str(_CRF), "preset": "veryfast", "g": "60"})
        stream.height = height_px
        stream.width = 2 * round(own.width * height_px / own.height / 2)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.max_b_frames = 0
        for index, frame in enumerate(container.decode(own)):
            small = frame.reformat(width=stream.width, height=stream.height)
            small.pts, small.time_base = index, Fraction(1, FPS)
            out.mux(stream.encode(small))
        out.mux(stream.encode(None))
    part.replace(target)
    return target


def facts(path: Path) -> dict[str, Any]:
    """What is said of a clip in the document."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return {
            "width_px": stream.width,
            "height_px": stream.height,
            "fps": float(stream.average_rate),
            "frames": stream.frames,
            "seconds": stream.frames / float(stream.average_rate),
            "codec": stream.codec_context.name,
            "mbit_s": container.bit_rate / 1e6,
        }
