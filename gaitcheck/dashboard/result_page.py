"""The result: findings first, then pictures, then numbers. Reads only what lies in the analysis folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from gaitcheck.dashboard.charts import step_chart, step_series
from gaitcheck.dashboard.files import Result
from gaitcheck.dashboard.words import FOOTNOTE, plain
from gaitcheck.findings.result import FINDINGS_FIRST, Finding, MuscleHint, RedFlag
from gaitcheck.gait.result import SIDES, Check, Measure, Side
from gaitcheck.report.document import Document, QualityRecord, VideoRecord
from gaitcheck.report.muscles import FACES, legend_picture, muscle_picture, on_white, picture_words
from gaitcheck.report.words import measure_name, report_words, side_word, value_words, view_words, with_unit

#: An upright video at the full width of a desktop page would not fit on the screen; on a phone the page limits it.
UPRIGHT_WIDTH_PX = 400
GRADES = {
    "A": "A: well supported by studies",
    "B": "B: some studies, not all agree",
    "C": "C: little or mixed evidence",
    "X": "X: a video cannot show this",
}
CHECK_ICONS = {True: ":material/check_circle:", False: ":material/warning:", None: ":material/help:"}
MUSCLE_GROUPS = {
    "nothing_seen": "Looked at, nothing stands out",
    "not_looked_at": "Not looked at, since its measures are not there",
    "not_visible": "A video cannot show these",
}


def show_result(result: Result) -> None:
    """Draw the whole result."""
    document = result.document
    _head(result)
    _red_flags(document.red_flags)
    _findings(document.findings)
    st.subheader("Video")
    if len(document.videos) == 1:
        _pictures(result, document.videos[0])
    else:
        tabs = st.tabs([f"{video.number}: {view_words(video.view)}" for video in document.videos])
        for tab, video in zip(tabs, document.videos, strict=True):
            with tab:
                _pictures(result, video)
    _charts(result)
    _table(document.measures)
    _muscles(document)
    _quality(document.quality, several=len(document.videos) > 1)
    _downloads(result)
    st.caption(FOOTNOTE)


def _head(result: Result) -> None:
    document = result.document
    st.title("Your run")
    names = " · ".join(f"{plain(video.file_name)} ({view_words(video.view)})" for video in document.videos)
    st.caption(names)
    first, _, rest = document.summary.partition(". ")
    st.markdown(f"#### {plain(first)}")
    if rest:
        st.markdown(plain(rest))


def _red_flags(red_flags: Sequence[RedFlag]) -> None:
    for flag in red_flags:
        st.error(f"**{plain(flag.text)}:** {plain(flag.advice)}")


def _findings(findings: Sequence[Finding]) -> None:
    for finding in findings[:FINDINGS_FIRST]:
        _finding(finding)
    rest = findings[FINDINGS_FIRST:]
    if rest:
        with st.expander(f"{len(rest)} more"):
            for finding in rest:
                _finding(finding)


def _finding(finding: Finding) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(finding.title)}**")
        st.markdown(plain(finding.text))
        value = f"{with_unit(finding.value, finding.unit)} ± {with_unit(finding.uncertainty, finding.unit)}"
        st.caption(
            f"{plain(value)}, usual: {plain(finding.usual)} · evidence {GRADES[finding.grade]}  \n"
            f"What speaks against it: {plain(finding.contrary)}"
        )


def _pictures(result: Result, video: VideoRecord) -> None:
    annotated = result.file(video.outputs.annotated_video)
    if annotated is not None:
        upright = video.facts.height_px > video.facts.width_px
        st.video(
            annotated,
            muted=True,
            width=UPRIGHT_WIDTH_PX if upright else "stretch",
            alt="The video with the skeleton and the current angles drawn in",
        )
    else:
        st.caption("The annotated video is not in this folder.")
    stills = [(still, path) for still in video.outputs.stills if (path := result.file(still.file)) is not None]
    if stills:
        with st.expander(f"{len(stills)} pictures of single moments"):
            columns = st.columns(3)
            for number, (still, path) in enumerate(stills):
                words = f"{side_word(still.side).capitalize()} {report_words().event[still.event]}"
                if still.measure_id is not None and still.value is not None:
                    words += f": {measure_name(still.measure_id)} {with_unit(still.value, still.unit or '')}"
                columns[number % 3].image(path, caption=plain(words), width="stretch", alt=words)


def _charts(result: Result) -> None:
    series = step_series(result.step_rows(), result.document.measures)
    if not series:
        return
    st.subheader("Step by step")
    chosen = st.selectbox("Measure", list(series), format_func=measure_name)
    if chosen is None:
        return
    st.plotly_chart(
        step_chart(series[chosen]),
        width="stretch",
        config={"displayModeBar": False, "scrollZoom": False},
        key="step-chart",
        alt=f"{measure_name(chosen)} of each step",
    )
    st.caption("Each point is one step; the line is the mean, the band its uncertainty.")


def _table(measures: Sequence[Measure]) -> None:
    """Left beside right, narrow enough for a phone; then every detail; then what was withheld."""
    st.subheader("Measures")
    given = [measure for measure in measures if measure.mean is not None]
    if given:
        st.markdown(_sides_table(given))
        st.caption("± is the half width of the 95 % interval of the mean. * to be read with care: see the details.")
        with st.expander("Details: steps, status and reason"):
            st.dataframe(
                [
                    {
                        "Measure": measure_name(measure.id),
                        "Side": side_word(measure.side),
                        "Value": value_words(measure),
                        "Steps": measure.n_steps,
                        "Status": report_words().status[measure.status],
                        "Reason": measure.reason or "",
                        "View": view_words(measure.view),
                    }
                    for measure in given
                ],
                hide_index=True,
                width="stretch",
                height="content",
            )
    else:
        st.info("Nothing could be measured from this video; the reasons stand below.")
    _withheld([measure for measure in measures if measure.mean is None])


def _sides_table(measures: Sequence[Measure]) -> str:
    """A Markdown table with a row for each measure; a measure of the whole body stands under both sides' heading."""
    cells: dict[str, dict[Side | None, str]] = {}
    for measure in measures:
        mark = r"\*" if measure.status == "borderline" else ""
        cells.setdefault(measure.id, {})[measure.side] = plain(value_words(measure)) + mark
    lines = ["| | Left | Right |", "|---|---|---|"]
    for measure_id, by_side in cells.items():
        if None in by_side:
            continue
        values = (by_side.get(side, "–") for side in SIDES)
        lines.append(f"| {plain(measure_name(measure_id))} | {' | '.join(values)} |")
    whole = [f"| {plain(measure_name(each))} | {cells[each][None]} |" for each in cells if None in cells[each]]
    tables = [lines] if len(lines) > 2 else []
    if whole:
        tables.append(["| | Both legs |", "|---|---|", *whole])
    return "\n\n".join("\n".join(table) for table in tables)


def _withheld(measures: Sequence[Measure]) -> None:
    """Measures that were not given, gathered by reason."""
    if not measures:
        return
    by_reason: dict[str, dict[str, None]] = {}
    for measure in measures:
        by_reason.setdefault(measure.reason or "No reason is recorded.", {})[measure_name(measure.id)] = None
    count = len({measure.id for measure in measures})
    with st.expander(f"Not measurable from this video: {count}", expanded=len(by_reason) <= 2):
        for reason, names in by_reason.items():
            st.markdown(f"**{plain(', '.join(names))}**  \n{plain(reason)}")


def _muscles(document: Document) -> None:
    muscles, findings = document.muscles, {finding.id: finding for finding in document.findings}
    if not muscles:
        return
    st.subheader("Muscles")
    st.caption("A video shows movement, not strength. What stands here is worth testing, no more.")
    for column, face in zip(st.columns(2), FACES, strict=True):
        words = picture_words(face, muscles, document.measures)
        column.image(on_white(muscle_picture(face, muscles, document.measures)), width="stretch", alt=words)
    st.image(on_white(legend_picture(muscles, document.measures)), width=240)
    worth = [hint for hint in muscles if hint.status == "worth_testing"]
    for hint in worth:
        _worth_testing(hint, findings, red_flag=bool(document.red_flags))
    if document.exercises_note:
        st.markdown(plain(document.exercises_note))
    if not worth:
        st.markdown("No muscle group stands out as worth testing.")
    for status, title in MUSCLE_GROUPS.items():
        group = [hint for hint in muscles if hint.status == status]
        if group:
            with st.expander(f"{title}: {len(group)}"):
                for hint in group:
                    st.markdown(f"**{plain(_muscle_name(hint))}**  \n{plain(hint.text)}")


def _worth_testing(hint: MuscleHint, findings: dict[str, Finding], *, red_flag: bool) -> None:
    """What speaks for a hint and against it; no advice on training while a red flag stands."""
    with st.expander(f"{plain(_muscle_name(hint))}: worth testing"):
        st.markdown(plain(hint.text))
        because = [findings[each].title for each in hint.because if each in findings]
        lines = {
            "Seen in": "; ".join(because),
            "Evidence": GRADES[hint.grade],
            "What speaks against it": hint.contrary,
            "Confirm with": hint.confirm_with,
            "Strengthen": "" if red_flag else hint.strengthen,
            "Stretch": "" if red_flag else hint.stretch,
            "Works against": hint.antagonist,
            "Source": hint.source,
        }
        st.markdown("\n".join(f"- **{title}:** {plain(text)}" for title, text in lines.items() if text))
        if hint.exercises:
            st.markdown("**Exercises**")
        for exercise in hint.exercises:
            st.markdown(
                f"- **{plain(exercise.name)}** ({exercise.kind}: {plain(exercise.muscle_name)}). "
                f"{plain(exercise.dose)}  \n"
                f"  {plain(exercise.purpose)} {plain(exercise.progression)} {plain(exercise.stop_when)}"
            )


def _muscle_name(hint: MuscleHint) -> str:
    return hint.name if hint.side is None else f"{hint.name}, {hint.side}"


def _quality(records: Sequence[QualityRecord], *, several: bool) -> None:
    st.subheader("How good the video is")
    for record in records:
        if several:
            st.markdown(f"**Video {record.video}**")
        passed = [check for check in record.checks if check.ok is True]
        for check in record.checks:
            if check.ok is not True:
                _check(check)
        with st.expander(f"{len(passed)} of {len(record.checks)} checks passed"):
            for check in passed:
                _check(check)
            st.caption(
                f"Frames with the runner: {record.frames_with_runner} of {record.frames}. "
                f"Filled in: {record.frames_filled}. Mix-ups of left and right put back: {record.swaps_repaired}. "
                f"Steps found: {record.steps_found}, left out: {record.steps_dropped}."
            )


def _check(check: Check) -> None:
    advice = f"  \n{plain(check.advice)}" if check.advice and check.ok is not True else ""
    st.markdown(f"{CHECK_ICONS[check.ok]} {plain(check.message)}{advice}")


def _downloads(result: Result) -> None:
    st.subheader("Take it with you")
    files = result.document.files
    names = [files.report, files.report_pdf, "analysis.json", files.steps, files.landmarks]
    names += [video.outputs.annotated_video for video in result.document.videos]
    for name in names:
        path = result.file(name)
        if path is not None:
            # Read only when it is asked for.
            st.download_button(path.name, partial(_open, path), file_name=path.name, on_click="ignore", width="stretch")


def _open(path: Path) -> BinaryIO:
    return path.open("rb")
