"""Designs: slices that are part of a whole, values where they may be, and the samplers that they promise."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.sample import sobol as salib_sobol
from scipy import stats

from econsim import draws
from econsim.errors import InputError
from econsim.parameter_book import book
from econsim.scenario import load_scenario
from econsim.studies.sweep_spec import as_sweep_spec, needs_yes, read_sweep_spec
from econsim.world import design_dimensions, design_points, parameter_values

THREE = ["copy_cost_ratio", "royalty_rate", "lab_premium"]
SECTIONS = {
    "lhs": {"method": "lhs", "samples": 37, "parameters": THREE},
    "lhs of counts": {"method": "lhs", "samples": 50, "parameters": ["n_labs"], "values": {"n_labs": [1, 5]}},
    "sobol": {"method": "sobol", "samples": 100},
    "saltelli": {"method": "saltelli", "samples": 8, "parameters": THREE},
    "saltelli, scrambles": {"method": "saltelli", "samples": 8, "parameters": THREE, "scrambles": 4},
    "saltelli, second order": {"method": "saltelli", "samples": 8, "parameters": THREE, "second_order": True},
    "grid": {
        "method": "grid",
        "values": {"royalty_rate": [0, 0.3, 0.1], "n_labs": [1, 2], "access_lag": {"low": 0, "high": 4, "count": 5}},
    },
    "list": {"method": "list", "values": {"royalty_rate": [0, 0.1, 0.1], "n_labs": [4, 1, 2]}},
    "rows": {"method": "list", "values": [{"royalty_rate": 0.1, "n_labs": 4}, {"n_labs": 1, "royalty_rate": 0.0}]},
}


def design_of(section, scenario="baseline", seed=0):
    return as_sweep_spec({"scenario": scenario, "design": section, "seed": seed}).design


def whole(design):
    return design.points(0, design.size)


@pytest.fixture
def points_file(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("royalty_rate,n_labs\n0,4\n1e-1, 1\n0.25,2.0\n\n", encoding="utf-8")
    return path


# ---------------------------------------------------------------------------------------------------- every design


@pytest.mark.parametrize("label", SECTIONS)
@given(data=st.data(), seed=st.integers(0, draws.LARGEST_SEED))
def test_any_slice_is_part_of_the_whole(label, data, seed):
    design = design_of(SECTIONS[label], seed=seed)
    start = data.draw(st.integers(0, design.size))
    stop = data.draw(st.integers(start, design.size))
    part = design.points(start, stop)
    assert part.dtype == np.float64 and part.shape == (stop - start, len(design.names))
    assert np.array_equal(part, whole(design)[start:stop])


@pytest.mark.parametrize("label", SECTIONS)
def test_points_are_where_they_may_be(label):
    design = design_of(SECTIONS[label])
    for name, column in zip(design.names, whole(design).T, strict=True):
        known = book().parameters.get(name) or book().levers[name]
        assert known.in_bounds(column), name


@pytest.mark.parametrize("label", SECTIONS)
def test_identity_is_plain_and_tells_designs_apart(label):
    design, again = design_of(SECTIONS[label]), design_of(copy.deepcopy(SECTIONS[label]))
    assert json.loads(json.dumps(design.identity)) == design.identity == again.identity
    assert design == again and hash(design) == hash(again)
    others = [design_of(section) for other, section in SECTIONS.items() if other != label]
    assert design not in others
    assert np.array_equal(whole(pickle.loads(pickle.dumps(design))), whole(design))


@pytest.mark.parametrize("label", [label for label, section in SECTIONS.items() if "samples" in section])
def test_seeds_differ_and_seed_zero_is_one(label):
    one, again, other = (whole(design_of(SECTIONS[label], seed=seed)) for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (3, 2), (0, 101), (101, 101)])
def test_a_slice_outside_the_design_is_refused(start, stop):
    with pytest.raises(InputError, match=r"lie outside the design .* allowed: 0 to 100"):
        design_of(SECTIONS["sobol"]).points(start, stop)


def test_identity_holds_what_the_points_depend_on():
    """Seed, prior and range are in it; where the values come from decides, not how the scenario is called."""
    section = {"method": "lhs", "samples": 8, "parameters": ["lab_premium"]}
    one = design_of(section)
    assert one == design_of(section, "royalty")
    moved = load_scenario("baseline").with_(lab_premium={"default": 1.2, "low": 0.5, "high": 2.5})
    assert one != design_of(section, moved)
    assert one != design_of(section, seed=1)
    assert one != design_of({**section, "values": {"lab_premium": [0.0, 2.5]}})


# ---------------------------------------------------------------------------------------------------- sampled ones


def test_sobol_points_are_the_draws_of_the_prior_ensemble():
    """A sweep over everything uncertain visits the parameters of `econsim run` with the same seed."""
    scenario = load_scenario("baseline")
    for seed in (0, 5):
        design = design_of({"method": "sobol", "samples": 200}, seed=seed)
        drawn = parameter_values(scenario, design_points(scenario, "prior", seed, 0, 200))
        assert list(design.names) == design_dimensions()
        for name, column in zip(design.names, whole(design).T, strict=True):
            assert np.array_equal(column, drawn[name]), name


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 77])
def test_saltelli_is_the_sample_of_salib(second_order, seed):
    """Levers spread evenly over [0, 0.5] and [0, 1]: SALib's whole sample, scaled."""
    ranges = {"royalty_rate": [0.0, 0.5], "detection_rate": [0.0, 1.0], "rd_subsidy": [0.0, 0.5]}
    section = {"method": "saltelli", "samples": 16, "values": ranges, "second_order": second_order}
    design = design_of({**section, "parameters": list(ranges)}, seed=seed)
    problem = {"num_vars": 3, "names": list(ranges), "bounds": list(ranges.values())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = salib_sobol.sample(problem, 16, calc_second_order=second_order, seed=np.random.default_rng(seed))
    assert design.size == len(expected) == 16 * (8 if second_order else 5)
    np.testing.assert_allclose(whole(design), expected, rtol=0, atol=1e-15)


def test_scrambles_are_samples_of_salib_one_after_the_other():
    """Each with random numbers of its own; the first half of each is there with half the samples too."""
    section = {"method": "saltelli", "values": {"royalty_rate": [0.0, 0.5], "rd_subsidy": [0.0, 0.5]}, "scrambles": 4}
    section["parameters"] = ["royalty_rate", "rd_subsidy"]
    points = whole(design_of({**section, "samples": 32}, seed=5)).reshape(4, 8 * 4, 2)
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 0.5]] * 2}
    for number, found in enumerate(points):
        generator = np.random.default_rng([5, number])
        expected = salib_sobol.sample(problem, 8, calc_second_order=False, seed=generator)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)
    fewer = whole(design_of({**section, "samples": 16}, seed=5)).reshape(4, 4 * 4, 2)
    np.testing.assert_array_equal(fewer, points[:, : 4 * 4])
    one = design_of({**section, "samples": 32, "scrambles": 1}, seed=5)
    assert one == design_of(
        {name: value for name, value in section.items() if name != "scrambles"} | {"samples": 32}, seed=5
    )
    assert one != design_of({**section, "samples": 32}, seed=5)


def test_an_lhs_fills_every_prior_evenly():
    """Each of 400 equally likely slices of each prior holds one point."""
    design = design_of({"method": "lhs", "samples": 400, "parameters": ["lab_premium", "tail_complexity"]})
    for name, column in zip(design.names, whole(design).T, strict=True):
        parameter = book().parameters[name]
        low, high = parameter.range
        share = stats.triang((parameter.default - low) / (high - low), low, high - low).cdf(np.sort(column))
        assert np.all((share > np.arange(400) / 400 - 1e-9) & (share < np.arange(1, 401) / 400 + 1e-9)), name


def test_everything_uncertain_in_every_scenario_is_the_default():
    fixed = load_scenario("baseline").with_(name="known", lab_premium=1.0)
    extra = load_scenario("royalty").with_(budget_growth={"default": 0.005, "low": 0.0, "high": 0.02})
    section = {"method": "lhs", "samples": 4}
    assert list(design_of(section).names) == design_dimensions()
    assert set(design_dimensions()) - set(design_of(section, fixed).names) == {"lab_premium"}
    assert set(design_of(section, extra).names) - set(design_dimensions()) == {"budget_growth"}
    both = as_sweep_spec({"scenarios": [extra, fixed], "design": section}).design
    assert set(design_dimensions()) - set(both.names) == {"lab_premium"}
    assert "budget_growth" not in both.names


def test_a_range_joins_the_uncertain_parameters():
    design = design_of({"method": "sobol", "samples": 4, "values": {"royalty_rate": [0, 0.3], "lab_premium": [1, 2]}})
    assert list(design.names) == [*design_dimensions(), "royalty_rate"]
    premium = whole(design)[:, design.names.index("lab_premium")]
    assert premium.min() >= 1.0 and premium.max() <= 2.0


def column_of(name, values=None, scenario="baseline", samples=2000):
    section = {"method": "lhs", "samples": samples, "parameters": [name]}
    return np.sort(whole(design_of(section | ({"values": {name: values}} if values else {}), scenario))[:, 0])


def test_ranges_are_even_on_the_axis_of_the_prior():
    even = (np.arange(2000) + 0.5) / 2000
    assert np.abs(column_of("lab_premium", [-1, 3]) - (-1 + 4 * even)).max() < 4 / 2000
    on_log_axis = np.log(column_of("copy_cost_ratio", [0.001, 0.1]) / 0.001) / np.log(100.0)
    assert np.abs(on_log_axis - even).max() < 1 / 2000
    fixed = load_scenario("baseline").with_(copy_cost_ratio=0.01)  # the book's axis, where the scenario has no prior
    assert np.array_equal(column_of("copy_cost_ratio", [0.001, 0.1], fixed), column_of("copy_cost_ratio", [0.001, 0.1]))


def test_levers_go_over_their_bounds_unless_a_range_is_given():
    even = (np.arange(2000) + 0.5) / 2000
    assert np.abs(column_of("api_restriction") - 0.99 * even).max() < 1 / 2000
    assert np.abs(column_of("penalty_multiple", [1, 3]) - (1 + 2 * even)).max() < 2 / 2000


def test_whole_numbers_are_as_frequent_as_each_other_in_a_range():
    numbers, counts = np.unique(column_of("n_labs", [2, 5]), return_counts=True)
    assert numbers.tolist() == [2, 3, 4, 5] and counts.tolist() == [500] * 4


def test_whole_numbers_from_a_prior_are_rounded():
    uncertain = load_scenario("baseline").with_(n_labs={"default": 3, "low": 1, "high": 6})
    design = design_of({"method": "sobol", "samples": 64, "parameters": ["n_labs"]}, uncertain)
    assert set(np.unique(whole(design))) >= {2.0, 3.0, 4.0}
    assert np.array_equal(whole(design), np.rint(whole(design)))


def test_a_million_points_need_no_memory_of_their_own():
    design = design_of({"method": "lhs", "samples": 1_000_000})
    design.points(0, 512)
    tracemalloc.start()
    design.points(999_000, 999_512)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


# ---------------------------------------------------------------------------------------------------- listed ones


def test_a_grid_is_every_combination_in_order():
    design = design_of(SECTIONS["grid"])
    expected = list(itertools.product([0.0, 0.3, 0.1], [1.0, 2.0], np.linspace(0.0, 4.0, 5)))
    assert design.names == ("royalty_rate", "n_labs", "access_lag")
    assert np.array_equal(whole(design), expected)


def test_ranges_of_a_grid_hold_both_ends():
    scaled = {"copy_cost_ratio": {"low": 0.0001, "high": 1, "count": 5, "scale": "log"}}
    np.testing.assert_allclose(whole(design_of({"method": "grid", "values": scaled}))[:, 0], 10.0 ** np.arange(-4, 1))
    counted = {"n_labs": {"low": 1, "high": 4, "count": 3, "scale": "log"}}
    assert whole(design_of({"method": "grid", "values": counted}))[:, 0].tolist() == [1, 2, 4]


def test_a_grid_of_a_million_million_points_is_instant():
    axis = {"low": 0.0, "high": 0.9, "count": 1000}
    names = ("royalty_rate", "rd_subsidy", "api_restriction", "detection_rate")
    spec = as_sweep_spec({"scenario": "baseline", "design": {"method": "grid", "values": dict.fromkeys(names, axis)}})
    assert spec.rows == spec.design.size == 10**12 and needs_yes(spec)
    values = np.linspace(0.0, 0.9, 1000)
    assert np.array_equal(spec.design.points(10**12 - 1, 10**12), [[0.9, 0.9, 0.9, 0.9]])
    index = 123_456_789_012
    assert np.array_equal(spec.design.points(index, index + 1), [[values[digits] for digits in (123, 456, 789, 12)]])


def test_yes_is_asked_for_more_than_ten_million_points():
    axis = {"low": 0.0, "high": 0.9, "count": 10_000}
    for count, asked in ((1000, False), (1001, True)):
        values = {"royalty_rate": axis, "rd_subsidy": {**axis, "count": count}}
        assert (
            needs_yes(as_sweep_spec({"scenario": "baseline", "design": {"method": "grid", "values": values}})) is asked
        )


def test_a_list_is_its_points():
    assert whole(design_of(SECTIONS["list"])).tolist() == [[0.0, 4.0], [0.1, 1.0], [0.1, 2.0]]
    assert whole(design_of(SECTIONS["rows"])).tolist() == [[0.1, 4.0], [0.0, 1.0]]
    table = np.array([[0.0, 4.0], [0.1, 1.0], [0.1, 2.0]])
    arrays = {"royalty_rate": table[:, 0], "n_labs": table[:, 1].astype(int)}
    assert design_of({"method": "list", "values": arrays}) == design_of(SECTIONS["list"])


def test_points_cannot_be_changed_from_outside():
    for label in ("list", "grid"):
        design = design_of(SECTIONS[label])
        before = whole(design)
        design.points(0, design.size)[:] = -1.0
        assert np.array_equal(whole(design), before)


# ---------------------------------------------------------------------------------------------------- CSV files


def test_a_file_is_its_points(points_file):
    design = design_of({"method": "file", "file": points_file})
    assert design.names == ("royalty_rate", "n_labs")
    assert whole(design).tolist() == [[0.0, 4.0], [0.1, 1.0], [0.25, 2.0]]
    assert np.array_equal(design.points(1, 2), [[0.1, 1.0]])


def test_a_file_is_known_by_its_values_and_not_by_its_place(points_file, tmp_path):
    other = tmp_path / "elsewhere" / "other.csv"
    other.parent.mkdir()
    other.write_bytes(b"\xef\xbb\xbfroyalty_rate,n_labs\r\n0.0,4\r\n.1,1\r\n0.250,2\r\n")
    one = design_of({"method": "file", "file": str(points_file)})
    assert one == design_of({"method": "file", "file": str(other)})
    other.write_text("royalty_rate,n_labs\n0,4\n0.1,1\n0.25,3\n")
    assert one != design_of({"method": "file", "file": str(other)})


def test_a_file_stands_beside_its_spec(points_file, tmp_path, monkeypatch):
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "scenario: baseline\ndesign: {method: file, file: points.csv, parameters: [n_labs, royalty_rate]}\n"
    )
    monkeypatch.chdir("/")
    assert read_sweep_spec(spec).design.size == 3


BAD_FILES = {
    "": ["design.file: is empty (got {file})"],
    "\n0.1\n": ["{file}:1: has no header: its first line is empty"],
    "0.1,0.2\n0.3,0.4\n": ["{file}:1: has no header: its first line must name parameters and levers (got 0.1,0.2)"],
    "royalty_rate;n_labs\n0.1;4\n": ["{file}:1: its columns must be parted by commas (got royalty_rate;n_labs)"],
    "royalty_rate,royalty_rate\n0,0\n": ["{file}:1: royalty_rate: names two columns"],
    "royalty_rat,,n_labs\n0,0,4\n": [
        "{file}:1: royalty_rat: unknown parameter or lever 'royalty_rat'; did you mean 'royalty_rate'?",
        "{file}:1: column 2 has no name",
    ],
    "royalty_rate\n": ["design.file: has no rows under its header: the design has no points (got {file})"],
    "royalty_rate\n0.1\n\n0.2\n": ["{file}:3: is an empty line: every line is a point"],
    "royalty_rate,n_labs\n0.1,4\n0.1\n0.1,4,\n": [
        "{file}:3: has another number of cells (got 1 cells); allowed: 2, as in the header",
        "{file}:4: has another number of cells (got 3 cells); allowed: 2, as in the header",
    ],
    "royalty_rate,n_labs\n0.1,\nten,4\n1_0,٣\n": [
        "{file}:2: n_labs: must be a number (got nothing); allowed: a whole number from 1 to 12",
        "{file}:3: royalty_rate: must be a number (got 'ten'); allowed: a number from 0 to 0.9",
        "{file}:4: royalty_rate: must be a number (got '1_0'); allowed: a number from 0 to 0.9",
        "{file}:4: n_labs: must be a number (got '٣'); allowed: a whole number from 1 to 12",
    ],
    "royalty_rate,n_labs\nnan,4\n0.1,inf\n0.1,-inf\n1.5,2.5\n-0.1,13\n": [
        "{file}:2: royalty_rate: must be a finite number (got nan); allowed: a number from 0 to 0.9",
        "{file}:3: n_labs: must be a finite number (got inf); allowed: a whole number from 1 to 12",
        "{file}:4: n_labs: must be a finite number (got -inf); allowed: a whole number from 1 to 12",
        "{file}:5: royalty_rate: is out of bounds (got 1.5); allowed: a number from 0 to 0.9",
        "{file}:5: n_labs: must be a whole number (got 2.5); allowed: a whole number from 1 to 12",
        "{file}:6: royalty_rate: is out of bounds (got -0.1); allowed: a number from 0 to 0.9",
        "{file}:6: n_labs: is out of bounds (got 13); allowed: a whole number from 1 to 12",
    ],
    'royalty_rate\n"0.1\n0.2\n': ["{file}:3: is not CSV: unexpected end of data"],
}


def said_of(path):
    with pytest.raises(InputError) as caught:
        design_of({"method": "file", "file": str(path)})
    return str(caught.value).splitlines()


@pytest.mark.parametrize("text", BAD_FILES, ids=lambda text: text[:20].strip() or "empty")
def test_every_bad_cell_of_a_file_is_named(text, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    assert said_of(path) == [line.format(file=path) for line in BAD_FILES[text]]


def test_files_that_cannot_be_read_are_refused(tmp_path):
    assert said_of(tmp_path / "none.csv") == [f"design.file: no such file (got {tmp_path / 'none.csv'})"]
    assert "is a directory" in said_of(tmp_path)[0]
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"royalty_rate\n0.1\xe9\n")
    assert said_of(latin) == [f"design.file: is not UTF-8 text (got {latin})"]
    assert "is not a usable file name" in said_of("a\0b.csv")[0]


def test_a_hopeless_file_gets_a_short_answer(tmp_path):
    path = tmp_path / "points.csv"
    for cell in ("x", "7"):
        path.write_text("royalty_rate\n" + f"{cell}\n" * 3000)
        assert len(said_of(path)) == 50
