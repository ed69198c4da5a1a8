"""A brief of another version against the one that this version makes: its numbers, since words may differ."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from econsim.briefs.bundle import NUMBERS
from econsim.errors import InputError
from econsim.store import read_json
from econsim.verification.numbers import Numbers, flattened, mismatches, shown
from econsim.verification.report import SHOWN, Difference

LEAST = 1e-9  # what is nearer to nothing is nothing
ROUNDING = 0.5 + 1e-6  # of the last digit of the coarser of two numbers
FEWEST = 2  # digits of a number above a thousand that are told at least
TEXTS = (".md", ".html", ".ipynb", ".csv", ".svg")

_NUMBER = re.compile(r"[−+-]?[$]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?")
_IDENTITY = re.compile(r"(?<![\w.])(?=[0-9a-f]*\d)[0-9a-f]{12,64}\b|\b\d{4}-\d\d-\d\d\b")  # run ids, hashes, dates
_FIELD = re.compile(r'<data value="([^"]*)"[^>]*>([^<]*)</data>')


def compare_numbers(folder: Path, place: Path, manifest: Mapping[str, Any]) -> tuple[int, list[Difference], list[str]]:
    """Every number of a stored brief against the same brief made again by this version.

    folder, place : of the stored brief, and of the one made again
    returns : how many numbers of `numbers.json` agree with the rerun, what differs, and notes on what was not compared
    """
    try:
        stored = _records(folder / NUMBERS)
    except InputError as error:
        return 0, [Difference(NUMBERS, "", error.problems[0].message, "")], []
    fresh = _records(place / NUMBERS)
    shared = [key for key in stored if key in fresh]
    found = _values(stored, fresh, shared)
    wrong = {one.place.partition(" ")[0] for one in found}
    found += [
        Difference(NUMBERS, key, f"'{stored[key]['text']}'", f"'{fresh[key]['text']}'")
        for key in shared
        if key not in wrong and not _same(_numbers(stored[key]["text"]), _numbers(fresh[key]["text"]))
    ]
    agreeing = len(shared) - len({one.place.partition(" ")[0] for one in found})
    notes = []
    if len(shared) < len(stored):
        left = [key for key in stored if key not in fresh]
        notes.append(f"Numbers that this version does not tell, and that were not compared: {', '.join(left[:SHOWN])}.")
    known = {one for record in (*stored.values(), *fresh.values()) for one in _numbers(record["text"])}
    loose = []
    for name in manifest["files"]:
        ours, theirs = folder / name, place / name
        if ours.suffix not in TEXTS or name.startswith(("runs/", "studies/", "scenarios/")):
            continue
        if not (ours.is_file() and theirs.is_file()):  # one that is missing is told with the hashes
            continue
        told, in_order = _text_numbers(name, ours, theirs, stored, known)
        found += told
        loose += [] if in_order else [name]
    if loose:
        notes.append(f"Worded otherwise, and each number looked up on its own: {', '.join(loose)}.")
    return agreeing, found, notes


def _records(path: Path) -> dict[str, dict[str, Any]]:
    """The numbers of a brief by key, those that are records; what else the file holds was told by its hash."""
    return {
        key: one
        for key, one in read_json(path).items()
        if isinstance(one, dict) and isinstance(one.get("text"), str) and "value" in one
    }


def _values(stored: Mapping[str, Any], fresh: Mapping[str, Any], shared: Sequence[str]) -> list[Difference]:
    """Values that are not those of the rerun; what is told in words is compared where it is a verb."""
    told: list[Difference] = []
    ours: dict[str, float] = {}
    theirs: dict[str, float] = {}
    for key in shared:
        here, there = stored[key]["value"], fresh[key]["value"]
        if isinstance(here, str) or isinstance(there, str):
            if key.endswith(".verb") and here != there:
                told.append(Difference(NUMBERS, key, f"'{here}'", f"'{there}'"))
            continue
        one, other = (_plain(key, value) for value in (here, there))
        if list(one) != list(other):
            told.append(Difference(NUMBERS, key, json.dumps(here), json.dumps(there)))
            continue
        ours |= one
        theirs |= other
    held, again = Numbers.of(ours), Numbers.of(theirs)
    for place in mismatches(held, again, lambda: np.full(len(ours), LEAST)):
        told.append(Difference(NUMBERS, held.names[place], shown(held.values[place]), shown(again.values[place])))
    return told


def _plain(key: str, value: Any) -> dict[str, float]:
    """The numbers of one value: one, or the two ends of a range."""
    return {
        name.replace(f"{key}.", f"{key} "): float("nan") if one is None else float(one)
        for name, one in flattened({key: value}).items()
    }


def _text_numbers(
    name: str, ours: Path, theirs: Path, stored: Mapping[str, Any], known: set[str]
) -> tuple[list[Difference], bool]:
    """Numbers of a text that are not those of the text made again, and whether both hold as many, in one order."""
    text = ours.read_text(encoding="utf-8", errors="replace")
    told = []
    if ours.suffix == ".html":
        for key, words in _FIELD.findall(text):
            expected = stored.get(html.unescape(key), {}).get("text")
            if html.unescape(words) != expected:
                told.append(Difference(name, html.unescape(key), f"'{html.unescape(words)}'", f"'{expected}'"))
    here = _numbers(_visible(text, ours.suffix))
    there = _numbers(_visible(theirs.read_text(encoding="utf-8"), ours.suffix))
    if told:
        return told[:SHOWN], True
    if len(here) == len(there):
        pairs = [(one, other) for one, other in zip(here, there, strict=True) if not _same([one], [other])]
        return [Difference(name, "", f"'{one}'", f"'{other}'") for one, other in pairs[:SHOWN]], True
    allowed = known | set(there)
    strange = [one for one in dict.fromkeys(here) if one not in allowed]
    return [Difference(name, "", f"'{one}' is none of the numbers of {NUMBERS}", "") for one in strange[:SHOWN]], False


def _visible(text: str, suffix: str) -> str:
    """What a reader sees of a text, without ids, hashes and dates, which differ between versions and days."""
    if suffix == ".html":
        text = html.unescape(re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL))
    elif suffix == ".svg":
        text = html.unescape(" ".join(re.findall(r"<text\b[^>]*>([^<]*)</text>", text)))
    elif suffix == ".md":
        text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    elif suffix == ".ipynb":
        try:
            text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        except (ValueError, KeyError, TypeError):
            text = ""
    return _IDENTITY.sub(" ", text)


def _numbers(text: str) -> list[str]:
    """The numbers of a text as they are written; those of a version, of three parts, are none."""
    return _NUMBER.findall(re.sub(r"\b\d+\.\d+\.\d+\w*", " ", _IDENTITY.sub(" ", text)))


def _same(here: Sequence[str], there: Sequence[str]) -> bool:
    """Whether numbers as written are the same but for how finely they are rounded."""
    if len(here) != len(there):
        return False
    for one, other in zip(here, there, strict=True):
        (value, step), (expected, other_step) = _read(one), _read(other)
        if abs(value - expected) > max(ROUNDING * max(step, other_step), LEAST * abs(expected)) and one != other:
            return False
    return True


def _read(text: str) -> tuple[float, float]:
    """A number, and what one more of its last digit is; of `1,200` that may be the 2, though not the 1 of `1,000`."""
    digits = text.replace("−", "-").replace("$", "").replace(",", "")
    mantissa, _, power = digits.partition("e")
    scale = 10.0 ** int(power or 0)
    whole, _, fraction = mantissa.partition(".")
    if fraction:
        return float(digits), 10.0 ** -len(fraction) * scale
    whole = whole.strip("-+")
    zeros = len(whole) - len(whole.rstrip("0"))
    return float(digits), 10.0 ** (min(zeros, len(whole) - FEWEST) if "," in text else 0) * scale


__all__ = ["compare_numbers"]
