"""What a scenario amounts to once everything is resolved: the numbers it stands for, and where they are daring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from econsim.errors import Problem
from econsim.parameter_book import book
from econsim.scenario_schema import SHARED_PARAMETERS, PriorOverride

if TYPE_CHECKING:
    from econsim.scenario import Scenario


def world_of(scenario: Scenario) -> dict[str, Any]:
    """Everything that changes a trajectory, in plain Python; words, ensemble and status quo are not among it."""
    structure, switches, parameters = scenario.structure, scenario.switches.as_mapping(), book().parameters
    idle = {name for name, one in parameters.items() if one.switch and not switches[one.switch]}
    return {
        "parameters": {
            name: {"default": one.default, "low": one.low, "high": one.high, "scale": one.scale}
            for name, one in scenario.assumptions.items()
            if name not in idle
        },
        "levers": {name: path.tolist() for name, path in scenario.lever_paths().items()},
        "structure": {
            "quarters": structure.quarters,
            "start": structure.start,
            "segments": [segment.as_mapping() for segment in structure.segments],
            **({} if structure.public_capability is None else {"public_capability": structure.public_capability}),
            "labs": _own_values(structure.labs, {"cost_factor": 1.0}),
            "distillers": _own_values(structure.distillers, {"cost_factor": 1.0, "premium": 0.0}),
        },
        "switches": {name: on for name, on in switches.items() if on or name != "own_tier"},
        "fidelity": scenario.fidelity.as_mapping(),
    }


def _own_values(firms: tuple[Any, ...] | None, usual: Mapping[str, float]) -> list[dict[str, Any]] | None:
    """What firms have of their own, without their names; None where no firm has anything."""
    if firms is None:
        return None
    rows = [{key: value for key, value in firm.as_mapping().items() if key != "name"} for firm in firms]
    rows = [{key: value for key, value in row.items() if value != usual.get(key)} for row in rows]
    return rows if any(rows) else None


def digest(canonical: Mapping[str, Any]) -> str:
    """16 hexadecimal digits of the sha256 of a canonical form."""
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def extrapolations(scenario: Scenario) -> tuple[Problem, ...]:
    """Every value outside the range of the book's prior, with that range."""
    given: list[tuple[str, str, float]] = []
    for name, value in scenario.parameters.items():
        ends = (value.low, value.high) if isinstance(value, PriorOverride) else (value,)
        given += [(f"parameters.{name}", name, end) for end in ends]
    for (kind, key), name in SHARED_PARAMETERS.items():
        for index, firm in enumerate(getattr(scenario.structure, kind) or ()):
            if getattr(firm, key) is not None:
                given.append((f"structure.{kind}.{index}.{key}", name, getattr(firm, key)))
    found = []
    for place, name, number in given:
        limits = book().parameters[name].range
        if limits is not None and not limits[0] <= number <= limits[1]:
            message = "extrapolates beyond the range that the evidence supports"
            found.append(Problem(place, message, f"{number:g}", f"{limits[0]:g} to {limits[1]:g} in the book"))
    return tuple(found)
