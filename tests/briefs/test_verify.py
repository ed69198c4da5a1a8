"""Verifying: what was made verifies, one changed digit is found and named, another version says what changed."""

from __future__ import annotations

import json
import re
import shutil

import pandas as pd
import pytest
from briefs.brief_helpers import DRAWS
from pypdf import PdfWriter

import econsim
from econsim.cli import main
from econsim.errors import InputError
from econsim.store import as_json, digest, write_run
from econsim.studies.compare import compare, write_comparison
from econsim.verification import verify
from econsim.verification.other_version import _numbers, _same
from econsim.verification.pdf_pages import pdf_pages, pdf_source

QUARTERS = 16


@pytest.fixture
def copied(bundle, tmp_path):
    """The small brief, to be changed."""
    return shutil.copytree(bundle.folder, tmp_path / "brief")


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """A run of few draws with CSV files."""
    scenario = econsim.load_scenario("royalty").with_assumptions(quarters=QUARTERS)
    result = econsim.simulate(scenario, draws=4, engine="batch")
    return write_run(result, tmp_path_factory.mktemp("run") / "run", csv=True)


@pytest.fixture
def run(run_folder, tmp_path):
    """The run, to be changed."""
    return shutil.copytree(run_folder, tmp_path / "run")


def one_digit(path, pattern):
    """Change the digit that the only group of a pattern finds in a file; returns the number with the new digit."""
    text = path.read_text(encoding="utf-8")
    place = re.search(pattern, text).start(1)
    other = str((int(text[place]) + 1) % 10)
    text = text[:place] + other + text[place + 1 :]
    path.write_text(text, encoding="utf-8")
    first = re.search(r"[\d.]*$", text[:place]).start()
    return re.match(r"[\d.]+", text[first:]).group().rstrip(".")


def with_its_hash(folder, file):
    """Write the hash of a changed file into the manifests above it, as a forger would."""
    parts = file.split("/")
    for depth in range(len(parts) - 1, -1, -1):
        manifest = folder.joinpath(*parts[:depth], "manifest.json")
        if not manifest.is_file() or manifest == folder / file:  # none knows its own hash
            continue
        content = json.loads(manifest.read_text())
        content["files"]["/".join(parts[depth:])] = digest(folder / file)
        manifest.write_text(as_json(content))
        if depth:
            with_its_hash(folder, "/".join([*parts[:depth], "manifest.json"]))
            return


# ------------------------------------------------------------------------------------------ what verifies


def test_a_brief_verifies(bundle):
    found = verify(bundle.folder)
    assert found.ok and not found.notes
    assert found.files == len(bundle.manifest["files"]) and found.numbers > 50_000
    assert found.sentence.startswith(f"Verified: brief {bundle.id}.")


@pytest.mark.parametrize(
    "end", ["html", "pdf", *(pytest.param(one, marks=pytest.mark.slow) for one in ("md", "ipynb"))]
)
def test_the_file_of_a_brief_verifies_by_itself(bundle, tmp_path, end):
    file = tmp_path / f"sent.{end}"
    shutil.copyfile(bundle.folder / f"brief.{end}", file)
    found = verify(file)
    assert found.ok and "its folder" in found.notes[0]


def test_the_file_in_its_folder_stands_for_the_folder(bundle):
    assert verify(bundle.folder / "brief.pdf").files == len(bundle.manifest["files"])


def test_a_run_verifies(run_folder):
    found = verify(run_folder)
    assert found.ok and (found.kind, found.files) == ("run", 7)


def test_a_run_of_another_engine_verifies_to_1e_9(tmp_path):
    scenario = econsim.load_scenario("royalty").with_assumptions(quarters=6)
    folder = write_run(econsim.simulate(scenario, draws=2, engine="agents"), tmp_path / "run")
    assert verify(folder, engine="batch").ok


def test_a_comparison_verifies_and_names_what_was_changed(tmp_path):
    worlds = [econsim.load_scenario(name).with_assumptions(quarters=QUARTERS) for name in ("royalty", "liability")]
    folder = write_comparison(compare(worlds, draws=4, engine="batch"), tmp_path / "compared")
    assert verify(folder).ok
    one_digit(folder / "compare.json", r'"frontier_growth": \{\s+"mean": 1\.(\d)')
    found = verify(folder)
    assert [one.place for one in found.differences] == ["scenarios.royalty.metrics.frontier_growth.mean"]


# ------------------------------------------------------------------------------------------ one digit


DIGITS = {
    "brief.md": r"(\d) of 20 simulated futures",
    "brief.html": r">\d?(\d) of 20</data>",
    "brief.ipynb": r"(\d) of 20 simulated futures",
    "numbers.json": r'"value": -?0\.(\d)',
    "figures/1-packages.csv": r"A royalty,-?\d+\.(\d)",
    "figures/1-packages.svg": r">\w+ in \d?(\d) of 20<",
    "runs/royalty/summary.json": r'"rd_investment": \{\s+"mean": \d(\d)',
}
"""File of a brief -> a digit in it."""


@pytest.mark.parametrize("forged", [False, True], ids=["hash left", "hash forged"])
def test_one_digit_changed_in_a_brief_is_named(copied, forged):
    changed = {file: one_digit(copied / file, pattern) for file, pattern in DIGITS.items()}
    for file in changed if forged else ():
        with_its_hash(copied, file)
    told = [str(one) for one in verify(copied).differences]
    for file, number in changed.items():
        assert any(number in one and one.startswith(f"{file}:") for one in told), (file, number, told)
    assert len(told) == len(changed), told


@pytest.mark.slow
@pytest.mark.parametrize("file", DIGITS)
def test_one_digit_alone_is_the_only_difference(copied, file):
    number = one_digit(copied / file, DIGITS[file])
    (told,) = verify(copied).differences
    assert told.file == file and number in str(told)


@pytest.mark.parametrize(
    ("file", "pattern", "told"),
    [
        ("spec.yaml", r"draws: \d(\d)", "spec.yaml"),
        ("scenarios/royalty.yaml", r"royalty_rate: 0\.(\d)", "runs/royalty: run {} is of another world"),
    ],
)
def test_another_question_under_the_same_answers_is_found(copied, bundle, file, pattern, told):
    one_digit(copied / file, pattern)
    with_its_hash(copied, file)
    found = [str(one) for one in verify(copied).differences]
    assert any(one.startswith(told.format(bundle.run_ids["royalty"])) for one in found), found


def test_a_forged_pdf_is_found(copied):
    data = bytearray((copied / "brief.pdf").read_bytes())
    data[len(data) // 2] ^= 1
    (copied / "brief.pdf").write_bytes(bytes(data))
    with_its_hash(copied, "brief.pdf")
    assert [one.file for one in verify(copied).differences] == ["brief.pdf"]


def test_a_digit_on_a_page_of_a_pdf_is_named(bundle, tmp_path):
    """The year on its first page, made another one: glyphs of a font are numbered as they come."""
    written = PdfWriter(clone_from=bundle.folder / "brief.pdf")
    page = written.pages[0].get_contents()
    year = rb"\000\001\000\002\000\001\000\003"
    page.set_data(page.get_data().replace(b"(" + year, b"(" + year[:-1] + b"2", 1))
    written.pages[0].replace_contents(page)
    alone = tmp_path / "alone.pdf"
    written.write(alone)
    told = [one for one in verify(alone).differences if one.place == "page 1"]
    assert len(told) == 1 and "2020-" in told[0].stored and "2026-" in told[0].found, told


def test_a_pdf_without_what_reads_it_says_what_to_install(bundle, monkeypatch):
    monkeypatch.setattr("econsim.verification.pdf_pages.importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs pypdf.*pip install 'econsim\[brief\]'"):
        pdf_pages((bundle.folder / "brief.pdf").read_bytes())


def test_a_pdf_that_is_damaged_has_no_pages_and_no_source(bundle):
    data = (bundle.folder / "brief.pdf").read_bytes()
    assert len(pdf_pages(data)) == 4 and pdf_source(data)
    for damaged in (b"", b"%PDF-1.7\n%%EOF", data[: len(data) // 3]):
        assert pdf_pages(damaged) is None and pdf_source(damaged) is None


def test_a_digit_in_a_brief_sent_alone_is_named(bundle, tmp_path):
    file = tmp_path / "sent.html"
    shutil.copyfile(bundle.folder / "brief.html", file)
    one_digit(file, r">\d?(\d) of 20</data>")
    (difference,) = verify(file).differences
    assert difference.place.startswith("line ") and "of 20" in difference.stored and "of 20" in difference.found


@pytest.mark.parametrize("forged", [False, True], ids=["hash left", "hash forged"])
@pytest.mark.parametrize(
    ("file", "pattern", "place"),
    [
        ("summary.json", r'"frontier_growth": \{\s+"mean": \d\.\d(\d)', "metrics.frontier_growth.mean"),
        ("summary.json", r"(\d) of 20 simulated futures", "finding"),
        ("series.csv", r"0,2026-01-01,2026,lab_revenue,\d(\d)", "lab_revenue.0.2026-01-01.mean"),
        ("metrics.csv", r"\n0,\d\.(\d)", "0.rd_relative"),
    ],
)
def test_one_digit_changed_in_a_run_is_named(run, file, pattern, place, forged):
    one_digit(run / file, pattern)
    if forged:
        with_its_hash(run, file)
    told = verify(run).differences
    assert [(one.file, one.place) for one in told] == [(file, place)]


def test_a_changed_draw_is_named(run):
    table = pd.read_parquet(run / "metrics.parquet")
    table.loc[2, "rd_investment"] *= 1.0 + 1e-6
    table.to_parquet(run / "metrics.parquet")
    assert [(one.file, one.place) for one in verify(run).differences] == [("metrics.parquet", "2.rd_investment")]


def test_a_digit_too_small_to_matter_still_is_a_change(run):
    text = (run / "summary.json").read_text()
    value = json.loads(text)["metrics"]["rd_investment"]["p50"]
    other = value * (1.0 + 1e-15)
    assert other != value
    (run / "summary.json").write_text(text.replace(repr(value), repr(other), 1))
    assert [one.place for one in verify(run).differences] == ["metrics.rd_investment.p50"]


def test_another_world_under_the_same_name_is_found(run):
    one_digit(run / "scenario.yaml", r"royalty_rate: 0\.(\d)")
    told = [str(one) for one in verify(run).differences]
    assert told == ["scenario.yaml: was changed: it is not the world that was run"]


def test_words_of_a_scenario_that_change_no_number_are_found_too(run):
    text = (run / "scenario.yaml").read_text()
    (run / "scenario.yaml").write_text(text.replace("Distillers hand", "Distillers give"))
    (difference,) = verify(run).differences
    assert str(difference) == "scenario.yaml: was changed since it was written"


def test_manifests_are_held_to_what_they_say(run):
    content = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(as_json({**content, "draws": 5}))
    told = {one.place for one in verify(run).differences}
    assert "run_id" in told


@pytest.mark.parametrize("file", ["summary.json", "series.parquet", "scenario.yaml"])
def test_missing_and_damaged_files_are_named(run, file):
    (run / file).write_bytes(b"{")
    assert any(one.file == file for one in verify(run).differences)
    (run / file).unlink()
    assert f"{file}: is missing" in [str(one) for one in verify(run).differences]


def test_a_file_that_is_missing_from_a_brief(copied):
    (copied / "figures" / "1-packages.png").unlink()
    shutil.rmtree(copied / "runs" / "royalty")
    found = verify(copied)
    told = [str(one) for one in found.differences]
    assert "figures/1-packages.png: is missing" in told
    assert any(one.startswith("runs/royalty: ") for one in told)
    assert all(one.startswith(("figures/1-packages.png", "runs/royalty")) for one in told)  # the text is as it was
    assert "Made from its scenario, as its run could not be used: royalty." in found.notes


def test_what_does_not_belong_is_told_and_no_difference(copied):
    (copied / "notes.txt").write_text("mine")
    found = verify(copied)
    assert found.ok and "notes.txt" in found.notes[0]


# ------------------------------------------------------------------------------------------ another version


def as_version(folder, version):
    content = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(as_json({**content, "version": version, "run_id": "0" * 12}))


def test_another_version_with_the_same_numbers_says_so(run):
    as_version(run, "0.0.9")
    found = verify(run)
    assert found.ok
    assert "Written by econsim 0.0.9" in found.notes[0] and "none of its numbers has changed" in found.notes[0]


def test_another_version_says_what_changed(run):
    as_version(run, "0.0.9")
    one_digit(run / "summary.json", r'"frontier_growth": \{\s+"mean": \d\.(\d)')
    with_its_hash(run, "summary.json")
    found = verify(run)
    assert [one.place for one in found.differences] == ["metrics.frontier_growth.mean"]
    assert "these numbers are what changed" in found.notes[0]


def test_a_scenario_of_another_version_that_cannot_be_read(run):
    as_version(run, "9.0.0")
    (run / "scenario.yaml").write_text("name: royalty\nlevers: {tax_on_copies: 0.2}\n")
    with_its_hash(run, "scenario.yaml")
    (difference,) = verify(run).differences
    assert difference.file == "scenario.yaml"
    assert "cannot be read (written by econsim 9.0.0)" in difference.stored and "tax_on_copies" in difference.stored


def other_version(folder):
    """The manifest of a brief that says another version wrote it."""
    content = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(as_json({**content, "version": "0.0.9"}))


def test_a_brief_of_another_version(copied):
    other_version(copied)
    found = verify(copied)
    assert found.ok and "Written by econsim 0.0.9" in found.notes[0]
    assert found.sentence.startswith("Verified except the wording")
    records = json.loads((copied / "numbers.json").read_text())
    assert found.numbers == verify_runs_alone(copied) + len(records)


def verify_runs_alone(folder):
    """How many numbers the runs of a brief hold."""
    return sum(verify(one).numbers for one in (folder / "runs").iterdir())


def test_numbers_of_a_brief_are_held_against_a_rerun_whatever_version_it_names(copied):
    """As a forger would: another number in every text and its record, hashes made good, another version named."""
    key = "rd_investment.gate-and-detect.change"
    printed = json.loads((copied / "numbers.json").read_text())[key]["text"]
    for file in ("brief.html", "brief.md", "numbers.json"):
        text = (copied / file).read_text(encoding="utf-8")
        assert printed in text
        (copied / file).write_text(text.replace(printed, "+96%"), encoding="utf-8")
        with_its_hash(copied, file)
    other_version(copied)
    found = verify(copied)
    told = [(one.file, one.place, one.stored, one.found) for one in found.differences]
    assert ("numbers.json", key, "'+96%'", f"'{printed}'") in told
    assert ("brief.md", "", "'+96'", f"'{printed.rstrip('%')}'") in told
    assert any(file == "brief.html" for file, *_ in told)
    assert "these numbers are what changed" in found.notes[0]


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(one, marks=[] if one in ("numbers.json", "brief.html") else pytest.mark.slow)
        for one in DIGITS
        if not one.startswith("runs/")
    ],
)
def test_one_digit_of_another_version_is_found(copied, file):
    one_digit(copied / file, DIGITS[file])
    with_its_hash(copied, file)
    other_version(copied)
    assert {one.file for one in verify(copied).differences} == {file}


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("+26%", "+26.3%", True),
        ("+26%", "+96%", False),
        ("$93bn", "$93.4bn", True),
        ("1,200", "1,180", True),
        ("1,200", "1,000", False),
        ("0.138 log price", "0.14", True),
        ("−0.3 to +2", "−0.3 to +2", True),
        ("−0.3 to +2", "+0.3 to +2", False),
        ("13 of 20", "14 of 20", False),
        ("13 of 20", "13", False),
        ("100%", "96%", False),
        ("-8.345678901234567", "-8.445678901234567", False),
    ],
)
def test_numbers_that_differ_by_how_they_are_rounded(here, there, same):
    assert _same(_numbers(here), _numbers(there)) is same


# ------------------------------------------------------------------------------------------ what cannot be verified


def test_what_is_nothing_to_verify(tmp_path, run):
    for path, told in (
        (tmp_path / "nowhere", "no such file or folder"),
        (tmp_path, "holds no run and no brief"),
        (run / "summary.json", "is nothing that can be verified"),
    ):
        with pytest.raises(InputError, match=told):
            verify(path)
    (tmp_path / "page.html").write_text("<p>17 of 20</p>")
    with pytest.raises(InputError, match="does not say what it was made from"):
        verify(tmp_path / "page.html")


def test_a_run_with_agents_of_its_own_cannot_be_rerun(run):
    content = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(as_json({**content, "agents": {"distiller": "mine.Patient"}}))
    with pytest.raises(InputError, match=r"agents of its own \(mine.Patient\)"):
        verify(run)


# ------------------------------------------------------------------------------------------ the command


def test_exit_codes(run, capsys, tmp_path):
    assert main(["verify", str(run), "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("Verified: run ")
    one_digit(run / "summary.json", r'"frontier_growth": \{\s+"mean": \d\.(\d)')
    assert main(["verify", str(run), "--quiet"]) == 4
    out = capsys.readouterr().out
    assert "Not verified" in out and "summary.json: metrics.frontier_growth.mean: " in out
    assert main(["verify", str(run), "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert told["verified"] is False and told["differences"][0]["place"] == "metrics.frontier_growth.mean"
    assert main(["verify", str(tmp_path / "nowhere")]) == 2
    assert "no such file or folder" in capsys.readouterr().err


def test_the_command_brief(tmp_path, capsys, bundle):
    spec = str(bundle.folder / "spec.yaml")
    out, runs = str(tmp_path / "out"), str(bundle.folder.parent / "runs")
    assert main(["brief", spec, "--out", out, "--runs", runs, "--format", "md", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["draws"], told["run_ids"]) == (DRAWS, bundle.run_ids)
    assert main(["brief"]) == 0
    assert "gate-and-detect: " in capsys.readouterr().out
    assert main(["brief", "royalti", "--out", out]) == 2
    assert "did you mean 'royalty'" in capsys.readouterr().err
    assert main(["brief", spec]) == 2
    assert "--out DIR is missing" in capsys.readouterr().err
    assert main(["brief", spec, "--out", out, "--format", "doc"]) == 2
    assert "unknown format 'doc'" in capsys.readouterr().err


def test_a_read_only_folder_is_refused_before_the_work(tmp_path, capsys, monkeypatch, bundle):
    import pathlib

    def refused(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pathlib.Path, "mkdir", refused)
    assert main(["brief", str(bundle.folder / "spec.yaml"), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    err = capsys.readouterr().err
    assert "cannot be written: permission denied" in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
