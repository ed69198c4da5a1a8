"""What a scenario assumes and does, in words short enough for a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from econsim.scenario import Scenario
from econsim.timeline import LeverStep


def settings_of(scenario: Scenario) -> dict[str, str]:
    """Everything that changes the world: name of a parameter, lever, switch or structure field -> its text."""
    told: dict[str, str] = {}
    for name, one in scenario.assumptions.items():
        told[name] = f"{one.default:g}" if one.fixed else f"{one.default:g} ({one.low:g} to {one.high:g})"
    for name, path in scenario.lever_paths().items():
        # The path decides whether two are the same, whatever the steps say.
        told[name] = _steps(scenario.levers.get(name, ())) if path.any() else "0"
    told |= {name: "on" if value else "off" for name, value in scenario.switches.as_mapping().items()}
    structure = scenario.structure
    told |= {"quarters": str(structure.quarters), "start": structure.start, "fidelity_law": scenario.fidelity.law}
    for kind in ("segments", "labs", "distillers"):
        rows = getattr(structure, kind)
        told[kind] = "all equal" if rows is None else "; ".join(_row(row) for row in rows)
    return told


def _steps(steps: Sequence[LeverStep]) -> str:
    told = []
    for step in steps:
        plain = step.as_mapping()
        told.append(f"{plain.pop('value'):g}" + "".join(_when(*one) for one in plain.items()))
    return "; ".join(told)


def _when(key: str, value: int | str) -> str:
    if key == "ramp":
        return f", phased in over {value} quarter{'' if value == 1 else 's'}"
    return f" {'from' if key == 'start' else 'until'} {f'quarter {value}' if isinstance(value, int) else value}"


def _row(row: Any) -> str:
    return " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in row.as_mapping().values())
