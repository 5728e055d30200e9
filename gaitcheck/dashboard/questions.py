"""The optional questions on the first page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from gaitcheck.findings.load import knowledge
from gaitcheck.settings import PainSite


def ask_questions() -> dict[str, Any]:
    """What the person answered, as fields of `Answers`; nothing needs an answer."""
    words = knowledge().texts.answers
    sites: list[PainSite] = [site for site in words.sites if site != "bone_stress"]
    with st.expander(words.title):
        st.caption(words.about)
        left, right = st.columns(2)
        return {
            "age_years": left.number_input(words.age_years, 5, 110, None),
            "pain_level": right.number_input(words.pain_level, 0, 10, None),
            "pain_sites": tuple(st.multiselect(words.pain_sites, sites, format_func=words.sites.__getitem__)),
            "past_injuries": tuple(
                st.multiselect(words.past_injuries, list(words.sites), format_func=words.sites.__getitem__)
            ),
            "warning_signs": tuple(
                st.multiselect(words.warning_signs, list(words.signs), format_func=words.signs.__getitem__)
            ),
        }
