"""Sweep folders: what is written and when, and how they are opened."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from sweep_helpers import content, small, spec, stopped_after, sweep

from econsim import open_sweep
from econsim.errors import InputError
from econsim.studies import sweep_files, sweep_index
from econsim.studies.sweep_lock import locked
from econsim.studies.sweep_spec import read_sweep_spec
from econsim.studies.sweep_status import read_status

pytestmark = pytest.mark.usefixtures("quick")


# ---------------------------------------------------------------------------------------------------- what is written


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


# ---------------------------------------------------------------------------------------------------- opening


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
