"""How much is measured: in full, or quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from econsim.scenario import Scenario

SCENARIO = "baseline"


@dataclass(frozen=True)
class Sizes:
    """Sizes of every measurement.

    rounds, seconds      : how often what is compared is measured at most, and for how long
    cold                 : whether to measure what has to be compiled for it, which takes longest of all
    draws                : of the engines' rates
    agent_draws          : most draws that the agents engine is measured on
    warm_draws           : of a whole run in a warm process
    first_draws          : of the first answer in a new process
    stage_draws          : of the run whose stages are timed
    memory_draws         : of the runs whose memory is measured
    outputs, parameters, base_samples, resamples : of the Sobol' indices
    few, more            : resamples that SALib is timed with
    analysis_samples, analysis_parameters : of the sensitivity analysis from end to end
    loop_runs            : runs of a plain loop that it is compared with
    sweep_rows, sweep_chunk : engine -> rows of a sweep, and of each of its chunks
    graphics_draws       : of the rate on a graphics device
    quarters             : of every run; None: as many as the scenario has
    """

    rounds: int = 3
    seconds: float = 10.0
    cold: bool = True
    draws: tuple[int, ...] = (1, 16, 256, 4096)
    agent_draws: int = 2
    warm_draws: int = 256
    first_draws: int = 64
    stage_draws: int = 512
    memory_draws: tuple[int, ...] = (256, 2048)
    outputs: int = 60
    parameters: int = 20
    base_samples: int = 4096
    resamples: int = 1000
    few: int = 10
    more: int = 40
    analysis_samples: int = 64
    analysis_parameters: int = 8
    loop_runs: int = 8
    sweep_rows: tuple[tuple[str, int], ...] = (("batch", 768), ("compiled", 2048))
    sweep_chunk: tuple[tuple[str, int], ...] = (("batch", 128), ("compiled", 256))
    graphics_draws: int = 65_536
    quarters: int | None = None

    def scenario(self) -> Scenario:
        """The scenario that everything is measured on."""
        from econsim.scenario import load_scenario

        scenario = load_scenario(SCENARIO)
        return scenario if self.quarters is None else scenario.with_(quarters=self.quarters)

    @property
    def scenario_in_python(self) -> str:
        """The same, as a new process can evaluate it once `load_scenario` is imported."""
        changes = "" if self.quarters is None else f".with_(quarters={self.quarters})"
        return f"load_scenario({SCENARIO!r}){changes}"


FULL = Sizes()
QUICK = Sizes(
    rounds=2,
    seconds=2.0,
    cold=False,
    draws=(1, 16, 256),
    stage_draws=256,
    memory_draws=(256,),
    base_samples=1024,
    few=5,
    more=20,
    analysis_parameters=4,
    loop_runs=4,
    sweep_rows=(("batch", 128), ("compiled", 512)),
    sweep_chunk=(("batch", 32), ("compiled", 128)),
    graphics_draws=16_384,
)
