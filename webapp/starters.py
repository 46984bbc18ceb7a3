"""Message starters for Ask: short messages that a reader changes and sends. It reads no file.

A text holds pieces in square brackets, each with one or more fields such as `{name}`. A piece whose
fields are empty is left out whole, and what remains reads well: `Hi[ {name}], could you call?`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from itertools import product

KINDS = (
    "listen", "company", "practical", "advice", "find-help", "doctor",
    "work", "school", "check-in", "hard-night", "thanks", "offer",
)  # fmt: skip
TONES = ("plain", "warm", "formal")
LENGTHS = ("line", "few")
FIELDS = ("name", "day", "time", "task", "place")
WITHOUT_ASK = "thanks"

_PIECE = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `fields` are empty in what always stands there."""

    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Starter:
    """One message: what it asks for, how it sounds, how long it is; the words are as written."""

    id: str
    kind: str
    tone: str
    length: str
    text: str
    note: str = ""
    line: int = field(default=0, compare=False)
    file: str = field(default="", compare=False)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The text taken apart, in order; of what stands outside brackets none is empty."""
        parts = _PIECE.split(self.text)  # outside, inside, outside, …
        pieces = (
            Piece(part, fields_of(part) if place % 2 else ()) for place, part in enumerate(parts)
        )
        return tuple(piece for piece in pieces if piece.text)


@dataclass(frozen=True, slots=True)
class Starters:
    """Those of one language, and its words that make an ask smaller than it has to be.

    `apology` and `takes_back` are entries of word lists: `apolog*` is a beginning.
    """

    starters: tuple[Starter, ...]
    lang: str = "en"
    apology: tuple[str, ...] = ()
    takes_back: tuple[str, ...] = ()
    file: str = field(default="", compare=False)

    def of(self, kind: str) -> tuple[Starter, ...]:
        """Every starter for that kind of help, in the order of the file."""
        return tuple(starter for starter in self.starters if starter.kind == kind)


def fields_of(text: str) -> tuple[str, ...]:
    """The names in braces, known or not, each once."""
    return tuple(dict.fromkeys(_FIELD.findall(text)))


def fill(starter: Starter, values: Mapping[str, str]) -> str:
    """The message with these values; a piece that lacks one is left out."""
    return "".join(
        _FIELD.sub(lambda match: values[match[1]], piece.text) if piece.fields else piece.text
        for piece in starter.pieces
        if all(values.get(name) for name in piece.fields)
    )


def variants(starter: Starter, values: Mapping[str, str]) -> Iterator[str]:
    """The message with every combination of its fields filled and left empty."""
    names = [name for name in fields_of(starter.text) if name in values]
    for chosen in product((False, True), repeat=len(names)):
        kept = {name: values[name] for name, is_in in zip(names, chosen, strict=True) if is_in}
        yield fill(starter, kept)
