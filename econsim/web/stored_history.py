"""The back-test as files, so that its page computes nothing: what `econsim backtest` gives; `make stored` renews it."""

from __future__ import annotations

from pathlib import Path

import econsim
from econsim.results import run_identity
from econsim.runs import DEFAULT_SEED
from econsim.scenario import load_scenario
from econsim.store import MANIFEST, as_json, read_json
from econsim.studies.backtest import DRAWS, SCENARIO, backtest
from econsim.whole_folder import Content, write_folder

FOLDER = Path(__file__).resolve().parent / "stored_history"
SUMMARY, PICTURE = "backtest.json", "history.svg"
ENSEMBLE = "calibrated"


def write(folder: Path = FOLDER) -> None:
    """Hold the model against history, and write it."""
    from econsim.charts.history import history_chart

    found = backtest(SCENARIO, DRAWS, DEFAULT_SEED, ENSEMBLE)

    def build(place: Path) -> None:
        (place / SUMMARY).write_text(as_json(found.summary()), encoding="utf-8")
        history_chart(found).save(place / PICTURE)
        (place / MANIFEST).write_text(as_json({"version": econsim.__version__, "run_id": found.run_id}), "utf-8")

    write_folder(
        folder, build, identity="stored", inspect=lambda _: Content("", "a stored back-test", True), last=MANIFEST,
        force=True,
    )  # fmt: skip


def read(folder: Path = FOLDER) -> Path | None:
    """The folder, if it is there and what the command would give now."""
    if not (folder / MANIFEST).is_file():
        return None
    told = read_json(folder / MANIFEST)
    expected = run_identity(load_scenario(SCENARIO), DRAWS, DEFAULT_SEED, ENSEMBLE)
    return folder if (told.get("version"), told.get("run_id")) == (econsim.__version__, expected) else None


__all__ = ["DRAWS", "read", "write"]


if __name__ == "__main__":
    write()
