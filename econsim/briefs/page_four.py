"""Page four: options, what the model leaves out, how to check this, the method, sources, citation."""

from __future__ import annotations

import re

from econsim.briefs.directions import ways
from econsim.briefs.document import (
    Bullets,
    Facts,
    Number,
    Paragraph,
    Section,
    Sources,
    Strong,
    Table,
    Text,
    joined,
)
from econsim.briefs.lever_words import UNKNOWN, lever_words
from econsim.briefs.page_two import own_paragraphs
from econsim.briefs.stored_runs import PackageRun, failed_draws
from econsim.briefs.writing import Writing, started
from econsim.ensemble_words import reservations
from econsim.library import shipped_scenarios
from econsim.scenario import load_scenario
from econsim.subject_words import in_force
from econsim.texts import text as shared_text

HASH_DIGITS = 12


def options(writing: Writing) -> Section:
    """For whom each package is better and worse, what it costs, whether it can be undone, what to watch."""
    rows = []
    for run in writing.runs.packages:
        better, worse = (
            started(joined(parts, ", ")) or ("Nobody",) for parts in writing.better_and_worse(run).values()
        )
        middle, ends = (
            writing.ledger.field(f"government_balance.{run.name}.{statistic}", short=True)
            for statistic in ("effect", "effect_range")
        )
        purse = (middle, "; ", ends)
        moved = ways(run.result, "government_balance")["same"] < 1.0
        main = next(iter(in_force(run.scenario)), None)
        words = lever_words(main) if main is not None else None
        rows.append((
            (run.label,), better, worse, purse if moved else ("None",), (words.undone if words else UNKNOWN,),
            (words.watch if words else UNKNOWN,),
        ))  # fmt: skip
    table = Table(
        "options", (),
        ("Package", "Better for", "Worse for", "Public purse", "Can it be undone?", "What to watch"), tuple(rows),
        (1.05, 1.7, 1.75, 1.85, 1.9, 2.0), left=(0, 1, 2, 3, 4, 5), wide=True,
        note=writing.fill("Better, worse: in more than half of the futures, against {against}. Public purse: median "
                          "change a year; its 90% range."),
    )  # fmt: skip
    return Section("options", "Options, not orders", 4, (*own_paragraphs(writing, "options"), table))


def limits(writing: Writing) -> Section:
    """What the model leaves out."""
    items = tuple((Strong(f"{name} "), words) for name, words in critiques())
    beyond = [
        f"Beyond the evidence: {problem}." for one in writing.runs.packages for problem in one.scenario.extrapolations
    ]
    told = [*reservations(writing.proposal.scenario, writing.spec.ensemble), *beyond]
    extra = tuple(Paragraph((text,)) for text in dict.fromkeys(told))
    return Section(
        "limits", "What the model leaves out", 4, (*own_paragraphs(writing, "limits"), Bullets(items), *extra)
    )


def critiques() -> list[tuple[str, str]]:
    """The model's critiques in short, from the text that the documentation and the explorer show: name, sentence."""
    assumed = shared_text("critiques").partition("\n## ")[2].partition("\n## ")[0]
    return re.findall(r"^\*\*(.+?)\*\* (.+?[.!?])(?=\s|$)", assumed, flags=re.MULTILINE)


def check(writing: Writing) -> Section:
    """Everything that it takes to make this brief again, and to find a changed digit in it."""
    runs = writing.runs.all
    failed = failed_draws(runs)
    told = writing.ledger.number(
        "failed_draws",
        f"{failed:,}",
        failed,
        tuple(run.run_id for run in runs),
        "int(np.logical_or.reduce([one.failed for one in runs.values()]).sum())",
    )
    how = writing.fill(
        "econsim {version}, seed {seed}, {draws} draws, ensemble {ensemble}, {failed} failed draws", failed=told
    )
    alone = f"econsim run FOLDER/scenarios/{writing.proposal.name}.yaml --draws {writing.spec.draws} --seed {{seed}}"
    rows: list[tuple[str, Text]] = [
        ("Version", how),
        ("Check it", ("econsim verify FOLDER",)),
        ("Make it again", ("econsim brief FOLDER/spec.yaml --out NEW",)),
        ("One run alone", writing.fill(alone)),
        ("On screen", (_on_screen(writing),)),
    ]
    lead = writing.fill(
        "Every number in this text is filled from a stored run. FOLDER is where the brief lies; verify runs everything "
        "again and compares each number and file."
    )
    table = Table(
        "runs", (), ("Run", "Id", "Draws, sha256"),
        tuple(
            ((run.label,), (writing.ledger.field(f"run_id.{run.name}"),), (_data_hash(writing, run),)) for run in runs
        ),
        (1.4, 1.2, 1.4), left=(0, 1, 2),
    )  # fmt: skip
    own = own_paragraphs(writing, "check")
    return Section("check", "How to check this", 4, (Paragraph(lead), *own, Facts(tuple(rows), code=True), table))


def _on_screen(writing: Writing) -> str:
    """How the explorer shows the proposal: by its name where it is a shipped scenario as it ships."""
    scenario = writing.proposal.scenario
    if scenario.name in shipped_scenarios() and load_scenario(scenario.name).hash == scenario.hash:
        return f"econsim app, then /?p={scenario.name}"
    return f"econsim app, then upload FOLDER/scenarios/{writing.proposal.name}.yaml"


def _data_hash(writing: Writing, run: PackageRun) -> Number:
    return writing.ledger.number(f"data.{run.name}", run.data_hash[:HASH_DIGITS], run.data_hash, (run.run_id,), "")


METHOD = (
    "econsim is an agent-based economy in quarterly steps. Labs invest in the frontier as long as the last dollar "
    "pays; distillers copy with losses, most of them in the rare cases that benchmarks miss; buyers choose by price, "
    "brand and visible quality; knowledge leaks. Prices are the Nash equilibrium of a nested logit market. Each of "
    "{draws} futures is lived through with and without each package, so that nothing but the package differs. Figures "
    "are medians over futures of means from the fourth year on. {trust}"
)
TRUST = {
    "prior": "The priors are not calibrated: trust signs and orders of magnitude before digits.",
    "calibrated": "Assumptions are {standing}; no policy effect was observed: trust signs and orders of "
    "magnitude before digits.",
    "default": "Assumptions stay at their defaults: the ranges show luck alone.",
}


def method(writing: Writing) -> Section:
    """The method in at most 120 words."""
    trust = writing.fill(TRUST[writing.spec.ensemble], standing=writing.standing)
    return Section(
        "method", "Method", 4, (Paragraph(writing.fill(METHOD, trust=trust)), *own_paragraphs(writing, "method"))
    )


def sources(writing: Writing, title: Text, date: str) -> Section:
    """Sources, and how to cite the brief; where it has no sources, the section is called by what is left."""
    year = date[:4]
    cite = writing.fill(
        f"Cite as: econsim contributors ({year}). {{title}}. econsim policy brief, version {{version}}, run "
        "{run_id.proposal}.",
        title=title,
    )
    listed = (Sources(writing.spec.sources),) if writing.spec.sources else ()
    own = own_paragraphs(writing, "sources")
    heading = "Sources" if own or listed else "How to cite"
    return Section("sources", heading, 4, (*own, *listed, Paragraph(cite)))


__all__ = ["check", "limits", "method", "options", "sources"]
