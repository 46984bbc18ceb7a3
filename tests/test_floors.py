"""How the house is built: small rooms, each with its job written at the door, and one clock.

Who may import whom is checked by import-linter (`make check`), by the contracts in pyproject.toml.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.processes import ROOT

README = (ROOT / "README.md").read_text()
LONGEST_MODULE = 200  # lines that are not blank
LONGEST_FUNCTION = 40
UNTELLING = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}
CLOCKS = {"now", "today", "utcnow", "time"}
MODULES = sorted((ROOT / "webapp").rglob("*.py"))
MEETING = ROOT / "webapp" / "__init__.py"
CLOCKLESS = [path for path in MODULES if path != MEETING and "cli" not in path.parts]
SCRIPTS = sorted([*(ROOT / "static" / "js").glob("*.js"), *(ROOT / "service_worker").glob("*.js")])


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name_of)
def test_a_module_is_read_in_one_go_and_named_for_what_it_is(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= LONGEST_MODULE
    assert path.stem not in UNTELLING


def test_a_longer_module_has_its_reason_in_the_readme() -> None:
    reasons = re.findall(r"^\| `((?:webapp|static)/\S+)` \| \w", README, re.MULTILINE)
    paths = (
        path for path in [*MODULES, *SCRIPTS] if len(path.read_text().splitlines()) > LONGEST_MODULE
    )
    assert sorted(reasons) == sorted(name_of(path.with_suffix("")) for path in paths)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_its_job_and_keeps_its_functions_short(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_begins_with_its_job(path: Path) -> None:
    assert path.read_text().startswith(("// ", "/**"))


@pytest.mark.parametrize("path", CLOCKLESS, ids=name_of)
def test_only_the_composition_and_the_commands_look_at_the_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            is_clock = isinstance(owner, ast.Name) and owner.id in {"datetime", "date", "time"}
            assert not (is_clock and node.func.attr in CLOCKS), node.lineno


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_template_literal_stands_in_another(path: Path) -> None:
    """The shrinker takes the inner one's words for code, and its spaces away."""
    assert not re.search(r"\$\{[^{}`]*`", path.read_text())
