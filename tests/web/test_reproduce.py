"""The Reproduce block gives the numbers of the page, on a command line and in Python; exports carry the run id."""

from __future__ import annotations

import html
import json
import random
import shlex

import pytest

from econsim import load_scenario, simulate
from econsim.charts.trajectories import paired_effect
from econsim.cli import main
from econsim.ensemble_words import standing
from econsim.parameter_book import book
from econsim.scenario_settings import with_settings
from econsim.web import exports, reproduce, stored
from econsim.web.state import Current
from econsim.web.url_codec import Told
from econsim.web.words import spoken

SMALL = ("--draws", "4", "--engine", "batch")
CHANGES = {
    "as it ships": ("royalty", {}),
    "a lever": ("baseline", {"detection_rate": 0.3}),
    "a lever in steps": ("baseline", {"royalty_rate": [{"value": 0.2}, {"value": 0.4, "start": "2030Q1", "ramp": 4}]}),
    "a lever with a ramp": ("gate-and-detect", {"detection_rate": {"value": 0.2, "start": "2027Q1", "ramp": 4}}),
    "a lever taken away": ("royalty", {"royalty_rate": None, "rd_subsidy": 0.1}),
    "an assumption": ("royalty", {"lab_premium": 0.5, "n_labs": 3}),
    "another prior": ("royalty", {"learning_rate": {"default": 0.1, "low": 0.05, "high": 0.4}}),
    "an assumption back in the book": ("free-copying", {"copy_cost_ratio": None}),
    "a switch": ("export-controls", {"geopolitics": False}),
}


@pytest.fixture(params=CHANGES.values(), ids=CHANGES)
def now(request) -> Current:
    base, changes = request.param
    return Current(with_settings(load_scenario(base), changes), base)


def test_the_command_gives_the_same_run(now, capsys):
    line = shlex.split(reproduce.command(now).replace("\\\n", " "))
    assert line[:2] == ["econsim", "run"]
    assert main([*line[1:], *SMALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = simulate(now.scenario, draws=4, engine="batch").summary()
    assert found == expected


def test_the_python_gives_the_same_run(now):
    code = reproduce.python_code(now).replace("simulate(scenario)", "simulate(scenario, draws=4, engine='batch')")
    names: dict = {"print": lambda *_: None}
    exec(code, names)
    assert names["result"].run_id == simulate(now.scenario, draws=4, engine="batch").run_id
    assert names["result"].scenario.hash == now.scenario.hash


def test_a_scenario_with_a_file_of_its_own_is_run_from_that():
    scenario = load_scenario("baseline").with_(name="two labs", labs=[{"cash": 9000}, {"premium": 0.4}])
    assert reproduce.command(Current(scenario, None)) == "econsim run two-labs.yaml"
    assert 'load_scenario("two-labs.yaml")' in reproduce.python_code(Current(scenario, None))


def test_the_python_of_a_comparison_gives_what_the_page_says():
    changed = with_settings(load_scenario("royalty"), {"detection_rate": 0.5, "lab_premium": 0.4})
    packages = [
        Told(load_scenario("release-window"), "release-window"),
        Told(changed.with_(name="royalty with more"), "royalty"),
    ]
    assert reproduce.comparison_command(packages) is None
    assert reproduce.comparison_command(packages[:1] * 2) == "econsim compare release-window release-window"
    code = reproduce.comparison_code(packages)
    names: dict = {}
    exec(
        code.replace("compare(packages)", "compare(packages, draws=4, engine='batch')").replace("print(", "str("), names
    )
    assert names["packages"] == [one.scenario for one in packages]


def test_pictures_carry_their_run_id_and_finding():
    answer = stored.read(load_scenario("royalty"))
    table = answer.change("rd_investment")

    def draw(**how):
        return paired_effect(table, title="What is found", subtitle="what is plotted", **how)

    about = exports.compared(answer.result, "Frontier R&D")
    svg = html.unescape(exports.picture(draw, answer.result, "svg", about).decode())
    told = ("What is found", "what is plotted", "Frontier R&D: royalty against the same world without policy",
            answer.run_id, standing(answer.result.ensemble).split(",")[0])  # fmt: skip
    for text in told:
        assert text in svg
    assert exports.picture(draw, answer.result, "png", about).startswith(b"\x89PNG")
    svg = exports.picture(draw, answer.result, "svg", about, ["0a1b2c", "d3e4f5"]).decode()
    assert "runs 0a1b2c, d3e4f5" in svg and answer.run_id not in svg


def test_the_citation_names_run_and_version():
    result = stored.read(load_scenario("royalty")).result
    for text in (reproduce.citation(result), reproduce.bibtex(result)):
        assert result.run_id in text and "0.1.0" in text and "royalty" in text


def random_scenario(seed: int) -> Current:
    """A shipped scenario with two levers and two assumptions somewhere in their ranges."""
    rng = random.Random(seed)
    base = rng.choice(["baseline", "royalty", "gate-and-detect", "free-copying", "strong-moats"])
    levers = {name: round(rng.uniform(0.0, 2.0 * book().levers[name].moderate), 2)
              for name in rng.sample(list(book().levers), 2)}  # fmt: skip
    ranges = {name: row.range for name, row in book().parameters.items() if row.range and not row.integer}
    world = {name: float(f"{rng.uniform(*ranges[name]):.3g}") for name in rng.sample(list(ranges), 2)}
    return Current(with_settings(load_scenario(base), {**levers, **world}), base)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] if seed > 3 else []) for seed in range(30)]
)
def test_the_page_says_what_the_command_line_says(opened, seed):
    from econsim.web.url_codec import encode

    now = random_scenario(seed)
    at = opened(**encode(now.scenario, now.base))
    assert not at.exception and not at.error
    expected = simulate(now.scenario, draws=24, engine="batch")
    shown = "\n".join(one.value for one in at.markdown).replace("\\", "").replace("**", "")
    assert spoken(expected.finding) in shown
    assert expected.run_id in "\n".join(one.value for one in at.caption)
