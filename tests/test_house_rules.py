"""The house rules, read off the source: what rules may know, what is public, who may import what, what tests owe."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import econsim

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "econsim"
RULES = sorted((PACKAGE / "rules").rglob("*.py"))
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

# All that a rule may lean on: arrays, other rules, and the words of the language.
OPEN_TO_RULES = (
    "__future__", "collections.abc", "dataclasses", "functools", "math", "types", "typing",
    "econsim.arrays", "econsim.errors", "econsim.rules",
)  # fmt: skip
KEYWORDS_ALLOWED = {"Scenario.with_", "Scenario.with_assumptions"}  # their keywords are the names of parameters


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(node: ast.AST) -> Iterator[str]:
    """Dotted names that a module imports, anywhere in it; `from a import b` gives both `a` and `a.b`."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (name.name for name in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0, "imports are absolute here"
            yield str(part.module)
            yield from (f"{part.module}.{name.name}" for name in part.names)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def found_in(paths: list[Path], packages: tuple[str, ...]) -> list[str]:
    """Which of the files import any of the packages."""
    return [relative(path) for path in paths if any(within(name, packages) for name in imports(tree(path)))]


# ------------------------------------------------------------------------------------------ rules


@pytest.mark.parametrize("path", RULES, ids=relative)
def test_a_rule_knows_arrays_and_other_rules_only(path):
    """No random generator, no file, no table, no parameter object: numbers come in, numbers go out."""
    for name in imports(tree(path)):
        parent = name.rsplit(".", 1)[0]
        allowed = within(name, OPEN_TO_RULES) or within(parent, OPEN_TO_RULES) or name in ("collections", "econsim")
        assert allowed, f"{relative(path)} imports {name}"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input", "exec", "eval"), f"{relative(path)}:{node.lineno}"


@pytest.mark.parametrize("path", RULES, ids=relative)
def test_every_public_rule_says_what_it_is(path):
    module = tree(path)
    assert ast.get_docstring(module), f"{relative(path)} has no docstring"
    silent = [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not silent, f"{relative(path)}: no docstring on {', '.join(silent)}"


def test_no_rule_takes_a_bag_of_parameters():
    """Every quantity that a rule needs stands in its signature under its own name."""
    for path in RULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef):
                names = {argument.arg for argument in node.args.args + node.args.kwonlyargs}
                assert not names & {"p", "params", "parameters", "config", "self"}, f"{relative(path)}: {node.name}"
                assert node.args.kwarg is None, f"{relative(path)}: {node.name}"


# ------------------------------------------------------------------------------------------ public names


@pytest.mark.parametrize("name", [name for name in econsim.__all__ if not name.startswith("__")])
def test_every_public_name_is_there_and_documented(name):
    value = getattr(econsim, name)
    assert (inspect.getdoc(value) or "").strip(), f"econsim.{name} has no docstring"


def callables(name: str) -> Iterator[tuple[str, object]]:
    """A public function, or a public class's own public methods, by qualified name."""
    value = getattr(econsim, name)
    if inspect.isfunction(value):
        yield name, value
    elif inspect.isclass(value):
        for attribute, member in vars(value).items():
            member = getattr(member, "__func__", member)
            if inspect.isfunction(member) and (not attribute.startswith("_") or attribute == "__init__"):
                yield f"{name}.{attribute}", member


def test_public_signatures_name_their_arguments():
    """No **kwargs: a misspelt argument is an error, and a signature is documentation."""
    checked = 0
    for name in econsim.__all__:
        for label, function in callables(name):
            checked += 1
            kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
            assert label in KEYWORDS_ALLOWED or inspect.Parameter.VAR_KEYWORD not in kinds, label
    assert checked > 5


def test_public_methods_are_documented():
    undocumented = [
        label
        for name in econsim.__all__
        for label, function in callables(name)
        if not label.endswith("__init__") and not inspect.getdoc(function)
    ]
    assert not undocumented, undocumented


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        econsim.simulat  # noqa: B018
    assert set(econsim.__all__) <= set(dir(econsim))


# ------------------------------------------------------------------------------------------ who imports what


def test_mesa_is_loaded_by_the_agents_engine_only():
    strangers = [path for path in found_in(SOURCES, ("mesa",)) if not path.startswith("econsim/engines/agents")]
    assert not strangers


def test_the_model_does_not_know_its_faces():
    inner = [path for path in SOURCES if relative(path).startswith(("econsim/engines/", "econsim/rules/"))]
    inner += [PACKAGE / "model.py", PACKAGE / "copying_round.py", PACKAGE / "arrays.py"]
    assert len(inner) > 10
    assert not found_in(inner, ("streamlit", "SALib", "altair", "click", "rich", "econsim.cli", "econsim.web"))


def test_streamlit_stays_in_the_app():
    strangers = [path for path in found_in(SOURCES, ("streamlit",)) if not path.startswith("econsim/web/")]
    assert not strangers


# ------------------------------------------------------------------------------------------ tests


def asserts(function: ast.AST, helpers: dict[str, ast.FunctionDef], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function checks something, itself or through a helper of its own module."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in ("raises", "warns", "fail", "validate") or name.startswith(("assert_", "check_")):
                return True
            if name in helpers and name not in seen and asserts(helpers[name], helpers, seen | {name}):
                return True
    return False


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_every_test_can_fail(path):
    module = tree(path)
    helpers = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    tests = {name: node for name, node in helpers.items() if name.startswith("test_")}
    idle = [name for name, node in tests.items() if not asserts(node, helpers, frozenset({name}))]
    assert not idle, f"{relative(path)}: {', '.join(idle)}"


@pytest.mark.parametrize(
    ("source", "checks"),
    [
        ("def test(): pass", False),
        ("def test(): run()", False),
        ("def test():\n    assert run()", True),
        ("def test():\n    with pytest.raises(E): run()", True),
        ("def test(): np.testing.assert_allclose(a, b)", True),
        ("def helper():\n    assert 1\ndef test(): helper()", True),
    ],
)
def test_an_idle_test_is_told_from_one_that_checks(source, checks):
    helpers = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert asserts(helpers["test"], helpers) is checks


# ------------------------------------------------------------------------------------------ what may not be in the tree

# Put together here, so that this file does not match itself.
HOMES = re.compile("(?<![A-Za-z0-9_.~-])/" + "(?:home|Users|root)" + r"/[A-Za-z0-9_.-]+")
HOSTS = re.compile("|".join(re.escape(f"{name}.{end}") for name, end in [
    ("pypi", "org"), ("pythonhosted", "org"), ("anaconda", "org"), ("npmjs", "org"), ("ghcr", "io"), ("docker", "io"),
]))  # fmt: skip


def files_of_the_repository() -> list[Path]:
    """Tracked files and new ones that are not ignored."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_somebodys_home_or_a_package_host():
    found = []
    for path in files_of_the_repository():
        text = path.read_bytes().decode("utf-8", "ignore")
        for pattern in (HOMES, HOSTS):
            found += [f"{relative(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert not found, "\n".join(found[:20])


def test_the_patterns_find_what_they_are_for():
    assert HOMES.search("see " + "/home" + "/ada/econsim")
    assert not HOMES.search("docs/home/page and https://example.org/home/page")
    assert HOSTS.search("https://" + "pypi" + ".org/simple")
