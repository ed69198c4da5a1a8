"""`econsim scenarios`, `params`, `new` and `validate`."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from econsim.cli.options import json_option, show_json
from econsim.cli_text import paragraph, printable, table

if TYPE_CHECKING:
    from econsim.errors import Problem
    from econsim.parameter_book import Lever, Parameter

BAD_INPUT = 2
SCHEMA_FILE = "scenario.schema.json"
FORMATS = ("table", "json", "csv", "md")


@click.command()
@json_option
def scenarios(as_json: bool) -> None:
    """List the shipped scenarios and their questions."""
    from econsim.library import shipped_scenarios
    from econsim.scenario import Scenario, load_scenario
    from econsim.store import as_json as written

    rows: list[dict[str, Any]] = []
    for name in shipped_scenarios():
        one = load_scenario(name)
        quo = one.status_quo.name if isinstance(one.status_quo, Scenario) else one.status_quo
        words = {"name": name, "question": one.question, "description": one.description}
        rows.append({**words, "levers": list(one.levers), "status_quo": quo, "hash": one.hash})
    if as_json:
        show_json(written({"scenarios": rows}))
        return
    width = max((len(row["name"]) for row in rows), default=0) + 2
    for row in rows:
        click.echo(paragraph(f"{row['name'].ljust(width)}{row['question']}", " " * width))


# ---------------------------------------------------------------------------------------------------- params


@click.command()
@click.option("--grep", metavar="X", help="Only rows whose name, symbol, group or meaning matches (any case).")
@click.option("--format", "form", default="table", metavar="FORMAT", help="table, json, csv or md.  [default: table]")
@json_option
def params(grep: str | None, form: str, as_json: bool) -> None:
    """List parameters and levers, with range and meaning.

    Grades: A measured, B inferred from measurements, C assumed; `econsim evidence NAME` shows the facts behind one.
    """
    from econsim.book_tables import as_markdown, parameters
    from econsim.errors import InputError, nearest_name, unknown_name
    from econsim.parameter_book import book
    from econsim.store import as_json as written

    form = "json" if as_json else form
    if form not in FORMATS:
        raise InputError(unknown_name("--format", form, FORMATS, kind="format"))
    wanted = _pattern(grep)
    frame = parameters()
    columns = frame[["name", "symbol", "group", "meaning"]].astype(str)
    frame = frame[columns.apply(lambda row: any(wanted.search(text) for text in row), axis=1)]
    names = list(frame["name"])
    if form == "json":
        plain = frame.astype(object).where(frame.notna(), None)
        show_json(written({"parameters": plain.to_dict("records")}))
    elif form == "csv":
        click.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "md":
        every: dict[str, Parameter | Lever] = {**book().parameters, **book().levers}
        rows = [every[name] for name in names]
        click.echo(as_markdown(rows, references=book().references), nl=False)
    elif not names:
        near = nearest_name(grep or "", parameters()["name"])
        hint = f" Did you mean '{near}'?" if near else ""
        click.echo(f"No parameter or lever matches '{grep}'.{hint}")
    else:
        _show_parameters(frame.to_dict("records"))


@click.command()
@click.option("--grep", metavar="X", help="Only metrics whose name or meaning matches (any case).")
@json_option
def metrics(grep: str | None, as_json: bool) -> None:
    """List the summary metrics of a run, with unit and meaning.

    They are what --output, --metric and --where name; those of single segments of demand are of the usual segments.
    """
    from econsim.metrics import summary_catalogue
    from econsim.scenario import load_scenario
    from econsim.store import as_json as written

    wanted = _pattern(grep)
    segments = tuple(segment.name for segment in load_scenario("baseline").structure.segments)
    rows = [
        {"name": name, "unit": one.unit, "meaning": one.meaning}
        for name, one in summary_catalogue(segments).items()
        if wanted.search(name) or wanted.search(one.meaning)
    ]
    if as_json:
        show_json(written({"metrics": rows}))
        return
    if not rows:
        click.echo(f"No metric matches '{grep}'.")
    for row in rows:
        click.echo(paragraph(f"{row['name']}, {row['unit']}: {row['meaning']}", "    "))


def _pattern(grep: str | None) -> re.Pattern[str]:
    from econsim.errors import InputError, Problem

    try:
        return re.compile(grep or "", re.IGNORECASE)
    except re.error as error:
        raise InputError(Problem("--grep", f"is not a regular expression: {error}", f"'{grep}'")) from None


def _show_parameters(rows: list[dict[str, Any]]) -> None:
    from econsim.parameter_book import GRADES

    cells = []
    for row in rows:
        known = row["low"] == row["low"]
        low, high = (row["low"], row["high"]) if known else (row["lower_bound"], row["upper_bound"])
        kind = "lever" if row["kind"] == "lever" else "prior" if known else "fixed"
        span = f"{low:g} to {high:g}" if known or kind == "lever" else "–"
        count = str(row["facts"].count(",") + 1) if row["facts"] else "–"
        grade = f"{row['grade']} {GRADES[row['grade']]}"
        cells.append([row["name"], kind, f"{row['default']:g}", span, row["unit"], grade, count])
    heads = ["name", "kind", "default", "range", "unit", "grade", "facts"]
    lines = table(heads, cells, left=(0, 1, 4, 5)).splitlines()
    click.echo("\n".join(lines[:2]))
    for line, row in zip(lines[2:], rows, strict=True):
        click.echo(line)
        click.echo(paragraph(f"    {row['meaning']}", "    "))
    assumed = sum(row["grade"] == "C" for row in rows)
    told = f"{assumed} of {len(rows)} are assumed (grade C): no measurement fixes them. "
    click.echo(f"\n{paragraph(told + 'econsim evidence NAME shows the facts behind a row, --weak what matters most.')}")


# ---------------------------------------------------------------------------------------------------- new


@click.command()
@click.argument("name")
@click.option("--extends", default="baseline", metavar="SCENARIO", help="What to start from.  [default: baseline]")
def new(name: str, extends: str) -> None:
    """Write NAME.yaml: a commented scenario to start from."""
    from econsim.errors import InputError, Problem
    from econsim.library import shipped_name
    from econsim.scenario import load_scenario
    from econsim.scenario_template import json_schema, template
    from econsim.store import as_json as written
    from econsim.whole_folder import refusal

    if not name.strip() or name.endswith(os.sep):
        raise InputError(Problem("NAME", "must be a name or the path of a file", f"'{name}'"))
    path = Path(name) if name.endswith((".yaml", ".yml")) else Path(f"{name}.yaml")
    load_scenario(extends)  # or it could not be loaded either
    if shipped_name(extends) is None:
        # In the file a path is relative to the file, on the command line to where the user stands.
        extends = os.path.relpath(extends, path.parent)
        extends = extends if os.sep in extends else os.path.join(".", extends)
    text = f"# yaml-language-server: $schema={SCHEMA_FILE}\n{template(path.stem, extends)}"
    schema = path.parent / SCHEMA_FILE
    told = f"Wrote {path}"
    try:
        if path.exists() or path.is_symlink():
            raise FileExistsError
        if not schema.exists():
            _create(schema, written(json_schema()))
            told += f", and {schema} for editors that complete and check YAML"
        _create(path, text)
    except FileExistsError:
        raise refusal(path, "exists already, and is left as it is; choose another name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal(path, f"cannot be written: {reason.lower()}") from None
    shown = shlex.quote(str(path) if path.parent != Path() else path.name)
    click.echo(paragraph(f"{told}."))
    click.echo("Next: take the comment sign from the lines that you want to change, then")
    click.echo(f"  econsim validate {shown}\n  econsim run {shown}")


def _create(path: Path, text: str) -> None:
    """A new file, whole or not at all; FileExistsError where there is one."""
    with path.open("x", encoding="utf-8") as stream:
        try:
            stream.write(text)
            stream.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


# ---------------------------------------------------------------------------------------------------- validate


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of scenario files instead.")
@json_option
def validate(files: tuple[str, ...], schema: bool, as_json: bool) -> int:
    """Check scenario files.

    Every problem is listed with its line, the allowed range and the nearest name.
    """
    from econsim.scenario_template import json_schema
    from econsim.store import as_json as written

    if schema:
        if files:
            raise click.UsageError("--schema takes no FILE", click.get_current_context())
        show_json(written(json_schema()))
        return 0
    if not files:
        raise click.UsageError("Missing argument 'FILE...'", click.get_current_context())
    rows = [_validated(file) for file in files]
    valid = all(row["valid"] for row in rows)
    if as_json:
        show_json(written({"valid": valid, "files": rows}))
    else:
        for row in rows:
            _show_validated(row)
    return 0 if valid else BAD_INPUT


def _validated(file: str) -> dict[str, Any]:
    from econsim.errors import InputError
    from econsim.scenario import load_scenario

    try:
        scenario = load_scenario(file)
    except InputError as error:
        return {"file": file, "valid": False, "problems": [_plain(one) for one in error.problems], "extrapolations": []}
    daring = [_plain(one) for one in scenario.extrapolations]
    words = {"name": scenario.name, "hash": scenario.hash}
    return {"file": file, "valid": True, **words, "problems": [], "extrapolations": daring}


def _plain(problem: Problem) -> dict[str, Any]:
    import dataclasses

    return {**dataclasses.asdict(problem), "text": str(problem)}


def _show_validated(row: dict[str, Any]) -> None:
    for problem in row["problems"]:
        click.echo(printable(f"error: {problem['text']}"), err=True)
    if row["valid"]:
        click.echo(printable(f"{row['file']}: ok ({row['name']}, hash {row['hash']})"))
    for problem in row["extrapolations"]:
        click.echo(printable(f"{row['file']}: note: {problem['text']}"))
