"""The ensemble `calibrated`: what it takes from the posterior, and what it leaves to a scenario's own priors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from model_helpers import baseline, same, world_of

from econsim.ensemble_words import UNSEEN, reservations, standing
from econsim.kept_worlds import KeptWorlds
from econsim.name_words import words
from econsim.parameter_book import book
from econsim.posterior import posterior
from econsim.results import simulate
from econsim.runs import Settings, run_worlds
from econsim.scenario import load_scenario
from econsim.scenario_schema import ENSEMBLES

ROOT = Path(__file__).resolve().parents[1]
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


def test_it_is_what_runs_draw_from_unless_something_else_is_asked_for():
    usual = simulate(baseline(quarters=8), draws=4, engine="batch")
    assert usual.ensemble == "calibrated"
    wished = simulate(baseline(quarters=8, ensemble="prior"), draws=4, engine="batch")
    asked = simulate(baseline(quarters=8), draws=4, ensemble="prior", engine="batch")
    assert wished.ensemble == asked.ensemble == "prior"
    assert wished.run_id == asked.run_id != usual.run_id
    again = simulate(baseline(quarters=8, ensemble="prior"), draws=4, ensemble="calibrated", engine="batch")
    assert again.run_id == usual.run_id


def test_draws_that_are_kept_are_those_of_the_scenario():
    """Which columns come from the posterior depends on a scenario's priors, so kept draws must not be shared."""
    kept = KeptWorlds()
    settings = Settings(draws=4, engine="batch", keep="summaries")
    own = {"leakage_rate": {"low": 0.1, "default": 0.2, "high": 0.4}}
    for scenario in (baseline(quarters=8), baseline(quarters=8, **own), baseline(quarters=8)):
        (told,) = run_worlds([scenario], settings, kept=kept)
        (fresh,) = run_worlds([scenario], settings)
        for name, values in fresh.metrics.items():
            assert same(told.metrics[name], values), name


def test_what_it_does_not_cover_is_told():
    """Parameters that keep their priors, what was on where it was calibrated, and policy."""
    told = " ".join(reservations(baseline(), "calibrated"))
    for name in OF_THE_START - {"budget_growth"}:
        assert words(name) in told
    assert "leakage rate" not in told
    assert "small models of the labs' own, which this scenario leaves out" in told
    assert "effect of a policy" in told
    own = baseline(leakage_rate={"low": 0.1, "default": 0.2, "high": 0.4})
    assert "leakage rate" in reservations(own, "calibrated")[0]
    at_home = reservations(load_scenario("history-2023"), "calibrated")
    assert at_home == (UNSEEN,)
    assert reservations(baseline(), "prior") == ()


def test_the_words_count_the_shipped_facts():
    found = posterior()
    assert standing("calibrated") == (
        f"calibrated on {len(found.facts)} facts since March 2023, {len(found.missed)} of them missed"
    )
    assert {standing(name) for name in ENSEMBLES} and "not calibrated" in standing("prior")


def test_documents_count_as_the_shipped_files_do():
    found = posterior()
    facts, missed = len(found.facts), len(found.missed)
    grouped, single = found.provenance["held_out"]
    words = {
        "README.md": (
            f"{facts} facts since March 2023",
            f"It misses {missed} of them",
            f"holds {grouped['inside']} of {facts} with related ones left out together",
            f"together and {single['inside']} of {facts} one by one",
        ),
        "docs/model-card.md": (
            f"{grouped['inside']} of {facts} lie inside its 90% ranges, one by one {single['inside']}",
            f"{grouped['inside_by_majority']} and {single['inside_by_majority']}",
        ),
        "docs/history.md": (
            found.provenance["command"],
            *(f"{one['inside']} of {facts}, {one['inside'] / facts:.0%}" for one in (grouped, single)),
            *(f"{one['inside_by_majority']} of {facts} ({one['inside_by_majority'] / facts:.0%})"
              for one in (grouped, single)),
            *(f"{one['inside']} of {facts} inside the 90% range, {one['inside_by_majority']} if a sign needs more than "
              f"half of the draws; mean interval score {one['score']:.1f}, against no change "
              f"{one['naive']['no_change']:.1f}, trend continuation {one['naive']['trend']:.1f}."
              for one in (grouped, single)),
        ),
        "docs/uncertainty.md": (f"{facts} facts since March 2023",),
    }  # fmt: skip
    for name, told in words.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        for one in told:
            assert one in text, (name, one)
