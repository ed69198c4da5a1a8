"""`econsim drivers`, `discover` and `moats`: what they print and write, and their errors in a line."""

from __future__ import annotations

import csv
import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from analysis_helpers import CHOICE, boxed, chosen, known_sweep
from sweep_helpers import small

import econsim
from econsim.cli import main
from econsim.cli_text import WIDTH

WHERE = "rd_relative < 0.5"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    return known_sweep(tmp_path_factory.mktemp("boxed") / "sweep", boxed)


@pytest.fixture(scope="module")
def choice(tmp_path_factory):
    return known_sweep(tmp_path_factory.mktemp("choice") / "sweep", chosen, **CHOICE)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)
    Path("mine.yaml").write_text(small("baseline").to_yaml())


def run(capsys, *arguments):
    code = main([str(one) for one in arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def refused(capsys, words: str, *arguments) -> list[str]:
    """Exit code 2, nothing on stdout, one error, no traceback."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith("error: ") and words in lines[0], err
    assert sum(line.startswith("error: ") for line in lines) == 1 and "Traceback" not in err
    return lines


def read(path: str) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# ------------------------------------------------------------------------------------------ what they print


def test_drivers_in_text_and_json(capsys, sweep):
    code, out, err = run(capsys, "drivers", sweep.folder, "--metric", "rd_relative", "--where", WHERE)
    assert (code, err) == (0, "")
    found = econsim.drivers(sweep, "rd_relative", WHERE)
    flat = " ".join(out.split())
    assert found.regional.sentence in flat and found.sentence("baseline", "rd_relative") in flat
    assert max(map(len, out.splitlines())) <= WIDTH
    assert f"Sweep {sweep.sweep_id}: 400 points, 1 draw each" in flat
    code, out, _ = run(capsys, "drivers", sweep.folder, "--metric", "rd_relative", "--where", WHERE, "--json")
    assert code == 0 and json.loads(out) == json.loads(json.dumps(found.summary()))
    code, out, _ = run(capsys, "drivers", sweep.folder, "--quiet")
    assert out.count("\n") == 1 and out.startswith("R&D relative to no copying goes most with")


def test_the_value_of_information(capsys, choice):
    asked = ["drivers", choice.folder, "--value-of-information", "royalty,release-window", "--metric", "lab_npv"]
    code, out, _ = run(capsys, *asked)
    flat = " ".join(out.split())
    assert code == 0 and "Settling lab premium is worth $2" in flat and "more lab NPV on average" in flat
    assert max(map(len, out.splitlines())) <= WIDTH
    _, out, _ = run(capsys, *asked, "--less-is-better", "--quiet")
    assert "less lab NPV" in out


def test_discover_in_text_and_json(capsys, sweep):
    code, out, err = run(capsys, "discover", sweep.folder, "--where", WHERE)
    found = econsim.discover(sweep, WHERE)
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert found.sentence in flat and found.check_sentence in flat and "quasi-p" in flat
    assert max(map(len, out.splitlines())) <= WIDTH
    code, out, _ = run(capsys, "discover", sweep.folder, "--where", WHERE, "--json")
    assert json.loads(out)["box"] == json.loads(json.dumps(found.summary()))["box"]
    code, out, _ = run(capsys, "discover", sweep.folder, "--where", WHERE, "--quiet", "--most", 1)
    assert out == econsim.discover(sweep, WHERE, most_names=1).sentence + "\n"


@pytest.fixture(scope="module")
def moats():
    return econsim.moats(small("baseline", lab_premium=2), draws=2, engine="batch")


def test_moats_in_text_and_json(capsys, moats, monkeypatch):
    code, out, _ = run(
        capsys, "moats", "mine.yaml", "--draws", 2, "--set", "lab_premium=2", "--json", "--engine", "batch"
    )
    assert code == 0 and json.loads(out) == json.loads(json.dumps(moats.summary()))
    monkeypatch.setattr("econsim.studies.moats.moats", lambda *arguments: moats)
    code, out, err = run(capsys, "moats", "mine.yaml", "--draws", 2)
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert all(sentence in flat for sentence in moats.sentences) and "together beyond the sum" in flat
    assert max(map(len, out.splitlines())) <= WIDTH
    monkeypatch.setattr("econsim.studies.moats.Moats.has_finding", False)
    code, out, err = run(capsys, "moats", "mine.yaml", "--quiet")
    assert code == 3 and out == moats.finding + "\n" and "do not use these numbers" in err


# ------------------------------------------------------------------------------------------ what they write


def test_out_holds_json_tables_and_figures(capsys, sweep, choice):
    """Figures in three formats, drawn without a network."""
    pytest.importorskip("vl_convert")
    code, out, err = run(capsys, "discover", sweep.folder, "--where", WHERE, "--out", "box")
    assert (code, err) == (0, "") and out.endswith("Written to box\n")
    figures = {f"{name}.{form}" for name in ("peeling", "ranges") for form in ("svg", "png", "pdf")}
    assert {path.name for path in Path("box").iterdir()} == {
        "discover.json", "box.csv", "trajectory.csv", "manifest.json", *figures}  # fmt: skip
    assert Path("box/ranges.png").read_bytes().startswith(b"\x89PNG")
    assert Path("box/ranges.pdf").read_bytes().startswith(b"%PDF")
    root = ElementTree.parse("box/ranges.svg").getroot()
    words = " ".join(part.text for part in root.iter() if part.text)
    assert "at most" in words and f"sweep {sweep.sweep_id}" in words
    assert {row["parameter"] for row in read("box/box.csv")} == {"lab_premium", "copy_cost_ratio"}


def test_out_of_drivers_and_moats(capsys, choice, moats, monkeypatch):
    pytest.importorskip("vl_convert")
    monkeypatch.setattr("econsim.studies.analysis_store.FORMATS", ("svg",))
    names = ["drivers", choice.folder, "--scenario", "royalty", "--metric", "lab_npv", "--out", "voi", "--quiet"]
    code, out, _ = run(capsys, *names, "--value-of-information", "royalty,baseline")
    assert code == 0 and out.splitlines()[-1] == "voi"
    assert {path.name for path in Path("voi").glob("*.svg")} == {"value_of_information.svg", "correlations-lab_npv.svg"}
    assert [row["parameter"] for row in read("voi/value_of_information.csv")] == ["lab_premium", "vendor_inertia"]
    monkeypatch.setattr("econsim.studies.moats.moats", lambda *arguments: moats)
    assert run(capsys, "moats", "mine.yaml", "--draws", 2, "--out", "moats")[0] == 0
    assert {path.name for path in Path("moats").iterdir()} == {
        "moats.json", "moats.csv", "moats-lab_npv.svg", "moats-rd_relative.svg", "manifest.json"}  # fmt: skip


def test_out_is_not_written_over_other_things(capsys, sweep, monkeypatch):
    monkeypatch.setattr("econsim.studies.analysis_store.FORMATS", ())  # drawing takes a while
    asked = ["drivers", sweep.folder, "--metric", "rd_relative", "--out"]
    assert run(capsys, *asked, "there")[0] == 0
    assert run(capsys, *asked, "there")[0] == 0
    other = ["drivers", sweep.folder, "--metric", "lab_npv", "--out", "there"]
    refused(capsys, "holds an analysis by econsim drivers, which is another one", *other)
    assert run(capsys, *other, "--force")[0] == 0
    Path("there/correlations.csv").write_text("changed")
    refused(capsys, "changed since", *other)
    Path("foreign").mkdir()
    Path("foreign/letter.txt").write_text("dear")
    refused(capsys, "holds something that is not an analysis", *asked, "foreign", "--force")
    refused(capsys, "lies in the folder of the sweep", *asked, sweep.folder / "box")
    refused(capsys, "--out needs the name of a folder".lower(), *asked, "")
    assert econsim.open_sweep(sweep.folder).sweep_id == sweep.sweep_id


def test_without_the_drawing_package_the_rest_is_written(capsys, sweep, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = run(capsys, "drivers", sweep.folder, "--where", WHERE, "--out", "there")
    assert code == 0 and "no figures: they need vl-convert-python" in err
    assert {path.suffix for path in Path("there").iterdir()} == {".json", ".csv"}


# ------------------------------------------------------------------------------------------ what they refuse


def test_the_place_of_an_error_is_marked(capsys, sweep):
    lines = refused(
        capsys, "did you mean 'rd_relative'?", "discover", sweep.folder, "--where", "lab_npv < 1 or rd_relativ < 1"
    )
    assert lines[1:] == ["  lab_npv < 1 or rd_relativ < 1", "                 ^^^^^^^^^^"]
    lines = refused(capsys, "unexpected", "discover", sweep.folder, "--where", "lab_npv\n\x1b[31m < 1")
    assert len(lines) == 3 and lines[1].isprintable()


def test_names_and_folders_that_there_are_not(capsys, sweep, choice):
    refused(capsys, "did you mean 'rd_relative'?", "drivers", sweep.folder, "--metric", "rd_relativ")
    refused(
        capsys,
        "allowed: 2 to 6 names",
        "drivers",
        choice.folder,
        "--metric",
        "lab_npv",
        "--value-of-information",
        "royalty",
    )
    many = ",".join("abcdefg")
    refused(
        capsys, "allowed: 2 to 6 names", "drivers", choice.folder, "--metric", "lab_npv", "--value-of-information", many
    )
    unknown = "royalty,liability"
    refused(capsys, "allowed: royalty, release-window, baseline", "drivers", choice.folder, "--metric", "lab_npv",
            "--value-of-information", unknown)  # fmt: skip
    refused(capsys, "several: say which", "discover", choice.folder, "--where", "lab_npv < 0")
    refused(capsys, "is met in no row", "discover", sweep.folder, "--where", "rd_relative < -1")
    refused(capsys, "no such folder", "drivers", "nowhere")
    refused(capsys, "missing option '--where'", "discover", sweep.folder)
    refused(capsys, "unknown scenario 'baselin'", "moats", "baselin")
    refused(capsys, "did you mean 'lab_premium'?", "moats", "mine.yaml", "--set", "lab_premum=1")


def test_an_unfinished_sweep_goes_on_as_the_error_says(capsys, sweep):
    shutil.copytree(sweep.folder, "half")
    Path("half/manifest.json").unlink()
    (line,) = refused(capsys, "is not finished", "drivers", "half")
    command = line.split("complete it with: econsim ")[1].split()
    assert command == ["sweep", "half/spec.yaml", "--out", "half", "--resume"]
    assert run(capsys, *command, "--quiet")[0] == 0
    assert run(capsys, "drivers", "half", "--quiet")[0] == 0
