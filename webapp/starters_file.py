"""Reads the message starters of a language. It refuses broken structure, not unkind words.

Rules: those of `records`, and A11 (an id is well shaped and unique). What the words themselves may
be is for `lint`. A file that says `extends = true` is laid over the shipped one of its language.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from webapp.errors import StarterError
from webapp.own_words import EXTENDS
from webapp.own_words import HIDE
from webapp.own_words import Kind
from webapp.own_words import read_layers
from webapp.records import Record
from webapp.starters import KINDS
from webapp.starters import LENGTHS
from webapp.starters import TONES
from webapp.starters import Starter
from webapp.starters import Starters

STARTERS_FILE = "starters.toml"


_STARTERS = Kind(STARTERS_FILE, "starter", "id", StarterError)


def load_starters(path: Path) -> Starters:
    """Read the file of a language's folder; raise StarterError at the first broken structure."""
    layers = read_layers(path.parent, _STARTERS)
    source, own = layers.source, str(path)
    source.expect(["lang"], ["starter", EXTENDS, HIDE])
    starters = tuple(
        _starter(record)
        for record in layers.records
        if record.file == own or record.text("id") not in layers.hidden
    )
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
        file=record.file,
    )


def _one_of(record: Record, name: str, known: Collection[str]) -> str:
    value = record.text(name)
    if value not in known:
        remedy = f"Use one of {', '.join(known)}"
        raise record.refusal("F03", f"{name} {value!r} is unknown", remedy, name)
    return value
