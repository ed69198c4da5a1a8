"""What a sweep will compute: which rows, which worlds, in which chunks, and what identifies each of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import econsim
from econsim.errors import InputError, Problem
from econsim.parameter_book import book
from econsim.scenario import Scenario
from econsim.scenario_schema import COUNT_PARAMETERS
from econsim.store import package_versions
from econsim.studies.comparison_store import folder_names
from econsim.studies.designs import Design, GridDesign, ListDesign, SampledDesign
from econsim.studies.sweep_chunk import ChunkTask, Pair, columns_of, series_columns
from econsim.world import COUNTS

if TYPE_CHECKING:
    from econsim.studies.sweep_spec import SweepSpec

BLOCK = 16_384  # points asked of the design at a time: reaching far into a Sobol' sequence costs some milliseconds


@dataclass(frozen=True)
class SweepPlan:
    """A sweep, ready to be computed.

    spec   : what was asked for
    engine : the engine that computes all of it
    pairs  : each scenario with its status quo, under a name of its own
    most   : largest n_labs and n_distillers of the design, where it sets them
    """

    spec: SweepSpec
    engine: str
    pairs: tuple[Pair, ...]
    most: Mapping[str, float]

    @property
    def rows(self) -> int:
        """Rows of one scenario: points times draws."""
        return self.spec.rows

    @cached_property
    def chunk_rows(self) -> int:
        """Rows of one chunk; a sweep shorter than that is one chunk."""
        return min(self.spec.chunk, self.rows)

    @property
    def chunks(self) -> int:
        """Chunks of one scenario."""
        return -(-self.rows // self.chunk_rows)

    def span(self, index: int) -> tuple[int, int]:
        """First row of a chunk, and the one after its last."""
        start = index * self.chunk_rows
        return start, min(start + self.chunk_rows, self.rows)

    # ------------------------------------------------------------------------------------------------ identity

    @cached_property
    def identity(self) -> dict[str, Any]:
        """Everything that determines the numbers, but the version: plain JSON."""
        identity: dict[str, Any] = json.loads(json.dumps(self.spec.identity()))
        return identity

    @cached_property
    def sweep_id(self) -> str:
        """Twelve hexadecimal digits; they do not depend on the engine."""
        return _digest([self.identity, econsim.__version__]).hexdigest()[:12]

    @cached_property
    def _bases(self) -> dict[str, Any]:
        return {
            pair.label: address_base(self.identity, pair.scenario.hash, pair.status_quo.world_hash, econsim.__version__)
            for pair in self.pairs
        }

    def address(self, label: str, index: int) -> str:
        """Twelve hexadecimal digits of all that determines the numbers of one chunk of one scenario."""
        return chunk_address(self._bases[label], *self.span(index))

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of a chunk file, in order."""
        return columns_of(self.spec.metrics, self.series_columns)

    @cached_property
    def series_columns(self) -> tuple[str, ...]:
        """Columns of the series that are kept, quarter by quarter."""
        structure = self.spec.scenarios[0].structure
        return series_columns(self.spec.series, structure.quarters, structure.start)

    def content(self) -> dict[str, Any]:
        """What `plan.json` says: all that a reader of the folder needs."""
        spec = self.spec
        return {
            "sweep_id": self.sweep_id,
            "version": econsim.__version__,
            "engine": self.engine,
            "scenarios": {
                pair.label: {
                    "name": pair.scenario.name,
                    "hash": pair.scenario.hash,
                    "status_quo": pair.status_quo.name,
                    "status_quo_hash": pair.status_quo.world_hash,
                }
                for pair in self.pairs
            },
            "design": list(spec.design.names),
            "points": spec.design.size,
            "draws": spec.draws,
            "rows": self.rows,
            "chunk_rows": self.chunk_rows,
            "shocks": spec.shocks,
            "seed": spec.seed,
            "ensemble": spec.ensemble,
            "metrics": list(spec.metrics),
            **({"series": list(spec.series)} if spec.series else {}),
            "identity": self.identity,
            "packages": package_versions(self.engine),
        }

    # ------------------------------------------------------------------------------------------------ work

    def task(self, index: int, points: np.ndarray, labels: Sequence[str] | None = None) -> ChunkTask:
        """The work of one chunk.

        points : (point, name) of the design, from the point of the chunk's first row to that of its last
        labels : the scenarios to be computed; default all
        """
        spec, (start, stop) = self.spec, self.span(index)
        return ChunkTask(
            index=index,
            start=start,
            stop=stop,
            pairs=tuple(pair for pair in self.pairs if labels is None or pair.label in labels),
            names=tuple(spec.design.names),
            points=points,
            draws=spec.draws,
            shared=spec.shocks == "shared",
            seed=spec.seed,
            ensemble=spec.ensemble,
            engine=self.engine,
            metrics=tuple(spec.metrics),
            most=dict(self.most),
            version=econsim.__version__,
            series=tuple(spec.series),
        )

    def tasks(self, wanted: Iterator[tuple[int, Sequence[str]]]) -> Iterator[ChunkTask]:
        """The work of several chunks, given in order as (index, labels)."""
        first, block = 0, np.empty((0, len(self.spec.design.names)))
        for index, labels in wanted:
            start, stop = self.span(index)
            begin, end = start // self.spec.draws, (stop - 1) // self.spec.draws + 1
            if not (first <= begin and end <= first + len(block)):
                first = begin
                block = self.spec.design.points(first, min(max(end, first + BLOCK), self.spec.design.size))
            yield self.task(index, block[begin - first : end - first], labels)


def address_base(identity: Mapping[str, Any], scenario: str, status_quo: str, version: str) -> Any:
    """What the addresses of a scenario's chunks share, from the hashes of its worlds: other scenarios are left out."""
    shared = {key: value for key, value in identity.items() if key not in ("scenarios", "against")}
    return _digest([shared, scenario, status_quo, version])


def chunk_address(base: Any, start: int, stop: int) -> str:
    """Address of the chunk with rows `start` to `stop`."""
    digest = base.copy()
    digest.update(f"{start}:{stop}".encode())
    return str(digest.hexdigest()[:12])


def _digest(content: Any) -> Any:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode())


# ---------------------------------------------------------------------------------------------------- making one


def make_plan(spec: SweepSpec, engine: str) -> SweepPlan:
    """The plan of a sweep.

    engine : one that `engines.choose` returned
    raises : InputError where a scenario and the design contradict each other
    """
    labels = folder_names(spec.scenarios)
    varied = [name for name in spec.design.names if name in book().levers]
    pairs = tuple(
        Pair(label, scenario, status_quo_of(scenario, against, bool(varied)))
        for label, scenario, against in zip(labels, spec.scenarios, spec.against, strict=True)
    )
    _check_listed_firms(pairs, spec.design.names)
    most = {name: ends_of(spec.design, name)[1] for name in COUNTS if name in spec.design.names}
    _check_serving(spec.design, pairs)
    return SweepPlan(spec, engine, pairs, most)


def status_quo_of(scenario: Scenario, against: Scenario | None, levers_vary: bool) -> Scenario:
    """What effects are measured against, at every point with the design's parameters and without its levers.

    against     : the one that the spec names, on the scenario's calendar; None: the scenario's own
    levers_vary : whether the design sets levers; if neither it nor the scenario does, it is copying off
    """
    if against is not None:
        return against
    own = scenario.status_quo_scenario()
    if own is not None:
        return own
    return scenario.without_levers() if levers_vary else scenario.without_copying()


def ends_of(design: Design, name: str) -> tuple[float, float]:
    """Ends of the range that the design's values of a parameter or lever lie in."""
    column = design.names.index(name)
    if isinstance(design, SampledDesign):
        return design.axes[column].low, design.axes[column].high
    if isinstance(design, GridDesign):
        return float(design.axes[column].min()), float(design.axes[column].max())
    low, high = np.inf, -np.inf
    for start in range(0, design.size, BLOCK):
        values = design.points(start, min(start + BLOCK, design.size))[:, column]
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    return low, high


def _check_listed_firms(pairs: Sequence[Pair], names: Sequence[str]) -> None:
    problems = []
    for key, count in COUNT_PARAMETERS.items():
        for world in {one.world_hash: one for pair in pairs for one in (pair.scenario, pair.status_quo)}.values():
            if count in names and getattr(world.structure, key) is not None:
                message = f"contradicts the firms that {world.name} lists in structure.{key}"
                problems.append(Problem(f"design.{count}", message, allowed="leave it out of the design"))
    if problems:
        raise InputError(problems)


def _check_serving(design: Design, pairs: Sequence[Pair]) -> None:
    """Better models have to be worth serving at every point, as in every scenario."""
    both = ("serving_elasticity", "capability_value")
    varied = [name for name in both if name in design.names]
    if not varied:
        return
    for world in {one.world_hash: one for pair in pairs for one in (pair.scenario, pair.status_quo)}.values():
        ends = {name: (world.assumptions[name].low, world.assumptions[name].high) for name in both}
        ends |= {name: ends_of(design, name) for name in varied}
        serving, capability = ends["serving_elasticity"][1], ends["capability_value"][0]
        if isinstance(design, ListDesign) and len(varied) == 2:  # the largest need not meet the smallest
            table = design.table[:, [design.names.index(name) for name in both]]
            serving, capability = table[np.argmax(table[:, 0] - table[:, 1])]
        if serving >= capability:
            message = "serving_elasticity must stay below capability_value, or better models would not be worth serving"
            value = f"serving_elasticity up to {serving:g}, capability_value from {capability:g} in {world.name}"
            raise InputError(Problem(f"design.{varied[0]}", message, value=value))
