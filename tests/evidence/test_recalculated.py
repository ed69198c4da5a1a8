"""Facts that we calculated ourselves, calculated again from the tables that they came from."""

from __future__ import annotations

import numpy as np
import pytest

from econsim import evidence


def as_fact(key: str) -> tuple[float, float | None, float | None]:
    one = evidence.fact(key)
    return one.value, one.low, one.high


@pytest.mark.parametrize("date", ["2023-03", "2023-12", "2024-06", "2024-12", "2025-06"])
def test_models_and_organisations_above_1e25_flop(date):
    runs = evidence.training_runs()
    found = runs[(runs["training_flop"] >= 1e25) & (runs["date"].dt.strftime("%Y-%m") <= date)]
    assert as_fact(f"models.1e25.{date}")[0] == len(found)
    assert as_fact(f"labs.1e25.{date}")[0] == found["organisation"].nunique()


@pytest.mark.parametrize(
    ("key", "model", "column"),
    [
        ("train.gpt4.amortised", "GPT-4 (Mar 2023)", "cost_amortised"),
        ("train.gpt4.cloud", "GPT-4 (Mar 2023)", "cost_cloud"),
        ("train.gpt4.upfront", "GPT-4 (Mar 2023)", "cost_upfront"),
        ("train.llama31_405b.amortised", "Llama 3.1-405B", "cost_amortised"),
        ("train.claude35s.amortised", "Claude 3.5 Sonnet", "cost_amortised"),
        ("train.grok3.amortised", "Grok 3", "cost_amortised"),
        ("train.grok3.cloud", "Grok 3", "cost_cloud"),
        ("train.gpt45.amortised", "GPT-4.5", "cost_amortised"),
        ("train.grok4.amortised", "Grok 4", "cost_amortised"),
        ("train.grok4.upfront", "Grok 4", "cost_upfront"),
        ("train.gpt35.amortised", "GPT-3.5 (davinci-002)", "cost_amortised"),
        ("copy.dsv3.final_2023usd", "DeepSeek-V3", "cost_amortised"),
    ],
)
def test_costs_are_those_of_the_table(key, model, column):
    row = evidence.training_runs().set_index("model").loc[model]
    assert as_fact(key)[0] == pytest.approx(row[column], rel=0.005)
    basis = row["cost_basis"] if column == "cost_amortised" and row["cost_basis"] else column.removeprefix("cost_")
    assert evidence.fact(key).basis == basis


def test_the_price_of_what_gpt4_could_do():
    panel = evidence.price_panel().sort_values("date")
    panel = panel[panel["eci"] >= 126.0]
    first, cheapest = panel.iloc[0], panel.loc[panel["blended_price"].idxmin()]
    years = (cheapest["date"] - first["date"]).days / 365.25
    fall = first["blended_price"] / cheapest["blended_price"]
    assert fall == pytest.approx(306.0, abs=0.5) and years == pytest.approx(1.75, abs=0.01)
    assert as_fact("price.own.gpt4level")[0] == pytest.approx(fall ** (1.0 / years), rel=0.02)


def test_open_models_behind_closed_ones():
    gap = evidence.open_closed_gap()
    year = gap[gap["month"].dt.year == 2025]
    for key, column in (("lag.own.backward.2025", "backward_lag_months"), ("gap.own.eci", "gap")):
        found = (year[column].mean(), year[column].min(), year[column].max())
        assert as_fact(key) == pytest.approx(found, abs=0.05)
    lags = evidence.open_closed_lags()
    found = lags[(lags["closed_model"] == "o1-preview") & (lags["tolerance"] == 0)]["lag_months"]
    assert as_fact("lag.o1_open")[0] == found.item()


def test_compute_of_followers():
    pairs = evidence.follower_leader_compute()
    later = pairs[pairs["lag_months"] > 0]["flop_ratio"]
    assert len(later) == 10
    assert as_fact("copy.ratio.compute")[0] == pytest.approx(later.median(), abs=0.005)
    shares = [as_fact(f"rd.final_run_share.{who}")[0] for who in ("leader", "follower")]
    assert as_fact("copy.ratio.total")[0] == pytest.approx(as_fact("copy.ratio.compute")[0] * shares[0] / shares[1])


def test_ratios_that_mix_bases_say_so():
    for key, over, under in (
        ("copy.ratio.sft_only", "copy.alpaca", "train.gpt35.amortised"),
        ("copy.ratio.finalcost", "copy.dsv3.final_2023usd", "train.claude35s.amortised"),
    ):
        assert as_fact(key)[0] == pytest.approx(as_fact(over)[0] / as_fact(under)[0], rel=0.03)
        assert evidence.fact(over).basis != evidence.fact(under).basis
        assert evidence.fact(key).basis == "mixed"


def test_what_the_copy_of_r1_gained_and_kept():
    rows = evidence.teacher_student()
    rows = rows[(rows["student"] == "R1-Distill-Qwen-32B") & (rows["source"] == "qwen3")]
    gain = rows["student_score"] - rows["base_score"]
    for measured, gained, kept in ((True, "measured_gain", "visible"), (False, "other_gain", "hidden")):
        chosen = rows["measured"] == measured
        assert chosen.sum() == (4 if measured else 18)
        assert as_fact(f"quality.r1distill32b.{gained}")[0] == pytest.approx(gain[chosen].mean(), abs=0.005)
        assert as_fact(f"quality.r1distill32b.{kept}")[0] == pytest.approx(rows["retention"][chosen].mean(), abs=5e-4)


def test_open_models_beside_the_cheapest_closed_one():
    found = evidence.open_closed_prices()["price_ratio_cheapest"]
    assert as_fact("open.discount.own_cheapest") == pytest.approx((found.median(), found.min(), found.max()), rel=0.01)


def test_small_models_beside_their_flagships():
    pairs, panel = evidence.tier_pairs(), evidence.price_panel().set_index("model")
    flagship, small = panel.loc[pairs["flagship"]], panel.loc[pairs["small"]]
    assert (flagship["organisation"].array == small["organisation"].array).all()
    gap, ratio = (
        flagship["eci"].array - small["eci"].array,
        small["blended_price"].array / flagship["blended_price"].array,
    )
    assert pairs["gap"].to_numpy() == pytest.approx(np.asarray(gap), abs=0.006)
    assert pairs["price_ratio"].to_numpy() == pytest.approx(np.asarray(ratio), abs=6e-5)
    assert as_fact("tier.gap") == pytest.approx((np.mean(gap), min(gap), max(gap)), abs=0.01)
    assert as_fact("tier.price_ratio") == pytest.approx((np.median(ratio), min(ratio), max(ratio)), rel=0.01)


def test_points_of_the_index_for_a_nat():
    frontier = evidence.open_closed_gap()["best_closed"]
    gained, years = frontier.iloc[-1] - frontier.iloc[0], 2.8
    slow, fast = (years * np.log(compute * gain) for compute, gain in ((4.0, 2.2), (5.0, 2.8)))
    assert as_fact("cap.points_per_nat")[1:] == pytest.approx((gained / fast, gained / slow), abs=0.1)


def test_growth_rates_follow_from_their_halving_and_doubling_times():
    halving = evidence.convert(evidence.fact("algo.halving"), "years").value
    assert 2.0 ** (1.0 / halving) == pytest.approx(2.8, abs=0.05)
    for key, doubling in (("hw.priceperf.gpu", 2.46), ("hw.priceperf.mlgpu", 2.07)):
        assert as_fact(key)[0] == pytest.approx(2.0 ** (1.0 / doubling), abs=0.01)
    assert as_fact("algo.catchup")[0] == pytest.approx(np.sqrt(16.0 * 60.0), rel=0.05)
    assert as_fact("algo.gundlach")[0] ** (1.0 / 11.0) == pytest.approx(2.2, abs=0.05)


def test_the_two_coefficients_of_the_distillation_law():
    assert as_fact("scaling.distillation_data")[1:] == pytest.approx((0.3864 * 0.7142, 0.637 * 0.764), abs=1e-3)
