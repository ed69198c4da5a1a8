"""The reference engine: NumPy, all firms, segments and draws of a chunk at once."""

from __future__ import annotations

import itertools
import time
from types import SimpleNamespace
from typing import Any

import numpy as np

from econsim import model
from econsim.arrays import NUMPY
from econsim.engines.batch_helpers import helpers
from econsim.engines.batch_quarter import Quarterly
from econsim.engines.giving_up import heed
from econsim.world import World

PAUSE, LONGEST_WAIT = 1.0, 10.0  # seconds
_last_quarter = 0.0  # when one was last begun, by the monotonic clock


def await_pause() -> None:
    """Wait until nobody has computed here for a second, ten at most.

    For what is done in the background and would hold the interpreter: an answer that somebody waits for goes first.
    """
    begun = time.monotonic()
    while (now := time.monotonic()) < begun + LONGEST_WAIT and now < max(begun, _last_quarter) + PAUSE:
        time.sleep(0.05)


def trajectories(world: World, rd_path: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Run one chunk of draws, some of them in helping processes where there are many.

    rd_path : (period, lab, 1, draw) $M, where labs' R&D is imposed; NaN where a lab is out of business
    returns : series name -> (period, draw); `series.PER_FIRM` -> (period, firm, draw); `lab_rd` (period, lab, 1, draw)
    """
    draws = world.shocks.initial_capability.shape[-1]
    with helpers(draws, world.quarters) as ready:
        if not ready:
            return compute(world, rd_path)
        ends = np.linspace(0, draws, len(ready) + 2).astype(int).tolist()
        shares = [_share(world, rd_path, slice(*ends), draws) for ends in itertools.pairwise(ends)]
        for helper, share in zip(ready, shares[1:], strict=True):
            helper.ask(share)
        found = [compute(*shares[0])]
        for helper, share in zip(ready, shares[1:], strict=True):
            found.append(helper.answer() or compute(*share))
        return {name: np.concatenate([part[name] for part in found], axis=-1) for name in found[0]}


def _share(world: World, rd_path: np.ndarray | None, piece: slice, draws: int) -> tuple[World, np.ndarray | None]:
    """Some draws of a world."""

    def some(part: Any) -> Any:
        return part[..., piece] if isinstance(part, np.ndarray) and part.shape[-1:] == (draws,) else part

    def each(parts: SimpleNamespace) -> SimpleNamespace:
        return SimpleNamespace(**{name: some(part) for name, part in vars(parts).items()})

    cut = world._replace(parameters=each(world.parameters), levers=each(world.levers), shocks=each(world.shocks))
    return cut, some(rd_path)


def compute(world: World, rd_path: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """`trajectories`, in this process alone."""
    global _last_quarter
    shocks = world.shocks
    draws = shocks.initial_capability.shape[-1]
    one_quarter = Quarterly(world.frame, world.parameters, draws)
    recorded: dict[str, np.ndarray] = {}
    with np.errstate(all="ignore"):  # a draw that fails is found by its residual and reported, not printed about
        state = model.start(world.parameters, world.frame, shocks.initial_capability, NUMPY)
        for period in range(world.quarters):
            heed()
            _last_quarter = time.monotonic()
            quarter = model.Quarter(
                period=float(period),
                levers=SimpleNamespace(**{name: path[period] for name, path in vars(world.levers).items()}),
                shocks=SimpleNamespace(
                    **{name: value[period] for name, value in vars(shocks).items() if name != "initial_capability"}
                ),
                rd_path=None if rd_path is None else rd_path[period],
                labs_after=None if rd_path is None else np.isfinite(rd_path[min(period + 1, world.quarters - 1)]),
            )
            state, seen = one_quarter(state, quarter)
            for name, value in seen.items():
                if period == 0:
                    recorded[name] = np.empty((world.quarters, *np.shape(value)[:-1], draws))
                recorded[name][period] = value
    return recorded
