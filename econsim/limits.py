"""What the model leaves out: its biggest critiques in plain words, the same in briefs and on screen."""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """One simplification: a name, and what it means for a reader."""

    name: str
    text: str


LIMITS = (
    Limit(
        "Value of capability",
        "A step in capability is worth the same to buyers however far it goes, so whatever moves the frontier moves "
        "their surplus a lot; no single welfare number is a headline here.",
    ),
    Limit(
        "Long-run growth",
        "Efficiency grows from outside the model in the long run: copying and policy change levels, and a collapse is "
        "one of spending, not of progress.",
    ),
    Limit(
        "What labs foresee",
        "Labs invest by a marginal rule. They do not outguess each other, choose how open their interfaces are, or "
        "copy each other.",
    ),
    Limit(
        "Prices",
        "Prices clear each quarter; no seller first draws customers in and then makes them pay for staying.",
    ),
    Limit(
        "Weakly known numbers",
        "The labs' premium, the cost of serving copies, how readily buyers switch among copies, the complexity of the "
        "tail and its weight rest on thin evidence.",
    ),
    Limit(
        "Law and politics",
        "Policy works as written from its start; lobbying, courts and retaliation abroad are not in the model.",
    ),
)

__all__ = ["LIMITS", "Limit"]
