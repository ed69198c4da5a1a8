"""Sweep folders: what is written and when, what is refused, what is mended, and that the bytes are always the same."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from sweep_helpers import content, small, spec, stand_in, sweep, use_stand_in

import econsim
from econsim import open_sweep
from econsim.errors import InputError
from econsim.store import as_json
from econsim.studies import sweep_files, sweep_index, sweep_status, sweep_work
from econsim.studies.sweep_lock import LOCK, locked
from econsim.studies.sweep_spec import read_sweep_spec
from econsim.studies.sweep_status import SweepStopped, read_status


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    return use_stand_in(monkeypatch)


@pytest.fixture
def whole(tmp_path):
    """A finished sweep's folder."""
    return sweep(spec(), tmp_path / "whole").folder


class Stop(Exception):
    """Raised in the middle of a sweep."""


def stopped_after(folder: Path, chunks: int, monkeypatch, error=Stop, **arguments) -> None:
    """Begin a sweep that comes to nothing after so many chunks."""
    done = 0
    given = arguments.pop("spec", spec())

    def compute(task):
        nonlocal done
        if done == chunks:
            raise error
        done += 1
        return stand_in(task)

    with monkeypatch.context() as patch:
        patch.setattr(sweep_work, "compute_chunk", compute)
        with pytest.raises((error, SweepStopped) if error is KeyboardInterrupt else error):
            sweep(given, folder, **arguments)


# ------------------------------------------------------------------------------------------ what is written


def test_the_files_of_a_sweep(whole):
    names = set(content(whole))
    chunks = {name for name in names if name.startswith("chunks/royalty/")}
    assert len(chunks) == 3
    assert names - chunks == {
        "plan.json", "spec.yaml", "scenarios/royalty.yaml", "scenarios/royalty.status-quo.yaml", "index.parquet",
        "chunks.sha256", "manifest.json", "status.json",
    }  # fmt: skip
    plan, manifest = (json.loads((whole / name).read_text()) for name in ("plan.json", "manifest.json"))
    assert plan["sweep_id"] == manifest["sweep_id"] and len(plan["sweep_id"]) == 12
    assert (plan["points"], plan["draws"], plan["rows"], plan["engine"]) == (6, 2, 12, "batch")
    assert json.loads((whole / "status.json").read_text()) == {"state": "done", "done": 12, "total": 12}
    assert set(manifest["files"]) == names - chunks - {"manifest.json", "status.json"}
    lines = [line.split("  ") for line in (whole / "chunks.sha256").read_text().splitlines()]
    assert [name for _, name in lines] == sorted(chunks)
    for name, told in [*manifest["files"].items(), *((name, told) for told, name in lines)]:
        assert hashlib.sha256((whole / name).read_bytes()).hexdigest() == told


def test_the_same_sweep_twice_is_the_same_bytes(whole, tmp_path):
    again = sweep(spec(), tmp_path / "deep" / "er" / "again").folder
    assert content(again) == content(whole)


def test_the_folder_stands_on_its_own(tmp_path):
    """Its spec names the scenarios and points that it holds, whatever the first spec named."""
    (tmp_path / "mine.yaml").write_text(small().to_yaml())
    (tmp_path / "points.csv").write_text("royalty_rate,lab_premium\n0.1,1\n0.30000000000000004,1.25\n")
    (tmp_path / "spec.yaml").write_text(
        "scenario: mine.yaml\nagainst: mine.yaml\ndesign: {method: file, file: points.csv}\nchunk: 2\n"
    )
    first = sweep(tmp_path / "spec.yaml", tmp_path / "one")
    for name in ("mine.yaml", "points.csv", "spec.yaml"):
        (tmp_path / name).unlink()
    shutil.move(tmp_path / "one", tmp_path / "elsewhere")
    second = sweep(tmp_path / "elsewhere" / "spec.yaml", tmp_path / "two")
    assert second.sweep_id == first.sweep_id
    assert content(tmp_path / "two") == content(tmp_path / "elsewhere")
    assert read_sweep_spec(tmp_path / "two" / "spec.yaml").design.points(0, 2)[1, 0] == 0.30000000000000004


def test_plan_comes_first_and_manifest_last(tmp_path, monkeypatch):
    """Whatever stops a sweep, a folder with a manifest is complete, and one without a plan holds nothing."""
    written = []
    original = sweep_files.whole_file

    def noting(path):
        written.append(path.name)
        return original(path)

    for module in (sweep_files, sweep_index):
        monkeypatch.setattr(module, "whole_file", noting)
    sweep(spec(), tmp_path / "s")
    named = [name for name in written if name != "status.json"]
    assert named[0] == "plan.json"
    assert named[-2:] == ["index.parquet", "manifest.json"]
    assert written[-1] == "status.json"


def test_chunk_files_are_plain_parquet(whole):
    path = next((whole / "chunks" / "royalty").iterdir())
    schema = pq.read_schema(path)
    assert schema.names[:4] == ["point", "draw", "failed", "rd_relative"]
    assert b"pandas" not in (schema.metadata or {})
    kinds = {str(schema.field(name).type) for name in schema.names[3:]}
    assert kinds == {"double"}


def test_an_index_is_written_in_large_groups(tmp_path):
    """Many chunks, few row groups: a reader does not drown in them."""
    design = {"method": "list", "values": {"lab_premium": np.linspace(0.5, 1.5, 300)}}
    found = sweep(spec(design=design, chunk=8, draws=1), tmp_path / "s")
    assert pq.ParquetFile(found.folder / "index.parquet").metadata.num_row_groups == 1
    assert found.index["point"].tolist() == list(range(300))


# ------------------------------------------------------------------------------------------ going on


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


# ------------------------------------------------------------------------------------------ what is refused


def refused(folder: Path, words: str, **arguments) -> None:
    """A sweep into this folder is refused, and nothing in it is touched."""
    before = content(folder) if folder.is_dir() else None
    given = arguments.pop("spec", spec())
    with pytest.raises(InputError, match=words) as error:
        sweep(given, folder, **arguments)
    assert error.value.exit_code == 2
    assert (content(folder) if folder.is_dir() else None) == before


@pytest.mark.parametrize("resume", [True, False])
def test_another_sweep_in_the_folder(whole, resume):
    refused(whole, "holds another sweep, .* \\(seed, design differs\\)|design, seed differs", resume=resume, spec=spec(
        seed=5, design={"method": "grid", "values": {"royalty_rate": [0.5]}}))  # fmt: skip


def test_a_sweep_is_not_run_again_unasked(whole, tmp_path, monkeypatch):
    refused(whole, "holds this sweep, complete; give --resume")
    stopped_after(tmp_path / "s", 1, monkeypatch)
    refused(tmp_path / "s", "holds an unfinished run of this sweep; give --resume")


@pytest.mark.parametrize("resume", [True, False])
def test_another_version(whole, monkeypatch, resume):
    monkeypatch.setattr(econsim, "__version__", "999.0")
    refused(whole, "was begun by econsim 0.1.0, and this is 999.0: choose a new folder", resume=resume)


def test_an_engine_stays(whole, monkeypatch):
    refused(whole, "begun with another engine.*auto or batch", resume=True, engine="agents")
    assert sweep(spec(), whole, resume=True, engine="batch").plan["engine"] == "batch"


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize(
    "made",
    [
        lambda folder: (folder / "thesis.tex").write_text("my only copy"),
        lambda folder: (folder / "manifest.json").write_text("{}"),
        lambda folder: (folder / "chunks").mkdir(),
        lambda folder: (folder / ".git").mkdir(),
    ],
)
def test_anything_else_in_the_folder(tmp_path, made, resume):
    folder = tmp_path / "s"
    folder.mkdir()
    made(folder)
    refused(folder, "holds what is no part of a sweep", resume=resume)


def test_something_else_beside_a_sweep(whole):
    (whole / "notes.txt").write_text("mine")
    refused(whole, r"no part of a sweep \(notes.txt\)", resume=True)


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "s").write_text("mine")
    refused(tmp_path / "s", f"^{tmp_path / 's'}: is a file, and a folder is needed")
    refused(tmp_path / "s" / "deeper", "Not a directory|cannot be|not a directory")
    assert (tmp_path / "s").read_text() == "mine"


@pytest.mark.parametrize("plan", ["", "[]", "{", '{"sweep_id": "abc"}', "\xff"])
def test_a_damaged_plan(whole, plan):
    (whole / "plan.json").write_text(plan, encoding="latin-1")
    refused(whole, "plan.json", resume=True)
    with pytest.raises(InputError, match=r"plan\.json"):
        open_sweep(whole)


def test_a_folder_name_that_cannot_be(tmp_path):
    for name in ("a\0b", "x" * 300):
        with pytest.raises(InputError):
            sweep(spec(), tmp_path / name)


def test_a_read_only_place(tmp_path, monkeypatch):
    def read_only(*arguments, **named):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", read_only)
    refused(tmp_path / "s", "cannot be written: read-only file system")


def test_two_processes_at_once(tmp_path, monkeypatch):
    folder = tmp_path / "s"
    stopped_after(folder, 1, monkeypatch)
    with locked(folder):
        assert (folder / LOCK).read_text() == f"{os.getpid()}\n"
        refused(folder, f"process {os.getpid()} is working on it", resume=True)
    assert not (folder / LOCK).exists()
    sweep(spec(), folder, resume=True)


def test_a_lock_that_is_taken_away_is_taken_anew(tmp_path, monkeypatch):
    """Between opening the file and locking it, its last holder may have removed it."""
    original, opened = os.open, []

    def racing(path, *arguments):
        handle = original(path, *arguments)
        if not opened and str(path).endswith(LOCK):
            os.unlink(path)
        opened.append(handle)
        return handle

    monkeypatch.setattr(os, "open", racing)
    with locked(tmp_path):
        assert len(opened) == 2 and (tmp_path / LOCK).exists()


# ------------------------------------------------------------------------------------------ a full disk


@pytest.mark.parametrize("chunks", [0, 2])
def test_a_full_disk_keeps_what_is_done(tmp_path, monkeypatch, whole, chunks):
    """One error, no half-written chunk, and the rest goes on from there."""
    folder, left = tmp_path / "s", chunks
    original = os.fsync

    def full(handle):
        nonlocal left
        if ".parquet." in os.readlink(f"/proc/self/fd/{handle}"):
            if left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left -= 1
        return original(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match=r"cannot be written: no space left on device.*--resume") as error:
            sweep(spec(), folder)
    assert error.value.exit_code == 2
    assert len(list((folder / "chunks" / "royalty").iterdir())) == chunks
    assert not list(folder.rglob("*.partial"))
    sweep(spec(), folder, resume=True)
    assert content(folder) == content(whole)


def test_a_full_disk_at_the_index(tmp_path, monkeypatch, whole):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("econsim.studies.sweep.write_index", full)
        with pytest.raises(InputError, match="no space left"):
            sweep(spec(), tmp_path / "s")
    assert not (tmp_path / "s" / "manifest.json").exists()
    sweep(spec(), tmp_path / "s", resume=True)
    assert content(tmp_path / "s") == content(whole)


# ------------------------------------------------------------------------------------------ opening


def test_an_unfinished_sweep_is_opened_on_demand_only(tmp_path, monkeypatch):
    stopped_after(tmp_path / "s", 2, monkeypatch)
    with pytest.raises(InputError, match="not finished"):
        open_sweep(tmp_path / "s")
    found = open_sweep(tmp_path / "s", partial=True)
    assert found.values("point").tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found.result().draws == 8
    assert found.failed_draws == {"royalty": 1}
    assert "not finished" in repr(found)
    with pytest.raises(InputError, match="no index"):
        found.index  # noqa: B018


@pytest.mark.parametrize("made", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("x")])
def test_opening_what_is_no_sweep(tmp_path, made):
    made(tmp_path / "s")
    with pytest.raises(InputError):
        open_sweep(tmp_path / "s")


def test_reading_a_damaged_chunk(whole):
    found = open_sweep(whole)
    next(iter(found._chunks("royalty"))).write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"cannot be read.*--resume mends"):
        found.values("rd_relative")
    (whole / "index.parquet").write_bytes(b"nothing")
    with pytest.raises(InputError, match="cannot be read"):
        found.read_index()


def test_status_says_when_a_process_is_gone(tmp_path, monkeypatch):
    folder = tmp_path / "s"
    stopped_after(folder, 1, monkeypatch)
    assert read_status(folder) == {"state": "failed", "done": 4, "total": 12}
    (folder / "status.json").write_text('{"state": "running", "done": 4, "total": 12, "pid": 1}')
    assert read_status(folder) == {"state": "stopped", "done": 4, "total": 12}
    with locked(folder):
        assert read_status(folder)["state"] == "running"
    sweep(spec(), folder, resume=True)
    assert read_status(folder) == {"state": "done", "done": 12, "total": 12}
