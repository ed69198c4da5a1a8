"""Finding scenario files, and merging a file with the one it extends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from econsim.errors import InputError, Problem, unknown_name
from econsim.yaml_reader import Document, read_yaml

FieldPath = tuple[str | int, ...]

# A child never inherits what it is called and what it asks: the parent's words would describe another world.
OWN_KEYS = ("name", "question", "description")
MERGED_SECTIONS = ("parameters", "levers", "structure", "switches", "fidelity")


@dataclass(frozen=True)
class Place:
    """Where a field stands."""

    file: str
    line: int | None


@dataclass
class MergedFile:
    """A scenario file with everything it inherits.

    data     : plain mapping as if it were one file without `extends`
    places   : path of a field -> the file and line that set it
    problems : what is wrong with the chain of files itself
    complete : False when a parent could not be read, so that fields may be missing
    """

    data: dict[str, Any]
    places: dict[FieldPath, Place]
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True


def shipped_scenarios() -> dict[str, Path]:
    """Shipped scenarios by name, baseline first and then in alphabetical order.

    They live inside the package once installed, and beside it in the source tree.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "scenarios", package.parent / "scenarios"):
        if folder.is_dir():
            paths = sorted(folder.glob("*.yaml"), key=lambda path: (path.stem != "baseline", path.stem))
            return {path.stem: path for path in paths}
    return {}


def shipped_name(text: str) -> str | None:
    """The shipped scenario that a text names (`free_copying` is `free-copying`), or None."""
    name = text.strip().replace("_", "-")
    return name if name in shipped_scenarios() else None


def find_scenario(name_or_path: str | Path, folder: Path | None = None) -> Path:
    """The file of a shipped scenario, or the file at a path.

    folder : where a relative path starts; None: the working directory
    raises : InputError with the nearest shipped name, when a text is neither a shipped name nor a path
    """
    if isinstance(name_or_path, str):
        if shipped := shipped_name(name_or_path):
            return shipped_scenarios()[shipped]
        if not _looks_like_path(name_or_path, folder):
            raise InputError(unknown_name("", name_or_path, shipped_scenarios(), kind="scenario"))
    path = Path(name_or_path).expanduser()
    return path if folder is None else folder / path


def _looks_like_path(text: str, folder: Path | None) -> bool:
    if "/" in text or "\\" in text or text.lower().endswith((".yaml", ".yml")):
        return True
    try:
        return ((folder or Path()) / text).is_file()
    except (OSError, ValueError):  # too long for the file system, or with a null byte
        return False


def read_document(path: Path) -> Document:
    """Read one YAML file, at most once for each state of it on disk. Do not change what it returns."""
    try:
        state = path.stat()
        return _read_once(str(path), state.st_mtime_ns, state.st_size)
    except (OSError, ValueError):
        return read_yaml(path)  # which says what is wrong


@lru_cache(maxsize=64)
def _read_once(path: str, modified: int, size: int) -> Document:
    return read_yaml(path)


def read_merged(path: Path) -> MergedFile:
    """Read a scenario file and everything it extends, nearest file first in rank."""
    document = read_document(path)
    return merge_parents(document, path.parent, [path])


def merge_parents(document: Document, folder: Path | None, chain: list[Path] | None = None) -> MergedFile:
    """Merge a document with its parents: an entry of the child replaces the parent's entry of the same name.

    folder : where relative paths in the document start; None: the text has no folder, only shipped names resolve
    chain  : files on the way to this one, itself included
    """
    problems: list[Problem] = []
    layers = [(document, folder), *_parents(document, folder, list(chain or []), problems)]
    data: dict[str, Any] = {}
    places: dict[FieldPath, Place] = {}
    for layer, where in reversed(layers):
        child = {key: value for key, value in layer.data.items() if key != "extends"}
        quo = child.get("status_quo")
        if isinstance(quo, str) and where and not shipped_name(quo) and _looks_like_path(quo, where):
            child["status_quo"] = where / Path(quo).expanduser()
        _lay_over(data, places, child, {path: Place(layer.file, line) for path, line in layer.lines.items()})
    return MergedFile(data, places, problems, complete=not problems)


def _parents(
    document: Document, folder: Path | None, chain: list[Path], problems: list[Problem]
) -> Iterator[tuple[Document, Path | None]]:
    """What a document extends, what that extends, and so on, with their folders; stops at the first problem."""
    while (named := document.data.get("extends")) is not None:
        at = Problem("extends", "", file=document.file, line=document.line(("extends",)))
        if not isinstance(named, str) or not named.strip():
            message = "must be the name of a shipped scenario or the path of a file"
            problems.append(replace(at, message=message, value=repr(named)[:80]))
            return
        try:
            if folder is None and shipped_name(named) is None:
                raise InputError(unknown_name("", named, shipped_scenarios(), kind="scenario"))
            parent = find_scenario(named, folder)
            if any(_same(parent, earlier) for earlier in chain):
                names = " → ".join(path.name for path in [*chain, parent])
                problems.append(replace(at, message=f"goes round in a circle: {names}"))
                return
            chain.append(parent)
            document, folder = read_document(parent), parent.parent
        except InputError as error:
            placed = [one if one.line else replace(one, file=at.file, line=at.line) for one in error.problems]
            problems.extend(replace(one, field=one.field or "extends") for one in placed)
            return
        yield document, folder


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _lay_over(
    data: dict[str, Any],
    places: dict[FieldPath, Place],
    child: Mapping[str, Any],
    child_places: Mapping[FieldPath, Place],
) -> None:
    """Lay a child over its parent, in place: the entry that is replaced takes its places with it."""
    replaced: set[FieldPath] = set()
    for key in OWN_KEYS:
        data.pop(key, None)
        replaced.add((key,))
    for key, value in child.items():
        if value is None and key in MERGED_SECTIONS:
            continue  # a heading with every line below it commented out changes nothing
        if key in MERGED_SECTIONS and isinstance(value, Mapping) and isinstance(data.get(key), Mapping):
            data[key] = {**data[key], **value}
            replaced.update((key, name) for name in value)
        else:
            data[key] = value
            replaced.add((key,))
    for path in [path for path in places if path[:1] in replaced or path[:2] in replaced]:
        del places[path]
    places.update(child_places)
