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
    from SALib.analyze import sobol as salib

    parameters, samples, resamples = sizes.parameters, sizes.base_samples, sizes.resamples
    outputs = np.random.default_rng(0).random((samples * (2 * parameters + 2), sizes.outputs))
    problem = {
        "num_vars": parameters,
        "names": [f"parameter_{place}" for place in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }

    def loop(count: int) -> None:
        salib.analyze(problem, outputs[:, 0], calc_second_order=True, num_resamples=count, seed=0)

    ours = partial(sobol_indices, outputs, parameters, second_order=True, seed=0, resamples=resamples)
    jobs: dict[str, Job] = {"ours": ours, "few": partial(loop, sizes.few), "more": partial(loop, sizes.more)}
    times = best_times([jobs], sizes.rounds, sizes.seconds)
    size = f"{sizes.outputs}x{parameters}x{samples}x{resamples}"
    what = f"{sizes.outputs} outputs, {parameters} parameters, N = {samples:,}, second order, {resamples:,} resamples"
    figures.add(f"sobol.econsim.{size}", what, times.seconds["ours"], "s", times.rounds)
    for name, count in (("few", sizes.few), ("more", sizes.more)):
        measured = f"sobol.salib.1x{parameters}x{samples}x{count}"
        figures.add(measured, f"SALib, one output, {count} resamples", times.seconds[name], "s", times.rounds)
    a_resample = (times.seconds["more"] - times.seconds["few"]) / (sizes.more - sizes.few)
    one = times.seconds["few"] + (resamples - sizes.few) * a_resample
    scaled = sizes.outputs * one if a_resample > 0.0 else None  # a disturbed measurement says nothing
    figures.add(f"sobol.salib_scaled.{size}", f"SALib, {sizes.outputs} outputs, {resamples:,} resamples", scaled, "s")
    names = f"sobol.salib_scaled.{size}", f"sobol.econsim.{size}"
    figures.ratio(f"sobol.salib_over_econsim.{size}", "SALib over econsim", *names)
    figures.note(
        "sobol",
        f"SALib was timed on one output with {sizes.few} and with {sizes.more} resamples; its time for all outputs is "
        f"scaled from these: {sizes.outputs} times what {resamples:,} resamples take on the line through both.",
    )
    figures.note("sobol", "The outputs are random numbers: the time does not depend on them.")
