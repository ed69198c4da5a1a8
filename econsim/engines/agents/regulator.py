"""The regulator: the policy levers of each quarter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import mesa

from econsim.errors import InputError, Problem, unknown_name
from econsim.parameter_book import book

if TYPE_CHECKING:
    from econsim.engines.agents.economy import Economy


class Regulator(mesa.Agent):
    """Sets the levers at the start of every quarter.

    in_force : lever name -> level of the quarter, in the lever's unit
    """

    model: Economy

    def __init__(self, model: Economy):
        super().__init__(model)
        self.in_force: dict[str, float] = {}

    def levers(self, period: int) -> Mapping[str, float]:
        """Levels of the levers this quarter; a lever left out stays on the scenario's path.

        period  : quarters since the start
        returns : lever name -> level in the lever's unit; here the scenario's path

        A subclass can react to what happened: `self.model.last_quarter` has every series of the last quarter by name,
        and is empty in the first.
        """
        return self.scheduled(period)

    def scheduled(self, period: int) -> dict[str, float]:
        """The scenario's path."""
        return {name: path[period] for name, path in self.model.lever_paths.items()}

    def act(self) -> None:
        """Put this quarter's levels into force; InputError for a lever or a level that there is not."""
        period = self.model.period
        chosen = self.levers(period)
        known = book().levers
        problems = []
        for name, level in chosen.items():
            if name not in known:
                problems.append(unknown_name("agents.regulator", name, known, kind="lever"))
                continue
            low, high = known[name].bounds
            if isinstance(level, (str, bytes)) or not low <= level <= high:
                allowed = f"{low:g} to {high:g}"
                problems.append(Problem(f"agents.regulator.{name}", "level is out of bounds", repr(level), allowed))
        if problems:
            raise InputError(problems)
        self.in_force = self.scheduled(period) | {name: float(level) for name, level in chosen.items()}
