"""What the words of a brief may say: no typed results, no prophecy, and a number beside each word of likelihood."""

from __future__ import annotations

import re
from collections.abc import Iterator

# "a will" in a legal sense has no place in a brief either.
FORBIDDEN = {
    "will": "say what happens in how many simulated futures",
    "proves": "a model shows, it proves nothing",
    "prove": "a model shows, it proves nothing",
    "proven": "a model shows, it proves nothing",
    "optimal": "say better for whom, and by what measure",
    "optimally": "say better for whom, and by what measure",
    "optimum": "say better for whom, and by what measure",
}
"""Words that no brief uses, and what to do instead."""

LIKELIHOOD = (
    "likely", "unlikely", "likelihood", "probable", "probably", "improbable", "probability", "chance", "chances",
    "odds", "often", "rarely", "seldom", "usually", "mostly", "typically", "frequently",
    "certainly", "surely", "risk", "risks", "risky", "almost always", "almost never",
)  # fmt: skip
"""Words that say how sure something is: their sentence has to hold a number of futures."""

OF_TWENTY = re.compile(r"\d+ of \d+|fewer than \d+ of|more than \d+ of")

_FIELD = re.compile(r"\{[^{}]*\}")
_QUOTED_FACT = re.compile(r"[“\"][^“”\"]*[”\"][,.;]?\s*\[@[a-z0-9_]+\]")
_CITATION = re.compile(r"\[@[a-z0-9_]+\]")
_YEAR = re.compile(
    r"\b(?:19|20)\d\d(?:Q[1-4]|s)?\b(?!\s*(?:%|per cent|percent|futures|draws|times|months|quarters|million|billion))"
)
_PLACE = re.compile(
    r"\b(?:sections?|figures?|tables?|pages?|equations?|chapters?|annex|appendix)\s+\d+(?:\.\d+)*\b", re.I
)
_NAME_WITH_DIGIT = re.compile(r"\b[A-Za-z]+-?\d[\w.]*\b")
_DIGITS = re.compile(r"[−+-]?[$€£]?\d[\d.,]*\s?(?:%|bn\b|M\b|k\b)?")
_SPELLED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS = "|".join(
    [*_SPELLED.split(), *"eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split()]
)
_COUNTED = (
    r"(?:of|in|out of)\s+(?:the\s+)?(?:ten|twenty|hundred)\b|per\s?cent\b|points?\b|futures?\b|draws?\b|"
    r"million\b|billion\b|trillion\b|months?\b|times\b"
)
_SPELLED_RESULT = re.compile(rf"\b(?:{_WORDS})(?:[- ](?:{_WORDS}))*\s+(?:{_COUNTED})", re.I)


def typed_numbers(text: str) -> list[str]:
    """Numbers in an author's text that look like results; they have to be fields.

    Allowed are years (`2027`), places in a document (`section 3`), names with digits (`GPT-4`, `H100`), and what stands
    in quotation marks with its source right behind: `"16 million exchanges" [@anthropic_distillation2026]`.
    """
    left = _FIELD.sub(" ", text)
    for allowed in (_QUOTED_FACT, _CITATION, _PLACE, _YEAR, _NAME_WITH_DIGIT):
        left = allowed.sub(" ", left)
    found = [match.group().strip() for match in _SPELLED_RESULT.finditer(left)]
    return [match.group().strip(" .,") for match in _DIGITS.finditer(left)] + found


def forbidden_words(text: str) -> list[str]:
    """Words of `FORBIDDEN` that a text uses."""
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word in FORBIDDEN]


def unnumbered_likelihoods(text: str) -> list[tuple[str, str]]:
    """Words of likelihood whose sentence holds no number of futures: (word, sentence) each."""
    found = []
    for sentence in sentences(text):
        if OF_TWENTY.search(sentence):
            continue
        plain = sentence.lower()
        found += [(word, sentence) for word in LIKELIHOOD if re.search(rf"\b{word}\b", plain)]
    return found


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text."""
    for part in re.split(r"(?<=[.!?])\s+|\n{2,}", text):
        if part.strip():
            yield " ".join(part.split())


__all__ = [
    "FORBIDDEN",
    "LIKELIHOOD",
    "OF_TWENTY",
    "forbidden_words",
    "sentences",
    "typed_numbers",
    "unnumbered_likelihoods",
]
