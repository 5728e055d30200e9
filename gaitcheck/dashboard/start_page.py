"""The first page: a video, options, advice, go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import ValidationError

from gaitcheck.batch.inputs import VIDEO_SUFFIXES
from gaitcheck.batch.job import AnalysisJob
from gaitcheck.dashboard.files import sample_videos, save_video
from gaitcheck.dashboard.questions import ask_questions
from gaitcheck.dashboard.runs import RunDesk
from gaitcheck.dashboard.words import FOOTNOTE, plain, size_words
from gaitcheck.errors import GaitCheckError
from gaitcheck.pose.install import model_file
from gaitcheck.settings import Settings
from gaitcheck.video.probe import probe

VIEWS = {
    None: "Find out from the video",
    "rear": "From behind",
    "front": "From the front",
    "left": "From the runner's left",
    "right": "From the runner's right",
}
SEXES = {None: "Not said", "F": "Woman", "M": "Man"}

ADVICE = """
- Run on a treadmill at your usual easy pace, after at least six minutes of running in.
- Film from behind **and** from the side if you can: some measures need one, some the other.
- Put the phone on a stand, 3 to 5 m away, as high as the hips, level and pointing straight at you.
- The whole body, head to shoes, should fill the picture. Upright format is best.
- 60 frames a second or more; slow motion is welcome. At 30 frames a second the timing of the foot is too coarse.
- 20 to 30 seconds of steady running. Bright light from the front.
- Close-fitting clothes, shirt tucked in, shoes visible.
- Stand still for 3 seconds at the start of the video: posture can then be given relative to your standing.
"""


def show_start(desk: RunDesk) -> None:
    """Upload or pick, choose options, start."""
    st.title("GaitCheck")
    st.markdown("See how you run: upload a video of you on a treadmill and get measures, each with its uncertainty.")
    notice = st.session_state.pop("notice", None)
    if notice:
        st.info(notice)
    _say_what_is_missing()
    token = _draft(desk)
    _take_videos(desk, token)
    files = _show_videos(desk, token)
    with st.expander("How to film"):
        st.markdown(ADVICE)
    settings = _options(one_video=len(files) == 1)
    if st.button("Analyse", type="primary", width="stretch", disabled=not files or settings is None) and settings:
        _start(desk, token, files, settings)
    _open_folder()
    st.caption(f"Videos stay on the machine that runs this page, and are removed after a day. {FOOTNOTE}")


def _say_what_is_missing() -> None:
    """Say now, not after a long upload, that there is no pose model."""
    try:
        model_file()
    except GaitCheckError as error:
        st.warning(str(error))


def _take_videos(desk: RunDesk, token: str) -> None:
    generation = st.session_state.setdefault("uploader", 0)
    uploads = st.file_uploader(
        "Video of the run, or several views of the same run",
        type=sorted(suffix[1:] for suffix in VIDEO_SUFFIXES),
        accept_multiple_files=True,
        key=f"upload-{generation}",
    )
    if uploads:
        for upload in uploads:
            save_video(upload, upload.name, desk.videos_dir(token))
            _release(upload.file_id)
        # A new key makes a new, empty uploader.
        st.session_state["uploader"] = generation + 1
        st.rerun()
    samples = sample_videos()
    if samples:
        with st.expander("No video at hand? Try a sample"):
            name = st.selectbox("Sample", list(samples))
            if st.button("Use this sample", width="stretch"):
                with samples[name].open("rb") as stream:
                    save_video(stream, samples[name].name, desk.videos_dir(token))
                st.rerun()


def _release(file_id: str) -> None:
    """Drop an upload from the server's memory, where Streamlit would keep it until the session ends."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(session_id=context.session_id, file_id=file_id)


def _draft(desk: RunDesk) -> str:
    token = st.session_state.get("draft")
    if token is None or not desk.exists(token):
        token = st.session_state["draft"] = desk.new_token()
    return str(token)


def _show_videos(desk: RunDesk, token: str) -> list[Path]:
    """List the videos with what is known about them; returns those that can be used."""
    usable = []
    for path in sorted(desk.videos_dir(token).glob("[!.]*")):
        words, button = st.columns([4, 1], vertical_alignment="center")
        try:
            facts = probe(path)
        except GaitCheckError as error:
            words.error(plain(str(error).replace(str(path), path.name)))
        else:
            usable.append(path)
            rate = facts.capture_fps or facts.playback_fps
            words.markdown(
                f"**{plain(path.name)}**  \n{facts.width_px} × {facts.height_px}, {rate:.0f} frames a second, "
                f"{facts.duration_s:.0f} s, {size_words(facts.size_bytes)}"
            )
        if button.button("Remove", key=f"remove-{path.name}", width="stretch"):
            path.unlink()
            st.rerun()
    if len(usable) > 1:
        st.caption("All of these are taken as views of one run and give one result.")
    return usable


def _options(*, one_video: bool) -> Settings | None:
    """The choices as settings; None (with a sentence on the page) where they do not fit together."""
    with st.expander("Options"):
        choices: dict[str, Any] = {}
        if one_video:
            choices["view"] = st.selectbox("The camera sees the runner", list(VIEWS), format_func=VIEWS.__getitem__)
        left, right = st.columns(2)
        choices["speed_kmh"] = left.number_input(
            "Treadmill speed (km/h)", 1.0, 45.0, None, 0.5, help="Some measures depend on speed."
        )
        choices["height_cm"] = right.number_input(
            "Body height (cm)", 80.0, 250.0, None, 1.0, help="Gives the up-and-down movement in centimetres."
        )
        choices["sex"] = left.selectbox(
            "Usual ranges for", list(SEXES), format_func=SEXES.__getitem__, help="Some usual ranges differ."
        )
        choices["capture_fps"] = right.number_input(
            "Filmed at (frames a second)",
            1.0,
            2000.0,
            None,
            1.0,
            help="Only for slow motion, for instance 120 or 240. Empty: as the file says.",
        )
        choices["person"] = left.number_input(
            "Follow person number",
            1,
            20,
            None,
            help="Counted from the left of the picture. Empty: the one who runs in place.",
        )
        choices["roll_deg"] = right.number_input(
            "Level line is turned by (degrees)",
            -45.0,
            45.0,
            None,
            0.5,
            help="How far something level looks turned in the picture; + when its right end is lower. Empty: unknown.",
        )
        choices["patient_name"] = (
            st.text_input(
                "Name on the report",
                max_chars=200,
                help="Printed on the report and saved with the result. Empty: no name.",
            ).strip()
            or None
        )
        stand_left, stand_right = st.columns(2)
        start_s = stand_left.number_input(
            "Standing still from (s)", 0.0, None, None, 0.5, help="Empty: looked for at the start of the video."
        )
        end_s = stand_right.number_input("Standing still until (s)", 0.0, None, None, 0.5)
    choices["answers"] = ask_questions()
    if (start_s is None) != (end_s is None):
        st.error("Give both ends of the time of standing still, or neither.")
        return None
    if start_s is not None and end_s is not None:
        choices["baseline_s"] = (start_s, end_s)
    try:
        return Settings.model_validate(choices)
    except ValidationError as error:
        st.error("; ".join(str(each["msg"]).removeprefix("Value error, ") for each in error.errors()) + ".")
        return None


def _start(desk: RunDesk, token: str, files: list[Path], settings: Settings) -> None:
    model = model_file(settings.model, settings.model_path)
    desk.start(token, tuple(files), AnalysisJob(settings, annotated_video=True, model_sha256=model.sha256))
    st.session_state["draft"] = None
    st.query_params["run"] = token
    st.rerun()


def _open_folder() -> None:
    with st.expander("Open a result that is already there"):
        folder = st.text_input("Folder on the machine that runs this page", placeholder="/home/me/results/run1")
        if st.button("Open", width="stretch", disabled=not folder):
            st.query_params["folder"] = folder
            st.rerun()
