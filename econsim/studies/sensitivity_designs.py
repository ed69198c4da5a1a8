"""The sweeps that a sensitivity analysis consists of, as specs: screening, the design itself, replicates for noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.studies.design_axes import Axis
from econsim.studies.designs import Design, ListDesign, SampledDesign, saltelli_rows
from econsim.studies.sensitivity_settings import REPLICATES, TRAJECTORIES, SensitivitySettings
from econsim.studies.sweep_folder import POINTS
from econsim.studies.sweep_spec import DEFAULT_CHUNK, SweepSpec

LEVELS = 4  # of Morris's grid
LOW_END, HIGH_END = 0.05, 0.95  # probabilities between which a prior has 90% of its mass


def screening_spec(settings: SensitivitySettings) -> SweepSpec:
    """Morris trajectories over all names, before Sobol' indices of the strongest."""
    metrics = tuple(summary_catalogue(settings.segments))  # all of them: a dead parameter moves none
    return _spec(settings, _morris(settings, TRAJECTORIES), 1, metrics)


def main_spec(settings: SensitivitySettings, names: Sequence[str]) -> SweepSpec:
    """The design that the method is named after, over `names`; the others stay at their defaults."""
    if settings.method == "morris":
        metrics = tuple(summary_catalogue(settings.segments))
        return _spec(settings, _morris(settings, settings.samples), settings.draws, metrics)
    if settings.method == "oat":
        metrics = tuple(summary_catalogue(settings.segments))
        return _spec(settings, _points(settings.names, oat_points(settings)), settings.draws, metrics)
    axes = _axes(settings, names)
    groups = settings.groups
    size = settings.samples * saltelli_rows(len(set(groups or names)), settings.second_order)
    rows = settings.second_order
    design = SampledDesign(
        "saltelli", tuple(names), size, axes, settings.samples, settings.seed, rows, groups, settings.scrambles or 1
    )
    return _spec(settings, design, settings.draws, settings.outputs, settings.series)


def noise_spec(settings: SensitivitySettings, names: Sequence[str]) -> SweepSpec:
    """Independent points from the priors, each in `REPLICATES` futures that all points share."""
    axes = _axes(settings, names)
    count = settings.noise_points
    design = SampledDesign("sobol", tuple(names), count, axes, count, settings.seed)
    return _spec(settings, design, REPLICATES, settings.outputs)


def _spec(
    settings: SensitivitySettings, design: Design, draws: int, metrics: Sequence[str], series: Sequence[str] = ()
) -> SweepSpec:
    return SweepSpec(
        scenarios=(settings.scenario,),
        against=(None,),
        design=design,
        draws=draws,
        shocks="shared",  # common random numbers: points differ by their parameters alone
        seed=settings.seed,
        ensemble="default",  # names outside the design are numbers, not draws
        metrics=tuple(metrics),
        chunk=DEFAULT_CHUNK,
        words=(None, None),
        series=tuple(name for name in series),
    )


def _axes(settings: SensitivitySettings, names: Sequence[str]) -> tuple[Axis, ...]:
    by_name = {axis.name: axis for axis in settings.axes}
    return tuple(by_name[name] for name in names)


def _points(names: Sequence[str], table: np.ndarray) -> ListDesign:
    table.setflags(write=False)
    return ListDesign("file", tuple(names), len(table), table, POINTS)


# ---------------------------------------------------------------------------------------------------- Morris


def _morris(settings: SensitivitySettings, trajectories: int) -> ListDesign:
    cube = morris_cube(settings, trajectories)
    table = np.column_stack([axis.values(cube[:, column]) for column, axis in enumerate(settings.axes)])
    return _points(settings.names, table)


def morris_cube(settings: SensitivitySettings, trajectories: int) -> np.ndarray:
    """SALib's trajectories in probabilities, (row, name), from `LOW_END` to `HIGH_END` of each prior.

    Not from 0 to 1: the very ends of a prior have no mass, and would decide what is strong.
    """
    from SALib.sample import morris

    problem = {
        "num_vars": len(settings.names),
        "names": list(settings.names),
        "bounds": [[LOW_END, HIGH_END] for _ in settings.names],
    }
    if settings.groups is not None and len(set(settings.groups)) > 1:
        problem["groups"] = list(settings.groups)
    generator = np.random.default_rng(settings.seed)
    cube: np.ndarray = morris.sample(problem, trajectories, num_levels=LEVELS, seed=generator)
    return cube


# ---------------------------------------------------------------------------------------------------- one at a time


def oat_points(settings: SensitivitySettings) -> np.ndarray:
    """The defaults, and then for each name the point with it at its low and at its high end; (1 + 2 names, name)."""
    defaults = [default_of(name, settings.scenario) for name in settings.names]
    table = np.tile(np.array(defaults, dtype=float), (1 + 2 * len(settings.names), 1))
    for place, axis in enumerate(settings.axes):
        table[1 + 2 * place : 3 + 2 * place, place] = axis.values(np.array([LOW_END, HIGH_END]))
    return table


def default_of(name: str, scenario: Scenario) -> float:
    """Where a name stays while others move: a parameter at the scenario's default, a lever at its last step there."""
    if name in book().parameters:
        return scenario.assumptions[name].default
    steps = scenario.levers.get(name, ())
    return steps[-1].value if steps else 0.0
