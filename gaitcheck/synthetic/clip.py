"""From a spec to files: the video, its truth and a copy of the spec."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gaitcheck.errors import MissingComponentError
from gaitcheck.synthetic.motion import Moves
from gaitcheck.synthetic.spec import Clip, Spec, load_spec
from gaitcheck.synthetic.truth import frame_times, true_of
from gaitcheck.synthetic.truth_file import write_truth

Picture = NDArray[np.uint8]
Progress = Callable[[float], None]

_TICKS_PER_S = 90_000
_SPECS = Path(__file__).with_name("specs")


def list_specs() -> list[Spec]:
    """Give the specs that come with the program: those of the sample clips."""
    return [load_spec(path) for path in sorted(_SPECS.glob("*.toml"))]


def render_spec(spec_path: Path, out_dir: Path, *, progress: Progress | None = None) -> list[Path]:
    """Render one spec.

    Parameters
    ----------
    spec_path : a TOML file, or the bare name of a spec that comes with the program.
    out_dir : made where it is missing; gets <name>.mp4 (or .mov), <name>.truth.parquet and <name>.toml.
    progress : called with the share of the work done, 0..1; may raise to stop, and then nothing is left behind.

    Returns
    -------
    The files written, the video first.

    Raises
    ------
    UnusableInputError : the spec cannot be used.
    MissingComponentError : OpenGL, the optional part or the H.264 encoder is missing, or the folder cannot be written.
    """
    spec_path = Path(spec_path)
    if not spec_path.exists() and (_SPECS / f"{spec_path}.toml").is_file():
        spec_path = _SPECS / f"{spec_path}.toml"
    spec = load_spec(spec_path)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MissingComponentError(f"The folder {out_dir} cannot be written: {error.strerror}.") from error
    video = out_dir / f"{spec.name}.{spec.clip.container}"
    write_video(video, spec.clip, pictures(spec, progress))
    truth = out_dir / f"{spec.name}.truth.parquet"
    write_truth(true_of(spec), truth)
    copy = out_dir / f"{spec.name}.toml"
    if copy.resolve() != spec_path.resolve():
        shutil.copyfile(spec_path, copy)
    return [video, truth, copy]


def pictures(spec: Spec, progress: Progress | None = None, movement: Moves | None = None) -> Iterable[Picture]:
    """Render all frames in turn, upright, red-green-blue (height, width, 3); `movement` where it is not the spec's."""
    from gaitcheck.synthetic.render import Renderer

    times, _ = frame_times(spec.clip)
    with Renderer(spec, movement) as renderer:
        for index, picture in enumerate(renderer.frames(times)):
            if progress is not None:
                progress(index / len(times))
            yield picture


def write_video(path: Path, clip: Clip, frames: Iterable[Picture]) -> None:
    """Write frames as H.264 with the clip's times, rotation and tags, under a temporary name that is then renamed.

    A clip with a rotation is stored turned, as phones do, so that a player which heeds the file shows it upright.
    """
    import av

    partial = path.with_name(f".{path.name}.part.{clip.container}")
    _, times = frame_times(clip)
    rate = Fraction(clip.playback_fps or clip.capture_fps).limit_denominator(1001)
    container: Any = None
    try:
        # use_metadata_tags: MP4 otherwise drops tags it does not know, such as the rate of capture
        container = av.open(str(partial), "w", options={"movflags": "+faststart+use_metadata_tags"})
        stream: Any = container.add_stream("libx264", rate=rate, options=_options(clip))
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS_PER_S)
        stream.codec_context.max_b_frames = 0
        if clip.capture_tag:
            container.metadata["com.android.capture.fps"] = f"{clip.capture_fps:f}"
        for index, picture in enumerate(frames):
            stored = np.ascontiguousarray(np.rot90(picture, clip.rotation_deg // 90))
            if index == 0:
                stream.height, stream.width = stored.shape[:2]
                if clip.rotation_deg:
                    stream.set_display_rotation(-clip.rotation_deg)  # counted anticlockwise there
            frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts, frame.time_base = round(times[index] * _TICKS_PER_S), Fraction(1, _TICKS_PER_S)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        container.close()
        container = None
        partial.replace(path)
    except (OSError, av.error.FFmpegError) as error:
        raise MissingComponentError(f"{path} cannot be written as H.264: {error}.") from error
    finally:
        if container is not None:
            container.close()
        partial.unlink(missing_ok=True)


def _options(clip: Clip) -> dict[str, str]:
    # one thread: the encoder's rate control would otherwise depend on how many cores there are
    return {"crf": str(clip.crf), "preset": "veryfast", "threads": "1", "g": "60"}
