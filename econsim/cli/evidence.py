"""`econsim evidence`."""

from __future__ import annotations

import re
from typing import Any

import click

from econsim.cli.options import json_option, show_json

FORMATS = ("table", "json", "csv", "md")


@click.command()
@click.argument("key", required=False, metavar="[KEY]")
@click.option("--weak", is_flag=True, help="Rank what is weakly known by how much it matters.")
@click.option("--grep", metavar="X", help="Only facts whose key, quantity, method or source matches (any case).")
@click.option("--format", "form", default="table", metavar="FORMAT", help="table, json, csv or md.  [default: table]")
@json_option
def evidence(key: str | None, weak: bool, grep: str | None, form: str, as_json: bool) -> None:
    """Facts with their sources, and what is weakly known.

    KEY is a fact, a parameter or lever, a source, or a table of observations; without it all facts are listed.
    """
    from econsim.errors import InputError, Problem, unknown_name

    form = "json" if as_json else form
    if form not in FORMATS:
        raise InputError(unknown_name("--format", form, FORMATS, kind="format"))
    if key is not None and (weak or grep is not None):
        raise click.UsageError("a KEY goes with neither --weak nor --grep", click.get_current_context())
    if weak and grep is not None:
        raise click.UsageError("--weak does not go with --grep", click.get_current_context())
    if weak:
        _show_weak(form)
    elif key is None:
        _show_facts(grep, form)
    elif form in ("csv", "md"):
        raise InputError(Problem("--format", "is table or json for a single KEY", f"'{form}'"))
    else:
        _show_one(key, form)


def _show_weak(form: str) -> None:
    from econsim.cli.evidence_text import weak_text
    from econsim.evidence.page import weak_markdown
    from econsim.evidence.weak import influence, weaknesses
    from econsim.store import as_json as written

    frame = weaknesses()
    if form == "json":
        run = influence()
        of = {
            name: getattr(run, name) for name in ("run_id", "version", "scenario", "scenario_hash", "samples", "seed")
        }
        show_json(written({"sensitivity": of, "weak": _plain(frame)}))
    elif form == "csv":
        click.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "md":
        click.echo(weak_markdown(), nl=False)
    else:
        click.echo(weak_text(frame))


def _show_facts(grep: str | None, form: str) -> None:
    from econsim.cli.evidence_text import facts_text
    from econsim.errors import InputError, Problem, nearest_name
    from econsim.evidence.fact_book import fact_book, facts
    from econsim.evidence.page import facts_markdown
    from econsim.store import as_json as written

    try:
        wanted = re.compile(grep or "", re.IGNORECASE)
    except re.error as error:
        raise InputError(Problem("--grep", f"is not a regular expression: {error}", f"'{grep}'")) from None
    chosen = [
        one
        for one in fact_book().values()
        if any(wanted.search(text) for text in (one.key, one.quantity, one.method, *one.source))
    ]
    frame = facts()
    frame = frame[frame["key"].isin([one.key for one in chosen])]
    if form == "json":
        show_json(written({"facts": _plain(frame)}))
    elif form == "csv":
        click.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif not chosen:
        near = nearest_name(grep or "", fact_book())
        click.echo(f"No fact matches '{grep}'.{f' Did you mean {near!r}?' if near else ''}")
    elif form == "md":
        click.echo(facts_markdown(chosen), nl=False)
    else:
        click.echo(facts_text(chosen))


def _show_one(key: str, form: str) -> None:
    from econsim.cli.evidence_text import fact_text, reference_text, row_text, table_text
    from econsim.errors import InputError, unknown_name
    from econsim.evidence.fact_book import fact_book
    from econsim.evidence.table_files import tables
    from econsim.parameter_book import Lever, Parameter, book
    from econsim.store import as_json as written

    rows: dict[str, Parameter | Lever] = {**book().parameters, **book().levers}
    if key in fact_book():
        told, plain = fact_text(fact_book()[key]), _fact(key)
    elif key in rows:
        told, plain = row_text(rows[key]), _row(rows[key])
    elif key in tables():
        notes = tables()[key]
        told = table_text(key)
        plain = {"table": key, "about": notes.about, "source": list(notes.source), "columns": dict(notes.columns)}
    elif key in book().references:
        told, plain = reference_text(key), {"reference": key, **book().references[key].model_dump()}
    else:
        names = [*fact_book(), *rows, *tables(), *book().references]
        raise InputError(unknown_name("KEY", key, names, kind="fact, parameter, table or source"))
    if form == "json":
        show_json(written(plain))
    else:
        click.echo(told)


def _fact(key: str) -> dict[str, Any]:
    from econsim.evidence.fact_book import fact
    from econsim.parameter_book import book

    one = fact(key)
    references = {source: book().references[source].model_dump() for source in one.source}
    return {**one.model_dump(), "source": list(one.source), "references": references}


def _row(row: Any) -> dict[str, Any]:
    import dataclasses

    from econsim.evidence.readings import readings

    found = [
        {**dataclasses.asdict(one), "facts": list(one.facts), "verdict": one.verdict} for one in readings(row.name)
    ]
    facts = [_fact(key) for key in row.facts]
    return {"name": row.name, "grade": row.grade, "note": row.note, "facts": facts, "readings": found}


def _plain(frame: Any) -> list[dict[str, Any]]:
    return [
        {name: None if value is None or value != value else value for name, value in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
