"""`adopt`: numbers equal to the run and the rules they come from, sentences equal to the numbers, bad input named."""

from __future__ import annotations

import numpy as np
import pytest

import econsim
from econsim import InputError, load_scenario
from econsim.chunks import drawn_parameters
from econsim.fidelity.budgets import FULL_SET_SAMPLES
from econsim.fidelity.lessons import loss_ratios
from econsim.fidelity.profile import retained
from econsim.fidelity.spectra import spectrum, tail_retention_behind
from econsim.rules.fidelity.refinement import COMMON_BANDS
from econsim.runs import Settings
from econsim.studies.adoption import share_behind_way

DRAWS = 24
HOW = {"draws": DRAWS, "engine": "batch", "scenario": load_scenario("baseline").with_(quarters=24)}


@pytest.fixture(scope="module")
def scored():
    return econsim.adopt(0.9, discount=0.5, **HOW)


@pytest.fixture(scope="module")
def as_sold():
    return econsim.adopt(**HOW)


def test_gaps_are_those_of_the_run(as_sold):
    result = econsim.simulate(HOW["scenario"], draws=DRAWS, engine="batch")
    assert as_sold.result.run_id == result.run_id
    known = np.isfinite(as_sold.values["true_gap"])
    assert 0 < known.sum() <= DRAWS
    for name, metric in (("true_gap", "tail_gap_true"), ("believed_gap", "tail_gap_believed")):
        np.testing.assert_array_equal(as_sold.values[name][known], result.values(metric)[known])


@pytest.mark.parametrize("which", ["scored", "as_sold"])
def test_rules_in_every_future(which, request):
    """beta w (true - believed), and 1 - exp(-beta w true gap), with each future's own value of capability."""
    found = request.getfixturevalue(which)
    p = drawn_parameters(HOW["scenario"], Settings(DRAWS, 0, "calibrated"), DRAWS)
    value, weight = p["capability_value"], 0.1 * 5.0 / (0.9 + 0.5)
    true_gap, believed = found.values["true_gap"], found.values["believed_gap"]
    np.testing.assert_allclose(found.values["hidden_shortfall"], value * weight * (true_gap - believed), rtol=1e-12)
    np.testing.assert_allclose(found.values["break_even_discount"], -np.expm1(-value * weight * true_gap), rtol=1e-12)
    assert (found.values["break_even_with_visible"] >= found.values["break_even_discount"] - 1e-12)[
        np.isfinite(true_gap)
    ].all()


def test_a_score_pins_the_visible_gap(scored):
    result = scored.result
    reach = result.values("frontier_capability") - result.values("public_capability")
    known = np.isfinite(scored.values["true_gap"])
    np.testing.assert_allclose(scored.values["visible_gap"][known], 0.1 * reach[known])
    assert (scored.values["true_gap"][known] <= 0.9 * reach[known] + 1e-9).all()


def test_what_makes_the_copy_less_attractive(scored):
    """More at stake in the tail, and a discount that is smaller."""
    more = econsim.adopt(0.9, discount=0.5, tail_share=0.3, **HOW)
    assert more.row("break_even_discount")["median"] > scored.row("break_even_discount")["median"]
    assert more.worth_it() <= scored.worth_it()
    assert econsim.adopt(0.9, discount=0.99, **HOW).worth_it() >= scored.worth_it()
    assert econsim.adopt(0.9, discount=0.0, **HOW).worth_it() == 0.0


def test_a_perfect_copy_hides_next_to_nothing():
    found = econsim.adopt(1.0, **HOW)
    assert found.row("break_even_discount")["median"] < 0.02
    assert found.test_cases["other_benchmarks"] is None
    assert "no gap to test for" in found.finding


def test_test_cases(scored):
    gaps, cases = scored.pass_rate_gaps, scored.test_cases
    usual = spectrum(samples=FULL_SET_SAMPLES)
    rare = usual.bands[usual.bands["band"] > COMMON_BANDS]
    tail, public = retained(rare, "deployed"), usual.base_visible
    assert gaps["law"] == pytest.approx(0.8 * (public + 0.9 * (1.0 - public) - tail), rel=1e-6)
    for name, gap in gaps.items():
        assert cases[name] == int(np.ceil((1.645 + 0.842) ** 2 * 0.16 / gap**2))
    given = econsim.adopt(0.9, pass_rate_gap=0.1, **HOW)
    assert given.test_cases == {"given": 99}
    assert "99 of your own tail cases" in given.finding


def test_the_way_is_no_share_of_the_teachers_score(scored):
    """Public knowledge has most of the score already: a copy halfway to the original shows more than half of it."""
    usual = spectrum(samples=FULL_SET_SAMPLES)
    public, shown = usual.base_visible, usual.visible
    assert share_behind_way((shown - public) / (1.0 - public)) == pytest.approx(shown)
    assert 0.5 < share_behind_way(0.0) == public < share_behind_way(0.5) < share_behind_way(1.0) == 1.0
    assert scored.share_of_teacher == share_behind_way(0.9) > 0.9
    other = scored.pass_rate_gaps["other_benchmarks"]
    assert other == pytest.approx(
        0.8 * (np.median(list(loss_ratios().values())) - 1.0) * (1.0 - scored.share_of_teacher)
    )
    (note,) = [one for one in scored.notes if "of the way" in one]
    assert f"{100 * share_behind_way(0.9):.0f}% of the teacher's score" in note and f"shows {100 * public:.0f}%" in note


def test_tail_behind_a_score():
    kept = [tail_retention_behind(score) for score in (0.3, 0.6, 0.9, 0.97)]
    assert (np.diff(kept) > 0.0).all()
    assert all(tail < score for tail, score in zip(kept, (0.3, 0.6, 0.9, 0.97), strict=True))


def test_sentences_are_computed(scored):
    needed = scored.row("break_even_discount")
    assert f"{100 * needed['median']:.0f}%" in scored.verdict
    assert "At a discount of 50%" in scored.verdict
    worth = "is worth" if scored.worth_it() > 0.5 else "is not worth"
    assert worth in scored.verdict
    cents = 100.0 * scored.row("hidden_shortfall")["median"]
    assert f"{cents:.1f} cents" in scored.finding
    assert scored.summary()["verdict"] == scored.verdict
    assert any("water_filling" in note for note in scored.notes)


def test_identity(scored):
    again = econsim.adopt(0.9, discount=0.5, **HOW)
    assert again.identity == scored.identity
    assert econsim.adopt(0.9, discount=0.4, **HOW).identity != scored.identity


def test_where_nobody_copies_there_is_nothing_to_choose():
    dear = HOW["scenario"].with_(copy_cost_ratio=1.0, entry_cost=1e4, distiller_fixed_cost=1e3)
    found = econsim.adopt(draws=4, engine="batch", scenario=dear, ensemble="default")
    if found.known == 0:
        assert found.finding.startswith("Nothing to choose")
        assert found.summary()["worth_it_in"] is None
    with pytest.raises(InputError, match="copying switched off"):
        econsim.adopt(scenario=load_scenario("copying-off"), draws=4)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"benchmark_score": 90},
            "benchmark_score: must be a number in range (got 90); allowed: above 0 to 1, a share of the way to ",
        ),
        ({"benchmark_score": 0.0}, "benchmark_score"),
        ({"discount": 1.0}, "discount: must be a number in range (got 1.0); allowed: 0 to below 1"),
        ({"tail_share": -0.1}, "tail_share"),
        ({"failure_cost": float("inf")}, "failure_cost"),
        ({"pass_rate": 1.0}, "pass_rate"),
        ({"pass_rate_gap": 0.0}, "pass_rate_gap"),
        ({"discount": True}, "discount"),
        ({"scenario": "basline"}, "did you mean 'baseline'"),
        ({"ensemble": "priors"}, "did you mean 'prior'"),
    ],
)
def test_bad_input_is_named(settings, says):
    with pytest.raises(InputError) as caught:
        econsim.adopt(**{"draws": 4, **settings})
    assert says in str(caught.value)
