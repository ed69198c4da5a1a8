"""Every fidelity law, also one that is registered tomorrow: what any account of lossy copying has to satisfy."""

from __future__ import annotations

import numpy as np
import pytest
from rules.random_markets import latin_hypercube

from econsim.arrays import NUMPY
from econsim.rules import fidelity

DRAWS = 200
EFFORTS = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 241)])


@pytest.fixture(params=sorted(fidelity.LAWS))
def law(request: pytest.FixtureRequest) -> str:
    """Name of a registered law."""
    return request.param


@pytest.fixture(scope="module")
def context() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tail weight as measured, retention exponent and tail complexity over their ranges; (1, 1, draw) each."""
    box = latin_hypercube(("retention_exponent", "tail_complexity"), DRAWS, seed=1)
    weight = np.concatenate([[0.0, 1.0, 1e-9], np.random.default_rng(1).uniform(0.0, 0.5, DRAWS - 3)])
    return tuple(part.reshape(1, 1, -1) for part in (weight, box["retention_exponent"], box["tail_complexity"]))


def losses(law: str, effort: np.ndarray, context: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Head and tail loss, (effort, 1, draw) each."""
    head, tail = fidelity.LAWS[law].lost_shares(effort.reshape(-1, 1, 1), *context, NUMPY)
    full = np.zeros((len(effort), 1, DRAWS))
    return head + full, tail + full


def test_losses_are_shares(law, context):
    for loss in losses(law, EFFORTS, context):
        assert (loss >= 0.0).all()
        assert (loss <= 1.0).all()


def test_nothing_is_kept_without_effort(law, context):
    for loss in losses(law, np.array([0.0]), context):
        np.testing.assert_allclose(loss, 1.0, rtol=1e-12)


def test_effort_never_hurts(law, context):
    for loss in losses(law, EFFORTS, context):
        assert (np.diff(loss, axis=0) <= 1e-12).all()


def test_effort_is_worth_something(law, context):
    """The head within reach of real budgets; the tail, where evaluators weigh it at all, in the limit."""
    head, tail = losses(law, np.array([1e4, 1e20]), context)
    assert (head[0] < 0.5).all()
    assert (tail[1] < 1.0).mean() > 0.9


@pytest.mark.parametrize("effort", [0.0, 1e-300, 1e-12, 1e12, 1e300])
def test_extremes_are_finite(law, context, effort):
    with np.errstate(divide="ignore"):  # a loss may round to nothing, and its logarithm to minus infinity
        found = losses(law, np.array([effort]), context)
    for loss in found:
        assert np.isfinite(loss).all()
        assert ((loss >= 0.0) & (loss <= 1.0)).all()


def test_losses_are_smooth_almost_everywhere(law, context):
    """Left and right difference quotients agree but at a kink or two."""
    effort = np.geomspace(1e-3, 1e3, 400)
    step = 1e-5 * effort
    for index in range(2):
        here, left, right = (losses(law, point, context)[index] for point in (effort, effort - step, effort + step))
        wide = step.reshape(-1, 1, 1)
        before, after = (here - left) / wide, (right - here) / wide
        scale = np.maximum(np.abs(before), np.abs(after)) + 1e-6 / effort.reshape(-1, 1, 1)
        assert ((np.abs(after - before) > 1e-3 * scale).sum(axis=0) <= 2).all()


def measured_gain(law: str, worth: np.ndarray, effort: np.ndarray, context: tuple) -> np.ndarray:
    """Value times measured retention less effort: the head has weight 1 - a in what evaluators see, the tail a."""
    weight, exponent, complexity = context
    weight = np.minimum(weight, complexity / (1.0 + complexity)) if law == "water_filling" else weight
    head, tail = fidelity.LAWS[law].lost_shares(effort, weight, exponent, complexity, NUMPY)
    return worth * ((1.0 - weight) * (1.0 - head) + weight * (1.0 - tail)) - effort


@pytest.mark.parametrize("worth", [0.0, 1e-3, 0.9, 1.3, 3.0, 30.0, 1e3, 1e6])
def test_best_effort_beats_a_grid(law, context, worth):
    grid = np.concatenate([[0.0, 1.0], np.geomspace(1e-4, 1e7, 4001)]).reshape(-1, 1, 1)
    value = np.full((1, 1, DRAWS), worth)
    best = fidelity.LAWS[law].best_effort(value, *context, NUMPY)
    assert best.shape == (1, 1, DRAWS)
    assert (best >= 0.0).all()
    chosen = measured_gain(law, value, best, context)
    on_grid = measured_gain(law, value, grid, context).max(axis=0, keepdims=True)
    assert (chosen >= on_grid - 1e-12 * max(worth, 1.0)).all()


@pytest.mark.parametrize("worth", [0.0, 1e-300, 1e300])
def test_best_effort_is_finite_at_extremes(law, context, worth):
    best = fidelity.LAWS[law].best_effort(np.full((1, 1, DRAWS), worth), *context, NUMPY)
    assert np.isfinite(best).all()
    assert (best >= 0.0).all()


@pytest.mark.parametrize("ceiling", [0.0, 0.6, 1.0])
def test_no_copy_keeps_more_than_the_ceiling(law, context, ceiling):
    budget = EFFORTS.reshape(-1, 1, 1) * 50.0
    base = np.full((1, 1, DRAWS), 50.0)
    capped = fidelity.lost_shares(law, budget, base, *context, ceiling, NUMPY)
    for loss, free in zip(capped, losses(law, EFFORTS, context), strict=True):
        np.testing.assert_allclose(1.0 - loss, ceiling * (1.0 - free), atol=1e-15)
        assert (1.0 - loss <= ceiling + 1e-15).all()


def test_budgets_scale_with_their_cost_base(law, context):
    """Only effort per cost base counts: dearer copying of a dearer model keeps the same shares."""
    value = np.full((1, 1, DRAWS), 40.0)
    small, large = (fidelity.best_budget(law, value * k, 8.0 * k, *context, NUMPY) for k in (1.0, 3.7))
    np.testing.assert_allclose(large, 3.7 * small, rtol=1e-12)
    kept = [fidelity.lost_shares(law, b, 8.0 * k, *context, 1.0, NUMPY) for b, k in ((small, 1.0), (large, 3.7))]
    for one, other in zip(*kept, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_worthless_copy_gets_no_budget(law, context):
    for value in (0.0, -5.0):
        budget = fidelity.best_budget(law, np.full((1, 1, DRAWS), value), 8.0, *context, NUMPY)
        np.testing.assert_array_equal(budget, 0.0)


def test_free_copying_does_not_divide_by_zero(law, context):
    budget = fidelity.best_budget(law, np.full((1, 1, DRAWS), 40.0), 0.0, *context, NUMPY)
    assert np.isfinite(budget).all()
    for loss in fidelity.lost_shares(law, budget, 0.0, *context, 1.0, NUMPY):
        assert np.isfinite(loss).all()


JAX_DRAWS = 16


def test_every_law_in_the_compiled_namespace(law, context):
    """The same numbers in JAX: what the compiled engine does with a law, without compiling an economy."""
    pytest.importorskip("jax")
    import jax

    from econsim.engines.jax_namespace import JaxArrays

    few = tuple(part[..., :JAX_DRAWS] for part in context)
    effort = np.geomspace(1e-9, 1e6, JAX_DRAWS).reshape(1, 1, -1)
    worth = np.geomspace(1e-3, 1e5, JAX_DRAWS).reshape(1, 1, -1)
    rules = fidelity.LAWS[law]
    with jax.enable_x64(True), np.errstate(divide="ignore"):
        for processor in (True, False):
            xp = JaxArrays(processor)
            for found, expected in zip(
                (*rules.lost_shares(effort, *few, xp), rules.best_effort(worth, *few, xp)),
                (*rules.lost_shares(effort, *few, NUMPY), rules.best_effort(worth, *few, NUMPY)),
                strict=True,
            ):
                np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-13)
