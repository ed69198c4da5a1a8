"""What is weakly known and how much it matters: the ranking, the run behind it, and the page that shows it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from econsim import evidence
from econsim.evidence.page import amount, short, span_text, weak_markdown
from econsim.evidence.weak import COLUMNS, DOUBT, Influence, influence, weaknesses
from econsim.metrics import summary_catalogue
from econsim.parameter_book import book
from econsim.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script():
    """docs/make_evidence.py as a module."""
    spec = importlib.util.spec_from_file_location("make_evidence", ROOT / "docs" / "make_evidence.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_run_is_of_the_baseline_as_it_is(script):
    """Should this fail because the baseline changed: `make evidence` computes the indices again."""
    run, baseline = influence(), load_scenario("baseline")
    assert run.scenario == "baseline" == script.SCENARIO
    assert run.scenario_hash == baseline.hash
    assert (run.samples, run.seed) == (script.SAMPLES, script.SEED)
    assert set(run.outputs) == set(script.OUTPUTS) and set(run.by_rank) <= set(run.outputs)
    segments = tuple(one.name for one in baseline.structure.segments)
    assert set(run.outputs) <= set(summary_catalogue(segments, split=True))
    varied = {name for name, one in baseline.assumptions.items() if not one.fixed}
    for indices in run.outputs.values():
        assert set(indices) == varied


def test_everything_is_ranked_or_said_not_to_be():
    frame = weaknesses()
    assert tuple(frame.columns) == COLUMNS
    assert sorted(frame["name"]) == sorted([*book().parameters, *book().levers])
    known = frame["matters"].notna()
    assert known.sum() == len(next(iter(influence().outputs.values())))
    assert not frame[frame["kind"] == "lever"]["matters"].notna().any()
    # The ranked come first, by weakness; then the rest, the assumed ones before the others.
    assert known[: known.sum()].all()
    assert frame["weakness"][known].is_monotonic_decreasing
    assert (frame["weakness"][known] == frame["grade"][known].map(DOUBT) * frame["matters"][known]).all()
    assert frame["grade"][~known].map(DOUBT).is_monotonic_decreasing
    counts = {row.name: len(row.facts) for row in (*book().parameters.values(), *book().levers.values())}
    assert dict(zip(frame["name"], frame["facts"], strict=True)) == counts


def test_strongest_counts_what_can_be_told_from_zero():
    run = Influence(
        "id", "1", "baseline", "hash", 8, 0, ("b",),
        {
            "a": {"sure": (0.4, 0.1), "loud": (2.4, 5.0), "high": (1.2, 0.3)},
            "b": {"sure": (0.6, 0.2), "loud": (0.0, 0.1)},
        },
    )  # fmt: skip
    assert run.strongest("sure") == (0.6, 0.2, "b")
    assert run.strongest("loud") == (0.0, 0.0, "")
    assert run.strongest("high") == (1.0, 0.3, "a")
    assert run.strongest("other") is None
    assert run.about == "2 outputs of baseline, 8 base samples, of ranks for b"


def test_what_is_kept_of_a_run_is_what_the_run_said(script):
    """A small analysis goes through the same steps as the shipped one."""
    import econsim

    names = ("lab_premium", "leakage_rate")
    found = econsim.sensitivity(
        load_scenario("baseline").with_(quarters=20), samples=64, parameters=names, outputs=("rd_investment", "hhi"),
        over_time=(), engine="batch",
    )  # fmt: skip
    content = script.kept(found)
    assert content["run_id"] == found.run_id and content["samples"] == 64
    for output in ("rd_investment", "hhi"):
        ranks = found.content["by_rank"]["outputs"]
        assert (output in content["by_rank"]) == (output in ranks)
        for name in names:
            expected = ranks.get(output, found.outputs[output])[name]["ST"]
            assert content["outputs"][output][name]["ST"] == pytest.approx(expected, abs=1e-4)


def test_the_page_shows_what_the_code_says(script):
    """Should this fail: `python docs/make_evidence.py --page` writes the tables again."""
    text = script.PAGE.read_text(encoding="utf-8")
    assert script.with_blocks(text) == text
    assert weak_markdown() in text
    assert influence().run_id in text and "CC BY 4.0" in text
    for key, told in (("amortised", "$37M"), ("cloud", "$81M"), ("upfront", "$806M")):
        assert told in text and f"${evidence.fact(f'train.gpt4.{key}').value / 1e6:.0f}M" == told
    first = weaknesses().iloc[0]
    assert f"| `{first['name']}` | {first['grade']} " in text


def test_a_page_without_its_parts_is_refused(script):
    with pytest.raises(SystemExit, match="has no part 'grades'"):
        script.with_blocks("# Evidence\n")
    with pytest.raises(SystemExit, match="usage"):
        script.main(["--pages"])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"), (0.0001, "1e-4"), (0.00012, "1.2e-4"), (0.333, "0.333"), (-1.11, "-1.11"), (9.375, "9.38"),
        (600.0, "600"), (2024.7, "2025"), (6930.0, "6930"), (2027.0, "2027"),
        (12345.0, "12.3k"), (8.14e7, "81.4M"), (1.6e9, "1.6bn"),
        (5e26, "5e26"),
    ],
)  # fmt: skip
def test_numbers(value, told):
    assert short(value) == told


def test_ranges():
    assert span_text(None, None, None) == "–"
    assert span_text(2.0, None, None) == span_text(2.0, 2.0, 2.0) == "2"
    assert span_text(2.0, 1.0, 3.0) == "2 (1 to 3)"
    assert span_text(2.0, 2.0, None) == "at least 2"
    assert span_text(2.0, 1.0, None) == "2 (at least 1)"
    assert span_text(2.0, None, 3.0) == "2 (at most 3)"
    assert amount(evidence.fact("defence.hidden_cot")) == "2024.7"
    assert amount(evidence.fact("train.gpt4.statement")) == "at least 100M"
    assert amount(evidence.fact("defence.adaptive")) == "–"
