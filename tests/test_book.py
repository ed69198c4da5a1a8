"""The parameter book: complete, consistent, sourced, and exactly the numbers the model is documented with."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from econsim import book_tables
from econsim.book_reader import load_book
from econsim.book_tables import as_markdown, parameters
from econsim.errors import InputError
from econsim.parameter_book import Lever, Parameter, Prior, Reference, book, prior_scale

SHIPPED = Path(book_tables.__file__).parent / "book"

UNCERTAIN = """
lab_substitution 2.0 1.2 4 1.0001 12
copy_substitution_ratio 3.0 1 4 1 20
adoption_elasticity .10 .05 .3 1e-6 1
capability_value 1.2 .7 2 .1 5
initial_ai_share .02 .005 .1 1e-4 .9
lab_premium 1.2 0 2.5 -5 10
tail_weight .50 .02 .6 0 2
vendor_inertia .60 0 .9 0 .99
demand_shock_sd .10 0 .3 0 2
benchmark_tail_coverage .10 0 .6 0 1
learning_rate .15 .02 .5 0 1
belief_erosion .15 0 .5 0 1
training_cost 2000 500 8000 1e-3 1e9
efficiency_growth .28 .05 .4 0 2
learning_by_doing .75 0 1.5 0 5
cumulative_rd 60000 2e4 2e5 1 1e9
data_flywheel .25 0 1 0 10
training_luck_sd .30 0 .6 0 2
leakage_rate .20 .03 .5 1e-3 1
serving_elasticity .50 .1 .65 0 2
serving_efficiency_growth .20 .05 .4 0 2
copy_serving_cost_ratio .35 .1 1 1e-3 10
copy_cost_ratio .002 1e-4 1 1e-9 1e15
retention_exponent .8 .4 1.5 .05 5
tail_complexity 3 1 10 .1 100
access_lag .5 0 4 0 38
copy_cost_shock_sd .30 0 .6 0 2
lab_fixed_cost 400 50 1500 0 1e9
distiller_fixed_cost 100 10 300 0 1e9
entry_cost 150 10 1000 0 1e9
lab_cash 25000 2e3 1e5 0 1e9
discount_rate .03 .01 .06 .0001 .5
external_harm .05 0 .3 0 10
api_friction .10 0 .5 0 5
own_tier_gap 1 0 2.5 0 20
own_tier_tail_gap 1.5 0 3 0 20
own_tier_cost_ratio .15 .02 .4 1e-4 1
own_tier_substitution_ratio 2 1 6 1 20
"""

FIXED = """
n_labs 4 1 12
n_distillers 10 1 24
task_budget 500000 1 1e10
budget_growth .005 -.1 .5
entry_probability .5 0 1
planning_horizon 8 1 200
expectation_smoothing .25 .001 1
initial_expected_growth .45 .01 2
initial_revenue_growth .05 -.5 .5
social_discount_rate .01 0 .5
foreign_share .5 0 1
enforcement_cost 200 0 1e9
retention_ceiling 1 0 1
"""

LEVERS = """
api_restriction .99 .5 gate
detection_rate 1 .5 detect
penalty_multiple 20 1 detect
enforcement_reach 1 .5 detect
export_wedge 20 1 borders
royalty_rate .9 .2 pay
release_window 20 2 pay
tail_evaluation_mandate 1 .5 know
liability_share 1 .5 know
rd_subsidy .9 .2 build
"""

LOG_SCALED = {
    "initial_ai_share",
    "tail_weight",
    "learning_rate",
    "copy_cost_ratio",
    "lab_fixed_cost",
    "distiller_fixed_cost",
    "entry_cost",
    "lab_cash",
    "own_tier_cost_ratio",
}


def _table(text: str) -> dict[str, list[str]]:
    return {name: rest for name, *rest in (line.split() for line in text.split("\n") if line)}


# ------------------------------------------------------------------------------------------- the shipped book


def test_the_book_holds_exactly_the_documented_names() -> None:
    assert set(book().parameters) == set(_table(UNCERTAIN)) | set(_table(FIXED))
    assert set(book().levers) == set(_table(LEVERS))


@pytest.mark.parametrize("name", _table(UNCERTAIN))
def test_uncertain_parameters_are_as_documented(name: str) -> None:
    parameter = book().parameters[name]
    default, low, high, lower, upper = map(float, _table(UNCERTAIN)[name])
    assert parameter.uncertain == (parameter.switch is None)
    assert parameter.default == default
    assert parameter.range == (low, high)
    assert parameter.bounds == (lower, upper)
    assert parameter.prior is not None
    assert parameter.prior.scale == ("log" if name in LOG_SCALED else "linear")


@pytest.mark.parametrize("name", _table(FIXED))
def test_fixed_parameters_are_as_documented(name: str) -> None:
    parameter = book().parameters[name]
    default, lower, upper = map(float, _table(FIXED)[name])
    assert not parameter.uncertain
    assert parameter.range is None
    assert parameter.default == default
    assert parameter.bounds == (lower, upper)
    assert parameter.integer == (name in {"n_labs", "n_distillers"})


@pytest.mark.parametrize("name", _table(LEVERS))
def test_levers_are_as_documented(name: str) -> None:
    lever = book().levers[name]
    upper, moderate, group = _table(LEVERS)[name]
    assert lever.bounds == (0.0, float(upper))
    assert lever.moderate == float(moderate)
    assert lever.lever_group == group
    assert lever.changes_world_without_copying == (name in {"api_restriction", "rd_subsidy"})


def test_order_begins_with_demand_and_is_the_same_each_time() -> None:
    assert next(iter(book().parameters)) == "lab_substitution"
    assert list(load_book().parameters) == list(book().parameters)
    assert list(book().levers) == list(_table(LEVERS))


def test_money_is_recognised_by_its_unit() -> None:
    money = {name for name, parameter in book().parameters.items() if parameter.money}
    assert money == {
        "training_cost",
        "cumulative_rd",
        "lab_fixed_cost",
        "distiller_fixed_cost",
        "entry_cost",
        "lab_cash",
        "task_budget",
        "enforcement_cost",
    }
    assert {book().parameters[name].unit for name in money} == {"$M", "$M/quarter"}


def test_what_may_differ_by_firm() -> None:
    by_firm = {name: row.varies_by for name, row in book().parameters.items() if row.varies_by}
    assert by_firm == {
        "lab_premium": "lab",
        "lab_cash": "lab",
        "lab_fixed_cost": "lab",
        "distiller_fixed_cost": "distiller",
    }


@pytest.mark.parametrize("name", [*_table(UNCERTAIN), *_table(FIXED), *_table(LEVERS)])
def test_every_row_is_explained_and_sourced(name: str) -> None:
    row: Parameter | Lever = book().parameters[name] if name in book().parameters else book().levers[name]
    assert len(row.meaning) > 20 and row.meaning.endswith(".")
    assert len(row.note) > 20 and row.note.endswith(".")
    assert all(key in book().references for key in row.source)
    # A number with nothing but an assumption behind it may not claim to be measured or inferred.
    if "assumption" in row.source:
        assert row.grade == "C"
    if row.grade in "AB":
        assert set(row.source) != {"assumption"}


def test_every_reference_is_used_and_can_be_followed() -> None:
    rows: list[Parameter | Lever] = [*book().parameters.values(), *book().levers.values()]
    assert {key for row in rows for key in row.source} <= set(book().references)
    unlinked = [key for key, reference in book().references.items() if reference.link is None]
    assert unlinked == ["assumption", "econsim_derivation"]
    for reference in book().references.values():
        if reference.author.startswith("Epoch AI"):
            assert reference.licence == "CC BY 4.0"


def test_serving_stays_below_value_in_the_whole_prior() -> None:
    """No lab would train if a nat cost more to serve than it is worth."""
    serving, value = book().parameters["serving_elasticity"].range, book().parameters["capability_value"].range
    assert serving is not None and value is not None
    assert serving[1] < value[0]


def test_the_book_cannot_be_changed() -> None:
    shipped = book()
    with pytest.raises(TypeError):
        shipped.parameters["new"] = shipped.parameters["training_cost"]  # type: ignore[index]
    with pytest.raises(ValidationError):
        shipped.parameters["training_cost"].default = 1.0
    assert book() is shipped


def test_bounds_and_range_include_their_ends_and_refuse_nan() -> None:
    parameter = book().parameters["training_cost"]
    assert parameter.in_bounds(1e-3) and parameter.in_bounds(np.array([1e-3, 1e9]))
    assert not parameter.in_bounds(1.1e9)
    assert not parameter.in_bounds(np.array([1.0, math.nan]))
    assert parameter.in_range(500) and parameter.in_range([500, 8000]) and not parameter.in_range(499)
    assert book().parameters["n_labs"].in_bounds(3)
    assert not book().parameters["n_labs"].in_bounds(3.5)
    assert book().parameters["planning_horizon"].in_bounds(3.5)
    assert book().parameters["planning_horizon"].in_range(8) and not book().parameters["planning_horizon"].in_range(9)
    assert book().levers["royalty_rate"].in_bounds(0.9) and not book().levers["royalty_rate"].in_bounds(-0.1)


# ------------------------------------------------------------------------------------------- priors


@pytest.mark.parametrize("name", _table(UNCERTAIN))
def test_quantile_is_a_triangle_with_its_mode_at_the_default(name: str) -> None:
    parameter = book().parameters[name]
    prior = parameter.prior
    assert prior is not None
    u = np.linspace(0.0, 1.0, 1001)
    values = prior.quantile(u, parameter.default)
    assert values[0] == prior.low and values[-1] == prior.high
    assert np.all(np.diff(values) >= 0.0)
    axis: Callable[..., np.ndarray] = np.log if prior.scale == "log" else np.asarray
    low, mode, high, x = axis(prior.low), axis(parameter.default), axis(prior.high), axis(values)
    below = (x - low) ** 2 / ((high - low) * max(mode - low, 1e-300))
    above = 1.0 - (high - x) ** 2 / ((high - low) * max(high - mode, 1e-300))
    np.testing.assert_allclose(np.where(x < mode, below, above), u, atol=1e-9)


def test_quantile_against_known_numbers() -> None:
    triangle = Prior(distribution="triangular", low=0.0, high=4.0, scale="linear")
    # P(X <= mode) = 1/4; the median of (0, 1, 4) is 4 - sqrt(6).
    np.testing.assert_allclose(
        triangle.quantile([0.0625, 0.25, 0.5, 1.0], 1.0), [0.5, 1.0, 4.0 - math.sqrt(6.0), 4.0], rtol=1e-14
    )
    decades = Prior(distribution="triangular", low=1e-4, high=1.0, scale="log")
    # Symmetric on the log axis: the median is the mode, an eighth lies one decade up from the low end.
    np.testing.assert_allclose(decades.quantile([0.125, 0.5, 0.875], 0.01), [1e-3, 1e-2, 1e-1], rtol=1e-12)


def test_mean_of_the_draws_is_the_mean_of_the_triangle() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    prior = book().parameters["lab_substitution"].prior
    assert prior is not None
    assert prior.quantile(u, 2.0).mean() == pytest.approx((1.2 + 2.0 + 4.0) / 3.0, abs=1e-6)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_mode_at_either_end(scale: str) -> None:
    prior = Prior.model_validate({"distribution": "triangular", "low": 1.0, "high": 100.0, "scale": scale})
    u = np.array([0.0, 0.3, 1.0])
    for mode in (1.0, 100.0):
        values = prior.quantile(u, mode)
        assert values[0] == 1.0 and values[-1] == 100.0
        assert 1.0 < values[1] < 100.0
    # Nearer the end where the mode is.
    assert prior.quantile(0.5, 1.0) < prior.quantile(0.5, 100.0)


def test_quantile_broadcasts_and_each_draw_stands_alone() -> None:
    prior = book().parameters["copy_cost_ratio"].prior
    assert prior is not None
    u = np.random.default_rng(0).random(257)
    together = prior.quantile(u, 0.002)
    assert np.array_equal(together, [prior.quantile(one, 0.002) for one in u])
    assert prior.quantile(u[:, None], np.array([0.001, 0.002])).shape == (257, 2)


@pytest.mark.parametrize("u", [-0.1, 1.1, math.nan, [0.5, 2.0]])
def test_quantile_refuses_what_is_no_probability(u: float) -> None:
    prior = Prior(distribution="triangular", low=0.0, high=1.0, scale="linear")
    with pytest.raises(InputError, match="probability"):
        prior.quantile(u, 0.5)


@pytest.mark.parametrize("mode", [-0.1, 1.1, math.nan])
def test_quantile_refuses_a_mode_outside(mode: float) -> None:
    prior = Prior(distribution="triangular", low=0.0, high=1.0, scale="linear")
    with pytest.raises(InputError, match="outside the prior"):
        prior.quantile(0.5, mode)


@pytest.mark.parametrize(
    ("low", "high", "scale"), [(1, 19.9, "linear"), (1, 20, "log"), (0.005, 0.1, "log"), (0, 1e6, "linear")]
)
def test_rule_for_the_axis(low: float, high: float, scale: str) -> None:
    assert prior_scale(low, high) == scale


# ------------------------------------------------------------------------------------------- a damaged book


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "book"))


def _damage(folder: Path, file: str, old: str, new: str) -> list[str]:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_book(folder)
    assert all(problem.file for problem in caught.value.problems)
    return [str(problem) for problem in caught.value.problems]


DAMAGE = {
    "unknown key": ("demand.yaml", "  symbol: η\n", "  symbol: η\n  colour: red\n", "lab_substitution.colour: unknown"),
    "misspelt key": ("demand.yaml", "  meaning:", "  meanin:", "did you mean 'meaning'?"),
    "missing key": ("demand.yaml", '  unit: "–"\n', "", "lab_substitution.unit: is missing"),
    "unknown key of a prior": ("demand.yaml", "scale: linear", "scale: linear, mode: 2", "prior.mode: unknown key"),
    "unknown unit": ("demand.yaml", '  unit: "–"', "  unit: furlong", "not one of the choices (got 'furlong')"),
    "unknown group": ("demand.yaml", "  group: demand", "  group: weather", "lab_substitution.group"),
    "unknown grade": ("demand.yaml", "  grade: B", "  grade: D", "lab_substitution.grade"),
    "unknown distribution": ("demand.yaml", "triangular", "uniform", "prior.distribution"),
    "text for a number": ("demand.yaml", "default: 2.0", "default: two", "lab_substitution.default"),
    "truth for a number": ("demand.yaml", "default: 2.0", "default: true", "lab_substitution.default"),
    "infinite number": ("demand.yaml", "default: 2.0", "default: .inf", "finite"),
    "default outside the prior": ("demand.yaml", "default: 2.0", "default: 5", "default: lies outside the prior"),
    "default outside the bounds": ("firms.yaml", "default: 400", "default: -1", "default: lies outside the bounds"),
    "fixed default outside": ("structure.yaml", "default: 0.005", "default: 3", "budget_growth.default"),
    "whole number": ("structure.yaml", "default: 4", "default: 4.5", "n_labs.default: must be a whole number"),
    "prior outside the bounds": ("demand.yaml", "[1.0001, 12]", "[1.0001, 3]", "prior: reaches outside the bounds"),
    "prior upside down": ("demand.yaml", "low: 1.2, high: 4", "low: 4, high: 1.2", "low must be below high"),
    "bounds upside down": ("demand.yaml", "[1.0001, 12]", "[12, 1]", "first must be below the second"),
    "three bounds": ("demand.yaml", "[1.0001, 12]", "[1, 2, 3]", "lab_substitution.bounds"),
    "linear where log": ("copying.yaml", "high: 1, scale: log", "high: 1, scale: linear", "prior: must be log"),
    "log where linear": ("demand.yaml", "high: 4, scale: linear", "high: 4, scale: log", "prior: must be linear"),
    "unknown source": ("demand.yaml", "margins_wsj2025", "margins_wsj2024", "did you mean 'margins_wsj2025'?"),
    "no source": ("demand.yaml", "[margins_wsj2025, epoch_profitable2026]", "[]", "lab_substitution.source"),
    "fact key that is none": ("demand.yaml", "[margin.openai.2025,", "[Margin OpenAI,", "lab_substitution.facts.0"),
    "name given twice": ("serving.yaml", "serving_elasticity\n", "lab_premium\n", "lab_premium: is given twice"),
    "lever named as a parameter": ("levers.yaml", "royalty_rate", "lab_premium", "lab_premium: is given twice"),
    "name with capitals": ("serving.yaml", "serving_elasticity\n", "Serving\n", "name"),
    "empty meaning": (
        "levers.yaml",
        "meaning: Share of labs' R&D paid by the public.",
        "meaning: ''",
        "rd_subsidy.mea",
    ),
    "lever that begins above 0": ("levers.yaml", "bounds: [0, 0.99]", "bounds: [0.1, 0.99]", "must begin at 0"),
    "moderate outside": ("levers.yaml", "moderate: 0.5", "moderate: 2", "api_restriction.moderate"),
    "word for a truth": ("levers.yaml", "copying: true", "copying: yes", "changes_world_without_copying"),
    "link that is none": ("references.yaml", "link: https://arxiv", "link: arxiv", "link"),
    "year in words": ("references.yaml", "year: 2026", "year: recent", "assumption.year"),
    "unknown section": ("demand.yaml", "parameters:", "parameter:", "did you mean 'parameters'?"),
    "section that is no list": ("serving.yaml", "parameters:", "levers: 3\nparameters:", "levers: must be a list"),
    "row that is no mapping": ("serving.yaml", "parameters:\n", "parameters:\n- 3\n", "must be a mapping"),
    "not YAML": ("serving.yaml", "parameters:\n", "parameters: [\n", "not valid YAML"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_each_damage_is_named(copied: Path, name: str) -> None:
    file, old, new, words = DAMAGE[name]
    problems = _damage(copied, file, old, new)
    assert any(words in problem and file in problem for problem in problems), problems


def test_all_problems_come_at_once_with_their_lines(copied: Path) -> None:
    path = copied / "demand.yaml"
    text = path.read_text(encoding="utf-8").replace("default: 2.0", "default: 5").replace("grade: C", "grade: X", 1)
    path.write_text(text, encoding="utf-8")
    problems = _damage(copied, "levers.yaml", "moderate: 0.5", "moderate: 0")
    assert len(problems) == 3
    line = text.split("\n").index("  default: 5") + 1
    assert any(f"demand.yaml:{line}: lab_substitution.default" in problem for problem in problems)


def test_folder_that_is_missing_or_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load_book(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no YAML file"):
        load_book(tmp_path)


def test_an_added_file_extends_the_book(copied: Path) -> None:
    row = (
        "parameters:\n- name: new_one\n  symbol: n\n  unit: share\n  default: 0.5\n  bounds: [0, 1]\n"
        "  meaning: Something new.\n  group: firms\n  source: assumption\n  grade: C\n  note: For this test.\n"
    )
    (copied / "zeal.yaml").write_text(row, encoding="utf-8")
    extended = load_book(copied)
    assert list(extended.parameters) == [*book().parameters, "new_one"]


# ------------------------------------------------------------------------------------------- tables


def test_schema_is_closed_for_every_kind_of_row() -> None:
    keys = {"name", "symbol", "unit", "bounds", "meaning", "source", "facts", "grade", "note"}
    assert set(Parameter.model_fields) == keys | {"default", "prior", "integer", "group", "varies_by", "switch"}
    assert set(Lever.model_fields) == keys | {"moderate", "lever_group", "changes_world_without_copying"}
    for model in (Parameter, Lever, Prior, Reference):
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["frozen"] is True


def test_frame_has_a_row_for_everything() -> None:
    frame = parameters()
    assert list(frame.columns) == list(book_tables.FRAME_COLUMNS)
    assert list(frame["name"]) == [*book().parameters, *book().levers]
    assert list(frame["kind"]) == ["parameter"] * len(book().parameters) + ["lever"] * len(book().levers)
    row = frame.set_index("name").loc["copy_cost_ratio"]
    assert (row["default"], row["low"], row["high"], row["scale"]) == (0.002, 1e-4, 1.0, "log")
    assert (row["lower_bound"], row["upper_bound"]) == (1e-9, 1e15)
    assert "deepseek_v3" in row["source"].split(", ")
    levers = frame[frame["kind"] == "lever"].set_index("name")
    assert (levers["default"] == 0.0).all() and levers["low"].isna().all()
    assert levers.loc["rd_subsidy", "moderate"] == 0.2
    frame.loc[0, "default"] = 9.0
    assert parameters()["default"][0] == 2.0


def test_markdown_is_a_table_with_links() -> None:
    rows = [*book().parameters.values()]
    text = as_markdown(rows, references=book().references)
    lines = text.splitlines()
    assert len(lines) == len(rows) + 2
    width = len(book_tables.TABLE_COLUMNS)
    for line in lines:
        assert len(line.replace("\\|", "").strip("|").split("|")) == width
    cost = next(line for line in lines if line.startswith("| training_cost "))
    assert "| \\$M | 2000 | 500 – 8000 |" in cost
    assert "[You (2025)](https://epoch.ai/data-insights/openai-compute-spend)" in cost
    assert "(log)" in next(line for line in lines if line.startswith("| copy_cost_ratio "))


def test_markdown_of_chosen_columns() -> None:
    lever = book().levers["release_window"]
    assert as_markdown([lever], ("name", "unit", "moderate")) == (
        "| name | unit | moderate |\n| --- | --- | --- |\n| release_window | quarter | 2 |\n"
    )
    with pytest.raises(InputError, match="did you mean 'moderate'"):
        as_markdown([lever], ("moderat",))


@pytest.mark.parametrize("name", [name for name, one in book().parameters.items() if one.prior is not None])
def test_the_distribution_function_inverts_the_quantile(name: str) -> None:
    row = book().parameters[name]
    assert row.prior is not None
    u = np.linspace(0.0, 1.0, 101)
    np.testing.assert_allclose(row.prior.probability(row.prior.quantile(u, row.default), row.default), u, atol=1e-9)
    beyond = [row.prior.low - 1.0, row.prior.high + 1.0]
    np.testing.assert_array_equal(row.prior.probability(beyond, row.default), [0.0, 1.0])
