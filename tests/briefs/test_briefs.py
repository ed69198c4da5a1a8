"""Briefs: from a spec to a folder, the same bytes each time, every number with its run, four pages at most."""

from __future__ import annotations

import html as html_text
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from briefs.brief_helpers import DRAWS, build, contents, small_spec

import econsim
from econsim.briefs import brief, read_bundle
from econsim.briefs.lever_words import LEVERS
from econsim.briefs.spec import as_brief_spec
from econsim.briefs.wording import forbidden_words, unnumbered_likelihoods
from econsim.cli import main
from econsim.errors import InputError
from econsim.store import read_run


def text_of(bundle):
    return (bundle.folder / "brief.md").read_text(encoding="utf-8")


def test_a_bundle_holds_everything(bundle):
    names = set(contents(bundle.folder))
    assert {f"brief.{end}" for end in ("html", "pdf", "ipynb", "md")} <= names
    assert {"spec.yaml", "numbers.json", "manifest.json", "scenarios/royalty.yaml"} <= names
    for figure in ("1-packages", "2-rd-investment", "3-copy-revenue-share", "4-parties"):
        assert {f"figures/{figure}.{end}" for end in ("svg", "png", "csv")} <= names
    assert {name.split("/")[1] for name in names if name.startswith("runs/")} == {
        "status-quo", "gate-and-detect", "royalty",
    }  # fmt: skip
    assert set(bundle.manifest["files"]) == names - {"manifest.json"}


def test_the_command_and_the_documentation_tell_what_is_in_the_folder(tmp_path, capsys, monkeypatch):
    """No more and no less, with a flip table and without."""
    monkeypatch.setattr("econsim.briefs.flip_study.MOST_CHANGED", 1)
    page = (Path(econsim.__file__).parents[1] / "docs" / "briefs.md").read_text(encoding="utf-8")
    rows = page.partition("## What is in the folder")[2].replace("`.", "`brief.").split("| the brief;")
    documented = set(re.findall(r"`([a-z.]+/?)`", rows[0])) | set(re.findall(r"^\| (.*?) \|", rows[1], re.M))
    documented = {one for cell in documented for one in re.split("`, `|`", cell) if one}
    for name, flip in (("plain", False), ("flipped", 8)):
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(small_spec(flip=flip, packages=["royalty"], paragraphs={})), encoding="utf-8")
        out = tmp_path / name
        assert main(["brief", str(path), "--out", str(out), "--engine", "batch", "--runs", str(tmp_path / "runs")]) == 0
        line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("Written to"))
        told = set(line.partition(": ")[2].split(", "))
        assert told == {f"{one.name}/" if one.is_dir() else one.name for one in out.iterdir()}
        assert told <= documented and ("studies/" in told) == bool(flip)
    assert documented == told


def test_progress_is_of_the_whole_brief_and_done_only_at_its_end(tmp_path, monkeypatch):
    """It began at all of the runs' draws being done, and went on to ten times as many for the flip table."""
    monkeypatch.setattr("econsim.briefs.flip_study.MOST_CHANGED", 2)
    spec = small_spec(flip=8, packages=["royalty"], paragraphs={})
    for flips_again in (False, True):  # the second time runs are there, and a study of other futures is made
        told: list[tuple[int, int]] = []
        again = {**spec, "flip": 9} if flips_again else spec
        build(tmp_path / f"{flips_again}", spec=again, formats=("md",), runs=tmp_path / "runs",
              progress=lambda done, total, told=told: told.append((done, total)))  # fmt: skip
        done, total = (list(one) for one in zip(*told, strict=True))
        assert done == sorted(done) and done[-1] == total[-1]
        assert all(one < other for one, other in told if one < done[-1]) and done.count(done[-1]) <= 3
        assert total[0] >= 0.7 * done[-1] and done[0] <= 2 * DRAWS < total[0]
        assert max(total) < 2 * min(total)
    told.clear()
    build(tmp_path / "False", spec={**spec, "name": "other"}, formats=("md",), runs=tmp_path / "runs", force=True,
          progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert told == []  # all of it was there


def test_its_runs_are_those_of_econsim_run(bundle):
    scenario = econsim.load_scenario("royalty").with_assumptions(quarters=16)
    result = econsim.simulate(scenario, draws=DRAWS, engine="batch")
    assert bundle.run_ids["royalty"] == result.run_id
    assert read_run(bundle.folder / "runs" / "royalty").summary == result.summary()


def test_numbers_are_those_of_the_runs(bundle):
    told = json.loads((bundle.folder / "numbers.json").read_text())
    run = pd.read_parquet(bundle.folder / "runs/gate-and-detect/metrics.parquet")
    base = pd.read_parquet(bundle.folder / "runs/status-quo/metrics.parquet")
    change = (run["rd_investment"] / base["rd_investment"] - 1.0).dropna()
    one = told["rd_investment.gate-and-detect.change"]
    assert one["value"] == pytest.approx(np.median(change), rel=1e-12)
    assert one["runs"] == [bundle.run_ids["gate-and-detect"], bundle.run_ids["status-quo"]]
    up = told["rd_investment.gate-and-detect.up"]
    assert up["value"] == pytest.approx((change > 1e-12).mean())
    assert up["text"] == econsim.briefs.amounts.share_of_futures(up["value"])
    assert one["text"] in text_of(bundle) and up["text"] in text_of(bundle)


def test_every_number_of_the_text_is_a_field(bundle):
    """Digits outside fields are dates, places, names, sources and settings of the method; nothing else."""
    html = (bundle.folder / "brief.html").read_text(encoding="utf-8")
    body = html[html.index("<main>") : html.index("</main>")]
    body = re.sub(
        r"<svg.*?</svg>|<ol>.*?</ol>|<code>.*?</code>|<sup>.*?</sup>|<header>.*?</header>", "", body, flags=re.S
    )
    outside = html_text.unescape(re.sub(r"<data[^>]*>[^<]*</data>|<[^>]+>", " ", body))
    allowed = re.compile(
        r"20\d\d(-\d\d-\d\d)?\b|\b0\.1\.0\b|\b9[05]%|(18|14) of 20|[Ff]utures of 20|how many of 20|sha256|"
        r"[0-9a-f]{12}"
    )
    left = re.findall(r"\d[\d.,]*", allowed.sub(" ", outside))
    assert left == []


def test_the_author_s_paragraph_is_filled_and_cited(bundle):
    told = json.loads((bundle.folder / "numbers.json").read_text())
    assert f"Copies came after {told['fact:lag.o1_open']['text']}" in text_of(bundle)
    assert "Epoch Capabilities Index" in text_of(bundle)


def test_a_brief_has_at_most_four_pages(bundle):
    pdf = (bundle.folder / "brief.pdf").read_bytes()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) <= 4
    assert b"LibertinusSerif" in pdf and b"LiberationSans" in pdf  # its fonts are inside


def test_a_brief_that_does_not_fit_is_refused(tmp_path):
    long = {name: "Labs train and distillers copy. " * 70 for name in ("why", "happens", "gains", "breaks", "options")}
    with pytest.raises(InputError, match="does not fit on 4 pages"):
        build(tmp_path / "out", spec=small_spec(paragraphs=long), formats=("pdf",))
    assert list(tmp_path.iterdir()) == []


def test_words(bundle):
    assert forbidden_words(text_of(bundle)) == []
    own_words = text_of(bundle).partition("## Sources")[0]  # titles and addresses of sources are others' words
    assert unnumbered_likelihoods(own_words) == []


def test_the_same_brief_twice_gives_the_same_bytes(bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = build(tmp_path / "one"), build(tmp_path / "other", runs=tmp_path / "runs")
    assert contents(one.folder) == contents(other.folder)
    assert "2023-11-14" in text_of(one)


def test_runs_that_are_there_are_reused(bundle, tmp_path, monkeypatch):
    from econsim.briefs import gather

    monkeypatch.setattr(gather, "simulate_many", lambda *args, **kwargs: pytest.fail("ran again"))
    again = build(tmp_path / "again", runs=bundle.folder.parent / "runs", formats=("md",))
    assert again.run_ids == bundle.run_ids
    other = small_spec(paragraphs={"why": "Other words."}, name="other")
    assert build(tmp_path / "again", spec=other, force=True, formats=("md",)).run_ids == bundle.run_ids


def test_a_package_can_be_a_stored_run(bundle, tmp_path):
    spec = {"question": "Which?", "packages": [{"run": str(bundle.folder / "runs/royalty"), "label": "A royalty"}]}
    checked = as_brief_spec(spec)
    assert (checked.draws, checked.seed, checked.packages[0].name) == (DRAWS, 0, "royalty")
    with pytest.raises(InputError, match="was made with draws 40"):
        as_brief_spec({**spec, "draws": 50})
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match="is not a run folder"):
        as_brief_spec({"packages": [{"run": str(tmp_path / "run")}]})


def test_another_brief_is_not_replaced_unasked(bundle, tmp_path):
    folder = build(tmp_path / "out", runs=bundle.folder.parent / "runs", formats=("md",)).folder
    before = contents(folder)
    with pytest.raises(InputError, match="which is another one; choose another folder, or give --force"):
        build(folder, spec=small_spec(name="other"), runs=bundle.folder.parent / "runs", formats=("md",))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds what is no part of a brief \(notes.txt\)"):
        build(folder, runs=bundle.folder.parent / "runs", formats=("md",), force=True)
    (folder / "notes.txt").unlink()
    assert contents(folder) == before


def test_nothing_is_left_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="cannot be made"):
        build(tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(InputError, match="cannot be made"):  # before the work, not after it
        build(tmp_path / "out", runs=tmp_path / "file" / "runs", progress=lambda *_: pytest.fail("ran"))
    with pytest.raises(InputError, match="unknown format 'doc'"):
        build(tmp_path / "out", formats=("doc",))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_brief_where_nothing_varies(tmp_path):
    """The default ensemble has no assumptions to depend on; the brief says so."""
    bundle = build(tmp_path / "out", spec=small_spec(ensemble="default", metrics=["frontier_growth"]), formats=("md",))
    assert "only luck differs" in text_of(bundle)


def test_a_brief_on_a_package_that_does_nothing(tmp_path):
    bundle = build(tmp_path / "out", spec=small_spec(packages=["geopolitics-off"], metrics=["rd_investment"]))
    assert bundle.title == "‘Geopolitics off’ does not change frontier R&D"
    text = text_of(bundle)
    assert "‘geopolitics off’" in text
    assert text.count("is the same in all futures: nothing that is drawn moves it") == 2
    assert "default" not in text and "only luck" not in text and "prior ensemble" not in text
    assert "**Agreement: High.** Frontier R&D stays as it is in 20 of 20 futures." in text
    assert "goes most against the finding" not in text


def test_where_nothing_goes_clearly_with_the_effect_the_brief_says_so(bundle):
    text = text_of(bundle)
    assert text.count("None of the 34 assumptions that are drawn goes clearly with the effect in these 40 futures") == 2
    assert "**Main doubt: No single assumption.**" in text and "Rank correlation" not in text


def test_the_least_favourable_futures_are_told_from_where_they_begin(bundle):
    one, base = (pd.read_parquet(bundle.folder / f"runs/{name}/metrics.parquet") for name in
                 ("gate-and-detect", "status-quo"))  # fmt: skip
    change = (one["rd_investment"] / base["rd_investment"] - 1.0).dropna()
    told = json.loads((bundle.folder / "numbers.json").read_text())
    assert np.median(change) > 0.0 and told["last"]["value"] == pytest.approx(change.min())
    begins = told["rd_investment.gate-and-detect.change_p5"]["text"]
    assert f"goes most against the finding, the change runs from {begins} to {told['last']['text']}." in text_of(bundle)


def test_a_chart_says_why_it_counts_otherwise_than_page_one(bundle):
    text = text_of(bundle)
    assert text.count("one quarter at a time; page one has each future's mean from the fourth year on") == 1


def test_what_is_yes_or_no_is_a_share_of_futures(bundle, tmp_path):
    """And a change that is not defined in all futures says over how many it is told."""
    spec = small_spec(metrics=["collapse", "hidden_loss_share"], paragraphs={})
    found = build(tmp_path / "out", spec=spec, runs=bundle.folder.parent / "runs", formats=("md",))
    text = text_of(found).partition("## Options")[0]
    told = json.loads((found.folder / "numbers.json").read_text())
    runs = {name: pd.read_parquet(found.folder / f"runs/{name}/metrics.parquet") for name in found.run_ids}
    share = runs["gate-and-detect"]["collapse"].dropna().mean()
    assert told["collapse.gate-and-detect.futures:table"]["value"] == pytest.approx(share)
    assert re.search(
        r"\| Share of futures in which R&D collapses \| \S+ of 20 \| \S+ of 20 \| \S+ points \| – \|", text
    )
    assert "share of futures in which R&D collapses" in found.title and "median of the share" not in text
    known = int(
        (runs["gate-and-detect"]["hidden_loss_share"].notna() & runs["status-quo"]["hidden_loss_share"].notna()).sum()
    )
    assert known < DRAWS and f"the hidden loss on copies: {known}, as it is undefined in {DRAWS - known})" in text


def test_what_is_not_defined_in_any_future(tmp_path):
    """Without copying there is no hidden loss: it may stand in a row, and is refused as the headline."""
    world = {"quarters": 16, "copying": False}
    metrics = ["rd_investment", "hidden_loss_share"]
    charts = ["rd_investment", "tail_gap_true"]
    spec = small_spec(packages=["rd-subsidy"], assumptions=world, metrics=metrics, charts=charts, paragraphs={})
    text = text_of(build(tmp_path / "out", spec=spec, runs=tmp_path / "runs", formats=("md",)))
    assert "| Hidden loss on copies | – | – | – | – |" in text
    assert "The true tail gap of copies: not defined in any future" in text
    with pytest.raises(InputError, match="is defined in none of these futures"):
        build(tmp_path / "other", spec={**spec, "metrics": metrics[1:]}, runs=tmp_path / "runs", formats=("md",))
    assert not (tmp_path / "other").exists()


def test_levers_at_nought_are_told_of_nowhere(tmp_path):
    """A package made of another scenario's is named, described and judged by what is in force in it."""
    levers = {"api_restriction": 0, "detection_rate": 0, "penalty_multiple": 0, "enforcement_reach": 0}
    package = {"scenario": "gate-and-detect", "set": {**levers, "royalty_rate": 0.2}, "name": "paid"}
    found = build(tmp_path / "out", spec=small_spec(packages=[package, "gate-and-detect"]), formats=("md",))
    text = text_of(found)
    assert found.title.startswith("‘A royalty on copies’ ")
    row = re.search(r"^\| A royalty on copies \| (.* paid to the labs they copied) \|$", text, re.M).group(1)
    assert row == "20% of distillers' revenue paid to the labs they copied"
    (options,) = re.findall(r"^\| A royalty on copies \| .*lowered to nothing.*$", text, re.M)
    assert LEVERS["royalty_rate"].watch in options and LEVERS["api_restriction"].watch not in options
    assert LEVERS["api_restriction"].watch in text  # of the package that does close interfaces


def test_what_a_status_quo_has_and_a_package_has_not_is_told(tmp_path):
    (tmp_path / "open.yaml").write_text("name: open-again\nextends: baseline\nstatus_quo: gate-and-detect\n")
    spec = small_spec(question="What closes them?", packages=[str(tmp_path / "open.yaml")], paragraphs={})
    text = text_of(build(tmp_path / "out", spec=spec, formats=("md",)))
    row = re.search(r"^\| Open again \| (No closed interfaces.*) \|$", text, re.M)
    assert row is not None and "no penalties" in row.group(1)


def test_a_brief_on_copying_itself_says_nothing_of_copies_where_nobody_can_copy(tmp_path):
    """Its status quo has no copying: who copies, and what can be observed of copies, is told of the package."""
    spec = small_spec(packages=["baseline"], metrics=["rd_investment"], paragraphs={}, draws=150)
    found = build(tmp_path / "out", spec=spec, formats=("md",))
    text = text_of(found)
    assert "Against the same world without copying" in text and "under the status quo" not in text.lower()
    run = read_run(found.folder / "runs" / "baseline").metrics
    told = json.loads((found.folder / "numbers.json").read_text())
    nobody = float((run["copying_ever_happens"] == 0.0).mean())
    assert 0.0 < nobody < 0.1 and told["idle.share"]["value"] == pytest.approx(nobody)
    assert f"In {told['idle.share']['text']} futures nobody ever copies with ‘baseline’. There the median" in text
    seen = [key.split(".")[1] for key in told if re.fullmatch(r"signal\..*\.lowest\.value", key)]
    assert seen and "With ‘baseline’; low and high: outer fifths of futures." in text
    base = read_run(found.folder / "runs" / "status-quo").metrics
    known = np.isfinite(run["rd_investment"] / base["rd_investment"])  # futures in which there is an effect to go with
    for name in seen:
        values = run[name][known & run[name].notna()]
        assert told[f"signal.{name}.lowest.value"]["value"] == pytest.approx(np.quantile(values, 0.2))
    ends = f"is where nobody can copy in {told['collapse.baseline.futures']['text']} futures with ‘baseline’."
    assert f"R&D ends below half of what it {ends}" in text


def test_where_nobody_can_copy_on_either_side_copies_are_not_told_of(tmp_path):
    world = {"quarters": 16, "copying": False}
    spec = small_spec(packages=["rd-subsidy"], assumptions=world, metrics=["rd_investment"], paragraphs={}, draws=80)
    text = text_of(build(tmp_path / "out", spec=spec, formats=("md",))).partition("## Options")[0]
    assert "copies" not in text and "Where there is copying" not in text and "## Where it breaks" in text


def test_no_section_is_empty(bundle, tmp_path):
    spec = small_spec(paragraphs={}, metrics=["collapse"])
    bare = text_of(build(tmp_path / "out", spec=spec, runs=bundle.folder.parent / "runs", formats=("md",)))
    for text, last in ((text_of(bundle), "Sources"), (bare, "How to cite")):
        parts = re.split(r"^## (.*)$", text.partition("<!--")[0], flags=re.M)[1:]
        sections = dict(zip(parts[::2], (one.strip() for one in parts[1::2]), strict=True))
        assert all(sections.values()) and list(sections)[-1] == last
        assert sections[last].startswith("Cite as") == (last == "How to cite")


def test_characters_that_a_pdf_cannot_print_are_refused(tmp_path):
    spec = small_spec(title="Policy for 政策", packages=[{"scenario": "royalty", "label": "Größe 日本"}])
    with pytest.raises(InputError) as error:
        build(tmp_path / "out", spec=spec, formats=("pdf",), progress=lambda *_: pytest.fail("ran"))
    found = [(one.field, one.value) for one in error.value.problems]
    assert found == [("title", "'政策'"), ("packages.0.label", "'日本'")]
    assert list(tmp_path.iterdir()) == []


def test_html_asks_nobody_for_anything(bundle):
    html = (bundle.folder / "brief.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|srcset|@import|url\()=?["\']?https?:', html)
    assert '<script type="application/json"' in html and html.count("<script") == 1
    assert html.count("<svg ") == html.count('role="img"') == html.count('<div class="chart" tabindex="0">') == 4
    assert '<td class="number" data-head="90% range"><span>' in html  # a narrow screen stacks the rows


def test_the_notebook_gives_every_number_again(bundle):
    notebook = nbformat.read(bundle.folder / "brief.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert code.count("check(") > 60
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr[-2000:]


def test_reading_a_bundle(bundle, tmp_path):
    again = read_bundle(bundle.folder)
    assert (again.id, again.title, again.run_ids) == (bundle.id, bundle.title, bundle.run_ids)
    with pytest.raises(InputError, match="no such folder"):
        read_bundle(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is not the folder of a brief"):
        read_bundle(tmp_path)


def test_its_spec_makes_it_again(bundle, tmp_path):
    again = brief(bundle.folder / "spec.yaml", tmp_path / "out", ("md",), runs=bundle.folder.parent / "runs")
    assert again.run_ids == bundle.run_ids
    undated = [re.sub(r"20\d\d-\d\d-\d\d(T[\d:]+Z)?", "", text_of(one)) for one in (again, bundle)]
    assert undated[0] == undated[1]
