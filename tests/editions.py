"""Makes editions of decks that tests are about."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from webapp.deck import Deck
from webapp.editions import Edition
from webapp.editions import Editions
from webapp.editions import Note
from webapp.languages import Language
from webapp.starters import Starters

BASE = "https://pocket.org"
NOTE = Note("Pocket note", "A short note is ready when you are.")


def edition(deck: Deck, tag: str = "en", note: Note = NOTE, base_url: str = BASE) -> Edition:
    """The edition of that deck, with an interface in English."""
    return Edition(Language(tag, Catalog()), deck, note, base_url, Starters(()))


def only(deck: Deck, base_url: str = BASE) -> Editions:
    """One edition alone, in English."""
    return Editions([edition(deck, base_url=base_url)])
