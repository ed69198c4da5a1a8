"""The Reproduce block gives the numbers of the page, on a command line and in Python; exports carry the run id."""

from __future__ import annotations

import functools
import html
import json
import random
import shlex
from types import SimpleNamespace

import numpy as np
import pytest
from page_helpers import unfolded

import econsim
from econsim import adopt, load_scenario, simulate, tipping
from econsim.charts.trajectories import paired_effect
from econsim.cli import main
from econsim.ensemble_words import standing
from econsim.fidelity import spectrum
from econsim.parameter_book import book
from econsim.scenario_settings import with_settings
from econsim.studies.adoption_workload import check_workload
from econsim.web import exports, job_commands, recipes, reproduce, stored
from econsim.web.blocks import below, pictures
from econsim.web.state import Current
from econsim.web.url_codec import Told
from econsim.web.words import METRICS, spoken

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


def on_a_terminal(recipe, capsys, *options) -> list[dict]:
    """What each line for a terminal prints as JSON."""
    found = []
    for told in recipe.command.replace("\\\n", " ").splitlines():
        line = shlex.split(told, comments=True)
        if line:
            assert line[0] == "econsim"
            assert main([*line[1:], *options, "--json"]) == 0
            found.append(json.loads(capsys.readouterr().out))
    return found


def in_python(recipe, *calls, how="draws=4, engine='batch'") -> dict:
    """The names that its Python leaves, with few draws in the calls that are named."""
    code = recipe.python
    for call in calls:
        assert f"{call})" in code
        code = code.replace(f"{call})", f"{call}, {how})")
    names: dict = {"print": lambda *_: None}
    exec(code, names)
    return names


def test_the_command_gives_the_same_run(now, capsys):
    (found,) = on_a_terminal(recipes.run(now), capsys, *SMALL)
    assert found == simulate(now.scenario, draws=4, engine="batch").summary()


def test_the_python_gives_the_same_run(now):
    names = in_python(recipes.run(now), "simulate(scenario")
    assert names["result"].run_id == simulate(now.scenario, draws=4, engine="batch").run_id
    assert names["result"].scenario.hash == now.scenario.hash


def test_a_scenario_with_a_file_of_its_own_is_run_from_that():
    scenario = load_scenario("baseline").with_(name="two labs", labs=[{"cash": 9000}, {"premium": 0.4}])
    recipe = recipes.run(Current(scenario, None))
    assert recipe.command == "econsim run two-labs.yaml" and recipe.files == ("two-labs.yaml",)
    assert 'load_scenario("two-labs.yaml")' in recipe.python


CHANGED = with_settings(load_scenario("royalty"), {"detection_rate": 0.5, "lab_premium": 0.4})


def test_the_python_of_a_comparison_gives_what_the_page_says():
    packages = [
        Told(load_scenario("release-window"), "release-window"),
        Told(CHANGED.with_(name="royalty with more"), "royalty"),
    ]
    assert recipes.comparison(packages).command is None
    assert recipes.comparison(packages[:1] * 2).command == "econsim compare release-window release-window"
    names = in_python(recipes.comparison(packages), "compare(packages")
    assert names["packages"] == [one.scenario for one in packages]


def test_drivers_are_had_again_on_a_terminal_and_in_python(monkeypatch):
    asked = {}
    for name in ("sensitivity", "flip", "moats"):
        monkeypatch.setattr(econsim, name, functools.partial(_noted, asked, name))
    shown = METRICS["rd_investment"]
    recipe = recipes.drivers(Current(CHANGED, "royalty"), shown, 64)
    result = simulate(CHANGED, draws=16, engine="batch")
    monkeypatch.setattr(econsim, "simulate", lambda scenario: result if scenario == CHANGED else None)
    names = in_python(recipe)
    expected = below.strongest(result, pictures.drawn_change(result, shown)[0], 15)
    assert names["bars"].head(15).index.tolist() == expected["parameter"].tolist()
    np.testing.assert_allclose(names["bars"].head(15), expected["correlation"])
    assert asked["sensitivity"] == ((CHANGED,), {"samples": 64, "outputs": ["rd_investment"], "over_time": []})
    assert asked["flip"] == ((CHANGED,), {"output": "rd_investment"}) and asked["moats"] == ((CHANGED,), {})
    lines = [shlex.split(one, comments=True) for one in recipe.command.replace("\\\n", " ").splitlines()]
    _, sobol, flips, moats = lines
    jobs = job_commands.sobol_arguments("rd_investment", 64), job_commands.flip_arguments("rd_investment")
    assert tuple(sobol[-6:]) == jobs[0] and tuple(flips[-2:]) == jobs[1]
    of_the_run = shlex.split(recipes.run(Current(CHANGED, "royalty")).command.replace("\\\n", " "))
    assert moats == ["econsim", "moats", *of_the_run[2:]] == [*flips[:1], "moats", *flips[2:-2]]


def _noted(asked, name, *given, **named):
    asked[name] = given, named
    return SimpleNamespace(finding="")


def test_a_map_and_a_curve_are_had_again(capsys):
    asked = {"output": "effect:rd_investment", "above": False, "threshold": -308.625, "draws": 2}
    axes = [("royalty_rate=0:0.4:2", "detection_rate=0:1:2"), ("royalty_rate=0:0.4:2",)]
    recipe = recipes.tipping(Current(CHANGED, "royalty"), asked, axes)
    assert "--above -308.625" in recipes.tipping(Current(CHANGED, "royalty"), asked | {"above": True}, axes).command
    how = {"output": "effect:rd_investment", "draws": 2, "engine": "batch", "below": -308.625}
    expected = [tipping(CHANGED, *names, **how) for names in axes]
    assert on_a_terminal(recipe, capsys, "--engine", "batch") == [one.summary() for one in expected]
    names = in_python(recipe, "draws=2", how="engine='batch'")
    assert names["found"].finding == expected[-1].finding


def test_a_builders_choice_is_had_again(capsys):
    workload = check_workload(0.9, 0.6, 0.4, 5.0, 0.8, None)
    recipe = recipes.adoption(Current(CHANGED, "royalty"), workload)
    expected = adopt(0.9, 0.6, 0.4, 5.0, pass_rate=0.8, scenario=CHANGED, draws=4, engine="batch")
    (found,) = on_a_terminal(recipe, capsys, *SMALL)
    assert found == expected.summary()
    assert in_python(recipe, "scenario=scenario")["found"].summary() == expected.summary()


def test_a_spectrum_is_had_again(capsys):
    expected = spectrum(3e4, student_size=7e9, access="logit")
    recipe = recipes.spectrum(3e4, 7e9, "logit", 8)
    (found,) = on_a_terminal(recipe, capsys)
    assert found == expected.summary()
    assert in_python(recipe)["found"].identity == expected.identity
    assert recipes.spectrum(3e4, 7e9, "logit", 12).command is None


@pytest.mark.parametrize("page", [None, "compare", "spectrum", "drivers", "tipping"])
def test_every_page_of_numbers_has_the_block(opened, page):
    at = unfolded(opened(page, p="royalty"))
    assert not at.exception and not at.error
    code = [one.value for one in at.code]
    result = stored.read(load_scenario("royalty")).result
    assert any("econsim." in one and one.startswith("import") for one in code)
    assert any("royalty" in one and one.startswith(("econsim ", "# The studies")) for one in code)
    assert any(
        one.startswith("econsim contributors") and econsim.__version__ in one and result.run_id in one for one in code
    )
    assert any(one.startswith("@software{") and result.run_id in one for one in code)


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
    other = stored.read(load_scenario("release-window")).result
    for text in (reproduce.citation([result, other]), reproduce.bibtex([result, other])):
        assert result.run_id in text and "0.1.0" in text and "royalty" in text
        assert other.run_id in text and "release-window" in text


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
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] if seed > 1 else []) for seed in range(30)]
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
