"""Writing a brief: its sections in order, from the stored runs and nothing else."""

from __future__ import annotations

from typing import Any

import econsim
from econsim.briefs import page_four, page_one, page_three, page_two
from econsim.briefs.confidence import confidence
from econsim.briefs.document import Brief, Section, Text
from econsim.briefs.flip_section import flip
from econsim.briefs.spec import BriefSpec
from econsim.briefs.stored_runs import BriefRuns
from econsim.briefs.writing import Writing


def compose(spec: BriefSpec, runs: BriefRuns, date: str, study: dict[str, Any] | None = None) -> tuple[Brief, Writing]:
    """A brief, and what it was written from: the ledger of its numbers among it.

    date  : as printed, `2026-11-26`
    study : of the flip table, as in `flip.json`
    """
    writing = Writing.of(spec, runs)
    title = page_one.title(writing)
    pages: list[Section] = [page_one.bottom_line(writing), page_one.four_figures(writing), confidence(writing)]
    makers: dict[str, Any] = {
        "why": page_two.why,
        "compared": page_two.compared,
        "happens": page_two.happens,
        "gains": page_two.gains,
        "depends": page_three.depends,
        "flip": lambda one: flip(one, study or {}),
        "breaks": page_three.breaks,
        "signals": page_three.signals,
        "options": page_four.options,
        "limits": page_four.limits,
        "check": page_four.check,
        "method": page_four.method,
        "sources": lambda one: page_four.sources(one, title, date),
    }
    written = [makers[name](writing) for name in spec.sections]
    pages += [section for section in written if section.blocks]  # "why now" is the author's alone
    facts: list[tuple[str, Text]] = [
        ("Date", (date,)),
        ("Model", ("econsim ", writing.ledger.field("version"))),
        ("Run", (writing.ledger.field("run_id.proposal"),)),
        ("Against", (writing.ledger.field("run_id.status-quo"),)),
        ("Futures", (writing.ledger.field("draws"),)),
        ("Status", ("Illustrative: ", *writing.standing)),
    ]
    if spec.audience:
        facts.append(("For", (spec.audience,)))
    brief = Brief(
        name=spec.name, title=title, question=spec.question, facts=tuple(facts), sections=tuple(pages),
        sources=spec.sources, version=econsim.__version__, date=date,
        footer=f"econsim {econsim.__version__}, run {runs.proposal.run_id}. Illustrative, {spec.ensemble} ensemble.",
    )  # fmt: skip
    return brief, writing


__all__ = ["compose"]
