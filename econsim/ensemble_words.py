"""Where the assumptions of a run come from, and how far to trust that: words, computed from what is shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from econsim.name_words import words
from econsim.posterior import posterior

if TYPE_CHECKING:
    from econsim.scenario import Scenario

RESTS_ON_PRIORS = "Illustrative: what is varied is drawn from priors, which are not calibrated."
STANDING = {
    "calibrated": "calibrated on {facts} facts since March 2023, {missed} of them missed",
    "prior": "priors, not calibrated",
    "default": "parameters at their defaults",
}
"""Which assumptions an ensemble stands for; `facts` and `missed` count those of the shipped posterior."""
SWITCHED = {
    "copying": "copying",
    "public_fringe": "a public fringe",
    "geopolitics": "foreign distillers",
    "own_tier": "small models of the labs' own",
}
UNSEEN = "No effect of a policy has ever been observed, so none could be calibrated."


def standing(ensemble: str) -> str:
    """Which assumptions an ensemble stands for, in half a line and in lower case."""
    counts = {"facts": len(posterior().facts), "missed": len(posterior().missed)} if ensemble == "calibrated" else {}
    return STANDING[ensemble].format(**counts)


def illustrative(ensemble: str) -> str:
    """The same as the last sentence below a figure or a table."""
    return f"Illustrative: {standing(ensemble)}."


def illustrative_sweep(plan: Any) -> str:
    """The same of a sweep, whose design draws what it varies from priors, or lays it out.

    plan : of the sweep: its `identity`, which holds the design, and its `ensemble`
    """
    axes = plan["identity"]["design"].get("axes", {})
    if not any("triangular" in axis for axis in axes.values()):
        return f"Illustrative: {standing(plan['ensemble'])}; what the design varies is not drawn from priors."
    return RESTS_ON_PRIORS


def reservations(scenario: Scenario, ensemble: str) -> tuple[str, ...]:
    """What the calibration does not cover in a scenario, in sentences; none for other ensembles.

    Parameters that keep their priors, since the facts are of another time or the scenario has a prior of its own; what
    exists here and did not where it was calibrated, and the reverse; policy.
    """
    if ensemble != "calibrated":
        return ()
    assumptions = scenario.assumptions
    covered = posterior().covers(assumptions)
    own = [name for name, one in assumptions.items() if not one.fixed and name not in covered]
    told = []
    if own:
        told.append(f"Not calibrated here but drawn from their priors: {_listed(own)}.")
    for name, there in posterior().provenance["switches"].items():
        if getattr(scenario.switches, name) != there:
            where = "with {}, which this scenario leaves out" if there else "without {}, which this scenario has"
            told.append(f"Calibrated {where.format(SWITCHED[name])}.")
    law = posterior().provenance["fidelity_law"]
    if scenario.fidelity.law != law:
        told.append(f"Calibrated under the law of copying {law}, here {scenario.fidelity.law}.")
    return (*told, UNSEEN)


def _listed(names: list[str]) -> str:
    told = [words(name) for name in names]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


__all__ = ["RESTS_ON_PRIORS", "STANDING", "UNSEEN", "illustrative", "illustrative_sweep", "reservations", "standing"]
