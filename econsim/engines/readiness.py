"""Whether the compiled engine is ready, whether it would pay, and how it gets ready while others work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from econsim.engines import jax_programs
from econsim.engines.jax_inputs import Shape, shape_of
from econsim.kept_worlds import Recent

if TYPE_CHECKING:
    from econsim.scenario import Scenario

# Draws times quarters that batch gets through in the time that the compiled engine needs to start.
LOADING = 300 * 60  # reading programs from disk, a second
COMPILING = 4_000 * 60  # making them, some seven


def compiled_is_quicker(scenario: Scenario, draws: int) -> bool:
    """Whether the compiled engine finishes a run sooner than batch, counting what it needs to start."""
    shapes = _shapes(scenario)
    work = draws * scenario.structure.quarters
    if all(jax_programs.is_ready(shape) for shape in shapes):
        return True
    if all(jax_programs.is_stored(shape) for shape in shapes):
        return work >= LOADING
    return work >= COMPILING


def make_ready(scenario: Scenario | str) -> None:
    """Load the programs that a scenario needs; those that are missing are compiled in the background first."""
    from econsim.scenario import load_scenario

    for shape in _shapes(load_scenario(scenario) if isinstance(scenario, str) else scenario):
        jax_programs.program(shape, gently=True)


_known = Recent(64)


def _shapes(scenario: Scenario) -> list[Shape]:
    """The programs of a scenario and of its twin without copying.

    A page asks at each step of a slider; levers and the values of parameters make no difference.
    """
    from econsim.world import firm_slots

    key = (firm_slots(scenario), scenario.structure.segments, scenario.switches, scenario.fidelity.law)
    found: list[Shape] | None = _known.get(key)
    if found is None:
        found = _shapes_of(scenario)
        _known.put(key, found)
    return found


def _shapes_of(scenario: Scenario) -> list[Shape]:
    from econsim import draws
    from econsim.engines.compiled import needed_draws
    from econsim.world import build_world, firm_slots, parameter_values

    shapes = []
    for one in (scenario, scenario.without_copying()):
        shocks = draws.shocks(0, one.structure.quarters, *firm_slots(one), 0, 2)
        world = build_world(one, parameter_values(one, None), shocks)
        shapes.append(shape_of(world, needed_draws(), imposed=False))
    return list(dict.fromkeys(shapes))
