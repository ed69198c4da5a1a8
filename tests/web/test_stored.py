"""The stored results are what this code gives."""

from __future__ import annotations

import numpy as np
import pytest

from econsim.web import stored

DRAWS = 3


@pytest.fixture(scope="module")
def computed():
    return stored.kept_results(DRAWS)


def test_every_scenario_is_stored_with_the_draws_that_it_has(computed):
    """The first draws of a run are the run of fewer draws. `make stored` after a change of results."""
    for result in computed:
        answer = stored.read(result.scenario)
        assert answer is not None, result.scenario.name
        for kept, fresh in ((answer.result, result), (answer.result.status_quo, result.status_quo)):
            for name in fresh.catalogue:
                np.testing.assert_allclose(
                    kept.values(name)[:DRAWS], fresh.values(name), rtol=1e-9, atol=1e-9, equal_nan=True,
                    err_msg=f"{result.scenario.name}: {name}",
                )  # fmt: skip


def test_stored_series_are_quantiles_of_the_same_draws(computed):
    answer = stored.read(computed[0].scenario)
    for table in (answer.level("rd_investment"), answer.effect("rd_investment")):
        assert len(table) == computed[0].scenario.structure.quarters // 4
        assert (table["p5"] <= table["p50"]).all() and (table["p50"] <= table["p95"]).all()


def test_what_is_not_stored_is_not_found(computed):
    assert stored.read(computed[0].scenario.with_(lab_premium=0.123)) is None
