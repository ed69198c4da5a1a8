"""What a sensitivity analysis found, in words: rankings, the finding, and what a reader has to be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from econsim.findings import MOST_FAILED

Content = Mapping[str, Any]
MANY = 12  # effects that a warning names
NAMED = 3  # parameters that a sentence names
NO_ZERO = "not distinguishable from zero"
EITHER_WAY = "its direction depends on the others"
EXTREME = 0.1  # share of the variance in a thousandth of the runs that is worth a warning
WORTH_SAYING = 0.05  # of the variance


def ranked(content: Content, output: str, kind: str = "outputs") -> list[dict[str, Any]]:
    """The factors of one output, strongest first: `name`, the statistics, `strength`, its `low` and `high`, `words`.

    Those that are not distinguishable from zero come last: a large estimate with a larger interval says nothing.
    """
    table = content[kind].get(output, {})
    method = content["method"]
    rows = []
    for name, one in table.items():
        if method == "sobol":
            strength, half = one["ST"], one["ST_conf"]
            words = _sobol_words(one)
        elif method == "morris":
            strength, half = one["mu_star"], one["mu_star_conf"]
            words = _morris_words(one)
        else:
            strength, half = _swing(one)
            words = _oat_words(one)
        low, high = (None, None) if half is None else (strength - half, strength + half)
        rows.append({"name": name, **one, "strength": strength, "low": low, "high": high, "words": words})
    return sorted(rows, key=lambda row: (row["words"] == NO_ZERO, -row["strength"]))


def _sobol_words(one: Mapping[str, float]) -> str:
    if one["ST"] <= one["ST_conf"]:  # an index is never below zero, whatever its estimate is
        return NO_ZERO
    if one["S1"] <= one["S1_conf"]:
        return f"alone {NO_ZERO}"
    return ""


def _morris_words(one: Mapping[str, float]) -> str:
    if _holds_zero(one["mu_star"], one["mu_star_conf"]):
        return NO_ZERO
    if one["mu_star"] and abs(one["mu"]) < 0.5 * one["mu_star"]:
        return EITHER_WAY
    return "raises" if one["mu"] > 0.0 else "lowers"


def _oat_words(one: Mapping[str, Any]) -> str:
    ends = []
    for end in ("low", "high"):
        change, half = one[f"{end}_change"], one[f"{end}_conf"]
        if change == 0.0 or (half is not None and _holds_zero(change, half)):
            ends.append(end)
    if len(ends) == 2:
        return NO_ZERO
    return f"at its {ends[0]} end {NO_ZERO}" if ends else ""


def _swing(one: Mapping[str, Any]) -> tuple[float, float | None]:
    """The larger change of the two ends, without its sign."""
    end = max(("low", "high"), key=lambda end: abs(one[f"{end}_change"]))
    return abs(one[f"{end}_change"]), one[f"{end}_conf"]


def _holds_zero(value: float, half: float) -> bool:
    return abs(value) <= half


def finding(content: Content) -> str:
    """The result for the lead output in a sentence or a few, computed from the numbers."""
    lead, method = content["lead"], content["method"]
    where = content["scenario"]
    reason = content["reasons"]["outputs"].get(lead)
    if reason is not None:
        return f"{where}: {lead} has no sensitivity here: {reason}."
    rows = ranked(content, lead)
    if method == "sobol":
        return _sobol_finding(content, rows)
    told = [row for row in rows if row["words"] != NO_ZERO][:NAMED]
    if not told:
        return f"{where}: nothing that was varied moves {lead} by more than could be chance."
    if method == "morris":
        names = listed([f"{row['name']} ({row['strength']:.2g})" for row in told])
        return (
            f"{where}, screening: {lead} reacts most to {names}, the mean absolute change when a "
            f"{content['factor']} crosses its 90% range."
        )
    names = listed([f"{row['name']} ({_signed(row['low_change'])} to {_signed(row['high_change'])})" for row in told])
    return (
        f"{where}, screening: one at a time over their 90% ranges, {names} move {lead} most, from "
        f"{content['base']['outputs'][lead]:.3g} at the defaults."
    )


def _sobol_finding(content: Content, rows: Sequence[Mapping[str, Any]]) -> str:
    lead, where = content["lead"], content["scenario"]
    told = [row for row in rows if row["words"] != NO_ZERO]
    if not told:
        return (
            f"{where}: no {content['factor']} is distinguishable from zero on {lead} with {content['samples']} samples."
        )
    shares = [f"{row['name']} ({share(row['ST'], row['ST_conf'])})" for row in told[:NAMED]]
    alone = sum(row["S1"] for row in rows)
    reach = sum(row["S1_conf"] ** 2 for row in rows) ** 0.5  # as if estimates were independent
    text = (
        f"{where}: {listed(shares)} drive{'s' if len(shares) == 1 else ''} {lead} most, by share of its variance with "
        f"all interactions. By themselves, all {len(rows)} {content['factor']}s explain {share(alone, reach)} roughly"
    )
    text += "; the rest is interaction." if 1.0 - alone - reach > WORTH_SAYING else "."
    faint = len(rows) - len(told)
    if faint:
        text += f" {faint} of {len(rows)} {'is' if faint == 1 else 'are'} {NO_ZERO}."
    if content["status_quo_is_policy"] and lead in content["effects"]:
        top = [row for row in ranked(content, lead, "effects") if row["words"] != NO_ZERO][:NAMED]
        if top:
            named = listed([f"{row['name']} ({share(row['ST'], row['ST_conf'])})" for row in top])
            text += f" What the policy changes in it, against {content['status_quo']}, depends most on {named}."
    return text


def warnings(content: Content) -> list[str]:
    """What limits the numbers, the most important first."""
    told = []
    for name, (failed, rows) in content["failed_draws"].items():
        if failed:
            grave = "; do not use these numbers" if failed > MOST_FAILED * rows else ""
            told.append(f"{failed:,} of {rows:,} draws of the {name} could not be solved{grave}")
    if content["method"] == "sobol":
        told += _sobol_warnings(content)
    for kind, what in (("outputs", ""), ("effects", "the effect on ")):
        by_reason: dict[str, list[str]] = {}
        for name, reason in content["reasons"][kind].items():
            by_reason.setdefault(reason, []).append(name)
        for reason, names in by_reason.items():
            same = kind == "effects" and len(names) > MANY
            named = f"{len(names)} effects (named in the JSON)" if same else f"{what}{', '.join(names)}"
            told.append(f"no numbers for {named}: {reason}")
    return told


def _sobol_warnings(content: Content) -> list[str]:
    lead, told = content["lead"], []
    convergence = content["convergence"]
    one = convergence["outputs"].get(lead)
    if one is not None and not one["settled"]:
        told.append(unsettled(content, lead, "outputs"))
    settled = [row["settled"] for kind in ("outputs", "effects") for row in convergence[kind].values()]
    if settled:
        told.append(f"the rank order is settled for {sum(settled)} of {len(settled)} outputs and effects")
    extremes = content["extremes"]["outputs"].get(lead)
    if extremes is not None and extremes["share"] > EXTREME:
        told.append(
            f"a few runs decide: the 0.1% farthest from the mean make {percent(extremes['share'])} of the variance of "
            f"{lead} (median {extremes['median']:.3g}, largest {extremes['largest']:.3g}), which widens every interval"
        )
    noise = content["noise"]["outputs"].get(lead)
    if noise is not None:
        draws = content["draws"]
        text = (
            f"all points share {'one shock draw' if draws == 1 else f'{draws} shock draws'}, so that the indices share "
            f"out what parameters do; beside that, luck makes {share(noise['share'], noise['conf'])} of the variance "
            f"of {lead}"
        )
        told.append(text + (f", {percent(noise['share_of_mean'])} after averaging" if draws > 1 else ""))
    screening = content["screening"]
    if screening is not None:
        left = screening["left_out_share"]["outputs"].get(lead)
        if left is not None:
            told.append(
                f"screening left out {len(screening['left_out'])} parameters, which make {percent(left)} of the mean "
                f"absolute effects on {lead}; they stay at their defaults (--all takes them in)"
            )
    partly: dict[str, list[str]] = {}
    for kind, what in (("outputs", ""), ("effects", "effect on ")):
        for name, used in content["share_used"][kind].items():
            if used < 1.0:
                shown = "99% or more" if used >= 0.99 else f"{used:.0%}"
                partly.setdefault(shown, []).append(f"{what}{name}")
    told += [
        f"not defined everywhere, so that indices rest on {used} of the base samples: {', '.join(names)}"
        for used, names in partly.items()
    ]
    return told


def unsettled(content: Content, output: str, kind: str) -> str:
    """A warning that names the strongest whose order is open."""
    one = content["convergence"][kind][output]
    order = [row["name"] for row in ranked(content, output, kind)]
    place = {name: at for at, name in enumerate(order)}
    pairs = sorted(one["undecided"], key=lambda pair: sum(place[name] for name in pair))[:NAMED]
    text = f"the rank order on {output} is unsettled at {content['samples']:,} samples"
    if pairs:
        text += f", among the strongest between {listed([f'{a} and {b}' for a, b in pairs], ', ')}"
    return f"{text}; double --samples before relying on it"


def noise_words(told: Mapping[str, Any], output: str, kind: str = "outputs") -> str:
    """The share of noise of one output, or why there is none."""
    one = told[kind].get(output)
    return "–" if one is None else percent(one["share"])


def percent(value: float) -> str:
    """A share: `38%`, `<1%`; a negative estimate stays negative."""
    if 0.0 < value < 0.005:
        return "<1%"
    text = f"{100.0 * value:.0f}%".replace("-", "−")
    return "0%" if text == "−0%" else text


def share(value: float, half: float) -> str:
    """A share with its interval: `38%, 31 to 45%`."""
    low, high = (f"{100.0 * one:.0f}".replace("-", "−") for one in (value - half, value + half))
    return f"{percent(value)}, {'0' if low == '−0' else low} to {high}%"


def _signed(value: float) -> str:
    return f"{value:+.2g}".replace("-", "−")


def listed(names: Sequence[str], comma: str = ", ") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{comma.join(names[:-1])} and {names[-1]}"
