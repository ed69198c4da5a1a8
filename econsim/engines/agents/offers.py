"""What agents show one another: offers to buyers, planned copies, and the outlook on which a copy is decided."""

from __future__ import annotations

from typing import Literal, NamedTuple

from econsim.arrays import Array


class Offer(NamedTuple):
    """A model on sale, as buyers can see it.

    kind         : a lab's original, a distiller's copy, or a hosted public model
    capability   : nats; of a copy its head
    believed_gap : nats, the tail gap that each segment believes in, in the order of segments
    premium      : log price that buyers pay for the seller's name
    friction     : log price that a restricted API costs them
    shock        : log price, this quarter's taste
    log_cost     : log unit cost of serving each segment
    surcharge    : what is not in it yet, log price: a copy that is only planned has its transfers here
    on_sale      : whether each segment is served
    """

    kind: Literal["original", "copy", "public"]
    capability: float
    believed_gap: tuple[float, ...]
    premium: float
    friction: float
    shock: float
    log_cost: tuple[float, ...]
    surcharge: tuple[float, ...]
    on_sale: tuple[bool, ...]


class Plan(NamedTuple):
    """A copy that a distiller could make.

    budget       : $M
    head, tail   : nats
    believed_gap : (1, segment, 1) nats, what buyers would believe a quarter after release
    head_loss    : share of what could be copied that is lost
    tail_loss    : the same in the tail
    """

    budget: float
    head: float
    tail: float
    believed_gap: Array
    head_loss: float
    tail_loss: float


class Outlook(NamedTuple):
    """On what a distiller decides; profits in $M per quarter, at its best price in the market that would follow.

    plan           : the copy it would make
    new_profit     : with that copy
    old_profit     : with the copy it has; 0 for an outsider
    hosting_profit : with a hosted public model and no copy at all
    """

    plan: Plan
    new_profit: float
    old_profit: float
    hosting_profit: float
