"""Handing analyses over: what is printed, and the folders that they are written to."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

import click

from econsim.cli.options import show_json


def deliver(
    kind: str,
    found: Any,
    figures: Callable[[], Mapping[str, Any]],
    text: Callable[[], str],
    out: str | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    identity: str | None = None,
) -> None:
    """Write the folder, if one was asked for, and print the finding.

    found    : with `summary()` and `tables()`
    figures  : name -> altair chart, made only if they are needed
    text     : what is printed unless JSON or the finding alone is asked for
    identity : of what is written; default that of `found`
    """
    from econsim.store import as_json as written
    from econsim.studies.analysis_store import write_analysis

    summary = found.summary()
    if out is not None:
        identity = found.identity if identity is None else identity
        drawn = importlib.util.find_spec("vl_convert") is not None
        if not drawn:
            click.echo("no figures: they need vl-convert-python; pip install 'econsim[brief]'", err=True)
        write_analysis(out, kind, identity, summary, found.tables(), figures() if drawn else {}, force)
    if as_json:
        show_json(written(summary))
    else:
        click.echo(summary["finding"] if quiet else text())
    if out is not None and not (as_json and quiet):
        click.echo(out if quiet else f"Written to {out}", err=as_json)


__all__ = ["deliver"]
