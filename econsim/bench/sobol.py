"""Sobol' indices of many outputs at once, against a loop over outputs that calls SALib."""

from __future__ import annotations

from functools import partial

import numpy as np

from econsim.bench.figures import Figures
from econsim.bench.sizes import Sizes
from econsim.bench.timing import Job, best_times
from econsim.studies.statistics.sobol import sobol_indices


def measure(figures: Figures, sizes: Sizes) -> None:
    """Seconds of econsim for all outputs, and of SALib for one output with few resamples, scaled to the same work."""
    parameters, samples, resamples = sizes.parameters, sizes.base_samples, sizes.resamples
    outputs = random_outputs(parameters, samples, sizes.outputs)
    loop = partial(salib_on_one, parameters, outputs[:, 0])
    ours = partial(sobol_indices, outputs, parameters, second_order=True, seed=0, resamples=resamples)
    jobs: dict[str, Job] = {"ours": ours, "few": partial(loop, sizes.few), "more": partial(loop, sizes.more)}
    times = best_times([jobs], sizes.rounds, sizes.seconds)
    size = f"{sizes.outputs}x{parameters}x{samples}x{resamples}"
    what = f"{sizes.outputs} outputs, {parameters} parameters, N = {samples:,}, second order, {resamples:,} resamples"
    figures.add(f"sobol.econsim.{size}", what, times.seconds["ours"], "s", times.rounds)
    for name, count in (("few", sizes.few), ("more", sizes.more)):
        measured = f"sobol.salib.1x{parameters}x{samples}x{count}"
        figures.add(measured, f"SALib, one output, {count} resamples", times.seconds[name], "s", times.rounds)
    one = salib_scaled(times.seconds["few"], times.seconds["more"], sizes)
    scaled = None if one is None else sizes.outputs * one
    figures.add(f"sobol.salib_scaled.{size}", f"SALib, {sizes.outputs} outputs, {resamples:,} resamples", scaled, "s")
    names = f"sobol.salib_scaled.{size}", f"sobol.econsim.{size}"
    figures.ratio(f"sobol.salib_over_econsim.{size}", "SALib over econsim", *names)
    figures.note(
        "sobol",
        f"SALib was timed on one output with {sizes.few} and with {sizes.more} resamples; its time for all outputs is "
        f"scaled from these: {sizes.outputs} times what {resamples:,} resamples take on the line through both.",
    )
    figures.note("sobol", "The outputs are random numbers: the time does not depend on them.")


def random_outputs(parameters: int, samples: int, outputs: int) -> np.ndarray:
    """Random numbers in the shape of a Saltelli design with second order, (row, output)."""
    return np.random.default_rng(0).random((samples * (2 * parameters + 2), outputs))


def salib_on_one(parameters: int, output: np.ndarray, resamples: int) -> None:
    """What SALib does for one output."""
    from SALib.analyze import sobol as salib

    problem = {
        "num_vars": parameters,
        "names": [f"parameter_{place}" for place in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }
    salib.analyze(problem, output, calc_second_order=True, num_resamples=resamples, seed=0)


def salib_scaled(few: float, more: float, sizes: Sizes) -> float | None:
    """Seconds of SALib for all resamples, on the line through its times for few and for more of them.

    returns : None where more took no longer than few: a disturbed measurement says nothing
    """
    a_resample = (more - few) / (sizes.more - sizes.few)
    return few + (sizes.resamples - sizes.few) * a_resample if a_resample > 0.0 else None
