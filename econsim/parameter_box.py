"""Worlds from all over the parameter box, corners as likely as the middle: where a model breaks if it breaks."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from econsim import draws as shock_streams
from econsim.parameter_book import book, prior_scale
from econsim.scenario import Scenario
from econsim.world import World, build_world, design_dimensions, firm_slots, parameter_values


def box_world(scenario: Scenario, seed: int, draws: int, edges: str = "range", levers: bool = True) -> World:
    """A Latin hypercube over the whole parameter box, every lever at a random level up to its moderate one.

    scenario : structure, switches and law; its own parameters and levers give way
    edges    : `range`, where priors live, or `bounds`, where the equations hold
    levers   : False leaves the scenario's own levers in force
    returns  : a world of `draws` draws
    """
    names = list(book().levers)
    uncertain = len(design_dimensions())
    points = shock_streams.latin_hypercube_points(uncertain + len(names), seed, draws)
    shocks = shock_streams.shocks(seed, scenario.structure.quarters, *firm_slots(scenario), 0, draws)
    world = build_world(scenario, _spread(scenario, points[:, :uncertain], edges), shocks)
    if not levers:
        return world
    levels = {name: book().levers[name].moderate * points[:, uncertain + i] for i, name in enumerate(names)}
    paths = {name: np.tile(level, (world.quarters, 1)) for name, level in levels.items()}
    return world._replace(levers=SimpleNamespace(**paths))


def _spread(scenario: Scenario, points: np.ndarray, edges: str) -> dict[str, np.ndarray | float]:
    """Values spread evenly over the box, on each parameter's own axis; points (draw, dimension) in (0, 1)."""
    values = parameter_values(scenario, None)
    for name, u in zip(design_dimensions(), points.T, strict=True):
        parameter = book().parameters[name]
        low, high = parameter.bounds if edges == "bounds" or parameter.range is None else parameter.range
        stretched = prior_scale(low, high) == "log"
        values[name] = low * (high / low) ** u if stretched else low + (high - low) * u
    return values
