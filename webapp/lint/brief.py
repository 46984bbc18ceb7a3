"""What the rules for a whole deck are given and what they answer. It judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.deck_file import CARDS_FILE
from webapp.deck_file import TOPICS_FILE
from webapp.lint.ideas import Idea
from webapp.lint.words import Words
from webapp.records import Level

Complaint = tuple[str, int, str]  # a file, a line of it, a reason
Complaints = Iterator[Complaint]


@dataclass(frozen=True, slots=True)
class Brief:
    """A deck and all it is measured against."""

    deck: Deck
    words: Words
    ideas: Mapping[str, Idea]
    previous_ids: Mapping[str, int]
    sources: Mapping[str, str]

    def at(self, name: str, line: int, reason: str) -> Complaint:
        """A complaint about a line of one of the files in the deck's folder."""
        return str(self.deck.folder / name), line, reason

    def about(self, card: Affirmation, reason: str) -> Complaint:
        """A complaint about a card."""
        return file_of(self.deck, card), card.line, f"{card.id}: {reason}"

    def about_topic(self, topic: Topic, reason: str) -> Complaint:
        """A complaint about a topic."""
        file = topic.file or str(self.deck.folder / TOPICS_FILE)
        return file, topic.line, f"topic {topic.slug!r} {reason}"

    def about_all(self, reason: str) -> Complaint:
        """A complaint about the cards as a whole."""
        return self.at(CARDS_FILE, 1, reason)

    def by_topic(self) -> Iterator[tuple[Topic, list[Affirmation]]]:
        """Every topic with its living cards."""
        for topic in self.deck.topics:
            yield topic, [card for card in self.deck.cards if card.topic == topic.slug]


def file_of(deck: Deck, card: Affirmation) -> str:
    """The file a card was read from, which may be the shipped one."""
    return card.file or str(deck.folder / CARDS_FILE)


@dataclass(frozen=True, slots=True)
class DeckRule:
    """A rule's id, weight, check and remedy; the check yields a complaint for each fault."""

    id: str
    level: Level
    complaints: Callable[[Brief], Complaints]
    remedy: str
