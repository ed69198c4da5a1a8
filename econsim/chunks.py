"""One chunk: draws that are worked on together, and the worlds computed on them, each of them once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import draws as shock_streams
from econsim.engines import runner
from econsim.kept_worlds import KeptWorlds
from econsim.metrics import summarise
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.world import (
    World,
    build_world,
    design_points,
    design_source,
    extra_dimensions,
    firm_slots,
    parameter_values,
)

RESIDUAL = 1e-10  # largest miss of a price solve
ALWAYS_DEFINED = ("frontier_capability", "rd_investment", "ai_share", "welfare", "frontier_price")

Trajectories = dict[str, np.ndarray]


@dataclass(frozen=True)
class Overrides:
    """What a design sets in each row of a chunk, in place of what the scenario says or draws.

    parameters : name -> (row,); they hold in every world of the chunk
    levers     : name -> (row,), in force in every quarter; they hold in the worlds that ask for them
    most       : largest value of n_labs and n_distillers in the whole design, where it sets them
    """

    parameters: Mapping[str, np.ndarray] = field(default_factory=dict)
    levers: Mapping[str, np.ndarray] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)


class Chunk:
    """Rows that are worked on together. Row r is draw `numbers[r]` of the ensemble and of every shock stream.

    settings  : seed, ensemble, engine and agents (see `econsim.runs.Settings`)
    scenarios : all that will be asked for; the shocks are drawn for as many firms as any of them has
    numbers   : (row,) draw numbers from 0, in any order, at least two (one alone would be summed in another order)
    overrides : what a design sets in each row
    kept      : draws of earlier chunks, which are not drawn again
    """

    def __init__(
        self,
        settings: Any,
        scenarios: Sequence[Scenario],
        numbers: np.ndarray,
        overrides: Overrides | None = None,
        kept: KeptWorlds | None = None,
    ):
        self.settings, self.numbers, self.kept = settings, numbers, kept
        self.overrides = overrides or Overrides()
        slots = [firm_slots(one, self.overrides.most) for one in scenarios]
        most = max(labs for labs, _ in slots), max(distillers for _, distillers in slots)
        how = settings.seed, scenarios[0].structure.quarters, *most
        self.shocks = self._drawn(("shocks", *how), lambda: _shocks(*how, numbers))
        self.done: dict[tuple[str, tuple[str, ...]], Trajectories] = {}
        self._values: dict[str, dict[str, Any]] = {}

    def values(self, scenario: Scenario) -> dict[str, Any]:
        """Every parameter: name -> float or (row,)."""
        key = scenario.world_hash
        if key not in self._values:
            how = self.settings.seed, extra_dimensions(scenario), *design_source(scenario, self.settings.ensemble)
            given = self.overrides.parameters
            drawn = self._drawn(
                ("points", *how, _nothing_left(scenario, given)),
                lambda: _points(scenario, self.settings, self.numbers, given),
            )
            self._values[key] = {**parameter_values(scenario, drawn), **self.overrides.parameters}
        return self._values[key]

    def _drawn(self, key: tuple[Any, ...], draw: Callable[[], Any]) -> Any:
        return draw() if self.kept is None else self.kept.drawn((*key, self.numbers.tobytes()), draw)

    def world(self, scenario: Scenario, levers: Sequence[str] = ()) -> World:
        """The arrays of a scenario; `levers` names those of the design that are in force in it."""
        levels = {name: self.overrides.levers[name] for name in levers}
        slots = firm_slots(scenario, self.overrides.most)
        return build_world(scenario, self.values(scenario), self.shocks, levels, slots)

    def trajectories(self, scenario: Scenario, levers: Sequence[str] = ()) -> Trajectories:
        """Every series of a world, computed when it is first asked for."""
        key = scenario.world_hash, tuple(levers)
        if key not in self.done:
            self.done[key] = self.compute(self.world(scenario, levers))
        return self.done[key]

    def compute(self, world: World, rd_path: np.ndarray | None = None) -> Trajectories:
        """Run the engine."""
        if self.settings.engine == "agents":
            return runner("agents")(world, rd_path, self.settings.agents)
        return runner(self.settings.engine)(world, rd_path)

    def metrics(self, scenario: Scenario, run: Trajectories, twin_rd: np.ndarray) -> dict[str, np.ndarray]:
        """Every summary metric of a run; see `metrics.summarise`."""
        values = SimpleNamespace(**self.values(scenario))
        segments = tuple(segment.name for segment in scenario.structure.segments)
        rates = values.discount_rate, values.social_discount_rate
        return summarise(run, twin_rd, segments, values.initial_expected_growth, *rates)


def _pieces(numbers: np.ndarray) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Draws in any order as spans (first, last + 1) of consecutive ones, and where each row stands in them."""
    distinct, places = np.unique(numbers, return_inverse=True)
    spans = np.split(distinct, np.flatnonzero(np.diff(distinct) != 1) + 1)
    return [(int(span[0]), int(span[-1]) + 1) for span in spans], places


def _shocks(seed: int, quarters: int, labs: int, distillers: int, numbers: np.ndarray) -> SimpleNamespace:
    spans, places = _pieces(numbers)
    drawn = [vars(shock_streams.shocks(seed, quarters, labs, distillers, *span)) for span in spans]
    if len(spans) == 1 and np.array_equal(places, np.arange(len(numbers))):
        return SimpleNamespace(**drawn[0])
    joined = {name: np.concatenate([one[name] for one in drawn], axis=-1) for name in drawn[0]}
    return SimpleNamespace(**{name: np.take(value, places, axis=-1) for name, value in joined.items()})


def _nothing_left(scenario: Scenario, given: Mapping[str, np.ndarray]) -> bool:
    return all(one.fixed or name in given for name, one in scenario.assumptions.items())


def _points(
    scenario: Scenario, settings: Any, numbers: np.ndarray, given: Mapping[str, np.ndarray]
) -> np.ndarray | None:
    """The ensemble's point of every row; None where nothing is left to draw."""
    if settings.ensemble == "default" or _nothing_left(scenario, given):
        return None
    spans, places = _pieces(numbers)
    points = [design_points(scenario, settings.ensemble, settings.seed, *span) for span in spans]
    return np.vstack([part for part in points if part is not None])[places]


def drawn_parameters(scenario: Scenario, settings: Any, draws: int) -> dict[str, np.ndarray | float]:
    """What a run with these settings draws of every parameter: name -> float where certain, else (draw,)."""
    return parameter_values(scenario, _points(scenario, settings, np.arange(draws), {}))


def twin_of(scenario: Scenario, *, exact: bool = False) -> Scenario:
    """The same world and levers with copying off.

    exact : keep levers that only touch copying too, for accounts; without them more scenarios share a twin
    """
    twin = scenario.without_copying()
    if exact:
        return twin
    idle = [name for name in twin.levers if not book().levers[name].changes_world_without_copying]
    return twin.with_(**dict.fromkeys(idle, None)) if idle else twin


def failed_draws(run: Mapping[str, np.ndarray]) -> np.ndarray:
    """Draws whose prices did not solve, or that hold a number that is none; (draw,) bool."""
    bad = ~(run["residual"] <= RESIDUAL).all(axis=0)
    for name in ALWAYS_DEFINED:
        known = np.isfinite(run[name])
        if name == "frontier_price":  # undefined, and rightly so, once the last lab has left
            known |= run["n_labs_active"] == 0.0
        bad |= ~known.all(axis=0)
    return np.asarray(bad)
