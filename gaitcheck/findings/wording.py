"""The language guard: what GaitCheck must not say to a runner.

A video shows how someone moves. It does not show why, and it cannot foretell. So no text may name a disease, state a
deficit of the person, give a cause, or promise or threaten an outcome. The guard is a list of patterns, each with the
reason; the tests run it over every string that a person can see.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_BODY = (
    r"(?:muscles?|glut\w*|hips?|hip \w+|adductors?|abductors?|rotators?|quad\w*|hamstrings?|calf|calves|core|abs|"
    r"abdominals?|psoas|piriformis|popliteus|tfl|band|itb|flexors?|extensors?|trunk|back|knees?|legs?|ankles?)"
)

#: Whole phrases that say what GaitCheck does not do; they are taken out of a text before it is judged.
ALLOWED_PHRASES = (
    "not a diagnosis",
    "no diagnosis",
    "not a prediction of injury",
    "cannot foretell an injury",
)

_HAVING = "speaks of the person as having something"
_DIAGNOSIS = "diagnosis"
_MUSCLE_STATE = "states a muscle's strength, length or activity, which a video cannot show"
_CAUSE = "cause"
_OUTCOME = "foretells an outcome"
_PROMISE = "promises an effect"
_MEDICAL = "medical act"
_BLAME = "judges the person"
_INJURY = "names an injury as a finding"

_STATE = r"(?:tight|short|shortened|stiff|over-?active|under-?active|inhibited|lazy|imbalanced)"
_NOT = r"(?:do not|does not|don't|doesn't|is not|isn't|are not|aren't|fails? to)"

#: (reason, pattern). Patterns see lower-case text with plain apostrophes, hyphens and single spaces.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (_HAVING, r"\byou(?:'ve| have| suffer| lack)\b"),
    (_HAVING, r"\b(?:the|this) (?:runner|person) (?:has|suffers|lacks)\b"),
    (_DIAGNOSIS, r"\b(?:self-?)?diagnos\w*"),
    (_DIAGNOSIS, r"\b(?:patholog\w*|diseases?|disorders?|syndromes?|dysfunction\w*|abnormal\w*)\b"),
    (_DIAGNOSIS, r"\b(?:deficien\w*|deficits?|impair\w*)\b"),
    (_MUSCLE_STATE, r"\b(?:weak\w*|feebl\w*)"),
    (_MUSCLE_STATE, rf"\b{_STATE}\s+(?:\w+ )?{_BODY}\b"),
    (_MUSCLE_STATE, rf"\b{_BODY} (?:is|are|seems?|looks?|feels?|must be) (?:\w+ )?(?:{_STATE}|strong)\b"),
    (_MUSCLE_STATE, r"\b(?:imbalances?|muscle tightness)\b"),
    (_MUSCLE_STATE, rf"\b{_BODY} {_NOT} (?:fir(?:e|ing)|work(?:ing)?|activat(?:e|ed|ing))\b"),
    (_CAUSE, r"\b(?:caus(?:e|es|ed|ing|al)|leads? to|leading to|responsible for|brings? about)\b"),
    (_CAUSE, rf"\b(?:due to|because of|comes? from|results? (?:of|from)) (?:\w+ ){{0,3}}{_BODY}\b"),
    (_CAUSE, r"\bresult(?:s|ing)? in (?:\w+ )?(?:pain|injur\w*)"),
    (_OUTCOME, r"\brisk(?:s|y|ing)?\b"),
    (_OUTCOME, r"\bpredict\w*"),
    (_OUTCOME, r"\b(?:odds|likelihood|probabilit(?:y|ies)|prognos\w+)\b"),
    (_OUTCOME, r"\b(?:more|less|most|un) ?-?likely\b"),
    (_OUTCOME, r"(?:%|\bper ?cent) (?:more |less |higher |lower )?(?:chance|likely|of (?:getting|developing))"),
    (_OUTCOME, r"\b(?:will|going to) (?:soon |later |eventually )?(?:get|become|develop|break|end up)\b"),
    (
        _OUTCOME,
        r"\b(?:will|going to|could|may|might|can) (?:soon |later |eventually )?(?:suffer|hurt|injure|tear|strain)\b",
    ),
    (_OUTCOME, r"\b(?:injury-?prone|prone to|heading for)\b"),
    (_PROMISE, r"\b(?:prevent\w*|protects? (?:you|your|against|from)|cur(?:e|es|ing)|heal(?:s|ing)?|guarantee\w*)\b"),
    (_PROMISE, r"\b(?:fix(?:es)?|corrects?|repairs?|restores?) your\b"),
    (_MEDICAL, r"\b(?:treatments?|treats? your|therap(?:y|ies)|prescri\w+|medicat\w+)\b"),
    (_BLAME, r"\b(?:bad|poor|faulty|terrible|incorrect|wrong) (?:\w+ )?(?:form|technique|posture|gait|running)\b"),
    (_BLAME, rf"\b(?:faulty|defective|damaged|injured) (?:\w+ )?{_BODY}\b"),
    (_INJURY, r"\b(?:itbs|pfps?|mtss|runner's knee|jumper's knee|shin ?splints?|sciatica|trendelenburg)\b"),
    (_INJURY, r"\b(?:patellofemoral (?:pain|stress)|medial tibial stress|stress (?:fracture|reaction)|fracture)s?\b"),
    (_INJURY, r"\b\w*(?:tendin|tendon|fasci|burs|arthr)itis\b|\b(?:tendin?|fasci)opath\w+"),
    (_INJURY, r"\b(?:(?:osteo)?arthrosis|impingement|herniat\w+|labral tears?)\b"),
    (_INJURY, rf"\b{_BODY} (?:strain|tear|rupture)s?\b"),
)
_RULES = tuple((reason, re.compile(pattern)) for reason, pattern in _PATTERNS)


@dataclass(frozen=True)
class Violation:
    """One place where a text says what it must not: the words found and the reason."""

    words: str
    reason: str


def violations(text: str) -> tuple[Violation, ...]:
    """Everything in `text` that GaitCheck must not say to a runner, in the order of the rules.

    Parameters
    ----------
    text : words as a person sees them, without markup.

    Returns
    -------
    Empty when the text is fit to be shown.
    """
    plain = _plain(text)
    for phrase in ALLOWED_PHRASES:
        plain = re.sub(rf"\b{re.escape(phrase)}\b", "*", plain)
    return tuple(Violation(found.group(0), reason) for reason, rule in _RULES for found in rule.finditer(plain))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub("[\u2018\u2019\u02bc`]", "'", folded)
    folded = re.sub("[\u2010-\u2015\u2212]", "-", folded).replace("\u00ad", "").replace("\u200b", "")
    return re.sub(r"\s+", " ", folded)
