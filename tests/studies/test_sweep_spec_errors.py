"""Sweep specs: one clear error for everything that is wrong with them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweep_helpers import ONE_KIND_OF_BUYER, SOBOL, read_spec, spec_of

from econsim.errors import InputError
from econsim.scenario import load_scenario
from econsim.studies.sweep_spec import as_sweep_spec

HEAD = "scenario: baseline\n"
LHS = "design: {method: lhs, samples: 10}\n"
BAD = {
    # the top level
    "scenarios: [baseline]\nscenario: baseline\n" + LHS: [
        "1: scenarios: cannot stand beside 'scenario': put all of them here",
    ],
    LHS: ["1: scenario: is missing; allowed: a shipped scenario or a path, or several under 'scenarios'"],
    HEAD: ["1: design: is missing; allowed: a method and what it needs, as {method: lhs, samples: 1000}"],
    HEAD + LHS + "sed: 3\n": ["3: sed: unknown field of a sweep 'sed'; did you mean 'seed'?"],
    HEAD + LHS + "samples: 3\n": ["3: samples: does not belong here: 'samples' goes under 'design'"],
    HEAD + LHS + "levers: {royalty_rate: 0.1}\n": [
        "3: levers: unknown field of a sweep 'levers'; allowed: scenario, scenarios, design, draws, seed, ensemble, "
        "metrics, against, shocks, chunk, over_time",
    ],
    HEAD + LHS + "draws: 0\nseed: -1\nchunk: 65537\n": [
        "3: draws: is out of bounds (got 0); allowed: a whole number from 1 to 100,000,000",
        "4: seed: is out of bounds (got -1); allowed: a whole number from 0 to 9,223,372,036,854,775,807",
        "5: chunk: is out of bounds (got 65537); allowed: a whole number from 1 to 65,536",
    ],
    HEAD + LHS + "draws: many\nseed: 1.5\nchunk:\n": [
        "3: draws: must be a number (got 'many'); allowed: a whole number from 1 to 100,000,000",
        "4: seed: must be a whole number (got 1.5); allowed: a whole number from 0 to 9,223,372,036,854,775,807",
        "5: chunk: has no value (got nothing); allowed: a whole number from 1 to 65,536",
    ],
    HEAD + LHS + "shocks: mine\nensemble: priors\n": [
        "3: shocks: unknown kind of shocks 'mine'; allowed: own, shared",
        "4: ensemble: unknown ensemble 'priors'; did you mean 'prior'?",
    ],
    HEAD + LHS + "metrics: [welfare_pw, rd_relative, rd_relative, 3]\n": [
        "3: metrics.0: unknown metric 'welfare_pw'; did you mean 'welfare_pv'?",
        "3: metrics.2: is given twice (got 'rd_relative')",
        "3: metrics.3: must name a summary metric (got 3)",
    ],
    HEAD + LHS + "metrics: []\n": ["3: metrics: is empty: leave it out to keep all metrics"],
    HEAD + LHS + "metrics: welfare_pv\n": ["3: metrics: must be a list of summary metrics (got 'welfare_pv')"],
    # scenarios
    "scenario: baselin\n" + LHS: ["1: scenario: unknown scenario 'baselin'; did you mean 'baseline'?"],
    "scenario: [baseline]\n" + LHS: ["1: scenario: must name a shipped scenario or a file (got a list of 1)"],
    "scenario: none.yaml\n" + LHS: ["1: scenario: no such file (got {folder}/none.yaml)"],
    "scenarios: []\n" + LHS: [
        "1: scenarios: must be a list of scenarios (got a list of 0); allowed: 1 to 100 names or paths",
    ],
    "scenarios:\n- baseline\n- royalt\n- baseline\n" + LHS: [
        "3: scenarios.1: unknown scenario 'royalt'; did you mean 'royalty'?",
        "4: scenarios.2: has the name of another scenario in the list (got 'baseline')",
    ],
    "scenarios: [baseline, {extends: royalty, name: short, structure: {quarters: 80}}]\n" + LHS: [
        "1: scenarios: must all cover the same quarters (got baseline: 60 quarters from 2026Q1, "
        "short: 80 quarters from 2026Q1)",
    ],
    "scenario:\n  extends: royalty\n  parameters:\n    n_labs: 40\n  lever: {}\n" + LHS: [
        "4: scenario.parameters.n_labs: is out of bounds (got 40); allowed: a whole number from 1 to 12",
        "5: scenario.lever: unknown field of a scenario 'lever'; did you mean 'levers'?",
    ],
    "scenario:\n  extends: royalty\n  parameters:\n    n_labs: 40\n" + LHS: [
        "4: scenario.parameters.n_labs: is out of bounds (got 40); allowed: a whole number from 1 to 12",
    ],
    "scenario: {extends: royalt}\n" + LHS: ["1: scenario.extends: unknown scenario 'royalt'; did you mean 'royalty'?"],
    HEAD + LHS + "against: royal\n": ["3: against: unknown scenario 'royal'; did you mean 'royalty'?"],
    "scenario: {structure: {quarters: 4}}\n" + LHS + "against: {levers: {rd_subsidy: {value: 0.1, start: 2028Q1}}}\n": [
        "3: against: does not fit the scenarios' 4 quarters: levers.rd_subsidy.start is after the run "
        "(got '2028Q1'); allowed: within the run's 4 quarters, 2026Q1 to 2026Q4",
    ],
    # the design
    HEAD + "design: lhs\n": ["2: design: must be a list of 'name: value' lines (got 'lhs')"],
    HEAD + "design: {samples: 10}\n": ["2: design.method: is missing; allowed: lhs, sobol, saltelli, grid, list, file"],
    HEAD + "design: {method: sobl, samples: 10}\n": ["2: design.method: unknown method 'sobl'; did you mean 'sobol'?"],
    HEAD + "design: {method: lhs, sample: 10}\n": [
        "2: design.sample: unknown field of a design 'sample'; did you mean 'samples'?",
        "2: design.samples: is missing; allowed: a whole number from 1 to 100,000,000",
    ],
    HEAD + "design: {method: lhs, samples: 10, draws: 3}\n": [
        "2: design.draws: does not belong here: 'draws' goes beside 'design', not inside it",
    ],
    HEAD + "design: {method: lhs, samples: 0}\n": [
        "2: design.samples: leaves the design without points (got 0); allowed: a whole number from 1 to 100,000,000",
    ],
    HEAD + "design: {method: lhs, samples: true, second_order: 1, file: a.csv}\n": [
        "2: design.second_order: does not go with method 'lhs'; allowed: with saltelli",
        "2: design.file: does not go with method 'lhs'; allowed: with file",
        "2: design.samples: must be a number, not true or false (got true); "
        "allowed: a whole number from 1 to 100,000,000",
        "2: design.second_order: must be true or false (got 1)",
    ],
    HEAD + "design: {method: saltelli, samples: 8, scrambles: 3}\n": [
        "2: design.scrambles: must divide the samples into sequences of equal length (got 3); allowed: a power of two "
        "up to 8"
    ],
    HEAD + "design: {method: saltelli, samples: 8, scrambles: 16}\n": [
        "2: design.scrambles: is out of bounds (got 16); allowed: a whole number from 1 to 8"
    ],
    HEAD + "design: {method: saltelli, samples: 1000}\n": [
        "2: design.samples: must be a power of two for saltelli: its points are balanced for those alone (got 1000); "
        "allowed: 512 or 1024, for example",
    ],
    HEAD + "design: {method: sobol, samples: 8, parameters: []}\n": [
        "2: design.parameters: is empty: a design varies at least one parameter or lever",
    ],
    HEAD + "design:\n  method: sobol\n  samples: 8\n"
    "  parameters:\n  - acces_lag\n  - access_lag\n  - access_lag\n  - 3\n  - n_labs\n": [
        "6: design.parameters.0: unknown parameter or lever 'acces_lag'; did you mean 'access_lag'?",
        "8: design.parameters.2: is given twice (got 'access_lag')",
        "9: design.parameters.3: must name a parameter or a lever (got 3)",
        "10: design.parameters.4: has no prior to draw 'n_labs' from: it is one number in baseline (got 4); "
        "allowed: a range for it under design.values, 'n_labs: [low, high]'",
    ],
    HEAD + "design: {method: sobol, samples: 8, parameters: [n_labs]}\n": [
        "2: design.parameters.0: has no prior to draw 'n_labs' from: it is one number in baseline (got 4); "
        "allowed: a range for it under design.values, 'n_labs: [low, high]'",
    ],
    HEAD + "design:\n  method: sobol\n  samples: 8\n  parameters: [royalty_rate]\n  values:\n    royalty_rat: [0, 1]\n"
    "    royalty_rate: [0, 2]\n    rd_subsidy: [0.2, 0.1]\n    lab_cash: 3\n": [
        "7: design.values.royalty_rat: unknown parameter or lever 'royalty_rat'; did you mean 'royalty_rate'?",
        "8: design.values.royalty_rate.1: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "9: design.values.rd_subsidy: must have its low end below its high end (got [0.2, 0.1])",
        "9: design.values.rd_subsidy: has a range, and design.parameters does not name it",
        "10: design.values.lab_cash: must be a range of two numbers (got 3); allowed: [low, high]",
        "10: design.values.lab_cash: has a range, and design.parameters does not name it",
    ],
    HEAD + "design: {method: sobol, samples: 8, parameters: [lab_cash, n_labs], "
    "values: {lab_cash: [0, 9], n_labs: [1.5, 3]}}\n": [
        "2: design.values.n_labs.0: must be a whole number (got 1.5); allowed: a whole number from 1 to 12",
        "2: design.values.lab_cash: is spread evenly on a log axis, and its low end must be above 0 (got 0)",
    ],
    HEAD + "design: {method: sobol, samples: 8, values: [1, 2]}\n": [
        "2: design.values: must give ranges, one a line, as 'name: [low, high]' (got a list of 2)",
    ],
    HEAD + "design: {method: grid}\n": [
        "2: design.values: is empty: the design has no points; allowed: values for each parameter or lever",
    ],
    HEAD + "design: {method: grid, levers: {royalty_rate: [0, 0.1]}}\n": [
        "2: design.levers: unknown field of a design 'levers'; allowed: method, samples, parameters, values, file, "
        "second_order, groups, scrambles",
    ],
    HEAD + "design: {method: grid, draws: 3}\n": [
        "2: design.draws: does not belong here: 'draws' goes beside 'design', not inside it",
        "2: design.values: is empty: the design has no points; allowed: values for each parameter or lever",
    ],
    HEAD + "design: {method: grid, samples: 3, values: {}}\n": [
        "2: design.samples: does not go with method 'grid'; allowed: with lhs, sobol, saltelli",
        "2: design.values: is empty: the design has no points; allowed: values for each parameter or lever",
    ],
    HEAD + "design:\n  method: grid\n  values:\n    rd_subsidy: []\n    n_labs: [1, 2.5]\n    royalty_rate: 0.1\n"
    "    access_lag: [0, 1, 0]\n    lab_csh: [1]\n": [
        "5: design.values.rd_subsidy: has no values: the design has no points",
        "6: design.values.n_labs.1: must be a whole number (got 2.5); allowed: a whole number from 1 to 12",
        "7: design.values.royalty_rate: must be a list of values, or a range (got 0.1); "
        "allowed: [0, 0.1, 0.2] or {low, high, count, scale}",
        "8: design.values.access_lag.2: is given twice (got 0)",
        "9: design.values.lab_csh: unknown parameter or lever 'lab_csh'; did you mean 'lab_cash'?",
    ],
    HEAD + "design:\n  method: grid\n  values:\n"
    "    rd_subsidy: {low: 0, high: 0.5}\n    n_labs: {low: 1, high: 4, count: 3}\n"
    "    royalty_rate: {low: 0, high: 2, count: 1, scal: log}\n"
    "    access_lag: {low: 0, high: 4, count: 3, scale: log}\n"
    "    lab_cash: {low: 5, high: 5, count: 3}\n    lab_premium: {low: 0, high: 1, count: 2, scale: lin}\n": [
        "5: design.values.rd_subsidy.count: is missing; allowed: a whole number from 2 to 1,000,000",
        "6: design.values.n_labs: must give whole numbers only (got 2.5); allowed: a whole number from 1 to 12",
        "7: design.values.royalty_rate.scal: unknown field of a range 'scal'; did you mean 'scale'?",
        "7: design.values.royalty_rate.high: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "7: design.values.royalty_rate.count: is out of bounds (got 1); allowed: a whole number from 2 to 1,000,000",
        "8: design.values.access_lag.low: must be above 0 on a log scale (got 0)",
        "9: design.values.lab_cash.low: must be below 'high' (got 5); allowed: below 5",
        "10: design.values.lab_premium.scale: unknown scale 'lin'; did you mean 'linear'?",
    ],
    HEAD + "design: {method: grid, parameters: [n_labs], values: {royalty_rate: [0, 0.1]}}\n": [
        "2: design.parameters: does not name what the points vary (got n_labs); allowed: royalty_rate, or leave it out",
    ],
    "scenario: {structure: {labs: [{}, {}]}}\ndesign: {method: grid, values: {n_labs: [2, 3]}}\n": [
        "2: design: varies n_labs, which contradicts the firms listed in structure.labs of untitled",
    ],
    HEAD + "design: {method: list, values: {royalty_rate: [0, 0.1], n_labs: [1]}}\n": [
        "2: design.values: must be columns of equal length (got royalty_rate: 2, n_labs: 1)",
    ],
    HEAD + "design: {method: list, values: {royalty_rate: 0.1, n_labs: []}}\n": [
        "2: design.values.royalty_rate: must be a list of values (got 0.1)",
        "2: design.values.n_labs: has no values: the design has no points",
    ],
    HEAD + "design: {method: list, values: []}\n": [
        "2: design.values: is empty: the design has no points; allowed: values for each parameter or lever",
    ],
    HEAD + "design:\n  method: list\n  values:\n  - {royalty_rate: 0.1, n_labs: 4}\n  - {royalty_rate: 0.1}\n  - 3\n"
    "  - {royalty_rate: 0.95, n_labs: 2.5, rd_subsidy: 0}\n": [
        "6: design.values.1.n_labs: is missing: every point names the same",
        "7: design.values.2: must be a point, as {name: 0.1} (got 3)",
        "8: design.values.3.rd_subsidy: is not in the points above it: every point names the same",
        "8: design.values.3.royalty_rate: is out of bounds (got 0.95); allowed: a number from 0 to 0.9",
        "8: design.values.3.n_labs: must be a whole number (got 2.5); allowed: a whole number from 1 to 12",
    ],
    HEAD + "design: {method: list, values: [{royalty: 0.1}]}\n": [
        "2: design.values.0.royalty: unknown parameter or lever 'royalty'; did you mean 'royalty_rate'?",
    ],
    HEAD + "design: {method: file}\n": ["2: design.file: must be the path of a CSV file (got nothing)"],
    HEAD + "design: {method: file, file: none.csv, values: {n_labs: [1]}}\n": [
        "2: design.values: does not go with method 'file'; allowed: with lhs, sobol, saltelli, grid, list",
        "2: design.file: no such file (got {folder}/none.csv)",
    ],
    # what can be judged where something else cannot be read
    "scenario: baselin\ndesign:\n  method: gird\n  parameters: [royalty_rat]\n  values:\n    royalty_rte: [0, 0.1]\n"
    "metrics: [rd_relativ, rd_relative, hidden_loss_low]\nover_time: [rd_invest, welfare, consumer_surplus_all]\n": [
        "1: scenario: unknown scenario 'baselin'; did you mean 'baseline'?",
        "3: design.method: unknown method 'gird'; did you mean 'grid'?",
        "4: design.parameters.0: unknown parameter or lever 'royalty_rat'; did you mean 'royalty_rate'?",
        "6: design.values.royalty_rte: unknown parameter or lever 'royalty_rte'; did you mean 'royalty_rate'?",
        "7: metrics.0: unknown metric 'rd_relativ'; did you mean 'rd_relative'?",
        "8: over_time.0: unknown series 'rd_invest'; did you mean 'rd_investment'?",
    ],
    HEAD + "design:\n  samples: 1.5\n  second_order: 1\n  scrambles: many\n  file: none.csv\n  parameters: [n_labs]\n"
    "  values:\n    royalty_rate: [0, 2]\n    n_labs: {low: 0, high: 4, count: 5}\n    rd_subsidy: 0.1\n": [
        "2: design.method: is missing; allowed: lhs, sobol, saltelli, grid, list, file",
        "3: design.samples: must be a whole number (got 1.5); allowed: a whole number from 1 to 100,000,000",
        "4: design.second_order: must be true or false (got 1)",
        "5: design.scrambles: must be a number (got 'many'); allowed: a whole number from 1 to 100,000,000",
        "6: design.file: no such file (got {folder}/none.csv)",
        "9: design.values.royalty_rate.1: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "9: design.values.royalty_rate: has values, and design.parameters does not name it",
        "10: design.values.n_labs.low: is out of bounds (got 0); allowed: a number from 1 to 12",
        "11: design.values.rd_subsidy: must be a list of values, or a range (got 0.1); "
        "allowed: [0, 0.1, 0.2] or {low, high, count, scale}",
        "11: design.values.rd_subsidy: has values, and design.parameters does not name it",
    ],
    HEAD + "design: {method: lits, values: [{royalty_rate: 2}, 3]}\n": [
        "2: design.method: unknown method 'lits'; did you mean 'list'?",
        "2: design.values.0.royalty_rate: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "2: design.values.1: must be a point, as {name: 0.1} (got 3)",
    ],
    HEAD + "design: {method: sobl, values: [1, 2]}\n": [
        "2: design.method: unknown method 'sobl'; did you mean 'sobol'?",
        "2: design.values: must give names their values (got a list of 2); allowed: 'name: [0, 0.1]', one a line",
    ],
    HEAD + "design: {method: grid, parameters: [n_labs, royalty_rat], values: {royalty_rate: [0, 2]}}\n": [
        "2: design.parameters.1: unknown parameter or lever 'royalty_rat'; did you mean 'royalty_rate'?",
        "2: design.values.royalty_rate.1: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "2: design.parameters: does not name what the points vary (got n_labs); allowed: royalty_rate, or leave it out",
    ],
    HEAD + "design: {method: grid, parameters: [n_labs], values: {royalty_rate: [0], n_lab: [2]}}\n": [
        "2: design.values.n_lab: unknown parameter or lever 'n_lab'; did you mean 'n_labs'?",
        "2: design.parameters: does not name what the points vary (got n_labs); "
        "allowed: all names under design.values, or leave it out",
    ],
    "scenario: {structure: {labs: [{}, {}]}}\ndesign: {method: list, values: [{n_labs: 99}]}\n": [
        "2: design.values.0.n_labs: is out of bounds (got 99); allowed: a whole number from 1 to 12",
        "2: design: varies n_labs, which contradicts the firms listed in structure.labs of untitled",
    ],
    "scenario: {extends: baselin, x: 3, name: '', levers: {royalty_rate: 2, rd_subsidy: {value: 0.1, start: 2050Q1}}}\n"
    + LHS: [
        "1: scenario.x: unknown field of a scenario 'x'; allowed: name, question, description, sources, extends, "
        "parameters, levers, structure, switches, fidelity, ensemble, status_quo",
        "1: scenario.extends: unknown scenario 'baselin'; did you mean 'baseline'?",
        "1: scenario.levers.royalty_rate: is out of bounds (got 2); allowed: a number from 0 to 0.9",
    ],
    HEAD + "design: {method: list, values: [{royalty_rate: 2, n_lab: 4}, 3, {royalty_rate: 0, n_lab: 4}]}\n": [
        "2: design.values.0.n_lab: unknown parameter or lever 'n_lab'; did you mean 'n_labs'?",
        "2: design.values.0.royalty_rate: is out of bounds (got 2); allowed: a number from 0 to 0.9",
        "2: design.values.1: must be a point, as {name: 0.1} (got 3)",
    ],
    # what only follows from something else is not said
    HEAD + "design: {method: lhs, samples: 8, parameters: [n_lab], values: {n_labs: [1, 3]}}\n": [
        "2: design.parameters.0: unknown parameter or lever 'n_lab'; did you mean 'n_labs'?",
    ],
    HEAD + "design: {method: lhs, samples: 8, parameters: [n_labs], values: {n_lab: [1, 3]}}\n": [
        "2: design.values.n_lab: unknown parameter or lever 'n_lab'; did you mean 'n_labs'?",
    ],
    HEAD + "design: {method: lhs, samples: 8, parameters: n_labs, values: {n_labs: [1, 3]}}\n": [
        "2: design.parameters: must be a list of parameters and levers (got 'n_labs')",
    ],
    HEAD + "design: {method: lhs, samples: 8, parameters: [n_labs], values: 3}\n": [
        "2: design.values: must give ranges, one a line, as 'name: [low, high]' (got 3)",
    ],
    HEAD + "design: {method: grid, parameters: n_labs, values: {n_labs: [1, 3]}}\n": [
        "2: design.parameters: must be a list of parameters and levers (got 'n_labs')",
    ],
    "scenarios: [{extends: royalt, parameters: {n_labs: {default: 4, low: 2, high: 6}}}, royalty]\n"
    "design: {method: lhs, samples: 8, parameters: [n_labs]}\n": [
        "1: scenarios.0.extends: unknown scenario 'royalt'; did you mean 'royalty'?",
    ],
    "scenarios: [royalty, royalt]\ndesign: {method: lhs, samples: 8, parameters: [n_labs]}\n": [
        "1: scenarios.1: unknown scenario 'royalt'; did you mean 'royalty'?",
        "2: design.parameters.0: has no prior to draw 'n_labs' from: it is one number in royalty (got 4); "
        "allowed: a range for it under design.values, 'n_labs: [low, high]'",
    ],
    # size
    HEAD + "design: {method: lhs, samples: 100000000}\ndraws: 11\nmetrics: [rd_relativ]\n": [
        "2: design: needs a draw for every row, more than the prior has (got 1,100,000,000); "
        "allowed: at most 1,073,741,824, or 'shocks: shared'",
        "4: metrics.0: unknown metric 'rd_relativ'; did you mean 'rd_relative'?",
    ],
    HEAD + "design: {method: lhs, samples: 100000000}\ndraws: 11\nensemble: defalt\n": [
        "4: ensemble: unknown ensemble 'defalt'; did you mean 'default'?",
    ],
    HEAD + "design: {method: lhs, samples: 100000000}\ndraws: 11\nshocks: shard\n": [
        "4: shocks: unknown kind of shocks 'shard'; did you mean 'shared'?",
    ],
    HEAD + "design: {method: lhs, samples: 100000000}\ndraws: 11\n": [
        "2: design: needs a draw for every row, more than the prior has (got 1,100,000,000); "
        "allowed: at most 1,073,741,824, or 'shocks: shared'",
    ],
    HEAD + "design: {method: saltelli, samples: 67108864}\ndraws: 1000000\n": [
        "3: draws: gives too many rows (got 2,415,919,104,000,000); allowed: at most 1,000,000,000,000,000",
    ],
}  # fmt: skip


def said_of(folder, text):
    with pytest.raises(InputError) as caught:
        read_spec(folder, text)
    return [line.removeprefix(f"{folder}/spec.yaml:") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("text", BAD, ids=[f"{number}" for number in range(len(BAD))])
def test_everything_wrong_is_said_at_its_line(text, tmp_path):
    assert said_of(tmp_path, text) == [line.replace("{folder}", str(tmp_path)) for line in BAD[text]]


def test_a_problem_inside_a_scenario_file_keeps_its_place(tmp_path):
    (tmp_path / "bad.yaml").write_text("extends: baseline\nparameters:\n  n_labs: 0\n")
    (tmp_path / "bad.csv").write_text("royalty_rate\n2\n")
    text = "scenario: bad.yaml\nagainst: royalt\ndesign: {method: file, file: bad.csv}\n"
    said = said_of(tmp_path, text)
    assert said[0].startswith(f"{tmp_path}/bad.csv:2: royalty_rate: is out of bounds")
    assert said[1].startswith(f"{tmp_path}/bad.yaml:3: parameters.n_labs: is out of bounds")
    assert said[2].startswith("2: against: unknown scenario 'royalt'")


def test_a_file_named_twice_is_wrong_once(tmp_path):
    (tmp_path / "bad.yaml").write_text("extends: baseline\nparameters:\n  n_labs: 0\n")
    said = said_of(tmp_path, "scenario: bad.yaml\nagainst: bad.yaml\ndesign: {method: lhs, samples: 4}\n")
    assert len(said) == 1 and said[0].startswith(f"{tmp_path}/bad.yaml:3: parameters.n_labs: is out of bounds")


MISTAKES = {
    "scenario": "baselin",
    "against": "royalt",
    "draws": 0,
    "seed": "x",
    "shocks": "owned",
    "ensemble": "priors",
    "metrics": ["rd_relativ", "rd_relative"],
    "over_time": ["rd_invest"],
    "sed": 3,
    "design.method": "?",
    "design.parameters": ["royalty_rte", "n_labs"],
    "design.values": {"royalty_rate": [0, 0.1], "n_lab": [2, 3]},
    "design.values.royalty_rate": [0, 2],
    "design.sample": 4,
}
RIGHT = {"parameters": ["royalty_rate", "n_labs"], "values": {"royalty_rate": [0, 0.1], "n_labs": [2, 3]}}


def told_of(method: dict, mistakes: tuple[str, ...]) -> list[str]:
    """What is said about a spec with these mistakes, in any order."""
    design = {**method, **RIGHT, "values": dict(RIGHT["values"])}
    spec = {"scenario": "baseline", "design": design}
    for path in sorted(mistakes):  # what replaces all values before what replaces one
        owner = spec
        for step in path.split(".")[:-1]:
            owner = owner[step]
        value = MISTAKES[path]
        owner[path.split(".")[-1]] = dict(value) if isinstance(value, dict) else value
    with pytest.raises(InputError) as caught:
        as_sweep_spec(spec)
    return sorted(map(str, caught.value.problems))


@pytest.mark.parametrize(
    "method", [{"method": "grid"}, {"method": "list"}, {"method": "lhs", "samples": 8}], ids=lambda one: one["method"]
)
def test_mistakes_are_said_together_as_each_is_alone(method):
    """None hides another, and none brings another with it."""
    alone = {path: told_of(method, (path,)) for path in MISTAKES}
    assert {len(said) for said in alone.values()} == {1}
    for mistakes in [*itertools.combinations(MISTAKES, 2), tuple(MISTAKES)]:
        assert told_of(method, mistakes) == sorted(line for path in mistakes for line in alone[path]), mistakes


def test_a_metric_of_some_scenarios_only_is_told_from_one_of_none():
    other = load_scenario("baseline").with_(name="one kind of buyer", segments=ONE_KIND_OF_BUYER)
    with pytest.raises(InputError, match=r"metrics\.0: is not a metric of one kind of buyer, whose buyers are others"):
        as_sweep_spec({"scenarios": ["royalty", other], "design": SOBOL, "metrics": ["hidden_loss_low"]})


def test_nothing_uncertain_is_an_empty_design():
    certain = load_scenario("baseline")
    certain = certain.with_(**{name: one.default for name, one in certain.assumptions.items()})
    with pytest.raises(InputError, match="design: is empty: no parameter is uncertain in every scenario"):
        spec_of(certain)


def test_a_grid_beyond_counting_is_refused_at_once():
    axis = {"low": 0.0, "high": 0.9, "count": 1_000_000}
    values = dict.fromkeys(("royalty_rate", "rd_subsidy", "api_restriction"), axis)
    with pytest.raises(InputError, match=r"has too many points \(got 1,000,000,000,000,000,000\)"):
        spec_of(design={"method": "grid", "values": values})


def test_a_list_too_long_to_be_written_back_is_refused():
    most = {"method": "list", "values": {"royalty_rate": np.linspace(0.0, 0.9, 40_000)}}
    assert spec_of(design=most).rows == 40_000
    with pytest.raises(InputError, match=r"writes out too many numbers \(got 40001\); .* method 'file' a CSV"):
        spec_of(design={"method": "list", "values": {"royalty_rate": np.linspace(0.0, 0.9, 40_001)}})


def test_the_longest_list_reads_back(tmp_path):
    spec = spec_of(design={"method": "list", "values": {"copy_cost_ratio": np.linspace(1e-9, 0.123456789, 40_000)}})
    assert read_spec(tmp_path, spec.to_yaml()).identity() == spec.identity()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 100) | st.floats() | st.sampled_from(["baseline", "lhs", "n_labs", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["low", "n_labs", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = ("method", "samples", "parameters", "values", "file", "second_order", "seed", "nothing")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    method=st.sampled_from(["lhs", "sobol", "saltelli", "grid", "list", "file", "gird"]) | VALUES,
    design=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4),
    fields=st.dictionaries(st.sampled_from(["draws", "seed", "metrics", "against", "shocks", "chunk", "x"]), VALUES),
)
def test_any_spec_is_read_or_refused(method, design, fields):
    """No input ends in anything but a spec or an InputError."""
    try:
        spec = spec_of(design={"method": method, **design}, **fields)
    except InputError as error:
        assert error.problems
    else:
        assert spec.design.points(0, 1).shape == (1, len(spec.design.names))
