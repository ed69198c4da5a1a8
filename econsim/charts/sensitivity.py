"""Charts of sensitivity, and writing those of an analysis to files."""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from econsim.charts.sensitivity_over_time import index_over_time
from econsim.charts.sensitivity_screening import morris_bars, tornado
from econsim.charts.sensitivity_sobol import sobol_bars
from econsim.errors import InputError, Problem
from econsim.studies.analysis_store import SHARPNESS
from econsim.studies.sweep_files import whole_file

if TYPE_CHECKING:
    from econsim.studies.sensitivity import Sensitivity

FORMATS = ("svg", "png", "pdf")
MOST_CHARTS = 8
MAIN_OUTPUTS = (
    "rd_relative",
    "rd_investment",
    "frontier_growth",
    "true_lag_months",
    "consumer_surplus_pv",
    "welfare_pv",
)


def main_charts(result: Sensitivity) -> dict[str, Any]:
    """The charts that are worth a file, by the file's name: of each output asked for, or of the main ones of many."""
    content = result.content
    bars = {"sobol": sobol_bars, "morris": morris_bars, "oat": tornado}[result.method]
    names = list(content["outputs"])
    if len(names) > MOST_CHARTS:
        names = [name for name in dict.fromkeys([content["lead"], *MAIN_OUTPUTS]) if name in content["outputs"]]
    charts: dict[str, Any] = {}
    for name in names:
        charts[name] = bars(result, name)
        if result.method == "sobol" and name in content["by_rank"]["outputs"]:
            charts[f"{name}-by-rank"] = sobol_bars(result, name, by_rank=True)
    if content["status_quo_is_policy"]:
        charts |= {f"effect-{name}": bars(result, name, effect=True) for name in names if name in content["effects"]}
    for name, told in (content.get("over_time") or {}).items():
        if len(told["reasons"]) < len(told["quarters"]):
            charts[f"over-time-{name}"] = index_over_time(result, name)
    return charts


def write_charts(result: Sensitivity, folder: str | Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """The main charts of an analysis as files, made without a network; their paths.

    formats : of svg, png and pdf
    raises  : InputError where vl-convert is not installed, or for another format

    A chart whose SVG is there already with the same content is left as it is: its PDF would be the same picture in
    other bytes, since the library that makes PDFs lists their fonts in an order of chance.
    """
    if importlib.util.find_spec("vl_convert") is None:
        message = "need vl-convert-python: python -m pip install 'econsim[brief]'"
        raise InputError(Problem("charts", message))
    for form in formats:
        if form not in FORMATS:
            raise InputError(Problem("formats", "is no format of a chart", str(form), ", ".join(FORMATS)))
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, chart in main_charts(result).items():
        paths = [place / f"{name}.{form}" for form in formats]
        drawing = _drawn(chart, "svg")
        if not _there(paths, drawing):
            for path, form in zip(paths, formats, strict=True):
                with whole_file(path) as stream:
                    stream.write(drawing if form == "svg" else _drawn(chart, form))
        written += paths
    return written


def _drawn(chart: Any, form: str) -> bytes:
    """The content of a chart's file."""
    stream: io.StringIO | io.BytesIO = io.StringIO() if form == "svg" else io.BytesIO()
    chart.save(stream, format=form, **({"scale_factor": SHARPNESS} if form == "png" else {}))
    content = stream.getvalue()
    return _renumbered(content).encode() if isinstance(content, str) else content


def _renumbered(svg: str) -> str:
    """An SVG with its clips numbered from 1: vl-convert counts on from chart to chart of a process."""
    numbers: dict[str, int] = {}
    return re.sub(
        r'(id="|url\(#)clip(\d+)',
        lambda found: f"{found[1]}clip{numbers.setdefault(found[2], len(numbers) + 1)}",
        svg,
    )


def _there(paths: Sequence[Path], drawing: bytes) -> bool:
    """Whether all files of a chart exist, and its SVG is the one that would be written."""
    drawings = [path for path in paths if path.suffix == ".svg"]
    whole = all(path.is_file() and path.stat().st_size for path in paths)
    return whole and bool(drawings) and all(path.read_bytes() == drawing for path in drawings)


__all__ = ["index_over_time", "main_charts", "morris_bars", "sobol_bars", "tornado", "write_charts"]
