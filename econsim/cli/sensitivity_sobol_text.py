"""How Sobol' indices read on a terminal: shares with intervals, convergence, pairs, ranks, quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from econsim.cli_text import paragraph, table
from econsim.studies.sensitivity_ranking import NO_ZERO, ranked
from econsim.studies.sensitivity_words import noise_words, percent

PAIRS = 5
LEADING, OTHERS_LEADING = 8, 3  # parameters whose convergence is shown: of the first output, of any other
BY_RANK = 6


def sobol_parts(content: Mapping[str, Any], lead: str) -> list[str]:
    """Tables of the first output."""
    parts = [indices_text(content, lead, f"Share of the variance of {lead}, strongest first")]
    by_rank = content["by_rank"]
    if lead in by_rank["outputs"]:
        title = "The same by rank among all runs, where a few extreme ones decide nothing; the strongest"
        parts.append(indices_text({**by_rank, "factor": content["factor"]}, lead, title, BY_RANK))
    parts.append(_convergence(content, lead))
    if content["second_order"]:
        parts.append(_second(content, lead))
    return parts


def indices_text(content: Mapping[str, Any], output: str, title: str, most: int | None = None) -> str:
    """Total and first-order indices with intervals, the ranks that they agree with, and words."""
    ranks = content["convergence"]["outputs"][output]["ranks"]
    rows = []
    for row in ranked(content, output)[:most]:
        best, worst = ranks[row["name"]]
        place = str(best) if best == worst else f"{best}–{worst}"
        total, first = _interval(row["ST"], row["ST_conf"]), _interval(row["S1"], row["S1_conf"])
        rows.append([row["name"], percent(row["ST"]), total, percent(row["S1"]), first, place, row["words"]])
    heads = [content["factor"], "total", "95%", "alone", "95%", "rank", ""]
    return f"{title}\n" + table(heads, rows, left=(0, 6))


def _interval(value: float, half: float) -> str:
    low, high = (f"{100.0 * one:.0f}".replace("-", "−") for one in (value - half, value + half))
    low, high = ("0" if one == "−0" else one for one in (low, high))
    return f"{low} to {high}%"


def _convergence(content: Mapping[str, Any], lead: str) -> str:
    told = content["convergence"]
    one = told["outputs"][lead]
    names = _distinguishable(content, lead, "outputs")[:LEADING]
    if not names:
        return f"Convergence of {lead}: nothing is distinguishable from zero; rank order {_verdict(one)}"
    counts = told["base_samples"]
    rows = [[name, *_cells(one, name, "ST"), *_cells(one, name, "S1")] for name in names]
    heads = [content["factor"], f"total N={counts[0]:,}", *(f"N={count:,}" for count in counts[1:])]
    heads += [f"alone N={counts[0]:,}", *(f"N={count:,}" for count in counts[1:])]
    lines = [f"Convergence of {lead} with the base samples N, rank order {_verdict(one)}", table(heads, rows)]
    lines += [paragraph(line, "  ") for line in _undefined(one, counts)]
    return "\n".join(lines)


def others_text(content: Mapping[str, Any], labels: Sequence[tuple[str, str]]) -> str:
    """Convergence of the strongest parameters of other outputs, with each output's luck and verdict.

    labels : kind and name of each
    """
    told = content["convergence"]
    counts = told["base_samples"]
    rows, notes = [], []
    for kind, name in labels:
        one = told[kind][name]
        of = f"{'effect on ' if kind == 'effects' else ''}{name}"
        rows.append([f"{of} (luck {noise_words(content['noise'], name, kind)}, order {_verdict(one)})", "", "", ""])
        names = _distinguishable(content, name, kind)[:OTHERS_LEADING]
        rows += [[f"  {factor}", *_cells(one, factor, "ST")] for factor in names]
        rows += [] if names else [["  nothing is distinguishable from zero", "", "", ""]]
        notes += [f"{of}: {line}" for line in _undefined(one, counts)]
    heads = ["output, and its strongest total indices", *(f"N={count:,}" for count in counts)]
    return "\n".join(["Convergence of other outputs", table(heads, rows), *(paragraph(line, "  ") for line in notes)])


def _distinguishable(content: Mapping[str, Any], output: str, kind: str) -> list[str]:
    return [row["name"] for row in ranked(content, output, kind) if row["words"] != NO_ZERO]


def _verdict(one: Mapping[str, Any]) -> str:
    if one["settled"]:
        return "settled"
    first = len(one["leading"])
    if not first or one["leading_open"]:
        return "unsettled"
    return f"settled for the first{f' {first}' if first > 1 else ''} only"


def _cells(one: Mapping[str, Any], name: str, key: str) -> list[str]:
    """An index with its interval at a quarter, half and all of the base samples."""
    found = one["indices"][name]
    return [
        "–" if value is None else f"{percent(value)} ± {100.0 * half:.0f}"
        for value, half in zip(found[key], found[f"{key}_conf"], strict=True)
    ]


def _undefined(one: Mapping[str, Any], counts: Sequence[int]) -> list[str]:
    """Why there are no indices of a part of the sample."""
    pairs = zip(one["reasons"], counts, strict=True)
    return [f"– at N={count:,}: {reason}" for reason, count in pairs if reason is not None]


def _second(content: Mapping[str, Any], lead: str) -> str:
    rows = [
        [
            f"{pair['a']} × {pair['b']}",
            percent(pair["S2"]),
            _interval(pair["S2"], pair["S2_conf"]),
            NO_ZERO if pair["S2"] <= pair["S2_conf"] else "",
        ]
        for pair in content["second_order"]["outputs"][lead][:PAIRS]
    ]
    pairs = len(content["second_order"]["outputs"][lead])
    return f"Strongest of {pairs} pairs, beyond what each does alone\n" + table(
        ["pair", "share", "95%", ""], rows, left=(0, 3)
    )


def over_time_text(content: Mapping[str, Any]) -> str:
    """The strongest parameter of each series at its first, middle and last quarter."""
    rows = []
    for name, told in content["over_time"].items():
        known = [at for at, quarter in enumerate(told["quarters"]) if quarter not in told["reasons"]]
        if not known:
            rows.append([name, next(iter(told["reasons"].values()))[:60], "", ""])
            continue
        cells = []
        for at in (known[0], known[len(known) // 2], known[-1]):
            best = max(told["parameters"], key=lambda factor: told["parameters"][factor]["ST"][at])
            one = told["parameters"][best]
            cells.append(f"{told['quarters'][at]}: {best} {percent(one['ST'][at])} ± {100.0 * one['ST_conf'][at]:.0f}")
        rows.append([name, *cells])
    lines = [f"{row[0]}: {'; '.join(cell for cell in row[1:] if cell)}" for row in rows]
    return "Over time, the strongest total index\n" + "\n".join(paragraph(line, "  ") for line in lines)
