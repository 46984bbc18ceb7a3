"""Joins JavaScript modules into one: a phone asks once for what it would have asked for in a row.

Each module stays a scope of its own, so that names may be the same in two of them, and becomes an
object of what it exports. It reads this project's style: one name to an `export`, imports by name
or by `* as`, each statement at the beginning of a line. Text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

JOINT = "front"
"""The joint module's name, beside the others."""

_IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "\./([\w-]+)\.js";$', re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w-]+)\.js"\)')
_ODD = re.compile(r"^(?:import\b(?! *\()|export\b).*", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(function|class|const|let) (\w+))", re.MULTILINE)


def closure(names: Iterable[str], sources: Mapping[str, str]) -> list[str]:
    """These modules and all that they import before they run, each after what it imports."""
    found: dict[str, None] = {}
    for name in names:
        imported = [match[2] for match in _IMPORT.finditer(sources[name])]
        found |= dict.fromkeys([*closure(imported, sources), name])
    return list(found)


def join(sources: Mapping[str, str]) -> str:
    """One module of these, which are a closure in its order; `$name` is what each exports.

    Raises ValueError for an import or export that it cannot rewrite.
    """
    parts = [_scope(name, sources) for name in sources]
    exported = ",".join(map(_object, sources))
    return "\n".join([*parts, f"export {{{exported}}};"])


def beside(name: str, sources: Mapping[str, str], joined: Collection[str]) -> str:
    """A module that is not in the joint one, taking from it what it imports of its parts.

    Raises ValueError for an import that it cannot rewrite.
    """

    def take(match: re.Match[str]) -> str:
        wanted, other = match.groups()
        if other not in joined:
            return match[0]
        source = f'import {{{_object(other)}}} from "./{JOINT}.js";'
        return f"{source} {_take(wanted, other)}"

    _check(name, sources, joined)
    text = _IMPORT.sub(take, sources[name])
    return _LATER.sub(lambda match: _later(match, joined), text)


def _scope(name: str, sources: Mapping[str, str]) -> str:
    _check(name, sources, sources)
    exported = ",".join(
        f"get {variable}(){{return {variable}}}" if kind == "let" else variable
        for kind, variable in _EXPORT.findall(sources[name])
    )
    body = _IMPORT.sub(lambda match: _take(*match.groups()), sources[name])
    body = _LATER.sub(lambda match: _later(match, sources), _EXPORT.sub("", body))
    if odd := _ODD.search(body):
        raise ValueError(f"{name}.js: {odd[0]}")
    return f"const {_object(name)} = (() => {{\n{body}\nreturn {{{exported}}};\n}})();"


def _check(name: str, sources: Mapping[str, str], joined: Collection[str]) -> None:
    """What it imports by name is there, and does not change: that would not be followed."""
    for wanted, other in _IMPORT.findall(sources[name]):
        if other in joined and not wanted.startswith("*"):
            constant = {known for kind, known in _EXPORT.findall(sources[other]) if kind != "let"}
            if missing := set(re.findall(r"\w+", wanted)) - constant:
                raise ValueError(f"{name}.js imports {missing}, no constants of {other}.js")


def _take(wanted: str, name: str) -> str:
    return f"const {wanted.removeprefix('* as ')} = {_object(name)};"


def _later(match: re.Match[str], joined: Collection[str]) -> str:
    name = match[1]
    if name not in joined:
        return match[0]
    return f'import("./{JOINT}.js").then((all) => all.{_object(name)})'


def _object(name: str) -> str:
    return "$" + name.replace("-", "_")
