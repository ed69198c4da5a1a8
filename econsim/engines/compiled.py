"""The compiled engine: JAX in double precision, over the same `model.step` and rules as the batch engine.

Draws are worked on in pieces of a fixed size, on one thread a core; a graphics device takes larger pieces, one after
the other. Equal to batch in every entry and exit and to 1e-9 in every series, except that futures in which small
differences grow from quarter to quarter magnify rounding (docs/engines.md).
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from econsim import model
from econsim.arrays import NUMPY
from econsim.engines import jax_compile, jax_programs
from econsim.engines.cores import threads
from econsim.engines.giving_up import heed
from econsim.engines.jax_inputs import QUARTERS, Shape, constants_of, parameters_of, quarters_of, shape_of
from econsim.kept_worlds import Recent
from econsim.series import PER_FIRM
from econsim.state import State
from econsim.world import World

PROCESSOR_DRAWS = 64  # of one piece: two cores share a run of the usual size
GRAPHICS_DRAWS = 8192
_opened = Recent(4)  # states that worlds opened in: no lever moves them


def needed_draws() -> int:
    """Draws of one piece on this machine."""
    return PROCESSOR_DRAWS if jax_compile.on_processor() else GRAPHICS_DRAWS


def trajectories(world: World, rd_path: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Run one chunk of draws.

    rd_path : (period, lab, 1, draw) $M, where labs' R&D is imposed; NaN where a lab is out of business
    returns : as `batch.trajectories`
    """
    shape = shape_of(world, needed_draws(), rd_path is not None)
    program = jax_programs.program(shape)
    draws = world.shocks.initial_capability.shape[-1]
    pieces = [slice(start, min(start + shape.draws, draws)) for start in range(0, draws, shape.draws)]
    recorded = _empty(world, program.series, draws)
    opening = _open(world, shape, program, pieces[-1].start + shape.draws)

    def run(piece: slice) -> None:
        _run_piece(world, shape, program, opening, piece, rd_path, recorded)

    workers = min(threads(), len(pieces)) if jax_compile.on_processor() else 1
    if workers == 1:
        for piece in pieces:
            heed()
            run(piece)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(run, pieces):
                heed()
    return _named(recorded, world, program.series)


def _empty(world: World, series: tuple[str, ...], draws: int) -> dict[str, np.ndarray]:
    frame = world.frame
    firms = frame.labs + frame.distillers + 1 + (frame.labs if frame.own_tier else 0)
    sizes: dict[str, tuple[int, ...]] = {name: (firms, draws) for name in PER_FIRM}
    sizes |= {"by_draw": (len(series), draws), "lab_rd": (frame.labs, 1, draws)}
    return {name: np.empty((world.quarters, *size)) for name, size in sizes.items()}


class _Opening(NamedTuple):
    """Constants and opening state of all draws, filled up to whole pieces."""

    constants: dict[str, np.ndarray]
    state: State

    def cut(self, start: int, draws: int) -> _Opening:
        """Those of one piece."""

        def part(values: np.ndarray) -> np.ndarray:
            return values if values.shape[-1] == 1 else np.ascontiguousarray(values[..., start : start + draws])

        return _Opening({name: part(values) for name, values in self.constants.items()}, State(*map(part, self.state)))


def _open(world: World, shape: Shape, program: jax_programs.Program, draws: int) -> _Opening:
    """The opening, of all pieces at once: NumPy opens many draws about as quickly as a few."""
    constants = constants_of(world, shape, draws)
    content = hashlib.blake2b()
    for part in (*constants.values.values(), constants.dispersion):
        content.update(part.tobytes())
    key = shape, draws, content.digest()
    state = _opened.get(key)
    if state is None:
        with np.errstate(all="ignore"):  # as in batch: a draw that fails is found by its residual
            opened = model.start(parameters_of(constants.values, shape), shape.frame, constants.dispersion, NUMPY)
        like = zip(opened, program.state, strict=True)
        state = State(*(np.broadcast_to(part, (*size[:-1], draws)).astype(kind) for part, (size, kind) in like))
        _opened.put(key, state)
    return _Opening(constants.values, state)


def _run_piece(
    world: World,
    shape: Shape,
    program: jax_programs.Program,
    opening: _Opening,
    piece: slice,
    rd_path: np.ndarray | None,
    recorded: dict[str, np.ndarray],
) -> None:
    """Run some draws through all quarters and put what they did where it belongs."""
    frame, width = world.frame, piece.stop - piece.start
    constants, state = opening.cut(piece.start, shape.draws)
    quarters = quarters_of(world, shape, piece, rd_path)
    labs, copies = np.arange(frame.labs), shape.frame.labs + np.arange(frame.distillers)
    fringe = shape.frame.labs + shape.frame.distillers
    small = [fringe + 1 + labs] if frame.own_tier else []
    firms = np.concatenate([labs, copies, [fringe], *small])
    for start in range(0, world.quarters, QUARTERS):
        stop = min(start + QUARTERS, world.quarters)
        now = {name: part[start : start + QUARTERS] for name, part in quarters.items()}
        state, seen = program.advance(constants, state, now, np.int64(stop - start))
        for name, whole in recorded.items():
            part = np.asarray(seen[name])[: stop - start, ..., :width]
            if name in PER_FIRM:
                part = part[:, firms]
            elif name == "lab_rd":
                part = part[:, labs]
            whole[start:stop, ..., piece] = part


def _named(recorded: dict[str, np.ndarray], world: World, series: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Series by name, segments by theirs instead of by number."""
    found = {name: recorded["by_draw"][:, row] for row, name in enumerate(series)}
    for index, segment in enumerate(world.frame.segments):
        for name in [one for one in series if one.endswith(f"_{index}")]:
            found[f"{name.removesuffix(str(index))}{segment}"] = found.pop(name)
    return found | {name: recorded[name] for name in (*PER_FIRM, "lab_rd")}
