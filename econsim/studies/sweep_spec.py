"""Sweep specs: which scenarios, over which design, with which draws. Read from YAML or from plain Python, and checked.

What a spec may say is in docs/sweeps.md. A spec fixes every number of a sweep but for the version of econsim and the
engine that runs it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from econsim.draws import LARGEST_SEED
from econsim.errors import InputError, Problem, unknown_name
from econsim.field_checker import Checker
from econsim.library import FieldPath, Place
from econsim.metrics import summary_catalogue
from econsim.runs import DEFAULT_ENSEMBLE, DEFAULT_SEED, ENSEMBLES, LARGEST_DRAWS
from econsim.scenario import Scenario
from econsim.scenario_schema import Field, Structure
from econsim.scenario_text import as_yaml
from econsim.series import BY_SEGMENT, catalogue
from econsim.studies.design_section import DESIGN_KEYS, LARGEST_DESIGN, read_design
from econsim.studies.designs import Design
from econsim.studies.spec_fields import at_home, known_fields
from econsim.studies.spec_scenarios import Given, as_mapping, read_against, read_scenario, read_scenarios
from econsim.yaml_reader import read_yaml

SPEC_KEYS = (
    "scenario",
    "scenarios",
    "design",
    "draws",
    "seed",
    "ensemble",
    "metrics",
    "against",
    "shocks",
    "chunk",
    "over_time",
)
SHOCKS = ("own", "shared")
DEFAULT_CHUNK = 512
LARGEST_CHUNK = 65_536
LARGEST_WITHOUT_YES = 10_000_000
"""Most points of a design that is run without asking whether it is meant."""

LAST_PRIOR_DRAW = 2**30
"""Draws of the prior ensemble: where SciPy's Sobol' sequence ends."""

# Futures of their own spread points over shocks too; points that are compared with each other must share theirs.
_OWN_SHOCKS = ("lhs", "sobol")
_NUMBERS = {
    "draws": (Field("integer", "draws of each point", 1, LARGEST_DRAWS), 1),
    "seed": (Field("integer", "seed of design, parameters and shocks", 0, LARGEST_SEED), DEFAULT_SEED),
    "chunk": (Field("integer", "rows of one file", 1, LARGEST_CHUNK), DEFAULT_CHUNK),
}


@dataclass(frozen=True)
class SweepSpec:
    """A checked spec; made by `read_sweep_spec` or `as_sweep_spec`.

    scenarios : the worlds to sweep
    against   : one each: what effects are measured against; None: the scenario's own status quo, or the rule for one
                that names none
    design    : the points, the same for every scenario
    draws     : simulated futures of each point
    shocks    : `own`: row r of a scenario is draw r; `shared`: every point has draws 0 to `draws` - 1
    seed      : of design, parameters and shocks
    ensemble  : where parameters that the design does not vary come from: `default`, `prior` or `calibrated`
    metrics   : the summary metrics that are kept, in the catalogue's order
    series    : the series that are kept quarter by quarter, in the catalogue's order
    chunk     : rows, each a point and a draw, of one file
    words     : how scenarios and status quo were given, as a name or a path, for `to_yaml`; None: as a Scenario
    """

    scenarios: tuple[Scenario, ...]
    against: tuple[Scenario | None, ...]
    design: Design
    draws: int
    shocks: str
    seed: int
    ensemble: str
    metrics: tuple[str, ...]
    chunk: int
    words: tuple[str | None, ...] = ()
    series: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of one scenario: points times draws."""
        return self.design.size * self.draws

    def identity(self) -> dict[str, Any]:
        """Everything that the numbers and their division into files depend on, in plain Python."""
        identity = {
            "scenarios": [scenario.hash for scenario in self.scenarios],
            "against": [None if one is None else one.world_hash for one in self.against],
            "design": self.design.identity,
            "draws": self.draws,
            "shocks": self.shocks,
            "seed": self.seed,
            "ensemble": self.ensemble,
            "metrics": list(self.metrics),
            "chunk": self.chunk,
        }
        return identity | ({"series": list(self.series)} if self.series else {})

    def to_yaml(self) -> str:
        """A spec with the same identity, everything that has a default spelled out.

        Scenarios and files are named as they were given: a relative path still starts in the folder of the first spec.
        """
        words = dict(enumerate(self.words))
        given = [words.get(place) or as_mapping(one) for place, one in enumerate(self.scenarios)]
        spec: dict[str, Any] = {"scenario": given[0]} if len(given) == 1 else {"scenarios": given}
        against = self.against[0]
        if against is not None:
            spec["against"] = words.get(len(given)) or as_mapping(against)
        spec |= {
            "design": self.design.section(),
            "draws": self.draws,
            "shocks": self.shocks,
            "seed": self.seed,
            "ensemble": self.ensemble,
            "chunk": self.chunk,
        }
        if self.metrics != _metrics_of(self.scenarios):
            spec["metrics"] = list(self.metrics)
        if self.series:
            spec["over_time"] = list(self.series)
        return as_yaml(spec)


def needs_yes(spec: SweepSpec) -> bool:
    """Whether the design is so large that somebody should say that it is meant."""
    return spec.design.size > LARGEST_WITHOUT_YES


def read_sweep_spec(path: str | Path) -> SweepSpec:
    """A sweep spec from a YAML file; relative paths in it start in its folder.

    raises : InputError with every problem, its line, and the nearest name for one that does not exist
    """
    if not isinstance(path, str | Path):
        raise InputError(Problem("", "a sweep spec is given by path", value=repr(path)[:80]))
    path = at_home(path)
    document = read_yaml(path)
    places = {at: Place(document.file, line) for at, line in document.lines.items()}
    return _checked(document.data, Checker(places), path.parent)


def as_sweep_spec(spec: SweepSpec | Mapping[str, Any] | str | Path) -> SweepSpec:
    """A sweep spec from itself, from the path of a YAML file, or from a mapping with the fields of one.

    A mapping may hold Scenario objects as scenarios and NumPy arrays as values; its relative paths start in the
    working directory. Errors as in `read_sweep_spec`.
    """
    if isinstance(spec, SweepSpec):
        return spec
    if isinstance(spec, Mapping):
        return _checked(_plain(spec), Checker(), Path())
    return read_sweep_spec(spec)


def _plain(value: Any) -> Any:
    """A value as YAML could have said it: tuples and arrays as lists, NumPy's numbers as Python's."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _checked(raw: Mapping[str, Any], checker: Checker, folder: Path) -> SweepSpec:
    """The spec that plain values say, or an InputError with everything that is wrong with them."""
    hints = {name: "under 'design'" for name in DESIGN_KEYS}
    given = known_fields(checker, (), raw, SPEC_KEYS, "field of a sweep", hints)
    numbers = {
        name: checker.number((name,), given.get(name, usual), field) for name, (field, usual) in _NUMBERS.items()
    }
    read = read_scenarios(given, checker, folder)
    scenarios = tuple(one.scenario for one in read)
    against = read_against(given["against"], read, checker, folder) if "against" in given else None
    seed = numbers["seed"]
    beside = set(SPEC_KEYS) - {"design"}
    first_read = _first_read(given, read, folder)
    design = read_design(
        given.get("design"),
        scenarios,
        0 if seed is None else int(seed),
        checker,
        folder,
        beside,
        first_read=first_read,
    )
    shocks = _choice("shocks", "kind of shocks", given, SHOCKS, checker)
    ensemble = _choice("ensemble", "ensemble", given, ENSEMBLES, checker)
    metrics = _metrics(given["metrics"], scenarios, checker) if "metrics" in given else _metrics_of(scenarios)
    series = _series(given["over_time"], scenarios, checker) if "over_time" in given else ()
    if "shocks" not in given and design is not None:
        shocks = "own" if design.method in _OWN_SHOCKS else "shared"
    if "ensemble" not in given and first_read:
        ensemble = scenarios[0].ensemble or DEFAULT_ENSEMBLE
    if design is not None:
        _rows(design, int(numbers["draws"] or 0), shocks, ensemble, checker)
    if checker.problems or design is None:
        # A file that is named twice is wrong once.
        problems = dict.fromkeys(checker.problems)
        raise InputError(sorted(problems, key=lambda one: (one.file or "", one.line or 0)))
    return SweepSpec(
        scenarios=scenarios,
        against=tuple(None if against is None else against.scenario for _ in scenarios),
        design=design,
        draws=int(numbers["draws"] or 0),
        shocks=str(shocks),
        seed=int(seed or 0),
        ensemble=str(ensemble),
        metrics=metrics,
        chunk=int(numbers["chunk"] or 0),
        words=(*(one.word for one in read), None if against is None else against.word),
        series=series,
    )


def _first_read(given: Mapping[str, Any], read: Sequence[Given], folder: Path) -> bool:
    """Whether the first scenario of the spec could be read, and so is the first of those read."""
    listed = given.get("scenarios")
    if not read or not isinstance(listed, list) or len(read) == len(listed):
        return bool(read)
    return read_scenario(("scenarios", 0), listed[0], Checker(), folder) is not None


def _choice(name: str, kind: str, given: Mapping[str, Any], options: tuple[str, ...], checker: Checker) -> str | None:
    """A field that names one of a few things; None where it is not given, or wrong, which is noted."""
    if name not in given:
        return None
    chosen: str | None = checker.simple((name,), given[name], Field("choice", kind, options=options))
    return chosen


def _metrics_of(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """The summary metrics that all scenarios have, in the catalogue's order."""
    known = [summary_catalogue(_segments(scenario)) for scenario in scenarios]
    return tuple(name for name in known[0] if all(name in one for one in known)) if known else ()


def _segments(scenario: Scenario | None) -> tuple[str, ...]:
    """The kinds of buyers of a scenario; None: the usual ones."""
    structure = Structure() if scenario is None else scenario.structure
    return tuple(segment.name for segment in structure.segments)


def _may_exist(name: str, usual: Collection[str]) -> bool:
    """Whether a scenario that could not be read may have a metric or series: those of its buyers bear their names."""
    return name in usual or name.startswith(tuple(f"{one}_" for one in BY_SEGMENT))


def _metrics(value: Any, scenarios: Sequence[Scenario], checker: Checker) -> tuple[str, ...]:
    path: FieldPath = ("metrics",)
    if not isinstance(value, list):
        checker.report(path, "must be a list of summary metrics", value)
        return ()
    if not value:
        checker.report(path, "is empty: leave it out to keep all metrics")
    shared = _metrics_of(scenarios)
    for place, name in enumerate(value):
        if not isinstance(name, str):
            checker.report((*path, place), "must name a summary metric", name)
        elif name in value[:place]:
            checker.report((*path, place), "is given twice", name)
        elif scenarios and name not in shared:
            lacking = [one for one in scenarios if name not in summary_catalogue(_segments(one))]
            if len(lacking) < len(scenarios):
                checker.report((*path, place), f"is not a metric of {lacking[0].name}, whose buyers are others", name)
            else:
                checker.add((*path, place), unknown_name("", name[:80], shared, kind="metric"))
        elif not scenarios and not _may_exist(name, usual := summary_catalogue(_segments(None))):
            checker.add((*path, place), unknown_name("", name[:80], usual, kind="metric"))
    return tuple(name for name in shared if name in value)


def _series(value: Any, scenarios: Sequence[Scenario], checker: Checker) -> tuple[str, ...]:
    path: FieldPath = ("over_time",)
    if not isinstance(value, list):
        checker.report(path, "must be a list of series", value)
        return ()
    known = [catalogue(_segments(scenario)) for scenario in scenarios]
    shared = [name for name in known[0] if all(name in one for one in known)] if known else []
    for place, name in enumerate(value):
        if not isinstance(name, str):
            checker.report((*path, place), "must name a series", name)
        elif name in value[:place]:
            checker.report((*path, place), "is given twice", name)
        elif scenarios and name not in shared:
            checker.add((*path, place), unknown_name("", name[:80], shared, kind="series"))
        elif not scenarios and not _may_exist(name, usual := catalogue(_segments(None))):
            checker.add((*path, place), unknown_name("", name[:80], usual, kind="series"))
    return tuple(name for name in shared if name in value)


def _rows(design: Design, draws: int, shocks: str | None, ensemble: str | None, checker: Checker) -> None:
    """Points and draws together; what is 0 or None is not known, and nothing is said about it."""
    rows = design.size * draws
    if rows > LARGEST_DESIGN:
        checker.add(("draws",), Problem("", "gives too many rows", f"{rows:,}", f"at most {LARGEST_DESIGN:,}"))
    elif shocks == "own" and ensemble not in ("default", None) and rows > LAST_PRIOR_DRAW:
        message = "needs a draw for every row, more than the prior has"
        checker.add(("design",), Problem("", message, f"{rows:,}", f"at most {LAST_PRIOR_DRAW:,}, or 'shocks: shared'"))
