"""Outputs of a Saltelli design, sorted by what the rows are for, with the base samples that cannot be used left out.

Rows come in blocks, one a base sample, in the order of SALib's `sample.sobol`: A, each AB_j (A with parameter j from
B), with second order each BA_j (B with parameter j from A), and B.

A row whose output is undefined (a failed draw, or a metric without a value there) takes its whole block with it, for
that output alone. Dropping only the row would pair what is left of A with other samples than A had, and filling it in
would invent variance or hide it. What remains is an honest sample of the blocks that are defined, with two consequences
to report: the share of blocks used, and that indices then describe the region where the output is defined, in which
parameters are no longer independent if they decide what is undefined. Below `least_share` that is another question than
the one asked, and the output is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econsim.errors import InputError, Problem
from econsim.studies.statistics.resampling import check_at_least, checked_table

LEAST_BASE_SAMPLES = 16
LEAST_SHARE = 0.5
# Outputs that differ by rounding alone are constant: relative to their size.
ROUNDING = 1e-12


@dataclass(frozen=True)
class SaltelliOutputs:
    """Outputs by base sample, and which base samples each output can use.

    blocks       : (base sample, row of block, output)
    parameters   : how many parameters, or groups
    second_order : whether blocks hold BA rows
    usable       : (base sample, output) bool
    reasons      : one an output: why it cannot be analysed; None where it can
    """

    blocks: np.ndarray
    parameters: int
    second_order: bool
    usable: np.ndarray
    reasons: tuple[str | None, ...]

    @property
    def share_used(self) -> np.ndarray:
        """Share of base samples that each output uses, (output,)."""
        return self.usable.mean(axis=0)

    def same_samples(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Outputs that use the same base samples, together: (base samples, outputs) as indices. Refused ones apart."""
        together: dict[bytes, list[int]] = {}
        for output, reason in enumerate(self.reasons):
            if reason is None:
                together.setdefault(self.usable[:, output].tobytes(), []).append(output)
        return [
            (np.flatnonzero(self.usable[:, outputs[0]]), np.asarray(outputs, dtype=np.intp))
            for outputs in together.values()
        ]

    def normalised(self, samples: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        """Some blocks of some outputs, each output with mean 0 and standard deviation 1 over all their rows.

        The estimators are products of uncentred outputs, and exact only where the mean is 0. As in SALib.
        """
        chosen = self.blocks[np.ix_(samples, np.arange(self.blocks.shape[1]), outputs)]
        chosen -= chosen.mean(axis=(0, 1))
        chosen /= chosen.std(axis=(0, 1))
        return chosen


def saltelli_outputs(
    outputs: np.ndarray,
    parameters: int,
    second_order: bool,
    *,
    least_share: float = LEAST_SHARE,
    least_base_samples: int = LEAST_BASE_SAMPLES,
) -> SaltelliOutputs:
    """Outputs of a Saltelli design by base sample.

    outputs            : (row, output), or (row,) for one; NaN or infinite where undefined
    parameters         : how many parameters, or groups, the design varies
    second_order       : whether the design has the rows for second-order indices
    least_share        : outputs with a smaller share of usable base samples are refused
    least_base_samples : so are those with fewer of them

    raises : InputError where the number of rows is no multiple of a block's
    """
    check_at_least("parameters", parameters, 1)
    table = checked_table("outputs", outputs, "outputs")
    rows = 2 * parameters + 2 if second_order else parameters + 2
    if not len(table) or len(table) % rows:
        raise InputError(
            Problem(
                "outputs",
                f"are no Saltelli design of {parameters} parameters, second order {'on' if second_order else 'off'}",
                f"{len(table)} rows",
                f"a multiple of {rows}",
            )
        )
    blocks = table.reshape(-1, rows, table.shape[1])
    usable = np.isfinite(blocks).all(axis=1)
    reasons = tuple(
        _reason(blocks[:, :, output], usable[:, output], least_share, least_base_samples)
        for output in range(table.shape[1])
    )
    return SaltelliOutputs(blocks, parameters, second_order, usable, reasons)


def _reason(blocks: np.ndarray, usable: np.ndarray, least_share: float, least_base_samples: int) -> str | None:
    used = int(usable.sum())
    if used < max(least_share * len(usable), least_base_samples):
        needed = f"{least_share:.0%} and {least_base_samples} are needed"
        return f"only {used} of {len(usable)} base samples are defined in all their runs; {needed}"
    chosen = blocks[usable]
    size = ROUNDING * np.abs(chosen).max()
    if np.ptp(chosen) <= size:
        return "it has the same value in every run"
    if np.ptp(chosen[:, [0, -1]]) <= size:
        return "it has the same value in every base run, so that there is no variance to share out"
    return None
