"""Affirmations, topics and the deck, asked by date or by id. It reads no file and knows no clock.

The order is data: `deck_file` lays the cards once, and of-the-day is one line of arithmetic that
pages and the service worker repeat.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

_EPOCH = date(1970, 1, 1)
_OPENING = r"(?<![^\s(\[\u2013\u2014\u201c]){}(?=\S)"


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of cards with a hue (OKLCH, 0 to 359); `help` shows the quiet Help now link."""

    slug: str
    title: str
    hue: int
    says: str
    help: bool = False
    line: int = field(default=0, compare=False)
    file: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Affirmation:
    """One card. `since` and `retired` are ISO dates or empty; the words are as written.

    `gentle` says the same smaller, for a day on which `text` is hard to believe.
    """

    id: str
    text: str
    topic: str
    ideas: tuple[str, ...] = ()
    lang: str = "en"
    step: str = ""
    gentle: str = ""
    person: str = "you"
    note: str = ""
    since: str = ""
    retired: str = ""
    line: int = field(default=0, compare=False)
    file: str = field(default="", compare=False)


@dataclass(frozen=True)
class Deck:
    """All cards: the living in their fixed varied order, the retired by id."""

    topics: tuple[Topic, ...]
    cards: tuple[Affirmation, ...]
    retired: tuple[Affirmation, ...] = ()
    lang: str = "en"
    folder: Path = field(default=Path(), compare=False)

    def topic(self, slug: str) -> Topic:
        """The topic of that slug; raises KeyError."""
        return self._topics[slug]

    def card(self, id: str) -> Affirmation:
        """The card of that id, living or retired; raises KeyError."""
        return self._cards[id]

    def of_the_day(self, day: date, topics: Collection[str] = (), slot: int = 0) -> Affirmation:
        """The card for a reader's local date among those topics; all topics when none has cards.

        `slot` (0, 1, 2) is which of the day's reminders asks: their cards lie a third of the
        chosen ones apart, so that none comes again within weeks. Pages show slot 0.
        """
        chosen = [card for card in self.cards if card.topic in topics] or self.cards
        place = (day - _EPOCH).days + slot * max(1, len(chosen) // 3)
        return chosen[place % len(chosen)]

    def __contains__(self, id: str) -> bool:
        """Whether there is a card of that id, living or retired."""
        return id in self._cards

    def after(self, id: str) -> Affirmation:
        """The next card, round the end; the first after a retired one; raises KeyError."""
        return self._neighbour(id, 1)

    def before(self, id: str) -> Affirmation:
        """The card before, round the start; the first for a retired one; raises KeyError."""
        return self._neighbour(id, -1)

    def as_json(self) -> dict[str, Any]:
        """What browsers get, typeset and compact; a card is `[id, text, topic, step, gentle]`."""
        return {
            "lang": self.lang,
            "topics": {
                topic.slug: {"title": typeset(topic.title), "hue": topic.hue, "help": topic.help}
                for topic in self.topics
            },
            "cards": [_row(card) for card in self.cards],
            "retired": [_row(card) for card in self.retired],
        }

    @property
    def poster(self) -> Affirmation:
        """The card that stands for all of them: the first of the first topic."""
        return next(card for card in self.cards if card.topic == self.topics[0].slug)

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex of everything in the deck but where it was read from."""
        content = {"lang": self.lang, "topics": self.topics, "cards": self.cards + self.retired}
        text = json.dumps(content, default=_plain, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def _neighbour(self, id: str, distance: int) -> Affirmation:
        if self.card(id).retired:
            return self.cards[0]
        return self.cards[(self._places[id] + distance) % len(self.cards)]

    @cached_property
    def _topics(self) -> dict[str, Topic]:
        return {topic.slug: topic for topic in self.topics}

    @cached_property
    def _cards(self) -> dict[str, Affirmation]:
        return {card.id: card for card in self.cards + self.retired}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {card.id: place for place, card in enumerate(self.cards)}


def _row(card: Affirmation) -> list[str]:
    return [card.id, typeset(card.text), card.topic, typeset(card.step), typeset(card.gentle)]


def _plain(value: Any) -> dict[str, Any]:
    return {name: item for name, item in asdict(value).items() if name not in ("line", "file")}


def typeset(text: str) -> str:
    """Straight quotes and apostrophes as typographic ones, by English habit."""
    text = re.sub(_OPENING.format('"'), "\N{LEFT DOUBLE QUOTATION MARK}", text)
    text = re.sub(_OPENING.format("'"), "\N{LEFT SINGLE QUOTATION MARK}", text)
    text = text.replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
