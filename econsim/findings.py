"""Findings in words: every sentence is computed from the draws that it describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from econsim.subject_words import against_in_its_world, listed_briefly, world_of

if TYPE_CHECKING:
    import pandas as pd

    from econsim.results import Result

FUTURES = 20  # frequencies are told as so many of twenty futures
MOST_FAILED = 0.01  # share of failed draws beyond which there is no finding
NO_CHANGE = 1e-12  # relative
SMALL_CHANGE = 0.005  # of a median that is told as hardly a change
NEGLIGIBLE = 0.02  # of the usual median of a status quo; where less of it is left, there is nothing to change
QUARTERS_A_YEAR = 4.0
TOLD = ("rd_investment", "collapse", "consumer_surplus_pv", "lab_profit_pv")
SPLIT = ("welfare_static_pv", "welfare_dynamic_pv")
BY_ORIGIN = ("_domestic", "_foreign", "domestic_copying_always_pays")


def futures(share: float) -> str:
    """A share of draws in words: `17 of 20`, never a rounding to none or all that is not so."""
    count = round(share * FUTURES)
    if count == 0 and share > 0.0:
        return f"fewer than 1 of {FUTURES}"
    if count == FUTURES and share < 1.0:
        return f"more than {FUTURES - 1} of {FUTURES}"
    return f"{count} of {FUTURES}"


def display_name(name: str) -> str:
    """A scenario's name as a reader says it: `R&D subsidy` for `rd-subsidy`."""
    return name.replace("rd-", "R&D ").replace("-", " ")


def quoted_name(name: str) -> str:
    """The same where it stands among others in a sentence: ‘gate and detect’, which is one package and not two."""
    return f"‘{display_name(name)}’"


def percent(change: float) -> str:
    """A relative change with its sign: `+12%`, `−3.4%`."""
    size = round(abs(100.0 * change), 1)
    text = f"{size:.0f}" if size >= 10 else f"{size:.1f}" if size > 0 else "0"
    sign = "" if text in ("0", "0.0") else "+" if change > 0 else "−"
    return f"{sign}{text}%"


def relative_change(result: Result, metric: str) -> np.ndarray:
    """Paired change of a metric relative to the status quo, one value a draw in which both are defined."""
    if result.status_quo is None:
        raise ValueError(f"{result.scenario.name} is a status quo")
    here, there = result.values(metric), result.status_quo.values(metric)
    return relative_to(np.where(result.failed, np.nan, here), there)


def relative_to(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Changes from `there` to `here`, both (draw,), relative to the size of `there`, in draws that define them.

    Above nought is more of it even where `there` is a loss. Where `there` is nil no relative change is defined.
    """
    change = paired_change(here, there)
    return change[np.isfinite(change)]


def paired_change(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """As `relative_to`, of arrays of any one shape, draw by draw: NaN where no relative change is defined."""
    known = np.isfinite(here) & np.isfinite(there) & (there != 0.0)
    change = (here / np.where(known, there, 1.0) - 1.0) * np.sign(there)
    return np.where(known, change, np.nan)


class Verdict(NamedTuple):
    """What paired relative changes say: the statistic and the thresholds of every finding.

    sign   : 1 the median is raised, -1 lowered, 0 hardly moved (by less than SMALL_CHANGE); None where no change is
             defined
    median, low, high : of the changes; 5% and 95%
    up, down : shares of the draws in which there is more, and less
    """

    sign: int | None
    median: float
    low: float
    high: float
    up: float
    down: float

    @property
    def unmoved(self) -> bool:
        """Whether nothing changes in any draw."""
        return self.up == self.down == 0.0

    @property
    def verb(self) -> str:
        """What is done to the median: `raises`, `lowers`, `hardly moves`."""
        return {1: "raises", -1: "lowers", 0: "hardly moves", None: "has no defined effect on"}[self.sign]


def verdict(change: np.ndarray) -> Verdict:
    """What relative changes say.

    change : (draw,) as `relative_change` gives them
    """
    if change.size == 0:
        return Verdict(None, *[float("nan")] * 5)
    median, low, high = (float(value) for value in np.quantile(change, [0.5, 0.05, 0.95]))
    up, down = float(np.mean(change > NO_CHANGE)), float(np.mean(change < -NO_CHANGE))
    sign = 0 if abs(median) < SMALL_CHANGE else 1 if median > 0.0 else -1
    return Verdict(sign, median, low, high, up, down)


def finding(result: Result) -> str:
    """What the scenario does to frontier R&D, who gains and who loses, in one or two sentences."""
    if result.status_quo is None:
        return f"{_start(result.scenario.name)} is the status quo: it is compared with nothing."
    if result.failed_draws > MOST_FAILED * result.draws:
        return f"No finding: {result.failed_draws} of {result.draws} draws could not be solved."
    if result.has_all_metrics and result.nothing_moves:
        world = listed_briefly(world_of(result.scenario))
        subject = f"with {world}, {result.subject}" if world else result.subject
        return f"Nothing changes: {subject} is the same as {result.status_quo_name} in every future."
    missing = [name for name in TOLD if name not in result.catalogue]
    if missing:
        of_which = "" if len(missing) == len(TOLD) else f"of which {', '.join(missing)} "
        return f"No finding: it rests on {', '.join(TOLD)}, {of_which or 'which '}were not kept."
    few = "" if result.draws >= FUTURES else f" Too few draws for a finding to rest on: {result.draws}."
    return f"{_rd_sentence(result)} {_parties_sentence(result)}{few}"


def nothing_moves(result: Result) -> bool:
    """Whether no metric of any draw differs from the status quo."""
    relabelled = _relabelled(result)  # calling the same firms by another name moves no money
    moved, size = 0.0, 1.0
    for name in result.catalogue:
        if name in SPLIT or (relabelled and name.endswith(BY_ORIGIN)):
            continue
        if result.status_quo is None or name not in result.status_quo.catalogue:
            continue
        moved = float(np.nanmax(np.abs(result.effect_on(name)), initial=moved))
        size = float(np.nanmax(np.abs(result.values(name)), initial=size))
    return moved <= NO_CHANGE * size


def _relabelled(result: Result) -> bool:
    """Whether scenario and status quo call different distillers foreign, so that a split by origin is no effect."""
    return result.status_quo is not None and (
        result.scenario.switches.geopolitics != result.status_quo.scenario.switches.geopolitics
    )


def _rd_sentence(result: Result) -> str:
    against = against_in_its_world(result.scenario, result.status_quo_name)
    found = verdict(relative_change(result, "rd_investment"))
    if found.sign is None:
        return f"{against}, the change of frontier R&D is undefined in every simulated future."
    subject = result.subject
    size = f"(median {percent(found.median)}, 90% range {percent(found.low)} to {percent(found.high)})"
    if found.unmoved:
        effect = f"{subject} leaves frontier R&D as it is"
    elif found.sign == 0:
        effect = (
            f"{subject} {found.verb} the median of frontier R&D: up in {futures(found.up)} simulated futures, "
            f"down in {futures(found.down)} {size}"
        )
    else:
        share = found.down if found.sign < 0 else found.up
        effect = f"{subject} {found.verb} frontier R&D in {futures(share)} simulated futures {size}"
    collapse = _known(result.values("collapse"))
    tail = ""
    if collapse.size and result.scenario.switches.copying:
        tail = f"; R&D ends below half of that of the same world without copying in {futures(float(collapse.mean()))}"
    return f"{against}, {effect}{tail}."


def _known(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


def status_quo_name(result: Result) -> str:
    """What effects are measured against, in words."""
    if result.status_quo is None:
        return "nothing"
    if result.scenario.status_quo is None and not result.scenario.has_levers:
        return "the same world without copying"
    if result.scenario.status_quo is None:
        return "the same world without policy"
    return result.status_quo.scenario.name


def _parties_sentence(result: Result) -> str:
    told = []
    for who, metric in (("Buyers", "consumer_surplus_pv"), ("labs", "lab_profit_pv")):
        change = _known(result.effect_on(metric))
        if change.size:
            gain, lose = futures(float((change > 0.0).mean())), futures(float((change < 0.0).mean()))
            told.append(f"{who} gain in {gain} futures and lose in {lose}")
    return f"{'; '.join(told)}." if told else ""


def convergence(result: Result) -> str:
    """How the finding's main number moves between half and all of the draws."""
    if result.status_quo is None:
        return "There is no effect whose convergence could be shown."
    half = result.draws // 2
    if half >= 1 and result.has_all_metrics and result.nothing_moves:
        return "Nothing moves in any draw, so there is nothing to converge."
    here, there = result.values("rd_investment"), result.status_quo.values("rd_investment")
    change = paired_change(here, there)
    parts = [_known(change[:half]), _known(change)]
    if half < 1 or not all(part.size for part in parts):
        return "Too few draws to show how the finding converges."
    less = np.median(parts[1]) < 0.0
    told = []
    for part in parts:
        share = float(((part < -NO_CHANGE) if less else (part > NO_CHANGE)).mean())
        told.append(
            f"{'less' if less else 'more'} R&D in {futures(share)} futures, median change {percent(np.median(part))}"
        )
    return f"With the first {half} draws: {told[0]}. With all {result.draws}: {told[1]}."


def parties(result: Result) -> pd.DataFrame:
    """Who gains and who loses against the status quo.

    returns : one row a party; change in $bn a year (mean over quarters from the fourth year): median, p5, p95, and
              `gains` and `loses`, the shares of draws; an increase of external harm is a loss
    """
    import pandas as pd

    rows = []
    for who, metric, sign in _party_metrics(result):
        change = sign * _known(result.effect_on(metric)) * QUARTERS_A_YEAR / 1000.0
        if not change.size:
            low = median = high = gains = loses = float("nan")
        else:
            low, median, high = (float(value) for value in np.quantile(change, [0.05, 0.5, 0.95]))
            gains, loses = float((change > 0.0).mean()), float((change < 0.0).mean())
        rows.append({"party": who, "median": median, "p5": low, "p95": high, "gains": gains, "loses": loses})
    return pd.DataFrame(rows)


def _party_metrics(result: Result) -> list[tuple[str, str, float]]:
    buyers = [
        (f"Buyers, {segment.replace('_', ' ')} use", f"consumer_surplus_{segment}", 1.0) for segment in result.segments
    ]
    distillers = [
        ("Distillers, domestic", "distiller_profit_domestic", 1.0),
        ("Distillers, foreign", "distiller_profit_foreign", 1.0),
    ]
    if _relabelled(result):
        distillers = [("Distillers", "distiller_profit", 1.0)]
    return [
        *buyers,
        ("Frontier labs", "lab_profit", 1.0),
        *distillers,
        ("Government", "government_balance", 1.0),
        ("Third parties", "external_harm", -1.0),
    ]


def copying_pays(result: Result) -> str:
    """In how many futures copying pays at all, and in how many it never does."""
    pays = _known(result.values("copying_ever_pays"))
    if not pays.size:
        return "Nobody can copy in this world."
    happens = _known(result.values("copying_ever_happens"))
    often, never, nobody = (futures(float(share)) for share in (pays.mean(), 1.0 - pays.mean(), 1.0 - happens.mean()))
    return (
        f"Copying pays for itself within a quarter, at least once, in {often} futures and never in {never}; "
        f"no distiller ever enters in {nobody}."
    )


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]
