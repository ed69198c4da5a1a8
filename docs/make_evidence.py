"""Compute what matters in the baseline, and write the tables of docs/evidence.md: `make evidence`.

python docs/make_evidence.py            # runs the sensitivity analysis (minutes) and writes both files
python docs/make_evidence.py --page     # writes the tables of the page only
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import econsim
from econsim.evidence import page
from econsim.evidence.weak import FILE, influence
from econsim.store import as_json
from econsim.studies.sensitivity_result import Sensitivity

PAGE = Path(__file__).parent / "evidence.md"
SCENARIO, SAMPLES, SEED = "baseline", 512, 0
OUTPUTS = (
    "rd_relative",
    "rd_investment",
    "frontier_growth",
    "price_fall",
    "visible_lag_months",
    "true_lag_months",
    "copy_share_of_all_revenue",
    "hidden_loss_pv",
    "hhi",
    "lab_npv",
    "consumer_surplus_pv",
    "welfare_pv",
)
BLOCKS = {"grades": page.grades_markdown, "weak": page.weak_markdown, "readings": page.readings_markdown}
"""Name of a generated part of the page -> what writes it."""


def main(arguments: list[str]) -> None:
    """Write `econsim/evidence/influence.json` from a run made now, and the tables of the page from it."""
    if arguments not in ([], ["--page"]):
        sys.exit(f"usage: make_evidence.py [--page] (got {' '.join(arguments)})")
    if not arguments:
        found = econsim.sensitivity(
            SCENARIO, samples=SAMPLES, all_parameters=True, outputs=OUTPUTS, over_time=(), seed=SEED, engine="batch"
        )
        _replace(FILE, as_json(kept(found)))
        influence.cache_clear()
    _replace(PAGE, with_blocks(PAGE.read_text(encoding="utf-8")))


def kept(found: Sensitivity) -> dict[str, object]:
    """What the ranking needs of a sensitivity analysis: what it was, and total indices to four digits.

    Where a few extreme runs decide an output's variance, the indices are those of its rank among all runs.
    """
    content = found.content
    by_rank = content["by_rank"]["outputs"]
    outputs = {
        output: {
            name: {"ST": round(one["ST"], 4), "ST_conf": round(one["ST_conf"], 4)}
            for name, one in by_rank.get(output, indices).items()
        }
        for output, indices in found.outputs.items()
    }
    of = {name: content[name] for name in ("run_id", "version", "scenario", "scenario_hash", "samples", "seed")}
    return {**of, "by_rank": [output for output in outputs if output in by_rank], "outputs": outputs}


def with_blocks(text: str) -> str:
    """The page with every generated part written anew; parts stand between two comments that name them."""
    for name, make in BLOCKS.items():
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(pattern.findall(text)) != 1:
            sys.exit(f"{PAGE} has no part '{name}'")
        block = f"{begin}\n{make()}\n{end}"
        text = pattern.sub(lambda _, block=block: block, text)
    return text


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
