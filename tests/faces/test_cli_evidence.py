"""`econsim evidence`: facts with their sources, what is weakly known, and what is refused."""

from __future__ import annotations

import csv
import io
import json

import pytest

from econsim import cli_text
from econsim.cli import main
from econsim.evidence.fact_book import fact, fact_book
from econsim.evidence.weak import influence, weaknesses
from econsim.parameter_book import book


def good(capsys, *arguments):
    """Stdout of `econsim evidence` with arguments, which has to work."""
    code = main(["evidence", *arguments])
    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    return told.out


def refused(capsys, *arguments):
    code = main(["evidence", *arguments])
    told = capsys.readouterr()
    assert code == 2 and told.out == "" and "Traceback" not in told.err
    return told.err


def test_every_format_lists_every_fact(capsys):
    keys = list(fact_book())
    assert [row["key"] for row in json.loads(good(capsys, "--json"))["facts"]] == keys
    assert [row["key"] for row in csv.DictReader(io.StringIO(good(capsys, "--format", "csv")))] == keys
    lines = good(capsys, "--format", "md").splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == keys
    text = good(capsys)
    assert all(f"\n{key} " in text for key in keys) and "Figures of Epoch AI" in text
    assert f"{len(keys)} facts" in text
    assert max(map(len, text.splitlines())) <= cli_text.WIDTH


def test_grep(capsys):
    rows = json.loads(good(capsys, "--grep", "^GPU\\.", "--json"))["facts"]
    assert [row["key"] for row in rows] == [key for key in fact_book() if key.startswith("gpu.")]
    assert "Did you mean 'gpu.h100.2023'" in good(capsys, "--grep", "gpu.h100.2023x")
    assert "is not a regular expression" in refused(capsys, "--grep", "(")


def test_one_fact_with_its_source(capsys):
    text = good(capsys, "train.gpt4.cloud")
    for told in ("81.4M (78M to 81.4M) USD of 2023, cloud", "rental prices", "Notable AI Models", "Licence: CC BY 4.0"):
        assert told in text
    plain = json.loads(good(capsys, "train.gpt4.cloud", "--json"))
    assert plain["value"] == fact("train.gpt4.cloud").value and plain["basis"] == "cloud"
    assert plain["references"]["epoch_notable"]["link"].startswith("https://")
    assert "used for    lab_substitution" in good(capsys, "margin.openai.2025")


def test_one_parameter_with_its_facts(capsys):
    text = good(capsys, "lab_premium")
    assert "Grade C, assumed" in text and "measured below the prior" in text and "open.discount" in text
    plain = json.loads(good(capsys, "lab_premium", "--json"))
    assert [one["key"] for one in plain["facts"]] == list(book().parameters["lab_premium"].facts)
    assert plain["readings"][0]["measured"]["value"] == 0.3
    assert "No fact: an assumption." in good(capsys, "discount_rate")
    assert "lever, mid-range setting 1" in good(capsys, "export_wedge")


@pytest.mark.parametrize("key", [*book().parameters, *book().levers])
def test_every_row_of_the_book_can_be_shown(capsys, key):
    text = good(capsys, key)
    assert f"Grade {({**book().parameters, **book().levers})[key].grade}" in text
    longest = max(text.splitlines(), key=len)
    assert len(longest) <= cli_text.WIDTH or "https://" in longest


def test_tables_and_sources(capsys):
    text = good(capsys, "open_closed_gap")
    assert "econsim.evidence.open_closed_gap()" in text and "backward_lag_months" in text
    assert "columns" in json.loads(good(capsys, "open_closed_gap", "--json"))
    assert "Facts: hw.priceperf.own_fp16" in good(capsys, "epoch_hardware")
    assert json.loads(good(capsys, "epoch_hardware", "--json"))["licence"] == "CC BY 4.0"


def test_weak(capsys):
    frame = weaknesses()
    plain = json.loads(good(capsys, "--weak", "--json"))
    assert plain["sensitivity"]["run_id"] == influence().run_id
    assert [row["name"] for row in plain["weak"]] == list(frame["name"])
    assert plain["weak"][-1]["matters"] is None
    text = good(capsys, "--weak")
    ranked = [line.split()[0] for line in text.splitlines()[2 : 2 + frame["matters"].notna().sum()]]
    assert ranked == list(frame["name"][: len(ranked)])
    assert influence().run_id in text and "Assumed too, but not varied there: " in text
    assert f"| `{frame['name'][0]}` |" in good(capsys, "--weak", "--format", "md")
    assert len(good(capsys, "--weak", "--format", "csv").splitlines()) == 1 + len(frame)


def test_what_is_refused(capsys):
    told = refused(capsys, "train.gpt4.clud")
    assert "unknown fact, parameter, table or source 'train.gpt4.clud'; did you mean 'train.gpt4.cloud'" in told
    assert "unknown format 'xml'" in refused(capsys, "--format", "xml")
    assert "--format: is table or json for a single KEY" in refused(capsys, "lab_premium", "--format", "md")
    assert "a KEY goes with neither" in refused(capsys, "lab_premium", "--weak")
    assert "--weak does not go with --grep" in refused(capsys, "--weak", "--grep", "x")
