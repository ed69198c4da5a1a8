"""A program cut into stretches computes what the whole does."""

from __future__ import annotations

import functools

import numpy as np
import pytest


@pytest.fixture
def jnp():
    pytest.importorskip("jax")
    from econsim.engines.jax_compile import prepare_jax

    return prepare_jax().numpy


def uneven(x, tree):
    """Stretches before, between and after loops; a branch; constants; something that nobody needs; a loop in a loop."""
    import jax
    import jax.numpy as jnp

    y = jnp.exp(x) + tree["shift"]
    unused = jnp.sin(y)
    z = jax.lax.fori_loop(0, 3, lambda number, value: value * 0.5 + number * y, y)
    nothing = jax.lax.while_loop(lambda value: value.max() < 4.0, lambda value: value + 1.0, unused)
    w = jax.lax.cond(jnp.any(z > 3.0), lambda: jnp.sqrt(z), lambda: z)

    def outer(number, value):
        return jax.lax.while_loop(lambda one: one.max() > 2.0, lambda one: one * 0.25, value + number)

    v = jax.lax.fori_loop(0, 2, outer, w * np.arange(4.0))
    del nothing
    return {"all": (v - w, y), "given": x, "number": 7.0, "shape": jnp.zeros(2)}, tree


def test_the_same_numbers(jnp):
    import jax

    from econsim.engines.jax_stretches import in_stretches

    x, tree = jnp.linspace(0.0, 2.0, 4), {"shift": jnp.full(4, 0.3)}
    expected = uneven(x, tree)
    cut = functools.partial(in_stretches, uneven)
    for way in (cut, jax.jit(cut)):
        found = way(x, tree)
        assert jax.tree.structure(found) == jax.tree.structure(expected)
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14)


def test_each_stretch_and_each_loop_is_one_function(jnp):
    """Three stretches and two loops, nothing that nobody needs, and no mark on what they call in turn."""
    import jax

    from econsim.engines.jax_stretches import in_stretches

    text = jax.jit(functools.partial(in_stretches, uneven)).lower(jnp.zeros(4), {"shift": jnp.zeros(4)}).as_text()
    marked = [line for line in text.splitlines() if "xla_cpu_small_call" in line]
    assert len(marked) == 5
    assert all(" call @" in line for line in marked)
    assert "sine" not in text
