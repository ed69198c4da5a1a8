"""How laws of fidelity read on a terminal."""

from __future__ import annotations

from typing import Any

from econsim.cli_text import number, paragraph, table
from econsim.fidelity.text import SHARES, count, dollars, percent

EXAMS = {
    "unseen_pairs": "Pairs left out, their base known",
    "unseen_benchmarks": "Benchmarks left out, the pair known",
}


def fit_text(found: Any) -> str:
    """What `econsim fidelity fit` shows."""
    parts = [paragraph(found.finding), ""]
    for exam, asked in EXAMS.items():
        own = found.errors[found.errors["exam"] == exam]
        rows = [[row["words"], f"{row['by_pair']:.2f}", f"{row['by_row']:.2f}"] for row in own.to_dict("records")]
        sizes = own.iloc[0]
        parts.append(f"{asked}: mean absolute error in points, {sizes['pairs']} pairs, {sizes['rows']} rows")
        parts += [table(["law", "by pair", "by row"], rows), ""]
    rows = [
        [
            row["constant"],
            row["symbol"],
            number(row["fitted"]),
            f"{number(row['least'])} to {number(row['most'])}",
            f"{number(row['low'])} to {number(row['high'])}",
            row["unit"],
        ]
        for row in found.constants_table.to_dict("records")
    ]
    heads = ["constant of refinement", "", "fitted", "any pair left out", "plausible", "unit"]
    parts += [table(heads, rows, left=(0, 1, 5)), ""]
    rows = [
        [row["pair"], str(row["rows"]), f"{row['refinement']:.1f}", f"{row['constant']:.1f}"]
        for row in found.by_pair.to_dict("records")
    ]
    parts += [table(["pair left out, error in points", "rows", "refinement", "constant"], rows), ""]
    for speaks, words in (("for", "What speaks for the laws"), ("against", "What speaks against them")):
        parts.append(words)
        parts += [paragraph(f"  {one.says}", "  ") for one in found.lessons if one.speaks == speaks]
        parts.append("")
    parts += [paragraph(f"  {note}", "  ") for note in found.notes]
    return "\n".join(parts)


def spectrum_text(found: Any) -> str:
    """What `econsim fidelity show` shows."""
    rows = [
        [
            str(row["band"]),
            f"{row['teacher']:.0f}",
            f"{row['base']:.0f}",
            f"{row['copy']:.0f}",
            f"{row['demanded']:.0f}" if row["demanded"] > 0.0 else "–",
            f"{row['lost']:.0f}",
        ]
        for row in found.bands.to_dict("records")
    ]
    heads = ["band, common to rare", "teacher", "base", "copy", "evaluators insist on", "lost"]
    parts = [paragraph(found.finding), "", table(heads, rows, left=()), ""]
    marked = [
        [
            row["copy"],
            count(row["samples"]),
            count(row["student_size"]),
            dollars(row["dollars_traces"]),
            dollars(row["dollars"]),
            dollars(row["dollars_published"]) if row["dollars_published"] == row["dollars_published"] else "–",
        ]
        for row in found.marks.to_dict("records")
    ]
    heads = ["published copy", "samples", "student", "traces", "with tuning", "as its makers say"]
    parts += [table(heads, marked), ""]
    parts += [paragraph(SHARES), ""]
    parts.append(
        paragraph(
            f"Law {found.law}; levels of {found.teacher}, in points. Bands are a model, not a measurement. A teacher's "
            "tokens at the list price of DeepSeek-R1, fine-tuning at the rent of an H100; what makers say counts other "
            "things."
        )
    )
    return "\n".join(parts)


def loss_text(found: Any) -> str:
    """What `econsim fidelity show --law busbridge2025` shows."""
    rows = [
        ["student", f"{found.student:.4f}"],
        ["the same without a teacher", f"{found.supervised:.4f}"],
        ["teacher", f"{found.teacher:.4f}"],
    ]
    parts = [paragraph(found.finding), "", table(["nats per token", ""], rows), ""]
    parts.append(
        paragraph(
            f"Distillation scaling law of Busbridge and others (2025), {found.coefficients} coefficients; "
            f"{found.flops:.3g} FLOP, those of the teacher's scores (a teacher of the student's size) included."
        )
    )
    return "\n".join(parts)


def prediction_text(found: Any) -> str:
    """What `econsim fidelity predict` shows."""
    rows = [
        [
            row["benchmark"],
            f"{row['teacher']:.1f}",
            f"{row['base']:.1f}{'' if row['base_known'] else '*'}",
            f"{row['coverage']:.2f}",
            f"{row['score']:.1f}",
            f"{row['low']:.1f} to {row['high']:.1f}",
            percent(row["retention"]),
        ]
        for row in found.benchmarks.to_dict("records")
    ]
    heads = ["benchmark", "teacher", "base", "covered", "copy", "90% interval", "of teacher's score"]
    parts = [paragraph(found.finding), "", table(heads, rows), ""]
    parts += [paragraph(f"  {note}", "  ") for note in (SHARES, *found.notes)]
    rests = found.benchmarks.drop_duplicates("group")[["group", "interval_rows", "interval_pairs"]]
    told = ", ".join(
        f"{row['interval_rows']} rows of {row['interval_pairs']} pairs ({row['group']})"
        for row in rests.to_dict("records")
    )
    parts.append(paragraph(f"  Intervals rest on errors for pairs that the law had not seen: {told}.", "  "))
    return "\n".join(parts)
