"""Calendars: only scenarios that cover the same quarters are compared, quarter with quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from econsim.scenario import Scenario


def calendar(scenario: Scenario) -> tuple[str, int]:
    """First quarter, and the number of quarters."""
    return scenario.structure.start, scenario.structure.quarters


def by_calendar(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Scenarios grouped by calendar, groups and scenarios in the order given. A group can share its worlds."""
    groups: dict[tuple[str, int], list[Scenario]] = {}
    for one in scenarios:
        groups.setdefault(calendar(one), []).append(one)
    return list(groups.values())


def differing_calendars(scenarios: Sequence[Scenario]) -> str:
    """Each scenario's calendar in words where they are not all the same, else nothing."""
    if len({calendar(one) for one in scenarios}) < 2:
        return ""
    return ", ".join(f"{one.name}: {one.structure.quarters} quarters from {one.structure.start}" for one in scenarios)


__all__ = ["by_calendar", "calendar", "differing_calendars"]
