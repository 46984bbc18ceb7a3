"""Lays an operator's own helplines over those that are shipped: adds, corrects and hides lines.

It puts tables together and judges none: `helplines_file` reads what comes of it as one file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from webapp.errors import HelplineError
from webapp.records import Record
from webapp.records import read_file

OWN = "own"  # verified by who runs this installation
_KEYS = {"phone": "menu", "sms_number": "sms_keyword"}  # what is pressed or sent at a number
_FIELDS = ("extends", "hide", "country", "seen", "review_after")


@dataclass(frozen=True, slots=True)
class Entry:
    """The table of a country and those of its lines, which may be of another file."""

    record: Record
    lines: tuple[Record, ...]


def entries_of(source: Record) -> tuple[Entry, ...]:
    """The countries of one file as it stands."""
    return tuple(Entry(each, each.tables("line")) for each in source.tables("country"))


def read_own(path: Path) -> Record:
    """The operator's file; the dates in it stand together. Raises HelplineError."""
    own = read_file(path, HelplineError)
    dates = {"seen", "review_after"} & own.values.keys()
    own.expect(dates and ("seen", "review_after"), _FIELDS)
    return own


def lay_over(shipped: tuple[Entry, ...], own: Record) -> tuple[tuple[Entry, ...], frozenset[str]]:
    """The countries of both, and the ids of the lines that are hidden.

    A country or a line of a known code or id takes the fields that it gives and keeps the rest,
    except what belongs to a number that it replaces; a line that is touched counts as verified by
    the operator. Raises HelplineError.
    """
    entries = {_name(each.record, "code"): each for each in shipped}
    homes = {_name(line, "id"): code for code, each in entries.items() for line in each.lines}
    for given in entries_of(own):
        code = _name(given.record, "code")
        for line in given.lines:
            if (home := homes.get(_name(line, "id"), code)) != code:
                reason = f"'id' {line.text('id')!r} is of the country {home}"
                raise line.refusal("H01", reason, "Move it there, or give another id", "id")
        known = entries.get(code)
        record = _over(known.record, given.record) if known else given.record
        lines = _lines(known.lines if known else (), given.lines)
        entries[code] = Entry(record, lines)
    return tuple(entries.values()), _hidden(own, entries.values())


def _lines(shipped: tuple[Record, ...], given: tuple[Record, ...]) -> tuple[Record, ...]:
    lines = {_name(each, "id"): each for each in shipped}
    for each in given:
        own = replace(each, values={"verified": OWN, **each.values})
        known = lines.get(_name(each, "id"))
        lines[_name(each, "id")] = _over(_without_old_numbers(known, own), own) if known else own
    return tuple(lines.values())


def _without_old_numbers(known: Record, given: Record) -> Record:
    """What is shown and what is dialled change together, and no key of an old number stays."""
    has = given.values.keys()
    for name, other in (("phone", "dial"), ("dial", "phone")):
        if name in has and other not in has:
            reason = f"{name!r} is corrected without {other!r}"
            raise given.refusal("H01", reason, f"Add {other}", name)
    old = {key for number, key in _KEYS.items() if number in has}
    return replace(known, values={k: v for k, v in known.values.items() if k not in old})


def _over(known: Record, given: Record) -> Record:
    return replace(given, values={**known.values, **given.values})


def _hidden(own: Record, entries: Iterable[Entry]) -> frozenset[str]:
    known = {_name(line, "id") for entry in entries for line in entry.lines}
    hidden = frozenset(own.texts("hide"))
    if unknown := sorted(hidden - known):
        reason = f"'hide' names {unknown[0]!r}, which no country has"
        raise own.refusal("H01", reason, "Take it out, or look for its new id", "hide")
    return hidden


def _name(record: Record, field: str) -> str:
    """A code or an id; a table without one is refused here, since nothing else tells what it is."""
    if field not in record.values:
        raise record.refusal("F02", f"field {field!r} is missing", "Add it")
    return record.text(field)
