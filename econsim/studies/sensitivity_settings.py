"""What a sensitivity analysis is asked to do: checked, with every default filled in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import econsim
from econsim.draws import LARGEST_SEED
from econsim.errors import InputError, Problem, unknown_name
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.runs import as_scenario
from econsim.scenario import Scenario
from econsim.series import catalogue
from econsim.studies.design_axes import Axis, group_of, known_names, prior_axis, uncertain_names

METHODS = ("sobol", "morris", "oat")
SERIES = ("rd_investment", "frontier_capability", "copy_true_capability", "consumer_surplus")
"""The series whose indices are computed quarter by quarter unless others are named."""

KEPT = 20  # parameters that Sobol' indices are computed for after screening
TRAJECTORIES = 20  # of the screening
RULE = "moats, ranks of the lead, ranks of headlines"
"""Names the rule of `sensitivity_choice` in what an analysis is identified by: another rule is another analysis."""

REPLICATES = 4  # random streams by which noise is told from parameters
NOISE_POINTS = 256  # points at which they are compared
DEFAULT_SAMPLES = {"sobol": 256, "morris": TRAJECTORIES, "oat": 1}
DEFAULT_DRAWS = {"sobol": 1, "morris": 1, "oat": 64}
LEAST_SCRAMBLES = 8  # independently scrambled sequences of a Saltelli design, whose spread the intervals are made of
LONGEST_SEQUENCE = 128  # longer ones err by much now and then, and few of them would say too little of it
LEAST_SAMPLES = {"sobol": 64, "morris": 4}  # of sobol a quarter has to be enough for indices: the convergence table
LARGEST_SAMPLES = 2**20
LARGEST_DRAWS = 4096


@dataclass(frozen=True)
class SensitivitySettings:
    """A checked request; made by `check_sensitivity`.

    method       : one of METHODS
    names        : parameters and levers that are varied, all of them
    grouped      : whether those of one group of the book move together
    screens      : whether a Morris screening first chooses the `KEPT` strongest
    samples      : base samples of sobol, trajectories of morris
    outputs      : summary metrics, in the catalogue's order; `lead` is the one asked for first
    series       : series that are analysed quarter by quarter; sobol only
    draws        : shock draws that every point of the design shares; outputs are means over them
    """

    scenario: Scenario
    method: str
    names: tuple[str, ...]
    grouped: bool
    screens: bool
    samples: int
    second_order: bool
    outputs: tuple[str, ...]
    lead: str
    series: tuple[str, ...]
    draws: int
    seed: int

    @property
    def axes(self) -> tuple[Axis, ...]:
        """One a name: its prior in the scenario, or the bounds of a lever."""
        found = (prior_axis(name, self.scenario) for name in self.names)
        return tuple(axis for axis in found if axis is not None)

    @property
    def groups(self) -> tuple[str, ...] | None:
        """The group of each name; None where each moves by itself."""
        return tuple(group_of(name) for name in self.names) if self.grouped else None

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(segment.name for segment in self.scenario.structure.segments)

    def identity(self) -> dict[str, Any]:
        """Everything that the numbers depend on but version and engine, in plain Python."""
        return {
            "scenario": self.scenario.hash,
            "method": self.method,
            "axes": {axis.name: axis.identity for axis in self.axes},
            "groups": None if self.groups is None else list(self.groups),
            "screening": {"kept": KEPT, "trajectories": TRAJECTORIES, "rule": RULE} if self.screens else None,
            "samples": self.samples,
            "scrambles": self.scrambles,
            "second_order": self.second_order,
            "outputs": list(self.outputs),
            "lead": self.lead,
            "over_time": list(self.series),
            "draws": self.draws,
            "noise": {"replicates": REPLICATES, "points": self.noise_points} if self.method == "sobol" else None,
            "seed": self.seed,
        }

    @property
    def scrambles(self) -> int | None:
        """How many independently scrambled sequences the base samples of sobol are; None of another method."""
        return max(LEAST_SCRAMBLES, self.samples // LONGEST_SEQUENCE) if self.method == "sobol" else None

    @property
    def noise_points(self) -> int:
        return min(NOISE_POINTS, self.samples)

    @cached_property
    def sensitivity_id(self) -> str:
        """Twelve hexadecimal digits: the same request and version give the same, on any engine."""
        text = json.dumps([self.identity(), econsim.__version__], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def check_sensitivity(
    scenario: Scenario | str,
    method: str,
    *,
    samples: int | None = None,
    second_order: bool = False,
    groups: bool = False,
    all_parameters: bool = False,
    parameters: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    over_time: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = 0,
) -> SensitivitySettings:
    """The request with its defaults filled in; see `sensitivity` for the arguments.

    raises : InputError with everything that is wrong
    """
    if method not in METHODS:
        raise InputError(unknown_name("method", str(method), METHODS, kind="method"))
    world = as_scenario(scenario)
    problems: list[Problem] = []
    segments = tuple(segment.name for segment in world.structure.segments)
    metrics = tuple(summary_catalogue(segments))
    chosen = _listed("outputs", outputs, metrics, "metric", problems)
    asked = tuple(name for name in metrics if outputs is None or name in chosen)
    series = _listed("over_time", SERIES if over_time is None else over_time, tuple(catalogue(segments)), "series",
                     problems, empty=True)  # fmt: skip
    if method != "sobol":
        if over_time:
            problems.append(Problem("over_time", "goes with sobol only", method))
        series = ()
        if second_order:
            problems.append(Problem("second_order", "goes with sobol only", method))
        if all_parameters:
            problems.append(Problem("all", "goes with sobol only; the others take all parameters anyway", method))
    if method == "oat" and groups:
        message = "do not go with oat, where one parameter moves at a time"
        problems.append(Problem("groups", message, allowed="sobol or morris"))
    if groups and all_parameters:
        problems.append(Problem("all", "cannot be given together with groups, which take all parameters already"))
    names = _names(world, parameters, problems)
    count = _samples(method, samples, problems)
    shared = DEFAULT_DRAWS[method] if draws is None else draws
    _whole("draws", shared, 1, LARGEST_DRAWS, problems)
    _whole("seed", seed, 0, LARGEST_SEED, problems)
    if problems:
        raise InputError(problems)
    lead = chosen[0] if chosen else "rd_relative"
    screens = method == "sobol" and not groups and not all_parameters and len(names) > KEPT
    return SensitivitySettings(
        world, method, names, groups, screens, count, second_order, asked, lead, series, int(shared), int(seed)
    )


def _listed(
    field: str,
    given: Sequence[str] | None,
    known: tuple[str, ...],
    kind: str,
    problems: list[Problem],
    empty: bool = False,
) -> tuple[str, ...]:
    """Names as they were given, each of them known and given once."""
    if given is None:
        return ()
    if isinstance(given, str) or not all(isinstance(name, str) for name in given):
        problems.append(Problem(field, f"must be a list of names of {kind}s", repr(given)[:80]))
        return ()
    if not given and not empty:
        problems.append(Problem(field, f"is empty: leave it out, or name a {kind}"))
    for place, name in enumerate(given):
        if name not in known:
            problems.append(unknown_name(field, name[:80], known, kind=kind))
        elif name in given[:place]:
            problems.append(Problem(field, "is given twice", name))
    return tuple(given)


def _names(world: Scenario, given: Sequence[str] | None, problems: list[Problem]) -> tuple[str, ...]:
    if given is None:
        names = uncertain_names([world])
        if not names:
            problems.append(Problem("parameters", f"no parameter is uncertain in {world.name}"))
        return names
    known = known_names()
    named = _listed("parameters", given, tuple(known), "parameter or lever", problems)
    for name in named:
        if name in known and prior_axis(name, world) is None:
            message = f"'{name}' has no prior to draw from: it is one number in {world.name}"
            value = f"{world.assumptions[name].default:g}" if name in book().parameters else None
            problems.append(Problem("parameters", message, value, "a parameter with a range in `econsim params`"))
    return tuple(name for name in known if name in named)


def _samples(method: str, samples: int | None, problems: list[Problem]) -> int:
    if samples is None:
        return DEFAULT_SAMPLES[method]
    if method == "oat":
        problems.append(Problem("samples", "does not go with oat, which visits both ends of every range once"))
        return 1
    if not _whole("samples", samples, LEAST_SAMPLES[method], LARGEST_SAMPLES, problems):
        return 1
    if method == "sobol" and samples & (samples - 1):
        below = 1 << (int(samples).bit_length() - 1)
        message = "must be a power of two for sobol: its points are balanced for those alone"
        problems.append(Problem("samples", message, str(samples), f"{below} or {2 * below}, for example"))
    return int(samples)


def _whole(field: str, value: Any, low: int, high: int, problems: list[Problem]) -> bool:
    whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if whole and low <= value <= high:
        return True
    problems.append(Problem(field, "must be a whole number in range", repr(value)[:40], f"{low:,} to {high:,}"))
    return False
