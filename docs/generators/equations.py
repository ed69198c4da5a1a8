"""The page of equations: formulas of `econsim.formulas` as MathML, which browsers draw by themselves."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from types import FunctionType

from definitions import as_definitions
from latex2mathml.converter import convert

from econsim.formulas import CHAPTERS, NoFormula, code, constants, formula, functions


def page() -> str:
    """The whole page in Markdown."""
    lines = [
        "# The equations",
        "",
        "Made from the functions in `econsim/rules/`, which all three engines call: formula and code cannot drift "
        "apart. Parameters stand under the symbol that the [parameter book](parameters.md) gives them, everything "
        "else under its name. A few rules are iterations rather than formulas; they stand as code.",
        "",
    ]
    for title, name in CHAPTERS:
        module = importlib.import_module(name)
        lines += [f"## {title}", "", inspect.getdoc(module) or "", ""]
        lines += [*constants(module), ""]
        for function in functions(module):
            lines += _entry(function)
    return "\n".join(lines) + "\n"


def _entry(function: FunctionType) -> list[str]:
    text = inspect.getdoc(function) or ""
    first, _, rest = text.partition("\n\n")
    lines = [f"### {function.__name__.replace('_', ' ')}", "", first, ""]
    try:
        steps = "".join(convert(step, display="block") for step in formula(function))
        lines += [f'<div class="equation">{steps}</div>', ""]
    except NoFormula:
        block = textwrap.indent(f"```python\n{code(function)}\n```", "    ")
        lines += ['??? note "The code"', "", *block.splitlines(), ""]
    if rest:
        lines += [as_definitions(rest), ""]
    return lines
