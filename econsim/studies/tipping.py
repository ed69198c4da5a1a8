"""Tipping points: where an output passes a threshold as one or two parameters or levers change."""

from __future__ import annotations

from econsim.runs import DEFAULT_DRAWS, DEFAULT_SEED
from econsim.scenario import Scenario
from econsim.studies.tipping_break_even import BreakEven, Passages, make_break_even
from econsim.studies.tipping_map import TippingMap, make_map
from econsim.studies.tipping_question import Question, ask
from econsim.studies.tipping_search import Crossing
from econsim.studies.tipping_steps import Interval
from econsim.studies.tipping_worlds import Progress


def tipping(
    scenario: Scenario | str,
    x: str,
    y: str | None = None,
    *,
    output: str,
    above: float | None = None,
    below: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    against: Scenario | str | None = None,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    ensemble: str | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
) -> BreakEven | TippingMap:
    """Where the share of futures beyond a threshold passes one half, all on the same draws.

    scenario : a Scenario, a shipped name or a path
    x, y     : a parameter or lever, as `NAME`, `NAME=low:high` or `NAME=low:high:count`; without a range a parameter
               covers its prior and a lever its bounds, with 11 values. A parameter changes the status quo too, a lever
               the scenario alone and in every quarter
    output   : a summary metric, or `effect:` and its name for the paired change against the status quo
    above, below, at_least, at_most : the threshold, in the output's unit; one of the four
    against  : what an `effect:` is measured against; default the scenario's status quo
    draws, seed, ensemble, engine : as for `simulate`
    progress : called with the futures computed and those expected
    returns  : with x alone a BreakEven (`value`, `interval`, `crossings`, `passages`), with y a TippingMap (`share`,
               `contour`); both have `finding`, `table()`, `summary()` and `id`
    raises   : InputError with everything that is wrong with the question, or where the output is defined nowhere
    """
    question = ask(scenario, x, y, output, above, below, draws, seed, ensemble, engine, at_least, at_most, against)
    return make_break_even(question, progress) if y is None else make_map(question, progress)


__all__ = ["BreakEven", "Crossing", "Interval", "Passages", "Question", "TippingMap", "ask", "tipping"]
