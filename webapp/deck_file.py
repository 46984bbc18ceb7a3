"""Reads a deck from its folder and lays it in order. It refuses broken structure, not unkind words.

What the folder of a shipped language does not hold is shipped: its topics always, its cards when
it has none or says `extends = true`. Shipped topics without a card are left out.

Rules: those of `records`, A10 (the topic is known), A11 (an id is well shaped and unique) and
A15 (every topic has a card). What the words themselves may be is for `lint`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from webapp.deck import Affirmation
from webapp.deck import Deck
from webapp.deck import Topic
from webapp.errors import DeckError
from webapp.order import varied
from webapp.own_words import EXTENDS
from webapp.own_words import HIDE
from webapp.own_words import Kind
from webapp.own_words import Layers
from webapp.own_words import read_layers
from webapp.records import Record

TOPICS_FILE = "topics.toml"
CARDS_FILE = "affirmations.toml"
PERSONS = ("you", "it", "we", "i")
OPTIONAL = ("ideas", "person", "step", "gentle", "note", "since", "retired")

_TOPICS = Kind(TOPICS_FILE, "topic", "slug", DeckError, always=True)
_CARDS = Kind(CARDS_FILE, "affirmation", "id", DeckError)
_LONG_AGO = "1970-01-01"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")  # BCP 47 without grandfathered tags


def load_deck(folder: Path) -> Deck:
    """Read `topics.toml` and `affirmations.toml`; raise DeckError at the first broken structure."""
    layers, own = read_layers(folder, _TOPICS), str(folder / TOPICS_FILE)
    topics = _topics(layers)
    source = read_layers(folder, _CARDS)
    cards = sorted(_cards(folder, source, topics, layers.hidden), key=_stable_chance)
    groups = {topic.slug: _living(cards, topic) for topic in topics}
    for topic in topics:
        if topic.file == own and not groups[topic.slug]:
            reason = f"topic {topic.slug!r} has no card"
            raise DeckError(own, topic.line, "A15", reason, "Write one or remove the topic")
    topics = tuple(topic for topic in topics if groups[topic.slug])
    if not topics:
        raise source.source.refusal("A15", "no card is left", "Write a first [[affirmation]]")
    groups = {topic.slug: groups[topic.slug] for topic in topics}
    retired = tuple(card for card in cards if card.retired and card.topic in groups)
    return Deck(topics, tuple(varied(groups)), retired, source.source.text("lang"), folder)


def _stable_chance(card: Affirmation) -> bytes:
    """Mixes cards without regard to the order or the alphabet of the file."""
    return hashlib.sha256(card.id.encode()).digest()


def _living(cards: Sequence[Affirmation], topic: Topic) -> list[Affirmation]:
    return [card for card in cards if card.topic == topic.slug and not card.retired]


def _topics(layers: Layers) -> tuple[Topic, ...]:
    layers.source.expect([], ["topic", HIDE])
    topics = tuple(_topic(record) for record in layers.records)
    if not topics:
        raise layers.source.refusal("A15", "there is no topic", "Write a first [[topic]]")
    return tuple(topic for topic in topics if topic.slug not in layers.hidden)


def _topic(record: Record) -> Topic:
    record.expect(["slug", "title", "hue", "says"], ["help"])
    return Topic(
        slug=record.text("slug"),
        title=record.text("title"),
        hue=record.whole("hue", 0, 359),
        says=record.text("says"),
        help=record.flag("help"),
        line=record.line,
        file=record.file,
    )


def _cards(
    folder: Path, layers: Layers, topics: Sequence[Topic], hidden_topics: Collection[str]
) -> list[Affirmation]:
    """The cards of both files; a shipped one of a hidden topic goes with it."""
    source, own = layers.source, str(folder / CARDS_FILE)
    source.expect(["lang"], ["affirmation", EXTENDS, HIDE])
    lang = source.text("lang")
    if not _LANGUAGE.fullmatch(lang):
        raise source.refusal("F03", f"'lang' is {lang!r}", "Give a BCP 47 tag such as en", "lang")
    slugs = {topic.slug for topic in topics}
    kept = (
        record
        for record in layers.records
        if record.file == own or record.text("topic") not in hidden_topics
    )
    return [_hide(_card(record, slugs, lang), own, layers.hidden) for record in kept]


def _hide(card: Affirmation, own: str, hidden: Collection[str]) -> Affirmation:
    """A shipped card that is hidden is retired: who saved it still opens it."""
    if card.id not in hidden or card.file == own:
        return card
    return replace(card, retired=card.retired or card.since or _LONG_AGO)


def _card(record: Record, topics: Collection[str], lang: str) -> Affirmation:
    record.expect(["id", "text", "topic"], OPTIONAL)
    topic, person = record.text("topic"), record.text("person", "you")
    if topic not in topics:
        raise record.refusal("A10", f"topic {topic!r} is unknown", f"See {TOPICS_FILE}", "topic")
    if person not in PERSONS:
        remedy = f"Use one of {', '.join(PERSONS)}"
        raise record.refusal("F03", f"person {person!r} is unknown", remedy, "person")
    return Affirmation(
        id=record.text("id"),
        text=record.text("text"),
        topic=topic,
        ideas=record.texts("ideas"),
        lang=lang,
        step=record.text("step"),
        gentle=record.text("gentle"),
        person=person,
        note=record.text("note"),
        since=_day(record, "since"),
        retired=_day(record, "retired"),
        line=record.line,
        file=record.file,
    )


def _day(record: Record, name: str) -> str:
    return record.day(name).isoformat() if name in record.values else ""
