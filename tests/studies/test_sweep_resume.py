"""Sweeps that go on: what is done stays, what is damaged is mended, and the bytes are always the same."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from sweep_helpers import Stop, content, spec, stopped_after, sweep, use_stand_in

import econsim
from econsim.errors import InputError
from econsim.store import as_json
from econsim.studies import sweep_status
from econsim.studies.sweep import plan_sweep
from econsim.studies.sweep_columns import read_table
from econsim.studies.sweep_files import chunk_is_good
from econsim.studies.sweep_lock import LOCK
from econsim.studies.sweep_status import SweepStopped

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("chunks", [0, 1, 2])
@pytest.mark.parametrize("error", [Stop, KeyboardInterrupt, MemoryError])
def test_what_is_done_is_not_done_again(tmp_path, monkeypatch, quick, whole, chunks, error):
    folder = tmp_path / "s"
    stopped_after(folder, chunks, monkeypatch, error)
    assert not (folder / "manifest.json").exists()
    assert len(list((folder / "chunks" / "royalty").iterdir())) == chunks
    quick.clear()
    sweep(spec(), folder, resume=True)
    assert [task.index for task in quick] == list(range(chunks, 3))
    assert content(folder) == content(whole)


def test_a_sweep_of_more_chunks_than_memory_has_room_for(tmp_path, monkeypatch):
    """It starts at once, and when it goes on it fills the gap first."""
    values = {name: {"low": 0.0, "high": 0.5, "count": 10_000} for name in
              ("royalty_rate", "rd_subsidy", "liability_share")}  # fmt: skip
    endless = spec(design={"method": "grid", "values": values}, chunk=1)
    chunks = tmp_path / "s" / "chunks" / "royalty"
    stopped_after(tmp_path / "s", 3, monkeypatch, spec=endless)
    next(chunks.glob("000001-*")).unlink()
    stopped_after(tmp_path / "s", 2, monkeypatch, spec=endless, resume=True)
    assert sorted(path.name[:6] for path in chunks.iterdir()) == ["000000", "000001", "000002", "000003"]


def test_progress_starts_where_it_stopped(tmp_path, monkeypatch):
    told = []
    stopped_after(tmp_path / "s", 1, monkeypatch)
    sweep(spec(), tmp_path / "s", resume=True, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 12), (8, 12), (12, 12)]
    sweep(spec(), tmp_path / "s", resume=True, progress=lambda done, total: told.append((done, total)))
    assert told[3:] == [(12, 12)]


def test_resuming_a_finished_sweep_checks_it(whole, quick):
    before = content(whole)
    quick.clear()
    found = sweep(spec(), whole, resume=True)
    assert content(whole) == before and not quick
    assert found.manifest is not None


def test_resume_starts_where_there_is_nothing(tmp_path, whole):
    assert content(sweep(spec(), tmp_path / "new", resume=True).folder) == content(whole)
    (tmp_path / "empty").mkdir()
    assert content(sweep(spec(), tmp_path / "empty", resume=True).folder) == content(whole)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"PAR1 this is no table PAR1"),
        lambda path: path.unlink(),
        lambda path: path.write_bytes(next(p for p in path.parent.iterdir() if p != path).read_bytes()),
        lambda path: _flip_a_bit(path),
    ],
    ids=["empty", "cut", "garbage", "gone", "another chunk", "a bit"],
)
@pytest.mark.parametrize("finished", [True, False])
def test_a_damaged_chunk_is_computed_again(whole, quick, damage, finished):
    before = content(whole)
    path = sorted((whole / "chunks" / "royalty").iterdir())[1]
    gone = damage(path) is None and not path.exists()
    if not finished:
        (whole / "manifest.json").unlink()
        (whole / "index.parquet").unlink()
    quick.clear()
    said = []
    sweep(spec(), whole, resume=True, notice=said.append)
    assert content(whole) == before
    assert [task.index for task in quick] == [1]
    assert said or (gone and not finished)
    assert all("damaged" in text for text in said)


def test_no_bit_of_a_chunk_may_be_another(whole, quick):
    """In the footer too, where no checksum looks, and where what a bit promises may not exist at all."""
    path = sorted((whole / "chunks" / "royalty").iterdir())[1]
    content = path.read_bytes()
    plan, _ = plan_sweep(spec(), whole, True, "batch")
    expected = plan.address("royalty", 1), plan.engine, plan.columns, 4
    assert chunk_is_good(path, *expected)
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(bytes(damaged))
        assert not chunk_is_good(path, *expected), place
        with contextlib.suppress(InputError):
            read_table(path)


def _flip_a_bit(path: Path) -> None:
    """In the middle of the numbers, which no length and no footer tells."""
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 16
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    "name", ["index.parquet", "manifest.json", "spec.yaml", "scenarios/royalty.yaml", "status.json"]
)
@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_other_damaged_files_are_made_anew(whole, quick, name, damage):
    before = content(whole)
    (whole / name).unlink() if damage == "gone" else (whole / name).write_text('{"sweep_id": 1}')
    quick.clear()
    sweep(spec(), whole, resume=True, notice=lambda text: None)
    assert content(whole) == before and not quick


def test_damage_is_told_as_a_warning_where_nobody_listens(whole):
    (whole / "index.parquet").unlink()
    with pytest.warns(UserWarning, match=r"made anew: index\.parquet"):
        sweep(spec(), whole, resume=True)


def test_what_a_kill_left_half_written_is_taken_away(tmp_path, monkeypatch, whole):
    folder = tmp_path / "s"
    stopped_after(folder, 1, monkeypatch)
    (folder / "chunks" / "royalty" / ".000001-abc.parquet.1234.partial").write_bytes(b"half")
    (folder / ".plan.json.1234.partial").write_bytes(b"half")
    (folder / "status.json").write_text('{"state": "running", "pid": 1}')
    (folder / LOCK).write_text("1\n")
    (folder / "cancel").write_text("")
    sweep(spec(), folder, resume=True)
    assert content(folder) == content(whole)


def test_a_folder_in_which_nothing_was_begun_is_empty(tmp_path, whole):
    """A process may be killed before the plan is written."""
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / LOCK).write_text("1\n")
    (folder / ".plan.json.1234.partial").write_bytes(b"half")
    assert content(sweep(spec(), folder).folder) == content(whole)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("spec.yaml", lambda text: text + "draws: 7\n"),
        ("scenarios/royalty.yaml", lambda text: ""),
        ("points.csv", lambda text: text.replace("0.2", "0.9")),
        ("points.csv", lambda text: text + "0.4\n"),
        ("plan.json", lambda text: text.replace('"draws": 2', '"draws": 3')),
    ],
)
def test_what_says_something_else_is_written_anew(tmp_path, monkeypatch, name, change):
    """A sweep is resumed from what it is asked for; a file that was edited since would be signed as if it were so."""
    (tmp_path / "given.csv").write_text("royalty_rate\n0.1\n0.2\n0.3\n")
    given = spec(design={"method": "file", "file": str(tmp_path / "given.csv")})
    with monkeypatch.context() as patch:
        use_stand_in(patch)
        whole = content(sweep(given, tmp_path / "whole").folder)
        stopped_after(tmp_path / "s", 1, patch, spec=given)
        path = tmp_path / "s" / name
        changed = change(path.read_text())
        assert changed != path.read_text()
        path.write_text(changed)
        said = []
        use_stand_in(patch)
        sweep(given, tmp_path / "s", resume=True, notice=said.append)
    assert said == [f"not as this sweep has them, and written anew: {name}"]
    assert content(tmp_path / "s") == whole


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plan.json", lambda text: text + "\n"),
        ("plan.json", lambda text: text.replace('"draws": 2', '"draws": 3')),
        ("manifest.json", lambda text: re.sub('"royalty": [0-9]+', '"royalty": 99', text)),
        ("manifest.json", lambda text: text.replace('"rows": 12', '"rows": 13')),
    ],
)
def test_a_finished_sweep_that_says_something_else_is_mended(tmp_path, whole, name, change):
    folder = tmp_path / "s"
    shutil.copytree(whole, folder)
    text = (folder / name).read_text()
    assert change(text) != text
    (folder / name).write_text(change(text))
    said = []
    sweep(spec(), folder, resume=True, notice=said.append)
    assert content(folder) == content(whole) and name in said[0]


def test_a_stop_while_files_are_looked_at_counts_what_is_there(tmp_path, whole, monkeypatch):
    folder = tmp_path / "s"
    shutil.copytree(whole, folder)
    monkeypatch.setattr(sweep_status.Cancel, "check", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(SweepStopped) as stop:
        sweep(spec(), folder, resume=True)
    assert stop.value.done == stop.value.total == 12


def test_a_chunk_of_another_engine_is_computed_again(tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    other = econsim.sweep(spec(), tmp_path / "other", engine="agents")
    stopped_after(tmp_path / "s", 1, monkeypatch)
    use_stand_in(monkeypatch)
    chunk = sorted((other.folder / "chunks" / "royalty").iterdir())[1]
    (tmp_path / "s" / "chunks" / "royalty" / chunk.name).write_bytes(chunk.read_bytes())
    said = []
    sweep(spec(), tmp_path / "s", resume=True, notice=said.append)
    assert said == [f"damaged, and computed again: chunks/royalty/{chunk.name}"]


def test_packages_that_changed_are_told(tmp_path, monkeypatch):
    stopped_after(tmp_path / "s", 1, monkeypatch)
    plan = json.loads((tmp_path / "s" / "plan.json").read_text())
    plan["packages"]["numpy"] = "1.0"
    (tmp_path / "s" / "plan.json").write_text(as_json(plan))
    said = []
    sweep(spec(), tmp_path / "s", resume=True, notice=said.append)
    assert len(said) == 1 and f"numpy 1.0 → {np.__version__}" in said[0]
