"""Facts: complete, sourced, honest about where they were seen, and refused where a row is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from econsim import evidence
from econsim.errors import InputError
from econsim.evidence.fact_book import FOLDER, Fact, chapters, fact_book, load_facts
from econsim.evidence.table_files import tables
from econsim.evidence.units import UNITS
from econsim.parameter_book import book

KEYS = sorted(fact_book())


@pytest.mark.parametrize("key", KEYS)
def test_a_fact_is_complete(key):
    one = evidence.fact(key)
    assert all(evidence.reference(source).title for source in one.source)
    assert len(one.quantity) > 10 and len(one.method) > 4 and one.method.endswith(".")
    if one.provenance == "from memory":
        assert one.confidence == "low" and "from memory, unverified" in one.method.lower()
    if one.provenance == "own calculation":
        own = {"econsim_derivation", "copy_cost_derivation", "price_panel"}
        assert own & set(one.source), "an own calculation says so among its sources"
    if UNITS[one.unit].dimension == "number" and one.unit == "fraction":
        assert -1.0 <= one.value <= 1.0


def test_a_cost_states_its_basis_and_money_its_year():
    costs = [one for one in fact_book().values() if one.key.startswith(("train.", "copy.")) and one.unit == "USD"]
    assert len(costs) > 20 and all(one.basis != "none" for one in costs)
    undated = [one.key for one in fact_book().values() if UNITS[one.unit].money and one.price_year is None]
    assert undated == ["price.own.frontier_list"]  # launches of four years, in the dollars of each


def test_every_reference_is_used():
    rows = [*book().parameters.values(), *book().levers.values(), *fact_book().values(), *tables().values()]
    assert set(book().references) == {key for row in rows for key in row.source}


def test_figures_of_epoch_ai_are_credited():
    for key, one in book().references.items():
        if one.author.startswith("Epoch AI") or "Epoch AI" in one.venue.split(",")[0]:
            assert one.licence == "CC BY 4.0", key


def test_facts_as_a_table():
    frame = evidence.facts()
    assert list(frame.columns) == list(Fact.model_fields)
    assert list(frame["key"]) == list(fact_book())
    row = frame.set_index("key").loc["train.gpt4.cloud"]
    assert (row["value"], row["basis"], row["price_year"]) == (8.14e7, "cloud", 2023)
    assert frame.set_index("key")["value"].isna()["defence.adaptive"]
    frame.loc[0, "value"] = 0.0
    assert evidence.facts().loc[0, "value"] != 0.0


def test_a_misspelt_key_names_the_right_one():
    with pytest.raises(InputError, match=r"unknown fact 'train\.gpt4\.clod'; did you mean 'train\.gpt4\.cloud'"):
        evidence.fact("train.gpt4.clod")


def test_chapters_hold_every_fact_once():
    assert [one.key for rows in chapters().values() for one in rows] == list(fact_book())
    assert "training" in chapters()


def test_facts_cannot_be_changed():
    with pytest.raises(TypeError):
        fact_book()["train.gpt4.cloud"] = evidence.fact("train.gpt4.amortised")


# ------------------------------------------------------------------------------------------- damaged rows

DAMAGE = {
    "unknown field": ("  unit: factor/year\n", "  unit: factor/year\n  colour: red\n", "train.cost_growth.colour"),
    "misspelt field": ("  quantity:", "  quantty:", "did you mean 'quantity'"),
    "missing field": ("  confidence: high\n", "", "train.cost_growth.confidence: is missing"),
    "unknown confidence": ("confidence: high", "confidence: certain", "train.cost_growth.confidence"),
    "unknown provenance": ("provenance: published", "provenance: heard", "train.cost_growth.provenance"),
    "unknown unit": ("unit: factor/year", "unit: factor/yr", "did you mean 'factor/year'"),
    "unknown basis": ("basis: amortised", "basis: amortized", "train.gpt35.amortised.basis"),
    "unknown source": ("source: cottier2024_costs", "source: cotier2024_costs", "did you mean 'cottier2024_costs'"),
    "no number": ("  value: 2.4\n", "", "must be a number"),
    "text for a number": ("value: 2.4", "value: about two", "train.cost_growth.value"),
    "value outside its range": ("  low: 2\n", "  low: 2.5\n", "must lie between low and high (got 2.5 2.4 2.9)"),
    "money without a basis": ("  basis: amortised\n", "", "train.gpt35.amortised.basis: is missing"),
    "year of what is no money": ("  period:", "  price_year: 2023\n  period:", "is for money only"),
    "key given twice": ("key: train.cost_1bn_year", "key: train.cost_growth", "train.cost_growth: is given twice"),
    "section that is none": ("facts:\n", "fact:\n", "must be the only section"),
    "no list": ("- key: train.cost_growth\n", "  key: train.cost_growth\n", ""),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_row_is_named(name: str, tmp_path: Path):
    old, new, told = DAMAGE[name]
    folder = tmp_path / "facts"
    folder.mkdir()
    path = Path(shutil.copy(FOLDER / "training.yaml", folder))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_facts(folder, book().references)
    assert told in str(caught.value)
    assert all(problem.file == str(path) and problem.line for problem in caught.value.problems)


def test_a_folder_without_facts(tmp_path):
    with pytest.raises(InputError, match="holds no YAML file"):
        load_facts(tmp_path, book().references)
