"""A traced program whose loops, and the stretches between them, are single functions of machine code.

XLA for processors runs a kernel for every few operations and shares these out among threads of its own, which costs a
third of the time of arrays as small as ours. What is marked as a small call becomes one function instead. Several
functions of moderate size are compiled sooner, and side by side, than the whole as one. What needs more than machine
code, such as a scatter, a sort or a callback, cannot be part of one: compiling fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend import core

LOOPS = ("while", "scan")
ONE_FUNCTION = {"xla_cpu_small_call": "true", "inlineable": "false"}


def in_stretches(function: Callable, *arguments: Any) -> Any:
    """`function(*arguments)`, arrays or trees of them, with each loop and what stands between two as one function.

    What is done for its effects alone, such as printing, is left out.
    """
    leaves, tree = jax.tree.flatten(arguments)
    closed, shapes = jax.make_jaxpr(lambda *given: function(*tree.unflatten(given)), return_shape=True)(*leaves)
    program = closed.jaxpr
    values = dict(zip((*program.constvars, *program.invars), (*closed.consts, *leaves), strict=True))
    for equations, results in _needed(list(_stretches(program.eqns)), program.outvars):
        made = {one for equation in equations for one in equation.outvars}
        needed = dict.fromkeys(one for equation in equations for one in _variables(equation.invars) if one not in made)
        part = program.replace(constvars=[], invars=list(needed), outvars=results, eqns=equations)
        run = _one_function(core.jaxpr_as_fun(core.ClosedJaxpr(part, ())))
        values.update(zip(results, run(*(values[one] for one in needed)), strict=True))
    found = [one.val if isinstance(one, core.Literal) else values[one] for one in program.outvars]
    return jax.tree.structure(shapes).unflatten(found)


def _stretches(equations: Sequence) -> Iterator[list]:
    """Loops, each alone, and what stands between them."""
    stretch: list = []
    for equation in equations:
        if equation.primitive.name in LOOPS:
            yield from (stretch, [equation])
            stretch = []
        else:
            stretch.append(equation)
    yield stretch


def _needed(stretches: list[list], outcomes: Sequence) -> list[tuple[list, list]]:
    """The equations of each stretch that something depends on, and what others need of what they make."""
    wanted = set(_variables(outcomes))
    kept: list[tuple[list, list]] = []
    for stretch in reversed(stretches):
        later = set(wanted)
        equations: list = []
        for equation in reversed(stretch):
            if not wanted.isdisjoint(equation.outvars):
                equations.append(equation)
                wanted.update(_variables(equation.invars))
        if equations:
            made = [one for equation in equations for one in equation.outvars]
            kept.append((equations[::-1], [one for one in made if one in later]))
    return kept[::-1]


def _variables(atoms: Sequence) -> list:
    return [one for one in atoms if not isinstance(one, core.Literal)]


def _one_function(function: Callable) -> Callable:
    """The same as a call that is marked; what it calls in turn is not, and becomes part of it."""

    def call(*given: Any) -> Any:
        return set_xla_metadata(jax.jit(function)(*given), **ONE_FUNCTION)

    return call
