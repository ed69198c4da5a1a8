"""The equations, read off the rules: each rule's arithmetic as LaTeX, in the symbols of the parameter book.

A formula is made from the syntax tree of the function, so it cannot say anything else than the code does. A rule
that loops or branches has no formula in one line; there the code itself stands.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from types import FunctionType, ModuleType

from latexify.codegen.expression_codegen import ExpressionCodegen

from econsim.parameter_book import book

# In the order in which a quarter calls them.
CHAPTERS = (
    ("What policy changes", "econsim.rules.policy"),
    ("Serving: cost and utility", "econsim.rules.serving"),
    ("Labs' own small models", "econsim.rules.own_tier"),
    ("Evaluation: what buyers believe of the tail", "econsim.rules.evaluation"),
    ("Demand", "econsim.rules.demand"),
    ("Prices", "econsim.rules.pricing"),
    ("Training", "econsim.rules.training"),
    ("What a copy loses", "econsim.rules.fidelity"),
    ("Weighted reverse water-filling", "econsim.rules.fidelity.water_filling"),
    ("Refinement", "econsim.rules.fidelity.refinement"),
    ("Constant retention", "econsim.rules.fidelity.constant_retention"),
    ("Reverse water-filling over many bands", "econsim.rules.fidelity.reverse_water_filling"),
    ("The distillation scaling law", "econsim.rules.fidelity.busbridge2025"),
    ("What samples cost", "econsim.rules.fidelity.copy_cost"),
    ("The adopter's choice", "econsim.rules.adoption"),
    ("Copying", "econsim.rules.copying"),
    ("Firms: entry, exit, cash", "econsim.rules.firms"),
    ("The accounts", "econsim.rules.welfare"),
)
WITHOUT_A_CHAPTER = {"econsim.rules"}
AXES = {"FIRM": "firms", "SEGMENT": "segments"}
PLAIN = {"maximum": r"\max", "minimum": r"\min", "log": r"\ln", "abs": r"\text{abs}", "floor": r"\text{floor}"}
# The longest a formula may grow before it is better read as code.
LONGEST = 2200


class NoFormula(ValueError):
    """The function does something that a formula cannot say."""


class Formula(ExpressionCodegen):
    """Expressions of rules in LaTeX: parameters by their symbol, everything else by its name in words."""

    def __init__(self, symbols: dict[str, str]) -> None:
        super().__init__()
        self.symbols = symbols

    def visit_Constant(self, node: ast.Constant) -> str:
        if not isinstance(node.value, float):
            return super().visit_Constant(node)
        digits, _, exponent = f"{node.value:g}".partition("e")
        if not exponent:
            return digits
        power = f"10^{{{int(exponent)}}}"
        return power if digits == "1" else rf"{digits} \cdot {power}"

    def _should_remove_multiply_op(self, *_: object) -> bool:
        return False  # names are words here, and two words side by side would read as one name

    def visit_Name(self, node: ast.Name) -> str:
        return self.symbols.get(node.id) or _words(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> str:
        if isinstance(node.value, ast.Name) and node.value.id == "xp":
            return r"\infty" if node.attr == "inf" else _words(node.attr)
        return _words(node.attr)

    def visit_Subscript(self, node: ast.Subscript) -> str:
        if isinstance(node.slice, ast.Constant) and node.slice.value is None:
            return self.visit(node.value)
        raise NoFormula("an index")

    def visit_Call(self, node: ast.Call) -> str:
        function = node.func
        if node.keywords:
            raise NoFormula("keywords")
        arguments = [one for one in node.args if not (isinstance(one, ast.Name) and one.id == "xp")]
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "xp":
            return self._of_namespace(function.attr, arguments)
        if any(isinstance(one, ast.Starred) for one in arguments):
            raise NoFormula("unpacked arguments")
        return rf"{self.visit(function)}\left({', '.join(map(self.visit, arguments))}\right)"

    def _of_namespace(self, name: str, arguments: list[ast.expr]) -> str:
        if name in ("total", "largest"):
            axis = arguments[1]
            over = AXES.get(axis.id) if isinstance(axis, ast.Name) else None
            if over is None:
                raise NoFormula("an axis")
            inner = self._wrap_operand(arguments[0], 11)
            return rf"\{'sum' if name == 'total' else 'max'}_{{\text{{{over}}}}} {inner}"
        given = [self.visit(one) for one in arguments]
        if name == "exp":
            return rf"e^{{{given[0]}}}"
        if name == "log1p":
            return rf"\ln\left(1 + {given[0]}\right)"
        if name == "expm1":
            return rf"\left(e^{{{given[0]}}} - 1\right)"
        if name == "clip":
            return rf"\min\left(\max\left({given[0]}, {given[1]}\right), {given[2]}\right)"
        if name == "where":
            return rf"\left({given[1]} \;\text{{if }} {given[0]} \;\text{{, else }} {given[2]}\right)"
        if name in PLAIN:
            return rf"{PLAIN[name]}\left({', '.join(given)}\right)"
        raise NoFormula(name)

    def visit_BinOp(self, node: ast.BinOp) -> str:
        sign = {ast.BitAnd: r"\;\text{and}\;", ast.BitOr: r"\;\text{or}\;"}.get(type(node.op))
        if sign:
            return f"{self.visit(node.left)} {sign} {self.visit(node.right)}"
        return super().visit_BinOp(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> str:
        if isinstance(node.op, ast.Invert):
            return rf"\text{{not }}{self.visit(node.operand)}"
        return super().visit_UnaryOp(node)


def formula(function: FunctionType) -> list[str]:
    """LaTeX of a rule, a line a step. Raises NoFormula where it has none."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    writer = Formula(_symbols())
    if function.__module__.startswith("econsim.rules.fidelity"):
        # There the word means the weight of the tail in what evaluators measure, not the parameter of that name.
        writer.symbols.pop("tail_weight", None)
    lines: list[str] = []
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            lines += _assignments(statement.targets[0], statement.value, writer)
        elif isinstance(statement, ast.Return) and statement.value is not None:
            lines.append(rf"{_words(function.__name__)} = {_visit(statement.value, writer)}")
        else:
            raise NoFormula(type(statement).__name__)
    if sum(map(len, lines)) > LONGEST:
        raise NoFormula("length")
    return lines


def _assignments(target: ast.expr, value: ast.expr, writer: Formula) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield rf"{writer.visit(target)} = {_visit(value, writer)}"
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its_value in zip(target.elts, value.elts, strict=True):
            yield from _assignments(one, its_value, writer)
    else:
        raise NoFormula("unpacking")


def _visit(node: ast.expr, writer: Formula) -> str:
    try:
        # latex2mathml loses indices behind these two.
        return writer.visit(node).replace(r"\mathopen{}", "").replace(r"\mathclose{}", "")
    except NoFormula:
        raise
    except Exception as reason:  # whatever latexify cannot say
        raise NoFormula(str(reason)) from reason


def _symbols() -> dict[str, str]:
    return {
        name: _symbol(row.symbol)
        for rows in (book().parameters, book().levers)
        for name, row in rows.items()
        if row.symbol
    }


def _symbol(symbol: str) -> str:
    """A symbol of the book in LaTeX: what follows the first character stands below it."""
    if len(symbol) > 2 and symbol.isascii() and symbol.isalpha():
        return rf"\text{{{symbol}}}"
    head, _, rest = symbol.partition("_")
    if not rest and len(head) > 1 and head.isalnum():
        head, rest = head[0], head[1:]
    return f"{head}_{{{rest}}}" if rest else head


def _words(name: str) -> str:
    return rf"\text{{{name.replace('_', ' ').strip().lower()}}}"


def functions(module: ModuleType) -> list[FunctionType]:
    """The public functions that a module defines, in its order."""
    own = [
        one
        for name, one in vars(module).items()
        if isinstance(one, FunctionType) and one.__module__ == module.__name__ and not name.startswith("_")
    ]
    return sorted(own, key=lambda one: one.__code__.co_firstlineno)


def constants(module: ModuleType) -> list[str]:
    """Numbers that a chapter's rules use, each with what it is, as Markdown list items."""
    rows = []
    for line in inspect.getsource(module).splitlines():
        match = re.match(r"([A-Z][A-Z_]+(?:, [A-Z_]+)*) = ([^#]+?)(?:  # (.*))?$", line)
        if match and re.fullmatch(r"[-\d.e, ]+", match[2]):
            names, values = match[1].split(", "), match[2].split(", ")
            note = f": {match[3]}" if match[3] else ""
            rows += [
                f"- {name.lower().replace('_', ' ')} = {value}{note}" for name, value in zip(names, values, strict=True)
            ]
    return rows


def code(function: FunctionType) -> str:
    """The source of a rule."""
    return textwrap.dedent(inspect.getsource(function)).rstrip()
