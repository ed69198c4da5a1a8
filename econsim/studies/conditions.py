"""Conditions on futures, such as `rd_relative < 0.5 and not (lab_premium > 1 or collapse == 1)`.

A grammar of our own, so that a condition can hold nothing but comparisons of a name with a number:

    either     = both { "or" both }
    both       = one { "and" one }
    one        = "not" one | "(" either ")" | NAME ("<" | "<=" | ">" | ">=" | "==") NUMBER

A comparison with an undefined value is neither true nor false, and what follows from it is decided after Kleene (1952):
`and` is false where any part is, `or` is true where any part is, whatever the rest; else the whole is undefined.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import numpy as np

from econsim.errors import InputError, Problem, nearest_name, unknown_name

LONGEST = 2_000  # characters
DEEPEST = 50  # parentheses and `not` within each other
SHOWN = 76  # characters of a condition that an error shows
EXAMPLE = "rd_relative < 0.5"
OPERATORS: Mapping[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}
IN_WORDS = {"<": "below ", "<=": "at most ", ">": "above ", ">=": "at least ", "==": ""}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

_TOKEN = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.%]))"
    r"|(?P<name>[^\W\d]\w*(?:-[^\W\d]\w*)*)"
    r"|(?P<operator><=|>=|==|<|>)"
    r"|(?P<bracket>[()])"
    r"|(?P<other>\d[\w.%]*|\.[\w.%]+|!=|[^\w\s()<>=]+|=[<>]?|\S)"
)
_MEANT = {
    "=": "==",
    "=<": "<=",
    "=>": ">=",
    "≤": "<=",
    "≥": ">=",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "!": "not",
    "~": "not",
    "!=": "not NAME == NUMBER",
    "≠": "not NAME == NUMBER",
}


class Verdict(NamedTuple):
    """Where a condition holds.

    met   : (row,) bool: it holds
    known : (row,) bool: whether it holds is defined
    """

    met: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """A name compared with a number."""

    name: str
    operator: str
    number: float

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.number!r}"


@dataclass(frozen=True)
class Not:
    """The opposite of a part."""

    part: Part

    def __str__(self) -> str:
        return f"not {_grouped(self.part)}"


@dataclass(frozen=True)
class Joined:
    """Two or more parts, of which all (`and`) or any (`or`) have to hold."""

    word: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(_grouped(part) for part in self.parts)


Part = Comparison | Not | Joined


def _grouped(part: Part) -> str:
    return f"({part})" if isinstance(part, Joined) else str(part)


@dataclass(frozen=True)
class Condition:
    """A condition that was read.

    text : as it was written
    root : what it says
    """

    text: str
    root: Part

    def __str__(self) -> str:
        return str(self.root)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that it compares, in order, each of them once."""
        return tuple(dict.fromkeys(one.name for one in comparisons(self.root)))

    def evaluate(self, columns: Mapping[str, np.ndarray]) -> Verdict:
        """Where it holds.

        columns : name -> (row,) for every name of the condition; NaN where undefined
        """
        return _evaluated(self.root, {name: np.asarray(columns[name], dtype=np.float64) for name in self.names})

    def words(self, label: Callable[[str], str] = str, amount: Callable[[str, float], str] | None = None) -> str:
        """The condition as part of a sentence: `rd_relative is below 0.5`.

        label  : name -> what a reader sees
        amount : name and number -> the number with its unit
        """
        return _told(self.root, label, amount or (lambda name, number: f"{number:g}"))


class PlacedProblem(Problem):
    """Something wrong at a place in a text, which is shown below with a mark."""

    excerpt: tuple[str, str]

    @classmethod
    def at(cls, problem: Problem, text: str, start: int, length: int) -> PlacedProblem:
        """A problem with what is wrong in `text`: `length` characters from `start`."""
        placed = cls(problem.field, problem.message, problem.value, problem.allowed, problem.nearest)
        object.__setattr__(placed, "excerpt", _excerpt(text, start, length))
        return placed

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.excerpt])


def parse_condition(text: str, names: Iterable[str], field: str = "where") -> Condition:
    """Read a condition.

    names  : what it may compare: metrics, parameters and levers
    field  : what it is called in errors
    raises : InputError for anything else than a condition, with the place marked, and for a name that is not among
             the names, with the nearest one
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError(Problem(field, "must be a condition on futures", repr(text)[:40], f"such as '{EXAMPLE}'"))
    if len(text) > LONGEST:
        raise InputError(Problem(field, "is too long", f"{len(text):,} characters", f"at most {LONGEST:,}"))
    return Condition(text, _Reader(text, tuple(names), field).read())


def comparisons(part: Part) -> Iterable[Comparison]:
    """The comparisons of a condition, in order."""
    if isinstance(part, Comparison):
        yield part
    else:
        for one in (part.part,) if isinstance(part, Not) else part.parts:
            yield from comparisons(one)


# ---------------------------------------------------------------------------------------------------- what it says


def _evaluated(part: Part, columns: Mapping[str, np.ndarray]) -> Verdict:
    if isinstance(part, Comparison):
        known = ~np.isnan(columns[part.name])
        return Verdict(OPERATORS[part.operator](columns[part.name], part.number) & known, known)
    if isinstance(part, Not):
        met, known = _evaluated(part.part, columns)
        return Verdict(known & ~met, known)
    found = [_evaluated(one, columns) for one in part.parts]
    every = np.logical_and.reduce([one.known for one in found])
    if part.word == "or":
        met = np.logical_or.reduce([one.met for one in found])
        return Verdict(met, met | every)
    refuted = np.logical_or.reduce([one.known & ~one.met for one in found])
    return Verdict(np.logical_and.reduce([one.met for one in found]), refuted | every)


def _told(part: Part, label: Callable[[str], str], amount: Callable[[str, float], str]) -> str:
    if isinstance(part, Comparison):
        return f"{label(part.name)} is {IN_WORDS[part.operator]}{amount(part.name, part.number)}"
    if isinstance(part, Not):
        inner = part.part
        if isinstance(inner, Comparison):
            if inner.operator in OPPOSITE:
                return _told(Comparison(inner.name, OPPOSITE[inner.operator], inner.number), label, amount)
            return f"{label(inner.name)} is not {amount(inner.name, inner.number)}"
        return f"it is not so that {_aside(inner, label, amount)}"
    return f" {part.word} ".join(_aside(one, label, amount) for one in part.parts)


def _aside(part: Part, label: Callable[[str], str], amount: Callable[[str, float], str]) -> str:
    told = _told(part, label, amount)
    return f"({told})" if isinstance(part, Joined) else told


# ---------------------------------------------------------------------------------------------------- reading


class _Token(NamedTuple):
    kind: str  # number, name, operator, bracket, word, other, end
    text: str
    start: int


class _Reader:
    """Reads one condition from left to right."""

    def __init__(self, text: str, names: tuple[str, ...], field: str):
        self.text, self.names, self.field = text, names, field
        self.tokens = [*_tokens(text), _Token("end", "", len(text.rstrip()))]
        self.place, self.depth = 0, 0

    def read(self) -> Part:
        found = self._either()
        token = self.token
        if token.text == ")":
            self._refuse(token, "')' has no '('")
        if token.kind == "operator":
            self._refuse(token, "one comparison at a time: join two of them with 'and'")
        if token.kind != "end":
            self._unexpected(token, "'and', 'or' or the end")
        return found

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def _next(self) -> _Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _either(self) -> Part:
        return self._joined("or", self._both)

    def _both(self) -> Part:
        return self._joined("and", self._one)

    def _joined(self, word: str, read: Callable[[], Part]) -> Part:
        parts = [read()]
        while (self.token.kind, self.token.text) == ("word", word):
            self._next()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Part:
        token = self.token
        self.depth += 1
        if self.depth > DEEPEST:
            self._refuse(token, f"more than {DEEPEST} levels of parentheses")
        found = self._inner(token)
        self.depth -= 1
        return found

    def _inner(self, token: _Token) -> Part:
        if token.kind == "word" and token.text == "not":
            self._next()
            return Not(self._one())
        if token.text == "(":
            self._next()
            found = self._either()
            if self.token.text == ")":
                self._next()
                return found
            if self.token.kind == "end":
                self._refuse(token, "'(' is never closed")
            self._unexpected(self.token, "'and', 'or' or ')'")
        return self._comparison()

    def _comparison(self) -> Comparison:
        name = self._next()
        if name.kind == "number":
            self._refuse(name, "the name stands first and the number last", f"such as '{EXAMPLE}'")
        if name.kind != "name":
            self._unexpected(name, f"a comparison, such as '{EXAMPLE}'")
        if name.text not in self.names:
            self._refuse_name(name)
        operator = self._next()
        if operator.kind in ("end", "word") or operator.text in "()":
            self._refuse(name, f"'{name.text}' alone is not a comparison", f"such as '{name.text} < 0.5'")
        if operator.kind != "operator":
            self._unexpected(operator, ", ".join(OPERATORS))
        number = self._next()
        if number.kind == "name":
            self._refuse(number, "a name is compared with a number, not with another name")
        if number.kind != "number":
            self._unexpected(number, "a number")
        value = float(number.text)
        if not math.isfinite(value):
            self._refuse(number, "is too large a number")
        return Comparison(name.text, operator.text, value)

    # ------------------------------------------------------------------------------------------------ errors

    def _refuse(self, token: _Token, message: str, allowed: str | None = None) -> NoReturn:
        self._raise(Problem(self.field, message, allowed=allowed), token)

    def _unexpected(self, token: _Token, allowed: str) -> NoReturn:
        if token.kind == "end":
            self._refuse(token, "ends too early", allowed)
        if token.text in _MEANT:
            self._refuse(token, f"'{token.text}' is not known; write '{_MEANT[token.text]}'")
        if token.text.endswith("%"):
            self._refuse(token, "write shares as numbers: 0.5 and not 50%")
        if token.text and token.text[0] in "+-*/^":
            self._refuse(token, "nothing is calculated: a name is compared with one number", f"such as '{EXAMPLE}'")
        near = nearest_name(token.text, ("and", "or")) if token.kind == "name" and "'and'" in allowed else None
        shown = token.text if token.text.isprintable() else ascii(token.text)[1:-1]
        self._raise(Problem(self.field, f"unexpected '{shown[:40]}'", allowed=allowed, nearest=near), token)

    def _refuse_name(self, token: _Token) -> NoReturn:
        kind = "metric, parameter or lever"
        self._raise(unknown_name(self.field, token.text[:80], self.names, kind=kind), token)

    def _raise(self, problem: Problem, token: _Token) -> NoReturn:
        raise InputError(PlacedProblem.at(problem, self.text, token.start, len(token.text)))


def _tokens(text: str) -> Iterable[_Token]:
    for found in _TOKEN.finditer(text):
        kind, token = str(found.lastgroup), found.group()
        if kind == "name" and token.lower() in ("and", "or", "not"):
            kind, token = "word", token.lower()
        yield _Token(kind, token, found.start())


def _excerpt(text: str, start: int, length: int) -> tuple[str, str]:
    """The part of a text around a place, and a line that marks the place."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    first = max(0, min(start - SHOWN // 2, len(plain) - SHOWN))
    shown = plain[first : first + SHOWN]
    before, after = "… " if first else "", " …" if first + SHOWN < len(plain) else ""
    place = len(before) + start - first
    mark = "^" * max(1, min(length, len(shown) - (start - first)))
    return f"  {before}{shown}{after}", f"  {' ' * place}{mark}"
