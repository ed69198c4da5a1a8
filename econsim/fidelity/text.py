"""How amounts read in sentences about copies, and what an answer about them is known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import econsim

SHARES = (
    "A share of the teacher's level is the copy's points over the teacher's across the modelled bands of tasks, "
    "weighed as benchmarks look at them or as deployment goes. A share of the teacher's score is the same on one "
    "benchmark. What the student had before counts in both: neither is how much of the way from base to teacher was "
    "gone."
)
"""Which share is which, wherever either is shown."""


def identity(summary: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits: the same question, version and answer give the same."""
    content = json.dumps([summary, econsim.__version__], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def percent(share: float) -> str:
    """A share in whole percent; a decimal below one percent."""
    value = 100.0 * share
    return f"{value:.1f}%" if 0.0 < abs(value) < 1.0 else f"{value:.0f}%"


def points(score: float) -> str:
    """A score with one decimal. A mean of decimals is taken for the decimal it stands for: 26.05, and not the binary
    number just below it, so that it reads as the same figure in the fact book does."""
    return f"{round(score, 9):.1f}"


def count(amount: float) -> str:
    """A large number in the word that suits it: `804,745`, `1.2 million`, `32 billion`."""
    for word, size in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if amount >= size:
            return f"{amount / size:.3g} {word}"
    return f"{amount:,.0f}"


def dollars(amount: float) -> str:
    """An amount of dollars: `$9,400`, `$1.2 million`; cents below one dollar."""
    if amount < 1.0:
        return f"${amount:.2f}"
    rounded = float(f"{amount:.3g}")
    return f"${count(rounded)}"
