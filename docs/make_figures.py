"""Draw the figures of the README from runs made now: `make figures`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import econsim
from econsim import charts, findings
from econsim.results import simulate_many
from econsim.scenario import load_scenario

POLICIES = (
    "gate-and-detect",
    "royalty",
    "release-window",
    "tail-evaluation",
    "liability",
    "export-controls",
    "rd-subsidy",
)
FOLDER = Path(__file__).parent / "figures"


def main() -> None:
    """Run the shipped policies on the default draws and write `policies.svg` and `policies.png`."""
    results = simulate_many([load_scenario(name) for name in POLICIES])
    medians = {one.scenario.name: float(np.median(findings.relative_change(one, "rd_investment"))) for one in results}
    best = max(medians, key=lambda name: medians[name])
    least = min(medians, key=lambda name: abs(medians[name]))
    first = results[0]
    title = (
        f"Frontier R&D: {findings.display_name(best)} moves it most (median {findings.percent(medians[best])}), "
        f"{findings.display_name(least)} least ({findings.percent(medians[least])})"
    )
    subtitle = (
        f"Paired change of mean quarterly R&D, {first.draws} futures of the {first.ensemble} ensemble, "
        f"seed {first.seed}, econsim {econsim.__version__}.\n"
        "Tick: median; bar: middle half; line: 90% range. {illustrative(first.ensemble)}"
    )
    chart = charts.policy_ranges(results, title=title, subtitle=subtitle)
    FOLDER.mkdir(exist_ok=True)
    chart.save(FOLDER / "policies.svg")
    chart.save(FOLDER / "policies.png", scale_factor=2)


if __name__ == "__main__":
    main()
