"""A plausible analysis made by hand: a stick runner of known joints over a short generated video."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from gaitcheck.analyze import Analysis, ModelUsed, TrackedVideo, VideoAnalysis
from gaitcheck.findings.result import Assessment, Finding, MuscleHint
from gaitcheck.gait.result import Check, GaitResult, Measure, Quality, Side, Step
from gaitcheck.settings import Settings, View
from gaitcheck.track import Landmark, PoseTrack, RunnerTrack
from gaitcheck.video.facts import VideoFacts

FPS = 30
FRAMES = 60
SIZE = (240, 426)
STEP_S = 0.36
GREY = 96


def make_analysis(folder: Path, views: tuple[View, ...] = ("rear",), *, frames: int = FRAMES) -> Analysis:
    """An analysis of one generated video for each view."""
    videos = tuple(make_video_analysis(folder / f"run_{view}.mp4", view, frames=frames) for view in views)
    measures = tuple(m for v in videos for m in v.gait.measures)
    return Analysis(
        settings=Settings(speed_kmh=10.0),
        model=ModelUsed("full", "a" * 64),
        videos=videos,
        measures=measures,
        assessment=ASSESSMENT,
    )


def make_video_analysis(
    path: Path, view: View, *, frames: int = FRAMES, seconds_per_video_second: float = 1.0, time_is_real: bool = True
) -> VideoAnalysis:
    presented = np.arange(frames) / FPS
    track = runner(presented, view)
    write_video(path, frames)
    gait = _gait(track.noted("filtered", time_s=presented * seconds_per_video_second), view, time_is_real)
    facts, sha256 = file_of(path, frames)
    return VideoAnalysis(
        path=path,
        sha256=sha256,
        facts=facts,
        runner=RunnerTrack(track, persons_seen=1),
        gait=gait,
        seconds_per_video_second=seconds_per_video_second,
    )


def tracked_video(path: Path, track: PoseTrack) -> TrackedVideo:
    """A grey video in which this track was found."""
    write_video(path, len(track))
    facts, sha256 = file_of(path, len(track))
    return TrackedVideo(path, sha256, facts, RunnerTrack(track, persons_seen=1))


def file_of(path: Path, frames: int) -> tuple[VideoFacts, str]:
    """Facts and SHA-256 of a generated video."""
    facts = VideoFacts(
        path.name,
        path.stat().st_size,
        "mp4",
        "h264",
        "yuv420p",
        *SIZE,
        0,
        frames / FPS,
        frames,
        FPS,
        False,
        None,
        None,
    )
    return facts, hashlib.sha256(path.read_bytes()).hexdigest()


def write_video(path: Path, frames: int) -> None:
    """Plain grey frames, so that every pixel that differs was drawn; a key frame every 20."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"g": "20"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, FPS)
        picture = np.full((SIZE[1], SIZE[0], 3), GREY, np.uint8)
        for _ in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode())


def runner(time_s: np.ndarray, view: View) -> PoseTrack:
    """A stick runner in the middle of the picture; frame 5 has nobody."""
    n = len(time_s)
    xy = np.empty((n, 33, 2))
    centre = np.array([SIZE[0] / 2, SIZE[1] * 0.48])
    half = {"rear": -18.0, "front": 18.0, "left": 0.0, "right": 0.0}[view]
    for side, lag in (("left", 0.0), ("right", np.pi)):
        phase = np.pi * time_s / STEP_S + lag
        lateral = half if side == "left" else -half
        thigh, shank = np.radians(25 * np.cos(phase)), np.radians(25 * np.cos(phase) - 30 * (1 - np.sin(phase)))
        forward = -1.0 if view == "left" else 1.0
        seen = 1.0 if view in ("left", "right") else 0.0
        hip = centre + np.stack([np.full(n, lateral), 3 * np.cos(2 * phase)], axis=1)
        knee = hip + 70 * np.stack([forward * seen * np.sin(thigh), np.cos(thigh)], axis=1)
        ankle = knee + 65 * np.stack([forward * seen * np.sin(shank), np.cos(shank)], axis=1)
        shoulder = hip + at(0.4 * lateral + forward * seen * 10, -105)
        points = {
            "HIP": hip, "KNEE": knee, "ANKLE": ankle, "SHOULDER": shoulder,
            "HEEL": ankle + at(-forward * seen * 8, 8), "FOOT_INDEX": ankle + at(forward * seen * 18, 10),
            "ELBOW": shoulder + at(0.5 * lateral, 45), "WRIST": shoulder + at(forward * seen * 30, 70),
            "PINKY": shoulder + at(forward * seen * 32, 74), "INDEX": shoulder + at(forward * seen * 33, 72),
            "THUMB": shoulder + at(forward * seen * 30, 72), "EAR": centre + at(0.3 * lateral, -140),
            "EYE": centre + at(0.2 * lateral, -143), "EYE_INNER": centre + at(0.1 * lateral, -143),
            "EYE_OUTER": centre + at(0.25 * lateral, -143),
        }  # fmt: skip
        for name, value in points.items():
            xy[:, Landmark[f"{side.upper()}_{name}"]] = value
    xy[:, Landmark.NOSE] = centre + at(0, -138)
    xy[:, [Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT]] = (centre + at(0, -130))[None, None, :]
    visibility = np.full((n, 33), 0.95)
    world = np.concatenate([(xy - centre) / 160, np.zeros((n, 33, 1))], axis=2)
    if n > 5:
        xy[5], visibility[5], world[5] = np.nan, np.nan, np.nan
    return PoseTrack(time_s.copy(), xy, visibility, world, SIZE, (), ("found in the video",))


def at(x: float, y: float) -> np.ndarray:
    return np.array([x, y])


def _gait(track: PoseTrack, view: View, time_is_real: bool) -> GaitResult:
    end = float(track.time_s[-1])
    scale = end / ((len(track) - 1) / FPS)
    contacts = np.arange(0.12, end / scale, STEP_S) * scale
    steps = []
    for i, t in enumerate(contacts):
        follow = [float(x) for x in contacts[i + 1 : i + 3]] + [None, None]
        side: Side = "left" if i % 2 == 0 else "right"
        off = float(t + 0.25 * scale)
        steps.append(Step(side, float(t), float(t + 0.12 * scale), off if off < end else None, follow[0], follow[1]))
    rng = np.random.default_rng(7)
    series, step_values, measures = {}, {}, []
    for side in ("left", "right"):
        mine = [s for s in steps if s.side == side]
        for measure_id, centre in SIDED[view].items():
            key = (measure_id, side)
            series[key] = centre + 2 * np.sin(2 * np.pi * track.time_s)
            step_values[key] = centre + rng.normal(0, 1, len(mine))
            values = step_values[key]
            measures.append(
                Measure(measure_id, side, "deg", float(values.mean()), float(values.std(ddof=1)), len(mine), 1.5,
                        "measured", None, view, from_standing=float(values.mean()) - 2)
            )  # fmt: skip
        measures.append(
            Measure("contralateral_pelvic_drop", side, "deg", None, None, 0, None, "not_measurable", PELVIS, view)
        )
        step_values["contact_time", side] = 250.0 + np.arange(len(mine))
        measures.append(
            Measure(
                "contact_time",
                side,
                "ms",
                250.0,
                10.0,
                len(mine),
                20.0,
                "borderline",
                "Filmed at 30 frames a second.",
                view,
            )
        )
    times = [s.next_contact_s - s.initial_contact_s if s.next_contact_s else np.nan for s in steps]
    step_values["cadence", None] = 60 / np.array(times)
    measures.append(
        Measure("cadence", None, "steps/min", 60 / STEP_S, 1.0, len(steps) - 1, 0.8, "measured", None, view)
    )
    found = int(track.found.sum())
    return GaitResult(
        track=track, view=view, view_source="found", direction={"left": "image_left", "right": "image_right"}.get(view),
        time_is_real=time_is_real, baseline=None, steps=tuple(steps),
        quality=Quality(len(track), found, 0, 1, len(steps), 0, CHECKS),
        series=series, step_values=step_values, measures=tuple(measures),
    )  # fmt: skip


SIDE_VIEW = {
    "forward_trunk_lean": 7.0,
    "tibia_inclination_ic": 9.0,
    "knee_flexion_peak_stance": 41.0,
    "hip_extension_peak": 10.0,
}
SIDED = {
    "rear": {"femoral_adduction": 6.0, "knee_valgus": 3.0, "lateral_trunk_lean": 2.0},
    "front": {"femoral_adduction": 6.0, "knee_valgus": 3.0},
    "left": SIDE_VIEW,
    "right": SIDE_VIEW,
}  # fmt: skip
PELVIS = "The pelvis line cannot be told from hip points; this measure is not given."
CHECKS = (
    Check("frame_rate", False, "30 frames a second.", "Film at 60 frames a second or more.", 30.0, "frames/s"),
    Check("runner_in_picture", True, "The runner was found in 98 % of the frames.", None, 98.3, "%"),
    Check("camera_level", None, "It cannot be told whether the camera was level.", "Put a level line in the picture."),
)
FINDING = Finding(
    "femoral_adduction_high", "femoral_adduction", "left", "watch", "high", "Left thigh leans inward",
    "The left thigh leans inward by 6.0° at midstance. This pattern is sometimes seen with tired hips; worth testing.",
    6.0, 1.5, "deg", "up to 5°", "B", "Stronger hips do not always change how a person runs.", ("glute_medius",),
    "Dingenen 2018",
)  # fmt: skip
ASSESSMENT = Assessment(
    findings=(
        FINDING,
        replace(FINDING, id="knee_valgus_high", measure_id="knee_valgus", title="<b>Left knee & line</b>", value=3.0),
        replace(FINDING, id="lateral_trunk_lean_high", measure_id="lateral_trunk_lean", title="Trunk leans left"),
        replace(FINDING, id="cadence_low", measure_id="cadence", side=None, title="Few steps", direction="low"),
    ),
    muscles=(
        MuscleHint(
            "glute_medius", "Gluteus medius", "left", "worth_testing", "B", 0.6, ("femoral_adduction_high",),
            ("femoral_adduction",), "The left side is worth testing.", "Hip adductors", "Lying side stretch.",
            "Side-lying leg raises.", "A review found no steady link.", "A hip abduction strength test.", "Landauer",
        ),
        MuscleHint(
            "intercostals", "Intercostals", None, "not_visible", "X", 0.0, (), (), "No video can show this muscle.",
            "", "", "", "", "", "",
        ),
    ),
    looked_at=("femoral_adduction", "knee_valgus", "cadence"),
    not_looked_at=("contralateral_pelvic_drop",),
    summary="Four things stand out.",
)  # fmt: skip
