"""The compiled engine equals batch: the same firms in business in every quarter, the same prices to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from econsim import engines
from econsim.engines import batch
from econsim.errors import InputError
from econsim.runs import Settings, chunk_world
from econsim.scenario import load_scenario


def test_the_compiled_engine_equals_batch():
    """Over so few quarters no future has had time to magnify rounding."""
    pytest.importorskip("jax")
    world = chunk_world(load_scenario("baseline").with_(quarters=20), Settings(), 0, 8)
    found, expected = engines.runner("compiled")(world), batch.trajectories(world)
    assert set(found) == set(expected)
    for name, values in expected.items():
        if name == "residual":
            assert found[name].max() <= 1e-10
            continue
        known = np.isfinite(values)
        np.testing.assert_array_equal(np.isnan(found[name]), np.isnan(values), err_msg=name)
        scale = np.abs(np.where(known, values, 0.0)).max() or 1.0
        np.testing.assert_allclose(found[name][known], values[known], rtol=0, atol=1e-9 * scale, err_msg=name)
    for name in ("n_labs_active", "n_distillers_active"):
        np.testing.assert_array_equal(found[name], expected[name])


def test_without_jax_the_compiled_engine_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engines, "has_jax", lambda: False)
    with pytest.raises(InputError, match="needs JAX"):
        engines.choose("compiled")
    assert engines.choose("auto", load_scenario("baseline"), 100_000) == "batch"
    assert engines.warm_up() is None
