"""What a brief calls a metric, whom it concerns, and whether its change is told in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from econsim.series import Series
from econsim.studies.words import words

_LABS, _BUYERS, _COPIERS, _COPIES, _ALL = "Frontier labs", "Buyers", "Distillers", "Buyers of copies", "Everybody"


@dataclass(frozen=True)
class MetricWords:
    """One metric as readers meet it.

    label    : in the middle of a sentence
    party    : whom it concerns
    relative : whether its change is told in per cent of the status quo; only for what is hardly ever negative, and in
               a brief not where its runs have it negative more often (`directions.in_per_cent`)
    series   : the series that shows it quarter by quarter
    """

    label: str
    party: str
    relative: bool
    series: str

    @property
    def where(self) -> str:
        """In which futures it is defined, where that is not in all of them: follows the word `futures`."""
        if self.series == "hidden_loss":
            return " that have one"
        return " with copies on sale" if self.party in (_COPIES, _COPIERS) else " in which it is defined"

    @property
    def short(self) -> str:
        """In a table, which needs no article."""
        return self.label.removeprefix("the ")


# label, party, told in per cent, series
_KNOWN: dict[str, tuple[str, str, bool, str]] = {
    "rd_investment": ("frontier R&D", _LABS, True, "rd_investment"),
    "rd_relative": ("R&D against a world without copying", _LABS, False, "rd_investment"),
    "frontier_growth": ("growth of the frontier", _ALL, True, "frontier_capability"),
    "lab_profit": ("labs' profit", _LABS, False, "lab_profit"),
    "lab_profit_pv": ("the present value of labs' profit", _LABS, False, "lab_profit"),
    "lab_npv": ("the net present value of labs", _LABS, False, "lab_profit"),
    "lab_revenue": ("labs' revenue", _LABS, True, "lab_revenue"),
    "lab_margin": ("labs' gross margin", _LABS, False, "lab_margin"),
    "consumer_surplus": ("buyers' surplus", _BUYERS, False, "consumer_surplus"),
    "consumer_surplus_pv": ("the present value of buyers' surplus", _BUYERS, False, "consumer_surplus"),
    "frontier_price": ("the labs' price", _BUYERS, True, "frontier_price"),
    "price_fall": ("the yearly fall of prices", _BUYERS, True, "frontier_price"),
    "ai_share": ("AI's share of the task budget", _BUYERS, False, "ai_share"),
    "hidden_loss": ("the hidden loss in all", _COPIES, True, "hidden_loss"),
    "hidden_loss_share": ("the hidden loss on copies", _COPIES, True, "hidden_loss"),
    "hidden_loss_pv": ("the present value of the hidden loss", _COPIES, True, "hidden_loss"),
    "tail_gap_true": ("the true tail gap of copies", _COPIES, True, "tail_gap_true"),
    "visible_lag_months": ("the lag of copies that benchmarks show", _COPIES, True, "copy_visible_capability"),
    "true_lag_months": ("the true lag of copies", _COPIES, True, "copy_true_capability"),
    "copy_price_ratio": ("the price of copies against that of labs", _COPIES, True, "copy_price_ratio"),
    "distiller_revenue": ("distillers' revenue", _COPIERS, True, "distiller_revenue"),
    "distiller_profit": ("distillers' profit", _COPIERS, False, "distiller_profit"),
    "distiller_profit_pv": ("the present value of distillers' profit", _COPIERS, False, "distiller_profit"),
    "copy_revenue_share": ("copies' share of revenue", _COPIERS, False, "copy_revenue_share"),
    "copy_quantity_share": ("copies' share of use", _COPIERS, False, "copy_quantity_share"),
    "copy_share_of_all_revenue": ("copies' share of all revenue", _COPIERS, False, "copy_revenue_share"),
    "n_distillers_active": ("the number of distillers", _COPIERS, False, "n_distillers_active"),
    "hhi": ("concentration", _ALL, False, "hhi"),
    "government_balance": ("the government's balance", "Government", False, "government_balance"),
    "government_balance_pv": ("the present value of the government's balance", "Government", False,
                              "government_balance"),
    "external_harm": ("harm to third parties", "Third parties", False, "external_harm"),
    "external_harm_pv": ("the present value of harm to third parties", "Third parties", False, "external_harm"),
    "collapse": ("the share of futures in which R&D collapses", _LABS, False, "rd_investment"),
    "copying_ever_pays": ("the share of futures in which copying ever pays", _COPIERS, False, "copy_revenue_share"),
    "copying_ever_happens": ("the share of futures in which anybody copies", _COPIERS, False, "copy_revenue_share"),
    "domestic_copying_always_pays": ("the share of futures in which copying always pays at home", _COPIERS, False,
                                     "copy_revenue_share"),
}  # fmt: skip


def metric_words(name: str, catalogue: Mapping[str, Series] | None = None) -> MetricWords:
    """What a brief calls a metric; one that nobody has put into words keeps the words of its name.

    catalogue : of the result, to tell series from further metrics
    """
    if name in _KNOWN:
        return MetricWords(*_KNOWN[name])
    base = name.removesuffix("_pv")
    series = base if catalogue is None or base in catalogue else "rd_investment"
    return MetricWords(words(name), _ALL, False, series)


def start(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


__all__ = ["MetricWords", "metric_words", "start"]
