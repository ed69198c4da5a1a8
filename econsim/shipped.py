"""The shipped scenarios, each read once: a page asks for several of them at every step of a slider."""

from __future__ import annotations

import functools

from econsim.scenario import Scenario, load_scenario


@functools.cache
def shipped_scenario(name: str) -> Scenario:
    """A shipped scenario by its name, as `econsim.load_scenario` gives it."""
    return load_scenario(name)


__all__ = ["shipped_scenario"]
