"""ARCHITECTURE.md's table of modules is the tree, and imports only point down its floors."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (\d+) \| `(econsim/[^`]+)` \|", re.MULTILINE)

FOLDERS = (
    "econsim/rules/",
    "econsim/engines/agents/",
    "econsim/studies/statistics/",
    "econsim/bench/",
    "econsim/charts/",
    "econsim/web/blocks/",
    "econsim/web/pages/",
)


def documented() -> dict[str, int]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return {path: int(floor) for floor, path in ROW.findall(text)}


def modules() -> list[str]:
    """Modules as the table names them: a folder of files of one kind is one row."""
    found = set()
    for path in (ROOT / "econsim").rglob("*.py"):
        found.add(row_of(path.relative_to(ROOT).as_posix()))
    return sorted(found)


def row_of(path: str) -> str:
    for folder in FOLDERS:
        if path.startswith(folder):
            return folder
    return path


def imported(path: Path) -> set[str]:
    """Rows of the table that a file imports when it is run, imports inside functions included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in walk_running(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "econsim":
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names if alias.name.split(".")[0] == "econsim")
    rows = set()
    for name in names:
        base = ROOT / Path(*name.split("."))
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.exists():
                rows.add(row_of(candidate.relative_to(ROOT).as_posix()))
    return rows


def walk_running(node: ast.AST):
    """All nodes but those under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        yield child
        yield from walk_running(child)


def test_table_equals_tree():
    assert sorted(documented()) == modules()


@pytest.mark.parametrize("path", sorted((ROOT / "econsim").rglob("*.py")), ids=lambda path: path.name)
def test_imports_point_down(path: Path):
    floors = documented()
    own = row_of(path.relative_to(ROOT).as_posix())
    if own == "econsim/__init__.py":
        return  # the public names, loaded on demand
    above = {row: floors[row] for row in imported(path) if row != "econsim/__init__.py" and floors[row] > floors[own]}
    assert not above, f"{own} (floor {floors[own]}) imports from above: {above}"
