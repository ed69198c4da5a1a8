"""How a sensitivity analysis reads on a terminal: strongest first, with intervals and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from econsim.cli_text import number, paragraph, shown_unit, table
from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity import planned_rows
from econsim.studies.sensitivity_folder import SCREENING
from econsim.studies.sensitivity_settings import KEPT, TRAJECTORIES, SensitivitySettings
from econsim.studies.sensitivity_words import NO_ZERO, noise_words, percent, ranked

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

MAIN_OUTPUTS = (
    "rd_relative",
    "rd_investment",
    "frontier_growth",
    "visible_lag_months",
    "true_lag_months",
    "price_fall",
    "copy_quantity_share",
    "hidden_loss_share",
    "lab_profit_pv",
    "consumer_surplus_pv",
    "welfare_pv",
)
ROWS = 20
PAIRS = 5


def plan_text(settings: SensitivitySettings) -> str:
    """What will be done, before it is."""
    rows = planned_rows(settings)
    whole = f"{sum(rows.values()):,} draws"
    if settings.method != "sobol":
        name = "Morris" if settings.method == "morris" else "one-at-a-time"
        return paragraph(f"{name} screening of {len(settings.names)} parameters: {whole}")
    told = f"Sobol' indices, N = {settings.samples:,}: {whole}"
    if settings.screens:
        told += (
            f". First a Morris screening of {len(settings.names)} parameters ({TRAJECTORIES} trajectories, "
            f"{rows[SCREENING]:,} draws), of which the {KEPT} strongest are taken; --all takes all of them"
        )
    return paragraph(told)


def sensitivity_text(result: Sensitivity, out: str | None, charts: int) -> str:
    """Everything that `econsim sensitivity` shows."""
    content = result.content
    lead = content["lead"]
    parts = [paragraph(result.finding), ""]
    if lead in content["outputs"]:
        tables = {"sobol": _sobol, "morris": _morris, "oat": _oat}
        parts += [tables[result.method](content, lead), ""]
    if result.method == "sobol":
        if lead in content["outputs"]:
            parts += [_convergence(content, lead), ""]
            if content["second_order"]:
                parts += [_second(content, lead), ""]
        parts += [_over_time(content), ""] if content["over_time"] else []
    names = [name for name in MAIN_OUTPUTS if name in content["outputs"]] or list(content["outputs"])[:ROWS]
    if len(content["outputs"]) > 1 or content["status_quo_is_policy"]:
        parts += [_others(content, names), ""]
    if content["screening"] is not None:
        parts += [*_screening(content), ""]
    if result.method != "sobol":
        parts += [_dead(content), ""]
    parts += [paragraph(f"Note: {line}.", "  ") for line in result.warnings]
    parts.append(
        paragraph(
            f"Run {result.run_id}: {content['scenario']}, {result.method}, seed {content['seed']}, "
            f"{content['draws']:,} draw{'s' if content['draws'] > 1 else ''} a point, engine {content['engine']}, "
            f"econsim {content['version']}. Illustrative: the priors are not calibrated yet."
        )
    )
    if out is not None:
        parts.append(f"Written to {out} ({charts} chart files)")
    return "\n".join(parts)


def _interval(value: float, half: float) -> str:
    low, high = (f"{100.0 * one:.0f}".replace("-", "−") for one in (value - half, value + half))
    low, high = ("0" if one == "−0" else one for one in (low, high))
    return f"{low} to {high}%"


def _sobol(content: Mapping[str, Any], lead: str) -> str:
    ranks = content["convergence"]["outputs"][lead]["ranks"]
    rows = []
    for row in ranked(content, lead):
        best, worst = ranks[row["name"]]
        place = str(best) if best == worst else f"{best}–{worst}"
        total, first = _interval(row["ST"], row["ST_conf"]), _interval(row["S1"], row["S1_conf"])
        rows.append([row["name"], percent(row["ST"]), total, percent(row["S1"]), first, place, row["words"]])
    heads = [content["factor"], "total", "95%", "alone", "95%", "rank", ""]
    return f"Share of the variance of {lead}, strongest first\n" + table(heads, rows, left=(0, 6))


def _convergence(content: Mapping[str, Any], lead: str) -> str:
    told = content["convergence"]
    one = told["outputs"][lead]
    rows = []
    for row in ranked(content, lead):
        if row["words"] == NO_ZERO:
            continue
        found = one["indices"][row["name"]]
        cells = [
            "–" if value is None else f"{percent(value)} ± {100.0 * half:.0f}"
            for value, half in zip(found["ST"], found["ST_conf"], strict=True)
        ]
        rows.append([row["name"], *cells])
    state = "settled" if one["settled"] else "unsettled"
    heads = [content["factor"], *[f"N = {count:,}" for count in told["base_samples"]]]
    if not rows:
        return f"Convergence: nothing is distinguishable from zero; rank order {state}"
    return f"Convergence of the total index, rank order {state}\n" + table(heads, rows)


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


def _over_time(content: Mapping[str, Any]) -> str:
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


def _others(content: Mapping[str, Any], names: list[str]) -> str:
    """Three strongest of each main output, and of effects where a policy makes them."""
    sobol = content["method"] == "sobol"
    kinds = [("outputs", "")] + ([("effects", "effect: ")] if content["status_quo_is_policy"] else [])
    rows = []
    for kind, prefix in kinds:
        for name in names:
            if name not in content[kind]:
                continue
            strong = [row for row in ranked(content, name, kind) if row["words"] != NO_ZERO][:3]
            told = ", ".join(f"{row['name']} {percent(row['ST'])}" if sobol else row["name"] for row in strong)
            cells = [f"{prefix}{name}", told or NO_ZERO]
            if sobol:
                settled = content["convergence"][kind][name]["settled"]
                cells += [noise_words(content["noise"], name, kind), "yes" if settled else "no"]
            rows.append(cells)
    heads = ["output", "strongest", *(["luck", "order settled"] if sobol else [])]
    text = table(heads, rows, left=(0, 1))
    if max(map(len, text.splitlines())) > 100:
        lines = []
        for name, strongest, *rest in rows:
            order = f" (luck {rest[0]}, order {'' if rest[1] == 'yes' else 'un'}settled)" if rest else ""
            lines.append(paragraph(f"{name}: {strongest}{order}", "  "))
        text = "\n".join(lines)
    return "Main outputs\n" + text


def _screening(content: Mapping[str, Any]) -> list[str]:
    told = content["screening"]
    strengths = ", ".join(
        f"{name} {percent(share)}" for name, share in told["strength"].items() if name in told["kept"]
    )
    left = ", ".join(f"{name} {percent(share)}" for name, share in told["strength"].items() if name in told["left_out"])
    return [
        paragraph(
            f"Screening (Morris, {told['trajectories']} trajectories over 90% ranges, {told['points']:,} points; "
            f"largest share of the mean absolute effects on any output). Taken: {strengths}. Left out: {left}.",
            "  ",
        ),
        _dead(told),
    ]


def _dead(told: Mapping[str, Any]) -> str:
    if not told["dead"]:
        return "Dead parameters: none; each moved some output in these runs"
    return paragraph(f"Dead parameters, which moved no output in these runs: {', '.join(told['dead'])}", "  ")


def _unit(name: str) -> tuple[str, float]:
    found = summary_catalogue(()).get(name)
    return ("", 1.0) if found is None else shown_unit(found.unit)


def _morris(content: Mapping[str, Any], lead: str) -> str:
    unit, factor = _unit(lead)
    rows = [
        [
            row["name"],
            number(factor * row["mu_star"]),
            f"{number(factor * row['low'])} to {number(factor * row['high'])}",
            number(factor * row["mu"], sign=True),
            "–" if row["sigma"] is None else number(factor * row["sigma"]),
            row["words"],
        ]
        for row in ranked(content, lead)
    ]
    heads = [content["factor"], "mean |change|", "95%", "mean", "spread", ""]
    title = f"Screening (Morris): change of {lead} across 90% ranges, {unit}, strongest first"
    return f"{title}\n" + table(heads, rows, left=(0, 5))


def _oat(content: Mapping[str, Any], lead: str) -> str:
    unit, factor = _unit(lead)
    rows = []
    for row in ranked(content, lead):
        cells = [row["name"]]
        for end in ("low", "high"):
            half = row[f"{end}_conf"]
            reach = "" if half is None else f" ± {number(factor * half)}"
            cells += [number(row[f"{end}_value"]), f"{number(factor * row[f'{end}_change'], sign=True)}{reach}"]
        rows.append([*cells, row["words"]])
    base = number(factor * content["base"]["outputs"][lead])
    title = (
        f"Screening, one at a time: change of {lead} from {base} {unit}, others {content['others']}, ends of 90% ranges"
    )
    return f"{title}\n" + table(["parameter", "low", "change", "high", "change", ""], rows, left=(0, 5))
