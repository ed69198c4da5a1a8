"""What the tests of the whole model share: worlds, quiet shocks, and boxes of parameters."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import numpy as np

from econsim import parameter_box
from econsim.engines import batch
from econsim.runs import Run, Settings, chunk_world, failed_draws, run_worlds
from econsim.scenario import Scenario, load_scenario
from econsim.series import catalogue
from econsim.world import World, build_world, firm_slots, parameter_values

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


def box_world(seed: int, draws: int, edges: str = "range", levers: bool = True, **changes) -> World:
    """The baseline, changed, with parameters and levers from all over the box."""
    return parameter_box.box_world(baseline(**changes), seed, draws, edges, levers)
