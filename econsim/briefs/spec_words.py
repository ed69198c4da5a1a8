"""Checking the author's own words: fields that exist, no typed results, no prophecy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from econsim.briefs.facts_told import PREFIX, fact_field, fact_sources
from econsim.briefs.field_names import Vocabulary
from econsim.briefs.spec_packages import Package
from econsim.briefs.typed_numbers import typed_numbers
from econsim.briefs.wording import FORBIDDEN, forbidden_words, unnumbered_likelihoods
from econsim.errors import Problem
from econsim.field_checker import Checker
from econsim.library import FieldPath

FIELD = re.compile(r"\{([^{}]*)\}")
_MARK = re.compile(r"\{([^{}]*)\}|\[@([a-z0-9_]+)\]")
# The settings of a package may stand in its name, as in `royalty-20`, but no per cent and no share of anything.
_PLAIN_DIGITS = re.compile(r"(?<![\d.])\d+\b(?!\s*(?:per|percent|points?|of|in|times|fold|futures?|months?)\b)")
TYPED = "holds a typed number that looks like a result"
INSTEAD = 'a field such as {headline.proposal.change} or {headline.proposal.up}, {fact:KEY}, or "…" [@source]'
INSTEAD_WITHOUT_FIELDS = {
    "label": "a label without it: the brief tells what each package does, and {name.package.setting} in a paragraph",
    "question": "a question without it; numbers go into 'title' or 'paragraphs', as fields",
    "audience": "an audience without it",
}
_OF_TWENTY = ("up", "down", "same", "futures", "defined", "above", "below")


def cited(text: str) -> list[str]:
    """Keys of the sources that a text cites, in order: those that it names, and those of its facts."""
    found: list[str] = []
    for name, source in _MARK.findall(text):
        if source:
            found.append(source)
        elif name.startswith(PREFIX):
            one = fact_field(name)
            found += [] if isinstance(one, Problem) else fact_sources(one)
    return found


def check_words(
    words: Mapping[str, Any], packages: Sequence[Package], vocabulary: Vocabulary, checker: Checker, *, named: bool
) -> None:
    """Note what is wrong with title, question, audience, paragraphs, and the names and labels of packages.

    named : whether the spec gives its name itself; else it comes from the file's
    """
    texts: list[tuple[FieldPath, str]] = [
        ((key,), words[key]) for key in ("title", "question", "audience") if words[key]
    ]
    texts += [(("paragraphs", name), text) for name, text in words["paragraphs"].items()]
    texts += [(("packages", place, "label"), one.label) for place, one in enumerate(packages)]
    for path, text in texts:
        _check_text(path, text, vocabulary, checker, fields=path[0] in ("title", "paragraphs"))
    names: list[tuple[FieldPath, str]] = [(("name",), words["name"])]
    names += [(("packages", place, "name"), one.name) for place, one in enumerate(packages)]
    names += [(("packages", place, "scenario"), one.scenario.name) for place, one in enumerate(packages)]
    for path, name in names:
        for number in typed_numbers(_PLAIN_DIGITS.sub("", name.replace("-", " "))):
            if path == ("name",) and not named:
                instead = "a file named without it, or a field 'name' in the spec"
                checker.add(path, Problem("", f"comes from the file's name and {TYPED}", f"'{number}'", instead))
            else:
                checker.add(path, Problem("", TYPED, f"'{number}'", "a name without it"))


def _check_text(path: FieldPath, text: str, vocabulary: Vocabulary, checker: Checker, fields: bool) -> None:
    if "{" in FIELD.sub("", text) or "}" in FIELD.sub("", text):
        checker.add(
            path, Problem("", "has a brace that does not belong to a field", allowed="{metric.package.statistic}")
        )
    for name in FIELD.findall(text):
        if not fields:
            checker.add(path, Problem("", "holds no fields", f"{{{name}}}"))
            continue
        found = vocabulary.resolved(name)
        if isinstance(found, Problem):
            checker.add(path, found if found.value else _with_value(found, name))
    for number in typed_numbers(text):
        instead = INSTEAD if fields else INSTEAD_WITHOUT_FIELDS.get(str(path[-1]), "words without it")
        checker.add(path, Problem("", TYPED, f"'{number}'", instead))
    for word in forbidden_words(text):
        checker.add(path, Problem("", f"says '{word}': {FORBIDDEN[word]}"))
    for word, sentence in unnumbered_likelihoods(_numbered(text)):
        shown = sentence if len(sentence) <= 80 else f"{sentence[:77]}…"
        message = f"says '{word}' with no number of futures in the sentence"
        checker.add(path, Problem("", message, f"'{shown}'", "a field such as {headline.proposal.up}"))


def _with_value(problem: Problem, name: str) -> Problem:
    return Problem("", f"{problem.message} in {{{name}}}", problem.value, problem.allowed, problem.nearest)


def _numbered(text: str) -> str:
    """The text with every field that tells futures in place of a number of them."""

    def told(match: re.Match[str]) -> str:
        parts = match.group(1).split(".")
        return "1 of 20" if len(parts) >= 3 and parts[2].strip() in _OF_TWENTY else "x"

    return FIELD.sub(told, text)


__all__ = ["FIELD", "check_words", "cited"]
