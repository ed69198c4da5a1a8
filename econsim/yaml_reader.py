"""Read a YAML 1.2 file into plain Python, or say in one line what is wrong with it and where.

Stricter than YAML itself, because a scenario has to mean one thing: no duplicate or non-text keys, no anchors and
aliases (they hide where a number comes from, and can grow without end), no tags, no infinite numbers. `yes` and
`on` are words, `1e6` is a number. The file is read as a stream of events, so a hostile one is refused at the first
event that breaks a rule, before anything large is built.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from econsim.errors import InputError, Problem

SIZE_LIMIT = 1_000_000
"""Largest file read, in bytes."""

DEPTH_LIMIT = 20
"""Deepest nesting read, the top level counting as one."""

VALUE_LIMIT = 100_000
"""Most values read from one file: the parser needs some seconds for that many."""

PROBLEM_LIMIT = 50
"""Most problems listed for one file; reading stops there."""

FieldPath = tuple[str | int, ...]

# The core schema of YAML 1.2, section 10.3.2: which unquoted words are something other than text.
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

# For these the parser points at where it gave up; what has to be mended stands where it began.
_MENDED_WHERE_IT_BEGAN = ("could not find expected ':'", "expected ',' or", "found unexpected end of stream")

# How the parser's own words read to somebody who has never seen a parser.
_PLAIN_WORDS = {
    "mapping values are not allowed": "a ':' stands where no new field can begin (quote the text, or check the indent)",
    "cannot start any token": "a character that cannot begin a value (a tab, '@', '`' or '%'): use spaces, or quote it",
    "could not find expected ':'": "a line without the ':' that follows a field name",
    "expected <block end>": "the indent does not match the lines above",
    "expected ',' or": "a bracket that is not closed, or a missing comma inside it",
    "found unexpected end of stream": "a quote that is not closed",
    "expected the node content": "a value is missing",
    "sequence entries are not allowed": "a '-' stands where no list item can begin: put the list on its own lines",
    "duplicate anchor": "anchors (&name) are not supported: write the value out",
}


@dataclass
class Document:
    """What a YAML file says.

    data  : the top-level mapping in plain Python: dict, list, str, int, float, bool, None
    lines : path of a field, such as ("levers", "detection_rate"), to its line from 1; list items by number from 0
    file  : name of the file, for messages
    """

    data: dict[str, Any]
    lines: dict[FieldPath, int] = field(default_factory=dict)
    file: str = "<text>"

    def line(self, path: FieldPath) -> int | None:
        """The line of a field, or of the nearest thing around it that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def read_yaml(path: str | Path) -> Document:
    """Read a YAML file whose top level is a mapping.

    Raises InputError naming the file, the line where there is one, and the reason: a file that is missing, a
    directory, empty, not text, too large, too deep, not YAML, or outside the subset described above.
    """
    path = Path(path)
    file = str(path)
    try:
        if path.is_dir():
            raise _refusal(file, "is a directory, not a file")
        if not path.exists():
            raise _refusal(file, "no such file")
        if not path.is_file():
            raise _refusal(file, "is not an ordinary file")
        with path.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT + 1)
        if len(raw) > SIZE_LIMIT:
            raise _too_large(file, max(path.stat().st_size, len(raw)))
    except OSError as error:
        raise _refusal(file, f"cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    except InputError:
        raise
    except ValueError:
        raise _refusal(repr(file), "is not a usable file name") from None
    if b"\0" in raw:
        raise _refusal(file, "looks like a binary file, not text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(file, "is not UTF-8 text", line) from None
    return read_yaml_text(text, file)


def read_yaml_text(text: str, file: str = "<text>") -> Document:
    """Read YAML text whose top level is a mapping; `file` is the name used in messages. Errors as in `read_yaml`."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > SIZE_LIMIT:
        raise _too_large(file, size)
    if not text.strip():
        raise _refusal(file, "is empty")
    builder = _Builder(file)
    for event in _events(text, file):
        builder.take(event)
    return builder.finish()


def _events(text: str, file: str) -> Iterator[Any]:
    """The parser's events, its failures turned into refusals."""
    try:
        # The pure parser is the one that follows YAML 1.2; the C library behind the fast one follows 1.1.
        yield from YAML(typ="safe", pure=True).parse(text)
    except InputError:
        raise
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else None
        raise _refusal(file, "holds a control character: not text", line) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if any(sign in str(error.problem) for sign in _MENDED_WHERE_IT_BEGAN):
            mark = error.context_mark or mark
        raise _refusal(file, f"not valid YAML: {_plain(error)}", mark.line + 1 if mark else None) from None
    except (YAMLError, ValueError, OverflowError, IndexError, KeyError, AttributeError, TypeError, AssertionError):
        # The parser meets some malformed input with a bare Python error; to the reader it is all one.
        raise _refusal(file, "not valid YAML") from None


def _plain(error: MarkedYAMLError) -> str:
    reason = " ".join(str(error.problem or error.context or "cannot be understood").split())
    return next((words for sign, words in _PLAIN_WORDS.items() if sign in reason), reason[:200])


def _refusal(file: str, message: str, line: int | None = None) -> InputError:
    return InputError(Problem("", message, file=file, line=line))


def _too_large(file: str, size: int) -> InputError:
    return InputError(
        Problem("", "is too large", value=f"{size:,} bytes", allowed=f"at most {SIZE_LIMIT:,} bytes", file=file)
    )


_NO_KEY: Any = object()


class _Builder:
    """Turns events into plain Python, remembering where each field stands and everything wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[FieldPath, int] = {}
        self.root: Any = None
        self.documents = 0
        self.values = 0
        # One entry a container that is still open: itself, the key awaiting a value (mappings), the path to it.
        self.stack: list[tuple[Any, FieldPath]] = []
        self.keys: list[Any] = []

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark is not None else None
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._stop("holds more than one document ('---'): one a file", line)
            if event.version is not None and tuple(event.version) != (1, 2):
                raise self._stop("asks for another version of YAML: only 1.2 is read", line)
        elif isinstance(event, AliasEvent):
            raise self._stop("aliases (*name) are not supported: write the value out", line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
            self.keys.pop()
        elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self._node(event, line)

    def finish(self) -> Document:
        if self.root is None and not self.problems:
            raise self._stop("is empty: nothing but comments", None)
        if not isinstance(self.root, dict):
            kind = "a list" if isinstance(self.root, list) else "a single value"
            raise self._stop(f"its top level is {kind}: expected named fields ('name: value')", self.lines.get(()))
        if self.problems:
            raise InputError(self.problems)
        return Document(self.root, self.lines, self.file)

    def _stop(self, message: str, line: int | None) -> InputError:
        return _refusal(self.file, message, line)

    def _node(self, event: Any, line: int | None) -> None:
        self.values += 1
        if self.values > VALUE_LIMIT:
            raise self._stop(f"holds more than {VALUE_LIMIT:,} names and values", line)
        if event.anchor is not None:
            raise self._stop("anchors (&name) are not supported: write the value out", line)
        tag = getattr(event, "ctag", None)
        if tag is not None and str(tag) != "!":
            raise self._stop("tags (!name) are not supported: write the plain value", line)
        awaiting_key = bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.keys[-1] is _NO_KEY
        if isinstance(event, ScalarEvent):
            if awaiting_key:
                self._key(event, line)
            else:
                path = self._path()
                self._place(self._value(event, path, line), path, line)
            return
        if awaiting_key:
            raise self._stop("a field name must be text, not a list or a mapping", line)
        if len(self.stack) >= DEPTH_LIMIT:
            raise self._stop(f"is nested more than {DEPTH_LIMIT} levels deep", line)
        path = self._path()
        container: Any = {} if isinstance(event, MappingStartEvent) else []
        self._place(container, path, line)
        self.stack.append((container, path))
        self.keys.append(_NO_KEY)

    def _path(self) -> FieldPath:
        """Where the value now arriving will stand."""
        if not self.stack:
            return ()
        container, path = self.stack[-1]
        return (*path, self.keys[-1] if isinstance(container, dict) else len(container))

    def _place(self, value: Any, path: FieldPath, line: int | None) -> None:
        if line is not None:
            # A mapping's fields already have the line of their name, which is where a reader looks.
            self.lines.setdefault(path, line)
        if not self.stack:
            self.root = value
            return
        container = self.stack[-1][0]
        if isinstance(container, dict):
            container[self.keys[-1]] = value
            self.keys[-1] = _NO_KEY
        else:
            container.append(value)

    def _key(self, event: ScalarEvent, line: int | None) -> None:
        container, path = self.stack[-1]
        key = self._value(event, (*path, event.value), line, report=False)
        if not isinstance(key, str):
            self._problem((*path, event.value), "a field name must be text: put it in quotes", line)
            key = str(event.value)
        if key in container:
            first = self.lines.get((*path, key))
            self._problem((*path, key), f"is given twice (first on line {first})", line)
        elif line is not None:
            self.lines[(*path, key)] = line
        self.keys[-1] = key

    def _value(self, event: ScalarEvent, path: FieldPath, line: int | None, report: bool = True) -> Any:
        word: str = event.value
        if event.style is not None:
            if not _encodable(word):
                self._problem(path, "holds an invalid character escape", line)
            return word
        if word in _NULLS:
            return None
        if word in _TRUTHS:
            return _TRUTHS[word]
        number = _number(word)
        if report and number is not None and not math.isfinite(number):
            self._problem(path, "must be a finite number", line, value=word[:40])
        return word if number is None else number

    def _problem(self, path: FieldPath, message: str, line: int | None, value: str | None = None) -> None:
        name = ".".join(str(part) for part in path)[:200]
        self.problems.append(Problem(name, message, value=value, file=self.file, line=line))
        if len(self.problems) >= PROBLEM_LIMIT:
            raise InputError(self.problems)


def _number(word: str) -> int | float | None:
    """The number an unquoted word stands for, or None. One that is not finite, or too large, comes back infinite."""
    if _INTEGER.fullmatch(word):
        # Beyond this length an integer overflows a float anyway, and Python refuses to read the longest.
        return int(word) if len(word) <= 300 else math.inf
    if _OCTAL_OR_HEX.fullmatch(word):
        return int(word, 0) if len(word) <= 200 else math.inf
    if _DECIMAL.fullmatch(word):
        return float(word)
    if _NOT_FINITE.fullmatch(word):
        return math.inf
    return None


def _encodable(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
