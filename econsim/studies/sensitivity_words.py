"""What a sensitivity analysis found, in words: the finding, and what a reader has to be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from econsim.findings import MOST_FAILED
from econsim.studies.sensitivity_ranking import FAINT, KINDS, NAMED, NO_ZERO, Content, leading, order_words, ranked
from econsim.studies.words import listed, start

WORTH_SAYING = 0.05  # of the variance
LARGEST = "the strongest of those distinguishable from zero"
BY_RANK = "by the rank of each run among all, which a few extreme runs cannot decide"


def finding(content: Content) -> str:
    """The result for the lead output in a sentence or a few, computed from the numbers."""
    lead, method = content["lead"], content["method"]
    where = content["scenario"]
    reason = content["reasons"]["outputs"].get(lead)
    if reason is not None:
        return f"{where}: {lead} has no sensitivity here: {reason}."
    if method == "sobol":
        return _sobol_finding(content)
    return _screening_finding(content)


def _screening_finding(content: Content) -> str:
    lead, where, factor = content["lead"], content["scenario"], content["factor"]
    told = [row for row in ranked(content, lead) if row["words"] not in FAINT][:NAMED]
    if not told:
        return f"{where}: nothing that was varied moves {lead} by more than could be chance."
    top, unordered = leading(content, lead)
    named = listed([_screened(content, row) for row in top or told])
    if content["method"] == "morris":
        how = f"the mean absolute change when a {factor} crosses its 90% range"
        if not top:
            return f"{where}, screening: what {lead} reacts to most is open; the largest by estimate: {named}, {how}."
        return f"{where}, screening: {lead} reacts most to {named}, {how}{order_words(top, unordered)}."
    base = f"from {content['base']['outputs'][lead]:.3g} at the defaults"
    one_by_one = "one at a time over their 90% ranges"
    if told[0]["low"] is None:
        return (
            f"{where}, screening: one future has no intervals, so that it cannot tell which {factor} moves {lead} "
            f"most; there, {one_by_one}, the largest changes are {named}, {base}."
        )
    if not top:
        return (
            f"{where}, screening: which {factor} moves {lead} most, {one_by_one}, is open; {LARGEST}: {named}, {base}."
        )
    moves = "moves" if len(top) == 1 else "move"
    return f"{where}, screening: {one_by_one}, {named} {moves} {lead} most, {base}{order_words(top, unordered)}."


def _screened(content: Content, row: Mapping[str, Any]) -> str:
    if content["method"] == "morris":
        return f"{row['name']} ({row['strength']:.2g})"
    return f"{row['name']} ({_signed(row['low_change'])} to {_signed(row['high_change'])})"


def _sobol_finding(content: Content) -> str:
    lead, where = content["lead"], content["scenario"]
    rows = ranked(content, lead)
    told = [row for row in rows if row["words"] != NO_ZERO]
    if not told:
        return (
            f"{where}: no {content['factor']} is distinguishable from zero on {lead} with {content['samples']} samples."
        )
    text = f"{where}: {_drive(content, content, lead)}."
    if lead in content["by_rank"]["outputs"]:
        by_rank = _drive(content, content["by_rank"], lead)
        text += f" A few extreme runs make much of that variance; {BY_RANK}, {by_rank}."
    alone = sum(row["S1"] for row in rows)
    reach = sum(row["S1_conf"] ** 2 for row in rows) ** 0.5  # as if estimates were independent
    if len(rows) > 1:
        text += f" By themselves, all {len(rows)} {content['factor']}s explain {share(alone, reach)} roughly"
        text += "; the rest is interaction." if 1.0 - alone - reach > WORTH_SAYING else "."
    if max(row["ST"] for row in told) > 1.0 + WORTH_SAYING:
        text += " Shares above 100% are the error of so few samples."
    faint = len(rows) - len(told)
    if faint:
        text += f" {faint} of {len(rows)} {'is' if faint == 1 else 'are'} {NO_ZERO}."
    if content["status_quo_is_policy"] and lead in content["effects"]:
        changed = f"what the policy changes in it, against {content['status_quo']}"
        top, unordered = leading(content, lead, "effects")
        most = [row for row in ranked(content, lead, "effects") if row["words"] != NO_ZERO][:NAMED]
        if top:
            text += f" {start(changed)}, depends most on {_shares(top)}{order_words(top, unordered)}."
        elif most:
            text += f" Which {content['factor']} decides most of {changed}, is open; by estimate {_shares(most)}."
    return text


def _drive(content: Content, of: Content, lead: str) -> str:
    """Who drives an output most, as far as that is known.

    of : the content itself, or its `by_rank`
    """
    measure = "by share of its variance with all interactions"
    top, unordered = leading(of, lead)
    if top:
        return f"{_shares(top)} drive{'s' if len(top) == 1 else ''} {lead} most, {measure}{order_words(top, unordered)}"
    rows = ranked(of, lead)
    most = [row for row in rows if row["words"] != NO_ZERO][:NAMED]
    text = f"which {content['factor']} drives {lead} most is open with {content['samples']:,} samples"
    if most:
        text += f"; {LARGEST}, {measure}: {_shares(most)}"
        unknown = [row["name"] for row in rows if row["words"] == NO_ZERO and row["high"] > most[0]["ST"]]
        if unknown:
            text += f"; {listed(unknown[:NAMED])} may matter not at all, or more than these"
    return text


def _shares(rows: Sequence[Mapping[str, Any]]) -> str:
    return listed([f"{row['name']} ({share(row['ST'], row['ST_conf'])})" for row in rows])


def warnings(content: Content) -> list[str]:
    """What limits the numbers, the most important first."""
    told = []
    for name, (failed, rows) in content["failed_draws"].items():
        if failed:
            grave = "; do not use these numbers" if failed > MOST_FAILED * rows else ""
            told.append(f"{failed:,} of {rows:,} draws of the {name} could not be solved{grave}")
    if content["method"] == "sobol":
        told += _sobol_warnings(content)
    return told + without_numbers(content)


def without_numbers(content: Content) -> list[str]:
    """Everything that has no numbers, by reason: outputs, effects, quarters, and what luck could not be told of."""
    told = _by_reason(content["reasons"], "no indices")
    noise = content.get("noise")
    if noise is not None:
        rest = {
            kind: {name: why for name, why in noise["reasons"][kind].items() if name not in content["reasons"][kind]}
            for kind in KINDS
        }
        told += _by_reason(rest, "no share of luck")
    for series, one in (content.get("over_time") or {}).items():
        quarters: dict[str, list[str]] = {}
        for quarter, reason in one["reasons"].items():
            quarters.setdefault(reason, []).append(quarter)
        for reason, named in quarters.items():
            count = "any quarter" if len(named) == len(one["quarters"]) else _quarters(named, one["quarters"])
            told.append(f"no indices of {series} in {count}: {reason}")
    return told


def _by_reason(reasons: Mapping[str, Mapping[str, str]], what: str) -> list[str]:
    told = []
    for kind, of in (("outputs", ""), ("effects", "the effect on ")):
        named: dict[str, list[str]] = {}
        for name, reason in reasons[kind].items():
            named.setdefault(reason, []).append(name)
        told += [f"{what} of {of}{', '.join(names)}: {reason}" for reason, names in named.items()]
    return told


def _quarters(named: Sequence[str], every: Sequence[str]) -> str:
    """Some quarters in few words: runs of them by their ends."""
    places = [every.index(quarter) for quarter in named]
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return listed([every[a] if a == b else f"{every[a]} to {every[b]}" for a, b in runs])


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
    if extremes is not None and lead in content["by_rank"]["outputs"]:
        told.append(
            f"a few runs decide: the 0.1% farthest from the mean make {percent(extremes['share'])} of the variance of "
            f"{lead} (median {extremes['median']:.3g}, largest {extremes['largest']:.3g}), which widens all intervals, "
            "so that indices by rank stand beside them"
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
        told.append(screened_out(screening, lead))
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


def screened_out(screening: Mapping[str, Any], lead: str) -> str:
    """What a screening left out, and how much of the lead and of the other metrics it was judged by goes with that."""
    shares = screening["left_out_share"]["outputs"]
    text = (
        f"screening left out {len(screening['left_out'])} parameters, which stay at their defaults (--all takes them)"
    )
    parts = [f"{percent(shares[lead])} of those on {lead}"] if lead in shares else []
    others = {name: shares[name] for name in screening["judged_by"]["outputs"] if name != lead}
    if others:
        least, most = (pick(others, key=lambda name: others[name]) for pick in (min, max))
        parts.append(f"{percent(others[least])} ({least}) to {percent(others[most])} ({most}) of those on others")
    return f"{text}; they make, of the mean absolute effects on ranks, {listed(parts)}" if parts else text


def unsettled(content: Content, output: str, kind: str) -> str:
    """A warning that names the strongest whose order is open."""
    one = content["convergence"][kind][output]
    order = [row["name"] for row in ranked(content, output, kind)]
    place = {name: at for at, name in enumerate(order)}
    pairs = sorted(one["undecided"], key=lambda pair: sum(place[name] for name in pair))[:NAMED]
    text = f"the rank order on {output} is unsettled at {content['samples']:,} samples"
    if pairs:
        text += f", among the strongest between {listed([f'{a} and {b}' for a, b in pairs])}"
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
