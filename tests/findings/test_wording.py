"""The language guard catches what must not be said, lets through what may, and finds nothing in our own texts."""

from __future__ import annotations

import pytest

from gaitcheck.findings import knowledge, violations

from .support import WHOLE_BODY, every_assessment, strings

BAD = [
    "You have weak glutes.",
    "you\u2019ve a dropped hip",
    "The runner has a problem at the knee.",
    "This is a sign of a WEAK gluteus medius",
    "There is weakness of the right hip.",
    "Weakened core muscles were found.",
    "Your hip flexors are tight.",
    "tight hip flexors",
    "overactive adductors",
    "The quads are too strong.",
    "Your glutes are not firing.",
    "The left hamstring doesn't work.",
    "muscle imbalance",
    "We diagnosed a hip drop.",
    "Diagnosis: hip drop",
    "self-diagnosis made easy",
    "an abnormal pelvic drop",
    "hip dysfunction",
    "a pathological gait",
    "piriformis syndrome",
    "gluteal insufficiency is a deficit",
    "Pelvic drop causes knee pain.",
    "knee pain caused by hip drop",
    "This leads to pain.",
    "due to your hip muscles",
    "because of poor glutes",
    "It results in an injury.",
    "This raises your injury risk.",
    "a risk factor",
    "This predicts injury.",
    "80 % higher odds",
    "80% more likely to be hurt",
    "30 percent chance",
    "You are more likely to stop.",
    "You will get shin pain.",
    "you may hurt your knee",
    "The band will tear.",
    "You are injury-prone.",
    "These exercises prevent injuries.",
    "protects your knee",
    "This will cure it.",
    "This fixes your gait.",
    "Treatment plan",
    "physical therapy",
    "We prescribe squats.",
    "bad running form",
    "faulty technique",
    "a damaged knee",
    "You might be suffering from runner's knee",
    "runner\u2019s knee",
    "ITBS",
    "shin splints",
    "patellofemoral pain",
    "a stress fracture",
    "Achilles tendinopathy",
    "plantar fasciitis",
    "tendonitis",
    "sciatica",
    "positive Trendelenburg sign",
    "hamstring strain",
    "stress\u00a0fracture",
    "wea\u00adkness",
]

GOOD = [
    "The pelvis drops more than usual; it may be worth testing hip strength.",
    "This is not a diagnosis and not a prediction of injury.",
    "One possible reason among several.",
    "Runners with less hip extensor strength ran more upright.",
    "Confirm with a strength test.",
    "Wear tight shorts and film at hip height.",
    "Because the video is short, timing is withheld.",
    "The 95 % interval is 3\u00b0 wide.",
    "You can get the model with one command.",
    "Pain at night: stop running and see a clinician.",
    "The left foot lands past the middle.",
    "Iliotibial band (outer thigh)",
]


@pytest.mark.parametrize("text", BAD)
def test_what_must_not_be_said_is_found(text: str) -> None:
    assert violations(text)


@pytest.mark.parametrize("text", GOOD)
def test_what_may_be_said_passes(text: str) -> None:
    assert violations(text) == ()


def test_an_allowed_phrase_does_not_shield_the_rest() -> None:
    found = violations("This is not a diagnosis, but you have weak hips: a prediction of injury.")
    assert {one.words for one in found} == {"you have", "weak", "prediction"}


def test_violation_says_words_and_reason() -> None:
    (found,) = violations("Line one.\nThis CAUSES it.")
    assert (found.words, found.reason) == ("causes", "cause")


def test_nothing_in_the_knowledge_breaks_the_guard() -> None:
    known = knowledge()
    rows = (known.bands, known.descriptive, known.muscles, known.pairs, known.exercises, known.red_flags, known.looks)
    texts = list(strings((rows, dict(known.sources), known.texts)))
    assert len(texts) > 1000
    assert {text: violations(text) for text in texts if violations(text)} == {}


def test_nothing_the_engine_can_say_breaks_the_guard() -> None:
    texts = {text for assessment in every_assessment() for text in strings(assessment)}
    said = {finding.id for assessment in every_assessment() for finding in assessment.findings}
    assert said == _every_finding_id()
    assert {text: violations(text) for text in texts if violations(text)} == {}
    assert not [
        text
        for text in texts
        if "{" in text or "}" in text or "None " in text.removeprefix("None here") or "nan" in text.split()
    ]


def _every_finding_id() -> set[str]:
    wanted = set()
    for band in knowledge().bands:
        kinds = [
            kind
            for kind, limit in (("high", band.high), ("low", band.low), ("difference", band.side_difference))
            if limit is not None
        ]
        if band.difference_of:
            kinds = ["difference"]
        sides = [""] if band.measure in WHOLE_BODY and not band.difference_of else [".left", ".right"]
        wanted |= {f"{band.measure}.{kind}{side}" for kind in kinds for side in sides}
    return wanted
