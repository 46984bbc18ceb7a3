"""The wordings of a card: its own words and, where it has them, the gentler ones. No rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.deck import Affirmation


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which a card says what it says; `field` is where the file has it."""

    field: str
    text: str
    lang: str


def wordings_of(card: Affirmation) -> Iterator[Wording]:
    """The text, and the gentler words of a card that has them."""
    yield Wording("text", card.text, card.lang)
    if card.gentle:
        yield Wording("gentle", card.gentle, card.lang)
