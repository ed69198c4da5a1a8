"""What the words of a brief may say: no prophecy, and a number beside each word of likelihood."""

from __future__ import annotations

import re
from collections.abc import Iterator

# "a will" in a legal sense has no place in a brief either.
FORBIDDEN = {
    "will": "say what happens in how many simulated futures",
    "proves": "a model shows, it proves nothing",
    "prove": "a model shows, it proves nothing",
    "proven": "a model shows, it proves nothing",
    "guarantee": "a model guarantees nothing",
    "guarantees": "a model guarantees nothing",
    "guaranteed": "a model guarantees nothing",
    "inevitable": "say in how many simulated futures",
    "inevitably": "say in how many simulated futures",
    "definitely": "say in how many simulated futures",
    "undoubtedly": "say in how many simulated futures",
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
    "unnumbered_likelihoods",
]
