"""Flips as JSON and tables have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from econsim.studies.flip_search import VANISHES
from econsim.studies.words import plain

if TYPE_CHECKING:
    from econsim.studies.flip_one import Confirmation, Flip
    from econsim.studies.flip_search import Scan


def flip_mapping(one: Flip) -> dict[str, Any]:
    """A flip as JSON has it."""
    before = one.scan.verdicts[one.found.before]
    return {
        **scan_mapping(one.scan),
        "does": one.kind,
        "flip": one.value,
        "before": one.before,
        "lies": one.direction,
        "distance": plain(one.distance),
        "inside_prior": one.inside,
        "median_before": plain(before.median),
        "median_at": plain(one.verdict.median),
        "median_at_low": None if one.interval is None else one.interval[0],
        "median_at_high": None if one.interval is None else one.interval[1],
        "other_side": plain(one.other_side),
        "clear_at": one.clear,
        "fades_at": one.fades.value,
        "reverses_at": None if one.reverses is None else one.reverses.value,
        "stays": one.stays,
        "confirmed": one.confirmed,
        "runs": None if one.runs is None else [_run_mapping(run) for run in one.runs],
    }


def _run_mapping(run: Confirmation) -> dict[str, Any]:
    return {
        "value": run.value,
        "run_id": run.run_id,
        "median": plain(run.verdict.median),
        "verdict": run.verdict.verb,
        "finding": run.finding,
    }


def never_mapping(scan: Scan) -> dict[str, Any]:
    """An assumption that leaves the finding as it is, as JSON has it."""
    closest = scan.closest()
    unsolved = [value for value, one in scan.verdicts.items() if one.sign is None and value not in scan.nil]
    return {
        **scan_mapping(scan),
        "tried": sorted(scan.verdicts),
        "not_solved": sorted(unsolved),
        "closest": None if closest is None else {"value": closest[0], "median": plain(closest[1].median)},
    }


def scan_mapping(scan: Scan) -> dict[str, Any]:
    """An assumption as JSON has it."""
    assumed, row, vanishes = scan.assumed, scan.assumed.row, scan.nearest(VANISHES)
    return {
        "parameter": assumed.name,
        "meaning": row.meaning,
        "unit": row.unit,
        "grade": row.grade,
        "default": assumed.default,
        "low": assumed.low,
        "high": assumed.high,
        "scale": assumed.scale,
        "bounds": list(assumed.bounds),
        "median_at_default": plain(scan.verdicts[assumed.default].median),
        "vanishes_at": None if vanishes is None else vanishes.value,
        "median_where_it_vanishes": None if vanishes is None else plain(scan.verdicts[vanishes.value].median),
    }
