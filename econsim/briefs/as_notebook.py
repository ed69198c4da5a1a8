"""A brief as a notebook: the same text and figures, and under each part the code that gives its numbers again."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from econsim.briefs.as_markdown import block_text, facts_line, words
from econsim.briefs.document import Brief, Figure, Number, Section, texts_of
from econsim.briefs.fields import Record
from econsim.briefs.figures import small_png
from econsim.briefs.spec import BriefSpec

HELPERS = '''\
import numpy as np
import econsim
from econsim.briefs.dependence import dependence
from econsim.briefs.directions import effect_of, verb, ways, ways_between
from econsim.findings import relative_change
from econsim.parameter_book import book
from econsim.studies.settings_text import settings_of

# Every package and the status quo, on the same futures. The ids have to be those that the brief names.
results = econsim.results.simulate_many(list(scenarios.values()), draws={draws}, seed={seed}, ensemble="{ensemble}")
runs = dict(zip(scenarios, results))
told = {ids}
assert told == {{name: run.run_id for name, run in runs.items()}}, "another version of econsim gives other runs"


def level(name, metric):
    """A metric in every future in which it is defined."""
    values = runs[name].values(metric)
    return values[np.isfinite(values)]


def defined(name, metric):
    """In which share of the futures it is defined."""
    return level(name, metric).size / (~runs[name].failed).sum()


def effect(name, metric):
    """Its paired difference to the status quo."""
    values = runs[name].effect_on(metric)
    return values[np.isfinite(values)]


def change(name, metric):
    """Its paired relative change."""
    return relative_change(runs[name], metric)


proposal = runs["{proposal}"]
found = dependence(proposal, "{metric}", relative={relative})
effects = effect_of(proposal, "{metric}", relative={relative})
_by_quarter = econsim.store.series_effects(proposal)


def driver(name):
    return next(one for one in found.drivers if one.name == name)


def signal(name):
    return next(one for one in found.signals if one.name == name)


def series(name, period):
    """The paired effect on a series in one quarter: statistics, and shares of futures."""
    rows = _by_quarter[(_by_quarter["metric"] == name) & (_by_quarter["period"] == period)]
    return rows.iloc[0]


def check(printed, value, again):
    """What the brief prints, the number behind it, and the same computed here."""
    if isinstance(value, str):
        assert value == str(again), (printed, value, again)
    elif value is not None:
        assert np.allclose(value, again, rtol=1e-6, atol=1e-12), (printed, value, again)
    return printed, again
'''


def as_notebook(
    brief: Brief,
    spec: BriefSpec,
    run_ids: Mapping[str, str],
    records: Mapping[str, Record],
    charts: Mapping[str, str],
    relative: bool,
    source: str,
) -> str:
    """The text of an .ipynb file, not executed; its figures are inside.

    charts   : name of a figure -> its SVG
    relative : whether the headline's effect is a relative change
    source   : what the brief was made from, as JSON, for `econsim verify`
    """
    order = {key: place + 1 for place, key in enumerate(brief.sources)}
    cells = [_text(f"# {words(brief.title, order)}\n\n{facts_line(brief, order)}")]
    cells.append(_code(_scenarios(spec)))
    cells.append(
        _code(
            HELPERS.format(
                draws=spec.draws, seed=spec.seed, ensemble=spec.ensemble, ids=json.dumps(dict(run_ids), indent=4),
                proposal=spec.proposal.name, metric=spec.metrics[0], relative=relative,
            )
        )
    )  # fmt: skip
    for section in brief.sections:
        cells.append(_section(section, order, charts))
        lines = _checks(section, records)
        if lines:
            cells.append(_code("\n".join(lines)))
    for place, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{place} {brief.name}".encode()).hexdigest()[:8]
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "econsim_brief": json.loads(source),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _scenarios(spec: BriefSpec) -> str:
    """The scenarios of a brief in full, so that the notebook needs no other file."""
    texts = [("status-quo", spec.status_quo.to_yaml()), *((one.name, one.scenario.to_yaml()) for one in spec.packages)]
    lines = ["import econsim", "import econsim.results, econsim.store", "", "scenarios = {"]
    for name, text in texts:
        lines.append(f"    \"{name}\": econsim.Scenario.from_yaml(r'''{text}'''),")
    return "\n".join([*lines, "}"])


def _section(section: Section, order: Mapping[str, int], charts: Mapping[str, str]) -> dict[str, Any]:
    parts = [f"## {section.heading}"]
    attached: dict[str, Any] = {}
    for block in section.blocks:
        parts.append(block_text(block, order, "attachment:{}.png"))
        if isinstance(block, Figure):
            name = f"{block.name}.png"
            attached[name] = {"image/png": base64.b64encode(small_png(charts[block.name])).decode("ascii")}
    cell = _text("\n\n".join(part for part in parts if part))
    return {**cell, "attachments": attached} if attached else cell


def _checks(section: Section, records: Mapping[str, Record]) -> list[str]:
    """One line a number: what is printed, what it was, and the code that gives it again."""
    lines: dict[str, None] = {}
    for block in section.blocks:
        for text in texts_of(block):
            for one in text:
                if isinstance(one, Number) and records[one.key].code:
                    record = records[one.key]
                    lines[f"    check({one.text!r}, {record.value!r}, {record.code}),"] = None
    return ["[", *lines, "]"] if lines else []


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
        "source": source.splitlines(keepends=True),
    }  # fmt: skip


__all__ = ["as_notebook"]
