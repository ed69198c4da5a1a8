"""A scenario: one world to simulate, with its assumptions, its policy and its words.

Read one with `load_scenario`, change it with `Scenario.with_`, write it with `Scenario.to_yaml`. Two scenarios with
the same `hash` give the same numbers, however they were written.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from econsim.errors import InputError, Problem
from econsim.field_checker import Checker, plain
from econsim.library import MergedFile, find_scenario, merge_parents, read_merged, shipped_name
from econsim.parameter_book import book
from econsim.scenario_checks import check_scenario, resolve_assumptions
from econsim.scenario_schema import (
    STRUCTURE_KEYS,
    SWITCHES,
    TEXT_LIMITS,
    Assumption,
    Fidelity,
    PriorOverride,
    ReadOnly,
    Structure,
    Switches,
)
from econsim.scenario_text import as_yaml
from econsim.scenario_views import digest, extrapolations, world_of
from econsim.timeline import LeverStep, lever_path, period_dates
from econsim.yaml_reader import read_yaml_text

_TOP_LEVEL = (*TEXT_LIMITS, "sources", "ensemble", "status_quo")


@dataclass(frozen=True)
class Scenario:
    """One world, checked and read-only.

    name, question, description, sources : the words; they change no number
    parameters : what differs from the parameter book, a number (then it is certain) or another prior
    levers     : policy, steps in time order; a lever that is absent stays at 0, the status quo
    structure  : length and first quarter of the run, buyers, firms that differ from each other
    switches   : whether copying, a public fringe and the label "foreign" exist at all
    fidelity   : the law that says what a copy loses
    ensemble   : `default`, `prior` or `calibrated`: which to draw unless the caller says; None: no wish
    status_quo : what effects are measured against: a shipped name or a scenario; None: itself without levers

    Fields accept what a scenario file accepts. Raises InputError with every problem.
    """

    name: str = "untitled"
    question: str = ""
    description: str = ""
    sources: tuple[str, ...] = ()
    parameters: Mapping[str, float | PriorOverride] = field(default_factory=dict)
    levers: Mapping[str, tuple[LeverStep, ...]] = field(default_factory=dict)
    structure: Structure = field(default_factory=Structure)
    switches: Switches = field(default_factory=Switches)
    fidelity: Fidelity = field(default_factory=Fidelity)
    ensemble: str | None = None
    status_quo: str | Scenario | None = None

    def __post_init__(self) -> None:
        given = {key: value for key, value in self.__dict__.items() if not (key in TEXT_LIMITS and value == "")}
        checker = Checker()
        self._take(check_scenario({**given, "status_quo": self._plain_status_quo()}, checker), checker)

    def _plain_status_quo(self) -> Any:
        quo = self.status_quo
        return quo._status_quo_mapping() if isinstance(quo, Scenario) else quo

    def _take(self, checked: Mapping[str, Any], checker: Checker) -> None:
        """Adopt checked fields, or raise what is wrong with them."""
        checked = dict(checked)
        quo = checked["status_quo"]
        if isinstance(quo, Path):
            try:
                checked["status_quo"] = _load_file(quo, with_status_quo=False)
            except InputError as error:
                checker.problems.extend(error.problems)
        elif isinstance(quo, Mapping) and not checker.problems:
            checked["status_quo"] = _build(quo, Checker())
        if checker.problems:
            raise InputError(sorted(checker.problems, key=lambda one: (one.file or "", one.line or 0)))
        checked["name"] = checked["name"] or "untitled"
        for key in ("parameters", "levers"):
            checked[key] = ReadOnly(checked[key])
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    def __hash__(self) -> int:
        return int(self.hash, 16)

    # ------------------------------------------------------------------------------------------ other scenarios

    def with_(self, **overrides: Any) -> Scenario:
        """A copy with some fields changed.

        overrides : a parameter (number, or dict of default, low and high), a lever (number, a step as a dict or
                    LeverStep, or a list of them), a switch (copying, public_fringe, geopolitics, own_tier), a
                    structure field (quarters, start, segments, labs, distillers), fidelity_law, ensemble, status_quo,
                    name, question, description, sources. None takes an override away again.
        returns   : another Scenario; this one does not change
        raises    : InputError with every problem, and the nearest name for one that does not exist
        """
        mapping = self._mapping()
        checker = Checker()
        for name, value in overrides.items():
            home = _homes().get(name)
            if home is None:
                checker.unknown((name,), name, _homes(), "field of a scenario")
                continue
            owner = mapping if home == "" else mapping.setdefault(home, {})
            key = "law" if name == "fidelity_law" else name
            if value is None:
                owner.pop(key, None)
            elif key == "status_quo" and isinstance(value, Scenario):
                owner[key] = value._status_quo_mapping()
            else:
                owner[key] = plain(value)
        return _build(check_scenario(mapping, checker), checker)

    def with_assumptions(self, **overrides: Any) -> Scenario:
        """As `with_`, in a named status quo too: the world changes, and the comparison stays one of like with like."""
        if self.status_quo is None:
            return self.with_(**overrides)
        named = load_scenario(self.status_quo).with_(status_quo=None)
        return self.with_(**{**overrides, "status_quo": named.with_(**overrides)})

    def without_levers(self) -> Scenario:
        """The same world with every lever at the status quo, and no status quo named."""
        return self._twin(f"{self.name}, no policy", levers={})

    def without_copying(self) -> Scenario:
        """The same world and policy in which nobody can copy, and no status quo named."""
        return self._twin(f"{self.name}, no copying", switches={**self.switches.as_mapping(), "copying": False})

    def _twin(self, name: str, **sections: Any) -> Scenario:
        mapping = {**self._mapping(), **sections, "name": name[-TEXT_LIMITS["name"] :]}
        mapping.pop("status_quo", None)
        checker = Checker()
        return _build(check_scenario(mapping, checker), checker)

    def status_quo_scenario(self) -> Scenario | None:
        """What effects are measured against: the status quo it names, else itself without levers.

        A named one is put on this scenario's calendar (`quarters` and `start`): effects compare quarter with quarter.
        None if it names none and has no levers either; effects are then against copying off.
        """
        quo = self.status_quo
        if quo is None:
            return self.without_levers() if self.has_levers else None
        named = load_scenario(quo) if isinstance(quo, str) else quo
        calendar = {"quarters": self.structure.quarters, "start": self.structure.start}
        mapping = named._status_quo_mapping()
        mapping["structure"] = {**mapping["structure"], **calendar}
        checker = Checker()
        return _build(check_scenario(mapping, checker), checker)

    # ------------------------------------------------------------------------------------------ what it says

    @functools.cached_property
    def assumptions(self) -> Mapping[str, Assumption]:
        """Every parameter of the book as this scenario has it, in book order; firms' own values not among them."""
        resolved = resolve_assumptions(self.parameters, self.switches)
        for key, count in (("labs", "n_labs"), ("distillers", "n_distillers")):
            firms = getattr(self.structure, key)
            if firms is not None:
                number = float(len(firms))
                resolved[count] = Assumption(count, number, number, number, "linear", resolved[count].integer)
        return ReadOnly(resolved)

    @functools.cached_property
    def _paths(self) -> dict[str, np.ndarray]:
        quarters, start = self.structure.quarters, self.structure.start
        paths = {name: lever_path(self.levers.get(name, ()), quarters, start) for name in book().levers}
        for path in paths.values():
            path.flags.writeable = False
        return paths

    def lever_paths(self) -> dict[str, np.ndarray]:
        """Level of every lever in each quarter.

        returns : lever name -> (quarters,) float64, read-only, in the lever's unit; 0 is the status quo
        """
        return dict(self._paths)

    def period_dates(self) -> list[datetime.date]:
        """First day of each quarter, (quarters,)."""
        return period_dates(self.structure.quarters, self.structure.start)

    @property
    def has_levers(self) -> bool:
        """Whether any lever leaves the status quo in any quarter."""
        return any(bool(path.any()) for path in self._paths.values())

    @property
    def extrapolations(self) -> tuple[Problem, ...]:
        """Values outside the range that the evidence supports, though the equations hold. They refuse nothing."""
        return extrapolations(self)

    def canonical(self) -> dict[str, Any]:
        """Everything that changes a number, fully resolved, in plain Python; the base of `hash`.

        Keys: parameters, levers (paths), structure, switches, fidelity, status_quo (the same, or None).
        """
        quo = self.status_quo_scenario()
        return {**world_of(self), "status_quo": None if quo is None else world_of(quo)}

    @functools.cached_property
    def hash(self) -> str:
        """16 hexadecimal digits; equal for two spellings of the same world and status quo."""
        return digest(self.canonical())

    @functools.cached_property
    def world_hash(self) -> str:
        """As `hash`, the status quo left out: equal where the trajectories are."""
        return digest(world_of(self))

    # ------------------------------------------------------------------------------------------ in and out

    def _mapping(self) -> dict[str, Any]:
        """As a scenario file without `extends` says it, in plain Python, fresh at each call."""
        words = {key: getattr(self, key) for key in (*TEXT_LIMITS, "sources")}
        mapping = {key: value for key, value in words.items() if value}
        structure = self.structure.as_mapping()
        if self.structure.segments == Structure().segments:
            del structure["segments"]
        mapping |= {
            "parameters": self.parameters,
            "levers": self.levers,
            "structure": structure,
            "switches": self.switches,
            "fidelity": self.fidelity,
            "ensemble": self.ensemble,
            "status_quo": self._plain_status_quo(),
        }
        result: dict[str, Any] = plain({key: value for key, value in mapping.items() if value is not None})
        for name, steps in result["levers"].items():
            result["levers"][name] = [step["value"] if set(step) == {"value"} else step for step in steps]
            if len(steps) == 1:
                result["levers"][name] = result["levers"][name][0]
        return result

    def _status_quo_mapping(self) -> dict[str, Any]:
        """As a status quo is written in place: it has none of its own."""
        return {key: value for key, value in self._mapping().items() if key != "status_quo"}

    def to_yaml(self) -> str:
        """A complete scenario file, without `extends`, that loads back to the same hash."""
        return as_yaml(self._mapping())

    @classmethod
    def from_yaml(cls, text: str, file: str = "<text>") -> Scenario:
        """Read the text of a scenario file; `file` is the name used in messages.

        The text stands in no folder, so `extends` and `status_quo` can name shipped scenarios only.
        """
        return _scenario_of(merge_parents(read_yaml_text(text, file), None), Path(file).stem, shipped_only=True)


def load_scenario(name_or_path: str | Path | Scenario) -> Scenario:
    """A shipped scenario by name, or one from a file; a scenario comes back as it is.

    A text with a separator or ending in .yaml is a path; a Path always is. Underscores do for hyphens in names.
    Raises InputError listing every problem with its file and line; for an unknown name, the nearest shipped one.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    if not isinstance(name_or_path, str | Path):
        raise InputError(Problem("", "a scenario is given by name or path", value=repr(name_or_path)[:80]))
    return _load_file(find_scenario(name_or_path))


def validate_file(path: str | Path) -> list[Problem]:
    """Everything wrong with a scenario file (or a shipped scenario); empty if it loads."""
    try:
        load_scenario(path)
    except InputError as error:
        return list(error.problems)
    return []


def _load_file(path: Path, *, with_status_quo: bool = True) -> Scenario:
    merged = read_merged(path)
    if not with_status_quo:
        # Nobody asks what a status quo is compared with, and two files may name each other.
        merged.data.pop("status_quo", None)
    return _scenario_of(merged, path.stem)


def _scenario_of(merged: MergedFile, name: str, *, shipped_only: bool = False) -> Scenario:
    checker = Checker(merged.places)
    checker.problems.extend(merged.problems)
    quo = merged.data.get("status_quo")
    if shipped_only and isinstance(quo, str) and shipped_name(quo) is None:
        checker.report(("status_quo",), "must name a shipped scenario: this text stands in no folder", quo)
        del merged.data["status_quo"]
    checked = check_scenario(merged.data, checker, complete=merged.complete)
    return _build({**checked, "name": checked["name"] or name[: TEXT_LIMITS["name"]]}, checker)


def _build(checked: Mapping[str, Any], checker: Checker) -> Scenario:
    """A scenario from fields that are checked already."""
    scenario = object.__new__(Scenario)
    scenario._take(checked, checker)
    return scenario


@functools.cache
def _homes() -> dict[str, str]:
    """Name that `with_` takes -> section it belongs to, `` for the top level."""
    homes = {name: "parameters" for name in book().parameters}
    homes |= {name: "levers" for name in book().levers}
    homes |= {name: "switches" for name in SWITCHES} | {name: "structure" for name in STRUCTURE_KEYS}
    return homes | {"fidelity_law": "fidelity"} | {name: "" for name in _TOP_LEVEL}
