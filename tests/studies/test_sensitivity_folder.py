"""`econsim.sensitivity`: its folder, stopping, going on, and what is refused."""

from __future__ import annotations

import pytest
from sensitivity_toys import NAMES, analyse
from sweep_helpers import content

from econsim import InputError, open_sensitivity
from econsim.studies.sweep_status import SweepStopped, read_status

pytestmark = pytest.mark.usefixtures("few")


def test_stopped_anywhere_and_resumed_it_is_the_same(toy, tmp_path):
    whole = analyse(samples=256, parameters=NAMES, out=tmp_path / "whole")
    chunks = len(toy)
    assert chunks == 5
    for stop in (1, 2, 4):  # in the first sweep, between the two, before the last chunk
        toy.clear()
        toy.stop_after = stop
        folder = tmp_path / f"after {stop}"
        with pytest.raises(SweepStopped):
            analyse(samples=256, parameters=NAMES, out=folder)
        assert read_status(folder)["state"] == "interrupted" and not (folder / "manifest.json").exists()
        with pytest.raises(InputError, match="is not finished"):
            open_sensitivity(folder)
        toy.clear()
        toy.stop_after = None
        seen: list[tuple[int, int]] = []
        again = analyse(
            samples=256, parameters=NAMES, out=folder, resume=True, progress=lambda *told, seen=seen: seen.append(told)
        )
        assert len(toy) == chunks - stop
        assert seen[0][0] > 0 or stop == 1
        assert seen[-1][0] == seen[-1][1] == 256 * 6 + 256 * 4
        assert again.content == whole.content
        assert content(folder) == content(tmp_path / "whole")


def test_a_file_cancel_stops_it(toy, tmp_path):
    folder = tmp_path / "there"

    def cancel(done, total):
        if done:
            (folder / "cancel").touch()
            toy.pause = 0.5

    with pytest.raises(SweepStopped) as stopped:
        analyse(samples=128, parameters=NAMES, out=folder, progress=cancel)
    assert stopped.value.state == "cancelled" and read_status(folder)["state"] == "cancelled"
    assert not (folder / "cancel").exists() and not list(folder.glob("*/cancel"))


def test_folders(toy, tmp_path):
    folder = tmp_path / "there"
    analyse(samples=64, parameters=NAMES, out=folder)
    for changes, words in (
        ({}, "give --resume"),
        ({"samples": 128, "resume": True}, "another analysis.*samples"),
        ({"seed": 1, "resume": True}, "another analysis.*seed"),
    ):
        with pytest.raises(InputError, match=words):
            analyse(**{"samples": 64, "parameters": NAMES, "out": folder, **changes})
    damaged = next((folder / "sweep" / "chunks").glob("*/*.parquet"))
    before = content(folder)
    damaged.write_bytes(b"damaged")
    told = []
    analyse(samples=64, parameters=NAMES, out=folder, resume=True, notice=told.append)
    assert content(folder) == before and "damaged" in told[0]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="no part of a sensitivity analysis"):
        analyse(samples=64, parameters=NAMES, out=folder, resume=True)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "a").touch()
    for path, words in ((tmp_path / "foreign", "no part"), (tmp_path / "foreign" / "a", "is a file")):
        with pytest.raises(InputError, match=words):
            analyse(samples=64, parameters=NAMES, out=path)
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError):
            open_sensitivity(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"method": "sobl"}, "method: unknown method 'sobl'; did you mean 'sobol'"),
        ({"samples": 100}, "samples: must be a power of two.*64 or 128"),
        ({"samples": 32}, "samples: .*got 32.*64 to"),
        ({"samples": 2**20}, "samples: makes too many draws to hold in memory.*4,000,000"),
        ({"samples": True}, "samples: .*whole number"),
        ({"outputs": ["rd_relativ"]}, "outputs: unknown metric 'rd_relativ'; did you mean 'rd_relative'"),
        ({"outputs": []}, "outputs: is empty"),
        ({"outputs": "hhi"}, "outputs: must be a list"),
        ({"outputs": ["hhi", "hhi"]}, "outputs: is given twice"),
        ({"over_time": ["rd_invest"]}, "over_time: unknown series 'rd_invest'; did you mean 'rd_investment'"),
        ({"parameters": ["lab_premum"]}, "parameters: unknown .*did you mean 'lab_premium'"),
        ({"parameters": ["n_labs"]}, "'n_labs' has no prior.*got 4"),
        ({"draws": 0}, "draws: .*1 to 4,096"),
        ({"seed": -1}, "seed: "),
        ({"groups": True, "all_parameters": True}, "all: cannot be given together"),
        ({"method": "morris", "all_parameters": True}, "all: goes with sobol only"),
        ({"method": "oat", "groups": True}, "groups: do not go with oat"),
        ({"method": "oat", "samples": 4}, "samples: does not go with oat"),
        ({"method": "morris", "second_order": True}, "second_order: goes with sobol only"),
        ({"scenario": "baselin"}, "did you mean 'baseline'"),
        ({"workers": 0}, "workers: "),
        ({"resume": True}, "resume: needs the folder"),
        ({"engine": "bach"}, "did you mean 'batch'"),
    ],
)
def test_bad_input(toy, changes, words):
    with pytest.raises(InputError, match=words):
        analyse(**changes)
    assert not toy
