"""The parameter book as tables: for pandas, for the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from econsim.errors import InputError, unknown_name
from econsim.parameter_book import GRADES, Lever, Parameter, Reference, book

if TYPE_CHECKING:
    import pandas

TABLE_COLUMNS = ("name", "symbol", "unit", "default", "range", "bounds", "group", "grade", "meaning", "source", "note")


FRAME_COLUMNS = (
    "kind",
    "name",
    "symbol",
    "unit",
    "default",
    "low",
    "high",
    "scale",
    "lower_bound",
    "upper_bound",
    "moderate",
    "integer",
    "group",
    "varies_by",
    "changes_world_without_copying",
    "meaning",
    "source",
    "facts",
    "grade",
    "note",
)


def parameters() -> pandas.DataFrame:
    """The book as a table: one row a parameter or lever, in book order; columns FRAME_COLUMNS.

    kind is "parameter" or "lever"; low, high and scale describe the prior and are missing where there is none;
    default is 0 for a lever, its status quo; source and facts hold keys, comma-separated.
    """
    import pandas

    shipped = book()
    rows = [_parameter_row(parameter) for parameter in shipped.parameters.values()]
    rows += [_lever_row(lever) for lever in shipped.levers.values()]
    return pandas.DataFrame(rows, columns=pandas.Index(FRAME_COLUMNS))


def _shared_row(row: Parameter | Lever) -> dict[str, Any]:
    shared = row.model_dump(include={"name", "symbol", "unit", "meaning", "grade", "note"})
    keys = {"source": ", ".join(row.source), "facts": ", ".join(row.facts)}
    return shared | keys | {"lower_bound": row.bounds[0], "upper_bound": row.bounds[1]}


def _parameter_row(parameter: Parameter) -> dict[str, Any]:
    prior = parameter.prior.model_dump(include={"low", "high", "scale"}) if parameter.prior else {}
    own = parameter.model_dump(include={"default", "integer", "group", "varies_by"})
    return _shared_row(parameter) | prior | own | {"kind": "parameter"}


def _lever_row(lever: Lever) -> dict[str, Any]:
    own = lever.model_dump(include={"moderate", "changes_world_without_copying"})
    return _shared_row(lever) | own | {"kind": "lever", "default": 0.0, "integer": False, "group": lever.lever_group}


def as_markdown(
    rows: Sequence[Parameter | Lever],
    columns: Sequence[str] = TABLE_COLUMNS,
    references: Mapping[str, Reference] | None = None,
) -> str:
    """A Markdown table of parameters or levers, one line a row, ending in a newline.

    columns    : any of TABLE_COLUMNS, and `moderate`
    references : where given, sources show as author and year with their link instead of as keys

    Raises InputError for a column that does not exist.
    """
    known = (*TABLE_COLUMNS, "moderate")
    wrong = [unknown_name("columns", column, known, kind="column") for column in columns if column not in known]
    if wrong:
        raise InputError(wrong)
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[_escaped(cell(row, column, references)) for column in columns] for row in rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _escaped(text: str) -> str:
    # An unescaped '$' begins a formula in several Markdown renderers, a '|' ends the cell.
    return text.replace("|", "\\|").replace("$", "\\$").replace("\n", " ")


def cell(row: Parameter | Lever, column: str, references: Mapping[str, Reference] | None) -> str:
    """What stands in one column of one row, as text; `references` as for `as_markdown`."""
    if column == "source":
        return "; ".join(_cited(key, references) for key in row.source)
    if column == "range":
        prior = row.prior if isinstance(row, Parameter) else None
        return f"{prior.low:g} – {prior.high:g}{' (log)' if prior.scale == 'log' else ''}" if prior else "–"
    if column == "bounds":
        return f"{row.bounds[0]:g} – {row.bounds[1]:g}"
    if column == "group":
        return row.group if isinstance(row, Parameter) else row.lever_group
    if column == "default":
        return f"{row.default:g}" if isinstance(row, Parameter) else "0"
    if column == "grade":
        return f"{row.grade} ({GRADES[row.grade]})"
    value = getattr(row, column, None)
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _cited(key: str, references: Mapping[str, Reference] | None) -> str:
    reference = references.get(key) if references else None
    if reference is None:
        return key
    text = f"{reference.author} ({reference.year})"
    return f"[{text}]({reference.link})" if reference.link else text
