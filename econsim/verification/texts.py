"""Comparing texts: which line differs, and in which number."""

from __future__ import annotations

import difflib
import re

from econsim.verification.report import SHOWN, Difference

_TOKEN = re.compile(r"[−+-]?[$]?\d[\d.,]*(?: of \d+)?[%\w]*|\w+|\S")
_AROUND = 28  # characters of a line shown beside what differs


def text_differences(file: str, stored: str, found: str) -> list[Difference]:
    """Lines that differ, each with the words that do; none for equal texts."""
    if stored == found:
        return []
    here, there = stored.split("\n"), found.split("\n")
    told: list[Difference] = []
    matcher = difflib.SequenceMatcher(None, here, there, autojunk=False)
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind == "equal":
            continue
        if kind == "replace" and last - first == other_last - other_first:
            for place in range(last - first):
                told.append(_in_line(file, first + place + 1, here[first + place], there[other_first + place]))
        else:
            told.append(
                Difference(
                    file, f"line {first + 1}", _short(" ".join(here[first:last])) or "nothing",
                    _short(" ".join(there[other_first:other_last])) or "nothing",
                )
            )  # fmt: skip
    return told[:SHOWN] if len(told) <= SHOWN else [*told[:SHOWN], _more(file, len(told) - SHOWN)]


def _more(file: str, count: int) -> Difference:
    return Difference(file, "", f"{count} more lines differ", "")


def _in_line(file: str, line: int, stored: str, found: str) -> Difference:
    """The words of a line that differ, with a little of what stands around them."""
    ours, theirs = list(_TOKEN.finditer(stored)), list(_TOKEN.finditer(found))
    matcher = difflib.SequenceMatcher(
        None, [one.group() for one in ours], [one.group() for one in theirs], autojunk=False
    )
    for kind, first, last, other_first, other_last in matcher.get_opcodes():
        if kind != "equal":
            here = _excerpt(stored, ours, first, last)
            return Difference(file, f"line {line}", here, _excerpt(found, theirs, other_first, other_last))
    return Difference(file, f"line {line}", _short(stored), _short(found))


def _excerpt(text: str, tokens: list[re.Match[str]], first: int, last: int) -> str:
    begin = tokens[first].start() if first < len(tokens) else len(text)
    end = tokens[last - 1].end() if last > first else begin
    before, after = text[max(0, begin - _AROUND) : begin], text[end : end + _AROUND]
    left = "…" if begin > _AROUND else ""
    right = "…" if end + _AROUND < len(text) else ""
    return f"'{left}{before}{text[begin:end]}{after}{right}'"


def _short(text: str) -> str:
    return f"'{text}'" if len(text) <= 80 else f"'{text[:77]}…'"


__all__ = ["text_differences"]
