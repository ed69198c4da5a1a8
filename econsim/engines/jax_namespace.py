"""JAX as an array namespace: what `econsim.arrays.NumpyArrays` is for NumPy, in operations that XLA compiles well.

Numbers agree with NumPy's to rounding. Faster elementary functions live here and never in a rule.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from econsim.arrays import BORROWED, SEGMENT, Array

TILE = 32  # entries of `where_needed` that are solved together: more of them wait for the slowest, fewer cost loops
THERE = "promise_in_bounds"  # of an entry that exists: nothing to look after

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_SQRT_HALF = 0x3FE6A09E667F3BCD  # bits of the square root of one half
_BIAS = 1024
_INTEGERS = int(np.float64(2.0**52).view(np.int64))  # bits of 2^52: adding a small integer to them adds it to the float


@functools.partial(jax.jit, inline=True)
def fast_log(x: Array) -> Array:
    """Natural logarithm to within one unit in the last place, by fdlibm's series.

    XLA's own float64 logarithm for processors is scalar code, three to five times slower.
    """
    x = jnp.asarray(x, jnp.float64)
    bits = lax.bitcast_convert_type(x, jnp.int64)
    # A logical shift of a number made positive: vector units of many processors have no arithmetic one for 64 bits.
    exponent = lax.shift_right_logical(bits - np.int64(_SQRT_HALF) + np.int64(_BIAS << 52), np.int64(52))
    fraction = lax.bitcast_convert_type(bits - ((exponent - _BIAS) << 52), jnp.float64) - 1.0
    power = lax.bitcast_convert_type(exponent + np.int64(_INTEGERS), jnp.float64) - (2.0**52 + _BIAS)
    s = fraction / (2.0 + fraction)
    z = s * s
    w = z * z
    odd = z * (_ODD[0] + w * (_ODD[1] + w * (_ODD[2] + w * _ODD[3])))
    even = w * (_EVEN[0] + w * (_EVEN[1] + w * _EVEN[2]))
    half = 0.5 * fraction * fraction
    finite = power * _LN2_HIGH - ((half - (s * (half + odd + even) + power * _LN2_LOW)) - fraction)
    return jnp.where(x > 0.0, jnp.where(x == jnp.inf, x, finite), jnp.where(x == 0.0, -jnp.inf, jnp.nan))


def fast_log1p(x: Array) -> Array:
    """ln(1 + x) by the logarithm above, with what 1 + x loses in rounding put back (Kahan's correction)."""
    rounded = 1.0 + x
    return fast_log(rounded) + jnp.where(rounded > 0.5, (x - (rounded - 1.0)) / rounded, 0.0)


def one_after_the_other(parts: Any, axis: int = 0) -> Array:
    """Concatenation by writing each part where it belongs; XLA's own fuses with the parts into slow scalar code."""
    parts = [jnp.asarray(part) for part in parts]
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    whole, start = jnp.zeros(shape, parts[0].dtype), 0
    for part in parts:
        whole = lax.dynamic_update_slice_in_dim(whole, part, start, axis)
        start += part.shape[axis]
    return whole


class JaxArrays:
    """JAX as an array namespace.

    processor : whether the arrays live on a processor; a graphics device has its own logarithm, and prefers work that
                is not needed to work that has to be sorted out first
    """

    def __init__(self, processor: bool) -> None:
        for name in BORROWED:
            setattr(self, name, getattr(jnp, name))
        self.processor = processor
        if processor:
            self.log = fast_log
            self.log1p = fast_log1p
            self.concatenate = one_after_the_other

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"array namespace has no '{name}'")

    @staticmethod
    def total(values: Array, axis: int) -> Array:
        """Sum over one axis, kept as a singleton."""
        return _over(jnp.add, jnp.sum, values, axis)

    @staticmethod
    def largest(values: Array, axis: int) -> Array:
        """Maximum over one axis, kept as a singleton."""
        return _over(jnp.maximum, jnp.max, values, axis)

    @staticmethod
    def clip(values: Array, low: Array, high: Array) -> Array:
        return jnp.minimum(jnp.maximum(values, low), high)

    @staticmethod
    def if_any(mask: Array, function: Callable[[], Any], otherwise: Any) -> Any:
        """`function()` if `mask` holds anywhere, else `otherwise`; a branch, which XLA does not fuse with the rest."""
        return lax.cond(jnp.any(mask), function, lambda: jax.tree.map(jnp.asarray, otherwise))

    @staticmethod
    def repeat(times: int, function: Callable, start: Any) -> Any:
        """`function` of the number of the round and of what the round before returned, `times` over; compiled once."""
        return lax.fori_loop(0, times, function, jax.tree.map(jnp.asarray, start))

    @staticmethod
    def iterate(steps: int, improve: Callable, start: tuple, given: tuple) -> tuple:
        """Apply `improve` until every draw has settled, at most `steps` times; a settled draw keeps its value."""
        start = tuple(jnp.asarray(part, jnp.float64) for part in start)
        improve_given = jax.jit(lambda unknown: improve(unknown, given), inline=True)  # traced once
        shapes, settled = jax.eval_shape(improve_given, start)
        start = tuple(jnp.broadcast_to(part, shape.shape) for part, shape in zip(start, shapes, strict=True))

        def unfinished(loop: tuple) -> Array:
            step, _, frozen = loop
            return (step < steps) & ~jnp.all(frozen)

        def one_step(loop: tuple) -> tuple:
            step, current, frozen = loop
            new, settled = improve_given(current)
            kept = tuple(jnp.where(frozen, old, fresh) for old, fresh in zip(current, new, strict=True))
            return step + 1, kept, frozen | settled

        return lax.while_loop(unfinished, one_step, (0, start, jnp.zeros(settled.shape, bool)))[1]

    def where_needed(self, mask: Array, function: Callable, *arrays: Array) -> tuple:
        """The results of `function(*arrays)` where `mask` holds and zero elsewhere; see `NumpyArrays.where_needed`.

        On a processor the entries asked for are lined up and solved a tile at a time.
        """
        if not self.processor:
            return tuple(jnp.where(mask, part, 0.0) for part in function(*arrays))
        firms, _, draws = mask.shape
        asked = mask.reshape(-1)
        count = jnp.cumsum(asked.astype(jnp.int32))  # asked for up to each entry
        size = -(-asked.size // TILE) * TILE

        @functools.partial(jax.jit, inline=True)  # traced once
        def solve(tile: Array) -> tuple:
            entry = _standing(tile * TILE + jnp.arange(TILE, dtype=jnp.int32), count)
            return function(*(_pick(part, entry, draws) for part in arrays))

        def one_tile(loop: tuple) -> tuple:
            tile, found = loop
            # All results into one array: several XLA would write anew from end to end for every tile.
            rows = one_after_the_other([part[0] for part in solve(tile)])
            return tile + 1, lax.dynamic_update_slice_in_dim(found, rows, tile * TILE, 1)

        shapes = jax.eval_shape(solve, jnp.int32(0))
        ends = list(itertools.accumulate(part.shape[SEGMENT] for part in shapes))
        start = jnp.int32(0), jnp.zeros((ends[-1], size))
        _, found = lax.while_loop(lambda loop: loop[0] * TILE < count[-1], one_tile, start)
        place = jnp.where(asked, count - 1, 0)
        spread = found.at[:, place].get(mode=THERE).reshape(-1, firms, draws).transpose(1, 0, 2)
        return tuple(jnp.where(mask, spread[:, first:end], 0.0) for first, end in itertools.pairwise([0, *ends]))


def _standing(number: Array, count: Array) -> Array:
    """Where the entries of these numbers (0, 1, ...) stand in a mask, by bisection.

    count : (entry,) how many of the mask hold up to each entry

    A scatter would do, but XLA can make no single function of what contains one.
    """
    place = jnp.zeros(number.shape, jnp.int32)
    for power in reversed(range(count.size.bit_length())):
        further = place + (1 << power)
        held = count.at[jnp.minimum(further, count.size) - 1].get(mode=THERE)
        place = jnp.where((further <= count.size) & (held <= number), further, place)
    return jnp.minimum(place, count.size - 1)


def _over(both: Callable, reduce: Callable, values: Array, axis: int) -> Array:
    """A reduction; over the few segments written out, which XLA fuses with its neighbours."""
    values = jnp.asarray(values)
    if axis != SEGMENT or values.shape[SEGMENT] > 8:
        return reduce(values, axis=axis, keepdims=True)
    result = values[..., :1, :]
    for segment in range(1, values.shape[SEGMENT]):
        result = both(result, values[..., segment : segment + 1, :])
    return result


def _pick(part: Array, entry: Array, draws: int) -> Array:
    """The (firm, draw) entries of an array as (1, segment, entry)."""
    part = jnp.asarray(part)
    if part.ndim == 0 or (part.shape[-1] == 1 and part.ndim == 1):
        return part
    if part.ndim == 1:
        return part.at[entry % draws].get(mode=THERE)
    firms, segments, width = part.shape
    if firms == 1:
        return part if width == 1 else part.at[:, :, entry % draws].get(mode=THERE)
    part = jnp.broadcast_to(part, (firms, segments, draws))
    return jnp.stack([part[:, segment].reshape(-1).at[entry].get(mode=THERE) for segment in range(segments)])[None]
