"""Which page is shown: start, analysis going on, or result. The address decides, so that it can be kept."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from gaitcheck.cores import usable_cores
from gaitcheck.dashboard.files import open_result
from gaitcheck.dashboard.progress import show_progress
from gaitcheck.dashboard.result_page import show_result
from gaitcheck.dashboard.runs import RunDesk, default_root
from gaitcheck.dashboard.start_page import show_start
from gaitcheck.errors import GaitCheckError


@st.cache_resource(show_spinner=False)
def get_desk(root: Path) -> RunDesk:
    """The one desk of this server."""
    return RunDesk(root, slots=max(1, usable_cores() // 2))


def show() -> None:
    """Draw the page that the address asks for."""
    st.set_page_config(page_title="GaitCheck", page_icon=":material/directions_run:", layout="centered")
    token = st.query_params.get("run")
    folder = st.query_params.get("folder")
    try:
        desk = get_desk(default_root())
        if token is not None:
            _show_run(desk, token)
        elif folder is not None:
            show_result(open_result(folder))
            _back_button()
        else:
            show_start(desk)
    except GaitCheckError as error:
        st.error(str(error))
        if token is not None or folder is not None:
            _back_button()


def _show_run(desk: RunDesk, token: str) -> None:
    status = desk.status(token)
    if status.state == "done":
        show_result(open_result(desk.result_dir(token)))
        if st.button("Change options and analyse again", width="stretch"):
            _to_start(token)
        _back_button()
    elif status.state == "failed":
        st.title("GaitCheck")
        st.error(status.sentence or "The analysis failed.")
        if st.button("Change options and try again", type="primary", width="stretch"):
            _to_start(token)
        _back_button()
    elif status.state == "unknown":
        st.title("GaitCheck")
        st.warning("This analysis is no longer here: it was stopped, or a day has passed. Please start a new one.")
        _back_button()
    else:
        show_progress(desk, token)


def _back_button() -> None:
    if st.button("Start with another video", width="stretch"):
        _to_start(None)


def _to_start(token: str | None) -> None:
    st.session_state["draft"] = token
    st.query_params.clear()
    st.rerun()
