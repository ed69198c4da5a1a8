"""A quarter of batch: the economy's `step` and what is seen of it, followed once and then replayed."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import model
from econsim.arrays import NUMPY
from econsim.nested import leaves
from econsim.replay import QUARTER, Replay, recorded
from econsim.series import observe
from econsim.state import Frame, Quarter, State

WORTH_IT = 12  # quarters of a kind of world that are computed before it is recorded, which takes as long as ten
MOST_DRAWS = 4096  # of a replay, whose memory is all its arrays at once; that many cost enough to hide NumPy's calls
_computed: Counter = Counter()  # quarters by frame


class Quarterly:
    """One quarter of a world after another."""

    def __init__(self, frame: Frame, parameters: SimpleNamespace, draws: int):
        self._frame, self._parameters, self._draws = frame, parameters, draws
        self._constants = list(leaves(parameters))
        self._replay: Replay | None = None
        self._memory: Any = None

    def __call__(self, state: State, quarter: Quarter) -> tuple[State, dict[str, np.ndarray]]:
        """The state after a quarter, good until the next but one; and what is seen of the quarter, good until the next.

        Numbers are the same to the last bit, recorded or not.
        """
        if self._replay is None:
            self._replay = self._look_for_one(state, quarter)
        if self._replay is None:
            return self._compute(state, quarter, self._parameters)
        registers, outputs, others = self._memory or self._replay.memory(self._draws)
        self._memory = registers, others, outputs
        given = self._replay.given([*leaves((state, quarter)), *self._constants])
        found: tuple[State, dict[str, np.ndarray]] = self._replay.results(given, outputs, registers)
        return found

    def _look_for_one(self, state: State, quarter: Quarter) -> Replay | None:
        """The recording, where it is worth making and makes a state like the one that it takes."""
        _computed[self._frame] += 1
        if _computed[self._frame] <= WORTH_IT or self._draws > MOST_DRAWS:
            return None
        given, parts = (state, quarter, self._parameters), len(state)
        found = recorded(("quarter", self._frame), self._compute, given, self._draws, QUARTER, kept=parts)
        return found if found and found.gives[:parts] == found.takes[:parts] else None

    def _compute(self, state: State, quarter: Quarter, parameters: Any) -> tuple[State, dict[str, np.ndarray]]:
        following, flows = model.step(state, quarter, parameters, self._frame, NUMPY)
        seen = observe(state, flows, parameters, self._frame, NUMPY)
        seen["lab_rd"] = NUMPY.where(state.lab_active, flows.investment, np.nan)
        return following, seen
