"""How a sensitivity analysis reads on a terminal: strongest first, with intervals and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from econsim.cli.sensitivity_sobol_text import others_text, over_time_text, sobol_parts
from econsim.cli_text import WIDTH, number, paragraph, shown_unit, table
from econsim.ensemble_words import RESTS_ON_PRIORS
from econsim.metrics import summary_catalogue
from econsim.studies.sensitivity import planned_rows
from econsim.studies.sensitivity_folder import SCREENING
from econsim.studies.sensitivity_ranking import FAINT, ranked
from econsim.studies.sensitivity_settings import KEPT, TRAJECTORIES, SensitivitySettings
from econsim.studies.sensitivity_words import percent

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
ASKED = 8  # outputs that are shown one by one; of more, the main ones are


def plan_text(settings: SensitivitySettings) -> str:
    """What will be done, before it is."""
    rows = planned_rows(settings)
    whole = f"{sum(rows.values()):,} draws"
    if settings.method != "sobol":
        name = "Morris" if settings.method == "morris" else "one-at-a-time"
        many = "" if len(settings.names) == 1 else "s"
        return paragraph(f"{name} screening of {len(settings.names)} parameter{many}: {whole}")
    told = f"Sobol' indices, N = {settings.samples:,}: {whole}"
    if settings.screens:
        told += (
            f". First a Morris screening of {len(settings.names)} parameters ({TRAJECTORIES} trajectories, "
            f"{rows[SCREENING]:,} draws), of which {KEPT} are taken, the moats and the strongest; "
            "--all takes all of them"
        )
    return paragraph(told)


def sensitivity_text(result: Sensitivity, out: str | None, charts: int) -> str:
    """Everything that `econsim sensitivity` shows."""
    content = result.content
    lead = content["lead"]
    parts = [paragraph(result.finding), ""]
    if lead in content["outputs"]:
        if result.method == "sobol":
            parts += [line for part in sobol_parts(content, lead) for line in (part, "")]
        else:
            parts += [(_morris if result.method == "morris" else _oat)(content, lead), ""]
    if content.get("over_time"):
        parts += [over_time_text(content), ""]
    others = _others(content)
    if others:
        parts += [others_text(content, others) if result.method == "sobol" else _strongest(content, others), ""]
    if content["screening"] is not None:
        parts += [*_screening(content), ""]
    if result.method != "sobol":
        parts += [_dead(content), ""]
    parts += [paragraph(f"Note: {line}.", "  ") for line in result.warnings]
    parts.append(
        paragraph(
            f"Run {result.run_id}: {content['scenario']}, {result.method}, seed {content['seed']}, "
            f"{content['draws']:,} draw{'s' if content['draws'] > 1 else ''} a point, engine {content['engine']}, "
            f"econsim {content['version']}. {RESTS_ON_PRIORS}"
        )
    )
    if out is not None:
        parts.append(f"Written to {out} ({charts} chart files)")
    return "\n".join(parts)


def _others(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Kind and name of what is shown beside the first output: what was asked for, or else the main outputs.

    With effects where a policy makes them.
    """
    names = list(content["settings"]["outputs"])
    if len(names) > ASKED:
        names = list(MAIN_OUTPUTS)
    found = [("outputs", name) for name in names if name != content["lead"]]
    if content["status_quo_is_policy"]:
        found += [("effects", name) for name in dict.fromkeys([content["lead"], *names])]
    return [(kind, name) for kind, name in found if name in content[kind]]


def _strongest(content: Mapping[str, Any], labels: Sequence[tuple[str, str]]) -> str:
    """Three strongest of each output of a screening."""
    rows = []
    faint = "nothing changed it in these runs", "nothing is distinguishable from zero"
    nothing = faint[content["method"] != "morris"]
    for kind, name in labels:
        strong = [row["name"] for row in ranked(content, name, kind) if row["words"] not in FAINT][:3]
        rows.append([f"{'effect on ' if kind == 'effects' else ''}{name}", ", ".join(strong) or nothing])
    text = table(["output", "strongest"], rows, left=(0, 1))
    if max(map(len, text.splitlines())) > WIDTH:
        text = "\n".join(paragraph(f"{name}: {told}", "  ") for name, told in rows)
    return f"Other outputs\n{text}"


def _screening(content: Mapping[str, Any]) -> list[str]:
    told, lead = content["screening"], content["lead"]
    strength, taken = told["strength"], told["taken"]
    shares = {
        rule: ", ".join(f"{name} {percent(strength[name])}" for name in names) or "none"
        for rule, names in (*taken.items(), ("left out", [name for name in strength if name in told["left_out"]]))
    }
    return [
        paragraph(
            f"Screening (Morris, {told['trajectories']} trajectories over 90% ranges, {told['points']:,} points), "
            f"judged by the rank of each output among all these runs, of which a few extreme ones decide nothing. "
            f"Beside each name: its share of the mean absolute effects, a mean over {_judged_by(told)}. "
            f"Taken: first the moats that moved any output: {shares['moats']}; then the {len(taken['lead'])} strongest "
            f"on {lead}: {shares['lead']}; then those with the largest share: {shares['headlines']}. "
            f"Left out: {shares['left out']}.",
            "  ",
        ),
        paragraph(f"What they leave out of the mean absolute effects on ranks: {_left_out(told)}.", "  "),
        _dead(told),
    ]


def _judged_by(told: Mapping[str, Any]) -> str:
    metrics, effects = told["judged_by"]["outputs"], told["judged_by"].get("effects", ())
    text = f"{len(metrics)} metrics"
    return f"{text} and {len(effects)} effects of the policy on them" if effects else text


def _left_out(told: Mapping[str, Any]) -> str:
    parts = []
    for kind, metrics in told["judged_by"].items():
        of = "the effect on " if kind == "effects" else ""
        parts += [f"{of}{name} {percent(told['left_out_share'][kind][name])}" for name in metrics]
    return ", ".join(parts)


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
