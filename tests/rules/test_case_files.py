"""Runs every case in `tests/cases`, and holds the reader of cases to saying what is wrong with a bad one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rules.case_files import CASES, load_case, public_rules

from econsim.errors import InputError

PATHS = sorted(CASES.glob("*.yaml"))
GOOD = """
info: {rule: evaluation.learn, says: A case.}
inputs: {believed_gap: 0.4, true_gap: 2.0, awareness: 0.235}
outputs: {result: 0.776}
"""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_case(path):
    case = load_case(path)
    found = case.results()
    assert list(found) == list(case.outputs)
    for name, expected in case.outputs.items():
        np.testing.assert_allclose(found[name], expected, rtol=case.tolerance, atol=1e-12, err_msg=name)
        if np.ndim(expected):
            assert found[name].shape == expected.shape


def test_cases_are_found_and_spread_over_the_rules():
    assert len(PATHS) >= 15
    assert len({load_case(path).rule.__module__ for path in PATHS}) >= 6


def written(folder: Path, text: str) -> Path:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wrong_number_would_be_noticed(tmp_path):
    case = load_case(written(tmp_path, GOOD.replace("0.776", "0.777")))
    assert case.results()["result"] != pytest.approx(case.outputs["result"], rel=case.tolerance)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("evaluation.learn", "evaluation.lern", "unknown rule 'evaluation.lern'; did you mean 'evaluation.learn'"),
        ("true_gap", "true_gep", "unknown input 'true_gep'; did you mean 'true_gap'"),
        (", awareness: 0.235", "", "inputs.awareness: is missing"),
        ("outputs: {result", "output: {result", "unknown field 'output'; did you mean 'outputs'"),
        ("says:", "sais:", "unknown field 'sais'; did you mean 'says'"),
        ("inputs: {believed_gap: 0.4, true_gap: 2.0, awareness: 0.235}", "", "inputs: is missing"),
    ],
)
def test_a_bad_case_says_what_is_wrong(tmp_path, old, new, says):
    with pytest.raises(InputError) as caught:
        load_case(written(tmp_path, GOOD.replace(old, new)))
    assert says in str(caught.value)
    assert "case.yaml:" in str(caught.value)


def test_rules_are_found_by_name():
    known = public_rules()
    assert {"pricing.lerner_margin", "fidelity.best_budget", "fidelity.water_filling.lost_shares"} <= set(known)
    assert not any(name.rsplit(".", 1)[-1].startswith("_") for name in known)
