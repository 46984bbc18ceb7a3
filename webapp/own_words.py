"""Lays an operator's own topics, cards or starters over those that are shipped.

It puts tables together and judges no word: an id or slug that is shipped is replaced whole, any
other is added, and what `hide` names is told to the caller. Own ones come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from webapp.errors import ContentError
from webapp.records import Record
from webapp.records import named_tables
from webapp.records import read_file
from webapp.shipped import find_file
from webapp.shipped import shipped_twin

EXTENDS = "extends"
HIDE = "hide"
LANG = "lang"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: its file, its header, the field that names each, and the error to raise.

    With `always` an own file adds to the shipped one; otherwise only when it says `extends = true`.
    """

    file: str
    table: str
    name: str
    error: type[ContentError]
    always: bool = False


@dataclass(frozen=True, slots=True)
class Layers:
    """All tables of a kind; `source` is the file on top, and `hidden` are names of shipped ones."""

    source: Record
    records: tuple[Record, ...]
    hidden: frozenset[str]


def read_layers(folder: Path, kind: Kind) -> Layers:
    """The tables of that kind for a language's folder; raises the kind's error."""
    source = read_file(find_file(folder, kind.file), kind.error)
    own = {record.text(kind.name): record for record in named_tables(source, kind.table, kind.name)}
    behind = _behind(folder, kind, source)
    hidden = frozenset(source.texts(HIDE))
    if unknown := sorted(hidden - behind.keys()):
        reason = f"{HIDE!r} names {unknown[0]!r}, which is not among what is shipped"
        raise source.refusal("A11", reason, _hint(kind, behind), HIDE)
    added = tuple(record for name, record in own.items() if name not in behind)
    return Layers(source, (*added, *(own.get(n, each) for n, each in behind.items())), hidden)


def _behind(folder: Path, kind: Kind, source: Record) -> dict[str, Record]:
    """The shipped tables that are to be seen below the operator's, by name."""
    twin = shipped_twin(folder)
    is_own = source.file == str(folder / kind.file)
    is_wanted = source.flag(EXTENDS)
    if twin and is_own and (is_wanted or kind.always):
        shipped = read_file(twin / kind.file, kind.error)
        if source.values.get(LANG) != shipped.values.get(LANG):
            reason = f"{LANG!r} is another than that of what it extends"
            remedy = f"Write {shipped.values.get(LANG)!r}"
            raise source.refusal("F03", reason, remedy, LANG)
        return {each.text(kind.name): each for each in shipped.tables(kind.table)}
    if is_wanted:
        reason = f"there is no shipped {kind.file} for {folder.absolute().name!r} to extend"
        remedy = f"Take {EXTENDS!r} out, or name the folder by a shipped language such as en"
        raise source.refusal("F03", reason, remedy, EXTENDS)
    return {}


def _hint(kind: Kind, behind: dict[str, Record]) -> str:
    if not behind and not kind.always:
        return f"Write {EXTENDS} = true above it, or take it out"
    return "Take it out, or look for its new name"
