"""How the adopter's choice reads on a terminal."""

from __future__ import annotations

from typing import Any

from econsim.cli_text import number, paragraph, table


def adoption_text(found: Any) -> str:
    """What `econsim adopt` shows."""
    from econsim.ensemble_words import illustrative

    parts = [paragraph(found.finding), ""]
    if found.known:
        rows = [
            [row["quantity"], row["unit"], number(row["median"]), f"{number(row['p5'])} to {number(row['p95'])}"]
            for row in found.table.to_dict("records")
        ]
        parts += [table(["", "unit", "median", "90% range"], rows, left=(0, 1)), ""]
        cases = [
            [
                name.replace("_", " "),
                f"{100.0 * gap:.1f}",
                "–" if found.test_cases[name] is None else f"{found.test_cases[name]:,}",
            ]
            for name, gap in found.pass_rate_gaps.items()
        ]
        parts += [table(["gap in pass rate on the tail", "points", "own test cases"], cases), ""]
    parts += [paragraph(f"  {note}", "  ") for note in found.notes]
    result = found.result
    parts.append(
        paragraph(
            f"Run {result.run_id}: {result.scenario.name}, {result.draws} draws, seed {result.seed}, "
            f"{result.ensemble} ensemble. {illustrative(result.ensemble)}"
        )
    )
    return "\n".join(parts)
