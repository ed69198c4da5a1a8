"""What two naive forecasts say of facts of history, calculated again from what is shipped; and their scores."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from econsim.errors import InputError
from econsim.evidence import fact, open_closed_gap, open_closed_lags, open_closed_prices, ratio
from econsim.evidence.history_facts import history
from econsim.evidence.readings import NOMINAL
from econsim.posterior import posterior
from econsim.studies.calibrate import FORECASTS
from econsim.studies.history_scoring import naive_scores

GPT4_ARRIVED = datetime.date(2023, 3, 14)


def said(name: str) -> tuple[float, float]:
    one = history().fact(name)
    assert one.no_change is not None and one.trend is not None
    return one.no_change, one.trend


def years(first: str | datetime.date, last: str | datetime.date) -> float:
    return (pd.Timestamp(last) - pd.Timestamp(first)).days / 365.25


def value(name: str) -> float:
    return float(history().fact(name).value)


def number(key: str) -> float:
    found = fact(key).value
    assert found is not None
    return float(found)


def strict_lags_before(name: str) -> pd.DataFrame:
    """Strict matches that had been seen when the model of the fact arrived, by the date of the closed model."""
    since = pd.Timestamp(history().fact(name).arguments["since"])
    lags = open_closed_lags()
    lags = lags[(lags["tolerance"] == 0) & lags["lag_months"].notna()]
    matched = lags["date"] + pd.to_timedelta(lags["lag_months"] * 365.25 / 12.0, unit="D")
    return lags[matched < since].sort_values("date", kind="stable")


def test_lags_keep_the_mean_of_the_three_before_o3():
    three = strict_lags_before("F13").tail(3)
    assert list(three["closed_model"]) == ["Claude 3.5 Sonnet", "o1-preview", "o1-mini"]
    assert said("F13") == pytest.approx((three["lag_months"].iloc[-1], three["lag_months"].mean()), rel=0.002)


def test_lags_go_on_shrinking_before_o1():
    opus, turbo = strict_lags_before("F11a")["lag_months"].tail(2)
    assert said("F11a") == pytest.approx((turbo, turbo**2 / opus), rel=0.01)


def test_the_lag_behind_gpt4_from_points_and_their_growth():
    gap = open_closed_gap()["gap"].iloc[0]
    assert said("F03")[1] == pytest.approx(12.0 * gap / 8.0, rel=0.005)


def test_gaps_and_backward_lags_of_the_year_before():
    table = open_closed_gap().set_index("month")
    by_year = table.groupby(table.index.year)[["gap", "backward_lag_months"]].mean()
    for name, column, unit in (("F15a", "backward_lag_months", 1.0), ("F15b", "gap", history().eci_points_per_nat)):
        before, last = by_year[column][2023] / unit, by_year[column][2024] / unit
        assert said(name) == pytest.approx((last, last * last / before), rel=0.01), name
    fall = table["gap"]["2023-12-31"] / table["gap"]["2023-03-31"]
    assert said("F09") == pytest.approx((1.0, fall ** (13.0 / 9.0)), rel=0.002)


@pytest.mark.parametrize("name", ["F04a", "F04b"])
def test_equal_performance_gets_ten_times_cheaper_a_year(name):
    passed = years(GPT4_ARRIVED, history().fact(name).arguments["at"])
    assert said(name) == pytest.approx((1.0, 10.0**-passed), rel=0.003)
    assert said("F05") == (1.0, 10.0)


def test_prices_go_on_falling_as_they_did_or_faster():
    arguments = history().fact("F18").arguments
    passed, pace = years(arguments["level_at"], arguments["at"]), value("F05")
    assert said("F18") == pytest.approx((pace**passed, (pace * pace / 10.0) ** passed), rel=0.003)


def test_the_price_of_the_best_model_goes_on_as_from_60_dollars():
    fall = math.log(37.5 / 60.0) / years("2021-11-15", GPT4_ARRIVED)
    assert said("F20") == pytest.approx((0.0, fall), abs=0.005)


def test_the_best_open_model_beside_the_cheapest_closed_one():
    table = open_closed_prices().set_index("open_model")
    early, late = table.loc["Llama 3.1-405B"], table.loc["DeepSeek-V3"]
    first, last = early["price_ratio_cheapest"], late["price_ratio_cheapest"]
    passed = years(late["date"], history().fact("F11b").arguments["at"]) / years(early["date"], late["date"])
    assert said("F11b") == pytest.approx((last, last * (last / first) ** passed), rel=0.01)


def test_counts_of_organisations():
    march, december = number("labs.1e25.2023-03"), number("labs.1e25.2023-12")
    assert said("F06") == pytest.approx((march, march + 0.75), abs=0.051)
    assert said("F07") == pytest.approx((december, december + (december - march) / 0.75), abs=0.051)


def nominal(over: str, under: str) -> float:
    """Through the code's own ratio, which refuses another basis or unit, and another year but for a deflator."""
    return ratio(fact(over), fact(under), deflator=NOMINAL).value


def test_money():
    for over, under in (("rev.openai.2024", "rev.openai.2023"), ("rev.openai.2025", "rev.openai.2024")):
        with pytest.raises(InputError, match="state a deflator"):
            ratio(fact(over), fact(under))
    assert "nominal" in history().fact("R1").rule
    assert value("R1") == pytest.approx(nominal("rev.openai.2025", "rev.openai.2024"), rel=0.002)
    assert said("R1") == pytest.approx((nominal("rev.openai.2024", "rev.openai.2023"),) * 2)
    research = ratio(fact("rd.openai2024.rd_compute"), fact("rev.openai.2024")).value
    assert "computing" in fact("rd.openai2024.rd_compute").quantity
    assert "computing" in (history().fact("F23a").naive or "")
    assert said("F23a") == pytest.approx((research, research * 2.4 / 1.85), rel=0.002)
    rates = (20e9 + number("rev.anthropic.2025arr")) / 4e6
    assert said("R2") == pytest.approx((rates, rates * value("R1") ** 0.25), rel=0.002)


def test_the_scores_that_are_shipped_are_those_of_the_facts():
    facts = history().facts
    for dealt in posterior().provenance["held_out"]:
        for forecast in FORECASTS:
            found = []
            for fold in dealt["folds"]:
                held = {row["id"] for row in fold["facts"]}
                known, unseen = ([one for one in facts if (one.id in held) == wanted] for wanted in (False, True))
                found.append(naive_scores(known, unseen, forecast))
            assert dealt["naive"][forecast] == pytest.approx(np.concatenate(found).mean(), rel=1e-9)
