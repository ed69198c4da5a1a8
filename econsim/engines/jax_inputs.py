"""Worlds as arrays of fixed shapes, so that other scenarios, draws and quarters do not have to be compiled again.

Firm slots are rounded up and the further ones masked out, quarters and draws are filled up with copies of the last
one, and whatever may vary by draw does. Nothing here needs JAX.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from econsim.arrays import FIRM
from econsim.state import Frame
from econsim.world import World

QUARTERS = 60  # of one call at most: a longer run takes several
LAB_SLOTS, DISTILLER_SLOTS = (4, 8, 16, 32, 64), (10, 20, 40, 80, 160, 320)

OF_LABS = ("lab_exists", "initial_capability", "lab_cost_factor", "lab_cash", "lab_premium", "lab_fixed_cost")
OF_DISTILLERS = (
    "distiller_exists",
    "foreign",
    "distiller_cost_factor",
    "distiller_premium",
    "distiller_starts",
    "distiller_capability",
    "distiller_fixed_cost",
)
OF_SEGMENTS = ("budget_share", "relative_tail_weight")
YES_OR_NO = ("lab_exists", "distiller_exists", "foreign", "distiller_starts")

LAB_SHOCKS = ("lab_demand", "training_luck", "lab_reentry")
DISTILLER_SHOCKS = ("distiller_demand", "copy_cost", "detection")
SHOCKS = (*LAB_SHOCKS, *DISTILLER_SHOCKS, "entry")


class Shape(NamedTuple):
    """What a compiled program is made for.

    frame   : with slots rounded up, and segments named by their number
    draws   : of one call
    imposed : whether labs' R&D is given rather than chosen
    names   : parameters that vary by draw alone, in the order of their rows
    levers  : in the order of their columns
    """

    frame: Frame
    draws: int
    imposed: bool
    names: tuple[str, ...]
    levers: tuple[str, ...]


def shape_of(world: World, draws: int, imposed: bool) -> Shape:
    """The program that a world needs."""
    frame = world.frame
    rounded = frame._replace(
        labs=_round_up(frame.labs, LAB_SLOTS),
        distillers=_round_up(frame.distillers, DISTILLER_SLOTS) if frame.copying else frame.distillers,
        segments=tuple(str(index) for index in range(len(frame.segments))),
    )
    by_firm = {*OF_LABS, *OF_DISTILLERS, *OF_SEGMENTS}
    names = tuple(sorted(set(vars(world.parameters)) - by_firm))
    return Shape(rounded, draws, imposed, names, tuple(sorted(vars(world.levers))))


def without_copying(shape: Shape) -> Shape:
    """The shape of the same worlds without copying, which the program with copying can run too: nobody enters."""
    return shape._replace(frame=shape.frame._replace(copying=False, distillers=1))


def _round_up(slots: int, steps: tuple[int, ...]) -> int:
    return next((step for step in steps if step >= slots), slots)


class Constants(NamedTuple):
    """What holds in every quarter.

    values     : name -> array; parameters by draw alone as one array `by_draw` (name, draw)
    dispersion : (lab, 1, draw)
    """

    values: dict[str, np.ndarray]
    dispersion: np.ndarray


def constants_of(world: World, shape: Shape, draws: int) -> Constants:
    """The constants of a world, filled up to a number of draws with copies of the last."""
    piece = _Piece(slice(0, world.shocks.initial_capability.shape[-1]), draws)
    parameters = vars(world.parameters)
    values = {"by_draw": np.stack([piece.by_draw(parameters[name]) for name in shape.names])}
    for name in OF_SEGMENTS:
        values[name] = np.asarray(parameters[name], dtype=float)
    for names, slots in ((OF_LABS, shape.frame.labs), (OF_DISTILLERS, shape.frame.distillers)):
        for name in names:
            values[name] = piece.by_firm(parameters[name], slots, bool if name in YES_OR_NO else float)
    if shape.frame.copying and not world.frame.copying:  # a world that nobody can enter, on a stand-in
        values["distiller_exists"] = np.zeros_like(values["distiller_exists"])
    return Constants(values, _fill(piece.cut(world.shocks.initial_capability), shape.frame.labs))


def quarters_of(world: World, shape: Shape, draws: slice, rd_path: np.ndarray | None) -> dict[str, np.ndarray]:
    """What changes from quarter to quarter, for some draws: name -> (quarter, ...), for a whole number of calls.

    rd_path : (period, lab, 1, draw) $M where R&D is imposed, NaN where a lab is out of business
    """
    piece = _Piece(draws, shape.draws)
    length = -(-world.quarters // QUARTERS) * QUARTERS
    shocks = vars(world.shocks)
    quarters: dict[str, np.ndarray] = {"period": np.arange(length, dtype=float)}
    quarters["levers"] = np.stack(
        [_lengthen(piece.cut(getattr(world.levers, name)), length) for name in shape.levers], axis=1
    )
    for name in SHOCKS:
        slots = shape.frame.labs if name in LAB_SHOCKS else shape.frame.distillers if name != "entry" else 1
        quarters[name] = _lengthen(_fill(piece.cut(shocks[name]), slots), length)
    if rd_path is not None:
        following = np.isfinite(rd_path[np.minimum(np.arange(world.quarters) + 1, world.quarters - 1)])
        quarters["rd_path"] = _lengthen(_fill(piece.cut(rd_path), shape.frame.labs), length)
        quarters["labs_after"] = _lengthen(_fill(piece.cut(following), shape.frame.labs), length)
    return quarters


class _Piece:
    """Some of the draws, filled up to a fixed number with copies of the last."""

    def __init__(self, draws: slice, width: int) -> None:
        self.index = np.minimum(np.arange(draws.start, draws.start + width), draws.stop - 1)
        self.whole = draws if draws.stop - draws.start == width else None  # cut without a copy

    def cut(self, values: np.ndarray) -> np.ndarray:
        """The piece's draws along the last axis."""
        if values.shape[-1] == 1:
            return np.broadcast_to(values, (*values.shape[:-1], self.index.size))
        return values[..., self.index if self.whole is None else self.whole]

    def by_draw(self, value: Any) -> np.ndarray:
        return self.cut(np.reshape(np.asarray(value, dtype=float), (-1,)))

    def by_firm(self, value: Any, slots: int, kind: type) -> np.ndarray:
        """(slots, 1, draw); a parameter that all firms share is repeated, further slots hold zero or false."""
        value = np.asarray(value, dtype=kind)
        if value.ndim < -FIRM:
            return np.broadcast_to(self.by_draw(value), (slots, 1, self.index.size))
        return _fill(self.cut(value), slots)


def _fill(values: np.ndarray, slots: int) -> np.ndarray:
    """Further firms, of whom there are none: zeros along the firm axis."""
    missing = slots - values.shape[FIRM]
    if not missing:
        return values
    shape = (*values.shape[:FIRM], missing, *values.shape[FIRM + 1 :])
    return np.concatenate([values, np.zeros(shape, dtype=values.dtype)], axis=FIRM)


def _lengthen(values: np.ndarray, length: int) -> np.ndarray:
    """Further quarters like the last one; what happens in them is thrown away."""
    index = np.minimum(np.arange(length), values.shape[0] - 1)
    return values if length == values.shape[0] else values[index]


def parameters_of(constants: dict[str, Any], shape: Shape) -> SimpleNamespace:
    """The namespace of parameters that `model.step` takes, out of `Constants.values`."""
    by_draw = constants["by_draw"]
    named = {name: by_draw[row] for row, name in enumerate(shape.names)}
    return SimpleNamespace(**named, **{name: value for name, value in constants.items() if name != "by_draw"})
