"""Scenario discovery on sweeps whose box is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from analysis_helpers import NAMES, boxed, known_sweep, monotone

import econsim
from econsim.charts.discovery import box_ranges, peeling, ranges_title
from econsim.errors import InputError
from econsim.studies.discovery import percentage
from econsim.studies.statistics.boxes import Cases


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return known_sweep(tmp_path_factory.mktemp("boxed") / "sweep", boxed)


@pytest.fixture(scope="module")
def found(sweep):
    return econsim.discover(sweep, "rd_relative < 0.5")


def refused(words: str, *arguments, **options) -> None:
    with pytest.raises(InputError) as caught:
        econsim.discover(*arguments, **options)
    assert len(caught.value.problems) == 1
    assert words in str(caught.value)


def test_the_box_is_found_and_told(found):
    box = found.box
    assert set(box.names) == {"lab_premium", "copy_cost_ratio"}
    limits = {(limit.name, limit.at_least): limit.value for limit in box.limits}
    assert limits["lab_premium", False] == pytest.approx(1.2, abs=0.1)
    assert limits["copy_cost_ratio", False] == pytest.approx(0.003, rel=0.35)
    assert box.density > 0.9 and box.coverage > 0.9
    premium, cost = (f"{limits[name, False]:.3g}" for name in ("lab_premium", "copy_cost_ratio"))
    first, last = (f"lab premium at most {premium} log price", f"copy cost ratio at most {cost}")
    assert found.sentence == (
        f"In {percentage(box.density)} of the futures with {first} and {last}, R&D relative to no copying is below "
        f"0.5; that covers {percentage(box.coverage)} of all such futures. Of all futures it is so in "
        f"{percentage(found.share)}. {found.doubt}"
    )
    again = min(found.halves.of_name(name, box) for name in box.names)
    least = "all" if again == 1.0 else f"at least {round(100.0 * again)}% of"
    assert found.doubt.endswith(f"in the other half (10 splits); every limit was found again in {least} half samples.")


def test_the_numbers_of_the_sentence_are_those_of_the_rows(found, sweep):
    low = sweep.values("rd_relative") < 0.5
    inside = np.ones(400, dtype=bool)
    for limit in found.box.limits:
        values = sweep.index[limit.name].to_numpy()
        inside &= values >= limit.value if limit.at_least else values <= limit.value
    assert found.box.density == low[inside].mean()
    assert found.box.coverage == inside[low].mean()
    assert found.share == low.mean()


def test_the_tree_agrees_with_a_box_and_not_with_another(found, sweep):
    assert found.check.verdict == "agrees" and found.check.overlap > 0.8
    assert found.check_sentence.startswith("A classification tree agrees: it restricts lab premium and copy cost ratio")
    from econsim.studies.discovery import _cross_check

    points = found.rows.points
    limit = replace(found.box.limits[0], name="vendor_inertia", value=0.3)
    other = Cases(points, found.selected.met, found.names).box(
        *(np.where(np.array(found.names) == limit.name, end, far) for end, far in ((0.1, -np.inf), (0.3, np.inf)))
    )
    check = _cross_check(other, found.tree, points, found.names)
    assert (check.verdict, check.shared, check.only_box) == ("disagrees", (), ("vendor_inertia",))


MANY = (
    "lab_substitution", "copy_substitution_ratio", "adoption_elasticity", "capability_value", "initial_ai_share",
    "lab_premium", "vendor_inertia", "demand_shock_sd", "api_friction", "tail_weight", "benchmark_tail_coverage",
    "learning_rate", "belief_erosion", "training_cost", "efficiency_growth", "learning_by_doing", "cumulative_rd",
    "data_flywheel", "training_luck_sd", "leakage_rate",
)  # fmt: skip


def lucky(folder, samples: int, weight: float):
    """The box of a sweep over twenty parameters of which the outcome follows one by a weight, and luck by the rest."""

    def outcome(label, values, chance):
        return {"rd_relative": weight * values["lab_premium"] / 2.5 + (1.0 - weight) * chance}

    design = {"method": "lhs", "samples": samples, "parameters": list(MANY)}
    return econsim.discover(known_sweep(folder / "s", outcome, design=design), "rd_relative < 0.35")


@pytest.mark.slow
def test_a_limit_that_halves_do_not_find_is_no_part_of_the_box(tmp_path):
    found = lucky(tmp_path, 150, 0.0)
    assert [limit.quasi_p < 0.05 for limit in found.search.box.limits] == [True]  # luck, as far as one can tell from it
    assert found.box.limits == () and found.box.coverage == 1.0 and found.box.density == found.share
    assert not found.halves.helps and [found.halves.share(*side) for side in found.dropped] == [0.2]
    assert "reliably" in found.sentence and "on adoption elasticity, do worse than none" in found.sentence
    told = found.summary()["box"]
    assert told["limits"] == [] and told["dropped"][0]["parameter"] == "adoption_elasticity"


def test_a_doubtful_limit_is_told_with_its_doubt(tmp_path):
    found = lucky(tmp_path, 200, 0.5)
    share = found.halves.of_name("lab_premium", found.box)
    assert found.box.names == ("lab_premium",) and 0.2 <= share < 0.8
    assert f"the limit on lab premium was found again in {100 * share:.0f}% of half samples" in found.sentence
    low, high = found.halves.span("density")
    assert f"a density of {percentage(low)} to {percentage(high)}" in found.sentence
    assert f"({10 * share:.0f} of 10)" in json.dumps(box_ranges(found).to_dict())


def test_boxes_of_halves_are_tried_on_the_other_halves(found):
    """On data with a box and little luck they are as good there."""
    assert found.halves.boxes == 10 and found.dropped == ()
    for what in ("coverage", "density"):
        low, high = found.halves.span(what)
        assert 0.75 < low <= high <= 1.0
    assert found.summary()["halves"]["density"] == list(found.halves.span("density"))


def test_halves_keep_the_draws_of_a_point_together(tmp_path):
    """Thirty draws of a point are one piece of evidence: in neither half are they on both sides."""
    from econsim.studies.discovery_halves import search_halves

    points = np.repeat(np.random.default_rng(0).random((30, 6)), 30, axis=0)
    groups = np.repeat(np.arange(30), 30)
    met = np.isin(groups, [1, 4, 9, 11, 17, 25])  # no box in any parameter, but every point is one of its own
    names = tuple("abcdef")
    together, apart = (search_halves(points, met, names, by) for by in (groups, np.arange(900)))
    assert np.nanmean(together.density) < np.nanmean(apart.density) - 0.2


def test_a_log_axis_changes_nothing(found, tmp_path):
    """The order of values is all that counts: a parameter on another axis gives the same box in rows."""
    points = found.rows.points.copy()
    points[:, found.names.index("copy_cost_ratio")] = np.log(points[:, found.names.index("copy_cost_ratio")])
    from econsim.studies.discovery import Discovery

    other = Discovery(found.rows, found.selected, points, 4)
    np.testing.assert_array_equal(
        other.box.contains(points, found.names), found.box.contains(found.rows.points, found.names)
    )


def test_the_trajectory_peels_from_all_rows_to_few(found):
    frame = found.trajectory
    assert frame.iloc[0].tolist()[:3] == [0, 1.0, found.share]
    assert (frame["mass"].diff().dropna() < 0).all() and frame["chosen"].sum() == 1
    told = found.summary()
    assert len(told["trajectory"]) == len(frame)
    assert all(limit["quasi_p"] <= 0.05 for limit in told["box"]["limits"])
    assert {limit["unit"] for limit in told["box"]["limits"]} == {"log price", "–"}
    assert json.loads(json.dumps(told, allow_nan=False))["finding"] == found.sentence


def test_limits_within_what_the_sweep_spans(found):
    table = found.limits_table.set_index("parameter")
    row = table.loc["lab_premium"]
    assert (row["prior_low"], row["prior_high"], row["log"]) == (0.0, 2.5, False)
    assert bool(table.loc["copy_cost_ratio", "log"]) and table.loc["copy_cost_ratio", "prior_low"] == 1e-4
    assert np.isnan(row["low"]) and row["found_in_halves"] == 1.0


def test_most_names_and_a_condition_with_a_parameter(sweep):
    one = econsim.discover(sweep, "rd_relative < 0.5", most_names=1)
    assert len(one.box.names) == 1 and one.identity != econsim.discover(sweep, "rd_relative < 0.5").identity
    named = econsim.discover(sweep, "rd_relative < 0.5 and lab_premium < 0.8")
    assert "The condition itself limits lab premium." in named.notes


def test_quasi_p_values_are_from_one_row_a_point(tmp_path):
    """Ten draws of a point that all meet the condition are one piece of evidence, not ten."""
    design = {"method": "lhs", "samples": 60, "parameters": list(NAMES)}
    found = econsim.discover(known_sweep(tmp_path / "s", boxed, draws=10, design=design), "rd_relative < 0.5")
    for limit in found.box.limits:
        told = found.quasi_p[limit.name, limit.at_least]
        assert np.isnan(told) or told > 10.0 * limit.quasi_p
    assert "quasi-p-values are from one row a point" in " ".join(found.notes)


def test_undefined_rows_are_left_out(tmp_path):
    def outcome(label, values, chance):
        found = boxed(label, values, chance)["rd_relative"]
        return {"rd_relative": np.where(chance < 0.25, np.nan, found), "failed": chance > 0.9}

    found = econsim.discover(known_sweep(tmp_path / "s", outcome), "rd_relative < 0.5")
    swept = found.sweep
    defined = int(np.isfinite(swept.values("rd_relative")).sum())
    assert len(found.selected.met) == defined and found.box.density > 0.85
    undefined = 400 - int(swept.values("failed").sum()) - defined
    assert f"In {undefined} rows it is undefined whether the condition is met; they are left out." in found.notes


def test_no_box_is_said(sweep):
    found = econsim.discover(sweep, "rd_relative < 0.5")
    found.box = found.search.trajectory[0]
    assert found.sentence.startswith(
        "No limits on parameters tell these futures from the others: R&D relative to no copying is below"
    )
    assert found.check_sentence == "There is no box for a classification tree to agree with."
    assert "No limits" in json.dumps(peeling(found).to_dict())
    with pytest.raises(InputError, match="there is no box"):
        box_ranges(found)


def test_charts_say_what_was_found_and_in_which_sweep(found):
    shares = f"from {percentage(found.share)} to {percentage(found.box.density)}, and cover"
    for chart, words in (
        (peeling(found), f"in which R&D relative to no copying is below 0.5 {shares}"),
        (box_ranges(found), ranges_title(found)),
    ):
        told = json.dumps(chart.to_dict(), ensure_ascii=False).replace('", "', " ")
        assert words in told and f"sweep {found.sweep.sweep_id}" in told
    assert "at most" in json.dumps(box_ranges(found).to_dict())


@pytest.mark.parametrize(
    ("share", "told"), [(0.8312, "83%"), (0.0846, "8.5%"), (1.0, "100%"), (0.9999, "more than 99%"), (0.0, "0%")]
)
def test_percentages(share, told):
    assert percentage(share) == told


def test_what_is_refused(sweep, tmp_path):
    refused("did you mean 'rd_relative'?", sweep, "rd_relativ < 0.5")
    refused(
        "where: 'rd_relative' alone is not a comparison; allowed: such as 'rd_relative < 0.5'", sweep, "rd_relative"
    )
    refused("is met in no row of 400", sweep, "rd_relative < 0")
    refused("is met in every row of 400", sweep, "rd_relative < 2")
    refused("no such folder", tmp_path / "none", "rd_relative < 1")
    refused("unknown scenario of this sweep 'royalty'; allowed: baseline", sweep, "rd_relative < 0.5", "royalty")
    refused("must be a whole number (got 0); allowed: 1 or more", sweep, "rd_relative < 0.5", most_names=0)
    design = {"method": "lhs", "samples": 40, "parameters": list(NAMES)}
    few = known_sweep(tmp_path / "few", monotone, design=design)
    refused("has too few rows that are solved and defined (got 40); allowed: 50 or more", few, "rd_relative < 0.3")
    same = {"method": "list", "values": {"lab_premium": [1.0]}}
    luck = known_sweep(tmp_path / "same", lambda label, values, chance: {"rd_relative": chance}, design=same, draws=60)
    refused("all its points are the same", luck, "rd_relative < 0.5")
