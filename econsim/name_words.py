"""Names of parameters, levers and metrics as a reader says them."""

from __future__ import annotations

EFFECTS = ("effect:", "effect_")  # before a metric's name: its paired change, as `tip` and as sweeps call it
_KNOWN = {"rd_investment": "frontier R&D", "rd_relative": "R&D relative to no copying"}
_SHORT = {"rd": "R&D", "npv": "NPV", "pv": "present value", "api": "API", "ai": "AI", "hhi": "HHI", "n": "number of"}


def words(name: str) -> str:
    """A metric's, parameter's or lever's name in words: `copy cost ratio`, `the change of lab NPV`."""
    for prefix in EFFECTS:
        if name.startswith(prefix):
            return f"the change of {words(name.removeprefix(prefix))}"
    return _KNOWN.get(name) or " ".join(_SHORT.get(part, part) for part in name.split("_"))


__all__ = ["words"]
