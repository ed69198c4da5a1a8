"""The page of what a copy loses: the spectrum and the adopter's calculator."""

from __future__ import annotations

import pytest
from page_helpers import unfolded

from econsim import fidelity
from econsim.fidelity.text import SHARES
from econsim.library import shipped_scenarios
from econsim.scenario import load_scenario
from econsim.studies.adoption import adopt


def words(at) -> str:
    return "\n".join(one.value.replace("\\", "") for one in [*at.markdown, *at.caption])


@pytest.mark.parametrize("name", shipped_scenarios())
def test_it_opens_on_every_shipped_scenario(opened, name):
    at = opened("spectrum", p=name)
    assert not at.exception
    assert not at.error
    expected = 3 if load_scenario(name).switches.copying else 2
    assert len(at.get("vega_lite_chart")) == expected


def test_the_budget_changes_the_sentence(opened):
    at = opened("spectrum", p="baseline")
    assert fidelity.spectrum(1e4, student_size=32e9).finding in words(at)
    assert SHARES in words(at)
    at.select_slider(key="spectrum-budget").set_value(1e7).run()
    assert fidelity.spectrum(1e7, student_size=32e9).finding in words(at)


# The stored result of a shipped scenario has the default number of draws, and so has the command.
def test_the_calculator_says_what_the_command_says(opened):
    at = opened("spectrum", p="baseline")
    at.slider(key="adopt-discount").set_value(60).run()
    at.slider(key="adopt-tail").set_value(40).run()
    assert not at.exception
    expected = adopt(discount=0.6, tail_share=0.4, engine="batch")
    assert expected.finding in words(at)
    at.toggle(key="adopt-known").set_value(True).run()
    assert not at.exception
    assert adopt(0.9, 0.6, 0.4, engine="batch").finding in words(at)
    assert any("econsim adopt --scenario baseline" in one.value for one in unfolded(at).code)
