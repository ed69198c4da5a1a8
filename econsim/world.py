"""From a scenario and its draws to the arrays that engines compute with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from econsim import draws
from econsim.parameter_book import Prior, book
from econsim.posterior import Posterior, posterior
from econsim.rules import training
from econsim.state import Frame

if TYPE_CHECKING:
    from econsim.scenario import Scenario


COUNTS = ("n_labs", "n_distillers")


class World(NamedTuple):
    """One scenario made numeric for a chunk of draws.

    frame      : what is fixed for the run
    parameters : name -> float, (draw,) or (firm, 1, draw)
    levers     : name -> (period, 1), or (period, draw) where a lever differs between draws
    shocks     : name -> (period, firm, 1, draw)
    quarters   : length of the run
    """

    frame: Frame
    parameters: SimpleNamespace
    levers: SimpleNamespace
    shocks: SimpleNamespace
    quarters: int


def parameter_values(scenario: Scenario, points: np.ndarray | None) -> dict[str, np.ndarray | float]:
    """Values of every parameter of the book.

    points  : (draw, dimension) in (0, 1), one column for each uncertain parameter of the book, in book order, so that
              fixing one parameter leaves the others' draws as they are; None: everything at its default
    returns : name -> float where certain, else (draw,)
    """
    values: dict[str, np.ndarray | float] = {}
    columns = {name: column for column, name in enumerate(design_dimensions())}
    spare = len(columns)
    for name, assumption in scenario.assumptions.items():
        values[name] = float(assumption.default)
        if points is None or assumption.fixed:
            continue
        column = columns.get(name)
        if column is None:  # a scenario gave a prior to a parameter that the book fixes
            column, spare = spare, spare + 1
        prior = Prior(distribution="triangular", low=assumption.low, high=assumption.high, scale=assumption.scale)
        drawn = prior.quantile(points[:, column], assumption.default)
        values[name] = np.rint(drawn) if assumption.integer else drawn
    return values


def design_dimensions() -> list[str]:
    """The uncertain parameters of the book, one dimension of every design each."""
    return [name for name, parameter in book().parameters.items() if parameter.uncertain]


def extra_dimensions(scenario: Scenario) -> int:
    """How many parameters that the book fixes have been given a prior by this scenario."""
    known = set(design_dimensions())
    return sum(1 for name, assumption in scenario.assumptions.items() if not assumption.fixed and name not in known)


def design_points(
    scenario: Scenario, ensemble: str, seed: int, start: int, stop: int, shipped: Posterior | None = None
) -> np.ndarray | None:
    """The ensemble's points for draws `start` to `stop`, (draw, dimension) in (0, 1), None at defaults.

    prior      : scrambled Sobol' points
    calibrated : the same, with the columns of calibrated parameters from draws of the shipped posterior
    shipped    : another posterior in its place
    """
    if ensemble == "default":
        return None
    # Spare columns come from a sequence of their own: a longer Sobol' sequence has other scrambling throughout.
    points = draws.sobol_points(len(design_dimensions()), seed, start, stop)
    extra = extra_dimensions(scenario)
    if extra:
        points = np.hstack([points, draws.sobol_points(extra, seed + 1, start, stop)])
    if ensemble == "calibrated":
        chosen = draws.sobol_points(1, seed + 2, start, stop)[:, 0]
        source = shipped or posterior()
        points = source.replace_columns(points, dimension_names(scenario), scenario.assumptions, chosen)
    return points


def design_source(scenario: Scenario, ensemble: str) -> tuple[str, ...]:
    """What points of a design depend on beside seed, draws and dimensions: equal for scenarios that share them."""
    return (ensemble, *(posterior().covers(scenario.assumptions) if ensemble == "calibrated" else ()))


def dimension_names(scenario: Scenario) -> list[str]:
    """The parameter behind each column of `design_points`."""
    names = design_dimensions()
    return names + [name for name, one in scenario.assumptions.items() if not one.fixed and name not in names]


def firm_slots(scenario: Scenario, most: Mapping[str, float] | None = None) -> tuple[int, int]:
    """Slots for labs and distillers: as many as any draw can have.

    most : largest value of n_labs or n_distillers, where a design sets them in the scenario's place
    """
    numbers = {name: scenario.assumptions[name].high for name in COUNTS} | dict(most or {})
    return math.ceil(numbers["n_labs"]), math.ceil(numbers["n_distillers"])


def build_world(
    scenario: Scenario,
    values: Mapping[str, np.ndarray | float],
    shocks: SimpleNamespace,
    levels: Mapping[str, np.ndarray] | None = None,
    slots: tuple[int, int] | None = None,
) -> World:
    """Arrays for an engine.

    values : name -> float or (draw,), from `parameter_values`
    shocks : from `draws.shocks`, for at least as many firms as this scenario has slots
    levels : lever -> (draw,), in force in every quarter in place of the scenario's own steps, as after
             `Scenario.with_(lever=level)`
    slots  : of labs and distillers; default `firm_slots(scenario)`
    """
    labs, distillers = firm_slots(scenario) if slots is None else slots
    if not scenario.switches.copying:
        distillers = 1  # an empty slot stands for all: nobody can enter
    segments = scenario.structure.segments
    frame = Frame(
        labs=labs,
        distillers=distillers,
        segments=tuple(segment.name for segment in segments),
        general_segment=_general_segment(scenario),
        law=scenario.fidelity.law,
        copying=scenario.switches.copying,
        public_fringe=scenario.switches.public_fringe,
        own_tier=scenario.switches.own_tier,
    )
    parameters = SimpleNamespace(**values)
    parameters.budget_share = _by_segment([segment.budget_share for segment in segments])
    parameters.relative_tail_weight = _by_segment([segment.tail_weight for segment in segments])
    public = scenario.structure.public_capability
    if public is None:
        public = training.steady_public_capability(parameters.initial_expected_growth, parameters.leakage_rate)
    parameters.public_at_start = public
    _add_labs(parameters, scenario, labs)
    _add_distillers(parameters, scenario, distillers)
    quarters = scenario.structure.quarters
    levers = SimpleNamespace(**{name: path[:, None] for name, path in scenario.lever_paths().items()})
    for name, level in (levels or {}).items():
        setattr(levers, name, np.broadcast_to(level, (quarters, len(level))))
    return World(frame, parameters, levers, _for_firms(shocks, labs, distillers), quarters)


def _general_segment(scenario: Scenario) -> int:
    segments = scenario.structure.segments
    names = [segment.name for segment in segments]
    if "general" in names:
        return names.index("general")
    return int(np.argmax([segment.budget_share for segment in segments]))


def _by_segment(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=float).reshape(1, -1, 1)


def _by_firm(values: list) -> np.ndarray:
    return np.array(values).reshape(-1, 1, 1)


def _add_labs(parameters: SimpleNamespace, scenario: Scenario, slots: int) -> None:
    listed = scenario.structure.labs
    parameters.lab_exists = np.arange(slots).reshape(-1, 1, 1) < parameters.n_labs
    if listed is None:
        parameters.initial_capability = parameters.lab_cost_factor = np.zeros((slots, 1, 1))
        parameters.lab_cost_factor = np.ones((slots, 1, 1))
        return
    parameters.initial_capability = _by_firm([lab.initial_capability or 0.0 for lab in listed])
    parameters.lab_cost_factor = _by_firm([1.0 if lab.cost_factor is None else lab.cost_factor for lab in listed])
    for name, key in (("lab_cash", "cash"), ("lab_premium", "premium"), ("lab_fixed_cost", "fixed_cost")):
        _override(parameters, name, [getattr(lab, key) for lab in listed])


def _add_distillers(parameters: SimpleNamespace, scenario: Scenario, slots: int) -> None:
    listed = scenario.structure.distillers
    index = np.arange(slots).reshape(-1, 1, 1)
    parameters.distiller_exists = index < parameters.n_distillers
    parameters.foreign = index < np.rint(parameters.foreign_share * parameters.n_distillers)
    parameters.distiller_cost_factor = np.ones((slots, 1, 1))
    parameters.distiller_premium = np.zeros((slots, 1, 1))
    parameters.distiller_starts = np.zeros((slots, 1, 1), dtype=bool)
    parameters.distiller_capability = np.zeros((slots, 1, 1))
    if listed is not None:
        listed = listed[:slots]
        parameters.distiller_cost_factor = _by_firm(
            [1.0 if one.cost_factor is None else one.cost_factor for one in listed]
        )
        parameters.distiller_premium = _by_firm([one.premium or 0.0 for one in listed])
        parameters.distiller_starts = _by_firm(
            [one.initial_capability is not None and scenario.switches.copying for one in listed]
        )
        parameters.distiller_capability = _by_firm([one.initial_capability or 0.0 for one in listed])
        _override(parameters, "distiller_fixed_cost", [one.fixed_cost for one in listed])
        said = _by_firm([one.foreign is not None for one in listed])
        parameters.foreign = np.where(said, _by_firm([bool(one.foreign) for one in listed]), parameters.foreign)
    if not scenario.switches.geopolitics:
        parameters.foreign = parameters.foreign & False


def _override(parameters: SimpleNamespace, name: str, own: list[float | None]) -> None:
    """Give firms their own value of a parameter where they have one."""
    if any(value is not None for value in own):
        said = _by_firm([value is not None for value in own])
        values = _by_firm([0.0 if value is None else value for value in own])
        setattr(parameters, name, np.where(said, values, getattr(parameters, name)))


def _for_firms(shocks: SimpleNamespace, labs: int, distillers: int) -> SimpleNamespace:
    """The shocks of the firms that this scenario has."""
    lab, distiller = slice(0, labs), slice(0, distillers)
    return SimpleNamespace(
        lab_demand=shocks.lab_demand[:, lab],
        distiller_demand=shocks.distiller_demand[:, distiller],
        training_luck=shocks.training_luck[:, lab],
        copy_cost=shocks.copy_cost[:, distiller],
        detection=shocks.detection[:, distiller],
        entry=shocks.entry,
        lab_reentry=shocks.lab_reentry[:, lab],
        initial_capability=shocks.initial_capability[lab],
    )
