"""What the tests of the whole model share: worlds, quiet shocks, and boxes of parameters."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

from econsim import draws as shock_streams
from econsim.engines import batch
from econsim.parameter_book import book
from econsim.runs import Run, Settings, chunk_world, failed_draws, run_worlds
from econsim.scenario import Scenario, load_scenario
from econsim.series import catalogue
from econsim.world import World, build_world, design_dimensions, firm_slots, parameter_values

SEGMENTS = ("low", "general", "high_stakes")
SERIES = catalogue(SEGMENTS)


@functools.cache
def _baseline() -> Scenario:
    return load_scenario("baseline")


def baseline(**changes) -> Scenario:
    """The baseline, with changes as `Scenario.with_` takes them."""
    return _baseline().with_(**changes) if changes else _baseline()


def world_of(scenario: Scenario, draws: int = 16, ensemble: str = "prior", seed: int = 0) -> World:
    """The arrays of a scenario's first draws, as a run builds them."""
    return chunk_world(scenario, Settings(draws=draws, seed=seed, ensemble=ensemble), 0, draws)


def quiet_world(scenario: Scenario, draws: int = 2) -> World:
    """Parameters at their defaults and every normal shock at zero.

    Entry happens whenever it pays (its uniform is 0), detection and lab re-entry never (theirs are 1).
    """
    labs, distillers = firm_slots(scenario)
    quarters = scenario.structure.quarters

    def still(firms: int, value: float = 0.0) -> np.ndarray:
        return np.full((quarters, firms, 1, draws), value)

    shocks = SimpleNamespace(
        lab_demand=still(labs),
        distiller_demand=still(distillers),
        training_luck=still(labs),
        copy_cost=still(distillers),
        detection=still(distillers, 1.0),
        entry=still(1),
        lab_reentry=still(labs, 1.0),
        initial_capability=np.zeros((labs, 1, draws)),
    )
    return build_world(scenario, parameter_values(scenario, None), shocks)


def run(world: World) -> dict[str, np.ndarray]:
    """Every series of a world, (period, draw), and the firm-level arrays."""
    return batch.trajectories(world)


def run_of(scenario: Scenario, draws: int = 16, ensemble: str = "prior", seed: int = 0) -> dict[str, np.ndarray]:
    """Every series of a scenario's first draws."""
    return run(world_of(scenario, draws, ensemble, seed))


def worlds(*scenarios: Scenario, draws: int = 16, ensemble: str = "prior", **settings) -> list[Run]:
    """Several scenarios on the same draws, with their summary metrics."""
    return run_worlds(list(scenarios), Settings(draws=draws, ensemble=ensemble, **settings))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal to the last bit, undefined values included."""
    return np.array_equal(one, other, equal_nan=True)


def differing(one, other, names=SERIES) -> list[str]:
    """Names of the series or metrics that differ in any bit."""
    return [name for name in names if not same(one[name], other[name])]


def solved(trajectories: dict[str, np.ndarray]) -> bool:
    """Whether no draw failed."""
    return not failed_draws(trajectories).any()


def box_values(points: np.ndarray, edges: str = "range") -> dict[str, np.ndarray | float]:
    """Parameter values spread evenly over the box of all uncertain parameters, corners as likely as the middle.

    points : (draw, dimension) in (0, 1), a column for each uncertain parameter
    edges  : `range`, where priors live, or `bounds`, where the equations hold
    """
    values = parameter_values(baseline(), None)
    for column, name in enumerate(design_dimensions()):
        parameter = book().parameters[name]
        low, high = parameter.range if edges == "range" else parameter.bounds
        u = points[:, column]
        stretched = low > 0.0 and high / low >= 20.0
        values[name] = low * (high / low) ** u if stretched else low + (high - low) * u
    return values


def box_world(seed: int, draws: int, edges: str = "range", levers: bool = True, **changes) -> World:
    """A Latin hypercube over the whole parameter box, every lever at a random level up to its moderate one."""
    scenario = baseline(**changes)
    names = list(book().levers)
    uncertain = len(design_dimensions())
    points = shock_streams.latin_hypercube_points(uncertain + len(names), seed, draws)
    shocks = shock_streams.shocks(seed, scenario.structure.quarters, *firm_slots(scenario), 0, draws)
    world = build_world(scenario, box_values(points[:, :uncertain], edges), shocks)
    if not levers:
        return world
    levels = {name: book().levers[name].moderate * points[:, uncertain + i] for i, name in enumerate(names)}
    paths = {name: np.tile(level, (world.quarters, 1)) for name, level in levels.items()}
    return world._replace(levers=SimpleNamespace(**paths))
