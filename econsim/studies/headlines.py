"""Headline results of all shipped scenarios: what a version, or a parameter book, says."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import econsim

if TYPE_CHECKING:
    from econsim.runs import Progress

FORMAT = 1
DRAWS, SEED = 128, 0
METRICS = (
    "rd_relative",
    "rd_investment",
    "frontier_growth",
    "visible_lag_months",
    "true_lag_months",
    "price_fall",
    "copy_share_of_all_revenue",
    "hidden_loss_share",
    "lab_npv",
)
QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}


def headlines(draws: int = DRAWS, seed: int = SEED, progress: Progress | None = None) -> dict[str, Any]:
    """Run every shipped scenario on the same futures and say what each answers; plain Python, as JSON holds it.

    returns : version, draws, seed and ensemble (the default one); by scenario its hash, finding, and the quantiles of
              METRICS
    """
    from econsim.calendars import by_calendar
    from econsim.library import shipped_scenarios
    from econsim.results import simulate_many
    from econsim.runs import DEFAULT_ENSEMBLE
    from econsim.scenario import load_scenario

    found: dict[str, Any] = {}
    names = list(shipped_scenarios())
    for group in by_calendar([load_scenario(name) for name in names]):
        results = simulate_many(group, draws, seed, DEFAULT_ENSEMBLE, "batch", keep="summaries", progress=progress)
        for result in results:
            metrics = {metric: _quantiles(result.values(metric)) for metric in METRICS}
            found[result.scenario.name] = {"hash": result.scenario.hash, "finding": result.finding, "metrics": metrics}
    scenarios = {name: found[name] for name in names}
    how = {"draws": draws, "seed": seed, "ensemble": DEFAULT_ENSEMBLE}
    return {"format": FORMAT, "version": econsim.__version__, **how, "scenarios": scenarios}


def of_book(folder: Path, draws: int = DRAWS, seed: int = SEED) -> dict[str, Any]:
    """The same with the parameter book of another folder, in a process of its own: a book is read once a process.

    raises : InputError for a folder that holds no book, with every problem in it
    """
    import subprocess

    from econsim.book_reader import load_book

    load_book(folder)  # here, so that what is wrong with it is told as usual
    command = [sys.executable, "-m", "econsim.studies.headlines", str(folder), str(draws), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2000:])
    held: dict[str, Any] = json.loads(done.stdout)
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.yaml")))
    return held | {"book": hashlib.sha256(content).hexdigest()[:12]}


def written(found: dict[str, Any]) -> str:
    """As a file holds it."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def _quantiles(values: np.ndarray) -> dict[str, float | None]:
    known = values[np.isfinite(values)]
    if not known.size:
        return dict.fromkeys(QUANTILES)
    return {name: _rounded(float(np.quantile(known, share))) for name, share in QUANTILES.items()}


def _rounded(value: float) -> float:
    """Nine digits: what engines and processors agree on."""
    return float(f"{value:.9g}") if math.isfinite(value) else value


def _main() -> None:
    import functools

    from econsim import parameter_book
    from econsim.book_reader import load_book

    chosen = load_book(Path(sys.argv[1]))
    # Before anything else of econsim takes the name from there: this file imports nothing that does.
    parameter_book.book = functools.cache(lambda: chosen)
    print(written(headlines(int(sys.argv[2]), int(sys.argv[3]))))


if __name__ == "__main__":
    _main()
