"""Reads the message starters of a language. It refuses broken structure, not unkind words.

Rules: those of `records`, and A11 (an id is well shaped and unique). What the words themselves may
be is for `lint`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from webapp.errors import StarterError
from webapp.records import Record
from webapp.records import named_tables
from webapp.records import read_file
from webapp.starters import KINDS
from webapp.starters import LENGTHS
from webapp.starters import TONES
from webapp.starters import Starter
from webapp.starters import Starters

STARTERS_FILE = "starters.toml"


def load_starters(path: Path) -> Starters:
    """Read the file; raise StarterError at the first broken structure."""
    source = read_file(path, StarterError)
    source.expect(["lang", "starter"])
    starters = tuple(_starter(record) for record in named_tables(source, "starter", "id"))
    return Starters(starters, source.text("lang"), file=source.file)


def _starter(record: Record) -> Starter:
    record.expect(["id", "kind", "tone", "length", "text"], ["note"])
    return Starter(
        id=record.text("id"),
        kind=_one_of(record, "kind", KINDS),
        tone=_one_of(record, "tone", TONES),
        length=_one_of(record, "length", LENGTHS),
        text=record.text("text"),
        note=record.text("note"),
        line=record.line,
    )


def _one_of(record: Record, name: str, known: Collection[str]) -> str:
    value = record.text(name)
    if value not in known:
        remedy = f"Use one of {', '.join(known)}"
        raise record.refusal("F03", f"{name} {value!r} is unknown", remedy, name)
    return value
