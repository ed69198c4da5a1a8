"""Sweep folders that are refused, and disks that are full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from sweep_helpers import content, spec, stopped_after, sweep

import econsim
from econsim import open_sweep
from econsim.errors import InputError
from econsim.studies.sweep_lock import LOCK, locked

pytestmark = pytest.mark.usefixtures("quick")


# ---------------------------------------------------------------------------------------------------- what is refused


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


# ---------------------------------------------------------------------------------------------------- a full disk


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
