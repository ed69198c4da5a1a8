"""Reading and checking the parameter book: every problem of every file, at once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from econsim import yaml_reader
from econsim.errors import InputError, Problem, unknown_name
from econsim.parameter_book import (
    LOG_SCALE_RATIO,
    Book,
    Lever,
    Parameter,
    Reference,
    _interval,
    prior_scale,
)
from econsim.rows import placed, validation_problem
from econsim.user_cache import kept_or_made
from econsim.yaml_reader import Document, FieldPath, read_yaml

_Model = TypeVar("_Model", bound=BaseModel)

CHAPTERS = (
    "demand",
    "evaluation",
    "training",
    "serving",
    "copying",
    "fidelity",
    "firms",
    "valuation",
    "structure",
    "levers",
    "references",
)
"""Order in which the files of the book are read; any other file follows in alphabetical order."""

_SECTIONS = ("parameters", "levers", "references")


def load_book(folder: Path | None = None) -> Book:
    """Read and check a book: every YAML file of a folder (the shipped one by default).

    A file holds any of the sections `parameters` and `levers` (lists of rows) and `references` (key to row).
    Raises one InputError listing every problem: unknown or missing keys, a name given twice, a default outside its
    prior, a prior outside its bounds or on the wrong axis, a source that is not among the references.
    """
    reader = _BookReader()
    if folder is None:
        for document in _shipped():
            reader.read(document)
        return reader.finish()
    for path in _files(Path(folder)):
        try:
            reader.read(read_yaml(path))
        except InputError as error:
            reader.problems.extend(error.problems)
    return reader.finish()


def _shipped() -> list[Document]:
    """The files of the shipped book. Reading their YAML takes every new process a fifth of a second, so it is kept."""
    files = _files(Path(__file__).parent / "book")
    content = hashlib.sha256(repr([(str(path), path.read_bytes()) for path in files]).encode())
    content.update(Path(yaml_reader.__file__).read_bytes())
    return kept_or_made(f"{content.hexdigest()[:20]}.book", lambda: [read_yaml(path) for path in files])


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(Problem("", "no such folder", file=str(folder)))
    found = sorted(folder.glob("*.yaml"), key=lambda path: path.name)
    if not found:
        raise InputError(Problem("", "holds no YAML file", file=str(folder)))
    order = {name: place for place, name in enumerate(CHAPTERS)}
    return sorted(found, key=lambda path: order.get(path.stem, len(order)))


class _BookReader:
    """Collects rows from the files, and everything wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.parameters: dict[str, Parameter] = {}
        self.levers: dict[str, Lever] = {}
        self.references: dict[str, Reference] = {}
        # Where each name was first given, and which rows name which sources: both need all files at hand.
        self.places: dict[str, str] = {}
        self.sources: list[tuple[Document, FieldPath, str, tuple[str, ...]]] = []

    def read(self, document: Document) -> None:
        for section, content in document.data.items():
            path: FieldPath = (section,)
            if section not in _SECTIONS:
                problem = unknown_name(section, section, _SECTIONS, kind="section")
                self.problems.append(placed(problem, document, path))
            elif section == "references":
                self._references(document, content)
            elif not isinstance(content, list):
                self._say(document, path, section, "must be a list of rows")
            else:
                model = Parameter if section == "parameters" else Lever
                for place, row in enumerate(content):
                    self._row(document, (section, place), model, row)

    def finish(self) -> Book:
        for document, path, name, keys in self.sources:
            for key in keys:
                if key not in self.references:
                    problem = unknown_name(f"{name}.source", key, self.references, kind="reference")
                    self.problems.append(placed(problem, document, path))
        if self.problems:
            raise InputError(self.problems)
        return Book(MappingProxyType(self.parameters), MappingProxyType(self.levers), MappingProxyType(self.references))

    def _references(self, document: Document, content: Any) -> None:
        if not isinstance(content, dict):
            self._say(document, ("references",), "references", "must be a mapping from key to reference")
            return
        for key, row in content.items():
            path: FieldPath = ("references", key)
            if self._first(document, path, f"reference {key}"):
                reference = self._parse(document, path, Reference, row, key)
                if reference is not None:
                    self.references[key] = reference

    def _row(self, document: Document, path: FieldPath, model: type[_Model], row: Any) -> None:
        name = row.get("name") if isinstance(row, dict) else None
        label = name if isinstance(name, str) else ".".join(map(str, path))
        parsed = self._parse(document, path, model, row, label)
        if parsed is None or not self._first(document, path, label):
            return
        if isinstance(parsed, Parameter):
            problems = _parameter_problems(parsed)
            self.parameters[parsed.name] = parsed
        else:
            assert isinstance(parsed, Lever)
            problems = _lever_problems(parsed)
            self.levers[parsed.name] = parsed
        self.problems += [placed(problem, document, (*path, problem.field.split(".")[1])) for problem in problems]
        self.sources.append((document, (*path, "source"), label, parsed.source))

    def _parse(self, document: Document, path: FieldPath, model: type[_Model], row: Any, label: str) -> _Model | None:
        if not isinstance(row, dict):
            self._say(document, path, label, "must be a mapping of named fields")
            return None
        try:
            return model.model_validate(row)
        except ValidationError as error:
            for detail in error.errors():
                problem = validation_problem(label, detail, model)
                self.problems.append(placed(problem, document, (*path, *detail["loc"])))
            return None

    def _first(self, document: Document, path: FieldPath, name: str) -> bool:
        here = f"{document.file}:{document.line(path)}"
        if name in self.places:
            self._say(document, path, name, f"is given twice (first at {self.places[name]})")
            return False
        self.places[name] = here
        return True

    def _say(self, document: Document, path: FieldPath, field: str, message: str) -> None:
        self.problems.append(placed(Problem(field, message), document, path))


# ---------------------------------------------------------------------------------------------------- rules


def _parameter_problems(parameter: Parameter) -> list[Problem]:
    """What is inconsistent inside one parameter's row; the field is `name.key`."""
    return [
        Problem(f"{parameter.name}.{key}", message, value=value, allowed=allowed)
        for key, message, value, allowed in _parameter_faults(parameter)
    ]


def _parameter_faults(parameter: Parameter) -> Iterator[tuple[str, str, str | None, str | None]]:
    low, high = parameter.bounds
    bounds = f"{low:g} to {high:g}"
    if not low < high:
        yield "bounds", "the first must be below the second", bounds, None
        return
    if not low <= parameter.default <= high:
        yield "default", "lies outside the bounds", f"{parameter.default:g}", bounds
    if parameter.integer and parameter.default != math.floor(parameter.default):
        yield "default", "must be a whole number", f"{parameter.default:g}", None
    prior = parameter.prior
    if prior is None:
        return
    if not prior.low < prior.high:
        yield "prior", "low must be below high", _interval(prior), None
        return
    if not prior.low <= parameter.default <= prior.high:
        yield "default", "lies outside the prior", f"{parameter.default:g}", _interval(prior)
    if not (low <= prior.low and prior.high <= high):
        yield "prior", "reaches outside the bounds", _interval(prior), bounds
    scale = prior_scale(prior.low, prior.high)
    if prior.scale != scale:
        reason = f"must be {scale}: log exactly where low > 0 and high/low is {LOG_SCALE_RATIO:g} or more"
        yield "prior", reason, prior.scale, None


def _lever_problems(lever: Lever) -> list[Problem]:
    low, high = lever.bounds
    if low != 0.0 or high <= 0.0:
        return [Problem(f"{lever.name}.bounds", "must begin at 0, the status quo", value=f"{low:g} to {high:g}")]
    if not low < lever.moderate <= high:
        allowed = f"above {low:g}, to {high:g}"
        return [Problem(f"{lever.name}.moderate", "lies outside", value=f"{lever.moderate:g}", allowed=allowed)]
    return []


# ---------------------------------------------------------------------------------------------------- tables
