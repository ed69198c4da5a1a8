"""The page of the model: every part opens, and says what the book and the rules say."""

from __future__ import annotations

import pytest
from page_helpers import tables

from econsim.formulas import CHAPTERS
from econsim.parameter_book import book
from econsim.store import read_json
from econsim.studies.backtest import backtest
from econsim.studies.model_difference import recorded, releases
from econsim.texts import text
from econsim.web import stored_history
from econsim.web.words import help_text, plain

PARTS = ["How it works", "Equations", "Assumptions", "Levers", "Evidence", "Back-test", "Critiques", "Versions", "Cite"]


def shown(at) -> str:
    return "\n".join(one.value for one in at.markdown)


@pytest.fixture
def at(opened):
    return opened("model")


def part(at, name):
    at.session_state["model-part"] = name
    return at.run()


@pytest.mark.parametrize("name", PARTS)
def test_every_part_opens(at, name):
    at = part(at, name)
    assert not at.exception
    assert not at.error
    assert len(shown(at)) + sum(len(one.value) for one in at.code) > 100


def test_it_opens_with_the_model_in_words(at):
    assert text("model").split("\n\n")[0] in shown(at)


@pytest.mark.parametrize("title", [title for title, _ in CHAPTERS])
def test_every_chapter_of_equations(at, title):
    at = part(at, "Equations")
    at.selectbox(key="model-chapter").set_value(title).run()
    assert not at.exception
    assert not at.error
    assert at.get("latex") or at.code or any("$$" in one.value for one in at.markdown)


def test_every_lever_and_every_parameter_is_there(at):
    words = shown(part(at, "Levers"))
    assert all(f"`{name}`" in words for name in book().levers)
    table = part(at, "Assumptions").dataframe[0].value
    assert set(table["name"]) == set(book().parameters)
    assert (table["grade"] == "C").sum() == sum(row.grade == "C" for row in book().parameters.values())


def test_the_back_test_tells_misses_first(at):
    told = read_json(stored_history.read() / stored_history.SUMMARY)
    at = part(at, "Back-test")
    assert plain(told["finding"]) in shown(at)
    inside = [words.startswith("inside") for words in tables(at)[0]["Verdict"]]
    assert len(inside) == told["expressible"] and sum(inside) == told["inside"]
    assert not inside[0] and inside == sorted(inside)


def test_the_stored_back_test_is_what_the_command_gives(tmp_path):
    assert stored_history.read() is not None, "make stored"
    few = backtest(draws=8).summary()["facts"]
    told = read_json(stored_history.read() / stored_history.SUMMARY)
    assert {one["id"]: one["observed"] for one in few} == {one["id"]: one["observed"] for one in told["facts"]}
    assert stored_history.read(tmp_path) is None


def test_versions_say_what_was_recorded(at):
    at = part(at, "Versions")
    known = recorded(max(releases()))
    assert tables(at)[-1].index.tolist() == list(known["scenarios"])


def test_texts_carry_no_links_between_pages():
    assert "](" not in text("model")
    assert text("critiques").startswith("The strongest objections")


def test_the_evidence_is_told_in_words(at):
    said = shown(part(at, "Evidence"))
    assert "Copy share of all revenue" in said and "| HHI |" in said
    assert "_" not in said


def test_help_names_levers_and_assumptions_as_widgets_do():
    rows = {**book().levers, **book().parameters}
    names = [name for name in rows if "_" in name]
    for row in rows.values():
        told = help_text(row).replace("\\", "")
        assert not [name for name in names if name in told], told
    assert "0 to 4 quarters, most likely" in help_text(rows["access_lag"])
