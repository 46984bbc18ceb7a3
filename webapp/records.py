"""Tables of a TOML content file, each with the line it stands on. No content's own rules.

`tomllib` tells no lines, so the n-th table of a kind is the n-th `[[kind]]` header of the text.
Rules of this floor: F01 the file can be read, F02 its fields are known and complete, F03 each
value has its type, A11 an id is well shaped and unique. A broken rule raises the ContentError
class that the caller chose.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from webapp.errors import ContentError

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Level(StrEnum):
    """How much a finding weighs."""

    ERROR = "E"
    WARNING = "W"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule that a line (counted from 1) of a content file breaks."""

    file: str
    line: int
    rule: str
    level: Level
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Record:
    """One table: its values, the lines it covers (from 1), and access that refuses wrong types."""

    file: str
    values: Mapping[str, Any]
    text_lines: tuple[str, ...] = field(repr=False)
    error: type[ContentError]
    path: tuple[str, ...] = ()
    line: int = 1
    last_line: int = 1

    def refusal(self, rule: str, reason: str, remedy: str, name: str = "") -> ContentError:
        """The error to raise, at the line of the field `name` when the table has it."""
        return self.error(self.file, self._line_of(name), rule, reason, remedy)

    def expect(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Raise F02 unless the table has every required field and none that is unknown."""
        for name in self.values.keys() - {*required, *optional}:
            known = ", ".join(sorted({*required, *optional}))
            raise self.refusal("F02", f"unknown field {name!r}", f"Use one of {known}", name)
        for name in required:
            if name not in self.values:
                raise self.refusal("F02", f"field {name!r} is missing", "Add it")

    def text(self, name: str, default: str = "") -> str:
        """A text that is not blank; `default` when the field is absent."""
        value = self.values.get(name, default)
        if not isinstance(value, str) or (name in self.values and not value.strip()):
            raise self.refusal("F03", f"{name!r} is {value!r}", "Give a text in quotes", name)
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when the field is absent."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.refusal("F03", f"{name!r} is {value!r}", "Give a list of texts", name)
        return tuple(value)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self.values[name]
        if type(value) is not int or not low <= value <= high:
            remedy = f"Give a whole number from {low} to {high}"
            raise self.refusal("F03", f"{name!r} is {value!r}", remedy, name)
        return value

    def flag(self, name: str) -> bool:
        """A boolean; false when the field is absent."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise self.refusal("F03", f"{name!r} is {value!r}", "Give true or false", name)
        return value

    def day(self, name: str) -> datetime.date:
        """A date, bare or in quotes: `2026-11-22`."""
        value = self.values[name]
        if type(value) is datetime.date:
            return value
        try:
            return datetime.date.fromisoformat(value)
        except (TypeError, ValueError):
            remedy = "Give a date such as 2026-11-22"
            raise self.refusal("F03", f"{name!r} is {value!r}", remedy, name) from None

    def table(self, name: str) -> Record:
        """The table `[name]`; raises F03 when the field is something else."""
        path = (*self.path, name)
        (record,) = self._located(name, [self.values.get(name)], re.escape(".".join(path)), path)
        return record

    def tables(self, name: str) -> tuple[Record, ...]:
        """Every table `[[name]]` inside this one, in the order of the file."""
        value = self.values.get(name, [])
        if not isinstance(value, list):
            raise self.refusal("F03", f"{name!r} is no list of tables", f"Write [[{name}]]", name)
        path = (*self.path, name)
        return self._located(name, value, rf"\[\s*{re.escape('.'.join(path))}\s*\]", path)

    def _located(
        self, name: str, values: list[Any], header: str, path: tuple[str, ...]
    ) -> tuple[Record, ...]:
        if not all(isinstance(value, dict) for value in values):
            raise self.refusal("F03", f"{name!r} is no table", "Give it fields of its own", name)
        starts = self._lines_matching(rf"\s*\[\s*{header}\s*\]")
        if len(starts) != len(values):  # inline tables, or a header inside a text
            starts = [self._line_of(name)] * len(values)
        stops = [*(start - 1 for start in starts), self.last_line][1:]
        return tuple(
            replace(self, values=value, path=path, line=start, last_line=max(start, stop))
            for value, start, stop in zip(values, starts, stops, strict=True)
        )

    def _line_of(self, name: str) -> int:
        header = re.escape(".".join((*self.path, name)))
        pattern = rf"\s*(?:{re.escape(name)}\s*=|\[{{1,2}}\s*{header}\s*\])"
        found = self._lines_matching(pattern) if name else []
        return found[0] if found else self.line

    def _lines_matching(self, pattern: str) -> list[int]:
        matches = re.compile(pattern).match
        lines = range(self.line, self.last_line + 1)
        return [number for number in lines if matches(self.text_lines[number - 1])]


def read_file(path: Path, error: type[ContentError]) -> Record:
    """The whole file as one record; raise F01 when it is missing, not UTF-8 or not TOML."""
    try:
        octets = path.read_bytes()
    except OSError as failure:
        reason = f"cannot be read ({failure.strerror})"
        raise error(str(path), 1, "F01", reason, "Add the file or mend its permissions") from None
    try:
        text = octets.decode("utf-8-sig")
        values = tomllib.loads(text)
    except UnicodeDecodeError as failure:
        line = octets.count(b"\n", 0, failure.start) + 1
        raise error(str(path), line, "F01", "is not UTF-8", "Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as failure:
        line = _line_told(str(failure), default=text.count("\n") + 1)
        reason, remedy = f"is not TOML: {failure}", "Mend this line or one above"
        raise error(str(path), line, "F01", reason, remedy) from None
    lines = tuple(text.split("\n"))
    return Record(str(path), values, lines, error, last_line=len(lines))


def named_tables(source: Record, table: str, name: str) -> Iterator[Record]:
    """The tables of that kind; raise A11 for a name of wrong shape or one that came before."""
    seen: dict[str, int] = {}
    for record in source.tables(table):
        slug = record.text(name)
        if not _SLUG.fullmatch(slug) or not 3 <= len(slug) <= 40:
            remedy = "Use 3 to 40 of a-z, 0-9 and single hyphens"
            raise record.refusal("A11", f"{name} {slug!r} has a wrong shape", remedy, name)
        if slug in seen:
            reason = f"{name} {slug!r} is already on line {seen[slug]}"
            raise record.refusal("A11", reason, "Give it one of its own", name)
        seen[slug] = record.line
        yield record


def _line_told(message: str, default: int) -> int:
    """`tomllib` names the line only in its message until Python 3.14."""
    told = re.search(r"at line (\d+)", message)
    return int(told[1]) if told else default
