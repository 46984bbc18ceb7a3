"""What the README must tell: it cannot fall behind the settings, commands, targets and packages."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import packages_distributions

import click
import pytest

from tests.processes import ROOT
from webapp.cli import COMMANDS
from webapp.config import PREFIX
from webapp.config import Settings
from webapp.config import default_of
from webapp.config import secret_files

README = (ROOT / "README.md").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PYPROJECT["dependency-groups"]
SETTINGS = {PREFIX + each.name.upper(): each.name for each in fields(Settings)}


def rows(text: str) -> dict[str, str]:
    """The rows of every table by the code words of their first cell."""
    cells = re.findall(r"^\| (`[^|]+`) \|(.*)\|$", text, re.MULTILINE)
    return {word: rest for first, rest in cells for word in re.findall(r"`([^`]+)`", first)}


def names_of(requirements: list[str]) -> list[str]:
    return [re.split(r"[\[<>=]", requirement)[0] for requirement in requirements]


def commands(group: tuple[click.Command, ...], prefix: str = "") -> Iterator[str]:
    """The full names of all commands, groups left out."""
    for command in group:
        name = f"{prefix}{command.name}"
        if isinstance(command, click.Group):
            yield from commands(tuple(command.commands.values()), f"{name} ")
        else:
            yield name


ROWS = rows(README)
TARGETS = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_readme_explains_each_setting_with_its_default(setting: str) -> None:
    assert setting in ROWS
    default = default_of(SETTINGS[setting])
    if isinstance(default, int | str) and default != "":
        assert str(int(default) if isinstance(default, bool) else default) in ROWS[setting]


def test_the_readme_names_no_setting_that_is_not_there() -> None:
    known = SETTINGS.keys() | secret_files().keys()
    assert set(re.findall(PREFIX + r"[A-Z_]+[A-Z]", README)) <= known


@pytest.mark.parametrize("variable", secret_files())
def test_the_readme_names_each_variable_for_a_secrets_file(variable: str) -> None:
    assert f"`{variable}`" in README


@pytest.mark.parametrize("command", list(commands(COMMANDS)))
def test_the_readme_explains_each_command(command: str) -> None:
    assert f"flask --app webapp {command}" in ROWS


@pytest.mark.parametrize("target", TARGETS)
def test_the_readme_explains_each_make_target(target: str) -> None:
    assert f"make {target}" in ROWS


def test_the_readme_names_no_make_target_that_is_not_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z]+)`", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    "name", names_of([*PYPROJECT["project"]["dependencies"], *GROUPS["dev"], *GROUPS["bench"]])
)
def test_the_readme_says_what_each_dependency_is_for(name: str) -> None:
    assert name in ROWS


def test_every_package_that_the_app_imports_is_a_declared_dependency() -> None:
    owners = packages_distributions()
    declared = {name.lower() for name in names_of(PYPROJECT["project"]["dependencies"])}
    for package in imported_packages() - sys.stdlib_module_names - {"webapp"}:
        assert declared & {owner.lower() for owner in owners[package]} or brought_by_flask(package)


def imported_packages() -> set[str]:
    """The top-level packages that the modules of the app import at run time."""
    found: set[str] = set()
    for path in (ROOT / "webapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - {"_typeshed"}


def brought_by_flask(package: str) -> bool:
    """Flask's own parts, which its documentation has applications import by themselves."""
    return package in {"click", "jinja2", "markupsafe", "werkzeug", "webassets"}


@pytest.mark.parametrize("path", re.findall(r"(?:\]\(|src=\")([\w./-]+)", README))
def test_each_file_that_the_readme_points_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()
