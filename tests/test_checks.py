"""`econsim check`: it passes on the model as shipped, says what it found, and fails where something is broken."""

from __future__ import annotations

import re

import numpy as np
import pytest
from model_helpers import baseline, box_world, run, same, world_of

from econsim import audit as auditing
from econsim import checks
from econsim.audit import USED_UP, audit, cash_miss, merge, walk, welfare_miss
from econsim.checks import CHECKS, Verdict, dead_names, difference, ends_of, run_checks
from econsim.errors import InputError
from econsim.parameter_book import book
from econsim.results import simulate
from econsim.runs import Settings
from econsim.series import observe

IDS = [
    "draws_solved", "prices_solved", "numbers_finite", "shares_in_range", "shares_add_up", "revenue_adds_up",
    "welfare_adds_up", "cash_adds_up", "box_solved", "box_adds_up", "chunks_agree", "engines_agree", "levers_move",
    "parameters_move", "label_changes_nothing", "copying_pays", "copying_pays_at_home",
]  # fmt: skip


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return run_checks(draws=8, scenarios=["baseline", "gate-and-detect"])


@pytest.mark.parametrize("name", IDS)
def test_check_passes(verdicts, name):
    """Every promise is kept by the model as shipped."""
    (verdict,) = [one for one in verdicts if one.id == name]
    assert verdict.passed, verdict.sentence


def test_verdicts_are_complete(verdicts):
    """Always the same, in the same order, each with a number and a sentence that ends."""
    assert [one.id for one in verdicts] == IDS
    for one in verdicts:
        assert isinstance(one.passed, bool)
        assert isinstance(one.number, float)
        assert re.fullmatch(r"[A-Z0-9].*\.", one.sentence)
        assert one.limit is None or not one.passed or one.number <= one.limit


def test_how_often_copying_pays_says_of_which_futures(verdicts):
    """A run of the baseline says it of others, in the same words; with another answer."""
    told = {one.id: one.sentence for one in verdicts}
    for name in ("copying_pays", "copying_pays_at_home"):
        assert "of 8 futures drawn from the priors alone, '--ensemble prior'." in told[name]
    prior, usual = (
        simulate(baseline(), 8, 0, ensemble, keep="summaries").metrics["copying_ever_pays"].mean()
        for ensemble in ("prior", "calibrated")
    )
    (verdict,) = [one for one in verdicts if one.id == "copying_pays"]
    assert verdict.number == prior != usual


@pytest.mark.slow
def test_everything_passes():
    """All shipped scenarios at the defaults."""
    told: list[tuple[int, int]] = []
    found = run_checks(progress=lambda done, asked: told.append((done, asked)))
    assert told == [(done, len(CHECKS)) for done in range(1, len(CHECKS) + 1)]
    assert [one.sentence for one in found if not one.passed] == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"draws": 0}, "draws"),
        ({"seed": -1}, "seed"),
        ({"scenarios": ["bassline"]}, "baseline"),
        ({"scenarios": []}, "scenarios"),
    ],
)
def test_bad_settings_are_named(given, named):
    with pytest.raises(InputError, match=named):
        run_checks(**given)


# ------------------------------------------------------------------------------------- each check can fail


def test_walk_is_what_the_batch_engine_does():
    """The quarters that are audited are those that runs show, bit for bit."""
    world = box_world(5, 6, quarters=14)
    seen = [observe(state, flows, world.parameters, world.frame, auditing.NUMPY) for state, flows in walk(world)]
    found = run(world)
    for name in seen[0]:
        assert same(np.array([one[name] for one in seen]), found[name]), name


@pytest.mark.parametrize("name", [*USED_UP, "lab_revenue", "hidden_loss", "consumer_surplus_anticipated", "welfare"])
def test_a_wrong_account_is_noticed(name):
    """A thousandth too much in any one account breaks the welfare identity."""
    found = run(box_world(6, 32, quarters=30))
    assert welfare_miss(found) <= 1e-9
    found[name] = found[name] * (1.0 + 1e-3)
    assert welfare_miss(found) > 1e-9


@pytest.mark.parametrize("name", ["lab_cash", "lab_profit"])
def test_wrong_cash_is_noticed(name):
    found = run(world_of(baseline(quarters=14), 4))
    assert cash_miss(found) <= 1e-9
    found[name][7] *= 1.0 + 1e-6
    assert cash_miss(found) > 1e-9


def test_wrong_shares_are_noticed():
    world = world_of(baseline(quarters=6), 4)
    state, flows = list(walk(world))[-1]
    assert auditing.share_miss(flows) <= 1e-12
    assert auditing.revenue_miss(state, flows, world.parameters) <= 1e-12
    prices = flows.prices
    wrong = flows._replace(prices=prices._replace(lab_share=0.999 * prices.lab_share))
    assert auditing.share_miss(wrong) > 1e-4
    wrong = flows._replace(prices=prices._replace(lab_spending=0.999 * prices.lab_spending))
    assert auditing.revenue_miss(state, wrong, world.parameters) > 1e-4


def test_failures_are_told(monkeypatch):
    """A draw that does not solve makes the check fail, with its share and the scenario's name."""
    monkeypatch.setattr(auditing, "failed_draws", lambda found: np.array([True, False, False, False]))
    bench = checks._Bench(4, 0, [baseline(quarters=4)], baseline())
    verdict = checks._check_books(bench)[0]
    assert not verdict.passed
    assert verdict.number == 0.25
    assert "25.0% of the draws of baseline could not be solved" in verdict.sentence


def test_a_miss_of_nothing_known_is_no_pass():
    """A NaN is not within its limit, and survives the merging of books."""
    assert not checks._within("x", float("nan"), 1.0, "Something holds", "here").passed
    one = audit([baseline(quarters=3)], Settings(draws=2))
    broken = type(one)(**{**vars(one), "residual": float("nan")})
    assert np.isnan(merge([one, broken]).residual)


def test_listed_faults_are_named():
    verdict = checks._none_of("levers_move", ["royalty_rate", "rd_subsidy"], "All move", "These move nothing")
    assert verdict == Verdict("levers_move", False, 2.0, 0.0, "These move nothing: royalty_rate, rd_subsidy.")


def test_a_difference_between_engines_is_noticed():
    one = np.array([1.0, np.nan, 4.0])
    assert difference(one, one.copy()) == 0.0
    np.testing.assert_allclose(difference(one, np.array([1.0, np.nan, 4.4])), 0.4 / 4.4)
    assert difference(one, np.array([1.0, 2.0, 4.0])) == float("inf")
    assert difference(np.array([np.nan]), np.array([np.nan])) == 0.0
    assert difference(np.zeros(3), np.zeros(3)) == 0.0


def test_dead_names_are_found():
    """Values that a parameter already has move nothing, so it is listed; one that moves is not."""
    assert dead_names({"n_labs": (4,), "planning_horizon": (8.0,), "lab_premium": (0.5,)}) == [
        "n_labs",
        "planning_horizon",
    ]


def test_ends_are_inside_the_bounds():
    for name, parameter in book().parameters.items():
        low, high = ends_of(parameter)
        assert parameter.in_bounds([low, high]), name
        assert low < high, name
        assert parameter.range in (None, (low, high))
