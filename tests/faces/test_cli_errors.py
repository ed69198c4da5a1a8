"""Whatever is typed wrong gives a clear error of one line a problem, exit code 2, and writes nothing."""

from __future__ import annotations

import os

import pytest

from econsim.cli import main

FILES = {
    "misspelt.yaml": "extends: baseline\nlevers:\n  detection_rat: 0.5\n",
    "outside.yaml": "extends: baseline\nlevers:\n  detection_rate: 1.5\n",
    "twice.yaml": "extends: baseline\nlevers:\n  detection_rate: 0.5\n  detection_rate: 0.6\n",
    "circle.yaml": "extends: ./other.yaml\n",
    "other.yaml": "extends: ./circle.yaml\n",
    "empty.yaml": "",
    "broken.yaml": "levers: [\n",
}


@pytest.fixture(autouse=True)
def full_folder(tmp_path, monkeypatch):
    """A folder with everything that can be wrong with a file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECONSIM_DEBUG", raising=False)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "huge.yaml").write_bytes(b"name: " + b"x" * 10_000_000)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.tex").write_text("mine")
    (tmp_path / "bench.json").write_text('{"rows": [{"engine": "batch"}], "ratios": {}}')
    (tmp_path / "later.json").write_text('{"econsim_bench": 99}')


def snapshot():
    return {
        os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_size
        for folder, folders, names in os.walk(".")
        for name in [*folders, *names]
    }


CASES = {
    # what is typed: (words of the message, problems)
    "run baseline --set detection_rat=0.5": ("did you mean 'detection_rate'?", 1),
    "run baseline --set detection_rate=1.5": ("levers.detection_rate: is out of bounds (got 1.5); allowed: ", 1),
    "run baseline --set detection_rate=1.5 --set access_lag=-1": ("parameters.access_lag", 2),
    "run baseline --set detection_rate=much": ("levers.detection_rate", 1),
    "run baseline --set detection_rate=nan": ("levers.detection_rate: must be a finite number (got 'nan')", 1),
    "run baseline --set detection_rate='0.5'": ("levers.detection_rate: must be a number, not text: take the", 1),
    "run baseline --set detection_rate=.inf": ("detection_rate", 1),
    "run baseline --set detection_rate=1e400": ("detection_rate", 1),
    "run baseline --set detection_rate={value:": ("the value of detection_rate cannot be read", 1),
    "run baseline --set detection_rate": ("must be NAME=VALUE", 1),
    "run baseline --set =1": ("must be NAME=VALUE", 1),
    "run baseline --set detection_rate=": ("must be NAME=VALUE", 1),
    "run baseline --set detection_rate=~": ("detection_rate needs a value", 1),
    "run baseline --set rd_subsidy=0.1 --set rd_subsidy=0.2": ("rd_subsidy is given twice", 1),
    "run baseline --set n_labs=2.5": ("parameters.n_labs", 1),
    "run baseline --set copying=perhaps": ("switches.copying: must be true or false", 1),
    "run baseline --set fidelity_law=water": ("water_filling", 1),
    "run baseline --set quarters=0": ("structure.quarters", 1),
    "run baseline --set name=mine": ("unknown name 'name'", 1),
    "run misspelt.yaml": ("misspelt.yaml:3: levers.detection_rat", 1),
    "run outside.yaml": ("outside.yaml:3: levers.detection_rate: is out of bounds (got 1.5); allowed: ", 1),
    "run twice.yaml": ("twice.yaml:4", 1),
    "run circle.yaml": ("goes round in a circle", 1),
    "run empty.yaml": ("empty.yaml: is empty", 1),
    "run broken.yaml": ("broken.yaml:2: not valid YAML", 1),
    "run binary.yaml": ("binary.yaml: looks like a binary file", 1),
    "run huge.yaml": ("huge.yaml: is too large", 1),
    "run folder.yaml": ("folder.yaml: is a directory", 1),
    "run missing.yaml": ("missing.yaml: no such file", 1),
    "run baselin": ("did you mean 'baseline'?", 1),
    "run file": ("file", 1),
    "run baseline --draws 0": ("draws: must be a whole number in range (got 0); allowed: 1 to ", 1),
    "run baseline --draws -1": ("draws: must be a whole number in range (got -1)", 1),
    "run baseline --draws abc": ("'--draws': must be a whole number written in digits (got 'abc')", 1),
    "run baseline --draws 1e9": ("'--draws': must be a whole number written in digits (got '1e9')", 1),
    "run baseline --draws 2.5": ("'--draws': must be a whole number", 1),
    "run baseline --draws 1000000000": ("draws: must be a whole number in range", 1),
    "run baseline --draws 100000000": ("draws: needs about", 1),
    "run baseline --seed -1": ("seed: must be a whole number in range (got -1); allowed: 0 to ", 1),
    "run baseline --seed 99999999999999999999": ("seed", 1),
    "run baseline --draws 0 --seed -1": ("seed", 2),
    "run baseline --ensemble priors": ("did you mean 'prior'?", 1),
    "run baseline --engine btch": ("did you mean 'batch'?", 1),
    "run baseline --csv": ("--csv needs --out DIR", 1),
    "run baseline --out file": ("file: is a file, and a folder is needed", 1),
    "run baseline --out file/run --force": ("is not a folder", 1),
    "run baseline --out /proc/none/run": ("/proc/none/run: cannot be written", 1),
    "run baseline --out /dev/full": ("/dev/full: is a file", 1),
    "run baseline --out used": ("thesis.tex", 1),
    "run baseline --out used --force": ("thesis.tex", 1),
    "run baseline --drwas 3": ("--draws", 1),
    "run": ("missing argument 'SCENARIO'", 1),
    "run baseline extra": ("unexpected extra argument", 1),
    "run baseline --draws": ("--draws", 1),
    "rnu baseline": ("unknown command 'rnu'; did you mean 'run'?", 1),
    "qqqqqq": ("commands: run, compare", 1),
    "help rnu": ("unknown command 'rnu'; did you mean 'run'?", 1),
    "fidelity shw": ("unknown command 'shw'; did you mean 'show'?", 1),
    "fidelity --": ("missing command", 1),
    "sensitivity baseline --method foo": ("method: unknown method 'foo'; allowed: sobol, morris, oat", 1),
    "sensitivity baseline --method sobl": ("method: unknown method 'sobl'; did you mean 'sobol'?", 1),
    "app --port abc": ("'--port': must be a whole number from 1 to 65535 (got 'abc')", 1),
    "app --port 99999": ("'--port': must be a whole number from 1 to 65535 (got '99999')", 1),
    "--versoin": ("--version", 1),
    "compare baseline": ("2 to 4", 1),
    "compare baseline baseline baseline baseline baseline": ("2 to 4", 1),
    "compare baseline misspelt.yaml": ("did you mean 'detection_rate'?", 1),
    "compare baseline royalty --out used --force": ("compare.json", 1),
    "compare baseline royalty --draws 0": ("draws", 1),
    "params --format xlsx": ("unknown format 'xlsx'", 1),
    "params --grep (": ("is not a regular expression", 1),
    "new misspelt": ("misspelt.yaml: exists already", 1),
    "new fresh --extends baselin": ("did you mean 'baseline'?", 1),
    "new fresh --extends circle.yaml": ("goes round in a circle", 1),
    "new none/fresh": ("none/fresh.yaml: cannot be written", 1),
    "new file/fresh": ("file/fresh.yaml: cannot be written", 1),
    "new used/": ("NAME", 1),
    "validate": ("missing argument", 1),
    "validate --schema empty.yaml": ("--schema takes no FILE", 1),
    "validate misspelt.yaml empty.yaml": ("empty.yaml: is empty", 2),
    "bench --compare missing.json": ("missing.json: cannot be read", 1),
    "bench --compare file": ("file:1: is damaged", 1),
    "bench --compare bench.json": ("bench.json: is not what `econsim bench --out` stores", 1),
    "bench --compare later.json": ("later.json: was stored in another format (99", 1),
    "bench --compare folder.yaml": ("folder.yaml: cannot be read", 1),
    "bench --out bench.json": ("bench.json: exists already and holds no figures of `econsim bench`", 1),
    "bench --out used": ("used: is a folder", 1),
    "bench --out none/figures.json": ("its folder does not exist", 1),
    "bench --only rate": ("did you mean 'rates'?", 1),
    "bench --only rates,,sobl": ("--only: unknown section", 2),
    "bench --json --markdown": ("cannot be given together", 1),
}


@pytest.mark.parametrize("command", CASES)
def test_bad_input_is_one_clear_error(command, capsys):
    words, problems = CASES[command]
    before = snapshot()
    code = main(command.split())
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert code == 2, told.err
    assert told.out == ""
    assert words in told.err
    assert sum(line.startswith("error: ") for line in lines) == problems, told.err
    assert all(line.startswith(("error: ", "Try '")) for line in lines), told.err
    assert "Traceback" not in told.err and "\x1b" not in told.err
    assert snapshot() == before


def test_json_output_stays_empty_when_there_is_an_error(capsys):
    assert main(["run", "baseline", "--draws", "0", "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_control_characters_do_not_reach_the_terminal(capsys):
    assert main(["run", "no\nsuch\x1b[31mthing.yaml"]) == 2
    told = capsys.readouterr().err
    assert told == "error: no\\nsuch\\x1b[31mthing.yaml: no such file\n"


def test_a_bad_folder_is_found_before_the_work(capsys, monkeypatch):
    def work(*arguments, **options):
        raise AssertionError("it was run")

    monkeypatch.setattr("econsim.results.simulate", work)
    monkeypatch.setattr("econsim.studies.compare.compare", work)
    assert main(["run", "baseline", "--out", "used"]) == 2
    assert main(["compare", "baseline", "royalty", "--out", "file"]) == 2
    assert "it was run" not in capsys.readouterr().err
