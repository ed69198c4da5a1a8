"""Run folders: complete, repeatable, readable again, and never in the place of somebody else's files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import econsim
from econsim.errors import InputError
from econsim.results import simulate
from econsim.scenario import load_scenario
from econsim.store import RUN_FILES, check_run_folder, read_run, write_run

QUARTERS = 16


def small(draws=4, **changes):
    return simulate(load_scenario("gate-and-detect").with_(quarters=QUARTERS, **changes), draws=draws, engine="batch")


@pytest.fixture(scope="module")
def result():
    return small()


@pytest.fixture(scope="module")
def another():
    return small(draws=3)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_reads_back_as_it_was(result, tmp_path):
    folder = write_run(result, tmp_path / "deep" / "run", csv=True)
    assert {path.name for path in folder.iterdir()} == set(RUN_FILES)
    stored = read_run(folder)
    assert stored.run_id == result.run_id
    assert stored.summary == result.summary()
    assert stored.scenario == result.scenario and stored.scenario.hash == result.scenario.hash
    pd.testing.assert_frame_equal(stored.series, result.series)
    pd.testing.assert_frame_equal(stored.metrics, result.metrics)
    pd.testing.assert_frame_equal(stored.effects[list(result.series.columns)], result.series_effect())
    table = pd.read_csv(folder / "series.csv")
    assert (table.pop("year") == pd.to_datetime(result.series["date"]).dt.year).all()
    pd.testing.assert_frame_equal(table, result.series)
    pd.testing.assert_frame_equal(pd.read_csv(folder / "metrics.csv", index_col="draw"), result.metrics)


def test_the_manifest_says_how_it_was_made(result, tmp_path):
    folder = write_run(result, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"] == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("scenario.yaml", "summary.json", "series.parquet", "metrics.parquet", "effects.parquet")
    }
    expected = {
        "run_id": result.run_id,
        "version": econsim.__version__,
        "scenario": "gate-and-detect",
        "scenario_hash": result.scenario.hash,
        "seed": 0,
        "draws": 4,
        "ensemble": "calibrated",
        "engine": "batch",
        "failed_draws": 0,
    }
    assert {key: manifest[key] for key in expected} == expected
    assert manifest["packages"]["numpy"] == __import__("numpy").__version__
    assert manifest["created"].endswith("Z")


def test_the_time_of_a_run_can_be_fixed(result, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = write_run(result, tmp_path / "one"), write_run(result, tmp_path / "other")
    assert contents(one) == contents(other)
    assert read_run(one).manifest["created"] == "2023-11-14T22:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH: must be seconds since 1970"):
        write_run(result, tmp_path / "third")
    assert not (tmp_path / "third").exists()


def test_the_series_have_the_columns_of_the_contract(result, tmp_path):
    series = pd.read_parquet(write_run(result, tmp_path / "run") / "series.parquet")
    assert list(series.columns) == ["period", "date", "metric", "mean", "p5", "p25", "p50", "p75", "p95"]
    assert series["period"].max() == QUARTERS - 1
    assert series["date"].iloc[0] == "2026-01-01"


def test_the_same_run_twice_gives_the_same_bytes(result, tmp_path):
    first, second = write_run(result, tmp_path / "first"), write_run(small(), tmp_path / "second")
    one, other = contents(first), contents(second)
    del one["manifest.json"], other["manifest.json"]  # it says when
    assert one == other
    assert one["summary.json"].endswith(b"}\n") and b"NaN" not in one["summary.json"]


def test_another_run_gives_other_bytes(result, another, tmp_path):
    first, second = write_run(result, tmp_path / "first"), write_run(another, tmp_path / "second")
    assert contents(first)["summary.json"] != contents(second)["summary.json"]


# ------------------------------------------------------------------------------------------ what a folder holds


def test_the_same_run_is_replaced_and_another_only_by_force(result, another, tmp_path):
    folder = write_run(result, tmp_path / "run")
    write_run(result, folder)
    before = contents(folder)
    with pytest.raises(InputError, match=f"holds run {result.run_id}, which is another one"):
        write_run(another, folder)
    with pytest.raises(InputError, match="which is another one"):
        check_run_folder(folder, another.run_id)
    assert contents(folder) == before
    check_run_folder(folder, another.run_id, force=True)
    write_run(another, folder, force=True)
    assert read_run(folder).run_id == another.run_id
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_is_used(result, tmp_path):
    (tmp_path / "run").mkdir()
    assert read_run(write_run(result, tmp_path / "run")).run_id == result.run_id


def test_a_run_that_somebody_edited_is_replaced_by_force_only(result, tmp_path):
    folder = write_run(result, tmp_path / "run")
    (folder / "scenario.yaml").write_text("mine")
    with pytest.raises(InputError, match="changed since"):
        write_run(result, folder)
    assert (folder / "scenario.yaml").read_text() == "mine"
    write_run(result, folder, force=True)
    assert read_run(folder).run_id == result.run_id


def users_file(folder):
    (folder / "notes.txt").write_text("mine")


def run_with_a_users_file(folder):
    write_run(small(draws=2), folder)
    users_file(folder)


def manifest_of_something_else(folder):
    (folder / "manifest.json").write_text('{"run_id": "x", "files": {}}')


def run_with_a_subfolder(folder):
    write_run(small(draws=2), folder)
    (folder / "series.csv").mkdir()


def run_with_a_link(folder):
    write_run(small(draws=2), folder)
    (folder.parent / "precious").write_text("mine")
    (folder / "series.csv").symlink_to(folder.parent / "precious")


def only_a_file_of_the_same_name(folder):
    (folder / "summary.json").write_text("{}")


@pytest.mark.parametrize(
    "fill",
    [
        users_file,
        run_with_a_users_file,
        manifest_of_something_else,
        run_with_a_subfolder,
        run_with_a_link,
        only_a_file_of_the_same_name,
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_users_files_are_never_replaced(result, tmp_path, fill, force):
    folder = tmp_path / "place" / "run"
    folder.mkdir(parents=True)
    fill(folder)
    before = contents(tmp_path)
    with pytest.raises(InputError):
        check_run_folder(folder, result.run_id, force)
    with pytest.raises(InputError):
        write_run(result, folder, force=force)
    assert contents(tmp_path) == before


def test_a_link_to_a_run_is_not_followed(result, another, tmp_path):
    folder = write_run(result, tmp_path / "run")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(InputError, match="is a link"):
        write_run(another, tmp_path / "link", force=True)
    assert read_run(folder).run_id == result.run_id


def test_the_folder_one_stands_in_stays_the_same_folder(result, another, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    number = os.stat(".").st_ino
    write_run(result, ".")
    write_run(another, ".", force=True)
    assert os.stat(tmp_path).st_ino == number
    assert read_run(".").run_id == another.run_id
    assert not [path for path in tmp_path.parent.iterdir() if path.name.endswith(".partial")]


# ------------------------------------------------------------------------------------------ what cannot be written


@pytest.mark.parametrize("path", ["file", "file/run", "/proc/none/run", "/dev/null", "a" * 300, "nul\0"])
def test_a_place_that_cannot_be_used_is_one_clear_error(result, tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    for attempt in (lambda: check_run_folder(path, result.run_id, True), lambda: write_run(result, path, force=True)):
        with pytest.raises(InputError) as caught:
            attempt()
        assert len(caught.value.problems) == 1
    assert contents(tmp_path) == {"file": b"mine"}


def test_checking_a_folder_leaves_nothing(tmp_path):
    check_run_folder(tmp_path / "a" / "b" / "run", "0" * 12)
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource
from econsim.errors import InputError
from econsim.results import simulate
from econsim.scenario import load_scenario
from econsim.store import write_run
result = simulate(load_scenario("baseline").with_(quarters=4), draws=2)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # as a full disk: files end before they are written
try:
    write_run(result, "new/run")
except InputError as error:
    print(len(error.problems), error)
try:
    write_run(result, "held", force=True)
except InputError as error:
    print(len(error.problems), error)
"""


def test_a_disk_that_fills_up_leaves_everything_as_it_was(result, tmp_path):
    write_run(result, tmp_path / "held")
    before = contents(tmp_path)
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.count("1 ") >= 2 and told.stdout.count("cannot be written") == 2, told.stdout
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["held"]


def test_an_interrupted_write_leaves_nothing(result, tmp_path, monkeypatch):
    monkeypatch.setattr(type(result), "summary", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_run(result, tmp_path / "a" / "run")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------ reading


def test_every_damaged_or_missing_file_is_named(result, tmp_path):
    folder = write_run(result, tmp_path / "run")
    (folder / "summary.json").write_bytes((folder / "summary.json").read_bytes().replace(b"0", b"1", 1))
    (folder / "series.parquet").unlink()
    with pytest.raises(InputError) as caught:
        read_run(folder)
    told = {os.path.basename(problem.file): problem.message for problem in caught.value.problems}
    assert set(told) == {"summary.json", "series.parquet"}
    assert "damaged" in told["summary.json"] and "missing" in told["series.parquet"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such folder"),
        ("", "damaged"),
        ("[1]", "not a JSON object"),
        ("{}", "not the manifest of a run"),
        ('{"run_id"', "damaged"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_what_is_not_a_run_is_said_so(tmp_path, content, words):
    folder = tmp_path / "run"
    if content is not None:
        folder.mkdir()
        (folder / "manifest.json").write_text(content)
    with pytest.raises(InputError, match=words):
        read_run(folder)


def test_a_folder_without_manifest_and_a_file_are_no_runs(tmp_path):
    with pytest.raises(InputError, match=r"no manifest\.json"):
        read_run(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        read_run(tmp_path / "file")


def test_a_run_of_another_world_under_this_name_is_found_out(result, tmp_path):
    """Even with every file hash in order: the manifest's scenario hash is that of the world."""
    folder = write_run(result, tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "scenario.yaml").write_text(result.scenario.with_(detection_rate=0.9).to_yaml())
    manifest["files"]["scenario.yaml"] = hashlib.sha256((folder / "scenario.yaml").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="not the world"):
        read_run(folder)


def test_a_mounted_folder_is_filled_where_it_is(result, another, tmp_path, monkeypatch):
    """A volume can neither be renamed nor reached by renaming from outside it."""
    folder = tmp_path / "volume"
    folder.mkdir()
    monkeypatch.setattr("econsim.whole_folder._is_mount", lambda path: path == folder)
    number = folder.stat().st_ino
    write_run(result, folder, csv=True)
    with pytest.raises(InputError, match="another one"):
        write_run(another, folder)
    write_run(another, folder, force=True)
    assert folder.stat().st_ino == number
    assert {path.name for path in folder.iterdir()} == set(RUN_FILES) - {"series.csv", "metrics.csv"}
    assert read_run(folder).run_id == another.run_id
    assert [path.name for path in tmp_path.iterdir()] == ["volume"]
