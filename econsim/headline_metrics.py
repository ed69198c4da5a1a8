"""The metrics that a run is told by, out of all that it has."""

HEADLINES = (
    "rd_relative",
    "collapse",
    "rd_investment",
    "frontier_growth",
    "visible_lag_months",
    "true_lag_months",
    "price_fall",
    "copy_share_of_all_revenue",
    "copy_quantity_share",
    "hidden_loss_share",
    "hhi",
    "lab_margin",
    "n_labs_active",
    "n_distillers_active",
    "lab_npv",
    "lab_profit_pv",
    "distiller_profit_pv",
    "consumer_surplus_pv",
)
"""In the order in which `econsim run` prints them."""
