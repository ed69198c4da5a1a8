"""Draws of a sweep as a `Result`: a whole scenario, or one point of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from econsim.errors import InputError, Problem
from econsim.results import Result
from econsim.runs import Run, Settings

if TYPE_CHECKING:
    import pandas as pd


class SweepResult(Result):
    """Draws of a sweep as a result: all of `Result` but what needs trajectories, which a sweep does not keep.

    Effects are as they were computed; the status quo's own metrics are got back from them, to within a rounding.
    """

    def __init__(
        self,
        run: Run,
        settings: Settings,
        status_quo: Run,
        effects: Mapping[str, np.ndarray],
        run_id: str | None = None,
        varied: Sequence[str] = (),
        futures: str = "",
    ):
        """
        run_id  : where the draws are no run of the scenario
        varied  : levers that the design sets
        futures : of which rows of which sweep they are, where they are not the first draws of the ensemble
        """
        super().__init__(run, settings, status_quo)
        self.futures = futures
        self._effects, self._varied = effects, tuple(varied)
        if run_id is not None:
            self.__dict__["run_id"] = run_id  # not that of a run of the scenario: the design is in its numbers

    def effect_on(self, metric: str, against: Result | None = None) -> np.ndarray:
        """Paired difference of one summary metric, (draw,); see `effect`."""
        if against is None and metric in self._effects:
            return np.where(self.failed, np.nan, self._effects[metric])
        return super().effect_on(metric, against)

    @property
    def status_quo_name(self) -> str:
        """What effects are measured against, in words."""
        if self._varied and self.scenario.status_quo is None:
            return "the same world without policy"
        return super().status_quo_name

    @property
    def subject(self) -> str:
        """What makes the difference to the status quo, in words."""
        if self._varied:
            return f"{self.scenario.name} with varying {', '.join(self._varied)}"
        return super().subject

    def parameter_draws(self) -> pd.DataFrame:
        """As of a run, where the draws are one; InputError where the design has other values in other rows."""
        if self.futures:
            message = "the draws are rows of a design, whose values stand in the sweep's index"
            raise InputError(Problem("parameter_draws", message))
        return super().parameter_draws()

    @property
    def trajectories(self) -> NoReturn:
        """A sweep keeps none; InputError."""
        _no_series()

    @property
    def series(self) -> NoReturn:  # type: ignore[override]
        """A sweep keeps none; InputError."""
        _no_series()

    def series_of(self, names: Sequence[str], *, yearly: bool = False) -> NoReturn:
        """A sweep keeps none; InputError."""
        _no_series()

    def series_effect(
        self, against: Result | None = None, names: Sequence[str] | None = None, *, yearly: bool = False
    ) -> NoReturn:
        """A sweep keeps none; InputError."""
        _no_series()

    def series_change(
        self, against: Result | None = None, names: Sequence[str] | None = None, *, yearly: bool = False
    ) -> NoReturn:
        """A sweep keeps none; InputError."""
        _no_series()


def _no_series() -> NoReturn:
    message = "a sweep keeps summary metrics alone; run the scenario for its series"
    raise InputError(Problem("trajectories", message))
