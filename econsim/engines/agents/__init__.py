"""The agents engine: labs, distillers, buyers and a regulator that act one by one (Mesa), on the same rules.

Use it to try another strategy: subclass an agent, override what it decides, and pass the class by its role. With the
agents as they are it gives what the batch engine gives, more slowly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from econsim.engines.agents.buyers import BuyerSegment
from econsim.engines.agents.distillers import Distiller
from econsim.engines.agents.economy import ROLES, Economy
from econsim.engines.agents.firms import FrontierLab, PublicFringe
from econsim.engines.agents.offers import Offer, Outlook, Plan
from econsim.engines.agents.regulator import Regulator
from econsim.errors import InputError, Problem, unknown_name
from econsim.world import World

__all__ = [
    "ROLES",
    "BuyerSegment",
    "Distiller",
    "Economy",
    "FrontierLab",
    "Offer",
    "Outlook",
    "Plan",
    "PublicFringe",
    "Regulator",
    "check_agents",
    "trajectories",
]


def check_agents(agents: Mapping[str, Any] | None) -> dict[str, type]:
    """The same mapping, checked: role -> subclass of the role's agent.

    raises : InputError that lists every unknown role and every value that is not such a class
    """
    if agents is not None and not isinstance(agents, Mapping):
        raise InputError(Problem("agents", "must map roles to classes", repr(agents), ", ".join(ROLES)))
    problems = []
    for role, kind in (agents or {}).items():
        if role not in ROLES:
            problems.append(unknown_name("agents", str(role), ROLES, kind="role"))
        elif not (isinstance(kind, type) and issubclass(kind, ROLES[role])):
            base = ROLES[role]
            allowed = f"a subclass of {base.__module__.rpartition('.')[0]}.{base.__name__}"
            problems.append(Problem(f"agents.{role}", "must be a class for this role", repr(kind), allowed))
    if problems:
        raise InputError(problems)
    return dict(agents or {})


def trajectories(
    world: World, rd_path: np.ndarray | None = None, agents: Mapping[str, type] | None = None
) -> dict[str, np.ndarray]:
    """Run a chunk of draws, one economy a draw.

    rd_path : (period, lab, 1, draw) $M, where labs' R&D is imposed
    agents  : role -> subclass to use in it; roles are lab, distiller, fringe, segment, regulator
    returns : series name -> (period, draw); `series.PER_FIRM` -> (period, firm, draw); `lab_rd` (period, lab, 1, draw)
    raises  : InputError for an unknown role, or a class that does not fit its role
    """
    classes = check_agents(agents)
    draws = world.shocks.initial_capability.shape[-1]
    recorded: dict[str, np.ndarray] = {}
    for draw in range(draws):
        economy = Economy(world, draw, rd_path, classes)
        economy.run()
        for name, values in economy.datacollector.model_vars.items():
            path = np.array(values)
            if draw == 0:
                recorded[name] = np.empty((*path.shape, draws))
            recorded[name][..., draw] = path
        mesa.Agent._ids.pop(economy, None)  # Mesa counts agents by model and would keep every economy for ever
    return recorded
