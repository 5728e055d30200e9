"""The page while an analysis goes on."""

from __future__ import annotations

import streamlit as st

from gaitcheck.dashboard.runs import RunDesk
from gaitcheck.dashboard.words import time_left_words


def show_progress(desk: RunDesk, token: str) -> None:
    """Stage, share and time left, looked up every second, and a button that ends the process."""
    st.title("GaitCheck")
    st.subheader("Your video is being analysed")
    _state(desk, token)
    st.caption(
        "You can leave this page and come back to the same address: the analysis goes on. "
        "The result is kept for a day, then removed."
    )
    if st.button("Stop and delete", width="stretch"):
        desk.cancel(token)
        st.session_state["draft"] = None
        st.session_state["notice"] = "The analysis was stopped, and the video was deleted from this machine."
        st.query_params.clear()
        st.rerun()


@st.fragment(run_every=1.0)
def _state(desk: RunDesk, token: str) -> None:
    status = desk.status(token)
    if status.state == "waiting":
        before = "one analysis" if status.ahead == 0 else f"{status.ahead + 1} analyses"
        st.progress(0.0, text=f"Waiting for {before} to end")
    elif status.state == "running":
        st.progress(status.share, text=f"{status.stage}: {status.share:.0%}, {time_left_words(status.seconds_left)}")
    else:
        st.rerun(scope="app")
