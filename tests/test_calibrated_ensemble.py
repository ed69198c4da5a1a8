"""The ensemble `calibrated`: what it takes from the posterior, and what it leaves to a scenario's own priors."""

from __future__ import annotations

import numpy as np
from model_helpers import baseline, same, world_of

from econsim.parameter_book import book
from econsim.posterior import posterior
from econsim.results import simulate
from econsim.scenario import load_scenario

# What describes the start of 2023 and nothing else: its prior there is not that of 2026.
OF_THE_START = {
    "initial_ai_share",
    "budget_growth",
    "training_cost",
    "cumulative_rd",
    "lab_cash",
    "lab_fixed_cost",
    "distiller_fixed_cost",
    "entry_cost",
}


def drawn(scenario, ensemble, draws=64):
    parameters = vars(world_of(scenario, draws=draws, ensemble=ensemble).parameters)
    return {name: np.asarray(parameters[name]) for name in book().parameters}


def test_what_describes_the_start_of_2023_stays_there():
    """At the baseline the start has its own priors; without the switch, labs' small models are not drawn."""
    prior, calibrated = drawn(baseline(), "prior"), drawn(baseline(), "calibrated")
    moved = {name for name in prior if not same(prior[name], calibrated[name])}
    uncertain = {name for name, one in book().parameters.items() if one.uncertain}
    assert moved == uncertain - OF_THE_START


def test_where_it_was_calibrated_all_of_it_counts():
    prior, calibrated = (drawn(load_scenario("history-2023"), one) for one in ("prior", "calibrated"))
    moved = {name for name in prior if not same(prior[name], calibrated[name])}
    assert moved == set(posterior().values)


def test_values_are_rows_of_the_posterior():
    """Each draw's parameters come from one row, so that what goes together stays together."""
    found = drawn(load_scenario("history-2023"), "calibrated")
    rows = np.stack([posterior().values[name] for name in ("leakage_rate", "copy_cost_ratio", "budget_growth")])
    for draw in range(64):
        mine = np.array([found[name][draw] for name in ("leakage_rate", "copy_cost_ratio", "budget_growth")])
        assert np.isclose(rows, mine[:, None], rtol=1e-6).all(axis=0).any()


def test_rows_are_drawn_by_their_weight():
    values, weight = posterior().values["leakage_rate"], posterior().weight
    found = drawn(baseline(), "calibrated", draws=1024)["leakage_rate"]
    np.testing.assert_allclose(found.mean(), (values * weight).sum(), rtol=0.01)


def test_a_prior_of_its_own_and_a_number_stay_as_they_are():
    own = {"leakage_rate": {"default": 0.3, "low": 0.2, "high": 0.4}, "lab_premium": 0.5}
    prior, calibrated = drawn(baseline(**own), "prior"), drawn(baseline(**own), "calibrated")
    assert same(prior["leakage_rate"], calibrated["leakage_rate"])
    assert calibrated["lab_premium"] == 0.5


def test_half_of_a_run_is_the_run_of_half_the_draws():
    whole, half = drawn(baseline(), "calibrated", 40), drawn(baseline(), "calibrated", 20)
    assert all(same(whole[name][:20], half[name]) for name, one in book().parameters.items() if one.uncertain)


def test_a_scenario_can_wish_for_it():
    found = simulate(baseline(quarters=8, ensemble="calibrated"), draws=4, engine="batch")
    assert found.ensemble == "calibrated"
    assert found.run_id != simulate(baseline(quarters=8), draws=4, engine="batch").run_id
