"""An edition: the app in one language, as all that makes pages, feeds or messages takes it."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.deck import Deck
from webapp.languages import Language
from webapp.site import OURS
from webapp.site import Site
from webapp.starters import Starters


@dataclass(frozen=True, slots=True)
class Note:
    """What a notification says that tells nothing; every notification has the title."""

    title: str
    body: str


@dataclass(frozen=True, eq=False, slots=True)
class Edition:
    """A language and its words; `base_url` is the site's, without a last slash.

    `reviewed` is the day on which a native speaker had read all its words, if one has.
    """

    language: Language
    deck: Deck
    note: Note
    base_url: str
    starters: Starters
    reviewed: date | None = None
    site: Site = OURS

    @property
    def home(self) -> str:
        """What the addresses of its pages begin with, without a slash at its end."""
        return self.base_url + self.language.prefix


class Editions(Mapping[str, Edition]):
    """All editions by their language's tag, the first one first. There is one at least."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self._editions = {edition.language.tag: edition for edition in editions}
        self.first = editions[0]

    def of(self, tag: str) -> Edition:
        """The edition of a language, or the first one when it has none any more."""
        return self._editions.get(tag, self.first)

    def __getitem__(self, tag: str) -> Edition:
        return self._editions[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._editions)

    def __len__(self) -> int:
        return len(self._editions)
