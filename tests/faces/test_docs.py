"""What the documentation shows works as it stands: its links, its commands, its Python."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import econsim
from econsim.cli import commands

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
# Files that a page asks its reader to write.
READERS_FILES = {"royalty-grid.yaml", "futures.yaml", "my-royalty.yaml", "my-policy.yaml"}


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for path in PAGES:
        for found in BLOCK.finditer(path.read_text(encoding="utf-8")):
            if found[1] == language:
                yield path.relative_to(DOCS).as_posix(), found[3]


def command_lines() -> list[tuple[str, str]]:
    lines = [
        (page, line)
        for language in ("", "console", "text")
        for page, text in blocks(language)
        for line in text.splitlines()
    ]
    written = [(page, re.sub(r"^(\.venv/bin/|\$ )", "", line.strip())) for page, line in lines]
    return [(page, line.split("  #")[0].strip()) for page, line in written if line.startswith("econsim ")]


def test_there_is_something_to_test():
    assert len(command_lines()) > 15
    assert len(list(blocks("python"))) > 8


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_commands_are_such_as_econsim_takes(page, line, monkeypatch, tmp_path):
    for name in READERS_FILES:
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "runs").mkdir()
    (tmp_path / "docs").symlink_to(DOCS)
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)[1:]
    with click.Context(commands) as outer:
        command = commands.get_command(outer, name)
        assert command is not None, f"{page}: no command {name}"
        while isinstance(command, click.Group):
            inner = command.get_command(outer, arguments[0])
            assert inner is not None, f"{page}: no command {name} {arguments[0]}"
            command, arguments = inner, arguments[1:]
        command.make_context(name, arguments, parent=outer)


@pytest.mark.parametrize(("page", "text"), list(blocks("python")))
def test_python_calls_what_exists(page, text):
    """Executed blocks are run by the build; of the others, that the names and the arguments exist."""
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "econsim":
            function = getattr(econsim, node.func.attr)
            known = inspect.signature(function).parameters
            assert {one.arg for one in node.keywords} <= set(known), f"{page}: {ast.unparse(node)}"


def test_every_equation_page_names_every_rule(monkeypatch):
    """A rule that is added stands on the page of equations without anybody thinking of it."""
    pytest.importorskip("latexify")
    pytest.importorskip("latex2mathml")
    monkeypatch.syspath_prepend(str(DOCS / "generators"))
    equations, formulas = importlib.import_module("equations"), importlib.import_module("econsim.formulas")
    chapters = {name for _, name in formulas.CHAPTERS}
    rules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "econsim" / "rules").rglob("*.py")
    }
    assert rules - chapters - formulas.WITHOUT_A_CHAPTER == set()
    page = equations.page()
    for title, name in formulas.CHAPTERS:
        assert f"## {title}" in page
        assert formulas.functions(importlib.import_module(name)), name
    assert page.count("<math") > 100


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("econsim.rules.pricing", "lerner_margin", r"\text{lerner margin} = \frac{1}{1 + \text{elasticity}}"),
        ("econsim.rules.training", "lead_time", r"\text{lead time} = \text{lag} + \text{window}"),
        ("econsim.rules.evaluation", "tail_gap", r"\text{tail gap} = \max\left(\text{head} - \text{tail}, 0\right)"),
    ],
)
def test_a_formula_says_what_the_rule_does(module, name, expected, monkeypatch):
    pytest.importorskip("latexify")
    monkeypatch.syspath_prepend(str(DOCS / "generators"))
    equations = importlib.import_module("equations")
    lines = equations.formula(getattr(importlib.import_module(module), name))
    assert " ".join(lines[-1].split()) == expected


def test_the_site_builds_without_a_warning(tmp_path):
    """Links, anchors, and every block that is executed; and nothing on a page is fetched from elsewhere."""
    for package in ("mkdocs", "material", "mkdocstrings", "markdown_exec", "latexify", "latex2mathml"):
        pytest.importorskip(package)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r'<(?:script|img|iframe)[^>]+src="https?:', text), path.name
        assert not re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="https?:', text), path.name


@pytest.mark.slow
@pytest.mark.parametrize(("page", "text"), list(blocks("console")))
def test_a_command_prints_what_the_page_shows(page, text):
    """Whatever the engine and the wrapping of lines; the page may leave notes out."""
    command, shown = text.split("\n", 1)
    arguments = shlex.split(command.removeprefix("$ econsim "))
    done = subprocess.run([sys.executable, "-m", "econsim", *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr

    def said(words: str) -> str:
        return " ".join(re.sub(r"engine \w+", "", words).split())

    for part in shown.strip().split("\n\n"):
        assert said(part) in said(done.stdout)
